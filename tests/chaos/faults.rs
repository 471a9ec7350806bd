//! Breaks things, and mends them.

use std::{path::Path, time::Duration};

use mysql_async::{params, prelude::Queryable};
use tokio::time::{sleep, timeout};

use crate::{
    bus::Noise,
    clients::Shared,
    history::{Chat, Fault, Hit},
    proxy::Mode,
    schedule::{Kind, Plan, Side},
    world::{Outcome, World},
};

/// By how much a clock is set off, in seconds: a token is good for a day.
const JUMPS: [&str; 8] = ["+2", "-2", "+90", "-90", "+3600", "-3600", "+200000", "-200000"];

/// How long libfaketime goes on with what it has read.
const CLOCK: Duration = Duration::from_millis(1_100);

/// Does one fault from its beginning to its end.
pub(crate) async fn strike(
    world: &World,
    shared: &Shared,
    folder: &Path,
    mut plan: Plan,
) -> Outcome<Fault> {
    let instance = &world.instances[plan.instance];
    let chat = Chat::try_from(plan.detail.below(shared.cast.chats.len()))?;
    let begun = shared.now();
    match plan.kind {
        Kind::KillInstance => {
            instance.kill().await?;
            sleep(plan.lasts).await;
            instance.start().await?;
        }
        Kind::StopInstance => {
            instance.signal("STOP").await?;
            sleep(plan.lasts).await;
            instance.signal("CONT").await?;
        }
        Kind::KillDatabase => {
            world.mysql.kill().await?;
            sleep(plan.lasts).await;
            world.mysql.start_again().await?;
        }
        Kind::RestartDatabase => {
            world.mysql.shut_down().await?;
            sleep(plan.lasts).await;
            world.mysql.start_again().await?;
        }
        Kind::KillBus => {
            world.kill_nats().await?;
            sleep(plan.lasts).await;
            world.start_nats(folder).await?;
        }
        Kind::DisturbBus => {
            world.disturb(Noise { lost: 30, doubled: 30, late: 30 });
            sleep(plan.lasts).await;
            world.disturb(Noise::NONE);
        }
        Kind::Cut(side) | Kind::HalfOpen(side) | Kind::Delay(side) | Kind::Throttle(side) => {
            let link = &instance.links[side as usize];
            link.set(match plan.kind {
                Kind::HalfOpen(_) => Mode::HalfOpen,
                Kind::Delay(_) => Mode::Delay(plan.detail.millis(20, 500)),
                Kind::Throttle(_) => Mode::Throttle(2_000 + plan.detail.below(40_000)),
                _ => Mode::Cut,
            });
            sleep(plan.lasts).await;
            link.set(Mode::Pass);
        }
        Kind::ExhaustPool => {
            // Nothing gets past the table of sessions, and what waits there has a connection.
            hold(world, plan.lasts, "LOCK TABLES sessions WRITE", None).await;
        }
        Kind::HoldRow => {
            let id = uuid::Uuid::parse_str(&shared.cast.talk(chat).id)?.as_bytes().to_vec();
            let lock = "SELECT id FROM conversations WHERE id = :id FOR UPDATE";
            hold(world, plan.lasts, lock, Some(id)).await;
        }
        Kind::JumpClock => {
            instance.set_clock(plan.detail.one::<&str>(&JUMPS))?;
            sleep(plan.lasts).await;
            instance.set_clock("+0")?;
            sleep(CLOCK).await;
        }
    }
    let over = shared.now();
    let is_kill = matches!(plan.kind, Kind::KillInstance | Kind::KillDatabase | Kind::KillBus);
    Ok(Fault {
        kind: plan.kind.name(),
        begun,
        over,
        counts_from: if is_kill { begun } else { over },
        is_fresh: is_kill,
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

/// Holds a lock in the database for so long. That the database goes away meanwhile ends it.
async fn hold(world: &World, lasts: Duration, lock: &str, id: Option<Vec<u8>>) {
    let held = async {
        let mut conn = world.mysql.connect().await?;
        conn.query_drop(format!("USE {}", world.mysql.database())).await?;
        conn.query_drop("BEGIN").await?;
        match id {
            Some(id) => conn.exec_drop(lock, params! { "id" => id }).await?,
            None => conn.query_drop(lock).await?,
        }
        sleep(lasts).await;
        conn.query_drop("ROLLBACK").await?;
        conn.query_drop("UNLOCK TABLES").await?;
        Outcome::Ok(conn.disconnect().await?)
    };
    let _ = timeout(lasts + Duration::from_secs(20), held).await;
}

/// Which links there are, as `Instance` has them.
const _: () = assert!(Side::Clients as usize == 0 && Side::Bus as usize == 2);
