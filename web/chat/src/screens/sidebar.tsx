// The list of conversations, the one that was active last on top.
import type { ConversationFieldsFragment, UserFieldsFragment } from '@parlance/client';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Avatar } from '../parts/avatar';
import { Ask } from '../parts/dialog';
import { Icon } from '../parts/icons';
import { Trouble } from '../parts/trouble';
import type { Chats } from '../state/chats';
import type { Outbox } from '../state/outbox';
import { isReading } from '../state/reading';
import { leave, placeOf } from '../state/viewer';
import { faceOf, nameOf, shortTimeOf, titleOf, wholeTimeOf } from '../words';
import { NewChat } from './new-chat';

/** So near the end of the list more is put there. */
const NEAR = 400;

interface Props {
  list: Chats;
  out: Outbox;
  user: UserFieldsFragment;
  openId: string | null;
}

export function Sidebar({ list, out, user, openId }: Props) {
  const [isFinding, setFinding] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const nav = useRef<HTMLElement>(null);
  const last = useRef(openId);
  // Whoever comes back to the list finds themselves where they left it.
  useEffect(() => {
    if (!openId && last.current) {
      nav.current?.querySelector<HTMLElement>(`a[href="${placeOf(last.current)}"]`)?.focus();
    }
    last.current = openId;
  }, [openId]);
  const rows = useRef<HTMLUListElement>(null);
  const look = () => {
    const place = rows.current;
    // On a telephone it is not shown beside a conversation.
    if (!place?.clientHeight || list.isCutOff.peek()) return;
    if (place.scrollTop + place.clientHeight > place.scrollHeight - NEAR) void list.loadMore();
  };
  // What there is may not fill the list, and then nobody can scroll on.
  const isWaiting = list.isLoadingMore.value;
  useLayoutEffect(() => {
    if (!isWaiting) look();
  });
  useEffect(() => {
    const observer = new ResizeObserver(look);
    if (rows.current) observer.observe(rows.current);
    return () => observer.disconnect();
  }, [list]);
  const all = list.inOrder.value;
  const name = nameOf(user);
  const [unsent, trouble] = [out.unsent.value, list.trouble.value];
  return (
    <nav class="sidebar" ref={nav} aria-label="Conversations">
      <header class="bar">
        <Avatar id={user.id} name={name} />
        <h1 class="grow" title={`Signed in as ${user.username}`}>
          {name}
        </h1>
        <button
          type="button"
          class="quiet round"
          aria-label="Sign out"
          title="Sign out"
          onClick={() => (unsent > 0 ? setLeaving(true) : leave())}
        >
          <Icon name="leave" />
        </button>
        <button
          type="button"
          class="primary round"
          aria-label="New conversation"
          title="New conversation"
          onClick={() => setFinding(true)}
        >
          <Icon name="compose" />
        </button>
      </header>
      {trouble && <Trouble why={trouble} onRetry={() => list.start()} />}
      {list.isLoaded.value && all.length === 0 && (
        <div class="nothing">
          <p class="hint">No conversations yet.</p>
          <button type="button" class="primary" onClick={() => setFinding(true)}>
            Find people
          </button>
        </div>
      )}
      <ul class="rows" ref={rows} onKeyDown={walk} onScroll={look}>
        {all.map((one) => (
          <Row key={one.id} conversation={one} viewerId={user.id} isOpen={one.id === openId} />
        ))}
        {list.isCutOff.value && (
          <li class="beginning">
            <p role="alert">
              More could not be loaded.{' '}
              <button type="button" class="link" onClick={() => void list.loadMore()}>
                Try again
              </button>
            </p>
          </li>
        )}
      </ul>
      {isLeaving && (
        <Ask
          title="Sign out?"
          words={`${unsent === 1 ? 'One message is' : `${unsent} messages are`} not sent yet, and would be lost.`}
          act="Sign out"
          onAct={leave}
          onClose={() => setLeaving(false)}
        />
      )}
      {isFinding && <NewChat list={list} viewerId={user.id} onClose={() => setFinding(false)} />}
    </nav>
  );
}

/** Up and down lead from one to the next. */
function walk(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a')];
  const next = links[links.indexOf(document.activeElement as HTMLElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

interface RowProps {
  conversation: ConversationFieldsFragment;
  viewerId: string;
  isOpen: boolean;
}

function Row({ conversation, viewerId, isOpen }: RowProps) {
  const { id, kind, lastMessage, lastActivityAt } = conversation;
  const title = titleOf(conversation, viewerId);
  // What is being looked at is as good as read.
  const unread = isOpen && isReading.value ? 0 : conversation.unreadCount;
  const count = unread >= 1_000 ? '999+' : String(unread);
  const isGroup = kind === 'GROUP';
  const sender =
    lastMessage?.sender.id === viewerId
      ? 'You: '
      : isGroup && lastMessage
        ? `${nameOf(lastMessage.sender)}: `
        : '';
  return (
    <li>
      <a class="row" href={placeOf(id)} aria-current={isOpen ? 'page' : undefined} data-unread={unread > 0}>
        <Avatar id={faceOf(conversation, viewerId)} name={title} isGroup={isGroup} />
        <span class="what">
          <span class="title">{title}</span>
          <span class="preview">
            {lastMessage ? (
              <>
                {sender}
                {lastMessage.body}
              </>
            ) : (
              'No messages yet'
            )}
          </span>
        </span>
        <span class="when">
          <time dateTime={lastActivityAt} title={wholeTimeOf(lastActivityAt)}>
            {shortTimeOf(lastActivityAt)}
          </time>
          {unread > 0 && (
            <span class="badge">
              {count}
              <span class="unseen"> unread</span>
            </span>
          )}
        </span>
      </a>
    </li>
  );
}
