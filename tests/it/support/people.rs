//! People, who use the server as sentences say. Their accounts are written straight into the database, since signing
//! up costs a password's hashing; `accounts.rs` tries the front door.

use std::ops::Deref;

use parlance::{
    ids::{SessionId, UserId},
    secrets::{
        password::Passwords,
        token::{self, Token, TokenType},
    },
    store::{
        accounts::{self, NewUser, Role},
        sessions::{self, Kind, RefreshToken, Session},
    },
    time::Clock,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::{Answer, Client, Id, TestApp};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody with an account, signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: Id,
    /// Their user name; their e-mail is NAME@example.org, their first name the name with a capital.
    pub(crate) name: String,
    pub(crate) session: Id,
    pub(crate) refresh_token: String,
    client: Client,
}

/// A message that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) id: Id,
    pub(crate) seq: i64,
    pub(crate) event_seq: i64,
}

impl Deref for Person {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl TestApp {
    /// Ann, Bob and Eve; nobody knows anybody yet.
    pub(crate) async fn people(&self) -> (Person, Person, Person) {
        (self.person("ann").await, self.person("bob").await, self.person("eve").await)
    }

    /// Somebody with this user name.
    pub(crate) async fn person(&self, name: &str) -> Person {
        self.person_who_is(name, Role::Guest).await
    }

    /// An administrator of users.
    pub(crate) async fn admin(&self) -> Person {
        self.person_who_is("admin", Role::Admin).await
    }

    pub(crate) async fn person_who_is(&self, name: &str, role: Role) -> Person {
        let (id, now) = (UserId::new(), self.clock.now());
        let email = format!("{name}@example.org");
        let (first, rest) = name.split_at(1);
        let user = NewUser {
            id,
            username: name.to_owned(),
            username_key: name.to_lowercase(),
            email_key: email.to_lowercase(),
            email,
            first_name: format!("{}{rest}", first.to_uppercase()),
            last_name: String::new(),
            phone_number: None,
            role,
            password_hash: hashed_password().await,
            created_at: now,
        };
        let session = Session {
            id: SessionId::new(),
            user_id: id,
            kind: Kind::Graphql,
            rotates: true,
            created_at: now,
            last_used_at: now,
            expires_at: now.after(DAY * 30),
            absolute_expires_at: now.after(DAY * 90),
            revoked_at: None,
            user_agent: None,
            ip: None,
        };
        let (access, refresh) = (token::new_jti(), token::new_jti());
        let kept = RefreshToken {
            token_hash: token::hash(&refresh),
            session_id: session.id,
            issued_at: now,
            spent_at: None,
            regranted_at: None,
        };
        let conn = &mut self.store.conn().await.unwrap();
        accounts::insert(conn, &user).await.unwrap();
        sessions::insert(conn, &session).await.unwrap();
        sessions::insert_token(conn, &kept).await.unwrap();
        let sign = |kind, jti, expires_at: parlance::time::Timestamp| {
            let token =
                Token { user: id, session: session.id, jti, expires_at: expires_at.seconds() };
            self.tokens.sign(kind, &token, now).unwrap()
        };
        Person {
            id: id.uuid(),
            name: name.to_owned(),
            session: session.id.uuid(),
            refresh_token: sign(TokenType::Refresh, refresh, session.expires_at),
            // As long as a test may move the clock; access tokens that expire are tried in sessions.rs.
            client: self.stranger().with_token(&sign(
                TokenType::Access,
                access,
                session.expires_at,
            )),
        }
    }

    /// So many people who never sign in: `crowd-0`, `crowd-1` …
    pub(crate) async fn crowd(&self, size: usize) -> Vec<Id> {
        let hash = hashed_password().await;
        let now = self.clock.now();
        let ids: Vec<UserId> = (0..size).map(|_| UserId::new()).collect();
        for (part, ids) in ids.chunks(100).enumerate() {
            let rows = ids.iter().enumerate().map(|(place, id)| {
                let name = format!("crowd-{}", part * 100 + place);
                format!(
                    "({}, '{name}', '{name}', '{name}@example.org', '{name}@example.org', '', '', 'GUEST', '{hash}', {})",
                    id.literal(),
                    now.literal(),
                )
            });
            let rows = rows.collect::<Vec<_>>().join(", ");
            self.writes(&format!(
                "INSERT INTO users (id, username, username_key, email, email_key, first_name, last_name, role, \
                 password_hash, created_at) VALUES {rows}"
            ))
            .await;
        }
        ids.into_iter().map(UserId::uuid).collect()
    }

    /// The conversation's durable events in order, as `1 JOINED`, `3 MESSAGE` …
    pub(crate) async fn log_of(&self, chat: Id) -> Vec<String> {
        let chat = parlance::ids::ConversationId::from(chat).literal();
        let mut log = Vec::new();
        for (table, word) in [("changes", "kind"), ("messages", "'MESSAGE'")] {
            // Padded, so that text sorts as the numbers do.
            let sql = format!(
                "SELECT CONCAT(LPAD(event_seq, 9, ' '), ' ', {word}) AS value FROM {table} WHERE conversation_id = {chat}"
            );
            let sql = if self.store.is_sqlite() {
                format!(
                    "SELECT printf('%9d %s', event_seq, {word}) AS value FROM {table} WHERE conversation_id = {chat}"
                )
            } else {
                sql
            };
            log.extend(self.reads(&sql).await.into_iter().flatten());
        }
        log.sort_unstable();
        log.into_iter().map(|line| line.trim_start().to_owned()).collect()
    }
}

const DAY: std::time::Duration = std::time::Duration::from_hours(24);

/// The hash of [`PASSWORD`], made once for all tests.
async fn hashed_password() -> String {
    static HASH: OnceCell<String> = OnceCell::const_new();
    let hash =
        HASH.get_or_init(async || Passwords::default().hash(PASSWORD.to_owned()).await.unwrap());
    hash.await.clone()
}

/// What the builders of conversations ask for.
const CONVERSATION: &str = "conversation { id kind title eventSeq messageSeq } eventSeq";

/// What the builders of messages ask for.
const MESSAGE: &str = "message { id seq body revision } eventSeq";

/// What people do. What can only be done rightly answers what came of it; the rest answers an [`Answer`], to be
/// told `.succeeds()` or `.fails_with("…")`.
impl Person {
    /// The same person, asking through another instance of the server.
    pub(crate) fn through(&self, app: &TestApp) -> Self {
        let client = app.stranger().with_token(self.client.token().unwrap());
        Self { client, ..self.clone() }
    }

    /// A direct conversation.
    pub(crate) async fn starts_a_conversation_with(&self, other: &Person) -> Id {
        let input = json!({ "userId": other.id });
        self.does("startDirectConversation", input, CONVERSATION)
            .await
            .id("startDirectConversation.conversation.id")
    }

    /// A group without a title.
    pub(crate) async fn starts_a_group_with(&self, others: &[&Person]) -> Id {
        self.tries_to_start_a_group(ids(others), None)
            .await
            .id("createConversation.conversation.id")
    }

    /// A group with a title.
    pub(crate) async fn starts_a_group_called(&self, title: &str, others: &[&Person]) -> Id {
        self.tries_to_start_a_group(ids(others), Some(title))
            .await
            .id("createConversation.conversation.id")
    }

    pub(crate) async fn tries_to_start_a_group(
        &self,
        others: Vec<Id>,
        title: Option<&str>,
    ) -> Answer {
        let input = json!({ "participantIds": others, "title": title });
        self.does("createConversation", input, CONVERSATION).await
    }

    /// A message that is accepted.
    pub(crate) async fn sends(&self, chat: Id, body: &str) -> Sent {
        sent(&self.tries_to_send(chat, body).await)
    }

    pub(crate) async fn tries_to_send(&self, chat: Id, body: &str) -> Answer {
        self.sends_with(chat, body, json!({})).await
    }

    /// A message with more of its input: `json!({ "clientMessageId": id, "replyToId": other })`.
    pub(crate) async fn sends_with(&self, chat: Id, body: &str, more: Value) -> Answer {
        let mut input = json!({ "conversationId": chat, "body": body });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.does("sendMessage", input, &format!("{MESSAGE} deduplicated")).await
    }

    /// A reply that is accepted.
    pub(crate) async fn replies(&self, chat: Id, to: Sent, body: &str) -> Sent {
        sent(&self.sends_with(chat, body, json!({ "replyToId": to.id })).await)
    }

    pub(crate) async fn edits(&self, message: Id, body: &str) -> Answer {
        self.does("editMessage", json!({ "id": message, "body": body }), MESSAGE).await
    }

    pub(crate) async fn deletes(&self, message: Id) -> Answer {
        self.does("deleteMessage", json!({ "id": message }), MESSAGE).await
    }

    pub(crate) async fn reads_up_to(&self, chat: Id, seq: i64) -> Answer {
        let input = json!({ "conversationId": chat, "upToSeq": seq });
        self.does("markRead", input, "conversation { id readSeq unreadCount }").await
    }

    pub(crate) async fn adds(&self, chat: Id, people: &[&Person]) -> Answer {
        let input = json!({ "conversationId": chat, "userIds": ids(people) });
        self.does("addParticipants", input, CONVERSATION).await
    }

    pub(crate) async fn removes(&self, chat: Id, person: &Person) -> Answer {
        let input = json!({ "conversationId": chat, "userId": person.id });
        self.does("removeParticipant", input, CONVERSATION).await
    }

    pub(crate) async fn leaves(&self, chat: Id) -> Answer {
        self.does("leaveConversation", json!({ "conversationId": chat }), "conversationId eventSeq")
            .await
    }

    pub(crate) async fn makes(&self, chat: Id, person: &Person, role: &str) -> Answer {
        let input = json!({ "conversationId": chat, "userId": person.id, "role": role });
        self.does("setMemberRole", input, CONVERSATION).await
    }

    pub(crate) async fn renames(&self, chat: Id, title: Option<&str>) -> Answer {
        self.does("updateConversation", json!({ "id": chat, "title": title }), CONVERSATION).await
    }

    pub(crate) async fn ends(&self, chat: Id) -> Answer {
        self.does("deleteConversation", json!({ "id": chat }), "conversationId eventSeq").await
    }

    /// A subscription of theirs that stays open and says nothing; one for each app.
    pub(crate) async fn listens(&self, app: &TestApp) -> String {
        let made = self.tries_to_start_a_group(app.crowd(1).await, None).await;
        let chat = made.id("createConversation.conversation.id");
        format!("subscription {{ messageAdded(conversationId: \"{chat}\") {{ id }} }}")
    }

    /// These fields of a conversation: `ann.sees(chat, "eventSeq title").await.gives("conversation.title")`.
    pub(crate) async fn sees(&self, chat: Id, fields: &str) -> Answer {
        let document = format!("query C($id: ID!) {{ conversation(id: $id) {{ {fields} }} }}");
        self.asks(document, json!({ "id": chat })).await
    }

    /// These fields of a message.
    pub(crate) async fn sees_message(&self, message: Id, fields: &str) -> Answer {
        let document = format!("query M($id: ID!) {{ message(id: $id) {{ {fields} }} }}");
        self.asks(document, json!({ "id": message })).await
    }
}

/// The message that an answer of `sendMessage` tells of.
#[track_caller]
fn sent(answer: &Answer) -> Sent {
    Sent {
        id: answer.id("sendMessage.message.id"),
        seq: answer.number("sendMessage.message.seq"),
        event_seq: answer.number("sendMessage.eventSeq"),
    }
}

fn ids(people: &[&Person]) -> Vec<Id> {
    people.iter().map(|person| person.id).collect()
}
