//! What goes back to the client: status, headers and body of every answer.

use async_graphql::{ServerError, Value};
use axum::{
    body::Body,
    http::{
        HeaderName, HeaderValue, Response, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE},
    },
};

use super::negotiate::Media;
use crate::{
    domain::{self, App, limits::Standing},
    graphql::{
        code::ErrorCode,
        execute::Outcome,
        finish::{body, code, finish},
        observe::Asked,
    },
};

/// The code of the first error of an answer, for the log.
#[derive(Clone, Copy, Debug)]
pub struct Failure(pub &'static str);

/// Why a request is not executed.
pub(in crate::graphql) struct Refusal {
    /// None: as the media type has it for documents that cannot be executed.
    status: Option<StatusCode>,
    error: Box<ServerError>,
    header: Option<(HeaderName, HeaderValue)>,
    asked: Asked,
}

impl Refusal {
    /// The same, of a request of which it is known what it asks.
    pub(in crate::graphql) fn of(self, asked: Asked) -> Self {
        Self { asked, ..self }
    }

    /// Counts it.
    pub(in crate::graphql) fn count(&self, app: &App) {
        self.asked.refused(app, &self.error);
    }

    /// A request that is wrong as HTTP, whatever the media type.
    pub(in crate::graphql) fn http(status: StatusCode, error: ServerError) -> Self {
        Self { status: Some(status), ..Self::from(error) }
    }

    pub(in crate::graphql) fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, HeaderValue::from_static(value)));
        self
    }

    /// A token that is missing or no good, or could not be looked at.
    pub(in crate::graphql) fn auth(code: ErrorCode, message: impl Into<String>) -> Self {
        let refusal = Self::from(code.error(message, None));
        match code {
            ErrorCode::Unauthenticated | ErrorCode::TokenExpired | ErrorCode::SessionRevoked => {
                Self { status: Some(StatusCode::UNAUTHORIZED), ..refusal }
                    .with(WWW_AUTHENTICATE, "Bearer")
            }
            _ => refusal,
        }
    }
}

/// A document that cannot be executed.
impl From<ServerError> for Refusal {
    fn from(error: ServerError) -> Self {
        Self { status: None, error: Box::new(error), header: None, asked: Asked::UNKNOWN }
    }
}

/// What came of a request, as it goes out.
pub(in crate::graphql) struct Answer {
    status: Option<StatusCode>,
    header: Option<(HeaderName, HeaderValue)>,
    errors: Vec<ServerError>,
    /// Left out if nothing was executed, which is not the same as null.
    data: Option<Value>,
}

impl From<Refusal> for Answer {
    fn from(Refusal { status, error, header, .. }: Refusal) -> Self {
        Self { status, header, errors: vec![*error], data: None }
    }
}

impl From<Outcome> for Answer {
    fn from(Outcome { response, is_executed }: Outcome) -> Self {
        Self {
            status: is_executed.then_some(StatusCode::OK),
            header: None,
            errors: response.errors,
            data: is_executed.then_some(response.data),
        }
    }
}

impl Answer {
    /// The answer as a response; `errors` are completed.
    pub(in crate::graphql) fn into_response(
        mut self,
        media: Media,
        request_id: Option<&str>,
    ) -> Response<Body> {
        for (refused, status) in [
            (ErrorCode::ServiceUnavailable, StatusCode::SERVICE_UNAVAILABLE),
            (ErrorCode::RateLimited, StatusCode::TOO_MANY_REQUESTS),
        ] {
            if let Some(seconds) = self.retry_after(refused) {
                self.status = Some(status);
                self.header = Some((RETRY_AFTER, seconds.into()));
            }
        }
        let limited = self.errors.iter().find_map(|error| error.source::<domain::Error>());
        let standing = limited.and_then(Standing::after);
        let status = self.status.unwrap_or_else(|| self.refused_status(media));
        finish(&mut self.errors, request_id);
        let mut response = Response::new(Body::from(body(&self.errors, self.data.as_ref())));
        *response.status_mut() = status;
        // Not the message: it may repeat what the client sent.
        if let Some(code) = self.errors.first().and_then(code) {
            response.extensions_mut().insert(Failure(code.as_str()));
        }
        if let Some(standing) = standing {
            response.extensions_mut().insert(standing);
        }
        let headers = response.headers_mut();
        headers.extend(self.header);
        headers.insert(CONTENT_TYPE, media.content_type());
        headers.insert(VARY, HeaderValue::from_static("Accept"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    /// The status of what was not executed.
    fn refused_status(&self, media: Media) -> StatusCode {
        match (self.errors.first().and_then(code), media) {
            (Some(ErrorCode::InternalServerError) | None, _) => StatusCode::INTERNAL_SERVER_ERROR,
            (Some(ErrorCode::ServiceUnavailable), _) => StatusCode::SERVICE_UNAVAILABLE,
            (Some(ErrorCode::RequestTimeout), _) => StatusCode::GATEWAY_TIMEOUT,
            (Some(_), Media::Json | Media::EventStream) => StatusCode::OK,
            (Some(_), Media::GraphqlResponse) => StatusCode::BAD_REQUEST,
        }
    }

    /// In how many seconds what was refused with this code may be tried again, if that was
    /// said.
    fn retry_after(&self, refused: ErrorCode) -> Option<u64> {
        let refused = self.errors.iter().filter(|error| code(error) == Some(refused));
        let seconds =
            refused.filter_map(|error| match error.extensions.as_ref()?.get("retryAfterMs")? {
                Value::Number(ms) => Some(ms.as_u64()?.div_ceil(1000).max(1)),
                _ => None,
            });
        seconds.max()
    }
}
