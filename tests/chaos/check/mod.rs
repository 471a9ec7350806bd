//! The checker: whether what was seen and what is stored is what the server promises. Pure, so
//! that it can be tested with histories that are made up (`tests/it/no_loss.rs`).

mod changes;
mod heard;
mod members;
mod order;
mod proof;
mod recovery;
mod rows;
mod streams;

use std::{collections::BTreeMap, fmt};

use super::history::{History, Stored, Wanted};

pub(crate) use order::waits;
pub(crate) use recovery::{Recovery, Times, recoveries};

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// What was acknowledged is stored.
    Acknowledged,
    /// What is stored was attempted, and says what was to be said.
    Attempted,
    /// There is one row for each sender and key.
    OneRow,
    /// Messages are numbered 1 to the last without a hole, and so are events.
    Dense,
    /// Whoever saw a number, in an acknowledgement, a stream, a page or the database, saw it name
    /// the same.
    Agreement,
    /// A stream gives the stored order from its cursor on, each once.
    Stream,
    /// Each subscriber gets to the end of what is theirs.
    End,
    /// Who is out gets nothing numbered after their departure.
    Leaver,
    /// Who never was in gets nothing.
    Outsider,
    /// Nobody who is out says anything, and nobody who is in is told that they are out.
    Sender,
    /// An acknowledged edit, deletion or title is in the log under its number, and what is there
    /// in the end is what the last of them made of it.
    Changed,
    /// Nobody is shown what was said before a change that was known when they asked, or that comes
    /// before what they are shown.
    Stale,
    /// Who follows all events has in the end been shown the last revision of every message.
    Latest,
    /// What was acknowledged before another was sent has the smaller number.
    RealTime,
    /// Who reads sees what was acknowledged before they asked, and a page has no hole.
    Page,
    /// Every attempt comes to be known, once all is well again.
    Resolved,
    /// While all is well, news does not wait for the next look at everything.
    Prompt,
    /// There was enough of everything for the others to say something.
    Proved,
}

impl Rule {
    pub(crate) const ALL: [Self; 18] = [
        Self::Acknowledged,
        Self::Attempted,
        Self::OneRow,
        Self::Dense,
        Self::Agreement,
        Self::Stream,
        Self::End,
        Self::Leaver,
        Self::Outsider,
        Self::Sender,
        Self::Changed,
        Self::Stale,
        Self::Latest,
        Self::RealTime,
        Self::Page,
        Self::Resolved,
        Self::Prompt,
        Self::Proved,
    ];

    /// As reports call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged is stored",
            Self::Attempted => "stored was attempted",
            Self::OneRow => "one row for each key",
            Self::Dense => "numbers without a hole",
            Self::Agreement => "a number names one thing",
            Self::Stream => "a stream is the stored order",
            Self::End => "every subscriber gets to the end",
            Self::Leaver => "nothing after leaving",
            Self::Outsider => "nothing to outsiders",
            Self::Sender => "only members send",
            Self::Changed => "an acknowledged change is in the end",
            Self::Stale => "no old words after a change",
            Self::Latest => "subscribers to events get the last revision",
            Self::RealTime => "real-time order",
            Self::Page => "pages are whole and current",
            Self::Resolved => "every attempt is resolved",
            Self::Prompt => "news is prompt while all is well",
            Self::Proved => "something was proved",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How often a rule was broken, and the first few times in words.
#[derive(Debug, Default)]
pub(crate) struct Broken {
    pub(crate) count: u64,
    pub(crate) examples: Vec<String>,
}

/// What was found wrong.
#[derive(Debug, Default)]
pub(crate) struct Findings(pub(crate) BTreeMap<Rule, Broken>);

impl Findings {
    const EXAMPLES: usize = 5;

    fn add(&mut self, rule: Rule, example: impl FnOnce() -> String) {
        let broken = self.0.entry(rule).or_default();
        broken.count += 1;
        if broken.examples.len() < Self::EXAMPLES {
            broken.examples.push(example());
        }
    }

    pub(crate) fn count(&self, rule: Rule) -> u64 {
        self.0.get(&rule).map_or(0, |broken| broken.count)
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.0.is_empty()
    }
}

/// Everything that is wrong.
pub(crate) fn check(history: &History, stored: &Stored, wanted: Wanted) -> Findings {
    let mut findings = Findings::default();
    rows::check(history, stored, &mut findings);
    let members = members::Members::read(history, stored);
    members.check(history, stored, &mut findings);
    let changes = changes::Changes::read(history, stored, &mut findings);
    changes.check(history, stored, &mut findings);
    let logs = streams::Logs::index(stored);
    let sight = streams::Sight {
        logs: &logs,
        members: &members,
        changes: &changes,
        heard: &heard::Heard::of(history),
    };
    streams::check(history, &sight, &mut findings);
    order::real_time(history, stored, &mut findings);
    order::pages(history, &sight, &mut findings);
    order::prompt(history, &mut findings);
    proof::check(history, wanted, &mut findings);
    findings
}
