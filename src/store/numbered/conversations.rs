//! Conversations by page number, and who takes part in each.

use diesel::{QueryableByName, prelude::*, sql_types::Binary};

use super::{OWN, Slice, Sorted, is_in, is_own, sliced};
use crate::{
    ids::{ConversationId, UserId},
    store::{
        Conn, StoreError,
        accounts::User,
        conn::columns,
        schema::{conversations, members, users},
    },
    time::Timestamp,
};

diesel::alias!(members as own: Own);

/// Which of a person's conversations are asked for.
#[derive(Clone, Debug, Default)]
pub struct ConversationQuery {
    /// All of them take part now.
    pub participants: Vec<UserId>,
    /// Made then or later.
    pub created_from: Option<Timestamp>,
    /// Made then or earlier.
    pub created_until: Option<Timestamp>,
    /// Texts that are all found, each in the user name, the e-mail or a name of somebody who
    /// takes part, or in a message that is not deleted; without regard to case.
    pub words: Vec<String>,
    /// E-mails are not looked into, for whom they are hidden from.
    pub hides_emails: bool,
}

/// What conversations are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversationKey {
    CreatedAt,
}

/// The conversations that this person takes part in and a query lets through.
fn matching(viewer: UserId, query: &ConversationQuery) -> String {
    let ConversationQuery { participants, created_from, created_until, words, hides_emails } =
        query;
    let mut wanted = vec![is_own(viewer)];
    if !participants.is_empty() {
        let mut ids: Vec<_> = participants.iter().map(|id| id.literal()).collect();
        ids.sort_unstable();
        ids.dedup();
        wanted.push(format!(
            "(SELECT COUNT(*) FROM members AS other \
             WHERE other.conversation_id = own.conversation_id AND other.left_at IS NULL \
             AND other.user_id IN ({})) = {}",
            ids.join(", "),
            ids.len()
        ));
    }
    if let Some(at) = created_from.map(Timestamp::literal) {
        wanted.push(format!("conversations.created_at >= {at}"));
    }
    if let Some(at) = created_until.map(Timestamp::literal) {
        wanted.push(format!("conversations.created_at <= {at}"));
    }
    wanted.extend(words.iter().map(|word| is_found(word, *hides_emails)));
    format!("FROM {OWN} WHERE {}", wanted.join(" AND "))
}

/// The condition that a word is in somebody's name or in a message; the names first, as there
/// are fewer of them.
fn is_found(word: &str, hides_emails: bool) -> String {
    let named = is_in(word, super::users::searched(hides_emails));
    let said = is_in(word, &["messages.body"]);
    format!(
        "(EXISTS (SELECT 1 FROM members AS other JOIN users ON users.id = other.user_id \
         WHERE other.conversation_id = own.conversation_id AND other.left_at IS NULL \
         AND users.deleted_at IS NULL AND {named}) \
         OR EXISTS (SELECT 1 FROM messages \
         WHERE messages.conversation_id = own.conversation_id \
         AND messages.deleted_at IS NULL AND {said}))"
    )
}

/// The slice of the person's conversations that a query with folded words lets through, in
/// this order.
pub async fn list(
    conn: &mut Conn,
    viewer: UserId,
    query: &ConversationQuery,
    order: &[Sorted<ConversationKey>],
    slice: Slice,
) -> Result<Vec<ConversationId>, StoreError> {
    #[derive(QueryableByName)]
    struct Key {
        #[diesel(sql_type = Binary)]
        id: ConversationId,
    }
    let column = |key| match key {
        ConversationKey::CreatedAt => "conversations.created_at",
    };
    let (from, sliced) =
        (matching(viewer, query), sliced(order, column, &["conversations.id"], slice));
    let query = format!("SELECT conversations.id AS id {from} {sliced}");
    let keys: Vec<Key> = conn.fetch_all(diesel::sql_query(query)).await?;
    Ok(keys.into_iter().map(|key| key.id).collect())
}

/// How many conversations there are in the whole list.
pub async fn count(
    conn: &mut Conn,
    viewer: UserId,
    query: &ConversationQuery,
) -> Result<i64, StoreError> {
    let from = matching(viewer, query);
    super::count(conn, format!("SELECT COUNT(*) AS found {from}")).await
}

/// Everybody who is in one of these conversations now, in the order they joined it, as far as
/// this person takes part in it.
pub async fn list_participants(
    conn: &mut Conn,
    viewer: UserId,
    ids: &[ConversationId],
) -> Result<Vec<(ConversationId, User)>, StoreError> {
    let is_own = own.field(members::conversation_id).eq(members::conversation_id);
    let present = members::table
        .inner_join(users::table)
        .inner_join(conversations::table)
        .inner_join(own.on(is_own))
        .filter(own.field(members::user_id).eq(viewer))
        .filter(own.field(members::left_at).is_null())
        .filter(conversations::deleted_at.is_null())
        .filter(members::conversation_id.eq_any(ids.to_vec()))
        .filter(members::left_at.is_null())
        .order((members::conversation_id, members::joined_event_seq));
    conn.fetch_all(present.select((members::conversation_id, columns::<User>()))).await
}
