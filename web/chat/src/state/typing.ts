// Who is writing in a conversation. It is about the moment: nothing of it is kept, or tried again.
import { SetTypingDocument, type UserFieldsFragment } from '@parlance/client';
import { signal } from '@preact/signals';
import { parlance } from '../server';

/** Somebody is taken to have stopped typing after so long; the server says so again every three seconds. */
const TYPING_MS = 6_000;
const PACE_MS = 3_000;

export class Typing {
  readonly typists = signal<ReadonlyMap<string, UserFieldsFragment>>(new Map());
  readonly #ends = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #conversationId: string;
  #toldAt = 0;

  constructor(conversationId: string) {
    this.#conversationId = conversationId;
  }

  /** The viewer has pressed a key. */
  pressed(): void {
    if (Date.now() - this.#toldAt < PACE_MS) return;
    this.#toldAt = Date.now();
    this.#tell(true);
  }

  stop(): void {
    if (this.#toldAt === 0) return;
    this.#toldAt = 0;
    this.#tell(false);
  }

  /** The message itself says that the typing is over. */
  sent(): void {
    this.#toldAt = 0;
  }

  started(user: UserFieldsFragment): void {
    clearTimeout(this.#ends.get(user.id));
    this.#ends.set(
      user.id,
      setTimeout(() => this.stopped(user.id), TYPING_MS),
    );
    this.typists.value = new Map(this.typists.peek()).set(user.id, user);
  }

  stopped(userId: string): void {
    clearTimeout(this.#ends.get(userId));
    if (!this.#ends.delete(userId)) return;
    const typists = new Map(this.typists.peek());
    typists.delete(userId);
    this.typists.value = typists;
  }

  forget(): void {
    for (const timer of this.#ends.values()) clearTimeout(timer);
    this.#ends.clear();
    this.typists.value = new Map();
  }

  #tell(typing: boolean): void {
    const input = { conversationId: this.#conversationId, typing };
    parlance.request(SetTypingDocument, { input }).catch(() => {});
  }
}
