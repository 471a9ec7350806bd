// Somebody stops reading.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { group, person, sendMany } from '../lib/people.mjs';
import { figure, place, sleep, until, within } from '../lib/place.mjs';
import { stream } from '../lib/socket.mjs';

const MESSAGES = 20_000;

test(`a reader that stops reading costs no memory and no one else any time, is closed, and goes on without a hole`, { timeout: 360_000 }, async (t) => {
  const { url, servers } = await place(t, { instances: 1 });
  const [ann, bob] = [await person(url(), 'ann'), await person(url(), 'bob')];
  const chat = await group(url(), [ann, bob]);
  const query = `subscription ($conversationId: ID!, $afterSeq: Int) {
    messageAdded(conversationId: $conversationId, afterSeq: $afterSeq) { id seq body } }`;
  const logs = { stopped: [], prompt: [] };
  const open = (log, whose) => stream(url(), whose.token, chat, log.length, log, query);
  const stopped = await open(logs.stopped, bob);
  const prompt = await open(logs.prompt, ann);
  const text = 'y'.repeat(2_000);
  const sendSome = (count) => sendMany(url, ann.token, chat, count, { atOnce: 32, body: (n) => `${n} ${text}` });
  await sendSome(1_000);
  await until('both have the first', () => logs.stopped.length === 1_000 && logs.prompt.length === 1_000);

  const before = servers[0].memory().now;
  let [most, lag] = [0, 0];
  const watch = setInterval(() => (most = Math.max(most, servers[0].memory().now)), 50);
  t.after(() => clearInterval(watch));
  stopped.ws.pause();
  const begun = Date.now();
  for (let count = 2_000; count <= MESSAGES; count += 1_000) {
    await sendSome(1_000);
    const sent = performance.now();
    await until('the other has it', () => logs.prompt.length === count, 10_000);
    lag = Math.max(lag, performance.now() - sent);
  }
  const sentFor = (Date.now() - begun) / 1_000;
  assert.ok(logs.stopped.length < MESSAGES / 2, 'it has not read on');
  // While it is not read, the socket itself cannot tell that it was closed.
  await sleep(Math.max(0, begun + 48_000 - Date.now()));
  clearInterval(watch);
  stopped.ws.resume();
  const code = await within(10_000, 'it is not closed', stopped.closed);
  assert.ok([1013, 1006].includes(code), `closed with ${code}`);
  const had = logs.stopped.length;
  assert.ok(had < MESSAGES, 'it had been left behind');
  const again = await open(logs.stopped, bob);
  await until('it has the rest', () => logs.stopped.length >= MESSAGES, 60_000);
  for (const log of Object.values(logs)) {
    assert.equal(log.length, MESSAGES);
    assert.equal(log.findIndex(({ seq }, index) => seq !== index + 1), -1, 'dense from 1');
  }
  figure(`a reader that stops: ${MESSAGES} messages of 2 KB sent in ${sentFor.toFixed(0)} s, the others at most ${lag.toFixed(0)} ms behind, memory ${before.toFixed(0)} MiB before and ${most.toFixed(0)} at most; closed with ${code} after ${had} messages`);
  assert.ok(most - before < 64, `grew from ${before} to ${most} MiB`);
  again.ws.terminate();
  prompt.ws.terminate();
});
