// What the streams say of the connection, as one.
import type { Phase } from '@parlance/client';
import { computed, effect, signal } from '@preact/signals';

export const inboxPhase = signal<Phase>('connecting');
/** Null where no conversation is open. */
export const roomPhase = signal<Phase | null>(null);

const phase = computed<Phase>(() => {
  const all = [inboxPhase.value, roomPhase.value];
  return all.includes('connecting') ? 'connecting' : all.includes('catching up') ? 'catching up' : 'live';
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
  if (now === 'live') {
    const wasShown = banner.peek() !== null;
    banner.value = wasShown && wasLive ? 'caught up' : null;
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
  banner.value = null;
}
