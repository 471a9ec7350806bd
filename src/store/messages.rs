//! Messages. The primary key (conversation, seq) makes a page of history one range.

use std::{cmp::Ordering, collections::BTreeMap, fmt::Write};

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Binary},
};

use super::{
    Conn, StoreError,
    conn::{columns, instr, known, lower},
    schema::{conversations, members, messages},
};
use crate::{
    ids::{ClientId, ConversationId, MessageId, UserId},
    time::Timestamp,
};

/// One message; a deleted one is a tombstone with an empty body.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, QueryableByName)]
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

/// How many conversations are asked in one statement for messages by their numbers.
const JOINED: usize = 100;

/// Adds messages, which all have their numbers.
pub async fn insert_many(conn: &mut Conn, rows: &[Message]) -> Result<(), StoreError> {
    let insert = diesel::insert_into(messages::table).values(rows.to_vec());
    match conn {
        Conn::Mysql(c) => {
            diesel_async::RunQueryDsl::execute(insert, c).await?;
        }
        Conn::Sqlite(_) => {
            for row in rows {
                conn.execute(diesel::insert_into(messages::table).values(row)).await?;
            }
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
    let seen = seen_by!(viewer).filter(messages::id.eq_any(ids.to_vec()));
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

/// What these people sent under these ids of theirs, wherever it is.
pub async fn find_by_client_ids(
    conn: &mut Conn,
    senders: &[UserId],
    client_ids: &[ClientId],
) -> Result<Vec<Message>, StoreError> {
    let sent = messages::table
        .filter(messages::sender_id.eq_any(senders.to_vec()))
        .filter(messages::client_message_id.eq_any(client_ids.to_vec()));
    conn.fetch_all(sent.select(columns::<Message>())).await
}

/// These messages, whoever may see them; in no order.
pub async fn find_many(conn: &mut Conn, ids: &[MessageId]) -> Result<Vec<Message>, StoreError> {
    let found = messages::table.filter(messages::id.eq_any(ids.to_vec()));
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
        .filter(messages::seq.eq_any(seqs.to_vec()));
    conn.fetch_all(found.select(columns::<Message>())).await
}

/// The messages with these numbers in these conversations, as far as this person takes part
/// in them; in no order.
pub async fn find_by_seqs(
    conn: &mut Conn,
    viewer: UserId,
    wanted: &[(ConversationId, i64)],
) -> Result<Vec<Message>, StoreError> {
    let mut seqs: BTreeMap<ConversationId, Vec<String>> = BTreeMap::new();
    for (id, seq) in wanted {
        seqs.entry(*id).or_default().push(seq.to_string());
    }
    let each = seqs.into_iter().map(|(id, seqs)| {
        let (part, seqs) = (taken_part_in(id, viewer), seqs.join(", "));
        format!("SELECT * FROM messages WHERE {part} AND seq IN ({seqs})")
    });
    let each: Vec<_> = each.collect();
    let mut found = Vec::with_capacity(wanted.len());
    for some in each.chunks(JOINED) {
        found.extend(
            conn.fetch_all::<Message, _>(diesel::sql_query(some.join(" UNION ALL "))).await?,
        );
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
        .filter(messages::conversation_id.eq_any(conversations.to_vec()))
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
    match of_each("*", viewer, conversations, filter, between)? {
        Some(query) => conn.fetch_all(diesel::sql_query(query)).await,
        None => Ok(Vec::new()),
    }
}

#[derive(QueryableByName)]
#[diesel(table_name = messages)]
struct Placed {
    sent_at: Timestamp,
    conversation_id: ConversationId,
    seq: i64,
}

/// The places of the same messages.
pub async fn list_places_of_each(
    conn: &mut Conn,
    viewer: UserId,
    conversations: &[ConversationId],
    filter: &MessageFilter,
    between: Between,
) -> Result<Vec<Place>, StoreError> {
    let columns = "sent_at, conversation_id, seq";
    let Some(query) = of_each(columns, viewer, conversations, filter, between)? else {
        return Ok(Vec::new());
    };
    let rows: Vec<Placed> = conn.fetch_all(diesel::sql_query(query)).await?;
    Ok(rows.into_iter().map(|row| (row.sent_at, row.conversation_id, row.seq)).collect())
}

/// The query of the two above; `None` if there is nothing to ask.
fn of_each(
    columns: &str,
    viewer: UserId,
    conversations: &[ConversationId],
    filter: &MessageFilter,
    between: Between,
) -> Result<Option<String>, StoreError> {
    let Between { low, high, newest_first, limit } = between;
    let mut query = String::new();
    for id in conversations {
        if !query.is_empty() {
            query.push_str(" UNION ALL ");
        }
        let mut wanted = taken_part_in(*id, viewer);
        let mut and = |condition: String| {
            wanted.push_str(" AND ");
            wanted.push_str(&condition);
        };
        match low {
            End::Open => {}
            End::Seq(seq) => and(format!("seq > {seq}")),
            End::Place(place) => and(beyond('>', *id, Ordering::Greater, place)),
        }
        match high {
            End::Open => {}
            End::Seq(seq) => and(format!("seq < {seq}")),
            End::Place(place) => and(beyond('<', *id, Ordering::Less, place)),
        }
        if let Some(sender) = filter.sender {
            and(format!("sender_id = {}", sender.literal()));
        }
        if let Some(at) = filter.sent_after {
            and(format!("sent_at > {}", at.literal()));
        }
        if let Some(at) = filter.sent_before {
            and(format!("sent_at < {}", at.literal()));
        }
        if let Some(text) = &filter.body_contains {
            and(format!("instr(lower(body), {}) > 0", literal(text)));
        }
        if !filter.include_deleted {
            and("deleted_at IS NULL".to_owned());
        }
        let order = if newest_first { "DESC" } else { "ASC" };
        let done = write!(
            query,
            "SELECT * FROM (SELECT {columns} FROM messages WHERE {wanted} \
             ORDER BY seq {order} LIMIT {limit}) AS one"
        );
        done.map_err(|error| StoreError::Other(error.to_string()))?;
    }
    Ok(Some(query).filter(|query| !query.is_empty()))
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

/// The rows of a conversation, if this person takes part in it.
pub(super) fn taken_part_in(conversation: ConversationId, viewer: UserId) -> String {
    let (conversation, viewer) = (conversation.literal(), viewer.literal());
    format!(
        "conversation_id = {conversation} AND EXISTS (SELECT 1 FROM members AS own \
         WHERE own.conversation_id = {conversation} AND own.user_id = {viewer} \
         AND own.left_at IS NULL)"
    )
}

/// What of one conversation lies beyond a place in the order (sent, conversation, seq).
fn beyond(sign: char, own: ConversationId, beyond: Ordering, (at, other, seq): Place) -> String {
    let at = at.literal();
    match own.cmp(&other) {
        // Within a conversation the order of the numbers is the order of sending.
        Ordering::Equal => format!("seq {sign} {seq}"),
        side if side == beyond => format!("sent_at {sign}= {at}"),
        _ => format!("sent_at {sign} {at}"),
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

#[derive(QueryableByName)]
struct Unread {
    #[diesel(sql_type = Binary)]
    conversation_id: ConversationId,
    #[diesel(sql_type = BigInt)]
    unread: i64,
}

/// For each conversation, how many messages of others after a number are not deleted,
/// counting to `most` and no further.
pub async fn count_unread(
    conn: &mut Conn,
    reader: UserId,
    read: &[(ConversationId, i64)],
    most: i64,
) -> Result<Vec<(ConversationId, i64)>, StoreError> {
    let each = read.iter().map(|(id, seq)| {
        let (part, id, reader) = (taken_part_in(*id, reader), id.literal(), reader.literal());
        // Without being told, MySQL walks the whole history by the index of events to get there.
        format!(
            "SELECT {id} AS conversation_id, COUNT(*) AS unread FROM \
             (SELECT 1 FROM messages /*! FORCE INDEX (PRIMARY) */ WHERE {part} AND seq > {seq} \
             AND sender_id <> {reader} AND deleted_at IS NULL LIMIT {most}) AS one"
        )
    });
    let each = each.collect::<Vec<_>>().join(" UNION ALL ");
    if each.is_empty() {
        return Ok(Vec::new());
    }
    let counts: Vec<Unread> = conn.fetch_all(diesel::sql_query(each)).await?;
    Ok(counts.into_iter().map(|row| (row.conversation_id, row.unread)).collect())
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
