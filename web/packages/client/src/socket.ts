// The one WebSocket for everything that is followed: the stock graphql-ws client, told three things that it cannot
// know. Its own retries are off, since they subscribe again with the cursor of the first time; `follow` does that.
import { type Client, createClient } from 'graphql-ws';
import type { Session } from './session.js';

/** So long opening may take, to the server's first word. Browsers themselves wait for minutes. */
const OPENING_MS = 15_000;

/** So often the server is asked for a sign of life, and given so long to give it. */
const PING_MS = 10_000;
const PONG_MS = 5_000;

/** So long the socket is kept when nothing is followed, as between two conversations. */
const IDLE_MS = 3_000;

/** No timer waits longer: one that is told to fires at once. */
const LONGEST_MS = 2 ** 31 - 1;

export interface SocketOptions {
  readonly url: string;
  readonly session: Session;
  readonly webSocketImpl?: unknown;
}

interface OpenSocket {
  readonly readyState: number;
  send(text: string): void;
}

export function openSocket({ url, session, webSocketImpl }: SocketOptions): Client {
  let socket: OpenSocket;
  let token = '';
  let isPongOwed = false;
  let missing: ReturnType<typeof setTimeout> | undefined;
  let renewing: ReturnType<typeof setTimeout> | undefined;

  /** A peer that is gone without a word is not noticed by TCP for minutes, and would not answer a closing either. */
  const expectWithin = (milliseconds: number) => {
    clearTimeout(missing);
    missing = setTimeout(() => client.terminate(), milliseconds);
  };

  /** A socket lives as long as its token, unless it is shown a fresh one in time. */
  const renewInTime = (shown: OpenSocket) => {
    clearTimeout(renewing);
    renewing = setTimeout(
      async () => {
        try {
          token = await session.token(token);
          if (shown.readyState === 1) {
            shown.send(JSON.stringify({ type: 'ping', payload: { accessToken: token } }));
          }
        } catch {
          // The server closes the socket when the token ends.
        }
      },
      Math.min(session.renewsIn(token), LONGEST_MS),
    );
  };

  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: async () => {
      token = await session.token();
      return { authorization: `Bearer ${token}` };
    },
    ...(webSocketImpl !== undefined && { webSocketImpl: quiet(webSocketImpl) }),
    keepAlive: PING_MS,
    connectionAckWaitTimeout: OPENING_MS,
    lazyCloseTimeout: IDLE_MS,
    retryAttempts: 0,
    on: {
      connecting: () => expectWithin(OPENING_MS),
      connected(opened) {
        socket = opened as OpenSocket;
        renewInTime(socket);
      },
      ping(received) {
        if (received) return;
        isPongOwed = true;
        expectWithin(PONG_MS);
      },
      message({ type }) {
        if (type === 'pong') isPongOwed = false;
        // The next ping is sent after the pong of this one, and not after what else comes meanwhile.
        if (isPongOwed) expectWithin(PONG_MS);
        else clearTimeout(missing);
      },
      pong(received, payload) {
        const isOfToken = received && payload && 'expiresAt' in payload;
        if (isOfToken) renewInTime(socket);
      },
      closed() {
        isPongOwed = false;
        clearTimeout(missing);
        clearTimeout(renewing);
      },
    },
  });
  return client;
}

/** The package `ws` has an error for an opening that is given up, and ends the program if nobody listens to it. */
function quiet(webSocketImpl: unknown) {
  return class extends (webSocketImpl as new (...call: unknown[]) => EventTarget) {
    constructor(...call: unknown[]) {
      super(...call);
      this.addEventListener('error', () => {});
    }
  };
}
