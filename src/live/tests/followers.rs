//! Followers who come with any cursor, stop reading, drop out in the middle and resume
//! elsewhere, and what each of them was given.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use rand::{Rng, rngs::StdRng};
use tokio::sync::{
    broadcast::{self, error::RecvError},
    watch,
};

use super::{
    log::{Log, Told},
    nodes::Nodes,
    world::{Ask, Flaw, Shown, Talk, What},
};
use crate::{
    ids::{ConversationId, UserId},
    live::{Change, Fault, Held, Inbox, Mark, Signal, Source, Standing, Step, Subscriber},
};

/// How far the play has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    /// Anything happens.
    Wild,
    /// Nothing new is written, and who follows stays.
    Calm,
    /// What was not told by now never will be.
    Done,
}

/// One stretch of following a conversation, from a cursor on.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) talk: ConversationId,
    pub(super) person: UserId,
    /// How the person truly stood when asked.
    pub(super) standing: Standing,
    pub(super) after: i64,
    pub(super) given: Vec<Given>,
    /// Whether it was there to the last, and so must have got everything.
    pub(super) is_whole: bool,
}

/// One thing that a follower was given.
#[derive(Debug)]
pub(super) enum Given {
    Event {
        number: i64,
        what: What,
        shown: Option<Shown>,
        hides: bool,
        /// How far the room had read before.
        room_head: i64,
        /// The last change whose work was theirs to see then.
        may_see: i64,
    },
    Passing {
        reached: Option<i64>,
    },
    Left,
    Over,
    Gone,
}

/// One stretch of following all conversations.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) person: UserId,
    pub(super) begun: Vec<Mark>,
    pub(super) given: Vec<Moved>,
    pub(super) is_whole: bool,
}

/// One change that a follower of all conversations was told.
#[derive(Clone, Copy, Debug)]
pub(super) enum Moved {
    Now { mark: Mark, view: Mark },
    Gone(ConversationId),
}

/// What all were given.
#[derive(Default)]
pub(super) struct Records {
    pub(super) walks: Mutex<Vec<Walk>>,
    pub(super) watched: Mutex<Vec<Watched>>,
}

/// Somebody who follows, again and again.
pub(super) struct Player {
    pub(super) nodes: Arc<Nodes>,
    pub(super) person: UserId,
    pub(super) rng: StdRng,
    pub(super) act: watch::Receiver<Act>,
    pub(super) records: Arc<Records>,
}

enum Walker {
    Careful(Box<Subscriber<Log>>),
    Hasty { signals: broadcast::Receiver<Signal>, log: Log, talk: ConversationId },
}

impl Walker {
    async fn next(&mut self) -> Result<Step<Told>, Fault> {
        let (signals, log, talk) = match self {
            Self::Careful(walk) => return walk.next().await,
            Self::Hasty { signals, log, talk } => (signals, log, *talk),
        };
        loop {
            let signal = match signals.recv().await {
                Ok(signal) => signal,
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return std::future::pending().await,
            };
            let Signal::Advanced { conversation, event_seq } = signal else { continue };
            if conversation != talk {
                continue;
            }
            let Ok(page) = log.page(talk, event_seq - 1, 1).await else { continue };
            if let Some(entry) = page.events.into_iter().next() {
                return Ok(Step::Entry { held: Held::new(entry), hides: false });
            }
        }
    }

    fn head(&self) -> i64 {
        match self {
            Self::Careful(walk) => walk.head(),
            Self::Hasty { .. } => 0,
        }
    }
}

impl Player {
    fn act(&self) -> Act {
        *self.act.borrow()
    }

    /// Waits, but gives up at some point, soon unless the play is calm; `None` if it gave up.
    async fn wait<T>(&mut self, next: impl Future<Output = T>) -> Option<T> {
        let (yields, millis) = match self.rng.random_range(0..4) {
            _ if self.act() >= Act::Calm => (0, 4_000),
            0 => (self.rng.random_range(0..12), 0),
            1 => (0, self.rng.random_range(0..20)),
            _ => (0, self.rng.random_range(0..4_000)),
        };
        let patience = async {
            for _ in 0..yields {
                tokio::task::yield_now().await;
            }
            if millis > 0 {
                tokio::time::sleep(Duration::from_millis(millis)).await;
            }
        };
        tokio::select! {
            biased;
            found = next => Some(found),
            () = patience => None,
        }
    }

    /// Does nothing for a while, sometimes.
    async fn idle(&mut self) {
        if self.act() == Act::Wild && self.rng.random_bool(0.08) {
            tokio::time::sleep(Duration::from_millis(self.rng.random_range(0..3_000))).await;
        }
    }

    /// Whether to stay at an instance for another step.
    fn stays(&mut self, node: usize, crashes: u64) -> bool {
        match self.act() {
            Act::Wild => self.rng.random_bool(0.98) && self.nodes.crashes(node) == crashes,
            Act::Calm => self.nodes.crashes(node) == crashes,
            Act::Done => false,
        }
    }

    fn node(&mut self) -> (usize, u64) {
        let node = self.rng.random_range(0..self.nodes.count());
        (node, self.nodes.crashes(node))
    }

    /// Follows one conversation until the end of the play.
    pub(super) async fn follow(mut self, talk: ConversationId) {
        let mut cursor = None;
        while self.act() != Act::Done {
            let is_last = self.act() == Act::Calm;
            let (node, crashes) = self.node();
            let person = self.person;
            let ask = |talks: &[Talk]| {
                let talk = talks.iter().find(|one| one.id == talk)?;
                Some((talk.standing(person)?, talk.is_over()))
            };
            let found = self.nodes.world.read(Ask::Standing, ask).await;
            let Ok(Some((standing, is_over))) = found else {
                if is_last && found.is_ok() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let head = standing.head;
            let after = cursor.unwrap_or_else(|| self.rng.random_range(0..=head));
            let begins_anew = |walk: &Walk| matches!(walk.given.last(), Some(Given::Gone));
            if is_over && after == head {
                return;
            }
            self.idle().await;
            let walk = Walk { talk, person, standing, after, given: Vec::new(), is_whole: false };
            let walk = self.walk(walk, (node, crashes)).await;
            cursor = Some(walk.position());
            if begins_anew(&walk) || walk.has_ended() && self.rng.random() {
                cursor = None;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let is_through = is_last && (walk.has_ended() || walk.is_whole);
            self.records.walks.lock().unwrap().push(walk);
            if is_through {
                return;
            }
        }
    }

    async fn walk(&mut self, mut walk: Walk, (node, crashes): (usize, u64)) -> Walk {
        let (hub, world) = (self.nodes.hub(node), Arc::clone(&self.nodes.world));
        let Walk { talk, person, standing, after, .. } = walk;
        let mut walker = if self.nodes.flaw == Some(Flaw::Hasty) {
            Walker::Hasty { signals: hub.listen(), log: hub.source().clone(), talk }
        } else {
            let believed = hub.source().believed(standing);
            Walker::Careful(Box::new(hub.follow(talk, person, believed, after)))
        };
        drop(hub);
        while self.stays(node, crashes) && !walk.has_ended() {
            self.idle().await;
            let room_head = walker.head();
            let Some(step) = self.wait(walker.next()).await else { continue };
            walk.given.push(match step {
                Ok(Step::Entry { held, hides }) => {
                    let Told { number, what, shown, .. } = **held;
                    let may_see = world.talk(talk).may_see(person);
                    Given::Event { number, what, shown, hides, room_head, may_see }
                }
                Ok(Step::Passing(signal)) => {
                    Given::Passing { reached: signal.event_seq().map(|(_, reached)| reached) }
                }
                Ok(Step::Left) => Given::Left,
                Ok(Step::Over) => Given::Over,
                Err(Fault::Gone) => Given::Gone,
            });
            if let Walker::Careful(walker) = &walker {
                assert_eq!(walker.position(), walk.position());
            }
        }
        walk.is_whole = self.act() == Act::Done;
        walk
    }

    /// Follows all conversations until the end of the play.
    pub(super) async fn watch(mut self) {
        while self.act() != Act::Done {
            self.idle().await;
            let (node, crashes) = self.node();
            let (hub, person) = (self.nodes.hub(node), self.person);
            let Some(Ok((inbox, begun))) = self.wait(hub.follow_all(person)).await else {
                tokio::task::yield_now().await;
                continue;
            };
            drop(hub);
            let mut watched = Watched { person, begun, given: Vec::new(), is_whole: false };
            while self.stays(node, crashes) {
                self.idle().await;
                if let Some(change) = self.wait(inbox.next()).await {
                    watched.given.push(moved(change));
                }
            }
            watched.is_whole = self.act() == Act::Done;
            self.records.watched.lock().unwrap().push(watched);
        }
    }
}

/// A change as it is noted.
pub(super) fn moved(change: Change<Mark>) -> Moved {
    match change {
        Change::Now(mark, view) => Moved::Now { mark, view: *view },
        Change::Gone(talk) => Moved::Gone(talk),
    }
}

/// All that lies in a mailbox now.
pub(super) async fn drain(inbox: &Inbox<Log>) -> Vec<Moved> {
    let mut found = Vec::new();
    while let Ok(change) = tokio::time::timeout(Duration::from_millis(1), inbox.next()).await {
        found.push(moved(change));
    }
    found
}

impl Walk {
    /// The last number that was given, or the cursor.
    pub(super) fn position(&self) -> i64 {
        let number = |given: &Given| match given {
            Given::Event { number, .. } => Some(*number),
            _ => None,
        };
        self.given.iter().rev().find_map(number).unwrap_or(self.after)
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.given.last(), Some(Given::Left | Given::Over | Given::Gone))
    }
}
