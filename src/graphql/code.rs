//! The codes that `errors[].extensions.code` may hold: what a client can act on.

use async_graphql::{Enum, Pos, ServerError, resolver_utils::EnumType};

/// What kind of error this is; the text beside it is for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ErrorCode {
    Unauthenticated,
    TokenExpired,
    InvalidCredentials,
    SessionRevoked,
    Forbidden,
    NotFound,
    BadUserInput,
    Conflict,
    ClientMessageIdReused,
    RateLimited,
    PayloadTooLarge,
    QueryTooComplex,
    ResyncRequired,
    /// Never sent: who reads slowly is waited for, and who reads nothing is disconnected
    SlowConsumer,
    MembershipEnded,
    GraphqlParseFailed,
    GraphqlValidationFailed,
    OperationResolutionFailure,
    PersistedQueryNotFound,
    RequestTimeout,
    ServiceUnavailable,
    InternalServerError,
}

impl ErrorCode {
    /// The code as clients see it.
    pub fn as_str(self) -> &'static str {
        Self::items().iter().find(|item| item.value == self).map_or("", |item| item.name)
    }

    /// The code that clients see as `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::items().iter().find(|item| item.name == text).map(|item| item.value)
    }

    /// Whether the same request may succeed later.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimited
                | Self::ServiceUnavailable
                | Self::RequestTimeout
                | Self::SlowConsumer
        )
    }

    /// An error of this code, for the place in the document where it was found.
    pub fn error(self, message: impl Into<String>, at: Option<Pos>) -> ServerError {
        let mut error = ServerError::new(message, at);
        error.extensions.get_or_insert_default().set("code", self.as_str());
        error
    }

    /// `BAD_USER_INPUT` for one field of the input.
    pub fn bad_input(field: &str, message: impl Into<String>) -> ServerError {
        let mut error = Self::BadUserInput.error(message, None);
        error.extensions.get_or_insert_default().set("field", field);
        error
    }
}
