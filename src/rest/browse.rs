//! The page on which a browser sees an answer.

use axum::{http::StatusCode, response::Html};

use super::view::{Call, Links, View};

pub(super) fn page(
    _view: &View,
    _call: &Call,
    _status: StatusCode,
    body: &str,
    _links: &Links,
) -> Html<String> {
    Html(body.to_owned())
}
