//! What happened before what, by the clock of the program that saw all of it.

use std::collections::HashMap;

use super::{
    super::history::{
        By, Change, Chat, Deed, History, Key, Micros, Name, Outcome, Page, Place, Row, Shown,
        Stored, Way, What,
    },
    Findings, Rule,
    changes::{Changes, Seen},
    streams::Sight,
};

/// When changes were first asked for, and first acknowledged, by conversation and number.
struct Changed<'h> {
    done: HashMap<(Chat, u32), Vec<&'h Change>>,
    /// Of messages that somebody wanted to delete when that was first.
    deleted: HashMap<(Chat, u32), Micros>,
}

impl<'h> Changed<'h> {
    fn of(history: &'h History) -> Self {
        let (mut done, mut deleted): (HashMap<_, Vec<&Change>>, HashMap<_, _>) = Default::default();
        for change in &history.changes {
            if let Outcome::Done { event_seq, .. } = change.outcome {
                done.entry((change.chat, event_seq)).or_default().push(change);
            }
            if let Deed::Delete { seq } = change.deed {
                let first = deleted.entry((change.chat, seq)).or_insert(change.call);
                *first = (*first).min(change.call);
            }
        }
        Self { done, deleted }
    }

    /// When a row was asked for at the earliest, and first acknowledged.
    fn times(&self, chat: Chat, row: &Row) -> (Option<Micros>, Option<Micros>) {
        let Some(done) = self.done.get(&(chat, row.event_seq)) else { return (None, None) };
        let ret = done.iter().filter_map(|change| match change.outcome {
            Outcome::Done { ret, .. } => Some(ret),
            _ => None,
        });
        let call = match row.what {
            // Whoever was told of it, another may have done it.
            What::Deleted(seq, _) => self.deleted.get(&(chat, seq)).copied(),
            _ => done.iter().map(|change| change.call).min(),
        };
        (call, ret.min())
    }
}

/// What was acknowledged before another was sent has the smaller number.
pub(super) fn real_time(history: &History, stored: &Stored, findings: &mut Findings) {
    let calls: HashMap<Key, Micros> =
        history.sends.iter().map(|send| (send.key, send.call)).collect();
    let mut acked: HashMap<Key, Micros> = HashMap::with_capacity(history.acks.len());
    for ack in &history.acks {
        let first = acked.entry(ack.key).or_insert(ack.ret);
        *first = (*first).min(ack.ret);
    }
    let changed = Changed::of(history);
    for (chat, log) in (0..).zip(&stored.logs) {
        // The earliest acknowledgement among those with higher numbers.
        let mut earliest: Option<(Micros, u32)> = None;
        for row in log.rows.iter().rev() {
            let number = row.event_seq;
            let (call, ret) = match row.what {
                What::Message { key: Some(key), .. } => {
                    (calls.get(&key).copied(), acked.get(&key).copied())
                }
                What::Edited(..) | What::Deleted(..) | What::Titled(_) => changed.times(chat, row),
                _ => continue,
            };
            if let (Some((ret, higher)), Some(call)) = (earliest, call)
                && ret < call
            {
                findings.add(Rule::RealTime, || {
                    format!("{chat}: {higher} was acknowledged at {ret}, {number} asked at {call}")
                });
            }
            if let Some(ret) = ret
                && earliest.is_none_or(|(first, _)| ret < first)
            {
                earliest = Some((ret, number));
            }
        }
    }
}

/// Pages are whole, agree with what is stored, show what was acknowledged before they were asked
/// for, and are given to nobody who is out.
pub(super) fn pages(history: &History, sight: &Sight<'_>, findings: &mut Findings) {
    let Sight { logs, members, changes, heard } = *sight;
    for page in &history.pages {
        let Page { person, chat, call, ret, .. } = *page;
        if members.stays(chat, person).is_empty() {
            findings.add(Rule::Outsider, || format!("{person} in {chat} got a page"));
            continue;
        }
        whole(page, changes, findings);
        let (last, known) = heard.before(chat, call);
        for Shown { seq, name, revision } in page.items.iter().copied() {
            let row = logs.row(chat, By::Messages, seq);
            let Some(row) = row.filter(|row| row.name.of == name.of) else {
                findings.add(Rule::Agreement, || format!("page of {chat}: {seq}, stored {row:?}"));
                continue;
            };
            let (number, says, at) = (row.event_seq, name.says, ret);
            let seen = Seen { chat, person, number, known, revision, says, at };
            changes.look(&seen, row, members, findings);
        }
        let newest = page.items.last().map_or(0, |item| item.seq);
        let is_short = page.place == Place::Last && !is_whole(page, newest + 1, last + 1, changes);
        if is_short && !is_moving(page, history) {
            findings.add(Rule::Page, || {
                format!("{person} got {newest} as the last of {chat}, {last} was acknowledged")
            });
        }
    }
}

/// Whether the reader may have been taken out while the page was read: then it may be empty.
fn is_moving(page: &Page, history: &History) -> bool {
    history.moves.iter().any(|one| {
        (one.chat, one.person, one.way) == (page.chat, page.person, Way::Out)
            && one.call <= page.ret
            && one.ret.is_none_or(|ret| ret >= page.call)
    })
}

/// Whether nothing is missing of these numbers, none of which is on the page.
fn is_whole(page: &Page, from: u32, to: u32, changes: &Changes) -> bool {
    (from..to).all(|seq| !page.is_all && changes.is_gone(page.chat, seq, page.ret))
}

fn whole(page: &Page, changes: &Changes, findings: &mut Findings) {
    let is_whole = |from, to| is_whole(page, from, to, changes);
    let is_dense = page.items.windows(2).all(|pair| {
        let (one, next) = (pair[0].seq, pair[1].seq);
        one < next && is_whole(one + 1, next)
    });
    let (first, last) = (page.items.first(), page.items.last());
    let is_placed = match page.place {
        Place::First => first.is_none_or(|first| is_whole(1, first.seq)),
        Place::After(after) => {
            first.is_none_or(|first| first.seq > after && is_whole(after + 1, first.seq))
        }
        Place::Before(before) => {
            last.is_none_or(|last| last.seq < before && is_whole(last.seq + 1, before))
        }
        Place::Last => true,
    };
    let has_tombstone = page.items.iter().any(|item| item.name.says == Name::BLANK);
    if !is_dense || !is_placed || (has_tombstone && !page.is_all) {
        findings.add(Rule::Page, || {
            let seqs: Vec<_> = page.items.iter().map(|item| item.seq).collect();
            format!("{} got {:?} of {}: {seqs:?}", page.person, page.place, page.chat)
        });
    }
}

/// How long after a fault and before the next all counts as well.
const CALM: Micros = 4_000_000;

/// How long news may take: an instance looks at everything every 3 s.
const PROMPT: Micros = 1_000_000;

/// Fewer cases than this say nothing.
pub(super) const ENOUGH: usize = 20;

/// While all is well, what is said where little is said is told at once, and does not wait until
/// everything is looked at again. On a busy machine one in four may be late.
pub(super) fn prompt(history: &History, findings: &mut Findings) {
    let waits = waits(history);
    let late = waits.len() - waits.partition_point(|wait| *wait <= PROMPT);
    if waits.len() >= ENOUGH && late > waits.len() / 4 {
        findings.add(Rule::Prompt, || format!("{late} of {} took more than a second", waits.len()));
    }
}

/// How long it took, while all was well, until a subscriber was told what was said where little is
/// said, from its acknowledgement on; sorted.
pub(crate) fn waits(history: &History) -> Vec<Micros> {
    let is_calm = |from: Micros, to: Micros| {
        history.faults.iter().all(|fault| fault.over + CALM < from || fault.begun > to + CALM)
    };
    let mut last: HashMap<Chat, Micros> = HashMap::new();
    let mut alone: HashMap<(Chat, u32), (Micros, Micros)> = HashMap::new();
    let mut acks: Vec<_> = history.acks.iter().collect();
    acks.sort_unstable_by_key(|ack| ack.call);
    for ack in acks {
        // What follows upon another is told with the next one at the latest.
        let before = last.insert(ack.chat, ack.ret);
        if before.is_none_or(|ret| ret + CALM / 2 < ack.call) && is_calm(ack.call, ack.ret) {
            alone.insert((ack.chat, ack.event_seq), (ack.call, ack.ret));
        }
    }
    let mut waits = Vec::new();
    for stream in history.streams.iter().filter(|stream| stream.by == By::Events) {
        for item in &stream.items {
            if let Some((call, ret)) = alone.get(&(stream.chat, item.number))
                && stream.opened < *call
            {
                waits.push((u64::from(item.at) * 1_000).saturating_sub(*ret));
            }
        }
    }
    waits.sort_unstable();
    waits
}
