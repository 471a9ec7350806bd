//! What administrators see of all tables: who, when, where and how many; never what was
//! written. Each list is newest first, in the order of ids, which are made in the order of
//! time: no list needs an index of its own.

use diesel::{QueryableByName, prelude::*};

use super::{
    Conn, StoreError,
    accounts::User,
    conn::{columns, instr, known, lower},
    conversations::Conversation,
    schema::{audit_log, conversations, members, messages, sessions, users},
    sessions::Session,
};
use crate::{
    ids::{AuditId, ConversationId, MessageId, SessionId, UserId},
    time::Timestamp,
};

/// A part of a list that goes on: what comes before an id, and at most how many.
#[derive(Clone, Copy, Debug)]
pub struct Older<I> {
    pub than: Option<I>,
    pub limit: i64,
}

impl<I: From<uuid::Uuid>> Older<I> {
    /// The id that all of them lie before.
    fn bound(self) -> I {
        self.than.unwrap_or_else(|| uuid::Uuid::max().into())
    }
}

/// A message, without its words.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub struct MessageLine {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    pub sender_id: UserId,
    pub sent_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

/// A line of the audit log as it is read.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = audit_log)]
pub struct AuditLine {
    pub id: AuditId,
    pub at: Timestamp,
    pub action: String,
    pub actor_id: Option<UserId>,
    pub subject_id: Option<UserId>,
    pub ip: Option<String>,
    pub detail: Option<String>,
}

/// People, deleted ones too; only those whose user name, e-mail or a name contains this
/// lower-case text.
pub async fn list_users(
    conn: &mut Conn,
    search: Option<String>,
    older: Older<UserId>,
) -> Result<Vec<User>, StoreError> {
    let all = search.is_none();
    let search = search.unwrap_or_default();
    let found = instr(lower(users::username.nullable()), search.clone())
        .gt(0)
        .or(instr(lower(users::email.nullable()), search.clone()).gt(0))
        .or(instr(lower(users::first_name.nullable()), search.clone()).gt(0))
        .or(instr(lower(users::last_name.nullable()), search).gt(0));
    let rows = users::table
        .filter(users::id.lt(older.bound()))
        .filter(found.or(known(all)))
        .order(users::id.desc())
        .limit(older.limit);
    conn.fetch_all(rows.select(columns::<User>())).await
}

/// Conversations, ended ones too; only those that this person takes part in now.
pub async fn list_conversations(
    conn: &mut Conn,
    of: Option<UserId>,
    older: Older<ConversationId>,
) -> Result<Vec<Conversation>, StoreError> {
    let rows = conversations::table
        .filter(conversations::id.lt(older.bound()))
        .order(conversations::id.desc())
        .limit(older.limit)
        .select(columns::<Conversation>());
    let Some(of) = of else { return conn.fetch_all(rows).await };
    let theirs = members::table
        .filter(members::user_id.eq(of))
        .filter(members::left_at.is_null())
        .select(members::conversation_id);
    conn.fetch_all(rows.filter(conversations::id.eq_any(theirs))).await
}

/// How many people are in each of these conversations; of one without any there is nothing.
pub async fn count_members(
    conn: &mut Conn,
    ids: &[ConversationId],
) -> Result<Vec<(ConversationId, i64)>, StoreError> {
    let counted = members::table
        .filter(members::conversation_id.eq_any(ids.to_vec()))
        .filter(members::left_at.is_null())
        .group_by(members::conversation_id)
        .select((members::conversation_id, diesel::dsl::count_star()));
    conn.fetch_all(counted).await
}

/// Who has been in each of these conversations for the longest, at most so many of each, in
/// the order they joined.
pub async fn list_first_members(
    conn: &mut Conn,
    ids: &[ConversationId],
    limit: i64,
) -> Result<Vec<(ConversationId, UserId)>, StoreError> {
    #[derive(QueryableByName)]
    #[diesel(table_name = members)]
    struct Row {
        conversation_id: ConversationId,
        user_id: UserId,
        joined_event_seq: i64,
    }
    let each = ids.iter().map(|id| {
        format!(
            "SELECT * FROM (SELECT conversation_id, user_id, joined_event_seq FROM members \
             WHERE conversation_id = {} AND left_at IS NULL \
             ORDER BY joined_event_seq LIMIT {limit}) AS one",
            id.literal()
        )
    });
    let each = each.collect::<Vec<_>>().join(" UNION ALL ");
    if each.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: Vec<Row> = conn.fetch_all(diesel::sql_query(each)).await?;
    rows.sort_unstable_by_key(|row| row.joined_event_seq);
    Ok(rows.into_iter().map(|row| (row.conversation_id, row.user_id)).collect())
}

/// Messages, deleted ones too; only those of this conversation or of this sender.
pub async fn list_messages(
    conn: &mut Conn,
    conversation: Option<ConversationId>,
    sender: Option<UserId>,
    older: Older<MessageId>,
) -> Result<Vec<MessageLine>, StoreError> {
    let rows = messages::table
        .filter(messages::id.lt(older.bound()))
        .order(messages::id.desc())
        .limit(older.limit)
        .select(columns::<MessageLine>());
    match (conversation, sender) {
        (None, None) => conn.fetch_all(rows).await,
        (Some(conversation), None) => {
            conn.fetch_all(rows.filter(messages::conversation_id.eq(conversation))).await
        }
        (None, Some(sender)) => conn.fetch_all(rows.filter(messages::sender_id.eq(sender))).await,
        (Some(conversation), Some(sender)) => {
            let both = messages::conversation_id.eq(conversation);
            conn.fetch_all(rows.filter(both.and(messages::sender_id.eq(sender)))).await
        }
    }
}

/// Sessions that are not over, of people who may sign in; only those of this person.
pub async fn list_sessions(
    conn: &mut Conn,
    of: Option<UserId>,
    now: Timestamp,
    older: Older<SessionId>,
) -> Result<Vec<(Session, User)>, StoreError> {
    let rows = sessions::table
        .inner_join(users::table)
        .filter(sessions::id.lt(older.bound()))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(users::disabled_at.is_null())
        .filter(users::deleted_at.is_null())
        .order(sessions::id.desc())
        .limit(older.limit)
        .select((columns::<Session>(), columns::<User>()));
    match of {
        Some(user) => conn.fetch_all(rows.filter(sessions::user_id.eq(user))).await,
        None => conn.fetch_all(rows).await,
    }
}

/// Lines of the audit log; only those that this person wrote or is the subject of.
pub async fn list_audit(
    conn: &mut Conn,
    about: Option<UserId>,
    older: Older<AuditId>,
) -> Result<Vec<AuditLine>, StoreError> {
    let rows = audit_log::table
        .filter(audit_log::id.lt(older.bound()))
        .order(audit_log::id.desc())
        .limit(older.limit)
        .select(columns::<AuditLine>());
    match about {
        Some(user) => {
            let subject = audit_log::subject_id.eq(Some(user));
            conn.fetch_all(rows.filter(subject.or(audit_log::actor_id.eq(Some(user))))).await
        }
        None => conn.fetch_all(rows).await,
    }
}
