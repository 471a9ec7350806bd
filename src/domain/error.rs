//! What can go wrong, in the words of the product; and the codes that clients act on.

use std::time::Duration;

use crate::{
    domain::limits::{Limit, Rate},
    ids::ConversationId,
    secrets::password::PasswordError,
    store::{StoreError, Transient},
};

/// The answer of everything in this layer.
pub type Result<T> = std::result::Result<T, Error>;

/// What a client can act on; the faces turn it into their own form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    Unauthenticated,
    TokenExpired,
    InvalidCredentials,
    SessionRevoked,
    Forbidden,
    NotFound,
    BadUserInput,
    Conflict,
    ClientMessageIdReused,
    ResyncRequired,
    MembershipEnded,
    RateLimited,
    ServiceUnavailable,
    InternalServerError,
}

/// One thing that is wrong with what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The input field, by its name in GraphQL.
    pub field: &'static str,
    /// A sentence that says what would be right.
    pub problem: String,
    /// The same for a face that has words of its own.
    pub rule: Rule,
}

/// Which rule was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// There is no text.
    Blank,
    /// Fewer characters than `min`.
    TooShort { min: usize },
    /// More than `max`: characters, of a message's body bytes.
    TooLong { max: usize },
    /// A NUL character.
    Nul,
    /// Other characters than those of user names.
    Characters,
    /// Not an e-mail address.
    Email,
    /// A password that many people use.
    Common,
    /// A password of digits only.
    Digits,
    /// Somebody else has this name or e-mail.
    Taken,
    /// Only administrators make administrators.
    AdminRole,
    /// Whatever the sentence says.
    Other,
}

/// Why what a client holds does not go on from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Its number is higher than any that there is.
    Ahead,
    /// Its numbers are of the data as it was before it was restored.
    OtherLife,
    /// What comes after its number is not kept.
    NotKept,
    /// It holds so little that to tell the rest is to tell everything.
    TooFarBehind,
}

/// Why a thing was not done. Causes from below are kept for the log and never shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in.
    #[error("sign in first: this needs an access token in the Authorization header")]
    Unauthenticated,
    /// The token proves nothing.
    #[error("{0}")]
    BadToken(&'static str),
    /// The token was good once.
    #[error("the token has expired")]
    TokenExpired,
    /// The session behind the token is over.
    #[error("this session has ended: sign in again")]
    SessionRevoked,
    /// The name or the password is wrong; it is not said which.
    #[error("{0}")]
    InvalidCredentials(&'static str),
    /// The viewer sees the thing, but may not do this to it.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Not there, or not for this viewer: the two are told alike.
    #[error("there is no such {0}, or you may not see it")]
    NotFound(&'static str),
    /// One or more fields are wrong.
    #[error("{}", sentence(.0))]
    Invalid(Vec<Problem>),
    /// Right in itself, but not as things are now.
    #[error("{0}")]
    Conflict(String),
    /// The client's id stands for another message.
    #[error("this clientMessageId was used for another message: make a new one")]
    ClientMessageIdReused,
    /// What the client holds does not fit what is there: it must load afresh.
    #[error("{}", resync_sentence(*.why))]
    Resync {
        why: Unfit,
        /// Which conversation does not fit, if it is one.
        conversation: Option<ConversationId>,
        /// The newest number there is, as far as the viewer may see.
        head: Option<i64>,
    },
    /// The viewer is out, and has got everything up to that.
    #[error("you take no part in this conversation any more")]
    MembershipEnded,
    /// Too often.
    #[error("too many requests: try again in {} s", whole_seconds(*.retry_after))]
    RateLimited { limit: Limit, rate: Rate, retry_after: Duration },
    /// Too much at once; nothing was done.
    #[error("the server is busy: try again")]
    Busy { retry_after: Duration },
    /// The database.
    #[error("{}", store_sentence(.0))]
    Store(#[from] StoreError),
    /// The database went away during the commit of something that has a client's id: asked
    /// for once more it is done if it was not, and else known again.
    #[error("{}", store_sentence(.0))]
    Unsure(StoreError),
    /// A fault of ours.
    #[error("something went wrong on our side")]
    Internal(String),
}

/// Never so few that the next try is too early as well.
pub fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

fn sentence(problems: &[Problem]) -> String {
    let each = problems.iter().map(|Problem { field, problem, .. }| format!("{field}: {problem}"));
    each.collect::<Vec<_>>().join("; ")
}

fn resync_sentence(why: Unfit) -> &'static str {
    match why {
        Unfit::Ahead => {
            "your number is ahead of the conversation: load it again, and follow it from there"
        }
        Unfit::OtherLife => {
            "the data was restored from a backup since you got your numbers: load everything \
             again, with the new epoch, and follow from there"
        }
        Unfit::NotKept => {
            "what comes after your number is not kept any more: load the conversation again, and \
             follow it from there"
        }
        Unfit::TooFarBehind => {
            "more conversations moved than are told of: load the list again, and follow from there"
        }
    }
}

fn store_sentence(error: &StoreError) -> &'static str {
    match error {
        StoreError::Busy(_) | StoreError::Unreachable(_) => {
            "the database is busy or away: nothing was done, try again"
        }
        StoreError::CommitUnknown(_) => {
            "the database went away in the middle: look whether it was done before trying again \
             (a send with a clientMessageId may be repeated)"
        }
        StoreError::Duplicate | StoreError::Other(_) => "something went wrong on our side",
    }
}

impl Error {
    /// One wrong field.
    pub fn invalid(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem { field, problem: problem.into(), rule: Rule::Other }])
    }

    /// What a client can act on.
    pub fn code(&self) -> Code {
        match self {
            Self::Unauthenticated | Self::BadToken(_) => Code::Unauthenticated,
            Self::TokenExpired => Code::TokenExpired,
            Self::SessionRevoked => Code::SessionRevoked,
            Self::InvalidCredentials(_) => Code::InvalidCredentials,
            Self::Forbidden(_) => Code::Forbidden,
            Self::NotFound(_) => Code::NotFound,
            Self::Invalid(_) => Code::BadUserInput,
            Self::Conflict(_) => Code::Conflict,
            Self::ClientMessageIdReused => Code::ClientMessageIdReused,
            Self::Resync { .. } => Code::ResyncRequired,
            Self::MembershipEnded => Code::MembershipEnded,
            Self::RateLimited { .. } => Code::RateLimited,
            Self::Busy { .. }
            | Self::Unsure(_)
            | Self::Store(
                StoreError::Busy(_) | StoreError::Unreachable(_) | StoreError::CommitUnknown(_),
            ) => Code::ServiceUnavailable,
            Self::Store(StoreError::Duplicate | StoreError::Other(_)) | Self::Internal(_) => {
                Code::InternalServerError
            }
        }
    }

    /// How long to wait before the same request may succeed; `None` if it never will, or
    /// if it is not known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Busy { retry_after } => {
                Some(*retry_after)
            }
            _ => None,
        }
    }

    /// True if the very same request may be sent again. Not after a commit of unknown fate,
    /// which is safe to repeat only under a client's id.
    pub fn is_retryable(&self) -> bool {
        let is_unknown = matches!(self, Self::Store(StoreError::CommitUnknown(_)));
        matches!(self.code(), Code::RateLimited | Code::ServiceUnavailable) && !is_unknown
    }

    /// Whether it is no fault of who asked.
    pub(super) fn is_ours(&self) -> bool {
        matches!(self.code(), Code::ServiceUnavailable | Code::InternalServerError)
    }

    /// The same error of something that has a client's id, by which a retry is known as one.
    #[must_use]
    pub(super) fn under_client_id(self) -> Self {
        match self {
            Self::Store(error @ StoreError::CommitUnknown(_)) => Self::Unsure(error),
            error => error,
        }
    }

    /// What the log should say beyond the words for the client.
    pub fn cause(&self) -> Option<String> {
        match self {
            Self::Store(error) | Self::Unsure(error) => Some(error.to_string()),
            Self::Internal(cause) => Some(cause.clone()),
            _ => None,
        }
    }
}

impl Transient for Error {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }
}

impl From<PasswordError> for Error {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Busy { retry_after: Duration::from_secs(1) },
            PasswordError::Broken(cause) => Self::Internal(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_of_unknown_fate_may_be_repeated_under_a_clients_id_alone() {
        let unknown = || Error::Store(StoreError::CommitUnknown("cut off".to_owned()));
        let (plain, named) = (unknown(), unknown().under_client_id());
        assert!(!plain.is_retryable() && named.is_retryable());
        assert!(!named.is_transient(), "the store does not know of the id");
        assert_eq!(plain.to_string(), named.to_string());
        assert_eq!((plain.code(), plain.cause()), (named.code(), named.cause()));
        let other = Error::Store(StoreError::Other("broken".to_owned())).under_client_id();
        assert!(!other.is_retryable());
    }
}
