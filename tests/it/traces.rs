//! Traces, from the request to its statements, as a collector gets them; and what the log says
//! of a request.

use std::{
    collections::HashMap,
    fmt::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value as Any},
    resource::v1::Resource,
    trace::v1::Span,
};
use prost::Message;
use tokio::net::TcpListener;

use crate::{
    commands::{Program, Running, send},
    support::{Id, PASSWORD, Person, TestApp, Value, client_id, json},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";
const WORDS: &str = "words that nobody else is to read";

/// A collector, and what has come to it.
struct Collector {
    address: String,
    spans: Arc<Mutex<Vec<Span>>>,
    resource: Arc<Mutex<Option<Resource>>>,
}

impl Collector {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (spans, resource) = (Arc::<Mutex<Vec<Span>>>::default(), Arc::default());
        let state = (Arc::clone(&spans), Arc::clone(&resource));
        let router = Router::new().route("/v1/traces", post(take)).with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, spans, resource }
    }

    /// The spans of a trace, once there is one of each name: they come as they end.
    async fn trace(&self, id: &str, with: &[&str]) -> Vec<Span> {
        for _ in 0..400 {
            let of_trace: Vec<Span> = {
                let spans = self.spans.lock().unwrap();
                spans.iter().filter(|span| hex(&span.trace_id) == id).cloned().collect()
            };
            if with.iter().all(|name| of_trace.iter().any(|span| span.name == *name)) {
                return of_trace;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{with:?} never come: {:#?}", self.names())
    }

    fn names(&self) -> Vec<String> {
        self.spans.lock().unwrap().iter().map(|span| span.name.clone()).collect()
    }
}

type Taken = (Arc<Mutex<Vec<Span>>>, Arc<Mutex<Option<Resource>>>);

async fn take(State((spans, resource)): State<Taken>, body: Bytes) {
    let export = ExportTraceServiceRequest::decode(body).unwrap();
    for of_resource in export.resource_spans {
        *resource.lock().unwrap() = of_resource.resource;
        for of_scope in of_resource.scope_spans {
            spans.lock().unwrap().extend(of_scope.spans);
        }
    }
}

fn hex(id: &[u8]) -> String {
    id.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn text(of: &[KeyValue], key: &str) -> Option<String> {
    let value = of.iter().find(|pair| pair.key == key)?.value.clone()?.value?;
    Some(match value {
        Any::StringValue(text) => text,
        Any::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    })
}

/// A server in a process of its own that sends its traces there.
fn traced(app: &TestApp, collector: &str) -> Program {
    Program::on(app)
        .with("PARLANCE_OTLP_ENDPOINT", collector)
        .with("OTEL_BSP_SCHEDULE_DELAY", "50")
        .with("PARLANCE_LOG_FORMAT", "json")
}

async fn two(app: &TestApp) -> (Person, Id) {
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    (ann, chat)
}

/// Sends a message with these headers; answers the status.
async fn sends(server: &Running, ann: &Person, chat: Id, headers: &str) -> u16 {
    let body = send(chat, WORDS, client_id()).to_string();
    let (token, length) = (ann.token().unwrap(), body.len());
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: parlance\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n{headers}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    server.sends(&request).await.unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_leads_from_the_request_to_its_statements() {
    let (app, collector) = (TestApp::start().await, Collector::start().await);
    let (ann, chat) = two(&app).await;
    let program = traced(&app, &collector.address).with("PARLANCE_TRUSTED_PROXIES", "127.0.0.1");
    let server = Running::start(&program).await;
    let headers = format!("traceparent: 00-{TRACE}-{PARENT}-01\r\nx-request-id: req-7\r\n");
    assert_eq!(sends(&server, &ann, chat, &headers).await, 200);
    let expected =
        ["INSERT", "transaction", "batch", "write", "mutation sendMessage", "POST /graphql"];
    let spans = collector.trace(TRACE, &expected).await;
    let by_id: HashMap<String, &Span> =
        spans.iter().map(|span| (hex(&span.span_id), span)).collect();
    let root = spans.iter().find(|span| span.name == "POST /graphql").unwrap();
    assert_eq!(hex(&root.parent_span_id), PARENT, "it goes on with the proxy's trace");
    for (key, is) in [
        ("request_id", "req-7".to_owned()),
        ("user_id", ann.id.to_string()),
        ("http.route", "/graphql".to_owned()),
        ("http.response.status_code", "200".to_owned()),
    ] {
        assert_eq!(text(&root.attributes, key), Some(is), "{key}");
    }
    let insert = spans
        .iter()
        .find(|span| {
            text(&span.attributes, "db.query.text")
                .is_some_and(|sql| sql.starts_with("INSERT INTO") && sql.contains("messages"))
        })
        .expect("the message is stored");
    let mut way = Vec::new();
    let mut span = insert;
    loop {
        way.push(span.name.as_str());
        let Some(parent) = by_id.get(&hex(&span.parent_span_id)) else { break };
        span = parent;
    }
    assert_eq!(way, expected);
    let system = if app.store.is_sqlite() { "sqlite" } else { "mysql" };
    assert_eq!(text(&insert.attributes, "db.system.name").as_deref(), Some(system));
    assert!(insert.end_time_unix_nano >= insert.start_time_unix_nano);
    assert!(spans.iter().any(|span| span.name == "COMMIT"), "{:?}", collector.names());
    let all = format!("{spans:?}");
    assert!(!all.contains(WORDS) && !all.contains(ann.token().unwrap()) && !all.contains("binds"));
    let resource = collector.resource.lock().unwrap().clone().unwrap();
    assert_eq!(text(&resource.attributes, "service.name").as_deref(), Some("parlance"));
    server.signals("TERM");
    assert_eq!(server.ends().await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_can_put_nothing_into_the_trace_of_another() {
    let (app, collector) = (TestApp::start().await, Collector::start().await);
    let (ann, chat) = two(&app).await;
    let program = traced(&app, &collector.address).with("OTEL_SERVICE_NAME", "chat");
    let server = Running::start(&program).await;
    let headers = format!("traceparent: 00-{TRACE}-{PARENT}-01\r\n");
    assert_eq!(sends(&server, &ann, chat, &headers).await, 200);
    server.signals("TERM");
    // What is left is exported before the end.
    let (code, log) = server.ends().await;
    assert_eq!(code, Some(0), "{log}");
    let spans = collector.spans.lock().unwrap().clone();
    let root = spans.iter().find(|span| span.name == "POST /graphql").expect("it is exported");
    assert!(root.parent_span_id.is_empty() && hex(&root.trace_id) != TRACE);
    let resource = collector.resource.lock().unwrap().clone().unwrap();
    assert_eq!(text(&resource.attributes, "service.name").as_deref(), Some("chat"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_or_hangs_costs_traces_and_nothing_else() {
    let app = TestApp::start().await;
    let (ann, chat) = two(&app).await;
    // Takes connections and never answers.
    let hanging = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hangs = format!("http://{}", hanging.local_addr().unwrap());
    // Nobody listens where somebody did a moment ago.
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for (collector, says) in [(hangs, None), (format!("http://{gone}"), Some("takes no traces"))] {
        let program = traced(&app, &collector).with("OTEL_BSP_MAX_QUEUE_SIZE", "8");
        let mut server = Running::start(&program).await;
        for _ in 0..20 {
            assert_eq!(sends(&server, &ann, chat, "").await, 200);
        }
        if let Some(says) = says {
            server.logs(says).await;
        }
        server.signals("TERM");
        let (code, log) = server.ends().await;
        assert_eq!(code, Some(0), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_which_request_whose_and_what_became_of_it_and_no_secret() {
    let app = TestApp::start().await;
    let (ann, chat) = two(&app).await;
    let program = Program::on(&app).with("PARLANCE_LOG_FORMAT", "json");
    let server = Running::start(&program).await;
    assert_eq!(sends(&server, &ann, chat, "x-request-id: good\r\n").await, 200);
    let login = "mutation L($i: LoginInput!) { login(input: $i) { accessToken } }";
    let input = json!({ "i": { "username": "ann", "password": PASSWORD } });
    let (_, answer) =
        server.asks(None, &json!({ "query": login, "variables": input })).await.unwrap();
    let token = answer["data"]["login"]["accessToken"].as_str().unwrap().to_owned();
    let refused = "{ conversation(id: \"00000000-0000-4000-8000-000000000000\") { id } }";
    server.asks(Some(&token), &json!({ "query": "{ viewer {" })).await.unwrap();
    server.asks(Some(&token), &json!({ "query": refused })).await.unwrap();
    server.signals("TERM");
    let (_, log) = server.ends().await;
    let lines: Vec<Value> =
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let answered: Vec<&Value> = lines.iter().filter(|line| line["message"] == "answered").collect();
    let good = answered.iter().find(|line| line["span"]["request_id"] == "good").unwrap();
    assert_eq!(good["span"]["user_id"], ann.id.to_string());
    assert_eq!((&good["status"], &good["path"]), (&json!(200), &json!("/graphql")));
    assert!(answered.iter().any(|line| line["code"] == "GRAPHQL_PARSE_FAILED"), "{log}");
    for secret in [WORDS, PASSWORD, ann.token().unwrap(), &token] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    assert!(good["span"].get("otel.name").is_none(), "what only traces need is not in the log");
}
