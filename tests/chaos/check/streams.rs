//! What subscribers got beside what is stored.

use std::collections::{HashMap, HashSet};

use super::{
    super::history::{By, Chat, End, History, Intrusion, Row, Stored, Stream},
    Findings, Rule,
    members::Members,
};

/// The logs by both of their numbers.
pub(super) struct Logs<'s> {
    stored: &'s Stored,
    /// Of each conversation the places of its messages, by number.
    messages: Vec<Vec<usize>>,
}

impl<'s> Logs<'s> {
    pub(super) fn index(stored: &'s Stored) -> Self {
        let places = |rows: &[Row]| {
            let mut places: Vec<_> = rows
                .iter()
                .enumerate()
                .filter(|(_, row)| row.seq().is_some())
                .map(|(n, _)| n)
                .collect();
            places.sort_by_key(|place| rows[*place].seq());
            places
        };
        Self { stored, messages: stored.logs.iter().map(|log| places(&log.rows)).collect() }
    }

    /// What has a number in the database.
    pub(super) fn row(&self, chat: Chat, by: By, number: u32) -> Option<&'s Row> {
        let chat = usize::from(chat);
        let rows = &self.stored.logs.get(chat)?.rows;
        match by {
            By::Events => {
                rows.binary_search_by_key(&number, |row| row.event_seq).ok().map(|n| &rows[n])
            }
            By::Messages => {
                let places = self.messages.get(chat)?;
                let found = places.binary_search_by_key(&Some(number), |place| rows[*place].seq());
                found.ok().map(|n| &rows[places[n]])
            }
        }
    }

    /// The last number up to an event.
    fn last(&self, chat: Chat, by: By, event: u32) -> u32 {
        match by {
            By::Events => event,
            By::Messages => {
                let Some(log) = self.stored.logs.get(usize::from(chat)) else { return 0 };
                let until = log.rows.partition_point(|row| row.event_seq <= event);
                log.rows[..until].iter().rev().find_map(Row::seq).unwrap_or(0)
            }
        }
    }

    pub(super) fn head(&self, chat: Chat) -> u32 {
        self.stored.logs.get(usize::from(chat)).map_or(0, |log| log.event_seq)
    }
}

pub(super) fn check(
    history: &History,
    logs: &Logs<'_>,
    members: &Members,
    findings: &mut Findings,
) {
    let mut lasts: HashMap<u16, &Stream> = HashMap::new();
    let mut furthest: HashMap<u16, u32> = HashMap::new();
    let mut ended: HashSet<u16> = HashSet::new();
    for stream in &history.streams {
        one(stream, logs, members, findings);
        let reached = stream.items.last().map_or(stream.after, |item| item.number);
        let far = furthest.entry(stream.follower).or_default();
        *far = (*far).max(reached);
        if stream.end == End::Left {
            ended.insert(stream.follower);
        }
        lasts.insert(stream.follower, stream);
    }
    for (follower, stream) in lasts {
        let Stream { person, chat, by, .. } = *stream;
        // Who never was in has no end, and may have got nothing: `one` has looked.
        let Some(last) = members.last(chat, person, logs.head(chat)) else { continue };
        let (last, reached) = (logs.last(chat, by, last), furthest[&follower]);
        if reached < last {
            findings.add(Rule::End, || {
                let (stays, count) = (members.stays(chat, person), stream.items.len());
                format!(
                    "{follower} ({person} in {chat}, {by:?}) has {reached} of {last}, in {stays:?}; \
                     last opened at {} with {count} items until {:?}",
                    stream.opened, stream.end
                )
            });
        }
    }
    for intrusion in &history.intrusions {
        let Intrusion { person, chat, what, answer } = intrusion;
        if let Some(answer) = answer {
            findings.add(Rule::Outsider, || format!("{person} in {chat}, {what}: {answer}"));
        }
    }
}

fn one(stream: &Stream, logs: &Logs<'_>, members: &Members, findings: &mut Findings) {
    let Stream { follower, person, chat, by, after, .. } = *stream;
    let never_in = members.stays(chat, person).is_empty();
    if never_in && !stream.items.is_empty() {
        findings.add(Rule::Outsider, || format!("{follower}: {person} in {chat} got items"));
        return;
    }
    if stream.end == End::Resync {
        findings.add(Rule::Stream, || format!("{follower} was refused {after} of {chat}"));
    }
    for (item, expected) in stream.items.iter().zip(after + 1..) {
        if item.number != expected {
            findings.add(Rule::Stream, || {
                format!("{follower} of {chat}, {by:?} after {after}: {item:?}, not {expected}")
            });
            break;
        }
    }
    for item in &stream.items {
        let Some(row) = logs.row(chat, by, item.number) else {
            findings.add(Rule::Agreement, || {
                format!("{follower} of {chat}, {by:?}: {item:?} is not stored")
            });
            continue;
        };
        if row.name != item.name {
            findings.add(Rule::Agreement, || {
                format!("{follower} of {chat}, {by:?}: {item:?}, stored {row:?}")
            });
        }
        if !members.may_see(chat, person, row.event_seq, u64::from(item.at) * 1_000 + 999) {
            findings.add(Rule::Leaver, || {
                let stays = members.stays(chat, person);
                format!("{follower}: {person} in {chat} got {item:?}, was in {stays:?}")
            });
        }
    }
}
