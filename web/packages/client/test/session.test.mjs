// Signing in and staying signed in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  browserLock,
  browserStorage,
  memoryStorage,
  ParlanceError,
  RefreshDocument,
  SendMessageDocument,
  ViewerDocument,
} from '@parlance/client';
import { group, place, sleep, until } from './place.mjs';

const timeout = 60_000;
const password = 'correct horse battery';

/** What several tabs of a browser share. */
function browser({ locks = true } = {}) {
  let kept = null;
  let queue = Promise.resolve();
  const tabs = [];
  const lock = (task) => {
    const done = queue.then(task, task);
    queue = done.catch(() => {});
    return done;
  };
  return {
    read: () => kept,
    tab: () => {
      const storage = {
        read: () => kept,
        write(next) {
          kept = next;
          for (const tab of tabs) if (tab.storage !== storage) setTimeout(tab.changed);
        },
        watch(changed) {
          tabs.push({ storage, changed });
          return () => {};
        },
      };
      return { storage, lock: locks ? lock : (task) => task() };
    },
  };
}

/** `fetch` that counts refreshes, and may lose answers. */
function counting() {
  const it = { refreshes: 0, lose: 0 };
  it.fetch = async (url, init) => {
    const isRefresh = init.body.includes('mutation Refresh(');
    if (isRefresh) it.refreshes += 1;
    const response = await fetch(url, init);
    if (isRefresh && it.lose > 0) {
      it.lose -= 1;
      throw new TypeError('the answer was lost');
    }
    return response;
  };
  return it;
}

test('each field that is wrong is told by its name', { timeout }, async (t) => {
  const it = await place(t);
  const { session } = it.client();
  const wrong = await session
    .register({ username: 'a b', email: 'x', password: '1' })
    .catch((error) => error);
  assert.ok(wrong instanceof ParlanceError);
  assert.equal(wrong.code, 'BAD_USER_INPUT');
  assert.deepEqual(Object.keys(wrong.fields), ['username', 'email', 'password']);
  assert.match(wrong.fields.username, /^may contain only/);
  assert.match(wrong.fields.email, /^must have/);
  assert.match(wrong.fields.password, /^is too short/);
  const one = await session.register({ username: 'ann', email: 'x', password }).catch((error) => error);
  assert.deepEqual(Object.keys(one.fields), ['email']);
  assert.match(one.fields.email, /^must have/);
  const refused = await session.login({ username: 'nobody', password }).catch((error) => error);
  assert.deepEqual([refused.code, refused.retryable, refused.fields], ['INVALID_CREDENTIALS', false, {}]);
});

test('whoever asks while the token is renewed gets the same one', { timeout }, async (t) => {
  const it = await place(t);
  const count = counting();
  const { session } = await it.person('ann', { fetch: count.fetch });
  const first = await session.token();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => session.token(first)));
  assert.equal(new Set(tokens).size, 1);
  assert.notEqual(tokens[0], first);
  assert.equal(count.refreshes, 1);
  assert.equal(await session.token(), tokens[0]);
  assert.equal(count.refreshes, 1);
});

for (const locks of [true, false]) {
  test(`several tabs renew in turn and all stay signed in, ${locks ? 'with' : 'without'} locks`, {
    timeout,
  }, async (t) => {
    const it = await place(t);
    const shared = browser({ locks });
    await it.person('ann', shared.tab());
    const tabs = Array.from({ length: 4 }, () => it.client(shared.tab()));
    for (let round = 0; round < 4; round += 1) {
      const spent = await Promise.all(tabs.map(({ session }) => session.token()));
      await Promise.all(tabs.map(({ session }, index) => session.token(spent[index])));
      for (const tab of tabs) assert.equal((await tab.request(ViewerDocument, {})).viewer.username, 'ann');
    }
  });
}

test('without locks, a tab whose answer is late takes nothing from the others', { timeout }, async (t) => {
  const it = await place(t);
  const shared = browser({ locks: false });
  await it.person('ann', shared.tab());
  const release = [];
  const late = async (url, init) => {
    const response = await fetch(url, init);
    if (init.body.includes('mutation Refresh(')) await new Promise((go) => release.push(go));
    return response;
  };
  const [one, other] = [1, 2].map(() => it.client({ ...shared.tab(), fetch: late }));
  const third = it.client(shared.tab());
  // All begin with one refresh token. The server gives its successor twice; the third has to wait until it is written.
  const first = shared.read().refreshToken;
  const waiting = [one.session.token(), other.session.token()];
  await until('the server has answered two', () => release.length === 2);
  waiting.push(third.session.token());
  await sleep(1_500);
  assert.equal(third.session.user.username, 'ann', 'it does not give up yet');
  release[0]();
  await waiting[2];
  const newest = shared.read().refreshToken;
  release[1]();
  await Promise.all(waiting);
  assert.notEqual(newest, first);
  assert.equal(shared.read().refreshToken, newest, 'what came late does not take the place of what is newer');
  for (const tab of [one, other, third]) {
    assert.equal((await tab.request(ViewerDocument, {})).viewer.username, 'ann');
  }
});

/** Puts other things into the place of global ones, for one test. */
function replace(t, values) {
  for (const [name, value] of Object.entries(values)) {
    const own = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true });
    t.after(() => (own ? Object.defineProperty(globalThis, name, own) : delete globalThis[name]));
  }
}

test('a browser that has no room keeps the newest token for the page', (t) => {
  const kept = new Map();
  let isFull = false;
  const localStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem(key, value) {
      if (isFull) throw new DOMException('no room', 'QuotaExceededError');
      kept.set(key, value);
    },
    removeItem: (key) => kept.delete(key),
  };
  let tell;
  const addEventListener = (_, heard) => {
    tell = heard;
  };
  replace(t, { localStorage, addEventListener });
  const [ann, renewed] = ['one', 'two'].map((refreshToken) => ({ refreshToken, user: { id: 'ann' } }));
  const bob = { refreshToken: 'three', user: { id: 'bob' } };
  const [tab, other] = [browserStorage(), browserStorage()];
  let told = 0;
  tab.watch(() => {
    told += 1;
  });
  tab.write(ann);
  isFull = true;
  tab.write(renewed);
  assert.deepEqual(tab.read(), renewed);
  assert.equal(other.read(), null, 'nobody else spends what is spent');
  tab.write(null);
  assert.equal(tab.read(), null);
  tab.write(renewed);
  isFull = false;
  other.write(bob);
  tell({ key: 'another' });
  assert.deepEqual([told, tab.read()], [0, renewed]);
  tell({ key: 'parlance.session' });
  assert.deepEqual([told, tab.read()], [1, bob], 'what another tab has written is for all');
  tab.write(ann);
  assert.deepEqual(other.read(), ann);
});

test('a lease keeps tabs apart where there are no Web Locks', { timeout }, async (t) => {
  const kept = new Map();
  const localStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  replace(t, { localStorage, navigator: {} });
  let [inside, most, done] = [0, 0, 0];
  const task = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await sleep(30);
    inside -= 1;
    done += 1;
    if (done === 2) throw new Error('it failed');
  };
  // A lease of a time that lies far ahead is of before the clock was set back.
  kept.set('lock', JSON.stringify({ tab: 'gone', until: Date.now() + 3_600_000 }));
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => browserLock('lock')(task)));
  assert.deepEqual([most, done, kept.size], [1, 5, 0]);
  assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 1);
});

test('what one person has begun is not done as another', { timeout }, async (t) => {
  const it = await place(t);
  const bob = await it.person('bob');
  // Each way to send, refused or lost at first, while somebody else signs in.
  const ways = {
    request: (ann, input) => ann.request(SendMessageDocument, { input }),
    send: (ann, input) => ann.sendMessage(input),
    fetch: (ann, input) =>
      ann.fetch(ann.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: String(SendMessageDocument), variables: { input } }),
      }),
  };
  const outcomes = {
    refused: () =>
      Response.json(
        { errors: [{ message: 'the token has expired', extensions: { code: 'TOKEN_EXPIRED' } }] },
        { status: 401 },
      ),
    lost: () => {
      throw new TypeError('the answer was lost');
    },
  };
  for (const [way, outcome] of [
    ['request', 'refused'],
    ['fetch', 'refused'],
    ['send', 'refused'],
    ['send', 'lost'],
  ]) {
    let ann;
    let sends = 0;
    const changing = async (url, init) => {
      if (!init.body.includes('mutation SendMessage(')) return fetch(url, init);
      sends += 1;
      if (sends > 1) return fetch(url, init);
      await ann.session.register({
        username: `cat-${way}-${outcome}`,
        email: `${way}-${outcome}@example.org`,
        password,
      });
      return outcomes[outcome]();
    };
    ann = await it.person(`ann-${way}-${outcome}`, { fetch: changing });
    const chat = await group([ann, bob]);
    const sending = ways[way](ann, { conversationId: chat, body: 'by Ann' });
    await assert.rejects(sending, { code: 'SIGNED_OUT' }, `${way}, ${outcome}`);
    assert.equal(sends, 1);
  }
});

test('a renewal whose answer is lost is tried again with the same token', { timeout }, async (t) => {
  const it = await place(t);
  const count = counting();
  const { session } = await it.person('ann', { fetch: count.fetch });
  const first = await session.token();
  count.lose = 1;
  const lost = await session.token(first).catch((error) => error);
  assert.deepEqual([lost.code, lost.retryable], ['NETWORK', true]);
  assert.equal(session.user.username, 'ann');
  assert.notEqual(await session.token(first), first);
});

test('a reload goes on where the tab was, without the password', { timeout }, async (t) => {
  const it = await place(t);
  const storage = memoryStorage();
  await it.person('ann', { storage });
  const again = it.client({ storage });
  assert.equal(again.session.user.username, 'ann');
  assert.equal((await again.request(ViewerDocument, {})).viewer.email, 'ann@example.org');
});

test('signing out and in is for all tabs', { timeout }, async (t) => {
  const it = await place(t);
  const shared = browser();
  const one = await it.person('ann', shared.tab());
  const other = it.client(shared.tab());
  const told = [];
  other.session.onChange((user) => told.push(user?.username ?? null));
  await one.session.logout();
  await until('the other tab is told', () => told.length === 1);
  assert.equal(other.session.user, null);
  await assert.rejects(other.request(ViewerDocument, {}), { code: 'SIGNED_OUT' });
  await one.session.login({ email: 'ANN@example.org', password });
  await until('the other tab is told', () => told.length === 2);
  assert.deepEqual(told, [null, 'ann']);
  assert.equal((await other.request(ViewerDocument, {})).viewer.username, 'ann');
});

test('what is stolen and used ends the session, and the page is told', { timeout }, async (t) => {
  const it = await place(t);
  const shared = browser();
  const { session } = await it.person('ann', shared.tab());
  const stolen = shared.read().refreshToken;
  const steal = async () => {
    const body = JSON.stringify({
      query: String(RefreshDocument),
      variables: { input: { refreshToken: stolen } },
    });
    await fetch(`${it.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  };
  await session.token(await session.token());
  await session.token(await session.token());
  await steal();
  const told = [];
  session.onChange((user) => told.push(user));
  await assert.rejects(session.token(await session.token()), { code: 'SIGNED_OUT' });
  assert.deepEqual(told, [null]);
  assert.equal(shared.read(), null);
});

test('a renewal that ends late brings nobody back', { timeout }, async (t) => {
  const it = await place(t);
  let release = null;
  const slow = async (url, init) => {
    const response = await fetch(url, init);
    if (init.body.includes('mutation Refresh(') && !release) await new Promise((go) => (release = go));
    return response;
  };
  const storage = memoryStorage();
  const { session } = await it.person('ann', { fetch: slow, storage });
  const late = session.token(await session.token()).catch((error) => error);
  await until('it is on its way', () => release);
  await session.register({ username: 'bob', email: 'bob@example.org', password });
  release();
  await late;
  assert.equal(session.user.username, 'bob');
  assert.equal(storage.read().user.username, 'bob');
  release = null;
  const again = session.token(await session.token()).catch((error) => error);
  await until('it is on its way', () => release);
  await session.logout();
  release();
  assert.equal((await again).code, 'SIGNED_OUT');
  assert.deepEqual([session.user, storage.read()], [null, null]);
});

test('signing out ends the session on the server, also when the access token is old', {
  timeout,
}, async (t) => {
  const it = await place(t);
  for (const isOld of [false, true]) {
    const storage = memoryStorage();
    const name = `ann${isOld}`;
    let { session } = await it.person(name, { storage });
    if (isOld) ({ session } = it.client({ storage }));
    const { refreshToken } = storage.read();
    await session.logout();
    storage.write({ refreshToken, user: { id: 'whoever' } });
    const stolen = it.client({ storage });
    await assert.rejects(stolen.session.token(), { code: 'SIGNED_OUT' });
  }
});

test('while the server is away nobody is signed out', { timeout }, async (t) => {
  const it = await place(t);
  const { session } = await it.person('ann');
  const token = await session.token();
  await it.server.end();
  await assert.rejects(session.token(token), { code: 'NETWORK' });
  assert.equal(session.user.username, 'ann');
  await it.server.start();
  assert.ok(await session.token(token));
});

test('an access token that has ended is renewed by requests, and by the fetch for other clients', {
  timeout,
}, async (t) => {
  const it = await place(t, { PARLANCE_ACCESS_TTL: '1s' });
  const client = await it.person('ann');
  const body = JSON.stringify({ query: '{ viewer { username } }' });
  for (let round = 0; round < 3; round += 1) {
    await sleep(1_100);
    assert.equal((await client.request(ViewerDocument, {})).viewer.username, 'ann');
    await sleep(1_100);
    const headers = { 'content-type': 'application/json' };
    const response = await client.fetch(client.endpoint, { method: 'POST', headers, body });
    assert.equal((await response.json()).data.viewer.username, 'ann');
  }
});
