// A conversation of five thousand messages: what one looks at stays where it is while history comes and goes.
import assert from 'node:assert/strict';
import { enter, isAccessible, password, sleep, until } from './place.mjs';

const COUNT = 5_000;

export async function history({ check, browsers, server }) {
  const { url } = server;
  const eve = await enter(url, { username: 'eve' });
  const fay = await enter(url, { username: 'fay' });
  const chat = await eve.direct(fay);
  const page = await (await browsers.person()).newPage();
  const numbers = () => page.locator('[data-seq]').evaluateAll((items) => items.map((one) => Number(one.dataset.seq)));

  /** Scrolls in steps and measures after each how far what was in sight is from where it should be. */
  const scroll = (by, steps) =>
    page.evaluate(
      async ({ by, steps }) => {
        const place = document.querySelector('.timeline');
        const frame = () => new Promise((done) => requestAnimationFrame(() => done()));
        const told = { drift: 0, most: 0, steps: 0, holes: 0 };
        for (let step = 0; step < steps; step += 1) {
          const middle = place.getBoundingClientRect().top + place.clientHeight / 2;
          const pin = [...place.querySelectorAll('[data-seq]')].find((one) => one.getBoundingClientRect().bottom > middle);
          const [from, seq] = [pin.getBoundingClientRect().top, pin.dataset.seq];
          const before = place.scrollTop;
          place.scrollTop += by;
          const moved = place.scrollTop - before;
          if (moved === 0) {
            // At an end: either there is no more, or it is on its way.
            if (by < 0 && document.querySelector('.beginning')) break;
            if (by > 0 && !document.querySelector('.to-end')) break;
          }
          for (let frames = 0; frames < 4; frames += 1) await frame();
          const now = place.querySelector(`[data-seq="${seq}"]`);
          if (now) told.drift = Math.max(told.drift, Math.abs(now.getBoundingClientRect().top - (from - moved)));
          const shown = [...place.querySelectorAll('[data-seq]')].map((one) => Number(one.dataset.seq));
          told.most = Math.max(told.most, shown.length);
          told.holes += shown.filter((one, index) => index > 0 && one !== shown[index - 1] + 1).length;
          told.steps += 1;
        }
        return told;
      },
      { by, steps },
    );
  const isSteady = ({ drift, most, holes }) => {
    assert.ok(drift <= 2, `what is looked at moved by ${drift} pixels`);
    assert.ok(most <= 160, `${most} messages are in the page`);
    assert.equal(holes, 0, 'the messages in the page are without a hole');
  };

  await check(`a conversation of ${COUNT} messages is opened at its end`, async () => {
    let next = 0;
    const write = async () => {
      while (next < COUNT) {
        next += 1;
        const long = next % 7 === 0 ? ` ${'and so on '.repeat(next % 40)}` : '';
        await (next % 3 === 0 ? fay : eve).send(chat, `number ${next}${long}`);
      }
    };
    await Promise.all(Array.from({ length: 40 }, write));
    await fay.read(chat, COUNT - 1);
    await page.goto(`${url}/#/login`);
    await page.getByLabel('User name or e-mail').fill('fay');
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
    await page.locator('.row').click();
    await page.locator(`[data-seq="${COUNT}"]`).waitFor();
    assert.equal((await numbers()).at(-1), COUNT);
    await isAccessible(page, 'a long conversation');
  });

  await check('back to the beginning nothing moves under the eye', async () => {
    // First as a hand does it.
    await page.locator('.timeline').hover();
    for (let turn = 0; turn < 12; turn += 1) {
      await page.mouse.wheel(0, -700);
      await page.waitForTimeout(60);
    }
    assert.ok((await numbers())[0] < COUNT - 60);
    await page.locator('.to-end').waitFor();
    const told = await scroll(-450, 3_000);
    isSteady(told);
    await page.locator('.beginning').waitFor();
    assert.equal((await numbers())[0], 1);
    console.log(`figure: ${told.steps} steps to the beginning, at most ${told.most} messages in the page, moved by ${told.drift} pixels at most`);
  });

  await check('what is said meanwhile does not disturb, and is a step away', async () => {
    isSteady(await scroll(500, 60));
    const at = await page.locator('.timeline').evaluate((place) => place.scrollTop);
    const shown = await numbers();
    await eve.send(chat, 'something new');
    await until('the list has it', async () => (await page.locator('.row .preview').innerText()).includes('something new'));
    await page.waitForTimeout(300);
    assert.equal(await page.locator('.timeline').evaluate((place) => place.scrollTop), at);
    assert.deepEqual(await numbers(), shown);
    assert.equal(await page.locator('.badge').count(), 1);
    await page.getByRole('button', { name: 'New messages' }).click();
    await page.locator('.message .body', { hasText: 'something new' }).waitFor();
    await page.locator('.badge').waitFor({ state: 'detached' });
    isSteady(await scroll(-450, 40));
  });

  await check('an answer leads to a message that is far back', async () => {
    const { messages } = (
      await eve.as('query ($id: ID!) { conversation(id: $id) { messages(first: 20) { nodes { id } } } }', { id: chat })
    ).conversation;
    await page.reload();
    await page.locator(`[data-seq="${COUNT + 1}"]`).waitFor();
    await eve.send(chat, 'as you said then', messages.nodes[9].id);
    await page.locator('.message', { hasText: 'as you said then' }).locator('.quote').click();
    await page.locator('[data-seq="10"].lit').waitFor({ timeout: 30_000 });
    const isSeen = await page.locator('[data-seq="10"]').evaluate((item) => {
      const { top, bottom } = item.getBoundingClientRect();
      return top > 0 && bottom < innerHeight;
    });
    assert.ok(isSeen, 'it is in sight');
  });

  await check('whoever begins to scroll is not put back by what comes', async () => {
    await page.getByRole('button', { name: 'To the newest' }).click();
    let isOver = false;
    const writing = (async () => {
      while (!isOver) {
        await eve.send(chat, 'and on it goes');
        await sleep(15);
      }
    })();
    const putBack = await page.evaluate(async () => {
      const place = document.querySelector('.timeline');
      const frame = () => new Promise((done) => requestAnimationFrame(() => done()));
      let times = 0;
      for (let round = 0; round < 40; round += 1) {
        place.scrollTop = place.scrollHeight;
        for (let frames = 0; frames < 4; frames += 1) await frame();
        place.scrollTop -= 450;
        for (let frames = 0; frames < 4; frames += 1) await frame();
        if (place.scrollHeight - place.clientHeight - place.scrollTop < 400) times += 1;
      }
      return times;
    });
    isOver = true;
    await writing;
    assert.equal(putBack, 0);
  });
  await page.context().close();
}
