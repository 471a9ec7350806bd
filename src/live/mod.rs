//! Tells listeners of this process that something may be new. A signal is a hint and
//! never the news itself: the database is the truth.
//!
//! May name `ids` and `time`; knows neither the store nor the rules.

use tokio::sync::broadcast;

use crate::{
    ids::{ConversationId, UserId},
    time::Timestamp,
};

/// How many signals a listener may be behind before it is told that it missed some.
const BACKLOG: usize = 1_024;

/// What listeners are told, after the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// A conversation's log now reaches this number.
    Advanced { conversation: ConversationId, event_seq: i64 },
    /// Somebody has read up to this message.
    Read { conversation: ConversationId, user: UserId, read_seq: i64 },
    /// Somebody is typing, or has stopped.
    Typing { conversation: ConversationId, user: UserId, typing: bool, expires_at: Timestamp },
}

/// Where signals meet listeners.
#[derive(Clone)]
pub struct Hub(broadcast::Sender<Signal>);

impl Default for Hub {
    fn default() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }
}

impl Hub {
    /// Tells whoever listens.
    pub fn tell(&self, signal: Signal) {
        // An error says only that nobody listens.
        let _ = self.0.send(signal);
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Signal> {
        self.0.subscribe()
    }
}
