// Each client as its makers ship it: what was there, what is new, queries, mutations.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { clients, follower } from '../lib/clients.mjs';
import { SEND, group, history, person, same, send, sendMany } from '../lib/people.mjs';
import { place, sleep, until } from '../lib/place.mjs';

const timeout = 60_000;

for (const kind of clients) {
  test(`${kind.name} gets what was there and then what is new, in order and once, and asks and sends`, { timeout }, async (t) => {
    const { url } = await place(t);
    const [ann, bob] = [await person(url(), 'ann'), await person(url(), 'bob')];
    const chat = await group(url(), [ann, bob]);
    await sendMany(url, ann.token, chat, 150);

    const bobs = follower(kind, { url, token: bob.token, conversationId: chat, afterSeq: 20 });
    // While the old ones are still being replayed.
    await sendMany(url, ann.token, chat, 50);
    await until('all of it came', () => bobs.last() === 200);

    const viewer = await kind.ask(bobs.client, 'query Viewer { viewer { id username } }');
    assert.equal(viewer.data.viewer.username, bob.username);
    const input = { conversationId: chat, body: 'sent by the client itself', clientMessageId: randomUUID() };
    const sent = (await kind.ask(bobs.client, SEND.replace('mutation', 'mutation Send'), { input })).data.sendMessage;
    assert.equal(sent.message.seq, 201);
    await until('it heard itself', () => bobs.last() === 201);

    assert.equal(await bobs.stop(), 201);
    assert.equal(bobs.log[0].seq, 21);
    same(bobs.log, await history(url(), ann.token, chat), kind.name);
    await send(url(), ann.token, chat, 'unheard');
    await sleep(200);
    assert.equal(bobs.log.length, 181, 'nothing comes after the end');
  });
}

test('a plain request for events goes on after its Last-Event-ID', { timeout }, async (t) => {
  const { url } = await place(t);
  const ann = await person(url(), 'ann');
  const chat = await group(url(), [ann, await person(url(), 'bob')]);
  await sendMany(url, ann.token, chat, 20);
  const control = new AbortController();
  t.after(() => control.abort());
  const response = await fetch(`${url()}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${ann.token}`,
      'last-event-id': '15',
    },
    body: JSON.stringify({
      query: `subscription { messageAdded(conversationId: "${chat}", afterSeq: 3) { seq } }`,
    }),
    signal: control.signal,
  });
  assert.match(response.headers.get('content-type'), /^text\/event-stream/);
  let text = '';
  const ids = () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (ids().length >= 5) break;
  }
  assert.deepEqual(ids(), [16, 17, 18, 19, 20]);
  assert.match(text, /^data: \{.*"seq":16/m);
});

test('graphql-ws left to retry by itself subscribes with its first cursor again, unless the variable is a getter', { timeout }, async (t) => {
  const { url, servers } = await place(t, { instances: 1 });
  const ann = await person(url(), 'ann');
  const chat = await group(url(), [ann, await person(url(), 'bob')]);
  await sendMany(url, ann.token, chat, 10);
  const client = createClient({
    url: () => `${url()}/graphql`.replace(/^http/, 'ws'),
    connectionParams: { authorization: `Bearer ${ann.token}` },
    webSocketImpl: WebSocket,
    retryAttempts: 1_000,
    retryWait: () => sleep(50),
    // Without this it gives up the first time that it is refused a connection.
    shouldRetry: () => true,
  });
  const query = `subscription ($chat: ID!, $after: Int) { messageAdded(conversationId: $chat, afterSeq: $after) { seq } }`;
  const [fixed, lazy] = [[], []];
  const ends = [];
  const sink = (log) => ({
    next: ({ data }) => log.push(data.messageAdded.seq),
    error: (error) => ends.push(error),
    complete: () => ends.push('complete'),
  });
  client.subscribe({ query, variables: { chat, after: 0 } }, sink(fixed));
  const variables = {
    chat,
    get after() {
      return lazy.at(-1) ?? 0;
    },
  };
  client.subscribe({ query, variables }, sink(lazy));
  await until('both have it', () => fixed.length === 10 && lazy.length === 10);
  await servers[0].end('SIGKILL');
  await servers[0].start();
  await send(url(), ann.token, chat, 'the eleventh');
  await until('both are back', () => fixed.at(-1) === 11 && lazy.at(-1) === 11).catch((error) => {
    throw new Error(`${error.message}: ${fixed}; ${lazy}; ${ends.map((end) => `${end.constructor?.name} ${end.message ?? end.code}`)}`);
  });
  await client.dispose();
  assert.equal(lazy.length, 11);
  assert.equal(fixed.length, 21, 'it got the first ten twice');
});
