// Several instances on one database, with a bus between them and without.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clients, follower } from '../lib/clients.mjs';
import { killUnderLoad } from '../lib/kill.mjs';
import { group, history, person, same, send, sendSurely } from '../lib/people.mjs';
import { figure, isShared, place, sleep, until } from '../lib/place.mjs';
import { logout, removal } from '../lib/removal.mjs';
import { stream } from '../lib/socket.mjs';

const only = { timeout: 180_000, skip: !isShared && 'one SQLite file serves one instance' };

/** How long a message that is sent at one instance takes to the other. */
async function latencies(a, b, token, chat, count = 20) {
  const times = [];
  const log = [];
  const seq = (await send(a, token, chat, 'the one before')).message.seq;
  const socket = await stream(b, token, chat, seq, log);
  await sleep(300);
  for (let n = 1; n <= count; n += 1) {
    await send(a, token, chat, 'how long?');
    const sent = performance.now();
    while (log.length < n && performance.now() - sent < 10_000) await sleep(1);
    assert.ok(log.length >= n, 'it is heard');
    times.push(performance.now() - sent);
    // Not in step with anything that looks from time to time.
    await sleep(Math.random() * 100);
  }
  socket.ws.terminate();
  times.sort((x, y) => x - y);
  return `${times[count >> 1].toFixed(0)} ms in the middle, ${times.at(-1).toFixed(0)} ms at most`;
}

for (const nats of [true, false]) {
  test(`a message sent at one instance reaches who follows at the other, ${nats ? 'over NATS' : 'by looking'}`, only, async (t) => {
    const { servers } = await place(t, { nats });
    const [a, b] = servers.map(({ url }) => url);
    const ann = await person(a, 'ann');
    const chat = await group(a, [ann, await person(a, 'bob')]);
    figure(`from instance to instance, ${nats ? 'NATS' : 'looking'}: ${await latencies(a, b, ann.token, chat)}`);
  });
}

test('NATS is killed under load and comes back: nothing is lost or doubled at either instance, and /readyz tells', only, async (t) => {
  const { servers, nats } = await place(t, { nats: true });
  const [a, b] = servers.map(({ url }) => url);
  const people = [await person(a, 'ann'), await person(a, 'bob')];
  const chat = await group(a, people);
  const heard = { waiting: [] };
  const followers = [a, b].flatMap((url, at) =>
    clients.map((kind) =>
      follower(kind, {
        url: () => url,
        token: people[at].token,
        conversationId: chat,
        onMessage: (message) => at === 1 && heard.waiting.splice(0).forEach((tell) => tell(message)),
      }),
    ),
  );
  // Each stream by itself, with nothing dropped or sorted by a client.
  const logs = [[], []];
  const streams = [await stream(a, people[0].token, chat, 0, logs[0]), await stream(b, people[1].token, chat, 0, logs[1])];
  let isOver = false;
  const sender = async (n) => {
    while (!isOver) {
      await sendSurely(() => [a, b][n % 2], people[n % 2].token, chat, `of ${n}`);
      await sleep(Math.random() * 30);
    }
  };
  const sending = Promise.all([0, 1, 2, 3, 4, 5].map(sender));
  const mentions = async () => (await Promise.all(servers.map((server) => server.ready()))).map((answer) => answer?.text.includes('NATS'));
  await sleep(1_500);
  assert.deepEqual(await mentions(), [false, false]);
  await nats.end('SIGKILL');
  const killed = performance.now();
  await until('each instance tells', async () => (await mentions()).every(Boolean), 10_000);
  figure(`NATS kill -9: both instances tell of it after ${(performance.now() - killed).toFixed(0)} ms`);
  await sleep(1_500);
  assert.ok((await Promise.all(servers.map((server) => server.ready()))).every((answer) => answer.ok), 'they go on');
  await nats.start();
  const back = performance.now();
  await until('each instance is content', async () => !(await mentions()).some(Boolean), 20_000);
  figure(`NATS is back: both instances use it after ${(performance.now() - back).toFixed(0)} ms`);
  await sleep(1_000);
  isOver = true;
  await sending;

  // With nobody else talking: the first message after the fault.
  await nats.end('SIGKILL');
  const { message } = await send(a, people[0].token, chat, 'right after the kill');
  const sent = performance.now();
  await until('it comes by looking', () => logs[1].at(-1).seq >= message.seq, 10_000);
  figure(`NATS kill -9: the next message is at the other instance ${(performance.now() - sent).toFixed(0)} ms after it was acknowledged`);
  figure(`without NATS, which was there: ${await latencies(a, b, people[0].token, chat)}`);

  const all = await history(a, people[0].token, chat);
  await until('all have everything', () => [...followers.map((one) => one.log), ...logs].every((log) => log.length >= all.length), 30_000);
  logs.forEach((log, at) => same(log, all, `the stream at instance ${at}`));
  for (const one of followers) {
    same(one.log, all, one.name);
    await one.stop();
  }
  for (const socket of streams) socket.ws.terminate();
  figure(`NATS kill -9: ${all.length} messages, ${followers.length + 2} streams, nothing lost or doubled`);
});

test('instances are killed in turn under load, with NATS between them: nothing is lost or doubled', only, async (t) => {
  await killUnderLoad(t, { kills: 8, senders: 8, nats: true });
});

const faults = [
  { how: ' over NATS', nats: true },
  { how: ' with NATS killed', nats: true, prepare: ({ nats }) => nats.end('SIGKILL') },
];
for (const fault of faults) {
  test(`who is removed at one instance gets nothing later at the other,${fault.how}`, only, (t) => removal(t, fault));
  test(`logging out at one instance closes the sockets at the other,${fault.how}`, only, (t) => logout(t, fault));
}
