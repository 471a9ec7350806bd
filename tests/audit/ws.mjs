#!/usr/bin/env node
// Checks a running GraphQL server's WebSocket endpoint against the graphql-transport-ws protocol
// (the PROTOCOL.md of the graphql-ws package).
//
//   node ws.mjs URL [BEARER_TOKEN] [options]
//
//   URL                    ws://, wss://, http:// or https:// address of the endpoint
//   BEARER_TOKEN           sent as "authorization: Bearer ..." in the connection_init payload
//   --header               send the token in the upgrade request's Authorization header as well
//   --subscription DOC     a subscription that stays open (and better: emits); runs the checks of
//                          live subscriptions, which no schema-independent operation can do
//   --variables JSON       variables of that subscription
//   --init-wait SECONDS    how long the server may wait for connection_init (default 15)
//   --expect-ping SECONDS  the server must send a ping (message or frame) within that time
//   --legacy               check the old subprotocol (subscriptions-transport-ws) too
//   --only ID[,ID]         run just these
//   --verbose              print passing checks too
//
// Prints every failing check, then 'N passed, N failed' alone on the last line; exits 1 when any
// failed, 2 when the server could not be reached or the arguments are wrong.
import http from 'node:http';
import https from 'node:https';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const OPTIONS_WITH_VALUE = ['--subscription', '--variables', '--init-wait', '--expect-ping', '--only'];
const opts = {};
const positional = [];
for (let i = 2; i < process.argv.length; i++) {
  const a = process.argv[i];
  if (!a.startsWith('--')) positional.push(a);
  else if (OPTIONS_WITH_VALUE.includes(a)) opts[a.slice(2)] = process.argv[++i];
  else opts[a.slice(2)] = true;
}
const [address, token] = positional;
if (!address || positional.length > 2) {
  console.error('usage: ws.mjs URL [BEARER_TOKEN] [--header] [--subscription DOC] [--variables JSON] [--init-wait S] [--expect-ping S] [--legacy] [--only IDS] [--verbose]');
  process.exit(2);
}
const url = address.replace(/^http/, 'ws');
const PROTOCOL = 'graphql-transport-ws';
const LEGACY = 'graphql-ws';
const ANSWER_MS = 3000; // how long an answer may take
const SILENCE_MS = 400; // how long to listen for what must not come
const initWaitMs = Number(opts['init-wait'] ?? 15) * 1000;
const bearer = token ? { authorization: `Bearer ${token}` } : undefined;
const upgradeHeaders = opts.header && bearer ? bearer : {};

class Failed extends Error {}
const expect = (condition, reason) => {
  if (!condition) throw new Failed(reason);
};
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const short = (v) => (typeof v === 'string' ? v : JSON.stringify(v) ?? 'nothing').slice(0, 160);

/** One raw connection: a queue of what arrived, and its end. */
class Conn {
  static async open({ protocols = PROTOCOL, headers = upgradeHeaders } = {}) {
    const c = new Conn();
    c.queue = [];
    c.waiters = [];
    c.closed = undefined;
    c.pingFrames = 0;
    c.ws = new WebSocket(url, protocols, { headers, handshakeTimeout: ANSWER_MS });
    c.ws.on('message', (data, isBinary) => c.push({ text: data.toString('utf8'), isBinary }));
    c.ws.on('ping', () => c.pingFrames++);
    c.ws.on('close', (code, reason) => {
      c.closed = { code, reason: reason.toString('utf8') };
      c.push({ closed: c.closed });
    });
    await new Promise((resolve, reject) => {
      c.ws.on('open', resolve);
      c.ws.on('unexpected-response', (_req, res) => {
        c.rejected = res.statusCode;
        res.resume();
        reject(new Failed(`the upgrade was refused with HTTP ${res.statusCode}`));
      });
      c.ws.on('error', (err) => reject(c.rejected ? new Failed(`the upgrade was refused with HTTP ${c.rejected}`) : err));
    });
    c.ws.on('error', () => {});
    open.add(c);
    return c;
  }
  push(item) {
    const w = this.waiters.shift();
    if (w) w(item);
    else this.queue.push(item);
  }
  send(message) {
    this.ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }
  /** The next item, parsed: { type, ... }, { closed } or { silent: true }. */
  async next(ms = ANSWER_MS) {
    const item = this.queue.shift() ?? (await this.wait(ms));
    if (!item || item.closed) return item ?? { silent: true };
    try {
      return JSON.parse(item.text);
    } catch {
      throw new Failed(`the server sent something that is not JSON: ${short(item.text)}`);
    }
  }
  wait(ms) {
    return new Promise((resolve) => {
      let timer;
      const w = (item) => {
        clearTimeout(timer);
        resolve(item);
      };
      timer = setTimeout(() => {
        this.waiters = this.waiters.filter((x) => x !== w);
        resolve(undefined);
      }, ms);
      this.waiters.push(w);
    });
  }
  /** The next item that is not a ping of the server (those are answered). */
  async answer(ms = ANSWER_MS) {
    for (;;) {
      const m = await this.next(ms);
      if (m.type !== 'ping') return m;
      this.send({ type: 'pong' });
    }
  }
  async expectType(type, ms) {
    const m = await this.answer(ms);
    expect(m.type === type, `expected '${type}', got ${m.silent ? 'nothing' : m.closed ? `close ${m.closed.code} '${m.closed.reason}'` : short(m)}`);
    return m;
  }
  async expectClose(code, ms = ANSWER_MS) {
    const started = Date.now();
    for (;;) {
      const m = await this.answer(Math.max(1, ms - (Date.now() - started)));
      if (m.silent) throw new Failed(`expected close ${code}, the socket stayed open`);
      if (m.closed) {
        expect(m.closed.code === code, `expected close ${code}, got close ${m.closed.code} '${m.closed.reason}'`);
        return m.closed;
      }
    }
  }
  async expectSilence(ms = SILENCE_MS) {
    const m = await this.answer(ms);
    expect(m.silent, `expected nothing, got ${m.closed ? `close ${m.closed.code} '${m.closed.reason}'` : short(m)}`);
  }
  /** all messages with this id until it has ended or nothing comes */
  async collect(id, ms = ANSWER_MS) {
    const out = [];
    for (;;) {
      const m = await this.answer(ms);
      if (m.silent || m.closed) return [...out, m];
      if (m.id !== id) continue;
      out.push(m);
      if (m.type === 'complete' || m.type === 'error') return out;
    }
  }
  end() {
    open.delete(this);
    this.ws.terminate();
  }
}
const open = new Set();

const initMessage = () => (bearer ? { type: 'connection_init', payload: bearer } : { type: 'connection_init' });
async function ready() {
  const c = await Conn.open();
  c.send(initMessage());
  await c.expectType('connection_ack');
  return c;
}
const subscribe = (id, query, rest = {}) => ({ id, type: 'subscribe', payload: { query, ...rest } });
const TYPENAME = 'query { __typename }';
const live = opts.subscription && {
  query: opts.subscription,
  ...(opts.variables ? { variables: JSON.parse(opts.variables) } : {}),
};
const liveMessage = (id) => ({ id, type: 'subscribe', payload: live });
const closesWith = (code, ...messages) => async () => {
  for (const m of messages) {
    const c = await ready();
    c.send(m);
    try {
      await c.expectClose(code);
    } catch (err) {
      throw new Failed(`after ${short(m)}: ${err.message}`);
    }
  }
};
const types = (list) => list.map((m) => m.type ?? (m.closed ? `close ${m.closed.code}` : 'silence')).join(', ');

/** [id, what must hold, test] */
const checks = [
  // handshake
  ['W101', 'selects graphql-transport-ws when it is offered', async () => {
    const c = await Conn.open();
    expect(c.ws.protocol === PROTOCOL, `selected '${c.ws.protocol}'`);
  }],
  ['W102', 'refuses a client that offers no subprotocol (HTTP 4xx or close 4406)', async () => {
    let c;
    try {
      c = await Conn.open({ protocols: [] });
    } catch (err) {
      expect(err instanceof Failed && /HTTP 4\d\d/.test(err.message), err.message);
      return;
    }
    await c.expectClose(4406);
  }],
  ['W103', 'refuses a client that offers only an unknown subprotocol (HTTP 4xx or close 4406)', async () => {
    let c;
    try {
      c = await Conn.open({ protocols: ['mqtt'] });
    } catch (err) {
      expect(/HTTP 4\d\d|no subprotocol/i.test(err.message), err.message);
      return;
    }
    await c.expectClose(4406);
  }],
  ['W104', 'speaks the subprotocol that it announced, in whatever order the client offers them', async () => {
    for (const protocols of [[PROTOCOL, LEGACY], [LEGACY, PROTOCOL], ['mqtt', PROTOCOL]]) {
      const c = await Conn.open({ protocols });
      c.send(initMessage());
      await c.expectType('connection_ack');
      const modern = c.ws.protocol === PROTOCOL;
      c.send({ id: '1', type: modern ? 'subscribe' : 'start', payload: { query: TYPENAME } });
      const got = (await c.collect('1'))[0];
      expect(got.type === (modern ? 'next' : 'data'), `offered [${protocols}], announced '${c.ws.protocol}', then sent '${got.type}'`);
    }
  }],
  ['W105', 'answers a GET without an upgrade with 4xx', async () => {
    const target = new URL(url.replace(/^ws/, 'http'));
    const lib = target.protocol === 'https:' ? https : http;
    const code = await new Promise((resolve, reject) => {
      lib.get(target, (res) => {
        res.resume();
        resolve(res.statusCode);
      }).on('error', reject);
    });
    expect(code >= 400 && code <= 499, `status is ${code}`);
  }],
  // initialisation
  ['W201', 'acknowledges connection_init', async () => {
    await ready();
  }],
  ['W202', 'accepts connection_init with an object payload', async () => {
    const c = await Conn.open();
    c.send({ type: 'connection_init', payload: { ...bearer, some: { thing: [1] } } });
    await c.expectType('connection_ack');
  }],
  ['W203', 'closes with 4429 on a second connection_init', async () => {
    const c = await ready();
    c.send(initMessage());
    await c.expectClose(4429);
  }],
  ['W204', 'closes with 4429 on a second connection_init sent before the first is acknowledged', async () => {
    const c = await Conn.open();
    c.send(initMessage());
    c.send(initMessage());
    await c.expectClose(4429);
  }],
  ['W205', 'closes with 4401 on subscribe before connection_init', async () => {
    const c = await Conn.open();
    c.send(subscribe('1', TYPENAME));
    await c.expectClose(4401);
  }],
  ['W206', 'closes with 4408 when connection_init does not come in time', async () => {
    const c = await Conn.open();
    await c.expectClose(4408, initWaitMs);
  }],
  ['W207', 'closes with 4400 on a connection_init payload that is not an object', async () => {
    for (const payload of ['text', 3, true]) {
      const c = await Conn.open();
      c.send({ type: 'connection_init', payload });
      try {
        await c.expectClose(4400);
      } catch (err) {
        throw new Failed(`payload ${short(payload)}: ${err.message}`);
      }
    }
  }],
  ['W208', 'closes with 4403 (or 4401) on a bad token in connection_init', async () => {
    const c = await Conn.open();
    c.send({ type: 'connection_init', payload: { authorization: 'Bearer not.a.token' } });
    const m = await c.answer();
    expect(m.closed && [4401, 4403].includes(m.closed.code), `got ${m.closed ? `close ${m.closed.code} '${m.closed.reason}'` : short(m)}`);
  }],
  // malformed messages
  ['W301', 'closes with 4400 on a message that is not JSON', closesWith(4400, 'not json', '{', '')],
  ['W302', 'closes with 4400 on JSON that is not an object', closesWith(4400, '[]', '3', '"text"', 'null')],
  ['W303', 'closes with 4400 on an unknown or missing type', closesWith(4400, { type: 'nonsense' }, { id: '1' }, { type: 3 })],
  ['W304', 'closes with 4400 on types that only a server sends', closesWith(4400, { type: 'connection_ack' }, { type: 'next', id: '1', payload: { data: null } }, { type: 'error', id: '1', payload: [{ message: 'x' }] })],
  ['W305', 'closes with 4400 on message types of the old protocol', closesWith(4400, { type: 'start', id: '1', payload: { query: TYPENAME } }, { type: 'stop', id: '1' }, { type: 'connection_terminate' })],
  ['W306', 'closes with 4400 on subscribe without a usable id', closesWith(4400, { type: 'subscribe', payload: { query: TYPENAME } }, { type: 'subscribe', id: '', payload: { query: TYPENAME } }, { type: 'subscribe', id: 7, payload: { query: TYPENAME } })],
  ['W307', 'closes with 4400 on subscribe without a usable payload', closesWith(4400, { type: 'subscribe', id: '1' }, { type: 'subscribe', id: '1', payload: {} }, { type: 'subscribe', id: '1', payload: { query: 3 } }, { type: 'subscribe', id: '1', payload: { query: TYPENAME, variables: [1] } }, { type: 'subscribe', id: '1', payload: { query: TYPENAME, operationName: 3 } })],
  ['W308', 'closes with 4400 on complete without an id', closesWith(4400, { type: 'complete' })],
  ['W309', 'refuses a message of 16 MiB (close 1009, 4400 or 4413) and keeps serving others', async () => {
    const c = await ready();
    c.send(subscribe('1', TYPENAME, { variables: { pad: 'x'.repeat(16 << 20) } }));
    const m = await c.answer(10_000);
    expect(m.closed && [1006, 1009, 4400, 4413].includes(m.closed.code), `got ${m.closed ? `close ${m.closed.code}` : short(m)}`);
    await ready();
  }],
  // single-result operations
  ['W401', 'runs a query: one next, then complete', async () => {
    const c = await ready();
    c.send(subscribe('q', TYPENAME));
    const got = await c.collect('q');
    expect(types(got) === 'next, complete', `got ${types(got)}`);
    expect(typeof got[0].payload?.data?.__typename === 'string', `payload ${short(got[0].payload)}`);
  }],
  ['W402', 'honours operationName and variables, and accepts null or absent extensions', async () => {
    const c = await ready();
    const query = 'query A { a: __typename } query B($x: Boolean!) { ... @include(if: $x) { b: __typename } c: __typename }';
    for (const extensions of [undefined, null, { some: 'value' }]) {
      const id = `o${String(extensions)}`;
      c.send(subscribe(id, query, { operationName: 'B', variables: { x: false }, extensions }));
      const got = await c.collect(id);
      expect(types(got) === 'next, complete', `extensions ${short(extensions)}: got ${types(got)}`);
      expect(Object.keys(got[0].payload.data ?? {}).join() === 'c', `payload ${short(got[0].payload)}`);
    }
  }],
  ['W403', 'answers a syntax error with an error message whose payload is a list, and nothing more', async () => {
    const c = await ready();
    c.send(subscribe('e', '{'));
    const m = await c.expectType('error');
    expect(m.id === 'e' && Array.isArray(m.payload) && m.payload.length > 0 && typeof m.payload[0].message === 'string', `got ${short(m)}`);
    await c.expectSilence();
  }],
  ['W404', 'answers a validation error with an error message, and nothing more', async () => {
    const c = await ready();
    c.send(subscribe('e', '{ thisFieldDoesNotExist }'));
    const m = await c.expectType('error');
    expect(Array.isArray(m.payload) && m.payload.length > 0, `got ${short(m)}`);
    await c.expectSilence();
  }],
  ['W405', 'answers a missing variable and an unknown operation with an error message', async () => {
    const c = await ready();
    c.send(subscribe('v', 'query ($n: String!) { __type(name: $n) { name } }'));
    await c.expectType('error');
    const d = await ready();
    d.send(subscribe('n', 'query A { __typename } query B { __typename }', { operationName: 'C' }));
    await d.expectType('error');
  }],
  ['W406', 'serves on after an error message, and lets its id be used again', async () => {
    const c = await ready();
    c.send(subscribe('same', '{'));
    await c.answer();
    await c.answer(SILENCE_MS); // a complete that should not be there is not this check's matter
    c.send(subscribe('same', TYPENAME));
    const got = await c.collect('same');
    expect(types(got) === 'next, complete', `got ${types(got)}`);
  }],
  ['W407', 'lets an id be used again once its operation is complete', async () => {
    const c = await ready();
    for (let i = 0; i < 3; i++) {
      c.send(subscribe('again', TYPENAME));
      expect(types(await c.collect('again')) === 'next, complete', `round ${i} failed`);
    }
  }],
  ['W408', 'runs many operations of one connection side by side, each under its own id', async () => {
    const c = await ready();
    const ids = Array.from({ length: 20 }, (_, i) => `m${i}`);
    for (const id of ids) c.send(subscribe(id, `{ ${id}: __typename }`));
    const seen = new Map();
    for (let i = 0; i < ids.length * 2; i++) {
      const m = await c.answer();
      expect(m.id !== undefined, `after ${i} messages: ${short(m)}`);
      if (m.type === 'next') expect(Object.keys(m.payload.data ?? {}).join() === m.id, `id ${m.id} got ${short(m.payload)}`);
      seen.set(m.id, [...(seen.get(m.id) ?? []), m.type]);
    }
    for (const id of ids) expect(seen.get(id)?.join() === 'next,complete', `id ${id}: ${seen.get(id)}`);
  }],
  ['W409', 'runs a mutation', async () => {
    const c = await ready();
    c.send(subscribe('w', 'mutation { __typename }'));
    expect(types(await c.collect('w')) === 'next, complete', 'no next and complete');
  }],
  ['W410', 'ignores complete for an id that it does not know', async () => {
    const c = await ready();
    c.send({ type: 'complete', id: 'unknown' });
    await c.expectSilence();
    c.send(subscribe('q', TYPENAME));
    expect(types(await c.collect('q')) === 'next, complete', 'the connection is not usable afterwards');
  }],
  // ping and pong
  ['W501', 'answers ping with pong', async () => {
    const c = await ready();
    c.send({ type: 'ping' });
    await c.expectType('pong');
    c.send({ type: 'ping', payload: { at: 1 } });
    await c.expectType('pong');
  }],
  ['W502', 'answers ping before connection_init', async () => {
    const c = await Conn.open();
    c.send({ type: 'ping' });
    await c.expectType('pong');
  }],
  ['W503', 'ignores a pong that it did not ask for', async () => {
    const c = await ready();
    c.send({ type: 'pong' });
    c.send({ type: 'pong', payload: { any: 1 } });
    await c.expectSilence();
  }],
  ['W504', 'answers a WebSocket ping frame', async () => {
    const c = await ready();
    const pong = new Promise((resolve) => c.ws.once('pong', () => resolve(true)));
    c.ws.ping();
    expect(await Promise.race([pong, sleep(ANSWER_MS)]), 'no pong frame');
  }],
  opts['expect-ping'] && ['W505', `sends a ping (message or frame) within ${opts['expect-ping']} s`, async () => {
    const c = await ready();
    const until = Date.now() + Number(opts['expect-ping']) * 1000;
    while (Date.now() < until) {
      const m = await c.next(200);
      if (m.type === 'ping' || c.pingFrames > 0) return;
      expect(!m.closed, `closed with ${m.closed?.code} '${m.closed?.reason}'`);
    }
    throw new Failed('no ping came');
  }],
  opts['expect-ping'] && ['W506', 'keeps a connection that answers its pings, however quiet', async () => {
    const c = await ready();
    const until = Date.now() + Number(opts['expect-ping']) * 3000;
    while (Date.now() < until) {
      const m = await c.answer(200);
      expect(!m.closed, `closed with ${m.closed?.code} '${m.closed?.reason}'`);
    }
  }],
  // live subscriptions
  live && ['W601', 'keeps a subscription open until the client completes it', async () => {
    const c = await ready();
    c.send(liveMessage('s'));
    const m = await c.answer(SILENCE_MS);
    expect(m.silent || m.type === 'next', `got ${short(m)}`);
  }],
  live && ['W602', 'closes with 4409 when the id of a running operation is used again', async () => {
    const c = await ready();
    c.send(liveMessage('dup'));
    await sleep(100);
    c.send(liveMessage('dup'));
    await c.expectClose(4409);
  }],
  live && ['W603', 'sends nothing under an id after the client completed it, not even complete', async () => {
    const c = await ready();
    c.send(liveMessage('s'));
    await sleep(150);
    c.send({ type: 'complete', id: 's' });
    await sleep(50); // what was on its way
    while (c.queue.length) {
      const m = await c.next();
      expect(m.type === 'next', `after complete came ${short(m)}`);
    }
    await c.expectSilence(800);
    c.send(subscribe('q', TYPENAME));
    expect(types(await c.collect('q')) === 'next, complete', 'the connection is not usable afterwards');
  }],
  live && ['W604', 'lets the id of a subscription be used again after complete', async () => {
    const c = await ready();
    for (let i = 0; i < 3; i++) {
      c.send(liveMessage('s'));
      await sleep(50);
      c.send({ type: 'complete', id: 's' });
      await sleep(50);
      expect(!c.closed, `round ${i}: closed with ${c.closed?.code} '${c.closed?.reason}'`);
    }
  }],
  live && ['W605', 'answers queries and pings while subscriptions run', async () => {
    const c = await ready();
    for (let i = 0; i < 10; i++) c.send(liveMessage(`s${i}`));
    c.send(subscribe('q', TYPENAME));
    expect(types(await c.collect('q')) === 'next, complete', 'the query got no answer');
    c.send({ type: 'ping' });
    for (let m; (m = await c.next()).type !== 'pong'; ) expect(m.type === 'next', `waiting for pong: ${short(m)}`);
  }],
  // a real client
  ['W701', 'works with the graphql-ws client: a query', async () => {
    const client = realClient();
    try {
      const results = [];
      for await (const r of client.iterate({ query: TYPENAME })) results.push(r);
      expect(results.length === 1 && results[0].data?.__typename, `got ${short(results)}`);
    } finally {
      await client.dispose();
    }
  }],
  ['W702', 'works with the graphql-ws client: a validation error reaches its error callback', async () => {
    const client = realClient();
    try {
      const outcome = await new Promise((resolve) => {
        client.subscribe(
          { query: '{ thisFieldDoesNotExist }' },
          { next: (v) => resolve(`next ${short(v)}`), error: (e) => resolve(Array.isArray(e) ? 'errors' : `error ${short(e)}`), complete: () => resolve('complete') },
        );
      });
      expect(outcome === 'errors', `got ${outcome}`);
    } finally {
      await client.dispose();
    }
  }],
  live && ['W703', 'works with the graphql-ws client: subscribe and unsubscribe', async () => {
    const client = realClient();
    let problem;
    const stop = client.subscribe(live, { next: () => {}, error: (e) => (problem = e), complete: () => {} });
    await sleep(400);
    stop();
    await sleep(200);
    await client.dispose();
    expect(!problem, `error ${short(problem)}`);
  }],
  // the old subprotocol
  opts.legacy && ['W801', 'old protocol: connection_init, connection_ack, start, data, complete', async () => {
    const c = await Conn.open({ protocols: LEGACY });
    expect(c.ws.protocol === LEGACY, `selected '${c.ws.protocol}'`);
    c.send(initMessage());
    await c.expectType('connection_ack');
    c.send({ id: '1', type: 'start', payload: { query: TYPENAME } });
    let m;
    while ((m = await c.answer()).type === 'ka');
    expect(m.type === 'data', `got ${short(m)}`);
    while ((m = await c.answer()).type === 'ka');
    expect(m.type === 'complete', `got ${short(m)}`);
  }],
  opts.legacy && live && ['W802', 'old protocol: stop ends a subscription', async () => {
    const c = await Conn.open({ protocols: LEGACY });
    c.send(initMessage());
    await c.expectType('connection_ack');
    c.send({ id: '1', type: 'start', payload: live });
    await sleep(100);
    c.send({ id: '1', type: 'stop' });
    for (let m; (m = await c.answer()).type !== 'complete'; ) expect(['data', 'ka'].includes(m.type), `got ${short(m)}`);
  }],
].filter(Boolean);

function realClient() {
  return createClient({
    url,
    webSocketImpl: class extends WebSocket {
      constructor(u, p) {
        super(u, p, { headers: upgradeHeaders });
      }
    },
    connectionParams: bearer,
    retryAttempts: 0,
    lazy: true,
  });
}

try {
  const probe = await Conn.open();
  probe.end();
} catch (err) {
  console.error(`cannot open a ${PROTOCOL} connection to ${url}: ${err.message}`);
  process.exit(2);
}

const only = typeof opts.only === 'string' ? opts.only.split(',') : undefined;
let passed = 0;
let failed = 0;
for (const [id, name, fn] of checks) {
  if (only && !only.includes(id)) continue;
  let reason;
  try {
    await fn();
  } catch (err) {
    reason = err instanceof Failed ? err.message : `the check itself broke: ${err.message}`;
  }
  for (const c of [...open]) c.end();
  if (reason === undefined) {
    passed++;
    if (opts.verbose) console.log(`ok    ${id} ${name}`);
  } else {
    failed++;
    console.log(`FAIL  ${id} ${name}: ${reason}`);
  }
}
if (!live) console.log('live subscriptions were not checked: give --subscription');
if (passed + failed === 0) {
  console.error('no check ran');
  process.exit(2);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
