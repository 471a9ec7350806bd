// A server of the test's own that can be killed, the people on it, and their browsers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const password = 'correct horse battery';
export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Waits until something holds. */
export async function until(what, holds, within = 20_000) {
  const over = Date.now() + within;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > over) assert.fail(`${what}: not within ${within / 1000} s`);
    await sleep(50);
  }
}

async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer();
    const isFree = await new Promise((done) => {
      probe.once('error', () => done(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
    });
    if (isFree) return port;
  }
}

/** A server on SQLite in a folder that goes with it. */
export async function serve(program) {
  const folder = mkdtempSync(join(tmpdir(), 'parlance-chat-'));
  const log = join(folder, 'log');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child;
  const it = {
    url,
    isDown: true,
    async start() {
      const to = openSync(log, 'a');
      child = spawn(program, ['serve'], {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          PARLANCE_LISTEN: `127.0.0.1:${port}`,
          PARLANCE_RATE_LIMITS: 'off',
          PARLANCE_LOG: 'warn',
        },
        stdio: ['ignore', to, to],
      });
      closeSync(to);
      await until('the server is ready', async () => {
        assert.equal(child.exitCode, null, readFileSync(log, 'utf8'));
        return (await fetch(`${url}/readyz`).catch(() => null))?.ok;
      });
      it.isDown = false;
    },
    async kill() {
      it.isDown = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    async end() {
      await it.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  process.on('exit', () => child?.kill('SIGKILL'));
  await it.start();
  return it;
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

/** Built files to be tried in place of those in the program, which then need not be compiled again. */
const files = process.env.CHAT_FILES;

export async function launch(server) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const faults = [];
  const it = {
    faults,
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
        if (response.status() >= 500) faults.push(`${response.status()} of ${response.url()}`);
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
          // An answer with a status of its own is looked at where it matters.
          const text = message.text();
          if (text.includes('the server responded with a status of 4')) return;
          if (AWAY.test(text) && it.mayFail()) return;
          faults.push(`console: ${text}`);
        });
      });
      return context;
    },
  };
  return it;
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
