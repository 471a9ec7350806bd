//! Conversations of others: read, written to, followed and walked to by who is not in them, or
//! not any more.

use std::time::Duration;

use parlance::{domain::Sharing, live::Options};

use crate::support::{Id, Setup, TestApp, Value, json, named, nobody};

#[tokio::test(flavor = "multi_thread")]
async fn an_outsider_cannot_tell_a_conversation_from_none_and_leaves_no_trace_in_it() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_called("secret", &[&bob]).await;
    let sent = ann.sends(chat, "between us").await;
    let state = async || {
        let id = parlance::ids::ConversationId::from(chat).literal();
        (
            app.counts(&format!("SELECT message_seq FROM conversations WHERE id = {id}")).await,
            app.counts(&format!("SELECT event_seq FROM conversations WHERE id = {id}")).await,
            app.log_of(chat).await,
        )
    };
    let before = state().await;
    // Told apart by nothing: status, headers and body are the same for what is there and what is not.
    let sees = async |chat: Id, message: Id| {
        let document = "query Q($c: ID!, $m: ID!) { conversation(id: $c) { title messages { nodes { body } } } \
            message(id: $m) { body } node(id: $m) { id } nodes(ids: [$c, $m]) { id } \
            messages(filter: { conversationId: $c }) { nodes { body } totalCount } }";
        let read = eve.asks(document, json!({ "c": chat, "m": message })).await;
        let mut all = vec![read];
        for (mutation, input) in [
            ("sendMessage", json!({ "conversationId": chat, "body": "let me in" })),
            ("editMessage", json!({ "id": message, "body": "mine now" })),
            ("deleteMessage", json!({ "id": message })),
            ("markRead", json!({ "conversationId": chat, "upToSeq": 1 })),
            ("addParticipants", json!({ "conversationId": chat, "userIds": [eve.id] })),
            ("removeParticipant", json!({ "conversationId": chat, "userId": ann.id })),
            ("updateConversation", json!({ "id": chat, "title": "mine" })),
        ] {
            let answer = eve.does(mutation, input, "__typename").await;
            answer.fails_with("NOT_FOUND");
            all.push(answer);
        }
        let seen = all.iter().map(|answer| {
            let mut headers = answer.headers.clone();
            headers.remove("x-request-id");
            format!("{} {headers:?}", answer.comparable())
        });
        seen.collect::<Vec<_>>()
    };
    assert_eq!(sees(chat, sent.id).await, sees(nobody(), nobody()).await);
    // REST says 403 and 404 as its clients expect, and no more than that.
    for (path, body) in [
        (format!("/api/conversations/{chat}/"), None),
        (format!("/api/conversations/{chat}/messages/"), Some(json!({ "message_body": "x" }))),
        (format!("/api/conversations/{chat}/events/?after=0"), None),
        (format!("/api/messages/{}/", sent.id), None),
    ] {
        let method = if body.is_some() { "POST" } else { "GET" };
        let answer = eve.rests(method, &path, body).await;
        answer.has_status(403);
        for word in ["secret", "between us", "ann", "bob"] {
            assert!(!answer.text.contains(word), "{path}: {}", answer.text);
        }
    }
    let nothing = eve.rests("GET", &format!("/api/messages/{}/", nobody()), None).await;
    nothing.has_status(404);
    let nothing = eve.rests("GET", &format!("/api/conversations/{}/", nobody()), None).await;
    nothing.has_status(404);
    assert_eq!(state().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_removed_on_another_instance_hears_nothing_of_what_comes_after_though_the_bus_is_cut()
 {
    let one = TestApp::start().await;
    // It takes itself for alone and hears no signal: it finds out by looking.
    let pace = Options { reconcile: Duration::from_millis(200), ..Options::default() };
    let sharing = Sharing { pace, ..Sharing::default() };
    let other = one.another_instance_with(Setup { sharing, ..Setup::default() }).await;
    let (ann, bob, eve) = one.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let document = format!(
        "subscription {{ conversationEvents(conversationId: \"{chat}\") {{ __typename \
         ... on MessageAdded {{ eventSeq message {{ body }} }} ... on MemberLeft {{ eventSeq }} \
         ... on CaughtUp {{ eventSeq }} }} }}"
    );
    let mut follow = eve.through(&other).follows(&document, json!({})).await;
    follow.catches_up().await;
    for turn in 0..5 {
        ann.sends(chat, &format!("for eve {turn}")).await;
    }
    ann.removes(chat, &eve).await.succeeds();
    for turn in 0..5 {
        ann.sends(chat, &format!("not for eve {turn}")).await;
    }
    let mut heard = Vec::new();
    loop {
        let item = follow.next().await;
        assert!(!item.to_string().contains("not for eve"), "{item}");
        heard.push(named(&item));
        if item["__typename"] == "MemberLeft" {
            break;
        }
    }
    assert_eq!(heard.last().map(String::as_str), Some("MemberLeft 9"), "{heard:?}");
    assert_eq!(heard.len(), 6, "{heard:?}");
    follow.ends_with("MEMBERSHIP_ENDED").await;
    // With her old cursors she comes no further on either.
    for app in [&one, &other] {
        let document = format!(
            "subscription {{ messageAdded(conversationId: \"{chat}\", afterSeq: 3) {{ seq body }} }}"
        );
        let mut again = eve.through(app).follows(&document, json!({})).await;
        assert_eq!(again.takes(2, "/body").await, ["for eve 3", "for eve 4"]);
        again.ends_with("MEMBERSHIP_ENDED").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_walk_leads_from_a_shared_conversation_into_one_that_is_not() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let shared = ann.starts_a_group_with(&[&bob]).await;
    let hidden = ann.starts_a_group_called("hidden", &[&eve]).await;
    let answered = ann.sends(hidden, "hidden words").await;
    let sent = ann.sends(shared, "shared words").await;
    // A reply across conversations would be a bridge.
    let reply = json!({ "replyToId": answered.id });
    ann.sends_with(shared, "see there", reply).await.fails_on(&["replyToId"]);
    // From anything that somebody may see, through every field that leads on, to whatever can be reached.
    let document = "query W($m: ID!) { message(id: $m) { body replyTo { body } \
        sender { __typename id ... on Node { id } } \
        conversation { id members { nodes { user { id username } } } participants { id } \
        lastMessage { body conversation { id messages { nodes { body conversation { id } } } } } } } \
        conversations { nodes { id messages { nodes { body } } } totalCount } \
        messages { nodes { body conversation { id title } } totalCount } }";
    let walked = bob.asks(document, json!({ "m": sent.id })).await;
    walked.succeeds();
    for word in ["hidden", &hidden.to_string(), "eve"] {
        assert!(!walked.text.contains(word), "{word}: {}", walked.text);
    }
    // A person leads nowhere: nobody's conversations or messages hang on them.
    let query =
        "{ __type(name: \"User\") { fields { name type { name kind ofType { name kind } } } } }";
    let fields = bob.asks_for(query).await;
    for field in fields.list("__type.fields") {
        let kinds = [&field["type"]["kind"], &field["type"]["ofType"]["kind"]];
        let leads = kinds.iter().any(|kind| **kind == "OBJECT" || **kind == "LIST");
        assert!(!leads, "a person leads to {field}: is it theirs alone?");
    }
    // REST: filters are not a way around either.
    for path in [
        format!("/api/messages/?conversation={hidden}"),
        format!("/api/messages/?sender={}", ann.id),
        "/api/messages/?search=hidden".to_owned(),
        "/api/conversations/?search=hidden".to_owned(),
        "/api/conversations/?participants__username=eve".to_owned(),
    ] {
        let answer = bob.rests("GET", &path, None).await;
        for word in ["hidden words", &answered.id.to_string()] {
            assert!(!answer.text.contains(word), "{path}: {}", answer.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_message_says_of_itself_is_not_believed() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let then = "2001-01-01T00:00:00Z";
    let extra = [
        ("seq", json!(77)),
        ("eventSeq", json!(77)),
        ("senderId", json!(bob.id)),
        ("createdAt", json!(then)),
        ("sentAt", json!(then)),
        ("id", json!(nobody())),
        ("revision", json!(9)),
    ];
    for (name, value) in extra {
        let answer = ann.sends_with(chat, "forged", json!({ name: value })).await;
        assert!(answer.code().is_some(), "{name}: {}", answer.text);
    }
    assert_eq!(app.counts("SELECT COUNT(*) FROM messages").await, 0);
    // REST ignores what it does not know, as its clients expect.
    let body = json!({
        "message_body": "mine", "seq": 77, "event_seq": 77, "sender": bob.id, "sender_id": bob.id,
        "sent_at": then, "created_at": then, "message_id": nobody(),
        "edited_at": then, "deleted_at": then,
    });
    let posted =
        ann.rests("POST", &format!("/api/conversations/{chat}/messages/"), Some(body)).await;
    posted.has_status(201);
    let id = posted.body["message_id"].as_str().unwrap();
    // Nor is it put where it says that it belongs.
    let hidden = bob.starts_a_conversation_with(&eve).await;
    let body = json!({ "message_body": "for them", "conversation": hidden });
    let path = format!("/api/conversations/{chat}/messages/");
    let answer = ann.rests("POST", &path, Some(body)).await;
    assert!((400..500).contains(&answer.status.as_u16()), "{}", answer.text);
    assert!(
        eve.sees(hidden, "lastMessage { id }").await.gives("conversation.lastMessage").is_null()
    );
    let seen = bob
        .asks_for(format!(
            "{{ message(id: \"{id}\") {{ seq body sentAt editedAt deletedAt sender {{ id }} conversation {{ id }} }} }}"
        ))
        .await
        .gives("message");
    assert_eq!((&seen["seq"], &seen["body"]), (&json!(1), &json!("mine")));
    assert_eq!(seen["sender"]["id"], json!(ann.id));
    assert_eq!(seen["conversation"]["id"], json!(chat));
    assert_eq!((&seen["editedAt"], &seen["deletedAt"]), (&Value::Null, &Value::Null));
    assert!(!seen["sentAt"].as_str().unwrap().starts_with("2001"), "{seen}");
}
