//! Who is in a group: roles and what they may, adding, removing, leaving, and the list.

use std::time::Duration;

use futures_util::future::join_all;
use parlance::{ids::ConversationId, live::Signal};

use crate::support::{Answer, Id, List, PASSWORD, Person, TestApp, Value, json, nobody};

/// The members of a group as somebody sees them: `ann OWNER`, …, in the order they joined.
async fn members(viewer: &Person, chat: Id) -> Vec<String> {
    let seen = viewer.sees(chat, "members(first: 100) { nodes { role user { username } } }").await;
    let nodes = seen.list("conversation.members.nodes");
    let line = |node: &Value| {
        format!("{} {}", node["user"]["username"].as_str().unwrap(), node["role"].as_str().unwrap())
    };
    nodes.iter().map(line).collect()
}

/// The numbers of a conversation's events are 1, 2, 3 … without a hole, and its head is the last.
async fn is_dense(app: &TestApp, chat: Id) {
    let numbers: Vec<i64> = app
        .log_of(chat)
        .await
        .iter()
        .map(|line| line.split(' ').next().unwrap().parse().unwrap())
        .collect();
    let head = app
        .counts(&format!(
            "SELECT event_seq FROM conversations WHERE id = {}",
            ConversationId::from(chat).literal()
        ))
        .await;
    assert_eq!(numbers, (1..=head).collect::<Vec<_>>());
}

// Roles

/// Who tries.
#[derive(Clone, Copy, Debug)]
enum Actor {
    Owner,
    Admin,
    Member,
    Outsider,
}

/// What is tried; the roles are those of the person it is done to.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Add,
    AddAgain,
    Rename,
    Remove(&'static str),
    SetRole(&'static str, &'static str),
    Leave,
    DeleteMessageOf(&'static str),
    EditMessageOf(&'static str),
    End,
    Send,
    MarkRead,
    SetTyping,
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one table")]
async fn each_role_may_do_what_it_may_and_nothing_else() {
    use Deed::{
        Add, AddAgain, DeleteMessageOf, EditMessageOf, End, Leave, MarkRead, Remove, Rename, Send,
        SetRole, SetTyping,
    };
    const OK: &str = "";
    const NO: &str = "FORBIDDEN";
    const HIDDEN: &str = "NOT_FOUND";
    // For an owner, an admin, a member and somebody outside.
    let table: &[(Deed, [&str; 4])] = &[
        (Add, [OK, OK, NO, HIDDEN]),
        (AddAgain, [OK, OK, NO, HIDDEN]),
        (Rename, [OK, OK, NO, HIDDEN]),
        (Remove("OWNER"), [OK, NO, NO, HIDDEN]),
        (Remove("ADMIN"), [OK, NO, NO, HIDDEN]),
        (Remove("MEMBER"), [OK, OK, NO, HIDDEN]),
        (SetRole("OWNER", "OWNER"), [OK, NO, NO, HIDDEN]),
        (SetRole("OWNER", "ADMIN"), [OK, NO, NO, HIDDEN]),
        (SetRole("OWNER", "MEMBER"), [OK, NO, NO, HIDDEN]),
        (SetRole("ADMIN", "OWNER"), [OK, NO, NO, HIDDEN]),
        (SetRole("ADMIN", "MEMBER"), [OK, NO, NO, HIDDEN]),
        (SetRole("MEMBER", "OWNER"), [OK, NO, NO, HIDDEN]),
        (SetRole("MEMBER", "ADMIN"), [OK, NO, NO, HIDDEN]),
        (SetRole("MEMBER", "MEMBER"), [OK, NO, NO, HIDDEN]),
        (Leave, [OK, OK, OK, HIDDEN]),
        (DeleteMessageOf("OWNER"), [OK, OK, NO, HIDDEN]),
        (DeleteMessageOf("ADMIN"), [OK, OK, NO, HIDDEN]),
        (DeleteMessageOf("MEMBER"), [OK, OK, NO, HIDDEN]),
        (EditMessageOf("OWNER"), [NO, NO, NO, HIDDEN]),
        (EditMessageOf("ADMIN"), [NO, NO, NO, HIDDEN]),
        (EditMessageOf("MEMBER"), [NO, NO, NO, HIDDEN]),
        (End, [OK, NO, NO, HIDDEN]),
        (Send, [OK, OK, OK, HIDDEN]),
        (MarkRead, [OK, OK, OK, HIDDEN]),
        (SetTyping, [OK, OK, OK, HIDDEN]),
    ];
    let app = TestApp::start().await;
    let cast = [
        app.person("owner").await,
        app.person("admin").await,
        app.person("member").await,
        app.person("outsider").await,
    ];
    let others = [
        ("OWNER", app.person("owner2").await),
        ("ADMIN", app.person("admin2").await),
        ("MEMBER", app.person("member2").await),
    ];
    let zoe = app.person("zoe").await;
    for (deed, expected) in table {
        for (actor, code) in
            [Actor::Owner, Actor::Admin, Actor::Member, Actor::Outsider].into_iter().zip(expected)
        {
            let [owner, admin, member, _] = &cast;
            let everybody: Vec<_> = [admin, member]
                .into_iter()
                .chain(others.iter().map(|(_, person)| person))
                .collect();
            let chat = owner.starts_a_group_with(&everybody).await;
            owner.makes(chat, admin, "ADMIN").await.succeeds();
            let other = |role: &str| &others.iter().find(|(name, _)| *name == role).unwrap().1;
            for role in ["OWNER", "ADMIN"] {
                owner.makes(chat, other(role), role).await.succeeds();
            }
            let who = &cast[actor as usize];
            let before = app.log_of(chat).await.len();
            let answer = match *deed {
                Add => who.adds(chat, &[&zoe]).await,
                AddAgain => who.adds(chat, &[other("MEMBER")]).await,
                Rename => who.renames(chat, Some("news")).await,
                Remove(role) => who.removes(chat, other(role)).await,
                SetRole(role, to) => who.makes(chat, other(role), to).await,
                Leave => who.leaves(chat).await,
                DeleteMessageOf(role) => {
                    let sent = other(role).sends(chat, "words").await;
                    who.deletes(sent.id).await
                }
                EditMessageOf(role) => {
                    let sent = other(role).sends(chat, "words").await;
                    who.edits(sent.id, "other words").await
                }
                End => who.ends(chat).await,
                Send => who.tries_to_send(chat, "words").await,
                MarkRead => who.reads_up_to(chat, 0).await,
                SetTyping => {
                    who.does("setTyping", json!({ "conversationId": chat }), "conversationId").await
                }
            };
            let written = app.log_of(chat).await.len() - before;
            let set_up = usize::from(matches!(deed, DeleteMessageOf(_) | EditMessageOf(_)));
            let is_silent = match *deed {
                AddAgain | MarkRead | SetTyping => true,
                SetRole(from, to) => from == to,
                Add | Rename | Remove(_) | Leave | DeleteMessageOf(_) | EditMessageOf(_) | End
                | Send => false,
            };
            if *code == OK {
                assert_eq!(answer.code(), None, "{actor:?} {deed:?}: {}", answer.text);
                assert_eq!(
                    written,
                    set_up + usize::from(!is_silent),
                    "{actor:?} {deed:?} writes one event"
                );
            } else {
                assert_eq!(answer.code(), Some(*code), "{actor:?} {deed:?}: {}", answer.text);
                assert_eq!(written, set_up, "{actor:?} {deed:?} writes nothing");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_role_is_an_event_and_holds_at_once() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let mut signals = app.app.live.listen();
    bob.renames(chat, Some("Bob's")).await.fails_with("FORBIDDEN");
    assert_eq!(ann.makes(chat, &bob, "ADMIN").await.number("setMemberRole.eventSeq"), 4);
    assert_eq!(
        signals.try_recv(),
        Ok(Signal::Advanced { conversation: ConversationId::from(chat), event_seq: 4 })
    );
    assert_eq!(
        ann.makes(chat, &bob, "ADMIN").await.number("setMemberRole.eventSeq"),
        4,
        "the same again is no event"
    );
    assert!(signals.try_recv().is_err());
    bob.renames(chat, Some("Bob's")).await.succeeds();
    assert_eq!(ann.makes(chat, &bob, "MEMBER").await.number("setMemberRole.eventSeq"), 6);
    bob.renames(chat, Some("Bob's again")).await.fails_with("FORBIDDEN");
    assert_eq!(members(&eve, chat).await, ["ann OWNER", "bob MEMBER", "eve MEMBER"]);
    assert_eq!(app.log_of(chat).await[3..], ["4 ROLE", "5 UPDATED", "6 ROLE"].map(str::to_owned));
    let data =
        app.reads("SELECT data AS value FROM changes WHERE kind = 'ROLE' ORDER BY event_seq").await;
    assert_eq!(data, ["ADMIN", "MEMBER"].map(|role| Some(role.to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_owner_neither_leaves_nor_steps_down_before_there_is_another() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    ann.makes(chat, &bob, "ADMIN").await.succeeds();
    ann.leaves(chat).await.fails_with("CONFLICT");
    for role in ["ADMIN", "MEMBER"] {
        ann.makes(chat, &ann, role).await.fails_with("CONFLICT");
    }
    ann.makes(chat, &ann, "OWNER").await.succeeds();
    ann.makes(chat, &bob, "OWNER").await.succeeds();
    ann.makes(chat, &ann, "MEMBER").await.succeeds();
    assert_eq!(members(&ann, chat).await, ["ann MEMBER", "bob OWNER"]);
    bob.leaves(chat).await.fails_with("CONFLICT");
    bob.makes(chat, &ann, "OWNER").await.succeeds();
    bob.leaves(chat).await.succeeds();
    // Nobody else is in, so there is nobody to hand over to.
    ann.makes(chat, &ann, "MEMBER").await.fails_with("CONFLICT");
    ann.leaves(chat).await.succeeds();
    is_dense(&app, chat).await;
    assert_eq!(app.counts("SELECT COUNT(*) FROM members WHERE left_at IS NULL").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_last_owners_who_leave_at_once_one_stays() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    for _ in 0..4 {
        let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
        ann.makes(chat, &bob, "OWNER").await.succeeds();
        let (one, two) = tokio::join!(ann.leaves(chat), bob.leaves(chat));
        let mut codes = [one.code(), two.code()];
        codes.sort_unstable();
        assert_eq!(codes, [None, Some("CONFLICT")]);
        assert_eq!(
            members(&eve, chat).await.iter().filter(|line| line.ends_with("OWNER")).count(),
            1
        );
        is_dense(&app, chat).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_owners_who_demote_each_other_at_once_one_stays() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    for _ in 0..4 {
        let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
        ann.makes(chat, &bob, "OWNER").await.succeeds();
        let (one, two) =
            tokio::join!(ann.makes(chat, &bob, "MEMBER"), bob.makes(chat, &ann, "MEMBER"));
        let mut codes = [one.code(), two.code()];
        codes.sort_unstable();
        assert_eq!(codes, [None, Some("FORBIDDEN")]);
        assert_eq!(
            members(&eve, chat).await.iter().filter(|line| line.ends_with("OWNER")).count(),
            1
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_for_those_who_are_in() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    ann.makes(chat, &eve, "ADMIN").await.fails_with("NOT_FOUND");
    bob.leaves(chat).await.succeeds();
    ann.makes(chat, &bob, "ADMIN").await.fails_with("NOT_FOUND");
    let unknown = json!({ "conversationId": chat, "userId": nobody(), "role": "ADMIN" });
    ann.does("setMemberRole", unknown, "eventSeq").await.fails_with("NOT_FOUND");
    let odd = ann.makes(chat, &ann, "KING").await;
    assert!(
        matches!(odd.code(), Some("BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED")),
        "{}",
        odd.text
    );
}

// Adding

async fn adds_ids(person: &Person, chat: Id, ids: &[Id]) -> Answer {
    let input = json!({ "conversationId": chat, "userIds": ids });
    person.does("addParticipants", input, "conversation { id eventSeq } eventSeq").await
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_are_added_join_as_members_with_a_number_each() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let zoe = app.person("zoe").await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    ann.sends(chat, "before").await;
    let mut signals = app.app.live.listen();
    let added = ann.adds(chat, &[&zoe, &eve, &zoe, &bob]).await;
    assert_eq!(added.number("addParticipants.eventSeq"), 5, "the newest event that was written");
    assert_eq!(added.number("addParticipants.conversation.eventSeq"), 5);
    assert_eq!(
        signals.try_recv(),
        Ok(Signal::Advanced { conversation: ConversationId::from(chat), event_seq: 5 })
    );
    let mut told = [signals.try_recv(), signals.try_recv()];
    told.sort_by_key(|signal| format!("{signal:?}"));
    let came =
        |user: &Person| Ok(Signal::Membership { conversation: chat.into(), user: user.id.into() });
    let mut expected = [came(&zoe), came(&eve)];
    expected.sort_by_key(|signal| format!("{signal:?}"));
    assert_eq!(told, expected);
    assert_eq!(
        app.log_of(chat).await,
        ["1 JOINED", "2 JOINED", "3 MESSAGE", "4 JOINED", "5 JOINED"]
    );
    let mut now = members(&zoe, chat).await;
    assert_eq!(now[..2], ["ann OWNER", "bob MEMBER"].map(str::to_owned));
    now[2..].sort();
    assert_eq!(now[2..], ["eve MEMBER", "zoe MEMBER"].map(str::to_owned));
    // They read all of its history, and none of it counts as unread.
    let seen = eve.sees(chat, "messages { nodes { body } } readSeq unreadCount").await;
    assert_eq!(seen.each("conversation.messages.nodes", "body"), ["before"]);
    assert_eq!(
        (seen.number("conversation.readSeq"), seen.number("conversation.unreadCount")),
        (1, 0)
    );
    let again = ann.adds(chat, &[&eve, &zoe, &ann]).await;
    assert_eq!(
        again.number("addParticipants.eventSeq"),
        5,
        "those already in are no error and no event"
    );
    assert!(signals.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_to_a_hundred_people_are_added_at_once_and_all_or_none() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    let crowd = app.crowd(101).await;
    adds_ids(&ann, chat, &[]).await.fails_on(&["userIds"]);
    adds_ids(&ann, chat, &crowd).await.fails_on(&["userIds"]);
    adds_ids(&ann, chat, &[crowd[0], nobody()]).await.fails_on(&["userIds"]);
    eve.does("deleteAccount", json!({ "password": PASSWORD }), "userId").await.succeeds();
    adds_ids(&ann, chat, &[crowd[0], eve.id]).await.fails_on(&["userIds"]);
    assert_eq!(app.log_of(chat).await.len(), 2);
    assert_eq!(adds_ids(&ann, chat, &crowd[..100]).await.number("addParticipants.eventSeq"), 102);
    is_dense(&app, chat).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_fills_up_to_a_thousand_and_no_further() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let crowd = app.crowd(1_002).await;
    let chat = ann
        .tries_to_start_a_group(crowd[..990].to_vec(), None)
        .await
        .id("createConversation.conversation.id");
    adds_ids(&ann, chat, &crowd[990..1_000]).await.fails_on(&["userIds"]);
    adds_ids(&ann, chat, &crowd[985..999]).await.succeeds();
    adds_ids(&ann, chat, &crowd[999..1_000]).await.fails_on(&["userIds"]);
    assert_eq!(app.counts("SELECT COUNT(*) FROM members").await, 1_000);
    let removed = json!({ "conversationId": chat, "userId": crowd[5] });
    ann.does("removeParticipant", removed, "eventSeq").await.succeeds();
    adds_ids(&ann, chat, &crowd[999..1_000]).await.succeeds();
    adds_ids(&ann, chat, &crowd[1_000..1_001]).await.fails_on(&["userIds"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_comes_last_as_a_member_with_everything_read() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    ann.makes(chat, &bob, "ADMIN").await.succeeds();
    let early = ann.sends(chat, "early").await;
    bob.leaves(chat).await.succeeds();
    ann.sends(chat, "while away").await;
    assert_eq!(bob.sees(chat, "id").await.gives("conversation"), Value::Null);
    ann.adds(chat, &[&bob]).await.succeeds();
    assert_eq!(members(&bob, chat).await, ["ann OWNER", "eve MEMBER", "bob MEMBER"]);
    let seen = bob
        .sees(chat, "readSeq unreadCount messages { nodes { body } } participants { username }")
        .await;
    assert_eq!(
        (seen.number("conversation.readSeq"), seen.number("conversation.unreadCount")),
        (2, 0)
    );
    assert_eq!(seen.each("conversation.messages.nodes", "body"), ["early", "while away"]);
    assert_eq!(seen.each("conversation.participants", "username"), ["ann", "eve", "bob"]);
    assert_eq!(bob.sees_message(early.id, "body").await.word("message.body"), "early");
    bob.renames(chat, Some("mine again")).await.fails_with("FORBIDDEN");
    assert_eq!(app.counts("SELECT COUNT(*) FROM members").await, 3, "one row for each person");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_added_many_times_at_once_joins_once() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    ann.makes(chat, &bob, "ADMIN").await.succeeds();
    let other = app.another_instance().await;
    let (remote, eve) = (bob.through(&other), &eve);
    let tries = (0..20).map(|turn| {
        let who = if turn % 2 == 0 { &ann } else { &remote };
        async move { who.adds(chat, &[eve]).await }
    });
    for answer in join_all(tries).await {
        assert_eq!(answer.number("addParticipants.eventSeq"), 4);
    }
    assert_eq!(app.log_of(chat).await, ["1 JOINED", "2 JOINED", "3 ROLE", "4 JOINED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_come_and_go_at_once_leave_no_hole_in_the_numbers() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let zoe = app.person("zoe").await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    let other = app.another_instance().await;
    let remote = ann.through(&other);
    let deeds = (0..24).map(|turn| {
        let (ann, bob, eve, zoe) = (if turn % 2 == 0 { &ann } else { &remote }, &bob, &eve, &zoe);
        async move {
            match turn % 6 {
                0 => ann.adds(chat, &[eve]).await,
                1 => ann.removes(chat, eve).await,
                2 => ann.adds(chat, &[zoe, eve]).await,
                3 => bob.tries_to_send(chat, "meanwhile").await,
                4 => ann.renames(chat, Some(&format!("title {turn}"))).await,
                _ => zoe.leaves(chat).await,
            }
        }
    });
    for answer in join_all(deeds).await {
        assert!(matches!(answer.code(), None | Some("NOT_FOUND")), "{}", answer.text);
    }
    is_dense(&app, chat).await;
}

// Removing and leaving

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_removed_is_out_at_once_and_their_words_stay() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let sent = eve.sends(chat, "my words").await;
    let mut signals = app.app.live.listen();
    assert_eq!(ann.removes(chat, &eve).await.number("removeParticipant.eventSeq"), 5);
    assert_eq!(
        signals.try_recv(),
        Ok(Signal::Advanced { conversation: ConversationId::from(chat), event_seq: 5 })
    );
    assert_eq!(members(&bob, chat).await, ["ann OWNER", "bob MEMBER"]);
    assert_eq!(eve.sees(chat, "id").await.gives("conversation"), Value::Null);
    assert_eq!(eve.sees_message(sent.id, "id").await.gives("message"), Value::Null);
    eve.edits(sent.id, "other words").await.fails_with("NOT_FOUND");
    eve.deletes(sent.id).await.fails_with("NOT_FOUND");
    eve.tries_to_send(chat, "hello?").await.fails_with("NOT_FOUND");
    let lists = eve.asks_for("{ conversations { totalCount } messages { totalCount } }").await;
    assert_eq!(
        (lists.number("conversations.totalCount"), lists.number("messages.totalCount")),
        (0, 0)
    );
    let message = bob.sees_message(sent.id, "body sender { username }").await.gives("message");
    assert_eq!(message, json!({ "body": "my words", "sender": { "username": "eve" } }));
    ann.removes(chat, &eve).await.fails_with("NOT_FOUND");
    assert_eq!(app.log_of(chat).await.last().unwrap(), "5 LEFT");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_removes_others_and_leaves_by_oneself() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    for person in [&ann, &bob] {
        person.removes(chat, person).await.fails_on(&["userId"]);
    }
    ann.removes(chat, &eve).await.fails_with("NOT_FOUND");
    let unknown = json!({ "conversationId": chat, "userId": nobody() });
    ann.does("removeParticipant", unknown, "eventSeq").await.fails_with("NOT_FOUND");
    let left = bob.leaves(chat).await;
    assert_eq!(left.gives("leaveConversation"), json!({ "conversationId": chat, "eventSeq": 3 }));
    bob.leaves(chat).await.fails_with("NOT_FOUND");
    assert_eq!(ann.sees(chat, "eventSeq").await.number("conversation.eventSeq"), 3);
    // Alone, the owner may go too, and the group is nobody's.
    assert_eq!(ann.leaves(chat).await.number("leaveConversation.eventSeq"), 4);
    let kept = app
        .reads("SELECT CAST(left_event_seq AS CHAR) AS value FROM members ORDER BY left_event_seq")
        .await;
    assert_eq!(kept, ["3", "4"].map(|number| Some(number.to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_removed_while_they_send_is_in_the_log_up_to_their_removal() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let other = app.another_instance().await;
    for _ in 0..3 {
        let chat = ann.starts_a_group_with(&[&bob]).await;
        let remote = bob.through(&other);
        let sends = (0..16).map(|turn| {
            let who = if turn % 2 == 0 { &bob } else { &remote };
            async move { who.tries_to_send(chat, "quick").await }
        });
        let (answers, removed) = tokio::join!(join_all(sends), ann.removes(chat, &bob));
        let removed = removed.number("removeParticipant.eventSeq");
        for answer in &answers {
            if answer.errors().is_empty() {
                assert!(
                    answer.number("sendMessage.eventSeq") < removed,
                    "nothing of theirs after they were removed"
                );
            } else {
                answer.fails_with("NOT_FOUND");
            }
        }
        is_dense(&app, chat).await;
        assert_eq!(app.log_of(chat).await.last().unwrap(), &format!("{removed} LEFT"));
    }
}

// The list

#[tokio::test(flavor = "multi_thread")]
async fn members_are_listed_in_the_order_they_joined() {
    let app = TestApp::start().await;
    app.clock.stops();
    let (ann, bob, eve) = app.people().await;
    let zoe = app.person("zoe").await;
    let chat = ann.starts_a_group_with(&[&zoe, &bob]).await;
    app.clock.forward(Duration::from_mins(1));
    ann.adds(chat, &[&eve]).await.succeeds();
    ann.removes(chat, &bob).await.succeeds();
    let kim = app.person("kim").await;
    ann.adds(chat, &[&kim]).await.succeeds();
    ann.adds(chat, &[&bob]).await.succeeds();
    ann.sends(chat, "hello").await;
    eve.reads_up_to(chat, 1).await.succeeds();
    let document = format!("conversation(id: \"{chat}\") {{ members(PAGE) {{ CONNECTION }} }}");
    let list = List { document: &document, path: "conversation.members", key: "user { username }" };
    for viewer in [&ann, &kim] {
        list.is(viewer, &["ann", "zoe", "eve", "kim", "bob"]).await;
    }
    let seen = ann
        .sees(chat, "createdAt members(first: 3) { nodes { readSeq joinedAt user { username } } }")
        .await;
    assert_eq!(seen.each("conversation.members.nodes", "readSeq"), ["0", "0", "1"]);
    let joined = seen.each("conversation.members.nodes", "joinedAt");
    assert_eq!(json!(joined[0]), seen.gives("conversation.createdAt"));
    assert!(joined[0] == joined[1] && joined[1] < joined[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_members_that_cannot_be_are_refused() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let (chat, other) = (
        ann.starts_a_group_with(&[&bob, &eve]).await,
        ann.starts_a_group_with(&[&eve, &bob]).await,
    );
    let document = |chat: Id, list: &str| {
        format!("conversation(id: \"{chat}\") {{ {list}(PAGE) {{ CONNECTION }} }}")
    };
    let (mine, others, messages) =
        (document(chat, "members"), document(other, "members"), document(chat, "messages"));
    let mine = List { document: &mine, path: "conversation.members", key: "user { id }" };
    let others = List { document: &others, path: "conversation.members", key: "user { id }" };
    let messages = List { document: &messages, path: "conversation.messages", key: "id" };
    ann.sends(chat, "hello").await;
    let mut foreign = others.cursors(&ann).await;
    assert_eq!((foreign.len(), messages.cursors(&ann).await.len()), (3, 1));
    foreign.extend(
        List { document: "users(PAGE) { CONNECTION }", path: "users", key: "id" }
            .cursors(&ann)
            .await,
    );
    foreign.extend(messages.cursors(&ann).await);
    mine.refuses_bad_pages(&ann, &foreign).await;
    // A place beyond the end is a place: nothing comes after it.
    let last = mine.cursors(&ann).await.pop().unwrap();
    ann.removes(chat, &eve).await.succeeds();
    let after = ann.asks(
        "query M($id: ID!, $after: String) { conversation(id: $id) { members(after: $after) { nodes { role } pageInfo { hasNextPage } } } }",
        json!({ "id": chat, "after": last }),
    );
    assert_eq!(
        after.await.gives("conversation.members"),
        json!({ "nodes": [], "pageInfo": { "hasNextPage": false } })
    );
}
