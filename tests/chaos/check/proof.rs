//! Whether there was anything to find fault with: a run in which nobody was told anything breaks
//! no rule, and proves nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    super::history::{Answer, Chat, Deed, End, Fate, History, Micros, Outcome, Wanted, Way},
    Findings, Rule, order,
};

/// How often a kind of fault may fail to take hold before it is said that it never does.
const PATIENCE: usize = 3;

pub(super) fn check(history: &History, wanted: Wanted, findings: &mut Findings) {
    let mut want = |is_there: bool, what: &str| {
        if !is_there {
            findings.add(Rule::Proved, || what.to_owned());
        }
    };
    want(!history.acks.is_empty(), "nothing was acknowledged");
    if wanted >= Wanted::Followers {
        want(is_told_live(history), "nobody was told anything new");
        let streams: HashSet<u16> = history.streams.iter().map(|stream| stream.follower).collect();
        let is_following = history.followers.iter().all(|one| streams.contains(&one.number));
        want(is_following && !history.followers.is_empty(), "somebody never could follow");
    }
    if wanted == Wanted::Everything {
        want(history.pages.iter().any(|page| !page.items.is_empty()), "nobody read anything");
        let is_done = |is_it: fn(Deed) -> bool| {
            let mut changes = history.changes.iter();
            changes.any(|one| is_it(one.deed) && matches!(one.outcome, Outcome::Done { .. }))
        };
        want(is_done(|deed| matches!(deed, Deed::Edit { .. })), "no edit was acknowledged");
        want(is_done(|deed| matches!(deed, Deed::Delete { .. })), "no deletion was acknowledged");
        want(is_done(|deed| deed == Deed::Title), "no title was acknowledged");
        everything(history, &mut want);
    }
}

fn everything(history: &History, want: &mut impl FnMut(bool, &str)) {
    let came = |way| history.moves.iter().any(|one| one.way == way && one.ret.is_some());
    want(came(Way::In) && came(Way::Out), "nobody came or went");
    let has_left = history.streams.iter().any(|stream| stream.end == End::Left);
    want(has_left, "no subscription ended with a departure");
    let is_refused = history.sends.iter().any(|send| send.fate == Fate::Refused);
    want(is_refused, "nobody who was out tried to say anything");
    let mut tried: BTreeMap<&str, bool> = BTreeMap::new();
    for one in &history.intrusions {
        *tried.entry(one.what).or_default() |= one.answer != Answer::None;
    }
    want(!tried.is_empty(), "no outsider tried anything");
    for (what, is_answered) in tried {
        want(is_answered, &format!("no outsider had an answer to {what}"));
    }
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for fault in &history.faults {
        let (tried, took) = kinds.entry(fault.kind).or_default();
        *tried += 1;
        *took += usize::from(fault.took.is_some());
    }
    want(kinds.values().any(|(_, took)| *took > 0), "nothing was broken");
    for (kind, (tried, took)) in kinds {
        want(took > 0 || tried < PATIENCE, &format!("{kind} never took hold, of {tried} times"));
    }
    let cases = order::waits(history).len();
    want(cases >= order::ENOUGH, "it was hardly ever looked whether news is prompt");
}

/// Whether anybody was told of something that was said after they had begun to follow.
fn is_told_live(history: &History) -> bool {
    let mut said: HashMap<(Chat, u32), Micros> = HashMap::new();
    for ack in &history.acks {
        said.insert((ack.chat, ack.event_seq), ack.call);
    }
    history.streams.iter().any(|stream| {
        let call = |number| said.get(&(stream.chat, number));
        let is_new = |number| call(number).is_some_and(|call| *call > stream.opened);
        stream.items.iter().any(|item| is_new(item.number))
    })
}
