//! Addresses: this server's own, and where a browser may be sent.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is in a value of a query: the same as where Django sends people to sign in.
const IN_QUERY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'_').remove(b'.').remove(b'-').remove(b'~');

/// How clients reach the server: as the operator says, else as they themselves say.
pub(crate) fn origin(public_url: Option<&str>, headers: &HeaderMap) -> String {
    if let Some(url) = public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or("localhost"))
}

/// A place of this server that somebody asked to be sent to after something else; `None` for
/// anything that a browser could take for another server.
pub(crate) fn within(place: &str) -> Option<&str> {
    let mut bytes = place.bytes();
    let is_path = bytes.next() == Some(b'/') && bytes.next() != Some(b'/');
    let is_odd = |c: char| c == '\\' || c.is_control() || c.is_whitespace();
    (is_path && !place.chars().any(is_odd)).then_some(place)
}

/// A place as the value of a parameter.
pub(crate) fn in_query(place: &str) -> String {
    utf8_percent_encode(place, IN_QUERY).to_string()
}

/// Sends a browser to a place of this server.
pub(super) fn send_to(status: StatusCode, place: &str) -> Response {
    // A header holds no other letters than those of ASCII.
    let place = utf8_percent_encode(place, CONTROLS).to_string();
    let location = HeaderValue::try_from(place).unwrap_or(HeaderValue::from_static("/"));
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    (status, [(header::LOCATION, location), (header::CONTENT_TYPE, html)]).into_response()
}

/// Sends a client to the same address with a slash, whatever it wanted there.
pub(crate) async fn add_slash(request: Request) -> Response {
    let uri = request.uri();
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    // Not to another server: `//host` would name one.
    let path = format!("/{}/{query}", uri.path().trim_matches('/'));
    let mut response = send_to(StatusCode::MOVED_PERMANENTLY, &path);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("origin, Cookie"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_server() {
        for place in ["/", "/api/", "/admin/users/?q=a%20b", "/a//b", "/ü/"] {
            assert_eq!(within(place), Some(place));
        }
        for place in [
            "",
            "api/",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            " /api/",
            "/\t/evil.example",
            "/\n/evil.example",
            "/api/\r\nSet-Cookie: a=b",
            "/\u{a0}/evil.example",
            "/a\\..\\b",
        ] {
            assert_eq!(within(place), None, "{place:?}");
        }
    }

    #[test]
    fn a_place_in_a_query_is_written_as_django_does() {
        assert_eq!(in_query("/admin/"), "/admin/");
        assert_eq!(in_query("/admin/users/?q=a+b&x=ü"), "/admin/users/%3Fq%3Da%2Bb%26x%3D%C3%BC");
    }
}
