// Follows a conversation as server-sent events with graphql-sse, for which `fetch` is all it needs.
// (The browser's own EventSource cannot send a token.)
import { createClient } from 'graphql-sse';
import { fetchEvents } from '../shared/alive.mjs';
import { follow } from '../shared/follow.mjs';

const MESSAGES = `
  subscription Messages($conversationId: ID!, $afterSeq: Int, $epoch: ID) {
    messageAdded(conversationId: $conversationId, afterSeq: $afterSeq, epoch: $epoch) {
      id seq body sentAt sender { id username }
    }
  }`;

/**
 * `url` and `token` are functions, so that every request gets a present address and token. `silence` is how long a stream
 * may say nothing, if not as long as usual.
 */
export function connect({ url, token, silence }) {
  return createClient({
    url: () => `${url()}/graphql`,
    headers: async () => ({ authorization: `Bearer ${await token()}` }),
    fetchFn: (address, init) => fetchEvents(address, init, silence),
    retryAttempts: 0,
  });
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

/** A query or a mutation. */
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
