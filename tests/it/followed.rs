//! How many statements it costs to follow: to begin, for each event as it happens, which must not depend on how many follow, and for each page of what was missed.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use parlance::{domain::Sharing, live};

use crate::{
    messages::fills,
    support::{Follow, Id, Person, Setup, TestApp, Value, json},
};

/// More than anything here takes, on a busy machine too.
const LONG: Duration = Duration::from_mins(1);

/// What it costs to begin, the look at the session and what is read for the first item included.
pub(crate) const COSTS: &str = "\
messageAdded: 3
messageAdded after a message: 6
conversationEvents: 3
conversationEvents after an event: 5
inboxEvents: 2
inboxEvents with what is known: 3
";

const ADDED: &str = "subscription ($chat: ID!, $after: Int) { messageAdded(conversationId: $chat, afterSeq: $after) { \
    seq body sender { username } } }";
const EVENTS: &str = "subscription ($chat: ID!, $after: Int) { \
    conversationEvents(conversationId: $chat, afterEventSeq: $after) { __typename \
    ... on MessageAdded { eventSeq message { seq body sender { username } } } ... on CaughtUp { eventSeq } } }";
const REPLIES: &str = "subscription ($chat: ID!, $after: Int) { \
    conversationEvents(conversationId: $chat, afterEventSeq: $after) { __typename \
    ... on MessageAdded { eventSeq message { seq body replyTo { body replyTo { body } } } } } }";
const INBOX: &str = "subscription ($known: [ConversationHeadInput!]) { inboxEvents(known: $known) { __typename \
    ... on ConversationAdvanced { conversationId eventSeq conversation { title readSeq } } } }";

/// Looks after nothing by itself, so that only what is asked for is counted.
async fn quiet() -> TestApp {
    let long = Duration::from_hours(1);
    let pace = live::Options { reconcile: long, poll: long, heartbeat: long };
    let sharing = Sharing { pace, ..Sharing::default() };
    TestApp::start_with(Setup { sharing, ..Setup::default() }).await
}

/// The least of a few tries: something else may be counted too, such as who people are once a second.
async fn least(app: &TestApp, mut work: impl AsyncFnMut()) -> u64 {
    let mut least = u64::MAX;
    for _ in 0..5 {
        let before = app.store.statements();
        work().await;
        least = least.min(app.store.statements() - before);
    }
    least
}

#[tokio::test(flavor = "multi_thread")]
async fn to_begin_costs_what_is_written_here() {
    let app = quiet().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    for n in 0..10 {
        bob.sends(chat, &n.to_string()).await;
    }
    let head = json!([{ "conversationId": chat, "eventSeq": 3 }]);
    let mut costs = String::new();
    // What is followed, with what, and whether something is to come at once.
    for (name, document, variables, comes) in [
        ("messageAdded", ADDED, json!({ "chat": chat }), false),
        ("messageAdded after a message", ADDED, json!({ "chat": chat, "after": 9 }), true),
        ("conversationEvents", EVENTS, json!({ "chat": chat }), true),
        ("conversationEvents after an event", EVENTS, json!({ "chat": chat, "after": 11 }), true),
        ("inboxEvents", INBOX, json!({ "known": null }), true),
        ("inboxEvents with what is known", INBOX, json!({ "known": head }), true),
    ] {
        let cost = least(&app, async || {
            let mut follow = ann.follows(document, variables.clone()).await;
            if comes {
                follow.next().await;
            }
            // What is looked after then is a part of it.
            tokio::time::sleep(Duration::from_millis(300)).await;
            drop(follow);
            // Whoever comes while it is still known what was followed last has less to read.
            let late = Instant::now() + LONG;
            while app.numbers().await.of("parlance_live_rooms") > 0.5 {
                assert!(Instant::now() < late, "nobody follows, and it is not forgotten");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        writeln!(costs, "{name}: {}", cost.await).unwrap();
    }
    assert!(costs == COSTS, "the costs have changed, look whether that must be:\n{costs}");
}

/// So many who follow the same, turn by turn, each with an item of it.
async fn follow(who: &[&Person], count: usize, document: &str, variables: &Value) -> Vec<Follow> {
    let mut all = Vec::new();
    for n in 0..count {
        let mut follow = who[n % who.len()].follows(document, variables.clone()).await;
        assert_eq!(follow.next().await["__typename"], "CaughtUp");
        all.push(follow);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_costs_the_same_however_many_follow() {
    let app = quiet().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let sent = least(&app, async || _ = bob.sends(chat, "nobody listens").await).await;
    let mut costs = Vec::new();
    for (document, variables) in
        [(EVENTS, json!({ "chat": chat })), (INBOX, json!({ "known": null }))]
    {
        for count in [1, 12] {
            let mut all = follow(&[&ann, &eve], count, document, &variables).await;
            let cost = least(&app, async || {
                bob.sends(chat, "hello").await;
                for follow in &mut all {
                    let item = follow.next().await;
                    let kind = item["__typename"].as_str().unwrap();
                    assert!(["MessageAdded", "ConversationAdvanced"].contains(&kind), "{item}");
                }
            });
            costs.push(cost.await - sent);
        }
    }
    assert_eq!(
        costs,
        [1, 1, 1, 1],
        "beyond sending, to 1 and 12 who follow one, and all of theirs"
    );
}

/// What it costs to read all of a conversation from its beginning.
async fn replay(app: &TestApp, who: &Person, document: &str, chat: Id, messages: i64) -> u64 {
    let count = usize::try_from(messages).unwrap();
    least(app, async || {
        let after = json!({ "chat": chat, "after": 2 });
        let items = who.follows(document, after).await.takes(count, "/message/body").await;
        assert_eq!(items.last(), Some(&json!(messages.to_string())));
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_costs_by_the_page_and_not_by_the_message() {
    let app = quiet().await;
    let (ann, bob, _) = app.people().await;
    let (short, long) =
        (ann.starts_a_group_with(&[&bob]).await, ann.starts_a_group_with(&[&bob]).await);
    let mut costs = Vec::new();
    for (chat, pages) in [(short, 1), (long, 5)] {
        // Two have joined.
        fills(&app, chat, bob.id, pages * PAGE, |n| n.to_string()).await;
        app.writes("UPDATE messages SET reply_to_seq = seq - 1 WHERE seq > 1").await;
    }
    for document in [EVENTS, REPLIES] {
        let one = replay(&app, &ann, document, short, PAGE).await;
        let five = replay(&app, &ann, document, long, 5 * PAGE).await;
        costs.push(five - one);
    }
    // With replies: for the next 64 events the messages that they answer, and how far the log reaches by then. What
    // those answer in turn is among them here.
    assert_eq!(costs, [4, 4 * (1 + 2 * 2)], "for four more pages of {PAGE} events");
}

/// The events of a page, if they are short.
const PAGE: i64 = 128;

#[tokio::test(flavor = "multi_thread")]
async fn each_reply_comes_with_the_message_that_it_answers() {
    let app = quiet().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    fills(&app, chat, bob.id, 300, |n| n.to_string()).await;
    // To the one before, to one not far back and one of another page, and to none.
    app.writes(
        "UPDATE messages SET reply_to_seq = CASE seq % 3 WHEN 0 THEN seq - 1 \
         WHEN 1 THEN CASE WHEN seq > 150 THEN seq - 150 ELSE seq - 3 END END WHERE seq > 1",
    )
    .await;
    let answered = |seq: i64| match seq % 3 {
        _ if seq < 2 => None,
        0 => Some(seq - 1),
        1 => Some(if seq > 150 { seq - 150 } else { seq - 3 }),
        _ => None,
    };
    let body = |seq: Option<i64>| seq.map(|seq| seq.to_string());
    let mut follow = ann.follows(REPLIES, json!({ "chat": chat, "after": 2 })).await;
    for seq in 1..=300 {
        let item = follow.next().await;
        let message = &item["message"];
        let first = answered(seq);
        assert_eq!(message["body"], seq.to_string());
        assert_eq!(message["replyTo"]["body"], json!(body(first)), "{seq}");
        let second = first.and_then(answered);
        assert_eq!(message["replyTo"]["replyTo"]["body"], json!(body(second)), "{seq}");
    }
}
