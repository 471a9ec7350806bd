// Somebody comes back after a very long time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill } from '../lib/fill.mjs';
import { group, person, send } from '../lib/people.mjs';
import { figure, place, sleep, until } from '../lib/place.mjs';
import { stream } from '../lib/socket.mjs';

const MESSAGES = 100_000;

test(`a subscriber from number 0 reads all of ${MESSAGES} messages at its own pace, and the server's memory stays as it is`, { timeout: 240_000 }, async (t) => {
  const it = await place(t, { instances: 1 });
  const { url, servers } = it;
  const [ann, bob] = [await person(url(), 'ann'), await person(url(), 'bob')];
  const chat = await group(url(), [ann, bob]);
  await fill(it, chat, ann.id, MESSAGES);
  // So that what any first subscription costs is not counted.
  const warm = [];
  const first = await stream(url(), ann.token, chat, MESSAGES - 1_000, warm);
  await until('a first one has read', () => warm.length === 1_000);
  first.ws.terminate();

  const before = servers[0].memory();
  const begun = performance.now();
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, servers[0].memory().now)), 50);
  t.after(() => clearInterval(watch));
  const log = [];
  const socket = await stream(url(), bob.token, chat, 0, log);
  // A slow device: it takes breaks.
  let pauses = 0;
  const breaks = setInterval(() => {
    pauses += 1;
    socket.ws.pause();
    setTimeout(() => socket.ws.resume(), 150);
  }, 500);
  t.after(() => clearInterval(breaks));
  await until('half of it came', () => log.length > MESSAGES / 2, 180_000);
  await send(url(), ann.token, chat, 'new while the old are being read');
  await until('all of it came', () => log.length >= MESSAGES + 1, 180_000);
  const took = (performance.now() - begun) / 1_000;
  clearInterval(breaks);
  clearInterval(watch);
  assert.equal(log.length, MESSAGES + 1);
  assert.equal(log.findIndex(({ seq }, index) => seq !== index + 1), -1, 'dense from 1');
  await sleep(500);
  const after = servers[0].memory();
  figure(`deep resume: ${MESSAGES} messages (written by SQL) in ${took.toFixed(1)} s with ${pauses} breaks; memory ${before.now.toFixed(0)} MiB before, ${most.toFixed(0)} at most, ${after.now.toFixed(0)} after`);
  assert.ok(most - before.now < 64, `grew from ${before.now} to ${most} MiB`);
  socket.ws.terminate();
});
