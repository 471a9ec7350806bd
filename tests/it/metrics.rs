//! What the server counts of itself: things are done, and the numbers say exactly that.

use std::{collections::BTreeSet, time::Duration};

use axum::{
    body::Body,
    http::{Method, Request},
};
use parlance::{
    domain::{Rules, Sharing},
    live,
    metrics::catalogue::{ALL, Kind},
};

use crate::{
    commands::{Program, Running},
    support::{
        Client, NatsServer, Numbers, PASSWORD, Setup, TestApp, Value, client_id, json, nobody,
    },
};

/// A counter of GraphQL operations.
fn operations(kind: &str, field: &str, code: &str) -> String {
    format!(
        "parlance_graphql_operations_total{{type=\"{kind}\",field=\"{field}\",code=\"{code}\"}}"
    )
}

/// Waits until a number has come to be; it must within a time that is long for anything.
async fn until(app: &TestApp, is_so: impl Fn(&Numbers) -> bool) -> Numbers {
    for _ in 0..400 {
        let numbers = app.numbers().await;
        if is_so(&numbers) {
            return numbers;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it never comes to be: {:#?}", app.numbers().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn sends_are_counted_by_what_became_of_them() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let before = app.numbers().await;
    for body in ["one", "two", "three"] {
        ann.sends(chat, body).await;
    }
    let key = client_id();
    for _ in 0..2 {
        ann.sends_with(chat, "four", json!({ "clientMessageId": key })).await.succeeds();
    }
    eve.tries_to_send(chat, "five").await.fails_with("NOT_FOUND");
    let after = app.numbers().await;
    after.grew(
        &before,
        &[
            ("parlance_sends_total{outcome=\"accepted\"}", 4),
            ("parlance_sends_total{outcome=\"deduplicated\"}", 1),
            ("parlance_sends_total{outcome=\"refused\"}", 1),
            ("parlance_sends_total{outcome=\"failed\"}", 0),
            // Each came alone to its lane.
            ("parlance_writer_batch_messages_count", 6),
            ("parlance_writer_batch_messages_sum", 6),
            ("parlance_writer_batch_messages_bucket{le=\"1.0\"}", 6),
            ("parlance_writer_batch_duration_seconds_count", 6),
            (&operations("mutation", "sendMessage", "OK"), 5),
            (&operations("mutation", "sendMessage", "NOT_FOUND"), 1),
            (
                "parlance_graphql_operation_duration_seconds_count{type=\"mutation\",field=\"sendMessage\"}",
                6,
            ),
            (
                "parlance_http_requests_total{method=\"POST\",route=\"/graphql\",status=\"200\"}",
                6,
            ),
        ],
    );
    assert!(after.more(&before, "parlance_database_commit_duration_seconds_count") >= 6);
    assert!(after.more(&before, "parlance_database_statement_duration_seconds_count") >= 20);
    assert!(after.of("parlance_writer_queue_depth").abs() < 0.5, "nobody waits");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_by_route_and_never_by_path() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let before = app.numbers().await;
    for _ in 0..3 {
        let path = format!("/api/v1/conversations/{}/messages/", nobody());
        ann.rests("GET", &path, None).await.has_status(404);
    }
    ann.rests("GET", "/api/users/me/", None).await.has_status(200);
    app.stranger().rests("GET", "/api/users/me/", None).await.has_status(401);
    for path in ["/nothing", "/wp-admin.php", "/metrics"] {
        app.stranger().rests("GET", path, None).await.has_status(404);
    }
    app.stranger().rests("GET", "/api-auth/login/", None).await.has_status(200);
    let requests = |method: &str, route: &str, status: u16| {
        format!(
            "parlance_http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}"
        )
    };
    app.numbers().await.grew(
        &before,
        &[
            (&requests("GET", "/api/v1/conversations/{conversation}/messages/", 404), 3),
            (&requests("GET", "/api/users/me/", 200), 1),
            (&requests("GET", "/api/users/me/", 401), 1),
            (&requests("GET", "none", 404), 3),
            (&requests("GET", "/api-auth/login/", 200), 1),
            (
                "parlance_http_request_duration_seconds_count{method=\"GET\",route=\"/api/users/me/\"}",
                2,
            ),
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_before_it_is_executed_is_counted_too() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let before = app.numbers().await;
    ann.asks_for("{ viewer { id } }").await.succeeds();
    ann.asks_for("{ viewer { id } server { version } }").await.succeeds();
    app.stranger().asks_for("{ viewer { id } }").await.fails_with("UNAUTHENTICATED");
    ann.asks_for("{ viewer { nothing } }").await.fails_with("GRAPHQL_VALIDATION_FAILED");
    ann.asks_for("{ notThere }").await.fails_with("GRAPHQL_VALIDATION_FAILED");
    ann.asks_for("{ viewer {").await.fails_with("GRAPHQL_PARSE_FAILED");
    app.stranger()
        .with_token("junk")
        .asks_for("{ viewer { id } }")
        .await
        .fails_with("UNAUTHENTICATED");
    app.numbers().await.grew(
        &before,
        &[
            (&operations("query", "viewer", "OK"), 1),
            (&operations("query", "several", "OK"), 1),
            (&operations("query", "viewer", "UNAUTHENTICATED"), 2),
            (&operations("query", "viewer", "GRAPHQL_VALIDATION_FAILED"), 1),
            (&operations("query", "other", "GRAPHQL_VALIDATION_FAILED"), 1),
            (&operations("unknown", "none", "GRAPHQL_PARSE_FAILED"), 1),
            ("parlance_auth_failures_total{reason=\"invalid_token\"}", 1),
        ],
    );
}

/// What somebody sends who wants to fill the memory of whoever counts.
async fn attack(app: &TestApp, client: &Client, round: usize) {
    for n in 0..40 {
        let word = format!("x{round}_{n}");
        client.asks_for(format!("query {word} {{ viewer {{ id }} }}")).await;
        client.asks_for(format!("{{ {word} }}")).await;
        client.asks_for(format!("{{ {word}: viewer {{ id }} }}")).await;
        client.asks_for(format!("subscription {word} {{ {word} }}")).await;
        client.rests("GET", &format!("/{word}/"), None).await;
        client.rests("GET", &format!("/api/users/{word}/"), None).await;
        let method = Method::from_bytes(word.as_bytes()).unwrap();
        let request = Request::builder().method(method).uri("/api/users/");
        client.sends_request(request.body(Body::empty()).unwrap()).await;
        let headers = client.with_header("user-agent", &word).with_header("x-request-id", &word);
        headers.asks_for("{ server { version } }").await;
        let login = json!({ "username": word, "password": word });
        app.stranger().does("login", login, "accessToken").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_take_no_values_from_what_clients_send() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    attack(&app, &ann, 0).await;
    let first = app.numbers().await;
    attack(&app, &ann, 1).await;
    let second = app.numbers().await;
    assert_eq!(first.series(), second.series());
    assert!(second.series().iter().all(|series| !series.contains("x1_")));
    assert!(second.more(&first, &operations("query", "other", "GRAPHQL_VALIDATION_FAILED")) == 40);
    assert!(second.series().len() < 1_500, "{}", second.series().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_are_told_in_both_forms_and_not_to_the_public() {
    let app = TestApp::start().await;
    let (kind, text) = app.metrics("application/openmetrics-text;version=1.0.0,*/*;q=0.1").await;
    assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(text.ends_with("# EOF\n"), "{text}");
    assert!(text.contains("# TYPE parlance_sends counter\n"), "{text}");
    let numbers = app.numbers().await;
    let database = if app.store.is_sqlite() { "sqlite" } else { "mysql" };
    let version = env!("CARGO_PKG_VERSION");
    let build = format!("parlance_build_info{{version=\"{version}\",database=\"{database}\"}}");
    assert!((numbers.of(&build) - 1.0).abs() < 0.1);
    assert!(numbers.of("process_start_time_seconds") > 1.7e9);
    #[cfg(target_os = "linux")]
    {
        assert!(numbers.of("process_resident_memory_bytes") > 1e6);
        assert!(numbers.of("process_open_fds") > 3.0);
    }
    for path in ["/metrics", "/metrics/", "/api/metrics", "/graphql/metrics"] {
        app.stranger().rests("GET", path, None).await.has_status(404);
        let admin = app.stranger().with_header("accept", "text/plain");
        admin.rests("GET", path, None).await.has_status(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_tells_its_numbers_at_an_address_of_their_own_until_it_stops() {
    let app = TestApp::start().await;
    let program = Program::on(&app).with("PARLANCE_METRICS_LISTEN", "127.0.0.1:0");
    let mut server = Running::start(&program).await;
    let address = server.logs_after("the numbers are told at http://").await;
    let address = address.split(['/', '"', ' ']).next().unwrap().to_owned();
    server.asks(None, &json!({ "query": "{ server { version } }" })).await.unwrap();
    let request =
        |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let (status, text) = server.sends_to(&address, &request("/metrics")).await.unwrap();
    assert_eq!(status, 200);
    assert!(text.contains(&format!("{} 1\n", operations("query", "server", "OK"))), "{text}");
    for path in ["/", "/graphql", "/healthz"] {
        assert_eq!(server.sends_to(&address, &request(path)).await.unwrap().0, 404, "{path}");
    }
    assert_eq!(server.sends(&request("/metrics")).await.unwrap().0, 404, "not to the public");
    server.signals("TERM");
    let (code, log) = server.ends().await;
    assert_eq!(code, Some(0), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_connected_and_what_they_follow_is_counted_as_long_as_they_are() {
    const SOCKETS: &str = "parlance_websockets{protocol=\"graphql-transport-ws\"}";
    const EVENTS: &str = "parlance_subscriptions{field=\"conversationEvents\"}";
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let served = app.serves().await;
    let mut socket = served.lets_in(&ann).await;
    let mut other = served.lets_in(&bob).await;
    let document = format!(
        "subscription {{ conversationEvents(conversationId: \"{chat}\", afterEventSeq: 0) {{ __typename }} }}"
    );
    socket.starts("1", &document).await;
    socket.hears_of("1", "next").await;
    let answer = other.asks("2", "{ viewer { id } }").await;
    assert!(answer["errors"].is_null());
    let mut stream = bob.follows(&document, json!({})).await;
    stream.next().await;
    let numbers = app.numbers().await;
    for (series, is) in [
        (SOCKETS, 2.0),
        (EVENTS, 2.0),
        ("parlance_event_streams", 1.0),
        ("parlance_live_rooms", 1.0),
    ] {
        assert!((numbers.of(series) - is).abs() < 0.1, "{series}: {}", numbers.of(series));
    }
    assert!(
        (numbers.of(&operations("subscription", "conversationEvents", "OK")) - 2.0).abs() < 0.1
    );
    assert!(
        (numbers.of(&operations("query", "viewer", "OK")) - 1.0).abs() < 0.1,
        "over a WebSocket"
    );
    // Both begin before what was in memory.
    assert!(numbers.of("parlance_live_ring_misses_total") >= 2.0);
    let pages = ["database", "shared"].map(|source| {
        numbers.of(&format!("parlance_live_replay_pages_total{{source=\"{source}\"}}"))
    });
    assert!(pages[0] >= 1.0 && pages[0] + pages[1] >= 2.0, "{pages:?}");
    drop((socket, other, stream));
    until(&app, |numbers| {
        [SOCKETS, EVENTS, "parlance_event_streams", "parlance_live_rooms"]
            .iter()
            .all(|series| numbers.of(series).abs() < 0.1)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_which_no_signal_told_is_a_lost_hint() {
    let app = TestApp::start().await;
    let pace = live::Options { reconcile: Duration::from_millis(50), ..live::Options::default() };
    // It believes to be told of everything, and is told of nothing.
    let sharing = Sharing { pace, ..Sharing::default() };
    let other = app.another_instance_with(Setup { sharing, ..Setup::default() }).await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let bob = bob.through(&other);
    let document =
        format!("subscription {{ messageAdded(conversationId: \"{chat}\") {{ body }} }}");
    let mut stream = bob.follows(&document, json!({})).await;
    until(&other, |numbers| numbers.of("parlance_live_rooms") > 0.5).await;
    let before = other.numbers().await;
    bob.sends(chat, "told of").await;
    stream.next().await;
    let between = other.numbers().await;
    between.grew(&before, &[("parlance_live_hints_lost_total", 0)]);
    ann.sends(chat, "not told of").await;
    stream.next().await;
    let after = other.numbers().await;
    after.grew(
        &between,
        &[("parlance_live_hints_lost_total", 1), ("parlance_live_reconciled_total", 1)],
    );
    assert!(after.of("parlance_live_looks_total{result=\"done\"}") >= 1.0);
    assert!((after.of("parlance_live_bus_up") - 1.0).abs() < 0.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn hints_between_instances_are_counted_on_both_ends() {
    let nats = NatsServer::start().await;
    let setup = || {
        let sharing = Sharing {
            is_shared: true,
            nats: Some(nats.url()),
            nats_ca: None,
            pace: live::Options::default(),
        };
        Setup { sharing, ..Setup::default() }
    };
    let one = TestApp::start_with(setup()).await;
    let other = one.another_instance_with(setup()).await;
    for app in [&one, &other] {
        until(app, |numbers| numbers.of("parlance_live_bus_up") > 0.5).await;
    }
    let (ann, bob, _) = one.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let before = (one.numbers().await, other.numbers().await);
    ann.sends(chat, "hello").await;
    let received = "parlance_live_hints_received_total";
    until(&other, |numbers| numbers.more(&before.1, received) >= 1).await;
    let after = one.numbers().await;
    assert!(after.more(&before.0, "parlance_live_hints_sent_total") >= 1);
    assert_eq!(after.more(&before.0, "parlance_live_hints_dropped_total"), 0);
    assert_eq!(after.more(&before.0, received), 0, "nobody hears themselves");
}

#[tokio::test(flavor = "multi_thread")]
async fn hints_that_nats_does_not_take_are_counted_as_dropped() {
    let mut nats = NatsServer::start().await;
    let sharing = Sharing {
        is_shared: true,
        nats: Some(nats.url()),
        nats_ca: None,
        pace: live::Options::default(),
    };
    let app = TestApp::start_with(Setup { sharing, ..Setup::default() }).await;
    until(&app, |numbers| numbers.of("parlance_live_bus_up") > 0.5).await;
    nats.kill();
    until(&app, |numbers| numbers.of("parlance_live_bus_up") < 0.5).await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let before = app.numbers().await;
    ann.sends(chat, "hello").await;
    let after = app.numbers().await;
    assert!(after.more(&before, "parlance_live_hints_dropped_total") >= 1);
    assert_eq!(after.more(&before, "parlance_live_hints_sent_total"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_failures_and_limits_are_counted() {
    let rules = Rules { rate_limits: true, ..Setup::default().rules };
    let app = TestApp::start_with(Setup { rules, ..Setup::default() }).await;
    app.person("ann").await;
    let before = app.numbers().await;
    let login = |password: &str| json!({ "username": "ann", "password": password });
    let client = app.stranger().from("203.0.113.7");
    client.does("login", login(PASSWORD), "accessToken").await.succeeds();
    client.does("login", login("wrong"), "accessToken").await.fails_with("INVALID_CREDENTIALS");
    client.rests("POST", "/api/token/", Some(login(PASSWORD))).await.has_status(200);
    client.rests("POST", "/api/token/", Some(login("wrong"))).await.has_status(401);
    let after = app.numbers().await;
    after.grew(
        &before,
        &[
            ("parlance_sign_ins_total{door=\"graphql\"}", 1),
            ("parlance_sign_ins_total{door=\"rest\"}", 1),
            ("parlance_auth_failures_total{reason=\"password\"}", 2),
            ("parlance_password_hashes_total", 4),
            ("parlance_rate_limited_total{face=\"graphql\"}", 0),
        ],
    );
    let mut refused = (0, 0);
    for _ in 0..40 {
        let answer = client.does("login", login("wrong"), "accessToken").await;
        refused.0 += i64::from(answer.code() == Some("RATE_LIMITED"));
        let answer = client.rests("POST", "/api/token/", Some(login("wrong"))).await;
        refused.1 += i64::from(answer.status == 429);
    }
    assert!(refused.0 > 0 && refused.1 > 0, "{refused:?}");
    let mut browser = app.browser().from("203.0.113.7");
    for _ in 0..2 {
        let seen = browser.signs_in("/api-auth/login/", "ann", "wrong").await;
        assert_eq!(seen.status, 429);
    }
    app.numbers().await.grew(
        &after,
        &[
            ("parlance_rate_limited_total{face=\"graphql\"}", refused.0),
            ("parlance_rate_limited_total{face=\"rest\"}", refused.1),
            ("parlance_rate_limited_total{face=\"page\"}", 2),
            (&operations("mutation", "login", "RATE_LIMITED"), refused.0),
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pool_slow_statements_and_failures_are_seen() {
    let app = TestApp::start_with(Setup { pool_size: 3, ..Setup::default() }).await;
    let before = app.numbers().await;
    let held = (app.store.conn().await.unwrap(), app.store.conn().await.unwrap());
    let numbers = app.numbers().await;
    assert!((numbers.of("parlance_database_pool_max_connections") - 3.0).abs() < 0.1);
    assert!((numbers.of("parlance_database_pool_in_use_connections") - 2.0).abs() < 0.1);
    drop(held);
    until(&app, |numbers| numbers.of("parlance_database_pool_in_use_connections") < 0.5).await;
    let slow = if app.store.is_sqlite() {
        "SELECT COUNT(*) FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000000) SELECT x FROM n)"
    } else {
        "SELECT SLEEP(1)"
    };
    app.counts(slow).await;
    let wrong = app.store.clone();
    let failed = tokio::spawn(async move {
        let mut conn = wrong.conn().await.unwrap();
        let query = diesel::sql_query("SELECT nothing FROM nowhere");
        match &mut conn {
            parlance::store::Conn::Mysql(c) => diesel_async::RunQueryDsl::execute(query, c).await,
            parlance::store::Conn::Sqlite(c) => diesel_async::RunQueryDsl::execute(query, c).await,
        }
    });
    assert!(failed.await.unwrap().is_err());
    app.numbers().await.grew(
        &before,
        &[
            ("parlance_database_slow_statements_total", 1),
            ("parlance_database_errors_total{kind=\"other\"}", 1),
            ("parlance_database_errors_total{kind=\"connection\"}", 0),
        ],
    );
}

// What is written about the numbers

/// The metrics that an expression of `PromQL` names.
fn named(expression: &str) -> BTreeSet<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = expression.split(|c| !is_word(c));
    let ours = words.filter(|word| word.starts_with("parlance_") || word.starts_with("process_"));
    ours.map(str::to_owned).collect()
}

/// The names of all series that the server can have.
fn known() -> BTreeSet<String> {
    let ends = |kind| match kind {
        Kind::Histogram => &["_bucket", "_sum", "_count"][..],
        Kind::Counter | Kind::Gauge => &[""],
    };
    ALL.iter()
        .flat_map(|one| ends(one.kind).iter().map(|end| format!("{}{end}", one.name)))
        .collect()
}

fn expressions(panel: &Value, found: &mut Vec<String>) {
    match panel {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "expr" => found.push(text.clone()),
                    other => expressions(other, found),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|one| expressions(one, found)),
        _ => {}
    }
}

#[test]
fn the_dashboard_asks_for_numbers_that_there_are_and_shows_nearly_all() {
    let text = std::fs::read_to_string("deploy/grafana/parlance.json").unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    for field in ["title", "uid", "schemaVersion", "panels", "templating", "time"] {
        assert!(!dashboard[field].is_null(), "a dashboard has {field}");
    }
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "each panel has an id of its own");
    for panel in panels {
        let place = &panel["gridPos"];
        let number = |field: &str| place[field].as_u64().unwrap();
        assert!(number("x") + number("w") <= 24 && number("h") > 0, "{panel}");
        assert!(panel["title"].is_string() && panel["type"].is_string(), "{panel}");
        if panel["type"] != "row" {
            assert!(!panel["targets"].as_array().unwrap().is_empty(), "{panel}");
        }
    }
    let mut all = Vec::new();
    expressions(&dashboard["panels"], &mut all);
    let asked: BTreeSet<_> = all.iter().flat_map(|expression| named(expression)).collect();
    let unknown: Vec<_> = asked.difference(&known()).cloned().collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    for one in ALL {
        let is_shown = asked.iter().any(|name| name.starts_with(one.name));
        assert!(is_shown, "no panel shows {}", one.name);
    }
}

#[test]
fn the_alerts_ask_for_numbers_that_there_are_and_the_guide_says_what_to_do() {
    let rules = std::fs::read_to_string("deploy/prometheus/alerts.yml").unwrap();
    let unknown: Vec<_> = named(&rules).difference(&known()).cloned().collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let guide = std::fs::read_to_string("docs/observability.md").unwrap();
    let tests = std::fs::read_to_string("deploy/prometheus/alerts_test.yml").unwrap();
    let alerts: Vec<_> =
        rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() >= 10);
    for alert in alerts {
        assert!(guide.contains(&format!("### {alert}\n")), "the guide says nothing of {alert}");
        assert!(tests.contains(&format!("alertname: {alert}\n")), "{alert} has no test");
    }
}

#[test]
fn the_guide_has_a_row_for_every_number() {
    let guide = std::fs::read_to_string("docs/observability.md").unwrap();
    let rows: Vec<&str> = guide
        .lines()
        .filter(|line| line.starts_with("| `parlance_") || line.starts_with("| `process_"))
        .collect();
    let expected: Vec<String> = ALL
        .iter()
        .map(|one| {
            let labels: Vec<_> = one.labels.iter().map(|label| format!("`{label}`")).collect();
            format!(
                "| `{}` | {} | {} | {} |",
                one.name,
                one.kind.name(),
                labels.join(", "),
                one.help
            )
        })
        .collect();
    assert_eq!(rows, expected, "it should be:\n{}", expected.join("\n"));
}
