// What applications use. `connect` is where to begin.
export {
  type ConnectOptions,
  connect,
  type Parlance,
  type RequestOptions,
  type SendOptions,
} from './client.js';
export type { ConversationEvent, ConversationFollower, Cursor } from './conversation.js';
export { ParlanceError } from './errors.js';
export type { Following, Phase } from './follow.js';
export * from './generated.js';
export type { InboxEvent, InboxFollower, Loaded } from './inbox.js';
export { Session } from './session.js';
export { browserLock, browserStorage, type Kept, type Lock, memoryStorage, type Storage } from './storage.js';
export { uuid } from './uuid.js';
