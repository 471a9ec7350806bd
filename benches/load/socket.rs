//! WebSockets that do as little as possible.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    server::Outcome,
    wire::{find, number},
};

/// The longest that sockets may have to wait for what they are to be told.
const PATIENCE: Duration = Duration::from_mins(3);

/// A WebSocket. Its masks are zero, and of what it reads it looks at one number.
pub(crate) struct Socket {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Socket {
    pub(crate) async fn connect(address: SocketAddr) -> Outcome<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let request = "GET /graphql/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
            Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
            Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n";
        stream.write_all(request.as_bytes()).await?;
        let mut buffer = Vec::with_capacity(4 << 10);
        while !buffer.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Err("the server hung up in the handshake".into());
            }
        }
        if !buffer.starts_with(b"HTTP/1.1 101") {
            return Err(String::from_utf8_lossy(&buffer).into());
        }
        buffer.clear();
        Ok(Self { stream, buffer })
    }

    /// One that is acknowledged.
    pub(crate) async fn open(address: SocketAddr, token: &str) -> Outcome<Self> {
        let mut socket = Self::connect(address).await?;
        let init = json!({ "type": "connection_init", "payload": { "accessToken": token } });
        socket.send(0x81, init.to_string().as_bytes()).await?;
        let mut is_acknowledged = false;
        while !is_acknowledged {
            socket.read(|text| is_acknowledged = find(text, b"connection_ack").is_some()).await?;
        }
        Ok(socket)
    }

    /// Follows a conversation; in the query it is `$chat`, and what is held already `$after`.
    pub(crate) async fn subscribe(
        &mut self,
        query: &str,
        chat: &str,
        after: Option<u64>,
    ) -> Outcome<()> {
        let variables = json!({ "chat": chat, "after": after });
        let payload = json!({ "query": query, "variables": variables });
        let message = json!({ "id": "1", "type": "subscribe", "payload": payload });
        self.send(0x81, message.to_string().as_bytes()).await
    }

    async fn send(&mut self, first: u8, payload: &[u8]) -> Outcome<()> {
        let mut frame = vec![first];
        match u8::try_from(payload.len()) {
            Ok(short) if short < 126 => frame.push(0x80 | short),
            _ => {
                frame.push(0x80 | 0x7e);
                frame.extend(u16::try_from(payload.len())?.to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        Ok(self.stream.write_all(&frame).await?)
    }

    /// Reads what has come, and shows each text that is there.
    pub(crate) async fn read(&mut self, mut each: impl FnMut(&[u8])) -> Outcome<()> {
        self.buffer.reserve(16 << 10);
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err("the server hung up".into());
        }
        let (mut at, mut is_pinged) = (0, false);
        while let [first, second, rest @ ..] = &self.buffer[at..] {
            let (header, length) = match (second, rest) {
                (126, [high, low, ..]) => (4, usize::from(u16::from_be_bytes([*high, *low]))),
                (126 | 127, _) => break,
                (short, _) => (2, usize::from(*short)),
            };
            let Some(payload) = self.buffer[at..].get(header..header + length) else { break };
            match first {
                0x81 => each(payload),
                0x89 => is_pinged = true,
                _ => return Err(String::from_utf8_lossy(payload).into()),
            }
            at += header + length;
        }
        self.buffer.drain(..at);
        if is_pinged {
            self.send(0x8a, b"").await?;
        }
        Ok(())
    }

    /// Reads so many results; answers their numbers and when they came.
    pub(crate) async fn take(&mut self, count: usize) -> Outcome<Vec<(u64, Instant)>> {
        let (mut came, mut problem) = (Vec::with_capacity(count), None);
        let all = async {
            while came.len() < count {
                self.read(|text| match number(text) {
                    Some(seq) => came.push((seq, Instant::now())),
                    None => problem = Some(String::from_utf8_lossy(text).into_owned()),
                })
                .await?;
                if let Some(problem) = problem.take() {
                    return Err(problem.into());
                }
            }
            Outcome::Ok(())
        };
        match tokio::time::timeout(PATIENCE, all).await {
            Ok(done) => done?,
            Err(_) => return Err(format!("{} of {count} came", came.len()).into()),
        }
        Ok(came)
    }
}
