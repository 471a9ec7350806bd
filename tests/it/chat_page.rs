//! The chat page as it is served: to whom, with which headers, and that it is whole.

use axum::{
    body::Body,
    http::{Method, Request, Response, StatusCode, header},
};
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use std::io::Read;

use crate::support::TestApp;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

struct Seen {
    response: Response<()>,
    body: Vec<u8>,
}

impl Seen {
    fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

async fn asks(app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)]) -> Seen {
    let request = Request::builder().method(method).uri(path).header(header::HOST, "here.example");
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let response = app.stranger().sends_request(request.body(Body::empty()).unwrap()).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Seen { response: Response::from_parts(parts, ()), body }
}

async fn opens(app: &TestApp, path: &str) -> Seen {
    asks(app, Method::GET, path, &[("accept", BROWSER)]).await
}

/// What the page loads: everything in quotes under /static/.
fn loads(page: &str) -> Vec<String> {
    let places = page.split('"').filter(|part| part.starts_with("/static/"));
    places.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_finds_the_chat_page_and_everything_it_loads() {
    let app = TestApp::start().await;
    let page = opens(&app, "/").await;
    assert_eq!(page.response.status(), StatusCode::OK);
    assert_eq!(page.header(header::CONTENT_TYPE), "text/html; charset=utf-8");
    let loaded = loads(page.text());
    assert_eq!(loaded.len(), 3, "{}", page.text());
    for (place, kind) in loaded.iter().map(|place| {
        let kind = match place.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            _ => "image/svg+xml",
        };
        (place, kind)
    }) {
        let file = opens(&app, place).await;
        assert_eq!(file.response.status(), StatusCode::OK, "{place}");
        assert_eq!(file.header(header::CONTENT_TYPE), kind, "{place}");
        assert_eq!(file.header(header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert_eq!(file.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert!(!file.body.is_empty());
        let unnamed = place.replace(|c: char| c.is_ascii_digit(), "0");
        assert_eq!(opens(&app, &unnamed).await.response.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_may_load_and_ask_nothing_but_its_own_server() {
    let app = TestApp::start().await;
    let page = opens(&app, "/").await;
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
        "{policy}"
    );
    for part in
        ["connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]
    {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    for part in ["unsafe", "http:", "https:", "data:", "*"] {
        assert!(!policy.contains(part), "{part}: {policy}");
    }
    assert_eq!(page.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(page.header(header::X_FRAME_OPTIONS), "DENY");
    assert_eq!(page.header(header::REFERRER_POLICY), "same-origin");
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
    // Nothing that the policy would have to allow stands in the page.
    for inline in ["<style", " style=", " onload", "javascript:", "://"] {
        assert!(!page.text().contains(inline), "{inline}: {}", page.text());
    }
    let scripts = page.text().matches("<script").count();
    assert_eq!((scripts, page.text().matches("<script type=\"module\"").count()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_find_the_root_of_rest_where_browsers_find_the_page() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bearer = format!("Bearer {}", ann.token().unwrap());
    for accept in ["application/json", "*/*", "text/html, application/json"] {
        let root =
            asks(&app, Method::GET, "/", &[("accept", accept), ("authorization", &bearer)]).await;
        assert_eq!(root.response.status(), StatusCode::OK, "{accept}");
        assert_eq!(root.header(header::CONTENT_TYPE), "application/json");
        assert_eq!(root.header(header::ALLOW), "GET, HEAD, OPTIONS");
        assert!(root.text().contains("\"conversations\""), "{}", root.text());
    }
    let without = asks(&app, Method::GET, "/", &[]).await;
    assert_eq!(without.response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(without.header(header::CONTENT_TYPE), "application/json");
    // Who names a format means the lists, and so does who sends something.
    let named = opens(&app, "/?format=api").await;
    assert_eq!(named.response.status(), StatusCode::UNAUTHORIZED);
    assert!(named.text().contains("Api Root"), "{}", named.text());
    // The way back to the lists does not lead to the chat.
    assert_eq!(named.text().matches("href=\"/?format=api\"").count(), 2, "{}", named.text());
    assert!(!named.text().contains("href=\"/\""), "{}", named.text());
    let posted = asks(&app, Method::POST, "/", &[("accept", BROWSER)]).await;
    assert_eq!(posted.response.status(), StatusCode::UNAUTHORIZED, "{}", posted.text());
    assert!(posted.text().contains("Api Root"), "{}", posted.text());
    for path in ["/api/", "/api/v1/"] {
        assert!(opens(&app, path).await.text().contains("Api Root"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_kept_and_asked_for_again() {
    let app = TestApp::start().await;
    let page = opens(&app, "/").await;
    assert_eq!(page.header(header::CACHE_CONTROL), "no-cache");
    assert_eq!(page.header(header::VARY), "Accept, Accept-Encoding, origin");
    let tag = page.header(header::ETAG).to_owned();
    for held in [tag.clone(), format!("\"another\", W/{tag}")] {
        let again =
            asks(&app, Method::GET, "/", &[("accept", BROWSER), ("if-none-match", &held)]).await;
        assert_eq!(again.response.status(), StatusCode::NOT_MODIFIED, "{held}");
        assert_eq!(again.header(header::ETAG), tag);
        assert!(again.body.is_empty());
        assert!(!again.header(header::CONTENT_SECURITY_POLICY).is_empty());
    }
    let other = [("accept", BROWSER), ("if-none-match", "\"another\"")];
    assert_eq!(asks(&app, Method::GET, "/", &other).await.body, page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn head_answers_as_get_without_the_body() {
    let app = TestApp::start().await;
    let script = loads(opens(&app, "/").await.text()).remove(1);
    for path in ["/", &script] {
        let get = opens(&app, path).await;
        let head = asks(&app, Method::HEAD, path, &[("accept", BROWSER)]).await;
        assert_eq!(head.response.status(), StatusCode::OK);
        assert!(head.body.is_empty(), "{path}");
        for name in [header::CONTENT_TYPE, header::ETAG, header::CACHE_CONTROL, header::VARY] {
            assert_eq!(head.header(&name), get.header(&name), "{path} {name}");
        }
        assert_eq!(head.header(header::CONTENT_LENGTH), get.body.len().to_string(), "{path}");
    }
    let post = asks(&app, Method::POST, &script, &[]).await;
    assert_eq!(post.response.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_out_compressed_is_the_same_and_small() {
    let app = TestApp::start().await;
    let mut sum = 0;
    let mut places = loads(opens(&app, "/").await.text());
    places.push("/".to_owned());
    for place in places {
        let plain = opens(&app, &place).await;
        assert_eq!(plain.header(header::CONTENT_ENCODING), "", "{place}");
        let taken = [("accept", BROWSER), ("accept-encoding", "gzip, deflate, br, zstd")];
        let packed = asks(&app, Method::GET, &place, &taken).await;
        assert_eq!(packed.header(header::CONTENT_ENCODING), "gzip", "{place}");
        let mut unpacked = Vec::new();
        GzDecoder::new(packed.body.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain.body, "{place}");
        sum += packed.body.len();
    }
    assert!(sum < 150 * 1024, "{sum} bytes");
}
