//! Groups as REST has them, through the domain: everybody an owner, members as one list, and what outsiders are told.

use std::time::Duration;

use parlance::{
    domain::{
        Error, Footing, Sharing, Viewer,
        conversations::{self, ConversationView, create_open},
        members::replace,
        messages::{self, Lookup, delete_own, look_up},
        sessions,
    },
    ids::{ClientId, ConversationId, MessageId, UserId},
    live::Options,
};

use crate::support::{Id, PASSWORD, Person, Setup, TestApp, json, named, nobody};

const EVENTS: &str = "subscription ($chat: ID!) { conversationEvents(conversationId: $chat) { __typename \
    ... on MessageAdded { eventSeq } ... on MemberJoined { eventSeq member { user { username } role } } \
    ... on MemberLeft { eventSeq user { username } } ... on CaughtUp { eventSeq } } }";

const INBOX: &str = "subscription { inboxEvents { __typename \
    ... on ConversationAdvanced { conversationId eventSeq } \
    ... on ConversationAdded { conversation { id eventSeq messageSeq unreadCount } } \
    ... on ConversationRemoved { conversationId } } }";

/// A server whose reconciler would come too late for any test: what is heard came by a signal.
async fn by_signals_only() -> TestApp {
    let late = Duration::from_hours(1);
    let sharing = Sharing {
        pace: Options { reconcile: late, poll: late, ..Options::default() },
        ..Sharing::default()
    };
    TestApp::start_with(Setup { sharing, ..Setup::default() }).await
}

async fn viewer(app: &TestApp, person: &Person) -> Viewer {
    sessions::authenticate(&app.app, person.token().unwrap()).await.unwrap().viewer
}

fn ids(people: &[&Person]) -> Vec<UserId> {
    people.iter().map(|person| person.id.into()).collect()
}

async fn creates(
    app: &TestApp,
    by: &Person,
    others: &[&Person],
    bodies: &[&str],
    client_id: Option<ClientId>,
) -> Result<ConversationView, Error> {
    let bodies = bodies.iter().map(|body| (*body).to_owned()).collect();
    create_open(&app.app, viewer(app, by).await, ids(others), bodies, client_id).await
}

async fn replaces(
    app: &TestApp,
    by: &Person,
    chat: Id,
    people: &[&Person],
) -> Result<ConversationView, Error> {
    replace(&app.app, viewer(app, by).await, chat.into(), ids(people)).await
}

fn field(error: Result<ConversationView, Error>) -> &'static str {
    let Err(Error::Invalid(problems)) = error else { panic!("{error:?}") };
    problems[0].field
}

/// Who is in, with their roles, by name.
async fn members(who: &Person, chat: Id) -> Vec<String> {
    let answer = who.sees(chat, "members { nodes { role user { username } } }").await;
    let list = answer.gives("conversation.members.nodes");
    let word = |member: &serde_json::Value| {
        format!(
            "{} {}",
            member["user"]["username"].as_str().unwrap(),
            member["role"].as_str().unwrap()
        )
    };
    let mut all: Vec<_> = list.as_array().unwrap().iter().map(word).collect();
    all.sort();
    all
}

// Making one

#[tokio::test(flavor = "multi_thread")]
async fn an_open_group_begins_with_owners_and_numbered_messages() {
    let app = by_signals_only().await;
    let (ann, bob, eve) = app.people().await;
    let mut inbox = bob.follows(INBOX, json!({})).await;
    assert_eq!(inbox.next().await["__typename"], "CaughtUp");
    let others = [&bob, &eve, &bob, &ann];
    let view = creates(&app, &ann, &others, &[" one ", "two", "three"], None).await.unwrap();
    let chat = view.conversation.id.uuid();
    let numbers = |view: &ConversationView| {
        let c = &view.conversation;
        (c.event_seq, c.message_seq, c.live_count)
    };
    assert_eq!(numbers(&view), (6, 3, 3));
    let expected = ["1 JOINED", "2 JOINED", "3 JOINED", "4 MESSAGE", "5 MESSAGE", "6 MESSAGE"];
    assert_eq!(app.log_of(chat).await, expected);
    assert_eq!(members(&eve, chat).await, ["ann OWNER", "bob OWNER", "eve OWNER"]);
    let added = inbox.next().await;
    let shown = json!({ "id": chat, "eventSeq": 6, "messageSeq": 3, "unreadCount": 3 });
    assert_eq!(added["conversation"], shown);
    let said = "messages(first: 5) { nodes { seq body sender { username } } }";
    let said = eve.sees(chat, said).await.gives("conversation.messages.nodes").clone();
    let say =
        |seq: i64, body: &str| json!({ "seq": seq, "body": body, "sender": { "username": "ann" } });
    assert_eq!(said, json!([say(1, "one"), say(2, "two"), say(3, "three")]));
    assert_eq!(ann.sends(chat, "four").await.event_seq, 7);
    assert_eq!(numbers(&creates(&app, &ann, &[&bob], &[], None).await.unwrap()), (2, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_group_is_made_whole_or_not_at_all() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    eve.does("deleteAccount", json!({ "password": PASSWORD }), "userId").await.succeeds();
    assert_eq!(field(creates(&app, &ann, &[&bob, &eve], &["x"], None).await), "participantIds");
    assert_eq!(field(creates(&app, &ann, &[&ann], &["x"], None).await), "participantIds");
    assert_eq!(field(creates(&app, &ann, &[&bob], &["x", "\0"], None).await), "messages");
    let Err(Error::Invalid(all)) = creates(&app, &ann, &[&bob], &["", "x", " "], None).await else {
        panic!("of no words")
    };
    assert_eq!(all.len(), 2, "every problem at once");
    assert_eq!(field(creates(&app, &ann, &[&bob], &["x"; 257], None).await), "messages");
    for table in ["conversations", "members", "messages", "changes"] {
        assert_eq!(app.counts(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    creates(&app, &ann, &[&bob], &["x"; 256], None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_s_id_of_an_open_group_stands_for_its_people_and_its_messages() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let id = ClientId::from(crate::support::client_id());
    let first = creates(&app, &ann, &[&bob, &eve], &["one", "two"], Some(id)).await.unwrap();
    let again = creates(&app, &ann, &[&eve, &bob], &["one", "two"], Some(id)).await.unwrap();
    assert_eq!(first.conversation, again.conversation);
    for (others, bodies) in [
        (&[&bob, &eve][..], &["one"][..]),
        (&[&bob, &eve], &["two", "one"]),
        (&[&bob, &eve], &["onetwo"]),
        (&[&bob, &eve], &[]),
        (&[&bob], &["one", "two"]),
    ] {
        let other = creates(&app, &ann, others, bodies, Some(id)).await;
        assert!(matches!(other, Err(Error::Conflict(_))), "{bodies:?}");
    }
    let by = viewer(&app, &ann).await;
    let closed =
        conversations::create(&app.app, by, ids(&[&bob, &eve]), None, Some(id)).await.map(drop);
    assert!(matches!(closed, Err(Error::Conflict(_))));
    creates(&app, &bob, &[&ann], &["mine"], Some(id)).await.unwrap();
    assert_eq!(app.counts("SELECT COUNT(*) FROM messages").await, 3);
}

// Its members as one list

#[tokio::test(flavor = "multi_thread")]
async fn each_difference_of_a_list_of_members_is_an_event_and_all_are_told() {
    let app = by_signals_only().await;
    let (ann, bob, eve) = app.people().await;
    let (zoe, max) = (app.person("zoe").await, app.person("max").await);
    let chat = creates(&app, &ann, &[&bob, &eve], &["hello"], None).await.unwrap();
    let chat = chat.conversation.id.uuid();
    let mut of_bob = bob.follows(EVENTS, json!({ "chat": chat })).await;
    let mut of_eve = eve.follows(EVENTS, json!({ "chat": chat })).await;
    of_bob.catches_up().await;
    of_eve.catches_up().await;
    let (mut eves, mut zoes) =
        (eve.follows(INBOX, json!({})).await, zoe.follows(INBOX, json!({})).await);
    for inbox in [&mut eves, &mut zoes] {
        assert_eq!(inbox.next().await["__typename"], "CaughtUp");
    }
    let view = replaces(&app, &ann, chat, &[&zoe, &bob, &max, &zoe]).await.unwrap();
    assert_eq!(view.conversation.event_seq, 7);
    assert_eq!(app.log_of(chat).await[4..], ["5 LEFT", "6 JOINED", "7 JOINED"]);
    for expected in ["MemberLeft 5", "MemberJoined 6", "MemberJoined 7"] {
        assert_eq!(named(&of_bob.next().await), expected);
    }
    assert_eq!(named(&of_eve.next().await), "MemberLeft 5", "who goes does not see who comes");
    of_eve.ends_with("MEMBERSHIP_ENDED").await;
    assert_eq!(eves.next().await["__typename"], "ConversationRemoved");
    assert_eq!(zoes.next().await["conversation"]["id"], json!(chat));
    let all = ["ann OWNER", "bob OWNER", "max OWNER", "zoe OWNER"];
    assert_eq!(members(&zoe, chat).await, all);
    // The same again is nothing.
    let view = replaces(&app, &zoe, chat, &[&ann, &bob, &max]).await.unwrap();
    assert_eq!(view.conversation.event_seq, 7);
    of_bob.hears_nothing().await;
    eve.tries_to_send(chat, "still here").await.fails_with("NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_owner_of_a_group_replaces_its_members() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let zoe = app.person("zoe").await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let direct = ann.starts_a_conversation_with(&bob).await;
    let before = app.log_of(chat).await;
    assert!(matches!(replaces(&app, &zoe, chat, &[&ann]).await, Err(Error::NotFound(_))));
    assert!(matches!(replaces(&app, &ann, nobody(), &[&bob]).await, Err(Error::NotFound(_))));
    assert!(matches!(replaces(&app, &bob, chat, &[&bob, &zoe]).await, Err(Error::Forbidden(_))));
    ann.makes(chat, &bob, "ADMIN").await.succeeds();
    assert!(matches!(replaces(&app, &bob, chat, &[&zoe]).await, Err(Error::Forbidden(_))));
    ann.makes(chat, &bob, "MEMBER").await.succeeds();
    for people in [&[&bob][..], &[&eve], &[]] {
        let other = replaces(&app, &ann, direct, people).await;
        assert!(matches!(other, Err(Error::Conflict(_))), "{other:?}");
    }
    for people in [&[][..], &[&ann, &ann]] {
        assert_eq!(field(replaces(&app, &ann, chat, people).await), "participantIds");
    }
    let gone = [UserId::from(bob.id), UserId::from(nobody())].to_vec();
    let gone = replace(&app.app, viewer(&app, &ann).await, chat.into(), gone).await;
    assert_eq!(field(gone), "participantIds");
    assert_eq!(app.log_of(chat).await.len(), before.len() + 2, "the roles alone");
    // Who is locked out and in it may stay, and is not let in again.
    let disabled = json!({ "userId": eve.id, "disabled": true });
    app.admin().await.does("setUserDisabled", disabled, "user { id }").await.succeeds();
    replaces(&app, &ann, chat, &[&bob, &eve]).await.unwrap();
    replaces(&app, &ann, chat, &[&bob]).await.unwrap();
    assert_eq!(field(replaces(&app, &ann, chat, &[&bob, &eve]).await), "participantIds");
    assert_eq!(members(&ann, chat).await, ["ann OWNER", "bob MEMBER"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_replaced_at_once_leave_one_log_in_order() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let zoe = app.person("zoe").await;
    let chat = creates(&app, &ann, &[&bob, &eve, &zoe], &[], None).await.unwrap();
    let chat = chat.conversation.id.uuid();
    let all = [&ann, &bob, &eve, &zoe];
    let each = (0..16).map(|n| {
        let (app, by, other) = (&app, all[n % 4], all[(n * 3 + 1) % 4]);
        async move { replaces(app, by, chat, &[other, by]).await.map(drop) }
    });
    for done in futures_util::future::join_all(each).await {
        let is_fine = matches!(done, Ok(()) | Err(Error::NotFound(_) | Error::Invalid(_)));
        assert!(is_fine, "{done:?}");
    }
    let log = app.log_of(chat).await;
    for (place, line) in log.iter().enumerate() {
        assert!(line.starts_with(&format!("{} ", place + 1)), "{log:?}");
    }
    let present = format!(
        "SELECT COUNT(*) FROM members WHERE conversation_id = {} AND left_at IS NULL",
        ConversationId::from(chat).literal()
    );
    assert_eq!(app.counts(&present).await, 2);
}

// What outsiders are told

#[tokio::test(flavor = "multi_thread")]
async fn an_outsider_is_told_from_who_asks_for_nothing() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = creates(&app, &ann, &[&bob], &["one", "two"], None).await.unwrap();
    let chat = chat.conversation.id.uuid();
    let (said, later) = (ann.sends(chat, "words").await.id, ann.sends(chat, "other").await.id);
    let footing = async |who: &Person, chat: Id| {
        conversations::footing(&app.app, viewer(&app, who).await, chat.into()).await.unwrap()
    };
    let look =
        async |who: &Person, id: Id| match look_up(&app.app, viewer(&app, who).await, id.into())
            .await
            .unwrap()
        {
            Lookup::Seen(message) => message.body,
            Lookup::Outsider => "outsider".to_owned(),
            Lookup::Unknown => "unknown".to_owned(),
        };
    assert_eq!(footing(&bob, chat).await, Footing::Member);
    assert_eq!(footing(&eve, chat).await, Footing::Outsider);
    assert_eq!(footing(&eve, nobody()).await, Footing::Unknown);
    assert_eq!(look(&bob, said).await, "words");
    assert_eq!(look(&eve, said).await, "outsider");
    assert_eq!(look(&eve, nobody()).await, "unknown");
    ann.deletes(said).await.succeeds();
    assert_eq!(
        (look(&bob, said).await, look(&eve, said).await),
        ("unknown".into(), "unknown".into())
    );
    replaces(&app, &ann, chat, &[&eve]).await.unwrap();
    assert_eq!(footing(&bob, chat).await, Footing::Outsider, "not any more");
    assert_eq!(look(&bob, later).await, "outsider");
    ann.ends(chat).await.succeeds();
    for who in [&ann, &bob, &eve] {
        assert_eq!(footing(who, chat).await, Footing::Unknown);
        assert_eq!(look(who, later).await, "unknown");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_the_sender_deletes_a_message_over_rest() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = creates(&app, &ann, &[&bob], &[], None).await.unwrap().conversation.id.uuid();
    let said = bob.sends(chat, "words").await.id;
    let deletes = async |who: &Person, id: Id| {
        delete_own(&app.app, viewer(&app, who).await, MessageId::from(id)).await
    };
    // An owner, who over GraphQL could.
    assert!(matches!(deletes(&ann, said).await, Err(Error::Forbidden(_))));
    assert!(matches!(deletes(&eve, said).await, Err(Error::NotFound(_))));
    assert!(matches!(deletes(&bob, nobody()).await, Err(Error::NotFound(_))));
    deletes(&bob, said).await.unwrap();
    assert!(matches!(deletes(&bob, said).await, Err(Error::NotFound(_))));
    assert_eq!(app.log_of(chat).await[2..], ["3 MESSAGE", "4 DELETED"]);
    let view = conversations::find(&app.app, viewer(&app, &ann).await, chat.into()).await.unwrap();
    assert_eq!((view.conversation.message_seq, view.conversation.live_count), (1, 0));
    let seen = messages::find(&app.app, viewer(&app, &ann).await, said.into()).await.unwrap();
    assert_eq!(seen.unwrap().body, "");
}
