//! Following conversations: what comes, in which order, from where, to whom, and how it ends. How it travels is tried in
//! `ws.rs` and `sse.rs`, the races in `src/live/tests`.

use std::time::Duration;

use parlance::{domain::Sharing, live::Options};

use crate::{
    messages::fills,
    support::{Follow, Heard, Id, Person, Setup, TestApp, Value, json, named, nobody},
};

/// Everything that happens in a conversation.
const EVENTS: &str = "subscription ($chat: ID!, $after: Int, $epoch: ID) { conversationEvents(conversationId: $chat, \
    afterEventSeq: $after, epoch: $epoch) { __typename \
    ... on MessageAdded { eventSeq message { ...Message } } \
    ... on MessageEdited { eventSeq message { ...Message } actor { username } } \
    ... on MessageDeleted { eventSeq message { ...Message } actor { username } } \
    ... on MemberJoined { eventSeq at member { user { username } role joinedAt readSeq } actor { username } } \
    ... on MemberLeft { eventSeq at user { username } actor { username } } \
    ... on MemberRoleChanged { eventSeq at member { user { username } role } actor { username } } \
    ... on ConversationUpdated { eventSeq at conversation { id title } actor { username } } \
    ... on ConversationDeleted { eventSeq at conversationId actor { username } } \
    ... on ReadPositionMoved { conversationId user { username } readSeq } \
    ... on Typing { conversationId user { username } typing expiresAt } \
    ... on CaughtUp { eventSeq } } } \
    fragment Message on Message { id seq body revision editedAt deletedAt sender { username } replyTo { seq body } }";

/// The messages of a conversation.
const MESSAGES: &str = "subscription ($chat: ID!, $after: Int, $epoch: ID) { messageAdded(conversationId: $chat, \
    afterSeq: $after, epoch: $epoch) { id seq body sentAt deletedAt sender { username } } }";

/// Messages with what belongs to them.
const NESTED: &str = "subscription ($chat: ID!, $after: Int) { messageAdded(conversationId: $chat, afterSeq: $after) \
    { seq body replyTo { body } conversation { title messageSeq } } }";

/// All of one's conversations.
const INBOX: &str = "subscription ($known: [ConversationHeadInput!], $since: DateTime, $epoch: ID) { inboxEvents(known: \
    $known, activeSince: $since, epoch: $epoch) { __typename \
    ... on ConversationAdvanced { conversationId eventSeq messageSeq conversation { id title readSeq unreadCount } } \
    ... on ConversationAdded { conversation { id title eventSeq } } \
    ... on ConversationRemoved { conversationId } \
    ... on ReadPositionMoved { conversationId user { username } readSeq } \
    ... on CaughtUp { eventSeq } } }";

async fn events(who: &Person, chat: Id, after: Option<i64>) -> Follow {
    who.follows(EVENTS, json!({ "chat": chat, "after": after })).await
}

async fn messages(who: &Person, chat: Id, after: Option<i64>) -> Follow {
    who.follows(MESSAGES, json!({ "chat": chat, "after": after })).await
}

async fn inbox(who: &Person, known: Value, since: Value) -> Follow {
    who.follows(INBOX, json!({ "known": known, "since": since })).await
}

/// A server whose reconciler would come too late for any test: what is heard came by a signal.
async fn by_signals_only() -> TestApp {
    let late = Duration::from_hours(1);
    let sharing = Sharing {
        pace: Options { reconcile: late, poll: late, ..Options::default() },
        ..Sharing::default()
    };
    TestApp::start_with(Setup { sharing, ..Setup::default() }).await
}

// What comes

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_event_comes_in_its_place_with_who_did_it() {
    let app = by_signals_only().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_called("first", &[&bob]).await;
    let mut heard = events(&bob, chat, None).await;
    assert_eq!(heard.next().await, json!({ "__typename": "CaughtUp", "eventSeq": 2 }));
    let sent = ann.sends(chat, "hello").await;
    let item = heard.next().await;
    assert_eq!(named(&item), "MessageAdded 3");
    assert_eq!(item["message"]["id"], json!(sent.id));
    assert_eq!(item["message"]["body"], "hello");
    assert_eq!(item["message"]["sender"]["username"], "ann");
    let reply = bob.replies(chat, sent, "hi").await;
    let item = heard.next().await;
    assert_eq!(item["message"]["replyTo"], json!({ "seq": 1, "body": "hello" }));
    ann.edits(sent.id, "hello all").await.succeeds();
    let item = heard.next().await;
    assert_eq!(named(&item), "MessageEdited 5");
    assert_eq!(item["message"]["body"], "hello all");
    assert_eq!(item["message"]["revision"], 2);
    assert_eq!(item["actor"]["username"], "ann");
    ann.deletes(reply.id).await.succeeds();
    let item = heard.next().await;
    assert_eq!(named(&item), "MessageDeleted 6");
    assert_eq!((&item["message"]["body"], &item["actor"]["username"]), (&json!(""), &json!("ann")));
    assert!(item["message"]["deletedAt"].is_string());
    ann.adds(chat, &[&eve]).await.succeeds();
    let item = heard.next().await;
    assert_eq!(named(&item), "MemberJoined 7");
    assert_eq!(item["member"]["user"]["username"], "eve");
    assert_eq!(
        (&item["member"]["role"], &item["member"]["readSeq"]),
        (&json!("MEMBER"), &json!(2))
    );
    assert_eq!(item["member"]["joinedAt"], item["at"]);
    assert_eq!(item["actor"]["username"], "ann");
    ann.makes(chat, &eve, "ADMIN").await.succeeds();
    let item = heard.next().await;
    assert_eq!(named(&item), "MemberRoleChanged 8");
    assert_eq!(item["member"], json!({ "user": { "username": "eve" }, "role": "ADMIN" }));
    eve.renames(chat, Some("second")).await.succeeds();
    let item = heard.next().await;
    assert_eq!(named(&item), "ConversationUpdated 9");
    assert_eq!(item["conversation"], json!({ "id": chat, "title": "second" }));
    assert_eq!(item["actor"]["username"], "eve");
    ann.removes(chat, &eve).await.succeeds();
    let item = heard.next().await;
    assert_eq!(named(&item), "MemberLeft 10");
    assert_eq!(
        (&item["user"]["username"], &item["actor"]["username"]),
        (&json!("eve"), &json!("ann"))
    );
    ann.ends(chat).await.succeeds();
    let item = heard.next().await;
    assert_eq!(named(&item), "ConversationDeleted 11");
    assert_eq!(item["conversationId"], json!(chat));
    assert_eq!(heard.hears().await, Heard::Complete, "nothing comes after it");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_resumes_gets_everything_after_the_number_then_caught_up_then_what_is_new() {
    let app = by_signals_only().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for n in 1..=5 {
        ann.sends(chat, &format!("{n}")).await;
    }
    for after in 0..=7 {
        let mut heard = events(&bob, chat, Some(after)).await;
        let numbers: Vec<_> = heard
            .catches_up()
            .await
            .iter()
            .map(|item| item.split(' ').nth(1).unwrap().parse::<i64>().unwrap())
            .collect();
        assert_eq!(numbers, (after + 1..=7).collect::<Vec<_>>(), "after {after}");
        heard.hears_nothing().await;
    }
    let mut heard = events(&bob, chat, Some(3)).await;
    assert_eq!(heard.catches_up().await.len(), 4);
    ann.sends(chat, "new").await;
    assert_eq!(named(&heard.next().await), "MessageAdded 8");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_come_by_their_own_numbers_with_tombstones_and_nothing_else() {
    let app = by_signals_only().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    let first = ann.sends(chat, "one").await;
    ann.adds(chat, &[&eve]).await.succeeds();
    let second = ann.sends(chat, "two").await;
    ann.edits(first.id, "one, edited").await.succeeds();
    ann.deletes(second.id).await.succeeds();
    ann.sends(chat, "three").await;
    for after in 0..=3 {
        let mut heard = messages(&bob, chat, Some(after)).await;
        let expected: Vec<_> = (after + 1..=3).map(Value::from).collect();
        let count = expected.len();
        assert_eq!(heard.takes(count, "/seq").await, expected, "after {after}");
        heard.hears_nothing().await;
    }
    let mut heard = messages(&bob, chat, Some(0)).await;
    assert_eq!(heard.takes(3, "/body").await, ["one, edited", "", "three"]);
    ann.makes(chat, &bob, "ADMIN").await.succeeds();
    heard.hears_nothing().await;
    ann.sends(chat, "four").await;
    assert_eq!(heard.takes(1, "/seq").await, [4]);
    assert_eq!(heard.last_id, Some(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_messages_sent_while_somebody_follows_come_once_each_and_in_order() {
    let app = by_signals_only().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let mut early = messages(&bob, chat, None).await;
    let sending = async {
        for part in 0..20 {
            let sends =
                (0..50).map(|n| ann.sends(chat, if (part + n) % 2 == 0 { "a" } else { "b" }));
            futures_util::future::join_all(sends).await;
        }
    };
    let following = async {
        let mut late = None;
        for seq in 1..=1_000 {
            assert_eq!(early.next().await["seq"], seq);
            if seq == 300 {
                late = Some(messages(&eve, chat, Some(100)).await);
            }
        }
        let mut late = late.unwrap();
        for seq in 101..=1_000 {
            assert_eq!(late.next().await["seq"], seq);
        }
    };
    tokio::join!(sending, following);
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_and_reading_are_heard_by_who_is_there_and_have_no_number() {
    let app = by_signals_only().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    ann.sends(chat, "hello").await;
    let mut heard = events(&ann, chat, Some(3)).await;
    assert_eq!(heard.catches_up().await, Vec::<String>::new());
    bob.does("setTyping", json!({ "conversationId": chat }), "conversationId").await.succeeds();
    let item = heard.next().await;
    assert_eq!(item["__typename"], "Typing");
    assert_eq!((&item["user"]["username"], &item["typing"]), (&json!("bob"), &json!(true)));
    assert!(item["expiresAt"].is_string());
    bob.reads_up_to(chat, 1).await.succeeds();
    let item = heard.next().await;
    let moved = json!({ "__typename": "ReadPositionMoved", "conversationId": chat, "user": { "username": "bob" }, "readSeq": 1 });
    assert_eq!(item, moved);
    assert_eq!(heard.last_id, Some(3), "they have no number");
    let mut later = events(&ann, chat, Some(0)).await;
    assert_eq!(later.catches_up().await, ["MemberJoined 1", "MemberJoined 2", "MessageAdded 3"]);
    later.hears_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_ends_at_once_with_a_message_and_with_a_removal() {
    let app = by_signals_only().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let mut heard = events(&ann, chat, None).await;
    heard.catches_up().await;
    let types = async |who: &Person, typing: bool| {
        let input = json!({ "conversationId": chat, "typing": typing });
        who.does("setTyping", input, "conversationId").await.succeeds();
    };
    let told = async |heard: &mut Follow| {
        let item = heard.next().await;
        assert_eq!(item["__typename"], "Typing", "{item}");
        (item["user"]["username"].as_str().unwrap().to_owned(), item["typing"] == true)
    };
    let of = |name: &str, typing: bool| (name.to_owned(), typing);
    types(&bob, true).await;
    assert_eq!(told(&mut heard).await, of("bob", true));
    // To have stopped does not wait for the pace, and takes back what waits for it.
    types(&bob, true).await;
    types(&bob, false).await;
    assert_eq!(told(&mut heard).await, of("bob", false));
    types(&eve, true).await;
    assert_eq!(told(&mut heard).await, of("eve", true));
    types(&eve, true).await;
    eve.sends(chat, "hello").await;
    assert_eq!(named(&heard.next().await), "MessageAdded 4");
    assert_eq!(told(&mut heard).await, of("eve", false));
    // This one waits, and so does the next, whose person is out by then.
    types(&eve, true).await;
    types(&bob, true).await;
    ann.removes(chat, &bob).await.succeeds();
    assert_eq!(named(&heard.next().await), "MemberLeft 5");
    assert_eq!(told(&mut heard).await, of("eve", true));
    tokio::time::timeout(Duration::from_secs(4), heard.next()).await.expect_err("bob is out");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_or_edited_never_comes_back_through_a_cursor() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let mut live = events(&bob, chat, None).await;
    live.catches_up().await;
    let secret = ann.sends(chat, "a secret").await;
    let typo = ann.sends(chat, "helo").await;
    assert_eq!(live.takes(2, "/message/body").await, ["a secret", "helo"]);
    ann.deletes(secret.id).await.succeeds();
    ann.edits(typo.id, "hello").await.succeeds();
    assert_eq!(live.takes(2, "/message/body").await, ["", "hello"]);
    // The instance holds these events in memory by now.
    for _ in 0..2 {
        let mut again = events(&bob, chat, Some(2)).await;
        assert_eq!(again.takes(4, "/message/body").await, ["", "hello", "", "hello"]);
    }
}

// From where

#[tokio::test(flavor = "multi_thread")]
async fn a_number_ahead_of_the_head_or_of_another_life_must_be_resynced() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    ann.sends(chat, "one").await;
    let epoch = ann.asks_for("{ server { epoch } }").await.word("server.epoch");
    for (document, ahead, head) in [(EVENTS, 4, 3), (MESSAGES, 2, 1)] {
        let field = if document == EVENTS { "afterEventSeq" } else { "afterSeq" };
        let begin = |after: i64, epoch: &str| {
            let (start, end) = document.split_once(") {").unwrap();
            let _ = start;
            format!("subscription {{{end}")
                .replace("$chat", &format!("\"{chat}\""))
                .replace("$after", &after.to_string())
                .replace("$epoch", &format!("\"{epoch}\""))
        };
        for (after, epoch) in [(ahead, epoch.as_str()), (0, "another"), (head, "another")] {
            let refused = bob.begins_to_follow(&begin(after, epoch)).await;
            refused.fails_with("RESYNC_REQUIRED");
            let error = &refused.errors()[0];
            assert_eq!(error["extensions"]["head"], head);
            assert_eq!(error["extensions"]["conversationId"], json!(chat));
            let why = if epoch == "another" { "restored from a backup" } else { "ahead" };
            assert!(error["message"].as_str().unwrap().contains(why), "{error}");
        }
        bob.begins_to_follow(&begin(-1, &epoch)).await.fails_on(&[field]);
        let variables = json!({ "chat": chat, "after": head, "epoch": epoch });
        bob.follows(document, variables).await.hears_first_of_nothing(document == EVENTS).await;
    }
}

impl Follow {
    /// At the head there is nothing but, on the unions, that the head is reached.
    async fn hears_first_of_nothing(mut self, says_caught_up: bool) {
        if says_caught_up {
            self.catches_up().await;
        }
        self.hears_nothing().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_below_what_is_kept_must_be_resynced() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for n in 0..6 {
        ann.sends(chat, &format!("{n}")).await;
    }
    let id = parlance::ids::ConversationId::from(chat).literal();
    app.writes(&format!("DELETE FROM messages WHERE conversation_id = {id} AND seq <= 3")).await;
    events(&bob, chat, Some(3)).await.ends_with("RESYNC_REQUIRED").await;
    // Message 3 itself is gone, and with it the place where it was.
    for (field, after, head) in [
        ("conversationEvents(conversationId: \"CHAT\", afterEventSeq: 3) { __typename }", 3, 8),
        ("messageAdded(conversationId: \"CHAT\", afterSeq: 0) { seq }", 0, 6),
        ("messageAdded(conversationId: \"CHAT\", afterSeq: 2) { seq }", 2, 6),
        ("messageAdded(conversationId: \"CHAT\", afterSeq: 3) { seq }", 3, 6),
    ] {
        let document = format!("subscription {{ {field} }}").replace("CHAT", &chat.to_string());
        let refused = bob.begins_to_follow(&document).await;
        refused.fails_with("RESYNC_REQUIRED");
        assert_eq!(refused.errors()[0]["extensions"]["head"], head, "after {after}");
    }
    assert_eq!(messages(&bob, chat, Some(4)).await.takes(2, "/seq").await, [5, 6]);
    assert_eq!(events(&bob, chat, Some(5)).await.catches_up().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_what_is_not_kept_must_be_resynced() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let second = {
        ann.sends(chat, "one").await;
        ann.sends(chat, "two").await
    };
    for n in 3..=6 {
        ann.sends(chat, &format!("{n}")).await;
    }
    ann.edits(second.id, "edited").await.succeeds();
    let id = parlance::ids::ConversationId::from(chat).literal();
    app.writes(&format!("DELETE FROM messages WHERE conversation_id = {id} AND seq <= 3")).await;
    let mut heard = events(&bob, chat, Some(6)).await;
    // It was known before that it is not kept, or is found out when it is reached.
    let heard = loop {
        match heard.hears().await {
            Heard::Item(item) => assert!(item["eventSeq"].as_i64().unwrap() < 9, "{item}"),
            other => break other,
        }
    };
    assert_eq!(heard, Heard::Failed("RESYNC_REQUIRED".to_owned()));
    let mut heard = events(&bob, chat, Some(9)).await;
    heard.catches_up().await;
    ann.sends(chat, "7").await;
    assert_eq!(named(&heard.next().await), "MessageAdded 10");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hears_nothing_for_long_is_told_that_there_is_nothing_to_hear() {
    let pace = Options { heartbeat: Duration::from_millis(200), ..Options::default() };
    let sharing = Sharing { pace, ..Sharing::default() };
    let app = TestApp::start_with(Setup { sharing, ..Setup::default() }).await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let one = "subscription ($chat: ID!) { conversationEvents(conversationId: $chat) { __typename ... on Heartbeat { at } } }";
    let all = "subscription { inboxEvents { __typename ... on Heartbeat { at } } }";
    for document in [one, all] {
        let mut heard = bob.follows(document, json!({ "chat": chat })).await;
        assert_eq!(heard.next().await["__typename"], "CaughtUp");
        for _ in 0..3 {
            let item = heard.next().await;
            assert_eq!(item["__typename"], "Heartbeat");
            assert!(item["at"].is_string(), "{item}");
        }
    }
    let mut heard = messages(&bob, chat, None).await;
    heard.hears_nothing().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_event_id_stands_in_for_the_cursor_argument() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for n in 0..4 {
        ann.sends(chat, &format!("{n}")).await;
    }
    let variables = json!({ "chat": chat, "after": 0 });
    let mut heard = bob.resumes(MESSAGES, variables.clone(), Some(2)).await;
    assert_eq!(heard.takes(2, "/seq").await, [3, 4]);
    assert_eq!(heard.last_id, Some(4));
    let mut heard = bob.resumes(EVENTS, variables, Some(4)).await;
    assert_eq!(heard.catches_up().await, ["MessageAdded 5", "MessageAdded 6"]);
}

// To whom

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_follows_nothing() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for after in [Value::Null, json!(0), json!(1), json!(1_000_000)] {
        for document in [EVENTS, MESSAGES] {
            for id in [chat, nobody()] {
                let variables = json!({ "chat": id, "after": after });
                eve.follows(document, variables).await.ends_with("NOT_FOUND").await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_removed_gets_nothing_after_it_and_the_stream_ends_there() {
    let app = by_signals_only().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let (mut all, mut only) = (events(&eve, chat, None).await, messages(&eve, chat, None).await);
    all.catches_up().await;
    ann.sends(chat, "one").await;
    ann.removes(chat, &eve).await.succeeds();
    ann.sends(chat, "not for eve").await;
    assert_eq!(named(&all.next().await), "MessageAdded 4");
    let gone = all.next().await;
    assert_eq!(named(&gone), "MemberLeft 5");
    assert_eq!(gone["user"]["username"], "eve");
    all.ends_with("MEMBERSHIP_ENDED").await;
    assert_eq!(only.next().await["seq"], 1);
    only.ends_with("MEMBERSHIP_ENDED").await;
    // Later too, from any old number.
    for after in 0..=5 {
        let mut again = events(&eve, chat, Some(after)).await;
        for number in after + 1..=5 {
            assert_eq!(again.next().await["eventSeq"], number);
        }
        again.ends_with("MEMBERSHIP_ENDED").await;
    }
    let mut again = messages(&eve, chat, Some(0)).await;
    assert_eq!(again.next().await["seq"], 1);
    again.ends_with("MEMBERSHIP_ENDED").await;
    for after in [6, 1_000] {
        events(&eve, chat, Some(after)).await.ends_with("MEMBERSHIP_ENDED").await;
    }
    events(&eve, chat, None).await.ends_with("NOT_FOUND").await;
    messages(&eve, chat, None).await.ends_with("NOT_FOUND").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_out_learns_nothing_of_how_far_the_conversation_has_come() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    ann.sends(chat, "one").await;
    ann.removes(chat, &eve).await.succeeds();
    let epoch = ann.asks_for("{ server { epoch } }").await.word("server.epoch");
    let asks = async |field: &str, cursor: &str, after: i64, epoch: &str| {
        let document = format!(
            "subscription {{ {field}(conversationId: \"{chat}\", {cursor}: {after}, epoch: \"{epoch}\") {{ __typename }} }}"
        );
        let mut body = eve.begins_to_follow(&document).await.body;
        body["errors"][0]["extensions"]["requestId"].take();
        body
    };
    let mut heard = Vec::new();
    // Told alike while nothing has happened since, and when much has.
    for _ in 0..2 {
        let mut now = Vec::new();
        for (field, cursor, last) in
            [("messageAdded", "afterSeq", 1), ("conversationEvents", "afterEventSeq", 5)]
        {
            for after in [last, last + 1, last + 3, last + 7, 1_000] {
                let body = asks(field, cursor, after, &epoch).await;
                assert_eq!(body["errors"][0]["extensions"]["code"], "MEMBERSHIP_ENDED", "{body}");
                assert_eq!(body["errors"][0]["path"], json!([field]));
                now.push(body.to_string());
            }
            for after in [0, last, last + 3, 1_000] {
                let body = asks(field, cursor, after, "another").await;
                let extensions = &body["errors"][0]["extensions"];
                assert_eq!(extensions["code"], "RESYNC_REQUIRED", "{body}");
                assert_eq!(extensions["head"], last);
                now.push(body.to_string());
            }
            let told: Vec<_> = now.iter().rev().skip(4).take(5).collect();
            assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
        }
        let all = json!([{ "conversationId": chat, "eventSeq": 7 }]);
        let gone = json!({ "__typename": "ConversationRemoved", "conversationId": chat });
        assert_eq!(inbox(&eve, all, Value::Null).await.next().await, gone);
        heard.push(now);
        for n in 0..5 {
            ann.sends(chat, &format!("not for eve {n}")).await;
        }
    }
    assert_eq!(heard[0], heard[1]);
    // What is not kept any more is no way to learn it either.
    let id = parlance::ids::ConversationId::from(chat).literal();
    app.writes(&format!("DELETE FROM messages WHERE conversation_id = {id} AND seq = 1")).await;
    let body = asks("conversationEvents", "afterEventSeq", 3, &epoch).await;
    assert_eq!(body["errors"][0]["extensions"]["code"], "RESYNC_REQUIRED", "{body}");
    assert_eq!(body["errors"][0]["extensions"]["head"], 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_a_subscription_names_its_field_whenever_it_comes() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    ann.ends(chat).await.succeeds();
    for after in [0, 1] {
        let document = format!(
            "subscription {{\n  mine: messageAdded(conversationId: \"{chat}\", afterSeq: {after}) {{ seq }} }}"
        );
        let refused = bob.begins_to_follow(&document).await;
        let error = &refused.errors()[0];
        assert_eq!(error["path"], json!(["mine"]), "{error}");
        assert_eq!(error["locations"], json!([{ "line": 2, "column": 3 }]), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_does_not_see_what_became_of_a_message_afterwards() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_called("before", &[&bob, &eve]).await;
    let edited = ann.sends(chat, "as it was").await;
    ann.sends(chat, "untouched").await;
    ann.replies(chat, edited, "a reply").await;
    eve.leaves(chat).await.succeeds();
    ann.edits(edited.id, "not for eve").await.succeeds();
    ann.renames(chat, Some("not for eve")).await.succeeds();
    let mut heard = events(&eve, chat, Some(3)).await;
    let first = heard.next().await;
    assert_eq!((&first["message"]["seq"], &first["message"]["body"]), (&json!(1), &json!("")));
    assert_eq!(heard.next().await["message"]["body"], "untouched");
    let reply = heard.next().await;
    assert_eq!(reply["message"]["body"], "a reply");
    assert_eq!(reply["message"]["replyTo"], json!({ "seq": 1, "body": "" }));
    assert_eq!(named(&heard.next().await), "MemberLeft 7");
    heard.ends_with("MEMBERSHIP_ENDED").await;
    let mut heard = messages(&eve, chat, Some(0)).await;
    assert_eq!(heard.takes(3, "/body").await, ["", "untouched", "a reply"]);
    heard.ends_with("MEMBERSHIP_ENDED").await;
    // What belongs to the conversation is shown as it was then.
    let document = "subscription ($chat: ID!) { messageAdded(conversationId: $chat, afterSeq: 0) { seq conversation \
        { title messageSeq eventSeq lastMessage { body } unreadCount members { nodes { user { id } } } } } }";
    let mut heard = eve.follows(document, json!({ "chat": chat })).await;
    let then = heard.next().await["conversation"].clone();
    assert_eq!(then["messageSeq"], 3);
    assert_eq!(then["eventSeq"], 7);
    assert_ne!(then["title"], "not for eve");
    assert_eq!(then["lastMessage"], Value::Null);
    assert_eq!(then["members"]["nodes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_not_shown_a_conversation_through_the_eyes_of_who_is_out() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_called("before", &[&bob, &eve]).await;
    let first = ann.sends(chat, "as it was").await;
    ann.replies(chat, first, "a reply").await;
    ann.removes(chat, &eve).await.succeeds();
    ann.edits(first.id, "for members").await.succeeds();
    ann.renames(chat, Some("after")).await.succeeds();
    let mut eves = eve.follows(NESTED, json!({ "chat": chat, "after": 1 })).await;
    let mut bobs = bob.follows(NESTED, json!({ "chat": chat, "after": 1 })).await;
    let (eves, bobs) = (eves.next().await, bobs.next().await);
    assert_eq!(bobs["replyTo"]["body"], "for members");
    assert_eq!(bobs["conversation"]["title"], "after");
    assert_eq!(eves["replyTo"]["body"], "");
    assert_ne!(eves["conversation"]["title"], "after");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_removed_while_they_resume_sees_nothing_that_was_written_afterwards() {
    let app = by_signals_only().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_called("before", &[&bob, &eve]).await;
    let first = ann.sends(chat, "as it was").await;
    // Far more than what is read ahead, on both sides of the reply.
    fills(&app, chat, ann.id, 150, |n| n.to_string()).await;
    ann.replies(chat, first, "a reply").await;
    fills(&app, chat, ann.id, 300, |n| n.to_string()).await;
    let own = "subscription ($chat: ID!, $after: Int) { messageAdded(conversationId: $chat, afterSeq: $after) \
        { seq body replyTo { body sender { email } } conversation { title messageSeq readSeq } } }";
    for document in [NESTED, own] {
        let variables = json!({ "chat": chat, "after": 1 });
        let mut eves = eve.follows(document, variables.clone()).await;
        let mut bobs = bob.follows(document, variables).await;
        assert_eq!(eves.next().await["seq"], 2);
        ann.removes(chat, &eve).await.succeeds();
        ann.edits(first.id, "not for eve").await.succeeds();
        ann.renames(chat, Some("not for eve")).await.succeeds();
        // What was shown to others must not be what she is given.
        while bobs.next().await["replyTo"]["body"] != "not for eve" {}
        for seq in 3..=452 {
            let item = eves.next().await;
            assert_eq!(item["seq"], seq, "{item}");
            assert_eq!(item["replyTo"].is_object(), seq == 152, "{item}");
            assert!(item["conversation"].is_object(), "{item}");
            assert!(!item.to_string().contains("not for eve"), "{item}");
        }
        eves.ends_with("MEMBERSHIP_ENDED").await;
        ann.adds(chat, &[&eve]).await.succeeds();
        ann.edits(first.id, "as it was").await.succeeds();
        ann.renames(chat, Some("before")).await.succeeds();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_does_not_come_back_in_what_answers_it() {
    let app = by_signals_only().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let secret = ann.sends(chat, "a secret").await;
    let mut live = bob.follows(NESTED, json!({ "chat": chat, "after": 1 })).await;
    ann.replies(chat, secret, "a reply").await;
    assert_eq!(live.next().await["replyTo"]["body"], "a secret");
    ann.deletes(secret.id).await.succeeds();
    // What is shown is kept for others for a second.
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    let mut again = bob.follows(NESTED, json!({ "chat": chat, "after": 1 })).await;
    assert_eq!(again.next().await["replyTo"]["body"], "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_follows_through_the_time_they_were_out() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    ann.sends(chat, "one").await;
    ann.removes(chat, &eve).await.succeeds();
    ann.sends(chat, "while eve was out").await;
    ann.adds(chat, &[&eve]).await.succeeds();
    let mut heard = events(&eve, chat, Some(3)).await;
    let all = ["MessageAdded 4", "MemberLeft 5", "MessageAdded 6", "MemberJoined 7"];
    assert_eq!(heard.catches_up().await, all);
    ann.removes(chat, &eve).await.succeeds();
    assert_eq!(named(&heard.next().await), "MemberLeft 8");
    heard.ends_with("MEMBERSHIP_ENDED").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_a_conversation_that_ends_hears_that_and_no_more() {
    let app = by_signals_only().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    let (mut all, mut only) = (events(&bob, chat, None).await, messages(&bob, chat, None).await);
    all.catches_up().await;
    ann.ends(chat).await.succeeds();
    assert_eq!(named(&all.next().await), "ConversationDeleted 3");
    assert_eq!(all.hears().await, Heard::Complete);
    only.ends_with("MEMBERSHIP_ENDED").await;
    let mut later = events(&bob, chat, Some(1)).await;
    assert_eq!(named(&later.next().await), "MemberJoined 2");
    assert_eq!(named(&later.next().await), "ConversationDeleted 3");
    assert_eq!(later.hears().await, Heard::Complete);
    events(&bob, chat, Some(3)).await.ends_with("MEMBERSHIP_ENDED").await;
    events(&bob, chat, None).await.ends_with("NOT_FOUND").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_shown_to_their_owner_alone_however_executions_are_shared() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let document = "subscription ($chat: ID!) { messageAdded(conversationId: $chat) { sender { username email } \
        conversation { readSeq } } }";
    let mut heard = Vec::new();
    for who in [&ann, &bob, &eve] {
        heard.push(who.follows(document, json!({ "chat": chat })).await);
    }
    bob.sends(chat, "first").await;
    let emails = async |heard: &mut Vec<Follow>| {
        let mut emails = Vec::new();
        for heard in heard {
            emails.push(heard.next().await["sender"]["email"].clone());
        }
        emails
    };
    let own = json!("bob@example.org");
    assert_eq!(emails(&mut heard).await, [Value::Null, own, Value::Null]);
    eve.reads_up_to(chat, 1).await.succeeds();
    ann.sends(chat, "second").await;
    let mut positions = Vec::new();
    for heard in &mut heard {
        positions.push(heard.next().await["conversation"]["readSeq"].clone());
    }
    assert_eq!(positions, [0, 0, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_session_ends_its_streams_break_off() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let mut bobs = messages(&bob, chat, None).await;
    let mut eves = messages(&eve, chat, None).await;
    bob.asks_for("mutation { logout { sessionId } }").await.succeeds();
    assert_eq!(bobs.hears().await, Heard::Broken);
    let admin = app.admin().await;
    let input = json!({ "userId": eve.id, "disabled": true });
    admin.does("setUserDisabled", input, "user { id }").await.succeeds();
    assert_eq!(eves.hears().await, Heard::Broken);
}

// All conversations at once

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_tells_what_moves_comes_and_goes() {
    let app = by_signals_only().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_called("one", &[&bob]).await;
    let mut heard = inbox(&bob, Value::Null, Value::Null).await;
    assert_eq!(heard.next().await, json!({ "__typename": "CaughtUp", "eventSeq": null }));
    ann.sends(chat, "hello").await;
    let advanced = heard.next().await;
    assert_eq!(advanced["__typename"], "ConversationAdvanced");
    assert_eq!((&advanced["eventSeq"], &advanced["messageSeq"]), (&json!(3), &json!(1)));
    assert_eq!(
        advanced["conversation"],
        json!({ "id": chat, "title": "one", "readSeq": 0, "unreadCount": 1 })
    );
    let other = eve.starts_a_group_called("two", &[&bob]).await;
    let added = heard.next().await;
    assert_eq!(added["__typename"], "ConversationAdded");
    assert_eq!(added["conversation"]["id"], json!(other));
    bob.reads_up_to(chat, 1).await.succeeds();
    let moved = json!({ "__typename": "ReadPositionMoved", "conversationId": chat, "user": { "username": "bob" }, "readSeq": 1 });
    assert_eq!(heard.next().await, moved);
    ann.reads_up_to(chat, 1).await.succeeds();
    heard.hears_nothing().await;
    ann.removes(chat, &bob).await.succeeds();
    let gone = |id: Id| json!({ "__typename": "ConversationRemoved", "conversationId": id });
    assert_eq!(heard.next().await, gone(chat));
    ann.sends(chat, "not for bob").await;
    heard.hears_nothing().await;
    eve.ends(other).await.succeeds();
    assert_eq!(heard.next().await, gone(other));
    ann.adds(chat, &[&bob]).await.succeeds();
    assert_eq!(heard.next().await["__typename"], "ConversationAdded");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_begins_with_what_moved_since_the_heads_that_the_client_holds() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let mut chats = Vec::new();
    for title in ["still", "moved", "lost", "new"] {
        chats.push(ann.starts_a_group_called(title, &[&bob]).await);
    }
    let [still, moved, lost, new] = chats[..] else { unreachable!() };
    ann.sends(moved, "hello").await;
    ann.removes(lost, &bob).await.succeeds();
    let at = |id: Id, event_seq: i64| json!({ "conversationId": id, "eventSeq": event_seq });
    let known = json!([at(still, 2), at(moved, 2), at(lost, 2), at(nobody(), 7)]);
    let mut heard = inbox(&bob, known, Value::Null).await;
    let mut items = Vec::new();
    loop {
        let item = heard.next().await;
        if item["__typename"] == "CaughtUp" {
            break;
        }
        let id = item["conversationId"].as_str().or(item["conversation"]["id"].as_str());
        items.push(format!("{} {}", item["__typename"].as_str().unwrap(), id.unwrap()));
    }
    items.retain(|item| !item.contains("ConversationRemoved") || item.contains(&lost.to_string()));
    items.sort_unstable();
    let expected = [
        format!("ConversationAdded {new}"),
        format!("ConversationAdvanced {moved}"),
        format!("ConversationRemoved {lost}"),
    ];
    assert_eq!(items, expected);
    let begins = async |head: i64| {
        let document = format!(
            "subscription {{ inboxEvents(known: [{{ conversationId: \"{still}\", eventSeq: {head} }}]) {{ __typename }} }}"
        );
        bob.begins_to_follow(&document).await
    };
    let ahead = begins(3).await;
    ahead.fails_with("RESYNC_REQUIRED");
    assert_eq!(ahead.errors()[0]["extensions"]["conversationId"], json!(still));
    assert_eq!(ahead.errors()[0]["extensions"]["head"], 2);
    begins(-1).await.fails_on(&["known"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_tells_of_other_conversations_if_they_moved_since_a_moment() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let mut chats = Vec::new();
    for title in ["quiet", "said", "renamed", "left"] {
        chats.push(ann.starts_a_group_called(title, &[&bob]).await);
    }
    app.clock.forward(Duration::from_mins(1));
    let since = ann.sends(chats[0], "before").await.id;
    let since = ann.sees_message(since, "sentAt").await.word("message.sentAt");
    app.clock.forward(Duration::from_mins(1));
    ann.sends(chats[1], "after").await;
    ann.renames(chats[2], Some("called so now")).await.succeeds();
    bob.leaves(chats[3]).await.succeeds();
    let mut heard = inbox(&bob, Value::Null, json!(since)).await;
    let mut items = Vec::new();
    for _ in 0..3 {
        let item = heard.next().await;
        let title = item["conversation"]["title"].as_str().unwrap_or("left").to_owned();
        items.push(format!("{} {title}", item["__typename"].as_str().unwrap()));
    }
    items.sort_unstable();
    let expected =
        ["ConversationAdded called so now", "ConversationAdded said", "ConversationRemoved left"];
    assert_eq!(items, expected);
    assert_eq!(heard.next().await["__typename"], "CaughtUp");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_refuses_more_than_it_can_tell() {
    let app = TestApp::start().await;
    let bob = app.person("bob").await;
    let known: Vec<_> =
        (0..501).map(|_| json!({ "conversationId": nobody(), "eventSeq": 1 })).collect();
    inbox(&bob, json!(known), Value::Null).await.ends_with("BAD_USER_INPUT").await;
    let variables = json!({ "epoch": "another" });
    bob.follows(INBOX, variables).await.ends_with("RESYNC_REQUIRED").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_conversations_that_moved_are_told_and_one_more_is_not() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let own = parlance::ids::UserId::from(bob.id).literal();
    let chat = ann.starts_a_group_with(&[&bob]).await;
    let chat = parlance::ids::ConversationId::from(chat).literal();
    for _ in 0..10 {
        let ids: Vec<_> =
            (0..100).map(|_| parlance::ids::ConversationId::new().literal()).collect();
        for table in ["conversations", "members"] {
            let (key, rest) = match table {
                "conversations" => (
                    "id",
                    "kind, created_by, created_at, message_seq, event_seq, live_count, last_activity_at",
                ),
                _ => ("conversation_id", "user_id, role, joined_at, joined_event_seq, read_seq"),
            };
            let from = match table {
                "conversations" => format!("conversations WHERE id = {chat}"),
                _ => format!("members WHERE conversation_id = {chat} AND user_id = {own}"),
            };
            let rows: Vec<_> =
                ids.iter().map(|id| format!("SELECT {id}, {rest} FROM {from}")).collect();
            let rows = rows.join(" UNION ALL ");
            app.writes(&format!("INSERT INTO {table} ({key}, {rest}) {rows}")).await;
        }
    }
    inbox(&bob, json!([]), Value::Null).await.ends_with("RESYNC_REQUIRED").await;
    bob.leaves(parlance_id(&chat)).await.succeeds();
    let mut heard = inbox(&bob, json!([]), Value::Null).await;
    for _ in 0..1_000 {
        assert_eq!(heard.next().await["__typename"], "ConversationAdded");
    }
    assert_eq!(heard.next().await["__typename"], "CaughtUp");
}

/// The id that is in a literal.
fn parlance_id(literal: &str) -> Id {
    literal.trim_start_matches("x'").trim_end_matches('\'').parse().unwrap()
}

// Several instances

/// Two servers on one database that share nothing else.
async fn two_instances() -> (TestApp, TestApp) {
    let setup = || {
        // What is heard came by polling: whoever takes itself for alone would hear it too late.
        let pace = Options { reconcile: Duration::from_hours(1), ..Options::default() };
        let sharing = Sharing { is_shared: true, pace, ..Sharing::default() };
        Setup { sharing, ..Setup::default() }
    };
    let one = TestApp::start_with(setup()).await;
    let other = one.another_instance_with(setup()).await;
    (one, other)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_on_one_instance_is_heard_on_another() {
    let (one, other) = two_instances().await;
    let (ann, bob, eve) = one.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let bob = bob.through(&other);
    let mut all = events(&bob, chat, None).await;
    let mut own = inbox(&bob, Value::Null, Value::Null).await;
    all.catches_up().await;
    own.next().await;
    for n in 1..=20 {
        ann.sends(chat, &format!("{n}")).await;
    }
    for number in 4..=23 {
        assert_eq!(all.next().await["eventSeq"], number);
    }
    loop {
        let item = own.next().await;
        assert_eq!(item["__typename"], "ConversationAdvanced");
        if item["eventSeq"] == 23 {
            break;
        }
    }
    let second = eve.starts_a_conversation_with(&bob).await;
    assert_eq!(own.next().await["conversation"]["id"], json!(second));
    ann.removes(chat, &bob).await.succeeds();
    assert_eq!(named(&all.next().await), "MemberLeft 24");
    all.ends_with("MEMBERSHIP_ENDED").await;
    assert_eq!(own.next().await["__typename"], "ConversationRemoved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_on_one_instance_ends_on_the_other() {
    let (one, other) = two_instances().await;
    let (ann, bob, _) = one.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let mut heard = messages(&bob.through(&other), chat, None).await;
    bob.asks_for("mutation { logout { sessionId } }").await.succeeds();
    assert_eq!(heard.hears().await, Heard::Broken);
}

// What it costs

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_read_and_shown_once_for_all_who_follow() {
    let app = by_signals_only().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let mut all = Vec::new();
    let mut costs = Vec::new();
    for _ in 0..4 {
        for who in [&ann, &bob, &eve].repeat(4) {
            all.push(messages(who, chat, None).await);
        }
        // Names are kept for a second.
        tokio::time::sleep(Duration::from_millis(1_050)).await;
        let before = app.store.statements();
        ann.sends(chat, "hello").await;
        for heard in &mut all {
            assert_eq!(heard.next().await["sender"]["username"], "ann");
        }
        costs.push(app.store.statements() - before);
    }
    // The send itself, one page, one look-up of the sender; and perhaps a look at the
    // sessions, which comes when it comes.
    assert!(costs.iter().all(|cost| *cost <= 12), "12, 24, 36 and 48 followers: {costs:?}");
}
