//! Followers of one conversation, one situation at a time.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use super::{
    log::{Log, Told},
    nodes::FAR,
    world::{Ask, Talk, Weather, World},
};
use crate::{
    ids::UserId,
    live::{Alone, Fault, Hub, Options, Signal, Standing, Step, Subscriber},
    metrics::Metrics,
    time::Timestamp,
};

/// A conversation of two with so many messages; who is here follows from its number 0 on.
fn scene(messages: usize) -> (Arc<World>, Hub<Log>) {
    let world = World::new(0, 1, 2, Weather::default());
    let people = world.people.clone();
    world.write(0, |talk| {
        for person in people {
            talk.join(person);
        }
        (0..messages).for_each(|_| talk.send());
    });
    let hub =
        Hub::start(Log::new(&world, None), Box::new(Alone), Options::default(), Metrics::default());
    (world, hub)
}

/// Follows as somebody who stands to it as is true now.
fn follow(world: &World, hub: &Hub<Log>, person: usize, after: i64) -> Subscriber<Log> {
    let person = world.people[person];
    let (id, standing) = world.write(0, |talk| (talk.id, talk.standing(person).unwrap()));
    hub.follow(id, person, standing, after)
}

fn advance(world: &World, hub: &Hub<Log>) {
    let (conversation, event_seq) = world.write(0, |talk| (talk.id, talk.head()));
    hub.tell(Signal::Advanced { conversation, event_seq });
}

async fn next(walk: &mut Subscriber<Log>) -> Step<Told> {
    tokio::time::timeout(Duration::from_secs(20), walk.next()).await.expect("something").unwrap()
}

/// The number of the next event, the revision of its message, and whether that is hidden.
async fn entry(walk: &mut Subscriber<Log>) -> (i64, usize, bool) {
    match next(walk).await {
        Step::Entry { held, hides } => {
            (held.number, held.shown.map_or(0, |shown| shown.revision), hides)
        }
        other => panic!("{other:?}"),
    }
}

async fn settle() {
    tokio::time::sleep(Duration::from_millis(5)).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_changed_is_not_shown_as_it_was_out_of_the_ring() {
    let (world, hub) = scene(0);
    let mut walk = follow(&world, &hub, 0, 2);
    world.write(0, |talk| (0..10).for_each(|_| talk.send()));
    advance(&world, &hub);
    assert_eq!(entry(&mut walk).await, (3, 0, false));
    world.write(0, |talk| talk.change(5));
    advance(&world, &hub);
    settle().await;
    for number in 4..=12 {
        assert_eq!(entry(&mut walk).await, (number, usize::from(number == 7), false));
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_changed_is_not_shown_as_it_was_out_of_a_page() {
    let (world, hub) = scene(300);
    let mut walk = follow(&world, &hub, 0, 0);
    entry(&mut walk).await;
    world.write(0, |talk| talk.change(5));
    advance(&world, &hub);
    settle().await;
    for number in 2..=302 {
        assert_eq!(entry(&mut walk).await, (number, usize::from(number == 7), false));
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_is_not_given_to_who_knows_of_more_than_was_read() {
    let (world, hub) = scene(300);
    let mut first = follow(&world, &hub, 0, 0);
    entry(&mut first).await;
    // The room has not heard of it, but whoever comes now has.
    world.write(0, |talk| talk.change(5));
    let mut second = follow(&world, &hub, 1, 0);
    for number in 1..=302 {
        assert_eq!(entry(&mut second).await, (number, usize::from(number == 7), false));
    }
}

#[tokio::test(start_paused = true)]
async fn a_ring_is_not_given_to_who_knows_of_more_than_was_read() {
    let (world, hub) = scene(0);
    let mut first = follow(&world, &hub, 0, 2);
    world.write(0, |talk| (0..10).for_each(|_| talk.send()));
    advance(&world, &hub);
    for number in 3..=12 {
        assert_eq!(entry(&mut first).await, (number, 0, false));
    }
    // The room has not heard of it, but whoever comes now has.
    world.write(0, |talk| talk.change(5));
    let mut second = follow(&world, &hub, 1, 2);
    for number in 3..=13 {
        let revision = usize::from(number == 7 || number == 13);
        assert_eq!(entry(&mut second).await, (number, revision, false));
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_to_what_is_not_kept_any_more_is_told_so() {
    for lost in [1..=50, 40..=40, 130..=135, 303..=303] {
        let (world, hub) = scene(300);
        let mut walk = follow(&world, &hub, 0, 0);
        let mut late = follow(&world, &hub, 0, *lost.end());
        let mut at_head = follow(&world, &hub, 0, 302);
        world.write(0, |talk| talk.change(5));
        world.write(0, |talk| talk.lose(lost.clone()));
        advance(&world, &hub);
        let gone = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                match walk.next().await {
                    Ok(Step::Entry { held, .. }) => assert!(!lost.contains(&held.number)),
                    Ok(other) => panic!("{other:?}"),
                    Err(fault) => return fault,
                }
            }
        });
        assert_eq!(gone.await, Ok(Fault::Gone), "{lost:?}");
        let next = lost.end() + 1;
        if next <= 303 {
            assert_eq!(entry(&mut late).await.0, next);
            assert_eq!(entry(&mut at_head).await.0, 303);
        } else {
            let gone = tokio::time::timeout(Duration::from_secs(20), at_head.next()).await;
            assert!(matches!(gone, Ok(Err(Fault::Gone))), "{gone:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_lies_here_for_long_is_read_again() {
    let (world, hub) = scene(20);
    let mut walk = follow(&world, &hub, 0, 0);
    entry(&mut walk).await;
    // The room has not heard of it.
    world.write(0, |talk| talk.change(5));
    tokio::time::sleep(Duration::from_millis(1_001)).await;
    for number in 2..=22 {
        assert_eq!(entry(&mut walk).await, (number, usize::from(number == 7), false));
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_changed_after_somebody_left_is_hidden_and_then_they_are_out() {
    for is_seen in [false, true] {
        let (world, hub) = scene(4);
        let person = world.people[1];
        let before = world.write(0, |talk| talk.standing(person).unwrap());
        let mut walk = follow(&world, &hub, 1, 0);
        world.write(0, |talk| talk.change(2));
        world.write(0, |talk| talk.leave(person));
        world.write(0, |talk| talk.change(3));
        if is_seen {
            walk = follow(&world, &hub, 1, 0);
        } else {
            assert_eq!(before.left, None);
        }
        advance(&world, &hub);
        for (number, revision) in [(1, 0), (2, 0), (3, 0), (4, 1), (5, 1), (6, 0), (7, 1), (8, 0)] {
            assert_eq!(entry(&mut walk).await, (number, revision, number == 5), "{is_seen}");
        }
        assert!(matches!(next(&mut walk).await, Step::Left));
        assert!(matches!(next(&mut walk).await, Step::Left));
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_resumes_where_they_left_gets_nothing_more() {
    let (world, hub) = scene(4);
    let person = world.people[1];
    world.write(0, |talk| talk.leave(person));
    world.write(0, |talk| (0..3).for_each(|_| talk.send()));
    let left = world.write(0, |talk| talk.standing(person)).and_then(|standing| standing.left);
    let mut walk = follow(&world, &hub, 1, left.unwrap());
    assert!(matches!(next(&mut walk).await, Step::Left));
}

#[tokio::test(start_paused = true)]
async fn a_step_that_is_dropped_half_way_loses_nothing() {
    let (world, hub) = scene(200);
    let (id, person) = (world.write(0, |talk| talk.id), world.people[1]);
    let mut walk = hub.follow(id, person, Standing { head: 202, joined: 2, left: None }, 2);
    // Farther on than a page reaches.
    world.write(0, |talk| talk.change(1));
    for ask in [Ask::Page, Ask::Standing] {
        let held = world.hold(ask);
        assert!(tokio::time::timeout(Duration::from_millis(10), walk.next()).await.is_err());
        drop(held);
        assert_eq!(walk.position(), 2);
    }
    assert_eq!(entry(&mut walk).await, (3, 1, false));
    assert_eq!(entry(&mut walk).await, (4, 0, false));
}

#[tokio::test(start_paused = true)]
async fn what_was_written_before_the_room_was_there_is_told_at_once() {
    for is_first in [true, false] {
        let (world, hub) = scene(0);
        let (id, person) = (world.write(0, |talk| talk.id), world.people[0]);
        let standing = world.write(0, |talk| talk.standing(person).unwrap());
        let other = (!is_first).then(|| follow(&world, &hub, 1, 2));
        settle().await;
        // Nobody tells of it, and the hub looks again only seconds later.
        world.write(0, Talk::send);
        let standing = Standing { head: if is_first { standing.head } else { 3 }, ..standing };
        let mut walk = hub.follow(id, person, standing, 2);
        let soon = tokio::time::timeout(Duration::from_millis(50), entry(&mut walk));
        assert_eq!(soon.await.unwrap().0, 3);
        drop(other);
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_that_failed_slowly_does_not_put_off_the_next() {
    let (world, hub) = scene(0);
    let mut walk = follow(&world, &hub, 0, 2);
    let held = world.hold(Ask::Heads);
    held.reached.await.unwrap();
    tokio::time::sleep(Duration::from_mins(1)).await;
    drop(held.release);
    world.write(0, Talk::send);
    assert_eq!(entry(&mut walk).await.0, 3);
}

#[tokio::test(start_paused = true)]
async fn items_of_numbers_that_are_not_reached_wait_and_are_not_kept_without_end() {
    let (world, hub) = scene(0);
    let mut walk = follow(&world, &hub, 0, 2);
    let conversation = world.write(0, |talk| talk.id);
    let typing = |user, event_seq| {
        let (typing, expires_at) = (true, Timestamp::latest());
        Signal::Typing { conversation, user, typing, expires_at, event_seq }
    };
    let somebody = |n: u128| UserId::from(Uuid::from_u128((7 << 64) + n));
    for n in 0..1_000 {
        hub.tell(typing(somebody(n), if n % 2 == 0 { FAR } else { 3 }));
        assert!(tokio::time::timeout(Duration::from_millis(1), walk.next()).await.is_err());
    }
    world.write(0, Talk::send);
    hub.tell(typing(world.people[1], 3));
    assert_eq!(entry(&mut walk).await.0, 3);
    let mut given = Vec::new();
    while let Ok(step) = tokio::time::timeout(Duration::from_millis(1), walk.next()).await {
        let Ok(Step::Passing(signal)) = step else { panic!("{step:?}") };
        assert_eq!(signal.event_seq(), Some((conversation, 3)));
        given.push(signal);
    }
    assert!(given.len() <= 64, "{}", given.len());
    assert_eq!(given.last(), Some(&typing(world.people[1], 3)));
}
