// An open conversation: who is in it, what is said, and where one writes.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Avatar } from '../parts/avatar';
import { Composer } from '../parts/composer';
import { Icon } from '../parts/icons';
import { Timeline } from '../parts/timeline';
import { Trouble } from '../parts/trouble';
import type { Chats } from '../state/chats';
import type { Outbox } from '../state/outbox';
import type { Room } from '../state/room';
import { closeRoom, roomOf } from '../state/rooms';
import { faceOf, listOf, nameOf, titleOf } from '../words';
import { Details } from './details';

interface Props {
  id: string;
  list: Chats;
  out: Outbox;
  viewerId: string;
}

export function RoomScreen({ id, list, out, viewerId }: Props) {
  const room = useMemo(() => roomOf(id, viewerId, list, out), [id, viewerId, list, out]);
  useEffect(() => {
    room.open();
    return () => closeRoom(room);
  }, [room]);
  const [gone, trouble] = [room.gone.value, room.trouble.value];
  return (
    <main class="room" aria-labelledby="title">
      <Header room={room} list={list} />
      {gone ? (
        <div class="empty">
          <div>
            <h2>{gone}</h2>
            <p>
              {/* Whoever was taken out may have been taken in again. */}
              {list.get(id) ? (
                <button type="button" class="primary" onClick={() => room.open()}>
                  Open it again
                </button>
              ) : (
                <a class="button" href="#/">
                  To your conversations
                </a>
              )}
            </p>
          </div>
        </div>
      ) : (
        <>
          {trouble && <Trouble why={trouble} onRetry={() => room.open()} />}
          {room.isLoaded.value ? <Timeline room={room} /> : <div class="timeline" />}
          <Typing room={room} />
          <Composer room={room} />
        </>
      )}
    </main>
  );
}

function Header({ room, list }: { room: Room; list: Chats }) {
  const [isAsking, setAsking] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  // Where the composer does not take the focus, it would be lost with the list that was left.
  useEffect(() => {
    if (!matchMedia('(pointer: fine)').matches) heading.current?.focus();
  }, []);
  const conversation = list.get(room.id) ?? room.conversation.value;
  const title = conversation ? titleOf(conversation, room.viewerId) : '';
  const isGroup = conversation?.kind === 'GROUP';
  const count = room.members.all.value.size;
  const others = [...room.members.all.value.values()].filter(({ user }) => user.id !== room.viewerId);
  return (
    <header class="bar">
      <a class="quiet round back" href="#/" aria-label="Back to the list">
        <Icon name="back" />
      </a>
      {conversation && <Avatar id={faceOf(conversation, room.viewerId)} name={title} isGroup={isGroup} />}
      <div class="grow">
        <h2 id="title" tabIndex={-1} ref={heading}>
          {title}
        </h2>
        {isGroup && count > 0 && (
          <p class="hint">
            {count}
            {room.members.hasMore.value && '+'} {count === 1 ? 'member' : 'members'}
            {conversation?.title &&
              others.length > 0 &&
              `: you, ${listOf(
                others.map(({ user }) => nameOf(user)),
                3,
              )}`}
          </p>
        )}
      </div>
      {isGroup && !room.gone.value && (
        <button
          type="button"
          class="quiet round"
          aria-label="About this group"
          title="About this group"
          onClick={() => setAsking(true)}
        >
          <Icon name="info" />
        </button>
      )}
      {isAsking && !room.gone.value && <Details room={room} onClose={() => setAsking(false)} />}
    </header>
  );
}

function Typing({ room }: { room: Room }) {
  const names = [...room.typing.typists.value.values()].map(nameOf);
  return (
    <p class="typing" aria-live="off">
      {names.length > 0 && (
        <>
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {listOf(names, 2)} {names.length === 1 ? 'is' : 'are'} typing
        </>
      )}
    </p>
  );
}
