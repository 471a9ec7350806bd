// What was said, with history as one scrolls. Whatever comes or goes above, what one looks at stays where it is.
import type { MemberFieldsFragment } from '@parlance/client';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isAtEnd, isLooking } from '../state/reading';
import type { Message, Room } from '../state/room';
import { announce } from '../state/viewer';
import { dateOf, isSameDay, listOf, nameOf } from '../words';
import { Icon } from './icons';
import { MessageItem } from './message';
import { PendingItem } from './pending';
import { around, atEnd, bounded, earlier, later, type Stretch, trimmed, within } from './window';

/** So near an end of the page more is put there. */
const NEAR = 700;
/** So near the newest message one is taken to look at it. */
const AT_END = 40;
/** Messages of one person so close to each other are shown as one block. */
const BLOCK_MS = 5 * 60_000;

export function Timeline({ room }: { room: Room }) {
  const scroller = useRef<HTMLDivElement>(null);
  const all = room.messages.value;
  const [first, last] = [all[0]?.seq ?? 1, all.at(-1)?.seq ?? 0];
  const unread = room.firstUnread.value;
  const isUnread = unread !== null && unread > room.readSeq.value;
  const [wanted, setWanted] = useState<Stretch>(() => atEnd(last));
  /** One is at the end, and stays there; but what is unread is not passed over. */
  const sticks = useRef(true);
  /** Where the page was put, or scrolled to, as far as that is known here. */
  const placed = useRef(0);
  /** The first unread message that has been in sight: from there on reading is scrolling. */
  const begun = useRef<number | null>(null);
  const [isBelow, setBelow] = useState(false);
  /** What is unread begins further back than what one looks at. */
  const [isBehind, setBehind] = useState(false);
  /** The message that arrow keys have come to. */
  const [active, setActive] = useState<number | null>(null);
  const [lit, setLit] = useState<number | null>(null);

  const cut = within(wanted, first, last);
  const stretch = sticks.current ? newest(cut) : bounded(cut);
  // Whoever has begun to scroll is not put back, though the browser has not told of it yet.
  const letsGo = sticks.current && isScrolledUp(scroller.current, placed.current);
  if (letsGo) sticks.current = false;
  const pin = useRef<Pin | null>(null);
  // Before anything is changed in the page: where is what one looks at?
  pin.current = sticks.current ? null : pinOf(scroller.current);

  useLayoutEffect(() => {
    const place = scroller.current;
    if (!place) return;
    if (sticks.current) stick(place);
    else if (pin.current) hold(place, pin.current);
    look();
  });

  /** The newest messages, or what is unread where that begins before them. */
  function newest(cut: Stretch): Stretch {
    const end = trimmed(cut);
    const isFurtherBack = isUnread && unread >= first && unread < end.from;
    return isFurtherBack ? within(around(unread, last), first, last) : end;
  }

  /** To the end, or where what is unread begins if that does not fit. */
  function stick(place: HTMLElement): void {
    const isNew = (room.firstUnread.peek() ?? 0) > room.readSeq.peek();
    const line = isNew ? place.querySelector<HTMLElement>('.new-line') : null;
    const end = place.scrollHeight - place.clientHeight;
    place.scrollTop = line ? Math.min(end, line.offsetTop - place.clientHeight / 4) : end;
    placed.current = place.scrollTop;
  }

  // The keyboard of a telephone, a longer draft: the end stays in sight.
  useEffect(() => {
    const place = scroller.current;
    if (!place) return;
    const observer = new ResizeObserver(() => {
      if (sticks.current) stick(place);
    });
    observer.observe(place);
    return () => {
      observer.disconnect();
      isAtEnd.value = false;
    };
  }, []);

  /** Looks where one is: is there more to show, and what has been read? */
  function look(): void {
    const place = scroller.current;
    if (!place) return;
    const below = place.scrollHeight - place.clientHeight - place.scrollTop;
    const stuck = sticks.current || letsGo;
    sticks.current = stretch.isAtEnd && below < AT_END;
    placed.current = place.scrollTop;
    if (stuck && !sticks.current) setWanted(stretch);
    setBelow(!stretch.isAtEnd || below > place.clientHeight / 2);
    if (place.scrollTop < NEAR) {
      if (stretch.from > first) setWanted(earlier(stretch, first));
      else if (room.hasOlder.peek() && !room.isCutOff.peek()) void room.loadOlder();
    } else if (below < NEAR && !stretch.isAtEnd) setWanted(later(stretch, last));
    const sight = inSight(place);
    const from = room.firstUnread.peek();
    if (sight && sight.top <= room.readSeq.peek() + 1) begun.current = from;
    const hasBegun = begun.current === from;
    if (sight && isLooking.peek() && hasBegun) void room.markRead(sight.bottom);
    isAtEnd.value = sticks.current && hasBegun;
    setBehind(!hasBegun && (from ?? 0) > room.readSeq.peek());
  }

  // Coming back to the page is seeing what came meanwhile.
  const looks = isLooking.value;
  useEffect(() => {
    if (looks) look();
  }, [looks]);

  async function show(seq: number): Promise<void> {
    const isThere = await room.reach(seq);
    // One may have gone elsewhere meanwhile.
    if (!scroller.current) return;
    if (!isThere) return announce('That message could not be loaded.');
    sticks.current = false;
    setWanted(around(seq, room.lastSeq.peek()));
    setLit(seq);
    setActive(seq);
    requestAnimationFrame(() => {
      const item = scroller.current?.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
      item?.scrollIntoView({ block: 'center' });
      item?.focus({ preventScroll: true });
    });
    setTimeout(() => setLit(null), 2_000);
  }

  function toEnd(): void {
    sticks.current = true;
    setWanted(atEnd(room.lastSeq.peek()));
    setBelow(false);
    // If nothing else has changed there is nothing to put into the page.
    if (scroller.current) stick(scroller.current);
  }

  // What one says oneself is looked at.
  const pending = room.pending.value;
  const said = pending.at(-1)?.clientMessageId;
  const heard = useRef(said);
  useLayoutEffect(() => {
    if (said && said !== heard.current) toEnd();
    heard.current = said;
  }, [said]);

  function walk(event: KeyboardEvent): void {
    const item = (event.target as HTMLElement).closest<HTMLElement>('[data-seq]');
    if (!item || event.altKey || event.ctrlKey || event.metaKey) return;
    const items = [...(scroller.current?.querySelectorAll<HTMLElement>('[data-seq]') ?? [])];
    const at = items.indexOf(item);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: items.length - 1 }[event.key];
    const next = to === undefined ? undefined : items[to];
    if (!next) return;
    event.preventDefault();
    setActive(Number(next.dataset.seq));
    next.focus();
  }

  const shown = all.slice(stretch.from - first, stretch.to - first + 1);
  const readers = readersOf(shown, room);
  const stop = active !== null && active >= stretch.from && active <= stretch.to ? active : stretch.to;
  return (
    <div class="timeline-place">
      <div class="timeline" ref={scroller} onScroll={look}>
        <ol class={`messages ${isBehind ? 'under' : ''}`} aria-label="Messages" onKeyDown={walk}>
          {stretch.from === first && !room.hasOlder.value && (
            <li class="beginning" key="beginning">
              This is where it begins.
            </li>
          )}
          {stretch.from === first && room.isCutOff.value && (
            <li class="beginning" key="cut off">
              What was said before could not be loaded.{' '}
              <button type="button" class="link" onClick={() => void room.loadOlder()}>
                Try again
              </button>
            </li>
          )}
          {shown.map((message, index) => {
            const before = shown[index - 1];
            const isNewDay = !before || !isSameDay(before.sentAt, message.sentAt);
            const isNew = unread === message.seq;
            return [
              isNewDay && (
                <li class="day" key={`day ${message.id}`}>
                  <time dateTime={message.sentAt}>{dateOf(message.sentAt)}</time>
                </li>
              ),
              isNew && (
                <li class="new-line" key="new">
                  New
                </li>
              ),
              <MessageItem
                key={message.id}
                room={room}
                message={message}
                isFirst={isNewDay || isNew || !isOneBlock(before, message)}
                isStop={message.seq === stop}
                isLit={message.seq === lit}
                onFocus={setActive}
                onShow={show}
              />,
              readers.has(message.seq) && (
                <li class="seen" key={`seen ${message.id}`}>
                  {readers.get(message.seq)}
                </li>
              ),
              ...room.notices.value
                .filter(({ after }) => after === message.seq)
                .map(({ key, text }) => (
                  <li class="notice" key={`notice ${key}`}>
                    {text}
                  </li>
                )),
            ];
          })}
          {stretch.isAtEnd &&
            pending.map((one) => <PendingItem key={one.clientMessageId} room={room} pending={one} />)}
          {last === 0 &&
            room.notices.value.map(({ key, text }) => (
              <li class="notice" key={`notice ${key}`}>
                {text}
              </li>
            ))}
        </ol>
      </div>
      {isBehind && unread !== null && (
        <div class="behind" role="status">
          <span>{howMany(room)}</span>
          <button type="button" class="link" onClick={() => void show(unread)}>
            Show the first
          </button>
          <button type="button" class="link" onClick={() => void room.markRead(last)}>
            Mark as read
          </button>
        </div>
      )}
      {isBelow && (
        <button type="button" class="to-end" onClick={toEnd}>
          <Icon name="down" />
          {room.readSeq.value < last ? 'New messages' : 'To the newest'}
        </button>
      )}
    </div>
  );
}

/** By hand: where the page or the window has another size, it is not further from the end, or not higher up. */
function isScrolledUp(place: HTMLElement | null, placed: number): boolean {
  if (!place || place.scrollTop >= placed - 1) return false;
  return place.scrollHeight - place.clientHeight - place.scrollTop >= AT_END;
}

interface Pin {
  readonly seq: string;
  readonly top: number;
}

/** The first message in sight, and where it is. */
function pinOf(place: HTMLElement | null): Pin | null {
  if (!place) return null;
  const edge = place.getBoundingClientRect().top;
  for (const item of place.querySelectorAll<HTMLElement>('[data-seq]')) {
    const { top, bottom } = item.getBoundingClientRect();
    if (bottom > edge) return { seq: item.dataset.seq ?? '', top };
  }
  return null;
}

/** Puts it back there. */
function hold(place: HTMLElement, { seq, top }: Pin): void {
  const item = place.querySelector(`[data-seq="${seq}"]`);
  const moved = item ? item.getBoundingClientRect().top - top : 0;
  if (Math.abs(moved) >= 1) place.scrollTop += moved;
}

/** The numbers of the highest and the lowest message in sight. */
function inSight(place: HTMLElement): { top: number; bottom: number } | null {
  const { top, bottom } = place.getBoundingClientRect();
  const items = [...place.querySelectorAll<HTMLElement>('[data-seq]')];
  const highest = items.find((item) => item.getBoundingClientRect().bottom > top);
  const lowest = items.findLast((item) => item.getBoundingClientRect().top < bottom - 8);
  return highest && lowest ? { top: Number(highest.dataset.seq), bottom: Number(lowest.dataset.seq) } : null;
}

function howMany(room: Room): string {
  const count = room.chats.get(room.id)?.unreadCount ?? room.conversation.value?.unreadCount ?? 0;
  // The server counts no further.
  if (count >= 1_000) return '1,000 unread or more';
  return `${count} unread`;
}

function isOneBlock(before: Message | undefined, message: Message): boolean {
  if (!before || before.sender.id !== message.sender.id) return false;
  return Date.parse(message.sentAt) - Date.parse(before.sentAt) < BLOCK_MS;
}

/** Under which of the viewer's messages stands who has read up to there. */
function readersOf(shown: readonly Message[], room: Room): Map<number, string> {
  const own = shown.filter(({ sender }) => sender.id === room.viewerId).map(({ seq }) => seq);
  const by = new Map<number, MemberFieldsFragment[]>();
  for (const member of room.members.all.value.values()) {
    if (member.user.id === room.viewerId) continue;
    const seq = own.findLast((one) => one <= member.readSeq);
    if (seq !== undefined) by.set(seq, [...(by.get(seq) ?? []), member]);
  }
  const isDirect = room.conversation.value?.kind === 'DIRECT';
  const words = (members: MemberFieldsFragment[]) =>
    isDirect ? 'Seen' : `Seen by ${listOf(members.map(({ user }) => nameOf(user)))}`;
  return new Map([...by].map(([seq, members]) => [seq, words(members)]));
}
