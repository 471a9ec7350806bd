//! Everybody who talks to the server, over the real wire, and keeps a record of it.

pub(crate) mod cast;
mod changer;
mod editor;
mod follower;
pub(crate) mod http;
mod live;
pub(crate) mod names;
mod outsider;
mod reader;
mod writer;

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep},
};

use self::cast::{Cast, Kind};
use crate::{
    dice::Dice,
    history::{
        Ack, By, Change, Chat, Denial, Follower, History, Intrusion, Micros, Move, Page, Person,
        Send, Stream,
    },
};

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Everybody does what they do.
    Running,
    /// Nothing new is said: who has sent something finds out what became of it, and who follows
    /// catches up.
    Settling,
    /// Everybody goes home.
    Over,
}

/// How many there are of each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crowd {
    /// Where much is said, and where people come and go.
    pub(crate) writers: u16,
    pub(crate) comers: u16,
    pub(crate) readers: u16,
    pub(crate) editors: u16,
    pub(crate) follows: bool,
    /// Of how many messages one is sent twice at once, and one is sent by who hangs up.
    pub(crate) doubles: usize,
}

/// What all of them share.
pub(crate) struct Shared {
    pub(crate) cast: Cast,
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) dice: Dice,
    pub(crate) acked: AtomicU64,
    pub(crate) told: AtomicU64,
    /// How far each follower has come.
    pub(crate) positions: Vec<(Place, AtomicU32)>,
    pub(crate) doubles: usize,
    /// The id of a message that somebody saw, for who has no business with it.
    noted: Mutex<String>,
    /// Whether all is well for a while, and who writes without a pause takes one.
    pub(crate) is_calm: AtomicBool,
    stage: watch::Sender<Stage>,
    began: Instant,
}

/// Who follows what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) person: Person,
    pub(crate) chat: Chat,
    pub(crate) by: By,
}

impl Shared {
    pub(crate) fn now(&self) -> Micros {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Milliseconds.
    fn millis(&self) -> u32 {
        u32::try_from(self.began.elapsed().as_millis()).unwrap_or(u32::MAX)
    }

    pub(crate) fn is(&self, stage: Stage) -> bool {
        *self.stage.borrow() == stage
    }

    pub(crate) fn enter(&self, stage: Stage) {
        self.stage.send_replace(stage);
    }

    fn note(&self, message: &str) {
        message.clone_into(&mut self.noted.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn noted(&self) -> String {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for a stage.
    async fn until(&self, stage: Stage) {
        // The sender is here.
        let _ = self.stage.subscribe().wait_for(|now| *now >= stage).await;
    }

    /// Rests, but not longer than the stage.
    async fn rest(&self, time: Duration, stage: Stage) {
        tokio::select! {
            () = sleep(time) => {}
            () = self.until(stage) => {}
        }
    }
}

/// What one of them has seen.
pub(crate) enum Seen {
    Writer(Vec<Send>, Vec<Ack>),
    Editor(Vec<Change>),
    Changer(Vec<Move>),
    Follower(Vec<Stream>),
    Reader(Vec<Page>, Vec<Denial>),
    Outsider(Vec<Intrusion>, Vec<Send>, Vec<Ack>),
}

/// The tasks of everybody.
pub(crate) struct Clients {
    pub(crate) shared: Arc<Shared>,
    followers: Vec<Follower>,
    writers: JoinSet<Seen>,
    others: JoinSet<Seen>,
}

impl Clients {
    pub(crate) fn start(cast: Cast, addresses: Vec<SocketAddr>, crowd: Crowd, dice: &Dice) -> Self {
        let plans = if crowd.follows { follower::plans(&cast) } else { Vec::new() };
        let followers = (0..).zip(&plans).map(|(number, plan)| {
            let (Place { person, chat, by }, is_prompt) = (plan.place, plan.is_prompt());
            Follower { number, person, chat, by, is_prompt }
        });
        let followers = followers.collect();
        let shared = Arc::new(Shared {
            cast,
            addresses,
            dice: dice.clone(),
            acked: AtomicU64::new(0),
            told: AtomicU64::new(0),
            positions: plans.iter().map(|plan| (plan.place, AtomicU32::new(0))).collect(),
            doubles: crowd.doubles,
            noted: Mutex::default(),
            is_calm: AtomicBool::new(false),
            stage: watch::Sender::new(Stage::Running),
            began: Instant::now(),
        });
        let (mut writers, mut others) = (JoinSet::new(), JoinSet::new());
        let mut number = 0;
        let mut write = |kind, chats: Vec<Chat>| {
            number += 1;
            writers.spawn(writer::write(Arc::clone(&shared), number, kind, chats));
        };
        for n in 0..crowd.writers {
            let busy = shared.cast.kind(Kind::Busy);
            // Some hold one conversation under pressure.
            write(Kind::Busy, if n % 8 == 0 { vec![busy[0]] } else { busy });
        }
        for _ in 0..crowd.comers {
            write(Kind::Changing, shared.cast.kind(Kind::Changing));
        }
        for quiet in shared.cast.kind(Kind::Quiet) {
            write(Kind::Quiet, vec![quiet]);
        }
        for chat in shared.cast.kind(Kind::Changing) {
            writers.spawn(changer::change(Arc::clone(&shared), chat));
        }
        for _ in 0..crowd.editors {
            number += 1;
            writers.spawn(editor::edit(Arc::clone(&shared), number));
        }
        for person in Cast::outsiders() {
            number += 1;
            others.spawn(outsider::intrude(Arc::clone(&shared), number, person));
        }
        for (follower, plan) in (0..).zip(plans) {
            others.spawn(follower::follow(Arc::clone(&shared), follower, plan));
        }
        for reader in 0..crowd.readers {
            others.spawn(reader::read(Arc::clone(&shared), reader));
        }
        Self { shared, followers, writers, others }
    }

    /// Waits until whoever writes knows what became of everything.
    pub(crate) async fn finish_writing(&mut self, history: &mut History) {
        while let Some(done) = self.writers.join_next().await {
            add(history, done.expect("a client does not panic"));
        }
    }

    /// Waits for all others.
    pub(crate) async fn finish(mut self, history: &mut History) {
        self.shared.enter(Stage::Over);
        while let Some(done) = self.others.join_next().await {
            add(history, done.expect("a client does not panic"));
        }
        history.followers = self.followers;
        history.streams.sort_by_key(|stream| (stream.follower, stream.opened));
    }

    /// The followers who have not come as far as `end` says of their place.
    pub(crate) fn behind(&self, end: impl Fn(Place) -> u32) -> usize {
        let positions = self.shared.positions.iter();
        positions.filter(|(place, at)| at.load(Ordering::Relaxed) < end(*place)).count()
    }
}

fn add(history: &mut History, seen: Seen) {
    match seen {
        Seen::Writer(sends, acks) => {
            history.sends.extend(sends);
            history.acks.extend(acks);
        }
        Seen::Editor(changes) => history.changes.extend(changes),
        Seen::Changer(moves) => history.moves.extend(moves),
        Seen::Follower(streams) => history.streams.extend(streams),
        Seen::Reader(pages, denials) => {
            history.pages.extend(pages);
            history.denials.extend(denials);
        }
        Seen::Outsider(intrusions, sends, acks) => {
            history.intrusions.extend(intrusions);
            history.sends.extend(sends);
            history.acks.extend(acks);
        }
    }
}
