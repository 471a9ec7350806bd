//! Many at once: numbers without holes, one row for each client's id, nothing by whoever was removed, no lock left behind.

use std::{
    collections::BTreeSet,
    pin::Pin,
    task::{Context, Poll},
};

use mysql_async::prelude::Queryable;
use parlance::{
    ids::{ConversationId, UserId},
    store::{Conn, Options, Store, StoreError, conversations},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use scoped_futures::ScopedFutureExt;
use tokio::{
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};

use crate::support::{Answer, Id, Person, TestApp, client_id, json, nobody};

/// Conversations that somebody holds locked, until `released`.
pub(crate) struct Held {
    release: oneshot::Sender<()>,
    task: JoinHandle<Result<(), StoreError>>,
}

impl Held {
    /// Locks these conversations in a transaction of its own; on SQLite that is the whole file.
    pub(crate) async fn lock(store: &Store, chats: &[Id]) -> Self {
        let (locked, is_locked) = oneshot::channel();
        let (release, is_released) = oneshot::channel();
        let (store, chats) =
            (store.clone(), chats.iter().copied().map(ConversationId::from).collect::<Vec<_>>());
        let task = tokio::spawn(async move {
            let once = std::sync::Mutex::new(Some((locked, is_released)));
            let (once, chats) = (&once, &chats);
            let work = store.transaction(|tx| {
                async move {
                    conversations::lock(tx, chats).await?;
                    let Some((locked, is_released)) = once.lock().unwrap().take() else {
                        return Ok(());
                    };
                    let _: Result<(), ()> = locked.send(());
                    let _ = is_released.await;
                    Ok::<_, StoreError>(())
                }
                .scope_boxed()
            });
            work.await
        });
        is_locked.await.unwrap();
        Self { release, task }
    }

    pub(crate) async fn released(self) {
        self.release.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

/// The tables tell one story: messages are numbered 1, 2, 3 …, events of both tables together too, nothing was sent before what
/// has a lower number, and the counters say what is there. Answers how many messages there are.
pub(crate) async fn is_in_order(app: &TestApp, chat: Id) -> i64 {
    let id = ConversationId::from(chat).literal();
    let counts = async |sql: &str| app.counts(&sql.replace("CHAT", &id)).await;
    let messages = counts("SELECT COUNT(*) FROM messages WHERE conversation_id = CHAT").await;
    let highest =
        counts("SELECT COALESCE(MAX(seq), 0) FROM messages WHERE conversation_id = CHAT").await;
    let lowest =
        counts("SELECT COALESCE(MIN(seq), 1) FROM messages WHERE conversation_id = CHAT").await;
    assert_eq!((lowest, highest), (1, messages), "messages are numbered from 1 without holes");
    let head = counts("SELECT message_seq FROM conversations WHERE id = CHAT").await;
    assert_eq!(head, messages, "the counter is the newest number");
    let alive =
        counts("SELECT COUNT(*) FROM messages WHERE conversation_id = CHAT AND deleted_at IS NULL")
            .await;
    assert_eq!(counts("SELECT live_count FROM conversations WHERE id = CHAT").await, alive);
    let disorder = "SELECT COUNT(*) FROM messages AS a JOIN messages AS b ON b.conversation_id = a.conversation_id \
         AND b.seq = a.seq + 1 WHERE a.conversation_id = CHAT AND (b.sent_at < a.sent_at OR b.event_seq <= a.event_seq)";
    assert_eq!(counts(disorder).await, 0, "one order for everybody");
    let log: Vec<i64> = app
        .log_of(chat)
        .await
        .iter()
        .map(|line| line.split(' ').next().unwrap().parse().unwrap())
        .collect();
    let events = counts("SELECT event_seq FROM conversations WHERE id = CHAT").await;
    assert_eq!(
        log,
        (1..=events).collect::<Vec<_>>(),
        "events are numbered from 1 without holes, each once"
    );
    messages
}

/// Runs all at once and answers what they answer.
async fn together<T: Send + 'static>(
    tasks: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_senders_at_once_get_the_numbers_from_1_without_holes() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let mut senders = vec![ann.clone()];
    for n in 1..50 {
        senders.push(app.person(&format!("sender{n}")).await);
    }
    let others: Vec<&Person> = senders[1..].iter().collect();
    let group = ann.starts_a_group_with(&others).await;
    let sends = senders.into_iter().map(|sender| async move {
        let mut seqs = Vec::new();
        for n in 0..4 {
            seqs.push(sender.sends(group, &format!("{} says {n}", sender.name)).await);
        }
        seqs
    });
    let sent = together(sends).await;
    for own in &sent {
        assert!(
            own.is_sorted_by_key(|sent| sent.seq),
            "each sender's messages are in the order in which they were sent"
        );
        assert!(
            own.iter().all(|sent| sent.event_seq == sent.seq + 50),
            "events follow on those who joined"
        );
    }
    let seqs: BTreeSet<i64> = sent.iter().flatten().map(|sent| sent.seq).collect();
    assert_eq!(seqs, (1..=200).collect());
    assert_eq!(is_in_order(&app, group).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_conversations_at_once_over_two_instances_each_keep_their_order() {
    let app = TestApp::start().await;
    let other = app.another_instance().await;
    let (ann, bob, eve) = app.people().await;
    let mut chats = Vec::new();
    for _ in 0..8 {
        chats.push(ann.starts_a_group_with(&[&bob, &eve]).await);
    }
    let mut sends = Vec::new();
    for (n, chat) in chats.iter().copied().enumerate() {
        for (who, through) in
            [(&ann, &app), (&bob, &other), (&eve, if n % 2 == 0 { &app } else { &other })]
        {
            let who = who.through(through);
            sends.push(async move {
                for n in 0..6 {
                    who.sends(chat, &n.to_string()).await;
                }
            });
        }
    }
    together(sends).await;
    for chat in chats {
        assert_eq!(is_in_order(&app, chat).await, 18);
    }
}

/// One row, one that is new, and everybody is told the same message.
fn is_one_message(answers: &[Answer]) {
    let messages: BTreeSet<String> =
        answers.iter().map(|answer| answer.gives("sendMessage.message").to_string()).collect();
    assert_eq!(messages.len(), 1, "{messages:?}");
    let new = answers.iter().filter(|answer| answer.gives("sendMessage.deduplicated") == false);
    assert_eq!(new.count(), 1, "exactly one is told that it is new");
    let numbers: BTreeSet<i64> =
        answers.iter().map(|answer| answer.number("sendMessage.eventSeq")).collect();
    assert_eq!(numbers.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_clients_id_twenty_times_at_once_is_one_message() {
    let app = TestApp::start().await;
    let other = app.another_instance().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for (round, is_held) in [(1, false), (2, true), (3, false), (4, true)] {
        let key = client_id();
        // On two instances in every other round; held back, so that they come to the writer together.
        let held = if is_held { Some(Held::lock(&app.store, &[chat]).await) } else { None };
        let sends = (0..20).map(|n| {
            let ann = if round > 2 && n % 2 == 0 { ann.through(&other) } else { ann.clone() };
            async move { ann.sends_with(chat, "once", json!({ "clientMessageId": key })).await }
        });
        let sending = tokio::spawn(together(sends.collect::<Vec<_>>()));
        if let Some(held) = held {
            held.released().await;
        }
        is_one_message(&sending.await.unwrap());
        assert_eq!(is_in_order(&app, chat).await, round);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_clients_id_in_many_conversations_at_once_one_wins() {
    let app = TestApp::start().await;
    let other = app.another_instance().await;
    let (ann, bob, _) = app.people().await;
    let mut chats = Vec::new();
    for _ in 0..8 {
        chats.push(ann.starts_a_group_with(&[&bob]).await);
    }
    for round in 0..5 {
        let key = client_id();
        let mut sends = Vec::new();
        for (n, chat) in chats.iter().copied().enumerate() {
            let ann = if n % 2 == 0 { ann.clone() } else { ann.through(&other) };
            let bob = bob.through(if n % 3 == 0 { &app } else { &other });
            sends.push(tokio::spawn(async move {
                ann.sends_with(chat, "mine", json!({ "clientMessageId": key })).await
            }));
            // Whoever is stored in the same transaction does not suffer from it.
            tokio::spawn(async move { bob.sends(chat, "beside").await }).await.unwrap();
        }
        let mut won = 0;
        for send in sends {
            match send.await.unwrap().code() {
                None => won += 1,
                Some(code) => assert_eq!(code, "CLIENT_MESSAGE_ID_REUSED"),
            }
        }
        assert_eq!(won, 1, "round {round}");
    }
    let mut messages = 0;
    for chat in chats {
        messages += is_in_order(&app, chat).await;
    }
    assert_eq!(messages, 5 * 8 + 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_message_does_not_fail_those_stored_with_it() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let used = client_id();
    ann.sends_with(chat, "first", json!({ "clientMessageId": used })).await.succeeds();
    let held = Held::lock(&app.store, &[chat]).await;
    let mut sends = JoinSet::new();
    for n in 0..40 {
        let (who, more, code) = match n % 8 {
            1 => (&eve, json!({}), Some("NOT_FOUND")),
            3 => (&ann, json!({ "replyToId": nobody() }), Some("BAD_USER_INPUT")),
            5 => (&ann, json!({ "clientMessageId": used }), Some("CLIENT_MESSAGE_ID_REUSED")),
            7 => (
                &bob,
                json!({ "clientMessageId": used, "replyToId": nobody() }),
                Some("BAD_USER_INPUT"),
            ),
            _ => (&ann, json!({}), None),
        };
        let who = who.clone();
        sends.spawn(async move {
            let answer = who.sends_with(chat, &n.to_string(), more).await;
            assert_eq!(answer.code(), code, "{}", answer.text);
        });
    }
    held.released().await;
    while let Some(sent) = sends.join_next().await {
        sent.unwrap();
    }
    assert_eq!(is_in_order(&app, chat).await, 21);
}

/// Makes the database itself refuse one message.
async fn poisons(app: &TestApp) {
    if app.store.is_sqlite() {
        let trigger = "CREATE TRIGGER poison BEFORE INSERT ON messages WHEN NEW.body = 'poison' BEGIN SELECT RAISE(ABORT, 'secret of the table'); END";
        return app.writes(trigger).await;
    }
    let mut conn =
        mysql_async::Conn::new(mysql_async::Opts::from_url(&app.database_url()).unwrap())
            .await
            .unwrap();
    let trigger = "CREATE TRIGGER poison BEFORE INSERT ON messages FOR EACH ROW \
         IF NEW.body = 'poison' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'secret of the table'; END IF";
    conn.query_drop(trigger).await.unwrap();
    conn.disconnect().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_database_refuses_does_not_fail_those_stored_with_it() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chats =
        [ann.starts_a_conversation_with(&bob).await, ann.starts_a_group_with(&[&bob]).await];
    poisons(&app).await;
    let held = Held::lock(&app.store, &chats).await;
    let mut sends = JoinSet::new();
    for n in 0..30 {
        let ann = ann.clone();
        sends.spawn(async move {
            let is_poison = n == 10 || n == 21;
            let body = if is_poison { "poison".to_owned() } else { n.to_string() };
            let answer = ann.tries_to_send(chats[n % 2], &body).await;
            if is_poison {
                answer.fails_with("INTERNAL_SERVER_ERROR");
                assert!(
                    !answer.text.contains("secret") && !answer.text.contains("messages"),
                    "{}",
                    answer.text
                );
            } else {
                answer.succeeds();
            }
        });
    }
    held.released().await;
    while let Some(sent) = sends.join_next().await {
        sent.unwrap();
    }
    assert_eq!(is_in_order(&app, chats[0]).await + is_in_order(&app, chats[1]).await, 28);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_removed_while_they_send_has_nothing_numbered_after_it() {
    let app = TestApp::start().await;
    let other = app.another_instance().await;
    let (ann, bob, eve) = app.people().await;
    let dice = &mut StdRng::seed_from_u64(7);
    let mut accepted_in_all = 0;
    for round in 0..20 {
        let group = ann.starts_a_group_with(&[&bob, &eve]).await;
        let mut sends = JoinSet::new();
        for n in 0..4 {
            let bob = if n % 2 == 0 { bob.clone() } else { bob.through(&other) };
            sends.spawn(async move {
                let mut accepted = 0;
                loop {
                    let answer = bob.tries_to_send(group, "still here").await;
                    match answer.code() {
                        None => accepted += 1,
                        Some("NOT_FOUND") => return accepted,
                        Some(code) => panic!("{code}: {}", answer.text),
                    }
                }
            });
        }
        for _ in 0..dice.random_range(0..6) {
            eve.sends(group, "meanwhile").await;
        }
        let removed =
            if round % 2 == 0 { ann.removes(group, &bob).await } else { bob.leaves(group).await };
        let path = if round % 2 == 0 {
            "removeParticipant.eventSeq"
        } else {
            "leaveConversation.eventSeq"
        };
        let end = removed.number(path);
        eve.sends(group, "after").await;
        let mut accepted = 0;
        while let Some(sent) = sends.join_next().await {
            accepted += sent.unwrap();
        }
        accepted_in_all += accepted;
        is_in_order(&app, group).await;
        let (chat, sender) =
            (ConversationId::from(group).literal(), UserId::from(bob.id).literal());
        let own = format!(
            "SELECT COUNT(*) FROM messages WHERE conversation_id = {chat} AND sender_id = {sender}"
        );
        assert_eq!(
            app.counts(&own).await,
            accepted,
            "what was accepted is there, and nothing else"
        );
        assert_eq!(app.counts(&format!("{own} AND event_seq > {end}")).await, 0, "round {round}");
    }
    assert!(accepted_in_all > 0, "nobody sent anything before they were out");
}

#[tokio::test(flavor = "multi_thread")]
async fn sends_edits_deletions_and_membership_at_once_keep_one_log() {
    let app = TestApp::start().await;
    let other = app.another_instance().await;
    let (ann, bob, eve) = app.people().await;
    let zoe = app.person("zoe").await;
    let group = ann.starts_a_group_with(&[&bob, &eve]).await;
    let mut work = JoinSet::new();
    for who in [ann.clone(), bob.through(&other)] {
        work.spawn(async move {
            for n in 0..12 {
                let sent = who.sends(group, &n.to_string()).await;
                who.edits(sent.id, "changed").await.succeeds();
                if n % 3 == 0 {
                    who.deletes(sent.id).await.succeeds();
                }
            }
        });
    }
    let owner = ann.through(&other);
    work.spawn(async move {
        for n in 0..10 {
            owner.adds(group, &[&zoe]).await.succeeds();
            owner.makes(group, &zoe, if n % 2 == 0 { "ADMIN" } else { "MEMBER" }).await.succeeds();
            owner.renames(group, Some(&n.to_string())).await.succeeds();
            owner.removes(group, &zoe).await.succeeds();
        }
    });
    let restless = eve.clone();
    work.spawn(async move {
        for _ in 0..8 {
            restless.leaves(group).await.succeeds();
            ann.adds(group, &[&restless]).await.succeeds();
        }
    });
    while let Some(done) = work.join_next().await {
        done.unwrap();
    }
    assert_eq!(is_in_order(&app, group).await, 24);
    let log = app.log_of(group).await;
    let count = |kind: &str| log.iter().filter(|line| line.ends_with(kind)).count();
    assert_eq!((count("EDITED"), count("DELETED"), count("MESSAGE")), (24, 8, 24));
    assert_eq!(count("JOINED"), 3 + 10 + 8);
    assert_eq!(count("LEFT"), 10 + 8);
}

/// A future that is dropped at its n-th step, if it has not come to its end by then.
struct Dropped<F> {
    work: Option<Pin<Box<F>>>,
    steps: usize,
}

fn dropped_at<F: Future>(steps: usize, work: F) -> Dropped<F> {
    Dropped { work: Some(Box::pin(work)), steps }
}

impl<F: Future> Future for Dropped<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.steps == 0 {
            self.work = None;
            return Poll::Ready(None);
        }
        self.steps -= 1;
        let Some(work) = &mut self.work else { return Poll::Ready(None) };
        work.as_mut().poll(context).map(Some)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_dropped_at_any_step_leaves_no_lock_and_no_trace() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let id = ConversationId::from(chat);
    let work = async |steps: usize| {
        let transaction = app.store.transaction(|tx: &mut Conn| {
            async move {
                conversations::lock(tx, &[id]).await?;
                conversations::update_title(tx, id, Some("never")).await?;
                conversations::lock(tx, &[id]).await?;
                Err::<(), _>(StoreError::Other("the end was reached".to_owned()))
            }
            .scope_boxed()
        });
        dropped_at(steps, transaction).await
    };
    // Somebody whose connection does not come from the same pool, which would look at what is left when it is asked for it.
    let other = Store::open(&Options { url: app.database_url(), pool_size: 1, mysql_ca: None });
    let mut other = other.unwrap().conn().await.unwrap();
    let (mut sent, mut dropped) = (0, 0);
    // How many steps there are differs from time to time, so the whole way is gone more than once.
    for steps in (1..=15).cycle().take(45) {
        let end = work(steps).await;
        dropped += usize::from(end.is_none());
        assert!(matches!(end, None | Some(Err(StoreError::Other(_)))), "{end:?}");
        let written = conversations::update_title(&mut other, id, None).await;
        assert!(written.is_ok(), "a lock stays behind after {steps} steps: {written:?}");
        // Whoever comes next gets the lock.
        ann.sends(chat, "next").await;
        sent += 1;
    }
    assert!(dropped >= 3, "it was dropped on its way {dropped} times");
    assert_eq!(is_in_order(&app, chat).await, sent);
    assert_eq!(app.counts("SELECT COUNT(*) FROM conversations WHERE title IS NOT NULL").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_dropped_at_any_step_leave_no_lock_and_the_log_in_order() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let group = ann.starts_a_group_with(&[&bob]).await;
    let first = ann.sends(group, "first").await;
    let eve = [&eve];
    for steps in 0..12 {
        let requests: [Pin<Box<dyn Future<Output = Answer> + Send + '_>>; 4] = [
            Box::pin(ann.tries_to_send(group, "dropped")),
            Box::pin(ann.edits(first.id, "dropped")),
            Box::pin(ann.adds(group, &eve)),
            Box::pin(bob.reads_up_to(group, 1)),
        ];
        for request in requests {
            dropped_at(steps, request).await;
            // The next one goes through, whatever became of that one.
            bob.sends(group, "next").await;
        }
    }
    // What was begun comes to its end.
    app.app.running.close();
    app.app.running.wait().await;
    let messages = is_in_order(&app, group).await;
    assert!((1 + 4 * 12..=1 + 5 * 12).contains(&messages), "{messages}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_whose_client_goes_away_is_stored_all_the_same() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let mut hints = app.app.live.listen();
    let held = Held::lock(&app.store, &[chat]).await;
    let sending = {
        let ann = ann.clone();
        tokio::spawn(async move { ann.sends(chat, "into the void").await })
    };
    // The mutation runs, and waits for the lock.
    while app.app.running.is_empty() {
        tokio::task::yield_now().await;
    }
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    held.released().await;
    hints.recv().await.unwrap();
    assert_eq!(
        bob.sees(chat, "lastMessage { body }").await.word("conversation.lastMessage.body"),
        "into the void"
    );
    assert_eq!(is_in_order(&app, chat).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_two_owners_do_at_once_an_owner_stays() {
    let app = TestApp::start().await;
    let other = app.another_instance().await;
    let (ann, bob, eve) = app.people().await;
    let kinds = 4;
    for (left, right) in (0..kinds).flat_map(|left| (0..kinds).map(move |right| (left, right))) {
        let group = ann.starts_a_group_with(&[&bob, &eve]).await;
        ann.makes(group, &bob, "OWNER").await.succeeds();
        let act = |who: Person, whom: Person, kind: usize| async move {
            match kind {
                0 => who.leaves(group).await,
                1 => who.removes(group, &whom).await,
                2 => who.makes(group, &whom, "MEMBER").await,
                _ => who.makes(group, &who, "MEMBER").await,
            }
        };
        let (first, second) = tokio::join!(
            tokio::spawn(act(ann.clone(), bob.clone(), left)),
            tokio::spawn(act(bob.through(&other), ann.clone(), right)),
        );
        for answer in [first.unwrap(), second.unwrap()] {
            let is_fine = matches!(
                answer.code(),
                None | Some("NOT_FOUND" | "FORBIDDEN" | "CONFLICT" | "BAD_USER_INPUT")
            );
            assert!(is_fine, "{left} and {right}: {}", answer.text);
        }
        let chat = ConversationId::from(group).literal();
        let owners = format!(
            "SELECT COUNT(*) FROM members WHERE conversation_id = {chat} AND left_at IS NULL AND role = 'OWNER'"
        );
        assert!(app.counts(&owners).await >= 1, "{left} and {right} left nobody to own it");
        is_in_order(&app, group).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_last_two_who_leave_at_once_the_owner_goes_last_or_stays() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    for _ in 0..5 {
        let group = ann.starts_a_group_with(&[&bob]).await;
        let (anns, bobs) = tokio::join!(ann.leaves(group), bob.leaves(group));
        bobs.succeeds();
        // Ann owns it: she leaves if Bob was gone already, and else has to hand over first.
        let is_out = match anns.code() {
            None => true,
            Some("CONFLICT") => false,
            Some(code) => panic!("{code}: {}", anns.text),
        };
        let seen = ann.sees(group, "members { nodes { role } }").await;
        if is_out {
            assert!(seen.gives("conversation").is_null(), "{}", seen.text);
        } else {
            assert_eq!(seen.each("conversation.members.nodes", "role"), ["OWNER"]);
            ann.leaves(group).await.succeeds();
        }
        is_in_order(&app, group).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on MySQL: who holds an SQLite file holds all of it"]
async fn a_conversation_that_somebody_holds_holds_up_no_other() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let mut others = Vec::new();
    for _ in 0..16 {
        others.push(ann.starts_a_group_with(&[&bob, &eve]).await);
    }
    let held = Held::lock(&app.store, &[chat]).await;
    // More of them come while the first still waits, and keep behind it.
    let waiting: Vec<_> = (0..8)
        .map(|n| {
            let ann = ann.clone();
            tokio::spawn(async move { ann.sends(chat, &n.to_string()).await })
        })
        .collect();
    for round in 0..3 {
        for other in &others {
            assert_eq!(bob.sends(*other, "meanwhile").await.seq, round + 1);
        }
    }
    assert!(waiting.iter().all(|task| !task.is_finished()), "it is held");
    held.released().await;
    for task in waiting {
        task.await.unwrap();
    }
    assert_eq!(is_in_order(&app, chat).await, 8);
    // Nobody waits for it any more: it goes the usual way again.
    assert_eq!(ann.sends(chat, "afterwards").await.seq, 9);
}
