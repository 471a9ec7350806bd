//! The one style sheet. Its address changes with what is in it, so browsers may keep it.

use std::{fmt::Write, sync::LazyLock};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use sha2::{Digest, Sha256};

use super::Site;

const SHEET: &str = include_str!("parlance.css");

const PLACE: &str = "/static/parlance.css";

/// Another text for every other sheet.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let hash = Sha256::digest(SHEET);
    hash.iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
});

/// Where pages find the sheet.
pub(super) fn address() -> String {
    format!("{PLACE}?v={}", *VERSION)
}

pub(super) fn routes() -> Router<Site> {
    Router::new().route(PLACE, get(sheet))
}

async fn sheet(uri: Uri, headers: HeaderMap) -> Response {
    let tag = format!("\"{}\"", *VERSION);
    let is_exact = uri.query().is_some_and(|query| query == format!("v={}", *VERSION));
    let cache = if is_exact { "public, max-age=31536000, immutable" } else { "no-cache" };
    let held = headers.get(header::IF_NONE_MATCH).map(HeaderValue::as_bytes);
    let is_held = held == Some(tag.as_bytes());
    let described = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::VARY, "origin".to_owned()),
    ];
    if is_held {
        return (StatusCode::NOT_MODIFIED, described).into_response();
    }
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (described, kind, SHEET).into_response()
}
