// Follows a conversation with urql: over a WebSocket by graphql-ws, or as events by graphql-sse.
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createEventsClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { onEnd, pipe, subscribe } from 'wonka';
import { WebSocket } from 'ws'; // in a browser: leave this and `webSocketImpl` out
import { fetchWhole, follow } from './follow.mjs';

const MESSAGES = `
  subscription Messages($conversationId: ID!, $afterSeq: Int, $epoch: ID) {
    messageAdded(conversationId: $conversationId, afterSeq: $afterSeq, epoch: $epoch) {
      id seq body sentAt sender { id username }
    }
  }`;

/** Everything over one WebSocket. */
export function connect({ url, token }) {
  const socket = createSocketClient({
    url: () => `${url()}/graphql`.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    webSocketImpl: WebSocket,
    keepAlive: 10_000,
    retryAttempts: 0,
  });
  return urql(url(), socket, { enableAllOperations: true });
}

/** Subscriptions as events, everything else as usual; where WebSockets do not get through. */
export function connectEvents({ url, token }) {
  const headers = async () => ({ authorization: `Bearer ${await token()}` });
  const events = createEventsClient({
    url: () => `${url()}/graphql`,
    headers,
    fetchFn: fetchWhole,
    retryAttempts: 0,
  });
  const fetch = async (address, init) =>
    globalThis.fetch(address, { ...init, headers: { ...init.headers, ...(await headers()) } });
  return urql(url(), events, { fetch });
}

function urql(url, transport, { enableAllOperations = false, fetch } = {}) {
  const forwardSubscription = ({ query, variables }, { kind }) => ({
    subscribe(sink) {
      const end = transport.subscribe({ query, variables }, sink);
      // The others end by themselves; if they are ended too, graphql-ws 6.4 may close the socket.
      return { unsubscribe: kind === 'subscription' ? end : () => {} };
    },
  });
  return new Client({
    url: `${url}/graphql`,
    preferGetMethod: false,
    fetch,
    exchanges: [subscriptionExchange({ enableAllOperations, forwardSubscription }), fetchExchange],
  });
}

export function followMessages(client, { conversationId, afterSeq, epoch, onMessage, signal }) {
  const open = (from, sink) => {
    const next = ({ data, error, hasNext }) => {
      if (error) {
        sink.error(error.graphQLErrors.length > 0 ? error.graphQLErrors : error.networkError);
      } else if (hasNext) {
        sink.next({ data });
      } // else urql repeats the last result to say that there are no more.
    };
    const results = client.subscription(MESSAGES, { conversationId, ...from });
    return pipe(results, onEnd(sink.complete), subscribe(next)).unsubscribe;
  };
  return follow({ open, afterSeq, epoch, onMessage, signal });
}
