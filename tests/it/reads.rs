//! How far people have read, what is still unread, and who is typing.

use std::{collections::BTreeMap, time::Duration};

use parlance::{
    ids::ConversationId,
    live::Signal,
    store::{
        StoreError, conversations,
        messages::{self, UNREAD_SPAN},
    },
    time::Clock,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use scoped_futures::ScopedFutureExt;
use tokio::sync::oneshot;

use crate::{
    messages::fills,
    support::{Id, Person, TestApp, Value, json, nobody},
};

/// How far somebody has read, and how much they have not.
async fn position(who: &Person, chat: Id) -> Value {
    who.sees(chat, "readSeq unreadCount").await.gives("conversation")
}

fn is_at(read: i64, unread: i64) -> Value {
    json!({ "readSeq": read, "unreadCount": unread })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_position_moves_forward_only() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for n in 0..5 {
        ann.sends(chat, &format!("{n}")).await;
    }
    let log = app.log_of(chat).await;
    let mut hints = app.app.live.listen();
    assert_eq!(position(&bob, chat).await, is_at(0, 5));
    for (seq, read, unread, is_told) in [
        (2, 2, 3, true),
        (1, 2, 3, false),
        (2, 2, 3, false),
        (0, 2, 3, false),
        (5, 5, 0, true),
        (3, 5, 0, false),
    ] {
        let answer = bob.reads_up_to(chat, seq).await;
        let is = json!({ "id": chat, "readSeq": read, "unreadCount": unread });
        assert_eq!(answer.gives("markRead.conversation"), is, "after {seq}");
        assert_eq!(position(&bob, chat).await, is_at(read, unread), "after {seq}");
        let (conversation, user) = (chat.into(), bob.id.into());
        let told = Signal::Read { conversation, user, read_seq: read, event_seq: 7 };
        assert_eq!(hints.try_recv().ok(), is_told.then_some(told), "after {seq}");
    }
    for seq in [6, i64::from(i32::MAX), -1, i64::from(i32::MIN)] {
        bob.reads_up_to(chat, seq).await.fails_on(&["upToSeq"]);
    }
    bob.reads_up_to(chat, 1 << 40).await.fails_with("BAD_USER_INPUT");
    assert_eq!(position(&bob, chat).await, is_at(5, 0));
    assert!(hints.try_recv().is_err(), "what was refused is not told");
    assert_eq!(app.log_of(chat).await, log, "reading is no durable event");
    // Ann's own position is another one, and sending has not moved it.
    assert_eq!(position(&ann, chat).await, is_at(0, 0));
    let members = ann
        .sees(chat, "members { nodes { user { id } readSeq } }")
        .await
        .gives("conversation.members.nodes");
    assert_eq!(
        members,
        json!([{ "user": { "id": ann.id }, "readSeq": 0 }, { "user": { "id": bob.id }, "readSeq": 5 }])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_positions_at_once_the_furthest_stays() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    fills(&app, chat, ann.id, 40, |n| n.to_string()).await;
    let reads = (1..=40).rev().map(|seq| {
        let bob = bob.clone();
        tokio::spawn(async move {
            bob.reads_up_to(chat, seq).await.succeeds().number("markRead.conversation.readSeq")
        })
    });
    for read in reads.collect::<Vec<_>>() {
        read.await.unwrap();
    }
    assert_eq!(position(&bob, chat).await, is_at(40, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_takes_part_reads_and_types() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let group = ann.starts_a_group_with(&[&bob]).await;
    ann.sends(group, "hello").await;
    bob.leaves(group).await.succeeds();
    let mut hints = app.app.live.listen();
    for (who, chat) in [(&eve, group), (&bob, group), (&ann, nobody())] {
        who.reads_up_to(chat, 1).await.fails_with("NOT_FOUND");
        // Nor do they learn how many messages there are.
        who.reads_up_to(chat, 9).await.fails_with("NOT_FOUND");
        who.does("setTyping", json!({ "conversationId": chat }), "conversationId")
            .await
            .fails_with("NOT_FOUND");
    }
    assert!(hints.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_is_told_and_never_stored() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let tables = ["messages", "changes", "members", "conversations", "settings", "audit_log"];
    let rows = async || {
        let mut rows = Vec::new();
        for table in tables {
            rows.push(app.counts(&format!("SELECT COUNT(*) FROM {table}")).await);
        }
        (rows, app.log_of(chat).await, ann.sees(chat, "eventSeq lastActivityAt").await.text)
    };
    let before = rows().await;
    let mut hints = app.app.live.listen();
    app.clock.stops();
    let (conversation, user) = (chat.into(), bob.id.into());
    let expires_at = app.clock.now().after(Duration::from_secs(6));
    let told = |typing| Signal::Typing { conversation, user, typing, expires_at, event_seq: 2 };
    for (input, told_at_once) in [
        (json!({ "conversationId": chat }), Some(told(true))),
        // Within three seconds only the newest is kept, and told at their end.
        (json!({ "conversationId": chat, "typing": true }), None),
        // To have stopped is told at once, and once.
        (json!({ "conversationId": chat, "typing": false }), Some(told(false))),
        (json!({ "conversationId": chat, "typing": false }), None),
        (json!({ "conversationId": chat, "typing": true }), None),
    ] {
        let answer = bob.does("setTyping", input, "conversationId").await;
        assert_eq!(answer.id("setTyping.conversationId"), chat);
        assert_eq!(hints.try_recv().ok(), told_at_once);
    }
    assert_eq!(hints.recv().await, Ok(told(true)));
    bob.does("setTyping", json!({ "conversationId": chat, "typing": null }), "conversationId")
        .await
        .fails_with("BAD_USER_INPUT");
    assert!(hints.try_recv().is_err());
    assert_eq!(rows().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_is_counted_to_1000() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    bob.sends(chat, "first").await;
    fills(&app, chat, ann.id, 999, |n| n.to_string()).await;
    assert_eq!(position(&bob, chat).await, is_at(0, 999));
    ann.sends(chat, "the thousandth").await;
    assert_eq!(position(&bob, chat).await, is_at(0, 1_000));
    fills(&app, chat, ann.id, 500, |n| n.to_string()).await;
    assert_eq!(position(&bob, chat).await, is_at(0, 1_000), "or more");
    let inbox = bob.asks_for("{ conversations { nodes { unreadCount } } }").await;
    assert_eq!(inbox.gives("conversations.nodes.0.unreadCount"), 1_000);
    assert_eq!(bob.reads_up_to(chat, 502).await.number("markRead.conversation.unreadCount"), 999);
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_is_looked_for_among_the_newest_messages_only() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    bob.sends(chat, "long ago").await;
    fills(&app, chat, ann.id, UNREAD_SPAN - 2, |n| n.to_string()).await;
    bob.sends(chat, "just now").await;
    assert_eq!(position(&ann, chat).await, is_at(0, 2), "her own do not count");
    let unread = "{ conversations(filter: { unreadOnly: true }) { nodes { unreadCount } } }";
    let unread = async || ann.asks_for(unread).await.gives("conversations.nodes");
    assert_eq!(unread().await, json!([{ "unreadCount": 2 }]));
    // Who only sends does not have ever more looked through for them.
    ann.sends(chat, "one more").await;
    assert_eq!(position(&ann, chat).await, is_at(0, 1));
    fills(&app, chat, ann.id, UNREAD_SPAN - 2, |n| n.to_string()).await;
    assert_eq!(unread().await, json!([{ "unreadCount": 1 }]));
    ann.sends(chat, "and one").await;
    assert_eq!(unread().await, json!([]));
    assert_eq!(position(&bob, chat).await, is_at(0, 1_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_positions_in_one_conversation_are_counted_each() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for n in 0..5 {
        ann.sends(chat, &n.to_string()).await;
    }
    let read = [(chat, 2), (nobody(), 0), (chat, 0), (chat, 4)];
    let read = read.map(|(chat, seq)| (ConversationId::from(chat), seq));
    let mut conn = app.store.conn().await.unwrap();
    let counts = messages::count_unread(&mut conn, bob.id.into(), &read, 4).await.unwrap();
    assert_eq!(counts, [3, 0, 4, 1], "in the order in which they were asked for");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on MySQL: every write of an SQLite file waits for every other"]
async fn a_read_position_needs_no_lock_of_the_conversation() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    ann.sends(chat, "hello").await;
    let (locked, is_locked) = oneshot::channel::<()>();
    let (release, is_released) = oneshot::channel::<()>();
    let store = app.store.clone();
    let holding = tokio::spawn(async move {
        let parts = std::sync::Mutex::new(Some((locked, is_released)));
        let work = store.transaction(|tx| {
            let parts = &parts;
            async move {
                conversations::lock(tx, &[ConversationId::from(chat)]).await?;
                let (locked, is_released) = parts.lock().unwrap().take().unwrap();
                locked.send(()).unwrap();
                let _ = is_released.await;
                Ok::<_, StoreError>(())
            }
            .scope_boxed()
        });
        work.await
    });
    is_locked.await.unwrap();
    bob.reads_up_to(chat, 1).await.succeeds();
    release.send(()).unwrap();
    holding.await.unwrap().unwrap();
    assert_eq!(position(&bob, chat).await, is_at(1, 0));
}

/// What a naive server would remember of one conversation.
#[derive(Default)]
struct Model {
    /// Who sent each message, and whether it is there still.
    messages: Vec<(Id, Id, bool)>,
    /// How far each person who is in it has read.
    read: BTreeMap<String, i64>,
}

impl Model {
    fn head(&self) -> i64 {
        i64::try_from(self.messages.len()).unwrap()
    }

    fn unread(&self, who: &Person) -> i64 {
        let read = usize::try_from(self.read[&who.name]).unwrap();
        let unread = self.messages[read..]
            .iter()
            .filter(|(_, sender, is_there)| *is_there && *sender != who.id);
        i64::try_from(unread.count()).unwrap()
    }
}

/// One step of a history, by whoever the dice name.
async fn step(model: &mut Model, dice: &mut StdRng, owner: &Person, others: &[Person], group: Id) {
    let anybody = dice.random_range(0..=others.len());
    let who = others.get(anybody).unwrap_or(owner);
    let is_in = model.read.contains_key(&who.name);
    match dice.random_range(0..10) {
        0..=4 if is_in => {
            let sent = who.sends(group, "something").await;
            model.messages.push((sent.id, who.id, true));
            assert_eq!(sent.seq, model.head());
        }
        5 | 6 if is_in => {
            let seq = dice.random_range(0..=model.head());
            who.reads_up_to(group, seq).await.succeeds();
            let read = model.read.get_mut(&who.name).unwrap();
            *read = seq.max(*read);
        }
        7 if is_in && !model.messages.is_empty() => {
            let place = dice.random_range(0..model.messages.len());
            let (id, sender, is_there) = &mut model.messages[place];
            let may = *sender == who.id || who.id == owner.id;
            let answer = who.deletes(*id).await;
            assert_eq!(answer.code(), if may { None } else { Some("FORBIDDEN") });
            *is_there &= !may;
        }
        8 if is_in && who.id != owner.id => {
            if dice.random() {
                who.leaves(group).await.succeeds();
            } else {
                owner.removes(group, who).await.succeeds();
            }
            model.read.remove(&who.name);
        }
        9 => {
            owner.adds(group, &[who]).await.succeeds();
            // Who comes back starts with everything read; who never left, where they were.
            let head = model.head();
            model.read.entry(who.name.clone()).or_insert(head);
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_counts_agree_with_a_naive_recount_over_any_history() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let others = [bob, eve, app.person("zoe").await];
    for seed in 0..5 {
        let dice = &mut StdRng::seed_from_u64(seed);
        let group = ann.starts_a_group_with(&[&others[0], &others[1]]).await;
        let mut model = Model::default();
        for who in [&ann, &others[0], &others[1]] {
            model.read.insert(who.name.clone(), 0);
        }
        for turn in 0..50 {
            step(&mut model, dice, &ann, &others, group).await;
            for who in others.iter().chain([&ann]) {
                let seen = position(who, group).await;
                let Some(read) = model.read.get(&who.name) else {
                    assert_eq!(seen, Value::Null, "seed {seed}, turn {turn}: {} is out", who.name);
                    continue;
                };
                assert_eq!(
                    seen,
                    is_at(*read, model.unread(who)),
                    "seed {seed}, turn {turn}: {}",
                    who.name
                );
            }
        }
        let left = model.messages.iter().filter(|(.., is_there)| *is_there).count();
        assert_eq!(
            ann.sees(group, "messageCount").await.number("conversation.messageCount"),
            i64::try_from(left).unwrap()
        );
        for who in others.iter().filter(|who| model.read.contains_key(&who.name)) {
            let document =
                "{ conversations(filter: { unreadOnly: true }, first: 100) { nodes { id } } }";
            let unread = who.asks_for(document).await.each("conversations.nodes", "id");
            assert_eq!(
                unread.contains(&group.to_string()),
                model.unread(who) > 0,
                "seed {seed}: {}",
                who.name
            );
        }
    }
}
