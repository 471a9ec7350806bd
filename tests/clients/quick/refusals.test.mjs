// What no repetition mends ends every client: it does not ask for ever.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFinal } from '../../../docs/clients/shared/follow.mjs';
import { clients, follower } from '../lib/clients.mjs';
import { ask, group, person, send } from '../lib/people.mjs';
import { place, sleep, until, within } from '../lib/place.mjs';

const timeout = 60_000;
const reason = (one) =>
  within(15_000, `${one.name} does not stop`, one.ended.then(() => assert.fail(`${one.name} ended well`), (error) => error));

test('a socket is opened again unless its code says that this is of no use', () => {
  const inWords = (code) => new Error(`Socket closed with event ${code} reason`);
  for (const code of [1002, 1007, 1008, 1009, 4400, 4401, 4406, 4409, 4429]) {
    assert.ok(isFinal({ code }) && isFinal(inWords(code)), `${code}`);
  }
  for (const code of [1000, 1001, 1006, 1012, 1013, 4403, 4408, 4499]) {
    assert.ok(!isFinal({ code }) && !isFinal(inWords(code)), `${code}`);
  }
});

for (const kind of clients) {
  test(`${kind.name} stops when its token is none, and when the session ends while it follows`, { timeout }, async (t) => {
    const { url } = await place(t);
    const [ann, bob] = [await person(url(), 'ann'), await person(url(), 'bob')];
    const chat = await group(url(), [ann, bob]);

    let asked = 0;
    const token = () => {
      asked += 1;
      return 'garbage';
    };
    const garbage = follower(kind, { url, token, conversationId: chat });
    const refused = await reason(garbage);
    assert.ok(isFinal(refused), `${refused}`);
    assert.equal(asked, 1, 'it asked once');

    const following = follower(kind, { url, token: bob.token, conversationId: chat });
    await send(url(), ann.token, chat, 'hello');
    await until('it is heard', () => following.last() === 1);
    await ask(url(), bob.token, 'mutation { logout { sessionId } }');
    const ended = await reason(following);
    assert.ok(isFinal(ended), `${ended}`);
  });
}

test('every client asks again after a refusal that does not last, with the number of before', { timeout }, async (t) => {
  const { url } = await place(t, { instances: 1, env: { PARLANCE_RATE_LIMITS: 'on', PARLANCE_RATE_USER: '5/50s' } });
  const ann = await person(url(), 'ann');
  const people = await Promise.all(clients.map((_, n) => person(url(), `bob${n}`)));
  const chat = await group(url(), [ann, ...people]);
  await send(url(), ann.token, chat, 'hello');
  await Promise.all(clients.map(async (kind, n) => {
    const spent = await Promise.allSettled(Array.from({ length: 6 }, () => ask(url(), people[n].token, '{ viewer { id } }')));
    assert.ok(spent.some(({ status }) => status === 'rejected'), 'nothing is left');
    const one = follower(kind, { url, token: people[n].token, conversationId: chat });
    // The next request is one too many for ten seconds.
    await sleep(1_000);
    assert.equal(one.last(), 0, 'it was refused');
    await until(`${kind.name} is back`, () => one.last() === 1);
    await one.stop();
  }));
});
