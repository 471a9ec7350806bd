//! How the server takes connections, and how it stops.

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, Version},
};
use hyper::{
    body::Incoming,
    service::{Service, service_fn},
};
use hyper_util::{rt::TokioIo, server::conn::auto::Builder, service::TowerToHyperService};
use ipnet::IpNet;
use tokio::{
    net::{TcpListener, TcpStream},
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    around::guards,
    connection::{Connection, Counted, UnderWay},
    places::Places,
    streams::{Stream, Streams},
    unread::Unread,
};
use crate::{
    domain::{App, Hold},
    metrics::Metrics,
};

/// How long the server waits in all for what is under way once it is told to stop.
const PATIENCE: Duration = Duration::from_secs(20);

/// The least time between two warnings that there is no room for another connection.
const REMIND: Duration = Duration::from_mins(1);

/// The most that is kept of a head that has not come to its end, in bytes.
const HEAD_MAX: usize = 64 << 10;
const HEADER_LIST_MAX: u32 = 64 << 10;

/// The most requests at once on a connection of HTTP/2, and how much of each answer waits to be
/// sent, in bytes.
const STREAMS_MAX: u32 = 64;
const UNSENT_MAX: usize = 64 << 10;

/// How connections are taken.
#[derive(Clone, Debug)]
pub struct Connections {
    /// How long what was sent may go untaken before a connection is given up: the peer is gone,
    /// or does not read. Only the system knows that; what writes to them waits. Over HTTP/2 also
    /// how long a part of an answer may, before its stream is.
    pub stalled: Duration,
    /// How long the head of a request may take to come.
    pub head: Duration,
    /// How long a connection is kept on which nothing is asked.
    pub idle: Duration,
    /// The most there are at once.
    pub most: usize,
    /// The most of one address.
    pub most_per_address: usize,
    /// Whose connections are not counted by address, since they are those of many.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether clients come over TLS, by way of a proxy.
    pub is_tls: bool,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            stalled: Duration::from_secs(30),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            most: 50_000,
            most_per_address: 10_000,
            trusted_proxies: Vec::new(),
            is_tls: false,
        }
    }
}

/// Takes connections until it is told to stop, then waits until those that are open have come
/// to their end. Those that are open when it is dropped end after what they are at.
pub async fn accept(
    listener: TcpListener,
    router: Router,
    connections: Connections,
    metrics: Metrics,
    stop: CancellationToken,
) {
    let stop = stop.child_token();
    let _when_dropped = stop.clone().drop_guard();
    let places = Places::new(&connections);
    let open = TaskTracker::new();
    let no_place = no_place(connections.is_tls);
    let mut warned: Option<Instant> = None;
    loop {
        let (stream, peer) = tokio::select! {
            accepted = next(&listener) => accepted,
            () = stop.cancelled() => break,
        };
        let Some(place) = places.take(peer.ip()) else {
            if warned.is_none_or(|at| at.elapsed() >= REMIND) {
                warned = Some(Instant::now());
                tracing::warn!(ip = %peer.ip(), "there are too many connections: some are refused");
            }
            turn_away(&stream, &no_place);
            continue;
        };
        prepare(&stream, connections.stalled);
        let streams = Streams { within: connections.stalled, metrics: metrics.clone() };
        let connection = Connection::new(stream, place, connections.head, connections.idle);
        open.spawn(converse(connection, streams, peer, router.clone(), stop.clone()));
    }
    drop(listener);
    open.close();
    open.wait().await;
}

/// What is said to who finds no place.
fn no_place(is_tls: bool) -> Vec<u8> {
    let mut text = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n\
        content-length: 0\r\nconnection: close\r\n"
        .to_vec();
    for (name, value) in guards(is_tls) {
        text.extend_from_slice(
            &[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat(),
        );
    }
    text.extend_from_slice(b"\r\n");
    text
}

/// Says why a connection ends, as far as the system takes it at once. Who has already asked something
/// may not hear it.
fn turn_away(stream: &TcpStream, no_place: &[u8]) {
    let socket = socket2::SockRef::from(stream);
    let said = socket.send(no_place).and_then(|_| socket.shutdown(std::net::Shutdown::Write));
    if let Err(error) = said {
        tracing::debug!(%error, "a connection was refused without a word");
    }
}

async fn next(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // Of this connection: there are others.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionRefused
                        | io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                ) => {}
            // Most likely all files are open that may be, and some will be closed.
            Err(error) => {
                tracing::error!(%error, "a connection cannot be taken");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Lets what is written go out at once: by itself the system holds a second small piece back until
/// the first is acknowledged, and many a peer does that only after 40 ms. Gives the connection up
/// when what was sent is not taken within this time.
fn prepare(stream: &TcpStream, within: Duration) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::warn!(%error, "what a connection is told may come late");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(within)) {
        tracing::warn!(%error, "a connection may outlive its peer");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (stream, within);
}

/// Answers what is asked on one connection until it ends.
async fn converse(
    connection: Connection<TcpStream>,
    streams: Streams,
    peer: SocketAddr,
    router: Router,
    stop: CancellationToken,
) {
    let state = connection.state();
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| {
        let under_way = UnderWay::begin(&state, request.version());
        let router = router.clone();
        async move {
            let under_way = Arc::new(under_way.on(Stream::current()));
            let (head, body) = request.into_parts();
            let (body, end) = match head.version {
                Version::HTTP_2 => (Body::new(body), None),
                _ => match Unread::of(body, &head.headers) {
                    Ok((body, end)) => (Body::new(body), Some(end)),
                    Err(body) => (Body::new(body), None),
                },
            };
            let mut request = Request::from_parts(head, body);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(Hold::on(under_way.clone()));
            let mut response = router.call(request).await?;
            if let Some(end) = end {
                end.tell(response.headers_mut());
            }
            Ok::<_, Infallible>(response.map(|body| Counted::new(body, under_way)))
        }
    });
    let mut builder = Builder::new(streams);
    builder.http1().max_buf_size(HEAD_MAX);
    // The first is for WebSockets over HTTP/2.
    builder
        .http2()
        .enable_connect_protocol()
        .max_concurrent_streams(STREAMS_MAX)
        .max_send_buf_size(UNSENT_MAX)
        .max_header_list_size(HEADER_LIST_MAX);
    let connection = TokioIo::new(connection);
    let mut conversation = pin!(builder.serve_connection_with_upgrades(connection, service));
    let mut is_stopping = false;
    loop {
        tokio::select! {
            ended = conversation.as_mut() => {
                if let Err(error) = ended {
                    tracing::trace!(%error, "a connection broke off");
                }
                return;
            }
            () = stop.cancelled(), if !is_stopping => {
                is_stopping = true;
                conversation.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Listens until it is told to stop, then lets what is under way come to its end.
pub async fn serve(app: &App, router: Router, listener: TcpListener, connections: Connections) {
    let (stopping, stopped) = (app.stopping.clone(), app.stopping.clone());
    let told = async {
        told_to_stop().await;
        tracing::info!("stopping");
        stopping.cancel();
        std::future::pending::<()>().await;
    };
    let (running, metrics) = (app.running.clone(), app.metrics.clone());
    let all = async {
        accept(listener, router, connections, metrics, stopped.clone()).await;
        running.close();
        running.wait().await;
    };
    // A client that keeps its connection busy does not keep the server up.
    let patience = async {
        stopped.cancelled().await;
        tokio::time::sleep(PATIENCE).await;
        tracing::warn!("stopped with something still under way");
    };
    tokio::select! {
        () = all => {}
        () = patience => {}
        () = told => {}
    }
}

/// SIGTERM, or Ctrl-C.
async fn told_to_stop() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot listen for Ctrl-C");
            std::future::pending::<()>().await;
        }
    };
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::error!(%error, "cannot listen for SIGTERM");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_finds_no_place_gets_a_whole_answer_with_the_headers_of_any_other() {
        for is_tls in [false, true] {
            let text = String::from_utf8(no_place(is_tls)).unwrap();
            let mut lines = text.strip_suffix("\r\n\r\n").unwrap().split("\r\n");
            assert_eq!(lines.next(), Some("HTTP/1.1 503 Service Unavailable"));
            let headers: Vec<_> = lines.map(|line| line.split_once(": ").unwrap()).collect();
            for own in [("retry-after", "1"), ("content-length", "0"), ("connection", "close")] {
                assert!(headers.contains(&own), "{text}");
            }
            for (name, value) in guards(is_tls) {
                assert!(headers.contains(&(name.as_str(), value.to_str().unwrap())), "{text}");
            }
            assert_eq!(text.contains("strict-transport-security"), is_tls);
        }
    }

    #[tokio::test]
    async fn what_is_written_is_not_held_back() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let client = TcpStream::connect(listener.local_addr()?).await?;
        let (stream, _) = next(&listener).await;
        prepare(&stream, Connections::default().stalled);
        assert!(stream.nodelay()?);
        drop(client);
        Ok(())
    }
}
