//! Addresses: this server's own, and where a browser may be sent.

use std::net::Ipv6Addr;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is in a value of a query: the same as where Django sends people to sign in.
const IN_QUERY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'_').remove(b'.').remove(b'-').remove(b'~');

/// How clients reach the server: as the operator says, else as they themselves say, if that is
/// a host.
pub(crate) fn origin(public_url: Option<&str>, headers: &HeaderMap) -> String {
    if let Some(url) = public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    format!("http://{}", host.filter(|host| is_host(host)).unwrap_or("localhost"))
}

/// Whether clients come over TLS, as the operator says.
pub(crate) fn is_tls(public_url: Option<&str>) -> bool {
    public_url.is_some_and(|url| url.starts_with("https://"))
}

/// A name or an address, perhaps with a port: what RFC 3986 has as `host [":" port]`, without
/// what no host of the web is called.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (text, ""),
    };
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_named = match inner {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
        }
    };
    is_named && text.len() <= HOST_MAX && port.bytes().all(|b| b.is_ascii_digit())
}

/// The longest name of a host with its port.
const HOST_MAX: usize = 253 + 6;

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
    fn a_host_is_repeated_only_if_it_is_one() {
        let origin = |host: &[u8]| {
            let host = HeaderValue::from_bytes(host).unwrap();
            origin(None, &HeaderMap::from_iter([(header::HOST, host)]))
        };
        for host in ["chat.example.org", "localhost:8000", "127.0.0.1", "[::1]:8000", "a_b"] {
            assert_eq!(origin(host.as_bytes()), format!("http://{host}"));
        }
        for host in [
            "",
            ":80",
            "evil.example/path",
            "user@evil.example",
            "evil.example?",
            "evil.example#",
            "<script>",
            "a b",
            "a,b",
            "a:b",
            "a:80:80",
            "[::1",
            "[evil]",
            "a\\b",
            "a'b",
        ] {
            assert_eq!(origin(host.as_bytes()), "http://localhost", "{host:?}");
        }
        assert_eq!(origin("ü".as_bytes()), "http://localhost");
        assert_eq!(origin("a".repeat(300).as_bytes()), "http://localhost");
    }

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
