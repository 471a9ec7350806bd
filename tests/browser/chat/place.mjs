// A server of the test's own that can be killed, the people on it, and their browsers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { makeFolder, removeFolder, Server } from '../../server.mjs';

export { sleep, until } from '../../server.mjs';

export const password = 'correct horse battery';
/** A server on SQLite in a folder that goes with it. */
export async function serve() {
  const folder = makeFolder('chat');
  const server = await Server.make(folder, 'server');
  await server.start();
  return {
    url: server.url,
    isDown: false,
    async start() {
      await server.start();
      this.isDown = false;
    },
    async kill() {
      this.isDown = true;
      await server.end();
    },
    async end() {
      await this.kill();
      removeFolder(folder);
    },
  };
}

/** One request, of whoever holds the token. */
export async function ask(url, token, query, variables) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Somebody who uses the API: not in a browser, or beside it. */
export async function enter(url, input, isNew = true) {
  const given = isNew ? { email: `${input.username}@example.org`, password, ...input } : { ...input, password };
  const [field, type] = isNew ? ['register', 'RegisterInput'] : ['login', 'LoginInput'];
  const query = `mutation ($input: ${type}!) { ${field}(input: $input) { accessToken user { id username } } }`;
  const { accessToken, user } = (await ask(url, null, query, { input: given }))[field];
  const as = (text, variables) => ask(url, accessToken, text, variables);
  return {
    ...user,
    as,
    async send(conversationId, body, replyToId) {
      const text = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id seq } } }`;
      return (await as(text, { input: { conversationId, body, replyToId } })).sendMessage.message;
    },
    async group(title, others) {
      const text = `mutation ($input: CreateConversationInput!) { createConversation(input: $input) { conversation { id } } }`;
      const participantIds = others.map(({ id }) => id);
      return (await as(text, { input: { title, participantIds } })).createConversation.conversation.id;
    },
    async direct({ id }) {
      const text = `mutation ($input: StartDirectConversationInput!) { startDirectConversation(input: $input) { conversation { id } } }`;
      return (await as(text, { input: { userId: id } })).startDirectConversation.conversation.id;
    },
    async read(conversationId, upToSeq) {
      const text = `mutation ($input: MarkReadInput!) { markRead(input: $input) { conversation { id } } }`;
      await as(text, { input: { conversationId, upToSeq } });
    },
    /** The words of all messages as the database has them. */
    async history(conversationId) {
      const text = `query ($id: ID!, $after: String) { conversation(id: $id) { messages(first: 100, after: $after) {
        nodes { body } pageInfo { hasNextPage endCursor } } } }`;
      const all = [];
      for (let after = null; ; ) {
        const { messages } = (await as(text, { id: conversationId, after })).conversation;
        all.push(...messages.nodes.map(({ body }) => body));
        if (!messages.pageInfo.hasNextPage) return all;
        after = messages.pageInfo.endCursor;
      }
    },
  };
}

/** While the server is away the browser itself says so; that cannot be kept from it. */
const AWAY = /WebSocket connection to|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INTERNET_DISCONNECTED|ERR_FAILED/;

/** The browser says again in its own words what the answer said. */
const REFUSED = /the server responded with a status of (4\d\d)/;

/** Built files to be tried in place of those in the program, which then need not be compiled again. */
const files = process.env.CHAT_FILES;

export async function launch(server) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const faults = [];
  const refusals = [];
  const it = {
    faults,
    /** Answers of the server's own with a status of 400 to 499: which, and to what. */
    refusals,
    /** Faults of the connection are to be expected as long as this says so. */
    mayFail: () => server.isDown,
    close: () => browser.close(),
    /** A browser of one person's own. */
    async person(options = {}) {
      const context = await browser.newContext({ viewport: { width: 1200, height: 760 }, locale: 'en-GB', ...options });
      context.setDefaultTimeout(15_000);
      context.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(`${server.url}/`) && !url.startsWith('data:')) faults.push(`asked elsewhere: ${url}`);
      });
      context.on('response', (response) => {
        const [status, { pathname }] = [response.status(), new URL(response.url())];
        if (status >= 500) faults.push(`${status} of ${pathname}`);
        else if (status >= 400) refusals.push(`${status} ${pathname}${operationOf(response.request())}`);
      });
      if (files) {
        const of = (route) => `${files}/static/chat.${new URL(route.request().url()).pathname.split('.').at(-1)}`;
        await context.route('**/static/chat-*', (route) => route.fulfill({ path: of(route) }));
      }
      await context.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
          console.error(`policy: ${event.violatedDirective} blocked ${event.blockedURI} ${event.sample}`);
        });
      });
      context.on('page', (page) => {
        page.on('pageerror', (error) => faults.push(`error: ${error.stack}`));
        page.on('console', (message) => {
          if (!['error', 'warning'].includes(message.type())) return;
          const text = message.text();
          // It is among the refusals.
          if (REFUSED.test(text) && message.location().url.startsWith(`${server.url}/`)) return;
          if (AWAY.test(text) && it.mayFail()) return;
          faults.push(`console: ${text}`);
        });
      });
      return context;
    },
  };
  return it;
}

/** The name of the operation that was asked for. */
function operationOf(request) {
  const name = /(?:query|mutation) (\w+)/.exec(request.postData() ?? '')?.[1];
  return name ? ` ${name}` : '';
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Nothing on the page keeps somebody out. */
export async function isAccessible(page, what) {
  // Not as an element: the policy of the page would refuse that.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const told = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`);
  assert.deepEqual(told, [], what);
}
