//! Who writes: one thread, until the log is closed.

use std::{
    io,
    time::{Duration, Instant},
};

use super::{file::Rotating, line, queue::Queue};
use crate::time::Clock;

/// How long a file that could not be written is left alone.
const RETRY: Duration = Duration::from_secs(5);

/// How often at most the operator is told that lines are missing.
const TELL_EVERY: Duration = Duration::from_mins(1);

/// Writes what comes into the queue, until it is closed and empty. The file is there from
/// the beginning, so that an operator hears at once if it cannot be.
pub(super) fn run(queue: &Queue, file: Rotating, clock: &dyn Clock) {
    let (mut writer, mut missing) = (Writer { file, is_failing: false }, Missing::default());
    if let Err(error) = writer.file.open() {
        writer.fails(&error);
    }
    while let Some(taken) = queue.take() {
        let mut lines = taken.lines;
        if taken.missed > 0 {
            lines.extend_from_slice(line::missed(clock.now(), taken.missed).as_bytes());
        }
        missing.add(taken.missed);
        if !writer.writes(queue, &mut lines) {
            return;
        }
    }
}

struct Writer {
    file: Rotating,
    /// Then the operator knows.
    is_failing: bool,
}

impl Writer {
    /// Writes lines, however often it takes. While it fails, the queue fills. `false` if the
    /// log was closed and it still failed.
    fn writes(&mut self, queue: &Queue, lines: &mut Vec<u8>) -> bool {
        let mut is_last = false;
        while let Err(error) = self.file.append(lines) {
            self.fails(&error);
            if is_last {
                tracing::warn!(path = %self.file.path(), "the last requests were not noted");
                return false;
            }
            is_last = queue.pause(RETRY);
        }
        if self.is_failing {
            self.is_failing = false;
            tracing::info!(path = %self.file.path(), "requests are noted again");
        }
        true
    }

    fn fails(&mut self, error: &io::Error) {
        if !self.is_failing {
            self.is_failing = true;
            let path = self.file.path();
            tracing::warn!(%path, %error, "requests cannot be noted; they are answered all the same");
        }
    }
}

/// How many lines are missing that the operator was not told of.
#[derive(Default)]
struct Missing {
    count: u64,
    told_at: Option<Instant>,
}

impl Missing {
    fn add(&mut self, count: u64) {
        self.count += count;
        let is_due = self.told_at.is_none_or(|at| at.elapsed() >= TELL_EVERY);
        if self.count > 0 && is_due {
            tracing::warn!(count = self.count, "more requests than could be noted");
            *self = Self { count: 0, told_at: Some(Instant::now()) };
        }
    }
}

impl Drop for Missing {
    fn drop(&mut self) {
        if self.count > 0 {
            tracing::warn!(count = self.count, "more requests than could be noted");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{request_log::Options, time::SystemClock};

    #[test]
    fn how_many_are_missing_stands_where_they_would_have_been() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { path: folder.path().join("log"), max: 1 << 30, keep: 1 };
        let (queue, line) = (Queue::default(), format!("{}\n", "x".repeat(1_023)));
        for _ in 0..2_000 {
            queue.push(&line);
        }
        queue.close();
        run(&queue, Rotating::new(options), &SystemClock);
        let written = fs::read_to_string(folder.path().join("log")).unwrap();
        let (noted, last) = written.split_at(1_024 * line.len());
        assert_eq!(noted, line.repeat(1_024));
        assert!(last.ends_with(" - Missed: 976\n") && last.lines().count() == 1, "{last}");
    }

    #[test]
    fn a_file_that_cannot_be_written_holds_nobody_up() {
        for path in ["/dev/full", "/proc/nothing/here"] {
            let options = Options { path: path.into(), max: 1 << 20, keep: 1 };
            let queue = Queue::default();
            queue.push("line\n");
            queue.close();
            run(&queue, Rotating::new(options), &SystemClock);
        }
    }
}
