// What was written and is not stored yet. Each message has a name of its own from the start, so however often it is
// sent, and whichever answer is lost, it is stored once. Kept for the tab, so that a reload goes on with it.
import { type MessageFieldsFragment, ParlanceError, uuid } from '@parlance/client';
import { signal } from '@preact/signals';
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

export class Outbox {
  readonly #all = signal<readonly Pending[]>([]);
  readonly #key: string;
  readonly #stopping = new AbortController();
  /** The last send of each conversation: the next one waits for it, so that they stay in order. */
  readonly #queues = new Map<string, Promise<void>>();

  constructor(viewerId: string) {
    this.#key = `parlance.outbox.${viewerId}`;
    try {
      this.#all.value = JSON.parse(sessionStorage.getItem(this.#key) ?? '[]');
    } catch {
      sessionStorage.removeItem(this.#key);
    }
    for (const pending of this.#all.value) if (!pending.failure && !pending.message) this.#queue(pending);
  }

  stop(): void {
    this.#stopping.abort();
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
    this.#all.value = all;
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(all));
    } catch {
      // Where a browser keeps nothing, a reload loses what is not sent.
    }
  }
}

/** That of whoever is signed in; null for nobody. */
export const outbox = signal<Outbox | null>(null);
