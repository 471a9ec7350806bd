// What one does on the chat page, what one sees there, and what a test does behind its back.
import { enter, password, until } from './place.mjs';

export const said = (page) => page.locator('.message .body').allInnerTexts();
export const writing = (page) => page.getByLabel('Message', { exact: true });
export const row = (page, text) => page.locator('.rows .row', { hasText: text });
export const seqs = (page) => page.locator('[data-seq]').evaluateAll((items) => items.map((one) => Number(one.dataset.seq)));

export async function signIn(page, url, name) {
  await page.goto(`${url}/#/login`);
  await page.getByLabel('User name or e-mail').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'New conversation' }).waitFor();
}

export async function say(page, text) {
  await writing(page).fill(text);
  await writing(page).press('Enter');
}

/** Requests for an operation. Each is given to `take`, which has it go on, fail, or wait. */
export async function intercept(page, operation, take) {
  const is = new RegExp(`(query|mutation) ${operation}\\b`);
  await page.route('**/graphql', (route) => (is.test(route.request().postData() ?? '') ? take(route) : route.fallback()));
}

/** An answer that waiting does not mend. */
export const failure = { errors: [{ message: 'something broke', extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false } }] };

/** The socket of a page: which streams are refused for good, whether what the server says waits, whether there is one. */
export async function controlled(page) {
  const it = { refused: null, isHeld: false, held: [], isCut: false, open: new Set(), caughtUp: 0 };
  /** Once so many streams have told all that was missed. */
  it.cut = async (streams = 1) => {
    await until('it is live', () => it.caughtUp >= streams);
    it.isCut = true;
    for (const socket of it.open) await socket.close({ code: 1012 });
    it.open.clear();
    await page.locator('.banner[data-state="reconnecting"]').waitFor();
  };
  it.mend = () => {
    it.isCut = false;
  };
  it.release = () => {
    it.isHeld = false;
    for (const deliver of it.held.splice(0)) deliver();
  };
  await page.routeWebSocket('**/graphql', (socket) => {
    if (it.isCut) return socket.close({ code: 1012 });
    it.open.add(socket);
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { id, type, payload } = JSON.parse(text);
      if (type === 'subscribe' && it.refused && payload.query.includes(`subscription ${it.refused}`)) {
        socket.send(JSON.stringify({ id, type: 'error', payload: failure.errors }));
      } else server.send(text);
    });
    server.onMessage((text) => {
      if (text.includes('"CaughtUp"')) it.caughtUp += 1;
      if (it.isHeld && JSON.parse(text).type === 'next') it.held.push(() => socket.send(text));
      else socket.send(text);
    });
  });
  return it;
}

/** Two people who know each other: Gus, who writes through the API, and Hal, who may be on a page. */
export async function scene({ browsers, server }) {
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
  return { browsers, url, gus, hal, chat, place, expectFailures, unread, remove, talk, open };
}
