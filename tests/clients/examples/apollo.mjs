// Follows a conversation with Apollo Client.
import { ApolloClient, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws'; // in a browser: leave this and the two uses of it out
import { follow } from './follow.mjs';

// The link asks it for a constant; Node has it from version 22 on.
globalThis.WebSocket ??= WebSocket;

const MESSAGES = gql`
  subscription Messages($conversationId: ID!, $afterSeq: Int, $epoch: ID) {
    messageAdded(conversationId: $conversationId, afterSeq: $afterSeq, epoch: $epoch) {
      id
      seq
      body
      sentAt
      sender {
        id
        username
      }
    }
  }
`;

export function connect({ url, token }) {
  const socket = createClient({
    url: () => `${url()}/graphql`.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    webSocketImpl: WebSocket,
    keepAlive: 10_000,
    retryAttempts: 0,
  });
  return new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache() });
}

export function followMessages(client, { conversationId, afterSeq, epoch, onMessage, signal }) {
  const open = (from, sink) => {
    const variables = { conversationId, ...from };
    const subscription = client.subscribe({ query: MESSAGES, variables, fetchPolicy: 'no-cache' }).subscribe({
      // Errors come as a value, after which the subscription is over.
      next: ({ data, error }) => (error ? sink.error(error.errors ?? error) : sink.next({ data })),
      error: sink.error,
      complete: sink.complete,
    });
    return () => subscription.unsubscribe();
  };
  return follow({ open, afterSeq, epoch, onMessage, signal });
}
