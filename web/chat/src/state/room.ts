// An open conversation, live. Its messages are held from some number on without a hole up to the newest, so that what
// is read further back only has to be put before them.
import {
  type ConversationEvent,
  type ConversationFieldsFragment,
  type Following,
  MarkReadDocument,
  type MemberFieldsFragment,
  MembersDocument,
  type MessageFieldsFragment,
  OlderMessagesDocument,
  OpenConversationDocument,
  ParlanceError,
  SetTypingDocument,
  type UserFieldsFragment,
} from '@parlance/client';
import { computed, signal } from '@preact/signals';
import { parlance } from '../server';
import { nameOf } from '../words';
import type { Chats } from './chats';
import { roomPhase } from './connection';
import type { Outbox } from './outbox';
import { announce } from './viewer';

export type Message = MessageFieldsFragment;

/** Something that happened between two messages while one was looking. */
export interface Notice {
  readonly key: number;
  /** It stands after the message of this number. */
  readonly after: number;
  readonly text: string;
}

const PAGE = 60;
/** Somebody is taken to have stopped typing after so long; the server says so again every three seconds. */
const TYPING_MS = 6_000;
const TYPING_PACE_MS = 3_000;

export class Room {
  readonly id: string;
  readonly conversation = signal<ConversationFieldsFragment | null>(null);
  /** From the oldest that is held to the newest; the numbers are dense. */
  readonly messages = signal<readonly Message[]>([]);
  readonly hasOlder = signal(false);
  readonly isLoaded = signal(false);
  readonly members = signal<ReadonlyMap<string, MemberFieldsFragment>>(new Map());
  readonly notices = signal<readonly Notice[]>([]);
  readonly typists = signal<ReadonlyMap<string, UserFieldsFragment>>(new Map());
  /** Why there is nothing more to see here. */
  readonly gone = signal<string | null>(null);
  /** The message that is answered, or given new words, in the composer. */
  readonly replying = signal<Message | null>(null);
  readonly editing = signal<Message | null>(null);
  /** What is written and not sent; it stays when another conversation is looked at. */
  readonly draft = signal('');
  /** The number of the first message that was unread when the conversation was opened. */
  readonly firstUnread = signal<number | null>(null);
  readonly lastSeq = computed(() => this.messages.value.at(-1)?.seq ?? 0);
  readonly me = computed(() => this.members.value.get(this.viewerId));

  /** What was written and is not among the messages yet. */
  readonly pending = computed(() =>
    this.outbox
      .of(this.id)
      .filter(({ message, seenAs }) => (message ? message.seq > this.lastSeq.value : !seenAs)),
  );

  readonly #typingEnds = new Map<string, ReturnType<typeof setTimeout>>();
  #following: Following | null = null;
  #older: Promise<void> | null = null;
  #cursor: string | null = null;
  #toldTypingAt = 0;
  #isMarking = false;
  #wasLive = false;
  #news = 0;

  constructor(
    id: string,
    readonly viewerId: string,
    readonly chats: Chats,
    readonly outbox: Outbox,
  ) {
    this.id = id;
  }

  open(): void {
    this.#wasLive = false;
    this.isLoaded.value = false;
    this.messages.value = [];
    this.gone.value = null;
    this.#following = parlance.followConversation({
      conversationId: this.id,
      load: () => this.#load(),
      onEvent: (event) => this.#take(event),
      onPhase: (phase) => {
        roomPhase.value = phase;
        if (phase !== 'live') return;
        // What has no number was missed while nobody was connected.
        if (this.#wasLive) void this.#loadMembers();
        this.#wasLive = true;
        if (this.#news > 0) announce(`${this.#news} new messages`);
        this.#news = 0;
      },
    });
    void this.#following.ended.then((reason) => {
      if (reason) this.#leave(this.gone.value ?? reasonOf(reason));
    });
  }

  close(): void {
    this.#following?.stop();
    roomPhase.value = null;
    this.stopTyping();
    for (const timer of this.#typingEnds.values()) clearTimeout(timer);
    this.#typingEnds.clear();
    this.typists.value = new Map();
    this.notices.value = [];
  }

  /** Puts older messages before those that are held. */
  loadOlder(): Promise<void> {
    this.#older ??= this.#loadOlder().finally(() => {
      this.#older = null;
    });
    return this.#older;
  }

  /** Makes sure that the message of this number is held; false if it is too far back. */
  async reach(seq: number): Promise<boolean> {
    for (let pages = 0; pages < 200; pages += 1) {
      if ((this.messages.peek()[0]?.seq ?? 0) <= seq) return true;
      if (!this.hasOlder.peek()) return false;
      await this.loadOlder();
    }
    return false;
  }

  /** The viewer has seen everything up to this message. */
  async markRead(upToSeq: number): Promise<void> {
    const held = this.conversation.peek();
    if (!held || upToSeq <= held.readSeq || this.#isMarking || this.gone.peek()) return;
    this.#isMarking = true;
    try {
      const input = { conversationId: this.id, upToSeq };
      const { readSeq, unreadCount } = (await parlance.request(MarkReadDocument, { input })).markRead
        .conversation;
      this.conversation.value = { ...(this.conversation.peek() ?? held), readSeq, unreadCount };
      this.chats.read(this.id, readSeq, unreadCount);
    } catch {
      // It is tried again with the next message, or the next look at the page.
    } finally {
      this.#isMarking = false;
    }
  }

  /** The viewer has pressed a key. */
  typing(): void {
    if (Date.now() - this.#toldTypingAt < TYPING_PACE_MS) return;
    this.#toldTypingAt = Date.now();
    this.#tellTyping(true);
  }

  stopTyping(): void {
    if (this.#toldTypingAt === 0) return;
    this.#toldTypingAt = 0;
    this.#tellTyping(false);
  }

  send(body: string): void {
    const replyTo = this.replying.peek();
    this.replying.value = null;
    // The message itself says that the typing is over.
    this.#toldTypingAt = 0;
    this.firstUnread.value = null;
    this.outbox.send(this.id, body, replyTo);
  }

  /** Takes a message as it is now, unless what is here is newer. */
  put(message: Message): void {
    const all = this.messages.peek();
    const place = message.seq - (all[0]?.seq ?? message.seq);
    const held = all[place];
    // What lies before those that are held is loaded as it is then.
    if (place < 0 || (held && held.revision >= message.revision)) return;
    // Each of these would be a fault of ours; loading afresh mends it.
    if (place > all.length) return this.#reopen();
    const next = all.slice();
    next[place] = message;
    this.messages.value = next;
  }

  async #load() {
    const { server, conversation } = await parlance.request(OpenConversationDocument, {
      id: this.id,
      last: PAGE,
    });
    if (!conversation)
      throw new ParlanceError('There is no such conversation, or it is not yours.', 'NOT_FOUND', false);
    const { messages, members, ...fields } = conversation;
    // After a resync unread messages are not marked again: the viewer is in the middle of the conversation.
    if (!this.isLoaded.peek()) {
      this.firstUnread.value = fields.unreadCount > 0 ? fields.readSeq + 1 : null;
    }
    this.conversation.value = fields;
    this.messages.value = messages.nodes;
    this.hasOlder.value = messages.pageInfo.hasPreviousPage;
    this.#cursor = messages.pageInfo.startCursor;
    this.members.value = byUser(members.nodes);
    if (members.pageInfo.hasNextPage) void this.#loadMembers();
    this.isLoaded.value = true;
    this.chats.put(fields);
    this.outbox.shown(this.id, this.lastSeq.value);
    return { eventSeq: fields.eventSeq, epoch: server.epoch };
  }

  async #loadOlder(): Promise<void> {
    const before = this.#cursor;
    if (!this.hasOlder.peek() || before === null) return;
    try {
      const variables = { id: this.id, last: PAGE, before };
      const { conversation } = await parlance.request(OlderMessagesDocument, variables);
      // Loaded afresh in the meantime, or not ours any more.
      if (!conversation || this.#cursor !== before) return;
      const { nodes, pageInfo } = conversation.messages;
      this.#cursor = pageInfo.startCursor;
      this.messages.value = [...nodes, ...this.messages.peek()];
      this.hasOlder.value = pageInfo.hasPreviousPage;
    } catch {
      // Scrolling on asks again; the connection's own state is shown elsewhere.
    }
  }

  async #loadMembers(): Promise<void> {
    const all: MemberFieldsFragment[] = [];
    try {
      for (let after: string | null = null; ; ) {
        const variables: { id: string; first: number; after: string | null } = {
          id: this.id,
          first: 100,
          after,
        };
        const { conversation } = await parlance.request(MembersDocument, variables);
        if (!conversation) return;
        all.push(...conversation.members.nodes);
        after = conversation.members.pageInfo.endCursor;
        if (!conversation.members.pageInfo.hasNextPage) break;
      }
      this.members.value = byUser(all);
    } catch {
      // Read positions are shown as they were.
    }
  }

  #take(event: ConversationEvent): void {
    switch (event.__typename) {
      case 'MessageAdded':
        return this.#added(event.message);
      case 'MessageEdited':
      case 'MessageDeleted':
        return this.put(event.message);
      case 'MemberJoined': {
        const { actor, member } = event;
        this.#setMember(member);
        const [who, by] = [this.#call(member.user), this.#call(actor)];
        return this.#note(
          event.eventSeq,
          member.user.id === actor.id ? `${who} joined` : `${by} added ${lower(who)}`,
        );
      }
      case 'MemberRoleChanged': {
        const role = { OWNER: 'an owner', ADMIN: 'an admin', MEMBER: 'a member' }[event.member.role];
        this.#setMember(event.member);
        const who = this.#call(event.member.user);
        return this.#note(event.eventSeq, `${who} ${who === 'You' ? 'are' : 'is'} now ${role}`);
      }
      case 'MemberLeft': {
        const { actor, user } = event;
        if (user.id === this.viewerId) {
          const isOwn = actor.id === user.id;
          return this.#leave(
            isOwn ? 'You left this conversation.' : `${nameOf(actor)} removed you from this conversation.`,
          );
        }
        this.#dropMember(user.id);
        const who = this.#call(user);
        const text = user.id === actor.id ? `${who} left` : `${this.#call(actor)} removed ${lower(who)}`;
        return this.#note(event.eventSeq, text);
      }
      case 'ConversationUpdated': {
        const { title } = event.conversation;
        const held = this.conversation.peek();
        if (held) this.conversation.value = { ...held, title };
        const who = this.#call(event.actor);
        return this.#note(
          event.eventSeq,
          title ? `${who} named the group “${title}”` : `${who} took the group’s name away`,
        );
      }
      case 'ConversationDeleted':
        return this.#leave(`${this.#call(event.actor)} deleted this conversation.`);
      case 'ReadPositionMoved': {
        const member = this.members.peek().get(event.user.id);
        if (member && member.readSeq < event.readSeq) this.#setMember({ ...member, readSeq: event.readSeq });
        return;
      }
      case 'Typing':
        return event.typing ? this.#isTyping(event.user) : this.#hasStopped(event.user.id);
      default:
    }
  }

  #added(message: Message): void {
    this.put(message);
    this.#hasStopped(message.sender.id);
    if (message.sender.id === this.viewerId) this.outbox.saw(message, this.id);
    else if (roomPhase.peek() === 'live') announce(`${nameOf(message.sender)}: ${message.body}`);
    else this.#news += 1;
    this.outbox.shown(this.id, this.lastSeq.value);
  }

  #isTyping(user: UserFieldsFragment): void {
    if (user.id === this.viewerId) return;
    clearTimeout(this.#typingEnds.get(user.id));
    this.#typingEnds.set(
      user.id,
      setTimeout(() => this.#hasStopped(user.id), TYPING_MS),
    );
    this.typists.value = new Map(this.typists.peek()).set(user.id, user);
  }

  #hasStopped(userId: string): void {
    clearTimeout(this.#typingEnds.get(userId));
    if (!this.#typingEnds.delete(userId)) return;
    const typists = new Map(this.typists.peek());
    typists.delete(userId);
    this.typists.value = typists;
  }

  #tellTyping(typing: boolean): void {
    // It is about the moment: if it does not get through, it is not tried again.
    parlance.request(SetTypingDocument, { input: { conversationId: this.id, typing } }).catch(() => {});
  }

  #setMember(member: MemberFieldsFragment): void {
    this.members.value = new Map(this.members.peek()).set(member.user.id, member);
  }

  #dropMember(userId: string): void {
    this.#hasStopped(userId);
    const members = new Map(this.members.peek());
    members.delete(userId);
    this.members.value = members;
  }

  #note(key: number, text: string): void {
    this.notices.value = [...this.notices.peek(), { key, after: this.lastSeq.peek(), text }];
    announce(text);
  }

  #call(user: UserFieldsFragment): string {
    return user.id === this.viewerId ? 'You' : nameOf(user);
  }

  #leave(why: string): void {
    this.gone.value = why;
    this.replying.value = null;
    this.editing.value = null;
    this.chats.drop(this.id);
    announce(why);
  }

  #reopen(): void {
    this.#following?.stop();
    this.open();
  }
}

const lower = (who: string) => (who === 'You' ? 'you' : who);
const byUser = (members: readonly MemberFieldsFragment[]) =>
  new Map(members.map((one) => [one.user.id, one]));

function reasonOf({ code, message }: ParlanceError): string {
  if (code === 'MEMBERSHIP_ENDED') return 'You are not in this conversation any more.';
  if (code === 'NOT_FOUND') return 'There is no such conversation, or it is not yours.';
  return message;
}
