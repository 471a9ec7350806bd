// What a client knows of a conversation: what it loaded, and what it was told since.
import assert from 'node:assert/strict';
import { eventNumber } from './follow.mjs';

export class Transcript {
  #byId = new Map();
  #last = null;
  /** How many events came, and how often it was loaded. */
  events = 0;
  loads = 0;

  /** What a query gave: messages, and the number of the newest event that they show. */
  load(messages, eventSeq) {
    this.#byId.clear();
    for (const message of messages) this.#keep(message);
    this.#last = eventSeq;
    this.loads += 1;
  }

  /** An item of `conversationEvents`. */
  take(event) {
    const number = eventNumber(event);
    if (number === null) return;
    assert.equal(number, this.#last + 1, 'the numbers are dense');
    this.#last = number;
    this.events += 1;
    if (event.message) this.#keep(event.message);
  }

  /** Objects come as they are now, so an older event may bring a newer message: the higher revision is right. */
  #keep(message) {
    const known = this.#byId.get(message.id);
    if (!known || known.revision < message.revision) this.#byId.set(message.id, message);
  }

  get messages() {
    return [...this.#byId.values()].sort((one, other) => one.seq - other.seq);
  }

  has(seq) {
    return this.messages.some((message) => message.seq === seq);
  }
}
