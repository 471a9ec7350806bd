//! The chat page, as `web/` builds it: part of the program, so that nothing has to be installed
//! beside it. The page itself is for browsers at `/`, where programs find the root of REST
//! (`rest/root.rs` decides); its script, sheet and icon have their hash in their addresses.

use std::{fmt::Write as _, io::Write as _, sync::LazyLock};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::get,
};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use super::{Site, layout};

/// What the page may load, and whom it may ask: this server alone. Nothing stands in the page
/// itself, and no script may make a script out of text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; require-trusted-types-for 'script'; \
                      trusted-types 'none'";

const PAGE: &str = include_str!("built/index.html");

/// The files of the page: where it asks for each, of what kind it is, and what is in it.
const FILES: [(&str, &str, &[u8]); 3] = [
    ("/static/chat.js", "text/javascript; charset=utf-8", include_bytes!("built/static/chat.js")),
    ("/static/chat.css", "text/css; charset=utf-8", include_bytes!("built/static/chat.css")),
    ("/static/chat.svg", "image/svg+xml", include_bytes!("built/static/chat.svg")),
];

/// Something to serve, plain and compressed.
struct File {
    kind: &'static str,
    tag: String,
    plain: Vec<u8>,
    compressed: Vec<u8>,
}

impl File {
    fn new(kind: &'static str, plain: &[u8]) -> Self {
        let tag = format!("\"{}\"", version(plain));
        Self { kind, tag, plain: plain.to_vec(), compressed: compressed(plain) }
    }
}

/// The files by the addresses at which they are.
static ASSETS: LazyLock<Vec<(String, File)>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|(place, kind, bytes)| (address(place, bytes), File::new(kind, bytes)))
        .collect()
});

/// The page, which names those addresses.
static SHOWN: LazyLock<File> = LazyLock::new(|| {
    let page = FILES.iter().fold(PAGE.to_owned(), |page, (place, _, bytes)| {
        page.replace(&format!("\"{place}\""), &format!("\"{}\"", address(place, bytes)))
    });
    File::new("text/html; charset=utf-8", page.as_bytes())
});

/// Another text for every other content.
fn version(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(10).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `/static/chat.js` with the version of what is in it.
fn address(place: &str, bytes: &[u8]) -> String {
    let (stem, extension) = place.rsplit_once('.').unwrap_or((place, ""));
    format!("{stem}-{}.{extension}", version(bytes))
}

/// Nothing if it cannot be compressed, which memory never refuses.
fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// The routes of the files.
pub(super) fn routes() -> Router<Site> {
    ASSETS.iter().fold(Router::new(), |router, (address, file)| {
        let serve = async move |method: Method, headers: HeaderMap| {
            answer(&method, &headers, file, "public, max-age=31536000, immutable")
        };
        router.route(address, get(serve))
    })
}

/// The page as an answer. The browser keeps it and asks each time whether there is another,
/// so after an update it never shows an old page with a new server.
pub(crate) fn page(method: &Method, headers: &HeaderMap) -> Response {
    let mut response = answer(method, headers, &SHOWN, "no-cache");
    let own = response.headers_mut();
    own.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    own.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding, origin"));
    layout::guard(own);
    response
}

fn answer(
    method: &Method,
    asked: &HeaderMap,
    file: &'static File,
    cache: &'static str,
) -> Response {
    let is_compressed = takes_gzip(asked) && !file.compressed.is_empty();
    let body = if is_compressed { &file.compressed } else { &file.plain };
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding, origin"));
    if let Ok(tag) = HeaderValue::from_str(&file.tag) {
        headers.insert(header::ETAG, tag);
    }
    if is_held(asked, &file.tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    if is_compressed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if method != Method::HEAD {
        *response.body_mut() = Body::from(body.as_slice());
    }
    response
}

/// Whether the browser has this one. A proxy that compresses makes a weak tag of ours.
fn is_held(asked: &HeaderMap, tag: &str) -> bool {
    let held = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|held| held.to_str().ok());
    held.flat_map(|held| held.split(','))
        .map(|held| held.trim().trim_start_matches("W/"))
        .any(|held| held == tag || held == "*")
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let taken =
        asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|taken| taken.to_str().ok());
    taken.flat_map(|taken| taken.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let is_refused = weight.trim().trim_start_matches("q=").trim_matches(['0', '.']).is_empty()
            && !weight.is_empty();
        name.trim().eq_ignore_ascii_case("gzip") && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_unless_its_weight_is_nothing() {
        for (accept, expected) in [
            ("gzip, deflate, br, zstd", true),
            ("br;q=1.0, GZIP;q=0.8", true),
            ("br", false),
            ("", false),
            ("gzip;q=0", false),
            ("gzip; q=0.000, br", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accept));
            assert_eq!(takes_gzip(&headers), expected, "{accept}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
