// urql: queries and mutations over HTTP, subscriptions over a WebSocket by graphql-ws, or as events by graphql-sse.
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { retryExchange } from '@urql/exchange-retry';
import { createClient as createEventsClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { onEnd, pipe, subscribe as listen, takeWhile } from 'wonka';
import { WebSocket } from 'ws'; // in a browser: leave this and `webSocketImpl` out
import { endWhenSilent, fetchEvents, fetchInTime, impatient } from '../shared/alive.mjs';

/**
 * `url` and `token` are functions, so that every connection gets a present address and token. `renew` gets a fresh one
 * where the server says that it has expired. `updates` says what events change in the cache, which knows by `schema` (its
 * introspection) which types a union has.
 */
export function connect({ url, token, renew, updates, schema }) {
  const socket = createSocketClient({
    url: () => `${url()}/graphql`.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    webSocketImpl: impatient(WebSocket),
    keepAlive: 10_000,
    // The loop in follow.mjs subscribes again, with a cursor of that moment.
    retryAttempts: 0,
  });
  return urql({ url, token, renew, updates, schema }, endWhenSilent(socket));
}

/**
 * Subscriptions as events; where WebSockets do not get through. `silence` is how long a stream may say nothing, if not as
 * long as usual.
 */
export function connectEvents({ url, token, renew, updates, schema, silence }) {
  const events = createEventsClient({
    url: () => `${url()}/graphql`,
    headers: async () => ({ authorization: `Bearer ${await token()}` }),
    fetchFn: (address, init) => fetchEvents(address, init, silence),
    retryAttempts: 0,
  });
  return urql({ url, token, renew, updates, schema }, events);
}

function urql({ url, token, renew, updates, schema }, transport) {
  const client = new Client({
    url: `${url()}/graphql`,
    preferGetMethod: false,
    fetch: async (_, init) =>
      fetchInTime(`${url()}/graphql`, { ...init, headers: { ...init.headers, authorization: `Bearer ${await token()}` } }),
    exchanges: [
      cache({ updates, schema }),
      retry(),
      auth({ renew }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: transport.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });
  return Object.assign(client, { dispose: () => transport.dispose() });
}

/** An operation that the server refuses for an expired token is sent once more, with a fresh one. */
function auth({ renew }) {
  return authExchange(async () => ({
    // The token is added in `fetch`, so that each try of `retry` has a present one and not that of the first.
    addAuthToOperation: (operation) => operation,
    didAuthError: ({ graphQLErrors: [error] }) => Boolean(renew) && error?.extensions?.code === 'TOKEN_EXPIRED',
    refreshAuth: () => renew(),
  }));
}

/** Again when no answer came, and when the answer says that the same may succeed later. */
function retry() {
  return retryExchange({
    initialDelayMs: 100,
    maxDelayMs: 5_000,
    randomDelay: true,
    maxNumberAttempts: 12,
    retryIf: ({ networkError, graphQLErrors }, { kind, variables: { input } = {} }) => {
      if (kind === 'subscription') return false;
      if (graphQLErrors.length > 0) return graphQLErrors.every(({ extensions }) => extensions?.retryable === true);
      // Only what may be done twice: queries, and mutations that the server knows again by an id of the client's.
      return Boolean(networkError) && (kind === 'query' || Boolean(input?.clientMessageId ?? input?.clientConversationId));
    },
  });
}

function cache({ updates, schema }) {
  const none = () => null;
  return cacheExchange({
    updates,
    schema,
    // What has no id stays where it is.
    keys: { Member: none, Server: none },
    resolvers: {
      Query: {
        conversations: relayPagination(),
        messages: relayPagination(),
        users: relayPagination(),
        // What came in a list need not be asked for by its id.
        conversation: (_, { id }) => ({ __typename: 'Conversation', id }),
      },
      Conversation: { messages: relayPagination(), members: relayPagination() },
    },
  });
}

/** Opens one subscription; answers a function that ends it. */
export function subscribe(client, { query, variables }, sink) {
  const next = ({ data, error, hasNext }) => {
    if (error) {
      sink.error(error.graphQLErrors.length > 0 ? error.graphQLErrors : error.networkError);
    } else if (hasNext) {
      sink.next({ data });
    } // else urql repeats the last result to say that there are no more.
  };
  // urql goes on listening after an error of the server's, and so would send nothing for the same subscription, asked again.
  const untilError = takeWhile(({ error }) => !error, true);
  return pipe(client.subscription(query, variables), untilError, onEnd(sink.complete), listen(next)).unsubscribe;
}
