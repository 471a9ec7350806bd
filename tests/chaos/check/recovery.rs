//! How long it took after each fault until everybody whom it afflicted could go on.

use std::collections::{BTreeMap, HashMap};

use super::super::history::{Ack, By, Chat, Fate, Fault, Follower, History, Hit, Key, Micros};

/// The faults of one kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Recovery {
    /// How many took hold, and how many did not.
    pub(crate) faults: usize,
    pub(crate) missed: usize,
    pub(crate) writers: Times,
    pub(crate) subscribers: Times,
}

/// How long it took, of one kind of fault.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// Sorted.
    pub(crate) took: Vec<Micros>,
    /// After how many somebody never could go on.
    pub(crate) never: usize,
}

impl Times {
    /// The time within which so many of a hundred were over.
    pub(crate) fn percentile(&self, percent: usize) -> Option<Micros> {
        let all = self.took.len() + self.never;
        let rank = (all * percent).div_ceil(100).max(1);
        self.took.get(rank - 1).copied()
    }

    /// Adds the longest; nothing if nobody was afflicted.
    fn add(&mut self, waits: impl Iterator<Item = Wait>) {
        match waits.max() {
            Some(Wait::For(time)) => self.took.push(time),
            Some(Wait::Ever) => self.never += 1,
            None => {}
        }
    }
}

/// How long somebody waited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wait {
    For(Micros),
    Ever,
}

impl Wait {
    /// From one moment to another, if that came.
    fn until(from: Micros, to: Option<Micros>) -> Self {
        to.map_or(Self::Ever, |to| Self::For(to.saturating_sub(from)))
    }
}

/// A message that was acknowledged, or never came to be known.
struct Said {
    chat: Chat,
    call: Micros,
    /// The first acknowledgement.
    known: Option<Micros>,
}

/// By kind of fault. Recovery counts from the end of the fault, of what is killed from that moment.
/// For writers it lasts until every message that was without an answer then has its acknowledgement,
/// and each instance that was hit has acknowledged one that was tried after. For subscribers it lasts
/// until each who reads at once has been told of something that was said after.
pub(crate) fn recoveries(history: &History) -> BTreeMap<&'static str, Recovery> {
    let mut first: HashMap<Key, Micros> = HashMap::with_capacity(history.acks.len());
    for ack in &history.acks {
        let ret = first.entry(ack.key).or_insert(ack.ret);
        *ret = (*ret).min(ack.ret);
    }
    let calls: HashMap<Key, Micros> =
        history.sends.iter().map(|send| (send.key, send.call)).collect();
    let is_meant = |fate| matches!(fate, Fate::Acknowledged | Fate::Unknown);
    let sends = history.sends.iter().filter(|send| is_meant(send.fate));
    let said: Vec<Said> = sends
        .map(|send| Said { chat: send.chat, call: send.call, known: first.get(&send.key).copied() })
        .collect();
    let instances = Instances::of(history);
    let prompt = history.followers.iter().filter(|one| one.is_prompt);
    let followed: Vec<_> = prompt.map(|one| Followed::of(*one, history, &calls)).collect();
    let mut all: BTreeMap<&'static str, Recovery> = BTreeMap::new();
    for fault in &history.faults {
        let recovery = all.entry(fault.kind).or_default();
        if fault.took.is_none() {
            recovery.missed += 1;
            continue;
        }
        recovery.faults += 1;
        recovery.writers.add(open(fault, &said).chain(instances.waits(fault)));
        recovery.subscribers.add(followed.iter().filter_map(|one| one.wait(fault)));
    }
    for recovery in all.values_mut() {
        recovery.writers.took.sort_unstable();
        recovery.subscribers.took.sort_unstable();
    }
    all
}

/// How long the messages took that were without an answer when it began to count.
fn open<'h>(fault: &'h Fault, said: &'h [Said]) -> impl Iterator<Item = Wait> + 'h {
    let from = fault.counts_from;
    let is_hit = |one: &&Said| match fault.hit {
        Hit::Chat(chat) => one.chat == chat,
        Hit::Instance(_) | Hit::Everything => true,
    };
    let open = said.iter().filter(is_hit).filter(move |one| one.call < from);
    let open = open.filter(move |one| one.known.is_none_or(|known| known >= from));
    open.map(move |one| Wait::until(from, one.known))
}

/// Of each instance by when a try was begun when it was acknowledged, or the first after it.
struct Instances(BTreeMap<u8, Vec<(Micros, Micros)>>);

impl Instances {
    fn of(history: &History) -> Self {
        let mut all: BTreeMap<u8, Vec<(Micros, Micros)>> = BTreeMap::new();
        for ack in &history.acks {
            all.entry(ack.instance).or_default().push((ack.call, ack.ret));
        }
        for list in all.values_mut() {
            list.sort_unstable();
            let mut first = Micros::MAX;
            for (_, ret) in list.iter_mut().rev() {
                first = first.min(*ret);
                *ret = first;
            }
        }
        Self(all)
    }

    /// How long each that was hit took to acknowledge something new.
    fn waits(&self, fault: &Fault) -> impl Iterator<Item = Wait> {
        let from = fault.counts_from;
        let hit: Vec<_> = match fault.hit {
            Hit::Instance(one) => vec![self.0.get(&one)],
            Hit::Everything => self.0.values().map(Some).collect(),
            Hit::Chat(_) => Vec::new(),
        };
        hit.into_iter().map(move |list| {
            let next = list.and_then(|all| all.get(all.partition_point(|(call, _)| *call < from)));
            Wait::until(from, next.map(|(_, ret)| *ret))
        })
    }
}

/// What somebody was told who reads at once.
struct Followed {
    chat: Chat,
    /// By when it was first sent the number of a message, or the lowest of all after it.
    said: Vec<(Micros, u32)>,
    /// When they were first told so far.
    told: Vec<(u32, Micros)>,
}

impl Followed {
    fn of(follower: Follower, history: &History, calls: &HashMap<Key, Micros>) -> Self {
        let Follower { number: follower, chat, by, .. } = follower;
        let acks = history.acks.iter().filter(|ack| ack.chat == chat);
        let number = |ack: &Ack| match by {
            By::Events => ack.event_seq,
            By::Messages => ack.seq,
        };
        let call = |ack: &Ack| calls.get(&ack.key).copied();
        let mut said: Vec<_> = acks.filter_map(|ack| Some((call(ack)?, number(ack)))).collect();
        said.sort_unstable();
        let mut lowest = u32::MAX;
        for (_, number) in said.iter_mut().rev() {
            lowest = lowest.min(*number);
            *number = lowest;
        }
        let streams = history.streams.iter().filter(|stream| stream.follower == follower);
        let mut told: Vec<(u32, Micros)> = Vec::new();
        for item in streams.flat_map(|stream| &stream.items) {
            if told.last().is_none_or(|(number, _)| item.number > *number) {
                told.push((item.number, u64::from(item.at) * 1_000));
            }
        }
        Self { chat, said, told }
    }

    /// How long it took until they were told of something that was said after; none if the fault
    /// did not hit them or nothing was said.
    fn wait(&self, fault: &Fault) -> Option<Wait> {
        if matches!(fault.hit, Hit::Chat(chat) if chat != self.chat) {
            return None;
        }
        let from = fault.counts_from;
        let (_, number) = self.said.get(self.said.partition_point(|(call, _)| *call < from))?;
        let told = self.told.get(self.told.partition_point(|(told, _)| told < number));
        Some(Wait::until(from, told.map(|(_, at)| *at)))
    }
}
