// Who is signed in, and where they are in the page.
import { signal } from '@preact/signals';
import { parlance } from '../server';

/** Null for nobody. */
export const viewer = signal(parlance.session.user);

/** Why somebody finds themselves signed out without having asked for it. */
export const farewell = signal('');

let isLeaving = false;

parlance.session.onChange((user) => {
  farewell.value = user || isLeaving ? '' : 'Your session has ended. Please sign in again.';
  viewer.value = user;
});

export async function leave(): Promise<void> {
  isLeaving = true;
  await parlance.session.logout();
  isLeaving = false;
}

export type Route =
  | { readonly screen: 'home' | 'login' | 'register' }
  | { readonly screen: 'room'; readonly id: string };

function read(): Route {
  const [, screen, id] = location.hash.split('/');
  if (screen === 'c' && id) return { screen: 'room', id: decodeURIComponent(id) };
  return { screen: screen === 'register' || screen === 'login' ? screen : 'home' };
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

/** What a screen reader is to say when it gets to it. */
export const announcement = signal('');

export function announce(words: string): void {
  announcement.value = words;
}
