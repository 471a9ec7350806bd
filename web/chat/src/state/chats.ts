// The list of conversations, live: the one that was active last is on top.
import {
  type ConversationFieldsFragment,
  ConversationsDocument,
  type ConversationsQuery,
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
  readonly isLoadingMore = signal(false);
  /** More of them could not be loaded, for a reason that waiting does not mend. */
  readonly isCutOff = signal(false);
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
  /** Ends what belongs to one load of the list: pages and counts that come after the next one are older than it. */
  #loading = new AbortController();
  #recounting = new AbortController();
  /** Those that are not the viewer's any more: a page that was on its way may still have them. */
  readonly #dropped = new Set<string>();

  /** Follows the list, at first or once more. */
  start(): void {
    this.trouble.value = null;
    this.#following?.stop();
    let isFresh = false;
    const following = parlance.followInbox({
      load: async (signal) => {
        const { server, conversations } = await parlance.request(
          ConversationsDocument,
          { first: PAGE },
          { signal },
        );
        signal.throwIfAborted();
        this.#giveUp();
        this.#dropped.clear();
        const { nodes, pageInfo } = conversations;
        this.#all.value = new Map(nodes.map((one) => [one.id, one]));
        this.#cursor = pageInfo.endCursor;
        this.hasMore.value = pageInfo.hasNextPage;
        this.isCutOff.value = false;
        this.isLoaded.value = true;
        isFresh = true;
        const activeSince = pageInfo.hasNextPage ? (nodes[0]?.lastActivityAt ?? null) : null;
        return { epoch: server.epoch, heads: nodes, activeSince };
      },
      onEvent: (event) => this.#take(event),
      onPhase: (phase) => {
        inboxPhase.value = phase;
        if (phase !== 'live') return;
        // Reading has no number: nobody tells afterwards what was read elsewhere while nobody was connected.
        if (!isFresh) void this.#recount();
        isFresh = false;
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
    this.#giveUp();
  }

  get(id: string): ConversationFieldsFragment | undefined {
    return this.#all.value.get(id);
  }

  /** Takes a conversation as it is now, unless what is here is newer. */
  put(conversation: ConversationFieldsFragment): void {
    const { id, eventSeq } = conversation;
    const held = this.#all.peek().get(id);
    if (held && held.eventSeq > eventSeq) return;
    this.#dropped.delete(id);
    this.#change((all) => all.set(id, conversation));
    // It may be from before something was read that is known of here.
    if (held) void this.#count(id, held.readSeq);
  }

  drop(id: string): void {
    this.#dropped.add(id);
    this.#change((all) => all.delete(id));
  }

  /** The viewer has read, here or on another device. */
  read(id: string, readSeq: number, unreadCount: number): void {
    const held = this.#all.peek().get(id);
    if (held && held.readSeq <= readSeq)
      this.#change((all) => all.set(id, { ...held, readSeq, unreadCount }));
  }

  /** Puts more of them after those that are held, as soon as the server can be reached. */
  async loadMore(): Promise<void> {
    if (!this.hasMore.peek() || this.isLoadingMore.peek()) return;
    const { signal } = this.#loading;
    this.isLoadingMore.value = true;
    this.isCutOff.value = false;
    try {
      const pageInfo = await this.#loadPage(this.#cursor, signal);
      this.#cursor = pageInfo.endCursor;
      this.hasMore.value = pageInfo.hasNextPage;
    } catch {
      if (!signal.aborted) this.isCutOff.value = true;
    }
    if (!signal.aborted) this.isLoadingMore.value = false;
  }

  /** Reading only ever takes away from what is unread: those that show nothing unread are right. */
  async #recount(): Promise<void> {
    this.#recounting.abort();
    this.#recounting = new AbortController();
    const signal = AbortSignal.any([this.#loading.signal, this.#recounting.signal]);
    const held = [...this.#all.peek().values()];
    const open = new Set(held.filter(({ unreadCount }) => unreadCount > 0).map(({ id }) => id));
    try {
      let after: string | null = null;
      // What is held is the top of the list, so no more pages than that.
      for (let seen = 0; open.size > 0 && seen < held.length; ) {
        const { ids, hasNextPage, endCursor } = await this.#loadPage(after, signal);
        for (const id of ids) open.delete(id);
        if (!hasNextPage) return;
        seen += ids.length;
        after = endCursor;
      }
    } catch {
      // Each is counted again when it moves, or is opened.
    }
  }

  /** Takes one page as it is now. */
  async #loadPage(after: string | null, signal: AbortSignal) {
    const options = { signal, persist: true };
    const { conversations }: ConversationsQuery = await parlance.request(
      ConversationsDocument,
      { first: PAGE, after },
      options,
    );
    signal.throwIfAborted();
    const { nodes, pageInfo } = conversations;
    for (const one of nodes) if (!this.#dropped.has(one.id)) this.put(one);
    return { ...pageInfo, ids: nodes.map(({ id }) => id) };
  }

  #giveUp(): void {
    this.#loading.abort();
    this.#loading = new AbortController();
    this.isLoadingMore.value = false;
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
    const { signal } = this.#loading;
    try {
      const options = { signal, persist: true };
      const { conversation } = await parlance.request(ConversationUnreadDocument, { id }, options);
      if (conversation && !signal.aborted) this.read(id, conversation.readSeq, conversation.unreadCount);
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
