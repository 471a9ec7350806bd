//! What subscribers got beside what is stored.

use std::collections::HashMap;

use super::{
    super::history::{
        Answer, By, Chat, End, Follower, History, Intrusion, Item, Row, Stored, Stream, What,
    },
    Findings, Rule,
    changes::{Changes, Seen},
    heard::Heard,
    members::Members,
};

/// What says what somebody may be shown.
#[derive(Clone, Copy)]
pub(super) struct Sight<'s> {
    pub(super) logs: &'s Logs<'s>,
    pub(super) members: &'s Members,
    pub(super) changes: &'s Changes,
    pub(super) heard: &'s Heard,
}

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

/// How far a follower has come.
#[derive(Default)]
struct Reached<'h> {
    number: u32,
    last: Option<&'h Stream>,
    /// The highest revision of each message that was changed, as they were shown it.
    revisions: HashMap<u32, u32>,
}

pub(super) fn check(history: &History, sight: &Sight<'_>, findings: &mut Findings) {
    let mut reached: HashMap<u16, Reached<'_>> = HashMap::new();
    for stream in &history.streams {
        let so_far = reached.entry(stream.follower).or_default();
        one(stream, so_far, sight, findings);
        let last = stream.items.last().map_or(stream.after, |item| item.number);
        so_far.number = so_far.number.max(last);
        so_far.last = Some(stream);
    }
    for follower in &history.followers {
        let none = Reached::default();
        end(*follower, reached.get(&follower.number).unwrap_or(&none), sight, findings);
    }
    for intrusion in &history.intrusions {
        let Intrusion { person, chat, what, answer } = intrusion;
        if let Answer::Through(answer) = answer {
            findings.add(Rule::Outsider, || format!("{person} in {chat}, {what}: {answer}"));
        }
    }
}

/// Whether a follower has got everything that is theirs.
fn end(follower: Follower, reached: &Reached<'_>, sight: &Sight<'_>, findings: &mut Findings) {
    let (Follower { number, person, chat, by, .. }, logs) = (follower, sight.logs);
    // Who never was in has no end, and may have got nothing: `one` has looked.
    let Some(until) = sight.members.last(chat, person, logs.head(chat)) else { return };
    let last = logs.last(chat, by, until);
    if reached.number < last {
        findings.add(Rule::End, || {
            let stays = sight.members.stays(chat, person);
            let opened = reached.last.map(|one| (one.opened, one.items.len(), one.end));
            format!(
                "{number} ({person} in {chat}, {by:?}) has {} of {last}, in {stays:?}; last opened \
                 {opened:?}",
                reached.number
            )
        });
    }
    if by == By::Messages {
        return;
    }
    for (seq, revision) in sight.changes.up_to(chat, until) {
        let shown = reached.revisions.get(&seq).copied().unwrap_or(0);
        if shown < revision && revision > 1 {
            findings.add(Rule::Latest, || {
                format!("{number} ({person} in {chat}) has {seq} at {shown}, not at {revision}")
            });
        }
    }
}

fn one(stream: &Stream, reached: &mut Reached<'_>, sight: &Sight<'_>, findings: &mut Findings) {
    let Sight { logs, members, heard, .. } = *sight;
    let Stream { follower, person, chat, by, after, .. } = *stream;
    let stays = members.stays(chat, person);
    if stays.is_empty() && !stream.items.is_empty() {
        findings.add(Rule::Outsider, || format!("{follower}: {person} in {chat} got items"));
        return;
    }
    if stream.end == End::Resync {
        findings.add(Rule::Stream, || format!("{follower} was refused {after} of {chat}"));
    }
    let last = stream.items.last().map_or(after, |item| item.number);
    let is_departure = |left| logs.last(chat, by, left) == last;
    if stream.end == End::Left && !stays.iter().filter_map(|stay| stay.left).any(is_departure) {
        findings.add(Rule::End, || {
            format!("{follower}: {person} in {chat} is told at {last} that all is told: {stays:?}")
        });
    }
    for (item, expected) in stream.items.iter().zip(after + 1..) {
        if item.number != expected {
            findings.add(Rule::Stream, || {
                format!("{follower} of {chat}, {by:?} after {after}: {item:?}, not {expected}")
            });
            break;
        }
    }
    // So far the log reached when this was asked for, by what somebody else or they had heard.
    let (_, known) = heard.before(chat, stream.opened);
    let known = if by == By::Events { known.max(reached.number) } else { known };
    for item in &stream.items {
        shown(stream, item, known, reached, sight, findings);
    }
}

/// Whether an item is what is stored, and theirs to see.
fn shown(
    stream: &Stream,
    item: &Item,
    known: u32,
    reached: &mut Reached<'_>,
    sight: &Sight<'_>,
    findings: &mut Findings,
) {
    let Sight { logs, members, changes, .. } = *sight;
    let Stream { follower, person, chat, by, .. } = *stream;
    let Some(row) = logs.row(chat, by, item.number).filter(|row| row.name.of == item.name.of)
    else {
        findings.add(Rule::Agreement, || {
            let row = logs.row(chat, by, item.number);
            format!("{follower} of {chat}, {by:?}: {item:?}, stored {row:?}")
        });
        return;
    };
    let (number, at) = (row.event_seq, u64::from(item.at) * 1_000 + 999);
    let Item { name, revision, .. } = *item;
    let seen = Seen { chat, person, number, known, revision, says: name.says, at };
    let message = match row.what {
        What::Message { seq, .. } | What::Edited(seq, _) | What::Deleted(seq, _) => Some(seq),
        What::Titled(_) => {
            // What is read beside an item may be a moment old, but not older than the item.
            changes.look_at_title(&Seen { known: number, ..seen }, members, findings);
            None
        }
        What::Joined(_) | What::Left(_) | What::Other => None,
    };
    if let Some(seq) = message
        && let Some(message) = logs.row(chat, By::Messages, seq)
    {
        changes.look(&seen, message, members, findings);
        if matches!(message.what, What::Message { changed: Some(_), .. }) {
            let highest = reached.revisions.entry(seq).or_default();
            *highest = (*highest).max(revision);
        }
    }
    if message.is_none() && !members.may_see(chat, person, number, at) {
        findings.add(Rule::Leaver, || {
            let stays = members.stays(chat, person);
            format!("{follower}: {person} in {chat} got {item:?}, was in {stays:?}")
        });
    }
}
