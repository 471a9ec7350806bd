//! The cookies of the pages: who is signed in, and the token against forged requests.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, header},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore;

/// The cookie that says who is signed in.
pub(crate) const SESSION: &str = "sessionid";

/// The cookie whose value a form or a header must repeat.
pub(crate) const CSRF: &str = "csrftoken";

/// The field of a form that repeats it.
pub(crate) const CSRF_FIELD: &str = "csrfmiddlewaretoken";

/// The value of a cookie.
pub(crate) fn get(headers: &HeaderMap, name: &str) -> Option<String> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        Some((name, value.trim_matches('"')))
    });
    pairs.find(|(own, value)| *own == name && !value.is_empty()).map(|(_, value)| value.to_owned())
}

/// The token of a form that was sent as a form.
pub(crate) fn form_token(headers: &HeaderMap, body: &Bytes) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return None;
    }
    let mut fields = form_urlencoded::parse(body);
    fields.find(|(name, _)| name == CSRF_FIELD).map(|(_, value)| value.into_owned())
}

/// The cookie's token, if it is one.
pub(crate) fn token(headers: &HeaderMap) -> Option<String> {
    get(headers, CSRF).filter(|token| is_token(token))
}

/// A token that nobody knows yet.
pub(crate) fn new_token() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn is_token(text: &str) -> bool {
    (32..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

/// Looks whether a request that changes something comes from a page of ours: it must repeat
/// the cookie, and a browser that says where it comes from must come from here.
///
/// # Errors
/// With what is missing.
pub(crate) fn must_match(
    headers: &HeaderMap,
    shown: Option<&str>,
    origin: &str,
) -> Result<(), &'static str> {
    if let Some(from) = headers.get(header::ORIGIN) {
        // A proxy may hand on another name than the one that the operator has told.
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let scheme = origin.split_once("://").map_or("http", |(scheme, _)| scheme);
        let here = host.map(|host| format!("{scheme}://{host}"));
        let is_here = from == origin || here.is_some_and(|here| from == here.as_str());
        if !is_here {
            return Err("Origin checking failed.");
        }
    }
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if matches!(site, Some(b"cross-site" | b"same-site")) {
        return Err("Origin checking failed.");
    }
    let Some(kept) = token(headers) else {
        return Err("CSRF cookie not set.");
    };
    match shown {
        None | Some("") => Err("CSRF token missing."),
        Some(shown) if is_same(shown, &kept) => Ok(()),
        Some(_) => Err("CSRF token incorrect."),
    }
}

/// Takes as long for every difference.
fn is_same(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differences == 0
}

/// How long a browser keeps who is signed in: no longer than a session lasts in any case.
const SESSION_AGE: u32 = 14 * 24 * 60 * 60;

/// How long it keeps the token against forged requests.
const TOKEN_AGE: u32 = 52 * 7 * 24 * 60 * 60;

/// `Set-Cookie` that says who is signed in. No script may read it.
pub(crate) fn set_session(secret: &str, is_secure: bool) -> HeaderValue {
    set(SESSION, secret, SESSION_AGE, "; HttpOnly", is_secure)
}

/// `Set-Cookie` that takes it away.
pub(crate) fn take_session(is_secure: bool) -> HeaderValue {
    set(SESSION, "", 0, "; HttpOnly", is_secure)
}

/// `Set-Cookie` of the token against forged requests; the script of a client may read it.
pub(crate) fn set_token(token: &str, is_secure: bool) -> HeaderValue {
    set(CSRF, token, TOKEN_AGE, "", is_secure)
}

fn set(name: &str, value: &str, age: u32, hidden: &str, is_secure: bool) -> HeaderValue {
    let secure = if is_secure { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; SameSite=Lax; Max-Age={age}{hidden}{secure}");
    HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""))
}
