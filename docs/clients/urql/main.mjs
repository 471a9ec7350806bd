// Two people talk; Bob's side is kept in urql's cache, as a page would show it. With the argument `events`, what happens
// comes as server-sent events.
import { gql } from '@urql/core';
import { buildSchema, introspectionFromSchema } from 'graphql';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pipe, subscribe as watch } from 'wonka';
import { eventNumber, follow } from '../shared/follow.mjs';
import { persist, sleep } from '../shared/graphql.mjs';
import { history, rounds, twoPeople, until, url, verify } from '../shared/tale.mjs';
import { Transcript } from '../shared/transcript.mjs';
import { connect, connectEvents, subscribe } from './client.mjs';

const MESSAGE = gql`fragment MessageParts on Message { id seq body revision sender { id username } }`;
const START = gql`mutation Start($input: StartDirectConversationInput!) {
  startDirectConversation(input: $input) { conversation { id } }
}`;
const SEND = gql`mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) { deduplicated message { ...MessageParts } }
} ${MESSAGE}`;
const EDIT = gql`mutation Edit($input: EditMessageInput!) {
  editMessage(input: $input) { message { ...MessageParts } }
} ${MESSAGE}`;
const DELETE = gql`mutation Delete($input: DeleteMessageInput!) {
  deleteMessage(input: $input) { message { ...MessageParts } }
} ${MESSAGE}`;
// The cache joins pages by `edges` and their cursors.
const CHAT = gql`query Chat($id: ID!, $last: Int, $before: String) {
  server { epoch }
  conversation(id: $id) {
    id eventSeq
    messages(last: $last, before: $before, filter: { includeDeleted: true }) {
      edges { cursor node { ...MessageParts } }
      pageInfo { hasPreviousPage startCursor hasNextPage endCursor }
    }
  }
} ${MESSAGE}`;
const EVENTS = gql`subscription Events($id: ID!, $last: Int, $epoch: ID) {
  conversationEvents(conversationId: $id, afterEventSeq: $last, epoch: $epoch) {
    __typename
    ... on MessageAdded { eventSeq message { ...MessageParts } }
    ... on MessageEdited { eventSeq message { ...MessageParts } }
    ... on MessageDeleted { eventSeq message { ...MessageParts } }
    ... on MemberJoined { eventSeq }
    ... on MemberLeft { eventSeq }
    ... on MemberRoleChanged { eventSeq }
    ... on ConversationUpdated { eventSeq conversation { id title } }
    ... on ConversationDeleted { eventSeq }
    ... on CaughtUp { toldUpTo: eventSeq }
  }
} ${MESSAGE}`;

/** The newest page, to which the cache adds those before it as they are asked for. */
const newest = (id) => ({ query: CHAT, variables: { id, last: 2 } });

/** What an event changes in the cache: known messages by their id, and the list by hand. */
const updates = {
  Subscription: {
    conversationEvents({ conversationEvents: event }, { conversationId }, cache) {
      if (event.__typename !== 'MessageAdded') return;
      cache.updateQuery(newest(conversationId), (data) => {
        const edges = data?.conversation?.messages.edges;
        if (!edges || edges.some(({ node }) => node.id === event.message.id)) return data;
        const edge = { __typename: 'MessageEdge', cursor: '', node: event.message };
        const messages = { ...data.conversation.messages, edges: [...edges, edge] };
        return { ...data, conversation: { ...data.conversation, messages } };
      });
    },
  },
};

// A page has this from its build.
const schema = introspectionFromSchema(
  buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8')),
);
const { ann, bob } = await twoPeople();
const connection = process.argv[2] === 'events' ? connectEvents : connect;
const clientOf = ({ token, renew }) => connection({ url: () => url, token, renew, updates, schema });
const anns = clientOf(ann);
let bobs;
async function answer(asked) {
  const { data, error } = await asked.toPromise();
  if (error) throw error;
  return data;
}
const mutate = (mutation, input) => answer(anns.mutation(mutation, { input }));
const id = (await mutate(START, { userId: bob.user.id })).startDirectConversation.conversation.id;

/** With an id that is made before the first try, so that the exchange for retries may repeat it. */
const send = async (body) =>
  (await mutate(SEND, { conversationId: id, body, clientMessageId: randomUUID() })).sendMessage.message;

// The answer to a send was lost, so Ann sends the same again.
const input = { conversationId: id, body: 'Hello Bob!', clientMessageId: randomUUID() };
const first = (await mutate(SEND, input)).sendMessage;
const again = (await mutate(SEND, input)).sendMessage;
assert.equal(again.deduplicated, true);
assert.equal(again.message.id, first.message.id);
for (const body of ['one', 'two', 'three', 'four']) await send(body);

// Bob shows what the cache has, and reads back in history, two messages at a time.
const transcript = new Transcript();
let shown = [];
async function load() {
  // What a cache has may be of data that is no more, and urql empties one by making another.
  bobs?.dispose();
  bobs = clientOf(bob);
  const { query, variables } = newest(id);
  const { server, conversation } = await answer(bobs.query(query, variables));
  pipe(
    bobs.query(query, variables),
    watch(({ data }) => {
      shown = messagesOf(data) ?? shown;
    }),
  );
  for (let page = conversation; page.messages.pageInfo.hasPreviousPage; ) {
    const before = page.messages.pageInfo.startCursor;
    page = (await answer(bobs.query(query, { ...variables, before }))).conversation;
  }
  transcript.load(messagesOf(bobs.readQuery(query, variables).data), conversation.eventSeq);
  return { last: conversation.eventSeq, epoch: server.epoch };
}

const messagesOf = (data) => data?.conversation?.messages.edges.map(({ node }) => node);

// He follows from what he has. The epoch that he kept is another, as if the server had been restored from a backup since:
// he is told to load again.
const { last } = await load();
await until('all pages are shown', () => shown.length === 5);
const control = new AbortController();
let streams = 0;
const following = follow({
  last,
  epoch: randomUUID(),
  open(cursor, sink) {
    streams += 1;
    return subscribe(bobs, { query: EVENTS, variables: { id, ...cursor } }, sink);
  },
  numberOf: ({ conversationEvents }) => eventNumber(conversationEvents),
  onItem: ({ conversationEvents }) => transcript.take(conversationEvents),
  reload: load,
  signal: control.signal,
});

// Ann goes on, whatever becomes of the server.
for (let n = 1; n <= rounds; n += 1) {
  await send(`message ${n}`);
  console.log(`message ${n} is stored`);
  await sleep(100);
}
await mutate(EDIT, { id: first.message.id, body: 'Hello dear Bob!' });
const farewell = await send('to be deleted');
await mutate(DELETE, { id: farewell.id });
const end = await send('Goodbye!');

// What is wrong is told by its code.
const code = (asked) => asked.then(() => 'none', ({ graphQLErrors: [error] }) => error?.extensions.code);
assert.equal(await code(mutate(SEND, { conversationId: id, body: ' ' })), 'BAD_USER_INPUT');
assert.equal(await code(mutate(SEND, { ...input, body: 'other words' })), 'CLIENT_MESSAGE_ID_REUSED');
assert.equal(await code(mutate(EDIT, { id: randomUUID(), body: 'of no message' })), 'NOT_FOUND');

await until('Bob has heard the end', () => transcript.has(end.seq));
control.abort();
await following;
const all = await persist(() => history(ann, id));
verify({ known: transcript.messages, all, ...transcript, streams, renewals: ann.renewals + bob.renewals });
const bodies = (messages) => messages.map(({ body }) => body).join();
await until('what is shown is what was said', () => bodies(shown) === bodies(all));
anns.dispose();
bobs.dispose();
