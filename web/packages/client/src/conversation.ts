// One conversation, followed without a hole.
import { type Followed, type Following, follow, type Phase, type Surroundings } from './follow.js';
import {
  ConversationEventsDocument,
  type ConversationEventsSubscription,
  type ConversationEventsSubscriptionVariables,
} from './generated.js';

export type ConversationEvent = ConversationEventsSubscription['conversationEvents'];

/** Where a log was read up to, and the life of the data that the number is of. */
export interface Cursor {
  readonly eventSeq: number;
  readonly epoch: string;
}

export interface ConversationFollower {
  readonly conversationId: string;
  /**
   * Loads the conversation and answers `eventSeq` and `server { epoch }` of the same query. Called at the beginning,
   * and again when the cursor fits no longer; what was loaded before is to be replaced then.
   */
  load(signal: AbortSignal): Promise<Cursor>;
  /** Each numbered event once and in order, and what has no number in between. */
  onEvent(event: ConversationEvent): void;
  onPhase?(phase: Phase): void;
}

export function followConversation(around: Surroundings, follower: ConversationFollower): Following {
  const { conversationId } = follower;
  let cursor: Cursor = { eventSeq: 0, epoch: '' };
  const followed: Followed<ConversationEventsSubscription, ConversationEventsSubscriptionVariables> = {
    document: ConversationEventsDocument,
    async load(signal) {
      cursor = await follower.load(signal);
    },
    variables: () => ({ conversationId, afterEventSeq: cursor.eventSeq, epoch: cursor.epoch }),
    take({ conversationEvents: event }) {
      if ('eventSeq' in event) {
        if (event.eventSeq <= cursor.eventSeq) return undefined;
        follower.onEvent(event);
        // Only what has been dealt with moves the cursor.
        cursor = { ...cursor, eventSeq: event.eventSeq };
        return event.__typename === 'ConversationDeleted' ? 'over' : undefined;
      }
      follower.onEvent(event);
      return event.__typename === 'CaughtUp' ? 'caught up' : undefined;
    },
    onPhase: (phase) => follower.onPhase?.(phase),
  };
  return follow(around, followed);
}
