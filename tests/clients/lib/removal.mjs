// Somebody is taken out of a conversation at one instance while following it at another.
import assert from 'node:assert/strict';
import { clients, follower } from './clients.mjs';
import { ask, group, person, sendSurely } from './people.mjs';
import { figure, place, sleep, until, within } from './place.mjs';
import { Socket, stream } from './socket.mjs';

const code = (errors) => errors?.[0]?.extensions?.code;

export async function removal(t, { prepare = () => {}, how, ...options } = {}) {
  const it = await place(t, options);
  const a = it.servers[0].url;
  const b = it.servers.at(-1).url;
  const [ann, bob] = [await person(a, 'ann'), await person(a, 'bob')];
  const chat = await group(a, [ann, bob]);
  const followers = clients.map((kind) =>
    follower(kind, { url: () => b, token: bob.token, conversationId: chat }),
  );
  const events = [];
  const socket = await Socket.open(b, bob.token, ({ type, payload }) => {
    if (type === 'next') events.push(payload.data.conversationEvents);
    else if (type === 'error') events.error = payload;
  });
  socket.subscribe(
    `subscription ($chat: ID!) { conversationEvents(conversationId: $chat, afterEventSeq: 0) {
      __typename ... on MessageAdded { eventSeq } ... on MemberJoined { eventSeq } ... on MemberLeft { eventSeq } } }`,
    { chat },
  );
  let isOver = false;
  const sent = [];
  const sender = async () => {
    while (!isOver) {
      sent.push(await sendSurely(() => a, ann.token, chat, 'not for everybody'));
      await sleep(5);
    }
  };
  const sending = Promise.all([sender(), sender(), sender(), sender()]);
  await until('they hear something', () => followers.every((one) => one.last() > 10));
  await prepare(it);

  const query = `mutation ($input: RemoveParticipantInput!) { removeParticipant(input: $input) { eventSeq } }`;
  const input = { conversationId: chat, userId: bob.id };
  const { eventSeq } = (await ask(a, ann.token, query, { input })).removeParticipant;
  const removed = performance.now();
  for (const one of followers) {
    const error = await within(10_000, `${one.name} is not told`, one.ended.then(() => null, (error) => error));
    assert.equal(code(error), 'MEMBERSHIP_ENDED', `${one.name}: ${JSON.stringify(error)}`);
  }
  figure(`removed at one instance, told at the other${how ?? ''} after ${(performance.now() - removed).toFixed(0)} ms`);
  await sleep(1_000);
  isOver = true;
  await sending;

  // Two joined, then only messages until the removal: message n is event n + 2.
  const last = eventSeq - 3;
  assert.ok(Math.max(...sent.map(({ seq }) => seq)) > last, 'the others talked on');
  const expected = Array.from({ length: last }, (_, index) => index + 1);
  const dense = (log) => assert.deepEqual(log.map(({ seq }) => seq), expected);
  for (const one of followers) dense(one.log);
  const numbers = events.flatMap((event) => event.eventSeq ?? []);
  assert.deepEqual(numbers, Array.from({ length: eventSeq }, (_, index) => index + 1));
  assert.equal(events.filter(({ eventSeq }) => eventSeq).at(-1).__typename, 'MemberLeft');
  await until('the events end too', () => code(events.error) === 'MEMBERSHIP_ENDED');

  for (const url of [a, b]) {
    const log = [];
    const again = await stream(url, bob.token, chat, 0, log);
    await until('it ends', () => log.error);
    assert.equal(code(log.error), 'MEMBERSHIP_ENDED');
    dense(log);
    again.ws.close();
  }
  socket.ws.close();
}

export async function logout(t, { prepare = () => {}, how, ...options } = {}) {
  const it = await place(t, options);
  const [a, b] = [it.servers[0].url, it.servers.at(-1).url];
  const [ann, bob] = [await person(a, 'ann'), await person(a, 'bob')];
  const chat = await group(a, [ann, bob]);
  const sockets = [];
  for (const url of [a, b]) sockets.push(await stream(url, bob.token, chat, 0, []));
  const others = await stream(b, ann.token, chat, 0, []);
  const [, events] = clients;
  const following = follower(events, { url: () => b, token: bob.token, conversationId: chat });
  await sendSurely(() => a, ann.token, chat, 'hello');
  await until('it is heard', () => following.last() === 1);
  await prepare(it);
  await ask(a, bob.token, 'mutation { logout { sessionId } }');
  const over = performance.now();
  for (const socket of sockets) {
    assert.equal(await within(10_000, 'a socket outlives its session', socket.closed), 4401);
  }
  figure(`logged out at one instance, closed at both${how ?? ''} after ${(performance.now() - over).toFixed(0)} ms`);
  const error = await within(10_000, 'a stream of events outlives its session', following.ended.then(() => null, (e) => e));
  assert.match(code(error), /SESSION_REVOKED|UNAUTHENTICATED/);
  assert.equal(others.ws.readyState, others.ws.OPEN);
  others.ws.close();
}
