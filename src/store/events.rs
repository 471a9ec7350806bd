//! The whole log of a conversation: its messages and its changes by `event_seq`, as those
//! who follow it read it. Each question is one statement, so that what it answers is of one
//! moment.

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Binary, Nullable, Text, Timestamp as Moment},
};

use super::{
    Conn, StoreError,
    changes::ChangeKind,
    conn::{Statement, Value, any_of, columns},
    conversations::Conversation,
    members::{Member, MemberRole},
    messages::Message,
    schema::{changes, conversations, members, messages},
};
use crate::{
    ids::{ConversationId, MessageId, UserId},
    time::Timestamp,
};

/// One row of the log.
#[derive(Clone, Debug, Queryable)]
pub struct Row {
    pub event_seq: i64,
    /// `None` for a new message.
    pub kind: Option<ChangeKind>,
    /// Who did it.
    pub actor_id: UserId,
    /// The person it happened to.
    pub subject_id: Option<UserId>,
    pub at: Timestamp,
    /// The new role or title.
    pub data: Option<String>,
    /// How far that person has read by now.
    subject_read_seq: Option<i64>,
    /// The message that was sent or changed, as it is now.
    shown: Shown,
}

#[derive(Clone, Debug, Queryable)]
pub struct Shown {
    seq: Option<i64>,
    sent_event_seq: Option<i64>,
    changed_event_seq: Option<i64>,
    id: Option<MessageId>,
    sender_id: Option<UserId>,
    body: Option<String>,
    reply_to_seq: Option<i64>,
    sent_at: Option<Timestamp>,
    edited_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
    revision: Option<i64>,
}

/// The SQL types of a [`Row`].
type Columns = (
    BigInt,
    Nullable<Text>,
    Binary,
    Nullable<Binary>,
    Moment,
    Nullable<Text>,
    Nullable<BigInt>,
    (
        Nullable<BigInt>,
        Nullable<BigInt>,
        Nullable<BigInt>,
        Nullable<Binary>,
        Nullable<Binary>,
        Nullable<Text>,
        Nullable<BigInt>,
        Nullable<Moment>,
        Nullable<Moment>,
        Nullable<Moment>,
        Nullable<BigInt>,
    ),
);

impl Row {
    /// The message that was sent or changed, as it is now.
    pub fn message(&self, conversation_id: ConversationId) -> Option<Message> {
        let shown = &self.shown;
        Some(Message {
            conversation_id,
            seq: shown.seq?,
            event_seq: shown.sent_event_seq?,
            changed_event_seq: shown.changed_event_seq,
            id: shown.id?,
            sender_id: shown.sender_id?,
            client_message_id: None,
            client_hash: None,
            body: shown.body.clone()?,
            reply_to_seq: shown.reply_to_seq,
            sent_at: shown.sent_at?,
            edited_at: shown.edited_at,
            deleted_at: shown.deleted_at,
            revision: shown.revision?,
        })
    }

    /// The person who came in or got another role, as they were then; how far they have
    /// read is as of now.
    pub fn member(&self, conversation_id: ConversationId, role: MemberRole) -> Option<Member> {
        Some(Member {
            conversation_id,
            user_id: self.subject_id?,
            role,
            joined_at: self.at,
            joined_event_seq: self.event_seq,
            read_seq: self.subject_read_seq?,
            left_at: None,
            left_event_seq: None,
        })
    }
}

/// The events numbered `after + 1` to `after + limit`, in order.
pub async fn list(
    conn: &mut Conn,
    conversation: ConversationId,
    after: i64,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let id = Value::id(conversation.uuid());
    let first = Value::Number(after.saturating_add(1));
    let last = Value::Number(after.saturating_add(limit));
    let mut statement = Statement::<Columns>::new().kept();
    statement.add(
        "SELECT m.event_seq, NULL AS kind, m.sender_id AS actor_id, NULL AS subject_id, \
         m.sent_at AS at, NULL AS data, NULL AS subject_read_seq, m.seq, \
         m.event_seq AS sent_event_seq, m.changed_event_seq, m.id, m.sender_id, m.body, \
         m.reply_to_seq, m.sent_at, m.edited_at, m.deleted_at, m.revision \
         FROM messages AS m WHERE m.conversation_id = ? AND m.event_seq BETWEEN ? AND ? \
         UNION ALL \
         SELECT c.event_seq, c.kind, c.actor_id, c.subject_id, c.at, c.data, p.read_seq, m.seq, \
         m.event_seq, m.changed_event_seq, m.id, m.sender_id, m.body, \
         m.reply_to_seq, m.sent_at, m.edited_at, m.deleted_at, m.revision \
         FROM changes AS c \
         LEFT JOIN messages AS m \
         ON m.conversation_id = c.conversation_id AND m.seq = c.message_seq \
         LEFT JOIN members AS p \
         ON p.conversation_id = c.conversation_id AND p.user_id = c.subject_id \
         WHERE c.conversation_id = ? AND c.event_seq BETWEEN ? AND ?",
        [id.clone(), first.clone(), last.clone(), id, first, last],
    );
    let mut rows: Vec<Row> = conn.fetch_all(statement).await?;
    rows.sort_unstable_by_key(|row| row.event_seq);
    Ok(rows)
}

/// How a person stands to a conversation, deleted or not, and who has left too.
#[derive(Clone, Copy, Debug, Queryable)]
pub struct Standing {
    /// The number of the newest event.
    pub event_seq: i64,
    /// The number of the newest message.
    pub message_seq: i64,
    pub deleted_at: Option<Timestamp>,
    /// The number by which the person came in last.
    pub joined_event_seq: i64,
    /// The number by which they left, if they are out.
    pub left_event_seq: Option<i64>,
}

/// See [`Standing`]; `None` for who never was in it.
pub async fn standing(
    conn: &mut Conn,
    conversation: ConversationId,
    user: UserId,
) -> Result<Option<Standing>, StoreError> {
    let both = members::table
        .inner_join(conversations::table)
        .filter(members::conversation_id.eq(conversation))
        .filter(members::user_id.eq(user))
        .select((
            conversations::event_seq,
            conversations::message_seq,
            conversations::deleted_at,
            members::joined_event_seq,
            members::left_event_seq,
        ));
    conn.fetch_optional(both).await
}

/// The number of the event by which a message was sent.
pub async fn find_event_of_message(
    conn: &mut Conn,
    conversation: ConversationId,
    seq: i64,
) -> Result<Option<i64>, StoreError> {
    let sent = messages::table.find((conversation, seq)).select(messages::event_seq);
    conn.fetch_optional(sent).await
}

/// How many messages had been sent when the log reached a number.
pub async fn find_message_seq_at(
    conn: &mut Conn,
    conversation: ConversationId,
    event_seq: i64,
) -> Result<i64, StoreError> {
    let newest = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::event_seq.le(event_seq))
        .order(messages::event_seq.desc())
        .select(messages::seq);
    Ok(conn.fetch_optional(newest).await?.unwrap_or(0))
}

/// The title that a conversation was last given up to a number, if it was given one by then.
pub async fn find_title_at(
    conn: &mut Conn,
    conversation: ConversationId,
    event_seq: i64,
) -> Result<Option<Option<String>>, StoreError> {
    let given = changes::table
        .filter(changes::conversation_id.eq(conversation))
        .filter(changes::event_seq.le(event_seq))
        .filter(changes::kind.eq(ChangeKind::Updated))
        .order(changes::event_seq.desc())
        .select(changes::data);
    conn.fetch_optional(given).await
}

/// Whether a conversation got another title after a number.
pub async fn is_renamed_after(
    conn: &mut Conn,
    conversation: ConversationId,
    event_seq: i64,
) -> Result<bool, StoreError> {
    let given = changes::table
        .filter(changes::conversation_id.eq(conversation))
        .filter(changes::event_seq.gt(event_seq))
        .filter(changes::kind.eq(ChangeKind::Updated))
        .select(changes::event_seq);
    Ok(conn.fetch_optional::<i64, _>(given).await?.is_some())
}

/// The numbers of the newest events of these conversations, deleted or not; in no order.
pub async fn list_heads(
    conn: &mut Conn,
    ids: &[ConversationId],
) -> Result<Vec<(ConversationId, i64)>, StoreError> {
    let heads = conversations::table.filter(any_of(conversations::id, ids));
    conn.fetch_all(heads.select((conversations::id, conversations::event_seq))).await
}

/// A person's place in a conversation, in numbers.
pub type Mark = (UserId, ConversationId, i64, i64, i64);

/// What these people are in: who, where, its head, how far they have read, and the number
/// by which they came in; in no order.
pub async fn list_marks(conn: &mut Conn, people: &[UserId]) -> Result<Vec<Mark>, StoreError> {
    let theirs = members::table
        .inner_join(conversations::table)
        .filter(any_of(members::user_id, people))
        .filter(members::left_at.is_null())
        .filter(conversations::deleted_at.is_null());
    let mark = (
        members::user_id,
        members::conversation_id,
        conversations::event_seq,
        members::read_seq,
        members::joined_event_seq,
    );
    conn.fetch_all(theirs.select(mark)).await
}

/// Those of these conversations that these people are in, with each membership; in no order.
pub async fn list_views(
    conn: &mut Conn,
    people: &[UserId],
    ids: &[ConversationId],
) -> Result<Vec<(Conversation, Member)>, StoreError> {
    let theirs = members::table
        .inner_join(conversations::table)
        .filter(any_of(members::conversation_id, ids))
        .filter(any_of(members::user_id, people))
        .filter(members::left_at.is_null())
        .filter(conversations::deleted_at.is_null());
    conn.fetch_all(theirs.select((columns::<Conversation>(), columns::<Member>()))).await
}

#[derive(QueryableByName)]
struct Moved {
    #[diesel(sql_type = Binary)]
    id: ConversationId,
}

/// The conversations of a person whose newest event came after a moment; in no order.
pub async fn list_moved_since(
    conn: &mut Conn,
    user: UserId,
    since: Timestamp,
) -> Result<Vec<ConversationId>, StoreError> {
    let (user, since) = (user.literal(), since.literal());
    // The newest event is a message, whose time the conversation has, or a change.
    let query = format!(
        "SELECT c.id FROM members AS m INNER JOIN conversations AS c ON c.id = m.conversation_id \
         WHERE m.user_id = {user} AND m.left_at IS NULL AND c.deleted_at IS NULL \
         AND (c.last_activity_at > {since} OR EXISTS (SELECT 1 FROM changes AS e \
         WHERE e.conversation_id = c.id AND e.event_seq = c.event_seq AND e.at > {since}))"
    );
    let moved: Vec<Moved> = conn.fetch_all(diesel::sql_query(query)).await?;
    Ok(moved.into_iter().map(|row| row.id).collect())
}

/// The conversations that a person lost after a moment, by leaving or since they ended; in
/// no order.
pub async fn list_lost_since(
    conn: &mut Conn,
    user: UserId,
    since: Timestamp,
) -> Result<Vec<ConversationId>, StoreError> {
    let lost = members::table
        .inner_join(conversations::table)
        .filter(members::user_id.eq(user))
        .filter(
            members::left_at
                .gt(Some(since))
                .or(members::left_at.is_null().and(conversations::deleted_at.gt(Some(since)))),
        )
        .select(members::conversation_id);
    conn.fetch_all(lost).await
}
