// What the programs of all clients have in common: where the server is, who is there, and whether all went well.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { sleep } from './graphql.mjs';
import { Session } from './session.mjs';

export const url = process.env.PARLANCE_URL ?? 'http://127.0.0.1:8000';

/** How many messages Ann sends while Bob follows. */
export const rounds = Number(process.env.PARLANCE_ROUNDS ?? 5);

/** Two new people, signed in; Ann signs in a second time, as she would on another day. */
export async function twoPeople() {
  const input = (name) => {
    const username = `${name}-${randomUUID().slice(0, 8)}`;
    return { username, email: `${username}@example.org`, password: 'correct horse battery' };
  };
  const [anns, bobs] = [input('ann'), input('bob')];
  await Session.register(url, anns);
  const [ann, bob] = await Promise.all([
    Session.login(url, { username: anns.username, password: anns.password }),
    Session.register(url, bobs),
  ]);
  return { ann, bob };
}

/** All of a conversation, page by page from its beginning. */
export async function history(session, id) {
  const query = `query ($id: ID!, $after: String) { conversation(id: $id) {
    messages(first: 100, after: $after, filter: { includeDeleted: true }) {
      nodes { id seq body revision } pageInfo { hasNextPage endCursor } } } }`;
  const all = [];
  for (let after = null; ; ) {
    const { messages } = (await session.ask(query, { id, after })).conversation;
    all.push(...messages.nodes);
    if (!messages.pageInfo.hasNextPage) return all;
    after = messages.pageInfo.endCursor;
  }
}

/** Fails unless somebody knows exactly what the server has; else says so, in the words that the test reads. */
export function verify({ known, all, events, loads, streams, renewals }) {
  const short = ({ id, seq, body, revision }) => ({ id, seq, body, revision });
  assert.deepEqual(known.map(short), all.map(short), 'what was heard is what was said');
  assert.equal(loads, 2, 'a cursor of other data led to loading again, and nothing else did');
  console.log(`ok: ${all.length} messages, ${events} events, each once, over ${streams} streams; ${renewals} renewals`);
}

/** Waits until something holds. */
export async function until(what, holds) {
  for (const late = Date.now() + 60_000; !holds(); await sleep(20)) assert.ok(Date.now() < late, what);
}
