//! Requests over a connection that is kept, made and read with as little work as possible.

use std::{io, net::SocketAddr};

use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// One connection.
pub(crate) struct Http {
    stream: TcpStream,
    buffer: Vec<u8>,
    body: usize,
}

/// An answer of GraphQL.
#[derive(Deserialize)]
pub(crate) struct Answer<D> {
    pub(crate) data: Option<D>,
    #[serde(default)]
    pub(crate) errors: Vec<Problem>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Problem {
    #[serde(default)]
    pub(crate) extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Extensions {
    #[serde(default)]
    pub(crate) code: String,
}

impl<D> Answer<D> {
    /// The code of the first error.
    pub(crate) fn code(&self) -> Option<&str> {
        self.errors.first().map(|error| &*error.extensions.code)
    }
}

impl Http {
    pub(crate) async fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4 << 10), body: 0 })
    }

    /// Answers the status.
    pub(crate) async fn get(&mut self, path: &str) -> io::Result<u16> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.stream.write_all(request.as_bytes()).await?;
        self.read().await
    }

    /// The `Date` of the last answer, in seconds.
    pub(crate) fn date(&self) -> Option<i64> {
        let head = std::str::from_utf8(&self.buffer[..self.body]).ok()?;
        let named = |line: &str| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("date").then(|| value.trim().to_owned())
        };
        let date = head.lines().find_map(named)?;
        chrono::DateTime::parse_from_rfc2822(&date).ok().map(|date| date.timestamp())
    }

    /// Sends a document, and does not wait for the answer.
    pub(crate) async fn begin(&mut self, token: Option<&str>, body: &str) -> io::Result<()> {
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             {}Content-Length: {}\r\n\r\n{body}",
            token.unwrap_or_default(),
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await
    }

    /// Sends a document and reads the answer.
    pub(crate) async fn ask<'b, D: Deserialize<'b>>(
        &'b mut self,
        token: Option<&str>,
        body: &str,
    ) -> io::Result<Answer<D>> {
        self.begin(token, body).await?;
        self.read().await?;
        serde_json::from_slice(&self.buffer[self.body..]).map_err(io::Error::other)
    }

    async fn read(&mut self) -> io::Result<u16> {
        self.buffer.clear();
        let mut end = None;
        while end.is_none_or(|end| self.buffer.len() < end) {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if end.is_none()
                && let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n")
            {
                self.body = at + 4;
                end = Some(self.body + length(&self.buffer[..at])?);
            }
        }
        let status = self.buffer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
        status.and_then(|digits| digits.parse().ok()).ok_or_else(|| io::Error::other("no status"))
    }
}

fn length(head: &[u8]) -> io::Result<usize> {
    let name = b"content-length:";
    for line in head.split(|byte| *byte == b'\n') {
        if line.len() > name.len() && line[..name.len()].eq_ignore_ascii_case(name) {
            let digits = std::str::from_utf8(&line[name.len()..]).map_err(io::Error::other)?;
            return digits.trim().parse().map_err(io::Error::other);
        }
    }
    Err(io::Error::other("an answer without its length"))
}
