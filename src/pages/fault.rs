//! Why a page cannot be shown, as a page.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::html;

use super::layout::{self, Frame, Part};
use crate::domain::{Code, Error, error::whole_seconds, limits::Standing};

/// The answer of every handler.
pub(super) type Answer = Result<Response, Fault>;

/// Why a page cannot be shown.
#[derive(Debug)]
pub(super) enum Fault {
    /// What the domain says.
    Domain(Error),
    /// The request comes from no page of ours.
    Forged(&'static str),
    /// The page cannot be asked for in this way.
    Method,
    /// There is no such page.
    Missing,
    /// A form that nobody fills in.
    TooLong,
    /// A form that does not come.
    TooSlow,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Domain(error)
    }
}

impl Fault {
    fn status(&self) -> StatusCode {
        match self {
            Self::Domain(error) => status(error),
            Self::Forged(_) => StatusCode::FORBIDDEN,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Missing => StatusCode::NOT_FOUND,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Domain(error) => format!("{error}."),
            Self::Forged(why) => format!(
                "CSRF verification failed: {why} Go back, load the page again, and try once more. \
                 The browser must accept cookies from here."
            ),
            Self::Method => "This address does not take such requests.".to_owned(),
            Self::Missing => "There is no such page.".to_owned(),
            Self::TooLong => "The form is too long.".to_owned(),
            Self::TooSlow => "The form did not arrive in time.".to_owned(),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        if let Self::Domain(error) = &self
            && let Some(cause) = error.cause()
        {
            tracing::error!(cause, "a page failed");
        }
        let status = self.status();
        let title = status.canonical_reason().unwrap_or("Error");
        let content = html! {
            h1 { (title) }
            p.message.error role="alert" { (self.words()) }
            p { a href="/api/" { "API" } " · " a href="/admin/" { "Administration" } }
        };
        let frame = Frame { part: Part::Api, title, who: None, token: "", back: None };
        let mut response = layout::respond(status, frame.around(&content));
        if let Self::Domain(error) = &self {
            add_retry_after(&mut response, error);
        }
        response
    }
}

/// The status of an answer that says this.
pub(super) fn status(error: &Error) -> StatusCode {
    match error.code() {
        Code::Unauthenticated
        | Code::TokenExpired
        | Code::InvalidCredentials
        | Code::SessionRevoked
        | Code::Forbidden
        | Code::MembershipEnded => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::BadUserInput => StatusCode::BAD_REQUEST,
        Code::Conflict | Code::ClientMessageIdReused => StatusCode::CONFLICT,
        Code::ResyncRequired => StatusCode::GONE,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Says when the same may succeed, if that is known.
pub(super) fn add_retry_after(response: &mut Response, error: &Error) {
    if let Some(wait) = error.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, whole_seconds(wait).into());
    }
    if let Some(standing) = Standing::after(error) {
        response.extensions_mut().insert(standing);
    }
}
