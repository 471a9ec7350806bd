//! Requests that cost next to nothing to make: the bytes are made once, and only the ids in
//! them change. Of an answer it is seen that it is no error, and a number in it is read.

use std::{net::SocketAddr, ops::Range};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::server::Outcome;

/// The same length as an id, and nowhere else in a request.
const HOLE: &str = "cccccccc-cccc-cccc-cccc-cccccccccccc";
const OWN_HOLE: &str = "dddddddd-dddd-dddd-dddd-dddddddddddd";

/// The place of a number.
pub(crate) const NUMBER_HOLE: &str = "987654";

/// The bytes of a request with places for ids.
#[derive(Clone)]
pub(crate) struct Shot {
    bytes: Vec<u8>,
    chat: Option<Range<usize>>,
    own: Option<Range<usize>>,
    number: Option<Range<usize>>,
    cursor: Option<Range<usize>>,
    /// What is in every good answer, near its beginning.
    proof: &'static [u8],
    random: u64,
}

impl Shot {
    /// A GraphQL request whose variable `chat`, if it is used, is a conversation, and whose
    /// variable `own`, if it is used, is an id of the client's.
    pub(crate) fn graphql(token: &str, query: &str, body: Option<&str>) -> Self {
        let mut variables = json!({});
        if query.contains("$chat") {
            variables["chat"] = HOLE.into();
        }
        if query.contains("$own") {
            variables["own"] = OWN_HOLE.into();
        }
        if let Some(body) = body {
            variables["body"] = body.into();
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        Self::post("/graphql", Some(token), &body, b"\"id\":")
    }

    /// The same with a place for a cursor of so many letters in the variable `before`.
    pub(crate) fn window(token: &str, query: &str, letters: usize) -> Self {
        let hole = "e".repeat(letters);
        let variables = json!({ "chat": HOLE, "before": hole });
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut shot = Self::post("/graphql", Some(token), &body, b"\"id\":");
        let at = find(&shot.bytes, hole.as_bytes());
        shot.cursor = at.map(|at| at..at + letters);
        shot
    }

    pub(crate) fn post(path: &str, token: Option<&str>, body: &str, proof: &'static [u8]) -> Self {
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        let text = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             {}Content-Length: {}\r\n\r\n{body}",
            token.unwrap_or_default(),
            body.len()
        );
        let place = |hole: &str| text.find(hole).map(|at| at..at + hole.len());
        let (chat, own, number) = (place(HOLE), place(OWN_HOLE), place(NUMBER_HOLE));
        // Another beginning for each, or no client's id would be its own.
        let random = uuid::Uuid::new_v4().as_u64_pair().0;
        Self { bytes: text.into_bytes(), chat, own, number, cursor: None, proof, random }
    }

    /// Aims at a conversation, with a new id of the client's.
    pub(crate) fn aim(&mut self, chat: &str) {
        if let Some(place) = &self.chat {
            self.bytes[place.clone()].copy_from_slice(chat.as_bytes());
        }
        if let Some(place) = self.own.clone() {
            let id = uuid::Uuid::from_u64_pair(self.random(), self.random());
            let id = uuid::Builder::from_random_bytes(id.into_bytes());
            id.into_uuid().hyphenated().encode_lower(&mut self.bytes[place]);
        }
    }

    /// Puts a cursor in its place, which must be as long.
    pub(crate) fn cursor(&mut self, cursor: &str) {
        if let Some(place) = self.cursor.clone() {
            self.bytes[place].copy_from_slice(cursor.as_bytes());
        }
    }

    /// As `SplitMix64` makes them: no call of the system for each.
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Puts a number of six digits in its place.
    pub(crate) fn number(&mut self, number: u64) {
        if let Some(place) = self.number.clone() {
            let mut left = number;
            for byte in self.bytes[place].iter_mut().rev() {
                *byte = b"0123456789"[usize::try_from(left % 10).unwrap_or_default()];
                left /= 10;
            }
        }
    }
}

/// A connection that is kept open.
pub(crate) struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Where the body of the last answer begins.
    body: usize,
}

impl Wire {
    pub(crate) async fn connect(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(32 << 10), body: 0 })
    }

    /// Sends a request and reads the whole of its answer, which must be a good one.
    pub(crate) async fn exchange(&mut self, shot: &Shot) -> Outcome<&[u8]> {
        self.stream.write_all(&shot.bytes).await?;
        self.buffer.clear();
        let mut end = None;
        while end.is_none_or(|end| self.buffer.len() < end) {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server hung up".into());
            }
            if end.is_none()
                && let Some(at) = find(&self.buffer, b"\r\n\r\n")
            {
                self.body = at + 4;
                end = Some(self.body + length(&self.buffer[..at])?);
            }
        }
        let body = &self.buffer[self.body..];
        // Errors would be the last of an answer, or all of it.
        let is_good = self.buffer.starts_with(b"HTTP/1.1 200")
            && !body.ends_with(b"]}")
            && (shot.proof.is_empty() || find(body, shot.proof).is_some());
        if is_good { Ok(body) } else { Err(String::from_utf8_lossy(body).into()) }
    }
}

fn length(head: &[u8]) -> Outcome<usize> {
    let name = b"content-length:";
    for line in head.split(|byte| *byte == b'\n') {
        if line.len() > name.len() && line[..name.len()].eq_ignore_ascii_case(name) {
            return Ok(std::str::from_utf8(&line[name.len()..])?.trim().parse()?);
        }
    }
    Err("an answer without its length".into())
}

/// Where a part begins. Looks for its first byte, which the standard library does quickly
/// enough.
pub(crate) fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    let first = *part.first()?;
    let mut at = 0;
    while let Some(step) = text.get(at..)?.iter().position(|byte| *byte == first) {
        at += step;
        if text[at..].starts_with(part) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The number after `"seq":`.
pub(crate) fn number(text: &[u8]) -> Option<u64> {
    number_after(text, b"\"seq\":")
}

/// The number after these bytes.
pub(crate) fn number_after(text: &[u8], name: &[u8]) -> Option<u64> {
    let begin = find(text, name)? + name.len();
    let digits = text[begin..].iter().take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |number, digit| 10 * number + u64::from(digit - b'0')))
}
