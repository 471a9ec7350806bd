//! Files that browsers load, out of the program, compressed for who takes them so. The address
//! of an [`Asset`] changes with what is in it, so that a browser may keep it for good.

use std::{
    borrow::Cow,
    fmt::Write as _,
    io::{Read, Write as _},
    sync::OnceLock,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::get,
};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use sha2::{Digest, Sha256};

use super::Site;

const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// Something to serve.
pub(super) struct File {
    kind: &'static str,
    tag: String,
    /// Nothing where only the compressed form is kept.
    plain: Option<Cow<'static, [u8]>>,
    /// Nothing if it could not be compressed, which memory never refuses.
    gzipped: Cow<'static, [u8]>,
}

impl File {
    pub(super) fn new(kind: &'static str, plain: impl Into<Cow<'static, [u8]>>) -> Self {
        let plain = plain.into();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let gzipped = encoder.write_all(&plain).and_then(|()| encoder.finish()).unwrap_or_default();
        let tag = format!("\"{}\"", version(&plain));
        Self { kind, tag, plain: Some(plain), gzipped: gzipped.into() }
    }

    fn unpacked(&self) -> Option<Cow<'_, [u8]>> {
        if let Some(plain) = &self.plain {
            return Some(Cow::Borrowed(plain));
        }
        let mut plain = Vec::new();
        GzDecoder::new(&self.gzipped[..]).read_to_end(&mut plain).ok()?;
        Some(plain.into())
    }

    /// The answer to who asks for it.
    pub(super) fn answer(
        &self,
        method: &Method,
        asked: &HeaderMap,
        cache: &'static str,
    ) -> Response {
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding, origin"));
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            headers.insert(header::ETAG, tag);
        }
        if is_held(asked, &self.tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        let body = if takes_gzip(asked) && !self.gzipped.is_empty() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Cow::Borrowed(&self.gzipped[..])
        } else if let Some(plain) = self.unpacked() {
            plain
        } else {
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            return response;
        };
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        if method != Method::HEAD {
            *response.body_mut() = Body::from(body.into_owned());
        }
        response
    }
}

/// A file at an address of its own.
pub(super) struct Asset {
    stem: &'static str,
    extension: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    is_gzipped: bool,
    made: OnceLock<(String, File)>,
}

impl Asset {
    pub(super) const fn script(stem: &'static str, bytes: &'static [u8]) -> Self {
        Self::new(stem, "js", "text/javascript; charset=utf-8", bytes)
    }

    pub(super) const fn style(stem: &'static str, bytes: &'static [u8]) -> Self {
        Self::new(stem, "css", "text/css; charset=utf-8", bytes)
    }

    pub(super) const fn picture(stem: &'static str, bytes: &'static [u8]) -> Self {
        Self::new(stem, "svg", "image/svg+xml", bytes)
    }

    const fn new(
        stem: &'static str,
        extension: &'static str,
        kind: &'static str,
        bytes: &'static [u8],
    ) -> Self {
        Self { stem, extension, kind, bytes, is_gzipped: false, made: OnceLock::new() }
    }

    /// The bytes are compressed.
    pub(super) const fn gzipped(mut self) -> Self {
        self.is_gzipped = true;
        self
    }

    fn made(&self) -> &(String, File) {
        self.made.get_or_init(|| {
            let (stem, version) = (self.stem, version(self.bytes));
            let address = format!("/static/{stem}-{version}.{}", self.extension);
            let file = if self.is_gzipped {
                let tag = format!("\"{version}\"");
                File { kind: self.kind, tag, plain: None, gzipped: self.bytes.into() }
            } else {
                File::new(self.kind, self.bytes)
            };
            (address, file)
        })
    }

    /// Where pages find it.
    pub(super) fn address(&self) -> &str {
        &self.made().0
    }
}

/// The routes of these.
pub(super) fn routes(assets: impl IntoIterator<Item = &'static Asset>) -> Router<Site> {
    assets.into_iter().fold(Router::new(), |router, asset| {
        let (address, file) = asset.made();
        let answer =
            async |method: Method, asked: HeaderMap| file.answer(&method, &asked, FOR_GOOD);
        router.route(address, get(answer))
    })
}

/// Another text for every other content.
fn version(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(10).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
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
