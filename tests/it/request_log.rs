//! The request log: a line for each request, whose it is, and that neither a client nor a disk can spoil it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use parlance::{
    request_log::{Options, RequestLog},
    server,
    time::{SystemClock, Timestamp},
};
use tempfile::TempDir;

use crate::{
    commands::{Program, Running},
    concurrency::Held,
    support::{MODERN, Setup, Socket, TestApp, client_id, json},
};

const ASK: &str = "{ viewer { id } }";

/// A server that notes its requests.
struct Noting {
    app: TestApp,
    log: RequestLog,
    folder: TempDir,
}

impl Noting {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { path: folder.path().join("requests"), max: 1 << 20, keep: 1 };
        let log = RequestLog::start(options, Arc::new(SystemClock)).unwrap();
        let options = server::Options { request_log: log.clone(), ..server::Options::default() };
        let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
        Self { app, log, folder }
    }

    /// All lines, without their moments, once what is under way has come to its end.
    async fn lines(self) -> Vec<String> {
        self.app.app.stopping.cancel();
        self.app.app.running.close();
        self.app.app.running.wait().await;
        self.log.close().await;
        lines(&std::fs::read_to_string(self.folder.path().join("requests")).unwrap())
    }
}

/// The lines of a log, without their moments.
fn lines(log: &str) -> Vec<String> {
    let rest = |line: &str| {
        let (moment, rest) = line.split_at_checked(29).unwrap_or_else(|| panic!("{line}"));
        let at = moment.strip_suffix(" - ").unwrap_or_else(|| panic!("{line}"));
        format!("{}Z", at.replace(' ', "T")).parse::<Timestamp>().unwrap();
        rest.to_owned()
    };
    log.lines().map(rest).collect()
}

fn get(uri: &str) -> Request<Body> {
    Request::get(uri).body(Body::empty()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_noted_with_who_asks() {
    let noting = Noting::start().await;
    let ann = noting.app.person("ann").await;
    let (zoe, stranger) = (noting.app.person("zoë").await, noting.app.stranger());
    ann.asks_for(ASK).await.succeeds();
    stranger.asks_for("{ server { epoch } }").await.succeeds();
    zoe.asks_for(ASK).await.succeeds();
    // Refused, for what it says, after it was known who says it.
    ann.asks_for("{ conversation(id: \"x\") { id } }").await.fails_with("BAD_USER_INPUT");
    ann.with_token("nonsense").asks_for(ASK).await.fails_with("UNAUTHENTICATED");
    assert_eq!(ann.sends_request(get("/nowhere?q=seeded-words")).await.status(), 404);
    for health in ["/healthz", "/readyz"] {
        assert_eq!(ann.sends_request(get(health)).await.status(), 200);
    }
    assert_eq!(
        noting.lines().await,
        [
            "User: ann - Path: /graphql",
            "User: Anonymous - Path: /graphql",
            "User: zoë - Path: /graphql",
            "User: ann - Path: /graphql",
            "User: Anonymous - Path: /graphql",
            "User: Anonymous - Path: /nowhere",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_stream_is_noted_when_it_begins() {
    let noting = Noting::start().await;
    let ann = noting.app.person("ann").await;
    let request = Request::post("/graphql")
        .header("accept", "text/event-stream")
        .header("content-type", "application/json");
    let body = json!({ "query": "subscription { inboxEvents { __typename } }" }).to_string();
    let stream = ann.sends_request(request.body(Body::from(body)).unwrap()).await;
    noting.log.close().await;
    let log = std::fs::read_to_string(noting.folder.path().join("requests")).unwrap();
    assert_eq!(lines(&log), ["User: ann - Path: /graphql"]);
    drop(stream);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_is_noted_once_with_whom_its_handshake_names() {
    let noting = Noting::start().await;
    let ann = noting.app.person("ann").await;
    let served = noting.app.serves().await;
    let header = format!("Bearer {}", ann.token().unwrap());
    for header in [Some(header.as_str()), None, Some("Bearer nonsense")] {
        let headers = header.map(|header| ("authorization", header));
        let opened = served.tries_to_open(&[MODERN], headers.as_slice()).await;
        let mut socket = Socket::new(opened.unwrap().0);
        socket.shows(ann.token()).await;
        assert_eq!(socket.hears().await["type"], "connection_ack");
        socket.asks("1", ASK).await;
    }
    let mut lines = noting.lines().await;
    lines.sort();
    assert_eq!(
        lines,
        [
            "User: Anonymous - Path: /graphql/ws",
            "User: Anonymous - Path: /graphql/ws",
            "User: ann - Path: /graphql/ws",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_up_before_the_answer_is_noted_too() {
    let noting = Noting::start().await;
    let (ann, bob, _) = noting.app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let held = Held::lock(&noting.app.store, &[chat]).await;
    let input = json!({ "conversationId": chat, "body": "gone", "clientMessageId": client_id() });
    let send = bob.does("sendMessage", input, "message { id }");
    let begun = async {
        while noting.app.app.running.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = send => panic!("nothing can be sent"),
        () = begun => {}
    }
    held.released().await;
    assert_eq!(noting.lines().await.last().unwrap(), "User: bob - Path: /graphql");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_can_be_forged_by_a_path_or_a_name() {
    let noting = Noting::start().await;
    let mallory = noting.app.person("mal\r\n2026-11-21 03:12:09.338912 - User: root").await;
    mallory.asks_for(ASK).await.succeeds();
    noting.app.person("Anonymous").await.asks_for(ASK).await.succeeds();
    let forged = "2026-11-21%2003:12:09.338912%20-%20User:%20root%20-%20Path:%20/";
    let long = "x".repeat(60_000);
    for path in
        [&format!("/%0D%0A{forged}"), r"/\n", "/\u{85}\u{2028}\u{202e}nna", &format!("/{long}")]
    {
        assert_eq!(mallory.sends_request(get(path)).await.status(), 404);
    }
    let name = r"mal\r\n2026-11-21\u{20}03:12:09.338912\u{20}-\u{20}User:\u{20}root";
    assert_eq!(
        noting.lines().await,
        [
            format!("User: {name} - Path: /graphql"),
            r"User: \u{41}nonymous - Path: /graphql".to_owned(),
            format!("User: Anonymous - Path: /%0D%0A{forged}"),
            r"User: Anonymous - Path: /\\n".to_owned(),
            r"User: Anonymous - Path: /\u{85}\u{2028}\u{202e}nna".to_owned(),
            format!(r"User: Anonymous - Path: /{}\...", &long[..1_023]),
        ]
    );
}

/// A program on an SQLite file of its own, which notes where it does so by itself.
fn program(folder: &TempDir) -> (Program, PathBuf) {
    (Program::in_folder(folder.path()), folder.path().join("data/user_requests.log"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_noted_is_beside_the_data_when_the_server_has_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (program, path) = program(&folder);
    let server = Running::start(&program).await;
    // What the library refuses is no request, and notes nothing.
    for bytes in ["/a\rb", "/a\x0bb", "/a\x1b[2Jb", "/\x7f", "/a b", "/a\tb"] {
        let answer = server.sends(&format!("GET {bytes} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        assert!(!matches!(answer, Ok((200..400, _))), "{answer:?}");
    }
    for path in ["/one", "/zwei/\u{fc}\u{85}?q=x", "/healthz"] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        server.sends(&request).await.unwrap();
    }
    server.signals("TERM");
    let (code, log) = server.ends().await;
    assert_eq!(code, Some(0), "{log}");
    let noted = lines(&std::fs::read_to_string(path).unwrap());
    assert!(noted.contains(&"User: Anonymous - Path: /one".to_owned()), "{noted:?}");
    assert!(!noted.iter().any(|line| line.contains("/healthz") || line.contains("q=x")));
    assert!(!noted.concat().contains(|c: char| c.is_control()), "{noted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_switched_off() {
    let folder = tempfile::tempdir().unwrap();
    let (program, path) = program(&folder);
    let server = Running::start(&program.with("PARLANCE_REQUEST_LOG", "off")).await;
    assert_eq!(server.asks(None, &json!({ "query": "{ __typename }" })).await.unwrap().0, 200);
    server.signals("TERM");
    assert_eq!(server.ends().await.0, Some(0));
    assert!(!path.exists() && !std::path::Path::new("off").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_and_a_folder_that_is_not_there_hold_up_no_request() {
    for path in ["/dev/full", "/proc/nothing/here"] {
        let folder = tempfile::tempdir().unwrap();
        let program = program(&folder).0.with("PARLANCE_REQUEST_LOG", path);
        let mut server = Running::start(&program).await;
        for _ in 0..3 {
            let asked = server.asks(None, &json!({ "query": "{ __typename }" })).await;
            assert_eq!(asked.unwrap().0, 200);
        }
        server.logs("requests cannot be noted").await;
        server.signals("TERM");
        let (code, log) = server.ends().await;
        assert_eq!(code, Some(0), "{log}");
        assert_eq!(log.matches("cannot be noted").count(), 1, "{log}");
        assert_eq!(log.matches("were not noted").count(), 1, "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_requests_than_can_be_noted_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later/requests");
    let options = Options { path: path.clone(), max: 1 << 30, keep: 1 };
    let log = RequestLog::start(options, Arc::new(SystemClock)).unwrap();
    let options = server::Options { request_log: log.clone(), ..server::Options::default() };
    let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    let (uri, count) = (format!("/{}", "x".repeat(1_000)), 2_000);
    for _ in 0..count {
        let response = app.stranger().sends_request(get(&uri)).await;
        assert_eq!(response.status(), 404);
        response.into_body().collect().await.unwrap();
    }
    std::fs::create_dir(folder.path().join("later")).unwrap();
    // The end is also the next try.
    tokio::time::timeout(Duration::from_mins(1), log.close()).await.unwrap();
    let lines = lines(&std::fs::read_to_string(path).unwrap());
    let (missed, noted) = lines.split_last().unwrap();
    let missed: usize = missed.strip_prefix("Missed: ").unwrap().parse().unwrap();
    assert!(noted.len() > 500 && missed > 500, "{} {missed}", noted.len());
    assert_eq!(noted.len() + missed, count);
}
