//! Conversations: the one of a pair, groups, titles, lists, and their end.

use std::time::Duration;

use futures_util::future::join_all;
use insta::assert_json_snapshot;
use parlance::{
    ids::ConversationId,
    live::Signal,
    time::{Clock, Timestamp},
};

use crate::support::{
    Answer, Client, Id, List, PASSWORD, Person, Sent, TestApp, Value, client_id, json, nobody,
};

const SECOND: Duration = Duration::from_secs(1);

async fn starts_direct(person: &Person, other: Id) -> Answer {
    person
        .does(
            "startDirectConversation",
            json!({ "userId": other }),
            "conversation { id eventSeq } eventSeq",
        )
        .await
}

async fn creates(person: &Person, input: Value) -> Answer {
    person
        .does(
            "createConversation",
            input,
            "conversation { id title eventSeq participants { username } } eventSeq",
        )
        .await
}

// Direct conversations

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_conversation_begins_with_both_in_it_and_nothing_said() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let selection = "eventSeq conversation { id kind title createdBy { username } createdAt lastActivityAt participants { username }
        members { nodes { role readSeq joinedAt user { username } } totalCount } messages { nodes { id } totalCount }
        lastMessage { id } messageCount messageSeq eventSeq readSeq unreadCount }";
    let answer = ann.does("startDirectConversation", json!({ "userId": bob.id }), selection).await;
    assert_json_snapshot!(answer.gives("startDirectConversation"), { ".**.id" => "[id]", ".**.createdAt" => "[moment]", ".**.lastActivityAt" => "[moment]", ".**.joinedAt" => "[moment]" }, @r#"
    {
      "conversation": {
        "createdAt": "[moment]",
        "createdBy": {
          "username": "ann"
        },
        "eventSeq": 2,
        "id": "[id]",
        "kind": "DIRECT",
        "lastActivityAt": "[moment]",
        "lastMessage": null,
        "members": {
          "nodes": [
            {
              "joinedAt": "[moment]",
              "readSeq": 0,
              "role": "MEMBER",
              "user": {
                "username": "ann"
              }
            },
            {
              "joinedAt": "[moment]",
              "readSeq": 0,
              "role": "MEMBER",
              "user": {
                "username": "bob"
              }
            }
          ],
          "totalCount": 2
        },
        "messageCount": 0,
        "messageSeq": 0,
        "messages": {
          "nodes": [],
          "totalCount": 0
        },
        "participants": [
          {
            "username": "ann"
          },
          {
            "username": "bob"
          }
        ],
        "readSeq": 0,
        "title": null,
        "unreadCount": 0
      },
      "eventSeq": 2
    }
    "#);
    let chat = answer.id("startDirectConversation.conversation.id");
    assert_eq!(app.log_of(chat).await, ["1 JOINED", "2 JOINED"]);
    let times = bob.sees(chat, "createdAt lastActivityAt").await;
    assert_eq!(times.gives("conversation.createdAt"), times.gives("conversation.lastActivityAt"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_has_one_direct_conversation_whoever_starts_it() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    assert_eq!(bob.starts_a_conversation_with(&ann).await, chat);
    ann.sends(chat, "hello").await;
    let again = starts_direct(&ann, bob.id).await;
    assert_eq!(again.id("startDirectConversation.conversation.id"), chat);
    assert_eq!(
        again.number("startDirectConversation.eventSeq"),
        3,
        "nothing was written, so it is the head"
    );
    assert_ne!(ann.starts_a_conversation_with(&eve).await, chat);
    assert_ne!(bob.starts_a_conversation_with(&eve).await, chat);
    assert_eq!(app.log_of(chat).await, ["1 JOINED", "2 JOINED", "3 MESSAGE"]);
    assert_eq!(app.counts("SELECT COUNT(*) FROM conversations").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_who_start_it_at_once_from_both_sides_get_the_same_one() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let other = app.another_instance().await;
    let mut signals = app.app.live.listen();
    let tries = (0..20).map(|turn| {
        let (person, partner) = if turn % 2 == 0 { (&ann, &bob) } else { (&bob, &ann) };
        let (person, partner) = if turn % 4 < 2 {
            (person.clone(), partner.id)
        } else {
            (person.through(&other), partner.id)
        };
        async move { starts_direct(&person, partner).await }
    });
    let answers = join_all(tries).await;
    let chat = answers[0].id("startDirectConversation.conversation.id");
    for answer in &answers {
        assert_eq!(answer.id("startDirectConversation.conversation.id"), chat);
        assert_eq!(answer.number("startDirectConversation.eventSeq"), 2);
    }
    assert_eq!(app.counts("SELECT COUNT(*) FROM conversations").await, 1);
    assert_eq!(app.log_of(chat).await, ["1 JOINED", "2 JOINED"]);
    let mut told = 0;
    while let Ok(signal) = signals.try_recv() {
        told += i32::from(matches!(signal, Signal::Advanced { .. }));
    }
    assert!(told <= 1, "listeners are told once, by who has made it: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_conversation_needs_another_person() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    starts_direct(&ann, ann.id).await.fails_on(&["userId"]);
    starts_direct(&ann, nobody()).await.fails_on(&["userId"]);
    let chat = ann.starts_a_conversation_with(&bob).await;
    starts_direct(&ann, chat).await.fails_on(&["userId"]);
    let zoe = app.person("zoe").await;
    zoe.does("deleteAccount", json!({ "password": PASSWORD }), "userId").await.succeeds();
    starts_direct(&ann, zoe.id).await.fails_on(&["userId"]);
    // One that is there stays, and is found.
    bob.does("deleteAccount", json!({ "password": PASSWORD }), "userId").await.succeeds();
    assert_eq!(ann.starts_a_conversation_with(&bob).await, chat);
    assert_eq!(app.counts("SELECT COUNT(*) FROM conversations").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_a_direct_conversation_stays_as_it_is() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for (who, code) in [(&ann, "CONFLICT"), (&bob, "CONFLICT"), (&eve, "NOT_FOUND")] {
        let zoe = &app.person(&format!("zoe-{}", who.name)).await;
        let answers = [
            who.adds(chat, &[zoe]).await,
            who.renames(chat, Some("us")).await,
            who.leaves(chat).await,
            who.ends(chat).await,
            who.removes(chat, zoe).await,
            who.makes(chat, zoe, "OWNER").await,
            who.removes(chat, if who.id == ann.id { &bob } else { &ann }).await,
            who.makes(chat, &ann, "OWNER").await,
            who.makes(chat, &bob, "MEMBER").await,
        ];
        for answer in answers {
            answer.fails_with(code).has_status(200);
        }
    }
    assert_eq!(app.log_of(chat).await, ["1 JOINED", "2 JOINED"]);
}

// Groups

#[tokio::test(flavor = "multi_thread")]
async fn a_group_belongs_to_its_creator_and_numbers_who_joins() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let mut signals = app.app.live.listen();
    let input = json!({ "participantIds": [eve.id, bob.id], "title": " Weekend " });
    let selection = "eventSeq conversation { id kind title eventSeq messageSeq members { nodes { role user { username } } } participants { username } }";
    let answer = ann.does("createConversation", input, selection).await;
    let chat = answer.id("createConversation.conversation.id");
    let expected = json!({ "id": chat, "kind": "GROUP", "title": "Weekend", "eventSeq": 3, "messageSeq": 0,
        "participants": [{ "username": "ann" }, { "username": "eve" }, { "username": "bob" }],
        "members": { "nodes": [
            { "role": "OWNER", "user": { "username": "ann" } },
            { "role": "MEMBER", "user": { "username": "eve" } },
            { "role": "MEMBER", "user": { "username": "bob" } },
        ] } });
    assert_eq!(answer.gives("createConversation.conversation"), expected);
    assert_eq!(answer.number("createConversation.eventSeq"), 3);
    assert_eq!(app.log_of(chat).await, ["1 JOINED", "2 JOINED", "3 JOINED"]);
    assert_eq!(
        signals.try_recv(),
        Ok(Signal::Advanced { conversation: ConversationId::from(chat), event_seq: 3 })
    );
    for person in [&ann, &eve, &bob] {
        let (conversation, user) = (chat.into(), person.id.into());
        assert_eq!(signals.try_recv(), Ok(Signal::Membership { conversation, user }));
    }
    assert!(signals.try_recv().is_err(), "listeners are told once");
    for person in [&bob, &eve] {
        assert_eq!(person.sees(chat, "title").await.word("conversation.title"), "Weekend");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_named_twice_or_the_creator_are_in_a_group_once() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.tries_to_start_a_group(vec![bob.id, ann.id, bob.id, eve.id, ann.id], None).await;
    let chat = chat.id("createConversation.conversation.id");
    let seen = ann.sees(chat, "participants { username } eventSeq").await;
    assert_eq!(seen.each("conversation.participants", "username"), ["ann", "bob", "eve"]);
    assert_eq!(seen.number("conversation.eventSeq"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_has_two_to_a_thousand_members() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let crowd = app.crowd(1_000).await;
    for too_few in [vec![], vec![ann.id], vec![ann.id, ann.id]] {
        ann.tries_to_start_a_group(too_few, None).await.fails_on(&["participantIds"]);
    }
    ann.tries_to_start_a_group(crowd.clone(), None).await.fails_on(&["participantIds"]);
    assert_eq!(app.counts("SELECT COUNT(*) FROM conversations").await, 0);
    let full = ann.tries_to_start_a_group(crowd[..999].to_vec(), None).await;
    assert_eq!(full.number("createConversation.eventSeq"), 1_000);
    let chat = full.id("createConversation.conversation.id");
    assert_eq!(
        ann.sees(chat, "members { totalCount }").await.number("conversation.members.totalCount"),
        1_000
    );
    let one_more = json!({ "conversationId": chat, "userIds": [crowd[999]] });
    ann.does("addParticipants", one_more, "eventSeq").await.fails_on(&["userIds"]);
    let already_in = json!({ "conversationId": chat, "userIds": crowd[..100] });
    assert_eq!(
        ann.does("addParticipants", already_in, "eventSeq")
            .await
            .number("addParticipants.eventSeq"),
        1_000
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_hundred_members_are_the_participants() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let crowd = app.crowd(130).await;
    let chat = ann
        .tries_to_start_a_group(crowd.clone(), None)
        .await
        .id("createConversation.conversation.id");
    let shown = ann.sees(chat, "participants { id }").await.each("conversation.participants", "id");
    let expected: Vec<String> =
        [ann.id].iter().chain(&crowd[..99]).map(ToString::to_string).collect();
    assert_eq!(shown, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_cannot_be_made_with_nobody_or_who_is_gone() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    eve.does("deleteAccount", json!({ "password": PASSWORD }), "userId").await.succeeds();
    for unknown in [nobody(), eve.id] {
        ann.tries_to_start_a_group(vec![bob.id, unknown], None).await.fails_on(&["participantIds"]);
    }
    assert_eq!(app.counts("SELECT COUNT(*) FROM conversations").await, 0);
    assert_eq!(app.counts("SELECT COUNT(*) FROM changes").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn titles_are_trimmed_and_bounded() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    let long = "ü".repeat(200);
    for (title, expected) in [
        (Some(" Tea "), json!("Tea")),
        (Some("\u{1F600}"), json!("\u{1F600}")),
        (Some("' OR 1=1 --"), json!("' OR 1=1 --")),
        (Some(long.as_str()), json!(long)),
        (Some("   "), Value::Null),
        (Some(""), Value::Null),
        (None, Value::Null),
    ] {
        let made = ann.tries_to_start_a_group(vec![bob.id], title).await;
        assert_eq!(made.gives("createConversation.conversation.title"), expected);
        let renamed = ann.renames(chat, title).await;
        assert_eq!(renamed.gives("updateConversation.conversation.title"), expected);
    }
    for title in ["ü".repeat(201), "a\0b".to_owned()] {
        ann.tries_to_start_a_group(vec![bob.id], Some(&title)).await.fails_on(&["title"]);
        ann.renames(chat, Some(&title)).await.fails_on(&["title"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_made_again_with_its_client_id_is_the_first_one() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let client = client_id();
    let input = json!({ "participantIds": [bob.id, eve.id], "title": "Tea", "clientConversationId": client });
    let first = creates(&ann, input.clone()).await;
    let chat = first.id("createConversation.conversation.id");
    ann.sends(chat, "hello").await;
    let mut signals = app.app.live.listen();
    // In another order, with a name twice, and through another server: the same wish.
    let other = app.another_instance().await;
    for (person, people, title) in [
        (ann.clone(), json!([bob.id, eve.id]), "Tea"),
        (ann.clone(), json!([eve.id, bob.id, eve.id, ann.id]), " Tea "),
        (ann.through(&other), json!([bob.id, eve.id]), "Tea"),
    ] {
        let again = creates(
            &person,
            json!({ "participantIds": people, "title": title, "clientConversationId": client }),
        )
        .await;
        assert_eq!(again.id("createConversation.conversation.id"), chat);
        assert_eq!(
            again.number("createConversation.eventSeq"),
            4,
            "the head, since nothing was written"
        );
    }
    assert!(signals.try_recv().is_err());
    for other in [
        json!({ "participantIds": [bob.id], "title": "Tea", "clientConversationId": client }),
        json!({ "participantIds": [bob.id, eve.id], "title": "Coffee", "clientConversationId": client }),
        json!({ "participantIds": [bob.id, eve.id], "clientConversationId": client }),
    ] {
        creates(&ann, other).await.fails_with("CONFLICT");
    }
    // The id is each person's own.
    let bobs = json!({ "participantIds": [ann.id, eve.id], "title": "Tea", "clientConversationId": client });
    assert_ne!(creates(&bob, bobs).await.id("createConversation.conversation.id"), chat);
    assert_eq!(app.counts("SELECT COUNT(*) FROM conversations").await, 2);
    // A retry shows no more than its sender may see by then.
    ann.makes(chat, &bob, "OWNER").await.succeeds();
    ann.leaves(chat).await.succeeds();
    creates(&ann, input).await.fails_with("NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_group_created_twenty_times_at_once_is_one() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let other = app.another_instance().await;
    let client = client_id();
    let tries = (0..20).map(|turn| {
        let person = if turn % 2 == 0 { ann.clone() } else { ann.through(&other) };
        let input = json!({ "participantIds": [bob.id, eve.id], "clientConversationId": client });
        async move { creates(&person, input).await }
    });
    let mut answers: Vec<_> =
        join_all(tries).await.iter().map(|answer| answer.gives("createConversation")).collect();
    answers.dedup();
    assert_eq!(answers.len(), 1, "twenty equal answers");
    assert_eq!(app.counts("SELECT COUNT(*) FROM conversations").await, 1);
    assert_eq!(app.counts("SELECT COUNT(*) FROM changes").await, 3);
    for bad in ["x", "", "0"] {
        let input = json!({ "participantIds": [bob.id], "clientConversationId": bad });
        creates(&ann, input).await.fails_with("BAD_USER_INPUT");
    }
}

// The title

#[tokio::test(flavor = "multi_thread")]
async fn a_new_title_is_an_event_and_the_same_one_is_none() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_called("Tea", &[&bob, &eve]).await;
    ann.makes(chat, &bob, "ADMIN").await.succeeds();
    let mut signals = app.app.live.listen();
    assert_eq!(bob.renames(chat, Some("Coffee")).await.number("updateConversation.eventSeq"), 5);
    assert_eq!(
        signals.try_recv(),
        Ok(Signal::Advanced { conversation: ConversationId::from(chat), event_seq: 5 })
    );
    assert_eq!(ann.renames(chat, Some(" Coffee ")).await.number("updateConversation.eventSeq"), 5);
    let absent = ann
        .does("updateConversation", json!({ "id": chat }), "conversation { title } eventSeq")
        .await;
    assert_eq!(
        absent.gives("updateConversation"),
        json!({ "conversation": { "title": "Coffee" }, "eventSeq": 5 })
    );
    assert!(signals.try_recv().is_err());
    eve.renames(chat, Some("Eve's")).await.fails_with("FORBIDDEN");
    assert_eq!(ann.renames(chat, None).await.number("updateConversation.eventSeq"), 6);
    assert_eq!(ann.renames(chat, Some("")).await.number("updateConversation.eventSeq"), 6);
    assert_eq!(eve.sees(chat, "title").await.gives("conversation.title"), Value::Null);
    assert_eq!(
        app.log_of(chat).await[3..],
        ["4 ROLE", "5 UPDATED", "6 UPDATED"].map(str::to_owned)
    );
}

// The end

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_ends_a_group_for_everybody() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let zoe = app.person("zoe").await;
    let chat = ann.starts_a_group_called("Tea", &[&bob, &eve]).await;
    ann.makes(chat, &bob, "ADMIN").await.succeeds();
    let sent = eve.sends(chat, "hello").await;
    bob.ends(chat).await.fails_with("FORBIDDEN");
    eve.ends(chat).await.fails_with("FORBIDDEN");
    zoe.ends(chat).await.fails_with("NOT_FOUND");
    let mut signals = app.app.live.listen();
    let ended = ann.ends(chat).await;
    assert_eq!(ended.gives("deleteConversation"), json!({ "conversationId": chat, "eventSeq": 6 }));
    assert_eq!(
        signals.try_recv(),
        Ok(Signal::Advanced { conversation: ConversationId::from(chat), event_seq: 6 })
    );
    for person in [&ann, &bob, &eve] {
        assert_eq!(person.sees(chat, "id").await.gives("conversation"), Value::Null);
        assert_eq!(person.sees_message(sent.id, "id").await.gives("message"), Value::Null);
        let lists = person
            .asks_for("{ conversations { totalCount nodes { id } } messages { nodes { id } } }")
            .await;
        assert_eq!(lists.gives("conversations"), json!({ "totalCount": 0, "nodes": [] }));
        assert_eq!(lists.gives("messages.nodes"), json!([]));
        person.tries_to_send(chat, "still here?").await.fails_with("NOT_FOUND");
        person.ends(chat).await.fails_with("NOT_FOUND");
    }
    let log = app.log_of(chat).await;
    assert_eq!(log.last().unwrap(), "6 OVER");
    assert_eq!(
        app.counts("SELECT COUNT(*) FROM messages").await,
        1,
        "the rows stay until retention"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_ended_while_people_write_ends_with_its_last_event() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    let sends = (0..15).map(|_| bob.tries_to_send(chat, "hello"));
    let (answers, ended) = tokio::join!(join_all(sends), ann.ends(chat));
    let last = ended.number("deleteConversation.eventSeq");
    let accepted = answers.iter().filter(|answer| answer.errors().is_empty()).count();
    for answer in answers.iter().filter(|answer| !answer.errors().is_empty()) {
        answer.fails_with("NOT_FOUND");
    }
    let log = app.log_of(chat).await;
    assert_eq!(log.last().unwrap(), &format!("{last} OVER"));
    assert_eq!(log.len(), accepted + 3);
    assert_eq!(i64::try_from(log.len()).unwrap(), last);
}

// What a conversation says of itself

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_tells_what_was_said_last_and_when() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    app.clock.forward(SECOND);
    ann.sends(chat, "one").await;
    app.clock.forward(SECOND);
    let two = bob.sends(chat, "two").await;
    let fields = "createdAt lastActivityAt messageCount messageSeq eventSeq readSeq unreadCount lastMessage { body sentAt sender { username } }";
    let seen = ann.sees(chat, fields).await;
    let numbers = ["messageCount", "messageSeq", "eventSeq", "readSeq", "unreadCount"]
        .map(|field| seen.number(&format!("conversation.{field}")));
    assert_eq!(numbers, [2, 2, 4, 0, 1]);
    assert_eq!(
        seen.gives("conversation.lastActivityAt"),
        seen.gives("conversation.lastMessage.sentAt")
    );
    assert_eq!(seen.word("conversation.lastMessage.body"), "two");
    let before = seen.gives("conversation.lastActivityAt");
    bob.deletes(two.id).await.succeeds();
    let seen = ann.sees(chat, fields).await;
    assert_eq!(seen.word("conversation.lastMessage.body"), "one", "the newest that is not deleted");
    assert_eq!(seen.gives("conversation.lastActivityAt"), before, "activity does not go back");
    let numbers = ["messageCount", "messageSeq", "eventSeq", "unreadCount"]
        .map(|field| seen.number(&format!("conversation.{field}")));
    assert_eq!(numbers, [1, 2, 5, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_found_by_its_id_alone() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let query = "query N($id: ID!, $ids: [ID!]!) { node(id: $id) { __typename id ... on Conversation { kind } } nodes(ids: $ids) { __typename id } }";
    let variables = json!({ "id": chat, "ids": [chat, nobody(), bob.id, chat] });
    let answer = ann.asks(query, variables.clone()).await;
    assert_eq!(
        answer.gives("node"),
        json!({ "__typename": "Conversation", "id": chat, "kind": "DIRECT" })
    );
    let conversation = json!({ "__typename": "Conversation", "id": chat });
    assert_eq!(
        answer.gives("nodes"),
        json!([conversation, null, { "__typename": "User", "id": bob.id }, conversation])
    );
    let answer = eve.asks(query, variables).await;
    assert_eq!(answer.gives("node"), Value::Null);
    assert_eq!(
        answer.gives("nodes"),
        json!([null, null, { "__typename": "User", "id": bob.id }, null])
    );
    let upper = chat.to_string().to_uppercase();
    assert_eq!(
        ann.asks("query C($id: ID!) { conversation(id: $id) { id } }", json!({ "id": upper }))
            .await
            .id("conversation.id"),
        chat
    );
    let many: Vec<_> = (0..101).map(|_| nobody()).collect();
    let nodes = async |ids: &[Id]| {
        ann.asks("query N($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await
    };
    nodes(&many).await.fails_on(&["ids"]);
    assert_eq!(nodes(&many[..100]).await.list("nodes").len(), 100);
    assert_eq!(nodes(&[]).await.gives("nodes"), json!([]));
}

// The list

/// Ann's conversations by name, each a second younger than the one before, and not in the order of their activity.
struct Desk {
    app: TestApp,
    ann: Person,
    bob: Person,
    eve: Person,
    names: Vec<(&'static str, Id)>,
    last: Sent,
    last_at: Timestamp,
}

async fn a_desk() -> Desk {
    let app = TestApp::start().await;
    app.clock.stops();
    let (ann, bob, eve) = app.people().await;
    let zoe = app.person("zoe").await;
    let mut names = Vec::new();
    let later = || app.clock.forward(SECOND);
    later();
    names.push(("bob", ann.starts_a_conversation_with(&bob).await));
    later();
    names.push(("100% TEA", ann.starts_a_group_called("100% TEA", &[&bob]).await));
    later();
    names.push(("eve", eve.starts_a_conversation_with(&ann).await));
    later();
    names.push(("Größe_1", bob.starts_a_group_called("Größe_1", &[&ann, &eve]).await));
    later();
    names.push(("nameless", ann.starts_a_group_with(&[&eve]).await));
    later();
    names.push(("teatime", zoe.starts_a_group_called("teatime", &[&ann, &zoe]).await));
    // Not hers, not hers any more, and gone.
    bob.starts_a_group_called("tea for two", &[&eve]).await;
    let left = bob.starts_a_group_called("tea without ann", &[&ann]).await;
    ann.leaves(left).await.succeeds();
    let gone = ann.starts_a_group_called("no more tea", &[&bob]).await;
    ann.ends(gone).await.succeeds();
    let id = |name: &str| names.iter().find(|(other, _)| *other == name).unwrap().1;
    later();
    bob.sends(id("bob"), "one").await;
    ann.reads_up_to(id("bob"), 1).await.succeeds();
    later();
    ann.sends(id("100% TEA"), "mine").await;
    later();
    let deleted = eve.sends(id("eve"), "gone").await;
    eve.deletes(deleted.id).await.succeeds();
    later();
    let last = bob.sends(id("Größe_1"), "unread").await;
    let last_at = app.clock.now();
    Desk { app, ann, bob, eve, names, last, last_at }
}

impl Desk {
    fn id(&self, name: &str) -> String {
        self.names.iter().find(|(other, _)| *other == name).unwrap().1.to_string()
    }

    /// Page by page, with these arguments, the list is these.
    async fn lists(&self, who: &Client, arguments: &str, names: &[&str]) {
        let document = format!("conversations(PAGE, {arguments}) {{ CONNECTION }}");
        let ids: Vec<String> = names.iter().map(|name| self.id(name)).collect();
        List { document: &document, path: "conversations", key: "id" }.is(who, &ids).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_conversations_has_three_orders() {
    let desk = a_desk().await;
    let by_activity = ["Größe_1", "eve", "100% TEA", "bob", "teatime", "nameless"];
    let by_age = ["bob", "100% TEA", "eve", "Größe_1", "nameless", "teatime"];
    let youngest_first: Vec<_> = by_age.iter().rev().copied().collect();
    for arguments in ["", "orderBy: ACTIVITY_DESC", "orderBy: null", "filter: null", "filter: {}"] {
        desk.lists(&desk.ann, arguments, &by_activity).await;
    }
    desk.lists(&desk.ann, "orderBy: CREATED_ASC", &by_age).await;
    desk.lists(&desk.ann, "orderBy: CREATED_DESC", &youngest_first).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_conversations_is_filtered() {
    let desk = a_desk().await;
    let Desk { app, ann, bob, eve, last, last_at, .. } = &desk;
    assert_eq!(last.seq, 1);
    let id = |person: &Person| person.id;
    let micro = Timestamp::from_micros(last_at.micros() - 1);
    let cases: Vec<(String, &[&str])> = vec![
        ("filter: { kind: DIRECT }".to_owned(), &["eve", "bob"]),
        ("filter: { kind: GROUP }".to_owned(), &["Größe_1", "100% TEA", "teatime", "nameless"]),
        ("filter: { kind: null, participantId: null, titleContains: null, unreadOnly: null, activeAfter: null }".to_owned(), &["Größe_1", "eve", "100% TEA", "bob", "teatime", "nameless"]),
        (format!("filter: {{ participantId: \"{}\" }}", id(bob)), &["Größe_1", "100% TEA", "bob"]),
        (format!("filter: {{ participantId: \"{}\", kind: DIRECT }}", id(bob)), &["bob"]),
        (format!("filter: {{ participantId: \"{}\" }}, orderBy: CREATED_ASC", id(eve)), &["eve", "Größe_1", "nameless"]),
        (format!("filter: {{ participantId: \"{}\" }}", id(ann)), &["Größe_1", "eve", "100% TEA", "bob", "teatime", "nameless"]),
        (format!("filter: {{ participantId: \"{}\" }}", nobody()), &[]),
        ("filter: { titleContains: \"tea\" }".to_owned(), &["100% TEA", "teatime"]),
        ("filter: { titleContains: \" TEA \" }".to_owned(), &["100% TEA", "teatime"]),
        ("filter: { titleContains: \"GRÖSSE\" }".to_owned(), &[]),
        ("filter: { titleContains: \"GRÖ\" }".to_owned(), &["Größe_1"]),
        ("filter: { titleContains: \"%\" }".to_owned(), &["100% TEA"]),
        ("filter: { titleContains: \"_\" }".to_owned(), &["Größe_1"]),
        ("filter: { titleContains: \"' OR 1=1 --\" }".to_owned(), &[]),
        ("filter: { titleContains: \"\\u0000\" }".to_owned(), &[]),
        ("filter: { titleContains: \"\" }".to_owned(), &["Größe_1", "eve", "100% TEA", "bob", "teatime", "nameless"]),
        ("filter: { titleContains: \"e\", kind: GROUP }, orderBy: CREATED_DESC".to_owned(), &["teatime", "Größe_1", "100% TEA"]),
        // Neither her own message, nor what she has read, nor what was deleted is unread.
        ("filter: { unreadOnly: true }".to_owned(), &["Größe_1"]),
        ("filter: { unreadOnly: true, kind: DIRECT }".to_owned(), &[]),
        ("filter: { unreadOnly: false, kind: DIRECT }".to_owned(), &["eve", "bob"]),
        (format!("filter: {{ activeAfter: \"{micro}\" }}"), &["Größe_1"]),
        (format!("filter: {{ activeAfter: \"{last_at}\" }}"), &[]),
        ("filter: { activeAfter: \"1970-01-01T00:00:00Z\" }".to_owned(), &["Größe_1", "eve", "100% TEA", "bob", "teatime", "nameless"]),
    ];
    for (arguments, names) in &cases {
        desk.lists(ann, arguments, names).await;
    }
    desk.lists(eve, "filter: { unreadOnly: true }", &["Größe_1"]).await;
    assert!(
        app.counts("SELECT COUNT(*) FROM conversations").await > 6,
        "there are others, and they are not listed"
    );
    for bad in [
        "kind: TRIO",
        "activeAfter: \"yesterday\"",
        "activeAfter: 7",
        "participantId: \"x\"",
        "unreadOnly: \"yes\"",
        "ownerId: \"x\"",
    ] {
        let answer = ann
            .asks_for(format!("{{ conversations(filter: {{ {bad} }}) {{ nodes {{ id }} }} }}"))
            .await;
        assert!(
            matches!(answer.code(), Some("BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED")),
            "{bad}: {}",
            answer.text
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_of_the_same_moment_are_all_listed_once() {
    let app = TestApp::start().await;
    app.clock.stops();
    let (ann, bob, _) = app.people().await;
    for _ in 0..7 {
        ann.starts_a_group_with(&[&bob]).await;
    }
    for order in ["ACTIVITY_DESC", "CREATED_DESC", "CREATED_ASC"] {
        let document = format!("conversations(PAGE, orderBy: {order}) {{ CONNECTION }}");
        let list = List { document: &document, path: "conversations", key: "id" };
        let all = list.pages(&ann, 100, false).await;
        assert_eq!(all.len(), 7);
        list.is(&ann, &all).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_conversations_that_cannot_be_are_refused() {
    let desk = a_desk().await;
    let list = |order: &str| format!("conversations(PAGE, orderBy: {order}) {{ CONNECTION }}");
    let (by_activity, by_age) = (list("ACTIVITY_DESC"), list("CREATED_ASC"));
    let by_activity = List { document: &by_activity, path: "conversations", key: "id" };
    let by_age = List { document: &by_age, path: "conversations", key: "id" };
    let of_people = List {
        document: "users(PAGE, orderBy: CREATED_DESC) { CONNECTION }",
        path: "users",
        key: "id",
    };
    let of_messages =
        List { document: "messages(PAGE) { CONNECTION }", path: "messages", key: "id" };
    let mut foreign = by_age.cursors(&desk.ann).await;
    foreign.extend(by_activity.cursors(&desk.bob).await);
    foreign.extend(of_people.cursors(&desk.ann).await);
    foreign.extend(of_messages.cursors(&desk.ann).await);
    assert!(foreign.len() > 12);
    by_activity.refuses_bad_pages(&desk.ann, &foreign).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_that_are_not_given_leave_the_page_as_it_is() {
    let desk = a_desk().await;
    let lists = [
        "conversations(PAGE) { nodes { id } }",
        "users(PAGE) { nodes { id } }",
        "messages(PAGE) { nodes { id } }",
        "conversations { nodes { members(PAGE) { nodes { role } } messages(PAGE) { nodes { id } } } }",
    ];
    for list in lists {
        let list =
            list.replace("PAGE", "first: $first, after: $after, last: $last, before: $before");
        let document = format!(
            "query P($first: Int, $after: String, $last: Int, $before: String) {{ {list} }}"
        );
        for variables in [
            json!({}),
            json!({ "first": 1 }),
            json!({ "last": 1 }),
            json!({ "first": 1, "after": null }),
            json!({ "first": 1, "after": null, "last": null, "before": null }),
        ] {
            desk.ann.asks(&document, variables).await.succeeds();
        }
        let with_default = document.replace("$last: Int", "$last: Int = null");
        desk.ann.asks(with_default, json!({ "first": 1 })).await.succeeds();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_come_twenty_at_a_time_unless_asked_and_are_counted_when_asked() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    for _ in 0..21 {
        ann.starts_a_group_with(&[&bob]).await;
    }
    assert_eq!(
        ann.asks_for("{ conversations { nodes { id } } }").await.list("conversations.nodes").len(),
        20
    );
    assert_eq!(
        ann.asks_for("{ conversations(last: 100) { nodes { id } } }")
            .await
            .list("conversations.nodes")
            .len(),
        21
    );
    let count = async |document: &str| {
        let before = app.store.statements();
        ann.asks_for(document).await.succeeds();
        app.store.statements() - before
    };
    let without = count("{ conversations { nodes { id } } }").await;
    assert_eq!(count("{ conversations { nodes { id } totalCount } }").await, without + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn inputs_have_no_fields_beside_their_own() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    let cases = [
        ("createConversation", json!({ "participantIds": [bob.id], "kind": "DIRECT" })),
        ("createConversation", json!({ "participantIds": [bob.id], "createdBy": bob.id })),
        ("createConversation", json!({ "participantIds": [bob.id], "eventSeq": 7 })),
        ("updateConversation", json!({ "id": chat, "createdAt": "2020-01-01T00:00:00Z" })),
        (
            "addParticipants",
            json!({ "conversationId": chat, "userIds": [bob.id], "role": "OWNER" }),
        ),
        ("sendMessage", json!({ "conversationId": chat, "body": "x", "seq": 7 })),
        ("sendMessage", json!({ "conversationId": chat, "body": "x", "senderId": bob.id })),
        (
            "sendMessage",
            json!({ "conversationId": chat, "body": "x", "createdAt": "2020-01-01T00:00:00Z" }),
        ),
        (
            "sendMessage",
            json!({ "conversationId": chat, "body": "x", "sentAt": "2020-01-01T00:00:00Z" }),
        ),
    ];
    for (mutation, input) in cases {
        let answer = ann.does(mutation, input.clone(), "__typename").await;
        assert!(
            matches!(answer.code(), Some("BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED")),
            "{input}: {}",
            answer.text
        );
    }
    assert_eq!(app.log_of(chat).await.len(), 2);
}
