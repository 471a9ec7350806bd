// The database is killed under load. PARLANCE_TEST_MYSQL_KILL and PARLANCE_TEST_MYSQL_START name commands that kill the
// server of PARLANCE_TEST_DATABASE_URL and start it again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { killUnderLoad } from '../lib/kill.mjs';
import { isShared } from '../lib/place.mjs';

const { PARLANCE_TEST_MYSQL_KILL: kill, PARLANCE_TEST_MYSQL_START: start } = process.env;
const run = (command) => once(spawn('sh', ['-c', command], { stdio: 'ignore', timeout: 60_000 }), 'exit');

test('MySQL is killed under load: nothing that was acknowledged is lost, and nobody who follows misses anything', {
  timeout: 300_000,
  skip: !(isShared && kill && start) && 'no commands are named by which to kill and start MySQL',
}, async (t) => {
  const fault = { what: 'MySQL kill -9', breaks: () => run(kill), mends: () => run(start) };
  await killUnderLoad(t, { kills: 3, senders: 8, fault, pause: [1_500, 3_000] });
});
