//! HTTP/2: that it is spoken, and clients that do not take what they asked for, or keep a connection on which they ask
//! for nothing.

use std::time::Duration;

use axum::{
    body::Bytes,
    http::{Method, Request, Response},
};
use h2::{
    Ping, PingPong, Reason, RecvStream, SendStream,
    client::{Builder, SendRequest},
    ext::Protocol,
};
use parlance::server::{Connections, Options};
use tokio::{
    net::TcpStream,
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

use super::LONG;
use crate::support::{MODERN, Served, Setup, TestApp, json};

const SHORT: Duration = Duration::from_millis(400);

fn impatient() -> Connections {
    Connections { stalled: SHORT, idle: SHORT, ..Connections::default() }
}

/// A connection that says from its first byte that it is HTTP/2.
struct Spoken {
    requests: SendRequest<Bytes>,
    pings: PingPong,
    /// Until it is closed.
    open: JoinHandle<()>,
}

impl Spoken {
    /// Takes so much of each answer before it says that it takes more.
    async fn with_window(served: &Served, window: u32) -> Self {
        let stream = TcpStream::connect(served.address).await.unwrap();
        let mut builder = Builder::new();
        builder.initial_window_size(window).initial_connection_window_size(1 << 20);
        let (requests, mut connection) = builder.handshake(stream).await.unwrap();
        let pings = connection.ping_pong().unwrap();
        let open = tokio::spawn(async move { drop(connection.await) });
        Self { requests, pings, open }
    }

    async fn begin(&mut self, request: Request<()>, body: &[u8]) -> Response<RecvStream> {
        let mut requests = self.requests.clone().ready().await.unwrap();
        let (response, mut sends) = requests.send_request(request, body.is_empty()).unwrap();
        if !body.is_empty() {
            sends.send_data(Bytes::copy_from_slice(body), true).unwrap();
        }
        timeout(LONG, response).await.unwrap().unwrap()
    }

    async fn gets(&mut self, path: &str) -> Response<RecvStream> {
        let request = Request::get(format!("http://parlance{path}")).body(()).unwrap();
        self.begin(request, b"").await
    }

    /// A WebSocket on it.
    async fn opens(&mut self) -> (SendStream<Bytes>, RecvStream) {
        while !self.requests.is_extended_connect_protocol_enabled() {
            tokio::task::yield_now().await;
        }
        let request = Request::builder()
            .method(Method::CONNECT)
            .uri("http://parlance/graphql/ws")
            .extension(Protocol::from_static("websocket"))
            .header("sec-websocket-version", "13")
            .header("sec-websocket-protocol", MODERN);
        let (response, sends) =
            self.requests.send_request(request.body(()).unwrap(), false).unwrap();
        let response = timeout(LONG, response).await.unwrap().unwrap();
        assert_eq!(response.status(), 200);
        (sends, response.into_body())
    }

    async fn ends(self) {
        timeout(LONG, self.open).await.expect("the server should close the connection").unwrap();
    }
}

/// All of an answer, taken as it comes.
async fn whole(response: Response<RecvStream>) -> Bytes {
    let (mut body, mut all) = (response.into_body(), Vec::new());
    while let Some(chunk) = timeout(LONG, body.data()).await.unwrap() {
        let chunk = chunk.unwrap();
        body.flow_control().release_capacity(chunk.len()).unwrap();
        all.extend_from_slice(&chunk);
    }
    all.into()
}

/// What comes of an answer of which no more is taken than came by itself, until it is given up.
async fn is_given_up(body: &mut RecvStream) -> usize {
    let mut came = 0;
    loop {
        let chunk = timeout(LONG, body.data()).await.expect("it should be given up");
        match chunk.expect("it has not come to its end") {
            Ok(chunk) => came += chunk.len(),
            Err(error) => {
                assert_eq!(error.reason(), Some(Reason::CANCEL), "{error}");
                assert!(error.is_remote(), "{error}");
                return came;
            }
        }
    }
}

/// A frame of a WebSocket as clients send them, with a mask that changes nothing.
fn frame(kind: u8, text: &str) -> Bytes {
    let length = u8::try_from(text.len()).unwrap();
    assert!(length < 126, "that would have another head");
    [&[0x80 | kind, 0x80 | length, 0, 0, 0, 0], text.as_bytes()].concat().into()
}

const TEXT: u8 = 1;

/// The next message; frames of other kinds are passed over.
async fn message(body: &mut RecvStream) -> String {
    loop {
        let chunk = timeout(LONG, body.data()).await.unwrap().expect("it goes on").unwrap();
        body.flow_control().release_capacity(chunk.len()).unwrap();
        let text = String::from_utf8_lossy(&chunk);
        if let Some((_, message)) = text.split_once('{') {
            return format!("{{{message}");
        }
    }
}

/// Longer than a window.
const LARGE: &str = "/api/docs/swagger-ui-bundle.js";

#[tokio::test(flavor = "multi_thread")]
async fn requests_over_http2_are_answered_like_any_others() {
    let app = TestApp::start().await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let mut spoken = Spoken::with_window(&served, 65_535).await;
    let health = spoken.gets("/healthz").await;
    assert_eq!(health.status(), 200);
    assert_eq!(health.headers()["content-length"], "3");
    assert_eq!(health.headers()["x-content-type-options"], "nosniff");
    assert_eq!(whole(health).await, "ok\n");
    let query = json!({ "query": "{ viewer { username } }" }).to_string();
    let request = Request::post("http://parlance/graphql")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {}", ann.token().unwrap()));
    let answer = whole(spoken.begin(request.body(()).unwrap(), query.as_bytes()).await).await;
    assert_eq!(answer, r#"{"data":{"viewer":{"username":"ann"}}}"#);
    // In many pieces, of several streams at once.
    let direct = app.stranger().rests("GET", LARGE, None).await;
    assert!(direct.text.len() > 1 << 18, "{}", direct.text.len());
    let (one, two) = (spoken.gets(LARGE).await, spoken.gets(LARGE).await);
    let (one, two) = tokio::join!(whole(one), whole(two));
    assert!(one == direct.text && two == direct.text);
    // One without a body of its own.
    let missing = Request::head("http://parlance/healthz").body(()).unwrap();
    let head = spoken.begin(missing, b"").await;
    assert!(head.status() == 200 && head.body().is_end_stream());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_taken_is_given_up_and_the_connection_ends() {
    let app = TestApp::start().await;
    let served = app.serves_with(impatient()).await;
    // Nothing of "ok\n", a part of it, all but the end.
    for window in [0, 1, 2] {
        let mut spoken = Spoken::with_window(&served, window).await;
        let mut bodies = Vec::new();
        for _ in 0..3 {
            bodies.push(spoken.gets("/healthz").await.into_body());
        }
        for body in &mut bodies {
            assert_eq!(is_given_up(body).await, usize::try_from(window).unwrap());
        }
        drop(bodies);
        spoken.ends().await;
    }
    let (_, numbers) = app.metrics("*/*").await;
    let closed = "parlance_slow_consumers_closed_total{transport=\"http2\"} 9\n";
    assert!(numbers.contains(closed), "{numbers}");
    let mut spoken = Spoken::with_window(&served, 3).await;
    let health = spoken.gets("/healthz").await;
    assert_eq!(whole(health).await, "ok\n");
    spoken.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_taken_harms_no_other_on_its_connection() {
    let app = TestApp::start().await;
    let served = app.serves_with(Connections { stalled: SHORT, ..Connections::default() }).await;
    let mut spoken = Spoken::with_window(&served, 65_535).await;
    let mut untaken = spoken.gets(LARGE).await.into_body();
    let one = spoken.gets(LARGE).await;
    let (came, whole_one) = tokio::join!(is_given_up(&mut untaken), whole(one));
    assert_eq!(came, 65_535);
    assert_eq!(whole_one, app.stranger().rests("GET", LARGE, None).await.text);
    let health = spoken.gets("/healthz").await;
    assert_eq!(whole(health).await, "ok\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_on_which_nothing_is_asked_ends_though_it_is_pinged() {
    let app = TestApp::start().await;
    let served = app.serves_with(impatient()).await;
    let mut spoken = Spoken::with_window(&served, 65_535).await;
    let health = spoken.gets("/healthz").await;
    assert_eq!(whole(health).await, "ok\n");
    let begun = Instant::now();
    while timeout(LONG, spoken.pings.ping(Ping::opaque())).await.unwrap().is_ok() {
        assert!(begun.elapsed() < LONG, "it is kept as long as it is pinged");
    }
    spoken.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_over_http2_lives_as_long_as_it_is_used_and_keeps_its_connection() {
    let options = Options { ws_init_timeout: SHORT, ..Options::default() };
    let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    let served = app.serves_with(impatient()).await;
    let mut spoken = Spoken::with_window(&served, 65_535).await;
    let (mut sends, mut heard) = spoken.opens().await;
    sends.send_data(frame(TEXT, r#"{"type":"connection_init"}"#), false).unwrap();
    assert!(message(&mut heard).await.contains("connection_ack"));
    // Nothing is asked for on the connection beside it.
    sleep(SHORT * 3).await;
    sends.send_data(frame(TEXT, r#"{"type":"ping"}"#), false).unwrap();
    assert_eq!(message(&mut heard).await, r#"{"type":"pong"}"#);
    sends.send_reset(Reason::CANCEL);
    drop(heard);
    spoken.ends().await;
    // One that takes nothing is left for another reason here, and what it was told is not kept for it.
    let served = app.serves_with(Connections { idle: SHORT * 3, ..impatient() }).await;
    let mut spoken = Spoken::with_window(&served, 0).await;
    let (_sends, mut heard) = spoken.opens().await;
    assert_eq!(is_given_up(&mut heard).await, 0);
    drop(heard);
    spoken.ends().await;
}
