//! HTTP as clients and operators see it: statuses, media types, methods, tokens, limits, health, and how the server stops.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use http_body_util::BodyExt;
use parlance::{
    domain::{Rules, operations},
    secrets::token::{Token, TokenType, new_jti},
    server,
    time::Clock,
};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{
    commands::{Program, Running, send},
    concurrency::Held,
    store::{Proxy, server_behind},
    support::{Client, PASSWORD, Person, Setup, TestApp, Value, client_id, json},
};

const JSON: &str = "application/json";
const RESPONSE: &str = "application/graphql-response+json";

/// An answer, whatever it was asked for.
struct Reply {
    status: u16,
    headers: HeaderMap,
    text: String,
    body: Value,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn code(&self) -> &str {
        self.body.pointer("/errors/0/extensions/code").and_then(Value::as_str).unwrap_or_default()
    }
}

async fn asks(
    client: &Client,
    method: &str,
    uri: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Reply {
    let mut request =
        Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = client.sends_request(request.body(body.into()).unwrap()).await;
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Reply {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: serde_json::from_str(&text).unwrap_or_default(),
        text,
    }
}

async fn posts(client: &Client, accept: &str, body: &Value) -> Reply {
    asks(
        client,
        "POST",
        "/graphql",
        &[("content-type", JSON), ("accept", accept)],
        body.to_string(),
    )
    .await
}

/// A query as it stands in an address.
fn in_address(query: &str) -> String {
    let bytes = query.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    format!("/graphql?query={}", bytes.collect::<String>())
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn the_status_says_how_far_a_request_came() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let stranger = app.stranger();
    let client: &Client = &ann;
    for (client, body, json_status, response_status, code, has_data) in [
        (client, json!({ "query": "{ viewer { id } }" }), 200, 200, "", true),
        (
            client,
            json!({ "query": "{ conversation(id: \"x\") { id } }" }),
            200,
            200,
            "BAD_USER_INPUT",
            true,
        ),
        (
            client,
            json!({ "query": "mutation { logout2: markRead(input: { conversationId: \"0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b\", upToSeq: 1 }) { conversation { id } } }" }),
            200,
            200,
            "NOT_FOUND",
            true,
        ),
        (client, json!({ "query": "{" }), 200, 400, "GRAPHQL_PARSE_FAILED", false),
        (client, json!({ "query": "{ nothing }" }), 200, 400, "GRAPHQL_VALIDATION_FAILED", false),
        (
            client,
            json!({ "query": "query Q($v: ID!) { node(id: $v) { id } }" }),
            200,
            400,
            "BAD_USER_INPUT",
            false,
        ),
        (
            client,
            json!({ "query": "query A { __typename } query B { __typename }" }),
            200,
            400,
            "OPERATION_RESOLUTION_FAILURE",
            false,
        ),
        (
            client,
            json!({ "query": "{ __typename }", "operationName": "X" }),
            200,
            400,
            "OPERATION_RESOLUTION_FAILURE",
            false,
        ),
        (
            client,
            json!({ "query": format!("{{ {} }}", "a: __typename ".repeat(60)) }),
            200,
            400,
            "QUERY_TOO_COMPLEX",
            false,
        ),
        (
            client,
            json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "00" } } }),
            200,
            400,
            "PERSISTED_QUERY_NOT_FOUND",
            false,
        ),
        (client, json!({}), 400, 400, "BAD_USER_INPUT", false),
        (client, json!({ "query": 7 }), 400, 400, "BAD_USER_INPUT", false),
        (client, json!({ "query": null }), 400, 400, "BAD_USER_INPUT", false),
        (
            client,
            json!({ "query": "{ __typename }", "variables": "x" }),
            400,
            400,
            "BAD_USER_INPUT",
            false,
        ),
        (
            client,
            json!({ "query": "{ __typename }", "variables": [] }),
            400,
            400,
            "BAD_USER_INPUT",
            false,
        ),
        (
            client,
            json!({ "query": "{ __typename }", "operationName": 1 }),
            400,
            400,
            "BAD_USER_INPUT",
            false,
        ),
        (
            client,
            json!({ "query": "{ __typename }", "extensions": 1 }),
            400,
            400,
            "BAD_USER_INPUT",
            false,
        ),
        (client, json!("{ __typename }"), 400, 400, "BAD_USER_INPUT", false),
        (client, json!([{ "query": "{ __typename }" }]), 400, 400, "BAD_USER_INPUT", false),
        (
            client,
            Value::Array(vec![json!({ "query": "{ __typename }" }); 11]),
            400,
            400,
            "BAD_USER_INPUT",
            false,
        ),
        (client, json!([]), 400, 400, "BAD_USER_INPUT", false),
        (&stranger, json!({ "query": "{ viewer { id } }" }), 401, 401, "UNAUTHENTICATED", false),
        (&stranger, json!({ "query": "{ __typename }" }), 200, 200, "", true),
    ] {
        for (accept, status) in [(JSON, json_status), (RESPONSE, response_status)] {
            let reply = posts(client, accept, &body).await;
            assert_eq!(reply.status, status, "{accept} {body}: {}", reply.text);
            assert_eq!(reply.code(), code, "{body}: {}", reply.text);
            assert_eq!(reply.body.get("data").is_some(), has_data, "{body}: {}", reply.text);
            assert_eq!(reply.header("content-type"), format!("{accept}; charset=utf-8"));
            assert_eq!(reply.header("cache-control"), "no-store");
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
            assert!(
                reply.headers.get_all("vary").iter().any(|vary| vary
                    .to_str()
                    .unwrap()
                    .to_lowercase()
                    .contains("accept"))
            );
            for error in reply.body["errors"].as_array().unwrap_or(&Vec::new()) {
                assert!(
                    error["message"].is_string() && error["extensions"]["retryable"] == false,
                    "{error}"
                );
                assert_eq!(error["extensions"]["requestId"], reply.header("x-request-id"));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_json_is_read_and_written() {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    let body = json!({ "query": "{ __typename }" }).to_string();
    for (content_type, status) in [
        (JSON, 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON;charset=\"UTF-8\"", 200),
        ("application/json; charset=utf-16", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/graphql", 415),
        ("application/jsonp", 415),
        ("", 415),
    ] {
        let headers = [("content-type", content_type)];
        let headers = if content_type.is_empty() { &headers[..0] } else { &headers };
        let reply = asks(&stranger, "POST", "/graphql", headers, body.clone()).await;
        assert_eq!(reply.status, status, "{content_type}: {}", reply.text);
        assert!(status == 200 || reply.code() == "BAD_USER_INPUT");
    }
    for (accept, status, media) in [
        ("*/*", 200, JSON),
        ("text/html, application/xhtml+xml, */*;q=0.8", 200, JSON),
        ("application/graphql-response+json, application/json;q=0.9", 200, RESPONSE),
        ("text/html", 406, JSON),
        ("application/json;q=0", 406, JSON),
    ] {
        let reply = asks(
            &stranger,
            "POST",
            "/graphql",
            &[("content-type", JSON), ("accept", accept)],
            body.clone(),
        )
        .await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (status, format!("{media}; charset=utf-8").as_str()),
            "{accept}"
        );
    }
    for broken in [
        "",
        "{",
        "{\"query\": \"{ __typename }\"",
        "nonsense",
        "{\"query\": \"\\ud800\"}",
        "{} {}",
        "\u{feff}{}",
    ] {
        let reply =
            asks(&stranger, "POST", "/graphql", &[("content-type", JSON)], broken.to_owned()).await;
        assert_eq!(
            (reply.status, reply.code()),
            (400, "BAD_USER_INPUT"),
            "{broken}: {}",
            reply.text
        );
    }
    let reply =
        asks(&stranger, "POST", "/graphql", &[("content-type", JSON)], vec![b'{', 0xff, b'}'])
            .await;
    assert_eq!((reply.status, reply.code()), (400, "BAD_USER_INPUT"));
}

#[tokio::test(flavor = "multi_thread")]
async fn get_reads_and_never_changes_anything() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let reply = asks(&ann, "GET", &in_address("{ viewer { username } }"), &[], "").await;
    assert_eq!((reply.status, &reply.body["data"]["viewer"]["username"]), (200, &json!("ann")));
    let uri = format!(
        "{}&operationName=B&variables=%7B%22v%22%3A1%7D",
        in_address("query A { __typename } query B($v: Int) { users(first: $v) { totalCount } }")
    );
    assert_eq!(asks(&ann, "GET", &uri, &[], "").await.body["data"]["users"]["totalCount"], 1);
    let head = asks(&ann, "HEAD", &in_address("{ viewer { id } }"), &[], "").await;
    assert_eq!(head.status, 200);
    let both = in_address("mutation M { logout { sessionId } } query Q { __typename }");
    for uri in [in_address("mutation { logout { sessionId } }"), format!("{both}&operationName=M")]
    {
        for method in ["GET", "HEAD"] {
            let reply = asks(&ann, method, &uri, &[], "").await;
            assert_eq!((reply.status, reply.header("allow")), (405, "POST"), "{method} {uri}");
        }
    }
    assert_eq!(asks(&ann, "GET", &format!("{both}&operationName=Q"), &[], "").await.status, 200);
    ann.asks_for("{ viewer { id } }").await.succeeds();
    for method in ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
        let reply =
            asks(&ann, method, &in_address("{ viewer { id } }"), &[("content-type", JSON)], "{}")
                .await;
        assert_eq!((reply.status, reply.header("allow")), (405, "GET, POST"), "{method}");
        assert_eq!(reply.code(), "BAD_USER_INPUT");
    }
    let fine = in_address("{ __typename }");
    for (uri, status) in [
        ("/graphql".to_owned(), 400),
        ("/graphql?query=".to_owned(), 200),
        (format!("{fine}&query=b"), 400),
        (format!("{fine}&variables=x"), 400),
        (format!("{fine}&variables=%5B%5D"), 400),
        (format!("{fine}&extensions=1"), 400),
        (format!("{fine}&variables=&operationName=&extensions="), 200),
        (format!("{fine}&unknown=1"), 200),
    ] {
        let reply = asks(&ann, "GET", &uri, &[], "").await;
        assert_eq!(reply.status, status, "{uri}: {}", reply.text);
    }
    for path in ["/graphql/", "/apis", "/graphql/x", "/.env", "/metrics"] {
        assert_eq!(asks(&ann, "GET", path, &[], "").await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_larger_than_the_limit_is_not_read() {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    let padded = |size: usize| {
        let body = "{\"query\": \"{ __typename }\"}";
        format!("{body}{}", " ".repeat(size - body.len()))
    };
    let limit = 1 << 20;
    let json = [("content-type", JSON)];
    assert_eq!(asks(&stranger, "POST", "/graphql", &json, padded(limit)).await.status, 200);
    let reply = asks(&stranger, "POST", "/graphql", &json, padded(limit + 1)).await;
    assert_eq!((reply.status, reply.code()), (413, "PAYLOAD_TOO_LARGE"));
    // Also when nobody says beforehand how long it is.
    let chunks =
        futures_util::stream::iter((0..40).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1 << 16])));
    let reply = asks(&stranger, "POST", "/graphql", &json, Body::from_stream(chunks)).await;
    assert_eq!((reply.status, reply.code()), (413, "PAYLOAD_TOO_LARGE"));
    let options = server::Options { body_limit: 100, ..server::Options::default() };
    let small = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    assert_eq!(asks(&small.stranger(), "POST", "/graphql", &json, padded(100)).await.status, 200);
    assert_eq!(asks(&small.stranger(), "POST", "/graphql", &json, padded(101)).await.status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_token_is_refused_except_where_one_is_asked_for() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let token = ann.token().unwrap().to_owned();
    let soon = Token {
        user: ann.id.into(),
        session: ann.session.into(),
        jti: new_jti(),
        expires_at: app.clock.now().seconds() + 10,
    };
    let short = app.tokens.sign(TokenType::Access, &soon, app.clock.now()).unwrap();
    for header in [
        format!("Bearer {token}"),
        format!("bearer {token}"),
        format!("BEARER  {token} "),
        format!("Bearer {short}"),
    ] {
        ann.with_header("authorization", &header).asks_for("{ viewer { id } }").await.succeeds();
    }
    app.clock.forward(Duration::from_secs(11));
    let mut flipped = token.clone().into_bytes();
    let middle = token.rfind('.').unwrap() + 5;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let bad = [
        (format!("Bearer {short}"), "TOKEN_EXPIRED"),
        (format!("Bearer {flipped}"), "UNAUTHENTICATED"),
        ("Bearer x".to_owned(), "UNAUTHENTICATED"),
        ("Bearer ".to_owned(), "UNAUTHENTICATED"),
        ("Bearer".to_owned(), "UNAUTHENTICATED"),
        (String::new(), "UNAUTHENTICATED"),
        (token.clone(), "UNAUTHENTICATED"),
        (format!("Basic {token}"), "UNAUTHENTICATED"),
        (format!("Token {token}"), "UNAUTHENTICATED"),
        (format!("Bearer {}", ann.refresh_token), "UNAUTHENTICATED"),
    ];
    let login = format!(
        "login(input: {{ username: \"ann\", password: \"{PASSWORD}\" }}) {{ user {{ id }} }}"
    );
    for (header, code) in &bad {
        let client = app.stranger().with_header("authorization", header);
        for document in [
            "{ viewer { id } }",
            "{ server { epoch } }",
            "{ __typename }",
            "mutation { logout { sessionId } }",
        ] {
            let answer = client.asks_for(document).await;
            answer.fails_with(code).has_status(401);
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
            assert!(!answer.text.contains(&token[..20]), "tokens are not repeated");
        }
    }
    for header in [&bad[0].0, &bad[2].0, &bad[6].0] {
        let client = app.stranger().with_header("authorization", header);
        client.asks_for(format!("mutation {{ {login} }}")).await.succeeds();
        let refresh = json!({ "refreshToken": "x" });
        client
            .does("refreshToken", refresh, "accessToken")
            .await
            .fails_with("UNAUTHENTICATED")
            .has_status(200);
        let wanted = json!({ "username": "a", "email": "x", "password": "x" });
        client.does("register", wanted, "accessToken").await.fails_with("BAD_USER_INPUT");
        client
            .asks_for(format!("mutation {{ {login} logout {{ sessionId }} }}"))
            .await
            .has_status(401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_has_an_id_that_the_client_may_choose() {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    let id_of = async |id: &str| {
        let headers = [("content-type", JSON), ("x-request-id", id)];
        let reply =
            asks(&stranger, "POST", "/graphql", &headers, "{\"query\": \"{ viewer { id } }\"}")
                .await;
        let answered = reply.header("x-request-id").to_owned();
        assert_eq!(reply.body["errors"][0]["extensions"]["requestId"], answered);
        answered
    };
    for kept in ["abc", "0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "a.b:c_d", &"x".repeat(64)] {
        assert_eq!(id_of(kept).await, kept);
    }
    let mut seen = Vec::new();
    for replaced in ["", "a b", "<script>", "a\tb", &"x".repeat(65), "a\"b", "{}"] {
        let id = id_of(replaced).await;
        assert!(id.parse::<uuid::Uuid>().is_ok(), "{replaced:?} became {id:?}");
        seen.push(id);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7, "each is new");
    let reply = asks(&stranger, "GET", "/healthz", &[], "").await;
    assert!(reply.header("x-request-id").parse::<uuid::Uuid>().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_origins_that_are_allowed_may_read_from_a_page() {
    let options = server::Options {
        allowed_origins: vec![
            "https://app.example.org".to_owned(),
            "https://other.example.org/".to_owned(),
        ],
        ..server::Options::default()
    };
    let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    let closed = TestApp::start().await;
    for (app, origin, is_allowed) in [
        (&app, "https://app.example.org", true),
        (&app, "https://other.example.org", true),
        (&app, "https://evil.example.org", false),
        (&app, "http://app.example.org", false),
        (&app, "https://app.example.org.evil.org", false),
        (&app, "null", false),
        (&closed, "https://app.example.org", false),
    ] {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization, content-type"),
        ];
        let preflight = asks(&app.stranger(), "OPTIONS", "/graphql", &headers, "").await;
        let headers = [("origin", origin), ("content-type", JSON)];
        let reply =
            asks(&app.stranger(), "POST", "/graphql", &headers, "{\"query\": \"{ __typename }\"}")
                .await;
        let expected = if is_allowed { origin } else { "" };
        for reply in [&preflight, &reply] {
            assert_eq!(reply.header("access-control-allow-origin"), expected, "{origin}");
            assert_eq!(
                reply.header("access-control-allow-credentials"),
                "",
                "tokens are no cookies"
            );
            let vary: Vec<String> = reply
                .headers
                .get_all("vary")
                .iter()
                .map(|vary| vary.to_str().unwrap().to_lowercase())
                .collect();
            assert!(vary.join(",").contains("origin"), "{origin}: {vary:?}");
        }
        if is_allowed {
            let allowed = preflight.header("access-control-allow-headers").to_lowercase();
            assert!(
                allowed.contains("authorization") && allowed.contains("content-type"),
                "{allowed}"
            );
            assert!(preflight.header("access-control-allow-methods").contains("POST"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_ready_says_why() {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    let ready = async || asks(&stranger, "GET", "/readyz", &[], "").await;
    let reply = ready().await;
    assert_eq!((reply.status, &reply.body["status"]), (200, &json!("ready")), "{}", reply.text);
    assert_eq!(asks(&stranger, "GET", "/healthz", &[], "").await.text, "ok\n");
    app.writes("DELETE FROM __diesel_schema_migrations WHERE version LIKE '%9'").await;
    app.clock.forward(Duration::from_secs(1));
    let reply = ready().await;
    assert_eq!((reply.status, &reply.body["status"]), (503, &json!("not ready")));
    assert!(reply.body["reasons"][0].as_str().unwrap().contains("not migrated"), "{}", reply.text);
    assert_eq!(
        asks(&stranger, "GET", "/healthz", &[], "").await.status,
        200,
        "it is alive all the same"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ran_while_the_data_was_restored_is_not_ready_until_it_is_restarted() {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    let ready = async || asks(&stranger, "GET", "/readyz", &[], "").await;
    assert_eq!(ready().await.status, 200);
    operations::restored(&app.store).await.unwrap();
    app.clock.forward(Duration::from_secs(1));
    let reply = ready().await;
    let why = "the data was restored since this server was started: restart it";
    assert_eq!((reply.status, &reply.body["reasons"][0]), (503, &json!(why)));
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_it_is_ready_is_looked_at_once_a_second_however_many_ask_and_a_stop_is_told_at_once()
 {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    let ready = async || asks(&stranger, "GET", "/readyz", &[], "").await.status;
    // All connections are warm.
    futures_util::future::join_all((0..50).map(|_| ready())).await;
    app.clock.stops();
    let cost = async |asked: usize| {
        app.clock.forward(Duration::from_secs(1));
        let before = app.store.statements();
        for status in futures_util::future::join_all((0..asked).map(|_| ready())).await {
            assert_eq!(status, 200);
        }
        app.store.statements() - before
    };
    let one = cost(1).await;
    assert!(one > 0);
    assert_eq!(cost(200).await, one);
    // Who asked first may go away: those who wait are told all the same.
    let held = futures_util::future::join_all((0..8).map(|_| app.store.conn())).await;
    app.clock.forward(Duration::from_secs(1));
    let before = app.store.statements();
    assert!(tokio::time::timeout(Duration::from_millis(50), ready()).await.is_err());
    let (waits, ()) = tokio::join!(ready(), async { drop(held) });
    assert_eq!((waits, app.store.statements() - before), (200, one));
    app.app.stopping.cancel();
    let reply = asks(&stranger, "GET", "/readyz", &[], "").await;
    assert_eq!((reply.status, &reply.body["reasons"][0]), (503, &json!("the server is stopping")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_database_is_away_says_so_and_keeps_its_secrets() {
    let app = TestApp::start_with(Setup { pool_size: 2, ..Setup::default() }).await;
    let ann = app.person("ann").await;
    let (client, _held) = if app.store.is_sqlite() {
        // A file is never away; but there may be no connection to be had.
        let held = [app.store.conn().await.unwrap(), app.store.conn().await.unwrap()];
        (Client::clone(&ann), Some(held))
    } else {
        let proxy = Proxy::before(&app.database_url()).await;
        let client =
            Client::new(server_behind(&app, &proxy).await).with_token(ann.token().unwrap());
        client.asks_for("{ viewer { id } }").await.succeeds();
        proxy.breaks();
        (client, None)
    };
    let (reply, answer) = tokio::join!(
        asks(&client, "GET", "/readyz", &[], ""),
        client.asks_for("{ viewer { id } }")
    );
    assert_eq!(reply.status, 503, "{}", reply.text);
    assert!(reply.body["reasons"][0].as_str().unwrap().contains("database"), "{}", reply.text);
    answer.fails_with("SERVICE_UNAVAILABLE").has_status(503);
    assert_eq!(asks(&client, "GET", "/healthz", &[], "").await.status, 200);
    let url = app.database_url();
    let password = url.split(['@']).next().and_then(|head| head.rsplit(':').next()).unwrap();
    for text in [&reply.text, &answer.text] {
        assert!(app.store.is_sqlite() || !text.contains(&format!(":{password}@")), "{text}");
        assert!(!text.to_lowercase().contains("select"), "{text}");
    }
}

fn limited() -> Setup {
    Setup { rules: Rules { rate_limits: true, ..Setup::default().rules }, ..Setup::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_date_of_an_answer_follows_the_clock_when_it_is_set_back_too() {
    let app = TestApp::start().await;
    app.clock.stops();
    for by in [0, 3_600, 1] {
        app.clock.back(Duration::from_secs(by));
        let reply = asks(&app.stranger(), "GET", "/healthz", &[], "").await;
        assert_eq!(reply.header("date"), app.clock.now().http());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_eleventh_try_to_sign_in_to_an_account_has_to_wait_wherever_it_comes_from() {
    let app = TestApp::start_with(limited()).await;
    let (ann, bob, _) = app.people().await;
    let login = async |n: usize, name: &str, password: &str| {
        let client = app.stranger().from(&format!("192.0.2.{n}"));
        client.does("login", json!({ "username": name, "password": password }), "user { id }").await
    };
    for n in 1..=10 {
        login(n, if n % 2 == 0 { "ann" } else { "ANN" }, "wrong")
            .await
            .fails_with("INVALID_CREDENTIALS")
            .has_status(200);
    }
    for (n, password) in [(11, "wrong"), (12, PASSWORD)] {
        let answer = login(n, "ann", password).await;
        answer.fails_with("RATE_LIMITED").has_status(429);
        let wait = answer.errors()[0]["extensions"]["retryAfterMs"].as_u64().unwrap();
        let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!(wait > 0 && seconds == wait.div_ceil(1000).max(1), "{wait} ms, {seconds} s");
    }
    // Nobody else suffers, and whoever is signed in stays so.
    login(13, "bob", PASSWORD).await.succeeds();
    ann.asks_for("{ viewer { id } }").await.succeeds();
    bob.asks_for("{ viewer { id } }").await.succeeds();
    // An account that is not there behaves like one that is.
    for n in 21..=30 {
        login(n, "nobody", "wrong").await.fails_with("INVALID_CREDENTIALS");
    }
    login(31, "nobody", "wrong").await.fails_with("RATE_LIMITED").has_status(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_from_one_address_are_limited_and_a_forged_header_is_no_other_address() {
    let app = TestApp::start_with(limited()).await;
    app.person("ann").await;
    let mut codes = Vec::new();
    for n in 0..40 {
        let client = app
            .stranger()
            .from("203.0.113.7")
            .with_header("x-forwarded-for", &format!("198.51.100.{n}"));
        let answer = client
            .does(
                "login",
                json!({ "username": format!("name{n}"), "password": "wrong" }),
                "user { id }",
            )
            .await;
        codes.push(answer.code().unwrap_or_default().to_owned());
    }
    assert!(codes[..30].iter().all(|code| code == "INVALID_CREDENTIALS"), "{codes:?}");
    assert!(codes[30..].iter().any(|code| code == "RATE_LIMITED"), "{codes:?}");
    // A document is no way to try many at once: it ends with the first that fails.
    let other = app.stranger().from("203.0.113.8");
    let fields = (0..20).map(|n| {
        format!("a{n}: login(input: {{ username: \"ann\", password: \"{n}\" }}) {{ expiresAt }} ")
    });
    let document = format!("mutation {{ {} }}", fields.collect::<String>());
    for _ in 0..10 {
        other.asks_for(&document).await.fails_with("INVALID_CREDENTIALS");
    }
    other.asks_for(&document).await.fails_with("RATE_LIMITED").has_status(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_too_fast_has_to_wait() {
    let app = TestApp::start_with(limited()).await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let mut refused = None;
    for n in 0..1_000 {
        let answer = ann
            .does(
                "setTyping",
                json!({ "conversationId": chat, "typing": n % 2 == 0 }),
                "conversationId",
            )
            .await;
        if answer.code().is_some() {
            refused = Some((n, answer));
            break;
        }
    }
    let (n, answer) = refused.expect("there is an end to it");
    assert!(n >= 190, "only after a good many: {n}");
    answer.fails_with("RATE_LIMITED").has_status(429);
    ann.sees(chat, "id").await.succeeds();
    bob.sends(chat, "I still can").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_whose_client_hangs_up_is_carried_out() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let served = app.serves().await;
    let held = Held::lock(&app.store, &[chat]).await;
    let mut hints = app.app.live.listen();
    let body = send(chat, "before I go", client_id()).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
        ann.token().unwrap(),
        body.len()
    );
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    while app.app.running.is_empty() {
        tokio::task::yield_now().await;
    }
    drop(stream);
    held.released().await;
    hints.recv().await.unwrap();
    assert_eq!(
        bob.sees(chat, "lastMessage { body }").await.word("conversation.lastMessage.body"),
        "before I go"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_answers_what_is_under_way() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let program = Program::on(&app).with("PARLANCE_LOG", "info,parlance=trace");
    let mut server = Running::start(&program).await;
    let held = Held::lock(&app.store, &[chat]).await;
    let mut slow = TcpStream::connect(&server.address).await.unwrap();
    let body = send(chat, "under way", client_id()).to_string();
    let headers = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        ann.token().unwrap(),
        body.len()
    );
    // Half of it before, half of it after: the server is in the middle of this request when it is told.
    slow.write_all(headers.as_bytes()).await.unwrap();
    slow.write_all(&body.as_bytes()[..10]).await.unwrap();
    // A request on another connection that has been answered tells that this one has been taken up.
    assert_eq!(server.asks(None, &json!({ "query": "{ __typename }" })).await.unwrap().0, 200);
    server.signals("TERM");
    server.logs("stopping").await;
    slow.write_all(&body.as_bytes()[10..]).await.unwrap();
    held.released().await;
    let mut answer = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut slow, &mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("under way"), "{answer}");
    let (code, log) = server.ends().await;
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(
        bob.sees(chat, "lastMessage { body }").await.word("conversation.lastMessage.body"),
        "under way"
    );
}

/// What only its owner may ever see again.
fn is_kept_secret(text: &str, secrets: &[&str], whose: &str) {
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} is in {whose}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_of_each_request_and_keeps_every_secret() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let program =
        Program::on(&app).with("PARLANCE_LOG", "debug").with("PARLANCE_LOG_FORMAT", "json");
    let server = Running::start(&program).await;
    let token = ann.token().unwrap();
    let secrets = [
        "seeded-password-1",
        "seeded-body-2",
        "seeded-query-3",
        "seeded-variable-4",
        &ann.refresh_token,
        token,
        "a secret of the tests",
    ];
    let login = "mutation L($p: String!) { login(input: { username: \"ann\", password: $p }) { accessToken } }";
    let register = "mutation { register(input: { username: \"new\", email: \"new@example.org\", password: \"seeded-password-1\" }) { refreshToken } }";
    for body in [
        send(chat, "seeded-body-2", client_id()),
        json!({ "query": login, "variables": { "p": "seeded-password-1" } }),
        json!({ "query": login, "variables": { "p": PASSWORD } }),
        json!({ "query": register }),
        json!({ "query": "mutation R($t: String!) { refreshToken(input: { refreshToken: $t }) { accessToken } }", "variables": { "t": ann.refresh_token } }),
        json!({ "query": "{ messages(filter: { bodyContains: \"seeded-query-3\" }) { nodes { id } } }" }),
        json!({ "query": "query Q($v: ID!) { node(id: $v) { id } }", "variables": { "v": "seeded-variable-4" } }),
        json!({ "query": "{ seeded-query-3 }" }),
    ] {
        server.asks(Some(token), &body).await.unwrap();
    }
    let get = format!(
        "GET {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}x\r\nConnection: close\r\nX-Request-Id: mine-7\r\n\r\n",
        in_address("{ user(id: \"seeded-query-3\") { id } }").replace("%2D", "-")
    );
    assert_eq!(server.sends(&get).await.unwrap().0, 401);
    server.signals("TERM");
    let (code, log) = server.ends().await;
    assert_eq!(code, Some(0));
    is_kept_secret(&log, &secrets, "the log");
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect();
    let answered: Vec<&Value> = lines.iter().filter(|line| line["message"] == "answered").collect();
    assert_eq!(answered.len(), 9, "one line for each request: {log}");
    assert!(answered.iter().all(|line| line["path"] == "/graphql" && line["status"].is_number()));
    assert!(answered.iter().any(|line| line["status"] == 401
        && line["code"] == "UNAUTHENTICATED"
        && line.to_string().contains("mine-7")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_the_database_shows_a_code_and_nothing_of_it() {
    let app = TestApp::start().await;
    let (ann, bob, _): (Person, Person, Person) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let sent = ann.sends(chat, "hello").await;
    app.writes("ALTER TABLE messages RENAME TO hidden_messages").await;
    let answers = [
        ann.sees_message(sent.id, "id").await,
        ann.tries_to_send(chat, "x").await,
        ann.edits(sent.id, "x").await,
        ann.deletes(sent.id).await,
        ann.asks_for("{ messages { nodes { id } } }").await,
        ann.sees(chat, "unreadCount").await,
    ];
    for answer in answers {
        answer.fails_with("INTERNAL_SERVER_ERROR").has_status(StatusCode::OK.as_u16());
        let text = answer.text.to_lowercase();
        for word in ["hidden", "select", "table", "sqlite", "mysql", "diesel", "/", ".db"] {
            assert!(!text.contains(word), "{word} is in {text}");
        }
    }
}
