// What goes wrong, and what must not go wrong then: streams that end for good, answers that come late, tabs that do the same
// at once, words that somebody has taken back.
import assert from 'node:assert/strict';
import { controlled, failure, intercept, row, said, say, seqs, signIn, writing } from './page.mjs';
import { sleep, until } from './place.mjs';

export async function troubles({ check, browsers, url, gus, hal, chat, place, expectFailures, remove, talk, open }) {
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
    const kept = await first.evaluate(() => Object.keys(localStorage).sort());
    assert.deepEqual(kept, ['parlance.known', 'parlance.session']);
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
      assert.equal(await kept(), '[{"parlance.known":"yes"},{}]');
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
      assert.equal(await kept(), '[{"parlance.known":"yes"},{}]');
      await page.context().close();
    }),
  );
}
