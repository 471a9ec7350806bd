//! Connections that are opened and held: half a head, nothing at all, far too many.

use std::{convert::Infallible, time::Duration};

use axum::{body::Body, http::Request};
use futures_util::{StreamExt, stream};
use parlance::server::{Connections, Options};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use super::LONG;
use crate::{
    concurrency::Held,
    support::{Served, Setup, TestApp, json},
};

const SHORT: Duration = Duration::from_millis(400);

fn impatient() -> Connections {
    Connections { head: SHORT, idle: SHORT, ..Connections::default() }
}

async fn connects(served: &Served) -> TcpStream {
    TcpStream::connect(served.address).await.unwrap()
}

/// All that comes until the server closes the connection.
async fn is_closed(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let read = timeout(LONG, stream.read_to_end(&mut all)).await;
    // Closed while something is unread of it, it is reset.
    let _ = read.expect("the server should close the connection");
    String::from_utf8(all).unwrap()
}

/// One whole answer without a body of its own length unknown.
async fn is_answered(stream: &mut TcpStream, status: u16) {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.ends_with("ok\n") {
        let count = timeout(LONG, stream.read(&mut buffer)).await.unwrap().unwrap();
        assert!(count > 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{text}");
}

const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn half_a_head_sent_drop_by_drop_is_not_waited_for() {
    let app = TestApp::start().await;
    let served = app.serves_with(impatient()).await;
    // Nothing, a part of the first head, one drop after the other, half a preface of HTTP/2.
    for begin in [&b""[..], b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-", b"PRI * HTTP/2.0\r\n\r\nSM"]
    {
        let mut stream = connects(&served).await;
        stream.write_all(begin).await.unwrap();
        is_closed(&mut stream).await;
    }
    let mut stream = connects(&served).await;
    let begun = Instant::now();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    while begun.elapsed() < LONG {
        let drop = stream.write_all(b"X-Drop: 1\r\n").await;
        let mut byte = [0];
        let read = timeout(SHORT / 10, stream.read(&mut byte)).await;
        if drop.is_err() || matches!(read, Ok(Ok(0) | Err(_))) {
            break;
        }
        assert!(read.is_err(), "nothing is answered to half a head");
    }
    assert!(begun.elapsed() < LONG, "it is waited for as long as drops come");
    // The second head on a connection no longer than the first.
    let mut stream = connects(&served).await;
    stream.write_all(HEALTH).await.unwrap();
    is_answered(&mut stream, 200).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nX-").await.unwrap();
    assert_eq!(is_closed(&mut stream).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_on_which_nothing_is_asked_ends_and_one_at_work_does_not() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let served = app.serves_with(impatient()).await;
    let mut idle = connects(&served).await;
    idle.write_all(HEALTH).await.unwrap();
    is_answered(&mut idle, 200).await;
    // Those have something under way the whole time: a socket, a stream of events, a long poll, a slow body.
    let live = format!("subscription {{ messageAdded(conversationId: \"{chat}\") {{ body }} }}");
    let mut socket = served.lets_in(&bob).await;
    socket.starts("live", &live).await;
    let token = bob.token().unwrap();
    let body = json!({ "query": live }).to_string();
    let mut events = connects(&served).await;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    events.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut slow = connects(&served).await;
    let query = json!({ "query": "{ viewer { username } }" }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n",
        query.len()
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(is_closed(&mut idle).await, "");
    sleep(SHORT * 3).await;
    slow.write_all(query.as_bytes()).await.unwrap();
    let answer = is_closed(&mut slow).await;
    assert!(answer.contains("\"bob\""), "a slow body is no slow head: {answer}");
    ann.sends(chat, "still there").await;
    assert_eq!(
        socket.hears_of("live", "next").await["data"]["messageAdded"]["body"],
        "still there"
    );
    let mut streamed = String::new();
    let mut buffer = [0; 4096];
    while !streamed.contains("still there") {
        let count = timeout(LONG, events.read(&mut buffer)).await.unwrap().unwrap();
        assert!(count > 0, "the stream ended: {streamed}");
        streamed.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_opens_too_many_connections_is_turned_away_and_others_are_not() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    for (most, most_per_address) in [(3, 100), (100, 3)] {
        let connections = Connections { most, most_per_address, ..Connections::default() };
        let served = app.serves_with(connections.clone()).await;
        let socket = served.lets_in(&ann).await;
        let mut held = [connects(&served).await, connects(&served).await];
        for stream in &mut held {
            stream.write_all(HEALTH).await.unwrap();
            is_answered(stream, 200).await;
        }
        let mut fourth = connects(&served).await;
        let said = is_closed(&mut fourth).await;
        assert!(said.starts_with("HTTP/1.1 503 "), "{said}");
        assert!(said.contains("x-content-type-options: nosniff\r\n"), "{said}");
        // Those who are in go on, and a place that is given back can be taken: by a socket's end too.
        for stream in &mut held {
            stream.write_all(HEALTH).await.unwrap();
            is_answered(stream, 200).await;
        }
        drop(socket);
        let begun = Instant::now();
        loop {
            let mut stream = connects(&served).await;
            let mut first = [0; 12];
            let _ = stream.write_all(HEALTH).await;
            let read = timeout(LONG, stream.read_exact(&mut first)).await.unwrap();
            if read.is_ok() && &first == b"HTTP/1.1 200" {
                break;
            }
            assert!(begun.elapsed() < LONG, "the place is not given back");
            sleep(SHORT / 20).await;
        }
        // A proxy that is trusted brings the connections of many.
        let trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        let served = app.serves_with(Connections { trusted_proxies, ..connections }).await;
        let mut answered = 0;
        let mut open = Vec::new();
        for _ in 0..4 {
            let mut stream = connects(&served).await;
            let mut first = [0; 12];
            let _ = stream.write_all(HEALTH).await;
            let read = timeout(LONG, stream.read_exact(&mut first)).await.unwrap();
            answered += usize::from(read.is_ok() && &first == b"HTTP/1.1 200");
            open.push(stream);
        }
        assert_eq!(answered, most.min(4));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_takes_too_long_is_given_up_and_what_it_began_is_ended() {
    assert_eq!(Options::default().timeout, Duration::from_secs(10), "what is promised");
    let options = Options { timeout: SHORT, ..Options::default() };
    let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    // Somebody holds what it needs.
    let held = Held::lock(&app.store, &[chat]).await;
    let answer = timeout(LONG, ann.tries_to_send(chat, "in the end")).await.unwrap();
    assert_eq!(answer.code(), Some("REQUEST_TIMEOUT"), "{}", answer.text);
    assert_eq!(app.app.running.len(), 1, "it goes on, and is waited for");
    held.released().await;
    app.app.running.close();
    app.app.running.wait().await;
    let read = app.reads("SELECT body AS value FROM messages").await;
    assert_eq!(read, [Some("in the end".to_owned())]);
}

/// As a proxy passes it on: the answer is read when all is written.
#[tokio::test(flavor = "multi_thread")]
async fn who_sends_too_much_is_told_so_and_not_cut_off() {
    let app = TestApp::start().await;
    let served = app.serves().await;
    let long = "x".repeat(4 << 20);
    for (path, status) in [("/graphql", 413), ("/api/conversations/", 401), ("/nothing/here", 404)]
    {
        let mut stream = connects(&served).await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            long.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(long.as_bytes()).await.unwrap();
        let mut text = String::new();
        timeout(LONG, stream.read_to_string(&mut text)).await.unwrap().unwrap();
        assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {text}");
    }
    // A proxy that gives up what it was sending must not begin another request there.
    let mut stream = connects(&served).await;
    let head = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&long.as_bytes()[..100_000]).await.unwrap();
    stream.write_all(HEALTH).await.unwrap();
    let text = is_closed(&mut stream).await;
    let answers = text.matches("HTTP/1.1 ").count();
    assert!(text.contains("connection: close\r\n") && answers == 1, "{text}");
    // What is read to its end keeps its connection.
    let mut stream = connects(&served).await;
    for length in [100, 100_000] {
        let body = format!("{{\"query\": \"{{ __typename }}\"{}}}", " ".repeat(length));
        let head = format!(
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body.as_bytes(), HEALTH].concat()).await.unwrap();
        let mut text = String::new();
        let mut buffer = [0; 4096];
        while !text.ends_with("ok\n") {
            let count = timeout(LONG, stream.read(&mut buffer)).await.unwrap().unwrap();
            assert!(count > 0, "closed after {text:?}");
            text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        }
        assert!(text.starts_with("HTTP/1.1 200 ") && text.contains("Query"), "{text}");
    }
    // Without an end it is not taken for ever.
    let mut stream = connects(&served).await;
    let head = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut sent = 0_usize;
    while timeout(LONG, stream.write_all(&long.as_bytes()[..1 << 16])).await.unwrap().is_ok() {
        sent += 1 << 16;
        assert!(sent < 64 << 20, "it is still taken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_a_request_of_rest_and_a_body_that_does_not_come_are_given_up_as_well() {
    let options = Options { timeout: SHORT, ..Options::default() };
    let app = TestApp::start_with(Setup { options, pool_size: 2, ..Setup::default() }).await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let path = format!("/api/conversations/{chat}/messages/");
    let message = json!({ "message_body": "hello" });
    // It is asked to wait for longer than a request may take.
    let poll = format!("/api/conversations/{chat}/events/?after=2&wait=1");
    let polled = timeout(LONG, ann.rests("GET", &poll, None)).await.unwrap();
    assert_eq!(polled.has_status(200).body["events"], json!([]));
    // Bodies that are begun.
    for path in ["/graphql", &path] {
        let drops = stream::once(async { Ok::<_, Infallible>("{") }).chain(stream::pending());
        let request = Request::post(path).header("content-type", "application/json");
        let request = request.body(Body::from_stream(drops)).unwrap();
        let sends = async { ann.reads(ann.sends_request(request).await).await };
        let answer = timeout(LONG, sends).await.expect("it should not be waited for");
        answer.has_status(408);
    }
    // All connections are taken, so nobody comes to read.
    let held = [app.store.conn().await.unwrap(), app.store.conn().await.unwrap()];
    let answer = timeout(LONG, ann.asks_for("{ viewer { id } }")).await.unwrap();
    answer.fails_with("REQUEST_TIMEOUT").has_status(504);
    for (method, body) in [("GET", None), ("POST", Some(message))] {
        timeout(LONG, ann.rests(method, &path, body)).await.unwrap().has_status(504);
    }
    timeout(LONG, ann.rests("GET", &poll.replace("&wait=1", ""), None))
        .await
        .unwrap()
        .has_status(504);
    drop(held);
    // In the middle of it: a query over a connection that has been let in.
    let served = app.serves().await;
    let mut socket = served.lets_in(&ann).await;
    let held = [app.store.conn().await.unwrap(), app.store.conn().await.unwrap()];
    socket.starts("late", "{ viewer { id } }").await;
    assert_eq!(timeout(LONG, socket.hears_error("late")).await.unwrap(), "REQUEST_TIMEOUT");
    drop(held);
}
