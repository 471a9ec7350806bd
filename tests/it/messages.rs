//! Messages: sending, replying, retrying, changing, deleting, reading and finding, and who may.

use std::time::Duration;

use parlance::{
    ids::{ConversationId, MessageId, UserId},
    live::Signal,
    time::{Clock, Timestamp},
};
use tokio::sync::broadcast::Receiver;

use crate::support::{Answer, Id, Person, TestApp, Value, client_id, json, nobody};

/// Everything that a client can read of a message.
const ALL: &str = "id seq body sentAt editedAt deletedAt revision sender { id } conversation { id } replyTo { id seq body }";

/// Puts so many messages into a conversation, a microsecond apart from now on, without asking the server: `body` makes
/// the words of each from its number.
pub(crate) async fn fills(
    app: &TestApp,
    chat: Id,
    sender: Id,
    count: i64,
    body: impl Fn(i64) -> String,
) {
    let (literal, sender) = (ConversationId::from(chat).literal(), UserId::from(sender).literal());
    let head = |column: &str| format!("SELECT {column} FROM conversations WHERE id = {literal}");
    let (seq, event_seq) =
        (app.counts(&head("message_seq")).await, app.counts(&head("event_seq")).await);
    let begin = app.clock.now().micros();
    let numbers: Vec<i64> = (1..=count).collect();
    for numbers in numbers.chunks(500) {
        let rows = numbers.iter().map(|n| {
            format!(
                "({literal}, {}, {}, {}, {sender}, '{}', {}, 1)",
                seq + n,
                event_seq + n,
                MessageId::new().literal(),
                body(seq + n),
                Timestamp::from_micros(begin + n).literal()
            )
        });
        let rows = rows.collect::<Vec<_>>().join(", ");
        app.writes(&format!(
            "INSERT INTO messages (conversation_id, seq, event_seq, id, sender_id, body, sent_at, revision) VALUES {rows}"
        ))
        .await;
    }
    app.writes(&format!(
        "UPDATE conversations SET message_seq = message_seq + {count}, event_seq = event_seq + {count}, \
         live_count = live_count + {count}, last_activity_at = {} WHERE id = {literal}",
        Timestamp::from_micros(begin + count).literal()
    ))
    .await;
}

/// What listeners were told since the last call.
fn heard(receiver: &mut Receiver<Signal>) -> Vec<Signal> {
    std::iter::from_fn(|| receiver.try_recv().ok()).collect()
}

fn advanced(chat: Id, event_seq: i64) -> Signal {
    Signal::Advanced { conversation: chat.into(), event_seq }
}

/// The bodies of a conversation's messages that a filter lets through.
async fn bodies(who: &Person, chat: Id, filter: Value) -> Vec<String> {
    let document = "query Q($id: ID!, $filter: MessageFilter) {
        conversation(id: $id) { messages(first: 100, filter: $filter) { nodes { body } totalCount } }
    }";
    let answer = who.asks(document, json!({ "id": chat, "filter": filter })).await;
    listed(&answer, "conversation.messages")
}

/// The same across the conversations of a person.
async fn bodies_across(who: &Person, filter: Value) -> Vec<String> {
    let document = "query Q($filter: MessagesFilter) { messages(first: 100, filter: $filter) { nodes { body } totalCount } }";
    listed(&who.asks(document, json!({ "filter": filter })).await, "messages")
}

#[track_caller]
fn listed(answer: &Answer, path: &str) -> Vec<String> {
    let found = answer.each(&format!("{path}.nodes"), "body");
    assert_eq!(
        answer.number(&format!("{path}.totalCount")),
        i64::try_from(found.len()).unwrap(),
        "the count agrees"
    );
    found
}

fn at(answer: &Answer, path: &str) -> Timestamp {
    answer.word(path).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_shown_to_everybody_as_it_was_sent() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let before = app.clock.now();
    let answer = ann
        .does(
            "sendMessage",
            json!({ "conversationId": chat, "body": "hello" }),
            &format!("message {{ {ALL} }} eventSeq deduplicated"),
        )
        .await;
    let message = answer.gives("sendMessage.message");
    let sent_at = at(&answer, "sendMessage.message.sentAt");
    assert!(before <= sent_at && sent_at <= app.clock.now());
    let expected = json!({
        "id": message["id"], "seq": 1, "body": "hello", "sentAt": sent_at.to_string(), "editedAt": null,
        "deletedAt": null, "revision": 1, "sender": { "id": ann.id }, "conversation": { "id": chat }, "replyTo": null,
    });
    assert_eq!(message, expected);
    assert_eq!(answer.gives("sendMessage.eventSeq"), 3, "after the two who joined");
    assert_eq!(answer.gives("sendMessage.deduplicated"), false);
    let id = answer.id("sendMessage.message.id");
    for person in [&ann, &bob] {
        assert_eq!(person.sees_message(id, ALL).await.gives("message"), expected);
        let node = person.asks(
            format!("query N($id: ID!) {{ node(id: $id) {{ ... on Message {{ {ALL} }} }} }}"),
            json!({ "id": id }),
        );
        assert_eq!(node.await.gives("node"), expected);
    }
    assert_eq!(app.log_of(chat).await, ["1 JOINED", "2 JOINED", "3 MESSAGE"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_trimmed_and_has_1_to_16384_bytes() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let emoji = "\u{1F600}".repeat(4_096);
    for (given, kept) in [
        ("  hello\n\t".to_owned(), "hello".to_owned()),
        ("\u{a0}\u{2003}x\u{3000}".to_owned(), "x".to_owned()),
        ("a \n b".to_owned(), "a \n b".to_owned()),
        ("x".repeat(16_384), "x".repeat(16_384)),
        (
            format!("{}{}{}", " ".repeat(5_000), "x".repeat(16_384), "\n".repeat(5_000)),
            "x".repeat(16_384),
        ),
        (emoji.clone(), emoji.clone()),
    ] {
        let sent = ann.sends(chat, &given).await;
        assert_eq!(bob.sees_message(sent.id, "body").await.word("message.body"), kept);
        ann.edits(sent.id, "something else").await.succeeds();
        assert_eq!(ann.edits(sent.id, &given).await.word("editMessage.message.body"), kept);
    }
    let sent = ann.sends(chat, "stays").await;
    for refused in [
        String::new(),
        " \n\t ".to_owned(),
        "\u{2003}".to_owned(),
        "x".repeat(16_385),
        format!("{emoji}x"),
        "a\0b".to_owned(),
        "\0".to_owned(),
    ] {
        ann.tries_to_send(chat, &refused).await.fails_on(&["body"]);
        ann.edits(sent.id, &refused).await.fails_on(&["body"]);
    }
    assert_eq!(
        ann.sees_message(sent.id, "body revision").await.gives("message"),
        json!({ "body": "stays", "revision": 1 })
    );
    assert_eq!(
        ann.sees(chat, "messageSeq").await.number("conversation.messageSeq"),
        7,
        "what was refused took no number"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_any_characters_comes_back_as_it_was() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for body in [
        "' OR 1=1 --",
        "\\' \" ` %_ \\%",
        "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{1F1E9}\u{1F1EA}",
        "e\u{301} é",
        "\u{202E}right to left\u{202C}",
        "\u{1}\u{7f}\u{1b}[31mred",
        "\u{FEFF}x\u{FFFF}",
        "line\r\nline\u{2028}line",
        "{\"a\": [1]}",
    ] {
        let sent = ann.sends(chat, body).await;
        assert_eq!(bob.sees_message(sent.id, "body").await.word("message.body"), body);
        let last = bob.sees(chat, "lastMessage { body }").await;
        assert_eq!(last.word("conversation.lastMessage.body"), body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_send_is_refused_and_takes_no_number() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let foreign = bob.starts_a_conversation_with(&eve).await;
    let foreign_message = bob.sends(foreign, "elsewhere").await;
    let mut hints = app.app.live.listen();
    let log = app.log_of(chat).await;
    let cases = [
        (json!({ "conversationId": nobody(), "body": "x" }), "NOT_FOUND", &[][..]),
        (json!({ "conversationId": foreign, "body": "x" }), "NOT_FOUND", &[]),
        (json!({ "conversationId": ann.id, "body": "x" }), "NOT_FOUND", &[]),
        (
            json!({ "conversationId": foreign, "body": "x", "replyToId": foreign_message.id }),
            "NOT_FOUND",
            &[],
        ),
        (
            json!({ "conversationId": chat, "body": "x", "replyToId": foreign_message.id }),
            "BAD_USER_INPUT",
            &["replyToId"],
        ),
        (
            json!({ "conversationId": chat, "body": "x", "replyToId": nobody() }),
            "BAD_USER_INPUT",
            &["replyToId"],
        ),
        (
            json!({ "conversationId": chat, "body": "x", "replyToId": chat }),
            "BAD_USER_INPUT",
            &["replyToId"],
        ),
        (json!({ "conversationId": chat, "body": "" }), "BAD_USER_INPUT", &["body"]),
        // Whoever is not in it does not learn what would be wrong with the rest.
        (
            json!({ "conversationId": foreign, "body": "x", "replyToId": nobody() }),
            "NOT_FOUND",
            &[],
        ),
    ];
    for (input, code, fields) in cases {
        let answer = ann.does("sendMessage", input.clone(), "eventSeq").await;
        answer.fails_with(code);
        assert_eq!(answer.fields(), fields, "{input}");
    }
    // What a client may not decide is no field at all.
    for field in ["seq", "senderId", "sentAt", "createdAt", "eventSeq", "revision", "id"] {
        let input = json!({ "conversationId": chat, "body": "x", field: 1 });
        ann.does("sendMessage", input, "eventSeq").await.fails_with("BAD_USER_INPUT");
    }
    for id in ["", "x", "1", "\u{1F600}", "' OR 1=1"] {
        let input = json!({ "conversationId": chat, "body": "x", "clientMessageId": id });
        ann.does("sendMessage", input, "eventSeq").await.fails_with("BAD_USER_INPUT");
    }
    assert_eq!(app.log_of(chat).await, log);
    assert_eq!(heard(&mut hints), [], "nobody is told of what was refused");
    assert_eq!(ann.sends(chat, "the first").await.seq, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_shows_what_it_answers_as_that_is_now() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let question = ann.sends(chat, "really?").await;
    let answer = bob.replies(chat, question, "yes").await;
    let again = ann.replies(chat, answer, "good").await;
    let shown = async |id| {
        ann.sees_message(id, "replyTo { id seq body deletedAt }").await.gives("message.replyTo")
    };
    assert_eq!(
        shown(answer.id).await,
        json!({ "id": question.id, "seq": 1, "body": "really?", "deletedAt": null })
    );
    assert_eq!(shown(again.id).await["body"], "yes");
    ann.edits(question.id, "are you sure?").await.succeeds();
    assert_eq!(shown(answer.id).await["body"], "are you sure?");
    ann.deletes(question.id).await.succeeds();
    let tombstone = shown(answer.id).await;
    assert_eq!(tombstone["body"], "");
    assert!(tombstone["deletedAt"].is_string());
}

/// Sends with a client's id and answers what came of it: the message's id, whether it was known, and its words.
async fn retries(
    who: &Person,
    chat: Id,
    body: &str,
    key: Id,
    reply: Option<Id>,
) -> (Id, bool, String) {
    let answer =
        who.sends_with(chat, body, json!({ "clientMessageId": key, "replyToId": reply })).await;
    let deduplicated = answer.gives("sendMessage.deduplicated").as_bool().unwrap();
    (answer.id("sendMessage.message.id"), deduplicated, answer.word("sendMessage.message.body"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_answers_the_first_message_as_it_is_now() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let key = client_id();
    let question = bob.sends(chat, "well?").await;
    let (id, deduplicated, _) = retries(&ann, chat, "hello", key, Some(question.id)).await;
    assert!(!deduplicated);
    let log = app.log_of(chat).await;
    let mut hints = app.app.live.listen();
    for body in ["hello", "  hello\n"] {
        assert_eq!(
            retries(&ann, chat, body, key, Some(question.id)).await,
            (id, true, "hello".to_owned())
        );
    }
    assert_eq!(app.log_of(chat).await, log);
    assert_eq!(heard(&mut hints), [], "nothing new is told");

    ann.edits(id, "goodbye").await.succeeds();
    let answer = ann
        .sends_with(chat, "hello", json!({ "clientMessageId": key, "replyToId": question.id }))
        .await;
    assert_eq!(
        answer.gives("sendMessage.message"),
        json!({ "id": id, "seq": 2, "body": "goodbye", "revision": 2 })
    );
    assert_eq!(answer.number("sendMessage.eventSeq"), 4, "the number by which it was sent");

    let other = app.another_instance().await;
    assert_eq!(
        retries(&ann.through(&other), chat, "hello", key, Some(question.id)).await,
        (id, true, "goodbye".to_owned())
    );
    ann.deletes(id).await.succeeds();
    assert_eq!(
        retries(&ann.through(&other), chat, "hello", key, Some(question.id)).await,
        (id, true, String::new())
    );
    assert_eq!(app.counts("SELECT COUNT(*) FROM messages").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clients_id_stands_for_one_message_of_one_sender() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let other_chat = ann.starts_a_conversation_with(&eve).await;
    let key = client_id();
    let question = bob.sends(chat, "well?").await;
    let (id, ..) = retries(&ann, chat, "hello", key, None).await;
    let log = (app.log_of(chat).await, app.log_of(other_chat).await);
    for (chat, body, reply) in [
        (chat, "hallo", None),
        (chat, "Hello", None),
        (other_chat, "hello", None),
        (chat, "hello", Some(question.id)),
    ] {
        let answer =
            ann.sends_with(chat, body, json!({ "clientMessageId": key, "replyToId": reply })).await;
        answer.fails_with("CLIENT_MESSAGE_ID_REUSED");
    }
    assert_eq!((app.log_of(chat).await, app.log_of(other_chat).await), log);
    // The same key in Bob's hands is another one.
    let (bobs, deduplicated, _) = retries(&bob, chat, "hello", key, None).await;
    assert!(bobs != id && !deduplicated);
    // A send that was refused has not used its key.
    let key = client_id();
    ann.sends_with(chat, "", json!({ "clientMessageId": key })).await.fails_on(&["body"]);
    ann.sends_with(chat, "x", json!({ "clientMessageId": key, "replyToId": nobody() }))
        .await
        .fails_on(&["replyToId"]);
    assert!(!retries(&ann, chat, "another", key, None).await.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_who_retries_learns_nothing() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let group = ann.starts_a_group_with(&[&bob, &eve]).await;
    let key = client_id();
    let (id, ..) = retries(&bob, group, "hello", key, None).await;
    ann.removes(group, &bob).await.succeeds();
    let retry = async || bob.sends_with(group, "hello", json!({ "clientMessageId": key })).await;
    retry().await.fails_with("NOT_FOUND");
    bob.sends_with(group, "other words", json!({ "clientMessageId": key }))
        .await
        .fails_with("NOT_FOUND");
    let by_key = async || {
        bob.asks(
            "query Q($key: UUID!) { messageByClientId(clientMessageId: $key) { id } }",
            json!({ "key": key }),
        )
        .await
    };
    assert_eq!(by_key().await.gives("messageByClientId"), Value::Null);
    ann.adds(group, &[&bob]).await.succeeds();
    assert_eq!(retries(&bob, group, "hello", key, None).await, (id, true, "hello".to_owned()));
    assert_eq!(by_key().await.id("messageByClientId.id"), id);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_sender_finds_a_message_by_the_clients_id() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let key = client_id();
    let find = async |who: &Person, key: Id| {
        let document =
            "query Q($key: UUID!) { messageByClientId(clientMessageId: $key) { id body } }";
        who.asks(document, json!({ "key": key })).await.gives("messageByClientId")
    };
    assert_eq!(find(&ann, key).await, Value::Null);
    let (id, ..) = retries(&ann, chat, "hello", key, None).await;
    assert_eq!(find(&ann, key).await, json!({ "id": id, "body": "hello" }));
    assert_eq!(find(&bob, key).await, Value::Null);
    assert_eq!(find(&ann, client_id()).await, Value::Null);
    ann.deletes(id).await.succeeds();
    assert_eq!(find(&ann, key).await, json!({ "id": id, "body": "" }), "it did go through");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_changes_the_words_and_counts_the_revision() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let sent = ann.sends(chat, "hello").await;
    let before = ann.sees_message(sent.id, ALL).await.gives("message");
    let mut hints = app.app.live.listen();
    app.clock.forward(Duration::from_mins(1));
    let answer = ann
        .does(
            "editMessage",
            json!({ "id": sent.id, "body": " goodbye " }),
            &format!("message {{ {ALL} }} eventSeq"),
        )
        .await;
    let mut after = answer.gives("editMessage.message");
    assert!(at(&answer, "editMessage.message.editedAt") > sent_at(&before));
    assert_eq!(answer.number("editMessage.eventSeq"), 4);
    assert_eq!(heard(&mut hints), [advanced(chat, 4)]);
    assert_eq!(bob.sees_message(sent.id, ALL).await.gives("message"), after);
    after["editedAt"] = Value::Null;
    assert_eq!(
        after,
        with(&before, &[("body", json!("goodbye")), ("revision", json!(2))]),
        "nothing else has changed"
    );
    assert_eq!(app.log_of(chat).await, ["1 JOINED", "2 JOINED", "3 MESSAGE", "4 EDITED"]);
    assert_eq!(
        ann.sees(chat, "eventSeq messageSeq messageCount").await.gives("conversation"),
        json!({ "eventSeq": 4, "messageSeq": 1, "messageCount": 1 })
    );
}

fn sent_at(message: &Value) -> Timestamp {
    message["sentAt"].as_str().unwrap().parse().unwrap()
}

fn with(value: &Value, changes: &[(&str, Value)]) -> Value {
    let mut value = value.clone();
    for (field, new) in changes {
        value[*field] = new.clone();
    }
    value
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expected_revision_that_is_not_the_present_one_is_a_conflict() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let sent = ann.sends(chat, "one").await;
    let edit = async |body: &str, expected: Value| {
        ann.does(
            "editMessage",
            json!({ "id": sent.id, "body": body, "expectedRevision": expected }),
            "message { revision }",
        )
        .await
    };
    let delete = async |expected: Value| {
        ann.does(
            "deleteMessage",
            json!({ "id": sent.id, "expectedRevision": expected }),
            "message { revision } eventSeq",
        )
        .await
    };
    for wrong in [0, 2, -1, i64::from(i32::MAX)] {
        edit("x", json!(wrong)).await.fails_with("CONFLICT");
        delete(json!(wrong)).await.fails_with("CONFLICT");
    }
    assert_eq!(edit("two", json!(1)).await.number("editMessage.message.revision"), 2);
    edit("three", json!(1)).await.fails_with("CONFLICT");
    assert_eq!(edit("three", Value::Null).await.number("editMessage.message.revision"), 3);
    // The same words again are an edit all the same: what the client expects is what it gets.
    assert_eq!(edit("three", json!(3)).await.number("editMessage.message.revision"), 4);
    delete(json!(3)).await.fails_with("CONFLICT");
    delete(json!(4)).await.succeeds();
    // A deleted message is deleted, whatever revision is expected.
    delete(json!(4)).await.succeeds();
    edit("four", Value::Null).await.fails_with("CONFLICT");
    assert_eq!(ann.sees_message(sent.id, "body").await.word("message.body"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_edits_that_expect_the_same_revision_one_wins() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let sent = ann.sends(chat, "one").await;
    let edits = (0..10).map(|n| {
        let ann = ann.clone();
        tokio::spawn(async move {
            let input =
                json!({ "id": sent.id, "body": format!("edit {n}"), "expectedRevision": 1 });
            ann.does("editMessage", input, "message { body revision }").await
        })
    });
    let mut won = Vec::new();
    for edit in edits.collect::<Vec<_>>() {
        let answer = edit.await.unwrap();
        match answer.code() {
            None => won.push(answer.gives("editMessage.message")),
            Some(code) => assert_eq!(code, "CONFLICT"),
        }
    }
    assert_eq!(won.len(), 1);
    assert_eq!(ann.sees_message(sent.id, "body revision").await.gives("message"), won[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_message_is_an_empty_tombstone_that_keeps_its_number() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let sent = ann.sends(chat, "regretted").await;
    ann.sends(chat, "kept").await;
    let before = bob.sees_message(sent.id, ALL).await.gives("message");
    let mut hints = app.app.live.listen();
    let input = json!({ "id": sent.id });
    let delete = async || {
        ann.does("deleteMessage", input.clone(), &format!("message {{ {ALL} }} eventSeq")).await
    };
    let first = delete().await;
    let tombstone = first.gives("deleteMessage.message");
    assert_eq!(first.number("deleteMessage.eventSeq"), 5);
    assert!(tombstone["deletedAt"].is_string());
    let expected = with(
        &before,
        &[
            ("body", json!("")),
            ("revision", json!(2)),
            ("deletedAt", tombstone["deletedAt"].clone()),
        ],
    );
    assert_eq!(tombstone, expected);
    assert_eq!(bob.sees_message(sent.id, ALL).await.gives("message"), expected);
    assert_eq!(
        app.counts("SELECT COUNT(*) FROM messages WHERE body LIKE '%regretted%'").await,
        0,
        "the words are gone from the table"
    );

    let again = delete().await;
    assert_eq!(again.text, first.text, "the same answer");
    assert_eq!(heard(&mut hints), [advanced(chat, 5)], "one event");
    assert_eq!(
        app.log_of(chat).await,
        ["1 JOINED", "2 JOINED", "3 MESSAGE", "4 MESSAGE", "5 DELETED"]
    );
    assert_eq!(
        ann.sees(chat, "messageSeq messageCount").await.gives("conversation"),
        json!({ "messageSeq": 2, "messageCount": 1 })
    );
    assert_eq!(bodies(&bob, chat, json!({})).await, ["kept"]);
    assert_eq!(bodies(&bob, chat, json!({ "includeDeleted": true })).await, ["", "kept"]);
    assert_eq!(ann.sends(chat, "next").await.seq, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_after_an_edit_answers_the_number_of_the_deletion() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let sent = ann.sends(chat, "one").await;
    ann.edits(sent.id, "two").await.succeeds();
    assert_eq!(ann.deletes(sent.id).await.number("deleteMessage.eventSeq"), 5);
    bob.sends(chat, "something later").await;
    assert_eq!(ann.deletes(sent.id).await.number("deleteMessage.eventSeq"), 5);
    assert_eq!(ann.sees_message(sent.id, "revision").await.number("message.revision"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn senders_edit_and_senders_and_leaders_delete() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let (zoe, kim) = (app.person("zoe").await, app.admin().await);
    let group = ann.starts_a_group_with(&[&bob, &eve, &zoe]).await;
    ann.makes(group, &bob, "ADMIN").await.succeeds();
    for (sender, who, may_edit, may_delete) in [
        (&eve, &eve, None, None),
        (&eve, &zoe, Some("FORBIDDEN"), Some("FORBIDDEN")),
        (&eve, &bob, Some("FORBIDDEN"), None),
        (&eve, &ann, Some("FORBIDDEN"), None),
        // An administrator of users is nobody here.
        (&eve, &kim, Some("NOT_FOUND"), Some("NOT_FOUND")),
        (&ann, &bob, Some("FORBIDDEN"), None),
        (&ann, &eve, Some("FORBIDDEN"), Some("FORBIDDEN")),
        (&bob, &ann, Some("FORBIDDEN"), None),
        (&bob, &bob, None, None),
    ] {
        let sent = sender.sends(group, "words").await;
        let edited = who.edits(sent.id, "other words").await;
        assert_eq!(edited.code(), may_edit, "{} edits {}", who.name, sender.name);
        let deleted = who.deletes(sent.id).await;
        assert_eq!(deleted.code(), may_delete, "{} deletes {}", who.name, sender.name);
        let expected = if may_delete.is_none() { "" } else { "words" };
        assert_eq!(sender.sees_message(sent.id, "body").await.word("message.body"), expected);
        // A tombstone is no more anybody's than the message was.
        if may_delete.is_none() && sender.id != who.id {
            zoe.deletes(sent.id).await.fails_with("FORBIDDEN");
        }
    }
    let direct = ann.starts_a_conversation_with(&bob).await;
    let sent = ann.sends(direct, "words").await;
    bob.edits(sent.id, "mine").await.fails_with("FORBIDDEN");
    bob.deletes(sent.id).await.fails_with("FORBIDDEN");
    eve.edits(sent.id, "mine").await.fails_with("NOT_FOUND");
    eve.deletes(sent.id).await.fails_with("NOT_FOUND");
    ann.edits(nobody(), "x").await.fails_with("NOT_FOUND");
    ann.deletes(nobody()).await.fails_with("NOT_FOUND");
    ann.deletes(direct).await.fails_with("NOT_FOUND");
    // Who has left does nothing any more, not even to their own words.
    let sent = eve.sends(group, "words").await;
    eve.leaves(group).await.succeeds();
    eve.edits(sent.id, "x").await.fails_with("NOT_FOUND");
    eve.deletes(sent.id).await.fails_with("NOT_FOUND");
    assert_eq!(eve.sees_message(sent.id, "id").await.gives("message"), Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_filter_lets_through_what_it_says() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let mut moments = Vec::new();
    for (who, body) in
        [(&ann, "one"), (&bob, "two"), (&ann, "three"), (&eve, "four"), (&bob, "five")]
    {
        app.clock.forward(Duration::from_secs(1));
        let sent = who.sends(chat, body).await;
        moments.push(ann.sees_message(sent.id, "sentAt").await.gives("message.sentAt"));
        if body == "four" {
            eve.deletes(sent.id).await.succeeds();
        }
    }
    for (filter, expected) in [
        (json!({}), &["one", "two", "three", "five"][..]),
        (json!({ "senderId": ann.id }), &["one", "three"]),
        (json!({ "senderId": eve.id }), &[]),
        (json!({ "senderId": nobody() }), &[]),
        (json!({ "sentAfter": moments[1] }), &["three", "five"]),
        (json!({ "sentBefore": moments[1] }), &["one"]),
        (json!({ "sentAfter": moments[0], "sentBefore": moments[4] }), &["two", "three"]),
        (json!({ "sentAfter": moments[4] }), &[]),
        (json!({ "sentAfter": moments[2], "sentBefore": moments[1] }), &[]),
        (json!({ "bodyContains": "T" }), &["two", "three"]),
        (json!({ "bodyContains": "t", "senderId": bob.id, "sentBefore": moments[2] }), &["two"]),
        (json!({ "bodyContains": "" }), &["one", "two", "three", "five"]),
        (
            json!({ "senderId": null, "sentAfter": null, "sentBefore": null, "bodyContains": null }),
            &["one", "two", "three", "five"],
        ),
    ] {
        assert_eq!(bodies(&ann, chat, filter.clone()).await, expected, "{filter}");
        let mut newest_first = expected.to_vec();
        newest_first.reverse();
        assert_eq!(bodies_across(&ann, filter.clone()).await, newest_first, "{filter} across");
        let mut filter = filter;
        filter["conversationId"] = json!(chat);
        assert_eq!(bodies_across(&bob, filter.clone()).await, newest_first, "{filter} of one");
    }
    assert_eq!(
        bodies(&ann, chat, json!({ "includeDeleted": true })).await,
        ["one", "two", "three", "", "five"]
    );
    assert_eq!(
        bodies(&ann, chat, json!({ "includeDeleted": null })).await,
        ["one", "two", "three", "five"]
    );
    assert_eq!(
        bodies(&ann, chat, json!({ "includeDeleted": true, "senderId": eve.id })).await,
        [""]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn moments_at_the_ends_of_the_calendar_are_moments_too() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    ann.sends(chat, "now").await;
    let is_shown = async |field: &str, moment: &str| {
        let document = "query Q($id: ID!, $one: MessageFilter, $all: MessagesFilter) {
            conversation(id: $id) { messages(filter: $one) { totalCount nodes { id } } }
            messages(filter: $all) { totalCount nodes { id } }
        }";
        let filter = json!({ field: moment });
        let answer = ann.asks(document, json!({ "id": chat, "one": filter, "all": filter })).await;
        // What lies beyond the calendar of the databases may be refused, but not misread.
        if answer.code() == Some("BAD_USER_INPUT") && BEYOND.contains(&moment) {
            return None;
        }
        assert!(answer.code().is_none(), "{field} {moment}: {}", answer.text);
        let (one, all) = (answer.gives("conversation.messages"), answer.gives("messages"));
        assert_eq!(one, all, "{field} {moment}");
        assert_eq!(
            one["nodes"].as_array().map(Vec::len),
            one["totalCount"].as_u64().map(|n| usize::try_from(n).unwrap())
        );
        Some(one["totalCount"] == 1)
    };
    for (moment, is_past) in MOMENTS {
        for (field, expected) in [("sentAfter", *is_past), ("sentBefore", !is_past)] {
            let shown = is_shown(field, moment).await;
            assert!(
                shown.is_none_or(|shown| shown == expected),
                "{field} {moment}: shown is {shown:?}"
            );
        }
        let document = "query Q($at: DateTime) { conversations(filter: { activeAfter: $at }) { nodes { id } } }";
        let answer = ann.asks(document, json!({ "at": moment })).await;
        if answer.code() != Some("BAD_USER_INPUT") || !BEYOND.contains(moment) {
            assert_eq!(
                answer.list("conversations.nodes").len(),
                usize::from(*is_past),
                "activeAfter {moment}"
            );
        }
    }
    for garbage in [
        "",
        "yesterday",
        "2026-11-21",
        "2026-11-21T00:00:00",
        "2026-02-30T00:00:00Z",
        "10000-01-01T00:00:00Z",
    ] {
        let document =
            "query Q($at: DateTime) { messages(filter: { sentAfter: $at }) { nodes { id } } }";
        ann.asks(document, json!({ "at": garbage })).await.fails_with("BAD_USER_INPUT");
    }
}

/// Moments, and whether they are past.
const MOMENTS: &[(&str, bool)] = &[
    ("0001-01-01T00:00:00Z", true),
    ("0000-01-01T00:00:00Z", true),
    ("0000-01-01T00:00:00+23:00", true),
    ("1969-12-31T23:59:59.999999Z", true),
    ("1970-01-01T00:00:00Z", true),
    ("2020-02-29t12:00:00.123456789z", true),
    ("9999-12-31T23:59:59.999999Z", false),
    ("9999-12-31T23:59:59.999999999Z", false),
    ("9999-12-31T23:59:59-23:00", false),
];

/// Those of them that not every database can say.
const BEYOND: &[&str] = &[
    "0001-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0000-01-01T00:00:00+23:00",
    "9999-12-31T23:59:59-23:00",
];

/// Words, and what is looked for in them.
const FOUND: &[(&str, &[&str])] = &[
    ("Good morning, HARBOUR", &["good", "MORNING", "ng, har", "  good  "]),
    ("100% of_it", &["100%", "%", "_", "% OF_"]),
    ("back\\slash 'quote'", &["\\", "'QUOTE", "\\s"]),
    ("ÜBER die Brücke", &["über", "ÜBER", "BRÜCKE"]),
    ("élan ÉLAN", &["Élan É"]),
    ("Привет, МИР", &["ПРИВЕТ", "мир"]),
    ("Οδός ΟΔΟΣ ΣΟΦΙΑ", &["σοφ", "ΣΟΦ"]),
    ("smile \u{1F600} now", &["\u{1F600}", "\u{1F600} NOW"]),
    ("日本語", &["本"]),
];

/// What is in none of them.
const NOT_FOUND: &[&str] = &["u_er", "g%d", "100_", "xyz", "ng  har", "\u{1F601}", "' OR '1'='1"];

#[tokio::test(flavor = "multi_thread")]
async fn text_is_found_in_any_case_and_no_character_is_special() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for (words, _) in FOUND {
        ann.sends(chat, words).await;
    }
    for (words, needles) in FOUND {
        for needle in *needles {
            let filter = json!({ "bodyContains": needle });
            let (one, all) =
                (bodies(&ann, chat, filter.clone()).await, bodies_across(&ann, filter).await);
            assert!(
                one.iter().any(|body| body == words),
                "{needle:?} is in {words:?}, found {one:?}"
            );
            assert!(
                all.iter().any(|body| body == words),
                "{needle:?} is in {words:?}, found {all:?} across"
            );
        }
    }
    for needle in NOT_FOUND {
        let filter = json!({ "bodyContains": needle });
        assert_eq!(bodies(&ann, chat, filter.clone()).await, [""; 0], "{needle:?}");
        assert_eq!(bodies_across(&ann, filter).await, [""; 0], "{needle:?} across");
    }
    for (needle, exactly) in
        [("%", "100% of_it"), ("_", "100% of_it"), ("\\", "back\\slash 'quote'")]
    {
        assert_eq!(bodies(&ann, chat, json!({ "bodyContains": needle })).await, [exactly]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_ends_in_sigma_is_found_in_capitals() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    // A capital sigma is another small letter at the end of a word than inside of it.
    ann.sends(chat, "ΟΔΟΣ").await;
    for needle in ["ΟΔΟΣ", "ΔΟΣ", "οδοσ"] {
        let filter = json!({ "bodyContains": needle });
        assert_eq!(bodies_across(&ann, filter.clone()).await, ["ΟΔΟΣ"], "{needle} across");
        assert_eq!(bodies(&ann, chat, filter).await, ["ΟΔΟΣ"], "{needle}");
    }
    ann.sends(chat, "ΣΟΣΟ").await;
    let filter = json!({ "bodyContains": "ΣΟΣ" });
    assert_eq!(bodies(&ann, chat, filter.clone()).await, ["ΣΟΣΟ"]);
    assert_eq!(bodies_across(&ann, filter).await, ["ΣΟΣΟ"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_across_conversations_are_the_viewers_own_newest_first() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let (first, second) =
        (ann.starts_a_conversation_with(&bob).await, ann.starts_a_conversation_with(&eve).await);
    let hidden = bob.starts_a_conversation_with(&eve).await;
    for (who, chat, body) in [
        (&ann, first, "1"),
        (&ann, second, "2"),
        (&bob, hidden, "secret"),
        (&bob, first, "3"),
        (&eve, second, "4"),
        (&ann, first, "5"),
    ] {
        app.clock.forward(Duration::from_millis(1));
        who.sends(chat, body).await;
    }
    assert_eq!(bodies_across(&ann, json!({})).await, ["5", "4", "3", "2", "1"]);
    assert_eq!(bodies_across(&ann, json!({ "conversationId": second })).await, ["4", "2"]);
    assert_eq!(bodies_across(&ann, json!({ "conversationId": hidden })).await, [""; 0]);
    assert_eq!(bodies_across(&ann, json!({ "senderId": bob.id })).await, ["3"]);
    assert_eq!(bodies_across(&eve, json!({ "bodyContains": "SECRET" })).await, ["secret"]);
    assert_eq!(bodies_across(&ann, json!({ "bodyContains": "SECRET" })).await, [""; 0]);
    let stranger = app.person("zoe").await;
    assert_eq!(bodies_across(&stranger, json!({})).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_across_conversations_looks_at_the_newest_10000() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let (old, new) =
        (ann.starts_a_conversation_with(&bob).await, ann.starts_a_conversation_with(&eve).await);
    ann.sends(old, "needle too far back").await;
    app.clock.forward(Duration::from_secs(1));
    let words = |seq| if seq == 1 { "needle at the edge".to_owned() } else { "hay".to_owned() };
    fills(&app, new, eve.id, 10_000, words).await;
    let filter = json!({ "bodyContains": "NEEDLE" });
    assert_eq!(bodies_across(&ann, filter.clone()).await, ["needle at the edge"]);
    app.clock.forward(Duration::from_secs(1));
    ann.sends(old, "one more").await;
    assert_eq!(bodies_across(&ann, filter.clone()).await, [""; 0]);
    // In one conversation the whole of it is looked at.
    assert_eq!(bodies(&ann, old, filter.clone()).await, ["needle too far back"]);
    assert_eq!(bodies(&ann, new, filter).await, ["needle at the edge"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_message_is_the_newest_undeleted_and_activity_does_not_go_back() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let fields = "createdAt lastActivityAt messageCount messageSeq lastMessage { body }";
    let look = async || bob.sees(chat, fields).await;
    let empty = look().await;
    assert_eq!(empty.gives("conversation.lastActivityAt"), empty.gives("conversation.createdAt"));
    assert_eq!(empty.gives("conversation.lastMessage"), Value::Null);
    let mut sent = Vec::new();
    for body in ["one", "two", "three"] {
        app.clock.forward(Duration::from_secs(5));
        sent.push(ann.sends(chat, body).await);
    }
    let activity = look().await.gives("conversation.lastActivityAt");
    assert_eq!(activity, ann.sees_message(sent[2].id, "sentAt").await.gives("message.sentAt"));
    for (message, left, last) in [
        (sent[1], 2, json!({ "body": "three" })),
        (sent[2], 1, json!({ "body": "one" })),
        (sent[0], 0, Value::Null),
    ] {
        app.clock.forward(Duration::from_secs(5));
        ann.deletes(message.id).await.succeeds();
        let now = look().await;
        assert_eq!(now.gives("conversation.lastMessage"), last);
        assert_eq!(now.number("conversation.messageCount"), left);
        assert_eq!(now.number("conversation.messageSeq"), 3);
        assert_eq!(now.gives("conversation.lastActivityAt"), activity, "a deletion is no activity");
    }
    // Neither is an edit.
    let next = ann.sends(chat, "four").await;
    let activity = look().await.gives("conversation.lastActivityAt");
    app.clock.forward(Duration::from_secs(5));
    ann.edits(next.id, "four!").await.succeeds();
    let now = look().await;
    assert_eq!(now.gives("conversation.lastActivityAt"), activity);
    assert_eq!(now.gives("conversation.lastMessage.body"), "four!");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_sending_holds_when_the_clock_goes_back() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let other = ann.starts_a_conversation_with(&eve).await;
    let send = async |body: &str| {
        let answer = ann
            .does(
                "sendMessage",
                json!({ "conversationId": chat, "body": body }),
                "message { sentAt }",
            )
            .await;
        at(&answer, "sendMessage.message.sentAt")
    };
    let first = send("one").await;
    app.clock.back(Duration::from_hours(1));
    let second = send("two").await;
    assert_eq!(second, first, "never before the one before it");
    let elsewhere = ann.sends(other, "elsewhere").await;
    // A conversation is no older than its beginning either.
    let answer = ann.sees_message(elsewhere.id, "sentAt conversation { createdAt }").await;
    assert!(at(&answer, "message.sentAt") >= at(&answer, "message.conversation.createdAt"));
    app.clock.forward(Duration::from_hours(2));
    assert!(send("three").await > second);
    assert_eq!(bodies(&ann, chat, json!({})).await, ["one", "two", "three"]);
    assert_eq!(
        bodies_across(&ann, json!({ "conversationId": chat })).await,
        ["three", "two", "one"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_send_is_told_once_and_after_it_is_stored() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let mut hints = app.app.live.listen();
    let sending = {
        let ann = ann.clone();
        tokio::spawn(async move { ann.sends(chat, "one").await })
    };
    let told = hints.recv().await.unwrap();
    assert_eq!(told, advanced(chat, 3));
    // Whoever hears of it finds it, on this connection or another.
    assert_eq!(
        bob.sees(chat, "eventSeq lastMessage { body }").await.gives("conversation"),
        json!({ "eventSeq": 3, "lastMessage": { "body": "one" } })
    );
    sending.await.unwrap();
    for event_seq in 4..8 {
        ann.sends(chat, "more").await;
        assert_eq!(heard(&mut hints), [advanced(chat, event_seq)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_messages_is_the_newest_20_unless_more_is_said() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    fills(&app, chat, bob.id, 30, |seq| format!("{seq}")).await;
    let page = async |arguments: &str| {
        let fields = format!(
            "messages{arguments} {{ nodes {{ seq }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }}"
        );
        ann.sees(chat, &fields).await
    };
    let seqs = |answer: &Answer| {
        answer
            .each("conversation.messages.nodes", "seq")
            .iter()
            .map(|seq| seq.parse().unwrap())
            .collect::<Vec<i64>>()
    };
    let newest = page("").await;
    assert_eq!(seqs(&newest), (11..=30).collect::<Vec<_>>());
    let start = newest.gives("conversation.messages.pageInfo.startCursor");
    assert_eq!(newest.gives("conversation.messages.pageInfo.hasPreviousPage"), true);
    assert_eq!(newest.gives("conversation.messages.pageInfo.hasNextPage"), false);
    assert_eq!(seqs(&page(&format!("(before: {start})")).await), (1..=10).collect::<Vec<_>>());
    assert_eq!(seqs(&page(&format!("(before: {start}, last: 3)")).await), [8, 9, 10]);
    assert_eq!(seqs(&page(&format!("(before: {start}, first: 3)")).await), [1, 2, 3]);
    assert_eq!(seqs(&page(&format!("(after: {start})")).await), (12..=30).collect::<Vec<_>>());
    assert_eq!(seqs(&page(&format!("(after: {start}, last: 2)")).await), [29, 30]);
    assert_eq!(seqs(&page("(first: 2)").await), [1, 2]);
    assert_eq!(seqs(&page("(last: 2)").await), [29, 30]);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_a_deleted_account_stay_with_a_nameless_sender() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let group = ann.starts_a_group_with(&[&bob]).await;
    let sent = bob.sends(group, "still here").await;
    let input = json!({ "password": crate::support::PASSWORD });
    bob.does("deleteAccount", input, "userId").await.succeeds();
    let answer = ann.sees_message(sent.id, "body sender { id firstName }").await;
    assert_eq!(
        answer.gives("message"),
        json!({ "body": "still here", "sender": { "id": bob.id, "firstName": "" } })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_in_a_conversation_that_was_deleted_answers_nothing() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    let more = json!({ "clientMessageId": client_id() });
    ann.sends_with(chat, "for the members", more.clone()).await.succeeds();
    ann.ends(chat).await.succeeds();
    ann.sends_with(chat, "for the members", more).await.fails_with("NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_to_look_for_has_a_length_that_can_be_looked_for() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    ann.starts_a_conversation_with(&bob).await;
    for (count, is_fine) in [(200, true), (201, false), (100_000, false)] {
        let text = "x".repeat(count);
        for (query, field) in [
            ("query($t: String) { users(filter: {search: $t}) { nodes { id } } }", "search"),
            (
                "query($t: String) { messages(filter: {bodyContains: $t}) { nodes { id } } }",
                "bodyContains",
            ),
            (
                "query($t: String) { conversations(filter: {titleContains: $t}) { totalCount } }",
                "titleContains",
            ),
        ] {
            let answer = ann.asks(query, json!({ "t": text })).await;
            if is_fine {
                answer.succeeds()
            } else {
                answer.fails_on(&[field])
            };
        }
    }
}
