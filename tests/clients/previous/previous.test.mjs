// The version before the newest migration, whose program $PARLANCE_PREVIOUS names, on the schema of this one: by turns on one
// database, and on a server both at once, as in a rolling upgrade and on the way back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { clients, follower } from '../lib/clients.mjs';
import { ask, group, history, person, same, send, sendMany, sendSurely } from '../lib/people.mjs';
import { current, figure, isShared, place, sleep, until } from '../lib/place.mjs';
import { resuming } from '../lib/socket.mjs';

assert.ok(process.env.PARLANCE_PREVIOUS, 'PARLANCE_PREVIOUS names the program of the previous version');
const previous = resolve(process.env.PARLANCE_PREVIOUS);

/** Everything that the database has but what people wrote, and which migrations made it. */
async function schemaOf({ database, file }) {
  if (!database) {
    const read = (query) => execFileSync('sqlite3', [file, query], { encoding: 'utf8' }).split('\n');
    return {
      shape: read('SELECT type, name, sql FROM sqlite_master ORDER BY type, name'),
      migrations: read('SELECT version, run_on FROM __diesel_schema_migrations ORDER BY version'),
    };
  }
  const read = async (query) => (await database.query({ sql: query, rowsAsArray: true }))[0].map((row) => row.join(' '));
  const columns = `SELECT table_name, column_name, column_type, is_nullable, column_default, extra
    FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`;
  const indexes = `SELECT table_name, index_name, seq_in_index, column_name, non_unique
    FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index`;
  return {
    shape: [...(await read(columns)), ...(await read(indexes))],
    migrations: await read('SELECT version, run_on FROM __diesel_schema_migrations ORDER BY version'),
  };
}

/** Another command of a server's program; nothing in the schema is another afterwards. */
async function runsInVain(it, server, command) {
  const before = await schemaOf(it);
  await server.run(command);
  assert.deepEqual(await schemaOf(it), before, `${command} changes nothing`);
}

/** It is ready without a word of doubt, and has logged nothing that is to be looked at. */
async function isContent(server, which) {
  const { ok, text } = await server.ready();
  assert.ok(ok && !/reasons|details|migrat/.test(text), `${which}: ${text}`);
  const log = readFileSync(server.log, 'utf8');
  assert.doesNotMatch(log, / (WARN|ERROR) |panicked/, which);
}

/** A field of a mutation of somebody who is signed in. */
const change = async (url, { token }, name, input, field = 'eventSeq') => {
  const type = `${name[0].toUpperCase()}${name.slice(1)}Input`;
  return (await ask(url, token, `mutation ($input: ${type}!) { ${name}(input: $input) { ${field} } }`, { input }))[name];
};

async function eventsOf(url, { token }, chat) {
  const all = [];
  for (;;) {
    const after = all.at(-1)?.event_seq ?? 0;
    const response = await fetch(`${url}/api/conversations/${chat}/events/?after=${after}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    const { events } = JSON.parse(text);
    if (events.length === 0) return all;
    all.push(...events.map(({ event_seq, type, message_id, user, role, actor, at }) =>
      ({ event_seq, type, message_id, user, role, actor, at })));
  }
}

/** What people do, each thing at `a` and the next about it at `b`, which may be the same; both tell the same of it. */
async function peopleMeet(a, b) {
  const [ann, bob, carol] = [await person(a, 'ann'), await person(b, 'bob'), await person(a, 'carol')];
  const { login } = await ask(b, null, 'mutation ($input: LoginInput!) { login(input: $input) { refreshToken } }', {
    input: { username: ann.username, password: ann.password },
  });
  for (const [at, { refreshToken }] of [[a, login], [b, bob], [b, carol]]) {
    const query = 'mutation ($input: RefreshTokenInput!) { refreshToken(input: $input) { accessToken } }';
    assert.ok((await ask(at, null, query, { input: { refreshToken } })).refreshToken.accessToken);
  }

  const chat = await group(a, [ann, bob]);
  await change(b, ann, 'addParticipants', { conversationId: chat, userIds: [carol.id] });
  await change(a, ann, 'setMemberRole', { conversationId: chat, userId: bob.id, role: 'ADMIN' });
  await change(b, bob, 'updateConversation', { id: chat, title: 'renamed' });
  const sent = await sendMany(() => a, ann.token, chat, 130);
  const name = randomUUID();
  const once = await send(a, bob.token, chat, 'once', name);
  const again = await send(b, bob.token, chat, 'once', name);
  assert.deepEqual([again.deduplicated, again.message.id], [true, once.message.id], 'what was sent is known to both');
  await change(b, ann, 'editMessage', { id: sent[0].id, body: 'edited' });
  await change(b, ann, 'deleteMessage', { id: sent[1].id });
  await change(a, carol, 'markRead', { conversationId: chat, upToSeq: 100 }, 'conversation { unreadCount }');
  await change(b, carol, 'leaveConversation', { conversationId: chat });

  const all = await history(a, ann.token, chat);
  assert.deepEqual(all.map(({ seq }) => seq), Array.from({ length: 131 }, (_, n) => n + 1));
  assert.deepEqual([all.find(({ id }) => id === sent[0].id).body, all.find(({ id }) => id === sent[1].id).body], ['edited', '']);
  assert.deepEqual(await history(b, bob.token, chat), all, 'both page through the same');
  const events = await eventsOf(a, ann, chat);
  assert.deepEqual(await eventsOf(b, bob, chat), events, 'both tell the same events');
  assert.deepEqual(events.map(({ event_seq }) => event_seq), events.map((_, n) => n + 1));
  const kinds = ['message_sent', 'message_edited', 'message_deleted', 'participant_joined', 'participant_left', 'role_changed', 'conversation_renamed'];
  assert.deepEqual(new Set(events.map(({ type }) => type)), new Set(kinds));
  for (const [url, who] of [[a, bob], [b, ann]]) {
    const query = '{ conversations { nodes { id title messageCount lastMessage { id } members { nodes { role user { id } } } } } }';
    const [{ members, ...found }] = (await ask(url, who.token, query)).conversations.nodes;
    assert.deepEqual(found, { id: chat, title: 'renamed', messageCount: 130, lastMessage: { id: once.message.id } });
    assert.deepEqual(members.nodes.map(({ role, user }) => [user.id, role]), [[ann.id, 'OWNER'], [bob.id, 'ADMIN']]);
  }
}

const everyone = (followers, count) =>
  until('every follower has everything', () => followers.every((one) => one.last() >= count)).catch((error) => {
    throw new Error(`${error.message}: ${followers.map((one) => `${one.name} ${one.last()}`)} of ${count}`);
  });

/** All that was acknowledged is there once, and each has followed all of it, in order and once. */
async function nothingIsAmiss(url, token, chat, acknowledged, followers) {
  const all = await history(url, token, chat);
  assert.deepEqual(all.map(({ seq }) => seq), all.map((_, n) => n + 1), 'the history has no hole');
  assert.deepEqual(new Set(acknowledged.map(({ id }) => id)), new Set(all.map(({ id }) => id)), 'what was acknowledged is there');
  assert.equal(acknowledged.length, all.length, 'no send is there twice');
  await everyone(followers, all.length);
  for (const one of followers) {
    same(one.log, all, one.name);
    await one.stop();
  }
  return all.length;
}

/** A test that begins with one server of the previous version; if it fails, the servers' logs are told. */
const tried = (what, options, { nats = false }, work) =>
  test(what, options, async (t) => {
    const it = await place(t, { instances: 1, program: previous, nats });
    try {
      await work(it);
    } catch (error) {
      for (const server of it.servers) console.log(`${server.log}:\n${server.tail()}`);
      throw error;
    }
  });

tried('by turns with this version, the previous one serves on the schema of this one', { timeout: 180_000 }, {}, async (it) => {
  const [server] = it.servers;
  const url = () => server.url;
  const ann = await person(url(), 'ann');
  const chat = await group(url(), [ann, await person(url(), 'bob')]);
  const acknowledged = await sendMany(url, ann.token, chat, 100);
  const followers = clients.map((kind) => follower(kind, { url, token: ann.token, conversationId: chat }));
  await everyone(followers, 100);

  const ofPrevious = await schemaOf(it);
  await server.end('SIGTERM');
  server.program = current;
  await server.run('migrate');
  const ofCurrent = await schemaOf(it);
  assert.ok(ofCurrent.migrations.length > ofPrevious.migrations.length, 'this version has a migration that the previous one has not');

  const turns = [['the previous one', previous], ['this one', current], ['the previous one again', previous], ['this one again', current]];
  for (const [which, program] of turns) {
    server.program = program;
    for (const command of ['migrate', 'check']) await runsInVain(it, server, command);
    await server.start();
    await peopleMeet(url(), url());
    acknowledged.push(...(await sendMany(url, ann.token, chat, 40, { body: (n) => `${n} to ${which}` })));
    await everyone(followers, acknowledged.length);
    await isContent(server, which);
    assert.deepEqual(await schemaOf(it), ofCurrent, `${which} leaves the schema as it is`);
    if (which !== turns.at(-1)[0]) {
      await server.end('SIGTERM');
      assert.equal(server.child.exitCode, 0, server.tail());
    }
  }
  const count = await nothingIsAmiss(url(), ann.token, chat, acknowledged, followers);
  figure(`by turns: ${count} messages, ${followers.length} clients, nothing lost or doubled`);
});

for (const nats of [true, false]) {
  const only = { timeout: 240_000, skip: !isShared && 'one SQLite file serves one instance' };
  const how = nats ? 'over NATS' : 'by looking';
  tried(`upgraded one after the other under load, and back, ${how}: nothing is lost or doubled at either version`, only, { nats }, async (it) => {
    const [older] = it.servers;
    const people = [await person(older.url, 'ann'), await person(older.url, 'bob')];
    const chat = await group(older.url, people);

    const followers = [];
    const streams = [];
    /** Everybody who follows at one place, or wherever the load balancer sends them. */
    const follow = (where, url) => {
      const token = people[followers.length % people.length].token;
      followers.push(...clients.map((kind) => ({ ...follower(kind, { url, token, conversationId: chat }), name: `${kind.name} at ${where}` })));
      streams.push([where, resuming(url, token, chat)]);
    };
    follow('the previous version', () => older.url);
    follow('either', it.url);

    let isOver = false;
    const acknowledged = [];
    const sender = async (n) => {
      while (!isOver) {
        acknowledged.push(await sendSurely(it.url, people[n % people.length].token, chat, `of ${n}`));
        await sleep(Math.random() * 30);
      }
    };
    const sending = Promise.all([0, 1, 2, 3].map(sender));
    // Nobody waits for it before the end.
    sending.catch(() => {});
    /** Sends at one instance and waits until everybody at some has it; those at another that is down are not asked. */
    const isHeard = async (url, among) => {
      const message = await sendSurely(() => url, people[0].token, chat, 'heard?');
      acknowledged.push(message);
      const { seq } = message;
      await until(`message ${seq} is heard`, () => followers.every((one) => !among.test(one.name) || one.last() >= seq), 60_000);
    };
    await sleep(1_000);

    // The new one migrates beside the old one.
    const before = await schemaOf(it);
    const newer = await it.add();
    const after = await schemaOf(it);
    assert.ok(after.migrations.length > before.migrations.length, 'this version has a migration that the previous one has not');
    follow('this version', () => newer.url);
    await isHeard(older.url, /./);
    await isHeard(newer.url, /./);
    await peopleMeet(older.url, newer.url);
    await peopleMeet(newer.url, older.url);

    const versions = [
      ['the previous version', older, newer, / at (this version|either)$/],
      ['this version', newer, older, / at (the previous version|either)$/],
    ];
    for (const [which, leaves, stays, others] of [...versions, ...versions]) {
      await leaves.end('SIGTERM');
      assert.equal(leaves.child.exitCode, 0, leaves.tail());
      await sleep(500);
      await isHeard(stays.url, others);
      for (const command of ['migrate', 'check']) await runsInVain(it, leaves, command);
      await leaves.start();
      await isHeard(leaves.url, /./);
      await isContent(leaves, which);
      await isContent(stays, `the one beside ${which}`);
    }
    isOver = true;
    await sending;

    await peopleMeet(older.url, newer.url);
    const all = await history(older.url, people[0].token, chat);
    assert.deepEqual(await history(newer.url, people[1].token, chat), all, 'both page through the same');
    await nothingIsAmiss(newer.url, people[0].token, chat, acknowledged, followers);
    for (const [where, { messages, events, stop }] of streams) {
      await until(`each stream at ${where} has everything`, () => messages.length >= all.length && events.length >= all.length + people.length);
      await stop();
      same(messages, all, `the messages at ${where}`);
      assert.deepEqual(events.map(({ eventSeq }) => eventSeq), events.map((_, n) => n + 1), `the events at ${where}`);
      same(events.flatMap(({ message }) => message ?? []), all, `the messages of the events at ${where}`);
    }
    assert.deepEqual(await schemaOf(it), after, 'the schema is as the new one made it');
    figure(`upgraded, and back: ${all.length} messages, ${followers.length + streams.length} followers, nothing lost or doubled`);
  });
}
