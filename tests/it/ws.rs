//! Operations over a WebSocket: what is said in which order, and every way in which a connection ends.

use std::time::Duration;

use futures_util::StreamExt;
use parlance::{
    ids::{SessionId, UserId},
    secrets::token::{self, Token, TokenType},
    server,
    time::{Clock, Timestamp},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::{
    commands::{Program, Running},
    concurrency::Held,
    messages::fills,
    support::{LEGACY, MODERN, Person, Served, Setup, Socket, TestApp, Value, json, nobody},
};

const MINUTE: Duration = Duration::from_mins(1);

/// A server whose connections show signs of life this often.
async fn pinging(period: Duration) -> TestApp {
    let options = server::Options { ws_ping: period, ..server::Options::default() };
    TestApp::start_with(Setup { options, ..Setup::default() }).await
}

/// A subscription to all that was ever said.
fn everything(chat: impl std::fmt::Display) -> String {
    format!(
        "subscription {{ messageAdded(conversationId: \"{chat}\", afterSeq: 0) {{ seq body }} }}"
    )
}

/// A document that sends a message.
fn sending(chat: impl std::fmt::Display, body: &str) -> String {
    format!(
        "mutation {{ sendMessage(input: {{ conversationId: \"{chat}\", body: \"{body}\" }}) {{ message {{ body }} }} }}"
    )
}

/// An access token of this person that is good for so long.
fn token(app: &TestApp, person: &Person, lasts: Duration) -> (String, Timestamp) {
    let now = app.clock.now();
    let expires_at = Timestamp::from_micros(now.after(lasts).seconds() * 1_000_000);
    let token = Token {
        user: UserId::from(person.id),
        session: SessionId::from(person.session),
        jti: token::new_jti(),
        expires_at: expires_at.seconds(),
    };
    (app.tokens.sign(TokenType::Access, &token, now).unwrap(), expires_at)
}

/// A connection that is let in by this token.
async fn enters(served: &Served, token: &str) -> Socket {
    let mut socket = served.opens(MODERN).await;
    socket.shows(Some(token)).await;
    assert_eq!(socket.hears().await["type"], "connection_ack");
    socket
}

// Opening

#[tokio::test(flavor = "multi_thread")]
async fn who_is_let_in_learns_the_epoch_and_how_long_the_token_lasts() {
    let app = TestApp::start().await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let epoch = ann.asks_for("{ server { epoch } }").await.word("server.epoch");
    let (token, expires_at) = token(&app, &ann, MINUTE);
    for payload in [
        json!({ "authorization": format!("Bearer {token}") }),
        json!({ "Authorization": format!("bearer {token}") }),
        json!({ "accessToken": token }),
        json!({ "accessToken": format!("Bearer {token}") }),
        json!({ "headers": { "Authorization": format!("Bearer {token}") } }),
    ] {
        let mut socket = served.opens(MODERN).await;
        socket.says(json!({ "type": "connection_init", "payload": payload })).await;
        let ack = socket.hears().await;
        assert_eq!(ack["type"], "connection_ack", "{payload}");
        assert_eq!(ack["payload"], json!({ "epoch": epoch, "expiresAt": expires_at.to_string() }));
        let me = socket.asks("1", "{ viewer { username } }").await;
        assert_eq!(me, json!({ "data": { "viewer": { "username": "ann" } } }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_may_come_with_the_handshake_and_the_first_message_goes_before_it() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let served = app.serves().await;
    let header = format!("Bearer {}", ann.token().unwrap());
    for (shown, name) in [(None, "ann"), (bob.token(), "bob")] {
        let opened = served.tries_to_open(&[MODERN], &[("authorization", &header)]).await;
        let mut socket = Socket::new(opened.unwrap().0);
        socket.shows(shown).await;
        assert_eq!(socket.hears().await["type"], "connection_ack");
        let me = socket.asks("1", "{ viewer { username } }").await;
        assert_eq!(me["data"]["viewer"]["username"], name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_let_in_and_may_ask_what_is_open_to_all() {
    let app = TestApp::start().await;
    let served = app.serves().await;
    let mut socket = served.opens(MODERN).await;
    socket.shows(None).await;
    let ack = socket.hears().await;
    assert_eq!(ack["payload"]["expiresAt"], Value::Null);
    let open = socket.asks("1", "{ server { epoch } }").await;
    assert_eq!(open["data"]["server"]["epoch"], ack["payload"]["epoch"]);
    for closed in [
        "{ viewer { id } }",
        "mutation { logout { sessionId } }",
        "subscription { inboxEvents { __typename } }",
    ] {
        socket.starts("2", closed).await;
        assert_eq!(socket.hears_error("2").await, "UNAUTHENTICATED", "{closed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_token_closes_the_connection_for_good_unless_it_has_only_expired() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let served = app.serves().await;
    let (expired, _) = token(&app, &ann, MINUTE);
    app.clock.forward(MINUTE);
    bob.asks_for("mutation { logout { sessionId } }").await.succeeds();
    let admin = app.admin().await;
    let input = json!({ "userId": eve.id, "disabled": true });
    admin.does("setUserDisabled", input, "user { id }").await.succeeds();
    for (payload, code) in [
        (json!({ "authorization": "Bearer nonsense" }), 4401),
        (json!({ "authorization": format!("Bearer {expired}") }), 4403),
        (json!({ "authorization": "nonsense" }), 4401),
        (json!({ "accessToken": "line\nbreak" }), 4401),
        (json!({ "accessToken": 3 }), 4401),
        (json!({ "accessToken": ann.refresh_token }), 4401),
        (json!({ "accessToken": bob.token() }), 4401),
        (json!({ "accessToken": eve.token() }), 4401),
    ] {
        let mut socket = served.opens(MODERN).await;
        socket.says(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.is_closed().await.code, code, "{payload}");
        let mut socket = served.opens(LEGACY).await;
        socket.says(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.hears().await["type"], "connection_error");
        assert_eq!(socket.is_closed().await.code, code, "{payload}");
    }
    let header = [("authorization", "Bearer nonsense")];
    let mut socket = Socket::new(served.tries_to_open(&[MODERN], &header).await.unwrap().0);
    socket.shows(None).await;
    socket.is_closed_with(4401).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_message_comes_first_once_and_in_time() {
    let options = server::Options {
        ws_init_timeout: Duration::from_millis(200),
        ..server::Options::default()
    };
    let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    served.opens(MODERN).await.is_closed_with(4408).await;
    let mut socket = served.opens(MODERN).await;
    socket.starts("1", "{ __typename }").await;
    socket.is_closed_with(4401).await;
    let mut socket = served.lets_in(&ann).await;
    socket.shows(ann.token()).await;
    socket.is_closed_with(4429).await;
    // Whoever has said it in time stays.
    let mut socket = served.lets_in(&ann).await;
    served.opens(MODERN).await.is_closed_with(4408).await;
    socket.asks("1", "{ viewer { id } }").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_opens_nothing() {
    let options = server::Options {
        allowed_origins: vec!["https://app.example.org".to_owned()],
        public_url: Some("https://chat.example.org".to_owned()),
        ..server::Options::default()
    };
    let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    let served = app.serves().await;
    let own = format!("http://{}", served.address);
    for origin in [own.as_str(), "https://app.example.org", "https://chat.example.org"] {
        served.tries_to_open(&[MODERN], &[("origin", origin)]).await.unwrap();
    }
    for origin in ["https://evil.example", "http://app.example.org", "null"] {
        let refused = served.tries_to_open(&[MODERN], &[("origin", origin)]).await;
        let Err(Error::Http(response)) = refused else { panic!("{origin} should be refused") };
        assert_eq!(response.status(), 403, "{origin}");
        let body: Value = serde_json::from_slice(response.body().as_ref().unwrap()).unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN");
        let message = body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("PARLANCE_ALLOWED_ORIGINS"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_without_a_known_subprotocol_is_refused_and_nothing_is_compressed() {
    let app = TestApp::start().await;
    let served = app.serves().await;
    for protocols in [&[][..], &["mqtt"]] {
        let refused = served.tries_to_open(protocols, &[]).await;
        let Err(Error::Http(response)) = refused else { panic!("{protocols:?} should be refused") };
        assert_eq!(response.status(), 400);
        let body: Value = serde_json::from_slice(response.body().as_ref().unwrap()).unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }
    let offer = [("sec-websocket-extensions", "permessage-deflate; client_max_window_bits")];
    let (_, response) = served.tries_to_open(&[LEGACY, MODERN], &offer).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], MODERN);
    assert!(!response.headers().contains_key("sec-websocket-extensions"));
}

// Operations

#[tokio::test(flavor = "multi_thread")]
async fn queries_and_mutations_are_answered_under_their_ids() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let served = app.serves().await;
    let mut socket = served.lets_in(&ann).await;
    let sent = socket.asks("a", &sending(chat, "hello")).await;
    assert_eq!(sent["data"]["sendMessage"]["message"]["body"], "hello");
    let seen = bob.sees(chat, "lastMessage { body }").await;
    assert_eq!(seen.word("conversation.lastMessage.body"), "hello");
    // What fails while it is executed is a result; what is not executed is an error.
    let failed = socket.asks("a", &sending(nobody(), "hello")).await;
    assert_eq!(failed["errors"][0]["extensions"]["code"], "NOT_FOUND");
    assert_eq!(failed["data"], Value::Null);
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "OPERATION_RESOLUTION_FAILURE"),
    ] {
        socket.starts("b", query).await;
        assert_eq!(socket.hears_error("b").await, code, "{query}");
    }
    let payload = json!({
        "query": "query A { a: __typename } query B($x: Boolean!) { b: __typename @include(if: $x) }",
        "operationName": "B",
        "variables": { "x": true },
        "extensions": null,
    });
    socket.starts_with("c", payload).await;
    assert_eq!(socket.hears_of("c", "next").await, json!({ "data": { "b": "Query" } }));
    socket.hears_of("c", "complete").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_run_side_by_side_and_a_slow_one_holds_up_nobody() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let served = app.serves().await;
    let mut socket = served.lets_in(&ann).await;
    let held = Held::lock(&app.store, &[chat]).await;
    socket.starts("slow", &sending(chat, "at last")).await;
    for n in 0..10 {
        socket.asks(&n.to_string(), "{ viewer { id } }").await;
    }
    held.released().await;
    let sent = socket.hears_of("slow", "next").await;
    assert_eq!(sent["data"]["sendMessage"]["message"]["body"], "at last");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_its_client_completes_says_nothing_more() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let live = ann.listens(&app).await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let served = app.serves().await;
    let mut socket = served.lets_in(&ann).await;
    for _ in 0..3 {
        socket.starts("1", &live).await;
        socket.says(json!({ "type": "complete", "id": "1" })).await;
    }
    // A mutation is carried out, only without an answer.
    let held = Held::lock(&app.store, &[chat]).await;
    let mut hints = app.app.live.listen();
    let before = app.app.running.len();
    socket.starts("1", &sending(chat, "unanswered")).await;
    while app.app.running.len() == before {
        tokio::task::yield_now().await;
    }
    socket.says(json!({ "type": "complete", "id": "1" })).await;
    held.released().await;
    hints.recv().await.unwrap();
    assert_eq!(
        bob.sees(chat, "lastMessage { body }").await.word("conversation.lastMessage.body"),
        "unanswered"
    );
    socket.says(json!({ "type": "complete", "id": "unknown" })).await;
    assert_eq!(socket.asks("2", "{ __typename }").await["data"]["__typename"], "Query");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_is_carried_out_although_the_connection_is_gone() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let served = app.serves().await;
    let mut socket = served.lets_in(&ann).await;
    let held = Held::lock(&app.store, &[chat]).await;
    let mut hints = app.app.live.listen();
    let before = app.app.running.len();
    socket.starts("1", &sending(chat, "before I go")).await;
    while app.app.running.len() == before {
        tokio::task::yield_now().await;
    }
    drop(socket);
    held.released().await;
    hints.recv().await.unwrap();
    assert_eq!(
        bob.sees(chat, "lastMessage { body }").await.word("conversation.lastMessage.body"),
        "before I go"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_of_a_running_operation_is_taken() {
    let app = TestApp::start().await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let live = ann.listens(&app).await;
    let mut socket = served.lets_in(&ann).await;
    socket.starts("1", &live).await;
    socket.starts("2", &live).await;
    socket.starts("1", "{ __typename }").await;
    socket.is_closed_with(4409).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fifty_first_operation_is_refused_and_the_others_go_on() {
    let app = TestApp::start().await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let live = ann.listens(&app).await;
    let mut socket = served.lets_in(&ann).await;
    for n in 0..50 {
        socket.starts(&n.to_string(), &live).await;
    }
    socket.starts("one more", "{ __typename }").await;
    assert_eq!(socket.hears_error("one more").await, "RATE_LIMITED");
    socket.says(json!({ "type": "complete", "id": "7" })).await;
    socket.asks("one more", "{ __typename }").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_form_is_spoken_too() {
    let app = pinging(Duration::from_millis(200)).await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let live = ann.listens(&app).await;
    let mut socket = served.opens(LEGACY).await;
    // Old clients do not wait to be let in.
    socket.shows(ann.token()).await;
    socket.starts("1", "{ viewer { username } }").await;
    socket.starts("2", "{ nothing }").await;
    socket.starts("3", &live).await;
    socket.says(json!({ "type": "stop", "id": "3" })).await;
    let mut heard = Vec::new();
    while heard.len() < 5 {
        let message = socket.hears().await;
        if message["type"] != "ka" {
            heard.push(message);
        }
    }
    let find = |id: &str, kind: &str| {
        let found = heard.iter().find(|m| m["id"] == id && m["type"] == kind);
        found.unwrap_or_else(|| panic!("no {kind} of {id}: {heard:?}")).clone()
    };
    assert_eq!(heard[0]["type"], "connection_ack");
    assert_eq!(find("1", "data")["payload"]["data"]["viewer"]["username"], "ann");
    find("1", "complete");
    assert!(find("2", "error")["payload"]["message"].is_string());
    find("3", "complete");
    while socket.hears().await["type"] != "ka" {}
    socket.says(json!({ "type": "connection_terminate" })).await;
    socket.is_closed_with(1000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_subscription_leaves_room_for_others() {
    let app = TestApp::start().await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let mut socket = served.lets_in(&ann).await;
    let chat = ann.starts_a_group_with(&[&app.person("bob").await]).await;
    fills(&app, chat, ann.id, 20_000, |n| n.to_string()).await;
    socket.starts("busy", &everything(chat)).await;
    socket.starts("1", "{ viewer { username } }").await;
    socket.says(json!({ "type": "ping" })).await;
    let mut left = vec!["next 1", "complete 1", "pong "];
    while !left.is_empty() {
        let message = socket.hears().await;
        let word = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
        let heard = format!("{} {}", word("type"), word("id"));
        left.retain(|wanted| *wanted != heard);
    }
}

// What is too much, or wrong

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_of_the_protocol_closes_the_connection() {
    let app = TestApp::start().await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let query = json!({ "query": "{ __typename }" });
    let long = "x".repeat(300);
    for message in [
        json!([]),
        json!({}),
        json!({ "type": 3 }),
        json!({ "type": "é".repeat(200) }),
        json!({ "type": "next", "id": "1" }),
        json!({ "type": "start", "id": "1", "payload": query }),
        json!({ "type": "subscribe", "payload": query }),
        json!({ "type": "subscribe", "id": "", "payload": query }),
        json!({ "type": "subscribe", "id": long, "payload": query }),
        json!({ "type": "subscribe", "id": "1" }),
        json!({ "type": "subscribe", "id": "1", "payload": {} }),
        json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ a }", "variables": [1] } }),
        json!({ "type": "complete" }),
        json!({ "type": "ping", "payload": "x" }),
        json!({ "type": "pong", "payload": 3 }),
    ] {
        let mut socket = served.lets_in(&ann).await;
        socket.says(message.clone()).await;
        assert_eq!(socket.is_closed().await.code, 4400, "{message}");
    }
    for frame in [Message::text("no JSON"), Message::text(""), Message::binary("{}")] {
        let mut socket = served.lets_in(&ann).await;
        socket.says_frame(frame.clone()).await;
        assert_eq!(socket.is_closed().await.code, 4400, "{frame:?}");
    }
    let mut socket = served.opens(MODERN).await;
    socket.says(json!({ "type": "connection_init", "payload": "x" })).await;
    socket.is_closed_with(4400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_over_64_kib_closes_the_connection() {
    let app = TestApp::start().await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    for (bytes, is_fine) in [(64 << 10, true), ((64 << 10) + 1, false), (1 << 20, false)] {
        let mut socket = served.lets_in(&ann).await;
        let frame = json!({ "type": "ping", "payload": { "x": "" } }).to_string();
        let padded = frame.replace(":\"\"", &format!(":\"{}\"", "x".repeat(bytes - frame.len())));
        assert_eq!(padded.len(), bytes);
        socket.says_frame(Message::text(padded)).await;
        if is_fine {
            assert_eq!(socket.hears().await["type"], "pong");
        } else {
            socket.is_closed_with(1009).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_200_messages_in_10_s_close_the_connection() {
    let app = TestApp::start().await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let mut socket = served.lets_in(&ann).await;
    // The first was connection_init.
    for n in 2..=201 {
        socket.says(json!({ "type": "ping", "payload": { "n": n } })).await;
    }
    for n in 2..=200 {
        assert_eq!(socket.hears().await["payload"]["n"], n);
    }
    socket.is_closed_with(1008).await;
}

// Tokens and sessions

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_ends_with_its_token() {
    let app = TestApp::start().await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let (token, _) = token(&app, &ann, 15 * MINUTE);
    let mut quiet = enters(&served, &token).await;
    let mut busy = enters(&served, &token).await;
    app.clock.forward(16 * MINUTE);
    busy.starts("1", "{ viewer { id } }").await;
    busy.is_closed_with(4403).await;
    quiet.is_closed_with(4403).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lives_on_with_a_new_token_of_the_same_person() {
    let app = TestApp::start().await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let live = ann.listens(&app).await;
    let (first, _) = token(&app, &ann, 15 * MINUTE);
    let mut socket = enters(&served, &first).await;
    socket.starts("live", &live).await;
    app.clock.forward(10 * MINUTE);
    let (second, expires_at) = token(&app, &ann, 15 * MINUTE);
    socket.says(json!({ "type": "ping", "payload": { "accessToken": second } })).await;
    let pong = socket.hears().await;
    assert_eq!(pong["type"], "pong");
    assert_eq!(pong["payload"], json!({ "expiresAt": expires_at.to_string() }));
    app.clock.forward(10 * MINUTE);
    let me = socket.asks("1", "{ viewer { username } }").await;
    assert_eq!(me["data"]["viewer"]["username"], "ann");
    app.clock.forward(10 * MINUTE);
    socket.is_closed_with(4403).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_token_may_come_in_every_form_of_the_first_and_is_not_repeated() {
    let app = TestApp::start().await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let mut socket = served.lets_in(&ann).await;
    let (token, expires_at) = token(&app, &ann, MINUTE);
    for payload in [
        json!({ "accessToken": token }),
        json!({ "accessToken": format!("Bearer {token}") }),
        json!({ "authorization": format!("Bearer {token}") }),
        json!({ "headers": { "Authorization": format!("Bearer {token}") } }),
    ] {
        socket.says(json!({ "type": "ping", "payload": payload })).await;
        let payload = json!({ "expiresAt": expires_at.to_string() });
        assert_eq!(socket.hears().await, json!({ "type": "pong", "payload": payload }));
    }
    // A client that has none at hand only asks for a sign of life.
    for payload in [json!({ "accessToken": null }), json!({ "authorization": "" })] {
        socket.says(json!({ "type": "ping", "payload": payload })).await;
        assert_eq!(socket.hears().await, json!({ "type": "pong", "payload": payload }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_token_or_another_persons_ends_the_connection_it_was_to_prolong() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let served = app.serves().await;
    let (expired, _) = token(&app, &ann, MINUTE);
    app.clock.forward(MINUTE);
    eve.asks_for("mutation { logout { sessionId } }").await.succeeds();
    for (token, code) in [
        (json!(bob.token()), 4403),
        (json!(expired), 4403),
        (json!(eve.token()), 4401),
        (json!("nonsense"), 4401),
        (json!(3), 4401),
    ] {
        let mut socket = served.lets_in(&ann).await;
        socket.says(json!({ "type": "ping", "payload": { "accessToken": token } })).await;
        assert_eq!(socket.is_closed().await.code, code, "{token}");
    }
    // Who came without a token stays without.
    let mut socket = served.lets_in(&app.stranger()).await;
    socket.says(json!({ "type": "ping", "payload": { "accessToken": ann.token() } })).await;
    let closed = socket.is_closed().await;
    assert_eq!(closed.code, 4403);
    assert!(closed.reason.contains("connect again to sign in"), "{}", closed.reason);
    let mut socket = served.opens(MODERN).await;
    socket.says(json!({ "type": "ping", "payload": { "accessToken": ann.token() } })).await;
    socket.is_closed_with(4401).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_for_a_session_that_has_ended() {
    let app = TestApp::start().await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let mut socket = served.lets_in(&ann).await;
    ann.asks_for("mutation { logout { sessionId } }").await.succeeds();
    socket.starts("1", "{ viewer { id } }").await;
    socket.is_closed_with(4401).await;
}

// Signs of life

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_pings_stays_and_who_does_not_is_dropped() {
    let app = pinging(Duration::from_millis(300)).await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let mut alive = served.lets_in(&ann).await;
    for _ in 0..4 {
        assert!(matches!(alive.frame().await, Some(Message::Ping(_))));
    }
    // A ping of the client's own is answered as it was sent.
    let payload = json!({ "at": [1, null] });
    alive.says(json!({ "type": "ping", "payload": payload })).await;
    assert_eq!(alive.hears().await, json!({ "type": "pong", "payload": payload }));
    alive.says(json!({ "type": "pong", "payload": { "unasked": true } })).await;
    alive.says(json!({ "type": "ping" })).await;
    assert_eq!(alive.hears().await, json!({ "type": "pong" }));
    drop(alive);
    let silent = served.lets_in(&ann).await;
    app.app.running.close();
    app.app.running.wait().await;
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_dropped() {
    let app = pinging(Duration::from_secs(1)).await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let chat = ann.starts_a_group_with(&[&app.person("bob").await]).await;
    fills(&app, chat, ann.id, 3_000, |_| "x".repeat(10_000)).await;
    let all = everything(chat);
    let mut codes = Vec::new();
    // The server gives up after two seconds, and for another one tries to say why: whoever
    // begins to read within that one learns it.
    for wait in (2_000..4_000).step_by(250) {
        let mut socket = served.lets_in(&ann).await;
        socket.starts("1", &all).await;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let reads = async {
            for _ in 0..3_000 {
                match socket.frame().await {
                    Some(Message::Close(frame)) => return frame.map(|frame| u16::from(frame.code)),
                    Some(_) => {}
                    None => return None,
                }
            }
            None
        };
        let code = tokio::time::timeout(MINUTE, reads).await.expect("it should end");
        codes.extend(code);
        if code.is_some() {
            break;
        }
    }
    assert_eq!(codes, [1013]);
    let mut socket = served.lets_in(&ann).await;
    socket.starts("1", &all).await;
    app.app.running.close();
    app.app.running.wait().await;
}

// Stopping

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_answers_what_is_under_way_and_asks_to_come_again() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let served = app.serves().await;
    let mut socket = served.lets_in(&ann).await;
    let mut idle = served.lets_in(&ann).await;
    let held = Held::lock(&app.store, &[chat]).await;
    let before = app.app.running.len();
    socket.starts("slow", &sending(chat, "under way")).await;
    while app.app.running.len() == before {
        tokio::task::yield_now().await;
    }
    app.app.stopping.cancel();
    idle.is_closed_with(1012).await;
    socket.starts("late", "{ __typename }").await;
    assert_eq!(socket.hears_error("late").await, "SERVICE_UNAVAILABLE");
    // Longer than a connection waits that has nothing under way.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    held.released().await;
    let sent = socket.hears_of("slow", "next").await;
    assert_eq!(sent["data"]["sendMessage"]["message"]["body"], "under way");
    socket.hears_of("slow", "complete").await;
    socket.is_closed_with(1012).await;
    app.app.running.close();
    app.app.running.wait().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_told_to_stop_ends_its_connections_and_its_log_keeps_the_token() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let live = ann.listens(&app).await;
    let program = Program::on(&app).with("PARLANCE_LOG", "debug");
    let mut server = Running::start(&program).await;
    let mut socket = Socket::at(&server.address, &ann).await;
    socket.starts("live", &live).await;
    assert_eq!(socket.asks("1", "{ __typename }").await["data"]["__typename"], "Query");
    let mut events = TcpStream::connect(&server.address).await.unwrap();
    let body = json!({ "query": live }).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
        ann.token().unwrap(),
        body.len()
    );
    events.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    events.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    server.signals("TERM");
    socket.is_closed_with(1012).await;
    let mut rest = String::new();
    events.read_to_string(&mut rest).await.unwrap();
    assert!(!rest.contains("event: complete"), "{rest}");
    server.logs("a WebSocket is closed").await;
    let (code, log) = server.ends().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("a WebSocket is open") && log.contains("operations=2"), "{log}");
    assert!(!log.contains(ann.token().unwrap()), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_request_to_the_address_of_sockets_is_told_so() {
    let app = TestApp::start().await;
    let request = axum::http::Request::get("/graphql/ws").body(axum::body::Body::empty()).unwrap();
    let response = app.stranger().sends_request(request).await;
    assert_eq!(response.status(), 400);
    let body = response.into_body().into_data_stream().next().await.unwrap().unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}
