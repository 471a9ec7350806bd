// The loop that loses nothing: subscribe after the last message you have, and when the stream
// breaks, for whatever reason, subscribe again after the last message you have by then.
//
// The clients' own retries are switched off (`retryAttempts: 0`), because they subscribe again
// with the variables of the first time, and so with a cursor that is old by then, and graphql-ws
// gives up for good when a connection is refused. After a normal closure it subscribes again all
// the same; hence the look at the number of each message.

/**
 * Gives each message after number `afterSeq` to `onMessage`, in order and once.
 *
 * `epoch` is the life of the data that this number is of: `server { epoch }`, asked for in the
 * same query as the number and kept beside it. Without it, a client that comes back after the
 * data was restored from a backup goes on as if its number meant what it did before.
 *
 * `open({ afterSeq, epoch }, sink)` opens one subscription with the client of your choice and
 * answers a function that ends it; see the files beside this one. Resolves to the last number
 * when `signal` is aborted; rejects with what no repetition mends. If that is RESYNC_REQUIRED,
 * load the conversation and the epoch again, and follow from there.
 */
export async function follow({ open, afterSeq, epoch, onMessage, signal }) {
  if (!epoch) throw new Error('a number without its epoch may be of other data');
  let last = afterSeq;
  let failures = 0;
  let stop = () => {};
  signal.addEventListener('abort', () => stop());
  while (!signal.aborted) {
    try {
      await new Promise((resolve, reject) => {
        const close = open({ afterSeq: last, epoch }, {
          next({ data, errors }) {
            if (errors?.length) return reject(errors);
            failures = 0;
            const message = data.messageAdded;
            if (message.seq <= last) return;
            onMessage(message);
            // Only what has been dealt with moves the cursor. Keep it with your data.
            last = message.seq;
          },
          error: reject,
          complete: resolve,
        });
        stop = () => resolve(close());
      });
    } catch (error) {
      // A request for events that is refused as a whole is an HTTP answer with the errors in it.
      const answer = await error?.response?.json().catch(() => null);
      const reason = answer?.errors ?? error;
      if (isFinal(reason)) throw reason;
    }
    // Soon at first, then more and more rarely, and not all clients at the same moment.
    failures += 1;
    await pause(Math.random() * Math.min(100 * 2 ** failures, 5_000), signal);
  }
  return last;
}

/**
 * Whether it is of no use to subscribe again: the person is not in the conversation any more
 * (MEMBERSHIP_ENDED, NOT_FOUND), the cursor is of other data (RESYNC_REQUIRED: load the
 * conversation anew), the session is over, or the request is wrong.
 */
export function isFinal(error) {
  if (Array.isArray(error)) {
    const mends = ({ extensions }) => extensions?.retryable || extensions?.code === 'TOKEN_EXPIRED';
    return !error.every(mends);
  }
  // How the socket was closed. Apollo Client has it in words only.
  const code = Number(error?.code ?? /^Socket closed with event (\d+)/.exec(error?.message)?.[1]);
  return [4400, 4401, 4406, 4409, 4429].includes(code);
}

/**
 * `fetch` for clients that end a request when it is refused, after which the answer could not be
 * read any more: of a refusal the whole is read first.
 */
export async function fetchWhole(address, init) {
  const response = await fetch(address, init);
  return response.ok ? response : new Response(await response.text(), response);
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
