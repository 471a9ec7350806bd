// The examples as one list, so that a test can be passed with each of them.
import * as apollo from '../examples/apollo.mjs';
import * as events from '../examples/events.mjs';
import * as graphqlWs from '../examples/graphql-ws.mjs';
import * as urql from '../examples/urql.mjs';
import { gql } from '@apollo/client';
import { ask } from './people.mjs';

const end = (client) => client.dispose?.();
const askUrql = (kind) => async (client, query, variables) => {
  const { data, error } = await client[kind(query)](query, variables, { requestPolicy: 'network-only' }).toPromise();
  if (error) throw error;
  return { data };
};
const kind = (query) => (query.trimStart().startsWith('mutation') ? 'mutation' : 'query');
const askApollo = (client, query, variables) =>
  kind(query) === 'mutation'
    ? client.mutate({ mutation: gql(query), variables })
    : client.query({ query: gql(query), variables, fetchPolicy: 'no-cache' });

export const clients = [
  { name: 'graphql-ws', ...graphqlWs, end },
  { name: 'graphql-sse', ...events, end },
  { name: 'Apollo Client', ...apollo, ask: askApollo, end: (client) => client.stop() },
  { name: 'urql over a WebSocket', ...urql, ask: askUrql(kind), end: () => {} },
  { name: 'urql over events', ...urql, connect: urql.connectEvents, ask: askUrql(kind), end: () => {} },
];

/** Follows a conversation with one of the clients and keeps what came. */
export function follower(kind, { url, token, conversationId, afterSeq = 0, onMessage = () => {} }) {
  const control = new AbortController();
  const client = kind.connect({ url, token: typeof token === 'function' ? token : () => token });
  const log = [];
  const following = async () => {
    // As an application has it from the query that loaded the conversation.
    const { epoch } = (await ask(url(), null, '{ server { epoch } }')).server;
    return kind.followMessages(client, {
      conversationId,
      afterSeq,
      epoch,
      signal: control.signal,
      onMessage(message) {
        log.push(message);
        onMessage(message);
      },
    });
  };
  const ended = following();
  // Who waits for it is told; nobody else has to be.
  ended.catch(() => {});
  const stop = async () => {
    control.abort();
    const last = await ended;
    kind.end(client);
    return last;
  };
  return { name: kind.name, client, log, ended, stop, last: () => log.at(-1)?.seq ?? afterSeq };
}
