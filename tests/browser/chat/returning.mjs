// Coming back: what happened while a page had no connection, whose answers were lost, or came late.
import assert from 'node:assert/strict';
import { controlled, failure, intercept, row, said, say, signIn, writing } from './page.mjs';
import { enter, sleep, until } from './place.mjs';

const EDIT = 'mutation ($input: EditMessageInput!) { editMessage(input: $input) { message { id } } }';
const REMOVE = 'mutation ($input: RemoveParticipantInput!) { removeParticipant(input: $input) { eventSeq } }';

export async function returning({ check, browsers, url, gus, hal, expectFailures, talk, open }) {
  /** Hal's page, with a socket that can be cut. */
  const watched = async () => {
    const page = await (await browsers.person()).newPage();
    const socket = await controlled(page);
    await signIn(page, url, 'hal');
    return { page, socket };
  };
  const isBack = (page) => page.locator('.banner[data-state="caught up"]').waitFor();
  const spoken = (page) => page.locator('[aria-live="polite"] p').allInnerTexts();

  await check('what was read elsewhere while nobody was connected is not unread here', async () => {
    const { page, socket } = await watched();
    const [some, all] = [await talk('some of it', 5), await talk('all of it', 3)];
    const badge = (title) => row(page, title).locator('.badge').innerText();
    await until('both are unread', async () => (await badge('some of it')).startsWith('5') && (await badge('all of it')).startsWith('3'));
    await socket.cut();
    await hal.read(all.group, 3);
    await hal.read(some.group, 3);
    socket.mend();
    await isBack(page);
    await row(page, 'all of it').locator('.badge').waitFor({ state: 'detached' });
    await until('two are left', async () => (await badge('some of it')).startsWith('2'));
    await page.context().close();
  });

  await check('an edit whose answer is lost is finished by the stream', () =>
    expectFailures(async () => {
      const { page, socket } = await watched();
      const { group, place } = await talk('edits', 1);
      await page.goto(place);
      await writing(page).waitFor();
      await say(page, 'befor');
      await page.locator('.message:not(.pending) .body', { hasText: 'befor' }).waitFor();
      await writing(page).press('ArrowUp');
      await intercept(page, 'EditMessage', async (route) => {
        await route.fetch();
        await route.abort();
      });
      socket.isHeld = true;
      const editing = page.getByLabel('New words');
      await editing.fill('before');
      await editing.press('Enter');
      await page.locator('.composer').getByRole('alert').waitFor();
      socket.release();
      await writing(page).waitFor();
      assert.equal(await page.locator('.composer').getByRole('alert').count(), 0);
      assert.deepEqual(await said(page), ['edits 1', 'before']);
      await page.unroute('**/graphql');
      // From another device, while one writes something else: one's own words go through.
      const { id } = await hal.send(group, 'from the laptop');
      await page.locator('.message .body', { hasText: 'from the laptop' }).waitFor();
      await writing(page).press('ArrowUp');
      await editing.fill('from here');
      await hal.as(EDIT, { input: { id, body: 'from the phone' } });
      await page.locator('.message .body', { hasText: 'from the phone' }).waitFor();
      assert.equal(await editing.inputValue(), 'from here');
      await editing.press('Enter');
      await page.locator('.message .body', { hasText: 'from here' }).waitFor();
      await writing(page).waitFor();
      await page.context().close();
    }),
  );

  await check('new words for what is being answered leave the focus where it is', async () => {
    const page = await open();
    const { sent, place } = await talk('focus', 1);
    await page.goto(place);
    await page.locator('[data-seq="1"]').hover();
    await page.locator('[data-seq="1"]').getByRole('button', { name: 'Reply' }).click();
    await page.locator('.subject', { hasText: 'focus 1' }).waitFor();
    const elsewhere = page.getByRole('button', { name: 'New conversation' });
    await elsewhere.focus();
    await gus.as(EDIT, { input: { id: sent[0].id, body: 'other words' } });
    await page.locator('.subject', { hasText: 'other words' }).waitFor();
    await sleep(200);
    assert.ok(await elsewhere.evaluate((it) => it === document.activeElement));
    await page.context().close();
  });

  await check('a page of members that comes late undoes nothing that was told since', () =>
    expectFailures(async () => {
      const { page, socket } = await watched();
      const ivy = await enter(url, { username: 'ivy' });
      const group = await gus.group('members', [hal, ivy]);
      await page.goto(`${url}/#/c/${group}`);
      await writing(page).waitFor();
      await say(page, 'who has seen it?');
      await page.locator('[data-seq="1"]').waitFor();
      await page.getByText('3 members').waitFor();
      await socket.cut();
      let asked = 0;
      let release;
      await intercept(page, 'Members', async (route) => {
        asked += 1;
        if (asked === 1) return route.abort();
        const response = await route.fetch();
        await new Promise((go) => (release = go));
        await route.fulfill({ response });
      });
      socket.mend();
      await until('it is asked for once more', () => release);
      await gus.as(REMOVE, { input: { conversationId: group, userId: ivy.id } });
      await gus.read(group, 1);
      await page.getByText('2 members').waitFor();
      await page.locator('.seen', { hasText: 'Seen by gus' }).waitFor();
      release();
      await sleep(500);
      assert.equal(await page.getByText('2 members').count(), 1);
      assert.equal(await page.locator('.seen', { hasText: 'Seen by gus' }).count(), 1);
      await page.context().close();
    }),
  );

  await check('more of the list and a search go on by themselves when the server is back', () =>
    expectFailures(async () => {
      const joy = await enter(url, { username: 'joy' });
      for (let n = 1; n <= 45; n += 1) await gus.group(`list ${n}`, [joy]);
      // So high that there is nothing to scroll.
      const page = await (await browsers.person({ viewport: { width: 1200, height: 4_500 } })).newPage();
      const socket = await controlled(page);
      let asked = 0;
      await intercept(page, 'Conversations', (route) => {
        if (!route.request().postDataJSON().variables.after) return route.fallback();
        asked += 1;
        return asked === 1 ? route.abort() : route.fulfill({ json: failure });
      });
      await signIn(page, url, 'joy');
      const told = page.locator('.sidebar').getByRole('alert');
      await told.getByText('More could not be loaded.').waitFor();
      await sleep(300);
      assert.equal(asked, 2, 'it was tried again once, and not after a refusal');
      await page.unroute('**/graphql');
      await told.getByRole('button', { name: 'Try again' }).click();
      await until('all are there', async () => (await page.locator('.rows .row').count()) === 45);
      assert.equal(await told.count(), 0);
      // And a search.
      await intercept(page, 'FindPeople', (route) => route.abort());
      await page.getByRole('button', { name: 'New conversation' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('alert').waitFor();
      await socket.cut();
      await page.unroute('**/graphql');
      socket.mend();
      await dialog.getByRole('button', { name: 'gus', exact: true }).waitFor();
      assert.equal(await dialog.getByRole('alert').count(), 0);
      await page.context().close();
    }),
  );

  await check('nobody is told to be up to date beside a conversation that is not', async () => {
    const { page, socket } = await watched();
    const { place } = await talk('banner', 1);
    await page.goto(place);
    await page.locator('[data-seq="1"]').waitFor();
    await socket.cut(2);
    socket.refused = 'ConversationEvents';
    socket.mend();
    await page.locator('.room .trouble').waitFor();
    await until('nothing is being reconnected', async () => (await page.locator('.banner[data-state="reconnecting"]').count()) === 0);
    await sleep(300);
    assert.equal(await page.locator('.banner').count(), 0);
    await page.context().close();
  });

  await check('in a dialog, too, it is said what came of it, and the focus stays inside', async () => {
    const page = await open();
    await enter(url, { username: 'kim' });
    const group = await hal.group('aloud', [gus]);
    await page.goto(`${url}/#/c/${group}`);
    await page.getByRole('button', { name: 'About this group' }).click();
    const dialog = page.getByRole('dialog');
    const hears = (words) => dialog.locator('[aria-live="polite"] p', { hasText: words }).waitFor({ state: 'attached' });
    const isAtHeading = () =>
      page.evaluate(() => document.activeElement === document.querySelector('dialog h2'));
    await dialog.getByRole('button', { name: 'Add people' }).click();
    await page.getByLabel('Find people').fill('kim');
    await dialog.getByRole('button', { name: 'kim', exact: true }).click();
    await dialog.getByRole('heading', { name: '3 members' }).waitFor();
    await hears('You added kim');
    await until('the focus is on the heading', isAtHeading);
    await dialog.getByRole('button', { name: 'Remove kim' }).click();
    await hears('You removed kim');
    await until('the focus is on the heading', isAtHeading);
    await dialog.getByLabel('Name of the group').fill('louder');
    await dialog.getByRole('button', { name: 'Rename' }).click();
    await hears('You named the group “louder”');
    await page.context().close();
  });

  await check('whoever goes elsewhere is told nothing of a message that was looked for', async () => {
    const page = await open();
    const { group, sent, place } = await talk('far', 100);
    const answer = await gus.send(group, 'far back', sent[0].id);
    await hal.read(group, answer.seq);
    const other = await talk('another', 1);
    await page.goto(place);
    const quote = page.locator('.message', { hasText: 'far back' }).locator('.quote');
    await quote.waitFor();
    let isAsked = false;
    await intercept(page, 'OlderMessages', () => {
      isAsked = true;
    });
    await quote.click();
    await until('it is looked for', () => isAsked);
    await page.goto(other.place);
    await page.locator('.message .body', { hasText: 'another 1' }).waitFor();
    await sleep(300);
    assert.ok(!(await spoken(page)).some((words) => words.includes('could not be loaded')));
    await page.context().close();
  });
}
