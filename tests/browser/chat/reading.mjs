// What was read, and what was not; and what reading costs the keyboard, the ear and the memory.
import assert from 'node:assert/strict';
import { row, said, writing } from './page.mjs';
import { sleep, until } from './place.mjs';

export async function reading({ check, url, gus, hal, unread, talk, open }) {
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
