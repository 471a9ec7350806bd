//! How much memory followers cost, however fast others write and however slowly they read.

use std::{sync::Arc, time::Duration};

use super::{
    log::Log,
    world::{Ask, Weather, World},
};
use crate::{
    live::{Alone, Hub, Options, Signal, Step, Subscriber},
    metrics::Metrics,
};

/// What a room keeps, what is just being read, and what one follower holds at a time.
const KEPT: usize = 512;
const PAGE: usize = 128;
const SLICE: usize = 32;
const KEPT_BYTES: usize = 512 << 10;

const BURST: i64 = 10_000;

/// A conversation of one, whose messages take so many bytes each.
fn scene(bytes: usize) -> (Arc<World>, Hub<Log>) {
    scene_in(Weather::default(), bytes)
}

fn scene_in(weather: Weather, bytes: usize) -> (Arc<World>, Hub<Log>) {
    let mut world = World::new(0, 1, 1, weather);
    Arc::get_mut(&mut world).unwrap().bytes = bytes;
    let person = world.people[0];
    world.write(0, |talk| talk.join(person));
    let hub =
        Hub::start(Log::new(&world, None), Box::new(Alone), Options::default(), Metrics::default());
    (world, hub)
}

fn follow(world: &World, hub: &Hub<Log>) -> Subscriber<Log> {
    let person = world.people[0];
    let (id, standing) = world.write(0, |talk| (talk.id, talk.standing(person).unwrap()));
    hub.follow(id, person, standing, 1)
}

/// So many messages at once, told of with one hint.
fn burst(world: &World, hub: &Hub<Log>, count: i64) {
    let (conversation, event_seq) = world.write(0, |talk| {
        (0..count).for_each(|_| talk.send());
        (talk.id, talk.head())
    });
    hub.tell(Signal::Advanced { conversation, event_seq });
}

/// Takes the numbers from 2 on until there are so many.
async fn take(walk: &mut Subscriber<Log>, count: i64) {
    for number in 2..2 + count {
        let step = walk.next().await.unwrap();
        let Step::Entry { held, hides: false } = step else { panic!("{step:?}") };
        assert_eq!(held.number, number);
    }
}

#[tokio::test(start_paused = true)]
async fn all_of_two_hundred_followers_get_all_of_a_burst() {
    let (world, hub) = scene(100);
    let followers: Vec<_> = (0..200)
        .map(|_| {
            let mut walk = follow(&world, &hub);
            tokio::spawn(async move {
                take(&mut walk, BURST).await;
                walk
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(5)).await;
    burst(&world, &hub, BURST);
    let mut walks = Vec::new();
    for follower in followers {
        walks.push(follower.await.unwrap());
    }
    // They still follow, and hold nothing: what is left is the ring.
    assert_eq!(world.scale.count(), KEPT);
    drop(walks);
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(world.scale.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn those_who_read_the_log_again_together_read_it_once() {
    let (world, hub) = scene_in(Weather { slow: 100, ..Weather::default() }, 100);
    burst(&world, &hub, BURST);
    let walks: Vec<_> = (0..50).map(|_| follow(&world, &hub)).collect();
    let readers =
        walks.into_iter().map(|mut walk| tokio::spawn(async move { take(&mut walk, BURST).await }));
    for reader in readers.collect::<Vec<_>>() {
        reader.await.unwrap();
    }
    let asked = world.asked.lock().unwrap();
    let pages = asked.iter().filter(|ask| **ask == Ask::Page).count();
    // By all of them, and by the room for what it keeps.
    assert!(pages <= 2 * usize::try_from(BURST).unwrap() / PAGE, "{pages} pages");
}

#[tokio::test(start_paused = true)]
async fn a_follower_that_stops_reading_costs_a_slice() {
    let (world, hub) = scene(100);
    let mut walk = follow(&world, &hub);
    burst(&world, &hub, 100);
    take(&mut walk, 1).await;
    for _ in 0..BURST / 100 {
        burst(&world, &hub, 100);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(world.scale.most() <= KEPT + PAGE + SLICE, "{}", world.scale.most());
    let step = walk.next().await.unwrap();
    assert!(matches!(step, Step::Entry { held, .. } if held.number == 3));
    for number in 4..=BURST + 101 {
        let step = walk.next().await.unwrap();
        assert!(matches!(step, Step::Entry { held, .. } if held.number == number));
    }
}

#[tokio::test(start_paused = true)]
async fn a_follower_of_long_messages_holds_fewer() {
    let (world, hub) = scene(16 << 10);
    burst(&world, &hub, 2_000);
    tokio::time::sleep(Duration::from_millis(5)).await;
    let ring = world.scale.bytes();
    let mut walks: Vec<_> = (0..10).map(|_| follow(&world, &hub)).collect();
    // One after the other, so that none is given what another has read.
    for (count, walk) in (0..).zip(&mut walks) {
        take(walk, 100 + 20 * count).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let held = world.scale.bytes() - ring;
    assert!(held <= 10 * (256 << 10), "{held}");
}

#[tokio::test(start_paused = true)]
async fn a_ring_of_long_messages_keeps_fewer() {
    let (world, hub) = scene(10 << 10);
    let mut walk = follow(&world, &hub);
    burst(&world, &hub, 2_000);
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert!(world.scale.bytes() <= KEPT_BYTES, "{}", world.scale.bytes());
    assert!(world.scale.bytes() > KEPT_BYTES / 2, "{}", world.scale.bytes());
    take(&mut walk, 2_000).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_longer_than_all_that_is_kept_is_told_too() {
    let (world, hub) = scene(2 * KEPT_BYTES);
    let mut walk = follow(&world, &hub);
    burst(&world, &hub, 5);
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(world.scale.count(), 1);
    take(&mut walk, 5).await;
    assert_eq!(world.scale.bytes(), 2 * KEPT_BYTES);
}
