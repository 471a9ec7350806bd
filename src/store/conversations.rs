//! Conversations: who may read one is in [`super::members`], what was said in
//! [`super::messages`]. The row is also the lock and the counters of its log.

use diesel::{dsl::exists, prelude::*};

use super::{
    Conn, StoreError, Window,
    choice::choice,
    conn::{any_of, any_pair, columns, instr, known, lower},
    members::Member,
    messages::UNREAD_SPAN,
    schema::{conversations, members, messages},
};
use crate::{
    ids::{ClientId, ConversationId, UserId},
    time::Timestamp,
};

diesel::alias!(members as others: Others);

choice! {
    /// Two people for ever, or any number that changes.
    Kind {
        /// The one conversation of a pair; its members never change.
        Direct = "DIRECT",
        /// Members come and go.
        Group = "GROUP",
    }
}

/// A conversation with its counters.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = conversations)]
pub struct Conversation {
    pub id: ConversationId,
    pub kind: Kind,
    pub title: Option<String>,
    pub created_by: UserId,
    pub created_at: Timestamp,
    /// The number of the newest message.
    pub message_seq: i64,
    /// The number of the newest event.
    pub event_seq: i64,
    /// How many messages are not deleted.
    pub live_count: i64,
    pub last_activity_at: Timestamp,
    pub deleted_at: Option<Timestamp>,
}

/// A conversation to be added.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = conversations)]
pub struct NewConversation {
    pub id: ConversationId,
    pub kind: Kind,
    pub title: Option<String>,
    pub direct_key: Option<Vec<u8>>,
    pub created_by: UserId,
    pub client_conversation_id: Option<ClientId>,
    pub client_hash: Option<Vec<u8>>,
    pub created_at: Timestamp,
    pub message_seq: i64,
    pub event_seq: i64,
    pub live_count: i64,
    pub last_activity_at: Timestamp,
}

/// What a transaction writes back to a conversation that it holds locked.
#[derive(Clone, Debug, AsChangeset)]
#[diesel(table_name = conversations)]
pub struct Counters {
    pub message_seq: i64,
    pub event_seq: i64,
    pub live_count: i64,
    pub last_activity_at: Timestamp,
}

/// Which of a person's conversations are asked for.
#[derive(Clone, Debug, Default)]
pub struct ConversationFilter {
    pub kind: Option<Kind>,
    /// Only those this other person is in as well.
    pub participant: Option<UserId>,
    /// Lower-case text that the title contains.
    pub title_contains: Option<String>,
    /// Only those with a message of somebody else after the read position.
    pub unread_only: bool,
    /// Only those with a message later than this.
    pub active_after: Option<Timestamp>,
}

/// What a list of conversations is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// When the last message was sent.
    Activity,
    /// When the conversation was made.
    Created,
}

/// A place in a list of conversations: the moment it is sorted by, and the id.
pub type Place = (Timestamp, ConversationId);

/// Adds a conversation; [`StoreError::Duplicate`] if the pair or the client's id has one.
pub async fn insert(conn: &mut Conn, row: &NewConversation) -> Result<(), StoreError> {
    conn.execute(diesel::insert_into(conversations::table).values(row)).await?;
    Ok(())
}

/// One conversation, whoever takes part in it, deleted or not.
pub async fn find(conn: &mut Conn, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
    conn.fetch_optional(conversations::table.find(id).select(columns::<Conversation>())).await
}

/// Locks the conversations that are there, in id order, for the rest of the transaction.
pub async fn lock(
    conn: &mut Conn,
    ids: &[ConversationId],
) -> Result<Vec<Conversation>, StoreError> {
    let rows = conversations::table
        .filter(any_of(conversations::id, ids))
        .filter(conversations::deleted_at.is_null())
        .order(conversations::id);
    Ok(match conn {
        Conn::Mysql(c) => {
            let rows = rows.for_update().select(Conversation::as_select());
            diesel_async::RunQueryDsl::load(rows, c).await?
        }
        // BEGIN IMMEDIATE holds the whole file.
        Conn::Sqlite(_) => conn.fetch_all(rows.select(columns::<Conversation>())).await?,
    })
}

/// Locks those of the conversations that nobody else holds, in id order, for the rest of
/// the transaction; answers them, and the ids of those that are there but held.
pub async fn lock_free(
    conn: &mut Conn,
    ids: &[ConversationId],
) -> Result<(Vec<Conversation>, Vec<ConversationId>), StoreError> {
    let there = |ids: &[ConversationId]| {
        conversations::table
            .filter(any_of(conversations::id, ids))
            .filter(conversations::deleted_at.is_null())
            .order(conversations::id)
    };
    let locked = match conn {
        Conn::Mysql(c) => {
            let free = there(ids).for_update().skip_locked().select(Conversation::as_select());
            diesel_async::RunQueryDsl::load(free, c).await?
        }
        // BEGIN IMMEDIATE holds the whole file: nobody else holds anything.
        Conn::Sqlite(_) => return Ok((lock(conn, ids).await?, Vec::new())),
    };
    let is_locked = |id: &ConversationId| locked.iter().any(|row: &Conversation| row.id == *id);
    let missing: Vec<_> = ids.iter().filter(|id| !is_locked(id)).copied().collect();
    if missing.is_empty() {
        return Ok((locked, missing));
    }
    let held = conn.fetch_all(there(&missing).select(conversations::id)).await?;
    Ok((locked, held))
}

/// Writes the counters of a conversation that is locked.
pub async fn advance(
    conn: &mut Conn,
    id: ConversationId,
    counters: &Counters,
) -> Result<(), StoreError> {
    conn.execute(diesel::update(conversations::table.find(id)).set(counters.clone())).await?;
    Ok(())
}

/// Writes to conversations that are locked that each got so many messages, the last at this
/// moment.
pub async fn add_messages(
    conn: &mut Conn,
    ids: &[ConversationId],
    messages: i64,
    last_at: Timestamp,
) -> Result<(), StoreError> {
    let these = conversations::table.filter(any_of(conversations::id, ids));
    let added = (
        conversations::message_seq.eq(conversations::message_seq + messages),
        conversations::event_seq.eq(conversations::event_seq + messages),
        conversations::live_count.eq(conversations::live_count + messages),
        conversations::last_activity_at.eq(last_at),
    );
    conn.execute(diesel::update(these).set(added)).await?;
    Ok(())
}

/// Writes to conversations that are locked that each got so many events that are no messages.
pub async fn add_changes(
    conn: &mut Conn,
    ids: &[ConversationId],
    changes: i64,
) -> Result<(), StoreError> {
    let these = conversations::table.filter(any_of(conversations::id, ids));
    let added = conversations::event_seq.eq(conversations::event_seq + changes);
    conn.execute(diesel::update(these).set(added)).await?;
    Ok(())
}

/// Writes the title.
pub async fn update_title(
    conn: &mut Conn,
    id: ConversationId,
    title: Option<&str>,
) -> Result<(), StoreError> {
    let title = conversations::title.eq(title.map(str::to_owned));
    conn.execute(diesel::update(conversations::table.find(id)).set(title)).await?;
    Ok(())
}

/// Marks a conversation as deleted; its rows stay.
pub async fn update_deleted(
    conn: &mut Conn,
    id: ConversationId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let deleted = conversations::deleted_at.eq(Some(at));
    conn.execute(diesel::update(conversations::table.find(id)).set(deleted)).await?;
    Ok(())
}

/// The direct conversation of a pair.
pub async fn find_direct(
    conn: &mut Conn,
    key: &[u8],
) -> Result<Option<ConversationId>, StoreError> {
    let pair = conversations::table.filter(conversations::direct_key.eq(Some(key.to_vec())));
    conn.fetch_optional(pair.select(conversations::id)).await
}

/// What this person made under this id of theirs: the conversation, and the hash of
/// what was asked for.
pub async fn find_by_client_id(
    conn: &mut Conn,
    creator: UserId,
    client_id: ClientId,
) -> Result<Option<(ConversationId, Option<Vec<u8>>)>, StoreError> {
    let made = conversations::table
        .filter(conversations::created_by.eq(creator))
        .filter(conversations::client_conversation_id.eq(Some(client_id)));
    conn.fetch_optional(made.select((conversations::id, conversations::client_hash))).await
}

/// The conversations that are there and this person takes part in.
macro_rules! taken_part_in_by {
    ($user:expr) => {
        members::table
            .inner_join(conversations::table)
            .filter(members::user_id.eq($user))
            .filter(members::left_at.is_null())
            .filter(conversations::deleted_at.is_null())
    };
}

/// Those of these conversations that a person takes part in, with the membership; in no order.
pub async fn find_many_with_member(
    conn: &mut Conn,
    ids: &[ConversationId],
    user: UserId,
) -> Result<Vec<(Conversation, Member)>, StoreError> {
    let mine = taken_part_in_by!(user).filter(any_of(members::conversation_id, ids));
    conn.fetch_all(mine.select((columns::<Conversation>(), columns::<Member>()))).await
}

/// Those of these pairs where the person takes part in the conversation, with both rows; in
/// no order.
pub async fn find_many_with_members(
    conn: &mut Conn,
    pairs: &[(ConversationId, UserId)],
) -> Result<Vec<(Conversation, Member)>, StoreError> {
    let theirs = members::table
        .inner_join(conversations::table)
        .filter(any_pair((members::conversation_id, members::user_id), pairs))
        .filter(members::left_at.is_null())
        .filter(conversations::deleted_at.is_null());
    conn.fetch_all(theirs.select((columns::<Conversation>(), columns::<Member>()))).await
}

/// A conversation, when it was made, and when its last message was sent: all its messages
/// lie between.
pub type Span = (ConversationId, Timestamp, Timestamp);

/// The spans of all of a person's conversations that have a message, or of `only` this
/// one; in no order.
pub async fn list_spans(
    conn: &mut Conn,
    user: UserId,
    only: Option<ConversationId>,
) -> Result<Vec<Span>, StoreError> {
    let id = only.unwrap_or(uuid::Uuid::nil().into());
    let mine = taken_part_in_by!(user)
        .filter(conversations::message_seq.gt(0))
        .filter(known(only.is_none()).or(conversations::id.eq(id)));
    let span = (conversations::id, conversations::created_at, conversations::last_activity_at);
    conn.fetch_all(mine.select(span)).await
}

/// Narrows a person's conversations to what a filter lets through.
macro_rules! matching {
    ($user:expr, $filter:expr) => {{
        let ConversationFilter { kind, participant, title_contains, unread_only, active_after } =
            $filter.clone();
        let (no_participant, no_title) = (participant.is_none(), title_contains.is_none());
        let participant = participant.unwrap_or(uuid::Uuid::nil().into());
        let with = others
            .filter(others.field(members::conversation_id).eq(conversations::id))
            .filter(others.field(members::user_id).eq(participant))
            .filter(others.field(members::left_at).is_null());
        let titled = conversations::title
            .is_not_null()
            .and(instr(lower(conversations::title), title_contains.unwrap_or_default()).gt(0));
        // From the newest down: MySQL would look for any at all from the oldest up.
        let unread = messages::table
            .filter(messages::conversation_id.eq(conversations::id))
            .filter(messages::seq.gt(members::read_seq))
            .filter(messages::seq.gt(conversations::message_seq - UNREAD_SPAN))
            .filter(messages::sender_id.ne($user))
            .filter(messages::deleted_at.is_null())
            .order((messages::conversation_id.desc(), messages::seq.desc()))
            .select(messages::seq)
            .single_value();
        let unread = conversations::message_seq.gt(members::read_seq).and(unread.is_not_null());
        let active_after = active_after.unwrap_or(Timestamp::earliest());
        taken_part_in_by!($user)
            .filter(conversations::kind.eq(kind.unwrap_or(Kind::Group)).or(known(kind.is_none())))
            .filter(known(no_participant).or(exists(with)))
            .filter(known(no_title).or(titled))
            .filter(known(!unread_only).or(unread))
            .filter(conversations::last_activity_at.gt(active_after))
    }};
}

/// A window of a person's conversations in ascending order of `sort`, with the membership.
pub async fn list(
    conn: &mut Conn,
    user: UserId,
    filter: &ConversationFilter,
    sort: SortBy,
    window: Window<Place>,
) -> Result<Vec<(Conversation, Member)>, StoreError> {
    let low = window.after.unwrap_or((Timestamp::earliest(), uuid::Uuid::nil().into()));
    let high = window.before.unwrap_or((Timestamp::latest(), uuid::Uuid::max().into()));
    macro_rules! sorted_by {
        ($moment:expr) => {{
            let above = $moment.gt(low.0).or($moment.eq(low.0).and(conversations::id.gt(low.1)));
            let below = $moment.lt(high.0).or($moment.eq(high.0).and(conversations::id.lt(high.1)));
            let rows = matching!(user, filter)
                .filter(above)
                .filter(below)
                .select((columns::<Conversation>(), columns::<Member>()))
                .limit(window.limit);
            if window.from_end {
                let order = ($moment.desc(), conversations::id.desc());
                let mut rows = conn.fetch_all(rows.order(order)).await?;
                rows.reverse();
                Ok(rows)
            } else {
                conn.fetch_all(rows.order(($moment.asc(), conversations::id.asc()))).await
            }
        }};
    }
    match sort {
        SortBy::Activity => sorted_by!(conversations::last_activity_at),
        SortBy::Created => sorted_by!(conversations::created_at),
    }
}

/// How many of a person's conversations a filter lets through.
pub async fn count(
    conn: &mut Conn,
    user: UserId,
    filter: &ConversationFilter,
) -> Result<i64, StoreError> {
    conn.fetch_one(matching!(user, filter).count()).await
}
