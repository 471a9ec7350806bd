// Follows a conversation with graphql-ws.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws'; // in a browser: leave this and `webSocketImpl` out
import { endWhenSilent, impatient } from '../shared/alive.mjs';
import { follow } from '../shared/follow.mjs';

const MESSAGES = `
  subscription Messages($conversationId: ID!, $afterSeq: Int, $epoch: ID) {
    messageAdded(conversationId: $conversationId, afterSeq: $afterSeq, epoch: $epoch) {
      id seq body sentAt sender { id username }
    }
  }`;

/** `url` and `token` are functions, so that every connection gets a present address and token. */
export function connect({ url, token }) {
  const client = createClient({
    url: () => `${url()}/graphql`.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    webSocketImpl: impatient(WebSocket),
    keepAlive: 10_000,
    retryAttempts: 0,
  });
  return endWhenSilent(client);
}

export function followMessages(client, { conversationId, afterSeq, epoch, onMessage, signal }) {
  return follow({
    last: afterSeq,
    epoch,
    open: ({ last, epoch }, sink) =>
      client.subscribe({ query: MESSAGES, variables: { conversationId, afterSeq: last, epoch } }, sink),
    numberOf: ({ messageAdded }) => messageAdded.seq,
    onItem: ({ messageAdded }) => {
      onMessage(messageAdded);
    },
    signal,
  });
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
