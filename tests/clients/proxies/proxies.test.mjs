// Two instances on one database, with NATS between them, behind the proxies of deploy/: what a client has there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clients, follower } from '../lib/clients.mjs';
import { killUnderLoad } from '../lib/kill.mjs';
import { ask, group, history, person, same, send, sendMany } from '../lib/people.mjs';
import { figure, isShared, place, sleep, until } from '../lib/place.mjs';
import { get, proxied } from '../lib/proxy.mjs';
import { stream } from '../lib/socket.mjs';

const only = { timeout: 120_000, skip: !isShared && 'one SQLite file serves one instance' };
// As docs/operations.md has it for a proxy on the same machine.
const env = { PARLANCE_TRUSTED_PROXIES: '127.0.0.1/32', PARLANCE_PUBLIC_URL: 'https://localhost' };
const json = { 'content-type': 'application/json' };

for (const kind of ['nginx', 'haproxy']) {
  const setup = { nats: true, env, proxy: proxied(kind) };

  test(`GraphQL, REST, WebSockets and events work through ${kind}, whichever instance is behind it`, only, async (t) => {
    const { url, servers } = await place(t, setup);
    const ann = await person(url(), 'ann');
    const bob = await person(url(), 'bob');
    const chat = await group(url(), [ann, bob]);
    const followers = clients.map((one) => follower(one, { url, token: bob.token, conversationId: chat }));
    const log = [];
    const socket = await stream(url(), bob.token, chat, 0, log);
    // At each instance itself, so that one of the two is surely not where a follower is.
    for (const [n, server] of [...servers, ...servers].entries()) {
      const sent = performance.now();
      await send(server.url, ann.token, chat, `at ${server.url}`);
      await until('each has it at once, by WebSocket and as an event', () =>
        [...followers.map((one) => one.log), log].every(({ length }) => length === n + 1), 5_000);
      figure(`${kind}: all have it after ${(performance.now() - sent).toFixed(0)} ms`);
    }
    socket.ws.close();

    const login = { method: 'POST', headers: json, body: JSON.stringify({ username: bob.username, password: bob.password }) };
    const { access } = JSON.parse((await get(url(), '/api/token/', login)).text);
    const headers = { ...json, authorization: `Bearer ${access}` };
    const body = JSON.stringify({ message_body: 'by REST' });
    const posted = await get(url(), `/api/conversations/${chat}/messages/`, { method: 'POST', headers, body });
    assert.equal(posted.status, 201, posted.text);
    const polled = await get(url(), `/api/conversations/${chat}/events/?after=6&wait=5`, { headers });
    assert.equal(JSON.parse(polled.text).events[0].message.message_body, 'by REST', polled.text);
    const all = await history(url(), ann.token, chat);
    await until('they have that too', () => followers.every((one) => one.last() === all.length));
    for (const one of followers) {
      same(one.log, all, one.name);
      await one.stop();
    }
  });

  test(`${kind} tells who asks, whatever they say themselves, and keeps what is not for the world`, only, async (t) => {
    const { url, proxy, servers } = await place(t, setup);
    const ann = await person(url(), 'ann');
    const query = `mutation { login(input: { username: "${ann.username}", password: "${ann.password}" }) { accessToken } }`;
    const forged = { 'x-forwarded-for': '203.0.113.7, 127.0.0.1', forwarded: 'for=203.0.113.7', 'x-real-ip': '203.0.113.7' };
    const login = { method: 'POST', headers: { ...json, ...forged }, body: JSON.stringify({ query }), localAddress: '127.0.0.2' };
    const answer = await get(url(), '/graphql', login);
    const token = JSON.parse(answer.text).data.login.accessToken;
    const { sessions } = await ask(url(), token, '{ sessions { current ip } }');
    assert.equal(sessions.find(({ current }) => current).ip, '127.0.0.2', 'the address that the proxy has seen');

    const count = answer.raw.filter((name) => name.toLowerCase() === 'strict-transport-security').length;
    assert.equal(count, 1, 'it is told once to stay with TLS');
    assert.doesNotMatch(answer.headers.server ?? '', /\d/, 'no version is told');
    assert.ok(answer.headers['x-request-id'], 'the id of the request comes back');
    const named = await get(url(), '/graphql', { ...login, headers: { ...login.headers, 'x-request-id': 'mine-1' } });
    assert.equal(named.headers['x-request-id'], 'mine-1');

    for (const path of ['/healthz', '/readyz', '/metrics']) assert.equal((await get(url(), path)).status, 404, path);
    const long = await get(url(), '/graphql', { ...login, body: JSON.stringify({ query: 'x'.repeat(1_500_000) }) });
    assert.deepEqual([long.status, JSON.parse(long.text).errors[0].extensions.code], [413, 'PAYLOAD_TOO_LARGE']);

    const plain = await fetch(`${proxy.plain}/graphql?a=b`, { redirect: 'manual' });
    assert.equal(plain.status, 301);
    assert.match(plain.headers.get('location'), /^https:\/\/[^/]+\/graphql\?a=b$/);

    // Not through the proxy: nobody who is not trusted is believed, but this address is.
    const direct = await fetch(`${servers[0].url}/graphql`, { ...login, headers: { ...json, 'x-forwarded-for': '203.0.113.9' } });
    const mine = await ask(url(), (await direct.json()).data.login.accessToken, '{ sessions { current ip } }');
    assert.equal(mine.sessions.find(({ current }) => current).ip, '203.0.113.9');
  });

  // Stopped as an upgrade does it, and killed, in turn: the clients find the other one and miss nothing.
  const fault = {
    what: `${kind}: an instance that is stopped, or killed`,
    breaks: ({ servers }, n) => servers[n % 2].end(n % 4 < 2 ? 'SIGTERM' : 'SIGKILL'),
    async mends({ servers }, n) {
      // Longer than clients wait before they try again, so that they go to the other one.
      await new Promise((done) => setTimeout(done, 1_500));
      await servers[n % 2].start();
    },
  };
  test(`instances behind ${kind} are stopped and killed in turn under load: nothing is lost or doubled`, only, async (t) => {
    const { kills, acknowledged } = await killUnderLoad(t, { ...setup, fault, kills: 4, senders: 4 });
    assert.ok(kills === 4 && acknowledged > 20, `${acknowledged} messages`);
  });

  test(`one instance after the other is restarted behind ${kind}, as an upgrade does it, and nobody notices`, only, async (t) => {
    const { url, servers } = await place(t, setup);
    const ann = await person(url(), 'ann');
    const chat = await group(url(), [ann, await person(url(), 'bob')]);
    let [isOver, sent, failed] = [false, 0, []];
    const writer = async () => {
      while (!isOver) {
        await send(url(), ann.token, chat, 'meanwhile').then(() => (sent += 1), (error) => failed.push(`${error}`));
        await sleep(20);
      }
    };
    const writing = Promise.all(Array.from({ length: 4 }, writer));
    for (const server of [...servers, ...servers]) {
      await server.end('SIGTERM');
      // So that somebody surely asks while it is away.
      await sleep(700);
      await server.start();
    }
    isOver = true;
    await writing;
    figure(`${kind}: of ${sent + failed.length} requests during four restarts ${failed.length} failed`);
    // One that meets a connection at the moment in which it is closed may have been received, and is not sent again.
    assert.ok(sent > 50 && failed.length <= 2, `${sent} sent; ${failed.length} failed: ${failed.slice(0, 3).join('; ')}`);
  });

  test(`with one instance gone for good, ${kind} sends everybody to the other`, only, async (t) => {
    const { url, servers } = await place(t, setup);
    const ann = await person(url(), 'ann');
    const chat = await group(url(), [ann, await person(url(), 'bob')]);
    const followers = clients.map((one) => follower(one, { url, token: ann.token, conversationId: chat }));
    await sendMany(url, ann.token, chat, 10);
    await until('they have it', () => followers.every((one) => one.last() === 10));
    await servers[0].end('SIGTERM');
    const gone = performance.now();
    for (let n = 0; n < 10; n += 1) {
      const { data } = JSON.parse((await get(url(), '/graphql?query={__typename}')).text);
      assert.equal(data?.__typename, 'Query', 'no request meets the one that is gone');
    }
    await sendMany(url, ann.token, chat, 10);
    await until('they have the rest', () => followers.every((one) => one.last() === 20));
    figure(`${kind}: everybody is at the other instance after ${(performance.now() - gone).toFixed(0)} ms`);
    const all = await history(url(), ann.token, chat);
    for (const one of followers) {
      same(one.log, all, one.name);
      await one.stop();
    }
  });
}
