//! What happened before what, by the clock of the program that saw all of it.

use std::collections::HashMap;

use super::{
    super::history::{By, Chat, History, Key, Micros, Page, Place, Stored, Way, What},
    Findings, Rule,
    members::Members,
    streams::Logs,
};

/// What was acknowledged before another was sent has the smaller number.
pub(super) fn real_time(history: &History, stored: &Stored, findings: &mut Findings) {
    let calls: HashMap<Key, Micros> =
        history.sends.iter().map(|send| (send.key, send.call)).collect();
    let mut acked: HashMap<Key, Micros> = HashMap::with_capacity(history.acks.len());
    for ack in &history.acks {
        let first = acked.entry(ack.key).or_insert(ack.ret);
        *first = (*first).min(ack.ret);
    }
    for (chat, log) in stored.logs.iter().enumerate() {
        // The earliest acknowledgement among those with higher numbers.
        let mut earliest: Option<(Micros, u32)> = None;
        for row in log.rows.iter().rev() {
            let What::Message { seq, key: Some(key), .. } = row.what else { continue };
            if let (Some((ret, higher)), Some(call)) = (earliest, calls.get(&key))
                && ret < *call
            {
                findings.add(Rule::RealTime, || {
                    format!("{chat}: {higher} was acknowledged at {ret}, {seq} was sent at {call}")
                });
            }
            if let Some(ret) = acked.get(&key)
                && earliest.is_none_or(|(first, _)| *ret < first)
            {
                earliest = Some((*ret, seq));
            }
        }
    }
}

/// Pages are whole, agree with what is stored, show what was acknowledged before they were asked
/// for, and are given to nobody who is out.
pub(super) fn pages(
    history: &History,
    logs: &Logs<'_>,
    members: &Members,
    findings: &mut Findings,
) {
    // Of each conversation when which number was acknowledged, in order of both.
    let mut acked: HashMap<Chat, Vec<(Micros, u32)>> = HashMap::new();
    for ack in &history.acks {
        acked.entry(ack.chat).or_default().push((ack.ret, ack.seq));
    }
    for list in acked.values_mut() {
        list.sort_unstable();
        let mut highest = 0;
        for (_, seq) in list {
            highest = highest.max(*seq);
            *seq = highest;
        }
    }
    for page in &history.pages {
        let Page { person, chat, call, ret, .. } = *page;
        if members.stays(chat, person).is_empty() {
            findings.add(Rule::Outsider, || format!("{person} in {chat} got a page"));
            continue;
        }
        whole(page, findings);
        for (seq, name) in &page.items {
            let row = logs.row(chat, By::Messages, *seq);
            if row.is_none_or(|row| row.name != *name) {
                findings.add(Rule::Agreement, || format!("page of {chat}: {seq}, stored {row:?}"));
            }
            if row.is_some_and(|row| !members.may_see(chat, person, row.event_seq, ret)) {
                findings.add(Rule::Leaver, || format!("{person} got a page of {chat} with {seq}"));
            }
        }
        let known = acked.get(&chat).and_then(|list| {
            let before = list.partition_point(|(ret, _)| *ret < call);
            list[..before].last().map(|(_, seq)| *seq)
        });
        let newest = page.items.last().map_or(0, |(seq, _)| *seq);
        let is_short = page.place == Place::Last && known.is_some_and(|known| known > newest);
        if is_short && !is_moving(page, history) {
            findings.add(Rule::Page, || {
                format!("{person} got {newest} as the last of {chat}, {known:?} was acknowledged")
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

fn whole(page: &Page, findings: &mut Findings) {
    let is_dense = page.items.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0);
    let (first, last) = (page.items.first(), page.items.last());
    let is_placed = match page.place {
        Place::First => first.is_none_or(|(seq, _)| *seq == 1),
        Place::After(after) => first.is_none_or(|(seq, _)| *seq == after + 1),
        Place::Before(before) => last.is_none_or(|(seq, _)| *seq + 1 == before),
        Place::Last => true,
    };
    if !is_dense || !is_placed {
        findings.add(Rule::Page, || {
            let seqs: Vec<_> = page.items.iter().map(|(seq, _)| seq).collect();
            format!("{} got {:?} of {}: {seqs:?}", page.person, page.place, page.chat)
        });
    }
}

/// How long after a fault and before the next all counts as well.
const CALM: Micros = 4_000_000;

/// How long news may take: an instance looks at everything every 3 s.
const PROMPT: Micros = 1_000_000;

/// Fewer cases than this say nothing.
const ENOUGH: usize = 20;

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
