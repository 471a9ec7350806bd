// Follows a conversation with graphql-ws.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws'; // in a browser: leave this and `webSocketImpl` out
import { follow } from './follow.mjs';

const MESSAGES = `
  subscription Messages($conversationId: ID!, $afterSeq: Int, $epoch: ID) {
    messageAdded(conversationId: $conversationId, afterSeq: $afterSeq, epoch: $epoch) {
      id seq body sentAt sender { id username }
    }
  }`;

/** `url` and `token` are functions, so that every connection gets a present address and token. */
export function connect({ url, token }) {
  return createClient({
    url: () => `${url()}/graphql`.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    webSocketImpl: WebSocket,
    keepAlive: 10_000,
    retryAttempts: 0,
  });
}

export function followMessages(client, { conversationId, afterSeq, epoch, onMessage, signal }) {
  const open = (from, sink) =>
    client.subscribe({ query: MESSAGES, variables: { conversationId, ...from } }, sink);
  return follow({ open, afterSeq, epoch, onMessage, signal });
}

/** A query or a mutation, over the same socket. */
export function ask(client, query, variables) {
  return new Promise((resolve, reject) => {
    let answer;
    client.subscribe(
      { query, variables },
      {
        next: (result) => (answer = result),
        error: reject,
        complete: () => resolve(answer),
      },
    );
  });
}
