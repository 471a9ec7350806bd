// Senders and followers while servers are killed in turn.
import assert from 'node:assert/strict';
import { clients, follower } from './clients.mjs';
import { group, history, person, same, sendSurely } from './people.mjs';
import { figure, isShared, place, sleep, until, within } from './place.mjs';
import { resuming } from './socket.mjs';

/** Kills an instance and starts it again, each in its turn. */
const ofInstances = {
  what: 'kill -9',
  breaks: ({ servers }, n) => servers[n % servers.length].end('SIGKILL'),
  async mends({ servers }, n) {
    if (isShared) await sleep(Math.random() * 500);
    await servers[n % servers.length].start();
  },
};

export async function killUnderLoad(
  t,
  { kills, senders, pause = [700, 2_000], fault = ofInstances, ...options },
) {
  const it = await place(t, options);
  const { url, servers } = it;
  const people = [];
  for (let n = 0; n < 3; n += 1) people.push(await person(url(), 'person'));
  const chat = await group(url(), people);
  const heard = { waiting: [] };
  const followers = clients.map((kind, n) => {
    const { token } = people[n % people.length];
    return follower(kind, {
      url,
      token,
      conversationId: chat,
      onMessage: () => heard.waiting.splice(0).forEach((tell) => tell(performance.now())),
    });
  });

  // What the clients do not see: whether each stream by itself is in order and without repetition.
  const raw = resuming(url, people[0].token, chat);

  let isOver = false;
  const acknowledged = [];
  const sender = async (n) => {
    while (!isOver) {
      const message = await sendSurely(url, people[n % people.length].token, chat, `of ${n}`);
      acknowledged.push(message);
      await sleep(Math.random() * 20);
    }
  };
  const sending = Promise.all(Array.from({ length: senders }, (_, n) => sender(n)));
  // Nobody waits for it before the end.
  sending.catch(() => {});

  const recoveries = [];
  for (let n = 0; n < kills; n += 1) {
    await sleep(pause[0] + Math.random() * (pause[1] - pause[0]));
    const broken = performance.now();
    await fault.breaks(it, n);
    const first = new Promise((tell) => heard.waiting.push(tell));
    await fault.mends(it, n);
    const up = performance.now();
    const at = await within(30_000, 'nothing is delivered any more', first);
    recoveries.push([up - broken, at - broken]);
  }
  await sleep(500);
  isOver = true;
  await sending;

  const all = await history(url(), people[0].token, chat);
  await until(
    'every follower has everything',
    () =>
      followers.every((one) => one.last() === all.length) &&
      raw.messages.length >= all.length &&
      raw.events.length >= all.length + people.length,
    30_000,
  ).catch((error) => {
    const lasts = followers.map((one) => `${one.name} ${one.last()}`);
    lasts.push(`messages ${raw.messages.length}`, `events ${raw.events.length}`);
    throw new Error(`${error.message}: ${lasts.join(', ')} of ${all.length}`);
  });
  assert.deepEqual(all.map(({ seq }) => seq), all.map((_, index) => index + 1), 'the history has no hole');
  const times = new Map();
  for (const { id } of all) times.set(id, (times.get(id) ?? 0) + 1);
  for (const { id, seq } of acknowledged) {
    assert.equal(all[seq - 1]?.id, id, `message ${seq} was acknowledged and is there`);
    assert.equal(times.get(id), 1, `message ${seq} is there once`);
  }
  assert.equal(new Set(acknowledged.map(({ id }) => id)).size, acknowledged.length, 'no two sends are one message');
  // Every sender went on until it was told, so nothing else is there.
  assert.equal(all.length, acknowledged.length, 'no send is there twice');
  for (const one of followers) {
    same(one.log, all, one.name);
    await one.stop();
  }
  await raw.stop();
  same(raw.messages, all, 'the messages as they came');
  const numbers = raw.events.map(({ eventSeq }) => eventSeq);
  assert.deepEqual(numbers, numbers.map((_, index) => index + 1), 'the events as they came');
  same(raw.events.flatMap(({ message }) => message ?? []), all, 'the messages of the events');
  for (const [n, [up, delivered]] of recoveries.entries()) {
    figure(`${fault.what} number ${n + 1}: ready after ${up.toFixed(0)} ms, first delivery after ${delivered.toFixed(0)} ms`);
  }
  figure(`${fault.what}: ${all.length} messages, ${followers.length} clients, ${servers.length} instance(s), nothing lost or doubled`);
  return { kills: recoveries.length, acknowledged: acknowledged.length };
}
