//! The checker of `tests/chaos`: a history without a fault passes, and each of many that are wrong
//! is flagged by the rule that is there for it.

#[path = "../chaos/check/mod.rs"]
#[expect(dead_code, unused_imports, reason = "some of it is for reports")]
mod check;
#[path = "../chaos/history.rs"]
#[expect(dead_code, reason = "not all that can be stored is in the example")]
mod history;

use check::{Findings, Rule, recoveries};
use history::{
    Ack, Answer, By, Change, Deed, Denial, End, Fate, Fault, Follower, History, Hit, Intrusion,
    Item, Key, Log, Micros, Move, Name, Outcome, Page, Person, Place, Row, Send, Shown, Stored,
    Stream, Wanted, Way, What,
};

const SECOND: Micros = 1_000_000;

/// What happens in the conversation of the example, with the second at which it does.
const EVENTS: [(Person, Kind, u64); 17] = [
    (0, Kind::Joins, 0),
    (1, Kind::Joins, 0),
    (0, Kind::Says, 1),
    (1, Kind::Says, 2),
    (2, Kind::Joins, 3),
    (2, Kind::Says, 4),
    (0, Kind::Says, 5),
    (2, Kind::Leaves, 6),
    (1, Kind::Says, 7),
    (2, Kind::Joins, 8),
    (2, Kind::Says, 9),
    // The second message gets other words twice; the fourth is taken back, and the third by its owner.
    (1, Kind::Edits(2, 1), 10),
    (0, Kind::Titles, 11),
    (0, Kind::Deletes(4), 12),
    (1, Kind::Edits(2, 2), 13),
    (0, Kind::Titles, 14),
    (0, Kind::Deletes(3), 15),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Joins,
    Leaves,
    Says,
    /// Which message, at which revision.
    Edits(u32, u32),
    Deletes(u32),
    Titles,
}

fn says(event_seq: u32) -> u32 {
    900 + event_seq
}

/// What an event names, and says.
fn name(event_seq: u32) -> Name {
    let (_, kind, _) = EVENTS.get(event_seq as usize - 1).copied().unwrap_or((0, Kind::Says, 0));
    let says = match kind {
        Kind::Says | Kind::Edits(..) | Kind::Titles => says(event_seq),
        Kind::Joins | Kind::Leaves | Kind::Deletes(_) => Name::BLANK,
    };
    Name { of: event_seq, says }
}

/// What the messages are in the end: their revisions, and their words.
const REVISIONS: [u32; 6] = [1, 3, 2, 2, 1, 1];
const WORDS: [u32; 6] = [903, 915, 0, 0, 909, 911];

fn key(n: u32) -> Key {
    Key { writer: 1, n }
}

fn check(history: &History, stored: &Stored) -> Findings {
    check::check(history, stored, Wanted::Followers)
}

/// An event as it is told at once: nothing that comes later is in it.
fn item(event: &Row, number: u32, second: u64) -> Item {
    let (name, revision) = match event.what {
        What::Message { said, .. } => (Name { says: said, ..event.name }, 1),
        What::Edited(..) => (event.name, if event.event_seq == 12 { 2 } else { 3 }),
        What::Deleted(..) => (event.name, 2),
        _ => (event.name, 0),
    };
    Item { number, at: u32::try_from(second * 1_000 + 300).unwrap(), name, revision }
}

/// Three people, one of whom comes, goes and comes again; two who follow everything, by events and
/// by messages, and that one, whose first stream ends where they went.
fn example() -> (History, Stored) {
    let (mut history, mut log) = (History::default(), Log::default());
    let mut seq = 0;
    for (event_seq, (person, kind, second)) in (1..).zip(EVENTS) {
        let call = second * SECOND;
        let ret = call + SECOND / 4;
        let mut change = |deed, says, revision| {
            let outcome = Outcome::Done { ret, event_seq, revision };
            history.changes.push(Change { chat: 0, person, deed, says, call, outcome });
        };
        let mut name = name(event_seq);
        let what = match kind {
            Kind::Joins => What::Joined(person),
            Kind::Leaves => What::Left(person),
            Kind::Says => {
                seq += 1;
                let (key, id) = (key(seq), u128::from(seq));
                let fate = Fate::Acknowledged;
                history.sends.push(Send { key, person, chat: 0, call, fate });
                let instance = u8::try_from(seq % 2).unwrap();
                history.acks.push(Ack { key, chat: 0, instance, call, ret, id, seq, event_seq });
                let said = name.says;
                let place = seq as usize - 1;
                name.says = WORDS[place];
                let changed = [None, Some(15), Some(17), Some(14), None, None][place];
                let (sender, key, revision) = (Some(person), Some(key), REVISIONS[place]);
                What::Message { seq, id, sender, key, said, revision, changed }
            }
            Kind::Edits(seq, expected) => {
                change(Deed::Edit { seq, expected }, name.says, expected + 1);
                What::Edited(seq, Some(person))
            }
            Kind::Deletes(seq) => {
                change(Deed::Delete { seq }, Name::BLANK, 2);
                What::Deleted(seq, Some(person))
            }
            Kind::Titles => {
                change(Deed::Title, name.says, 0);
                What::Titled(Some(person))
            }
        };
        if person == 2 && matches!(kind, Kind::Joins | Kind::Leaves) {
            let way = if kind == Kind::Joins { Way::In } else { Way::Out };
            history.moves.push(Move { chat: 0, person, way, call, ret: Some(ret) });
        }
        log.rows.push(Row { event_seq, name, what });
    }
    (log.message_seq, log.event_seq, log.title) = (seq, 17, says(16));
    log.members = vec![(0, None), (1, None), (2, None)];
    follow(&mut history, &log);
    let row = |row: &Row| match row.what {
        What::Message { seq, revision, .. } => Some(Shown { seq, name: row.name, revision }),
        _ => None,
    };
    let said: Vec<_> = log.rows.iter().filter_map(row).collect();
    let mut page = |person, second, place, is_all, items: &[Shown]| {
        let (call, ret) = (second * SECOND, second * SECOND + 1);
        let items = items.to_vec();
        history.pages.push(Page { person, chat: 0, call, ret, place, is_all, items });
    };
    page(1, 16, Place::Last, true, &said[3..]);
    page(1, 16, Place::Before(4), true, &said[..3]);
    page(0, 16, Place::First, true, &said[..2]);
    page(0, 16, Place::After(2), true, &said[2..]);
    page(0, 16, Place::First, false, &[said[0], said[1], said[4], said[5]]);
    page(0, 16, Place::Last, false, &said[4..]);
    let answer = Answer::Refused;
    history.intrusions.push(Intrusion { person: 9, chat: 0, what: "read", answer });
    (history, Stored { logs: vec![log], strays: 0 })
}

/// What the followers of the example get.
fn follow(history: &mut History, log: &Log) {
    let seconds = || EVENTS.iter().map(|(_, _, second)| *second);
    let events: Vec<_> =
        log.rows.iter().zip(seconds()).map(|(row, s)| item(row, row.event_seq, s)).collect();
    let messages = log.rows.iter().zip(seconds());
    let messages = messages.filter_map(|(row, s)| Some(item(row, row.seq()?, s))).collect();
    let mut stream = |follower, person, by, after, opened, items, end| {
        let stream = Stream { follower, person, chat: 0, by, after, opened, items, end };
        history.streams.push(stream);
    };
    stream(0, 1, By::Events, 0, 0, events.clone(), End::Broke);
    stream(1, 0, By::Messages, 0, 0, messages, End::Broke);
    let until = |items: &[Item], at: u32| {
        items.iter().map(|item| Item { at: item.at.max(at), ..*item }).collect::<Vec<_>>()
    };
    stream(2, 2, By::Events, 0, 3 * SECOND + 1, until(&events[..8], 3_300), End::Left);
    // What was said while they were out they see when they are in again.
    stream(2, 2, By::Events, 8, 8 * SECOND + 1, until(&events[8..], 8_300), End::Broke);
    stream(3, 9, By::Events, 0, 0, Vec::new(), End::NotFound);
    for (number, person) in [(0, 1), (1, 0), (2, 2), (3, 9)] {
        let by = if number == 1 { By::Messages } else { By::Events };
        let is_prompt = number < 2;
        history.followers.push(Follower { number, person, chat: 0, by, is_prompt });
    }
}

/// The place of a message in the log.
fn place(stored: &Stored, seq: u32) -> usize {
    stored.logs[0].rows.iter().position(|row| row.seq() == Some(seq)).unwrap()
}

/// A change of a message's row.
fn alter(stored: &mut Stored, seq: u32, change: impl Fn(&mut Option<Key>, &mut u32, &mut u32)) {
    let place = place(stored, seq);
    let What::Message { key, revision, seq, .. } = &mut stored.logs[0].rows[place].what else {
        panic!("{seq} is no message");
    };
    change(key, revision, seq);
}

/// The last change of all is not there any more, and its message as if it had not been.
fn lose_last_change(stored: &mut Stored) {
    let place = place(stored, 3);
    let log = &mut stored.logs[0];
    log.rows.pop();
    log.event_seq = 16;
    log.rows[place].name.says = says(6);
    if let What::Message { revision, changed, .. } = &mut log.rows[place].what {
        (*revision, *changed) = (1, None);
    }
}

/// How a change came to be known.
fn became(history: &mut History, change: usize, outcome: Outcome) {
    history.changes[change].outcome = outcome;
}

#[test]
fn a_history_without_a_fault_passes() {
    let (history, stored) = example();
    let findings = check(&history, &stored);
    assert!(findings.is_clean(), "{findings:#?}");
}

/// Takes something out of a history.
fn lose<T>(all: &mut Vec<T>, place: usize) {
    all.splice(place..=place, []);
}

type Mutation = fn(&mut History, &mut Stored);

/// Ways to be wrong, each with the rule that must flag it.
const MUTATIONS: [(&str, Rule, Mutation); 77] = [
    ("the last message is lost", Rule::Acknowledged, |_, s| {
        let place = place(s, 6);
        s.logs[0].rows.remove(place);
    }),
    ("a message in the middle is lost", Rule::Acknowledged, |_, s| {
        let place = place(s, 3);
        s.logs[0].rows.remove(place);
    }),
    ("a message in the middle is lost, and leaves a hole", Rule::Dense, |_, s| {
        let place = place(s, 3);
        s.logs[0].rows.remove(place);
    }),
    ("a change is lost", Rule::Dense, |_, s| lose(&mut s.logs[0].rows, 4)),
    ("the counter of events runs ahead", Rule::Dense, |_, s| s.logs[0].event_seq += 1),
    ("the counter of messages lags", Rule::Dense, |_, s| s.logs[0].message_seq -= 1),
    ("a number is given twice", Rule::Dense, |_, s| alter(s, 4, |_, _, seq| *seq = 3)),
    ("a message is stored that nobody sent", Rule::Attempted, |h, _| lose(&mut h.sends, 2)),
    ("a message has other words", Rule::Attempted, |_, s| {
        let place = place(s, 1);
        s.logs[0].rows[place].name.says = 1;
    }),
    ("a message has no key", Rule::Attempted, |_, s| alter(s, 2, |key, _, _| *key = None)),
    ("a message has another sender", Rule::Attempted, |h, _| h.sends[1].person = 0),
    ("a message is in another conversation", Rule::Attempted, |h, _| h.sends[1].chat = 1),
    ("what was refused is stored", Rule::Attempted, |h, _| {
        h.acks.remove(1);
        h.sends[1].fate = Fate::Refused;
    }),
    ("there are rows of no conversation", Rule::Attempted, |_, s| s.strays = 1),
    ("somebody came whom nobody let in", Rule::Attempted, |h, _| {
        h.moves.retain(|one| one.way == Way::Out);
    }),
    ("somebody went whom nobody took out", Rule::Attempted, |h, _| {
        h.moves.retain(|one| one.way == Way::In);
    }),
    ("a key is stored twice", Rule::OneRow, |_, s| {
        alter(s, 4, |own, _, _| *own = Some(key(1)));
    }),
    ("an acknowledgement has another id", Rule::Agreement, |h, _| h.acks[0].id = 77),
    ("a message was renumbered", Rule::Agreement, |h, _| h.acks[2].seq = 4),
    ("an event was renumbered", Rule::Agreement, |h, _| h.acks[2].event_seq = 7),
    ("two acknowledgements of a key differ", Rule::Agreement, |h, _| {
        let second = Ack { id: 78, ..h.acks[0] };
        h.acks.push(second);
    }),
    ("a follower was told something else", Rule::Agreement, |h, _| {
        h.streams[0].items[5].name.of = 1;
    }),
    ("a follower was told other words", Rule::Agreement, |h, _| {
        h.streams[0].items[10].name.says = 1;
    }),
    ("a follower was told nothing where there are words", Rule::Agreement, |h, _| {
        h.streams[0].items[10].name.says = Name::BLANK;
    }),
    ("a follower was told the words of another revision", Rule::Agreement, |h, _| {
        h.streams[0].items[11].name.says = says(4);
    }),
    ("a follower was told of a revision that never was", Rule::Agreement, |h, _| {
        h.streams[0].items[14].revision = 4;
    }),
    ("a follower was told that a message is another's", Rule::Agreement, |h, _| {
        h.streams[0].items[11].name.of = 14;
    }),
    ("a follower was told of two changes in another order", Rule::Agreement, |h, _| {
        let items = &mut h.streams[0].items;
        (items[11].name, items[12].name) = (items[12].name, items[11].name);
    }),
    ("a follower was told a title that nobody gave", Rule::Agreement, |h, _| {
        h.streams[0].items[12].name.says = 1;
    }),
    ("a follower was told what is not stored", Rule::Agreement, |h, _| {
        let phantom = Item { number: 18, at: 19_999, name: name(11), revision: 1 };
        h.streams[0].items.push(phantom);
    }),
    ("a page shows something else", Rule::Agreement, |h, _| h.pages[0].items[1].name.of = 1),
    ("a page shows other words", Rule::Agreement, |h, _| h.pages[0].items[1].name.says = 1),
    ("the member's row knows of another departure", Rule::Agreement, |_, s| {
        s.logs[0].members[2].1 = Some(8);
    }),
    ("the row of a member is gone", Rule::Agreement, |_, s| {
        s.logs[0].members.truncate(2);
    }),
    ("a follower misses one", Rule::Stream, |h, _| lose(&mut h.streams[0].items, 4)),
    ("a follower gets one twice", Rule::Stream, |h, _| {
        let again = h.streams[1].items[2];
        h.streams[1].items.insert(3, again);
    }),
    ("a follower gets two in the wrong order", Rule::Stream, |h, _| h.streams[0].items.swap(3, 4)),
    ("a follower misses the first after the cursor", Rule::Stream, |h, _| {
        h.streams[3].items.remove(0);
    }),
    ("a follower is refused their number", Rule::Stream, |h, _| h.streams[1].end = End::Resync),
    ("a follower never gets the last", Rule::End, |h, _| lose(&mut h.streams[0].items, 16)),
    ("a follower never gets anything", Rule::End, |h, _| lose(&mut h.streams, 0)),
    ("who left is told too early that this was all", Rule::End, |h, _| {
        lose(&mut h.streams[2].items, 7);
    }),
    ("who left gets what came after", Rule::Leaver, |h, s| {
        // They are not let in again.
        h.moves.pop();
        let log = &mut s.logs[0];
        log.rows.truncate(9);
        (log.message_seq, log.event_seq) = (5, 9);
        log.members[2].1 = Some(8);
    }),
    ("who left is told of who came after", Rule::Leaver, |h, _| {
        h.streams[3].items[1].at = 7_400;
    }),
    ("who left gets words that were given later", Rule::Leaver, |h, _| {
        let item = &mut h.streams[2].items[3];
        (item.name.says, item.revision) = (says(12), 2);
    }),
    ("who left gets a title that was given later", Rule::Leaver, |h, s| {
        // One had been given before they left, instead of what was said.
        s.logs[0].rows[6].what = What::Titled(Some(0));
        h.changes.push(Change {
            chat: 0,
            person: 0,
            deed: Deed::Title,
            says: 0,
            call: 0,
            outcome: Outcome::Open,
        });
        s.logs[0].rows[6].name.says = 0;
        for stream in &mut h.streams {
            stream.items.iter_mut().filter(|item| item.name.of == 7).for_each(|item| {
                (item.name.says, item.revision) = (0, 0);
            });
        }
        h.streams[2].items[6].name.says = says(13);
    }),
    ("who left gets it before what came before they were in", Rule::Leaver, |h, _| {
        // The attempt to let them in had no answer, and says nothing of when that was.
        let last = h.moves.last_mut().unwrap();
        (last.call, last.ret) = (2 * SECOND, None);
        h.streams[3].items[0].at = 6_900;
    }),
    ("who left gets it before they are in again", Rule::Leaver, |h, _| {
        h.streams[3].items[0].at = 7_400;
    }),
    ("who left gets a page of it", Rule::Leaver, |h, _| {
        h.pages[0] =
            Page { person: 2, call: 7 * SECOND, ret: 7 * SECOND + 1, ..h.pages[0].clone() };
    }),
    ("an outsider gets an event", Rule::Outsider, |h, _| {
        let leaked = h.streams[0].items[0];
        h.streams[4].items.push(leaked);
    }),
    ("an outsider gets a page", Rule::Outsider, |h, _| h.pages[0].person = 9),
    ("somebody comes who is in", Rule::Dense, |_, s| s.logs[0].rows[7].what = What::Other),
    ("an outsider gets an answer", Rule::Outsider, |h, _| {
        h.intrusions[0].answer = Answer::Through("words".to_owned());
    }),
    ("a member finds no conversation", Rule::Sender, |h, _| {
        h.denials.push(Denial { person: 0, chat: 0 });
    }),
    ("a member may not follow", Rule::Sender, |h, _| h.streams[1].end = End::NotFound),
    ("an acknowledged deletion is lost", Rule::Changed, |_, s| lose_last_change(s)),
    ("the message of an acknowledged edit has its old words", Rule::Changed, |_, s| {
        let place = place(s, 2);
        s.logs[0].rows[place].name.says = says(12);
    }),
    ("a deleted message has its words", Rule::Changed, |_, s| {
        let place = place(s, 4);
        s.logs[0].rows[place].name.says = says(7);
    }),
    ("a message was changed less often than it says", Rule::Changed, |_, s| {
        alter(s, 2, |_, revision, _| *revision = 4);
    }),
    ("an edit is acknowledged with another number", Rule::Changed, |h, _| {
        became(h, 0, Outcome::Done { ret: 11 * SECOND, event_seq: 11, revision: 2 });
    }),
    ("a conversation is called as it was before", Rule::Changed, |_, s| s.logs[0].title = says(13)),
    ("a tombstone is edited", Rule::Changed, |h, s| {
        // All else is as if that could be.
        h.changes[3].deed = Deed::Edit { seq: 4, expected: 2 };
        became(h, 3, Outcome::Done { ret: 13 * SECOND + 1, event_seq: 15, revision: 3 });
        s.logs[0].rows[14].what = What::Edited(4, Some(1));
        for (seq, words, now, last) in [(2, says(12), 2, 12), (4, says(15), 3, 15)] {
            let place = place(s, seq);
            s.logs[0].rows[place].name.says = words;
            let row = &mut s.logs[0].rows[place];
            if let What::Message { revision, changed, .. } = &mut row.what {
                (*revision, *changed) = (now, Some(last));
            }
        }
    }),
    ("a refused edit is stored", Rule::Attempted, |h, _| became(h, 3, Outcome::Refused)),
    ("an edit is stored that nobody asked for", Rule::Attempted, |h, _| lose(&mut h.changes, 3)),
    ("somebody else has edited", Rule::Attempted, |h, _| h.changes[0].person = 0),
    ("a title is there twice", Rule::OneRow, |h, s| {
        became(h, 4, Outcome::Open);
        h.changes[4].says = says(13);
        s.logs[0].rows[15].name.says = says(13);
    }),
    ("two edits are acknowledged with one number", Rule::OneRow, |h, _| {
        let other = Change { says: 1, ..h.changes[0] };
        h.changes.push(other);
    }),
    ("the fate of an edit is not known", Rule::Resolved, |h, _| became(h, 0, Outcome::Unknown)),
    ("the deletion itself is told with the words", Rule::Stale, |h, _| {
        let item = &mut h.streams[0].items[13];
        (item.name.says, item.revision) = (says(7), 1);
    }),
    ("words come back to who knows that they were taken back", Rule::Stale, |h, _| {
        let again = Stream {
            after: 6,
            opened: 14 * SECOND,
            items: h.streams[0].items[6..].to_vec(),
            ..h.streams[0].clone()
        };
        h.streams.insert(1, again);
    }),
    ("who begins after an edit was acknowledged gets the old words", Rule::Stale, |h, _| {
        h.streams[1].opened = 13 * SECOND;
    }),
    ("an old title is told by the next", Rule::Stale, |h, _| {
        h.streams[0].items[15].name.says = says(13);
    }),
    ("a page shows what was deleted before it was asked for", Rule::Stale, |h, _| {
        let item = &mut h.pages[3].items[1];
        (item.name.says, item.revision) = (says(7), 1);
    }),
    ("a follower never gets the last revision", Rule::Latest, |h, _| {
        h.streams[0].items[14].revision = 2;
    }),
    ("an edit asked for after another was acknowledged comes before it", Rule::RealTime, |h, _| {
        (h.changes[0].call, h.changes[0].outcome) =
            (14 * SECOND, Outcome::Done { ret: 14 * SECOND + 1, event_seq: 12, revision: 2 });
    }),
    ("who is out says something", Rule::Sender, |h, s| {
        h.sends[4].person = 2;
        let place = place(s, 5);
        if let What::Message { sender, .. } = &mut s.logs[0].rows[place].what {
            *sender = Some(2);
        }
    }),
    ("what was said later has the smaller number", Rule::RealTime, |h, _| {
        // The third was sent after the fourth had been acknowledged.
        (h.sends[2].call, h.acks[2].call, h.acks[2].ret) = (6 * SECOND, 6 * SECOND, 6 * SECOND + 1);
    }),
];

#[test]
fn each_wrong_history_is_flagged_by_its_rule() {
    for (what, rule, mutate) in MUTATIONS {
        let (mut history, mut stored) = example();
        mutate(&mut history, &mut stored);
        let findings = check(&history, &stored);
        assert!(findings.count(rule) > 0, "{what}, but {rule} says nothing: {findings:#?}");
    }
}

#[test]
fn pages_with_holes_or_without_the_newest_are_flagged() {
    let mutations: [fn(&mut Vec<Page>); 7] = [
        |pages| lose(&mut pages[0].items, 1),
        |pages| lose(&mut pages[0].items, 2),
        |pages| lose(&mut pages[1].items, 2),
        |pages| lose(&mut pages[3].items, 0),
        // Where tombstones are left out, nothing else is, and no tombstone is there.
        |pages| lose(&mut pages[4].items, 2),
        |pages| lose(&mut pages[5].items, 1),
        |pages| {
            let tombstone = pages[3].items[0];
            pages[4].items.insert(2, tombstone);
        },
    ];
    for (n, mutate) in mutations.into_iter().enumerate() {
        let (mut history, stored) = example();
        mutate(&mut history.pages);
        let findings = check(&history, &stored);
        assert_eq!(findings.count(Rule::Page), 1, "{n}: {findings:#?}");
    }
    // What was not yet deleted is on every page.
    let (mut history, stored) = example();
    history.pages[4].ret = 11 * SECOND;
    assert_eq!(check(&history, &stored).count(Rule::Page), 1);
    // Who asked before it was acknowledged need not have it, nor who is taken out meanwhile.
    let (mut history, stored) = example();
    history.pages[0].items.pop();
    history.pages[0].call = 9 * SECOND;
    assert_eq!(check(&history, &stored).count(Rule::Page), 0);
    let page = &mut history.pages[0];
    (page.person, page.call, page.ret) = (2, 6 * SECOND + 1, 6 * SECOND + 2);
    page.items.clear();
    assert_eq!(check(&history, &stored).count(Rule::Page), 0);
    (history.pages[0].call, history.pages[0].ret) = (5 * SECOND + SECOND / 2, 6 * SECOND - 1);
    assert_eq!(check(&history, &stored).count(Rule::Page), 1);
}

#[test]
fn refusing_a_member_and_leaving_a_fate_open_are_flagged() {
    let (mut history, stored) = example();
    let (key, call, fate) = (key(7), 9 * SECOND, Fate::Unknown);
    history.sends.push(Send { key, person: 0, chat: 0, call, fate });
    let findings = check(&history, &stored);
    assert_eq!(findings.count(Rule::Resolved), 1, "{findings:#?}");
    history.sends.last_mut().unwrap().fate = Fate::RefusedLate;
    let findings = check(&history, &stored);
    assert_eq!(findings.count(Rule::Sender), 1, "{findings:#?}");
    history.sends.last_mut().unwrap().person = 2;
    let findings = check(&history, &stored);
    assert!(findings.is_clean(), "{findings:#?}");
}

#[test]
fn a_change_without_an_answer_may_or_may_not_have_been_made() {
    // Made: then it says what was asked for, by one of those who asked.
    let (mut history, mut stored) = example();
    became(&mut history, 3, Outcome::Open);
    assert!(check(&history, &stored).is_clean());
    let place = place(&stored, 2);
    stored.logs[0].rows[place].name.says = 1;
    assert_eq!(check(&history, &stored).count(Rule::Changed), 1);
    // Not made.
    let (mut history, stored) = example();
    let outcome = Outcome::Open;
    history.changes.push(Change { outcome, says: 1, ..history.changes[3] });
    assert!(check(&history, &stored).is_clean());
    // Whoever comes second to a deletion is told of the first.
    let (person, ret) = (2, 13 * SECOND);
    let outcome = Outcome::Done { ret, event_seq: 14, revision: 2 };
    history.changes.push(Change { person, outcome, ..history.changes[2] });
    let findings = check(&history, &stored);
    assert!(findings.is_clean(), "{findings:#?}");
}

#[test]
fn who_left_is_shown_nothing_of_what_was_changed_after() {
    let (mut history, stored) = example();
    // With its revision, and without its words.
    let item = &mut history.streams[2].items[3];
    (item.name.says, item.revision) = (Name::BLANK, 3);
    let findings = check(&history, &stored);
    assert!(findings.is_clean(), "{findings:#?}");
}

#[test]
fn a_history_in_which_too_little_happens_proves_nothing() {
    let (mut history, stored) = example();
    let (key, fate) = (key(7), Fate::Refused);
    history.sends.push(Send { key, person: 2, chat: 0, call: 7 * SECOND, fate });
    let (kind, hit, begun, took) = ("cut", Hit::Everything, 0, Some(String::new()));
    history.faults.push(Fault { kind, begun, over: 1, counts_from: 1, took, hit });
    let proved =
        |history: &History| check::check(history, &stored, Wanted::Everything).count(Rule::Proved);
    // But for news, which is told too seldom in so short a time.
    assert_eq!(proved(&history), 1);
    let mutations: [fn(&mut History); 13] = [
        |h| h.streams.retain(|stream| stream.follower != 0),
        |h| h.streams.iter_mut().for_each(|stream| stream.opened = 20 * SECOND),
        |h| h.pages.clear(),
        |h| h.changes.retain(|one| !matches!(one.deed, Deed::Edit { .. })),
        |h| h.changes.retain(|one| !matches!(one.deed, Deed::Delete { .. })),
        |h| h.changes.retain(|one| one.deed != Deed::Title),
        |h| h.moves.retain(|one| one.way == Way::In),
        |h| h.streams[2].end = End::Broke,
        |h| h.sends.retain(|send| send.fate != Fate::Refused),
        |h| h.intrusions.clear(),
        |h| h.intrusions[0].answer = Answer::None,
        |h| h.faults.clear(),
        |h| {
            let never = Fault { kind: "clock jump", took: None, ..h.faults[0].clone() };
            h.faults.extend([never.clone(), never.clone(), never]);
        },
    ];
    for (n, mutate) in mutations.into_iter().enumerate() {
        let mut history = history.clone();
        mutate(&mut history);
        assert_eq!(proved(&history), 2, "{n}");
    }
    history.acks.clear();
    assert!(check(&history, &stored).count(Rule::Proved) > 0);
}

#[test]
fn an_attempt_without_an_answer_may_have_let_somebody_in_at_any_time_after() {
    let (mut history, stored) = example();
    // Begun before they left, and done long after.
    let last = history.moves.last_mut().unwrap();
    (last.call, last.ret) = (2 * SECOND, None);
    history.streams[3].items[0].at = 7_400;
    let findings = check(&history, &stored);
    assert!(findings.is_clean(), "{findings:#?}");
}

#[test]
fn news_that_waits_for_the_next_look_is_flagged_unless_something_is_broken() {
    let (mut history, mut stored) = (History::default(), Stored::default());
    let mut log =
        Log { members: vec![(0, None)], event_seq: 31, message_seq: 30, ..Log::default() };
    let name = |event_seq| Name { of: event_seq, says: says(event_seq) };
    log.rows.push(Row { event_seq: 1, name: name(1), what: What::Joined(0) });
    let mut items = vec![Item { number: 1, at: 0, name: name(1), revision: 0 }];
    for seq in 1..=30 {
        let (key, id, event_seq) = (key(seq), u128::from(seq), seq + 1);
        let call = u64::from(seq) * 5 * SECOND;
        history.sends.push(Send { key, person: 0, chat: 0, call, fate: Fate::Acknowledged });
        let ret = call + 1_000;
        history.acks.push(Ack { key, chat: 0, instance: 0, call, ret, id, seq, event_seq });
        let (said, name) = (says(event_seq), name(event_seq));
        let (sender, key, revision, changed) = (Some(0), Some(key), 1, None);
        let what = What::Message { seq, id, sender, key, said, revision, changed };
        log.rows.push(Row { event_seq, name, what });
        items.push(Item { number: event_seq, at: seq * 5_000 + 1_500, name, revision });
    }
    stored.logs.push(log);
    let end = End::Broke;
    let (follower, person, chat, by, after, opened) = (0, 0, 0, By::Events, 0, 0);
    history.followers.push(Follower { number: 0, person, chat, by, is_prompt: false });
    history.streams.push(Stream { follower, person, chat, by, after, opened, items, end });
    assert_eq!(check(&history, &stored).count(Rule::Prompt), 1);
    let (begun, over) = (0, 200 * SECOND);
    let (kind, hit) = ("cut", Hit::Everything);
    history.faults.push(Fault { kind, begun, over, counts_from: over, took: None, hit });
    assert!(check(&history, &stored).is_clean());
    history.faults.clear();
    for item in &mut history.streams[0].items {
        item.at = item.at.saturating_sub(1_000);
    }
    assert!(check(&history, &stored).is_clean());
}

#[test]
fn recovery_is_the_time_until_everybody_who_was_hit_goes_on() {
    let (mut history, _) = example();
    let (eighth, quarter) = (SECOND / 8, SECOND / 4);
    let mut fault = |kind, from: Micros, hit, took: bool| {
        let took = took.then(String::new);
        history.faults.push(Fault { kind, begun: 0, over: from, counts_from: from, took, hit });
    };
    // Messages are asked for at 1, 2, 4, 5, 7 and 9, acknowledged a quarter after by instances in
    // turn, from 1 on, and told at 300 ms.
    fault("all", SECOND + eighth, Hit::Everything, true);
    fault("one", SECOND + eighth, Hit::Instance(0), true);
    fault("one", 4 * SECOND + eighth, Hit::Instance(0), true);
    fault("other", 7 * SECOND + eighth, Hit::Instance(1), true);
    fault("in it", 4 * SECOND + eighth, Hit::Chat(0), true);
    fault("elsewhere", 4 * SECOND + eighth, Hit::Chat(3), true);
    fault("missed", 4 * SECOND + eighth, Hit::Everything, false);
    let found = recoveries(&history);
    // Instance 1 acknowledges what is asked at 4; what is said after is told first at 2.3.
    assert_eq!(found["all"].writers.took, [3 * SECOND + eighth]);
    assert_eq!(found["all"].subscribers.took, [SECOND + 175_000]);
    assert_eq!(found["one"].writers.took, [SECOND + eighth, SECOND + eighth]);
    assert_eq!(found["one"].writers.percentile(50), Some(SECOND + eighth));
    assert_eq!((found["other"].writers.never, found["other"].writers.percentile(50)), (1, None));
    // The message under way is what waits, where a conversation is held.
    assert_eq!(found["in it"].writers.took, [eighth]);
    assert!(found["elsewhere"].writers.took.is_empty() && found["elsewhere"].writers.never == 0);
    assert_eq!((found["missed"].faults, found["missed"].missed), (0, 1));
    assert!(found["missed"].writers.took.is_empty());
    // One acknowledgement among many does not make it short, and one that never comes is told.
    let (key, call) = (key(7), 4 * SECOND);
    let fate = Fate::Acknowledged;
    history.sends.push(Send { key, person: 0, chat: 0, call, fate });
    assert_eq!(recoveries(&history)["in it"].writers.never, 1);
    let ret = 4 * SECOND + 3 * quarter;
    history.acks.push(Ack { key, call, ret, seq: 7, event_seq: 12, ..history.acks[0] });
    assert_eq!(recoveries(&history)["in it"].writers.took, [ret - 4 * SECOND - eighth]);
    // So with a subscriber who is told late.
    for item in &mut history.streams[0].items[3..] {
        item.at += 20_000;
    }
    let late = recoveries(&history);
    assert_eq!(late["all"].subscribers.took, [21 * SECOND + 175_000]);
}
