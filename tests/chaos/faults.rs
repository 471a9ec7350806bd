//! Breaks things, and mends them.

use std::{path::Path, time::Duration};

use mysql_async::{params, prelude::Queryable};
use tokio::time::{Instant, sleep, timeout};

use crate::{
    bus::Noise,
    clients::Shared,
    history::{Chat, Fault, Hit},
    proxy::{Felt, Mode},
    schedule::{Kind, Plan, Side},
    world::{Instance, Outcome, World},
};

/// By how much a clock is set off, in seconds: a token is good for a day.
const JUMPS: [i64; 8] = [5, -5, 90, -90, 3_600, -3_600, 200_000, -200_000];

/// How long libfaketime goes on with what it has read.
const CLOCK: Duration = Duration::from_millis(1_100);

/// The head of an answer has whole seconds, and may be a second old.
const CLOCK_SAYS: i64 = 2;

/// How often it is looked whether a fault has taken hold.
const LOOK: Duration = Duration::from_millis(100);

/// Does one fault from its beginning to its end, and looks whether it takes hold. What does not is
/// mended all the same.
pub(crate) async fn strike(
    world: &World,
    shared: &Shared,
    folder: &Path,
    mut plan: Plan,
) -> Outcome<Fault> {
    let instance = &world.instances[plan.instance];
    let chat = Chat::try_from(plan.detail.below(shared.cast.chats.len()))?;
    let begun = shared.now();
    let took = match plan.kind {
        Kind::KillInstance => {
            let is_killed = instance.kill().await?;
            sleep(plan.lasts).await;
            instance.start().await?;
            is_killed.then(|| "it ended by the signal".to_owned())
        }
        Kind::StopInstance => {
            instance.signal("STOP").await?;
            sleep(plan.lasts).await;
            let is_stopped = instance.is_stopped().await;
            instance.signal("CONT").await?;
            is_stopped.then(|| "the system said that it was stopped".to_owned())
        }
        Kind::KillDatabase => {
            let is_gone = world.mysql.kill().await?;
            sleep(plan.lasts).await;
            world.mysql.start_again().await?;
            is_gone.then(|| "nothing answered any more".to_owned())
        }
        Kind::RestartDatabase => {
            // An error if it does not end.
            world.mysql.shut_down().await?;
            sleep(plan.lasts).await;
            world.mysql.start_again().await?;
            Some("nothing answered any more".to_owned())
        }
        Kind::KillBus => {
            let is_killed = world.kill_nats().await?;
            sleep(plan.lasts).await;
            world.start_nats(folder).await?;
            is_killed.then(|| "it ended by the signal".to_owned())
        }
        Kind::DisturbBus => {
            let before = world.disturbed();
            world.disturb(Noise { lost: 30, doubled: 30, late: 30 });
            sleep(plan.lasts).await;
            world.disturb(Noise::NONE);
            let counts: Vec<_> =
                world.disturbed().iter().zip(before).map(|(now, before)| now - before).collect();
            let words = format!("lost, doubled and late were {counts:?}");
            counts.iter().all(|count| *count > 0).then_some(words)
        }
        Kind::Cut(side) | Kind::HalfOpen(side) | Kind::Delay(side) | Kind::Throttle(side) => {
            let link = &instance.links[side as usize];
            let before = Felt::count(&link.felt.hits);
            link.set(match plan.kind {
                Kind::HalfOpen(_) => Mode::HalfOpen,
                Kind::Delay(_) => Mode::Delay(plan.detail.millis(20, 500)),
                Kind::Throttle(_) => Mode::Throttle(2_000 + plan.detail.below(40_000)),
                _ => Mode::Cut,
            });
            sleep(plan.lasts).await;
            let hits = Felt::count(&link.felt.hits) - before;
            link.set(Mode::Pass);
            (hits > 0).then(|| format!("it met {hits} connections and pieces"))
        }
        Kind::ExhaustPool => exhaust(world, plan.lasts).await,
        Kind::HoldRow => hold(world, plan.lasts, &shared.cast.talk(chat).id).await,
        Kind::JumpClock => {
            let offset = *plan.detail.one(&JUMPS);
            instance.set_clock(&format!("{offset:+}"))?;
            let seen = watch_clock(instance, offset, plan.lasts).await;
            instance.set_clock("+0")?;
            sleep(CLOCK).await;
            seen
        }
    };
    let over = shared.now();
    let is_kill = matches!(plan.kind, Kind::KillInstance | Kind::KillDatabase | Kind::KillBus);
    Ok(Fault {
        kind: plan.kind.name(),
        begun,
        over,
        counts_from: if is_kill { begun } else { over },
        took,
        hit: match plan.kind {
            Kind::HoldRow => Hit::Chat(chat),
            Kind::KillDatabase
            | Kind::RestartDatabase
            | Kind::KillBus
            | Kind::DisturbBus
            | Kind::ExhaustPool => Hit::Everything,
            Kind::KillInstance
            | Kind::StopInstance
            | Kind::JumpClock
            | Kind::Cut(_)
            | Kind::HalfOpen(_)
            | Kind::Delay(_)
            | Kind::Throttle(_) => Hit::Instance(u8::try_from(plan.instance)?),
        },
    })
}

/// Waits until a time is over, and whether the clock of an instance was seen to be off.
async fn watch_clock(instance: &Instance, offset: i64, lasts: Duration) -> Option<String> {
    let (until, mut seen) = (Instant::now() + lasts, None);
    while Instant::now() < until {
        let off = instance.clock_is_off_by().await;
        if seen.is_none() && off.is_some_and(|off| (off - offset).abs() <= CLOCK_SAYS) {
            seen = off.map(|off| format!("its clock was off by {off} s"));
        }
        sleep(LOOK).await;
    }
    seen
}

/// Locks what everybody needs, so that whoever asks anything holds a connection and waits: until
/// some instance has none left. That the database goes away meanwhile ends it.
async fn exhaust(world: &World, lasts: Duration) -> Option<String> {
    let mut most = 0;
    let held = async {
        let mut conn = world.connect().await?;
        let mut look = world.connect().await?;
        conn.query_drop(LOCK).await?;
        let until = Instant::now() + lasts;
        while Instant::now() < until {
            let waiting: Vec<String> = look.query(WAITING).await?;
            let links = world.instances.iter().map(|instance| &instance.links[1]);
            let waits = links.map(|link| link.felt.count_own(&waiting));
            most = most.max(waits.max().unwrap_or(0));
            sleep(LOOK).await;
        }
        conn.query_drop("UNLOCK TABLES").await?;
        conn.disconnect().await?;
        Outcome::Ok(look.disconnect().await?)
    };
    let done = timeout(lasts + LONGEST, held).await;
    match done {
        Ok(Ok(())) if most >= POOL => Some(format!("{most} connections of an instance waited")),
        Ok(Ok(())) => none(&format!("no more than {most} connections of an instance waited")),
        Ok(Err(error)) => none(&error.to_string()),
        Err(_) => none("it took too long"),
    }
}

const LOCK: &str =
    "LOCK TABLES changes WRITE, members WRITE, messages WRITE, sessions WRITE, users WRITE";
const WAITING: &str =
    "SELECT host FROM information_schema.processlist WHERE state LIKE '%metadata lock%'";

/// How many connections an instance has, if nothing is set.
const POOL: usize = 16;

/// How long getting a lock may take beside holding it.
const LONGEST: Duration = Duration::from_secs(20);

/// Holds the row of a conversation in a transaction for so long. That the database goes away
/// meanwhile ends it.
async fn hold(world: &World, lasts: Duration, chat: &str) -> Option<String> {
    let lock = "SELECT id FROM conversations WHERE id = :id FOR UPDATE";
    let free = "SELECT id FROM conversations WHERE id = :id FOR UPDATE SKIP LOCKED";
    let id = uuid::Uuid::parse_str(chat).map(|id| id.as_bytes().to_vec());
    let held = async {
        let id = params! { "id" => id? };
        let mut conn = world.connect().await?;
        conn.query_drop("BEGIN").await?;
        let row: Option<Vec<u8>> = conn.exec_first(lock, id.clone()).await?;
        sleep(lasts).await;
        let mut other = world.connect().await?;
        let freed: Option<Vec<u8>> = other.exec_first(free, id).await?;
        conn.query_drop("ROLLBACK").await?;
        conn.disconnect().await?;
        other.disconnect().await?;
        Outcome::Ok(row.is_some() && freed.is_none())
    };
    match timeout(lasts + LONGEST, held).await {
        Ok(Ok(true)) => Some("to the end nobody else could lock it".to_owned()),
        Ok(Ok(false)) => none("somebody else could lock it"),
        Ok(Err(error)) => none(&error.to_string()),
        Err(_) => none("it took too long"),
    }
}

/// Says why a lock did not take hold.
fn none(why: &str) -> Option<String> {
    println!("a lock did not take hold: {why}");
    None
}

/// Which links there are, as `Instance` has them.
const _: () = assert!(Side::Clients as usize == 0 && Side::Bus as usize == 2);
