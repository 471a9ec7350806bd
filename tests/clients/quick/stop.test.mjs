// A server that is told to stop says goodbye.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clients, follower } from '../lib/clients.mjs';
import { group, history, person, same, send, sendMany } from '../lib/people.mjs';
import { figure, place, sleep, until } from '../lib/place.mjs';
import { stream } from '../lib/socket.mjs';

test('told to stop, the server answers what is under way and closes sockets with 1012; clients miss nothing', { timeout: 60_000 }, async (t) => {
  const { url, servers } = await place(t, { instances: 1 });
  const ann = await person(url(), 'ann');
  const chat = await group(url(), [ann, await person(url(), 'bob')]);
  await sendMany(url, ann.token, chat, 20);
  const followers = clients.map((kind) => follower(kind, { url, token: ann.token, conversationId: chat }));
  const log = [];
  const socket = await stream(url(), ann.token, chat, 0, log);
  await until('they have it', () => [...followers.map((one) => one.log), log].every(({ length }) => length === 20));

  // A sign-up takes its time, because a password is made hard to guess.
  const answered = [];
  const signUp = (name) => `mutation SignUp { register(input: { username: "${name}", email: "${name}@example.org",
    password: "correct horse battery" }) { user { username } } }`;
  const overHttp = person(url(), 'http').then(({ username }) => answered.push(username));
  const [graphqlWs] = clients;
  const overSocket = graphqlWs
    .ask(followers[0].client, signUp('bysocket'))
    .then(({ data }) => answered.push(data.register.user.username));
  await sleep(15);
  assert.deepEqual(answered, [], 'they are still under way');
  const told = performance.now();
  await Promise.all([servers[0].end('SIGTERM'), overHttp, overSocket]);
  figure(`SIGTERM: the server has ended after ${(performance.now() - told).toFixed(0)} ms`);
  assert.equal(answered.length, 2);
  assert.equal(await socket.closed, 1012);
  assert.equal(servers[0].child.exitCode, 0);

  await servers[0].start();
  const up = performance.now();
  await send(url(), ann.token, chat, 'after');
  await until('they are back', () => followers.every((one) => one.last() === 21));
  figure(`SIGTERM: all clients are back ${(performance.now() - up).toFixed(0)} ms after the new start`);
  const all = await history(url(), ann.token, chat);
  for (const one of followers) {
    same(one.log, all, one.name);
    await one.stop();
  }
});
