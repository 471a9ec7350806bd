//! What an operator relies on: a log that tells of attacks, keeps secrets and cannot be forged; a
//! server that does not start or serve where its promises would be empty.

use std::{fmt::Write, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use parlance::server;

use crate::{
    commands::{Program, Running},
    store::{Proxy, server_behind_with},
    support::{Client, PASSWORD, Setup, Socket, TestApp, Value, client_id, json},
};

/// Sends a request of HTTP/1.1 and answers all that comes.
async fn sends(
    server: &Running,
    first: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let mut request = format!("{first} HTTP/1.1\r\nHost: parlance\r\nConnection: close\r\n");
    for (name, value) in headers {
        let _ = write!(request, "{name}: {value}\r\n");
    }
    let _ = write!(request, "Content-Length: {}\r\n\r\n{body}", body.len());
    server.sends(&request).await.unwrap()
}

const JSON: (&str, &str) = ("Content-Type", "application/json");
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "lists of doors, secrets and words")]
async fn no_secret_is_in_the_log_or_in_an_error_whichever_door_it_came_in_by() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let folder = tempfile::tempdir().unwrap();
    let requests = folder.path().join("requests.log");
    let program = Program::on(&app)
        .with("PARLANCE_LOG", "debug")
        .with("PARLANCE_LOG_FORMAT", "json")
        .with("PARLANCE_RATE_LIMITS", "off")
        .with("PARLANCE_OTHER_SECRET_KEYS", "seeded-old-secret-of-32-bytes-or-more")
        .with("PARLANCE_NATS_URL", "nats://ann:seeded-nats-word@127.0.0.1:1")
        .with("PARLANCE_METRICS_LISTEN", "127.0.0.1:0")
        .with("PARLANCE_REQUEST_LOG", requests.to_str().unwrap());
    let mut server = Running::start(&program).await;
    let numbers = server.logs_after("the numbers are told at http://").await;
    let numbers = numbers.split('/').next().unwrap().to_owned();
    let token = ann.token().unwrap();
    let bearer = format!("Bearer {token}");
    let basic = |password: &str| format!("Basic {}", STANDARD.encode(format!("ann:{password}")));
    let (wrong, right) = (basic("seeded-basic-word"), basic(PASSWORD));
    let cookie = "sessionid=seeded-cookie-secret; csrftoken=seeded-csrf-token-seeded-csrf-token-12";
    let own = ("Authorization", bearer.as_str());
    let login = |password: &str| json!({ "username": "ann", "password": password }).to_string();
    let register = json!({ "username": "new", "email": "new@example.org", "password": "seeded-word", "confirm": "seeded-word" });
    let message = json!({ "message_body": "seeded-body" }).to_string();
    let refresh = json!({ "refresh": ann.refresh_token }).to_string();
    let messages = format!("POST /api/conversations/{chat}/messages/");
    let form = format!("username=ann&password=seeded-form-word&next=/{token}");
    let mut shown = String::new();
    for (first, headers, body) in [
        ("POST /api/token/", &[JSON][..], login("seeded-rest-word")),
        ("POST /api/token/", &[JSON], login(PASSWORD)),
        ("POST /api/token/", &[JSON], "{\"password\": \"seeded-broken-word".to_owned()),
        ("POST /api/token/refresh/", &[JSON], refresh.clone()),
        ("POST /api/token/verify/", &[JSON], json!({ "token": format!("{token}x") }).to_string()),
        ("POST /api/register/", &[JSON], register.to_string()),
        ("GET /api/users/me/", &[("Authorization", wrong.as_str())], String::new()),
        ("GET /api/users/me/", &[("Authorization", right.as_str())], String::new()),
        ("GET /api/users/me/", &[own], String::new()),
        ("GET /api/users/?search=seeded-search", &[own], String::new()),
        ("POST /api-auth/login/", &[FORM, ("Cookie", cookie)], form),
        (&messages, &[JSON, own, ("Idempotency-Key", "seeded-key")], message.clone()),
        (&messages, &[JSON, ("Cookie", cookie)], message),
        ("GET /graphql?query=%7Bseeded-query%7D&variables=seeded-variables", &[own], String::new()),
        ("GET /nothing?token=seeded-in-address", &[], String::new()),
    ] {
        let (status, text) = sends(&server, first, headers, &body).await;
        assert!(status < 500, "{first}: {status} {text}");
        if status >= 400 {
            shown.push_str(&text);
        }
    }
    let mut socket = Socket::at(&server.address, &ann).await;
    socket.starts("1", "{ user(id: \"seeded-variable\") { id } }").await;
    shown.push_str(&socket.hears().await.to_string());
    let request = "GET /metrics HTTP/1.1\r\nHost: parlance\r\nConnection: close\r\n\r\n";
    let (status, told) = server.sends_to(&numbers, request).await.unwrap();
    assert!(status == 200 && told.contains("parlance_sign_ins_total"), "{told}");
    server.signals("TERM");
    let (code, log) = server.ends().await;
    assert_eq!(code, Some(0), "{log}");
    let noted = std::fs::read_to_string(requests).unwrap();
    assert!(log.lines().count() > 10 && noted.lines().count() > 10, "{log} {noted}");
    for (whose, text) in [
        ("the log", &log),
        ("the request log", &noted),
        ("the numbers", &told),
        ("an answer", &shown),
    ] {
        for secret in [
            "seeded-rest-word",
            "seeded-broken-word",
            "seeded-word",
            "seeded-basic-word",
            "seeded-form-word",
            "seeded-cookie-secret",
            "seeded-csrf-token",
            "seeded-nats-word",
            "seeded-old-secret",
            "a secret of the tests",
            PASSWORD,
            &ann.refresh_token,
            token,
            wrong.split_once(' ').unwrap().1,
            right.split_once(' ').unwrap().1,
            "argon2id",
        ] {
            assert!(!text.contains(secret), "{secret} is in {whose}: {text}");
        }
    }
    for words in [
        "seeded-body",
        "seeded-search",
        "seeded-query",
        "seeded-variable",
        "seeded-key",
        "seeded-in-address",
    ] {
        for text in [&log, &noted, &told] {
            assert!(!text.contains(words), "{words}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_a_line_of_the_log_by_a_name_or_a_header() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    // Names that no door lets in any more may be in an older database.
    app.writes("UPDATE users SET username = 'ann\r\n{\"level\":\"ERROR\"}\u{1b}[31m' WHERE username = 'ann'").await;
    for format in ["json", "human"] {
        let program =
            Program::on(&app).with("PARLANCE_LOG", "debug").with("PARLANCE_LOG_FORMAT", format);
        let server = Running::start(&program).await;
        let forged = "x\r\n{\"level\":\"ERROR\",\"message\":\"forged\"}\u{1b}[2J";
        let bearer = format!("Bearer {}", ann.token().unwrap());
        let login = json!({ "username": forged, "password": forged, "email": forged }).to_string();
        let register = json!({ "query": "mutation R($i: RegisterInput!) { register(input: $i) { accessToken } }",
            "variables": { "i": { "username": forged, "email": "x@example.org", "password": forged } } });
        let me = json!({ "query": "{ viewer { username } }", "operationName": null }).to_string();
        let odd = json!({ "query": "query \u{1b}[31m forged { viewer { id } }" }).to_string();
        for (first, headers, body) in [
            ("POST /api/token/", &[JSON][..], login.as_str()),
            ("POST /graphql", &[JSON], &register.to_string()),
            ("POST /graphql", &[JSON, ("Authorization", &bearer)], &me),
            ("POST /graphql", &[JSON, ("Authorization", &bearer)], &odd),
            ("GET /%0d%0a%7B%22message%22:%22forged%22%7D%1b%5b31m", &[], ""),
            (
                "GET /api/users/me/",
                &[("Authorization", &bearer), ("User-Agent", "\t{forged}\u{9b}")],
                "",
            ),
            ("GET /healthz", &[("X-Request-Id", "a b\tforged"), ("X-Forwarded-For", "forged")], ""),
        ] {
            sends(&server, first, headers, body).await;
        }
        server.signals("TERM");
        let (code, log) = server.ends().await;
        assert_eq!(code, Some(0), "{log}");
        assert!(!log.contains('\u{1b}') && !log.contains('\r'), "{log:?}");
        let mut answered = 0;
        for line in log.lines() {
            if format == "json" {
                let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
                assert_ne!(line["message"], "forged", "{line}");
                assert!(line["timestamp"].is_string(), "{line}");
                answered += usize::from(line["message"] == "answered");
            } else {
                assert!(line.starts_with("20"), "a line begins with its time: {line}");
                answered += usize::from(line.contains(": answered "));
            }
        }
        assert_eq!(answered, 7, "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sign_in_a_token_used_twice_and_a_denied_access_are_in_the_log() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let program = Program::on(&app).with("PARLANCE_LOG_FORMAT", "json");
    let server = Running::start(&program).await;
    let asks = async |token: Option<&str>, query: &str, variables: Value| {
        server.asks(token, &json!({ "query": query, "variables": variables })).await.unwrap().1
    };
    // Signing in, at each door.
    let login = "mutation L($n: String!) { login(input: { username: $n, password: \"wrong-word\" }) { accessToken } }";
    asks(None, login, json!({ "n": "ann" })).await;
    asks(None, login, json!({ "n": "nobody-of-this-name" })).await;
    let body = json!({ "username": "ann", "password": "wrong-word" }).to_string();
    assert_eq!(sends(&server, "POST /api/token/", &[JSON], &body).await.0, 401);
    let basic = format!("Basic {}", STANDARD.encode("ann:wrong-word"));
    let headers = [("Authorization", basic.as_str())];
    assert_eq!(sends(&server, "GET /api/users/me/", &headers, "").await.0, 401);
    asks(
        ann.token(),
        "mutation { deleteAccount(input: { password: \"wrong-word\" }) { userId } }",
        json!({}),
    )
    .await;
    // A refresh token, after its successor was used.
    let refresh =
        "mutation R($t: String!) { refreshToken(input: { refreshToken: $t }) { refreshToken } }";
    let next = asks(None, refresh, json!({ "t": bob.refresh_token })).await;
    let next = next["data"]["refreshToken"]["refreshToken"].as_str().unwrap().to_owned();
    asks(None, refresh, json!({ "t": next })).await;
    let reused = asks(None, refresh, json!({ "t": bob.refresh_token })).await;
    assert_eq!(reused["errors"][0]["extensions"]["code"], "SESSION_REVOKED");
    // What is not hers, and what is for administrators.
    let send = "mutation S($c: ID!, $k: UUID!) { sendMessage(input: { conversationId: $c, body: \"x\", clientMessageId: $k }) { eventSeq } }";
    let denied = asks(eve.token(), send, json!({ "c": chat, "k": client_id() })).await;
    assert_eq!(denied["errors"][0]["extensions"]["code"], "NOT_FOUND", "{denied}");
    let disable = "mutation D($u: ID!) { setUserDisabled(input: { userId: $u, disabled: true }) { user { id } } }";
    let denied = asks(eve.token(), disable, json!({ "u": ann.id })).await;
    assert_eq!(denied["errors"][0]["extensions"]["code"], "FORBIDDEN", "{denied}");
    let own = format!("Bearer {}", eve.token().unwrap());
    let path = format!("GET /api/conversations/{chat}/");
    assert_eq!(sends(&server, &path, &[("Authorization", &own)], "").await.0, 403);
    server.signals("TERM");
    let (code, log) = server.ends().await;
    assert_eq!(code, Some(0), "{log}");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let with = |test: &dyn Fn(&Value) -> bool| lines.iter().filter(|line| test(line)).count();
    let says = |line: &Value, words: &str| line["message"] == words;
    let failed = |line: &Value| says(line, "a sign-in failed") && line["ip"] == "127.0.0.1";
    assert_eq!(with(&failed), 4, "{log}");
    let of_ann = json!(ann.id.to_string());
    assert_eq!(with(&|line| failed(line) && line["user.id"] == of_ann), 3, "{log}");
    let again = "the password of who is signed in was wrong";
    assert_eq!(with(&|line| says(line, again) && line["user.id"] == of_ann), 1, "{log}");
    let of_bob = json!(bob.id.to_string());
    let twice = "a spent refresh token was shown: the session ends";
    assert_eq!(with(&|line| says(line, twice) && line["user.id"] == of_bob), 1, "{log}");
    for code in ["NOT_FOUND", "FORBIDDEN"] {
        let denied = |line: &Value| says(line, "refused") && line["code"] == code;
        assert_eq!(with(&denied), 1, "{code}: {log}");
        assert!(
            lines
                .iter()
                .filter(|line| denied(line))
                .all(|line| line["span"]["request_id"].is_string())
        );
    }
    assert_eq!(with(&|line| says(line, "answered") && line["status"] == 403), 1, "{log}");
    for secret in [
        "wrong-word",
        "nobody-of-this-name",
        ann.token().unwrap(),
        eve.token().unwrap(),
        &bob.refresh_token,
        &next,
    ] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    // And in the audit log, which outlives it.
    let count = async |action: &str| {
        app.counts(&format!("SELECT COUNT(*) FROM audit_log WHERE action = '{action}'")).await
    };
    assert_eq!((count("login.failed").await, count("refresh.reused").await), (4, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn production_does_not_start_without_a_secret_of_its_own() {
    let url = "mysql://user:hidden-word@127.0.0.1:1/name";
    let production = Program::at(url).with("PARLANCE_REQUEST_LOG", "off");
    let problem = production.fails(&["serve"]).await;
    assert!(problem.contains("PARLANCE_SECRET_KEY is required"), "{problem}");
    let short = "x".repeat(31);
    for secret in ["", "secret", "change-me", &short] {
        let problem = production.with("PARLANCE_SECRET_KEY", secret).fails(&["serve"]).await;
        assert!(problem.contains("PARLANCE_SECRET_KEY"), "{secret}: {problem}");
        assert!(secret.len() < 9 || !problem.contains(secret), "{problem}");
    }
    let own = production.with("PARLANCE_SECRET_KEY", &"y".repeat(32));
    for others in ["short", &format!("{},", "z".repeat(32)), &"y".repeat(32)] {
        let problem = own.with("PARLANCE_OTHER_SECRET_KEYS", others).fails(&["serve"]).await;
        assert!(problem.contains("PARLANCE_OTHER_SECRET_KEYS"), "{others}: {problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_could_lose_what_it_acknowledged_is_not_ready() {
    let mut proxies = Vec::new();
    let start = async |allow_unsafe_durability: bool| {
        let options = server::Options { allow_unsafe_durability, ..server::Options::default() };
        // One connection, so that it is the one that is asked.
        TestApp::start_with(Setup { options, pool_size: 1, ..Setup::default() }).await
    };
    for (app, status) in [(start(false).await, 503), (start(true).await, 200)] {
        let client = app.stranger();
        client.rests("GET", "/readyz", None).await.has_status(200);
        let client = if app.store.is_sqlite() {
            app.writes("PRAGMA synchronous = OFF").await;
            app.clock.forward(Duration::from_secs(1));
            client
        } else {
            // The settings of a MySQL server are all tests' together, and are left as they are: this one only says so.
            let proxy = Proxy::before(&app.database_url()).await;
            proxy.says("\u{b}sync_binlog\u{1}1", "\u{b}sync_binlog\u{1}0");
            let options = server::Options {
                allow_unsafe_durability: status == 200,
                ..server::Options::default()
            };
            let router = server_behind_with(&app, &proxy, &options).await;
            proxies.push(proxy);
            Client::new(router)
        };
        let ready = client.rests("GET", "/readyz", None).await;
        ready.has_status(status);
        let says = ready.text.contains("an acknowledged message could be lost");
        assert_eq!(says, status == 503, "{}", ready.text);
    }
}
