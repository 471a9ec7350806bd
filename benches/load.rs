//! A first, simple load: sends and pages over HTTP against the server as it is built for use.
//!
//!   cargo bench --bench load                          SQLite in a folder of its own
//!   cargo bench --bench load -- --seconds 3 --connections 256
//!   cargo bench --bench load -- --database-url URL    an empty MySQL database
//!
//! Prints, for one run, the server's start, memory and size; sends over one connection (each
//! waits for its commit) and over many; and pages of 50 messages with their senders. Figures of
//! one run may be compared with each other, those of different runs or machines hardly.

mod server;

use std::{
    fs,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Parser;
use serde_json::json;
use tokio::task::JoinSet;

use server::{Client, Outcome, Server};

const PEOPLE: usize = 8;
const CONVERSATIONS: usize = 400;
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

/// People with their tokens, and conversations with who is in each.
struct World {
    tokens: Vec<Arc<str>>,
    chats: Vec<(String, usize)>,
}

async fn seed(address: SocketAddr) -> Outcome<World> {
    let mut client = Client::connect(address, None).await?;
    let (ids, tokens) = client.register(PEOPLE).await?;
    let mut chats = Vec::new();
    for n in 0..CONVERSATIONS {
        let owner = n % PEOPLE;
        client.token = Some(tokens[owner].clone());
        let others: Vec<_> = (1..4).map(|step| &ids[(owner + step) % PEOPLE]).collect();
        chats.push((client.create(&others).await?, owner));
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
