//! Who was in when: by the numbers of the log, and by when it was asked for.

use std::collections::{HashMap, HashSet};

use super::{
    super::history::{Chat, End, Fate, History, Key, Micros, Move, Person, Stored, Way, What},
    Findings, Rule,
};

/// One time of being in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stay {
    pub(super) joined: u32,
    /// The number by which it ended.
    pub(super) left: Option<u32>,
    /// Nobody can have been let in before this.
    pub(super) not_before: Micros,
}

/// The stays of everybody who ever was in, in order.
pub(super) struct Members {
    stays: HashMap<(Chat, Person), Vec<Stay>>,
    /// Whom somebody tried to let in or to take out.
    moved: HashSet<(Chat, Person)>,
}

impl Members {
    pub(super) fn read(history: &History, stored: &Stored) -> Self {
        let calls: HashMap<Key, Micros> =
            history.sends.iter().map(|send| (send.key, send.call)).collect();
        let mut stays: HashMap<(Chat, Person), Vec<Stay>> = HashMap::new();
        for (chat, log) in stored.logs.iter().enumerate() {
            let chat = Chat::try_from(chat).unwrap_or(Chat::MAX);
            // What has a number was there after all with smaller ones, none of which was there
            // before it was first sent.
            let mut not_before = 0;
            for row in &log.rows {
                match row.what {
                    What::Joined(person) => stays.entry((chat, person)).or_default().push(Stay {
                        joined: row.event_seq,
                        left: None,
                        not_before,
                    }),
                    What::Left(person) => {
                        let last = stays.get_mut(&(chat, person)).and_then(|all| all.last_mut());
                        if let Some(last) = last {
                            last.left = Some(row.event_seq);
                        }
                    }
                    What::Message { key, .. } => {
                        let call = key.and_then(|key| calls.get(&key)).copied();
                        not_before = not_before.max(call.unwrap_or(0));
                    }
                    _ => {}
                }
            }
        }
        // Of who comes again it is asked when that can have been: not before the attempt that
        // was answered last before they went again, nor before one that was never answered.
        let mut ins: HashMap<(Chat, Person), Vec<&Move>> = HashMap::new();
        for one in history.moves.iter().filter(|one| one.way == Way::In) {
            ins.entry((one.chat, one.person)).or_default().push(one);
        }
        for (who, stays) in &mut stays {
            let Some(ins) = ins.get(who) else { continue };
            let is_open = ins.iter().any(|one| one.ret.is_none());
            // With every attempt answered the how manieth stay is the how manieth attempt, the
            // first ones being of the conversation's creation.
            let given = stays.len().saturating_sub(ins.len());
            for (place, stay) in stays.iter_mut().enumerate().skip(1) {
                let tried = if is_open {
                    ins.iter().map(|one| one.call).min().unwrap_or(0)
                } else {
                    place.checked_sub(given).and_then(|n| ins.get(n)).map_or(0, |one| one.call)
                };
                stay.not_before = stay.not_before.max(tried);
            }
        }
        let moved = history.moves.iter().map(|one| (one.chat, one.person)).collect();
        Self { stays, moved }
    }

    pub(super) fn stays(&self, chat: Chat, person: Person) -> &[Stay] {
        self.stays.get(&(chat, person)).map_or(&[], Vec::as_slice)
    }

    /// Whether somebody is in from beginning to end, for all that anybody tried.
    pub(super) fn is_steady(&self, chat: Chat, person: Person) -> bool {
        self.stays.contains_key(&(chat, person)) && !self.moved.contains(&(chat, person))
    }

    /// The last number of the stay in which a number lies, or after which it was: all that is theirs
    /// to see for sure who is shown that number.
    pub(super) fn until(&self, chat: Chat, person: Person, number: u32) -> u32 {
        let stays = self.stays(chat, person);
        let stay = stays.iter().find(|stay| stay.left.is_none_or(|left| number <= left));
        stay.and_then(|stay| stay.left).unwrap_or(u32::MAX)
    }

    /// Whether an event may be shown to a person at a time. Who is in sees what came before.
    pub(super) fn may_see(&self, chat: Chat, person: Person, number: u32, at: Micros) -> bool {
        let stays = self.stays(chat, person);
        let stay = stays.iter().find(|stay| stay.left.is_none_or(|left| number <= left));
        stay.is_some_and(|stay| at >= stay.not_before)
    }

    /// The last number that is a person's, if they ever were in.
    pub(super) fn last(&self, chat: Chat, person: Person, head: u32) -> Option<u32> {
        Some(self.stays(chat, person).last()?.left.unwrap_or(head))
    }

    fn is_in(&self, chat: Chat, person: Person, number: u32) -> bool {
        self.stays(chat, person)
            .iter()
            .any(|stay| stay.joined < number && stay.left.is_none_or(|left| number < left))
    }

    pub(super) fn check(&self, history: &History, stored: &Stored, findings: &mut Findings) {
        for (chat, log) in (0..).zip(&stored.logs) {
            for row in &log.rows {
                let What::Message { sender, .. } = row.what else { continue };
                if !sender.is_some_and(|sender| self.is_in(chat, sender, row.event_seq)) {
                    findings.add(Rule::Sender, || format!("{chat}: {row:?} by who is not in"));
                }
            }
            for (person, left) in &log.members {
                let last = self.stays(chat, *person).last();
                if last.is_none_or(|last| last.left != *left) {
                    findings.add(Rule::Agreement, || {
                        format!("{chat}: {person} is out by {left:?}, the log says {last:?}")
                    });
                }
            }
        }
        for (chat, person) in self.stays.keys() {
            let log = stored.logs.get(usize::from(*chat));
            let is_row = |(row, _): &(Person, _)| row == person;
            if !log.is_some_and(|log| log.members.iter().any(is_row)) {
                findings.add(Rule::Agreement, || {
                    format!("{chat}: {person} joined, and is no row of members")
                });
            }
        }
        self.attempted(history, findings);
        self.denied(history, findings);
    }

    /// Who was in all the time is not told that they are out.
    fn denied(&self, history: &History, findings: &mut Findings) {
        for send in &history.sends {
            let is_refused = matches!(send.fate, Fate::Refused | Fate::RefusedLate);
            if is_refused && self.is_steady(send.chat, send.person) {
                findings.add(Rule::Sender, || format!("refused to a member: {send:?}"));
            }
        }
        for denial in &history.denials {
            if self.is_steady(denial.chat, denial.person) {
                findings.add(Rule::Sender, || format!("not found by a member: {denial:?}"));
            }
        }
        for stream in &history.streams {
            let is_out = matches!(stream.end, End::Left | End::NotFound);
            if is_out && self.is_steady(stream.chat, stream.person) {
                findings.add(Rule::Sender, || {
                    let (chat, person) = (stream.chat, stream.person);
                    format!("{person} in {chat} may not follow: {:?}", stream.end)
                });
            }
        }
    }

    /// Nobody came or went more often than somebody tried, nor less often than was answered.
    fn attempted(&self, history: &History, findings: &mut Findings) {
        let mut tries: HashMap<(Chat, Person), [usize; 2]> = HashMap::new();
        for one in &history.moves {
            tries.entry((one.chat, one.person)).or_default()[usize::from(one.way == Way::Out)] += 1;
        }
        for ((chat, person), stays) in &self.stays {
            let [ins, outs] = tries.get(&(*chat, *person)).copied().unwrap_or_default();
            let left = stays.iter().filter(|stay| stay.left.is_some()).count();
            // One may be of the conversation's creation.
            if stays.len() > ins + 1 || left > outs {
                findings.add(Rule::Attempted, || {
                    format!("{chat}: {person} came and went {stays:?}, tried {ins} and {outs}")
                });
            }
            let is_dense = stays.iter().rev().skip(1).all(|stay| stay.left.is_some());
            if !is_dense {
                findings.add(Rule::Dense, || format!("{chat}: {person} came twice: {stays:?}"));
            }
        }
    }
}
