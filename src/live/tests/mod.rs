//! The live part against a model of the log: whatever readers, writers, instances and the
//! air between them do, everybody is given what is theirs, all of it and nothing else; and
//! what is built wrong on purpose is found.

mod check;
mod followers;
mod inboxes;
mod limits;
mod log;
mod nodes;
mod walks;
mod world;

use std::{sync::Arc, time::Duration};

use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::sync::watch;

use self::{
    check::{Broken, Complaint, complaints},
    followers::{Act, Player, Records},
    nodes::Nodes,
    world::{Flaw, Weather, World},
};

/// What is played.
#[derive(Clone, Copy)]
struct Play {
    weather: Weather,
    flaw: Option<Flaw>,
    /// How much is written before and while others follow.
    before: usize,
    during: usize,
    talks: usize,
}

impl Play {
    const ROUGH: Self =
        Self { weather: Weather::ROUGH, flaw: None, before: 900, during: 700, talks: 3 };
}

/// Plays to the end on a clock of its own; what everybody was given is answered for by the
/// checker.
fn play(seed: u64, play: Play) -> Vec<Complaint> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(stage(seed, play))
}

async fn stage(seed: u64, play: Play) -> Vec<Complaint> {
    let Play { weather, flaw, before, during, talks } = play;
    let mut rng = StdRng::seed_from_u64(seed);
    let world = World::new(rng.random(), talks, 5, weather);
    for talk in 0..talks {
        world.write(talk, |talk| talk.join(world.people[0]));
    }
    for _ in 0..rng.random_range(0..=before) {
        world.act();
    }
    let nodes = Nodes::start(&world, 3, flaw);
    let (acts, act) = watch::channel(Act::Wild);
    let records = Arc::new(Records::default());
    let mut players = Vec::new();
    let ids: Vec<_> = world.talks().iter().map(|talk| talk.id).collect();
    for person in &world.people {
        let mut player = || Player {
            nodes: Arc::clone(&nodes),
            person: *person,
            rng: StdRng::seed_from_u64(rng.random()),
            act: act.clone(),
            records: Arc::clone(&records),
        };
        for id in &ids {
            players.push(tokio::spawn(player().follow(*id)));
            players.push(tokio::spawn(player().follow(*id)));
        }
        players.push(tokio::spawn(player().watch()));
        players.push(tokio::spawn(player().watch()));
    }
    write(&nodes, &mut rng, during).await;
    acts.send_replace(Act::Calm);
    tokio::time::sleep(Duration::from_secs(90)).await;
    acts.send_replace(Act::Done);
    for player in players {
        player.await.unwrap();
    }
    let (walks, watched) = (records.walks.lock().unwrap(), records.watched.lock().unwrap());
    complaints(&world, &walks, &watched)
}

/// Writes, at any instance, and tells of it sooner, later or never; now and then an instance
/// crashes or the air is down.
async fn write(nodes: &Arc<Nodes>, rng: &mut StdRng, steps: usize) {
    for _ in 0..steps {
        let node = rng.random_range(0..nodes.count());
        let signals = nodes.world.act();
        if !nodes.world.chance(nodes.world.weather.untold) {
            let (hub, delay) = (nodes.hub(node), rng.random_range(0..80_u64).saturating_sub(50));
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(delay)).await;
                for signal in signals {
                    hub.tell(signal);
                }
            });
        }
        match rng.random_range(0..300) {
            0 if nodes.flaw != Some(Flaw::NeverLooks) => nodes.crash(node),
            1..=3 => nodes.set_air(false),
            4..=12 => nodes.set_air(true),
            _ => {}
        }
        let millis = match rng.random_range(0..10) {
            0 => rng.random_range(0..600),
            1..4 => rng.random_range(0..10),
            _ => 0,
        };
        if millis > 0 {
            tokio::time::sleep(Duration::from_millis(millis)).await;
        } else if rng.random() {
            tokio::task::yield_now().await;
        }
    }
}

#[test]
fn everybody_is_given_what_is_theirs_whatever_goes_wrong() {
    for seed in 0..12 {
        let found = play(seed, Play::ROUGH);
        assert!(found.is_empty(), "seed {seed}: {found:#?}");
    }
}

#[test]
fn everybody_is_given_what_is_theirs_when_nothing_goes_wrong() {
    for seed in 0..6 {
        let found = play(seed, Play { weather: Weather::default(), ..Play::ROUGH });
        assert!(found.is_empty(), "seed {seed}: {found:#?}");
    }
}

/// Whether the checker finds this, in some of a few plays.
fn is_found(flaw: Flaw, broken: Broken) -> bool {
    (0..6).any(|seed| {
        let found = play(seed, Play { flaw: Some(flaw), ..Play::ROUGH });
        found.iter().any(|complaint| complaint.broken == broken)
    })
}

#[test]
fn a_follower_that_trusts_hints_is_found_out() {
    assert!(is_found(Flaw::Hasty, Broken::Order));
}

#[test]
fn a_hub_that_never_looks_is_found_out() {
    assert!(is_found(Flaw::NeverLooks, Broken::Unfinished));
}

#[test]
fn a_follower_that_does_not_read_its_membership_is_found_out() {
    assert!(is_found(Flaw::TrustsEvents, Broken::Removal));
    assert!(is_found(Flaw::TrustsEvents, Broken::Sight));
}

#[test]
fn a_ring_that_keeps_old_words_is_found_out() {
    assert!(is_found(Flaw::KeepsOldWords, Broken::OldWords));
}
