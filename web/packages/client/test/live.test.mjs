// Sending and following, through killed servers too.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import {
  ConversationsDocument,
  DeleteConversationDocument,
  EditMessageDocument,
  RemoveParticipantDocument,
  UpdateConversationDocument,
  uuid,
} from '@parlance/client';
import { WebSocket, WebSocketServer } from 'ws';
import { follower, group, isDense, place, sleep, until } from './place.mjs';

const timeout = 90_000;

test('a send whose answers are lost is stored once', { timeout }, async (t) => {
  const it = await place(t);
  let lose = 0;
  const lossy = async (url, init) => {
    const response = await fetch(url, init);
    if (init.body.includes('mutation SendMessage(') && lose > 0) {
      lose -= 1;
      throw new TypeError('the answer was lost');
    }
    return response;
  };
  const ann = await it.person('ann', { fetch: lossy });
  const chat = await group([ann, await it.person('bob')]);
  lose = 3;
  const sent = await ann.sendMessage({ conversationId: chat, body: 'once' });
  assert.deepEqual([lose, sent.deduplicated, sent.message.seq], [0, true, 1]);
  const clientMessageId = uuid();
  const input = { conversationId: chat, body: 'by its own name', clientMessageId };
  const [first, again] = [await ann.sendMessage(input), await ann.sendMessage(input)];
  assert.equal(first.message.id, again.message.id);
  assert.equal((await ann.sendMessage({ conversationId: chat, body: 'next' })).message.seq, 3);
});

test('a send waits for a server that is down, and is given up when told so', { timeout }, async (t) => {
  const it = await place(t);
  const ann = await it.person('ann');
  const chat = await group([ann, await it.person('bob')]);
  await it.server.end();
  const control = new AbortController();
  const givenUp = ann.sendMessage({ conversationId: chat, body: 'never' }, { signal: control.signal });
  const waiting = ann.sendMessage({ conversationId: chat, body: 'later' });
  await sleep(300);
  control.abort();
  await assert.rejects(givenUp, { code: 'NETWORK' });
  await it.server.start();
  assert.equal((await waiting).message.body, 'later');
});

test('what can never be sent is said at once', { timeout }, async (t) => {
  const it = await place(t);
  const ann = await it.person('ann');
  const chat = await group([ann, await it.person('bob')]);
  await assert.rejects(ann.sendMessage({ conversationId: chat, body: '  ' }), { code: 'BAD_USER_INPUT' });
  const cat = await it.person('cat');
  await assert.rejects(cat.sendMessage({ conversationId: chat, body: 'hello' }), { code: 'NOT_FOUND' });
});

test('who follows misses nothing and gets nothing twice while the server is killed', {
  timeout,
}, async (t) => {
  const it = await place(t);
  const [ann, bob] = [await it.person('ann'), await it.person('bob')];
  const chat = await group([ann, bob]);
  const followers = [follower(ann, chat), follower(bob, chat)];
  let isOver = false;
  const sent = [];
  const sender = async (client) => {
    while (!isOver) {
      sent.push(await client.sendMessage({ conversationId: chat, body: `number ${sent.length}` }));
      await sleep(5);
    }
  };
  const sending = Promise.all([ann, ann, bob].map(sender));
  for (let kills = 0; kills < 4; kills += 1) {
    await sleep(500);
    await it.server.end();
    await sleep(200);
    await it.server.start();
  }
  await sleep(500);
  isOver = true;
  await sending;
  for (const one of followers) {
    await until('everything came', () => one.messages.length >= sent.length);
    isDense(one.messages.map(({ seq }) => seq));
    isDense(
      one.events.map(({ eventSeq }) => eventSeq),
      one.first,
    );
    assert.equal(
      one.events.at(-1).eventSeq,
      sent.length + 2,
      'two joined, and then there were only messages',
    );
    assert.equal(one.messages.length, sent.length);
    assert.deepEqual(
      new Set(one.messages.map(({ id }) => id)),
      new Set(sent.map(({ message }) => message.id)),
    );
    assert.equal(one.loads, 1, 'the cursor was enough');
    assert.equal(one.phases.at(-1), 'live');
    one.stop();
    assert.equal(await one.ended, null);
  }
});

test('what happened while nobody was connected is told before what happens now', { timeout }, async (t) => {
  const it = await place(t);
  const [ann, bob] = [await it.person('ann'), await it.person('bob')];
  const chat = await group([ann, bob]);
  const first = follower(bob, chat);
  await until('it is live', () => first.phases.at(-1) === 'live');
  const { message } = await ann.sendMessage({ conversationId: chat, body: 'one' });
  await until('it is heard', () => first.messages.length === 1);
  bob.socket.terminate();
  await ann.request(EditMessageDocument, { input: { id: message.id, body: 'one, in other words' } });
  await ann.request(UpdateConversationDocument, { input: { id: chat, title: 'Tea' } });
  await ann.sendMessage({ conversationId: chat, body: 'two' });
  await until('all of it is heard', () => first.messages.length === 2);
  const kinds = first.events.map(({ __typename }) => __typename);
  assert.deepEqual(kinds, ['MessageAdded', 'MessageEdited', 'ConversationUpdated', 'MessageAdded']);
});

test('after a restore from a backup the conversation is loaded afresh', { timeout }, async (t) => {
  const it = await place(t);
  const [ann, bob] = [await it.person('ann'), await it.person('bob')];
  const chat = await group([ann, bob]);
  const one = follower(bob, chat);
  const inbox = { loads: 0, advanced: 0 };
  bob.followInbox({
    async load() {
      inbox.loads += 1;
      const { server, conversations } = await bob.request(ConversationsDocument, { first: 20 });
      return { epoch: server.epoch, heads: conversations.nodes, activeSince: null };
    },
    onEvent(event) {
      if (event.__typename === 'ConversationAdvanced') inbox.advanced += 1;
    },
  });
  await until('they are live', () => one.phases.at(-1) === 'live');
  await it.server.end('SIGTERM');
  await it.server.run('restored');
  await it.server.start();
  await until('both are loaded again', () => one.loads === 2 && inbox.loads === 2);
  await ann.sendMessage({ conversationId: chat, body: 'after it' });
  await until('it is heard', () => one.messages.length === 1 && inbox.advanced === 1);
});

test('who is taken out is told so, and who follows a group to its end', { timeout }, async (t) => {
  const it = await place(t);
  const [ann, bob, cat] = [await it.person('ann'), await it.person('bob'), await it.person('cat')];
  const chat = await group([ann, bob, cat]);
  const [ofBob, ofCat] = [follower(bob, chat), follower(cat, chat)];
  await until('they are live', () => [ofBob, ofCat].every((one) => one.phases.at(-1) === 'live'));
  const input = { conversationId: chat, userId: bob.session.user.id };
  await ann.request(RemoveParticipantDocument, { input });
  assert.equal((await ofBob.ended).code, 'MEMBERSHIP_ENDED');
  assert.deepEqual(
    ofBob.events.map(({ __typename }) => __typename),
    ['MemberLeft'],
  );
  await ann.request(DeleteConversationDocument, { input: { id: chat } });
  assert.equal(await ofCat.ended, null);
  assert.deepEqual(
    ofCat.events.map(({ __typename }) => __typename),
    ['MemberLeft', 'ConversationDeleted'],
  );
});

test('the inbox tells what came, moved and went, also while the server was away', { timeout }, async (t) => {
  const it = await place(t);
  const [ann, bob] = [await it.person('ann'), await it.person('bob')];
  const old = await group([ann, bob]);
  const unread = new Map();
  const phases = [];
  let loads = 0;
  const following = bob.followInbox({
    async load() {
      loads += 1;
      const { server, conversations } = await bob.request(ConversationsDocument, { first: 20 });
      for (const one of conversations.nodes) unread.set(one.id, one.unreadCount);
      const activeSince = conversations.nodes[0]?.lastActivityAt ?? null;
      return { epoch: server.epoch, heads: conversations.nodes, activeSince };
    },
    onEvent(event) {
      if ('conversation' in event) unread.set(event.conversation.id, event.conversation.unreadCount);
      if (event.__typename === 'ConversationRemoved') unread.delete(event.conversationId);
    },
    onPhase: (phase) => phases.push(phase),
  });
  await until('it is live', () => phases.at(-1) === 'live');
  await ann.sendMessage({ conversationId: old, body: 'one' });
  const another = await group([ann, bob]);
  await until('both are heard', () => unread.get(old) === 1 && unread.get(another) === 0);
  // Bob's socket is cut, and the server is down for a while: others write as soon as it is back.
  bob.socket.terminate();
  await it.server.end();
  const late = Promise.all([1, 2, 3].map((n) => ann.sendMessage({ conversationId: another, body: `${n}` })));
  await it.server.start();
  await late;
  const input = { conversationId: old, userId: bob.session.user.id };
  await ann.request(RemoveParticipantDocument, { input });
  await until('all is heard', () => unread.get(another) === 3 && !unread.has(old));
  assert.equal(loads, 1);
  following.stop();
});

test('a socket is shown fresh tokens and stays open', { timeout }, async (t) => {
  const it = await place(t, { PARLANCE_ACCESS_TTL: '3s' });
  let sockets = 0;
  class Counted extends WebSocket {
    constructor(...call) {
      super(...call);
      sockets += 1;
    }
  }
  const ann = await it.person('ann', { webSocketImpl: Counted });
  const chat = await group([ann, await it.person('bob')]);
  const one = follower(ann, chat);
  for (let n = 1; n <= 8; n += 1) {
    await sleep(1_000);
    await ann.sendMessage({ conversationId: chat, body: `${n}` });
  }
  await until('all of it came', () => one.messages.length === 8);
  assert.equal(sockets, 1);
});

test('a socket that has gone silent is given up, without waiting for its end', { timeout }, async (t) => {
  const it = await place(t);
  const sockets = [];
  class Kept extends WebSocket {
    constructor(...call) {
      super(...call);
      sockets.push(this);
    }
  }
  const ann = await it.person('ann', { webSocketImpl: Kept });
  const chat = await group([ann, await it.person('bob')]);
  const one = follower(ann, chat);
  await until('it is live', () => one.phases.at(-1) === 'live');
  sockets[0].pause();
  t.after(() => sockets[0].terminate());
  await ann.sendMessage({ conversationId: chat, body: 'said into the silence' });
  await until('it came over another socket', () => one.messages.length === 1);
  assert.equal(sockets.length, 2);
  assert.equal(one.loads, 1);
});

test('a socket that never gets to work is given up, the first one and a later one', {
  timeout,
}, async (t) => {
  const it = await place(t);
  const held = new Set();
  const listening = async (server) => {
    t.after(() => server.close());
    await once(server, 'listening');
    return `ws://127.0.0.1:${server.address().port}`;
  };
  // One takes connections and says nothing; the other answers pings, and acknowledges nobody.
  const mute = createServer((socket) => held.add(socket));
  t.after(() => {
    for (const socket of held) socket.destroy();
  });
  const heedless = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  heedless.on('connection', (socket) =>
    socket.on('message', (text) => {
      if (JSON.parse(text).type === 'ping') socket.send('{"type":"pong"}');
    }),
  );
  const [muteUrl, heedlessUrl] = await Promise.all([mute.listen(0, '127.0.0.1'), heedless].map(listening));
  const addresses = {
    'dead before the handshake': muteUrl,
    'dead before the acknowledgement': null,
    'never acknowledged': heedlessUrl,
  };
  const bob = await it.person('bob');
  const follows = async (way, ill) => {
    const opened = [];
    class Ill extends WebSocket {
      constructor(address, ...more) {
        const isIll = opened.length === ill;
        super((isIll && addresses[way]) || address, ...more);
        opened.push(this);
        t.after(() => this.terminate());
        if (isIll && !addresses[way]) this.once('open', () => this.pause());
      }
    }
    const ann = await it.person(`ann-${Object.keys(addresses).indexOf(way)}-${ill}`, { webSocketImpl: Ill });
    const chat = await group([ann, bob]);
    const one = follower(ann, chat);
    if (ill > 0) {
      await until('it is live', () => one.phases.at(-1) === 'live');
      ann.socket.terminate();
    }
    await ann.sendMessage({ conversationId: chat, body: 'said meanwhile' });
    const isHeard = () => one.messages.length === 1 && one.phases.at(-1) === 'live';
    await until(`${way}: it came over another socket`, isHeard, 25_000);
    assert.equal(opened.length, ill + 2, way);
  };
  await Promise.all(Object.keys(addresses).flatMap((way) => [follows(way, 0), follows(way, 1)]));
});

test('what else comes meanwhile is no answer to a ping', { timeout }, async (t) => {
  const it = await place(t);
  const sockets = [];
  class Deaf extends WebSocket {
    constructor(...call) {
      super(...call);
      sockets.push(this);
      if (sockets.length > 1) return;
      const send = this.send.bind(this);
      this.send = (text, ...more) => {
        if (JSON.parse(text).type !== 'ping') return send(text, ...more);
        // One more message was on its way when the network died.
        this.once('message', () => this.pause());
        bob.sendMessage({ conversationId: chat, body: 'the last one' });
      };
      t.after(() => this.terminate());
    }
  }
  const [ann, bob] = [await it.person('ann', { webSocketImpl: Deaf }), await it.person('bob')];
  const chat = await group([ann, bob]);
  const one = follower(ann, chat);
  await until('the network died', () => one.messages.length === 1);
  await bob.sendMessage({ conversationId: chat, body: 'said into the silence' });
  await until('it came over another socket', () => one.messages.length === 2);
  assert.equal(sockets.length, 2);
});

test('an opening that is given up ends no program', { timeout }, async (t) => {
  const it = await place(t);
  const ann = await it.person('ann');
  const chat = await group([ann, await it.person('bob')]);
  const one = follower(ann, chat);
  const stop = ann.socket.on('connecting', () => setImmediate(() => ann.socket.terminate()));
  await until('it is tried again', () => one.phases.length > 0);
  await sleep(500);
  stop();
  await until('it is live', () => one.phases.at(-1) === 'live');
});

for (const [wrong, hours] of [
  ['ahead', 5],
  ['behind', -24 * 40],
]) {
  test(`a clock that is far ${wrong} renews no more often, and the socket stays open`, {
    timeout,
  }, async (t) => {
    const it = await place(t, { PARLANCE_ACCESS_TTL: '3s' });
    const { now } = Date;
    Date.now = () => now() + hours * 3_600_000;
    t.after(() => {
      Date.now = now;
    });
    let [sockets, refreshes] = [0, 0];
    class Counted extends WebSocket {
      constructor(...call) {
        super(...call);
        sockets += 1;
      }
    }
    const counted = (url, init) => {
      if (init.body.includes('mutation Refresh(')) refreshes += 1;
      return fetch(url, init);
    };
    const ann = await it.person('ann', { webSocketImpl: Counted, fetch: counted });
    const chat = await group([ann, await it.person('bob')]);
    // The life of a token begins when it comes, and not when a socket is opened with it.
    await sleep(1_200);
    const one = follower(ann, chat);
    await sleep(5_000);
    await ann.sendMessage({ conversationId: chat, body: 'six seconds later' });
    await until('it came', () => one.messages.length === 1);
    assert.equal(sockets, 1);
    assert.ok(refreshes >= 2 && refreshes <= 4, `${refreshes} renewals`);
  });
}

test('a socket that would be closed again for the same reason is not opened again', {
  timeout,
}, async (t) => {
  const it = await place(t);
  let [code, opened] = [0, 0];
  const refusing = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.after(() => refusing.close());
  refusing.on('connection', (socket) => {
    opened += 1;
    socket.close(code);
  });
  class Refused extends WebSocket {
    constructor(_, ...more) {
      super(`ws://127.0.0.1:${refusing.address().port}`, ...more);
    }
  }
  const ann = await it.person('ann', { webSocketImpl: Refused });
  const chat = await group([ann, await it.person('bob')]);
  for (code of [1002, 1007, 1008, 1009, 4400, 4406, 4409, 4429]) {
    opened = 0;
    const one = follower(ann, chat);
    assert.match((await one.ended).message, new RegExp(`${code}`));
    assert.equal(opened, 1, `${code}`);
  }
  for (code of [1001, 1011, 4403, 4408]) {
    opened = 0;
    const one = follower(ann, chat);
    await until(`${code} is tried again`, () => opened > 1);
    one.stop();
  }
});

test('whoever signs in next gets nothing of who was there before', { timeout }, async (t) => {
  const it = await place(t);
  const [one, cat] = [await it.person('ann'), await it.person('cat')];
  const anns = await group([cat, one]);
  const before = follower(one, anns);
  await until('it is live', () => before.phases.at(-1) === 'live');
  before.stop();
  await one.session.register({
    username: 'bob',
    email: 'bob@example.org',
    password: 'correct horse battery',
  });
  const bobs = await group([cat, one]);
  const heard = [];
  let isLive = false;
  one.followInbox({
    async load() {
      const { server, conversations } = await one.request(ConversationsDocument, { first: 20 });
      return { epoch: server.epoch, heads: conversations.nodes, activeSince: null };
    },
    onEvent(event) {
      if ('conversation' in event) heard.push(event.conversation.id);
    },
    onPhase: (phase) => {
      isLive = phase === 'live';
    },
  });
  await until('it is live', () => isLive);
  await cat.sendMessage({ conversationId: anns, body: 'for Ann' });
  await cat.sendMessage({ conversationId: bobs, body: 'for Bob' });
  await until('it is heard', () => heard.includes(bobs));
  assert.deepEqual(heard, [bobs]);
});

test('signing out elsewhere ends what is followed', { timeout }, async (t) => {
  const it = await place(t);
  const ann = await it.person('ann');
  const chat = await group([ann, await it.person('bob')]);
  const one = follower(ann, chat);
  await until('it is live', () => one.phases.at(-1) === 'live');
  const token = await ann.session.token();
  await fetch(`${it.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: 'mutation { logout { sessionId } }' }),
  });
  assert.equal((await one.ended).code, 'SIGNED_OUT');
  assert.equal(ann.session.user, null);
});

test('a nudge ends a wait, however long that would have been', { timeout }, async (t) => {
  const it = await place(t);
  let refused = 0;
  const busy = async (url, init) => {
    if (!init.body.includes('mutation SendMessage(') || refused > 0) return fetch(url, init);
    refused += 1;
    const extensions = { code: 'RATE_LIMITED', retryable: true, retryAfterMs: 3_600_000 };
    return Response.json({ errors: [{ message: 'in an hour', extensions }] }, { status: 429 });
  };
  const ann = await it.person('ann', { fetch: busy });
  const chat = await group([ann, await it.person('bob')]);
  const sending = ann.sendMessage({ conversationId: chat, body: 'now' });
  await until('it was refused', () => refused === 1);
  await sleep(50);
  ann.nudge();
  assert.equal((await sending).message.seq, 1);
});

test('a question that persists is asked more and more rarely until it is answered', {
  timeout,
}, async (t) => {
  const it = await place(t);
  let [asked, isAway] = [0, false];
  const away = async (url, init) => {
    if (!isAway) return fetch(url, init);
    asked += 1;
    throw new TypeError('the server is away');
  };
  const ann = await it.person('ann', { fetch: away });
  isAway = true;
  await assert.rejects(ann.request(ConversationsDocument, { first: 1 }), { code: 'NETWORK' });
  assert.equal(asked, 1);
  const control = new AbortController();
  const options = { persist: true, signal: control.signal };
  const givenUp = ann.request(ConversationsDocument, { first: 1 }, options);
  const waiting = ann.request(ConversationsDocument, { first: 1 }, { persist: true });
  await sleep(2_000);
  assert.ok(asked >= 5 && asked <= 15, `${asked} requests of two in two seconds`);
  control.abort();
  await assert.rejects(givenUp, { code: 'NETWORK' });
  isAway = false;
  assert.deepEqual((await waiting).conversations.nodes, []);
});

test('nobody goes on with what somebody else has followed', { timeout }, async (t) => {
  const it = await place(t);
  const [one, cat] = [await it.person('ann'), await it.person('cat')];
  const chat = await group([cat, one]);
  const followed = follower(one, chat);
  await until('it is live', () => followed.phases.at(-1) === 'live');
  await one.session.register({
    username: 'bob',
    email: 'bob@example.org',
    password: 'correct horse battery',
  });
  assert.equal((await followed.ended).code, 'SIGNED_OUT');
});
