//! Swagger UI at `/api/docs/` and `ReDoc` at `/api/redoc/`: pages for reading the description,
//! with all that they load out of the program.

use std::{io::Read, sync::Arc};

use axum::{
    extract::{Path, RawQuery},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::read::GzDecoder;
use utoipa_swagger_ui::Config;

use super::super::{
    Refusal,
    negotiate::{self, Offer},
    page::Query,
};

/// What Swagger UI's page may do. Its pictures are inside its style sheet; what else is
/// allowed, it does not do without (`tests/browser/api-docs.mjs` looks for violations).
const SWAGGER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// `ReDoc` writes its styles into the page, and searches in a worker that it makes itself. Both
/// pages read the description, and Swagger UI tries it, on this server alone.
const REDOC_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; \
    img-src data:; connect-src 'self'; worker-src blob:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

const SWAGGER_PAGE: &str = include_str!("swagger.html");
const SWAGGER_START: &str = include_str!("swagger.js");
const REDOC_PAGE: &str = include_str!("redoc.html");
const REDOC_START: &str = include_str!("redoc.js");
const REDOC: &[u8] = include_bytes!("redoc/redoc.standalone.js.gz");

const SCRIPT: &str = "text/javascript; charset=utf-8";

pub(super) async fn swagger(
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    page(&method, &headers, query.as_deref(), SWAGGER_PAGE, SWAGGER_POLICY)
}

pub(super) async fn redoc(
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    page(&method, &headers, query.as_deref(), REDOC_PAGE, REDOC_POLICY)
}

pub(super) async fn swagger_file(
    method: Method,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> Response {
    let kind = match file.as_str() {
        "start.js" => return asset(&method, &headers, SCRIPT, SWAGGER_START.as_bytes(), false),
        "swagger-ui-bundle.js" => SCRIPT,
        "swagger-ui.css" | "index.css" => "text/css; charset=utf-8",
        "favicon-32x32.png" => "image/png",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    match utoipa_swagger_ui::serve(&file, Arc::new(Config::default())) {
        Ok(Some(found)) => asset(&method, &headers, kind, &found.bytes, found.gzpipped),
        Ok(None) | Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(super) async fn redoc_file(
    method: Method,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> Response {
    match file.as_str() {
        "start.js" => asset(&method, &headers, SCRIPT, REDOC_START.as_bytes(), false),
        "redoc.standalone.js" => asset(&method, &headers, SCRIPT, REDOC, true),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn page(
    method: &Method,
    headers: &HeaderMap,
    query: Option<&str>,
    text: &'static str,
    policy: &'static str,
) -> Response {
    let html = Offer { form: (), name: "html", media: ("text", "html") };
    let chosen = negotiate::choose(headers, &Query::read(query.unwrap_or_default()), &[html]);
    let mut response = match (chosen, method) {
        (Err(Refusal { status, .. }), _) => (status, words(status)).into_response(),
        (Ok(()), &Method::GET | &Method::HEAD | &Method::OPTIONS) => text.into_response(),
        (Ok(()), _) => {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            (status, words(status)).into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    headers.insert(header::VARY, HeaderValue::from_static("Cookie, origin"));
    response
}

fn words(status: StatusCode) -> String {
    status.to_string()
}

/// A file of a page; for who does not take it compressed, as it was before.
fn asset(
    method: &Method,
    headers: &HeaderMap,
    kind: &'static str,
    bytes: &[u8],
    is_gzipped: bool,
) -> Response {
    if ![Method::GET, Method::HEAD].contains(method) {
        let allow = [(header::ALLOW, HeaderValue::from_static("GET, HEAD"))];
        return (StatusCode::METHOD_NOT_ALLOWED, allow).into_response();
    }
    let taken = headers.get(header::ACCEPT_ENCODING).and_then(|taken| taken.to_str().ok());
    let takes_gzip = taken.is_some_and(|taken| taken.contains("gzip"));
    let mut plain = Vec::new();
    let body = match is_gzipped && !takes_gzip {
        true if GzDecoder::new(bytes).read_to_end(&mut plain).is_err() => {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        true => plain,
        false => bytes.to_vec(),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=3600"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding, origin"));
    if is_gzipped && takes_gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}
