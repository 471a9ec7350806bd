//! The checker of `tests/chaos`: a history without a fault passes, and each of many that are wrong
//! is flagged by the rule that is there for it.

#[path = "../chaos/check/mod.rs"]
#[expect(dead_code, unused_imports, reason = "some of it is for reports")]
mod check;
#[path = "../chaos/history.rs"]
#[expect(dead_code, reason = "not all that can be stored is in the example")]
mod history;

use check::{Rule, recoveries};
use history::{
    Ack, By, End, Fate, Fault, History, Hit, Intrusion, Item, Key, Log, Micros, Move, Page, Person,
    Place, Row, Send, Stored, Stream, Way, What,
};

const SECOND: Micros = 1_000_000;

/// What happens in the conversation of the example, with the second at which it does.
const EVENTS: [(Person, Kind, u64); 11] = [
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
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Joins,
    Leaves,
    Says,
}

fn name(event_seq: u32) -> u64 {
    900 + u64::from(event_seq)
}

fn key(n: u32) -> Key {
    Key { writer: 1, n }
}

fn item(event: &Row, number: u32, second: u64) -> Item {
    Item { number, at: u32::try_from(second * 1_000 + 300).unwrap(), name: event.name }
}

/// Three people, one of whom comes, goes and comes again; two who follow everything, by events and
/// by messages, and that one, whose first stream ends where they went.
fn example() -> (History, Stored) {
    let (mut history, mut log) = (History::default(), Log::default());
    let mut seq = 0;
    for (event_seq, (person, kind, second)) in (1..).zip(EVENTS) {
        let call = second * SECOND;
        let ret = call + SECOND / 4;
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
                What::Message { seq, id, sender: Some(person), key: Some(key), is_true: true }
            }
        };
        if person == 2 && kind != Kind::Says {
            let way = if kind == Kind::Joins { Way::In } else { Way::Out };
            history.moves.push(Move { chat: 0, person, way, call, ret: Some(ret) });
        }
        log.rows.push(Row { event_seq, name: name(event_seq), what });
    }
    (log.message_seq, log.event_seq) = (seq, 11);
    log.members = vec![(0, None), (1, None), (2, None)];
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
    stream(2, 2, By::Events, 0, 4 * SECOND, events[..8].to_vec(), End::Left);
    // What was said while they were out they see when they are in again.
    let later = events[8..].iter().map(|item| Item { at: item.at.max(8_300), ..*item }).collect();
    stream(2, 2, By::Events, 8, 8 * SECOND + 1, later, End::Broke);
    stream(3, 9, By::Events, 0, 0, Vec::new(), End::NotFound);
    let said: Vec<_> = log.rows.iter().filter_map(|row| Some((row.seq()?, row.name))).collect();
    let mut page = |person, second, place, items: &[(u32, u64)]| {
        let (call, ret) = (second * SECOND, second * SECOND + 1);
        history.pages.push(Page { person, chat: 0, call, ret, place, items: items.to_vec() });
    };
    page(1, 10, Place::Last, &said[3..]);
    page(1, 10, Place::Before(4), &said[..3]);
    page(0, 10, Place::First, &said[..2]);
    page(0, 10, Place::After(2), &said[2..]);
    let refused = Intrusion { person: 9, chat: 0, what: "read", answer: None };
    history.intrusions.push(refused);
    (history, Stored { logs: vec![log], strays: 0 })
}

/// The place of a message in the log.
fn place(stored: &Stored, seq: u32) -> usize {
    stored.logs[0].rows.iter().position(|row| row.seq() == Some(seq)).unwrap()
}

/// A change of a message's row.
fn alter(stored: &mut Stored, seq: u32, change: impl Fn(&mut Option<Key>, &mut bool, &mut u32)) {
    let place = place(stored, seq);
    let What::Message { key, is_true, seq, .. } = &mut stored.logs[0].rows[place].what else {
        panic!("{seq} is no message");
    };
    change(key, is_true, seq);
}

#[test]
fn a_history_without_a_fault_passes() {
    let (history, stored) = example();
    let findings = check::check(&history, &stored);
    assert!(findings.is_clean(), "{findings:#?}");
}

/// Takes something out of a history.
fn lose<T>(all: &mut Vec<T>, place: usize) {
    all.splice(place..=place, []);
}

type Mutation = fn(&mut History, &mut Stored);

/// Ways to be wrong, each with the rule that must flag it.
const MUTATIONS: [(&str, Rule, Mutation); 38] = [
    ("the last message is lost", Rule::Acknowledged, |_, s| {
        let log = &mut s.logs[0];
        log.rows.pop();
        (log.message_seq, log.event_seq) = (5, 10);
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
        alter(s, 2, |_, is_true, _| *is_true = false);
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
    ("a follower was told something else", Rule::Agreement, |h, _| h.streams[0].items[5].name = 1),
    ("a follower was told what is not stored", Rule::Agreement, |h, _| {
        let phantom = Item { number: 12, at: 9_999, name: 12 };
        h.streams[0].items.push(phantom);
    }),
    ("a page shows something else", Rule::Agreement, |h, _| h.pages[0].items[1].1 = 1),
    ("the member's row knows of another departure", Rule::Agreement, |_, s| {
        s.logs[0].members[2].1 = Some(8);
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
    ("a follower never gets the last", Rule::End, |h, _| lose(&mut h.streams[0].items, 10)),
    ("who left gets what came after", Rule::Leaver, |h, s| {
        // They are not let in again.
        h.moves.pop();
        let log = &mut s.logs[0];
        log.rows.truncate(9);
        (log.message_seq, log.event_seq) = (5, 9);
        log.members[2].1 = Some(8);
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
    ("an outsider gets an answer", Rule::Outsider, |h, _| {
        h.intrusions[0].answer = Some("words".to_owned());
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
        let findings = check::check(&history, &stored);
        assert!(findings.count(rule) > 0, "{what}, but {rule} says nothing: {findings:#?}");
    }
}

#[test]
fn pages_with_holes_or_without_the_newest_are_flagged() {
    let mutations: [fn(&mut Vec<Page>); 4] = [
        |pages| lose(&mut pages[0].items, 1),
        |pages| lose(&mut pages[0].items, 2),
        |pages| lose(&mut pages[1].items, 2),
        |pages| lose(&mut pages[3].items, 0),
    ];
    for (n, mutate) in mutations.into_iter().enumerate() {
        let (mut history, stored) = example();
        mutate(&mut history.pages);
        let findings = check::check(&history, &stored);
        assert_eq!(findings.count(Rule::Page), 1, "{n}: {findings:#?}");
    }
    // Who asked before it was acknowledged need not have it, nor who is taken out meanwhile.
    let (mut history, stored) = example();
    history.pages[0].items.pop();
    history.pages[0].call = 9 * SECOND;
    assert_eq!(check::check(&history, &stored).count(Rule::Page), 0);
    let page = &mut history.pages[0];
    (page.person, page.call, page.ret) = (2, 6 * SECOND + 1, 6 * SECOND + 2);
    page.items.clear();
    assert_eq!(check::check(&history, &stored).count(Rule::Page), 0);
    (history.pages[0].call, history.pages[0].ret) = (5 * SECOND + SECOND / 2, 6 * SECOND - 1);
    assert_eq!(check::check(&history, &stored).count(Rule::Page), 1);
}

#[test]
fn refusing_a_member_and_leaving_a_fate_open_are_flagged() {
    let (mut history, mut stored) = example();
    history.acks.pop();
    let last = history.sends.last_mut().unwrap();
    (last.person, last.fate) = (0, Fate::Unknown);
    stored.logs[0].rows.pop();
    (stored.logs[0].message_seq, stored.logs[0].event_seq) = (5, 10);
    for stream in &mut history.streams {
        stream.items.retain(|item| item.name != name(11));
    }
    history.pages.clear();
    let findings = check::check(&history, &stored);
    assert_eq!(findings.count(Rule::Resolved), 1, "{findings:#?}");
    history.sends.last_mut().unwrap().fate = Fate::RefusedLate;
    let findings = check::check(&history, &stored);
    assert_eq!(findings.count(Rule::Sender), 1, "{findings:#?}");
    history.sends.last_mut().unwrap().person = 2;
    let findings = check::check(&history, &stored);
    assert!(findings.is_clean(), "{findings:#?}");
}

#[test]
fn an_attempt_without_an_answer_may_have_let_somebody_in_at_any_time_after() {
    let (mut history, stored) = example();
    // Begun before they left, and done long after.
    let last = history.moves.last_mut().unwrap();
    (last.call, last.ret) = (2 * SECOND, None);
    history.streams[3].items[0].at = 7_400;
    let findings = check::check(&history, &stored);
    assert!(findings.is_clean(), "{findings:#?}");
}

#[test]
fn news_that_waits_for_the_next_look_is_flagged_unless_something_is_broken() {
    let (mut history, mut stored) = (History::default(), Stored::default());
    let mut log =
        Log { members: vec![(0, None)], event_seq: 31, message_seq: 30, ..Log::default() };
    log.rows.push(Row { event_seq: 1, name: name(1), what: What::Joined(0) });
    let mut items = vec![Item { number: 1, at: 0, name: name(1) }];
    for seq in 1..=30 {
        let (key, id, event_seq) = (key(seq), u128::from(seq), seq + 1);
        let call = u64::from(seq) * 5 * SECOND;
        history.sends.push(Send { key, person: 0, chat: 0, call, fate: Fate::Acknowledged });
        let ret = call + 1_000;
        history.acks.push(Ack { key, chat: 0, instance: 0, call, ret, id, seq, event_seq });
        let what = What::Message { seq, id, sender: Some(0), key: Some(key), is_true: true };
        log.rows.push(Row { event_seq, name: name(event_seq), what });
        items.push(Item { number: event_seq, at: seq * 5_000 + 1_500, name: name(event_seq) });
    }
    stored.logs.push(log);
    let end = End::Broke;
    let (follower, person, chat, by, after, opened) = (0, 0, 0, By::Events, 0, 0);
    history.streams.push(Stream { follower, person, chat, by, after, opened, items, end });
    assert_eq!(check::check(&history, &stored).count(Rule::Prompt), 1);
    let (begun, over) = (0, 200 * SECOND);
    let (kind, hit) = ("cut", Hit::Everything);
    let fault = Fault { kind, begun, over, counts_from: over, is_fresh: false, hit };
    history.faults.push(fault);
    assert!(check::check(&history, &stored).is_clean());
    history.faults.clear();
    for item in &mut history.streams[0].items {
        item.at = item.at.saturating_sub(1_000);
    }
    assert!(check::check(&history, &stored).is_clean());
}

#[test]
fn recovery_is_the_time_to_the_next_send_through_what_was_hit() {
    let (mut history, _) = example();
    let mut fault = |kind, second: u64, is_fresh, hit| {
        let from = second * SECOND + SECOND / 8;
        history.faults.push(Fault {
            kind,
            begun: from,
            over: from,
            counts_from: from,
            is_fresh,
            hit,
        });
    };
    // Messages are acknowledged at 1.25, 2.25, 4.25, 5.25, 7.25 and 9.25, by instances in turn.
    fault("any", 1, false, Hit::Everything);
    fault("kill", 1, true, Hit::Everything);
    fault("one", 1, false, Hit::Instance(0));
    fault("one", 5, false, Hit::Instance(1));
    fault("elsewhere", 1, false, Hit::Chat(3));
    let recoveries = recoveries(&history);
    let eighth = SECOND / 8;
    assert_eq!(recoveries["any"].took, [eighth]);
    assert_eq!(recoveries["kill"].took, [SECOND + eighth]);
    assert_eq!(recoveries["one"].took, [SECOND + eighth, 2 * SECOND + eighth]);
    assert_eq!(recoveries["one"].percentile(50), Some(SECOND + eighth));
    assert_eq!(recoveries["one"].percentile(99), Some(2 * SECOND + eighth));
    assert_eq!((recoveries["elsewhere"].never, recoveries["elsewhere"].percentile(50)), (1, None));
}
