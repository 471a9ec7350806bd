//! What is stored beside what was attempted and acknowledged.

use std::collections::HashMap;

use super::{
    super::history::{Fate, History, Key, Log, Row, Send, Stored, What},
    Findings, Rule,
};

pub(super) fn check(history: &History, stored: &Stored, findings: &mut Findings) {
    if stored.strays > 0 {
        findings.add(Rule::Attempted, || format!("{} rows of no conversation", stored.strays));
    }
    let sends: HashMap<Key, &Send> = history.sends.iter().map(|send| (send.key, send)).collect();
    let mut by_key: HashMap<Key, (usize, Row)> = HashMap::with_capacity(sends.len());
    for (chat, log) in stored.logs.iter().enumerate() {
        dense(chat, log, findings);
        for row in &log.rows {
            let What::Message { key, sender, said, revision, .. } = row.what else { continue };
            let is_true = revision > 1 || row.name.says == said;
            let Some(key) = key else {
                findings.add(Rule::Attempted, || format!("without a key: {chat} {row:?}"));
                continue;
            };
            match sends.get(&key) {
                Some(send)
                    if usize::from(send.chat) == chat && Some(send.person) == sender && is_true => {
                }
                send => findings.add(Rule::Attempted, || format!("{chat} {row:?} of {send:?}")),
            }
            if let Some((chat, first)) = by_key.insert(key, (chat, *row)) {
                findings.add(Rule::OneRow, || format!("{chat}: {first:?} and {row:?}"));
                // What was acknowledged is one of them.
                by_key.insert(key, (chat, first));
            }
        }
    }
    acknowledged(history, &by_key, findings);
    for send in &history.sends {
        match send.fate {
            Fate::Refused if by_key.contains_key(&send.key) => {
                findings.add(Rule::Attempted, || format!("refused, yet stored: {send:?}"));
            }
            Fate::Unknown => findings.add(Rule::Resolved, || format!("{send:?}")),
            Fate::Acknowledged | Fate::Refused | Fate::RefusedLate => {}
        }
    }
}

fn acknowledged(history: &History, by_key: &HashMap<Key, (usize, Row)>, findings: &mut Findings) {
    for ack in &history.acks {
        let Some((chat, row)) = by_key.get(&ack.key) else {
            findings.add(Rule::Acknowledged, || format!("{ack:?}"));
            continue;
        };
        let What::Message { seq, id, .. } = row.what else { continue };
        let is_same = usize::from(ack.chat) == *chat
            && (ack.id, ack.seq, ack.event_seq) == (id, seq, row.event_seq);
        if !is_same {
            findings.add(Rule::Agreement, || format!("{ack:?}, stored {row:?}"));
        }
    }
}

/// Numbers 1 to the last, as the counters say.
fn dense(chat: usize, log: &Log, findings: &mut Findings) {
    let (mut events, mut messages) = (0, 0);
    for row in &log.rows {
        events += 1;
        if row.event_seq != events {
            findings.add(Rule::Dense, || format!("{chat}: event {events} is {row:?}"));
            events = row.event_seq;
        }
        let Some(seq) = row.seq() else { continue };
        messages += 1;
        if seq != messages {
            findings.add(Rule::Dense, || format!("{chat}: message {messages} is {row:?}"));
            messages = seq;
        }
    }
    if (events, messages) != (log.event_seq, log.message_seq) {
        let counters = (log.event_seq, log.message_seq);
        findings.add(Rule::Dense, || {
            format!("{chat}: {events} events and {messages} messages, counted {counters:?}")
        });
    }
}
