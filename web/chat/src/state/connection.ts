// What the streams say of the connection, as one.
import type { Phase } from '@parlance/client';
import { computed, effect, signal } from '@preact/signals';

/** Failed is what cannot go on, and says so in its own place; null where nothing is followed. */
type State = Phase | 'failed' | null;

export const inboxPhase = signal<State>(null);
export const roomPhase = signal<State>(null);

const phase = computed<Phase | null>(() => {
  const all = [inboxPhase.value, roomPhase.value];
  const worst = (['connecting', 'catching up', 'live'] as const).find((one) => all.includes(one));
  return worst ?? null;
});

export type Banner = 'connecting' | 'reconnecting' | 'catching up' | 'caught up' | null;

/** What is shown of it: nothing of an interruption that is too short to be noticed. */
export const banner = signal<Banner>(null);

const PATIENCE_MS = 700;
const FAREWELL_MS = 4_000;

let wasLive = false;
let timer: ReturnType<typeof setTimeout> | undefined;

effect(() => {
  const now = phase.value;
  clearTimeout(timer);
  if (now === null) {
    banner.value = null;
    return;
  }
  if (now === 'live') {
    const wasShown = banner.peek() !== null;
    // Not while a part of the page is not up to date.
    const isWhole = inboxPhase.peek() === 'live' && roomPhase.peek() !== 'failed';
    banner.value = wasShown && wasLive && isWhole ? 'caught up' : null;
    wasLive = true;
    if (wasShown) {
      timer = setTimeout(() => {
        banner.value = null;
      }, FAREWELL_MS);
    }
    return;
  }
  const next: Banner = now === 'catching up' ? now : wasLive ? 'reconnecting' : 'connecting';
  const isShown = banner.peek() !== null && banner.peek() !== 'caught up';
  if (isShown) banner.value = next;
  else {
    timer = setTimeout(() => {
      banner.value = next;
    }, PATIENCE_MS);
  }
});

/** For who signs in anew. */
export function forgetConnection(): void {
  wasLive = false;
  inboxPhase.value = null;
  roomPhase.value = null;
  banner.value = null;
}
