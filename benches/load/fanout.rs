//! Rows about subscriptions: telling many at once, beside a bare server that only broadcasts;
//! sockets that wait; and those who come back after a while.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    Run, bare,
    drive::{float, median, quantile, round},
    machine::{open_files, processor},
    report::{Row, Wanted},
    server::{Outcome, Server},
    socket::Socket,
    wire::{NUMBER_HOLE, Shot, Wire, number},
    world::{BODY, SEND, World},
};

pub(crate) const ROWS: [&str; 2] = ["fanout-100", "fanout-500"];

/// Connections that send where it is about how many are told.
const SENDERS: usize = 64;

/// Messages a second where it is about how long it takes.
const RATE: u32 = 20;

/// Which conversation is followed by many, and which by those who were away.
const CROWDED: usize = 1;
const MISSED: usize = 2;

const FOLLOW: &str = "subscription ($chat: ID!) { messageAdded(conversationId: $chat) \
    { id seq body sentAt sender { id username } } }";
const RESUME: &str = "subscription ($chat: ID!, $after: Int) { messageAdded(conversationId: $chat, \
    afterSeq: $after) { id seq body sentAt sender { id username } } }";

/// Where messages are sent to.
enum Target {
    Parlance(World),
    /// What is told there, and its next number.
    Bare(String, AtomicU64),
}

impl Target {
    fn bare() -> Self {
        // As the other server writes it.
        let (id, at) = ("01890a5d-ac96-774b-bcce-b302099a8057", "2026-01-02T03:04:05.678901Z");
        let told = json!({ "id": "1", "type": "next", "payload": { "data": { "messageAdded": {
            "id": id, "seq": 0, "body": BODY, "sentAt": at,
            "sender": { "id": id, "username": "load0" },
        } } } });
        let told = told.to_string().replace("\"seq\":0", &format!("\"seq\":{NUMBER_HOLE}"));
        Self::Bare(told, AtomicU64::new(100_000))
    }

    fn shot(&self, n: usize) -> Shot {
        match self {
            Self::Parlance(world) => Shot::graphql(world.token(n), SEND, Some(BODY)),
            Self::Bare(told, _) => Shot::post("/say", None, told, b""),
        }
    }

    /// Sends a message; answers its number.
    async fn send(&self, wire: &mut Wire, shot: &mut Shot) -> Outcome<u64> {
        match self {
            Self::Parlance(world) => {
                shot.aim(world.chat(0, 0));
                Ok(number(wire.exchange(shot).await?).ok_or("a message without a number")?)
            }
            Self::Bare(_, next) => {
                let seq = next.fetch_add(1, Ordering::Relaxed);
                shot.number(seq);
                wire.exchange(shot).await?;
                Ok(seq)
            }
        }
    }

    /// So many sockets that are told.
    async fn crowd(&self, server: &Server, count: usize) -> Outcome<Vec<Socket>> {
        let mut sockets = Vec::new();
        for n in 0..count {
            sockets.push(match self {
                Self::Parlance(world) => {
                    let mut socket = Socket::open(server.address, world.token(n)).await?;
                    socket.subscribe(FOLLOW, world.chat(0, 0), None).await?;
                    socket
                }
                Self::Bare(..) => Socket::connect(server.address).await?,
            });
        }
        // There is no word that a subscription is there.
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(sockets)
    }
}

/// How messages are sent.
#[derive(Clone, Copy)]
enum Pace {
    /// So many, as fast as possible.
    Fast(usize),
    /// So many at the fixed rate.
    Steady(usize),
}

/// A message: its number, when it was asked for and when acknowledged.
type Sent = (u64, Instant, Instant);

async fn send(server: &Server, target: &Arc<Target>, pace: Pace) -> Outcome<Vec<Sent>> {
    let mut sent = Vec::new();
    match pace {
        Pace::Fast(count) => {
            let (begun, mut senders) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
            for n in 0..SENDERS {
                let (begun, target) = (begun.clone(), target.clone());
                let mut wire = Wire::connect(server.address).await?;
                senders.spawn(async move {
                    let (mut shot, mut sent) = (target.shot(n), Vec::new());
                    while begun.fetch_add(1, Ordering::Relaxed) < count {
                        let asked = Instant::now();
                        let seq = target.send(&mut wire, &mut shot).await?;
                        sent.push((seq, asked, Instant::now()));
                    }
                    Outcome::Ok(sent)
                });
            }
            while let Some(done) = senders.join_next().await {
                sent.extend(done??);
            }
        }
        Pace::Steady(count) => {
            let (mut wire, mut shot) = (Wire::connect(server.address).await?, target.shot(0));
            let mut ticks = tokio::time::interval(Duration::from_secs(1) / RATE);
            for _ in 0..count {
                ticks.tick().await;
                let asked = Instant::now();
                let seq = target.send(&mut wire, &mut shot).await?;
                sent.push((seq, asked, Instant::now()));
            }
        }
    }
    Ok(sent)
}

/// What came of telling many.
#[derive(Default)]
struct Told {
    /// Deliveries a second, or messages if nobody listens.
    rate: f64,
    /// Milliseconds from the request, and from its answer.
    from_request: Vec<f64>,
    from_answer: Vec<f64>,
    /// Microseconds of the server's processor time for a message.
    for_message: f64,
}

impl Told {
    /// The middle of several rounds.
    fn of(rounds: &[Self]) -> Self {
        Self {
            rate: median(rounds.iter().map(|told| told.rate).collect()),
            for_message: median(rounds.iter().map(|told| told.for_message).collect()),
            ..Self::default()
        }
    }

    /// Processor time of a delivery: what there is beyond sending.
    fn for_delivery(&self, alone: &Self, listeners: usize) -> f64 {
        (self.for_message - alone.for_message) / float(listeners)
    }

    fn times(&mut self) -> Value {
        let both = |times: &mut Vec<f64>| json!({ "p50_ms": round(quantile(times, 500)), "p99_ms": round(quantile(times, 990)) });
        json!({
            "from_request": both(&mut self.from_request),
            "from_answer": both(&mut self.from_answer),
        })
    }
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
) -> Outcome<Told> {
    let (Pace::Fast(count) | Pace::Steady(count)) = pace;
    let listeners = sockets.len();
    let used = processor(Some(server.process.id()));
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for mut socket in sockets.drain(..) {
        tasks.spawn(async move {
            let came = socket.take(count).await?;
            Outcome::Ok((socket, came))
        });
    }
    let sent = send(server, target, pace).await?;
    let mut over = Instant::now();
    let first = sent.iter().map(|(seq, ..)| *seq).min().unwrap_or_default();
    let mut times = vec![None; count];
    for (seq, asked, answered) in sent {
        let index = usize::try_from(seq - first)?;
        *times.get_mut(index).ok_or("a number too high")? = Some((asked, answered));
    }
    let mut told = Told::default();
    while let Some(done) = tasks.join_next().await {
        let (socket, came) = done??;
        sockets.push(socket);
        for (seq, at) in came {
            let index = usize::try_from(seq.saturating_sub(first))?;
            let (asked, answered) = times.get(index).copied().flatten().ok_or("not sent")?;
            told.from_request.push(millis(asked, at));
            told.from_answer.push(millis(answered, at));
            over = over.max(at);
        }
    }
    let used = processor(Some(server.process.id())).saturating_sub(used);
    told.for_message = used.as_secs_f64() * 1e6 / float(count);
    told.rate = float(count * listeners.max(1)) / (over - begun).as_secs_f64();
    Ok(told)
}

pub(crate) async fn fanout(run: &mut Run<'_>) -> Outcome<()> {
    let world = Arc::new(Target::Parlance(run.world.with_one(CROWDED)));
    let (bare, yardstick) = (bare::start().await?, Arc::new(Target::bare()));
    let deliveries = if run.options.quick { 150_000 } else { 1_000_000 };
    let steady = Pace::Steady(if run.options.quick { 50 } else { 200 });
    for (name, crowd) in ROWS.into_iter().zip([100, 500]) {
        if !run.options.wants(&[name]) {
            continue;
        }
        let fast = Pace::Fast(deliveries / crowd);
        let alone = tell(&run.server, &world, &mut Vec::new(), fast).await?;
        let bare_alone = tell(&bare, &yardstick, &mut Vec::new(), fast).await?;
        let mut plain_sockets = yardstick.crowd(&bare, crowd).await?;
        let mut sockets = world.crowd(&run.server, crowd).await?;
        let (mut told, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..run.pace.rounds {
            plain.push(tell(&bare, &yardstick, &mut plain_sockets, fast).await?);
            told.push(tell(&run.server, &world, &mut sockets, fast).await?);
        }
        let (told, plain) = (Told::of(&told), Told::of(&plain));
        let times = tell(&run.server, &world, &mut sockets, steady).await?.times();
        let plain_times = tell(&bare, &yardstick, &mut plain_sockets, steady).await?.times();
        let each = told.for_delivery(&alone, crowd);
        let plain_each = plain.for_delivery(&bare_alone, crowd);
        println!(
            "    {each:.2} us of processor for a delivery, bare {plain_each:.2}; at {RATE} messages/s \
             from the request p50 {} ms, p99 {} ms; bare {} ms, {} ms",
            times["from_request"]["p50_ms"],
            times["from_request"]["p99_ms"],
            plain_times["from_request"]["p50_ms"],
            plain_times["from_request"]["p99_ms"],
        );
        // As many as can be sent at all is the bound where few listen.
        let details = |told: &Told, alone: &Told, each: f64, times: Value| {
            json!({ "deliveries_per_second": round(told.rate), "messages_per_second_to_nobody": round(alone.rate), "us_for_message": round(told.for_message),
                "us_for_delivery": round(each), "at_20_messages_a_second": times })
        };
        let details = json!({
            "measured": details(&told, &alone, each, times),
            "baseline": details(&plain, &bare_alone, plain_each, plain_times),
        });
        run.report.row(Row {
            name,
            unit: "/s",
            measured: told.rate,
            baseline: Some(plain.rate),
            wanted: Wanted::Least(0.8),
            details,
        });
    }
    Ok(())
}

/// Memory of sockets that wait, at a server that has done nothing else.
pub(crate) async fn idle(run: &mut Run<'_>) -> Outcome<()> {
    let server = Server::start(&run.folder, Some(&run.url), run.options.pool_size).await?;
    let wanted = if run.options.quick { 1_000 } else { 5_000 };
    // Some files are left for the rest, here and there.
    let room = open_files().map_or(wanted, |(soft, _)| soft.saturating_sub(200));
    let count = room.min(wanted);
    if count < wanted {
        println!("    only {count} idle sockets are possible: open files are limited");
    }
    let settled = async || {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let kib = server.resident_kib().ok_or("its memory cannot be seen")?;
        Outcome::Ok(float(usize::try_from(kib)?))
    };
    let world = &run.world;
    let follow = async |n: usize, socket: &mut Socket| {
        // Each person's sockets follow all their conversations in turn.
        let turn = n / world.people.len();
        socket.subscribe(FOLLOW, world.chat(n % world.people.len(), turn), None).await
    };
    // What the first few make grow is not theirs.
    let mut first = Vec::new();
    for n in 0..50 {
        let mut socket = Socket::open(server.address, world.token(n)).await?;
        follow(n, &mut socket).await?;
        first.push(socket);
    }
    drop(first);
    let before = settled().await?;
    let mut sockets = Vec::with_capacity(count);
    for n in 0..count {
        sockets.push(Socket::open(server.address, world.token(n)).await?);
    }
    let open = settled().await?;
    for (n, socket) in sockets.iter_mut().enumerate() {
        follow(n, socket).await?;
        // One after the other: what opening takes for a moment is not what is kept.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let subscribed = settled().await?;
    let each = |kib: f64| (kib - before) / float(count);
    run.report.row(Row {
        name: "idle",
        unit: "KiB",
        measured: each(subscribed),
        baseline: None,
        wanted: Wanted::Below(20.0),
        details: json!({
            "sockets": count,
            "without_a_subscription_kib": round(each(open)),
            "resident_kib": [before, open, subscribed],
        }),
    });
    Ok(())
}

/// What it takes to come back after a while.
pub(crate) async fn catch_up(run: &mut Run<'_>) -> Outcome<()> {
    let world = run.world.with_one(MISSED);
    let all = if run.options.quick { 5_000 } else { 20_000 };
    world.fill(run.server.address, all / world.chats.len()).await?;
    let mut wire = Wire::connect(run.server.address).await?;
    let mut shot = Shot::graphql(world.token(0), SEND, Some(BODY));
    shot.aim(world.chat(0, 0));
    let newest = number(wire.exchange(&shot).await?).ok_or("a message without a number")?;
    let mut figures = Vec::new();
    for (count, messages) in [(1, all), (100, all / 20)] {
        let mut sockets = Vec::new();
        for n in 0..count {
            sockets.push(Socket::open(run.server.address, world.token(n)).await?);
        }
        let used = processor(Some(run.server.process.id()));
        let begun = Instant::now();
        let mut tasks = JoinSet::new();
        let after = newest - u64::try_from(messages)?;
        for mut socket in sockets {
            let chat = world.chat(0, 0).to_owned();
            tasks.spawn(async move {
                socket.subscribe(RESUME, &chat, Some(after)).await?;
                let came = socket.take(messages).await?;
                let (first, last) = (came.first(), came.last());
                let is_whole = first.is_some_and(|(seq, _)| *seq == after + 1)
                    && last.is_some_and(|(seq, _)| *seq == newest);
                if is_whole { Ok(()) } else { Outcome::Err("a hole".into()) }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        let took = begun.elapsed().as_secs_f64();
        let used = processor(Some(run.server.process.id())).saturating_sub(used);
        let deliveries = float(count * messages);
        let us = used.as_secs_f64() * 1e6 / deliveries;
        println!(
            "    {count} from {messages} messages behind: {took:.2} s, {:.0} deliveries/s, {us:.1} us \
             of processor for each",
            deliveries / took
        );
        figures.push(json!({
            "clients": count,
            "messages_behind": messages,
            "seconds": round(took),
            "deliveries_per_second": round(deliveries / took),
            "us_for_delivery": round(us),
        }));
    }
    run.report.note("catch_up", figures.into());
    Ok(())
}
