// What a screen asks once: of whom it is asked, what came of it, and that nothing of it passes from one person to the next.
import assert from 'node:assert/strict';
import { failure, intercept, signIn } from './page.mjs';
import { until } from './place.mjs';

const found = (page) => page.locator('.found .title').allInnerTexts();
const search = (page) => page.getByLabel('Find people');
const find = (page) => page.getByRole('button', { name: 'New conversation' }).click();
const expired = { errors: [{ message: 'the token has expired', extensions: { code: 'TOKEN_EXPIRED', retryable: false } }] };

export async function asking({ check, url, open }) {
  await check('who is found fits what is typed, whichever answer comes first', async () => {
    const page = await open();
    let release;
    let late;
    const aborted = [];
    page.on('requestfailed', (request) => aborted.push(request));
    await intercept(page, 'FindPeople', async (route) => {
      if (!/"search":"h"/.test(route.request().postData())) return route.fallback();
      late = route.request();
      const response = await route.fetch();
      await new Promise((go) => (release = go));
      await route.fulfill({ response }).catch(() => {});
    });
    await find(page);
    await search(page).fill('h');
    await until('the first answer waits', () => release);
    const second = page.waitForResponse((answer) => /"search":"gus"/.test(answer.request().postData() ?? ''));
    await search(page).fill('gus');
    await second;
    release();
    await until('the first is given up', () => aborted.includes(late));
    await until('the second is shown', async () => (await found(page)).join() === 'gus');
    await search(page).fill('nobody at all');
    await page.getByText('Nobody else is called “nobody at all”.').waitFor();
    await page.context().close();
  });

  await check('a search and a change that fail say so, and go on when told to', async () => {
    const page = await open();
    await intercept(page, 'FindPeople', (route) => route.fulfill({ json: failure }));
    await find(page);
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('alert').getByText('Something broke.').waitFor();
    await page.unroute('**/graphql');
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByRole('button', { name: 'gus', exact: true }).waitFor();
    assert.equal(await dialog.getByRole('alert').count(), 0);
    let asked = 0;
    let release;
    await intercept(page, 'StartDirectConversation', async (route) => {
      asked += 1;
      if (asked > 1) return route.fallback();
      await new Promise((go) => (release = go));
      await route.fulfill({ contentType: 'text/html', body: '<h1>Somebody between</h1>' });
    });
    await dialog.getByRole('button', { name: 'gus', exact: true }).dblclick();
    await until('it is asked', () => release);
    release();
    await dialog.getByRole('alert').getByText('The server cannot be reached.').waitFor();
    assert.equal(asked, 1, 'a second click asks nothing more');
    await dialog.getByRole('button', { name: 'gus', exact: true }).click();
    await page.locator('.room').getByRole('heading', { name: 'gus' }).waitFor();
    await page.context().close();
  });

  await check('a screen that is told that its token has ended asks with another', async () => {
    const page = await open();
    const tokens = [];
    await intercept(page, 'FindPeople', (route) => {
      tokens.push(route.request().headers().authorization);
      return tokens.length > 1 ? route.fallback() : route.fulfill({ status: 401, json: expired });
    });
    await find(page);
    await page.getByRole('dialog').getByRole('button', { name: 'gus', exact: true }).waitFor();
    assert.equal(tokens.length, 2);
    assert.notEqual(tokens[0], tokens[1]);
    await page.context().close();
  }, { refused: ['401 /graphql FindPeople'] });

  await check('what one person found, or has asked for, is nothing to the next', async () => {
    const page = await open();
    await find(page);
    await until('somebody is found', async () => (await found(page)).includes('gus'));
    let release;
    let asked = 0;
    await intercept(page, 'StartDirectConversation', async (route) => {
      asked += 1;
      if (asked === 1) await new Promise((go) => (release = go));
      await route.fulfill({ status: 401, json: expired });
    });
    await page.getByRole('dialog').getByRole('button', { name: 'gus', exact: true }).click();
    await until('it is on its way', () => release);
    const tab = await page.context().newPage();
    await tab.goto(url);
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await tab.getByRole('heading', { name: 'Welcome back' }).waitFor();
    await signIn(tab, url, 'gus');
    await page.locator('.sidebar h1', { hasText: 'gus' }).waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0, 'the dialog went with who had opened it');
    const [place] = [page.url(), release()];
    // The page has nothing to show of it until the server answers again.
    let answer;
    await intercept(page, 'FindPeople', async (route) => {
      await new Promise((go) => (answer = go));
      await route.fallback();
    });
    await find(page);
    await until('they are asked for again', () => answer);
    assert.deepEqual(await found(page), []);
    answer();
    await until('somebody is found', async () => (await found(page)).includes('hal'));
    assert.equal(asked, 1, 'it is not asked as somebody else');
    assert.equal(page.url(), place);
    await page.context().close();
  }, { refused: ['401 /graphql StartDirectConversation'] });
}
