// What goes wrong, and what must not go wrong then: streams that end for good, answers that come late, tabs that do the same
// at once, words that somebody has taken back.
import assert from 'node:assert/strict';
import { enter, password, sleep, until } from './place.mjs';

const said = (page) => page.locator('.message .body').allInnerTexts();
const writing = (page) => page.getByLabel('Message', { exact: true });
const row = (page, text) => page.locator('.rows .row', { hasText: text });
const seqs = (page) => page.locator('[data-seq]').evaluateAll((items) => items.map((one) => Number(one.dataset.seq)));

async function signIn(page, url, name) {
  await page.goto(`${url}/#/login`);
  await page.getByLabel('User name or e-mail').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'New conversation' }).waitFor();
}

async function say(page, text) {
  await writing(page).fill(text);
  await writing(page).press('Enter');
}

/** Requests for an operation. Each is given to `take`, which has it go on, fail, or wait. */
async function intercept(page, operation, take) {
  const is = new RegExp(`(query|mutation) ${operation}\\b`);
  await page.route('**/graphql', (route) => (is.test(route.request().postData() ?? '') ? take(route) : route.fallback()));
}

const failure = { errors: [{ message: 'something broke', extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false } }] };

/** The socket of a page: which streams are refused for good, and whether what the server says waits. */
async function controlled(page) {
  const it = { refused: null, isHeld: false, held: [] };
  it.release = () => {
    it.isHeld = false;
    for (const deliver of it.held.splice(0)) deliver();
  };
  await page.routeWebSocket('**/graphql', (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { id, type, payload } = JSON.parse(text);
      if (type === 'subscribe' && it.refused && payload.query.includes(`subscription ${it.refused}`)) {
        socket.send(JSON.stringify({ id, type: 'error', payload: failure.errors }));
      } else server.send(text);
    });
    server.onMessage((text) => {
      if (it.isHeld && JSON.parse(text).type === 'next') it.held.push(() => socket.send(text));
      else socket.send(text);
    });
  });
  return it;
}

export async function troubles({ check, browsers, server }) {
  const { url } = server;
  const gus = await enter(url, { username: 'gus' });
  const hal = await enter(url, { username: 'hal' });
  const chat = await gus.direct(hal);
  const place = `${url}/#/c/${chat}`;
  const expectFailures = async (run) => {
    browsers.mayFail = () => true;
    try {
      await run();
    } finally {
      browsers.mayFail = () => server.isDown;
    }
  };
  const unread = async (who, id) =>
    (await who.as('query ($id: ID!) { conversation(id: $id) { unreadCount } }', { id })).conversation.unreadCount;
  const remove = (who, id) =>
    who.as('mutation ($id: ID!) { deleteMessage(input: { id: $id }) { eventSeq } }', { id });
  /** A group with so many messages, all of Gus. */
  const talk = async (title, count, text = (n) => `${title} ${n}`) => {
    const group = await gus.group(title, [hal]);
    const sent = [];
    for (let n = 1; n <= count; n += 1) sent.push(await gus.send(group, text(n)));
    return { group, sent, place: `${url}/#/c/${group}` };
  };
  const open = async () => {
    const page = await (await browsers.person()).newPage();
    await signIn(page, url, 'hal');
    return page;
  };

  await check('a list that cannot go on says so, and goes on when it is told to', async () => {
    const page = await (await browsers.person()).newPage();
    const socket = await controlled(page);
    socket.refused = 'InboxEvents';
    await signIn(page, url, 'hal');
    await page.locator('.sidebar .trouble', { hasText: 'This is not up to date: Something broke.' }).waitFor();
    await sleep(1_000);
    assert.equal(await page.locator('.banner').count(), 0, 'nothing is being reconnected');
    await page.goto(place);
    await writing(page).waitFor();
    socket.refused = null;
    await page.locator('.sidebar').getByRole('button', { name: 'Try again' }).click();
    await page.locator('.trouble').waitFor({ state: 'detached' });
    await page.goto(`${url}/#/`);
    await gus.send(chat, 'the list is back');
    await row(page, 'the list is back').waitFor();
    // And so for a conversation.
    socket.refused = 'ConversationEvents';
    await page.goto(place);
    await page.locator('.room .trouble', { hasText: 'Something broke.' }).waitFor();
    assert.ok((await said(page)).includes('the list is back'), 'what was loaded is shown');
    await sleep(1_000);
    assert.equal(await page.locator('.banner').count(), 0);
    socket.refused = null;
    await page.locator('.room').getByRole('button', { name: 'Try again' }).click();
    await gus.send(chat, 'and the room');
    await page.locator('.message .body', { hasText: 'and the room' }).waitFor();
    assert.equal(await page.locator('.trouble').count(), 0);
    await page.context().close();
  });

  await check('what is not there is told so, and nothing goes on reconnecting', async () => {
    const page = await open();
    for (const id of ['3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'nonsense', '%E0']) {
      await page.goto(`${url}/#/c/${id}`);
      await page.locator('.room h2', { hasText: 'There is no such conversation' }).waitFor();
      await sleep(1_000);
      assert.equal(await page.locator('.banner').count(), 0, id);
      await page.getByRole('link', { name: 'To your conversations' }).click();
    }
    // Also where that is the first that is looked at.
    await page.goto('about:blank');
    await page.goto(`${url}/#/c/%E0`);
    await page.locator('.room h2', { hasText: 'There is no such conversation' }).waitFor();
    await page.context().close();
  }, { refused: Array(3).fill('400 /graphql OpenConversation') });

  await check('who was taken out, and in again, opens it again', async () => {
    const page = await open();
    const { group, place } = await talk('in and out', 1);
    await page.goto(place);
    await writing(page).waitFor();
    const input = { conversationId: group, userId: hal.id };
    await gus.as('mutation ($input: RemoveParticipantInput!) { removeParticipant(input: $input) { eventSeq } }', { input });
    await page.locator('.room h2', { hasText: 'gus removed you' }).waitFor();
    const spoken = page.locator('[aria-live="polite"] p', { hasText: 'gus removed you' });
    assert.equal(await spoken.count(), 1, 'it is said once');
    await gus.as('mutation ($input: AddParticipantsInput!) { addParticipants(input: $input) { eventSeq } }', {
      input: { conversationId: group, userIds: [hal.id] },
    });
    await page.getByRole('button', { name: 'Open it again' }).click();
    await writing(page).waitFor();
    await page.context().close();
  });

  await check('of two loads of one conversation the later one counts, whichever is answered first', async () => {
    const page = await open();
    const other = await talk('elsewhere', 1);
    let release;
    await intercept(page, 'OpenConversation', async (route) => {
      if (release || !route.request().postData().includes(chat)) return route.fallback();
      const response = await route.fetch();
      await new Promise((go) => (release = go));
      await route.fulfill({ response }).catch(() => {});
    });
    await page.goto(place);
    await until('the first load waits', () => release);
    await gus.send(chat, 'newer than the first load');
    await page.goto(other.place);
    await page.locator('.message .body', { hasText: 'elsewhere 1' }).waitFor();
    await page.goto(place);
    await page.locator('.message .body', { hasText: 'newer than the first load' }).waitFor();
    release();
    await sleep(500);
    assert.equal((await said(page)).at(-1), 'newer than the first load');
    await gus.send(chat, 'and it goes on');
    await page.locator('.message .body', { hasText: 'and it goes on' }).waitFor();
    await page.context().close();
  });

  await check('a page that is newer than its number is shown once, and is no news', async () => {
    const page = await open();
    const { place } = await talk('newer', 5);
    await intercept(page, 'OpenConversation', async (route) => {
      const response = await route.fetch();
      const answer = await response.json();
      answer.data.conversation.eventSeq -= 3;
      await route.fulfill({ response, json: answer });
    });
    await page.goto(place);
    await page.locator('[data-seq="5"]').waitFor();
    await gus.send(await page.evaluate(() => location.hash.split('/')[2]), 'newer 6');
    await page.locator('[data-seq="6"]').waitFor();
    assert.deepEqual(await said(page), [1, 2, 3, 4, 5, 6].map((n) => `newer ${n}`));
    const spoken = await page.locator('[aria-live="polite"] p').allInnerTexts();
    assert.deepEqual(spoken, ['gus: newer 6']);
    await page.context().close();
  });

  await check('what is deleted is gone everywhere, also from a page that was on its way', async () => {
    const page = await open();
    const { group, sent, place } = await talk('secret', 100);
    const answer = await gus.send(group, 'an answer', sent[94].id);
    await hal.read(group, answer.seq);
    let release;
    await intercept(page, 'OlderMessages', async (route) => {
      const response = await route.fetch();
      await new Promise((go) => (release = go));
      await route.fulfill({ response });
    });
    await page.goto(place);
    const quote = page.locator('.message', { hasText: 'an answer' }).locator('.quote');
    await quote.getByText('secret 95').waitFor();
    await page.locator('.message', { has: page.locator('.body', { hasText: 'secret 95' }) }).hover();
    await page.locator('.timeline').evaluate((it) => it.scrollTo(0, 0));
    await until('an older page is on its way', () => release);
    for (const n of [10, 95]) await remove(gus, sent[n - 1].id);
    await page.locator('[data-seq="95"].deleted').waitFor({ state: 'attached' });
    release();
    await until('it is all there', async () => {
      await page.locator('.timeline').evaluate((it) => it.scrollTo(0, 0));
      return (await seqs(page))[0] === 1;
    });
    await page.locator('[data-seq="10"].deleted').waitFor();
    assert.ok(!(await said(page)).includes('secret 10'));
    await page.getByRole('button', { name: 'To the newest' }).click();
    await quote.getByText('This message was deleted.').waitFor();
    assert.equal(await page.getByText('secret 95').count(), 0);
    await page.context().close();
  });

  await check('older messages that cannot be had are asked for ever more rarely, or when told to', () =>
    expectFailures(async () => {
      const page = await open();
      const { place } = await talk('older', 100);
      let asked = 0;
      await intercept(page, 'OlderMessages', (route) => {
        asked += 1;
        return route.abort();
      });
      await page.goto(place);
      await page.locator('[data-seq="60"]').waitFor();
      const end = Date.now() + 2_000;
      while (Date.now() < end) {
        await page.locator('.timeline').evaluate((it) => it.scrollTo(0, it.scrollTop ? 0 : 5));
        await sleep(20);
      }
      assert.ok(asked >= 3 && asked <= 8, `${asked} requests in two seconds`);
      await page.unroute('**/graphql');
      await page.locator('.beginning').waitFor({ timeout: 10_000 });
      await page.goto(`${url}/#/`);
      // For good: then it takes a hand.
      let refused = 0;
      await intercept(page, 'OlderMessages', (route) => {
        refused += 1;
        return route.fulfill({ json: failure });
      });
      await page.goto(place);
      await page.locator('[data-seq="60"]').waitFor();
      await page.locator('.timeline').evaluate((it) => it.scrollTo(0, 0));
      await page.getByText('What was said before could not be loaded.').waitFor();
      await sleep(300);
      assert.equal(refused, 1);
      await page.unroute('**/graphql');
      await page.locator('.timeline').getByRole('button', { name: 'Try again' }).click();
      await page.locator('[data-seq="1"]').waitFor();
      await page.context().close();
    }),
  );

  await check('what is unread stays so until it was on the screen', async () => {
    const page = await open();
    const { group, place } = await talk('unread', 100);
    await page.goto(place);
    const told = page.locator('.behind');
    await told.getByText('100 unread').waitFor();
    await page.locator('[data-seq="100"]').waitFor();
    await sleep(500);
    assert.equal(await unread(hal, group), 100, 'what was not seen is not read');
    await told.getByRole('button', { name: 'Show the first' }).click();
    await page.locator('[data-seq="1"].lit').waitFor();
    await told.waitFor({ state: 'detached' });
    await until('what is seen is read', async () => (await unread(hal, group)) < 100);
    const left = await unread(hal, group);
    assert.ok(left > 70, `${left} are left`);
    await page.locator('.timeline').hover();
    await page.mouse.wheel(0, 600);
    await until('what is seen is read', async () => (await unread(hal, group)) < left);
    assert.ok((await unread(hal, group)) > 50);
    await page.getByRole('button', { name: 'New messages' }).click();
    await until('all is read', async () => (await unread(hal, group)) === 0);
    // Or one does not want to see them.
    const more = await talk('too many', 100);
    await page.goto(more.place);
    await told.getByRole('button', { name: 'Mark as read' }).click();
    await told.waitFor({ state: 'detached' });
    await until('all is read', async () => (await unread(hal, more.group)) === 0);
    await page.context().close();
  });

  await check('what comes while nobody looks begins where one finds it', async () => {
    const page = await open();
    const { group, place } = await talk('away', 20);
    await page.goto(place);
    await until('all is read', async () => {
      await page.locator('.timeline').evaluate((it) => it.scrollTo(0, it.scrollHeight));
      return (await unread(hal, group)) === 0;
    });
    const look = (looks) =>
      page.evaluate((looks) => {
        document.hasFocus = () => looks;
        dispatchEvent(new Event(looks ? 'focus' : 'blur'));
      }, looks);
    await look(false);
    for (let n = 21; n <= 60; n += 1) await gus.send(group, `away ${n}`);
    await page.locator('[data-seq="60"]').waitFor({ state: 'attached' });
    await sleep(300);
    assert.equal(await unread(hal, group), 40);
    const line = await page.locator('.new-line').boundingBox();
    const timeline = await page.locator('.timeline').boundingBox();
    assert.ok(line.y > timeline.y && line.y < timeline.y + timeline.height, 'where it begins is in sight');
    assert.equal(await row(page, 'away').locator('.badge').innerText(), '40\nunread');
    await look(true);
    await until('what is seen is read', async () => (await unread(hal, group)) < 40);
    assert.ok((await unread(hal, group)) > 15, 'and no more');
    await page.context().close();
  });

  await check('of two messages with the same words none hides the other', async () => {
    const page = await (await browsers.person()).newPage();
    const socket = await controlled(page);
    await signIn(page, url, 'hal');
    const { place } = await talk('twins', 1);
    await page.goto(place);
    await writing(page).waitFor();
    let release;
    let sends = 0;
    await intercept(page, 'SendMessage', async (route) => {
      sends += 1;
      if (sends === 2) await new Promise((go) => (release = go));
      await route.fallback();
    });
    // The answer to the first send is there before the stream tells of it.
    socket.isHeld = true;
    await say(page, 'the same');
    await say(page, 'the same');
    await until('the second is on its way', () => release);
    await until('the stream has told of the first', () => socket.held.length > 0);
    socket.release();
    await page.locator('[data-seq="2"]').waitFor();
    assert.deepEqual((await said(page)).slice(1), ['the same', 'the same']);
    assert.equal(await page.locator('.pending', { hasText: 'sending…' }).count(), 1);
    release();
    await page.locator('[data-seq="3"]').waitFor();
    await until('nothing waits any more', async () => (await page.locator('.pending').count()) === 0);
    assert.deepEqual((await said(page)).slice(1), ['the same', 'the same']);
    await page.context().close();
  });

  await check('tabs that begin at once all stay signed in, also without Web Locks', async () => {
    const context = await browsers.person();
    await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }));
    const first = await context.newPage();
    await signIn(first, url, 'hal');
    assert.equal(await first.evaluate(() => navigator.locks), undefined);
    const tabs = [first, ...(await Promise.all([1, 2, 3].map(() => context.newPage())))];
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(tabs.map((tab) => tab.goto(`${url}/?${round}`)));
      await Promise.all(tabs.map((tab) => tab.locator('.rows .row').first().waitFor()));
    }
    assert.deepEqual(await first.evaluate(() => Object.keys(localStorage)), ['parlance.session']);
    await context.close();
  });

  await check('what is not sent is not lost without a word, and nobody finds it afterwards', () =>
    expectFailures(async () => {
      const page = await open();
      const dialogs = [];
      page.on('dialog', async (dialog) => {
        dialogs.push(dialog.type());
        await dialog.accept();
      });
      await page.goto(place);
      await say(page, 'stored');
      await page.locator('.message:not(.pending) .body', { hasText: 'stored' }).waitFor();
      await page.reload();
      await writing(page).waitFor();
      assert.deepEqual(dialogs, [], 'with nothing on its way nobody is asked');
      await intercept(page, 'SendMessage', (route) => route.abort());
      await say(page, 'never sent');
      await page.locator('.pending', { hasText: 'never sent' }).waitFor();
      await page.reload();
      await page.locator('.pending', { hasText: 'never sent' }).waitFor();
      assert.deepEqual(dialogs, ['beforeunload']);
      await writing(page).fill('a draft');
      const kept = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
      assert.ok((await kept()).includes('never sent'));
      // Signed out elsewhere: it is told what became of it.
      const tab = await page.context().newPage();
      await tab.goto(url);
      await tab.getByRole('button', { name: 'Sign out' }).click();
      await page.getByText('Your session has ended. One message was not sent.').waitFor();
      assert.equal(await kept(), '[{},{}]');
      await tab.close();
      // Signing out here: it is asked for once more.
      await signIn(page, url, 'hal');
      await page.goto(place);
      await writing(page).waitFor();
      assert.equal(await writing(page).inputValue(), '');
      assert.equal(await page.locator('.pending').count(), 0);
      await say(page, 'not this either');
      await page.locator('.pending', { hasText: 'not this either' }).waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('dialog').getByText('One message is not sent yet').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
      assert.equal(await kept(), '[{},{}]');
      await page.context().close();
    }),
  );

  await check('the keyboard and the ear miss nothing', async () => {
    const page = await open();
    const { group, place } = await talk('ear', 3);
    await page.goto(place);
    await page.locator('[data-seq="3"]').waitFor();
    for (let n = 0; n < 2; n += 1) await gus.send(group, 'yes');
    await page.locator('[data-seq="5"]').waitFor();
    const spoken = await page.locator('[aria-live="polite"] p').allInnerTexts();
    assert.deepEqual(spoken, ['gus: yes', 'gus: yes'], 'the same is said again');
    const own = await hal.send(group, 'mine', (await gus.send(group, 'asked')).id);
    const item = page.locator(`[data-seq="${own.seq}"]`);
    await item.focus();
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement.matches('button.quote')), 'the quote can be reached');
    await item.getByRole('button', { name: 'Delete' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).focus();
    await page.keyboard.press('Enter');
    await page.locator(`[data-seq="${own.seq}"].deleted`).waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const focused = await page.evaluate(() => document.activeElement.dataset.seq);
    assert.equal(focused, String(own.seq), 'the focus stays with the message');
    await page.context().close();
  });

  await check('a conversation that was left costs no memory, but keeps its draft', async () => {
    const page = await open();
    const talks = [];
    for (let n = 0; n < 10; n += 1) talks.push(await talk(`large ${n}`, 50, (m) => `${n}.${m} ${'x'.repeat(15_000)}`));
    const cdp = await page.context().newCDPSession(page);
    const heap = async () => {
      await page.goto(`${url}/#/`);
      await page.getByText('Pick a conversation').waitFor();
      await sleep(200);
      await cdp.send('HeapProfiler.collectGarbage');
      return (await cdp.send('Runtime.getHeapUsage')).usedSize / 2 ** 20;
    };
    const visit = async ({ place }) => {
      await page.goto(place);
      await page.locator('[data-seq="50"]').waitFor();
    };
    await visit(talks[0]);
    await writing(page).fill('kept');
    const before = await heap();
    for (const one of talks.slice(1)) await visit(one);
    const grown = (await heap()) - before;
    console.log(`figure: nine conversations of 0.75 MB that were looked at leave ${grown.toFixed(1)} MB`);
    assert.ok(grown < 2, `${grown} MB more`);
    await visit(talks[0]);
    assert.equal(await writing(page).inputValue(), 'kept');
    await page.context().close();
  });
}
