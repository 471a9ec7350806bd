// The examples of docs/clients as one list, so that a test can be passed with each of them.
import { parse } from 'graphql';
import * as apollo from '../../../docs/clients/apollo/client.mjs';
import * as events from '../../../docs/clients/graphql-ws/events.mjs';
import * as graphqlWs from '../../../docs/clients/graphql-ws/socket.mjs';
import { follow } from '../../../docs/clients/shared/follow.mjs';
import * as urql from '../../../docs/clients/urql/client.mjs';
import { ask } from './people.mjs';

const MESSAGES = `
  subscription Messages($conversationId: ID!, $afterSeq: Int, $epoch: ID) {
    messageAdded(conversationId: $conversationId, afterSeq: $afterSeq, epoch: $epoch) {
      id seq body sentAt sender { id username }
    }
  }`;

/** For clients whose examples follow events. */
const followMessages =
  ({ subscribe }, query) =>
  (client, { conversationId, afterSeq, epoch, onMessage, signal }) =>
    follow({
      last: afterSeq,
      epoch,
      open: ({ last, epoch }, sink) =>
        subscribe(client, { query, variables: { conversationId, afterSeq: last, epoch } }, sink),
      numberOf: ({ messageAdded }) => messageAdded.seq,
      onItem: ({ messageAdded }) => {
        onMessage(messageAdded);
      },
      signal,
    });

const kind = (query) => (query.trimStart().startsWith('mutation') ? 'mutation' : 'query');
const askUrql = async (client, query, variables) => {
  const { data, error } = await client[kind(query)](query, variables, { requestPolicy: 'network-only' }).toPromise();
  if (error) throw error;
  return { data };
};
const askApollo = (client, query, variables) =>
  kind(query) === 'mutation'
    ? client.mutate({ mutation: parse(query), variables })
    : client.query({ query: parse(query), variables, fetchPolicy: 'no-cache' });

const all = [
  { name: 'graphql-ws', ...graphqlWs },
  { name: 'graphql-sse', ...events },
  { name: 'Apollo Client', ...apollo, followMessages: followMessages(apollo, parse(MESSAGES)), ask: askApollo },
  { name: 'urql over a WebSocket', ...urql, followMessages: followMessages(urql, MESSAGES), ask: askUrql },
  {
    name: 'urql over events',
    ...urql,
    connect: urql.connectEvents,
    followMessages: followMessages(urql, MESSAGES),
    ask: askUrql,
  },
];
export const clients = all.map((one) => ({ ...one, end: (client) => client.dispose() }));

/** Follows a conversation with one of the clients and keeps what came. */
export function follower(kind, { url, token, conversationId, afterSeq = 0, onMessage = () => {}, silence }) {
  const control = new AbortController();
  const client = kind.connect({ url, token: typeof token === 'function' ? token : () => token, silence });
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
