// A server of a test's own, on SQLite in a folder that goes with the test, and the people on it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  CreateConversationDocument,
  connect,
  memoryStorage,
  OpenConversationDocument,
} from '@parlance/client';
import { WebSocket } from 'ws';

const program = resolve(
  process.env.PARLANCE ?? new URL('../../../../target/debug/parlance', import.meta.url).pathname,
);
const password = 'correct horse battery';

export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Waits until something holds. */
export async function until(what, holds, within = 20_000) {
  const over = Date.now() + within;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > over) assert.fail(`${what}: not within ${within / 1000} s`);
    await sleep(20);
  }
}

/** Below the range from which the system gives out ports, so that no client takes it. */
async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer();
    const isFree = await new Promise((done) => {
      probe.once('error', () => done(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
    });
    if (isFree) return port;
  }
}

export async function place(t, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'parlance-client-'));
  const port = await freePort();
  const log = join(folder, 'log');
  let child;
  const run = (command) => {
    const to = openSync(log, 'a');
    child = spawn(program, [command], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: `sqlite:${join(folder, 'parlance.db')}`,
        PARLANCE_LISTEN: `127.0.0.1:${port}`,
        PARLANCE_LOG: 'warn',
        PARLANCE_RATE_LIMITS: 'off',
        ...env,
      },
      stdio: ['ignore', to, to],
    });
    closeSync(to);
    return once(child, 'exit');
  };
  const url = `http://127.0.0.1:${port}`;
  const it = {
    url,
    async start() {
      run('serve');
      await until('the server is ready', async () => {
        assert.equal(child.exitCode, null, readFileSync(log, 'utf8'));
        return (await fetch(`${url}/readyz`).catch(() => null))?.ok;
      });
    },
    async kill(signal = 'SIGKILL') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
    /** Another command, while the server is down. */
    async run(command) {
      assert.deepEqual(await run(command), [0, null], readFileSync(log, 'utf8'));
    },
    /** A client as a page has it. */
    client(options = {}) {
      const client = connect({ url, storage: memoryStorage(), webSocketImpl: WebSocket, ...options });
      t.after(() => client.socket.dispose());
      return client;
    },
    /** The client of somebody new. */
    async person(name, options) {
      const client = it.client(options);
      await client.session.register({ username: name, email: `${name}@example.org`, password });
      return client;
    },
  };
  t.after(async () => {
    await it.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  await it.start();
  return it;
}

/** A group; the first makes it. */
export async function group([creator, ...others]) {
  const participantIds = others.map(({ session }) => session.user.id);
  const made = await creator.request(CreateConversationDocument, { input: { participantIds } });
  return made.createConversation.conversation.id;
}

/** Follows a conversation and keeps what came. */
export function follower(client, conversationId, onEvent = () => {}) {
  const it = { events: [], messages: [], phases: [], loads: 0 };
  let isNew;
  const following = client.followConversation({
    conversationId,
    async load() {
      const loaded = await client.request(OpenConversationDocument, { id: conversationId, last: 100 });
      it.loads += 1;
      it.messages = [...loaded.conversation.messages.nodes];
      // The page may be of a moment after the number, and what comes after the number has come with it.
      const newest = it.messages.at(-1)?.seq ?? 0;
      isNew = ({ seq }) => seq > newest;
      it.events = [];
      it.first = loaded.conversation.eventSeq + 1;
      return { eventSeq: loaded.conversation.eventSeq, epoch: loaded.server.epoch };
    },
    onEvent(event) {
      if ('eventSeq' in event) it.events.push(event);
      if (event.__typename === 'MessageAdded' && isNew(event.message)) it.messages.push(event.message);
      onEvent(event);
    },
    onPhase: (phase) => it.phases.push(phase),
  });
  return Object.assign(it, following);
}

/** The numbers are 1, 2, 3 …: no hole, nothing doubled, nothing out of order. */
export function isDense(numbers, first = 1) {
  assert.deepEqual(
    numbers,
    Array.from({ length: numbers.length }, (_, index) => first + index),
  );
}
