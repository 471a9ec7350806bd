// Which of the messages that are held are in the page: a stretch of them around what is looked at, so that a
// conversation of any length costs the browser no more than a short one.

/** The most that are in the page, and how many come or go at a time. */
const MOST = 150;
const STEP = 50;

/** From one number to another, both included; `isAtEnd` goes along with what is new. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly isAtEnd: boolean;
}

/** The newest. */
export function atEnd(last: number): Stretch {
  return { from: last - STEP - STEP / 5, to: last, isAtEnd: true };
}

/** With this message in it, in the middle if there are enough. */
export function around(seq: number, last: number): Stretch {
  const to = Math.min(last, seq + STEP);
  return { from: seq - STEP, to, isAtEnd: to === last };
}

/** Cut to what is held. */
export function within(stretch: Stretch, first: number, last: number): Stretch {
  const to = stretch.isAtEnd ? last : Math.min(stretch.to, last);
  const from = Math.max(first, Math.min(stretch.from, to));
  return { from, to, isAtEnd: to === last };
}

/** One step further back; what is far below leaves the page. */
export function earlier({ from, to, isAtEnd }: Stretch, first: number): Stretch {
  const next = Math.max(first, from - STEP);
  const end = Math.min(to, next + MOST - 1);
  return { from: next, to: end, isAtEnd: isAtEnd && end === to };
}

/** One step towards the newest; what is far above leaves the page. */
export function later({ from, to }: Stretch, last: number): Stretch {
  const end = Math.min(last, to + STEP);
  return { from: Math.max(from, end - MOST + 1), to: end, isAtEnd: end === last };
}

/** Whoever stays at the end for long does not gather everything that was said meanwhile. */
export function trimmed({ from, to, isAtEnd }: Stretch): Stretch {
  return { from: Math.max(from, to - MOST + 1), to, isAtEnd };
}

/** Nor does whoever stays a little above it. */
export function bounded({ from, to, isAtEnd }: Stretch): Stretch {
  const end = Math.min(to, from + MOST - 1);
  return { from, to: end, isAtEnd: isAtEnd && end === to };
}
