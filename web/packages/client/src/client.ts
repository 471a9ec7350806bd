// A connection to one server: who is signed in, requests, sends that are never doubled, streams that lose nothing.
import type { Client } from 'graphql-ws';
import { type ConversationFollower, followConversation } from './conversation.js';
import { ParlanceError } from './errors.js';
import type { Following, Surroundings } from './follow.js';
import {
  SendMessageDocument,
  type SendMessageInput,
  type SendMessageMutation,
  type TypedDocumentString,
} from './generated.js';
import { followInbox, type InboxFollower } from './inbox.js';
import { Session } from './session.js';
import { openSocket } from './socket.js';
import { browserLock, browserStorage, type Lock, memoryStorage, type Storage } from './storage.js';
import { asker, authorizedFetch, type Tokens } from './transport.js';
import { uuid } from './uuid.js';
import { persist } from './wait.js';

export interface ConnectOptions {
  /** Where the server is, like `https://chat.example.org`; on a page of the server's own, `location.origin`. */
  readonly url: string;
  /** Where the refresh token is kept: for all tabs in `localStorage` unless said otherwise, or in memory without one. */
  readonly storage?: Storage;
  /** Keeps tabs from renewing at once; a Web Lock where there are such. */
  readonly lock?: Lock;
  /** Where there is no global WebSocket: the one of the package `ws`. */
  readonly webSocketImpl?: unknown;
  readonly fetch?: typeof globalThis.fetch;
}

export interface SendOptions {
  readonly signal?: AbortSignal;
}

export interface RequestOptions extends SendOptions {
  /** Tries until it is answered, more and more rarely: for queries, and for what does no harm when it is done twice. */
  readonly persist?: boolean;
}

export interface Parlance {
  readonly session: Session;
  /** For GraphQL clients that take a `fetch`: it signs in, and renews the token. */
  readonly fetch: typeof globalThis.fetch;
  /** The address of the GraphQL endpoint. */
  readonly endpoint: string;
  /** The socket, for GraphQL clients that take one of graphql-ws. */
  readonly socket: Client;
  /**
   * Sends an operation for whoever is signed in and answers its data, or throws a `ParlanceError`. It is never done as
   * somebody who signs in meanwhile.
   */
  request<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    options?: RequestOptions,
  ): Promise<Result>;
  /**
   * Sends a message until the server has said that it is stored, or that it never will be. However often that takes,
   * it is stored once: all attempts have the same `clientMessageId`. Give one of your own to go on after a reload.
   */
  sendMessage(input: SendMessageInput, options?: SendOptions): Promise<SendMessageMutation['sendMessage']>;
  followConversation(follower: ConversationFollower): Following;
  followInbox(follower: InboxFollower): Following;
  /** Says that it is worth trying now whatever waits for its next attempt: the network is back, the page is seen. */
  nudge(): void;
}

export function connect({ url, storage, lock, webSocketImpl, fetch }: ConnectOptions): Parlance {
  const endpoint = `${url.replace(/\/$/, '')}/graphql`;
  // Browsers want `fetch` called as a function of the window.
  const plainFetch = fetch ?? ((...call: Parameters<typeof globalThis.fetch>) => globalThis.fetch(...call));
  const ask = asker(endpoint, plainFetch);
  const kept = storage ?? ('localStorage' in globalThis ? browserStorage() : memoryStorage());
  const session = new Session(ask, kept, lock ?? browserLock());
  const socket = openSocket({ url: endpoint, session, webSocketImpl });
  // A socket belongs to whoever opened it, and is kept for a while when nothing is followed.
  session.onChange(() => socket.terminate());
  const wakes = new Set<() => void>();
  const nudged = (wake: () => void) => {
    wakes.add(wake);
    return () => wakes.delete(wake);
  };
  const around: Surroundings = { socket, session, nudged };

  /** Once, or twice if the token was refused. */
  const attempt = async <Result, Variables>(
    tokens: Tokens,
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Result> => {
    const token = await tokens();
    try {
      return await ask(document, variables, { token, signal });
    } catch (thrown) {
      const { code } = ParlanceError.from(thrown);
      if (code !== 'TOKEN_EXPIRED' && code !== 'UNAUTHENTICATED' && code !== 'SESSION_REVOKED') throw thrown;
      return ask(document, variables, { token: await tokens(token), signal });
    }
  };

  const request: Parlance['request'] = async (document, variables, { signal, persist: isPatient } = {}) => {
    const tokens = session.tokens();
    const once = () => attempt(tokens, document, variables, signal);
    return isPatient ? persist(once, { signal, nudged }) : once();
  };

  return {
    session,
    endpoint,
    socket,
    fetch: authorizedFetch(() => session.tokens(), plainFetch),
    request,
    async sendMessage(given, options = {}) {
      const input = { ...given, clientMessageId: given.clientMessageId ?? uuid() };
      return (await request(SendMessageDocument, { input }, { ...options, persist: true })).sendMessage;
    },
    followConversation: (follower) => followConversation(around, follower),
    followInbox: (follower) => followInbox(around, follower),
    nudge: () => {
      for (const wake of [...wakes]) wake();
    },
  };
}
