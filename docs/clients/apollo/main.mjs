// Two people talk; Bob's side is kept in Apollo's cache, as a page would show it.
import { CombinedGraphQLErrors, gql } from '@apollo/client';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { eventNumber, follow } from '../shared/follow.mjs';
import { persist, sleep } from '../shared/graphql.mjs';
import { history, rounds, twoPeople, until, url, verify } from '../shared/tale.mjs';
import { Transcript } from '../shared/transcript.mjs';
import { connect, subscribe } from './client.mjs';

const MESSAGE = gql`
  fragment MessageParts on Message {
    id
    seq
    body
    revision
    sender {
      id
      username
    }
  }
`;
const START = gql`
  mutation Start($input: StartDirectConversationInput!) {
    startDirectConversation(input: $input) {
      conversation {
        id
      }
    }
  }
`;
const SEND = gql`
  mutation Send($input: SendMessageInput!) {
    sendMessage(input: $input) {
      deduplicated
      message {
        ...MessageParts
      }
    }
  }
  ${MESSAGE}
`;
const EDIT = gql`
  mutation Edit($input: EditMessageInput!) {
    editMessage(input: $input) {
      message {
        ...MessageParts
      }
    }
  }
  ${MESSAGE}
`;
const DELETE = gql`
  mutation Delete($input: DeleteMessageInput!) {
    deleteMessage(input: $input) {
      message {
        ...MessageParts
      }
    }
  }
  ${MESSAGE}
`;
// The cache joins pages by `edges` and their cursors; `nodes` would be those of the last page alone.
const CHAT = gql`
  query Chat($id: ID!, $last: Int, $before: String) {
    server {
      epoch
    }
    conversation(id: $id) {
      id
      eventSeq
      messages(last: $last, before: $before, filter: { includeDeleted: true }) {
        edges {
          cursor
          node {
            ...MessageParts
          }
        }
        pageInfo {
          hasPreviousPage
          startCursor
          hasNextPage
          endCursor
        }
      }
    }
  }
  ${MESSAGE}
`;
const EVENTS = gql`
  subscription Events($id: ID!, $last: Int, $epoch: ID) {
    conversationEvents(conversationId: $id, afterEventSeq: $last, epoch: $epoch) {
      ... on MessageAdded {
        eventSeq
        message {
          ...MessageParts
        }
      }
      ... on MessageEdited {
        eventSeq
        message {
          ...MessageParts
        }
      }
      ... on MessageDeleted {
        eventSeq
        message {
          ...MessageParts
        }
      }
      ... on MemberJoined {
        eventSeq
      }
      ... on MemberLeft {
        eventSeq
      }
      ... on MemberRoleChanged {
        eventSeq
      }
      ... on ConversationUpdated {
        eventSeq
        conversation {
          id
          title
        }
      }
      ... on ConversationDeleted {
        eventSeq
      }
      ... on CaughtUp {
        toldUpTo: eventSeq
      }
    }
  }
  ${MESSAGE}
`;

const { ann, bob } = await twoPeople();
const clientOf = ({ token, renew }) => connect({ url: () => url, token, renew });
const [anns, bobs] = [clientOf(ann), clientOf(bob)];
const mutate = async (mutation, input) => (await anns.mutate({ mutation, variables: { input } })).data;
const id = (await mutate(START, { userId: bob.user.id })).startDirectConversation.conversation.id;

/** With an id that is made before the first try, so that RetryLink may repeat it. */
const send = async (body) =>
  (await mutate(SEND, { conversationId: id, body, clientMessageId: randomUUID() })).sendMessage.message;

// The answer to a send was lost, so Ann sends the same again.
const input = { conversationId: id, body: 'Hello Bob!', clientMessageId: randomUUID() };
const first = (await mutate(SEND, input)).sendMessage;
const again = (await mutate(SEND, input)).sendMessage;
assert.equal(again.deduplicated, true);
assert.equal(again.message.id, first.message.id);
for (const body of ['one', 'two', 'three', 'four']) await send(body);

// Bob shows the newest page, and `fetchMore` puts older ones before it.
const chat = bobs.watchQuery({ query: CHAT, variables: { id, last: 2 }, fetchPolicy: 'network-only' });
let shown;
chat.subscribe(({ data, dataState }) => {
  if (dataState === 'complete') shown = data.conversation.messages.edges.map(({ node }) => node);
});
const transcript = new Transcript();
async function load() {
  // Whatever is in the cache may be of data that is no more.
  bobs.cache.evict({ id: bobs.cache.identify({ __typename: 'Conversation', id }), fieldName: 'messages' });
  const { server, conversation } = (await chat.refetch()).data;
  let { pageInfo } = conversation.messages;
  while (pageInfo.hasPreviousPage) {
    const page = await chat.fetchMore({ variables: { before: pageInfo.startCursor } });
    ({ pageInfo } = page.data.conversation.messages);
  }
  transcript.load(messagesInCache(), conversation.eventSeq);
  return { last: conversation.eventSeq, epoch: server.epoch };
}

function messagesInCache() {
  const { conversation } = bobs.cache.readQuery({ query: CHAT, variables: { id } });
  return conversation.messages.edges.map(({ node }) => node);
}

/** Puts an event into the cache. */
function take(event) {
  transcript.take(event);
  const { message } = event;
  if (!message) return;
  const fragment = { fragment: MESSAGE, fragmentName: 'MessageParts' };
  const known = bobs.cache.readFragment({ ...fragment, id: bobs.cache.identify(message) });
  // Objects come as they are now, so an older event may bring a newer message: the higher revision is right.
  if (known && known.revision >= message.revision && event.__typename !== 'MessageAdded') return;
  const node = bobs.cache.writeFragment({ ...fragment, data: message });
  if (event.__typename !== 'MessageAdded') return;
  bobs.cache.modify({
    id: bobs.cache.identify({ __typename: 'Conversation', id }),
    fields: {
      messages: (list) => ({
        ...list,
        edges: [...list.edges, { __typename: 'MessageEdge', node, cursor: '' }],
      }),
    },
  });
}

// He follows from what he has. The epoch that he kept is another, as if the server had been restored from a backup since:
// he is told to load again.
const { last } = await load();
await until('both pages are shown', () => shown?.length === 5);
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
  onItem: ({ conversationEvents }) => take(conversationEvents),
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
const code = (asked) =>
  asked.then(
    () => 'none',
    (error) => (CombinedGraphQLErrors.is(error) ? error.errors[0].extensions.code : error),
  );
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
