// Where the refresh token is kept, and what keeps two tabs from spending it at once.
import type { UserFieldsFragment } from './generated.js';

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
  // Where a browser keeps nothing, it is for this page alone.
  let here: Kept | null = null;
  return {
    read() {
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
      } catch {
        // It is kept here.
      }
    },
    watch(changed) {
      const heard = (event: StorageEvent) => {
        if (event.key === key || event.key === null) changed();
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
 * than this machine; there the session copes with a token that another tab has just spent.
 */
export function browserLock(name = 'parlance.refresh'): Lock {
  const locks = globalThis.navigator?.locks;
  return locks ? async (task) => await locks.request(name, task) : (task) => task();
}
