//! What waits to be written. Who puts a line in never waits for the writer.

use std::{
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How many bytes may wait.
const ROOM: usize = 1 << 20;

/// Lines, until the writer takes all of them at once.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    /// How many lines there was no room for after those.
    missed: u64,
    is_closed: bool,
}

/// What has waited.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) lines: Vec<u8>,
    /// How many more there would have been.
    pub(super) missed: u64,
}

impl Queue {
    /// Puts a line in, or counts it if there is no room. Nothing comes into a queue that was
    /// closed.
    pub(super) fn push(&self, line: &str) {
        let mut waiting = self.waiting();
        if waiting.is_closed {
            return;
        }
        // Lines keep their order: none gets in after one that did not.
        if waiting.missed > 0 || waiting.lines.len() + line.len() > ROOM {
            waiting.missed += 1;
            return;
        }
        let was_empty = waiting.lines.is_empty();
        waiting.lines.extend_from_slice(line.as_bytes());
        drop(waiting);
        if was_empty {
            self.changed.notify_all();
        }
    }

    /// Waits for something to write; `None` once the queue is closed and empty.
    pub(super) fn take(&self) -> Option<Taken> {
        let is_idle = |waiting: &mut Waiting| waiting.lines.is_empty() && !waiting.is_closed;
        let waiting = self.changed.wait_while(self.waiting(), is_idle);
        let mut waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let taken =
            Taken { lines: mem::take(&mut waiting.lines), missed: mem::take(&mut waiting.missed) };
        let is_over = taken.lines.is_empty() && taken.missed == 0;
        (!is_over).then_some(taken)
    }

    /// Nothing more is to come.
    pub(super) fn close(&self) {
        self.waiting().is_closed = true;
        self.changed.notify_all();
    }

    /// Waits for so long, or until the queue is closed; answers whether it is.
    pub(super) fn pause(&self, span: Duration) -> bool {
        let is_open = |waiting: &mut Waiting| !waiting.is_closed;
        let paused = self.changed.wait_timeout_while(self.waiting(), span, is_open);
        paused.unwrap_or_else(PoisonError::into_inner).0.is_closed
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_room_is_counted_and_comes_after_what_did() {
        let queue = Queue::default();
        let line = format!("{}\n", "x".repeat(999));
        for _ in 0..ROOM / line.len() + 3 {
            queue.push(&line);
        }
        // There would be room for this one.
        queue.push("short\n");
        let taken = queue.take().unwrap();
        assert_eq!(taken.lines, line.repeat(ROOM / line.len()).as_bytes());
        assert_eq!(taken.missed, 4);
        queue.push("room again\n");
        let taken = queue.take().unwrap();
        assert_eq!(taken, Taken { lines: b"room again\n".to_vec(), missed: 0 });
    }

    #[test]
    fn what_waits_is_taken_after_the_end_and_nothing_comes_after_it() {
        let queue = Queue::default();
        queue.push("last\n");
        queue.close();
        queue.push("late\n");
        assert_eq!(queue.take(), Some(Taken { lines: b"last\n".to_vec(), missed: 0 }));
        assert_eq!(queue.take(), None);
        assert!(queue.pause(Duration::from_hours(1)), "no pause holds up the end");
    }
}
