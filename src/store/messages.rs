//! Messages. The primary key (conversation, seq) makes a page of history one range.

use std::{cmp::Ordering, collections::BTreeMap};

use diesel::{
    prelude::*,
    sql_types::{BigInt, Binary, Timestamp as Moment},
};

use super::{
    Conn, StoreError,
    conn::{Statement, Value, any_of, columns, instr, known, lower},
    schema::{conversations, members, messages},
};
use crate::{
    ids::{ClientId, ConversationId, MessageId, UserId},
    time::Timestamp,
};

/// One message; a deleted one is a tombstone with an empty body.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = messages)]
pub struct Message {
    pub conversation_id: ConversationId,
    /// Its number in the conversation, from 1, without holes.
    pub seq: i64,
    /// The number of the event by which it was sent.
    pub event_seq: i64,
    /// The number of the event that changed it last.
    pub changed_event_seq: Option<i64>,
    pub id: MessageId,
    pub sender_id: UserId,
    pub client_message_id: Option<ClientId>,
    /// What was asked for under the client's id: conversation, body, reply.
    pub client_hash: Option<Vec<u8>>,
    pub body: String,
    pub reply_to_seq: Option<i64>,
    pub sent_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    /// 1 at first, one more for each edit and for the deletion.
    pub revision: i64,
}

/// Which messages are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MessageFilter {
    pub sender: Option<UserId>,
    pub sent_after: Option<Timestamp>,
    pub sent_before: Option<Timestamp>,
    /// Lower-case text that the body contains.
    pub body_contains: Option<String>,
    pub include_deleted: bool,
}

/// The columns of a [`Message`] in its order, of `messages AS m`.
pub(super) const COLUMNS: &str = "m.conversation_id, m.seq, m.event_seq, m.changed_event_seq, m.id, \
    m.sender_id, m.client_message_id, m.client_hash, m.body, m.reply_to_seq, m.sent_at, \
    m.edited_at, m.deleted_at, m.revision";

/// Without being told, MySQL walks the whole history by the index of events to get to a number.
pub(super) const BY_NUMBER: &str = "/*! FORCE INDEX (PRIMARY) */";

/// How many of the newest messages of a conversation are looked at for what somebody has not
/// read: their own, of which there may be any number, are passed over one by one.
pub const UNREAD_SPAN: i64 = 4_000;

/// How many conversations are asked in one statement for messages by their numbers.
const JOINED: usize = 100;

/// Adds messages, which all have their numbers.
pub async fn insert_many(conn: &mut Conn, rows: &[Message]) -> Result<(), StoreError> {
    let rows = rows.to_vec();
    match conn {
        Conn::Mysql(c) => {
            let insert = diesel::insert_into(messages::table).values(rows);
            diesel_async::RunQueryDsl::execute(insert, c).await?;
        }
        // Row by row, as each is then the same statement; on the thread for it once.
        Conn::Sqlite(c) => {
            let insert = move |c: &mut SqliteConnection| {
                for row in &rows {
                    diesel::insert_into(messages::table).values(row).execute(c)?;
                }
                Ok(())
            };
            c.spawn_blocking(insert).await?;
        }
    }
    Ok(())
}

/// The messages that are in conversations this person takes part in.
macro_rules! seen_by {
    ($user:expr) => {
        messages::table
            .inner_join(members::table.on(members::conversation_id.eq(messages::conversation_id)))
            .inner_join(conversations::table.on(conversations::id.eq(messages::conversation_id)))
            .filter(members::user_id.eq($user))
            .filter(members::left_at.is_null())
            .filter(conversations::deleted_at.is_null())
    };
}

/// These messages, as far as this person may see them; in no order.
pub async fn find_many_seen(
    conn: &mut Conn,
    ids: &[MessageId],
    viewer: UserId,
) -> Result<Vec<Message>, StoreError> {
    let seen = seen_by!(viewer).filter(any_of(messages::id, ids));
    conn.fetch_all(seen.select(columns::<Message>())).await
}

/// What this person sent under an id of theirs, as far as they may still see it.
pub async fn find_own_by_client_id(
    conn: &mut Conn,
    sender: UserId,
    client_id: ClientId,
) -> Result<Option<Message>, StoreError> {
    let mine = seen_by!(sender)
        .filter(messages::sender_id.eq(sender))
        .filter(messages::client_message_id.eq(Some(client_id)));
    conn.fetch_optional(mine.select(columns::<Message>())).await
}

/// These messages, whoever may see them; in no order.
pub async fn find_many(conn: &mut Conn, ids: &[MessageId]) -> Result<Vec<Message>, StoreError> {
    let found = messages::table.filter(any_of(messages::id, ids));
    conn.fetch_all(found.select(columns::<Message>())).await
}

/// The messages with these numbers in a conversation, whoever may see them; in no order.
pub async fn list_by_seqs(
    conn: &mut Conn,
    conversation: ConversationId,
    seqs: &[i64],
) -> Result<Vec<Message>, StoreError> {
    let found = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(any_of(messages::seq, seqs));
    conn.fetch_all(found.select(columns::<Message>())).await
}

/// The messages with these numbers in these conversations, as far as this person takes part
/// in them; in no order.
pub async fn find_by_seqs(
    conn: &mut Conn,
    viewer: UserId,
    wanted: &[(ConversationId, i64)],
) -> Result<Vec<Message>, StoreError> {
    let mut seqs: BTreeMap<ConversationId, Vec<Value>> = BTreeMap::new();
    for (id, seq) in wanted {
        seqs.entry(*id).or_default().push(Value::Number(*seq));
    }
    let each: Vec<_> = seqs.into_iter().collect();
    let mut found = Vec::with_capacity(wanted.len());
    for some in each.chunks(JOINED) {
        let none = &(nowhere(), vec![Value::Number(0)]);
        let statement = Statement::of_each(some, none, |statement, (id, seqs)| {
            statement.add("SELECT ", []);
            statement.add(COLUMNS, []);
            statement.add(" FROM messages AS m WHERE ", []);
            taken_part_in(statement, *id, viewer);
            statement.add_list(" AND seq IN ", seqs);
        });
        found.extend(conn.fetch_all::<Message, Statement<messages::SqlType>>(statement).await?);
    }
    Ok(found)
}

/// How many messages of these conversations a filter lets through.
pub async fn count(
    conn: &mut Conn,
    conversations: &[ConversationId],
    filter: &MessageFilter,
) -> Result<i64, StoreError> {
    let MessageFilter { sender, sent_after, sent_before, body_contains, include_deleted } =
        filter.clone();
    let (no_sender, no_text) = (sender.is_none(), body_contains.is_none());
    let sender = sender.unwrap_or(uuid::Uuid::nil().into());
    let text = instr(lower(messages::body.nullable()), body_contains.unwrap_or_default());
    let found = messages::table
        .filter(any_of(messages::conversation_id, conversations))
        .filter(messages::sender_id.eq(sender).or(known(no_sender)))
        .filter(messages::sent_at.gt(sent_after.unwrap_or(Timestamp::earliest())))
        .filter(messages::sent_at.lt(sent_before.unwrap_or(Timestamp::latest())))
        .filter(text.gt(0).or(known(no_text)))
        .filter(messages::deleted_at.is_null().or(known(include_deleted)));
    conn.fetch_one(found.count()).await
}

/// A place among the messages of many conversations: when it was sent, then where.
pub type Place = (Timestamp, ConversationId, i64);

/// Where a part of a conversation ends, not included.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// With the conversation.
    Open,
    /// At a number.
    Seq(i64),
    /// At a place among many conversations.
    Place(Place),
}

/// Which part of each conversation is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Between {
    pub low: End,
    pub high: End,
    /// From the newest down, or from the oldest up.
    pub newest_first: bool,
    pub limit: i64,
}

/// The first so many messages of each of these conversations that a filter lets through,
/// as far as this person takes part in them.
pub async fn list_of_each(
    conn: &mut Conn,
    viewer: UserId,
    conversations: &[ConversationId],
    filter: &MessageFilter,
    between: Between,
) -> Result<Vec<Message>, StoreError> {
    if conversations.is_empty() {
        return Ok(Vec::new());
    }
    let columns = |statement: &mut Statement<_>, _| statement.add(COLUMNS, []);
    let statement = windows::<messages::SqlType>(columns, viewer, conversations, filter, between);
    conn.fetch_all(statement).await
}

/// The same messages, each with the number of its conversation's newest event at that moment.
pub async fn list_with_heads(
    conn: &mut Conn,
    viewer: UserId,
    conversations: &[ConversationId],
    filter: &MessageFilter,
    between: Between,
) -> Result<Vec<(Message, i64)>, StoreError> {
    if conversations.is_empty() {
        return Ok(Vec::new());
    }
    let columns = |statement: &mut Statement<_>, id: ConversationId| {
        statement.add(COLUMNS, []);
        // Of the conversation by its id, not by the message's: it is read once, not for each row.
        let id = [Value::id(id.uuid())];
        statement.add(", (SELECT event_seq FROM conversations WHERE id = ?) AS head", id);
    };
    let statement =
        windows::<(messages::SqlType, BigInt)>(columns, viewer, conversations, filter, between);
    conn.fetch_all(statement).await
}

/// The places of the same messages.
pub async fn list_places_of_each(
    conn: &mut Conn,
    viewer: UserId,
    conversations: &[ConversationId],
    filter: &MessageFilter,
    between: Between,
) -> Result<Vec<Place>, StoreError> {
    if conversations.is_empty() {
        return Ok(Vec::new());
    }
    let columns =
        |statement: &mut Statement<_>, _| statement.add("sent_at, conversation_id, seq", []);
    let statement =
        windows::<(Moment, Binary, BigInt)>(columns, viewer, conversations, filter, between);
    conn.fetch_all(statement).await
}

/// The statement of the three above.
fn windows<ST>(
    columns: impl Fn(&mut Statement<ST>, ConversationId),
    viewer: UserId,
    conversations: &[ConversationId],
    filter: &MessageFilter,
    between: Between,
) -> Statement<ST> {
    let Between { low, high, newest_first, limit } = between;
    let statement = Statement::of_each(conversations, &nowhere(), |statement, id| {
        statement.add("SELECT ", []);
        columns(statement, *id);
        statement.add(" FROM messages AS m WHERE ", []);
        taken_part_in(statement, *id, viewer);
        match low {
            End::Open => {}
            End::Seq(seq) => statement.add(" AND seq > ?", [Value::Number(seq)]),
            End::Place(place) => beyond(statement, '>', *id, Ordering::Greater, place),
        }
        match high {
            End::Open => {}
            End::Seq(seq) => statement.add(" AND seq < ?", [Value::Number(seq)]),
            End::Place(place) => beyond(statement, '<', *id, Ordering::Less, place),
        }
        if let Some(sender) = filter.sender {
            statement.add(" AND sender_id = ?", [Value::id(sender.uuid())]);
        }
        if let Some(at) = filter.sent_after {
            statement.add(" AND sent_at > ?", [Value::Moment(at)]);
        }
        if let Some(at) = filter.sent_before {
            statement.add(" AND sent_at < ?", [Value::Moment(at)]);
        }
        if let Some(text) = &filter.body_contains {
            statement.add(" AND instr(lower(body), ?) > 0", [Value::Text(text.clone())]);
        }
        if !filter.include_deleted {
            statement.add(" AND deleted_at IS NULL", []);
        }
        let order = if newest_first { "DESC" } else { "ASC" };
        statement.add(&format!(" ORDER BY seq {order} LIMIT ?"), [Value::Number(limit)]);
    });
    let is_place = |end| matches!(end, End::Place(_));
    let is_usual = *filter == MessageFilter::default() && !is_place(low) && !is_place(high);
    if is_usual && conversations.len() == 1 { statement.kept() } else { statement }
}

/// Text as a literal that both databases compare byte by byte, whatever is in it.
pub(super) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(2 * text.len() + 3);
    literal.push_str("x'");
    for byte in text.bytes() {
        for digit in [byte >> 4, byte & 15] {
            literal.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    literal.push('\'');
    literal
}

/// No conversation.
pub(super) fn nowhere() -> ConversationId {
    uuid::Uuid::nil().into()
}

/// The rows of a conversation, if this person takes part in it.
pub(super) fn taken_part_in<ST>(
    statement: &mut Statement<ST>,
    conversation: ConversationId,
    viewer: UserId,
) {
    let (conversation, viewer) = (Value::id(conversation.uuid()), Value::id(viewer.uuid()));
    statement.add(
        "conversation_id = ? AND EXISTS (SELECT 1 FROM members AS own \
         WHERE own.conversation_id = ? AND own.user_id = ? AND own.left_at IS NULL)",
        [conversation.clone(), conversation, viewer],
    );
}

/// What of one conversation lies beyond a place in the order (sent, conversation, seq).
fn beyond<ST>(
    statement: &mut Statement<ST>,
    sign: char,
    own: ConversationId,
    beyond: Ordering,
    (at, other, seq): Place,
) {
    match own.cmp(&other) {
        // Within a conversation the order of the numbers is the order of sending.
        Ordering::Equal => statement.add(&format!(" AND seq {sign} ?"), [Value::Number(seq)]),
        side if side == beyond => {
            statement.add(&format!(" AND sent_at {sign}= ?"), [Value::Moment(at)]);
        }
        _ => statement.add(&format!(" AND sent_at {sign} ?"), [Value::Moment(at)]),
    }
}

/// The newest undeleted message of each of these conversations, as far as this person
/// takes part in them.
pub async fn list_last_of_each(
    conn: &mut Conn,
    viewer: UserId,
    conversations: &[ConversationId],
) -> Result<Vec<Message>, StoreError> {
    let newest = Between { low: End::Open, high: End::Open, newest_first: true, limit: 1 };
    list_of_each(conn, viewer, conversations, &MessageFilter::default(), newest).await
}

/// For each conversation, how many messages of others after a number are not deleted,
/// counting to `most` and no further; in the same order.
pub async fn count_unread(
    conn: &mut Conn,
    reader: UserId,
    read: &[(ConversationId, i64)],
    most: i64,
) -> Result<Vec<i64>, StoreError> {
    if read.is_empty() {
        return Ok(Vec::new());
    }
    let mut place = -1;
    let statement = Statement::<(BigInt, BigInt)>::of_each(
        read,
        &(nowhere(), 0),
        |each, (id, seq)| {
            place += 1;
            each.add(
                &format!("SELECT {place} AS place, COUNT(*) FROM (SELECT 1 FROM messages {BY_NUMBER} WHERE "),
                [],
            );
            taken_part_in(each, *id, reader);
            each.add(
                " AND seq > ? AND sender_id <> ? AND deleted_at IS NULL LIMIT ?) AS one",
                [Value::Number(*seq), Value::id(reader.uuid()), Value::Number(most)],
            );
        },
    );
    let mut found: Vec<(i64, i64)> = conn.fetch_all(statement.kept()).await?;
    found.sort_unstable();
    Ok(found.into_iter().map(|(_, count)| count).take(read.len()).collect())
}

/// Writes new words.
pub async fn update_body(conn: &mut Conn, message: &Message) -> Result<(), StoreError> {
    let row = messages::table.find((message.conversation_id, message.seq));
    let new = (
        messages::body.eq(message.body.clone()),
        messages::edited_at.eq(message.edited_at),
        messages::deleted_at.eq(message.deleted_at),
        messages::revision.eq(message.revision),
        messages::changed_event_seq.eq(message.changed_event_seq),
    );
    conn.execute(diesel::update(row).set(new)).await?;
    Ok(())
}
