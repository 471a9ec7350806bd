//! Files that pages load, out of the program. The address of each changes with what is in it,
//! so that a browser may keep it for good.

use std::{fmt::Write, io::Read, sync::OnceLock};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use super::Site;

/// One file.
pub(super) struct Asset {
    /// Without and with the dot.
    stem: &'static str,
    extension: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    is_gzipped: bool,
    address: OnceLock<String>,
}

impl Asset {
    pub(super) const fn script(stem: &'static str, bytes: &'static [u8]) -> Self {
        Self::new(stem, ".js", "text/javascript; charset=utf-8", bytes)
    }

    pub(super) const fn style(stem: &'static str, bytes: &'static [u8]) -> Self {
        Self::new(stem, ".css", "text/css; charset=utf-8", bytes)
    }

    const fn new(
        stem: &'static str,
        extension: &'static str,
        kind: &'static str,
        bytes: &'static [u8],
    ) -> Self {
        Self { stem, extension, kind, bytes, is_gzipped: false, address: OnceLock::new() }
    }

    /// The bytes are compressed.
    pub(super) const fn gzipped(mut self) -> Self {
        self.is_gzipped = true;
        self
    }

    /// Where pages find it.
    pub(super) fn address(&self) -> &str {
        self.address.get_or_init(|| {
            let hash = Sha256::digest(self.bytes);
            let hash = hash.iter().take(8).fold(String::new(), |mut text, byte| {
                // Writing to a string cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            });
            format!("/static/{}.{hash}{}", self.stem, self.extension)
        })
    }

    /// For who does not take it compressed, as it was before.
    fn answer(&self, asked: &HeaderMap) -> Response {
        let taken = asked.get(header::ACCEPT_ENCODING).and_then(|taken| taken.to_str().ok());
        let is_packed = self.is_gzipped && taken.is_some_and(|taken| taken.contains("gzip"));
        let mut response = if self.is_gzipped && !is_packed {
            let mut plain = Vec::new();
            match GzDecoder::new(self.bytes).read_to_end(&mut plain) {
                Ok(_) => plain.into_response(),
                Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        } else {
            self.bytes.into_response()
        };
        let headers = response.headers_mut();
        let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
        set(header::CONTENT_TYPE, self.kind);
        set(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
        set(header::VARY, "Accept-Encoding, origin");
        if is_packed {
            set(header::CONTENT_ENCODING, "gzip");
        }
        response
    }
}

/// The routes of these files.
pub(super) fn routes(assets: impl IntoIterator<Item = &'static Asset>) -> Router<Site> {
    assets.into_iter().fold(Router::new(), |router, asset| {
        let answer = move |headers: HeaderMap| async move { asset.answer(&headers) };
        router.route(asset.address(), get(answer))
    })
}
