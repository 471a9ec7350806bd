// Many who follow one conversation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { group, history, person, sendMany } from '../lib/people.mjs';
import { figure, place, sleep, until } from '../lib/place.mjs';
import { stream } from '../lib/socket.mjs';

const SUBSCRIBERS = 200;
const MESSAGES = 2_000;
const BROKEN = 20;

test(`${SUBSCRIBERS} subscribers, some of whose sockets break at random, all have the same ${MESSAGES} messages`, { timeout: 240_000 }, async (t) => {
  const { url, servers } = await place(t);
  const people = [];
  for (let n = 0; n < 10; n += 1) people.push(await person(url()));
  const chat = await group(url(), people);
  let isOver = false;
  const breaks = { count: 0 };
  /** Each stream by itself has to be dense: nothing is dropped or sorted here. */
  const subscriber = async (log, index) => {
    while (!isOver && log.length < MESSAGES) {
      const { token } = people[index % people.length];
      const socket = await stream(url(), token, chat, log.length, log).catch(() => null);
      if (!socket) continue;
      if (index < BROKEN) {
        const life = sleep(200 + Math.random() * 2_500);
        life.then(() => socket.ws.terminate());
      }
      const ended = socket.closed.then(() => true);
      while (log.length < MESSAGES && !isOver) {
        if (await Promise.race([ended, sleep(100)])) {
          breaks.count += 1;
          break;
        }
      }
      if (log.length >= MESSAGES || isOver) return socket.ws.terminate();
    }
  };
  const logs = Array.from({ length: SUBSCRIBERS }, () => []);
  const begun = performance.now();
  const subscribers = Promise.all(logs.map(subscriber));
  await until('all are there', () => logs.length === SUBSCRIBERS);
  await sleep(1_000);
  const sending = performance.now();
  await sendMany(url, people[0].token, chat, MESSAGES, { atOnce: 16 });
  const sent = performance.now();
  await until('all have everything', () => logs.every(({ length }) => length >= MESSAGES), 120_000).catch((error) => {
    throw new Error(`${error.message}: ${logs.map(({ length }) => length).join(' ')}`);
  });
  const had = performance.now();
  isOver = true;
  await subscribers;
  const all = await history(url(), people[0].token, chat);
  assert.equal(all.length, MESSAGES);
  const expected = all.map(({ id, seq }) => `${seq} ${id}`).join('\n');
  for (const [index, log] of logs.entries()) {
    assert.ok(log.map(({ id, seq }) => `${seq} ${id}`).join('\n') === expected, `the log of subscriber ${index}`);
  }
  const rate = (SUBSCRIBERS * MESSAGES) / ((had - sending) / 1_000);
  figure(`${SUBSCRIBERS} subscribers × ${MESSAGES} messages: sent in ${((sent - sending) / 1_000).toFixed(1)} s, the last had it ${(had - sent).toFixed(0)} ms later, ${rate.toFixed(0)} deliveries/s, ${breaks.count} broken sockets, server at ${servers[0].memory().peak.toFixed(0)} MiB, ${((had - begun) / 1_000).toFixed(0)} s in all`);
  assert.ok(breaks.count >= 10, `only ${breaks.count} sockets broke`);
});
