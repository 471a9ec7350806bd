// Two people talk; Bob looks at a page, which is drawn without a browser.
import './page.js';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { RelayEnvironmentProvider, fetchQuery, loadQuery } from 'react-relay';
import { eventNumber, follow } from '../../shared/follow.mjs';
import { sleep } from '../../shared/graphql.mjs';
import { history, rounds, twoPeople, until, url, verify } from '../../shared/tale.mjs';
import { Transcript } from '../../shared/transcript.mjs';
import { Chat, ChatQuery } from './Chat.js';
import { createEnvironment } from './environment.js';
import { subscribe } from './events.js';
import { edit, remove, send as sendOnce, start } from './mutations.js';

const { ann, bob } = await twoPeople();
const anns = createEnvironment({ url, session: ann });
const { id } = await start(anns.environment, { userId: bob.user.id });

/** With an id that is made before the first try, so that the environment may repeat it. */
const send = async (body) =>
  (await sendOnce(anns.environment, { conversationId: id, body, clientMessageId: randomUUID() })).message;

// The answer to a send was lost, so Ann sends the same again.
const input = { conversationId: id, body: 'Hello Bob!', clientMessageId: randomUUID() };
const first = await sendOnce(anns.environment, input);
const again = await sendOnce(anns.environment, input);
assert.equal(again.deduplicated, true);
assert.equal(again.message.id, first.message.id);
for (const body of ['one', 'two', 'three', 'four']) await send(body);

// Bob's page shows the newest messages, and reads back in history, two messages at a time.
const transcript = new Transcript();
const root = createRoot(document.getElementById('root'));
let bobs;
let screen;
async function load() {
  // What a store has may be of data that is no more; another environment begins with nothing.
  bobs?.dispose();
  bobs = createEnvironment({ url, session: bob });
  screen = {};
  const variables = { id, count: 2 };
  const { server, conversation } = await fetchQuery(bobs.environment, ChatQuery, variables).toPromise();
  const queryRef = loadQuery(bobs.environment, ChatQuery, variables, { fetchPolicy: 'store-or-network' });
  root.render(
    <RelayEnvironmentProvider key={loads++} environment={bobs.environment}>
      <Suspense fallback="loading">
        <Chat queryRef={queryRef} screen={screen} />
      </Suspense>
    </RelayEnvironmentProvider>,
  );
  await until('the newest page is shown', () => screen.messages);
  while (screen.hasPrevious) {
    const { length } = screen.messages;
    await new Promise((resolve, reject) => {
      screen.loadPrevious(2, { onComplete: (error) => (error ? reject(error) : resolve()) });
    });
    await until('an older page is shown', () => screen.messages.length > length);
  }
  transcript.load(screen.messages, conversation.eventSeq);
  return { last: conversation.eventSeq, epoch: server.epoch };
}
let loads = 0;

// He follows from what he has. The epoch that he kept is another, as if the server had been restored from a backup since:
// he is told to load again.
const { last } = await load();
const control = new AbortController();
let streams = 0;
const following = follow({
  last,
  epoch: randomUUID(),
  open(cursor, sink) {
    streams += 1;
    return subscribe(bobs.environment, { id, ...cursor }, sink);
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
await edit(anns.environment, { id: first.message.id, body: 'Hello dear Bob!' });
const farewell = await send('to be deleted');
await remove(anns.environment, { id: farewell.id });
const end = await send('Goodbye!');

// What is wrong is told by its code.
const code = (asked) => asked.then(() => 'none', (error) => error.code);
const wrong = (other) => sendOnce(anns.environment, { ...input, ...other });
assert.equal(await code(wrong({ clientMessageId: randomUUID(), body: ' ' })), 'BAD_USER_INPUT');
assert.equal(await code(wrong({ body: 'other words' })), 'CLIENT_MESSAGE_ID_REUSED');
assert.equal(await code(edit(anns.environment, { id: randomUUID(), body: 'of no message' })), 'NOT_FOUND');

await until('Bob has heard the end', () => transcript.has(end.seq));
control.abort();
await following;
const all = await history(ann, id);
verify({ known: transcript.messages, all, ...transcript, streams, renewals: ann.renewals + bob.renewals });
const words = all.map(({ body }) => `${ann.user.username}: ${body}`).join('\n');
const onPage = () => [...document.querySelectorAll('li')].map(({ textContent }) => textContent).join('\n');
await until('what is shown is what was said', () => onPage() === words);
root.unmount();
anns.dispose();
bobs.dispose();
// Relay keeps what a page has left for some minutes more, by timers.
process.exit(0);
