//! A domain error as clients see it: a sentence, and what to act on beside it.

use std::sync::Arc;

use async_graphql::{ErrorExtensions, Pos, ServerError, Value};

use super::code::ErrorCode;
use crate::domain::{self, Code};

/// The answer of every resolver.
pub(super) type Result<T> = std::result::Result<T, Error>;

/// Has no `Display` on purpose: the library makes a message for clients of everything
/// that has one, and so `?` on an error from below would show its words. Only domain
/// errors pass, and always with a code.
#[derive(Clone)]
pub(super) struct Error(Arc<domain::Error>);

impl From<domain::Error> for Error {
    fn from(error: domain::Error) -> Self {
        Self(Arc::new(error))
    }
}

impl From<Arc<domain::Error>> for Error {
    fn from(error: Arc<domain::Error>) -> Self {
        Self(error)
    }
}

impl From<Error> for async_graphql::Error {
    fn from(Error(error): Error) -> Self {
        if let Some(cause) = error.cause() {
            tracing::error!(cause, "a resolver failed");
        }
        // Whoever looks for what is not theirs leaves a trace of it.
        if matches!(error.code(), Code::Forbidden | Code::NotFound | Code::MembershipEnded) {
            tracing::info!(code = code(error.code()).as_str(), "refused");
        }
        let mut shown = Self::new(error.to_string());
        // By it the transport knows what to put into headers.
        if matches!(*error, domain::Error::RateLimited { .. }) {
            shown.source = Some(Arc::clone(&error) as _);
        }
        shown.extend_with(|_, extensions| {
            extensions.set("code", code(error.code()).as_str());
            extensions.set("retryable", error.is_retryable());
            if let Some(wait) = error.retry_after() {
                let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                extensions.set("retryAfterMs", wait.max(1));
            }
            if let domain::Error::RateLimited { limit, .. } = &*error {
                extensions.set("limit", limit.name());
            }
            if let domain::Error::Resync { conversation, head, .. } = &*error {
                if let Some(id) = conversation {
                    extensions.set("conversationId", id.to_string());
                }
                if let Some(head) = head {
                    extensions.set("head", *head);
                }
            }
            if let domain::Error::Invalid(problems) = &*error {
                let fields: Vec<&str> = problems.iter().map(|problem| problem.field).collect();
                match fields.as_slice() {
                    [field] => extensions.set("field", *field),
                    fields => {
                        let fields = fields.iter().map(|field| Value::from(*field)).collect();
                        extensions.set("fields", Value::List(fields));
                    }
                }
            }
        })
    }
}

/// The same where no resolver has run.
pub(super) fn refused(error: domain::Error) -> ServerError {
    let error = async_graphql::Error::from(Error::from(error)).into_server_error(Pos::default());
    ServerError { locations: Vec::new(), ..error }
}

/// The code on the wire.
pub(super) fn code(code: Code) -> ErrorCode {
    match code {
        Code::Unauthenticated => ErrorCode::Unauthenticated,
        Code::TokenExpired => ErrorCode::TokenExpired,
        Code::InvalidCredentials => ErrorCode::InvalidCredentials,
        Code::SessionRevoked => ErrorCode::SessionRevoked,
        Code::Forbidden => ErrorCode::Forbidden,
        Code::NotFound => ErrorCode::NotFound,
        Code::BadUserInput => ErrorCode::BadUserInput,
        Code::Conflict => ErrorCode::Conflict,
        Code::ClientMessageIdReused => ErrorCode::ClientMessageIdReused,
        Code::ResyncRequired => ErrorCode::ResyncRequired,
        Code::MembershipEnded => ErrorCode::MembershipEnded,
        Code::RateLimited => ErrorCode::RateLimited,
        Code::ServiceUnavailable => ErrorCode::ServiceUnavailable,
        Code::InternalServerError => ErrorCode::InternalServerError,
    }
}
