//! The truth, in memory: conversations with their logs, people who come and go. Reads of it
//! take their time, answer what was true at one moment of that, and sometimes fail.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::RangeInclusive,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::log::Scale;
use crate::{
    ids::{ConversationId, UserId},
    live::{Mark, Signal, Standing},
    time::Timestamp,
};

/// What is built wrong on purpose, to see that it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A follower hands out the event that a hint names.
    Hasty,
    /// Nobody looks whether or not a signal came.
    NeverLooks,
    /// A follower knows of its membership only what the log tells it.
    TrustsEvents,
    /// What lies in memory stays as it was read.
    KeepsOldWords,
}

/// How often things go wrong, in percent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weather {
    pub(super) failing: u32,
    pub(super) slow: u32,
    pub(super) untold: u32,
    pub(super) lost: u32,
    pub(super) doubled: u32,
    pub(super) delayed: u32,
    pub(super) forged: u32,
}

impl Weather {
    pub(super) const ROUGH: Self =
        Self { failing: 8, slow: 40, untold: 10, lost: 25, doubled: 15, delayed: 30, forged: 8 };
}

/// What an event is; messages by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Sent(i64),
    Changed(i64),
    Joined(UserId),
    Left(UserId),
    Over,
}

/// One conversation.
#[derive(Clone, Debug)]
pub(super) struct Talk {
    pub(super) id: ConversationId,
    pub(super) log: Vec<What>,
    /// By which events each message was changed.
    pub(super) messages: Vec<Vec<i64>>,
    pub(super) places: BTreeMap<UserId, Place>,
    /// The numbers of what is not kept any more.
    pub(super) lost: BTreeSet<i64>,
}

/// A person's place in a conversation.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// By which numbers they came and left, each time.
    pub(super) spans: Vec<(i64, Option<i64>)>,
    pub(super) read_seq: i64,
}

impl Place {
    pub(super) fn is_in(&self) -> bool {
        self.spans.last().is_some_and(|(_, left)| left.is_none())
    }
}

impl Talk {
    pub(super) fn head(&self) -> i64 {
        number(self.log.len())
    }

    pub(super) fn is_over(&self) -> bool {
        self.log.last() == Some(&What::Over)
    }

    pub(super) fn standing(&self, person: UserId) -> Option<Standing> {
        let (joined, left) = *self.places.get(&person)?.spans.last()?;
        Some(Standing { head: self.head(), joined, left })
    }

    pub(super) fn mark(&self, person: UserId) -> Option<Mark> {
        let place = self.places.get(&person).filter(|place| place.is_in() && !self.is_over())?;
        let (joined, _) = *place.spans.last()?;
        let (conversation, event_seq) = (self.id, self.head());
        Some(Mark { person, conversation, event_seq, read_seq: place.read_seq, joined })
    }

    /// The last change whose work a person may see.
    pub(super) fn may_see(&self, person: UserId) -> i64 {
        let last = self.places.get(&person).and_then(|place| place.spans.last());
        last.map_or(0, |(_, left)| left.unwrap_or(i64::MAX))
    }

    /// What the message of an event has become.
    pub(super) fn shown(&self, what: What) -> Option<Shown> {
        let (What::Sent(seq) | What::Changed(seq)) = what else { return None };
        let changes = &self.messages[index(seq)];
        Some(Shown { seq, revision: changes.len(), changed: changes.last().copied() })
    }

    pub(super) fn entries(
        &self,
        after: i64,
        limit: i64,
    ) -> impl Iterator<Item = (i64, What, Option<Shown>)> {
        let numbered = (1..).zip(&self.log).skip(usize::try_from(after).unwrap());
        let limited = numbered.take(usize::try_from(limit).unwrap());
        let kept = limited.filter(|(number, _)| !self.lost.contains(number));
        kept.map(|(number, what)| (number, *what, self.shown(*what)))
    }

    pub(super) fn send(&mut self) {
        self.messages.push(Vec::new());
        self.log.push(What::Sent(number(self.messages.len())));
    }

    pub(super) fn change(&mut self, seq: i64) {
        self.log.push(What::Changed(seq));
        let head = self.head();
        self.messages[index(seq)].push(head);
    }

    pub(super) fn join(&mut self, person: UserId) {
        self.log.push(What::Joined(person));
        let (head, read_seq) = (self.head(), number(self.messages.len()));
        let place = self.places.entry(person).or_default();
        place.spans.push((head, None));
        place.read_seq = read_seq;
    }

    /// Does not keep these events any more.
    pub(super) fn lose(&mut self, numbers: RangeInclusive<i64>) {
        self.lost.extend(numbers);
    }

    pub(super) fn leave(&mut self, person: UserId) {
        self.log.push(What::Left(person));
        let head = self.head();
        self.places.get_mut(&person).unwrap().spans.last_mut().unwrap().1 = Some(head);
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap()
}

fn index(seq: i64) -> usize {
    usize::try_from(seq - 1).unwrap()
}

/// A message as it was at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) seq: i64,
    pub(super) revision: usize,
    pub(super) changed: Option<i64>,
}

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Standing,
    Heads,
    Page,
    Marks,
    Views,
}

/// A read that is held between its moment and its answer.
pub(super) struct Pause {
    /// Ready when the moment has passed.
    pub(super) reached: oneshot::Receiver<()>,
    /// Lets the answer go; dropped, there is none.
    pub(super) release: oneshot::Sender<()>,
}

struct Held {
    ask: Ask,
    passed: oneshot::Sender<()>,
    released: oneshot::Receiver<()>,
}

/// See the top.
pub(super) struct World {
    talks: Mutex<Vec<Talk>>,
    rng: Mutex<StdRng>,
    pub(super) weather: Weather,
    pub(super) people: Vec<UserId>,
    /// How many bytes an event takes.
    pub(super) bytes: usize,
    pub(super) scale: Arc<Scale>,
    pauses: Mutex<Vec<Held>>,
    /// What was asked, in order.
    pub(super) asked: Mutex<Vec<Ask>>,
}

impl World {
    pub(super) fn new(seed: u64, talks: usize, people: usize, weather: Weather) -> Arc<Self> {
        let id = |kind: u128, n: usize| Uuid::from_u128((kind << 64) + n as u128);
        let talk = |n| Talk {
            id: ConversationId::from(id(1, n)),
            log: Vec::new(),
            messages: Vec::new(),
            places: BTreeMap::new(),
            lost: BTreeSet::new(),
        };
        Arc::new(Self {
            talks: Mutex::new((0..talks).map(talk).collect()),
            rng: Mutex::new(StdRng::seed_from_u64(seed)),
            weather,
            people: (0..people).map(|n| UserId::from(id(2, n))).collect(),
            bytes: 100,
            scale: Arc::default(),
            pauses: Mutex::default(),
            asked: Mutex::default(),
        })
    }

    pub(super) fn talks(&self) -> MutexGuard<'_, Vec<Talk>> {
        self.talks.lock().unwrap()
    }

    pub(super) fn talk(&self, id: ConversationId) -> Talk {
        self.talks().iter().find(|talk| talk.id == id).unwrap().clone()
    }

    /// Writes to the conversation with this index.
    pub(super) fn write<T>(&self, talk: usize, write: impl FnOnce(&mut Talk) -> T) -> T {
        write(&mut self.talks()[talk])
    }

    pub(super) fn marks_of(&self, person: UserId) -> Vec<Mark> {
        self.talks().iter().filter_map(|talk| talk.mark(person)).collect()
    }

    pub(super) fn rng(&self) -> MutexGuard<'_, StdRng> {
        self.rng.lock().unwrap()
    }

    pub(super) fn chance(&self, percent: u32) -> bool {
        percent > 0 && self.rng().random_range(0..100) < percent
    }

    /// The next such read is held between its moment and its answer.
    pub(super) fn hold(&self, ask: Ask) -> Pause {
        let ((passed, reached), (release, released)) = (oneshot::channel(), oneshot::channel());
        self.pauses.lock().unwrap().push(Held { ask, passed, released });
        Pause { reached, release }
    }

    /// Somebody does something; answers what is to be told.
    pub(super) fn act(&self) -> Vec<Signal> {
        let mut rng = self.rng();
        let mut talks = self.talks();
        let some = rng.random_range(0..talks.len());
        let (talk, user) = (&mut talks[some], self.people[rng.random_range(0..self.people.len())]);
        let (conversation, is_in) = (talk.id, talk.places.get(&user).is_some_and(Place::is_in));
        if talk.is_over() {
            return Vec::new();
        }
        let sent = number(talk.messages.len());
        let mut moved = None;
        match rng.random_range(0..1_000) {
            0..480 => talk.send(),
            480..740 if sent > 0 => {
                // Mostly what is new is changed, and sometimes something old.
                let oldest = if rng.random_bool(0.7) { (sent - 20).max(1) } else { 1 };
                talk.change(rng.random_range(oldest..=sent));
            }
            740..860 if is_in => {
                let place = talk.places.get_mut(&user).unwrap();
                place.read_seq = rng.random_range(place.read_seq..=sent.max(place.read_seq));
                let (read_seq, event_seq) = (place.read_seq, talk.head());
                return vec![Signal::Read { conversation, user, read_seq, event_seq }];
            }
            860..876 if is_in => {
                let (typing, event_seq) = (rng.random(), talk.head());
                let expires_at = Timestamp::latest();
                let typing = Signal::Typing { conversation, user, typing, expires_at, event_seq };
                return vec![typing];
            }
            876..880 => {
                // The oldest goes, and now and then something in between.
                let last = rng.random_range(0..=talk.head() / 2);
                let first = if rng.random() { 1 } else { last };
                talk.lose(first..=last);
                return Vec::new();
            }
            880..999 => {
                if is_in {
                    talk.leave(user);
                } else {
                    talk.join(user);
                }
                moved = Some(Signal::Membership { conversation, user });
            }
            999 => {
                talk.log.push(What::Over);
                let members = talk.places.iter().filter(|(_, place)| place.is_in());
                let gone =
                    members.map(|(user, _)| Signal::Membership { conversation, user: *user });
                let over = Signal::Advanced { conversation, event_seq: talk.head() };
                return std::iter::once(over).chain(gone).collect();
            }
            _ => return Vec::new(),
        }
        let advanced = Signal::Advanced { conversation, event_seq: talk.head() };
        std::iter::once(advanced).chain(moved).collect()
    }

    /// Some time passes, or none.
    pub(super) async fn dawdle(&self) {
        if !self.chance(self.weather.slow) {
            return;
        }
        let (yields, millis) = {
            let mut rng = self.rng();
            let millis = if rng.random_bool(0.3) { rng.random_range(0..60) } else { 0 };
            (rng.random_range(0..6), millis)
        };
        for _ in 0..yields {
            tokio::task::yield_now().await;
        }
        if millis > 0 {
            tokio::time::sleep(Duration::from_millis(millis)).await;
        }
    }

    /// Reads what is true at one moment.
    pub(super) async fn read<T>(
        &self,
        ask: Ask,
        question: impl FnOnce(&[Talk]) -> T + Send,
    ) -> Result<T, Down> {
        self.asked.lock().unwrap().push(ask);
        self.dawdle().await;
        let answer = question(&self.talks());
        let pause = {
            let mut pauses = self.pauses.lock().unwrap();
            let held = pauses.iter().position(|held| held.ask == ask);
            held.map(|held| pauses.remove(held))
        };
        if let Some(Held { passed, released, .. }) = pause {
            let _ = passed.send(());
            released.await.map_err(|_| Down)?;
        }
        self.dawdle().await;
        if self.chance(self.weather.failing) { Err(Down) } else { Ok(answer) }
    }
}

/// The database did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Down;

impl fmt::Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("down")
    }
}
