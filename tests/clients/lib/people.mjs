// What people do: sign up, talk, and look at what was said.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { sleep } from './place.mjs';

/** One GraphQL request over HTTP. Throws on errors, which it then has as a list. */
export async function ask(url, token, query, variables) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(15_000),
  });
  const { data, errors } = await response.json();
  if (errors) throw Object.assign(new Error(errors[0].message), { errors });
  return data;
}

let people = 0;

/** A new person, signed in. */
export async function person(url, name = 'person') {
  people += 1;
  const username = `${name}${people}`;
  const input = { username, email: `${username}@example.org`, password: 'correct horse battery' };
  const query = `mutation ($input: RegisterInput!) {
    register(input: $input) { accessToken refreshToken user { id username } } }`;
  const { register } = await ask(url, null, query, { input });
  return { ...register.user, ...input, token: register.accessToken, refreshToken: register.refreshToken };
}

/** A group of people; the first one makes it. */
export async function group(url, [creator, ...others]) {
  const query = `mutation ($input: CreateConversationInput!) {
    createConversation(input: $input) { conversation { id } eventSeq } }`;
  const input = { participantIds: others.map(({ id }) => id) };
  return (await ask(url, creator.token, query, { input })).createConversation.conversation.id;
}

export const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id seq body } eventSeq deduplicated } }`;

export async function send(url, token, conversationId, body, clientMessageId) {
  const input = { conversationId, body, clientMessageId };
  return (await ask(url, token, SEND, { input })).sendMessage;
}

/** With these nothing was decided, or nobody knows. */
const MAY_SUCCEED = ['SERVICE_UNAVAILABLE', 'RATE_LIMITED', 'REQUEST_TIMEOUT'];

/** Sends until it is acknowledged, at whatever address: the name of its own makes that safe. */
export async function sendSurely(url, token, conversationId, body) {
  const clientMessageId = randomUUID();
  const giveUp = Date.now() + 60_000;
  for (;;) {
    try {
      return (await send(url(), token, conversationId, body, clientMessageId)).message;
    } catch (error) {
      if (error.errors && !MAY_SUCCEED.includes(error.errors[0].extensions.code)) throw error;
      if (Date.now() > giveUp) throw error;
      await sleep(20 + Math.random() * 80);
    }
  }
}

/** Sends `count` messages, some at a time; answers what was acknowledged. */
export async function sendMany(url, token, conversationId, count, { atOnce = 32, body = (n) => `message ${n}` } = {}) {
  const sent = [];
  let next = 0;
  const sender = async () => {
    while (next < count) {
      next += 1;
      sent.push(await sendSurely(url, token, conversationId, body(next)));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  return sent;
}

/** All messages of a conversation as the database has them, read page by page. */
export async function history(url, token, conversationId) {
  const query = `query ($id: ID!, $after: String) { conversation(id: $id) {
    messages(first: 100, after: $after, filter: { includeDeleted: true }) {
      nodes { id seq body } pageInfo { hasNextPage endCursor } } } }`;
  const all = [];
  for (let after = null; ; ) {
    const { messages } = (await ask(url, token, query, { id: conversationId, after })).conversation;
    all.push(...messages.nodes);
    if (!messages.pageInfo.hasNextPage) return all;
    after = messages.pageInfo.endCursor;
  }
}

/** Asserts that a log is exactly the history: no hole, nothing doubled, nothing out of order. */
export function same(log, history, whose) {
  for (const [index, { seq, id }] of log.entries()) {
    assert.equal(seq, (log[0]?.seq ?? 1) + index, `${whose}: the numbers are dense`);
    assert.equal(id, history[seq - 1]?.id, `${whose}: message ${seq} is the one in the history`);
  }
  assert.equal(log.at(-1)?.seq, history.at(-1)?.seq, `${whose}: it has everything`);
}

/** Answers a function that gives a token which is good for a while yet, as an application has it. */
export function keepSignedIn(url, { token, refreshToken }, goodFor = 1_500) {
  let session = Promise.resolve({ accessToken: token, refreshToken, since: Date.now() });
  return async () => {
    session = session.then(async (held) => {
      if (Date.now() - held.since < goodFor) return held;
      const query = `mutation ($input: RefreshTokenInput!) {
        refreshToken(input: $input) { accessToken refreshToken } }`;
      const input = { refreshToken: held.refreshToken };
      const renewed = (await ask(url(), null, query, { input })).refreshToken;
      return { ...renewed, since: Date.now() };
    });
    return (await session).accessToken;
  };
}
