// An open conversation, live. Its messages are held from some number on without a hole up to the newest, so that what
// is read further back only has to be put before them.
import {
  type ConversationEvent,
  type ConversationFieldsFragment,
  type Following,
  MarkReadDocument,
  type MessageFieldsFragment,
  OlderMessagesDocument,
  OpenConversationDocument,
  ParlanceError,
} from '@parlance/client';
import { computed, signal } from '@preact/signals';
import { parlance } from '../server';
import { nameOf } from '../words';
import type { Chats } from './chats';
import { roomPhase } from './connection';
import { Members } from './members';
import { call, type Notice, noticeOf, type Told } from './notices';
import type { Outbox } from './outbox';
import { isReading } from './reading';
import { Typing } from './typing';
import { announce, hush } from './viewer';

export type Message = MessageFieldsFragment;

const PAGE = 60;
/** So many pages at most are loaded to show one message. */
const PAGES_MAX = 200;

export class Room {
  readonly id: string;
  readonly conversation = signal<ConversationFieldsFragment | null>(null);
  /** From the oldest that is held to the newest; the numbers are dense. */
  readonly messages = signal<readonly Message[]>([]);
  readonly hasOlder = signal(false);
  readonly isLoaded = signal(false);
  readonly members: Members;
  readonly notices = signal<readonly Notice[]>([]);
  readonly typing: Typing;
  /** Why there is nothing more to see here. */
  readonly gone = signal<string | null>(null);
  /** Why what is here is not up to date, and will not be by itself. */
  readonly trouble = signal<string | null>(null);
  /** What lies before could not be loaded, for a reason that waiting does not mend. */
  readonly isCutOff = signal(false);
  /** The message that is answered, or given new words, in the composer. */
  readonly replying = signal<Message | null>(null);
  readonly editing = signal<Message | null>(null);
  /** What is written and not sent; it stays when another conversation is looked at. */
  readonly draft = signal('');
  /** The number of the first message that was unread when the conversation was opened, or that came unseen. */
  readonly firstUnread = signal<number | null>(null);
  /** What has been on the screen; the server is told. */
  readonly #seenSeq = signal(0);
  /** Up to where the viewer has read, here or on another device. */
  readonly readSeq = computed(() =>
    Math.max(
      this.#seenSeq.value,
      this.conversation.value?.readSeq ?? 0,
      this.chats.get(this.id)?.readSeq ?? 0,
    ),
  );
  readonly lastSeq = computed(() => this.messages.value.at(-1)?.seq ?? 0);
  readonly me = computed(() => this.members.all.value.get(this.viewerId));

  /** What was written and is not among the messages yet. */
  readonly pending = computed(() =>
    this.outbox
      .of(this.id)
      .filter(({ message, seenAs }) => (message ? message.seq > this.lastSeq.value : !seenAs)),
  );

  /** Of messages that are not held: what became of them while a page that may have them is on its way. */
  readonly #late = new Map<number, Message>();
  /** Ends what belongs to one look at the room: it may be left, and opened again, while an answer is on its way. */
  #opening = new AbortController();
  #following: Following | null = null;
  #older: Promise<boolean> | null = null;
  #cursor: string | null = null;
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
    this.typing = new Typing(id);
    this.members = new Members(id);
  }

  /** Whether there is something in the composer. */
  get hasDraft(): boolean {
    return this.draft.peek().trim() !== '' || this.replying.peek() !== null || this.editing.peek() !== null;
  }

  /** Follows the conversation, at first or once more. */
  open(): void {
    this.#end();
    this.#opening = new AbortController();
    const { signal } = this.#opening;
    this.gone.value = null;
    this.trouble.value = null;
    this.#following = parlance.followConversation({
      conversationId: this.id,
      load: () => this.#load(signal),
      onEvent: (event) => this.#take(event),
      onPhase: (phase) => {
        roomPhase.value = phase;
        if (phase !== 'live') return;
        // What has no number was missed while nobody was connected.
        if (this.#wasLive) void this.members.load();
        this.#wasLive = true;
        if (this.#news > 0) announce(`${this.#news} new messages`);
        this.#news = 0;
      },
    });
    void this.#following.ended.then((reason) => {
      // Who is signed out is shown that instead of the room.
      if (!reason || signal.aborted || reason.code === 'SIGNED_OUT') return;
      const why = whyGone(reason);
      if (why) return this.#leave(why);
      roomPhase.value = 'failed';
      this.trouble.value = reason.message;
    });
  }

  close(): void {
    this.typing.stop();
    this.#end();
  }

  /** Follows it no longer, and holds nothing of it any more. */
  #end(): void {
    this.#opening.abort();
    this.#following?.stop();
    this.#following = null;
    roomPhase.value = null;
    this.typing.forget();
    this.#late.clear();
    this.#older = null;
    this.#cursor = null;
    this.#wasLive = false;
    this.#news = 0;
    this.isLoaded.value = false;
    this.messages.value = [];
    this.hasOlder.value = false;
    this.isCutOff.value = false;
    this.members.forget();
    this.notices.value = [];
  }

  /** Puts older messages before those that are held, as soon as the server can be reached; false if that is no use. */
  loadOlder(): Promise<boolean> {
    if (this.#older) return this.#older;
    const loading = this.#loadOlder(this.#opening.signal).finally(() => {
      if (this.#older === loading) this.#older = null;
    });
    this.#older = loading;
    return loading;
  }

  /** Makes sure that the message of this number is held; false if it is too far back. */
  async reach(seq: number): Promise<boolean> {
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      if ((this.messages.peek()[0]?.seq ?? 0) <= seq) return true;
      if (!(await this.loadOlder())) return false;
    }
    return false;
  }

  /** The viewer has seen everything up to this message. */
  async markRead(upToSeq: number): Promise<void> {
    if (upToSeq <= this.readSeq.peek() || this.gone.peek()) return;
    this.#seenSeq.value = upToSeq;
    if (this.#isMarking) return;
    this.#isMarking = true;
    try {
      // More may be seen while the server is told. It is told also when the room is left meanwhile.
      for (let told = 0; told < this.#seenSeq.peek(); ) {
        told = this.#seenSeq.peek();
        const input = { conversationId: this.id, upToSeq: told };
        const { markRead } = await parlance.request(MarkReadDocument, { input }, { persist: true });
        const { readSeq, unreadCount } = markRead.conversation;
        const held = this.conversation.peek();
        if (held) this.conversation.value = { ...held, readSeq, unreadCount };
        this.chats.read(this.id, readSeq, unreadCount);
      }
    } catch {
      // It is refused for good; what is read next tells it again.
    } finally {
      this.#isMarking = false;
    }
  }

  send(body: string): void {
    const replyTo = this.replying.peek();
    this.replying.value = null;
    this.typing.sent();
    // What was read is not new any more.
    if ((this.firstUnread.peek() ?? 0) <= this.readSeq.peek()) this.firstUnread.value = null;
    this.outbox.send(this.id, body, replyTo);
  }

  /** Takes a message as it is now, unless what is here is newer. */
  put(message: Message): void {
    if (!this.isLoaded.peek()) return;
    const all = this.messages.peek();
    const place = message.seq - (all[0]?.seq ?? message.seq);
    const held = all[place];
    if (held && held.revision >= message.revision) return;
    // Each of these would be a fault of ours; loading afresh mends it.
    if (place > all.length) return this.open();
    // What lies before those that are held is loaded as it is then, unless it is being loaded as it was.
    if (place < 0 && this.#older) this.#late.set(message.seq, message);
    const next = all.slice();
    if (place >= 0) next[place] = message;
    this.messages.value = message.revision > 1 ? next.map((one) => requoted(one, message)) : next;
    if (message.revision > 1) this.#requote(message);
  }

  /** The words of a message also stand in what is about to answer it, and in what is to be said of it. */
  #requote(message: Message): void {
    hush(message.id);
    this.outbox.requote(message);
    for (const subject of [this.replying, this.editing]) {
      const held = subject.peek();
      if (held?.id === message.id && held.revision < message.revision)
        subject.value = message.deletedAt ? null : message;
    }
  }

  async #load(signal: AbortSignal) {
    const variables = { id: this.id, last: PAGE };
    const { server, conversation } = await parlance.request(OpenConversationDocument, variables, { signal });
    signal.throwIfAborted();
    if (!conversation)
      throw new ParlanceError('There is no such conversation, or it is not yours.', 'NOT_FOUND', false);
    const { messages, members, ...fields } = conversation;
    this.#seenSeq.value = 0;
    this.firstUnread.value = fields.unreadCount > 0 ? fields.readSeq + 1 : null;
    this.conversation.value = fields;
    this.messages.value = messages.nodes;
    for (const message of messages.nodes) if (message.revision > 1) this.#requote(message);
    this.hasOlder.value = messages.pageInfo.hasPreviousPage;
    this.#cursor = messages.pageInfo.startCursor;
    this.members.start(members.nodes, members.pageInfo.hasNextPage);
    this.isCutOff.value = false;
    this.isLoaded.value = true;
    this.chats.put(fields);
    this.outbox.shown(this.id, this.lastSeq.value);
    return { eventSeq: fields.eventSeq, epoch: server.epoch };
  }

  async #loadOlder(signal: AbortSignal): Promise<boolean> {
    const before = this.#cursor;
    if (!this.hasOlder.peek() || before === null) return false;
    this.isCutOff.value = false;
    this.#late.clear();
    try {
      const variables = { id: this.id, last: PAGE, before };
      const options = { signal, persist: true };
      const { conversation } = await parlance.request(OlderMessagesDocument, variables, options);
      // Left, or not ours any more; or loaded afresh in the meantime.
      if (signal.aborted || !conversation) return false;
      if (this.#cursor !== before) return true;
      const { nodes, pageInfo } = conversation.messages;
      const late = [...this.#late.values()];
      const asTheyAre = nodes.map((one) => late.reduce(updated, one));
      this.#cursor = pageInfo.startCursor;
      this.messages.value = [...asTheyAre, ...this.messages.peek()];
      this.hasOlder.value = pageInfo.hasPreviousPage;
      return true;
    } catch {
      if (!signal.aborted) this.isCutOff.value = true;
      return false;
    }
  }

  #take(event: ConversationEvent): void {
    switch (event.__typename) {
      case 'MessageAdded':
        return this.#added(event.message);
      case 'MessageEdited':
      case 'MessageDeleted':
        return this.put(event.message);
      case 'MemberJoined':
      case 'MemberRoleChanged':
        this.members.put(event.member);
        return this.#note(event);
      case 'MemberLeft': {
        const { actor, user } = event;
        if (user.id === this.viewerId) {
          const isOwn = actor.id === user.id;
          return this.#leave(
            isOwn ? 'You left this conversation.' : `${nameOf(actor)} removed you from this conversation.`,
          );
        }
        this.typing.stopped(user.id);
        this.members.drop(user.id);
        return this.#note(event);
      }
      case 'ConversationDeleted':
        return this.#leave(`${call(event.actor, this.viewerId)} deleted this conversation.`);
      case 'ConversationUpdated': {
        const held = this.conversation.peek();
        if (held) this.conversation.value = { ...held, title: event.conversation.title };
        return this.#note(event);
      }
      case 'ReadPositionMoved':
        return this.members.hasRead(event.user.id, event.readSeq);
      case 'Typing':
        if (event.user.id === this.viewerId) return;
        return event.typing ? this.typing.started(event.user) : this.typing.stopped(event.user.id);
      default:
    }
  }

  #added(message: Message): void {
    // A page may be newer than the number from which the events come.
    const isNew = message.seq > this.lastSeq.peek();
    const isOwn = message.sender.id === this.viewerId;
    const isLive = roomPhase.peek() === 'live';
    const isWatched = isLive && isReading.peek();
    // Whoever comes back finds where it begins.
    if (isNew && !isOwn && !isWatched && (this.firstUnread.peek() ?? 0) <= this.readSeq.peek()) {
      this.firstUnread.value = message.seq;
    }
    this.put(message);
    this.typing.stopped(message.sender.id);
    if (isOwn) this.outbox.saw(message, this.id);
    else if (isNew && isLive) announce(`${nameOf(message.sender)}: ${message.body}`, message.id);
    else if (isNew) this.#news += 1;
    this.outbox.shown(this.id, this.lastSeq.value);
  }

  #note(event: Told): void {
    const text = noticeOf(event, this.viewerId);
    this.notices.value = [...this.notices.peek(), { key: event.eventSeq, after: this.lastSeq.peek(), text }];
    announce(text);
  }

  #leave(why: string): void {
    if (this.gone.peek()) return;
    this.#end();
    this.gone.value = why;
    this.trouble.value = null;
    this.replying.value = null;
    this.editing.value = null;
    this.draft.value = '';
    this.chats.drop(this.id);
    announce(why);
  }
}

/** The newer of two, also where it is quoted. */
function updated(held: Message, message: Message): Message {
  return held.id === message.id && held.revision < message.revision ? message : requoted(held, message);
}

function requoted(held: Message, { id, body, deletedAt }: Message): Message {
  return held.replyTo?.id === id ? { ...held, replyTo: { ...held.replyTo, body, deletedAt } } : held;
}

/** What ends a conversation for good; null for what may pass. */
function whyGone({ code }: ParlanceError): string | null {
  if (code === 'MEMBERSHIP_ENDED') return 'You are not in this conversation any more.';
  // The address may hold what is no id at all.
  if (code === 'NOT_FOUND' || code === 'BAD_USER_INPUT')
    return 'There is no such conversation, or it is not yours.';
  return null;
}
