// kill -9 under load: what was acknowledged is there once, and nobody who follows misses or doubles anything.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killUnderLoad } from '../lib/kill.mjs';

test('everything acknowledged is there once after kill -9, and every client followed all of it', { timeout: 120_000 }, async (t) => {
  const { kills, acknowledged } = await killUnderLoad(t, { kills: 4, senders: 8 });
  assert.equal(kills, 4);
  assert.ok(acknowledged > 100, `only ${acknowledged} messages were acknowledged`);
});
