//! What it costs to tell many at once: one conversation and many WebSockets that follow it,
//! against the server as it is built for use, beside a bare server that only broadcasts.
//!
//!   cargo bench --bench live                          SQLite in a folder of its own
//!   cargo bench --bench live -- --messages 4000 --seconds 10
//!   cargo bench --bench live -- --database-url URL    an empty MySQL database
//!
//! `PARLANCE_BENCH_PROGRAM` names another build to measure instead. Prints deliveries and how
//! long they took, from just before a message is sent and from its acknowledgement: all
//! subscribers with one execution, each with its own, and the bare server, which writes the
//! same bytes; then memory of idle sockets, and what it takes to catch up. Clients and server
//! share the processors, so that the rates are those of both: the processor time of the
//! server for a delivery is the figure that lasts, less that for sending, which is measured
//! without subscribers.

mod server;

use std::{
    fs,
    net::SocketAddr,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    response::Response,
    routing::{any, post},
};
use clap::Parser;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::broadcast,
    task::JoinSet,
};

use server::{Client, Outcome, Server};

const PEOPLE: usize = 8;
const SENDERS: usize = 4;
const CROWDS: [usize; 2] = [100, 500];

/// Messages a second where it is about how long they take.
const RATE: u32 = 20;

/// Idle sockets.
const IDLE: usize = 2_000;

/// Messages to be read again by one, and from how far behind by how many at once.
const DEEP: usize = 20_000;
const BEHIND: usize = 1_000;
const LATE: usize = 100;

/// The longest that anything here may take.
const PATIENCE: Duration = Duration::from_mins(3);

const SEND: &str = "mutation ($chat: ID!, $body: String!) { sendMessage(input: \
    {conversationId: $chat, body: $body}) { message { seq } } }";
const FIELDS: &str = "id seq body sentAt sender { id username }";
const BODY: &str = "Shall we meet at six? The usual place, bring a jacket.";

#[derive(Parser)]
struct Options {
    /// How long messages are sent at a fixed rate, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u32,
    /// How many messages are sent as fast as possible.
    #[arg(long, default_value_t = 1_000)]
    messages: usize,
    /// Only the parts whose names begin like this: tell, memory, resume.
    #[arg(long)]
    only: Option<String>,
    /// Where to keep everything; SQLite files in folders of their own by default.
    #[arg(long, env)]
    database_url: Option<String>,
    /// To be the bare server.
    #[arg(long, hide = true)]
    bare: bool,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

// The bare server

async fn be_bare() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let all = broadcast::Sender::<Utf8Bytes>::new(1 << 16);
    let say = async |State(all): State<broadcast::Sender<Utf8Bytes>>, body: String| {
        let _ = all.send(body.into());
    };
    let routes = Router::new().route("/graphql/ws", any(follow)).route("/say", post(say));
    axum::serve(listener, routes.with_state(all)).await?;
    Ok(())
}

async fn follow(
    State(all): State<broadcast::Sender<Utf8Bytes>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let mut said = all.subscribe();
    let upgrade = upgrade.protocols(["graphql-transport-ws"]);
    upgrade.on_upgrade(async move |mut socket: WebSocket| {
        loop {
            tokio::select! {
                text = said.recv() => {
                    let Ok(text) = text else { return };
                    if socket.send(Message::Text(text)).await.is_err() {
                        return;
                    }
                }
                frame = socket.recv() => if !matches!(frame, Some(Ok(_))) { return },
            }
        }
    })
}

async fn start_bare() -> Outcome<Server> {
    let begun = Instant::now();
    let mut command = Command::new(std::env::current_exe()?);
    let mut process = command.arg("--bare").stdout(Stdio::piped()).spawn()?;
    let stdout = process.stdout.take().ok_or("no output")?;
    let mut line = String::new();
    let stdout = tokio::process::ChildStdout::from_std(stdout)?;
    BufReader::new(stdout).read_line(&mut line).await?;
    let address = line.trim().parse()?;
    Ok(Server { process, address, started_in: begun.elapsed() })
}

/// The processor time of a server until now.
fn cpu(server: &Server) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{}/stat", server.process.id()));
    let stat = stat.unwrap_or_default();
    // After the name, which is in parentheses: the 14th and 15th field of all.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).flat_map(str::parse::<u64>).sum();
    Duration::from_millis(10 * ticks)
}

// Sockets that do as little as possible

/// A WebSocket. Its masks are zero, and of what it reads it looks at one number.
struct Socket {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Socket {
    async fn connect(address: SocketAddr) -> Outcome<Self> {
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
    async fn open(address: SocketAddr, token: &str) -> Outcome<Self> {
        let mut socket = Self::connect(address).await?;
        let init = json!({ "type": "connection_init", "payload": { "accessToken": token } });
        socket.send(0x81, init.to_string().as_bytes()).await?;
        let mut is_acknowledged = false;
        while !is_acknowledged {
            socket.read(|text| is_acknowledged = find(text, b"connection_ack").is_some()).await?;
        }
        Ok(socket)
    }

    async fn subscribe(&mut self, query: &str, chat: &str, after: Option<usize>) -> Outcome<()> {
        let variables = json!({ "c": chat, "after": after });
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
    async fn read(&mut self, mut each: impl FnMut(&[u8])) -> Outcome<()> {
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
    async fn take(&mut self, count: usize) -> Outcome<Vec<(u64, Instant)>> {
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

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn number(text: &[u8]) -> Option<u64> {
    let begin = find(text, b"\"seq\":")? + 6;
    let digits = text[begin..].iter().take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |number, digit| 10 * number + u64::from(digit - b'0')))
}

// Who sends

/// Where messages are sent to.
enum Target {
    Parlance {
        tokens: Vec<Arc<str>>,
        chat: String,
    },
    /// What is before and after the number in what is told.
    Bare {
        before: String,
        after: String,
        next: AtomicU64,
    },
}

impl Target {
    fn bare(chat: &str) -> Self {
        // Shaped like what the other server writes, to the byte.
        let (id, at) = ("01890a5d-ac96-774b-bcce-b302099a8057", "2026-01-02T03:04:05.678Z");
        let before = format!(
            "{{\"id\":\"1\",\"type\":\"next\",\"payload\":{{\"data\":{{\"messageAdded\":\
             {{\"id\":\"{id}\",\"seq\":"
        );
        let after = format!(
            ",\"body\":\"{BODY}\",\"sentAt\":\"{at}\",\"sender\":\
             {{\"id\":\"{chat}\",\"username\":\"load0\"}}}}}}}}}}"
        );
        Self::Bare { before, after, next: AtomicU64::new(0) }
    }

    async fn client(&self, address: SocketAddr, n: usize) -> Outcome<Client> {
        let token = match self {
            Self::Parlance { tokens, .. } => Some(Arc::clone(&tokens[n % tokens.len()])),
            Self::Bare { .. } => None,
        };
        Client::connect(address, token).await
    }

    /// Sends a message; answers its number.
    async fn send(&self, client: &mut Client) -> Outcome<u64> {
        match self {
            Self::Parlance { chat, .. } => {
                let data = client.ask(SEND, json!({ "chat": chat, "body": BODY })).await?;
                let seq = &data["sendMessage"]["message"]["seq"];
                Ok(seq.as_u64().ok_or("a message without a number")?)
            }
            Self::Bare { before, after, next } => {
                let seq = next.fetch_add(1, Ordering::Relaxed);
                client.post("/say", &format!("{before}{seq}{after}")).await?;
                Ok(seq)
            }
        }
    }
}

/// How messages are sent.
#[derive(Clone, Copy)]
enum Pace {
    /// So many, as fast as possible.
    Fast(usize),
    /// For so many seconds, at the fixed rate.
    Steady(u32),
}

/// A message: its number, when it was asked for and when acknowledged.
type Sent = (u64, Instant, Instant);

async fn send(address: SocketAddr, target: &Arc<Target>, pace: Pace) -> Outcome<Vec<Sent>> {
    let mut sent = Vec::new();
    match pace {
        Pace::Fast(count) => {
            let (begun, mut senders) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
            for n in 0..SENDERS {
                let (begun, target) = (Arc::clone(&begun), Arc::clone(target));
                senders.spawn(async move {
                    let mut client = target.client(address, n).await?;
                    let mut sent = Vec::new();
                    while begun.fetch_add(1, Ordering::Relaxed) < count {
                        let asked = Instant::now();
                        let seq = target.send(&mut client).await?;
                        sent.push((seq, asked, Instant::now()));
                    }
                    Outcome::Ok(sent)
                });
            }
            while let Some(done) = senders.join_next().await {
                sent.extend(done??);
            }
        }
        Pace::Steady(seconds) => {
            let mut client = target.client(address, 0).await?;
            let mut ticks = tokio::time::interval(Duration::from_secs(1) / RATE);
            for _ in 0..seconds * RATE {
                ticks.tick().await;
                let asked = Instant::now();
                let seq = target.send(&mut client).await?;
                sent.push((seq, asked, Instant::now()));
            }
        }
    }
    Ok(sent)
}

// What is measured

#[derive(Clone, Copy, Default)]
struct Figures {
    /// Deliveries a second, or messages if nobody listens.
    rate: f64,
    /// Milliseconds of the middle and of the hundredth, from the request and from its answer.
    from_request: [f64; 2],
    from_answer: [f64; 2],
    /// Processor time of the server, in microseconds: for a message, and for a delivery what
    /// there is beyond sending.
    for_message: f64,
    for_delivery: f64,
}

impl Figures {
    fn print(&self, name: &str) {
        let Self { rate, from_request: [a, b], from_answer: [c, d], for_message, for_delivery } =
            self;
        println!(
            "  {name:<20} {rate:>8.0}/s | {a:>8.2} {b:>8.2} | {c:>8.2} {d:>8.2} | {for_message:>7.0} \
             {for_delivery:>7.2}"
        );
    }
}

#[expect(clippy::cast_precision_loss, reason = "small")]
fn float(count: usize) -> f64 {
    count as f64
}

fn middle_and_last(mut millis: Vec<f64>) -> [f64; 2] {
    millis.sort_unstable_by(f64::total_cmp);
    [50, 99].map(|share| millis.get(millis.len() * share / 100).copied().unwrap_or_default())
}

fn millis(from: Instant, to: Instant) -> f64 {
    let ahead = from.saturating_duration_since(to).as_secs_f64();
    (to.saturating_duration_since(from).as_secs_f64() - ahead) * 1_000.0
}

/// Sends, and waits until all sockets have got everything.
async fn tell(
    server: &Server,
    target: &Arc<Target>,
    sockets: &mut Vec<Socket>,
    pace: Pace,
    alone: Figures,
) -> Outcome<Figures> {
    let count = match pace {
        Pace::Fast(count) => count,
        Pace::Steady(seconds) => usize::try_from(seconds * RATE)?,
    };
    let listeners = sockets.len();
    let (begun, used) = (Instant::now(), cpu(server));
    let mut tasks = JoinSet::new();
    for mut socket in sockets.drain(..) {
        tasks.spawn(async move {
            let came = socket.take(count).await?;
            Outcome::Ok((socket, came))
        });
    }
    let sent = send(server.address, target, pace).await?;
    let mut over = Instant::now();
    let first = sent.iter().map(|(seq, ..)| *seq).min().unwrap_or_default();
    let mut times = vec![None; count];
    for (seq, asked, answered) in sent {
        let index = usize::try_from(seq - first)?;
        *times.get_mut(index).ok_or("a number too high")? = Some((asked, answered));
    }
    let (mut from_request, mut from_answer) = (Vec::new(), Vec::new());
    while let Some(done) = tasks.join_next().await {
        let (socket, came) = done??;
        sockets.push(socket);
        for (seq, at) in came {
            let index = usize::try_from(seq.saturating_sub(first))?;
            let (asked, answered) = times.get(index).copied().flatten().ok_or("not sent")?;
            from_request.push(millis(asked, at));
            from_answer.push(millis(answered, at));
            over = over.max(at);
        }
    }
    let used = cpu(server).saturating_sub(used).as_secs_f64() * 1e6;
    let for_message = used / float(count);
    Ok(Figures {
        rate: float(count * listeners.max(1)) / (over - begun).as_secs_f64(),
        from_request: middle_and_last(from_request),
        from_answer: middle_and_last(from_answer),
        for_message,
        for_delivery: (for_message - alone.for_message) / float(listeners.max(1)),
    })
}

/// Sockets that follow the conversation.
async fn crowd(
    address: SocketAddr,
    target: &Target,
    count: usize,
    query: impl Fn(usize) -> String,
) -> Outcome<Vec<Socket>> {
    let mut sockets = Vec::new();
    for n in 0..count {
        sockets.push(match target {
            Target::Parlance { tokens, chat } => {
                let mut socket = Socket::open(address, &tokens[n % tokens.len()]).await?;
                socket.subscribe(&query(n), chat, None).await?;
                socket
            }
            Target::Bare { .. } => Socket::connect(address).await?,
        });
    }
    // There is no word that a subscription is there.
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(sockets)
}

fn alike(_: usize) -> String {
    format!("subscription ($c: ID!) {{ messageAdded(conversationId: $c) {{ {FIELDS} }} }}")
}

/// Another name is another execution.
fn each(n: usize) -> String {
    format!("subscription S{n} ($c: ID!) {{ messageAdded(conversationId: $c) {{ {FIELDS} }} }}")
}

fn again(_: usize) -> String {
    format!(
        "subscription ($c: ID!, $after: Int) {{ messageAdded(conversationId: $c, \
         afterSeq: $after) {{ {FIELDS} }} }}"
    )
}

async fn tell_all(
    server: &Server,
    bare: &Server,
    world: &Arc<Target>,
    options: &Options,
) -> Outcome<()> {
    let Target::Parlance { chat, .. } = &**world else { return Ok(()) };
    let yardstick = Arc::new(Target::bare(chat));
    println!(
        "{:<22} {:>10} | {:>17} | {:>17} | {:>15}\n{:<22} {:>10} | {:>8} {:>8} | {:>8} {:>8} | {:>7} {:>7}",
        "",
        "deliveries",
        "ms from request",
        "ms from answer",
        "us of processor",
        "",
        "",
        "p50",
        "p99",
        "p50",
        "p99",
        "message",
        "each"
    );
    for pace in [Pace::Fast(options.messages), Pace::Steady(options.seconds)] {
        match pace {
            Pace::Fast(count) => println!("{count} messages, as fast as {SENDERS} can"),
            Pace::Steady(seconds) => println!("{RATE} messages a second for {seconds} s"),
        }
        let alone = tell(server, world, &mut Vec::new(), pace, Figures::default()).await?;
        alone.print("nobody");
        let bare_alone = tell(bare, &yardstick, &mut Vec::new(), pace, Figures::default()).await?;
        for count in CROWDS {
            let mut sockets = crowd(bare.address, &yardstick, count, alike).await?;
            let plain = tell(bare, &yardstick, &mut sockets, pace, bare_alone).await?;
            plain.print(&format!("{count}, bare"));
            drop(sockets);
            let mut sockets = crowd(server.address, world, count, alike).await?;
            let shared = tell(server, world, &mut sockets, pace, alone).await?;
            shared.print(&format!("{count}, shared"));
            drop(sockets);
            let mut sockets = crowd(server.address, world, count, each).await?;
            let few = match pace {
                Pace::Fast(count) => Pace::Fast(count.div_ceil(4)),
                Pace::Steady(_) => pace,
            };
            let own = tell(server, world, &mut sockets, few, alone).await?;
            own.print(&format!("{count}, each its own"));
            drop(sockets);
            println!(
                "    shared to each its own: {:.2} times the rate, 1/{:.1} of the processor; \
                 to bare: {:.2} and {:.2}",
                shared.rate / own.rate,
                own.for_delivery / shared.for_delivery,
                shared.rate / plain.rate,
                shared.for_delivery / plain.for_delivery,
            );
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
    Ok(())
}

/// How many sockets may be open here and there, with some left for the rest.
fn room_for(sockets: usize) -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let most = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    let room = most.unwrap_or(usize::MAX).saturating_sub(100);
    if room < sockets {
        println!("only {room} idle sockets: raise the open files (ulimit -n {})", sockets + 100);
    }
    room.min(sockets)
}

async fn memory(server: &Server, world: &Target) -> Outcome<()> {
    let Target::Parlance { tokens, chat } = world else { return Ok(()) };
    let count = room_for(IDLE);
    let settled = async || {
        tokio::time::sleep(Duration::from_secs(1)).await;
        float(usize::try_from(server.resident_kib().unwrap_or_default()).unwrap_or_default())
    };
    // What the first few make grow is not theirs.
    drop(crowd(server.address, world, 50, alike).await?);
    let before = settled().await;
    let mut sockets = Vec::new();
    for n in 0..count {
        sockets.push(Socket::open(server.address, &tokens[n % tokens.len()]).await?);
    }
    let open = settled().await;
    for socket in &mut sockets {
        socket.subscribe(&alike(0), chat, None).await?;
        // One after the other: what opening takes for a moment is not what is kept.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let subscribed = settled().await;
    println!(
        "{count} idle sockets: {:.1} KiB each acknowledged, {:.1} KiB with a subscription \
         ({before:.0}, {open:.0}, {subscribed:.0} KiB resident)",
        (open - before) / float(count),
        (subscribed - before) / float(count),
    );
    Ok(())
}

async fn resume(server: &Server, world: &Arc<Target>) -> Outcome<()> {
    let Target::Parlance { tokens, chat } = &**world else { return Ok(()) };
    let sent = send(server.address, world, Pace::Fast(DEEP)).await?;
    let newest = sent.iter().map(|(seq, ..)| *seq).max().unwrap_or_default();
    for (count, messages) in [(1, DEEP), (LATE, BEHIND)] {
        let mut sockets = Vec::new();
        for n in 0..count {
            sockets.push(Socket::open(server.address, &tokens[n % tokens.len()]).await?);
        }
        let (begun, used) = (Instant::now(), cpu(server));
        let mut tasks = JoinSet::new();
        for mut socket in sockets {
            let (after, chat) = (usize::try_from(newest)? - messages, chat.clone());
            tasks.spawn(async move {
                socket.subscribe(&again(0), &chat, Some(after)).await?;
                let came = socket.take(messages).await?;
                let (first, last) = (came.first(), came.last().map(|(seq, _)| *seq));
                let is_whole = last == Some(newest)
                    && first.is_some_and(|(seq, _)| Ok(*seq) == u64::try_from(after + 1));
                if is_whole { Ok(()) } else { Outcome::Err("a hole".into()) }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        let took = begun.elapsed().as_secs_f64();
        let used = cpu(server).saturating_sub(used).as_secs_f64() * 1e6;
        println!(
            "{count} from {messages} messages behind: {took:.2} s, {:.0} deliveries/s, {:.1} us of \
             processor for each",
            float(count * messages) / took,
            used / float(count * messages),
        );
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let options = Options::parse();
    if options.bare {
        return be_bare().await;
    }
    let folder = tempfile::tempdir()?;
    let server = Server::start(folder.path(), options.database_url.as_deref()).await?;
    println!(
        "ready after {} ms, resident {} KiB",
        server.started_in.as_millis(),
        server.resident_kib().unwrap_or_default(),
    );
    let mut client = Client::connect(server.address, None).await?;
    let (ids, tokens) = client.register(PEOPLE).await?;
    client.token = Some(Arc::clone(&tokens[0]));
    let others: Vec<_> = ids.iter().skip(1).collect();
    let chat = client.create(&others).await?;
    let old = client.create(&others).await?;
    let world = Arc::new(Target::Parlance { tokens: tokens.clone(), chat });
    // Hashing passwords leaves room in which much would fit unseen.
    drop((client, server));
    let server = Server::start(folder.path(), options.database_url.as_deref()).await?;
    let wants = |part: &str| options.only.as_ref().is_none_or(|only| part.starts_with(only));
    // First, while nothing else has made the server grow.
    if wants("memory") {
        memory(&server, &world).await?;
    }
    if wants("tell") {
        tell_all(&server, &start_bare().await?, &world, &options).await?;
    }
    if wants("resume") {
        resume(&server, &Arc::new(Target::Parlance { tokens, chat: old })).await?;
    }
    Ok(())
}
