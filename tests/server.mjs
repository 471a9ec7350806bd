// Servers of a test's own, on free ports and in folders that go with them. For all tests in JavaScript; it needs nothing but
// Node.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('../target/debug/parlance', import.meta.url));
export const current = resolve(process.env.PARLANCE ?? built);

/** Everything that this process started and made, so that nothing of it outlives the tests. */
const running = new Set();
const folders = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

export function makeFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `parlance-${name}-`));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Waits until something holds, and answers what that is. */
export async function until(what, holds, within = 30_000) {
  const over = Date.now() + within;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > over) assert.fail(`${what}: not within ${within / 1000} s`);
    await sleep(20);
  }
}

/** Below the range from which the system gives out ports, so that no client takes it. */
export async function freePort() {
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

/** A program that a test runs and ends. */
export class Process {
  constructor(folder, name) {
    this.log = join(folder, `${name}.log`);
  }

  spawn(command, args, options = {}) {
    const log = openSync(this.log, 'a');
    this.child = spawn(command, args, { ...options, stdio: ['ignore', log, log] });
    closeSync(log);
    running.add(this.child);
    const { child } = this;
    this.ended = once(child, 'exit')
      .catch((error) => appendFileSync(this.log, `${error}\n`))
      .finally(() => running.delete(child));
  }

  get isRunning() {
    return Boolean(this.child) && this.child.exitCode === null && this.child.signalCode === null;
  }

  async end(signal = 'SIGKILL') {
    if (!this.isRunning) return;
    this.child.kill(signal);
    await this.ended;
  }

  tail() {
    return readFileSync(this.log, 'utf8').split('\n').slice(-30).join('\n');
  }
}

/** The server; $PARLANCE names the program, else it is the one that `cargo build` makes, unless a test gives it another. */
export class Server extends Process {
  /** Not started yet. Without a `DATABASE_URL` it keeps everything in the folder. */
  static async make(folder, name, env = {}, program = current) {
    const server = new Server(folder, name);
    server.program = program;
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    server.env = { DATABASE_URL: `sqlite:${join(folder, 'parlance.db')}`, PARLANCE_RATE_LIMITS: 'off', ...env };
    server.folder = folder;
    return server;
  }

  async start() {
    this.call('serve');
    await until('the server is ready', async () => {
      assert.ok(this.isRunning, `the server has ended:\n${this.tail()}`);
      return (await this.ready())?.ok;
    });
  }

  /** Another command of the program, to its end, while the server is down. */
  async run(command) {
    assert.ok(!this.isRunning, 'the server is down');
    this.call(command);
    await this.ended;
    assert.equal(this.child.exitCode, 0, this.tail());
  }

  call(command) {
    const { PATH } = process.env;
    const env = { PATH, PARLANCE_LISTEN: `127.0.0.1:${this.port}`, PARLANCE_LOG: 'warn', ...this.env };
    this.spawn(this.program, [command], { env, cwd: this.folder });
  }

  /** What /readyz says, or nothing. */
  async ready() {
    try {
      const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) });
      return { ok: response.ok, text: await response.text() };
    } catch {
      return null;
    }
  }

  /** Resident memory in MiB: now, and at most so far. */
  memory() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const mebibytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]) / 1024;
    return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
  }
}
