// What was written and is not stored yet. Each message has a name of its own from the start, so however often it is
// sent, and whichever answer is lost, it is stored once. Kept for the tab, so that a reload goes on with it, and until
// whoever wrote it signs out.
import { type MessageFieldsFragment, ParlanceError, uuid } from '@parlance/client';
import { computed, signal } from '@preact/signals';
import { parlance } from '../server';

export interface Pending {
  readonly clientMessageId: string;
  readonly conversationId: string;
  readonly body: string;
  readonly replyTo: MessageFieldsFragment['replyTo'];
  readonly at: string;
  /** Why it will not be sent by itself any more. */
  readonly failure: string | null;
  /** What it was stored as. */
  readonly message: MessageFieldsFragment | null;
  /** The id of a message that came by the stream, and is most likely this one. */
  readonly seenAs: string | null;
}

const PREFIX = 'parlance.outbox.';

export class Outbox {
  readonly #all = signal<readonly Pending[]>([]);
  /** How many are not stored yet. */
  readonly unsent = computed(() => this.#all.value.filter(({ message }) => !message).length);
  /** Whether one of them is on its way. */
  readonly isBusy = computed(() => this.#all.value.some(({ message, failure }) => !message && !failure));
  readonly #key: string;
  readonly #stopping = new AbortController();
  /** The last send of each conversation: the next one waits for it, so that they stay in order. */
  readonly #queues = new Map<string, Promise<void>>();

  constructor(viewerId: string) {
    this.#key = PREFIX + viewerId;
    forgetUnsent(this.#key);
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#key) ?? '[]');
      if (Array.isArray(kept)) this.#all.value = kept;
    } catch {
      // Nothing is kept, or nothing that can be read.
    }
    for (const pending of this.#all.value) if (!pending.failure && !pending.message) this.#queue(pending);
  }

  /** Whoever wrote it has signed out: nobody after them finds their words. */
  stop(): void {
    this.#stopping.abort();
    forgetUnsent();
  }

  /** Of one conversation, in the order they were written. */
  of(conversationId: string): readonly Pending[] {
    return this.#all.value.filter((pending) => pending.conversationId === conversationId);
  }

  send(conversationId: string, body: string, replyTo: MessageFieldsFragment | null): void {
    const pending: Pending = {
      clientMessageId: uuid(),
      conversationId,
      body: body.trim(),
      replyTo,
      at: new Date().toISOString(),
      failure: null,
      message: null,
      seenAs: null,
    };
    this.#set([...this.#all.peek(), pending]);
    this.#queue(pending);
  }

  /** Once more, under the same name. */
  again(pending: Pending): void {
    this.#update(pending.clientMessageId, { failure: null });
    this.#queue(pending);
  }

  discard({ clientMessageId }: Pending): void {
    this.#set(this.#all.peek().filter((one) => one.clientMessageId !== clientMessageId));
  }

  /** A message of the viewer's own came by the stream, maybe before the answer to its send did. */
  saw({ id, body }: MessageFieldsFragment, conversationId: string): void {
    const all = this.of(conversationId);
    // Its answer was there first: another one with the same words is still on its way.
    if (all.some(({ message }) => message?.id === id)) return;
    const likely = all
      .filter(({ message, seenAs }) => !message && !seenAs)
      .find((pending) => pending.body === body);
    if (likely) this.#update(likely.clientMessageId, { seenAs: id });
  }

  /** The messages of a conversation are shown up to this number; what was stored as one of them is done with. */
  shown(conversationId: string, seq: number): void {
    const isDone = ({ message, conversationId: of }: Pending) =>
      of === conversationId && message !== null && message.seq <= seq;
    if (this.#all.peek().some(isDone)) this.#set(this.#all.peek().filter((pending) => !isDone(pending)));
  }

  /** A message has other words now, or none. */
  requote({ id, body, deletedAt }: MessageFieldsFragment): void {
    const all = this.#all.peek();
    if (!all.some(({ replyTo }) => replyTo?.id === id)) return;
    this.#set(
      all.map((one) =>
        one.replyTo?.id === id ? { ...one, replyTo: { ...one.replyTo, body, deletedAt } } : one,
      ),
    );
  }

  #queue(pending: Pending): void {
    const before = this.#queues.get(pending.conversationId) ?? Promise.resolve();
    this.#queues.set(
      pending.conversationId,
      before.then(() => this.#deliver(pending)),
    );
  }

  async #deliver({ clientMessageId, conversationId, body, replyTo }: Pending): Promise<void> {
    const input = { conversationId, body, clientMessageId, replyToId: replyTo?.id ?? null };
    try {
      const { message } = await parlance.sendMessage(input, { signal: this.#stopping.signal });
      this.#update(clientMessageId, { message });
    } catch (thrown) {
      if (this.#stopping.signal.aborted) return;
      this.#update(clientMessageId, { failure: ParlanceError.from(thrown).message, seenAs: null });
    }
  }

  #update(clientMessageId: string, change: Partial<Pending>): void {
    const all = this.#all.peek();
    this.#set(all.map((one) => (one.clientMessageId === clientMessageId ? { ...one, ...change } : one)));
  }

  #set(all: readonly Pending[]): void {
    if (this.#stopping.signal.aborted) return;
    this.#all.value = all;
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(all));
    } catch {
      // Where a browser keeps nothing, a reload loses what is not sent.
    }
  }
}

/** Removes what is kept for the tab, but for one key. */
export function forgetUnsent(key?: string): void {
  try {
    for (const other of Object.keys(sessionStorage)) {
      if (other.startsWith(PREFIX) && other !== key) sessionStorage.removeItem(other);
    }
  } catch {
    // The browser keeps nothing.
  }
}

/** That of whoever is signed in; null for nobody. */
export const outbox = signal<Outbox | null>(null);
