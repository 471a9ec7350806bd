//! What a batch of messages asks before it is written, in one statement.

use diesel::sql_types::{BigInt, Binary};
use uuid::Uuid;

use super::{
    Conn, StoreError,
    conn::{Statement, Value, room},
};
use crate::ids::{ClientId, ConversationId, MessageId, UserId};

/// Who is in which conversation now, and the messages that were sent under ids of clients.
#[derive(Clone, Debug, Default)]
pub struct Before {
    pub present: Vec<(ConversationId, UserId)>,
    pub sent: Vec<MessageId>,
}

/// Of these people in these conversations those who are in, and what was sent under these ids
/// of theirs, wherever it is.
pub async fn find_before(
    conn: &mut Conn,
    who: &[(ConversationId, UserId)],
    keys: &[(UserId, ClientId)],
) -> Result<Before, StoreError> {
    // Both lists in one size: few texts, which are kept.
    let size = room(who.len().max(keys.len()));
    let mut statement = Statement::<(BigInt, Binary, Binary)>::new().kept();
    statement.union(|statement| {
        let before = "SELECT 0, conversation_id, user_id FROM members WHERE left_at IS NULL AND ";
        statement.add(before, []);
        let pairs: Vec<_> = who.iter().map(|(chat, user)| (chat.uuid(), user.uuid())).collect();
        any_pair(statement, "(conversation_id = ? AND user_id = ?)", &pairs, size);
    });
    if !keys.is_empty() {
        statement.union(|statement| {
            statement.add("SELECT 1, id, sender_id FROM messages WHERE ", []);
            let pairs: Vec<_> = keys.iter().map(|(user, id)| (user.uuid(), id.uuid())).collect();
            any_pair(statement, "(sender_id = ? AND client_message_id = ?)", &pairs, size);
        });
    }
    let mut before = Before::default();
    let rows: Vec<(i64, ConversationId, UserId)> = conn.fetch_all(statement).await?;
    for (part, first, second) in rows {
        if part == 0 {
            before.present.push((first, second));
        } else {
            before.sent.push(first.uuid().into());
        }
    }
    Ok(before)
}

/// True of the rows that have one of these pairs. As a chain of ORs: all databases then look
/// up each pair by an index on both.
fn any_pair<ST>(statement: &mut Statement<ST>, pair: &str, pairs: &[(Uuid, Uuid)], size: usize) {
    let last = pairs.last().map(|last| std::iter::repeat_n(last, size - pairs.len()));
    let mut before = "(";
    for (first, second) in pairs.iter().chain(last.into_iter().flatten()) {
        statement.add(before, []);
        statement.add(pair, [Value::id(*first), Value::id(*second)]);
        before = " OR ";
    }
    statement.add(")", []);
}
