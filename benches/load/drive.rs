//! Ways to ask: as fast as a number of connections can, or at a fixed rate whatever happens.
//! And what is made of the times it took.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    sync::{Barrier, Semaphore},
    task::JoinSet,
};

use super::{
    server::Outcome,
    wire::{Shot, Wire},
    world::World,
};

/// How often something was done, and how long each took.
#[derive(Clone, Default)]
pub(crate) struct Measure {
    /// Each second.
    pub(crate) rate: f64,
    /// The same of each round.
    pub(crate) rounds: Vec<f64>,
    pub(crate) count: usize,
    /// Milliseconds.
    pub(crate) took: Vec<f64>,
    /// Microseconds of processor time for each, of the server and of the database.
    pub(crate) server_us: f64,
    pub(crate) database_us: f64,
}

impl Measure {
    /// The middle of several rounds, and the times of all.
    pub(crate) fn of(rounds: Vec<Self>) -> Self {
        let middle = |field: fn(&Self) -> f64| median(rounds.iter().map(field).collect());
        Self {
            rate: middle(|round| round.rate),
            rounds: rounds.iter().map(|round| round.rate).collect(),
            server_us: middle(|round| round.server_us),
            database_us: middle(|round| round.database_us),
            count: rounds.iter().map(|round| round.count).sum(),
            took: rounds.into_iter().flat_map(|round| round.took).collect(),
        }
    }

    /// Milliseconds below which so many of a thousand were.
    pub(crate) fn at(&self, share: usize) -> f64 {
        quantile(&mut self.took.clone(), share)
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut took = self.took.clone();
        let mut at = |share| round(quantile(&mut took, share));
        json!({
            "rate": round(self.rate),
            "rounds": self.rounds.iter().copied().map(round).collect::<Vec<_>>(),
            "count": self.count,
            "p50_ms": at(500),
            "p99_ms": at(990),
            "p999_ms": at(999),
            "server_processor_us": round(self.server_us),
            "database_processor_us": round(self.database_us),
        })
    }
}

/// The value below which so many of a thousand are.
pub(crate) fn quantile(values: &mut [f64], share: usize) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let at = (values.len() * share / 1_000).min(values.len().saturating_sub(1));
    values.get(at).copied().unwrap_or_default()
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or_default();
    // Of an even number there are two in the middle.
    f64::midpoint(at(values.len().saturating_sub(1) / 2), at(values.len() / 2))
}

/// With as many digits as mean anything.
pub(crate) fn round(value: f64) -> f64 {
    let digits = if value.abs() < 10.0 { 1_000.0 } else { 10.0 };
    (value * digits).round() / digits
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
pub(crate) fn float(count: usize) -> f64 {
    count as f64
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1_000.0
}

/// What is asked, by whom and where.
#[derive(Clone, Copy)]
pub(crate) struct Question<'w> {
    pub(crate) address: SocketAddr,
    pub(crate) world: &'w World,
    pub(crate) query: &'static str,
    pub(crate) body: Option<&'static str>,
}

impl Question<'_> {
    /// The connections with their requests, all open.
    async fn connect(&self, connections: usize) -> Outcome<Vec<(Wire, Shot)>> {
        let mut all = Vec::with_capacity(connections);
        for n in 0..connections {
            let shot = Shot::graphql(self.world.token(n), self.query, self.body);
            all.push((Wire::connect(self.address).await?, shot));
        }
        Ok(all)
    }

    /// Asks over so many connections for so long, each again as soon as it has its answer.
    pub(crate) async fn closed(&self, connections: usize, span: Duration) -> Outcome<Measure> {
        let world = Arc::new(self.world.clone());
        let barrier = Arc::new(Barrier::new(connections + 1));
        let mut tasks = JoinSet::new();
        for (n, (mut wire, mut shot)) in self.connect(connections).await?.into_iter().enumerate() {
            let (world, barrier) = (world.clone(), barrier.clone());
            tasks.spawn(async move {
                let mut took = Vec::with_capacity(4_096);
                barrier.wait().await;
                let begun = Instant::now();
                let mut asked = begun;
                for turn in 0.. {
                    shot.aim(world.chat(n, turn));
                    wire.exchange(&shot).await?;
                    let answered = Instant::now();
                    if answered - begun > span {
                        break;
                    }
                    took.push(millis(answered - asked));
                    asked = answered;
                }
                Outcome::Ok(took)
            });
        }
        barrier.wait().await;
        gather(tasks, span).await
    }

    /// Asks so often a second, over so many connections. What has to wait for a connection
    /// has been waiting since the moment when it was to be asked.
    pub(crate) async fn open(
        &self,
        connections: usize,
        rate: u32,
        span: Duration,
    ) -> Outcome<Measure> {
        let world = Arc::new(self.world.clone());
        let count = rate * u32::try_from(span.as_millis() / 100)? / 10;
        let gap = Duration::from_secs(1) / rate;
        let (due, taken) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let wires = self.connect(connections).await?;
        let begun = Instant::now() + Duration::from_millis(50);
        let mut tasks = JoinSet::new();
        for (n, (mut wire, mut shot)) in wires.into_iter().enumerate() {
            let (world, due, taken) = (world.clone(), due.clone(), taken.clone());
            tasks.spawn(async move {
                let mut took = Vec::new();
                // Closed when the last has been taken.
                while let Ok(permit) = due.acquire().await {
                    permit.forget();
                    let ticket = u32::try_from(taken.fetch_add(1, Ordering::Relaxed))?;
                    shot.aim(world.chat(n, usize::try_from(ticket)?));
                    wire.exchange(&shot).await?;
                    took.push(millis(begun.elapsed().saturating_sub(gap * ticket)));
                }
                Outcome::Ok(took)
            });
        }
        // In a thread of its own: the runtime's timers are as coarse as the times to be measured.
        let pace = tokio::task::spawn_blocking(move || {
            for ticket in 0..count {
                let moment = begun + gap * ticket;
                std::thread::sleep(moment.saturating_duration_since(Instant::now()));
                due.add_permits(1);
            }
            while due.available_permits() > 0 {
                std::thread::sleep(Duration::from_millis(5));
            }
            due.close();
        });
        let measure = gather(tasks, span).await;
        if measure.is_ok() {
            pace.await?;
        }
        measure
    }
}

/// Waits for all; the first that fails fails the run.
pub(crate) async fn gather(
    mut tasks: JoinSet<Outcome<Vec<f64>>>,
    span: Duration,
) -> Outcome<Measure> {
    let mut took = Vec::new();
    while let Some(done) = tasks.join_next().await {
        took.extend(done??);
    }
    let rate = float(took.len()) / span.as_secs_f64();
    Ok(Measure { rate, count: took.len(), took, ..Measure::default() })
}
