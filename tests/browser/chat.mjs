// The chat page as two people use it, each in a browser of their own, on a server that is killed in between.
//
//   npm ci && node chat.mjs [FOLDER]
//
// $PARLANCE is the server, or what `cargo build` makes. Pictures are left in FOLDER. The browser is $CHROMIUM, or
// /usr/bin/chromium.
import assert from 'node:assert/strict';
import { asking } from './chat/asking.mjs';
import { history } from './chat/history.mjs';
import { scene } from './chat/page.mjs';
import { pictures } from './chat/pictures.mjs';
import { reading } from './chat/reading.mjs';
import { returning } from './chat/returning.mjs';
import { troubles } from './chat/troubles.mjs';
import { enter, isAccessible, launch, password, serve, sleep, until } from './chat/place.mjs';

const [folder] = process.argv.slice(2);
const server = await serve();
const browsers = await launch(server);
const { url } = server;
let [passed, failed] = [0, 0];

/** `refused` are the answers with a status of 400 to 499 that belong to it; every other one fails it. */
async function check(name, run, { refused = [] } = {}) {
  const begun = Date.now();
  browsers.refusals.length = 0;
  try {
    await run();
    assert.deepEqual([...browsers.refusals].sort(), [...refused].sort(), 'what the server refused');
    passed += 1;
    console.log(`passed  ${name} (${Date.now() - begun} ms)`);
  } catch (error) {
    failed += 1;
    console.error(`FAILED  ${name}\n${error.stack}`);
    if (!folder) return;
    for (const [index, page] of [ann, bob].entries()) {
      await page.screenshot({ path: `${folder}/failed-${failed}-${index}.png` }).catch(() => {});
    }
  }
}

const annsBrowser = await browsers.person();
const bobsBrowser = await browsers.person();
const ann = await annsBrowser.newPage();
const bob = await bobsBrowser.newPage();

const writing = (page) => page.getByLabel('Message', { exact: true });
const rows = (page) => page.locator('.rows .row');
const item = (page, text) => page.locator('.message', { has: page.locator('.body', { hasText: text }) });
const dialog = (page) => page.getByRole('dialog');
/** The words of everything that is said on the screen, in order. */
const said = (page) => page.locator('.message .body').allInnerTexts();

async function say(page, text) {
  await writing(page).fill(text);
  await writing(page).press('Enter');
}
/** It stands there, and is stored. */
const stands = (page, text) => page.locator('.message:not(.pending) .body', { hasText: text }).first().waitFor();
const shows = (page, title) => page.locator('.room h2', { hasText: title }).waitFor();

async function register(page, name, email = `${name}@example.org`, word = password) {
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(word);
  await page.getByRole('button', { name: 'Create account' }).click();
}

async function find(page, name) {
  await page.getByLabel('Find people').fill(name);
  await dialog(page).getByRole('button', { name, exact: true }).click();
}

await check('what breaks the policy, leaves the server or is refused would be seen', async () => {
  const context = await browsers.person();
  const page = await context.newPage();
  const policy = (await fetch(url, { headers: { accept: 'text/html' } })).headers.get('content-security-policy');
  const body = '<!DOCTYPE html><title>x</title><script>1</script><img src="http://127.0.0.2:39999/x.png" alt="">';
  const show = async (headers) => {
    await page.route('**/control', (route) => route.fulfill({ headers: { 'content-type': 'text/html', ...headers }, body }));
    await page.goto(`${url}/control`);
    await page.unroute('**/control');
  };
  const kinds = ['asked elsewhere: http://127.0.0.2:39999/x.png', 'policy: script-src-elem', 'policy: img-src', 'ERR_CONNECTION_REFUSED'];
  const seen = () => kinds.map((kind) => browsers.faults.filter((fault) => fault.includes(kind)).length).join();
  // What is blocked was asked for, too.
  await show({ 'content-security-policy': policy });
  await until('both are blocked', () => seen() === '1,1,1,0');
  await show({});
  await until('it is asked for, and not there', () => seen() === '2,1,1,1');
  await page.evaluate(() => fetch('/no-such-thing'));
  await until('it is refused', () => browsers.refusals.length === 1);
  await context.close();
  browsers.faults.length = 0;
}, { refused: ['404 /no-such-thing'] });

await check('what is wrong with a new account is told at its fields', async () => {
  await ann.goto(`${url}/`);
  // In a browser in which nobody was signed in before that comes first.
  await ann.getByRole('heading', { name: 'Create your account' }).waitFor();
  await isAccessible(ann, 'creating an account');
  await ann.getByRole('link', { name: 'Sign in' }).click();
  await ann.getByRole('heading', { name: 'Welcome back' }).waitFor();
  await isAccessible(ann, 'signing in');
  await ann.getByRole('link', { name: 'Create an account' }).click();
  await register(ann, 'a b', 'x', '1');
  const told = { 'User name': 'May contain only', 'E-mail': 'Must have', Password: 'Is too short' };
  for (const [label, words] of Object.entries(told)) {
    const field = ann.getByLabel(label);
    await until(`${label} is marked`, async () => (await field.getAttribute('aria-invalid')) === 'true');
    const place = await field.getAttribute('aria-describedby');
    assert.match(await ann.locator(`[id="${place}"]`).innerText(), new RegExp(`^${words}`));
  }
  assert.equal(await ann.evaluate(() => document.activeElement?.getAttribute('name')), 'username');
  await isAccessible(ann, 'a form with faults');
});

await check('two people register', async () => {
  await register(ann, 'ann');
  await ann.getByRole('button', { name: 'Find people' }).waitFor();
  await bob.goto(`${url}/#/register`);
  await register(bob, 'ann', 'other@example.org');
  await bob.getByText('A user with that username already exists.').waitFor();
  assert.equal(await bob.getByLabel('User name').getAttribute('aria-invalid'), 'true');
  assert.equal(await bob.getByLabel('E-mail').getAttribute('aria-invalid'), null);
  await register(bob, 'bob');
  await bob.getByRole('button', { name: 'Find people' }).waitFor();
});

await check('a wrong password is told at the field, and signing in leads back', async () => {
  await bob.getByRole('button', { name: 'Sign out' }).click();
  await bob.goto(`${url}/#/login`);
  await bob.getByLabel('User name or e-mail').fill('bob@example.org');
  await bob.getByLabel('Password').fill('wrong');
  await bob.keyboard.press('Enter');
  await bob.locator('.field .wrong').waitFor();
  assert.equal(await bob.getByLabel('Password').getAttribute('aria-invalid'), 'true');
  assert.equal(await bob.evaluate(() => document.activeElement?.getAttribute('name')), 'password');
  await bob.getByLabel('Password').fill(password);
  await bob.keyboard.press('Enter');
  await bob.getByRole('button', { name: 'Find people' }).waitFor();
});

await check('they find each other and chat', async () => {
  await ann.getByRole('button', { name: 'Find people' }).click();
  await isAccessible(ann, 'finding people');
  await find(ann, 'bob');
  await shows(ann, 'bob');
  await writing(ann).waitFor();
  await say(ann, 'Hello Bob!');
  await stands(ann, 'Hello Bob!');
  await until('the badge is there', async () => (await bob.locator('.badge').innerText()).startsWith('1'));
  assert.equal(await bob.title(), '(1) Parlance');
  await rows(bob).first().click();
  await stands(bob, 'Hello Bob!');
  await bob.locator('.new-line').waitFor();
  await bob.locator('.badge').waitFor({ state: 'detached' });
  await ann.locator('.seen', { hasText: 'Seen' }).waitFor();
  await say(bob, 'Hello Ann!');
  await stands(ann, 'Hello Ann!');
  assert.deepEqual(await said(ann), ['Hello Bob!', 'Hello Ann!']);
  await until('both have the same', async () => (await said(bob)).join() === 'Hello Bob!,Hello Ann!');
});

await check('typing is seen, and is over with the message or when all is deleted', async () => {
  await writing(bob).pressSequentially('Lo');
  await ann.getByText('bob is typing').waitFor();
  await writing(bob).fill('');
  await ann.getByText('bob is typing').waitFor({ state: 'detached', timeout: 5_000 });
  await sleep(3_100);
  await writing(bob).pressSequentially('Lovely day');
  await ann.getByText('bob is typing').waitFor();
  await writing(bob).press('Enter');
  await stands(ann, 'Lovely day');
  await ann.getByText('bob is typing').waitFor({ state: 'detached', timeout: 5_000 });
});

await check('words are changed by the up arrow, and Esc leaves them', async () => {
  await writing(ann).press('ArrowUp');
  const editing = ann.getByLabel('New words');
  assert.equal(await editing.inputValue(), 'Hello Bob!');
  await editing.press('Escape');
  await writing(ann).press('ArrowUp');
  await editing.fill('Hello dear Bob!');
  await editing.press('Enter');
  await stands(bob, 'Hello dear Bob!');
  await item(bob, 'Hello dear Bob!').getByText('edited').waitFor();
  assert.ok(!(await said(bob)).includes('Hello Bob!'));
  assert.equal(await writing(ann).inputValue(), '');
});

await check('an answer shows what it answers, and leads there', async () => {
  await item(bob, 'Hello dear Bob!').hover();
  await item(bob, 'Hello dear Bob!').getByRole('button', { name: 'Reply' }).click();
  await say(bob, 'Dear!');
  const quote = item(ann, 'Dear!').locator('.quote');
  await quote.getByText('Hello dear Bob!').waitFor();
  await quote.click();
  await ann.locator('.message.lit', { hasText: 'Hello dear Bob!' }).waitFor();
});

await check('a message is deleted for both, once more asked for', async () => {
  await item(bob, 'Lovely day').hover();
  await item(bob, 'Lovely day').getByRole('button', { name: 'Delete' }).click();
  await isAccessible(bob, 'asking once more');
  await dialog(bob).getByRole('button', { name: 'Cancel' }).click();
  await stands(bob, 'Lovely day');
  await item(bob, 'Lovely day').hover();
  await item(bob, 'Lovely day').getByRole('button', { name: 'Delete' }).click();
  await dialog(bob).getByRole('button', { name: 'Delete' }).click();
  await ann.locator('.deleted').waitFor();
  await bob.locator('.deleted').waitFor();
  assert.ok(!(await ann.content()).includes('Lovely day'));
  // Others' words are only for who may delete them.
  await item(ann, 'Dear!').last().hover();
  assert.equal(await item(ann, 'Dear!').last().getByRole('button', { name: 'Delete' }).count(), 0);
});

await check('addresses are links, and nothing else of what is written is more than text', async () => {
  const hostile = '<img src=x onerror=alert(1)> javascript:alert(1) see https://example.org/a?b=1#c, or (http://x.org).';
  await say(bob, hostile);
  await stands(ann, 'see https://example.org');
  const links = await item(ann, 'see https').locator('.body a').evaluateAll((all) => all.map(({ href, rel }) => [href, rel]));
  const rel = 'noopener noreferrer nofollow';
  assert.deepEqual(links, [
    ['https://example.org/a?b=1#c', rel],
    ['http://x.org/', rel],
  ]);
  assert.equal(await item(ann, 'see https').locator('.body').innerText(), hostile);
  assert.equal(await ann.locator('.messages img').count(), 0);
});

await check('the keyboard finds its way, and its way back', async () => {
  await writing(ann).focus();
  await ann.keyboard.press('Shift+Tab');
  await ann.keyboard.press('Shift+Tab');
  await until('a message has the focus', () =>
    ann.evaluate(() => document.activeElement?.closest('[data-seq]') !== null),
  );
  const at = () => ann.evaluate(() => Number(document.activeElement?.closest('[data-seq]')?.dataset.seq));
  await ann.keyboard.press('End');
  const from = await at();
  await ann.keyboard.press('ArrowUp');
  assert.equal(await at(), from - 1);
  await ann.keyboard.press('Home');
  assert.equal(await at(), 1);
  await ann.keyboard.press('End');
  assert.equal(await at(), from);
  const opener = ann.getByRole('button', { name: 'New conversation' });
  await opener.focus();
  await ann.keyboard.press('Enter');
  await dialog(ann).waitFor();
  await until('one can type at once', () =>
    ann.evaluate(() => document.activeElement?.getAttribute('type') === 'search'),
  );
  await ann.keyboard.press('Escape');
  await dialog(ann).waitFor({ state: 'detached' });
  assert.ok(await opener.evaluate((button) => button === document.activeElement));
});

await check('a reader of the screen is told what comes', async () => {
  await say(bob, 'Can you hear me?');
  await ann.locator('[aria-live="polite"]', { hasText: 'bob: Can you hear me?' }).waitFor({ state: 'attached' });
});

const cat = await enter(url, { username: 'cat' });
await enter(url, { username: 'dan' });

await check('a group is made, named, and its people come and go', async () => {
  await ann.getByRole('button', { name: 'New conversation' }).click();
  await ann.getByRole('button', { name: 'A group' }).click();
  await find(ann, 'bob');
  await find(ann, 'cat');
  await ann.getByLabel('Name of the group').fill('Tea');
  await ann.getByRole('button', { name: 'Create group with 2' }).click();
  await shows(ann, 'Tea');
  await say(ann, 'Welcome');
  await stands(ann, 'Welcome');
  // What was active last is on top.
  await until('it is on top', async () => (await rows(bob).first().innerText()).includes('Tea'));
  await rows(bob).first().click();
  await shows(bob, 'Tea');
  await ann.locator('.seen', { hasText: 'Seen by bob' }).waitFor();
  await ann.getByRole('button', { name: 'About this group' }).click();
  await isAccessible(ann, 'about a group');
  await ann.getByLabel('Name of the group').fill('Tea at five');
  await ann.getByRole('button', { name: 'Rename' }).click();
  await shows(bob, 'Tea at five');
  await bob.getByText('ann named the group “Tea at five”').first().waitFor();
  await ann.getByRole('button', { name: 'Add people' }).click();
  await find(ann, 'dan');
  await dialog(ann).getByRole('heading', { name: '4 members' }).waitFor();
  await bob.locator('.notice', { hasText: 'ann added dan' }).waitFor();
  await ann.getByRole('button', { name: 'Remove cat' }).click();
  await dialog(ann).getByRole('heading', { name: '3 members' }).waitFor();
  await bob.locator('.notice', { hasText: 'ann removed cat' }).waitFor();
  // The last owner cannot go before there is another.
  await ann.getByRole('button', { name: 'Leave group' }).click();
  await dialog(ann).getByRole('button', { name: 'Leave' }).click();
  await dialog(ann).getByRole('alert').waitFor();
  await dialog(ann).getByRole('button', { name: 'Cancel' }).click();
  await ann.getByRole('button', { name: 'Remove bob' }).click();
  await bob.getByText('ann removed you from this conversation.').first().waitFor();
  await until('it is off his list', async () => (await rows(bob).count()) === 1);
  const isOwner = ann.waitForResponse((answer) => /mutation SetMemberRole/.test(answer.request().postData() ?? ''));
  await ann.getByLabel('What dan may do').selectOption('OWNER');
  await isOwner;
  await ann.getByRole('button', { name: 'Leave group' }).click();
  await dialog(ann).getByRole('button', { name: 'Leave' }).click();
  await ann.getByText('Pick a conversation').waitFor();
  await until('it is off her list', async () => (await rows(ann).count()) === 1);
});

await check('an answer that is lost doubles nothing', async () => {
  for (const page of [ann, bob]) {
    await page.goto(`${url}/#/`);
    await rows(page).first().click();
    await writing(page).waitFor();
  }
  let lost = 0;
  await ann.route('**/graphql', async (route) => {
    if (lost >= 2 || !route.request().postData()?.includes('mutation SendMessage(')) return route.fallback();
    lost += 1;
    browsers.mayFail = () => true;
    await route.fetch();
    await route.abort();
  });
  await say(ann, 'only once');
  await stands(bob, 'only once');
  await until('she has it', async () => lost === 2 && (await ann.locator('.pending').count()) === 0);
  await sleep(300);
  for (const page of [ann, bob]) assert.equal((await said(page)).filter((text) => text === 'only once').length, 1);
  await ann.unroute('**/graphql');
  browsers.mayFail = () => server.isDown;
});

await check('what was not sent when the page was loaded again is sent then', async () => {
  browsers.mayFail = () => true;
  await ann.route('**/graphql', (route) =>
    route.request().postData()?.includes('mutation SendMessage(') ? route.abort() : route.fallback(),
  );
  await say(ann, 'before the reload');
  await ann.locator('.pending').waitFor();
  await ann.unroute('**/graphql');
  await ann.reload();
  await stands(bob, 'before the reload');
  await stands(ann, 'before the reload');
  assert.equal((await said(ann)).filter((text) => text === 'before the reload').length, 1);
  browsers.mayFail = () => server.isDown;
});

await check('a server that is killed costs nothing: not what is written, not what others write meanwhile', async () => {
  const annsApi = await enter(url, { username: 'ann' }, false);
  const chat = decodeURIComponent(new URL(ann.url()).hash.split('/')[2]);
  for (let round = 1; round <= 2; round += 1) {
    await server.kill();
    await ann.locator('.banner[data-state="reconnecting"]').waitFor();
    await bob.locator('.banner[data-state="reconnecting"]').waitFor();
    await say(ann, `ann, while it was down ${round}`);
    await say(bob, `bob, while it was down ${round}`);
    await ann.locator('.pending', { hasText: `ann, while it was down ${round}` }).waitFor();
    // From elsewhere, before the pages are back: their network is cut until it is done.
    browsers.mayFail = () => true;
    await annsBrowser.setOffline(true);
    await bobsBrowser.setOffline(true);
    await server.start();
    for (let n = 1; n <= 20; n += 1) await annsApi.send(chat, `from elsewhere ${round}.${n}`);
    await annsBrowser.setOffline(false);
    await bobsBrowser.setOffline(false);
    const back = async (page) => {
      await page.locator('.banner[data-state="caught up"]').waitFor();
      await page.locator('.banner').waitFor({ state: 'detached' });
      for (const who of ['ann', 'bob']) await stands(page, `${who}, while it was down ${round}`);
    };
    await Promise.all([ann, bob].map(back));
    browsers.mayFail = () => server.isDown;
  }
  const all = await annsApi.history(chat);
  assert.equal(new Set(all).size, all.length, 'nothing is stored twice');
  assert.equal(all.filter((text) => /elsewhere|while it was down/.test(text)).length, 44, 'nothing is lost');
  for (const page of [ann, bob]) {
    const shown = (await said(page)).filter((text) => text !== 'This message was deleted.');
    assert.deepEqual(shown, all.slice(-shown.length), 'the screen shows what is stored, in its order');
    assert.ok(shown.length >= 44);
  }
});

await check('a second tab is signed in, and signing out is for both', async () => {
  const tab = await bobsBrowser.newPage();
  await tab.goto(`${url}/`);
  await rows(tab).first().waitFor();
  await tab.getByRole('button', { name: 'Sign out' }).click();
  await bob.getByRole('heading', { name: 'Welcome back' }).waitFor();
  // Only that somebody was here.
  assert.deepEqual(await bob.evaluate(() => ({ ...localStorage })), { 'parlance.known': 'yes' });
  await bob.goto('about:blank');
  await bob.goto(`${url}/`);
  await bob.getByRole('heading', { name: 'Welcome back' }).waitFor();
  await tab.close();
});

if (!process.env.QUICK) await history({ check, browsers, server, folder });
const met = await scene({ browsers, server });
for (const part of [troubles, returning, reading, asking]) await part({ check, ...met });
await pictures({ check, browsers, server, folder });

await check('a session that is ended elsewhere ends here', async () => {
  const api = await enter(url, { username: 'ann' }, false);
  const { sessions } = await api.as('{ sessions { id current } }');
  for (const { id } of sessions.filter(({ current }) => !current)) {
    await api.as('mutation ($id: ID!) { revokeSession(input: { sessionId: $id }) { sessionId } }', { id });
  }
  await ann.getByText('Your session has ended.').waitFor();
});

await check('no error, nothing against the policy, nothing to another server', async () => {
  assert.deepEqual(browsers.faults, []);
});

await browsers.close();
await server.end();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
