//! A WebSocket as clients open it, and what goes over it.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        handshake::client::Response,
        http::{HeaderName, HeaderValue, header::SEC_WEBSOCKET_PROTOCOL},
    },
};

use super::{Client, Served};

/// The subprotocol of today, and the one before it.
pub(crate) const MODERN: &str = "graphql-transport-ws";
pub(crate) const LEGACY: &str = "graphql-ws";

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How a connection was ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) code: u16,
    pub(crate) reason: String,
}

/// An open connection.
pub(crate) struct Socket {
    stream: Stream,
    is_legacy: bool,
}

impl Served {
    /// Opens a connection that has said nothing yet.
    pub(crate) async fn opens(&self, protocol: &str) -> Socket {
        let is_legacy = protocol == LEGACY;
        let (stream, response) = self.tries_to_open(&[protocol], &[]).await.unwrap();
        assert_eq!(response.headers()[SEC_WEBSOCKET_PROTOCOL], protocol);
        Socket { stream, is_legacy }
    }

    /// A connection that has been let in with this client's token.
    pub(crate) async fn lets_in(&self, client: &Client) -> Socket {
        let mut socket = self.opens(MODERN).await;
        socket.shows(client.token()).await;
        assert_eq!(socket.hears().await["type"], "connection_ack");
        socket
    }

    /// The handshake, with these subprotocols and headers.
    pub(crate) async fn tries_to_open(
        &self,
        protocols: &[&str],
        headers: &[(&'static str, &str)],
    ) -> Result<(Stream, Response), Error> {
        tries_to_open(&format!("ws://{}/graphql/ws", self.address), protocols, headers).await
    }
}

async fn tries_to_open(
    url: &str,
    protocols: &[&str],
    headers: &[(&'static str, &str)],
) -> Result<(Stream, Response), Error> {
    let mut request = url.into_client_request().unwrap();
    if !protocols.is_empty() {
        let protocols = HeaderValue::from_str(&protocols.join(", ")).unwrap();
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocols);
    }
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().insert(HeaderName::from_static(name), value);
    }
    connect_async(request).await
}

impl Socket {
    /// Takes over what was opened in a way of its own.
    pub(crate) fn new(stream: Stream) -> Self {
        Self { stream, is_legacy: false }
    }

    /// A connection to the usual address of a server in another process, let in with this client's token.
    pub(crate) async fn at(address: &str, client: &Client) -> Self {
        let url = format!("ws://{address}/graphql");
        let mut socket = Self::new(tries_to_open(&url, &[MODERN], &[]).await.unwrap().0);
        socket.shows(client.token()).await;
        assert_eq!(socket.hears().await["type"], "connection_ack");
        socket
    }

    pub(crate) async fn says(&mut self, message: Value) {
        self.says_frame(Message::text(message.to_string())).await;
    }

    /// Any frame. That the other side has hung up is seen by who listens.
    pub(crate) async fn says_frame(&mut self, frame: Message) {
        let _ = self.stream.send(frame).await;
    }

    /// The first message of every connection.
    pub(crate) async fn shows(&mut self, token: Option<&str>) {
        let payload = token.map(|token| json!({ "authorization": format!("Bearer {token}") }));
        self.says(json!({ "type": "connection_init", "payload": payload })).await;
    }

    /// Starts an operation.
    pub(crate) async fn starts(&mut self, id: &str, query: &str) {
        self.starts_with(id, json!({ "query": query })).await;
    }

    pub(crate) async fn starts_with(&mut self, id: &str, payload: Value) {
        let kind = if self.is_legacy { "start" } else { "subscribe" };
        self.says(json!({ "id": id, "type": kind, "payload": payload })).await;
    }

    /// The next frame of any kind; `None` at the end.
    pub(crate) async fn frame(&mut self) -> Option<Message> {
        self.stream.next().await.and_then(Result::ok)
    }

    /// The next message.
    pub(crate) async fn hears(&mut self) -> Value {
        loop {
            match self.frame().await {
                Some(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("a message should come, and not {other:?}"),
            }
        }
    }

    /// The next message for this operation, which must be the next of all.
    pub(crate) async fn hears_of(&mut self, id: &str, kind: &str) -> Value {
        let message = self.hears().await;
        assert_eq!(message["id"], id, "{message}");
        assert_eq!(message["type"], kind, "{message}");
        message["payload"].clone()
    }

    /// Runs a query or a mutation: its result.
    pub(crate) async fn asks(&mut self, id: &str, query: &str) -> Value {
        self.starts(id, query).await;
        let result = self.hears_of(id, "next").await;
        self.hears_of(id, "complete").await;
        result
    }

    /// The code of the one error by which an operation ends.
    pub(crate) async fn hears_error(&mut self, id: &str) -> String {
        let errors = self.hears_of(id, "error").await;
        assert_eq!(errors.as_array().map(Vec::len), Some(1), "{errors}");
        let extensions = &errors[0]["extensions"];
        assert!(extensions["requestId"].is_string(), "{errors}");
        extensions["code"].as_str().unwrap().to_owned()
    }

    /// How the server closes the connection, whatever else it says before.
    pub(crate) async fn is_closed(&mut self) -> Closed {
        loop {
            match self.frame().await {
                Some(Message::Close(Some(frame))) => {
                    assert!(frame.reason.len() <= 120, "{}", frame.reason);
                    let reason = frame.reason.as_str().to_owned();
                    return Closed { code: frame.code.into(), reason };
                }
                Some(_) => {}
                None => panic!("the connection ended without a word"),
            }
        }
    }

    /// The same, by this code.
    #[track_caller]
    pub(crate) fn is_closed_with(&mut self, code: u16) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let closed = self.is_closed().await;
            assert_eq!(closed.code, code, "{}: {}", caller, closed.reason);
        }
    }
}
