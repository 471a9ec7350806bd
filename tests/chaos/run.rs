//! One run: starts everything, breaks it for a while, lets it settle, and checks.

use std::{
    path::Path,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use mysql_async::prelude::Queryable;
use tokio::time::sleep;

use crate::{
    Options,
    bus::Noise,
    check::{self, Findings},
    clients::{Clients, Crowd, Shared, Stage, cast::Cast},
    dice::Dice,
    faults,
    history::{Fault, History, Hit, Stored, Wanted},
    load::{self, Ends},
    schedule::{Kind, Schedule},
    world::{Outcome, World},
};

/// What is to be done in a run.
pub(crate) struct Plan {
    pub(crate) seconds: u64,
    pub(crate) messages: u64,
    pub(crate) faults: usize,
    pub(crate) limit: u64,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) crowd: Crowd,
    /// How long followers have to catch up in the end.
    pub(crate) patience: Duration,
    /// The seeded bug, if there is one.
    pub(crate) bug: Option<&'static str>,
    /// What is done to the database before anybody writes.
    pub(crate) before: Option<&'static str>,
    /// Whether there is to be something of everything, and all is to be well at times.
    pub(crate) is_whole: bool,
}

impl Plan {
    pub(crate) fn of(options: &Options) -> Self {
        let is_wanted = |kind: &Kind| {
            let begins = |only: &String| kind.name().starts_with(&**only);
            options.only.as_ref().is_none_or(|only| only.iter().any(begins))
        };
        Self {
            seconds: options.seconds,
            messages: options.messages,
            faults: options.faults,
            limit: options.limit,
            kinds: Kind::ALL.into_iter().filter(is_wanted).collect(),
            crowd: Crowd {
                writers: options.writers,
                comers: options.writers / 3,
                readers: 6,
                editors: 4,
                follows: true,
                doubles: 64,
            },
            patience: Duration::from_mins(2),
            bug: None,
            before: None,
            is_whole: options.only.is_none(),
        }
    }

    fn wanted(&self) -> Wanted {
        match (self.is_whole, self.crowd.follows) {
            (true, _) => Wanted::Everything,
            (false, true) => Wanted::Followers,
            (false, false) => Wanted::Acknowledgements,
        }
    }
}

/// What came of it.
pub(crate) struct Run {
    pub(crate) history: History,
    pub(crate) stored: Stored,
    pub(crate) findings: Findings,
    pub(crate) database: String,
    pub(crate) has_clock: bool,
    /// How often an instance ended by itself and was started again.
    pub(crate) revived: u64,
    /// How long it was written, how long it took to settle and to check.
    pub(crate) written: Duration,
    pub(crate) settled: Duration,
    pub(crate) checked: Duration,
}

impl Run {
    pub(crate) fn is_good(&self) -> bool {
        self.findings.is_clean()
    }
}

/// How often it is said how far it is.
const SAY: Duration = Duration::from_secs(10);

pub(crate) async fn run(options: &Options, plan: &Plan, folder: &Path) -> Outcome<Run> {
    let world = World::start(options, plan.bug, folder).await?;
    tokio::select! {
        done = drive(options, plan, folder, &world) => done,
        failed = world.supervise() => Err(failed.err().unwrap_or_else(|| "no supervisor".into())),
    }
}

async fn drive(options: &Options, plan: &Plan, folder: &Path, world: &World) -> Outcome<Run> {
    let dice = Dice::new(options.seed);
    let addresses = world.addresses();
    let cast = Cast::gather(addresses[0], &dice).await?;
    if let Some(before) = plan.before {
        let mut conn = world.connect().await?;
        conn.query_drop(before).await?;
        conn.disconnect().await?;
    }
    let mut history = History::default();
    let begun = Instant::now();
    let mut clients = Clients::start(cast, addresses, plan.crowd, &dice);
    break_things(plan, folder, world, &clients, &mut history, &dice).await?;
    let written = begun.elapsed();
    let settling = Instant::now();
    settle(plan, world, &mut clients, &mut history).await?;
    let shared = std::sync::Arc::clone(&clients.shared);
    clients.finish(&mut history).await;
    let stored = load::stored(world, &shared.cast).await?;
    let settled = settling.elapsed();
    println!("checking {} acknowledgements", history.acks.len());
    let checking = Instant::now();
    let findings = check::check(&history, &stored, plan.wanted());
    Ok(Run {
        findings,
        stored,
        history,
        database: world.mysql.version.clone(),
        has_clock: world.instances.iter().all(crate::world::Instance::has_clock),
        revived: world.revived.load(Ordering::Relaxed),
        written,
        settled,
        checked: checking.elapsed(),
    })
}

/// How long all is well at the beginning, in the end, and after so many faults: long enough to look at
/// what is said where little is said.
const CALM: Duration = Duration::from_secs(16);
const CALM_AFTER: usize = 50;

/// One fault after the other until it is enough of everything.
async fn break_things(
    plan: &Plan,
    folder: &Path,
    world: &World,
    clients: &Clients,
    history: &mut History,
    dice: &Dice,
) -> Outcome<()> {
    let has_clock = world.instances.iter().all(crate::world::Instance::has_clock);
    let kinds: Vec<_> =
        plan.kinds.iter().copied().filter(|kind| has_clock || *kind != Kind::JumpClock).collect();
    let mut schedule = Schedule::new(dice, &kinds, world.instances.len());
    let (shared, begun) = (&clients.shared, Instant::now());
    let mut said = begun;
    // At first all is well.
    calm(plan, shared).await;
    let mut calm_at = CALM_AFTER;
    loop {
        let acked = shared.acked.load(Ordering::Relaxed);
        let faults = history.faults.iter().filter(|fault| fault.took.is_some()).count();
        let is_enough = acked >= plan.messages
            && faults >= plan.faults
            && begun.elapsed() >= Duration::from_secs(plan.seconds);
        if is_enough {
            calm(plan, shared).await;
            return Ok(());
        }
        if begun.elapsed() >= Duration::from_secs(plan.limit.max(plan.seconds)) {
            return Err(format!("{acked} messages and {faults} faults within the limit").into());
        }
        if said.elapsed() >= SAY {
            said = Instant::now();
            println!(
                "{:4} s: {acked} acknowledged, {} told, {faults} faults",
                begun.elapsed().as_secs(),
                shared.told.load(Ordering::Relaxed)
            );
        }
        if kinds.is_empty() {
            sleep(Duration::from_millis(200)).await;
            continue;
        }
        if history.faults.len() >= calm_at {
            calm_at += CALM_AFTER;
            calm(plan, shared).await;
        }
        let (pause, plans) = schedule.next();
        sleep(pause).await;
        let strikes = plans.into_iter().map(|plan| faults::strike(world, shared, folder, plan));
        for fault in futures_util::future::join_all(strikes).await {
            let fault = fault?;
            if fault.took.is_none() {
                println!("{} did not take hold", fault.kind);
            }
            history.faults.push(fault);
        }
    }
}

/// Breaks nothing for a while.
async fn calm(plan: &Plan, shared: &Shared) {
    if plan.is_whole {
        shared.is_calm.store(true, Ordering::Relaxed);
        sleep(CALM).await;
        shared.is_calm.store(false, Ordering::Relaxed);
    } else {
        sleep(Duration::from_secs(2)).await;
    }
}

/// All is well again but for the bus, which is deaf: the last that was said is found by looking.
/// Then whoever sent something finds out what became of it, and whoever follows catches up.
async fn settle(
    plan: &Plan,
    world: &World,
    clients: &mut Clients,
    history: &mut History,
) -> Outcome<()> {
    world.mend();
    for instance in &world.instances {
        instance.wait_until_ready().await?;
    }
    let begun = clients.shared.now();
    let [before, ..] = world.disturbed();
    world.disturb(Noise::DEAF);
    sleep(Duration::from_secs(1)).await;
    clients.shared.enter(Stage::Settling);
    println!("settling");
    clients.finish_writing(history).await;
    let begun_settling = Instant::now();
    loop {
        let ends = Ends::read(world, &clients.shared.cast).await?;
        let behind = clients.behind(|place| ends.of(place));
        if behind == 0 || begun_settling.elapsed() > plan.patience {
            break;
        }
        sleep(Duration::from_millis(250)).await;
    }
    // For what must not come.
    sleep(Duration::from_millis(500)).await;
    let over = clients.shared.now();
    let [lost, ..] = world.disturbed();
    let took = (lost > before).then(|| format!("{} hints were lost", lost - before));
    let (kind, hit) = ("deaf bus at the end", Hit::Everything);
    history.faults.push(Fault { kind, begun, over, counts_from: begun, took, hit });
    Ok(())
}
