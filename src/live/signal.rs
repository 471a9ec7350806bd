//! Hints: who may be interested in what.

use crate::{
    ids::{ConversationId, SessionId, UserId},
    time::Timestamp,
};

/// What listeners are told, after the commit. Ids and numbers only, never words: it may
/// travel over a bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// A conversation's log now reaches this number.
    Advanced { conversation: ConversationId, event_seq: i64 },
    /// Somebody came into a conversation or left it.
    Membership { conversation: ConversationId, user: UserId },
    /// Somebody has read up to this message, while the log reached `event_seq`.
    Read { conversation: ConversationId, user: UserId, read_seq: i64, event_seq: i64 },
    /// Somebody is typing, or has stopped, while the log reached `event_seq`.
    Typing {
        conversation: ConversationId,
        user: UserId,
        typing: bool,
        expires_at: Timestamp,
        event_seq: i64,
    },
    /// A sign-in is over.
    SessionOver { session: SessionId },
    /// Sign-ins of a person are over, or the person has other rights.
    PersonChanged { user: UserId },
}

impl Signal {
    /// How far the log reached when this was told, if it says so.
    pub(super) fn event_seq(self) -> Option<(ConversationId, i64)> {
        match self {
            Self::Advanced { conversation, event_seq }
            | Self::Read { conversation, event_seq, .. }
            | Self::Typing { conversation, event_seq, .. } => Some((conversation, event_seq)),
            Self::Membership { .. } | Self::SessionOver { .. } | Self::PersonChanged { .. } => None,
        }
    }

    /// Whom an unnumbered item tells of; the newer of two about the same takes its place.
    pub(super) fn about(self) -> Option<(UserId, bool)> {
        match self {
            Self::Read { user, .. } => Some((user, true)),
            Self::Typing { user, .. } => Some((user, false)),
            _ => None,
        }
    }
}
