//! The machine's time, moved by as much as a test wants, or standing still.

use std::{sync::Mutex, time::Duration};

use parlance::time::{Clock, SystemClock, Timestamp};

/// A clock that can be moved and stopped.
#[derive(Debug, Default)]
pub(crate) struct TestClock(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// In microseconds, added to the machine's time.
    offset: i64,
    /// How much of it is time that has passed, and not a clock that was set.
    ahead: Duration,
    stopped: Option<(Timestamp, Duration)>,
}

impl TestClock {
    /// Later by so much.
    pub(crate) fn forward(&self, by: Duration) {
        self.shift(i64::try_from(by.as_micros()).unwrap());
        let mut state = self.0.lock().unwrap();
        state.ahead += by;
        state.stopped = state.stopped.map(|(at, passed)| (at, passed + by));
    }

    /// Earlier by so much, as when an operator sets the machine's clock.
    pub(crate) fn back(&self, by: Duration) {
        self.shift(-i64::try_from(by.as_micros()).unwrap());
    }

    /// From now on every moment is the same one, until `forward`, `back` or `runs`.
    pub(crate) fn stops(&self) {
        let now = (self.now(), self.passed());
        self.0.lock().unwrap().stopped = Some(now);
    }

    /// Time passes again.
    pub(crate) fn runs(&self) {
        self.0.lock().unwrap().stopped = None;
    }

    fn shift(&self, by: i64) {
        let mut state = self.0.lock().unwrap();
        state.offset += by;
        state.stopped =
            state.stopped.map(|(at, passed)| (Timestamp::from_micros(at.micros() + by), passed));
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let state = self.0.lock().unwrap();
        let moved = || Timestamp::from_micros(SystemClock.now().micros() + state.offset);
        state.stopped.map_or_else(moved, |(at, _)| at)
    }

    fn passed(&self) -> Duration {
        let state = self.0.lock().unwrap();
        state.stopped.map_or_else(|| SystemClock.passed() + state.ahead, |(_, passed)| passed)
    }
}
