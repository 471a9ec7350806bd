//! Followers of all of a person's conversations, one situation at a time.

use std::{collections::HashSet, sync::Arc, time::Duration};

use uuid::Uuid;

use super::{
    followers::{Moved, drain, moved},
    log::Log,
    world::{Ask, Talk, Weather, World},
};
use crate::{
    ids::{ConversationId, UserId},
    live::{Alone, Hub, Inbox, Mark, Options, Signal},
    metrics::Metrics,
};

/// So many conversations with one person in all of them, and a hub that looks by itself only
/// if it is told how often.
fn scene(talks: usize, reconcile: Option<Duration>) -> (Arc<World>, Hub<Log>, UserId) {
    let world = World::new(0, talks, 2, Weather::default());
    let person = world.people[0];
    for talk in 0..talks {
        world.write(talk, |talk| talk.join(person));
    }
    let reconcile = reconcile.unwrap_or(Duration::from_secs(1_000_000));
    let options = Options { reconcile, poll: reconcile, ..Options::default() };
    let hub = Hub::start(Log::new(&world, None), Box::new(Alone), options, Metrics::default());
    (world, hub, person)
}

/// A message is sent and told of.
fn send(world: &World, hub: &Hub<Log>, talk: usize) {
    let (conversation, event_seq) = world.write(talk, |talk| {
        talk.send();
        (talk.id, talk.head())
    });
    hub.tell(Signal::Advanced { conversation, event_seq });
}

fn id(world: &World, talk: usize) -> ConversationId {
    world.write(talk, |talk| talk.id)
}

/// What was told by now has been read by now.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

fn views_asked(world: &World) -> usize {
    world.asked.lock().unwrap().iter().filter(|asked| **asked == Ask::Views).count()
}

/// Starts to follow all, held between the moment of its marks and their answer.
async fn begin_slowly(
    world: &World,
    hub: &Hub<Log>,
    person: UserId,
) -> (tokio::task::JoinHandle<(Inbox<Log>, Vec<Mark>)>, tokio::sync::oneshot::Sender<()>) {
    let (pause, hub) = (world.hold(Ask::Marks), hub.clone());
    let begun = tokio::spawn(async move { hub.follow_all(person).await.unwrap() });
    pause.reached.await.unwrap();
    (begun, pause.release)
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_stops_finds_each_conversation_once_as_it_is_then() {
    let (world, hub, person) = scene(30, None);
    let (inbox, marks) = hub.follow_all(person).await.unwrap();
    assert_eq!(marks.len(), 30);
    for round in 0..40 {
        for talk in 0..30 {
            send(&world, &hub, talk);
        }
        if round % 7 == 0 {
            settle().await;
        }
    }
    world.write(3, |talk| talk.leave(person));
    hub.tell(Signal::Membership { conversation: id(&world, 3), user: person });
    settle().await;
    let found = drain(&inbox).await;
    assert_eq!(found.len(), 30);
    let mut now = Vec::new();
    for moved in found {
        match moved {
            Moved::Now { mark, .. } => now.push(mark),
            Moved::Gone(gone) => assert_eq!(gone, id(&world, 3)),
        }
    }
    now.sort_unstable_by_key(|mark| mark.conversation);
    assert_eq!(now, world.marks_of(person));
}

#[tokio::test(start_paused = true)]
async fn a_busy_conversation_keeps_no_other_waiting() {
    let (world, hub, person) = scene(12, None);
    let (inbox, _) = hub.follow_all(person).await.unwrap();
    for talk in 0..12 {
        send(&world, &hub, talk);
    }
    settle().await;
    let mut found = HashSet::new();
    for _ in 0..12 {
        let Moved::Now { mark, .. } = moved(inbox.next().await) else { panic!("nobody left") };
        found.insert(mark.conversation);
        // It moves again as soon as it has been taken.
        let talk = world.talks().iter().position(|talk| talk.id == mark.conversation).unwrap();
        send(&world, &hub, talk);
        settle().await;
    }
    assert_eq!(found.len(), 12);
}

#[tokio::test(start_paused = true)]
async fn what_a_second_device_finds_is_told_to_the_first_too() {
    let (world, hub, person) = scene(1, None);
    world.write(0, |talk| talk.leave(person));
    let (first, marks) = hub.follow_all(person).await.unwrap();
    assert_eq!(marks, []);
    // Nobody is told that the person is in again.
    world.write(0, |talk| talk.join(person));
    let (_second, marks) = hub.follow_all(person).await.unwrap();
    assert_eq!(marks, world.marks_of(person));
    settle().await;
    let found = drain(&first).await;
    assert!(matches!(found[..], [Moved::Now { mark, .. }] if mark == marks[0]), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn a_read_under_way_tells_a_newcomer_nothing_that_is_older_than_what_they_have() {
    let (world, hub, person) = scene(2, None);
    let (_first, _) = hub.follow_all(person).await.unwrap();
    let held = world.hold(Ask::Views);
    world.write(1, |talk| talk.leave(person));
    hub.tell(Signal::Membership { conversation: id(&world, 1), user: person });
    send(&world, &hub, 0);
    held.reached.await.unwrap();
    // After the moment of that read; nobody is told.
    world.write(0, Talk::send);
    world.write(1, |talk| talk.join(person));
    let (second, marks) = hub.follow_all(person).await.unwrap();
    assert_eq!(marks, world.marks_of(person));
    let again = world.hold(Ask::Views);
    held.release.send(()).unwrap();
    let mut found = drain(&second).await;
    again.release.send(()).unwrap();
    found.extend(drain(&second).await);
    for moved in found {
        let Moved::Now { mark, .. } = moved else { panic!("{moved:?}, and they are in") };
        assert!(marks.contains(&mark), "{mark:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_happens_while_a_newcomer_reads_is_told_after() {
    let (world, hub, person) = scene(3, None);
    world.write(2, |talk| talk.leave(person));
    let (begun, release) = begin_slowly(&world, &hub, person).await;
    send(&world, &hub, 0);
    world.write(1, |talk| talk.leave(person));
    hub.tell(Signal::Membership { conversation: id(&world, 1), user: person });
    world.write(2, |talk| talk.join(person));
    hub.tell(Signal::Membership { conversation: id(&world, 2), user: person });
    settle().await;
    release.send(()).unwrap();
    let (inbox, marks) = begun.await.unwrap();
    assert_eq!(marks.iter().map(|mark| mark.event_seq).collect::<Vec<_>>(), [1, 1]);
    settle().await;
    let (mut now, mut gone) = (Vec::new(), Vec::new());
    for moved in drain(&inbox).await {
        match moved {
            Moved::Now { mark, .. } => now.push(mark),
            Moved::Gone(talk) => gone.push(talk),
        }
    }
    now.sort_unstable_by_key(|mark| mark.conversation);
    assert_eq!((now, gone), (world.marks_of(person), vec![id(&world, 1)]));
}

#[tokio::test(start_paused = true)]
async fn two_devices_that_begin_together_both_get_what_moved_meanwhile() {
    let (world, hub, person) = scene(1, None);
    let (first, release_first) = begin_slowly(&world, &hub, person).await;
    let (second, release_second) = begin_slowly(&world, &hub, person).await;
    send(&world, &hub, 0);
    release_first.send(()).unwrap();
    let (first, _) = first.await.unwrap();
    settle().await;
    release_second.send(()).unwrap();
    let (second, marks) = second.await.unwrap();
    assert_eq!(marks[0].event_seq, 1);
    settle().await;
    for inbox in [first, second] {
        let found = drain(&inbox).await;
        assert!(matches!(found.last(), Some(Moved::Now { mark, .. }) if mark.event_seq == 2));
    }
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_while_beginning_leaves_nothing_behind() {
    let (world, hub, person) = scene(2, None);
    world.write(1, |talk| talk.leave(person));
    let (first, _) = hub.follow_all(person).await.unwrap();
    let (begun, _release) = begin_slowly(&world, &hub, person).await;
    begun.abort();
    assert!(begun.await.is_err());
    let asked = views_asked(&world);
    send(&world, &hub, 1);
    settle().await;
    let (third, _) = hub.follow_all(person).await.unwrap();
    settle().await;
    assert_eq!(views_asked(&world), asked, "for a conversation that nobody here is in");
    assert!(drain(&first).await.is_empty() && drain(&third).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn for_who_is_gone_nothing_is_read() {
    let (world, hub, person) = scene(1, Some(Duration::from_secs(1)));
    world.write(0, |talk| talk.leave(person));
    let (inbox, _) = hub.follow_all(person).await.unwrap();
    // Found by looking; the follower goes while it is read.
    let held = world.hold(Ask::Views);
    world.write(0, |talk| talk.join(person));
    held.reached.await.unwrap();
    drop(inbox);
    held.release.send(()).unwrap();
    settle().await;
    let asked = views_asked(&world);
    send(&world, &hub, 0);
    settle().await;
    assert_eq!(views_asked(&world), asked);
}

#[tokio::test(start_paused = true)]
async fn conversations_that_are_made_up_fill_no_mailbox() {
    let (world, hub, person) = scene(1, None);
    let (inbox, _) = hub.follow_all(person).await.unwrap();
    for n in 0..1_000 {
        let conversation = ConversationId::from(Uuid::from_u128((9 << 64) + n));
        hub.tell(Signal::Membership { conversation, user: person });
    }
    settle().await;
    assert!(drain(&inbox).await.is_empty());
    send(&world, &hub, 0);
    settle().await;
    assert_eq!(drain(&inbox).await.len(), 1);
}
