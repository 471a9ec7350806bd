//! Edits, deletions and titles: what was acknowledged of them, what became of it, and what was
//! shown of them.

use std::{
    collections::{HashMap, HashSet},
    slice,
};

use super::{
    super::history::{
        Change, Chat, Deed, History, Log, Micros, Name, Outcome, Person, Row, Stored, What,
    },
    Findings, Rule,
    members::Members,
};

/// What a message or a title was given by one event.
struct Revision {
    event: u32,
    /// What it may say: of changes that nobody got an answer to it is not known which this is.
    says: Vec<u32>,
}

/// What became of what was said.
pub(super) struct Changes {
    /// By conversation and message, from the second revision on.
    messages: HashMap<(Chat, u32), Vec<Revision>>,
    titles: HashMap<Chat, Vec<Revision>>,
    /// When each that is a tombstone can have become one at the earliest.
    ends: HashMap<(Chat, u32), Micros>,
}

/// A message as somebody was shown it.
pub(super) struct Seen {
    pub(super) chat: Chat,
    pub(super) person: Person,
    /// By which event they were shown it.
    pub(super) number: u32,
    /// How far the log surely reached when it was read.
    pub(super) known: u32,
    pub(super) revision: u32,
    pub(super) says: u32,
    pub(super) at: Micros,
}

impl Changes {
    /// Reads what happened; each of it was asked for.
    pub(super) fn read(history: &History, stored: &Stored, findings: &mut Findings) -> Self {
        let mut asked: HashMap<(Chat, Deed), Vec<&Change>> = HashMap::new();
        for change in &history.changes {
            asked.entry((change.chat, change.deed)).or_default().push(change);
        }
        let (messages, titles, ends) = Default::default();
        let mut all = Self { messages, titles, ends };
        for (chat, log) in (0..).zip(&stored.logs) {
            let mut titles = HashSet::new();
            for row in &log.rows {
                let (deed, by) = match row.what {
                    What::Edited(seq, by) => {
                        (Deed::Edit { seq, expected: all.revision(chat, seq, u32::MAX) }, by)
                    }
                    What::Deleted(seq, by) => (Deed::Delete { seq }, by),
                    What::Titled(by) => (Deed::Title, by),
                    What::Message { .. } | What::Joined(_) | What::Left(_) | What::Other => {
                        continue;
                    }
                };
                let asked = asked.get(&(chat, deed)).map_or(&[][..], Vec::as_slice);
                let says = may_say(row, by, asked);
                if says.is_empty() {
                    findings.add(Rule::Attempted, || format!("{chat}: {row:?} of {asked:?}"));
                }
                // One that is called as it was before was asked for twice, which nobody does.
                if deed == Deed::Title && !titles.insert(row.name.says) {
                    findings.add(Rule::OneRow, || format!("{chat}: {row:?} is there twice"));
                }
                let revisions = match row.what {
                    What::Edited(seq, _) | What::Deleted(seq, _) => {
                        all.messages.entry((chat, seq)).or_default()
                    }
                    _ => all.titles.entry(chat).or_default(),
                };
                if let What::Deleted(seq, _) = row.what {
                    let call = asked.iter().map(|change| change.call).min();
                    all.ends.insert((chat, seq), call.unwrap_or(0));
                }
                let is_over = |last: &Revision| last.says == [Name::BLANK];
                if revisions.last().is_some_and(is_over) {
                    findings.add(Rule::Changed, || format!("{chat}: {row:?} of a tombstone"));
                }
                revisions.push(Revision { event: row.event_seq, says });
            }
        }
        all
    }

    /// The revision of a message when the log reached a number.
    fn revision(&self, chat: Chat, seq: u32, number: u32) -> u32 {
        let of = self.messages.get(&(chat, seq)).map_or(&[][..], Vec::as_slice);
        let many = of.partition_point(|revision| revision.event <= number);
        1 + u32::try_from(many).unwrap_or(u32::MAX - 1)
    }

    /// Whether a message can have been a tombstone at a moment.
    pub(super) fn is_gone(&self, chat: Chat, seq: u32, at: Micros) -> bool {
        self.ends.get(&(chat, seq)).is_some_and(|call| *call <= at)
    }

    /// By which event a message got a revision, and what it says by it.
    fn words<'r>(
        &'r self,
        chat: Chat,
        message: &'r Row,
        revision: u32,
    ) -> Option<(u32, &'r [u32])> {
        let What::Message { seq, said, .. } = &message.what else { return None };
        match revision {
            0 => None,
            1 => Some((message.event_seq, slice::from_ref(said))),
            _ => {
                let place = usize::try_from(revision - 2).ok()?;
                let revision = self.messages.get(&(chat, *seq))?.get(place)?;
                Some((revision.event, &revision.says))
            }
        }
    }

    /// What was acknowledged is there, and what is there in the end is what came of it.
    pub(super) fn check(&self, history: &History, stored: &Stored, findings: &mut Findings) {
        let mut numbers = HashSet::new();
        for change in &history.changes {
            match change.outcome {
                Outcome::Done { event_seq, revision, .. } => {
                    let row = stored.logs.get(usize::from(change.chat)).and_then(|log| {
                        let place = log.rows.binary_search_by_key(&event_seq, |row| row.event_seq);
                        place.ok().map(|place| log.rows[place])
                    });
                    if !row.is_some_and(|row| self.is_done(change, &row, revision)) {
                        findings.add(Rule::Changed, || format!("{change:?}, stored {row:?}"));
                    }
                    let is_delete = matches!(change.deed, Deed::Delete { .. });
                    if !is_delete && !numbers.insert((change.chat, event_seq)) {
                        findings.add(Rule::OneRow, || format!("{change:?} has another's number"));
                    }
                }
                Outcome::Unknown => findings.add(Rule::Resolved, || format!("{change:?}")),
                Outcome::Refused | Outcome::Open => {}
            }
        }
        for (chat, log) in (0..).zip(&stored.logs) {
            for row in &log.rows {
                self.last(chat, row, findings);
            }
            self.last_title(chat, log, findings);
        }
    }

    /// Whether a row is of a change that was acknowledged with its number.
    fn is_done(&self, change: &Change, row: &Row, revision: u32) -> bool {
        let made = |seq| self.revision(change.chat, seq, row.event_seq);
        match (change.deed, row.what) {
            (Deed::Edit { seq, expected }, What::Edited(edited, by)) => {
                (edited, by) == (seq, Some(change.person))
                    && revision == expected + 1
                    && revision == made(seq)
            }
            // Who comes second is told of the first.
            (Deed::Delete { seq }, What::Deleted(deleted, _)) => {
                deleted == seq && revision == made(seq)
            }
            (Deed::Title, What::Titled(by)) => {
                by == Some(change.person) && row.name.says == change.says
            }
            _ => false,
        }
    }

    /// A message is what the last change made of it.
    fn last(&self, chat: Chat, row: &Row, findings: &mut Findings) {
        let What::Message { seq, revision, changed, .. } = row.what else { return };
        let last = self.messages.get(&(chat, seq)).and_then(|all| all.last());
        let is_last = revision == self.revision(chat, seq, u32::MAX)
            && changed == last.map(|last| last.event)
            && last.is_none_or(|last| last.says.contains(&row.name.says));
        if !is_last {
            findings.add(Rule::Changed, || {
                let last = last.map(|last| (last.event, &last.says));
                format!("{chat}: {row:?}, last changed by {last:?}")
            });
        }
    }

    fn last_title(&self, chat: Chat, log: &Log, findings: &mut Findings) {
        let last = self.titles.get(&chat).and_then(|all| all.last());
        if !last.map_or(log.title == Name::BLANK, |last| last.says.contains(&log.title)) {
            findings.add(Rule::Changed, || format!("{chat} is not called as it was last"));
        }
    }

    /// Whether a person may be shown a message like this.
    pub(super) fn look(
        &self,
        seen: &Seen,
        message: &Row,
        members: &Members,
        findings: &mut Findings,
    ) {
        let Seen { chat, person, number, known, revision, says, at } = *seen;
        let What::Message { seq, changed, .. } = message.what else { return };
        let Some((event, words)) = self.words(chat, message, revision) else {
            findings.add(Rule::Agreement, || {
                format!("{person} got {seq} of {chat} at revision {revision}, stored {message:?}")
            });
            return;
        };
        // What happened after they left is not theirs to know.
        let until = members.until(chat, person, number);
        let least = self.revision(chat, seq, known.max(number).min(until));
        if revision < least {
            findings.add(Rule::Stale, || {
                format!(
                    "{person} got {seq} of {chat} by {number} at revision {revision}, it had \
                     {least} by {known}"
                )
            });
        }
        let is_hidden = says == Name::BLANK && changed.is_some_and(|changed| changed > until);
        if !is_hidden && !words.contains(&says) {
            findings.add(Rule::Agreement, || {
                format!("{person} got {seq} of {chat} with other words at revision {revision}")
            });
        }
        // Nothing is shown by what has no words.
        let shows = if says == Name::BLANK { number } else { event.max(number) };
        if !members.may_see(chat, person, shows, at) {
            findings.add(Rule::Leaver, || {
                format!("{person} got {seq} of {chat} as it was made by {event}")
            });
        }
    }

    /// Whether a person may be shown a title like this.
    pub(super) fn look_at_title(&self, seen: &Seen, members: &Members, findings: &mut Findings) {
        let Seen { chat, person, number, known, says, at, .. } = *seen;
        let titles = self.titles.get(&chat).map_or(&[][..], Vec::as_slice);
        let Some(title) = titles.iter().find(|title| title.says.contains(&says)) else {
            findings.add(Rule::Agreement, || {
                format!("{person} got a title of {chat} by {number} that it never had")
            });
            return;
        };
        let until = members.until(chat, person, number);
        let known = known.max(number).min(until);
        let least = titles.iter().rev().find(|title| title.event <= known);
        if least.is_some_and(|least| title.event < least.event) {
            findings.add(Rule::Stale, || {
                format!("{person} got the title of {chat} of {} by {number}", title.event)
            });
        }
        if !members.may_see(chat, person, title.event.max(number), at) {
            findings.add(Rule::Leaver, || {
                format!("{person} got the title of {chat} of {}", title.event)
            });
        }
    }

    /// The messages of a conversation that were changed up to a number, each with its revision then.
    pub(super) fn up_to(&self, chat: Chat, number: u32) -> impl Iterator<Item = (u32, u32)> {
        let of_chat = self.messages.iter().filter(move |((of, _), _)| *of == chat);
        of_chat.map(move |((_, seq), _)| (*seq, self.revision(chat, *seq, number)))
    }
}

/// What a row may say, by those who asked for it: nothing if nobody did.
fn may_say(row: &Row, by: Option<Person>, asked: &[&Change]) -> Vec<u32> {
    let is_theirs = |change: &&&Change| Some(change.person) == by;
    let is_this = |change: &&&Change| match change.outcome {
        Outcome::Done { event_seq, .. } => event_seq == row.event_seq,
        _ => false,
    };
    let is_open = |change: &&&Change| matches!(change.outcome, Outcome::Open | Outcome::Unknown);
    let is_called = |says: &u32| !matches!(row.what, What::Titled(_)) || *says == row.name.says;
    let theirs = || asked.iter().filter(is_theirs);
    let says: Vec<u32> = theirs().filter(is_this).map(|one| one.says).filter(is_called).collect();
    if says.is_empty() {
        theirs().filter(is_open).map(|one| one.says).filter(is_called).collect()
    } else {
        says
    }
}
