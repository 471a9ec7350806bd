// The message that another one answers.

import type { Message } from '../state/room';
import { nameOf } from '../words';

type Quoted = NonNullable<Message['replyTo']>;

interface Props {
  message: Quoted;
  viewerId: string;
  onShow?: () => void;
  tabIndex?: 0 | -1;
}

export function Quote({ message, viewerId, onShow, tabIndex = 0 }: Props) {
  const name = message.sender.id === viewerId ? 'You' : nameOf(message.sender);
  const content = (
    <>
      {onShow && <span class="unseen">In answer to </span>}
      <strong>{name}</strong>
      <span>{message.deletedAt ? 'This message was deleted.' : message.body}</span>
    </>
  );
  if (!onShow) return <span class="quote">{content}</span>;
  return (
    <button type="button" class="quote" tabIndex={tabIndex} onClick={onShow}>
      {content}
    </button>
  );
}
