//! What was known when: how far a conversation was seen to reach by who had an acknowledgement.

use std::collections::HashMap;

use super::super::history::{Chat, History, Micros, Outcome};

/// By conversation when which numbers had been acknowledged, in order, each with the highest until
/// then: of messages, and of events.
pub(super) struct Heard(HashMap<Chat, Vec<(Micros, u32, u32)>>);

impl Heard {
    pub(super) fn of(history: &History) -> Self {
        let mut all: HashMap<Chat, Vec<(Micros, u32, u32)>> = HashMap::new();
        for ack in &history.acks {
            all.entry(ack.chat).or_default().push((ack.ret, ack.seq, ack.event_seq));
        }
        for change in &history.changes {
            if let Outcome::Done { ret, event_seq, .. } = change.outcome {
                all.entry(change.chat).or_default().push((ret, 0, event_seq));
            }
        }
        for list in all.values_mut() {
            list.sort_unstable();
            let mut highest = (0, 0);
            for (_, seq, event_seq) in list {
                highest = (highest.0.max(*seq), highest.1.max(*event_seq));
                (*seq, *event_seq) = highest;
            }
        }
        Self(all)
    }

    /// The last message and the last event that had been acknowledged before a moment.
    pub(super) fn before(&self, chat: Chat, at: Micros) -> (u32, u32) {
        let Some(list) = self.0.get(&chat) else { return (0, 0) };
        let before = list.partition_point(|(ret, ..)| *ret < at);
        list[..before].last().map_or((0, 0), |(_, seq, event_seq)| (*seq, *event_seq))
    }
}
