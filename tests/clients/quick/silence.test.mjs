// A peer that is gone without a word is noticed, and nothing is missed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as eventsource from '../../../docs/clients/fetch/eventsource.mjs';
import * as stream from '../../../docs/clients/fetch/stream.mjs';
import { follow } from '../../../docs/clients/shared/follow.mjs';
import { clients, follower } from '../lib/clients.mjs';
import { group, person, send } from '../lib/people.mjs';
import { figure, place, sleep, until } from '../lib/place.mjs';
import { silencer } from '../lib/silence.mjs';

const query = `subscription ($id: ID!, $last: Int, $epoch: ID) {
  messageAdded(conversationId: $id, afterSeq: $last, epoch: $epoch) { id seq body } }`;

/** Those of docs/clients/fetch, which are no more than a subscription. */
const bare = [
  ['fetch', stream],
  ['EventSource', eventsource],
].map(([name, { subscribe }]) => ({
  name,
  connect: ({ url, token, silence }) => ({ url: url(), token: async () => token(), silence }),
  end() {},
  followMessages: (options, { conversationId: id, afterSeq, epoch, onMessage, signal }) =>
    follow({
      last: afterSeq,
      epoch,
      open: (cursor, sink) => subscribe(options, { query, variables: { id, ...cursor } }, sink),
      numberOf: ({ messageAdded }) => messageAdded.seq,
      onItem: ({ messageAdded }) => {
        onMessage(messageAdded);
      },
      signal,
    }),
}));

test('a peer that is gone without a word is noticed, and nothing is missed', { timeout: 90_000 }, async (t) => {
  const { servers } = await place(t, { instances: 1, env: { PARLANCE_WS_PING: '1s' } });
  const [{ url, port }] = servers;
  const [ann, bob] = [await person(url, 'ann'), await person(url, 'bob')];
  const chat = await group(url, [ann, bob]);
  const between = await silencer(t, port);
  const followers = [...clients, ...bare].map((kind) =>
    follower(kind, { url: () => between.url, token: bob.token, conversationId: chat, silence: 5_000 }),
  );
  const heard = (seq) => () => followers.every((one) => one.last() === seq);
  await send(url, ann.token, chat, 'before');
  await until('all hear', heard(1));

  // Signs of life are enough.
  await sleep(7_000);
  await send(url, ann.token, chat, 'after some silence');
  await until('all still hear', heard(2), 2_000);

  const begun = Date.now();
  assert.ok(between.fallSilent() >= followers.length);
  await send(url, ann.token, chat, 'into the silence');
  await sleep(1_000);
  assert.ok(followers.every((one) => one.last() === 2), 'nobody hears');
  await until('all come back', heard(3), 40_000).catch((error) => {
    throw new Error(`${error.message}: ${followers.map((one) => `${one.name} ${one.last()}`).join(', ')}`);
  });
  figure(`a silent peer: all are back after ${Date.now() - begun} ms`);
  for (const one of followers) {
    assert.deepEqual(one.log.map(({ seq }) => seq), [1, 2, 3], one.name);
    await one.stop();
  }
});
