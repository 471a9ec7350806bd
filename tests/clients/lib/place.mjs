// Servers of a test's own: on an SQLite file, or several on a MySQL database.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import mysql from 'mysql2/promise';

const program = resolve(process.env.PARLANCE ?? '../../target/debug/parlance');
const databaseUrl = process.env.PARLANCE_TEST_DATABASE_URL;
export const isShared = Boolean(databaseUrl);

/** Everything that this process started, so that nothing of it outlives the tests. */
const running = new Set();
const folders = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
export const figure = (words) => console.log(`figure: ${words}`);

/** Waits until something holds. */
export async function until(what, holds, within = 30_000) {
  const over = Date.now() + within;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > over) assert.fail(`${what}: not within ${within / 1000} s`);
    await sleep(20);
  }
}

/** What a promise gives, if it does so in time. */
export async function within(milliseconds, otherwise, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${otherwise}, within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
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
    this.ended = once(child, 'exit').then(
      () => running.delete(child),
      () => running.delete(child),
    );
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

export class Server extends Process {
  static async make(folder, name, env) {
    const server = new Server(folder, name);
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    server.env = env;
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
    this.spawn(program, [command], { env, cwd: this.folder });
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

/** The bus between instances. */
export class Nats extends Process {
  static async make(folder) {
    const nats = new Nats(folder, 'nats');
    nats.port = await freePort();
    nats.url = `nats://127.0.0.1:${nats.port}`;
    await nats.start();
    return nats;
  }

  async start() {
    const env = { PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };
    this.spawn('nats-server', ['-a', '127.0.0.1', '-p', String(this.port)], { env });
    await until('NATS listens', () => {
      assert.ok(this.isRunning, `NATS has ended:\n${this.tail()}`);
      return this.tail().includes('Server is ready');
    });
  }
}

async function onServer(statement) {
  const connection = await mysql.createConnection(databaseUrl);
  await connection.query(statement);
  await connection.end();
}

/** The servers of one test: one on SQLite; on MySQL two, or as many as `instances` says; behind what `proxy` makes, if given. */
export async function place(t, { env = {}, instances = isShared ? 2 : 1, nats = false, proxy } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'parlance-clients-'));
  folders.add(folder);
  const name = `parlance_clients_${process.pid}_${Math.floor(Math.random() * 1e9)}`;
  const it = { folder, servers: [], database: null, nats: null, proxy: null };
  t.after(async () => {
    for (const process of [it.proxy, ...it.servers, it.nats]) await process?.end();
    if (it.database) {
      it.database.destroy();
      await onServer(`DROP DATABASE IF EXISTS ${name}`);
    }
    rmSync(folder, { recursive: true, force: true });
    folders.delete(folder);
  });
  const all = { PARLANCE_RATE_LIMITS: 'off', ...env };
  if (isShared) {
    await onServer(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
    const url = new URL(databaseUrl);
    url.pathname = `/${name}`;
    it.databaseName = name;
    all.DATABASE_URL = url.href;
    all.PARLANCE_SECRET_KEY = 'a secret of the tests, and of no use elsewhere';
    it.database = await mysql.createConnection(url.href);
    // It may be killed, too.
    it.database.on('error', () => {});
  } else {
    it.file = join(folder, 'parlance.db');
    all.DATABASE_URL = `sqlite:${it.file}`;
  }
  if (nats) {
    it.nats = await Nats.make(folder);
    all.PARLANCE_NATS_URL = it.nats.url;
  }
  for (let index = 0; index < instances; index += 1) {
    const server = await Server.make(folder, `server-${index}`, all);
    it.servers.push(server);
    await server.start();
  }
  if (proxy) {
    it.proxy = await proxy(it);
    it.url = () => it.proxy.url;
    return it;
  }
  let turn = 0;
  /** The next address of the list, as a load balancer without health checks would have it. */
  it.url = () => it.servers[(turn += 1) % it.servers.length].url;
  return it;
}
