//! Rows about what the server does not have at hand: windows of messages of which none is asked
//! for twice, and returns to conversations that nobody has just come back to.
//!
//! The server keeps pages for ten seconds under the window that was asked for. Here no window is
//! the same as any before it, so that none is found there.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use tokio::{sync::Barrier, task::JoinSet};

use super::{
    Run,
    baseline::{self, places},
    drive::{Measure, gather},
    growth::Side,
    rates::{both, metered},
    report::{Row, Wanted},
    returns::returns,
    server::{Client, Outcome},
    wire::{Shot, Wire},
    world::{PAGE_BEFORE, PEOPLE, World},
};

pub(crate) const ROWS: [&str; 2] = ["cold-page", "cold-resume"];

/// Connections that read.
const READERS: usize = 32;

/// Messages of a page.
const PAGE: i64 = 50;

/// How far two windows of a conversation are apart that are asked for one after the other: a
/// prime, so that all come before the first comes again.
const STRIDE: i64 = 7_919;

/// Windows of conversations that end before a number, each once.
pub(crate) struct Windows {
    chats: Vec<Chat>,
}

struct Chat {
    /// The first number, and how many there are.
    first: i64,
    count: i64,
    taken: AtomicI64,
}

impl Windows {
    /// Of conversations with so many messages each. All numbers have as many digits, so that
    /// all cursors are as long.
    fn new(heads: &[i64]) -> Outcome<Self> {
        let least = heads.iter().min().copied().unwrap_or_default();
        let tens = 10_i64.pow(least.checked_ilog10().unwrap_or_default());
        let chat = |head: &i64| {
            let first = tens.max(PAGE + 1);
            let count = (head + 1).min(10 * tens - 1) - first + 1;
            let is_walked = count > 0 && count % STRIDE != 0;
            is_walked.then_some(Chat { first, count, taken: AtomicI64::new(0) })
        };
        let chats = heads.iter().map(chat).collect::<Option<_>>();
        Ok(Self { chats: chats.ok_or("a conversation is too short")? })
    }

    /// The end of the next window of a conversation.
    pub(crate) fn next(&self, chat: usize) -> i64 {
        let Chat { first, count, taken } = &self.chats[chat % self.chats.len()];
        first + taken.fetch_add(1, Ordering::Relaxed) * STRIDE % count
    }

    /// How many there are, and how many were taken that had been taken before.
    fn taken(&self) -> (i64, i64) {
        let again = |chat: &Chat| (chat.taken.load(Ordering::Relaxed) - chat.count).max(0);
        (self.chats.iter().map(|chat| chat.count).sum(), self.chats.iter().map(again).sum())
    }
}

/// The cursor of a message, as the server makes it.
fn cursor(chat: &str, seq: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("1:seq:{chat}:{seq}"))
}

pub(crate) async fn cold(run: &mut Run<'_>, side: &Side) -> Outcome<()> {
    if run.options.wants(&ROWS[..1]) {
        page(run, side).await?;
    }
    if run.options.wants(&ROWS[1..]) {
        resume(run, side).await?;
    }
    Ok(())
}

/// Windows beside windows that are read with three raw statements. Neither reads one that the
/// other has read.
async fn page(run: &mut Run<'_>, side: &Side) -> Outcome<()> {
    let heads: Vec<_> =
        side.numbers(run, &side.world).await?.iter().map(|(head, _)| *head).collect();
    let windows = Arc::new(Windows::new(&heads)?);
    check(side, &windows).await?;
    let places = places(&side.world)?;
    let (mut read, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..run.pace.rounds {
        let work = baseline::page(&side.url, &places, Some(&windows), READERS, run.pace.span);
        plain.push(metered(None, run.database.process, work).await?);
        let work = pages(side, &windows, run.pace.span);
        read.push(metered(Some(&side.server), run.database.process, work).await?);
    }
    let (read, plain) = (Measure::of(read), Measure::of(plain));
    run.cost("page-cold", &read);
    let (all, again) = windows.taken();
    println!("    of {all} windows {again} were asked for again");
    let mut details = both(&read, &plain);
    details["windows"] = all.into();
    details["windows_asked_for_again"] = again.into();
    run.report.row(Row {
        name: ROWS[0],
        unit: "/s",
        measured: read.rate,
        baseline: Some(plain.rate),
        wanted: Wanted::Least(1.0),
        details,
    });
    Ok(())
}

/// Looks at one window by the server itself.
async fn check(side: &Side, windows: &Windows) -> Outcome<()> {
    let (chat, owner) = &side.world.chats[0];
    let token = side.world.tokens[*owner].clone();
    let mut client = Client::connect(side.server.address, Some(token)).await?;
    let end = windows.next(0);
    let variables = json!({ "chat": chat, "before": cursor(chat, end) });
    let answer = client.ask(PAGE_BEFORE, variables).await?;
    let nodes = answer["conversation"]["messages"]["nodes"].as_array().ok_or("no page")?;
    let seqs: Vec<_> = nodes.iter().filter_map(|node| node["seq"].as_i64()).collect();
    if seqs == (end - PAGE..end).collect::<Vec<_>>() {
        return Ok(());
    }
    Err(format!("the window before {end} is {seqs:?}").into())
}

/// Asks the server for windows, over connections that ask again as soon as they have an answer.
async fn pages(side: &Side, windows: &Arc<Windows>, span: Duration) -> Outcome<Measure> {
    let world = Arc::new(side.world.clone());
    let barrier = Arc::new(Barrier::new(READERS + 1));
    let mut tasks = JoinSet::new();
    for n in 0..READERS {
        let mut wire = Wire::connect(side.server.address).await?;
        let letters = cursor(world.chat(n, 0), windows.chats[0].first).len();
        let mut shot = Shot::window(world.token(n), PAGE_BEFORE, letters);
        let (world, windows, barrier) = (world.clone(), windows.clone(), barrier.clone());
        tasks.spawn(async move {
            let mut took = Vec::with_capacity(4_096);
            barrier.wait().await;
            let begun = Instant::now();
            let mut asked = begun;
            for turn in 0.. {
                aim(&mut shot, &world, &windows, n + turn * PEOPLE);
                wire.exchange(&shot).await?;
                let answered = Instant::now();
                if answered - begun > span {
                    break;
                }
                took.push((answered - asked).as_secs_f64() * 1_000.0);
                asked = answered;
            }
            Outcome::Ok(took)
        });
    }
    barrier.wait().await;
    gather(tasks, span).await
}

/// Aims at the next window of a conversation.
fn aim(shot: &mut Shot, world: &World, windows: &Windows, chat: usize) {
    let chat = chat % world.chats.len();
    let (id, _) = &world.chats[chat];
    shot.aim(id);
    shot.cursor(&cursor(id, windows.next(chat)));
}

/// Returns to all conversations one after the other, beside returns to the same few.
async fn resume(run: &mut Run<'_>, side: &Side) -> Outcome<()> {
    let (all, few) = (side.all_heads(run).await?, side.heads(run).await?);
    let address = side.server.address;
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for round in 0..run.pace.rounds {
        let work = returns(address, &few, 0, run.pace.span);
        warm.push(metered(Some(&side.server), run.database.process, work).await?);
        // A round begins where the others do not.
        let first = round * all.len() / run.pace.rounds;
        let work = returns(address, &all, first, run.pace.span);
        cold.push(metered(Some(&side.server), run.database.process, work).await?);
    }
    let (cold, warm) = (Measure::of(cold), Measure::of(warm));
    let mut details = both(&cold, &warm);
    details["conversations"] = all.len().into();
    run.report.row(Row {
        name: ROWS[1],
        unit: "/s",
        measured: cold.rate,
        baseline: Some(warm.rate),
        wanted: Wanted::Known,
        details,
    });
    Ok(())
}
