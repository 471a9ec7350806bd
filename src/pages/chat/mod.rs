//! The chat page, as `web/` builds it: part of the program, so that nothing has to be installed
//! beside it. The page itself is for browsers at `/`, where programs find the root of REST
//! (`rest/root.rs` decides); its script, sheet and icon have their hash in their addresses.

use std::sync::LazyLock;

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, Method, header},
    response::Response,
};

use super::{
    Site,
    assets::{self, Asset, File},
    layout,
};

/// What the page may load, and whom it may ask: this server alone. Nothing stands in the page
/// itself, and no script may make a script out of text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; require-trusted-types-for 'script'; \
                      trusted-types 'none'";

const PAGE: &str = include_str!("built/index.html");

/// What the page loads, and where it asks for it as it was built.
static ASSETS: [(&str, Asset); 3] = [
    ("/static/chat.js", Asset::script("chat", include_bytes!("built/static/chat.js"))),
    ("/static/chat.css", Asset::style("chat", include_bytes!("built/static/chat.css"))),
    ("/static/chat.svg", Asset::picture("chat", include_bytes!("built/static/chat.svg"))),
];

/// The page, which names the addresses at which they are.
static SHOWN: LazyLock<File> = LazyLock::new(|| {
    let page = ASSETS.iter().fold(PAGE.to_owned(), |page, (place, asset)| {
        page.replace(&format!("\"{place}\""), &format!("\"{}\"", asset.address()))
    });
    File::new("text/html; charset=utf-8", page.into_bytes())
});

pub(super) fn routes() -> Router<Site> {
    assets::routes(ASSETS.iter().map(|(_, asset)| asset))
}

/// The page as an answer. The browser keeps it and asks each time whether there is another,
/// so after an update it never shows an old page with a new server.
pub(crate) fn page(method: &Method, headers: &HeaderMap) -> Response {
    let mut response = SHOWN.answer(method, headers, "no-cache");
    let own = response.headers_mut();
    own.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    own.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding, origin"));
    layout::guard(own);
    response
}
