// An old copy of the database is put back: numbers that clients hold mean something else from then on.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { clients, follower } from '../lib/clients.mjs';
import { group, history, person, same, sendMany } from '../lib/people.mjs';
import { Server, isShared, place, until, within } from '../lib/place.mjs';

const timeout = 60_000;
// How to put back a copy is the business of each database; what follows is the same.
const skip = isShared && 'on SQLite only';

test('every client is told to load again when the data was restored, and misses nothing of its new life', { timeout, skip }, async (t) => {
  const it = await place(t);
  const { url, file } = it;
  const [server] = it.servers;
  const [ann, bob] = [await person(url(), 'ann'), await person(url(), 'bob')];
  const chat = await group(url(), [ann, bob]);
  await sendMany(url, ann.token, chat, 10);
  const parts = ['', '-wal', '-shm'];
  await server.end('SIGTERM');
  for (const part of parts) if (existsSync(file + part)) copyFileSync(file + part, `${file}.old${part}`);
  await server.start();

  const followers = clients.map((kind) => follower(kind, { url, token: bob.token, conversationId: chat }));
  await sendMany(url, ann.token, chat, 10, { body: (n) => `lost ${n}` });
  await until('they have it', () => followers.every((one) => one.last() === 20));

  await server.end('SIGTERM');
  for (const part of parts) {
    rmSync(file + part, { force: true });
    if (existsSync(`${file}.old${part}`)) copyFileSync(`${file}.old${part}`, file + part);
  }
  await server.run('restored');
  // Further than the clients had come, before they can ask: their number is not ahead of anything.
  const aside = await Server.make(it.folder, 'aside', server.env);
  it.servers.push(aside);
  await aside.start();
  const there = () => aside.url;
  await sendMany(there, ann.token, chat, 15, { body: (n) => `new ${n}` });
  const all = await history(there(), ann.token, chat);
  assert.equal(all.length, 25);
  await aside.end('SIGTERM');
  it.servers.pop();
  await server.start();

  for (const [n, one] of followers.entries()) {
    const error = await within(15_000, `${one.name} is not told`, one.ended.then(() => null, (reason) => reason));
    assert.equal(error?.[0]?.extensions.code, 'RESYNC_REQUIRED', `${one.name}: ${JSON.stringify(error)}`);
    assert.equal(one.last(), 20, `${one.name} got nothing of the new life by an old number`);
    const again = follower(clients[n], { url, token: bob.token, conversationId: chat });
    await until('it has loaded again', () => again.last() === 25);
    same(again.log, all, one.name);
    await again.stop();
  }
});
