// What docs/operations.md says of backups, with its commands, while people write: a copy is whole, what was written after
// it comes back from the binary log, and whoever holds a number of the time in between is told so.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { clients, follower } from '../lib/clients.mjs';
import { ask, group, history, person, same, sendMany, sendSurely } from '../lib/people.mjs';
import { figure, isShared, place, sleep, until, within } from '../lib/place.mjs';

const timeout = 120_000;
const databaseUrl = isShared && new URL(process.env.PARLANCE_TEST_DATABASE_URL);

/** A program of the database, with how to reach it; standard input and output are text. */
function call(program, args, input) {
  const { hostname, port, username, password } = databaseUrl;
  const how = [`--host=${hostname}`, `--port=${port}`, `--user=${username}`, '--protocol=TCP'];
  const env = { PATH: process.env.PATH, MYSQL_PWD: decodeURIComponent(password) };
  return execFileSync(program, [...how, ...args], { env, input, encoding: 'utf8', maxBuffer: 1 << 30 });
}

const sqlite = {
  make({ file, folder }) {
    execFileSync('sqlite3', [file, `VACUUM INTO '${join(folder, 'backup.db')}'`], { stdio: 'inherit' });
  },
  restore({ file, folder }) {
    rmSync(`${file}-wal`, { force: true });
    rmSync(`${file}-shm`, { force: true });
    renameSync(join(folder, 'backup.db'), file);
    assert.equal(execFileSync('sqlite3', [file, 'PRAGMA integrity_check'], { encoding: 'utf8' }).trim(), 'ok');
  },
};

const mysql = {
  async make({ folder, database, databaseName }) {
    const [[{ version }]] = await database.query('SELECT VERSION() AS version');
    this.isMaria = version.includes('MariaDB');
    const position = this.isMaria ? '--master-data=2' : '--source-data=2';
    const options = ['--single-transaction', position, '--routines', '--hex-blob', '--default-character-set=utf8mb4'];
    const dump = call(this.isMaria ? 'mariadb-dump' : 'mysqldump', [...options, databaseName]);
    writeFileSync(join(folder, 'backup.sql'), dump);
  },
  restore({ folder, databaseName }) {
    const client = this.isMaria ? 'mariadb' : 'mysql';
    call(client, ['-e', `DROP DATABASE ${databaseName}; CREATE DATABASE ${databaseName} CHARACTER SET utf8mb4`]);
    call(client, [databaseName], readFileSync(join(folder, 'backup.sql')));
  },
  /** Where the binary log ends. */
  async now({ database }) {
    const [[{ File, Position }]] = await database.query(this.isMaria ? 'SHOW MASTER STATUS' : 'SHOW BINARY LOG STATUS');
    return { file: File, position: Position };
  },
  /** What came after the backup, up to where the binary log was at some moment. */
  replay({ folder, databaseName }, until) {
    const [, from, start] = /(?:MASTER|SOURCE)_LOG_FILE='([^']+)', (?:MASTER|SOURCE)_LOG_POS=(\d+)/.exec(readFileSync(join(folder, 'backup.sql'), 'utf8'));
    assert.equal(from, until.file, 'the log of a test is one file');
    const log = call(this.isMaria ? 'mariadb-binlog' : 'mysqlbinlog',
      ['--read-from-remote-server', `--database=${databaseName}`, `--start-position=${start}`, `--stop-position=${until.position}`, from]);
    call(this.isMaria ? 'mariadb' : 'mysql', ['--binary-mode', databaseName], log);
  },
};

const events = (url, chat, token, query) =>
  fetch(`${url}/api/conversations/${chat}/events/?${new URLSearchParams(query)}`, { headers: { authorization: `Bearer ${token}` } });

const cases = isShared
  ? [
      { what: 'a dump of MySQL', kind: mysql },
      { what: 'a dump of MySQL and the binary log up to an accident', kind: mysql, isWhole: true },
    ]
  : [{ what: 'a copy of SQLite', kind: sqlite }];

for (const { what, kind, isWhole = false } of cases) {
  test(`${what}, made while people write, is restored; old numbers are refused by name, and nothing is silent`, { timeout }, async (t) => {
    const it = await place(t);
    const { url, servers } = it;
    const ann = await person(url(), 'ann');
    const chat = await group(url(), [ann, await person(url(), 'bob')]);
    const before = await sendMany(url, ann.token, chat, 50);

    let isOver = false;
    const meanwhile = (async () => {
      while (!isOver) await sendSurely(url, ann.token, chat, 'meanwhile');
    })();
    await sleep(200);
    const begun = performance.now();
    await kind.make(it);
    figure(`${what}: made within ${(performance.now() - begun).toFixed(0)} ms`);
    await sleep(200);
    isOver = true;
    await meanwhile;
    await sendMany(url, ann.token, chat, 20, { body: (n) => `after the backup ${n}` });
    const old = await history(url(), ann.token, chat);
    const followers = clients.map((one) => follower(one, { url, token: ann.token, conversationId: chat }));
    await until('they have it', () => followers.every((one) => one.last() === old.length));
    const polled = await (await events(url(), chat, ann.token, { after: 0 })).json();
    const { epoch } = polled;
    assert.equal(epoch, (await ask(url(), null, '{ server { epoch } }')).server.epoch);

    let accident;
    if (isWhole) {
      accident = await kind.now(it);
      await it.database.query('DELETE FROM messages');
    }
    for (const server of servers) await server.end('SIGTERM');
    await kind.restore(it);
    if (isWhole) kind.replay(it, accident);
    await servers[0].run('restored');
    for (const server of servers) await server.start();

    const now = await history(url(), ann.token, chat);
    assert.ok(now.length >= before.length, 'all that was acknowledged before the backup is in it');
    assert.deepEqual(now, old.slice(0, now.length), 'and what is in it is the beginning of all, without a hole');
    if (isWhole) assert.equal(now.length, old.length, 'with the binary log all that was acknowledged is there');
    else assert.ok(now.length < old.length, 'what came after the backup is not there');

    for (const one of followers) {
      const error = await within(20_000, `${one.name} is not told`, one.ended.then(() => null, (reason) => reason));
      assert.equal(error?.[0]?.extensions.code, 'RESYNC_REQUIRED', `${one.name}: ${JSON.stringify(error)}`);
    }
    // By REST, with a number that has a meaning in the new life, too.
    for (const after of [1, old.length + 2]) {
      const refused = await events(url(), chat, ann.token, { after, epoch });
      assert.equal(refused.status, 410, (await refused.text()).slice(0, 300));
    }
    const fresh = await (await events(url(), chat, ann.token, { after: 1 })).json();
    assert.notEqual(fresh.epoch, epoch);
    assert.equal((await events(url(), chat, ann.token, { after: 1, epoch: fresh.epoch })).status, 200);

    await sendMany(url, ann.token, chat, 30, { body: (n) => `new ${n}` });
    const all = await history(url(), ann.token, chat);
    assert.equal(all.length, now.length + 30);
    const again = clients.map((one) => follower(one, { url, token: ann.token, conversationId: chat }));
    await until('they have loaded again', () => again.every((one) => one.last() === all.length));
    for (const one of again) {
      same(one.log, all, one.name);
      await one.stop();
    }
    figure(`${what}: ${old.length} messages before, ${now.length} after the restore, ${followers.length} clients told`);
  });
}
