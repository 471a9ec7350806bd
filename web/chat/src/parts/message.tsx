// One message, with what can be done about it.
import { DeleteMessageDocument } from '@parlance/client';
import { useMutation } from '@urql/preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { operation } from '../server';
import type { Message, Room } from '../state/room';
import { nameOf, timeOf, wholeTimeOf } from '../words';
import { useAsking } from './asking';
import { Avatar } from './avatar';
import { Ask } from './dialog';
import { Icon } from './icons';
import { Quote } from './quote';
import { Text } from './text';

const DELETE = operation(DeleteMessageDocument);

interface Props {
  room: Room;
  message: Message;
  /** The first of a block of one person. */
  isFirst: boolean;
  /** The one that the tabulator key stops at. */
  isStop: boolean;
  isLit: boolean;
  onFocus: (seq: number) => void;
  onShow: (seq: number) => void;
}

export function MessageItem({ room, message, isFirst, isStop, isLit, onFocus, onShow }: Props) {
  const { seq, sender, body, sentAt, editedAt, deletedAt, replyTo } = message;
  const isOwn = sender.id === room.viewerId;
  const name = isOwn ? 'You' : nameOf(sender);
  const isGroup = room.conversation.value?.kind === 'GROUP';
  const isDeleted = deletedAt !== null;
  const item = useRef<HTMLLIElement>(null);
  // With the words go the buttons, and the dialog that one of them has opened; the focus stays with the message.
  const hadFocus = item.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (isDeleted && hadFocus) item.current?.focus({ preventScroll: true });
  }, [isDeleted]);
  const classes = [
    'message',
    isOwn ? 'own' : 'other',
    isFirst && 'first',
    isLit && 'lit',
    deletedAt && 'deleted',
  ];
  return (
    <li
      ref={item}
      class={classes.filter(Boolean).join(' ')}
      data-seq={seq}
      tabIndex={isStop ? 0 : -1}
      onFocusCapture={() => onFocus(seq)}
    >
      {!isOwn && isGroup && <span class="face">{isFirst && <Avatar id={sender.id} name={name} />}</span>}
      <div class="bubble">
        <span class={isFirst && !isOwn && isGroup ? 'from' : 'unseen'}>
          {name}
          <span class="unseen">: </span>
        </span>
        {replyTo && !deletedAt && (
          <Quote
            message={replyTo}
            viewerId={room.viewerId}
            tabIndex={isStop ? 0 : -1}
            onShow={() => onShow(replyTo.seq)}
          />
        )}
        <p class="body">{deletedAt ? 'This message was deleted.' : <Text words={body} />}</p>
        <span class="meta">
          {editedAt && !deletedAt && <span title={`Edited ${wholeTimeOf(editedAt)}`}>edited</span>}
          <time dateTime={sentAt} title={wholeTimeOf(sentAt)}>
            {timeOf(sentAt)}
          </time>
        </span>
      </div>
      {!deletedAt && <Actions room={room} message={message} isOwn={isOwn} isStop={isStop} />}
    </li>
  );
}

interface ActionsProps {
  room: Room;
  message: Message;
  isOwn: boolean;
  isStop: boolean;
}

function Actions({ room, message, isOwn, isStop }: ActionsProps) {
  const [isAsking, setAsking] = useState(false);
  const role = room.me.value?.role;
  const mayDelete = isOwn || role === 'OWNER' || role === 'ADMIN';
  const tabIndex = isStop ? 0 : -1;
  return (
    <>
      <div class="actions">
        <button
          type="button"
          class="quiet round"
          aria-label="Reply"
          title="Reply"
          tabIndex={tabIndex}
          onClick={() => {
            room.editing.value = null;
            room.replying.value = message;
          }}
        >
          <Icon name="reply" />
        </button>
        {isOwn && (
          <button
            type="button"
            class="quiet round"
            aria-label="Edit"
            title="Edit"
            tabIndex={tabIndex}
            onClick={() => {
              room.replying.value = null;
              room.editing.value = message;
            }}
          >
            <Icon name="edit" />
          </button>
        )}
        {mayDelete && (
          <button
            type="button"
            class="quiet round"
            aria-label="Delete"
            title="Delete"
            tabIndex={tabIndex}
            onClick={() => setAsking(true)}
          >
            <Icon name="trash" />
          </button>
        )}
      </div>
      {/* Beside them, since they fade away when nobody points at the message. */}
      {isAsking && <Delete room={room} message={message} onClose={() => setAsking(false)} />}
    </>
  );
}

interface DeleteProps {
  room: Room;
  message: Message;
  onClose: () => void;
}

function Delete({ room, message: { id }, onClose }: DeleteProps) {
  const { ask, wrong } = useAsking();
  const [, remove] = useMutation(DELETE);
  return (
    <Ask
      title="Delete this message?"
      words="It goes for everybody, and cannot be brought back."
      act="Delete"
      error={wrong}
      onAct={async () => {
        const removed = await ask(() => remove({ input: { id } }));
        if (!removed) return;
        room.put(removed.deleteMessage.message);
        onClose();
      }}
      onClose={onClose}
    />
  );
}
