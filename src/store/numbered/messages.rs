//! Messages by page number, of all of a person's conversations or of one.

use diesel::QueryableByName;

use super::{OWN, Slice, Sorted, is_in, is_own, sliced};
use crate::{
    ids::{ConversationId, UserId},
    store::{Conn, StoreError, schema::messages},
    time::Timestamp,
};

/// Which messages are asked for; deleted ones never are.
#[derive(Clone, Debug, Default)]
pub struct MessageFilter {
    pub conversation: Option<ConversationId>,
    pub sender: Option<UserId>,
    /// Lower-case texts that the body contains, all of them.
    pub words: Vec<String>,
    /// Sent then or later.
    pub from: Option<Timestamp>,
    /// Sent then or earlier.
    pub until: Option<Timestamp>,
}

impl MessageFilter {
    /// True if it lets every message of its conversations through.
    fn is_open(&self) -> bool {
        let Self { conversation: _, sender, words, from, until } = self;
        sender.is_none() && words.is_empty() && from.is_none() && until.is_none()
    }
}

/// What messages are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKey {
    SentAt,
    /// The user name in the form in which it is unique: without regard to case.
    SenderUsername,
}

/// Further than any list reaches; sums with it stay within what a database counts.
const FAR: i64 = i64::MAX / 4;

/// The conditions under which a conversation is one of this person's, and the one that is
/// asked for if one is.
fn is_asked(viewer: UserId, filter: &MessageFilter) -> String {
    let own = is_own(viewer);
    match filter.conversation {
        Some(id) => format!("{own} AND own.conversation_id = {}", id.literal()),
        None => own,
    }
}

/// The conditions under which a filter lets a message through.
fn matching(viewer: UserId, filter: &MessageFilter) -> Vec<String> {
    let MessageFilter { conversation, sender, words, from, until } = filter;
    let mut wanted = vec![is_asked(viewer, filter), "messages.deleted_at IS NULL".to_owned()];
    if let Some(id) = conversation {
        // Said once more, since not every planner draws the conclusion.
        wanted.push(format!("messages.conversation_id = {}", id.literal()));
    }
    if let Some(sender) = sender {
        wanted.push(format!("messages.sender_id = {}", sender.literal()));
    }
    // A conversation that lies outside as a whole is not looked into.
    if let Some(at) = from.map(Timestamp::literal) {
        wanted.push(format!("messages.sent_at >= {at} AND conversations.last_activity_at >= {at}"));
    }
    if let Some(at) = until.map(Timestamp::literal) {
        wanted.push(format!("messages.sent_at <= {at} AND conversations.created_at <= {at}"));
    }
    wanted.extend(words.iter().map(|word| is_in(word, &["messages.body"])));
    wanted
}

/// The condition under which a message can be among the first `reach` of its conversation
/// that are not deleted, from the newest down or from the oldest up: no more numbers than
/// there are deleted messages can lie among theirs.
fn is_near(descending: bool, reach: i64) -> String {
    if descending {
        format!("messages.seq > conversations.live_count - {reach}")
    } else {
        format!("messages.seq <= conversations.message_seq - conversations.live_count + {reach}")
    }
}

#[derive(QueryableByName)]
#[diesel(table_name = messages)]
struct Key {
    conversation_id: ConversationId,
    seq: i64,
}

/// The slice of the messages that a filter lets through, as far as this person takes part in
/// their conversations, in this order: the conversation of each, and its number there.
pub async fn list(
    conn: &mut Conn,
    viewer: UserId,
    filter: &MessageFilter,
    order: &[Sorted<MessageKey>],
    slice: Slice,
) -> Result<Vec<(ConversationId, i64)>, StoreError> {
    let mut wanted = matching(viewer, filter);
    let by_time = match order {
        [Sorted { key: MessageKey::SentAt, descending }] => Some(*descending),
        _ => None,
    };
    // Within a conversation the order of the numbers is the order of sending.
    let is_by_seq = by_time.is_some() && filter.conversation.is_some();
    let column = |key| match key {
        MessageKey::SentAt if is_by_seq => "messages.seq",
        MessageKey::SentAt => "messages.sent_at",
        MessageKey::SenderUsername => "users.username_key",
    };
    if let Some(descending) = by_time.filter(|_| filter.is_open()) {
        let reach = slice.offset.saturating_add(slice.limit).min(FAR);
        wanted.push(is_near(descending, reach));
    }
    let last: &[&str] = if is_by_seq { &[] } else { &["messages.conversation_id", "messages.seq"] };
    let by_name = order.iter().any(|sorted| sorted.key == MessageKey::SenderUsername);
    let users = if by_name { "JOIN users ON users.id = messages.sender_id" } else { "" };
    let query = format!(
        "SELECT messages.conversation_id, messages.seq FROM {OWN} \
         JOIN messages ON messages.conversation_id = own.conversation_id {users} WHERE {} {}",
        wanted.join(" AND "),
        sliced(order, column, last, slice)
    );
    let keys: Vec<Key> = conn.fetch_all(diesel::sql_query(query)).await?;
    Ok(keys.into_iter().map(|key| (key.conversation_id, key.seq)).collect())
}

/// How many messages there are in the whole list.
pub async fn count(
    conn: &mut Conn,
    viewer: UserId,
    filter: &MessageFilter,
) -> Result<i64, StoreError> {
    if filter.is_open() {
        let query = format!(
            "SELECT CAST(COALESCE(SUM(conversations.live_count), 0) AS SIGNED) AS found \
             FROM {OWN} WHERE {}",
            is_asked(viewer, filter)
        );
        return super::count(conn, query).await;
    }
    let query = format!(
        "SELECT COUNT(*) AS found FROM {OWN} \
         JOIN messages ON messages.conversation_id = own.conversation_id WHERE {}",
        matching(viewer, filter).join(" AND ")
    );
    super::count(conn, query).await
}
