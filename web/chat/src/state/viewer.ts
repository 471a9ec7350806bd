// Who is signed in, and where they are in the page.
import type { LoginInput, RegisterInput } from '@parlance/client';
import { effect, signal } from '@preact/signals';
import { parlance } from '../server';
import { outbox } from './outbox';

/** Null for nobody. */
export const viewer = signal(parlance.session.user);

const KNOWN = 'parlance.known';

/** Somebody has been signed in in this browser before; who it was is not kept. */
export const isKnown = signal(false);

try {
  isKnown.value = localStorage.getItem(KNOWN) !== null;
} catch {
  // A browser that keeps nothing is as good as new.
}

effect(() => {
  if (!viewer.value) return;
  isKnown.value = true;
  try {
    localStorage.setItem(KNOWN, 'yes');
  } catch {
    // It is known for as long as the page is.
  }
});

/** Why somebody finds themselves signed out without having asked for it. */
export const farewell = signal('');

let isLeaving = false;

parlance.session.onChange((user) => {
  const unsent = outbox.peek()?.unsent.peek() ?? 0;
  const lost = unsent > 0 ? ` ${unsent === 1 ? 'One message was' : `${unsent} messages were`} not sent.` : '';
  farewell.value = user || isLeaving ? '' : `Your session has ended.${lost} Please sign in again.`;
  announcements.value = [];
  viewer.value = user;
});

export const register = (input: RegisterInput) => parlance.session.register(input);
export const login = (input: LoginInput) => parlance.session.login(input);

export async function leave(): Promise<void> {
  isLeaving = true;
  try {
    await parlance.session.logout();
  } finally {
    isLeaving = false;
  }
}

export type Route =
  | { readonly screen: 'home' | 'login' | 'register' }
  | { readonly screen: 'room'; readonly id: string };

function read(): Route {
  const [, screen, id] = location.hash.split('/');
  if (screen === 'c' && id) return { screen: 'room', id: decoded(id) };
  return { screen: screen === 'register' || screen === 'login' ? screen : 'home' };
}

/** An address that somebody mistyped may hold anything; then there is no such conversation. */
function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** What the address says, after its `#`. */
export const route = signal<Route>(read());

addEventListener('hashchange', () => {
  route.value = read();
});

export const placeOf = (conversationId: string) => `#/c/${encodeURIComponent(conversationId)}`;

export function go(place: string): void {
  location.hash = place;
}

interface Announcement {
  readonly key: number;
  readonly words: string;
  /** The message that it is of, if it is of one. */
  readonly messageId: string | null;
}

/** What a screen reader is to say when it gets to it. Each is an entry of its own, so that the same is said again. */
export const announcements = signal<readonly Announcement[]>([]);

/** So long each stays to be noticed. */
const SAID_MS = 5_000;

let announced = 0;

export function announce(words: string, messageId: string | null = null): void {
  announced += 1;
  const key = announced;
  announcements.value = [...announcements.peek(), { key, words, messageId }];
  setTimeout(() => {
    announcements.value = announcements.peek().filter((one) => one.key !== key);
  }, SAID_MS);
}

/** The message has other words now, or none. */
export function hush(messageId: string): void {
  announcements.value = announcements.peek().filter((one) => one.messageId !== messageId);
}
