// How people, conversations and moments are called.
import type { ConversationFieldsFragment, UserFieldsFragment } from '@parlance/client';

const NAMELESS = 'Deleted account';

export function nameOf(user: UserFieldsFragment): string {
  // The server gives who has deleted their account a name that nobody can have: there is a space in it.
  const isNameless = user.username.includes(' ');
  return isNameless ? NAMELESS : `${user.firstName} ${user.lastName}`.trim() || user.username;
}

/** One or two letters for who has no picture. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return (
    letters
      .map((word) => [...(word ?? '')][0] ?? '')
      .join('')
      .toUpperCase() || '?'
  );
}

/** One of a few colours, the same for the same id everywhere. */
export function hueOf(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) >>> 0;
  return sum % 8;
}

/** “Ann, Bob and 3 others” */
export function listOf(names: readonly string[], most = 3): string {
  const shown = names.length > most + 1 ? names.slice(0, most) : names;
  const rest = names.length - shown.length;
  const last = rest > 0 ? `${rest} others` : shown.at(-1);
  const first = rest > 0 ? shown : shown.slice(0, -1);
  return first.length > 0 ? `${first.join(', ')} and ${last}` : (last ?? '');
}

export function titleOf(conversation: ConversationFieldsFragment, viewerId: string): string {
  if (conversation.title) return conversation.title;
  const others = conversation.participants.filter(({ id }) => id !== viewerId).map(nameOf);
  return listOf(others, 2) || (conversation.kind === 'GROUP' ? 'Only you' : NAMELESS);
}

/** By whom a conversation is coloured: the other person, or itself. */
export function faceOf(conversation: ConversationFieldsFragment, viewerId: string): string {
  const other = conversation.participants.find(({ id }) => id !== viewerId);
  return conversation.kind === 'DIRECT' && other ? other.id : conversation.id;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const shortDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const longDate = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

const dayOf = (date: Date) => new Date(date).setHours(0, 0, 0, 0);
const daysAgo = (date: Date) => Math.round((dayOf(new Date()) - dayOf(date)) / 86_400_000);

export const timeOf = (moment: string) => clock.format(new Date(moment));
export const wholeTimeOf = (moment: string) => whole.format(new Date(moment));
export const isSameDay = (one: string, other: string) => dayOf(new Date(one)) === dayOf(new Date(other));

/** For a list: a time today, else a day. */
export function shortTimeOf(moment: string): string {
  const date = new Date(moment);
  const days = daysAgo(date);
  if (days <= 0) return clock.format(date);
  if (days === 1) return 'Yesterday';
  return (days < 7 ? weekday : shortDate).format(date);
}

/** For the line between two days. */
export function dateOf(moment: string): string {
  const date = new Date(moment);
  const days = daysAgo(date);
  return days === 0 ? 'Today' : days === 1 ? 'Yesterday' : longDate.format(date);
}
