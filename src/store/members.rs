//! Who takes part in which conversation, and how far they have read. Who left keeps a
//! row, which says up to which event they were in.

use diesel::{dsl::min, prelude::*};

use super::{
    Conn, StoreError, Window,
    accounts::{self, User},
    choice::choice,
    conn::{Statement, Value, any_of, any_pair, columns},
    conversations::Kind,
    messages::{nowhere, taken_part_in},
    schema::{conversations, members},
};
use crate::{
    ids::{ConversationId, UserId},
    time::Timestamp,
};

choice! {
    /// What a person may do in a conversation.
    MemberRole {
        /// Everything.
        Owner = "OWNER",
        /// Adds and removes members, sets the title, deletes messages.
        Admin = "ADMIN",
        /// Sends, and edits and deletes their own.
        Member = "MEMBER",
    }
}

/// A person's place in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = members)]
pub struct Member {
    pub conversation_id: ConversationId,
    pub user_id: UserId,
    pub role: MemberRole,
    pub joined_at: Timestamp,
    /// The number of the event by which they joined: the order of a list of members.
    pub joined_event_seq: i64,
    /// The newest message they have read.
    pub read_seq: i64,
    pub left_at: Option<Timestamp>,
    /// The number of the event by which they left: nothing after it is theirs.
    pub left_event_seq: Option<i64>,
}

/// The columns of a [`Member`] in its order, of `members AS m`.
pub(super) const COLUMNS: &str = "m.conversation_id, m.user_id, m.role, m.joined_at, \
    m.joined_event_seq, m.read_seq, m.left_at, m.left_event_seq";

/// Somebody joins: a new row, or the old one of who comes back.
pub async fn insert_or_rejoin(conn: &mut Conn, member: &Member) -> Result<(), StoreError> {
    let insert = diesel::insert_into(members::table).values(member);
    let again = (
        members::role.eq(member.role),
        members::joined_at.eq(member.joined_at),
        members::joined_event_seq.eq(member.joined_event_seq),
        members::read_seq.eq(member.read_seq),
        members::left_at.eq(None::<Timestamp>),
        members::left_event_seq.eq(None::<i64>),
    );
    match conn {
        Conn::Mysql(c) => {
            let insert = insert.on_conflict(diesel::dsl::DuplicatedKeys).do_update().set(again);
            diesel_async::RunQueryDsl::execute(insert, c).await?
        }
        Conn::Sqlite(c) => {
            let key = (members::conversation_id, members::user_id);
            let insert = insert.on_conflict(key).do_update().set(again);
            diesel_async::RunQueryDsl::execute(insert, c).await?
        }
    };
    Ok(())
}

/// Those of these people who are in this conversation now.
pub async fn list_present(
    conn: &mut Conn,
    conversation: ConversationId,
    people: &[UserId],
) -> Result<Vec<Member>, StoreError> {
    let present = members::table
        .filter(members::conversation_id.eq(conversation))
        .filter(any_of(members::user_id, people))
        .filter(members::left_at.is_null());
    conn.fetch_all(present.select(columns::<Member>())).await
}

/// Those of these people who are in these conversations of theirs now.
pub async fn list_who_present(
    conn: &mut Conn,
    who: &[(ConversationId, UserId)],
) -> Result<Vec<(ConversationId, UserId)>, StoreError> {
    let key = (members::conversation_id, members::user_id);
    let present = members::table.filter(any_pair(key, who)).filter(members::left_at.is_null());
    conn.fetch_all(present.select(key)).await
}

/// Everybody who is in a conversation now, in the order they joined.
pub async fn list_all_present(
    conn: &mut Conn,
    conversation: ConversationId,
) -> Result<Vec<Member>, StoreError> {
    let present = members::table
        .filter(members::conversation_id.eq(conversation))
        .filter(members::left_at.is_null())
        .order(members::joined_event_seq);
    conn.fetch_all(present.select(columns::<Member>())).await
}

/// All groups that a person is in now, in id order.
pub async fn list_groups_of_user(
    conn: &mut Conn,
    user: UserId,
) -> Result<Vec<ConversationId>, StoreError> {
    let mine = members::table
        .inner_join(conversations::table)
        .filter(members::user_id.eq(user))
        .filter(members::left_at.is_null())
        .filter(conversations::kind.eq(Kind::Group))
        .filter(conversations::deleted_at.is_null())
        .order(members::conversation_id);
    conn.fetch_all(mine.select(members::conversation_id)).await
}

/// A role that somebody has in a conversation, and the number by which the first of those who
/// have it joined.
pub type First = (ConversationId, MemberRole, Option<i64>);

/// The first of each role in these conversations beside a person; in no order.
pub async fn list_firsts_beside(
    conn: &mut Conn,
    user: UserId,
    ids: &[ConversationId],
) -> Result<Vec<First>, StoreError> {
    let others = members::table
        .filter(any_of(members::conversation_id, ids))
        .filter(members::left_at.is_null())
        .filter(members::user_id.ne(user))
        .group_by((members::conversation_id, members::role));
    let first = min(members::joined_event_seq);
    conn.fetch_all(others.select((members::conversation_id, members::role, first))).await
}

/// Who came into these conversations by these numbers; in no order.
pub async fn list_who_joined(
    conn: &mut Conn,
    joined: &[(ConversationId, i64)],
) -> Result<Vec<(ConversationId, UserId)>, StoreError> {
    let key = (members::conversation_id, members::joined_event_seq);
    let those = members::table.filter(any_pair(key, joined));
    conn.fetch_all(those.select((members::conversation_id, members::user_id))).await
}

/// A window of the members of each of these conversations in the order they joined, with who
/// they are, as far as this person takes part in them; the conversations in no order.
pub async fn list_of_each(
    conn: &mut Conn,
    viewer: UserId,
    conversations: &[ConversationId],
    window: Window<i64>,
) -> Result<Vec<(Member, User)>, StoreError> {
    if conversations.is_empty() {
        return Ok(Vec::new());
    }
    let write = |each: &mut Statement<(members::SqlType, accounts::Columns)>, id: &_| {
        each.add("SELECT /*! STRAIGHT_JOIN */ ", []);
        each.add(COLUMNS, []);
        each.add(", ", []);
        each.add(accounts::COLUMNS, []);
        write_window(each, viewer, *id, window);
    };
    let statement = Statement::of_each(conversations, &nowhere(), write).kept();
    let mut rows: Vec<(Member, User)> = conn.fetch_all(statement).await?;
    rows.sort_unstable_by_key(|(member, _)| member.joined_event_seq);
    Ok(rows)
}

/// FROM a window of the members of a conversation, AS m, with who they are, AS u.
fn write_window<ST>(
    statement: &mut Statement<ST>,
    viewer: UserId,
    conversation: ConversationId,
    window: Window<i64>,
) {
    let Window { after, before, limit, from_end } = window;
    statement.add(" FROM members AS m INNER JOIN users AS u ON u.id = m.user_id WHERE ", []);
    taken_part_in(statement, conversation, viewer);
    statement.add(
        " AND m.left_at IS NULL AND m.joined_event_seq > ? AND m.joined_event_seq < ? \
         ORDER BY m.joined_event_seq ",
        [Value::Number(after.unwrap_or(0)), Value::Number(before.unwrap_or(i64::MAX))],
    );
    statement.add(if from_end { "DESC LIMIT ?" } else { "ASC LIMIT ?" }, [Value::Number(limit)]);
}

/// How many people are in a conversation now.
pub async fn count(conn: &mut Conn, conversation: ConversationId) -> Result<i64, StoreError> {
    let present = members::table
        .filter(members::conversation_id.eq(conversation))
        .filter(members::left_at.is_null());
    conn.fetch_one(present.count()).await
}

/// Writes a member's role.
pub async fn update_role(
    conn: &mut Conn,
    conversation: ConversationId,
    user: UserId,
    role: MemberRole,
) -> Result<(), StoreError> {
    let member = members::table.find((conversation, user));
    conn.execute(diesel::update(member).set(members::role.eq(role))).await?;
    Ok(())
}

/// Writes the role of members.
pub async fn update_roles(
    conn: &mut Conn,
    who: &[(ConversationId, UserId)],
    role: MemberRole,
) -> Result<(), StoreError> {
    let key = (members::conversation_id, members::user_id);
    let these = members::table.filter(any_pair(key, who));
    conn.execute(diesel::update(these).set(members::role.eq(role))).await?;
    Ok(())
}

/// Writes that a person left each of these conversations by its newest event.
pub async fn update_left_by_newest(
    conn: &mut Conn,
    ids: &[ConversationId],
    user: UserId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let theirs = members::table
        .filter(members::user_id.eq(user))
        .filter(any_of(members::conversation_id, ids));
    let newest = conversations::table
        .filter(conversations::id.eq(members::conversation_id))
        .select(conversations::event_seq)
        .single_value();
    let left = (members::left_at.eq(Some(at)), members::left_event_seq.eq(newest));
    conn.execute(diesel::update(theirs).set(left)).await?;
    Ok(())
}

/// Writes that a member left by an event.
pub async fn update_left(
    conn: &mut Conn,
    conversation: ConversationId,
    user: UserId,
    at: Timestamp,
    event_seq: i64,
) -> Result<(), StoreError> {
    let member = members::table.find((conversation, user));
    let left = (members::left_at.eq(Some(at)), members::left_event_seq.eq(Some(event_seq)));
    conn.execute(diesel::update(member).set(left)).await?;
    Ok(())
}

/// Moves a present member's read position forward; answers whether it moved.
pub async fn update_read_forward(
    conn: &mut Conn,
    conversation: ConversationId,
    user: UserId,
    seq: i64,
) -> Result<bool, StoreError> {
    let behind = members::table
        .filter(members::conversation_id.eq(conversation))
        .filter(members::user_id.eq(user))
        .filter(members::left_at.is_null())
        .filter(members::read_seq.lt(seq));
    let moved = conn.execute(diesel::update(behind).set(members::read_seq.eq(seq))).await?;
    Ok(moved > 0)
}
