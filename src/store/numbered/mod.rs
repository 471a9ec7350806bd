//! Lists by page number: the keys of so many rows from an offset on, and how many rows there
//! are. The rows themselves are then read by their keys, so that the database sorts keys and
//! no bodies.
//!
//! The statements are written as text, since diesel cannot say an order and a number of words
//! that are known only when somebody asks. What goes into them are typed ids, moments and
//! numbers, and words as literals.

pub mod conversations;
pub mod messages;
pub mod users;

use diesel::{QueryableByName, sql_types::BigInt};

use super::{Conn, StoreError, messages::literal};
use crate::ids::UserId;

/// One key of an order, and its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorted<K> {
    pub key: K,
    pub descending: bool,
}

/// The part of a list that is asked for, by its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// How many rows come before it.
    pub offset: i64,
    /// The most rows.
    pub limit: i64,
}

/// The end of a statement that lists: an order of these keys, in which `last` ends every tie
/// in the direction of the first key, and the slice of it.
fn sliced<K: Copy>(
    order: &[Sorted<K>],
    column: impl Fn(K) -> &'static str,
    last: &[&str],
    slice: Slice,
) -> String {
    let direction = |descending| if descending { "DESC" } else { "ASC" };
    let is_descending = order.first().is_some_and(|first| first.descending);
    let keys = order.iter().map(|sorted| (column(sorted.key), sorted.descending));
    let columns = keys.chain(last.iter().map(|column| (*column, is_descending)));
    let columns = columns.map(|(column, descending)| format!("{column} {}", direction(descending)));
    let Slice { offset, limit } = slice;
    let order = columns.collect::<Vec<_>>().join(", ");
    format!("ORDER BY {order} LIMIT {limit} OFFSET {offset}")
}

/// The tables of a person's own conversations; [`is_own`] is the condition.
const OWN: &str = "members AS own JOIN conversations ON conversations.id = own.conversation_id";

/// The condition that a conversation is there and this person takes part in it.
fn is_own(viewer: UserId) -> String {
    let viewer = viewer.literal();
    format!("own.user_id = {viewer} AND own.left_at IS NULL AND conversations.deleted_at IS NULL")
}

/// The condition that a word, folded, is in one of these columns.
fn is_in(word: &str, columns: &[&str]) -> String {
    let word = literal(word);
    let each = columns.iter().map(|column| format!("instr(lower({column}), {word}) > 0"));
    format!("({})", each.collect::<Vec<_>>().join(" OR "))
}

/// The one number that a SELECT of one column, called `found`, answers.
async fn count(conn: &mut Conn, query: String) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Counted {
        #[diesel(sql_type = BigInt)]
        found: i64,
    }
    let counted: Counted = conn.fetch_one(diesel::sql_query(query)).await?;
    Ok(counted.found)
}
