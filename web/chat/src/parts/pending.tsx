// A message that is on its way, or could not be sent.
import type { Pending } from '../state/outbox';
import type { Room } from '../state/room';
import { timeOf } from '../words';
import { sentence } from './field';
import { Quote } from './quote';

export function PendingItem({ room, pending }: { room: Room; pending: Pending }) {
  const { body, replyTo, failure, message, at } = pending;
  return (
    <li class={`message own first pending ${failure ? 'failed' : ''}`}>
      <div class="bubble">
        <span class="unseen">You: </span>
        {replyTo && <Quote message={replyTo} viewerId={room.viewerId} />}
        <p class="body">{body}</p>
        <span class="meta">{failure ? 'not sent' : message ? timeOf(at) : 'sending…'}</span>
      </div>
      {failure && (
        <p class="failure" role="alert">
          {sentence(failure)}
          <button type="button" class="link" onClick={() => room.outbox.again(pending)}>
            Try again
          </button>
          <button type="button" class="link" onClick={() => room.outbox.discard(pending)}>
            Discard
          </button>
        </p>
      )}
    </li>
  );
}
