//! What is sent to confuse whoever reads it: verbs, lengths, texts and numbers.

mod texts;

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use parlance::server;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::support::{Answer, Client, Id, Person, Sent, Setup, TestApp, Value, json};

/// A request with a body of any kind; `content_type` is left out where it is empty.
async fn sends(
    client: &Client,
    method: &str,
    uri: &str,
    content_type: &str,
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(uri);
    if !content_type.is_empty() {
        request = request.header("content-type", content_type);
    }
    client.reads(client.sends_request(request.body(body.into()).unwrap()).await).await
}

fn description() -> Value {
    serde_json::from_str(&parlance::rest::openapi::json()).unwrap()
}

/// A conversation of `ann` with `bob`, and a message in it.
struct Chat {
    id: Id,
    message: Sent,
}

impl Chat {
    async fn new(ann: &Person, bob: &Person) -> Self {
        let id = ann.starts_a_group_with(&[bob]).await;
        Self { id, message: ann.sends(id, "hello").await }
    }

    /// A path of the description with what it names.
    fn path(&self, path: &str, user: Id) -> String {
        let parts = path.split('/').map(|part| match part {
            part if !part.starts_with('{') => part.to_owned(),
            part if part.contains("conversation") => self.id.to_string(),
            part if part.contains("message") => self.message.id.to_string(),
            _ => user.to_string(),
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

// Verbs

#[tokio::test(flavor = "multi_thread")]
async fn no_route_takes_trace_or_a_verb_that_nobody_knows() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = Chat::new(&ann, &bob).await;
    let mut paths: Vec<String> = Vec::new();
    for path in description()["paths"].as_object().unwrap().keys() {
        let path = chat.path(path, bob.id);
        let after = path.strip_prefix("/api/").unwrap_or_else(|| panic!("{path} is elsewhere"));
        paths.extend([path.clone(), format!("/api/v1/{after}"), format!("/{after}")]);
    }
    assert!(paths.len() > 30, "{paths:?}");
    let others = [
        "/",
        "/api/",
        "/api/v1/",
        "/graphql",
        "/graphql/ws",
        "/healthz",
        "/readyz",
        "/api/schema/",
        "/api/docs/",
        "/api/docs/start.js",
        "/api/redoc/",
        "/api/redoc/start.js",
        "/api-auth/login/",
        "/api-auth/logout/",
        "/admin/",
        "/admin/login/",
        "/admin/logout/",
        "/admin/users/",
        "/admin/conversations/",
        "/admin/messages/",
        "/admin/sessions/",
        "/admin/audit/",
    ];
    paths.extend(others.map(str::to_owned));
    paths.push(format!("/admin/users/{}/", bob.id));
    for path in &paths {
        for method in ["TRACE", "CONNECT", "BREW", "trace", "get"] {
            let answer = sends(&ann, method, path, "", "secret=1").await;
            assert_eq!(
                answer.status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path}: {}",
                answer.text
            );
            let allow = answer.headers.get("allow").map(|allow| allow.to_str().unwrap());
            let allow = allow.unwrap_or_else(|| panic!("{method} {path} has no Allow"));
            assert!(!allow.split(", ").any(|allowed| allowed == method), "{path}: {allow}");
            assert!(!answer.text.contains("secret=1"), "{method} {path}: {}", answer.text);
        }
    }
}

// Lengths

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_two_lengths_hides_no_other_request() {
    let app = TestApp::start().await;
    let served = app.serves().await;
    let body = r#"{"query":"{ __typename }"}"#;
    let size = body.len();
    let chunked = format!("{size:x}\r\n{body}\r\n0\r\n\r\n");
    let hidden = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let start = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    for (headers, content, statuses) in [
        // Taken by its chunks alone, and the connection ends, whoever is before us.
        (
            format!("Content-Length: {size}\r\nTransfer-Encoding: chunked"),
            &chunked,
            &["200", "400"][..],
        ),
        (
            format!("Transfer-Encoding: chunked\r\nContent-Length: {size}"),
            &chunked,
            &["200", "400"],
        ),
        ("Content-Length: 0\r\nTransfer-Encoding: chunked".to_owned(), &chunked, &["200", "400"]),
        (
            format!(
                "Content-Length: {}\r\nTransfer-Encoding: chunked",
                chunked.len() + hidden.len()
            ),
            &chunked,
            &["200", "400"],
        ),
        (
            format!("Content-Length: {size}\r\nContent-Length: {}", size + 1),
            &body.to_owned(),
            &["400"],
        ),
        (format!("Content-Length: {size}, {}", size + 1), &body.to_owned(), &["400"]),
        (format!("Content-Length: +{size}"), &body.to_owned(), &["400"]),
        (format!("Content-Length: -{size}"), &body.to_owned(), &["400"]),
        (format!("Content-Length : {size}"), &body.to_owned(), &["400"]),
        ("Transfer-Encoding: chunked, identity".to_owned(), &chunked, &["400"]),
        ("Transfer-Encoding: identity".to_owned(), &chunked, &["400"]),
        ("Transfer-Encoding: xchunked".to_owned(), &chunked, &["400"]),
        (
            format!("Content-Length: {size}\r\nTransfer-Encoding: xchunked"),
            &body.to_owned(),
            &["400"],
        ),
        ("Transfer-Encoding: chunked".to_owned(), &format!("-{chunked}"), &["400"]),
        ("Transfer-Encoding: chunked".to_owned(), &format!("fffffffffffffffff{chunked}"), &["400"]),
    ] {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        let sent = format!("{start}{headers}\r\n\r\n{content}{hidden}");
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        let end = timeout(Duration::from_secs(20), stream.read_to_end(&mut heard)).await;
        let heard = String::from_utf8_lossy(&heard);
        assert!(end.is_ok(), "{headers}: the connection stays open: {heard}");
        assert_eq!(heard.matches("HTTP/1.1 ").count(), 1, "{headers}: {heard}");
        let status = heard.get(9..12).unwrap_or_default();
        assert!(statuses.contains(&status), "{headers}: {heard}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_long_for_rest_is_told_like_anything_else_to_who_may_come_in() {
    let options = server::Options { body_limit: 1_000, ..server::Options::default() };
    let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    let ann = app.person("ann").await;
    let long = json!({ "message_body": "x".repeat(1_000) }).to_string();
    let tries = async |client: &Client, path: &str| {
        sends(client, "POST", path, "application/json", long.clone()).await
    };
    let answer = tries(&ann, "/api/messages/").await;
    answer.has_status(413);
    assert_eq!(answer.body, json!({ "detail": "The body is too long: at most 1000 bytes." }));
    assert_eq!(answer.headers["allow"], "GET, POST, HEAD, OPTIONS");
    assert_eq!(answer.headers["vary"], "Accept, origin");
    // Whoever may not come in is told that first; here everybody may.
    let stranger = app.stranger();
    for client in [&stranger, &stranger.with_token("none")] {
        tries(client, "/api/messages/").await.has_status(401);
        tries(client, "/api/token/").await.has_status(413);
    }
    let page = tries(&stranger.with_header("accept", "text/html"), "/api/token/").await;
    page.has_status(413);
    assert!(page.text.contains("The body is too long"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_is_bound_like_any_other_and_one_that_is_refused_leaves_nothing() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let long = json!({ "message_body": "💬".repeat(20_000) });
    let path = "/api/conversations/";
    let wrong = json!({ "message_body": ["Ensure this field has no more than 16384 characters."] });
    for (messages, wrong) in [
        (json!([long]), json!({ "0": wrong })),
        (json!([{ "message_body": "fine" }, long, long]), json!({ "1": wrong, "2": wrong })),
    ] {
        let body = json!({ "participant_ids": [bob.id], "messages": messages });
        let refused = ann.rests("POST", path, Some(body)).await;
        assert_eq!(refused.has_status(400).body, json!({ "messages": wrong }));
        assert_eq!(refused.text.matches("\"messages\"").count(), 1, "{}", refused.text);
    }
    assert_eq!(app.counts("SELECT COUNT(*) FROM conversations").await, 0);
    assert_eq!(app.counts("SELECT COUNT(*) FROM messages").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_kept_to_its_last_digit_or_refused() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = Chat::new(&ann, &bob).await;
    let path = format!("/api/conversations/{}/messages/", chat.id);
    for number in
        ["0", "-7", "1.5", "9007199254740993", "9223372036854775807", "18446744073709551615"]
    {
        let body = format!("{{\"message_body\": {number}}}");
        let sent = sends(&ann, "POST", &path, "application/json", body).await;
        assert_eq!(sent.has_status(201).body["message_body"], number);
    }
    for number in
        ["18446744073709551616", "-9223372036854775809", "123456789012345678901234567890", "1e30"]
    {
        let body = format!("{{\"message_body\": {number}}}");
        let refused = sends(&ann, "POST", &path, "application/json", body).await;
        assert_eq!(
            refused.has_status(400).body,
            json!({ "message_body": ["Not a valid string."] }),
            "{number}"
        );
    }
}

// Forms

#[tokio::test(flavor = "multi_thread")]
async fn a_form_in_parts_repeats_the_token_against_forgery_like_any_other() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let mut browser = app.browser_of(&ann).await;
    browser.opens("/api/conversations/").await;
    let token = browser.cookies["csrftoken"].clone();
    let cookies = browser.cookies.iter().map(|(name, value)| format!("{name}={value}"));
    let client = app.stranger().with_header("cookie", &cookies.collect::<Vec<_>>().join("; "));
    let part = |name: &str, value: &str| {
        format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let parts = async |token: Option<&str>| {
        let token = token.map(|token| part("csrfmiddlewaretoken", token)).unwrap_or_default();
        let body = format!("{token}{}--B--\r\n", part("participant_ids", &bob.id.to_string()));
        sends(&client, "POST", "/api/conversations/", "multipart/form-data; boundary=B", body).await
    };
    for (token, why) in [(None, "CSRF token missing."), (Some("x"), "CSRF token incorrect.")] {
        let refused = parts(token).await;
        assert_eq!(
            refused.has_status(403).body,
            json!({ "detail": format!("CSRF Failed: {why}") })
        );
    }
    let broken = "--B\r\nContent-Disposition: form-data; name=\"csrfmiddlewaretoken\"\r\n\r\n";
    let broken = format!("{broken}{token}");
    let answer =
        sends(&client, "POST", "/api/conversations/", "multipart/form-data; boundary=B", broken)
            .await;
    answer.has_status(403);
    parts(Some(&token)).await.has_status(201);
}
