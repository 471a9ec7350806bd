//! Pages of every origin may ask, without cookies: what they show is a token, which they
//! have to know.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

const METHODS: HeaderValue = HeaderValue::from_static("DELETE, GET, OPTIONS, PATCH, POST, PUT");

/// What a page may send, beside what it always may; the second to who asks for it, since the
/// first is what clients of other services expect to the letter.
const HEADERS: [&str; 2] = [
    "accept, authorization, content-type, user-agent, x-csrftoken, x-requested-with",
    "accept, authorization, content-type, idempotency-key, user-agent, x-csrftoken, x-requested-with",
];

/// Answers preflights, and lets every page read the answers.
pub(super) async fn cors(request: Request, next: Next) -> Response {
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let has_origin = request.headers().contains_key(header::ORIGIN);
    let mut response = if is_preflight && has_origin {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS);
        let asked = asked.and_then(|asked| asked.to_str().ok()).unwrap_or_default();
        let wants_key = asked.to_ascii_lowercase().contains("idempotency-key");
        let allowed = HeaderValue::from_static(HEADERS[usize::from(wants_key)]);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
        (StatusCode::OK, headers).into_response()
    } else {
        next.run(request).await
    };
    if has_origin {
        let any = HeaderValue::from_static("*");
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    }
    response
}
