// A peer that is gone without a word closes nothing: a network that was switched, a machine that sleeps, a server that
// hangs. These notice it, so that what was followed can be followed anew.

/** So long may an answer take. */
const ANSWER_MS = 15_000;

/** So long may a stream of events say nothing: the server gives it a sign of life every 5 s. */
const SILENCE_MS = 30_000;

/**
 * Ends the socket of a client of graphql-ws, made with `keepAlive`, when nothing comes after its ping for `deadline` ms, or
 * after the socket was opened.
 */
export function endWhenSilent(client, deadline = 10_000) {
  let timer;
  let isPongOwed = false;
  const hush = () => clearTimeout(timer);
  const expect = () => {
    hush();
    // Not `close`, which waits for the other side. Subscriptions are told 4499.
    timer = setTimeout(() => client.terminate(), deadline);
  };
  client.on('opened', expect);
  client.on('ping', (isReceived) => {
    if (isReceived) return;
    isPongOwed = true;
    expect();
  });
  client.on('message', ({ type }) => {
    if (type === 'pong') isPongOwed = false;
    // The next ping is sent only after the pong of this one.
    if (isPongOwed) expect();
    else hush();
  });
  client.on('closed', () => {
    isPongOwed = false;
    hush();
  });
  return client;
}

/** The class of the package `ws`, which by itself waits for a handshake for ever. Browsers do not. */
export const impatient = (WebSocket) =>
  class extends WebSocket {
    constructor(address, protocols) {
      super(address, protocols, { handshakeTimeout: ANSWER_MS });
    }
  };

/** `fetch` for queries and mutations, for clients that do not give up by themselves. */
export function fetchInTime(address, init) {
  return fetch(address, { ...init, signal: either(AbortSignal.timeout(ANSWER_MS), init?.signal) });
}

/**
 * `fetch` for server-sent events. The body fails when nothing comes for `silence` ms. Of a refusal the whole is read first,
 * for clients that end a request when it is refused, after which the answer could not be read any more.
 */
export async function fetchEvents(address, init, silence = SILENCE_MS) {
  const control = new AbortController();
  let timer;
  const expect = () => {
    clearTimeout(timer);
    timer = setTimeout(() => control.abort(new Error(`nothing came for ${silence / 1_000} s`)), silence);
    // Node would wait for it when everything else is done.
    timer.unref?.();
  };
  expect();
  const response = await fetch(address, { ...init, signal: either(control.signal, init?.signal) });
  if (!response.ok) return new Response(await response.text(), response);
  const heard = new TransformStream({
    transform(part, to) {
      expect();
      to.enqueue(part);
    },
  });
  return new Response(response.body.pipeThrough(heard), response);
}

const either = (one, other) => (other ? AbortSignal.any([one, other]) : one);
