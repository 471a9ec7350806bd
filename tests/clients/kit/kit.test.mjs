// The programs of docs/clients as people run them, against a server that is killed while they talk. Each checks for itself
// that nothing was missed or doubled; here it is seen that the server was killed, and that they noticed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { figure, freePort, place, sleep } from '../lib/place.mjs';
import { silencer } from '../lib/silence.mjs';

const kit = fileURLToPath(new URL('../../../docs/clients/', import.meta.url));
const python = process.env.PARLANCE_KIT_PYTHON ?? 'python3';

/** Ends a program with the test, if it has not ended by itself. */
function run(t, { folder, command, url, rounds = 30 }) {
  const [name, ...args] = command;
  const child = spawn(name, args, {
    cwd: kit + folder,
    env: { ...process.env, PARLANCE_URL: url, PARLANCE_ROUNDS: String(rounds) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Alone in a group, so that what it started ends with it.
    detached: true,
  });
  t.after(() => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  });
  const lines = [];
  const ended = Promise.all([
    once(child, 'close'),
    ...[child.stdout, child.stderr].map(async (stream) => {
      for await (const line of createInterface(stream)) {
        lines.push(line);
        child.emit('line', line);
      }
    }),
  ]).then(([[code]]) => code);
  return { child, lines, ended };
}

const programs = [
  { name: 'fetch', folder: 'fetch', command: ['node', 'main.mjs'] },
  { name: 'EventSource', folder: 'fetch', command: ['node', 'main.mjs', 'eventsource'] },
  { name: 'Apollo Client', folder: 'apollo', command: ['node', 'main.mjs'] },
  { name: 'urql', folder: 'urql', command: ['node', 'main.mjs'] },
  { name: 'urql with events', folder: 'urql', command: ['node', 'main.mjs', 'events'] },
  { name: 'Relay', folder: 'relay', command: ['node', 'build/bundle.mjs'] },
  { name: 'Python with httpx', folder: 'python', command: [python, 'with_httpx.py'] },
  { name: 'Python with gql', folder: 'python', command: [python, 'with_gql.py'] },
  { name: 'curl', folder: 'curl', command: ['./talk.sh'], rounds: 12 },
];

test('the compiler of Relay takes the schema and every document', { timeout: 120_000 }, async (t) => {
  const { lines, ended } = run(t, { folder: 'relay', command: ['npm', 'run', 'build'], url: '' });
  assert.equal(await ended, 0, lines.join('\n'));
});

/** How many streams a server has opened or refused since it was started, by its own numbers. */
async function streamsOf(metrics) {
  const told = await (await fetch(`http://${metrics}/metrics`)).text();
  const counted = told.split('\n').filter((line) => line.startsWith('parlance_graphql_operation_duration_seconds_count'));
  const one = counted.find((line) => line.includes('type="subscription"') && line.includes('field="conversationEvents"'));
  return Number(one?.split(' ').at(-1) ?? 0);
}

for (const program of programs) {
  test(`${program.name}: nothing is missed or doubled though the server is killed`, { timeout: 120_000 }, async (t) => {
    const metrics = `127.0.0.1:${await freePort()}`;
    const env = { PARLANCE_ACCESS_TTL: '3s', PARLANCE_METRICS_LISTEN: metrics };
    const { url, servers } = await place(t, { instances: 1, env });
    const [server] = servers;
    const { child, lines, ended } = run(t, { ...program, url: url() });
    let restarted = null;
    let first = 0;
    child.on('line', (line) => {
      if (line !== 'message 5 is stored') return;
      restarted = (async () => {
        first = await streamsOf(metrics);
        await server.end('SIGKILL');
        await sleep(300);
        await server.start();
        return lines.length;
      })();
    });
    assert.equal(await ended, 0, lines.join('\n'));
    assert.ok(restarted, 'it said when its fifth message was stored');
    assert.ok((await restarted) < lines.length, 'it went on after the server was back');
    const told = /^ok: (\d+) messages, (\d+) events, each once, over (\d+) streams; (\d+) renewals$/.exec(lines.at(-1));
    assert.ok(told, lines.join('\n'));
    const [messages, events, streams, renewals] = told.slice(1).map(Number);
    figure(`${program.name}: ${lines.at(-1)}`);
    assert.equal(messages, (program.rounds ?? 30) + 7);
    assert.ok(events >= (program.rounds ?? 30) - 5, 'most of it came live');
    const second = await streamsOf(metrics);
    assert.ok(first >= 1, 'it was refused for its epoch by the server that was killed');
    assert.ok(second >= 1, 'it came back to the one that was started');
    assert.ok(streams >= first + second, 'it counts every stream that it opens');
    assert.ok(renewals >= 1, 'it renewed its tokens');
  });
}

test('Python with gql: a socket is opened again unless its code says that this is of no use', { timeout: 60_000 }, async (t) => {
  const { servers } = await place(t, { instances: 1 });
  const script = `
import asyncio, runpy, sys
sys.argv = ["with_gql.py"]
import tale
async def refused(events):
    class Session:
        async def token(self): return "garbage"
    from follow import Broken, is_final
    assert not is_final(Broken()) and not is_final(Broken(1012)) and not is_final(Broken(4403))
    try:
        async for _ in events(Session(), {"id": "none", "last": 0, "epoch": None}): pass
    except Broken as error:
        assert error.code == 4401 and is_final(error), error
        print("final")
tale.run = refused
runpy.run_path("with_gql.py")
`;
  const { lines, ended } = run(t, { folder: 'python', command: [python, '-c', script], url: servers[0].url });
  assert.equal(await ended, 0, lines.join('\n'));
  assert.deepEqual(lines, ['final']);
});

// The others are tried so in quick/silence.test.mjs.
test('Relay: nothing is missed or doubled though its server falls silent', { timeout: 120_000 }, async (t) => {
  const { servers } = await place(t, { instances: 1 });
  const between = await silencer(t, servers[0].port);
  const { child, lines, ended } = run(t, { folder: 'relay', command: ['node', 'build/bundle.mjs'], url: between.url });
  let cut = 0;
  child.on('line', (line) => {
    if (line === 'message 5 is stored') cut = between.fallSilent();
  });
  assert.equal(await ended, 0, lines.join('\n'));
  assert.ok(cut > 0, 'somebody was connected');
  assert.match(lines.at(-1), /^ok: 37 messages, /);
});
