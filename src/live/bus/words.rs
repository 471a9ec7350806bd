//! Signals as they travel: a word, then ids and numbers. Read by whoever watches the bus.

use crate::{
    ids::{ConversationId, SessionId, UserId},
    live::Signal,
    time::Timestamp,
};

impl Signal {
    /// As it is sent.
    pub fn words(self) -> String {
        match self {
            Self::Advanced { conversation, event_seq } => {
                format!("advanced {conversation} {event_seq}")
            }
            Self::Membership { conversation, user } => format!("membership {conversation} {user}"),
            Self::Read { conversation, user, read_seq, event_seq } => {
                format!("read {conversation} {user} {read_seq} {event_seq}")
            }
            Self::Typing { conversation, user, typing, expires_at, event_seq } => {
                let expires_at = expires_at.micros();
                format!("typing {conversation} {user} {typing} {expires_at} {event_seq}")
            }
            Self::SessionOver { session } => format!("over {session}"),
            Self::PersonChanged { user } => format!("changed {user}"),
        }
    }

    /// What was sent; `None` if it makes no sense.
    pub fn from_words(words: &str) -> Option<Self> {
        let mut words = words.split(' ');
        let kind = words.next()?;
        let conversation =
            |words: &mut std::str::Split<'_, char>| words.next()?.parse::<ConversationId>().ok();
        let signal = match kind {
            "advanced" => Self::Advanced {
                conversation: conversation(&mut words)?,
                event_seq: number(&mut words)?,
            },
            "membership" => Self::Membership {
                conversation: conversation(&mut words)?,
                user: user(&mut words)?,
            },
            "read" => Self::Read {
                conversation: conversation(&mut words)?,
                user: user(&mut words)?,
                read_seq: number(&mut words)?,
                event_seq: number(&mut words)?,
            },
            "typing" => Self::Typing {
                conversation: conversation(&mut words)?,
                user: user(&mut words)?,
                typing: words.next()?.parse().ok()?,
                expires_at: Timestamp::from_micros(number(&mut words)?),
                event_seq: number(&mut words)?,
            },
            "over" => Self::SessionOver { session: words.next()?.parse::<SessionId>().ok()? },
            "changed" => Self::PersonChanged { user: user(&mut words)? },
            _ => return None,
        };
        words.next().is_none().then_some(signal)
    }
}

fn user<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<UserId> {
    words.next()?.parse().ok()
}

fn number<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<i64> {
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Clock, SystemClock};

    #[test]
    fn what_is_sent_is_read_back_and_nonsense_is_not() {
        let (conversation, user) = (ConversationId::new(), UserId::new());
        let expires_at = SystemClock.now();
        for signal in [
            Signal::Advanced { conversation, event_seq: 7 },
            Signal::Membership { conversation, user },
            Signal::Read { conversation, user, read_seq: 3, event_seq: 9 },
            Signal::Typing { conversation, user, typing: true, expires_at, event_seq: 9 },
            Signal::SessionOver { session: SessionId::new() },
            Signal::PersonChanged { user },
        ] {
            assert_eq!(Signal::from_words(&signal.words()), Some(signal));
            assert_eq!(Signal::from_words(&format!("{} 1", signal.words())), None);
        }
        for nonsense in ["", "advanced", "advanced x 1", "advanced  1", "shout 1"] {
            assert_eq!(Signal::from_words(nonsense), None, "{nonsense}");
        }
    }
}
