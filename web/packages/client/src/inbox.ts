// All of the viewer's conversations on one stream.
import { type Followed, type Following, follow, type Phase, type Surroundings } from './follow.js';
import {
  InboxEventsDocument,
  type InboxEventsSubscription,
  type InboxEventsSubscriptionVariables,
} from './generated.js';

export type InboxEvent = InboxEventsSubscription['inboxEvents'];

/** What was loaded of the list of conversations. */
export interface Loaded {
  readonly epoch: string;
  /** The conversations that were loaded, as far as they have come. */
  readonly heads: Iterable<{ readonly id: string; readonly eventSeq: number }>;
  /**
   * The latest `lastActivityAt` of the list, which has been loaded in order of activity: what was not loaded is told of
   * if it moves after that. Null if everything was loaded.
   */
  readonly activeSince: string | null;
}

export interface InboxFollower {
  /** Loads the list. Called at the beginning, and again when it has moved too far to be told. */
  load(signal: AbortSignal): Promise<Loaded>;
  onEvent(event: InboxEvent): void;
  onPhase?(phase: Phase): void;
}

/** The server takes so many heads. Of the others it tells again what moved, which does no harm. */
const KNOWN_MAX = 500;

export function followInbox(around: Surroundings, follower: InboxFollower): Following {
  let epoch = '';
  let activeSince: string | null = null;
  /** What was told last is at the end. */
  const heads = new Map<string, number>();
  const note = (id: string, eventSeq: number) => {
    heads.delete(id);
    heads.set(id, eventSeq);
  };
  const followed: Followed<InboxEventsSubscription, InboxEventsSubscriptionVariables> = {
    document: InboxEventsDocument,
    async load(signal) {
      const loaded = await follower.load(signal);
      ({ epoch, activeSince } = loaded);
      heads.clear();
      for (const { id, eventSeq } of loaded.heads) note(id, eventSeq);
    },
    variables() {
      const known = [...heads].slice(-KNOWN_MAX);
      return {
        known: known.map(([conversationId, eventSeq]) => ({ conversationId, eventSeq })),
        activeSince,
        epoch,
      };
    },
    take({ inboxEvents: event }) {
      follower.onEvent(event);
      switch (event.__typename) {
        case 'ConversationAdvanced':
          note(event.conversationId, event.eventSeq);
          return undefined;
        case 'ConversationAdded':
          note(event.conversation.id, event.conversation.eventSeq);
          return undefined;
        case 'ConversationRemoved':
          heads.delete(event.conversationId);
          return undefined;
        case 'CaughtUp':
          return 'caught up';
        default:
          return undefined;
      }
    },
    onPhase: (phase) => follower.onPhase?.(phase),
  };
  return follow(around, followed);
}
