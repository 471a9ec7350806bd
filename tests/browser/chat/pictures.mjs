// The page as it looks: on a desktop, on a telephone, by day and by night. The best of these are in docs/pictures.
import { enter, isAccessible, password } from './place.mjs';

const TALK = [
  ['mira', 'Morning! The lighthouse is open from ten, and the ferry goes every half hour.'],
  ['jonas', 'Then let us take the one at 9:30. I have the tickets for the train already.'],
  ['lin', 'Two seats by the window, I hope?'],
  ['jonas', 'Of course. Carriage 4, on the side of the sea.'],
  ['mira', 'I will bring sandwiches:\n– two with cheese\n– two with tomato\n– one secret one'],
  ['lin', 'The secret one is mine.', 4],
  ['jonas', 'Has anybody looked at the weather?'],
  ['mira', 'Sun until three, then wind. Bring a jacket.'],
  ['lin', 'And a book, the train takes three hours. I am taking the one about whales.'],
  ['mira', 'Perfect. See you on platform 4 at 8:05!'],
];

export async function pictures({ check, browsers, server, folder }) {
  const { url } = server;
  const people = {
    mira: await enter(url, { username: 'mira', firstName: 'Mira', lastName: 'Okafor' }),
    jonas: await enter(url, { username: 'jonas', firstName: 'Jonas', lastName: 'Weber' }),
    lin: await enter(url, { username: 'lin', firstName: 'Lin', lastName: 'Zhao' }),
    sam: await enter(url, { username: 'sam', firstName: 'Sam', lastName: 'Rivera' }),
    ida: await enter(url, { username: 'ida', firstName: 'Ida', lastName: 'Lund' }),
  };
  const { mira, jonas, lin, sam, ida } = people;
  const say = async (who, to, text) => who.send(await who.direct(to), text);
  await say(ida, mira, 'The photos are in the album now.');
  await say(mira, sam, 'Thank you for the recipe!');
  await say(sam, mira, 'Tell me how it turns out');
  const club = await ida.group('Book club', [mira, sam]);
  await ida.send(club, 'Chapter 7 for Thursday, and somebody bring biscuits.');
  await sam.send(club, 'I am on it');
  await say(mira, jonas, 'Window seats it is.');
  const tour = await mira.group('Lighthouse tour', [jonas, lin]);
  const sent = [];
  for (const [name, text, answers] of TALK) {
    sent.push(await people[name].send(tour, text, answers === undefined ? undefined : sent[answers].id));
  }
  await mira.read(tour, sent.length);
  for (const who of [jonas, lin]) await who.read(tour, sent.length);

  const looks = [
    { name: 'chat-desktop', viewport: { width: 1180, height: 740 } },
    { name: 'chat-dark', viewport: { width: 1180, height: 740 }, colorScheme: 'dark' },
    { name: 'chat-phone', viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 1.5 },
    { name: 'chat-phone-dark', viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true, colorScheme: 'dark' },
    { name: 'chat-still', viewport: { width: 820, height: 700 }, reducedMotion: 'reduce', forcedColors: 'active' },
  ];
  for (const { name, ...options } of looks) {
    await check(`it looks well and is for everybody: ${name}`, async () => {
      const context = await browsers.person(options);
      const page = await context.newPage();
      const picture = async (what) => {
        if (folder) await page.screenshot({ path: `${folder}/${what}.png` });
      };
      await page.goto(`${url}/#/login`);
      await picture(`${name}-sign-in`);
      await page.getByLabel('User name or e-mail').fill('mira');
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.locator('.row', { hasText: 'Lighthouse tour' }).waitFor();
      await isAccessible(page, `${name}, the list`);
      await picture(`${name}-list`);
      await page.locator('.row', { hasText: 'Lighthouse tour' }).click();
      await page.locator('.message .body', { hasText: 'platform 4 at 8:05' }).waitFor();
      await page.locator('.seen', { hasText: 'Seen by' }).waitFor();
      const typing = jonas.as('mutation ($id: ID!) { setTyping(input: { conversationId: $id }) { conversationId } }', { id: tour });
      await typing;
      await page.waitForTimeout(400);
      await isAccessible(page, `${name}, a conversation`);
      await picture(name);
      await page.getByRole('button', { name: 'About this group' }).click();
      await isAccessible(page, `${name}, about the group`);
      await picture(`${name}-about`);
      // Nothing is wider than the screen.
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (excess > 0) throw new Error(`${excess} pixels too wide`);
      await context.close();
    });
  }
}
