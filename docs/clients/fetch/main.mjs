// Two people talk, with `fetch` and nothing else; with the argument `eventsource`, events come by that package.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { eventNumber, follow } from '../shared/follow.mjs';
import { persist, sleep } from '../shared/graphql.mjs';
import { history, rounds, twoPeople, until, url, verify } from '../shared/tale.mjs';
import { Transcript } from '../shared/transcript.mjs';

const MESSAGE = 'id seq body revision sender { username }';
const START = `mutation ($input: StartDirectConversationInput!) {
  startDirectConversation(input: $input) { conversation { id } } }`;
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { deduplicated message { ${MESSAGE} } } }`;
const EDIT = `mutation ($input: EditMessageInput!) { editMessage(input: $input) { message { ${MESSAGE} } } }`;
const DELETE = `mutation ($input: DeleteMessageInput!) { deleteMessage(input: $input) { message { ${MESSAGE} } } }`;
const PAGE = `query ($id: ID!, $last: Int, $before: String) {
  server { epoch }
  conversation(id: $id) {
    eventSeq
    messages(last: $last, before: $before) { nodes { ${MESSAGE} } pageInfo { hasPreviousPage startCursor } }
  }
}`;
const FOLLOW = `subscription ($id: ID!, $last: Int, $epoch: ID) {
  conversationEvents(conversationId: $id, afterEventSeq: $last, epoch: $epoch) {
    __typename
    ... on MessageAdded { eventSeq message { ${MESSAGE} } }
    ... on MessageEdited { eventSeq message { ${MESSAGE} } }
    ... on MessageDeleted { eventSeq message { ${MESSAGE} } }
    ... on MemberJoined { eventSeq member { user { username } } }
    ... on MemberLeft { eventSeq user { username } }
    ... on MemberRoleChanged { eventSeq member { role } }
    ... on ConversationUpdated { eventSeq conversation { title } }
    ... on ConversationDeleted { eventSeq }
    ... on CaughtUp { toldUpTo: eventSeq }
  }
}`;

const { subscribe } = await import(process.argv[2] === 'eventsource' ? './eventsource.mjs' : './stream.mjs');
const { ann, bob } = await twoPeople();
const id = (await ann.ask(START, { input: { userId: bob.user.id } })).startDirectConversation.conversation.id;

/** Sends with an id that is made before the first try and used for all: it cannot be stored twice. */
async function send(body) {
  const input = { conversationId: id, body, clientMessageId: randomUUID() };
  return (await persist(() => ann.ask(SEND, { input }))).sendMessage.message;
}

// The answer to a send was lost, so Ann sends the same again.
const input = { conversationId: id, body: 'Hello Bob!', clientMessageId: randomUUID() };
const first = (await ann.ask(SEND, { input })).sendMessage;
const again = (await ann.ask(SEND, { input })).sendMessage;
assert.equal(again.deduplicated, true);
assert.equal(again.message.id, first.message.id);
for (const body of ['one', 'two', 'three', 'four']) await send(body);

// Bob reads back in history, two messages at a time.
const transcript = new Transcript();
async function load() {
  const messages = [];
  let page;
  let started;
  do {
    const before = page?.messages.pageInfo.startCursor;
    const { server, conversation } = await persist(() => bob.ask(PAGE, { id, last: 2, before }));
    page = conversation;
    // What happens from here on is told: the first page says where that is.
    started ??= { last: page.eventSeq, epoch: server.epoch };
    messages.unshift(...page.messages.nodes);
  } while (page.messages.pageInfo.hasPreviousPage);
  transcript.load(messages, started.last);
  return started;
}

// He follows from what he has. The epoch that he kept is another, as if the server had been restored from a backup since:
// he is told to load again.
const { last } = await load();
const control = new AbortController();
let streams = 0;
const following = follow({
  last,
  epoch: randomUUID(),
  open(cursor, sink) {
    const onOpen = () => (streams += 1);
    return subscribe({ url, token: bob.token, onOpen }, { query: FOLLOW, variables: { id, ...cursor } }, sink);
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
await persist(() => ann.ask(EDIT, { input: { id: first.message.id, body: 'Hello dear Bob!' } }));
const farewell = await send('to be deleted');
await persist(() => ann.ask(DELETE, { input: { id: farewell.id } }));
const end = await send('Goodbye!');

// What is wrong is told by its code.
const code = (asked) => asked.then(() => 'none', (error) => error.code);
assert.equal(await code(ann.ask(SEND, { input: { conversationId: id, body: ' ' } })), 'BAD_USER_INPUT');
assert.equal(await code(ann.ask(SEND, { input: { ...input, body: 'other words' } })), 'CLIENT_MESSAGE_ID_REUSED');
assert.equal(await code(bob.ask(EDIT, { input: { id: end.id, body: 'not mine' } })), 'FORBIDDEN');

await until('Bob has heard the end', () => transcript.has(end.seq));
control.abort();
await following;
verify({
  known: transcript.messages,
  all: await history(ann, id),
  ...transcript,
  streams,
  renewals: ann.renewals + bob.renewals,
});
