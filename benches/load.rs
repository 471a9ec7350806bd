//! A first, simple load: sends and pages over HTTP against the server as it is built for use.
//!
//!   cargo bench --bench load                          SQLite in a folder of its own
//!   cargo bench --bench load -- --seconds 3 --connections 256
//!   cargo bench --bench load -- --database-url URL    an empty MySQL database
//!
//! Prints, for one run, the server's start, memory and size; sends over one connection (each
//! waits for its commit) and over many; and pages of 50 messages with their senders. Figures of
//! one run may be compared with each other, those of different runs or machines hardly.

use std::{
    error::Error,
    fs,
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Parser;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    task::JoinSet,
};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const PEOPLE: usize = 8;
const CONVERSATIONS: usize = 400;
const SECRET: &str = "the secret of a server that lives for a minute";
const SEND: &str = "mutation ($chat: ID!, $body: String!) { sendMessage(input: \
    {conversationId: $chat, body: $body}) { message { id seq sentAt } } }";
const PAGE: &str = "query ($chat: ID!) { conversation(id: $chat) { messages(last: 50) { nodes \
    { id seq body sentAt sender { id username } } pageInfo { hasPreviousPage startCursor } } } }";

#[derive(Parser)]
struct Options {
    /// How long each part lasts, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Connections of the part with many.
    #[arg(long, default_value_t = 256)]
    connections: usize,
    /// Where to keep everything; an SQLite file in a folder of its own by default.
    #[arg(long, env)]
    database_url: Option<String>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

struct Server {
    process: Child,
    address: SocketAddr,
    started_in: Duration,
}

impl Server {
    async fn start(folder: &std::path::Path, database_url: Option<&str>) -> Outcome<Self> {
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let default = format!("sqlite:{}/parlance.db", folder.display());
        let begun = Instant::now();
        let process = Command::new(env!("CARGO_BIN_EXE_parlance"))
            .env("DATABASE_URL", database_url.unwrap_or(&default))
            .env("PARLANCE_LISTEN", address.to_string())
            .env("PARLANCE_SECRET_KEY", SECRET)
            .env("PARLANCE_RATE_LIMITS", "off")
            .env("PARLANCE_LOG", "warn")
            .stdout(Stdio::null())
            .spawn()?;
        let mut server = Self { process, address, started_in: Duration::ZERO };
        while begun.elapsed() < Duration::from_mins(1) {
            if let Ok(mut client) = Client::connect(address, None).await
                && client.get("/readyz").await.is_ok_and(|answer| answer.contains("\"ready\""))
            {
                server.started_in = begun.elapsed();
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err("the server did not become ready".into())
    }

    fn resident_kib(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One connection that is kept open.
struct Client {
    stream: BufReader<TcpStream>,
    token: Option<Arc<str>>,
}

impl Client {
    async fn connect(address: SocketAddr, token: Option<Arc<str>>) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), token })
    }

    async fn get(&mut self, path: &str) -> Outcome<String> {
        self.exchange(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await
    }

    async fn ask(&mut self, query: &str, variables: Value) -> Outcome<Value> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let token = self.token.as_ref().map(|token| format!("Authorization: Bearer {token}\r\n"));
        let answer = self
            .exchange(format!(
                "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                 {}Content-Length: {}\r\n\r\n{body}",
                token.unwrap_or_default(),
                body.len()
            ))
            .await?;
        let mut answer: Value = serde_json::from_str(&answer)?;
        match answer.get("errors") {
            Some(errors) => Err(errors.to_string().into()),
            None => Ok(answer["data"].take()),
        }
    }

    async fn exchange(&mut self, request: String) -> Outcome<String> {
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        let (mut length, mut line) = (0, String::new());
        loop {
            line.clear();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err("the server hung up".into());
            }
            let header = line.trim_end().to_ascii_lowercase();
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            if header.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok(String::from_utf8(body)?)
    }
}

/// People with their tokens, and conversations with who is in each.
struct World {
    tokens: Vec<Arc<str>>,
    chats: Vec<(String, usize)>,
}

async fn seed(address: SocketAddr) -> Outcome<World> {
    let mut client = Client::connect(address, None).await?;
    let (mut ids, mut tokens): (Vec<Value>, Vec<Arc<str>>) = (Vec::new(), Vec::new());
    for n in 0..PEOPLE {
        let register = "mutation ($input: RegisterInput!) { register(input: $input) \
            { accessToken user { id } } }";
        let input = json!({
            "username": format!("load{n}"),
            "email": format!("load{n}@example.org"),
            "password": "a password for a minute",
        });
        let data = client.ask(register, json!({ "input": input })).await?;
        ids.push(data["register"]["user"]["id"].clone());
        tokens.push(Arc::from(data["register"]["accessToken"].as_str().unwrap_or_default()));
    }
    let mut chats = Vec::new();
    for n in 0..CONVERSATIONS {
        let owner = n % PEOPLE;
        client.token = Some(tokens[owner].clone());
        let others: Vec<_> = (1..4).map(|step| &ids[(owner + step) % PEOPLE]).collect();
        let create = "mutation ($people: [ID!]!) { createConversation(input: \
            {participantIds: $people}) { conversation { id } } }";
        let data = client.ask(create, json!({ "people": others })).await?;
        let id = data["createConversation"]["conversation"]["id"].as_str().unwrap_or_default();
        chats.push((id.to_owned(), owner));
    }
    Ok(World { tokens, chats })
}

/// Asks over so many connections for so long; answers how often, and each time it took.
async fn load(
    address: SocketAddr,
    world: &Arc<World>,
    options: &Options,
    connections: usize,
    query: &'static str,
) -> Outcome<(f64, Vec<Duration>)> {
    let span = Duration::from_secs(options.seconds);
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for n in 0..connections {
        let world = world.clone();
        tasks.spawn(async move {
            let mut took = Vec::new();
            let (_, owner) = world.chats[n % world.chats.len()];
            let mut client = Client::connect(address, Some(world.tokens[owner].clone())).await?;
            for turn in 0.. {
                // Each connection speaks for one person, in that person's conversations.
                let (chat, _) = &world.chats[(n + turn * PEOPLE) % world.chats.len()];
                let asked = Instant::now();
                let body = "Shall we meet at six? The usual place, bring a jacket.";
                client.ask(query, json!({ "chat": chat, "body": body })).await?;
                took.push(asked.elapsed());
                if begun.elapsed() > span {
                    break;
                }
            }
            Outcome::Ok(took)
        });
    }
    let mut took = Vec::new();
    while let Some(done) = tasks.join_next().await {
        took.extend(done??);
    }
    let rate = f64::from(u32::try_from(took.len())?) / begun.elapsed().as_secs_f64();
    took.sort_unstable();
    Ok((rate, took))
}

fn report(name: &str, (rate, took): &(f64, Vec<Duration>)) {
    let at = |share: usize| {
        let took = took.get(took.len() * share / 100).copied().unwrap_or_default();
        took.as_secs_f64() * 1_000.0
    };
    println!("{name:<34} {rate:>9.0}/s   p50 {:>7.2} ms   p99 {:>7.2} ms", at(50), at(99));
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let options = Options::parse();
    let folder = tempfile::tempdir()?;
    let server = Server::start(folder.path(), options.database_url.as_deref()).await?;
    let size = fs::metadata(env!("CARGO_BIN_EXE_parlance"))?.len() >> 20;
    println!(
        "ready after {} ms, resident {} KiB idle, binary {size} MiB",
        server.started_in.as_millis(),
        server.resident_kib().unwrap_or_default(),
    );
    let world = Arc::new(seed(server.address).await?);
    let many = options.connections;

    let one = load(server.address, &world, &options, 1, SEND).await?;
    report("send, 1 connection", &one);
    let sends = load(server.address, &world, &options, many, SEND).await?;
    report(&format!("send, {many} connections"), &sends);
    println!("{:<34} {:>9.1} times the rate of one", "", sends.0 / one.0);
    let pages = load(server.address, &world, &options, many.min(32), PAGE).await?;
    report(&format!("page of 50, {} connections", many.min(32)), &pages);
    println!("resident {} KiB after the load", server.resident_kib().unwrap_or_default());
    Ok(())
}
