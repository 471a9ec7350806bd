//! What everybody was given, compared with what truly happened.

use std::collections::HashMap;

use super::{
    followers::{Given, Moved, Walk, Watched},
    world::{Talk, What, World},
};
use crate::live::{Mark, room::PAGE};

/// Something that was promised and is not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// Not the very next number, or not what it names.
    Order,
    /// Something numbered after a removal, or no end there.
    Removal,
    /// The work of a change that was not theirs to see, or one that was is hidden.
    Sight,
    /// A message as it was before a change that the room had read.
    OldWords,
    /// Something without a number before the numbers that it follows.
    Early,
    /// Not everything, though there was time.
    Unfinished,
    /// A conversation as it never was, or as it was before what was told already.
    Stale,
}

/// A promise that is broken, and how.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) broken: Broken,
    #[expect(dead_code, reason = "printed")]
    how: String,
}

/// What is wrong with what everybody was given.
pub(super) fn complaints(world: &World, walks: &[Walk], watched: &[Watched]) -> Vec<Complaint> {
    let talks: HashMap<_, _> = world.talks().iter().map(|talk| (talk.id, talk.clone())).collect();
    let mut found = Vec::new();
    for walk in walks {
        check_walk(&talks[&walk.talk], walk, &mut |broken, what: String| {
            let Walk { person, standing, after, .. } = walk;
            let how = format!("{what} (of {person}, {standing:?}, from {after})");
            found.push(Complaint { broken, how });
        });
    }
    for one in watched {
        let complain = &mut |broken, how: String| {
            found.push(Complaint { broken, how: format!("{how} (of {})", one.person) });
        };
        let held = check_watched(&talks, one, complain);
        let now = world.marks_of(one.person);
        let is_same = held.len() == now.len()
            && now.iter().all(|mark| held.get(&mark.conversation) == Some(mark));
        if one.is_whole && !is_same {
            complain(Broken::Unfinished, format!("left with {held:?}, not {now:?}"));
        }
    }
    found
}

/// Where a walk with this standing must end, if anywhere.
fn end_of(talk: &Talk, walk: &Walk) -> Option<i64> {
    let spans = &talk.places[&walk.person].spans;
    let departures = spans.iter().filter_map(|(_, left)| *left);
    walk.standing.left.or_else(|| departures.filter(|left| *left > walk.standing.joined).min())
}

fn check_walk(talk: &Talk, walk: &Walk, complain: &mut dyn FnMut(Broken, String)) {
    let end = end_of(talk, walk);
    let mut position = walk.after;
    for given in &walk.given {
        let is_beyond = end.is_some_and(|end| position >= end);
        match given {
            Given::Event { number, what, shown, hides, room_head, may_see } => {
                if *number != position + 1 {
                    complain(Broken::Order, format!("{number} after {position}"));
                }
                position = *number;
                let place = usize::try_from(number - 1).unwrap();
                if talk.log.get(place) != Some(what) {
                    complain(Broken::Order, format!("{number} is not {what:?}"));
                }
                if end.is_some_and(|end| *number > end) {
                    complain(Broken::Removal, format!("{number} after the end {end:?}"));
                }
                let Some(shown) = shown else { continue };
                let changes = &talk.messages[usize::try_from(shown.seq - 1).unwrap()];
                let known = changes.iter().filter(|change| *change <= room_head.max(number));
                if shown.revision < known.count() {
                    let how = format!("{number} as {shown:?} at head {room_head}: {changes:?}");
                    complain(Broken::OldWords, how);
                }
                let newest = shown.changed.unwrap_or(0).max(*number);
                if !hides && newest > *may_see {
                    complain(Broken::Sight, format!("{number} shows {newest} of {may_see}"));
                }
                if *hides && end.is_none_or(|end| newest <= end) {
                    complain(Broken::Sight, format!("{number} hides {newest}, end {end:?}"));
                }
            }
            Given::Passing { reached } => {
                if reached.is_some_and(|reached| reached > position) || is_beyond {
                    complain(Broken::Early, format!("{reached:?} at {position}"));
                }
            }
            Given::Left if is_beyond => {}
            Given::Over if talk.is_over() && position == talk.head() => {}
            Given::Gone if talk.lost.range(position + 1..=position + PAGE).next().is_some() => {}
            Given::Left | Given::Over | Given::Gone => {
                complain(Broken::Removal, format!("{given:?} at {position}, end {end:?}"));
            }
        }
    }
    if walk.is_whole && !walk.has_ended() && (position != talk.head() || end.is_some()) {
        complain(Broken::Unfinished, format!("{position} of {}, end {end:?}", talk.head()));
    }
}

/// Answers what the follower takes for true at the end.
fn check_watched(
    talks: &HashMap<crate::ids::ConversationId, Talk>,
    watched: &Watched,
    complain: &mut dyn FnMut(Broken, String),
) -> HashMap<crate::ids::ConversationId, Mark> {
    let mut held: HashMap<_, _> =
        watched.begun.iter().map(|mark| (mark.conversation, *mark)).collect();
    let mut last = held.clone();
    for given in &watched.given {
        match *given {
            Moved::Now { mark, view } => {
                let talk = &talks[&mark.conversation];
                let is_true = mark == view
                    && mark.person == watched.person
                    && mark.event_seq <= talk.head()
                    && talk.places[&watched.person].spans.iter().any(|(joined, left)| {
                        *joined == mark.joined && left.is_none_or(|left| mark.event_seq < left)
                    });
                if !is_true {
                    complain(Broken::Stale, format!("never was {mark:?}"));
                }
                let before = last.insert(mark.conversation, mark);
                let was_held = held.insert(mark.conversation, mark).is_some();
                let is_older = before.is_some_and(|before| {
                    before.event_seq > mark.event_seq
                        || before.read_seq > mark.read_seq
                        || before.joined > mark.joined
                        || (!was_held && before.joined == mark.joined)
                });
                if is_older {
                    complain(Broken::Stale, format!("{mark:?} after {before:?}"));
                }
            }
            Moved::Gone(conversation) => {
                let before = last.get(&conversation);
                let since = before.map_or(0, |before| before.event_seq);
                let talk = talks.get(&conversation);
                let has_left = talk.is_some_and(|talk| {
                    let spans = talk.places.get(&watched.person).into_iter();
                    let mut left = spans.flat_map(|place| &place.spans);
                    let is_over = talk.log.last() == Some(&What::Over) && talk.head() > since;
                    is_over || left.any(|(_, left)| left.is_some_and(|left| left > since))
                });
                if !has_left {
                    complain(Broken::Stale, format!("{conversation} gone after {before:?}"));
                }
                held.remove(&conversation);
            }
        }
    }
    held
}
