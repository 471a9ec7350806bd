//! How a connection ends.

use axum::extract::ws::{CloseFrame, Message};

use super::LONGEST_MESSAGE;
use crate::domain::watch::Ending;

/// The longest reason that fits into a frame, with some room.
const LONGEST_REASON: usize = 120;

/// Why the server closes a connection. Clients act on the code: the usual one tries again
/// after 4403, 4408, 1012 and 1013, and gives up after all others here.
#[derive(Debug)]
pub(super) struct Close {
    pub(super) code: u16,
    reason: String,
}

/// How a connection ended.
#[derive(Debug)]
pub(super) enum End {
    /// By the server, which says why.
    Close(Close),
    /// By the server, which can read nothing more of what the client sends.
    Unreadable(Close),
    /// By the client, with its code if it said one.
    Left(Option<u16>),
    /// Without a word: nobody is there any more.
    Dead,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

impl Close {
    pub(super) const NORMAL: u16 = 1000;
    pub(super) const PROTOCOL: u16 = 1002;
    pub(super) const NOT_TEXT: u16 = 1007;
    pub(super) const TOO_MANY: u16 = 1008;
    pub(super) const TOO_LONG: u16 = 1009;
    pub(super) const STOPPING: u16 = 1012;
    pub(super) const LATER: u16 = 1013;
    pub(super) const MALFORMED: u16 = 4400;
    pub(super) const UNAUTHORIZED: u16 = 4401;
    pub(super) const FORBIDDEN: u16 = 4403;
    pub(super) const INIT_TIMEOUT: u16 = 4408;
    pub(super) const DUPLICATE: u16 = 4409;
    pub(super) const SECOND_INIT: u16 = 4429;

    pub(super) fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        reason.truncate(reason.floor_char_boundary(LONGEST_REASON));
        Self { code, reason }
    }

    /// The access token has ended; the usual client comes again with another one.
    pub(super) fn expired() -> Self {
        Self::new(Self::FORBIDDEN, "The access token has expired.")
    }

    /// The session is over, and with it all its tokens.
    pub(super) fn ended() -> Self {
        Self::new(Self::UNAUTHORIZED, "The session has ended: sign in again.")
    }

    /// What the session behind the connection has come to. With other rights the client may
    /// come again.
    pub(super) fn after(ending: Ending) -> Self {
        match ending {
            Ending::SessionOver => Self::ended(),
            Ending::RightsChanged => {
                Self::new(Self::FORBIDDEN, "Your rights have changed: connect again.")
            }
        }
    }

    /// The server is told to stop.
    pub(super) fn stopping() -> Self {
        Self::new(Self::STOPPING, "The server is stopping: connect again.")
    }

    /// Something was asked before it was said who asks.
    pub(super) fn not_ready() -> Self {
        Self::new(Self::UNAUTHORIZED, "Send connection_init first.")
    }

    /// A message that is none of the protocol's.
    pub(super) fn malformed(reason: impl Into<String>) -> Self {
        Self::new(Self::MALFORMED, reason)
    }

    /// A message that is longer than any may be.
    pub(super) fn too_long() -> Self {
        Self::new(Self::TOO_LONG, format!("The message is over {LONGEST_MESSAGE} bytes."))
    }

    /// The frame that says it.
    pub(super) fn frame(self) -> Message {
        Message::Close(Some(CloseFrame { code: self.code, reason: self.reason.into() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_between_letters() {
        let close = Close::malformed("é".repeat(100));
        assert_eq!(close.reason, "é".repeat(60));
        assert_eq!(Close::malformed(format!("x{}", "é".repeat(100))).reason.len(), 119);
    }
}
