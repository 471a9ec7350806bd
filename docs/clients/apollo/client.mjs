// Apollo Client: queries and mutations over HTTP, subscriptions over a WebSocket, all in one cache.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { RetryLink } from '@apollo/client/link/retry';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { from, map, switchMap } from 'rxjs';
import { WebSocket } from 'ws'; // in a browser: leave this and the two uses of it out
import { endWhenSilent, fetchInTime, impatient } from '../shared/alive.mjs';

// The link asks it for a constant; Node has it from version 22 on.
globalThis.WebSocket ??= WebSocket;

/**
 * `url` and `token` are functions, so that every request gets a present address and token. `renew` gets a fresh one
 * where the server says that it has expired.
 */
export function connect({ url, token, renew }) {
  const socket = createClient({
    url: () => `${url()}/graphql`.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    webSocketImpl: impatient(WebSocket),
    keepAlive: 10_000,
    // The loop in follow.mjs subscribes again, with a cursor of that moment.
    retryAttempts: 0,
  });
  const http = ApolloLink.from([
    retry(),
    errorsToRetry(),
    new ErrorLink(({ error, operation, forward }) => {
      const isExpired = CombinedGraphQLErrors.is(error) && error.errors[0].extensions?.code === 'TOKEN_EXPIRED';
      return isExpired && renew ? from(renew()).pipe(switchMap(() => forward(operation))) : undefined;
    }),
    new SetContextLink(async ({ headers }) => ({
      headers: { ...headers, authorization: `Bearer ${await token()}` },
    })),
    new HttpLink({ uri: () => `${url()}/graphql`, fetch: fetchInTime }),
  ]);
  const isSubscription = ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION;
  const client = new ApolloClient({
    link: ApolloLink.split(isSubscription, new GraphQLWsLink(endWhenSilent(socket)), http),
    cache: cache(),
  });
  // Stopping the client leaves its socket open.
  return Object.assign(client, { dispose: () => [client.stop(), socket.dispose()] });
}

/** Again when no answer came, and when the answer says that the same may succeed later. */
function retry() {
  return new RetryLink({
    delay: { initial: 100, max: 5_000, jitter: true },
    attempts: (count, operation, error) =>
      count < 12 && (CombinedGraphQLErrors.is(error) ? isRetryable(error.errors) : isSafe(operation)),
  });
}

/** Whether it may be done twice: queries, and mutations that the server knows again by an id of the client's. */
function isSafe({ operationType, variables: { input } }) {
  return operationType === OperationTypeNode.QUERY || Boolean(input?.clientMessageId ?? input?.clientConversationId);
}

const isRetryable = (errors) => errors.every(({ extensions }) => extensions?.retryable === true);

/** RetryLink sees only what is thrown, and an answer with errors is none. */
function errorsToRetry() {
  const thrown = (result) => {
    if (result.errors && isRetryable(result.errors)) throw new CombinedGraphQLErrors(result);
    return result;
  };
  return new ApolloLink((operation, forward) => forward(operation).pipe(map(thrown)));
}

function cache() {
  return new InMemoryCache({
    typePolicies: {
      Query: {
        fields: {
          conversations: relayStylePagination(['filter', 'orderBy']),
          messages: relayStylePagination(['filter']),
          users: relayStylePagination(['filter', 'orderBy']),
          // What came in a list need not be asked for by its id.
          conversation: (known, { args, toReference }) =>
            known ?? toReference({ __typename: 'Conversation', id: args.id }),
        },
      },
      Conversation: {
        fields: {
          messages: relayStylePagination(['filter']),
          members: relayStylePagination(),
        },
      },
      // There is one, and it has no id.
      Server: { keyFields: [] },
      // Somebody's place in one conversation: without that it means nothing, so it stays where it is.
      Member: { keyFields: false },
    },
  });
}

/** Opens one subscription; answers a function that ends it. The cache is the business of who hears. */
export function subscribe(client, { query, variables }, sink) {
  const subscription = client.subscribe({ query, variables, fetchPolicy: 'no-cache' }).subscribe({
    // Errors come as a value, after which the subscription is over.
    next: ({ data, error }) => (error ? sink.error(error.errors ?? error) : sink.next({ data })),
    error: sink.error,
    complete: sink.complete,
  });
  return () => subscription.unsubscribe();
}
