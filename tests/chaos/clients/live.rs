//! Subscriptions over a WebSocket or as events over HTTP.

use std::{io, net::SocketAddr};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::http::Problem;
use crate::history::{By, End};

/// How a subscription travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    WebSocket,
    Events,
}

const EVENTS: &str = "subscription ($chat: ID!, $after: Int, $epoch: ID) { item: \
    conversationEvents(conversationId: $chat, afterEventSeq: $after, epoch: $epoch) { __typename \
    ... on MessageAdded { eventSeq message { id body revision } } \
    ... on MessageEdited { eventSeq message { id body revision } } \
    ... on MessageDeleted { eventSeq message { id body revision } } \
    ... on MemberJoined { eventSeq member { user { id } } } \
    ... on MemberLeft { eventSeq user { id } } \
    ... on ConversationUpdated { eventSeq conversation { title } } } }";
const MESSAGES: &str = "subscription ($chat: ID!, $after: Int, $epoch: ID) { item: \
    messageAdded(conversationId: $chat, afterSeq: $after, epoch: $epoch) \
    { id seq body revision } }";

/// One item as it comes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Told {
    #[serde(rename = "__typename", default)]
    pub(crate) kind: String,
    pub(crate) event_seq: Option<u32>,
    pub(crate) message: Option<Said>,
    pub(crate) member: Option<Member>,
    pub(crate) user: Option<Id>,
    pub(crate) conversation: Option<Titled>,
    pub(crate) id: Option<String>,
    pub(crate) seq: Option<u32>,
    pub(crate) body: Option<String>,
    pub(crate) revision: Option<u32>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Said {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) revision: u32,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Titled {
    pub(crate) title: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Member {
    pub(crate) user: Id,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Id {
    pub(crate) id: String,
}

#[derive(Deserialize)]
struct Payload {
    data: Option<Data>,
    #[serde(default)]
    errors: Vec<Problem>,
}

#[derive(Deserialize)]
struct Data {
    item: Option<Told>,
}

#[derive(Deserialize)]
struct Frame {
    #[serde(rename = "type")]
    kind: String,
    payload: Option<Value>,
}

/// A frame with an item in it: most of all frames, hence read in one go.
#[derive(Deserialize)]
struct Next {
    payload: Payload,
}

/// What a subscription brings.
#[expect(clippy::large_enum_variant, reason = "nearly all are the large one")]
pub(crate) enum News {
    Item(Told),
    Ended(End),
}

/// Somebody's place in a conversation.
pub(crate) struct Ask<'a> {
    pub(crate) token: &'a str,
    pub(crate) chat: &'a str,
    pub(crate) by: By,
    pub(crate) after: u32,
    pub(crate) epoch: &'a str,
}

impl Ask<'_> {
    fn payload(&self) -> Value {
        let query = match self.by {
            By::Events => EVENTS,
            By::Messages => MESSAGES,
        };
        let variables = json!({ "chat": self.chat, "after": self.after, "epoch": self.epoch });
        json!({ "query": query, "variables": variables })
    }
}

/// An open subscription.
pub(crate) struct Live {
    stream: TcpStream,
    buffer: Vec<u8>,
    transport: Transport,
}

impl Live {
    pub(crate) async fn open(
        address: SocketAddr,
        transport: Transport,
        ask: &Ask<'_>,
    ) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut live = Self { stream, buffer: Vec::with_capacity(4 << 10), transport };
        match transport {
            Transport::WebSocket => live.shake_hands(ask).await?,
            Transport::Events => live.request(ask).await?,
        }
        Ok(live)
    }

    async fn shake_hands(&mut self, ask: &Ask<'_>) -> io::Result<()> {
        let request = "GET /graphql/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
            Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
            Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n";
        self.stream.write_all(request.as_bytes()).await?;
        self.head(b"HTTP/1.1 101").await?;
        let init = json!({ "type": "connection_init", "payload": { "accessToken": ask.token } });
        self.send(0x81, init.to_string().as_bytes()).await?;
        let subscribe = json!({ "id": "1", "type": "subscribe", "payload": ask.payload() });
        // Before the acknowledgement is there it may not be sent.
        loop {
            let mut is_acknowledged = false;
            self.frames(|text| {
                is_acknowledged |= text.windows(16).any(|part| part == b"\"connection_ack\"");
                Ok(())
            })?;
            if is_acknowledged {
                return self.send(0x81, subscribe.to_string().as_bytes()).await;
            }
            self.fill().await?;
        }
    }

    async fn request(&mut self, ask: &Ask<'_>) -> io::Result<()> {
        let body = ask.payload().to_string();
        // HTTP/1.0, so that the body is not cut into chunks.
        let request = format!(
            "POST /graphql HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
             Accept: text/event-stream\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            ask.token,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.head(b"HTTP/1.0 200").await
    }

    /// Reads the head of an answer that begins like this.
    async fn head(&mut self, begins: &[u8]) -> io::Result<()> {
        loop {
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                let is_good = self.buffer.starts_with(begins);
                self.buffer.drain(..at + 4);
                return if is_good { Ok(()) } else { Err(io::Error::other("refused")) };
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> io::Result<()> {
        self.buffer.reserve(4 << 10);
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// Waits for something to come, and shows what it brings. May be dropped half way.
    pub(crate) async fn read(&mut self, mut each: impl FnMut(News)) -> io::Result<()> {
        self.fill().await?;
        match self.transport {
            Transport::WebSocket => {
                if self.frames(|text| of_frame(text, &mut each))? {
                    self.send(0x8a, b"").await?;
                }
                Ok(())
            }
            Transport::Events => self.events(&mut each),
        }
    }

    /// Shows each whole text that has come; answers whether there was a ping.
    fn frames(&mut self, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<bool> {
        let (mut at, mut is_pinged) = (0, false);
        while let [first, second, rest @ ..] = &self.buffer[at..] {
            let (header, length) = match (second, rest) {
                (126, [high, low, ..]) => (4, usize::from(u16::from_be_bytes([*high, *low]))),
                (126, _) => break,
                (127, _) => return Err(io::Error::other("a frame too long")),
                (short, _) => (2, usize::from(*short)),
            };
            let Some(payload) = self.buffer[at..].get(header..header + length) else { break };
            match first {
                0x81 => each(payload)?,
                0x89 => is_pinged = true,
                _ => return Err(io::Error::other("closed")),
            }
            at += header + length;
        }
        self.buffer.drain(..at);
        Ok(is_pinged)
    }

    fn events(&mut self, each: &mut impl FnMut(News)) -> io::Result<()> {
        let Some(last) = self.buffer.iter().rposition(|byte| *byte == b'\n') else { return Ok(()) };
        for line in self.buffer[..last].split(|byte| *byte == b'\n') {
            if let Some(data) = line.strip_prefix(b"data: ")
                && !data.is_empty()
            {
                of_payload(serde_json::from_slice(data)?, each)?;
            }
        }
        self.buffer.drain(..=last);
        Ok(())
    }

    async fn send(&mut self, first: u8, payload: &[u8]) -> io::Result<()> {
        let mut frame = vec![first];
        match u8::try_from(payload.len()) {
            Ok(short) if short < 126 => frame.push(0x80 | short),
            _ => {
                frame.push(0x80 | 0x7e);
                let length = u16::try_from(payload.len()).map_err(io::Error::other)?;
                frame.extend(length.to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        self.stream.write_all(&frame).await
    }
}

fn of_frame(text: &[u8], each: &mut impl FnMut(News)) -> io::Result<()> {
    // An error's payload is a list, which would be read as a payload without anything in it.
    if text.windows(13).any(|part| part == b"\"type\":\"next\"") {
        return of_payload(serde_json::from_slice::<Next>(text)?.payload, each);
    }
    let frame: Frame = serde_json::from_slice(text)?;
    match &*frame.kind {
        "error" => {
            let problems = serde_json::from_value(frame.payload.unwrap_or_default())?;
            of_payload(Payload { data: None, errors: problems }, each)
        }
        "complete" => Err(io::Error::other("complete")),
        _ => Ok(()),
    }
}

fn of_payload(payload: Payload, each: &mut impl FnMut(News)) -> io::Result<()> {
    match payload.errors.first().map(|problem| &*problem.extensions.code) {
        None => {}
        Some("MEMBERSHIP_ENDED") => each(News::Ended(End::Left)),
        Some("NOT_FOUND") => each(News::Ended(End::NotFound)),
        Some("RESYNC_REQUIRED") => each(News::Ended(End::Resync)),
        Some(_) => return Err(io::Error::other("an error")),
    }
    if let Some(told) = payload.data.and_then(|data| data.item) {
        each(News::Item(told));
    }
    Ok(())
}
