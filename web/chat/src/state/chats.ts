// The list of conversations, live: the one that was active last is on top.
import {
  type ConversationFieldsFragment,
  ConversationsDocument,
  ConversationUnreadDocument,
  type Following,
  type InboxEvent,
} from '@parlance/client';
import { computed, signal } from '@preact/signals';
import { parlance } from '../server';
import { inboxPhase } from './connection';

const PAGE = 40;

export class Chats {
  /** By id. Replaced, never changed. */
  readonly #all = signal<ReadonlyMap<string, ConversationFieldsFragment>>(new Map());
  readonly isLoaded = signal(false);
  readonly hasMore = signal(false);
  readonly inOrder = computed(() =>
    [...this.#all.value.values()].sort(
      (one, other) => compare(other.lastActivityAt, one.lastActivityAt) || compare(other.id, one.id),
    ),
  );
  /** Why the list is not up to date, and will not be by itself. */
  readonly trouble = signal<string | null>(null);
  readonly unread = computed(() => this.inOrder.value.filter(({ unreadCount }) => unreadCount > 0).length);
  #following: Following | null = null;
  #cursor: string | null = null;
  #isLoadingMore = false;

  /** Follows the list, at first or once more. */
  start(): void {
    this.trouble.value = null;
    this.#following?.stop();
    const following = parlance.followInbox({
      load: async (signal) => {
        const { server, conversations } = await parlance.request(
          ConversationsDocument,
          { first: PAGE },
          { signal },
        );
        signal.throwIfAborted();
        const { nodes, pageInfo } = conversations;
        this.#all.value = new Map(nodes.map((one) => [one.id, one]));
        this.#cursor = pageInfo.endCursor;
        this.hasMore.value = pageInfo.hasNextPage;
        this.isLoaded.value = true;
        const activeSince = pageInfo.hasNextPage ? (nodes[0]?.lastActivityAt ?? null) : null;
        return { epoch: server.epoch, heads: nodes, activeSince };
      },
      onEvent: (event) => this.#take(event),
      onPhase: (phase) => {
        inboxPhase.value = phase;
      },
    });
    this.#following = following;
    void following.ended.then((reason) => {
      // Who is signed out is shown that instead of the list.
      if (!reason || reason.code === 'SIGNED_OUT' || this.#following !== following) return;
      inboxPhase.value = 'failed';
      this.trouble.value = reason.message;
    });
  }

  stop(): void {
    this.#following?.stop();
    this.#following = null;
  }

  get(id: string): ConversationFieldsFragment | undefined {
    return this.#all.value.get(id);
  }

  /** Takes a conversation as it is now, unless what is here is newer. */
  put(conversation: ConversationFieldsFragment): void {
    const held = this.#all.peek().get(conversation.id);
    if (held && held.eventSeq > conversation.eventSeq) return;
    this.#change((all) => all.set(conversation.id, conversation));
  }

  drop(id: string): void {
    this.#change((all) => all.delete(id));
  }

  /** The viewer has read, here or on another device. */
  read(id: string, readSeq: number, unreadCount: number): void {
    const held = this.#all.peek().get(id);
    if (held && held.readSeq <= readSeq)
      this.#change((all) => all.set(id, { ...held, readSeq, unreadCount }));
  }

  async loadMore(): Promise<void> {
    if (!this.hasMore.peek() || this.#isLoadingMore) return;
    this.#isLoadingMore = true;
    try {
      const { conversations } = await parlance.request(ConversationsDocument, {
        first: PAGE,
        after: this.#cursor,
      });
      for (const one of conversations.nodes) this.put(one);
      this.#cursor = conversations.pageInfo.endCursor;
      this.hasMore.value = conversations.pageInfo.hasNextPage;
    } catch {
      // It is asked for again by scrolling on.
    } finally {
      this.#isLoadingMore = false;
    }
  }

  #take(event: InboxEvent): void {
    switch (event.__typename) {
      case 'ConversationAdded':
      case 'ConversationAdvanced':
        this.put(event.conversation);
        break;
      case 'ConversationRemoved':
        this.drop(event.conversationId);
        break;
      case 'ReadPositionMoved':
        void this.#count(event.conversationId, event.readSeq);
        break;
      default:
    }
  }

  /** A read position says nothing of deleted and own messages after it, so the server counts. */
  async #count(id: string, readSeq: number): Promise<void> {
    const held = this.#all.peek().get(id);
    if (!held || held.readSeq >= readSeq) return;
    if (readSeq >= held.messageSeq) return this.read(id, readSeq, 0);
    try {
      const { conversation } = await parlance.request(ConversationUnreadDocument, { id });
      if (conversation) this.read(id, conversation.readSeq, conversation.unreadCount);
    } catch {
      // The next event of this conversation has the count.
    }
  }

  #change(change: (all: Map<string, ConversationFieldsFragment>) => void): void {
    const all = new Map(this.#all.peek());
    change(all);
    this.#all.value = all;
  }
}

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

/** Those of whoever is signed in; null for nobody. */
export const chats = signal<Chats | null>(null);
