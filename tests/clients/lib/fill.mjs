// A long history, written into the database by SQL: sending it would test something else.
import { execFileSync } from 'node:child_process';

/** Adds messages of one sender to a conversation that has none yet. Servers on SQLite must be down. */
export async function fill(it, conversationId, senderId, count) {
  const chat = conversationId.replaceAll('-', '');
  const sender = senderId.replaceAll('-', '');
  const body = 'x'.repeat(100);
  // The id only has to be unique.
  const columns = '(conversation_id, seq, event_seq, id, sender_id, body, sent_at, revision)';
  const counters = `message_seq = ${count}, event_seq = event_seq + ${count}, live_count = ${count}`;
  if (it.database) {
    const { database } = it;
    const [[{ joined }]] = await database.query(`SELECT event_seq AS joined FROM conversations WHERE id = x'${chat}'`);
    const digits = '(SELECT 0 n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)';
    const n = '(1 + a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n)';
    const tables = ['a', 'b', 'c', 'd', 'e'].map((name) => `${digits} ${name}`).join(', ');
    await database.query('START TRANSACTION');
    await database.query(`INSERT INTO messages ${columns} SELECT x'${chat}', ${n}, ${joined} + ${n},
      unhex(concat('aaaaaaaaaaaa7aaa', lpad(hex(${n}), 16, '0'))), x'${sender}', concat('${body} ', ${n}),
      utc_timestamp(6), 1 FROM ${tables} WHERE ${n} <= ${count}`);
    await database.query(`UPDATE conversations SET ${counters} WHERE id = x'${chat}'`);
    await database.query('COMMIT');
    return;
  }
  const [server] = it.servers;
  await server.end('SIGTERM');
  const sql = `
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
    INSERT INTO messages ${columns} SELECT x'${chat}', n,
      (SELECT event_seq FROM conversations WHERE id = x'${chat}') + n,
      unhex('aaaaaaaaaaaa7aaa' || printf('%016x', n)), x'${sender}', '${body} ' || n,
      (SELECT created_at FROM conversations WHERE id = x'${chat}'), 1 FROM numbers;
    UPDATE conversations SET ${counters} WHERE id = x'${chat}';`;
  // SQLite before 3.41 has no unhex.
  const python = `
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.create_function("unhex", 1, bytes.fromhex)
database.executescript("BEGIN;" + sys.stdin.read() + "COMMIT;")
`;
  execFileSync('python3', ['-c', python, it.file], { input: sql, stdio: ['pipe', 'inherit', 'inherit'] });
  await server.start();
}
