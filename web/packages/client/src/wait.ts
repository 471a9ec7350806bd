// Waiting, and trying again.
import { ParlanceError } from './errors.js';

/** Waits so long, or until it is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    if (signal?.aborted) done();
    else signal?.addEventListener('abort', done);
  });
}

/** Soon at first, then more and more rarely, and not all clients at the same moment. */
export function backoff(failures: number): number {
  return (0.5 + Math.random() / 2) * Math.min(100 * 2 ** failures, 5_000);
}

/** Tries until it succeeds, or fails for a reason that no repetition mends, or is aborted. */
export async function persist<T>(
  attempt: () => Promise<T>,
  { signal, nudged }: { signal?: AbortSignal | undefined; nudged?: (wake: () => void) => () => void } = {},
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = ParlanceError.from(thrown);
      if (!error.retryable || signal?.aborted) throw error;
      await pauseUnlessNudged(error.retryAfterMs ?? backoff(failures), signal, nudged);
      if (signal?.aborted) throw error;
    }
  }
}

/** The same as `pause`, but over early if something says that it is worth trying now. */
export async function pauseUnlessNudged(
  milliseconds: number,
  signal?: AbortSignal,
  nudged?: (wake: () => void) => () => void,
): Promise<void> {
  const early = new AbortController();
  const forget = nudged?.(() => early.abort());
  const either = signal ? AbortSignal.any([signal, early.signal]) : early.signal;
  await pause(milliseconds, either);
  forget?.();
}
