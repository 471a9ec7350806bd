//! What a browser is made to do: by a page of somebody else, a frame, a cache, a name in a
//! header; and what a server shows of itself.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, header},
};
use parlance::server;
use tokio_tungstenite::tungstenite::Error;

use crate::support::{Client, MODERN, PASSWORD, Setup, TestApp, json};

/// A server to which clients come over TLS, if it is said so.
async fn at(public_url: Option<&str>) -> TestApp {
    let options = server::Options {
        public_url: public_url.map(str::to_owned),
        body_limit: 2_000,
        ..server::Options::default()
    };
    TestApp::start_with(Setup { options, ..Setup::default() }).await
}

async fn asks(
    client: &Client,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, HeaderMap) {
    let mut request =
        Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = client.sends_request(request.body(Body::from(body.to_owned())).unwrap()).await;
    (response.status().as_u16(), response.headers().clone())
}

/// What holds a browser back, whatever the answer is.
#[track_caller]
fn is_guarded(headers: &HeaderMap, is_tls: bool, what: &str) {
    let value = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
    assert_eq!(value("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(value("referrer-policy"), "same-origin", "{what}");
    assert_eq!(value("cross-origin-resource-policy"), "same-origin", "{what}");
    let policy = value("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    let tls = if is_tls { "max-age=31536000" } else { "" };
    assert_eq!(value("strict-transport-security"), tls, "{what}");
    assert_eq!(headers.get_all("x-content-type-options").iter().count(), 1, "{what}");
    assert_eq!(headers.get_all("content-security-policy").iter().count(), 1, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_guarded_whatever_it_is() {
    for (url, is_tls) in [(Some("https://chat.example.org"), true), (None, false)] {
        let app = at(url).await;
        let ann = app.person("ann").await;
        let stranger = app.stranger();
        let json = ("content-type", "application/json");
        let long = json!({ "query": "x".repeat(3_000) }).to_string();
        let query = r#"{"query":"{ viewer { id } }"}"#;
        let none: &[(&str, &str)] = &[];
        for (client, method, path, headers, body, status) in [
            (&*ann, "POST", "/graphql", &[json][..], query, 200),
            (&stranger, "POST", "/graphql", &[json], query, 401),
            (&*ann, "POST", "/graphql", &[json], "{", 400),
            (&*ann, "POST", "/graphql", &[json], &long, 413),
            (&*ann, "POST", "/graphql", &[("content-type", "text/plain")], query, 415),
            (&*ann, "PUT", "/graphql", &[json], query, 405),
            (&*ann, "GET", "/graphql/ws", none, "", 400),
            (&*ann, "GET", "/api/users/me/", none, "", 200),
            (&stranger, "GET", "/api/users/me/", none, "", 401),
            (&*ann, "DELETE", "/api/users/", none, "", 405),
            (&*ann, "GET", "/api/users/nobody/", none, "", 404),
            (&*ann, "POST", "/api/conversations/", &[json], "{", 400),
            (&*ann, "POST", "/api/conversations/", &[json], &long, 413),
            (&*ann, "GET", "/api/users/", &[("accept", "image/png")], "", 406),
            (&*ann, "GET", "/api/users", none, "", 301),
            (&stranger, "GET", "/nothing/here", none, "", 404),
            (&*ann, "TRACE", "/api/users/", none, "", 405),
            (&stranger, "GET", "/healthz", none, "", 200),
            (&stranger, "GET", "/readyz", none, "", 200),
            (&stranger, "GET", "/api-auth/login/", none, "", 200),
            (&stranger, "POST", "/api-auth/login/", none, "", 403),
            (&stranger, "GET", "/admin/", none, "", 302),
            (&stranger, "GET", "/api/schema/", none, "", 200),
        ] {
            let (found, headers) = asks(client, method, path, headers, body).await;
            let what = format!("{method} {path} {status}");
            assert_eq!(found, status, "{what}");
            is_guarded(&headers, is_tls, &what);
            assert_eq!(headers["cache-control"], "no-store", "{what}");
        }
        // What may be kept says so itself.
        for path in ["/api/docs/swagger-ui.css", "/api/redoc/redoc.standalone.js"] {
            let (status, headers) = asks(&stranger, "GET", path, none, "").await;
            assert_eq!(status, 200, "{path}");
            is_guarded(&headers, is_tls, path);
            assert_ne!(headers["cache-control"], "no-store", "{path}");
        }
        // An event stream, a handshake, and one that is refused.
        let accept = [json, ("accept", "text/event-stream")];
        let (_, headers) = asks(&ann, "POST", "/graphql", &accept, query).await;
        is_guarded(&headers, is_tls, "events");
        let served = app.serves().await;
        let (_, opened) = served.tries_to_open(&[MODERN], &[]).await.unwrap();
        assert_eq!(opened.headers()["x-content-type-options"], "nosniff");
        let refused = served.tries_to_open(&[MODERN], &[("origin", "https://evil.example")]).await;
        let Err(Error::Http(refused)) = refused else { panic!("it should be refused") };
        assert_eq!(refused.status(), 403);
        is_guarded(refused.headers(), is_tls, "the refused handshake");
        // And where the database is away.
        app.writes("DELETE FROM __diesel_schema_migrations").await;
        app.clock.forward(Duration::from_secs(1));
        let (status, headers) = asks(&stranger, "GET", "/readyz", none, "").await;
        assert_eq!(status, 503);
        is_guarded(&headers, is_tls, "not ready");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_show_itself_has_no_page_about_itself() {
    let options = server::Options { introspection: false, ..server::Options::default() };
    let hidden = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    let shown = TestApp::start().await;
    for path in [
        "/api/schema/",
        "/api/schema",
        "/api/docs/",
        "/api/docs",
        "/api/docs/swagger-ui-bundle.js",
        "/api/redoc/",
        "/api/redoc",
        "/api/redoc/redoc.standalone.js",
    ] {
        for accept in ["*/*", "text/html", "application/json"] {
            let headers = [("accept", accept)];
            let (status, _) = asks(&hidden.stranger(), "GET", path, &headers, "").await;
            assert_eq!(status, 404, "{path} {accept}");
        }
        let (status, _) = asks(&shown.stranger(), "GET", path, &[], "").await;
        assert!(status == 200 || status == 301, "{path} {status}");
    }
    // It serves all the same.
    hidden.person("ann").await.rests("GET", "/api/users/me/", None).await.has_status(200);
    // Nothing of an operator's is at the public address.
    for path in ["/metrics", "/metrics/", "/debug", "/debug/pprof/", "/.env", "/.git/config"] {
        for app in [&hidden, &shown] {
            let (status, _) = asks(&app.stranger(), "GET", path, &[], "").await;
            assert_eq!(status, 404, "{path}");
        }
    }
    let page = [("accept", "text/html")];
    for path in ["/graphiql", "/graphql"] {
        let (status, headers) = asks(&hidden.stranger(), "GET", path, &page, "").await;
        let kind = headers.get("content-type").map_or("", |kind| kind.to_str().unwrap());
        assert!(status >= 400 && !kind.contains("html"), "{path} {status} {kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_page_may_not_ask_the_pages_and_what_it_asks_with_a_cookie_is_refused() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    for origin in ["https://evil.example", "null"] {
        for path in ["/api-auth/login/", "/admin/login/", "/admin/", "/admin/users/"] {
            for (method, more) in [("OPTIONS", Some("POST")), ("GET", None), ("POST", None)] {
                let mut headers = vec![("origin", origin), ("accept", "text/html")];
                headers.extend(more.map(|more| ("access-control-request-method", more)));
                let (_, headers) = asks(&app.stranger(), method, path, &headers, "").await;
                assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{path}");
                assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "{path}");
            }
        }
        // REST may be read from everywhere, and no cookie goes along.
        let headers = [("origin", origin)];
        let (_, headers) = asks(&app.stranger(), "GET", "/api/users/", &headers, "").await;
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
    }
    // Should a browser send the cookie all the same, nothing comes of it.
    let browser = app.browser_of(&ann).await;
    let cookies: Vec<String> =
        browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let (cookies, token) = (cookies.join("; "), browser.cookies["csrftoken"].as_str());
    let body = json!({ "participant_ids": [ann.id, app.person("bob").await.id] }).to_string();
    let posts = async |more: &[(&str, &str)]| {
        let mut headers = vec![
            ("cookie", cookies.as_str()),
            ("host", "here.example"),
            ("content-type", "application/json"),
        ];
        headers.extend_from_slice(more);
        asks(&app.stranger(), "POST", "/api/conversations/", &headers, &body).await.0
    };
    let own = ("x-csrftoken", token);
    for more in [
        &[][..],
        &[("x-csrftoken", "")],
        &[("x-csrftoken", "forged-token-forged-token-forged-token-1234")],
        &[own, ("sec-fetch-site", "cross-site")],
        &[own, ("sec-fetch-site", "same-site")],
        &[own, ("origin", "https://evil.example")],
        &[own, ("origin", "null")],
    ] {
        assert_eq!(posts(more).await, 403, "{more:?}");
    }
    assert_eq!(app.counts("SELECT COUNT(*) FROM conversations").await, 0);
    assert_eq!(posts(&[own, ("sec-fetch-site", "same-origin")]).await, 201);
    // GraphQL does not know the cookie at all.
    let headers = [("cookie", cookies.as_str()), ("content-type", "application/json"), own];
    let query = r#"{"query":"{ viewer { id } }"}"#;
    assert_eq!(asks(&app.stranger(), "POST", "/graphql", &headers, query).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_host_is_not_written_into_links() {
    let links = async |app: &TestApp, uri: &str, host: Option<&str>| {
        let ann = app.stranger().rests("GET", "/healthz", None).await;
        assert_eq!(ann.status, 200);
        let input = json!({ "username": "ann", "password": PASSWORD });
        let granted = app.stranger().rests("POST", "/api/token/", Some(input)).await;
        let token = granted.body["access"].as_str().unwrap().to_owned();
        let mut request = Request::get(uri).header("authorization", format!("Bearer {token}"));
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let response = app.stranger().sends_request(request.body(Body::empty()).unwrap()).await;
        let answer = app.stranger().reads(response).await;
        answer.has_status(200);
        answer.body["next"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
    };
    let list = "/api/users/?page_size=1";
    for url in [Some("https://chat.example.org"), None] {
        let app = at(url).await;
        app.person("ann").await;
        app.crowd(30).await;
        for (host, is_fine) in [
            ("chat.internal:8000", true),
            ("[::1]:8000", true),
            ("evil.example/phish?", false),
            ("user:word@evil.example", false),
            ("evil.example\"><script>", false),
            ("a b", false),
        ] {
            let next = links(&app, list, Some(host)).await;
            let expected = match url {
                Some(url) => url.to_owned(),
                None if is_fine => format!("http://{host}"),
                None => "http://localhost".to_owned(),
            };
            assert!(next.starts_with(&format!("{expected}/api/users/?")), "{host}: {next}");
        }
        // HTTP/2 says it in the address.
        let next = links(&app, &format!("http://chat.internal:81{list}"), None).await;
        let expected = url.unwrap_or("http://chat.internal:81");
        assert!(next.starts_with(&format!("{expected}/api/users/?")), "{next}");
    }
}
