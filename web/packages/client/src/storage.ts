// Where the refresh token is kept, and what keeps two tabs from spending it at once.
import type { UserFieldsFragment } from './generated.js';
import { uuid } from './uuid.js';
import { pause } from './wait.js';

/** Who is signed in, as it is kept between visits. The access token is not: it lives in memory alone. */
export interface Kept {
  readonly refreshToken: string;
  readonly user: UserFieldsFragment;
}

export interface Storage {
  read(): Kept | null;
  write(kept: Kept | null): void;
  /** Calls back when another tab has written; answers how to stop that. */
  watch(changed: () => void): () => void;
}

/** One page or program alone. */
export function memoryStorage(): Storage {
  let kept: Kept | null = null;
  return {
    read: () => kept,
    write: (next) => {
      kept = next;
    },
    watch: () => () => {},
  };
}

/** For all tabs of a browser, under one key. */
export function browserStorage(key = 'parlance.session'): Storage {
  // Where a browser keeps nothing, or has no room for it, it is for this page alone.
  let here: Kept | null = null;
  let isHereAlone = false;
  /** What was kept before is spent: another tab that used it would end the session of all. */
  const forget = () => {
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing was kept.
    }
  };
  return {
    read() {
      if (isHereAlone) return here;
      try {
        const kept = JSON.parse(localStorage.getItem(key) ?? 'null');
        return typeof kept?.refreshToken === 'string' && typeof kept?.user?.id === 'string' ? kept : null;
      } catch {
        return here;
      }
    },
    write(kept) {
      here = kept;
      try {
        if (kept) localStorage.setItem(key, JSON.stringify(kept));
        else localStorage.removeItem(key);
        isHereAlone = false;
      } catch {
        isHereAlone = true;
        forget();
      }
    },
    watch(changed) {
      const heard = (event: StorageEvent) => {
        if (event.key !== key && event.key !== null) return;
        isHereAlone = false;
        changed();
      };
      globalThis.addEventListener?.('storage', heard);
      return () => globalThis.removeEventListener?.('storage', heard);
    },
  };
}

/** Runs a task while no other tab does. */
export type Lock = <T>(task: () => Promise<T>) => Promise<T>;

/**
 * A Web Lock, which a tab that is closed gives back. Browsers have none on pages that came without TLS from elsewhere
 * than this machine; there it is a lease in `localStorage`, and without that, as in a program, nothing.
 */
export function browserLock(name = 'parlance.refresh'): Lock {
  const locks = globalThis.navigator?.locks;
  return locks ? async (task) => await locks.request(name, task) : lease(name);
}

/** Whoever is gone without a word keeps the others waiting no longer than this; an exchange takes less. */
const LEASE_MS = 10_000;

/** After so long what one tab has written is there for the others. */
const SETTLE_MS = 40;

/**
 * Keeps tabs apart almost always. Two that get in at once all the same do no harm: the session looks at what is kept
 * before and after each exchange.
 */
function lease(name: string): Lock {
  const own = uuid();
  const holder = (): string | null => {
    const { tab, until } = JSON.parse(localStorage.getItem(name) ?? '{}');
    // A clock that was set back makes no lease longer.
    return until > Date.now() && until <= Date.now() + LEASE_MS ? tab : null;
  };
  const release = () => {
    if (holder() === own) localStorage.removeItem(name);
  };
  const acquire = async () => {
    for (;;) {
      if (holder() === null) {
        localStorage.setItem(name, JSON.stringify({ tab: own, until: Date.now() + LEASE_MS }));
        // Of two that have written at once the later one has it.
        await pause(SETTLE_MS);
        if (holder() === own) return;
      }
      await pause(SETTLE_MS * (1 + Math.random()));
    }
  };
  return async (task) => {
    try {
      await acquire();
    } catch {
      // Where a browser keeps nothing, there are no other tabs that share it.
      return task();
    }
    // Also when the page is left or loaded again, which would have to wait for itself otherwise.
    globalThis.addEventListener?.('pagehide', release);
    try {
      return await task();
    } finally {
      globalThis.removeEventListener?.('pagehide', release);
      release();
    }
  };
}
