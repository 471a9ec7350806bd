//! How long it took after each fault until a send was acknowledged again.

use std::collections::BTreeMap;

use super::super::history::{Ack, History, Hit, Micros};

/// The faults of one kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Recovery {
    pub(crate) faults: usize,
    /// Sorted.
    pub(crate) took: Vec<Micros>,
    /// After which nothing was acknowledged any more.
    pub(crate) never: usize,
}

impl Recovery {
    /// The time within which so many of a hundred were over.
    pub(crate) fn percentile(&self, percent: usize) -> Option<Micros> {
        let rank = (self.took.len() * percent).div_ceil(100).max(1);
        self.took.get(rank - 1).copied()
    }
}

/// By kind of fault, from its end (or its beginning, for what is killed) to the next
/// acknowledged send through the afflicted instance or in the afflicted conversation.
pub(crate) fn recoveries(history: &History) -> BTreeMap<&'static str, Recovery> {
    let mut acks: Vec<&Ack> = history.acks.iter().collect();
    acks.sort_unstable_by_key(|ack| ack.ret);
    let mut all: BTreeMap<&'static str, Recovery> = BTreeMap::new();
    for fault in &history.faults {
        let from = fault.counts_from;
        let later = &acks[acks.partition_point(|ack| ack.ret < from)..];
        let next = later.iter().find(|ack| {
            let is_hit = match fault.hit {
                Hit::Instance(instance) => ack.instance == instance,
                Hit::Chat(chat) => ack.chat == chat,
                Hit::Everything => true,
            };
            is_hit && (!fault.is_fresh || ack.call >= from)
        });
        let recovery = all.entry(fault.kind).or_default();
        recovery.faults += 1;
        match next {
            Some(ack) => recovery.took.push(ack.ret - from),
            None => recovery.never += 1,
        }
    }
    for recovery in all.values_mut() {
        recovery.took.sort_unstable();
    }
    all
}
