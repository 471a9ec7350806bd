// What happened between two messages while one was looking, in words.
import type { ConversationEvent, UserFieldsFragment } from '@parlance/client';
import { nameOf } from '../words';

export interface Notice {
  readonly key: number;
  /** It stands after the message of this number. */
  readonly after: number;
  readonly text: string;
}

/** The events that one is told of. */
export type Told = Extract<
  ConversationEvent,
  { __typename: 'MemberJoined' | 'MemberRoleChanged' | 'MemberLeft' | 'ConversationUpdated' }
>;

export function noticeOf(event: Told, viewerId: string): string {
  const actor = call(event.actor, viewerId);
  switch (event.__typename) {
    case 'MemberJoined': {
      const { user } = event.member;
      const who = call(user, viewerId);
      return user.id === event.actor.id ? `${who} joined` : `${actor} added ${lower(who)}`;
    }
    case 'MemberRoleChanged': {
      const role = { OWNER: 'an owner', ADMIN: 'an admin', MEMBER: 'a member' }[event.member.role];
      const who = call(event.member.user, viewerId);
      return `${who} ${who === 'You' ? 'are' : 'is'} now ${role}`;
    }
    case 'MemberLeft': {
      const who = call(event.user, viewerId);
      return event.user.id === event.actor.id ? `${who} left` : `${actor} removed ${lower(who)}`;
    }
    case 'ConversationUpdated': {
      const { title } = event.conversation;
      return title ? `${actor} named the group “${title}”` : `${actor} took the group’s name away`;
    }
  }
}

export function call(user: UserFieldsFragment, viewerId: string): string {
  return user.id === viewerId ? 'You' : nameOf(user);
}

const lower = (who: string) => (who === 'You' ? 'you' : who);
