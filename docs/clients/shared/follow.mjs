// The loop that loses nothing: subscribe after the last thing you have, and when the stream
// breaks, for whatever reason, subscribe again after the last thing you have by then.
//
// The clients' own retries are switched off (`retryAttempts: 0`), because they subscribe again
// with the variables of the first time, and so with a cursor that is old by then, and graphql-ws
// gives up for good when a connection is refused. After a normal closure it subscribes again all
// the same; hence the look at the number of each item.

/**
 * Gives each item after number `last` to `onItem`, in order and once.
 *
 * `epoch` is the life of the data that this number is of: `server { epoch }`, asked for in the
 * same query as the number and kept beside it. Without it, a client that comes back after the
 * data was restored from a backup goes on as if its number meant what it did before.
 *
 * `open({ last, epoch }, sink)` opens one subscription with the client of your choice and answers
 * a function that ends it. `numberOf(data)` is the number of what came: `messageAdded.seq`, or
 * `eventNumber(conversationEvents)`. What has none, as `Typing`, is given to `onItem` all the
 * same, and does not move the cursor.
 *
 * `reload()` loads the conversation afresh after RESYNC_REQUIRED and answers a new
 * `{ last, epoch }`. Resolves to the last number when `signal` is aborted, or `onItem` answers
 * `false`; rejects with what no repetition mends, and without `reload` that is RESYNC_REQUIRED too.
 */
export async function follow({ open, last, epoch, numberOf, onItem, reload, signal }) {
  if (!epoch) throw new Error('a number without its epoch may be of other data');
  let failures = 0;
  let isStale = false;
  let isOver = false;
  let stop = () => {};
  signal.addEventListener('abort', () => stop());
  while (!signal.aborted && !isOver) {
    try {
      if (isStale) {
        ({ last, epoch } = await reload());
        isStale = false;
        if (signal.aborted) break;
      }
      await new Promise((resolve, reject) => {
        const close = open({ last, epoch }, {
          next({ data, errors }) {
            if (isOver) return;
            if (errors?.length) return reject(errors);
            failures = 0;
            const number = numberOf(data);
            if (number !== null && number <= last) return;
            isOver = onItem(data) === false;
            // Only what has been dealt with moves the cursor. Keep it with your data.
            last = number ?? last;
            if (isOver) stop();
          },
          error: reject,
          complete: resolve,
        });
        stop = () => resolve(close());
      });
    } catch (error) {
      // A request for events that is refused as a whole is an HTTP answer with the errors in it.
      const answer = await error?.response?.json?.().catch(() => null);
      const reason = answer?.errors ?? error?.errors ?? error;
      if (reload && codeOf(reason) === 'RESYNC_REQUIRED') isStale = true;
      else if (isFinal(reason)) throw reason;
    }
    // Soon at first, then more and more rarely, and not all clients at the same moment.
    failures += 1;
    if (!isOver) await pause(Math.random() * Math.min(100 * 2 ** failures, 5_000), signal);
  }
  return last;
}

/** The number of an item of `conversationEvents`; `CaughtUp` says how far was told, and is no event. */
export function eventNumber({ __typename, eventSeq }) {
  return __typename === 'CaughtUp' ? null : (eventSeq ?? null);
}

/**
 * Whether it is of no use to subscribe again: the person is not in the conversation any more
 * (MEMBERSHIP_ENDED, NOT_FOUND), the cursor is of other data (RESYNC_REQUIRED: load the
 * conversation anew), the session is over, or what this client sends is wrong, too much or too
 * long.
 */
export function isFinal(error) {
  if (Array.isArray(error)) {
    const mends = ({ extensions }) => extensions?.retryable || extensions?.code === 'TOKEN_EXPIRED';
    return !error.every(mends);
  }
  // How the socket was closed. Apollo Client has it in words only.
  const code = Number(error?.code ?? /^Socket closed with event (\d+)/.exec(error?.message)?.[1]);
  return [1002, 1007, 1008, 1009, 4400, 4401, 4406, 4409, 4429].includes(code);
}

const codeOf = (reason) => (Array.isArray(reason) ? reason[0]?.extensions?.code : undefined);

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
