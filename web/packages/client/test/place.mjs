// A server of a test's own, on SQLite in a folder that goes with the test, and the people on it.
import assert from 'node:assert/strict';
import {
  CreateConversationDocument,
  connect,
  memoryStorage,
  OpenConversationDocument,
} from '@parlance/client';
import { WebSocket } from 'ws';
import { makeFolder, removeFolder, Server } from '../../../../tests/server.mjs';

export { sleep, until } from '../../../../tests/server.mjs';

const password = 'correct horse battery';

export async function place(t, env = {}) {
  const folder = makeFolder('client');
  const server = await Server.make(folder, 'server', env);
  const { url } = server;
  const it = {
    server,
    url,
    /** A client as a page has it. */
    client(options = {}) {
      const client = connect({ url, storage: memoryStorage(), webSocketImpl: WebSocket, ...options });
      t.after(() => client.socket.dispose());
      return client;
    },
    /** The client of somebody new. */
    async person(name, options) {
      const client = it.client(options);
      await client.session.register({ username: name, email: `${name}@example.org`, password });
      return client;
    },
  };
  t.after(async () => {
    await server.end();
    removeFolder(folder);
  });
  await server.start();
  return it;
}

/** A group; the first makes it. */
export async function group([creator, ...others]) {
  const participantIds = others.map(({ session }) => session.user.id);
  const made = await creator.request(CreateConversationDocument, { input: { participantIds } });
  return made.createConversation.conversation.id;
}

/** Follows a conversation and keeps what came. */
export function follower(client, conversationId, onEvent = () => {}) {
  const it = { events: [], messages: [], phases: [], loads: 0 };
  let isNew;
  const following = client.followConversation({
    conversationId,
    async load() {
      const loaded = await client.request(OpenConversationDocument, { id: conversationId, last: 100 });
      it.loads += 1;
      it.messages = [...loaded.conversation.messages.nodes];
      // The page may be of a moment after the number, and what comes after the number has come with it.
      const newest = it.messages.at(-1)?.seq ?? 0;
      isNew = ({ seq }) => seq > newest;
      it.events = [];
      it.first = loaded.conversation.eventSeq + 1;
      return { eventSeq: loaded.conversation.eventSeq, epoch: loaded.server.epoch };
    },
    onEvent(event) {
      if ('eventSeq' in event) it.events.push(event);
      if (event.__typename === 'MessageAdded' && isNew(event.message)) it.messages.push(event.message);
      onEvent(event);
    },
    onPhase: (phase) => it.phases.push(phase),
  });
  return Object.assign(it, following);
}

/** The numbers are 1, 2, 3 …: no hole, nothing doubled, nothing out of order. */
export function isDense(numbers, first = 1) {
  assert.deepEqual(
    numbers,
    Array.from({ length: numbers.length }, (_, index) => first + index),
  );
}
