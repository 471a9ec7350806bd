// Walks through the pages of a running server with Chromium, its scripts switched off:
//
//   npm ci && node run.mjs http://127.0.0.1:8000 STAFF PASSWORD [FOLDER]
//
// STAFF is an administrator. With FOLDER a picture of each page is left there. The program of
// the browser is $CHROMIUM, or /usr/bin/chromium. Nothing may violate the pages' policy, and no
// request may leave the server. Prints what fails, and at last "N passed, N failed".
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [base, staff, staffPassword, folder] = process.argv.slice(2);
if (!staffPassword) {
  console.error('usage: node run.mjs URL STAFF PASSWORD [FOLDER]');
  process.exit(2);
}
if (folder) mkdirSync(folder, { recursive: true });

const tag = Date.now().toString(36);
const password = 'correct horse battery';
const [ann, bob] = [`ann-${tag}`, `bob-${tag}`];
const hostile = '</pre><script>document.title = "taken"</script><img src=x onerror=alert(1)>';

/** Asks REST as a program does. */
async function rest(method, path, body, token) {
  const response = await fetch(`${base}/api/${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
  return response.json();
}

const people = {};
for (const name of [ann, bob]) {
  people[name] = await rest('POST', 'users/', { username: name, email: `${name}@example.org`, password });
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});

/** A window of its own, and what went wrong in it. */
async function open(options = {}) {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1100, height: 750 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const faults = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${base}/`) && !url.startsWith('data:')) faults.push(`a request left the server: ${url}`);
  });
  page.on('console', (message) => {
    // The status of an answer is looked at where it matters.
    if (!message.text().startsWith('Failed to load resource')) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  return { context, page, faults };
}

let [passed, failed, pictures] = [0, 0, 0];
async function check(name, run) {
  try {
    await run();
    passed += 1;
  } catch (error) {
    failed += 1;
    console.error(`FAILED ${name}\n${error.stack}`);
  }
}

const { page, faults } = await open();

async function picture(name, of = page) {
  pictures += 1;
  const number = String(pictures).padStart(2, '0');
  if (folder) await of.screenshot({ path: `${folder}/${number}-${name}.png`, fullPage: true });
}

const at = (path) => assert.equal(page.url(), base + path);
const heading = async (text) => assert.equal((await page.locator('h1').innerText()).trim(), text);
const says = async (text) => assert.ok((await page.locator('body').innerText()).includes(text), `no "${text}" on ${page.url()}`);

await check('what breaks the policy would be seen', async () => {
  const control = await open();
  const policy = (await fetch(`${base}/api-auth/login/`)).headers.get('content-security-policy');
  const body = '<!DOCTYPE html><style>p { color: red }</style><img src="http://127.0.0.2:9/x.png"><p>control';
  await control.page.route('**/control', (route) =>
    route.fulfill({ headers: { 'content-security-policy': policy, 'content-type': 'text/html' }, body }),
  );
  await control.page.goto(`${base}/control`);
  const seen = control.faults.filter((fault) => fault.includes('Content Security Policy'));
  assert.ok(seen.length >= 2, `seen: ${control.faults.join('; ')}`);
  await control.context.close();
});

await check('a stranger is told to sign in', async () => {
  const answer = await page.goto(`${base}/api/conversations/`);
  assert.equal(answer.status(), 401);
  await says('Authentication credentials were not provided.');
  await picture('stranger');
  await page.getByRole('link', { name: 'Log in' }).click();
  at('/api-auth/login/?next=/api/conversations/');
});

await check('a wrong password leads back to the form', async () => {
  await page.getByLabel('User name or e-mail').fill(ann);
  await page.getByLabel('Password').fill('wrong');
  await picture('login');
  await page.getByRole('button', { name: 'Log in' }).click();
  await says('Please enter a correct username and password.');
  assert.equal(await page.getByLabel('User name or e-mail').inputValue(), ann);
  await picture('login-wrong');
});

await check('signing in leads where one wanted to go', async () => {
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  at('/api/conversations/');
  await heading('Conversation List');
  await says(ann);
  await picture('conversations');
});

await check('a conversation is made by the form', async () => {
  await page.getByLabel('Participant ids').fill(people[bob].user_id);
  await page.getByRole('button', { name: 'POST', exact: true }).first().click();
  await says('HTTP 201 Created');
  await page.goto(`${base}/api/conversations/`);
  await page.locator('pre.answer a').first().click();
  await heading('Conversation Instance');
  await picture('conversation');
});

await check('a message is sent by the form, and stays text', async () => {
  await page.getByRole('link', { name: 'Message List' }).click();
  await page.getByLabel('Message body').fill(hostile);
  await page.getByRole('button', { name: 'POST', exact: true }).first().click();
  await says('HTTP 201 Created');
  await page.getByRole('link', { name: 'GET' }).click();
  await says('onerror=alert(1)');
  assert.equal(await page.locator('pre img, pre script').count(), 0);
  await picture('messages');
});

await check('what is wrong stands beside its field', async () => {
  await page.getByLabel('Message body').fill('   ');
  await page.getByRole('button', { name: 'POST', exact: true }).first().click();
  await says('HTTP 400 Bad Request');
  assert.equal(await page.locator('.wrong').count(), 1);
  await picture('refused');
});

await check('a message is changed and deleted by buttons', async () => {
  await page.getByRole('link', { name: 'GET' }).click();
  await page.locator('pre.answer a').first().click();
  await heading('Message Instance');
  await page.locator('#raw').fill('{"message_body": "in other words"}');
  await page.getByRole('button', { name: 'PATCH' }).click();
  await says('HTTP 200 OK');
  await says('in other words');
  await picture('changed');
  await page.getByText('Delete this for good').click();
  await page.getByRole('button', { name: 'DELETE' }).click();
  await says('HTTP 204 No Content');
  await picture('deleted');
});

await check('OPTIONS has a button', async () => {
  await page.goto(`${base}/api/messages/`);
  await page.getByRole('button', { name: 'OPTIONS' }).click();
  await says('"renders"');
});

await check('lists have pages, an order and a search', async () => {
  const { access } = await rest('POST', 'token/', { username: ann, password });
  const [{ conversation_id: chat }] = (await rest('GET', 'conversations/', undefined, access)).results;
  for (let number = 1; number <= 25; number += 1) {
    await rest('POST', `conversations/${chat}/messages/`, { message_body: `number ${number}` }, access);
  }
  await page.goto(`${base}/api/messages/`);
  await page.getByRole('link', { name: 'Next' }).first().click();
  at('/api/messages/?page=2');
  await page.getByRole('link', { name: 'Previous' }).first().click();
  await page.getByLabel('Search').fill('number 25');
  await page.getByLabel('Order').selectOption('sent_at');
  await page.getByRole('button', { name: 'Show' }).click();
  await says('"count": 1,');
  await picture('search');
});

await check('the administration is not for everybody', async () => {
  await page.goto(`${base}/admin/`);
  at('/admin/login/?next=/admin/');
  await says(`You are authenticated as ${ann}`);
  await picture('not-staff');
});

await check('an administrator signs in', async () => {
  await page.getByLabel('User name or e-mail').fill(staff);
  await page.getByLabel('Password').fill(staffPassword);
  await page.getByRole('button', { name: 'Log in' }).click();
  at('/admin/');
  await picture('admin');
});

for (const name of ['Users', 'Conversations', 'Messages', 'Sessions', 'Audit log']) {
  await check(`the list: ${name}`, async () => {
    await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name }).click();
    await heading(name);
    assert.ok((await page.locator('tbody tr').count()) > 0);
    for (const word of ['in other words', 'onerror', 'number 7']) {
      assert.ok(!(await page.content()).includes(word), `${word} is shown`);
    }
    await picture(`admin-${name.toLowerCase().replace(' ', '-')}`);
  });
}

await check('an account is locked and unlocked', async () => {
  await page.goto(`${base}/admin/users/`);
  await page.getByLabel('User name, e-mail or name').fill(bob);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('link', { name: bob }).click();
  await picture('admin-user');
  await page.getByRole('link', { name: 'Lock the account' }).click();
  await heading(`Lock the account of ${bob}?`);
  await picture('admin-ask');
  await page.getByRole('button', { name: 'Lock the account' }).click();
  await says('The account is locked');
  await picture('admin-done');
  await page.getByRole('link', { name: 'Unlock the account' }).click();
  await page.getByRole('button', { name: 'Unlock the account' }).click();
  await says('The account may be used again.');
});

await check('a role is changed', async () => {
  await page.getByLabel('Role').selectOption('HOST');
  await page.getByRole('button', { name: 'Change role' }).click();
  await says('From Guest to Host.');
  await page.getByRole('button', { name: 'Change the role' }).click();
  await says('The role is changed.');
});

await check('the keyboard finds its way', async () => {
  await page.goto(`${base}/admin/users/`);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL('**#content');
  await page.keyboard.press('Tab');
  await page.keyboard.type(bob);
  await picture('admin-focus');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**?q=${bob}`);
});

await check('in the dark, and on a telephone', async () => {
  const cookies = await page.context().cookies();
  const other = await open({ colorScheme: 'dark', viewport: { width: 390, height: 800 } });
  await other.context.addCookies(cookies);
  for (const path of ['/admin/users/', '/admin/', '/api/conversations/']) {
    await other.page.goto(base + path);
    await picture(`dark${path.replaceAll('/', '-')}`, other.page);
  }
  assert.deepEqual(other.faults, []);
  await other.context.close();
});

await check('signing out', async () => {
  await page.getByRole('button', { name: 'Log out' }).click();
  await heading('Logged out');
  await picture('logged-out');
  await page.goto(`${base}/admin/users/`);
  at('/admin/login/?next=/admin/users/');
});

await check('nothing broke the policy, and nothing left the server', async () => assert.deepEqual(faults, []));

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
