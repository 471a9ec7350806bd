//! Instances on the same truth, and the air between them, which loses, doubles, delays,
//! reorders and makes up what it carries.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use rand::Rng;
use uuid::Uuid;

use super::{
    log::Log,
    world::{Flaw, World},
};
use crate::{
    ids::{ConversationId, UserId},
    live::{Bus, Ear, Hub, Options, Published, Signal},
    metrics::Metrics,
    time::Timestamp,
};

/// A number that no log reaches.
pub(super) const FAR: i64 = 1_000_000_000_000;

struct Air {
    world: Arc<World>,
    ears: Vec<Mutex<Option<Arc<Ear>>>>,
    is_up: AtomicBool,
}

impl Air {
    fn hears(&self, node: usize, signal: Signal) {
        let ear = self.ears[node].lock().unwrap().clone();
        if let Some(ear) = ear {
            (ear.heard)(signal);
        }
    }

    /// Something that never happened.
    fn forge(&self) -> Signal {
        let talk = {
            let talks = self.world.talks();
            let known = self.world.rng().random_range(0..=talks.len());
            let unknown = || ConversationId::from(Uuid::from_u128(self.world.rng().random()));
            talks.get(known).map_or_else(unknown, |talk| talk.id)
        };
        let mut rng = self.world.rng();
        let (conversation, event_seq) = (talk, if rng.random() { FAR } else { -FAR });
        let people = &self.world.people;
        let user = people[rng.random_range(0..people.len())];
        match rng.random_range(0..4) {
            0 => Signal::Advanced { conversation, event_seq: FAR },
            1 => Signal::Membership { conversation, user },
            2 => Signal::Read { conversation, user, read_seq: FAR, event_seq },
            _ => {
                let (typing, expires_at) = (true, Timestamp::latest());
                let user = UserId::from(Uuid::from_u128(rng.random()));
                Signal::Typing { conversation, user, typing, expires_at, event_seq: FAR }
            }
        }
    }
}

/// One instance's way into the air.
struct Radio {
    air: Arc<Air>,
    node: usize,
}

impl Bus for Radio {
    fn start(&self, ear: Ear) {
        *self.air.ears[self.node].lock().unwrap() = Some(Arc::new(ear));
    }

    fn publish(&self, signal: Signal) -> Published {
        let (air, weather) = (&self.air, self.air.world.weather);
        for node in (0..air.ears.len()).filter(|node| *node != self.node) {
            let mut heard = vec![signal];
            if !air.is_up.load(Ordering::Relaxed) || air.world.chance(weather.lost) {
                heard.clear();
            }
            if air.world.chance(weather.doubled) {
                heard.push(signal);
            }
            if air.world.chance(weather.forged) {
                heard.push(air.forge());
            }
            for signal in heard {
                if !air.world.chance(weather.delayed) {
                    air.hears(node, signal);
                    continue;
                }
                let (air, delay) = (Arc::clone(air), air.world.rng().random_range(0..2_000));
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(delay)).await;
                    air.hears(node, signal);
                });
            }
        }
        Published::Sent
    }

    fn is_heard(&self) -> bool {
        self.air.is_up.load(Ordering::Relaxed)
    }
}

/// All instances.
pub(super) struct Nodes {
    pub(super) world: Arc<World>,
    pub(super) flaw: Option<Flaw>,
    hubs: Vec<Mutex<Hub<Log>>>,
    /// How often each has crashed.
    crashes: Vec<AtomicU64>,
    air: Arc<Air>,
}

impl Nodes {
    pub(super) fn start(world: &Arc<World>, count: usize, flaw: Option<Flaw>) -> Arc<Self> {
        let air = Arc::new(Air {
            world: Arc::clone(world),
            ears: (0..count).map(|_| Mutex::default()).collect(),
            is_up: AtomicBool::new(true),
        });
        let hubs = (0..count).map(|node| Mutex::new(hub(world, &air, node, flaw))).collect();
        let crashes = (0..count).map(|_| AtomicU64::new(0)).collect();
        Arc::new(Self { world: Arc::clone(world), flaw, hubs, crashes, air })
    }

    pub(super) fn count(&self) -> usize {
        self.hubs.len()
    }

    pub(super) fn hub(&self, node: usize) -> Hub<Log> {
        self.hubs[node].lock().unwrap().clone()
    }

    pub(super) fn crashes(&self, node: usize) -> u64 {
        self.crashes[node].load(Ordering::Relaxed)
    }

    /// Whoever follows there notices and goes elsewhere.
    pub(super) fn crash(&self, node: usize) {
        *self.hubs[node].lock().unwrap() = hub(&self.world, &self.air, node, self.flaw);
        self.crashes[node].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn set_air(&self, is_up: bool) {
        let was_up = self.air.is_up.swap(is_up, Ordering::Relaxed);
        if is_up && !was_up && self.flaw != Some(Flaw::NeverLooks) {
            for ear in &self.air.ears {
                let ear = ear.lock().unwrap().clone();
                ear.inspect(|ear| (ear.connected)());
            }
        }
    }
}

fn hub(world: &Arc<World>, air: &Arc<Air>, node: usize, flaw: Option<Flaw>) -> Hub<Log> {
    let never = Duration::from_secs(1_000_000);
    let options = match flaw {
        Some(Flaw::NeverLooks) => Options { reconcile: never, poll: never, ..Options::default() },
        _ => Options::default(),
    };
    Hub::start(
        Log::new(world, flaw),
        Box::new(Radio { air: Arc::clone(air), node }),
        options,
        Metrics::default(),
    )
}
