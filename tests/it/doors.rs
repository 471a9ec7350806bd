//! Every door, tried by those who may not pass: by somebody without a token, by a stranger to the conversation, by
//! who has left it, and by anybody once it is deleted. A root field that is not in the table fails.

use std::collections::BTreeSet;

use crate::support::{Answer, Client, Id, Person, TestApp, Value, client_id, json, nobody};

/// What somebody gets who names a thing that is hidden from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hidden {
    /// The field takes no id of anything that is ever hidden.
    Nothing,
    /// `null`, and no error.
    Null,
    /// The error `NOT_FOUND`.
    NotFound,
    /// An empty page.
    Empty,
    /// `BAD_USER_INPUT`, as for an id that nothing has.
    BadInput,
}

use Hidden::{BadInput, Empty, NotFound, Nothing, Null};

/// The root fields that need no token.
const OPEN: [&str; 4] = ["server", "register", "login", "refreshToken"];

/// One way to call a root field. In the document `CHAT`, `MESSAGE`, `SESSION` and `PERSON` stand for the ids of a
/// conversation, a message in it, a session and a member, `MINE` and `UUID` for a group of the caller's own and a new UUID.
struct Door {
    /// The kind of operation.
    kind: &'static str,
    document: &'static str,
    hidden: Hidden,
}

const fn query(document: &'static str, hidden: Hidden) -> Door {
    Door { kind: "query", document, hidden }
}

const fn mutation(document: &'static str, hidden: Hidden) -> Door {
    Door { kind: "mutation", document, hidden }
}

const fn subscription(document: &'static str, hidden: Hidden) -> Door {
    Door { kind: "subscription", document, hidden }
}

const DOORS: &[Door] = &[
    query("node(id: CHAT) { id }", Null),
    query("node(id: MESSAGE) { id }", Null),
    query("nodes(ids: [CHAT, MESSAGE]) { id }", Null),
    query("viewer { id }", Nothing),
    query("user(id: PERSON) { id }", Nothing),
    query("users { nodes { id } }", Nothing),
    query(
        "conversation(id: CHAT) { id title messages { nodes { body } } members { nodes { user { id } } } }",
        Null,
    ),
    query("conversations { nodes { id } totalCount }", Nothing),
    query("conversations(filter: { participantId: PERSON }) { nodes { id } totalCount }", Empty),
    query("message(id: MESSAGE) { id body conversation { id } }", Null),
    query("messages { nodes { id } totalCount }", Nothing),
    query("messages(filter: { conversationId: CHAT }) { nodes { id } totalCount }", Empty),
    query("messages(filter: { senderId: PERSON }) { nodes { id } totalCount }", Empty),
    query("messageByClientId(clientMessageId: UUID) { id }", Null),
    query("sessions { id }", Nothing),
    query("server { epoch }", Nothing),
    mutation(
        "register(input: { username: \"x\", email: \"x@example.org\", password: \"long enough\" }) { user { id } }",
        Nothing,
    ),
    mutation(
        "login(input: { username: \"nobody\", password: \"wrong\" }) { user { id } }",
        Nothing,
    ),
    mutation("refreshToken(input: { refreshToken: \"wrong\" }) { user { id } }", Nothing),
    mutation("logout { sessionId }", Nothing),
    mutation("revokeSession(input: { sessionId: SESSION }) { sessionId }", NotFound),
    mutation(
        "changePassword(input: { currentPassword: \"wrong\", newPassword: \"long enough\" }) { user { id } }",
        Nothing,
    ),
    mutation("updateProfile(input: {}) { user { id } }", Nothing),
    mutation("deleteAccount(input: { password: \"wrong\" }) { userId }", Nothing),
    mutation("setUserRole(input: { userId: PERSON, role: HOST }) { user { id } }", Nothing),
    mutation("setUserDisabled(input: { userId: PERSON, disabled: true }) { user { id } }", Nothing),
    mutation("startDirectConversation(input: { userId: PERSON }) { eventSeq }", Nothing),
    mutation("createConversation(input: { participantIds: [PERSON] }) { eventSeq }", Nothing),
    mutation("updateConversation(input: { id: CHAT, title: \"mine\" }) { eventSeq }", NotFound),
    mutation("updateConversation(input: { id: CHAT }) { conversation { id title } }", NotFound),
    mutation(
        "addParticipants(input: { conversationId: CHAT, userIds: [PERSON] }) { eventSeq }",
        NotFound,
    ),
    mutation(
        "removeParticipant(input: { conversationId: CHAT, userId: PERSON }) { eventSeq }",
        NotFound,
    ),
    mutation(
        "removeParticipant(input: { conversationId: MINE, userId: PERSON }) { eventSeq }",
        NotFound,
    ),
    mutation("leaveConversation(input: { conversationId: CHAT }) { eventSeq }", NotFound),
    mutation(
        "setMemberRole(input: { conversationId: CHAT, userId: PERSON, role: OWNER }) { eventSeq }",
        NotFound,
    ),
    mutation(
        "setMemberRole(input: { conversationId: MINE, userId: PERSON, role: ADMIN }) { eventSeq }",
        NotFound,
    ),
    mutation("deleteConversation(input: { id: CHAT }) { eventSeq }", NotFound),
    mutation(
        "sendMessage(input: { conversationId: CHAT, body: \"hello\" }) { eventSeq }",
        NotFound,
    ),
    mutation(
        "sendMessage(input: { conversationId: CHAT, body: \"hello\", replyToId: MESSAGE }) { eventSeq }",
        NotFound,
    ),
    mutation(
        "sendMessage(input: { conversationId: MINE, body: \"hello\", replyToId: MESSAGE }) { eventSeq }",
        BadInput,
    ),
    mutation("editMessage(input: { id: MESSAGE, body: \"changed\" }) { eventSeq }", NotFound),
    mutation("deleteMessage(input: { id: MESSAGE }) { eventSeq }", NotFound),
    mutation(
        "markRead(input: { conversationId: CHAT, upToSeq: 1 }) { conversation { id } }",
        NotFound,
    ),
    mutation("setTyping(input: { conversationId: CHAT }) { conversationId }", NotFound),
    subscription("messageAdded(conversationId: CHAT) { id }", NotFound),
    subscription("conversationEvents(conversationId: CHAT) { __typename }", NotFound),
    subscription("inboxEvents { __typename }", Nothing),
];

/// What the words in the documents stand for.
#[derive(Clone, Copy)]
struct Things {
    chat: Id,
    message: Id,
    session: Id,
    person: Id,
    own: Id,
    uuid: Id,
}

impl Things {
    fn unknown(own: Id) -> Self {
        Self {
            chat: nobody(),
            message: nobody(),
            session: nobody(),
            person: nobody(),
            own,
            uuid: client_id(),
        }
    }
}

impl Door {
    fn field(&self) -> &str {
        self.document.split(['(', ' ']).next().unwrap()
    }

    async fn is_tried_by(&self, client: &Client, things: Things) -> Answer {
        let mut document = self.document.to_owned();
        let Things { chat, message, session, person, own, uuid } = things;
        let ids = [
            ("CHAT", chat),
            ("MESSAGE", message),
            ("SESSION", session),
            ("PERSON", person),
            ("MINE", own),
            ("UUID", uuid),
        ];
        for (word, id) in ids {
            document = document.replace(word, &format!("\"{id}\""));
        }
        self.is_tried_with(client, &document).await
    }

    async fn is_tried_with(&self, client: &Client, field: &str) -> Answer {
        let document = format!("{} {{ {field} }}", self.kind);
        match self.kind {
            "subscription" => client.begins_to_follow(&document).await,
            _ => client.asks_for(document).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_is_in_the_table() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let query = "{ __schema { queryType { fields { name } } mutationType { fields { name } } subscriptionType { fields { name } } } }";
    let answer = ann.asks_for(query).await;
    for (root, kind) in
        [("queryType", "query"), ("mutationType", "mutation"), ("subscriptionType", "subscription")]
    {
        let fields: BTreeSet<_> =
            answer.each(&format!("__schema.{root}.fields"), "name").into_iter().collect();
        let listed =
            DOORS.iter().filter(|door| door.kind == kind).map(|door| door.field().to_owned());
        assert_eq!(fields, listed.collect(), "{root}: each root field needs a row in doors.rs");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_passes_without_a_token_but_through_the_open_doors() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let things = things_of(&ann, &bob).await;
    let statements = app.store.statements();
    for door in DOORS.iter().filter(|door| !OPEN.contains(&door.field())) {
        let answer = door.is_tried_by(&app.stranger(), things).await;
        answer.fails_with("UNAUTHENTICATED").has_status(401);
        assert_eq!(answer.headers["www-authenticate"], "Bearer", "{}", door.document);
        assert!(answer.body.get("data").is_none_or(Value::is_null), "{}", answer.text);
    }
    assert_eq!(
        app.store.statements(),
        statements,
        "whoever is not let in does not reach the database"
    );
    for door in DOORS.iter().filter(|door| OPEN.contains(&door.field())) {
        let answer = door.is_tried_by(&app.stranger(), things).await;
        let message =
            answer.errors().first().map(|error| error["message"].as_str().unwrap().to_owned());
        assert!(!message.unwrap_or_default().contains("sign in first"), "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_door_lets_nothing_else_through_beside_it() {
    let app = TestApp::start().await;
    app.person("ann").await;
    let stranger = app.stranger();
    stranger
        .asks_for("{ server { epoch } viewer { id } }")
        .await
        .fails_with("UNAUTHENTICATED")
        .has_status(401);
    let both = "mutation { login(input: { username: \"ann\", password: \"x\" }) { accessToken } logout { sessionId } }";
    stranger.asks_for(both).await.fails_with("UNAUTHENTICATED").has_status(401);
    let hidden = "query Q { ...F } fragment F on Query { server { version } ... on Query { users { totalCount } } }";
    stranger.asks_for(hidden).await.fails_with("UNAUTHENTICATED").has_status(401);
    let renamed = "{ server: viewer { id } }";
    stranger.asks_for(renamed).await.fails_with("UNAUTHENTICATED").has_status(401);
}

/// A group of Ann's and Bob's with a message, and other things of theirs.
async fn things_of(ann: &Person, bob: &Person) -> Things {
    let chat = ann.starts_a_group_called("private", &[bob]).await;
    let uuid = client_id();
    let sent = ann.sends_with(chat, "for you only", json!({ "clientMessageId": uuid })).await;
    Things {
        chat,
        message: sent.id("sendMessage.message.id"),
        session: ann.session,
        person: ann.id,
        own: chat,
        uuid,
    }
}

/// Tries every door that takes an id: what is hidden and what does not exist must give the same answer, byte by byte,
/// and nothing may be written.
async fn is_kept_out(app: &TestApp, who: &Person, things: Things) {
    let log = app.log_of(things.chat).await;
    for door in DOORS.iter().filter(|door| door.hidden != Nothing) {
        let answer = door.is_tried_by(who, things).await;
        let other = door.is_tried_by(who, Things::unknown(things.own)).await;
        assert_eq!(answer.comparable(), other.comparable(), "{} as {}", door.document, who.name);
        match door.hidden {
            Nothing => {}
            Null if door.field() == "nodes" => {
                assert_eq!(answer.gives("nodes"), json!([null, null]));
            }
            Null => assert_eq!(answer.gives(door.field()), Value::Null, "{}", door.document),
            NotFound => {
                answer.fails_with("NOT_FOUND");
            }
            Empty => assert_eq!(
                answer.gives(door.field()),
                json!({ "nodes": [], "totalCount": 0 }),
                "{}",
                door.document
            ),
            BadInput => {
                answer.fails_with("BAD_USER_INPUT");
            }
        }
    }
    assert_eq!(app.log_of(things.chat).await, log, "{} changed what is not theirs", who.name);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_may_not_see_answers_as_if_it_did_not_exist() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let zoe = app.person("zoe").await;
    let own = eve.starts_a_group_with(&[&zoe]).await;
    let things = things_of(&ann, &bob).await;
    is_kept_out(&app, &eve, Things { own, ..things }).await;
    assert_eq!(
        ann.sees(things.chat, "title messageSeq").await.gives("conversation"),
        json!({ "title": "private", "messageSeq": 1 })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_left_or_was_removed_is_a_stranger_again() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let zoe = app.person("zoe").await;
    let things = things_of(&ann, &bob).await;
    ann.adds(things.chat, &[&eve, &zoe]).await.succeeds();
    let eves_own = eve.starts_a_group_with(&[&app.person("kim").await]).await;
    let zoes_own = zoe.starts_a_group_with(&[&app.person("lea").await]).await;
    eve.leaves(things.chat).await.succeeds();
    ann.removes(things.chat, &zoe).await.succeeds();
    is_kept_out(&app, &eve, Things { own: eves_own, ..things }).await;
    is_kept_out(&app, &zoe, Things { own: zoes_own, ..things }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_conversation_does_not_exist_for_anybody() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let things = things_of(&ann, &bob).await;
    ann.ends(things.chat).await.succeeds();
    let own = bob.starts_a_group_with(&[&eve]).await;
    // Ann's session is not Bob's, so all of the table holds for him.
    is_kept_out(&app, &bob, Things { own, ..things }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_of_users_does_not_read_other_peoples_conversations() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let admin = app.admin().await;
    let own = admin.starts_a_group_with(&[&eve]).await;
    let things = things_of(&ann, &bob).await;
    is_kept_out(&app, &admin, Things { own, ..things }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_none_is_bad_input_at_every_door() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    for door in DOORS.iter().filter(|door| door.hidden != Nothing) {
        let word = ["CHAT", "MESSAGE", "SESSION", "PERSON", "UUID"]
            .iter()
            .find(|word| door.document.contains(**word));
        let document = door
            .document
            .replace(word.unwrap(), "ID")
            .replace("MINE", "\"x\"")
            .replace("MESSAGE", "\"x\"")
            .replace("PERSON", "\"x\"");
        for id in ["\"\"", "\"1\"", "\"' OR 1=1 --\"", "\"\u{1F600}\"", "7"] {
            let answer = door.is_tried_with(&ann, &document.replace("ID", id)).await;
            let is_refused =
                matches!(answer.code(), Some("BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED"));
            assert!(is_refused && answer.status.is_success(), "{document} {id}: {}", answer.text);
        }
    }
}
