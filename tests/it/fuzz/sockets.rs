//! WebSockets whose client keeps to no protocol, over real connections, beside one whose client does.
//!
//! An input is a script, a line for each step: `legacy` first for the older protocol; `init`; `text`, `binary`, `ping`,
//! `pong` and `close` with what is in the frame; `start`, `more` and `end` for parts of a text; `unmasked` for a text
//! without a mask; `raw` for bytes in hexadecimal. Any other line is a text.

use std::time::Duration;

use proptest::{
    collection::vec,
    strategy::{Strategy, Union},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Handle,
    task::block_in_place,
    time::timeout,
};

use super::{
    engine::{Target, soup},
    frames::{self, Opcode, frame},
    world::{PATIENCE, World},
};
use crate::support::{LEGACY, MODERN, Served, Socket, json};

const WORDS: &[&str] = &[
    "\n",
    "legacy\n",
    "init\n",
    "text ",
    "binary ",
    "ping ",
    "pong ",
    "close 1000",
    "close 4400",
    "close 1005",
    "close 0",
    "start ",
    "more ",
    "end ",
    "unmasked ",
    "raw ",
    "81",
    "c1",
    "8f",
    "00",
    "ff",
    "7f",
    "7e",
    "0000000000000000",
    "8000000000000000",
    "{",
    "}",
    "\"",
    ":",
    ",",
    "null",
    "\"type\":",
    "\"id\":",
    "\"payload\":",
    "\"subscribe\"",
    "\"complete\"",
    "\"connection_init\"",
    "\"ping\"",
    "\"pong\"",
    "\"start\"",
    "\"stop\"",
    "\"connection_terminate\"",
    "\"1\"",
    "\"2\"",
    "\"query\":",
    "\"{ viewer { id } }\"",
    "{hidden}",
    "{chat}",
    "{token}",
    "{cursor}",
    "{foreign}",
    "\\ud800",
    "\\u0000",
    "💬",
    "\0",
    "afterSeq: 0",
];

/// Whole steps, so that much of what is tried gets somewhere.
const STEPS: &[&str] = &[
    "init\n",
    "text {\"type\":\"ping\"}\n",
    "text {\"type\":\"pong\",\"payload\":{}}\n",
    "text {\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":\"{ viewer { username } }\"}}\n",
    "text {\"type\":\"start\",\"id\":\"1\",\"payload\":{\"query\":\"{ viewer { username } }\"}}\n",
    "text {\"type\":\"subscribe\",\"id\":\"2\",\"payload\":{\"query\":\"subscription { messageAdded(conversationId: \\\"{chat}\\\", afterSeq: 0) { body } }\"}}\n",
    "text {\"type\":\"subscribe\",\"id\":\"3\",\"payload\":{\"query\":\"subscription { messageAdded(conversationId: \\\"{hidden}\\\", afterSeq: 0) { body } }\"}}\n",
    "text {\"type\":\"complete\",\"id\":\"2\"}\n",
    "text {\"type\":\"stop\",\"id\":\"1\"}\n",
    "ping x\n",
    "pong\n",
    "start {\"type\":\n",
    "more \"pi\n",
    "end ng\"}\n",
    "binary x\n",
    "close 1000\n",
    "raw 8100\n",
    "text {}\n",
];

/// The codes by which the server may end a connection, as docs/realtime.md lists them.
const CODES: [u16; 13] =
    [1000, 1002, 1007, 1008, 1009, 1012, 1013, 4400, 4401, 4403, 4408, 4409, 4429];

/// How often the client that keeps to the protocol is looked after.
const EACH: usize = 8;

/// How long nothing may come before the script is taken to be answered.
const QUIET: Duration = Duration::from_millis(5);

/// What a script sends, and what may follow from it.
struct Script {
    protocol: &'static str,
    steps: Vec<Vec<u8>>,
    /// The client ends the connection by itself.
    closes: bool,
    /// Frames may be such that the server still waits for their end.
    is_crooked: bool,
}

impl Script {
    fn read(input: &[u8], token: &str) -> Self {
        let init =
            json!({ "type": "connection_init", "payload": { "accessToken": token } }).to_string();
        let rest = input.strip_prefix(b"legacy\n");
        let protocol = if rest.is_some() { LEGACY } else { MODERN };
        let mut script = Self { protocol, steps: Vec::new(), closes: false, is_crooked: false };
        for line in rest.unwrap_or(input).split(|byte| *byte == b'\n').take(300) {
            let space = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
            let (word, content) = (&line[..space], line.get(space + 1..).unwrap_or_default());
            // What follows a last frame may cost the answer to it.
            script.is_crooked |= script.closes && !word.is_empty();
            let step = match word {
                b"" => continue,
                b"init" => frame(Opcode::Text, true, true, init.as_bytes()),
                b"text" => frame(Opcode::Text, true, true, content),
                b"binary" => frame(Opcode::Binary, true, true, content),
                b"ping" => frame(Opcode::Ping, true, true, content),
                b"pong" => frame(Opcode::Pong, true, true, content),
                b"start" => frame(Opcode::Text, false, true, content),
                b"more" => frame(Opcode::Continuation, false, true, content),
                b"end" => frame(Opcode::Continuation, true, true, content),
                b"unmasked" => frame(Opcode::Text, true, false, content),
                b"close" => {
                    script.closes = true;
                    let text = String::from_utf8_lossy(content);
                    let (code, reason) = text.split_once(' ').unwrap_or((&text, ""));
                    let code = code.parse::<u16>().map(|code| code.to_be_bytes().to_vec());
                    let payload = [&code.unwrap_or_default(), reason.as_bytes()].concat();
                    frame(Opcode::Close, true, true, &payload)
                }
                b"raw" => hexadecimal(content),
                _ => frame(Opcode::Text, true, true, line),
            };
            // A part of a message leaves the server waiting for the rest, as bytes by hand may.
            script.is_crooked |= matches!(word, b"raw" | b"start" | b"more" | b"end");
            script.steps.push(step);
        }
        script
    }
}

fn hexadecimal(digits: &[u8]) -> Vec<u8> {
    let digits: Vec<_> =
        digits.iter().filter_map(|digit| char::from(*digit).to_digit(16)).collect();
    digits.chunks_exact(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

fn scripts() -> impl Strategy<Value = Vec<u8>> {
    let steps = vec(proptest::sample::select(STEPS), 0..8);
    let steps = steps.prop_map(|steps| [&["init\n"], &steps[..]].concat().concat().into_bytes());
    let legacy = steps.clone().prop_map(|steps| [&b"legacy\n"[..], &steps].concat());
    let mixed = (steps.clone(), soup(WORDS, 12)).prop_map(|(steps, more)| [steps, more].concat());
    Union::new(vec![steps.boxed(), legacy.boxed(), mixed.boxed(), soup(STEPS, 10).boxed()])
}

/// A connection that speaks no protocol yet.
async fn connects(served: &Served, protocol: &str) -> TcpStream {
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let request = format!(
        "GET /graphql/ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n",
        served.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    stream
}

/// What was heard, as far as it was read.
#[derive(Default)]
struct Heard {
    bytes: Vec<u8>,
    read: usize,
    message: Vec<u8>,
    kinds: Vec<String>,
    closed: Option<Last>,
}

/// The frame that ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Last {
    code: Option<u16>,
}

impl Heard {
    /// Reads the frames that are whole.
    fn reads(&mut self) -> Result<(), String> {
        while let Some((opcode, is_last, payload, length)) = frames::read(&self.bytes[self.read..])?
        {
            if self.closed.is_some() {
                return Err("something comes after the last frame".to_owned());
            }
            match opcode {
                0 | 1 => {
                    self.message.extend(payload);
                    if is_last {
                        let message = std::mem::take(&mut self.message);
                        if World::is_leak(&message) {
                            return Err(format!(
                                "it shows what is hidden: {}",
                                String::from_utf8_lossy(&message)
                            ));
                        }
                        self.kinds.push(frames::said(&message)?);
                    }
                }
                8 => {
                    let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                    self.closed = Some(Last { code });
                }
                9 | 10 => {}
                other => return Err(format!("a frame of opcode {other}")),
            }
            self.read += length;
        }
        Ok(())
    }

    /// Reads until the server has ended the connection, or has been quiet for so long; says whether it has ended.
    async fn listens(&mut self, stream: &mut TcpStream, quiet: Duration) -> Result<bool, String> {
        let mut chunk = vec![0; 16 << 10];
        while self.closed.is_none() {
            match timeout(quiet, stream.read(&mut chunk)).await {
                Err(_) => return Ok(false),
                Ok(Ok(0) | Err(_)) => return Ok(true),
                Ok(Ok(length)) => self.bytes.extend(&chunk[..length]),
            }
            self.reads()?;
        }
        Ok(true)
    }
}

/// A client that keeps to the protocol, and hears what is said.
struct Healthy {
    socket: Socket,
    tried: usize,
}

impl Healthy {
    async fn new(world: &World, served: &Served) -> Self {
        let mut socket = served.lets_in(&world.bob).await;
        let document = format!(
            "subscription {{ messageAdded(conversationId: \"{}\") {{ seq }} }}",
            world.hidden
        );
        socket.starts("live", &document).await;
        // The answer to what is asked after it tells that it has begun.
        socket.asks("ready", "{ viewer { id } }").await;
        Self { socket, tried: 0 }
    }

    async fn is_well(&mut self, world: &World) -> Result<(), String> {
        self.tried += 1;
        if !self.tried.is_multiple_of(EACH) {
            return Ok(());
        }
        let sent = world.bob.sends(world.hidden, "still here").await;
        let hears = async {
            loop {
                let seq = self.socket.hears_of("live", "next").await["data"]["messageAdded"]["seq"]
                    .as_i64();
                if seq >= Some(sent.seq) {
                    return seq;
                }
            }
        };
        match timeout(PATIENCE, hears).await {
            Ok(seq) if seq == Some(sent.seq) => Ok(()),
            Ok(seq) => Err(format!("another client hears {seq:?} and not {}", sent.seq)),
            Err(_) => Err("another client hears nothing any more".to_owned()),
        }
    }
}

async fn check(
    world: &mut World,
    served: &Served,
    healthy: &mut Healthy,
    input: &[u8],
) -> Result<String, String> {
    let script = Script::read(&world.fills_in(input), world.ann.token().unwrap());
    let Script { protocol, steps, closes, is_crooked } = script;
    let mut stream = connects(served, protocol).await;
    let mut heard = Heard::default();
    for step in steps {
        if stream.write_all(&step).await.is_err() {
            break;
        }
    }
    if !heard.listens(&mut stream, QUIET).await? {
        // Nothing may follow a last frame.
        if !closes {
            let last = frame(Opcode::Close, true, true, &1000_u16.to_be_bytes());
            let _ = stream.write_all(&last).await;
        }
        let _ = stream.shutdown().await;
        if !heard.listens(&mut stream, PATIENCE).await? {
            return Err("the connection does not end".to_owned());
        }
    }
    let end = match heard.closed {
        Some(Last { code: Some(code) }) if CODES.contains(&code) => code.to_string(),
        // The client's own code comes back to it.
        Some(Last { code }) if closes => format!("closed by the client, {}", code.is_some()),
        Some(last) => return Err(format!("ended with {last:?}")),
        None if is_crooked => "ended without a word".to_owned(),
        None => return Err("ended without a word".to_owned()),
    };
    healthy.is_well(world).await?;
    world.recovers().await;
    heard.kinds.dedup();
    heard.kinds.truncate(4);
    Ok(format!("{protocol}: {}; {end}", heard.kinds.join(", ")))
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_comes_over_a_socket_ends_it_or_is_answered_and_nobody_else_notices() {
    let mut world = World::new().await;
    let served = world.app.serves().await;
    let mut healthy = Healthy::new(&world, &served).await;
    let target = Target { name: "sockets", cases: 40, words: WORDS, seeds: Vec::new() };
    block_in_place(|| {
        target.run(scripts(), |input| {
            Handle::current().block_on(check(&mut world, &served, &mut healthy, input))
        });
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_still_writing_sees_why_the_connection_ends() {
    let world = World::new().await;
    let served = world.app.serves().await;
    for (unreadable, code) in [("text \u{80}", 1007), ("unmasked {}", 1002), ("raw c180", 1002)] {
        // Written as text here, so that a byte that is no UTF-8 is put in below.
        let script = format!("{unreadable}\n{}", "text {\"type\":\"ping\"}\n".repeat(200));
        let script: Vec<u8> = script.bytes().filter(|byte| *byte != 0xc2).collect();
        for _ in 0..10 {
            let steps = Script::read(&script, "").steps.concat();
            let mut stream = connects(&served, MODERN).await;
            stream.write_all(&steps).await.unwrap();
            let mut heard = Heard::default();
            assert!(heard.listens(&mut stream, PATIENCE).await.unwrap(), "{unreadable}");
            assert_eq!(heard.closed, Some(Last { code: Some(code) }), "{unreadable}");
        }
    }
}
