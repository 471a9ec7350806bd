//! The last look at errors before a client sees them: each gets a code, and
//! nothing gets out that is meant for us.

use async_graphql::{ServerError, Value};
use serde::Serialize;

use super::code::ErrorCode;

/// What clients read of errors that are ours.
pub(super) const INTERNAL: &str = "Something went wrong on our side.";

/// Room for a usual answer, so that it is not moved while it grows.
const USUAL_BODY: usize = 4096;

/// The longest text of an error, in bytes. Messages repeat names from the
/// document, which may be long.
const LONGEST_MESSAGE: usize = 400;

/// Completes `errors` with `code`, `retryable` and `requestId`. What a resolver
/// gave no code to is logged and not shown, unless it is about the input.
pub(super) fn finish(errors: &mut [ServerError], request_id: Option<&str>) {
    for error in errors {
        let code = code(error).unwrap_or_else(|| classify(error, request_id));
        if error.message.len() > LONGEST_MESSAGE {
            error.message.truncate(error.message.floor_char_boundary(LONGEST_MESSAGE));
            error.message.push('…');
        }
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("code", code.as_str());
        if extensions.get("retryable").is_none() {
            extensions.set("retryable", code.is_retryable());
        }
        if let Some(id) = request_id {
            extensions.set("requestId", id);
        }
    }
}

/// The result of an execution as JSON. `data` is left out if nothing was executed, which is
/// not the same as null.
pub(super) fn body(errors: &[ServerError], data: Option<&Value>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Fields<'a> {
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        errors: &'a [ServerError],
        #[serde(skip_serializing_if = "Option::is_none")]
        data: Option<&'a Value>,
    }
    let mut body = Vec::with_capacity(USUAL_BODY);
    if let Err(error) = serde_json::to_writer(&mut body, &Fields { errors, data }) {
        tracing::error!(%error, "an answer cannot be written");
        body.clear();
    }
    body
}

/// The code that an error has, if it has a known one.
pub(super) fn code(error: &ServerError) -> Option<ErrorCode> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => ErrorCode::parse(code),
        Value::Enum(code) => ErrorCode::parse(code),
        _ => None,
    }
}

/// The code that an error has or will be given.
pub(super) fn would_be(error: &ServerError) -> ErrorCode {
    code(error).unwrap_or_else(|| {
        // How `InputValueError` begins; the library marks it in no other way.
        let is_about_input = error.source.is_none()
            && ["Expected input type \"", "Failed to parse \""]
                .iter()
                .any(|start| error.message.starts_with(start));
        if is_about_input { ErrorCode::BadUserInput } else { ErrorCode::InternalServerError }
    })
}

fn classify(error: &mut ServerError, request_id: Option<&str>) -> ErrorCode {
    if would_be(error) == ErrorCode::BadUserInput {
        return ErrorCode::BadUserInput;
    }
    tracing::error!(request_id, path = ?error.path, cause = error.message, "error without a code");
    INTERNAL.clone_into(&mut error.message);
    ErrorCode::InternalServerError
}
