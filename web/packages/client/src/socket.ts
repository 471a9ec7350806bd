// The one WebSocket for everything that is followed: the stock graphql-ws client, told three things that it cannot
// know. Its own retries are off, since they subscribe again with the cursor of the first time; `follow` does that.
import { type Client, createClient } from 'graphql-ws';
import type { Session } from './session.js';

/** So often the server is asked for a sign of life, and given so long to give it. */
const PING_MS = 10_000;
const PONG_MS = 5_000;

/** So long the socket is kept when nothing is followed, as between two conversations. */
const IDLE_MS = 3_000;

export interface SocketOptions {
  readonly url: string;
  readonly session: Session;
  readonly webSocketImpl?: unknown;
}

export function openSocket({ url, session, webSocketImpl }: SocketOptions): Client {
  let socket: { readyState: number; send(text: string): void };
  let token = '';
  let missing: ReturnType<typeof setTimeout> | undefined;
  let renewing: ReturnType<typeof setTimeout> | undefined;

  /** A socket lives as long as its token, unless it is shown a fresh one in time. */
  const renewBefore = (expiresAt: unknown, from: typeof socket) => {
    clearTimeout(renewing);
    const expiry = typeof expiresAt === 'string' ? Date.parse(expiresAt) - Date.now() : Number.NaN;
    if (Number.isNaN(expiry)) return;
    // With a wrong clock it is too early or too late, and then the socket is opened again: a cursor makes that cheap.
    const wait = Math.max(250, Math.min(expiry - 30_000, (expiry * 2) / 3));
    renewing = setTimeout(async () => {
      try {
        token = await session.token(token);
        if (socket === from && from.readyState === 1) {
          from.send(JSON.stringify({ type: 'ping', payload: { accessToken: token } }));
        }
      } catch {
        // The server closes the socket when the token ends.
      }
    }, wait);
  };

  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: async () => {
      token = await session.token();
      return { authorization: `Bearer ${token}` };
    },
    ...(webSocketImpl !== undefined && { webSocketImpl }),
    keepAlive: PING_MS,
    lazyCloseTimeout: IDLE_MS,
    retryAttempts: 0,
    on: {
      connected(opened, payload) {
        socket = opened as typeof socket;
        renewBefore((payload as { expiresAt?: unknown } | undefined)?.expiresAt, socket);
      },
      ping(received) {
        if (received) return;
        clearTimeout(missing);
        // A peer that is gone without a word is not noticed by TCP for minutes, and would not answer a closing either.
        missing = setTimeout(() => client.terminate(), PONG_MS);
      },
      pong(received, payload) {
        if (!received) return;
        clearTimeout(missing);
        const { expiresAt } = (payload ?? {}) as { expiresAt?: unknown };
        if (expiresAt !== undefined) renewBefore(expiresAt, socket);
      },
      closed() {
        clearTimeout(missing);
        clearTimeout(renewing);
      },
    },
  });
  return client;
}
