// Something between clients and a server that can fall silent, as when a cable is cut: who is connected then is never heard
// of again, and is told nothing; new connections pass.
import { connect, createServer } from 'node:net';
import { once } from 'node:events';

export async function silencer(t, port) {
  const open = new Set();
  const all = new Set();
  const between = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    const pair = { client, server };
    open.add(pair);
    for (const [one, other] of [[client, server], [server, client]]) {
      all.add(one);
      one.pipe(other);
      one.on('error', () => {});
      one.on('close', () => {
        all.delete(one);
        if (open.delete(pair)) other.destroy();
      });
    }
  });
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
  t.after(() => {
    between.close();
    open.clear();
    for (const socket of all) socket.destroy();
  });
  return {
    url: `http://127.0.0.1:${between.address().port}`,
    /** How many were cut off. */
    fallSilent() {
      const cut = [...open];
      open.clear();
      for (const { client, server } of cut) {
        client.unpipe(server);
        server.unpipe(client);
        server.destroy();
      }
      return cut.length;
    },
  };
}
