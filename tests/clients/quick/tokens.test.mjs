// An access token lasts minutes, a stream lasts for days.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { clients, follower } from '../lib/clients.mjs';
import { group, keepSignedIn, person, send } from '../lib/people.mjs';
import { place, sleep, until } from '../lib/place.mjs';

const timeout = 60_000;
const env = { PARLANCE_ACCESS_TTL: '3s' };
const query = `subscription ($chat: ID!, $after: Int) { messageAdded(conversationId: $chat, afterSeq: $after) { seq } }`;

async function beginning(t) {
  const { url } = await place(t, { env });
  const ann = await person(url(), 'ann');
  const chat = await group(url(), [ann, await person(url(), 'bob')]);
  const token = keepSignedIn(url, ann);
  const say = async (body) => send(url(), await token(), chat, body);
  await say('before');
  return { url, ann, chat, token, say };
}

test('the socket closes with 4403 when the token ends, and graphql-ws comes back with a new one and goes on', { timeout }, async (t) => {
  const { url, chat, token, say } = await beginning(t);
  const [log, codes] = [[], []];
  const client = createClient({
    url: () => `${url()}/graphql`.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    webSocketImpl: WebSocket,
    retryWait: () => sleep(50),
    on: { closed: ({ code }) => codes.push(code) },
  });
  let failed;
  const variables = {
    chat,
    get after() {
      return log.at(-1) ?? 0;
    },
  };
  client.subscribe({ query, variables }, {
    next: ({ data }) => log.push(data.messageAdded.seq),
    error: (error) => (failed = error),
    complete: () => {},
  });
  for (let n = 2; n <= 9; n += 1) {
    await sleep(1_000);
    await say(`message ${n}`);
  }
  await until('all of it came', () => log.length >= 9);
  await client.dispose();
  assert.equal(failed, undefined);
  assert.deepEqual(log, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const expired = codes.filter((code) => code === 4403).length;
  assert.ok(expired >= 2, `closed with ${codes}`);
});

test('a socket that shows a new token in time stays open', { timeout }, async (t) => {
  const { url, chat, token, say } = await beginning(t);
  const [log, codes] = [[], []];
  let showing;
  const client = createClient({
    url: () => `${url()}/graphql`.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    on: {
      connected(socket) {
        const show = async () => {
          socket.send(JSON.stringify({ type: 'ping', payload: { accessToken: await token() } }));
        };
        showing = setInterval(show, 1_000);
      },
      closed({ code }) {
        codes.push(code);
        clearInterval(showing);
      },
    },
  });
  let failed;
  client.subscribe({ query, variables: { chat, after: 0 } }, {
    next: ({ data }) => log.push(data.messageAdded.seq),
    error: (error) => (failed = error),
    complete: () => {},
  });
  for (let n = 2; n <= 8; n += 1) {
    await sleep(1_000);
    await say(`message ${n}`);
  }
  await until('all of it came', () => log.length >= 8);
  assert.deepEqual([codes, failed], [[], undefined]);
  assert.deepEqual(log, [1, 2, 3, 4, 5, 6, 7, 8]);
  await client.dispose();
});

test('every client goes on after its token has ended, if it is asked for a new one', { timeout }, async (t) => {
  const { url, chat, token, say } = await beginning(t);
  const followers = clients.map((kind) => follower(kind, { url, token, conversationId: chat }));
  for (let n = 2; n <= 8; n += 1) {
    await sleep(1_000);
    await say(`message ${n}`);
  }
  await until('all of it came', () => followers.every((one) => one.last() === 8));
  for (const one of followers) {
    assert.deepEqual(one.log.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7, 8], one.name);
    await one.stop();
  }
});
