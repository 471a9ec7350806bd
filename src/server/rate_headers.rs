//! Tells clients in headers what is left to them, so that they slow down before they are
//! refused: `RateLimit-Policy` and `RateLimit`, as a draft of the IETF has them
//! (draft-ietf-httpapi-ratelimit-headers). The faces put a [`Standing`] beside an answer that
//! was counted.

use std::fmt::Write;

use axum::{
    http::{
        HeaderName, HeaderValue,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS},
    },
    response::Response,
};

use crate::domain::limits::{Left, Standing};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What scripts of other origins may read, wherever they may read the answer.
const EXPOSED: HeaderValue = HeaderValue::from_static("retry-after,ratelimit,ratelimit-policy");

/// Adds the headers to an answer that was counted.
pub(super) fn tell(response: &mut Response) {
    let Some(standing) = response.extensions().get::<Standing>() else { return };
    let (policy, limit) = fields(standing);
    let headers = response.headers_mut();
    // Names and numbers can always be written.
    if let (Ok(policy), Ok(limit)) = (HeaderValue::try_from(policy), HeaderValue::try_from(limit)) {
        headers.insert(POLICY, policy);
        headers.insert(LIMIT, limit);
    }
    if headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}

/// The two values.
fn fields(Standing(first, second): &Standing) -> (String, String) {
    let (mut policy, mut limit) = (String::with_capacity(64), String::with_capacity(64));
    for Left { limit: kind, rate, left, whole_in } in
        [Some(first), second.as_ref()].into_iter().flatten()
    {
        let (comma, name) = (if policy.is_empty() { "" } else { ", " }, kind.name());
        let (quota, window) = (rate.quota, rate.window.as_secs());
        let seconds = whole_in.as_secs() + u64::from(whole_in.subsec_nanos() > 0);
        // Writing to a string does not fail.
        let _ = write!(policy, "{comma}\"{name}\";q={quota};w={window}");
        let _ = write!(limit, "{comma}\"{name}\";r={left};t={seconds}");
    }
    (policy, limit)
}
