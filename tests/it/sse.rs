//! Operations whose answers are events: graphql-sse, one connection for each.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::{Method, Request, Response, header},
};
use futures_util::StreamExt;
use parlance::{
    ids::{SessionId, UserId},
    secrets::token::{self, Token, TokenType},
    server,
    time::Clock,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    messages::fills,
    support::{Client, Person, Served, Setup, TestApp, Value, json},
};

/// Posts an operation and wants events.
async fn posts(client: &Client, headers: &[(&str, &str)], query: &str) -> Response<Body> {
    let mut request = Request::post("/graphql")
        .header(header::ACCEPT, "text/event-stream")
        .header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = json!({ "query": query }).to_string();
    client.sends_request(request.body(Body::from(body)).unwrap()).await
}

/// A whole body; `None` if it broke off.
async fn reads(response: Response<Body>) -> Option<String> {
    let mut chunks = response.into_body().into_data_stream();
    let mut text = String::new();
    while let Some(chunk) = chunks.next().await {
        text.push_str(std::str::from_utf8(&chunk.ok()?).unwrap());
    }
    Some(text)
}

/// The events of a body that has ended well: name, id, data.
async fn events(response: Response<Body>) -> Vec<(String, Option<String>, Value)> {
    assert_eq!(response.status(), 200);
    let text = reads(response).await.expect("it ends well");
    let event = |block: &str| {
        let field = |name: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(name));
            line.map(|value| value.trim_start_matches(' ').to_owned())
        };
        let data = field("data:").expect("every event has data");
        (field("event:").unwrap(), field("id:"), serde_json::from_str(&data).unwrap_or_default())
    };
    text.strip_suffix("\n\n").unwrap().split("\n\n").map(event).collect()
}

/// What comes until the body breaks off, without signs of life.
async fn breaks_off(mut chunks: BodyDataStream) {
    while let Some(chunk) = chunks.next().await {
        match chunk {
            Ok(chunk) => assert_eq!(chunk, ":\n\n"),
            Err(_) => return,
        }
    }
    panic!("it ended as if it were complete");
}

fn complete() -> (String, Option<String>, Value) {
    ("complete".to_owned(), None, Value::Null)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_and_a_mutation_are_one_event_and_the_end() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let response = posts(&ann, &[], "{ viewer { username } }").await;
    let headers = response.headers();
    assert_eq!(headers["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-accel-buffering"], "no");
    let result = json!({ "data": { "viewer": { "username": "ann" } } });
    assert_eq!(events(response).await, [("next".to_owned(), None, result.clone()), complete()]);
    let query = "/graphql?query=%7B%20viewer%20%7B%20username%20%7D%20%7D";
    let request = |query: &str| {
        let request = Request::get(query).header(header::ACCEPT, "text/event-stream");
        request.body(Body::empty()).unwrap()
    };
    let found = events(ann.sends_request(request(query)).await).await;
    assert_eq!(found, [("next".to_owned(), None, result), complete()]);
    let mutation = "mutation { logout { sessionId } }";
    let by_get = format!("/graphql?query={}", mutation.replace(' ', "%20").replace('{', "%7B"));
    let refused = ann.sends_request(request(&by_get.replace('}', "%7D"))).await;
    assert_eq!(refused.status(), 405);
    let found = events(posts(&ann, &[], mutation).await).await;
    assert_eq!(found[0].2["data"]["logout"]["sessionId"], json!(ann.session));
    assert_eq!(found[1], complete());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_numbered_and_a_client_goes_on_where_it_was() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let chat = ann.starts_a_group_with(&[&app.person("bob").await]).await;
    for body in ["one", "two", "three"] {
        ann.sends(chat, body).await;
    }
    // The end of the conversation is the end of the stream.
    ann.ends(chat).await.succeeds();
    let all = format!(
        "subscription {{ conversationEvents(conversationId: \"{chat}\", afterEventSeq: 0) {{ __typename }} }}"
    );
    for (headers, first) in [(&[][..], 1), (&[("last-event-id", "4")], 5)] {
        let found = events(posts(&ann, headers, &all).await).await;
        let kind = |id: i32| match id {
            1 | 2 => "MemberJoined",
            6 => "ConversationDeleted",
            _ => "MessageAdded",
        };
        let event = |id: i32| {
            let item = json!({ "data": { "conversationEvents": { "__typename": kind(id) } } });
            ("next".to_owned(), Some(id.to_string()), item)
        };
        let expected: Vec<_> = (first..=6).map(event).chain([complete()]).collect();
        assert_eq!(found, expected);
    }
    let refused = posts(&ann, &[("last-event-id", "yesterday")], &all).await;
    assert_eq!(refused.status(), 400);
    let body: Value = serde_json::from_str(&reads(refused).await.unwrap()).unwrap();
    let extensions = &body["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "BAD_USER_INPUT");
    assert_eq!(extensions["field"], "Last-Event-ID");
    // An empty one is none, and a bad one is nothing to what has no numbers.
    assert_eq!(events(posts(&ann, &[("last-event-id", "")], &all).await).await.len(), 7);
    for query in ["{ viewer { username } }", "subscription { inboxEvents { __typename } }"] {
        let found = posts(&ann, &[("last-event-id", "yesterday")], query).await;
        assert_eq!(found.status(), 200, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_answered_by_events_wherever_the_client_takes_them() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let live = ann.listens(&app).await;
    let asks = async |accept: &str, query: &str| {
        let request = Request::post("/graphql")
            .header(header::ACCEPT, accept)
            .header(header::CONTENT_TYPE, "application/json");
        let body = json!({ "query": query }).to_string();
        let response = ann.sends_request(request.body(Body::from(body)).unwrap()).await;
        let media = response.headers()["content-type"].to_str().unwrap();
        let media = media.split(';').next().unwrap().to_owned();
        (response.status().as_u16(), media, response)
    };
    for (accept, status, media) in [
        ("text/event-stream", 200, "text/event-stream"),
        ("text/event-stream, application/json", 200, "text/event-stream"),
        ("text/event-stream, */*", 200, "text/event-stream"),
        ("application/graphql-response+json, text/event-stream;q=0.1", 200, "text/event-stream"),
        ("application/json, text/event-stream;q=0", 400, "application/json"),
        ("*/*", 400, "application/json"),
    ] {
        let (found, kind, _) = asks(accept, &live).await;
        assert_eq!((found, kind.as_str()), (status, media), "{accept}");
        // What has one answer comes as the client likes it best.
        if accept.contains(", ") {
            let (found, kind, _) = asks(accept, "{ __typename }").await;
            assert_eq!(found, 200, "{accept}");
            assert_ne!(kind, "text/event-stream", "{accept}");
        }
    }
    let (status, _, response) = asks("text/html", &live).await;
    assert_eq!(status, 406);
    assert!(reads(response).await.unwrap().contains("text/event-stream"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_ask_is_told_as_over_http() {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    for client in [&stranger, &stranger.with_token("nonsense")] {
        let refused = posts(client, &[], "subscription { inboxEvents { __typename } }").await;
        assert_eq!(refused.status(), 401);
        assert_eq!(refused.headers()["content-type"], "application/json; charset=utf-8");
        let body: Value = serde_json::from_str(&reads(refused).await.unwrap()).unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
    let put = Request::builder().method(Method::PUT).uri("/graphql");
    let put = put.header(header::ACCEPT, "text/event-stream").body(Body::empty()).unwrap();
    assert_eq!(stranger.sends_request(put).await.status(), 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_refused_is_an_event_too() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let found = events(posts(&ann, &[], query).await).await;
        assert_eq!(found.len(), 2, "{query}");
        let (name, id, data) = &found[0];
        assert_eq!((name.as_str(), id), ("next", &None));
        assert_eq!(data["errors"][0]["extensions"]["code"], code);
        assert!(data["errors"][0]["extensions"]["requestId"].is_string());
        assert!(data.get("data").is_none());
        assert_eq!(found[1], complete());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_subscription_shows_signs_of_life() {
    let ws_ping = Duration::from_millis(100);
    let options = server::Options { ws_ping, ..server::Options::default() };
    let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    let ann = app.person("ann").await;
    let live = ann.listens(&app).await;
    let mut chunks = posts(&ann, &[], &live).await.into_body().into_data_stream();
    for _ in 0..3 {
        assert_eq!(chunks.next().await.unwrap().unwrap(), ":\n\n");
    }
}

/// The same person with a token that is good for so long.
fn with_token(app: &TestApp, person: &Person, lasts: Duration) -> Client {
    let now = app.clock.now();
    let token = Token {
        user: UserId::from(person.id),
        session: SessionId::from(person.session),
        jti: token::new_jti(),
        expires_at: now.after(lasts).seconds(),
    };
    person.with_token(&app.tokens.sign(TokenType::Access, &token, now).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_breaks_off_with_its_token() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let live = ann.listens(&app).await;
    let ann = with_token(&app, &ann, Duration::from_mins(15));
    let chunks = posts(&ann, &[], &live).await.into_body().into_data_stream();
    app.clock.forward(Duration::from_mins(16));
    breaks_off(chunks).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_breaks_off_when_the_server_stops() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let live = ann.listens(&app).await;
    let chunks = posts(&ann, &[], &live).await.into_body().into_data_stream();
    app.app.stopping.cancel();
    breaks_off(chunks).await;
}

/// Follows all that was ever said over a connection of its own, reads the head of the answer, and nothing more.
async fn stalls(served: &Served, who: &Client, chat: impl std::fmt::Display) -> TcpStream {
    let query = format!(
        "subscription {{ messageAdded(conversationId: \"{chat}\", afterSeq: 0) {{ body }} }}"
    );
    let body = json!({ "query": query }).to_string();
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n\
        Authorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
        who.token().unwrap(),
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    stream
}

/// Nothing of a stream is left on the server but what the system holds of it.
async fn is_let_go(app: &TestApp, within: Duration) {
    app.app.running.close();
    timeout(within, app.app.running.wait()).await.expect("the stream should have ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_dropped_and_so_is_the_connection() {
    let options = server::Options { ws_ping: Duration::from_secs(1), ..server::Options::default() };
    let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    fills(&app, chat, ann.id, 3_000, |_| "x".repeat(10_000)).await;
    let served = app.serves_within(Duration::from_secs(3)).await;
    let mut stream = stalls(&served, &bob, chat).await;
    is_let_go(&app, Duration::from_secs(30)).await;
    // As the system sees it, the server's end of the connection is gone.
    let port = stream.local_addr().unwrap().port();
    let ends = format!(":{:04X} 0100007F:{port:04X} ", served.address.port());
    let gone = async {
        while std::fs::read_to_string("/proc/net/tcp").unwrap().contains(&ends) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(Duration::from_secs(30), gone).await.expect("the connection should be gone");
    // Whoever reads again learns of it.
    let mut rest = Vec::new();
    let end = timeout(Duration::from_secs(30), stream.read_to_end(&mut rest)).await;
    assert!(end.expect("it should end").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_does_not_outlast_the_session() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    fills(&app, chat, ann.id, 3_000, |_| "x".repeat(10_000)).await;
    let served = app.serves().await;
    let stream = stalls(&served, &bob, chat).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    bob.asks_for("mutation { logout { sessionId } }").await.succeeds();
    is_let_go(&app, Duration::from_secs(15)).await;
    drop(stream);
}
