// Servers of a test's own: on an SQLite file, or several on a MySQL database.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { freePort, makeFolder, Process, removeFolder, Server, until } from '../../server.mjs';

export { current, freePort, Process, Server, sleep, until } from '../../server.mjs';

const databaseUrl = process.env.PARLANCE_TEST_DATABASE_URL;
export const isShared = Boolean(databaseUrl);

export const figure = (words) => console.log(`figure: ${words}`);

/** What a promise gives, if it does so in time. */
export async function within(milliseconds, otherwise, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${otherwise}, within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
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
export async function place(t, { env = {}, instances = isShared ? 2 : 1, nats = false, program, proxy } = {}) {
  const folder = makeFolder('clients');
  const name = `parlance_clients_${process.pid}_${Math.floor(Math.random() * 1e9)}`;
  const it = { folder, servers: [], database: null, nats: null, proxy: null };
  t.after(async () => {
    for (const process of [it.proxy, ...it.servers, it.nats]) await process?.end();
    if (it.database) {
      it.database.destroy();
      await onServer(`DROP DATABASE IF EXISTS ${name}`);
    }
    removeFolder(folder);
  });
  const all = { ...env };
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
  /** Starts one more; of another program, if one is named. */
  it.add = async (other) => {
    const server = await Server.make(folder, `server-${it.servers.length}`, all, other);
    it.servers.push(server);
    await server.start();
    return server;
  };
  for (let index = 0; index < instances; index += 1) await it.add(program);
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
