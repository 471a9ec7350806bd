//! What a list shows of each conversation beside its row, in one statement.

use diesel::sql_types::{BigInt, Nullable};

use super::{
    Conn, StoreError, Window,
    accounts::{self, User},
    conn::{Statement, Value, with_filling},
    members::{self, Member},
    messages::{self, BY_NUMBER, Message, nowhere, taken_part_in},
    schema,
};
use crate::ids::{ConversationId, UserId};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// A window of the members.
    pub members: Option<Window<i64>>,
    /// Up to how many messages of others are counted.
    pub unread: Option<i64>,
    /// The newest undeleted message.
    pub last: bool,
}

/// A conversation that is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub conversation: ConversationId,
    /// How far the person has read, and the newest message.
    pub read_seq: i64,
    pub message_seq: i64,
}

/// A part of what is found.
#[derive(Clone, Debug)]
pub enum Seen {
    Member(Member, User),
    Unread(i64),
    Last(Message, User),
}

/// Place among those asked for, unread, member, message, the person of either.
type Columns = (
    BigInt,
    Nullable<BigInt>,
    Nullable<schema::members::SqlType>,
    Nullable<schema::messages::SqlType>,
    Nullable<accounts::Columns>,
);
type Row = (i64, Option<i64>, Option<Member>, Option<Message>, Option<User>);

/// How many columns a member, a message and a person have.
const OF_MEMBER: usize = 8;
const OF_MESSAGE: usize = 14;
const OF_PERSON: usize = 10;

/// Looks at these conversations, as far as the person takes part in them; members in the order
/// they joined, the rest in none.
pub async fn look(
    conn: &mut Conn,
    viewer: UserId,
    places: &[Place],
    asked: Asked,
) -> Result<Vec<(ConversationId, Seen)>, StoreError> {
    if places.is_empty() || !asked.last && asked.members.is_none() && asked.unread.is_none() {
        return Ok(Vec::new());
    }
    let most = asked.unread.unwrap_or_default();
    // A limit needs a table of its own: only where there can be more. For all alike, so that
    // there are few texts.
    let is_limited = places.iter().any(|place| place.message_seq - place.read_seq > most);
    let none = Place { conversation: nowhere(), read_seq: 0, message_seq: 0 };
    let mut statement = Statement::<Columns>::new();
    for (n, place) in with_filling(places, &none).enumerate() {
        if asked.last {
            statement.union(|last| write_last(last, viewer, n, place));
        }
        if let Some(window) = asked.members {
            statement.union(|members| {
                members.add(&format!("SELECT /*! STRAIGHT_JOIN */ {n} AS n, NULL AS unread, "), []);
                members.add(members::COLUMNS, []);
                members.add(&format!(", {}, ", nothing(OF_MESSAGE)), []);
                members.add(accounts::COLUMNS, []);
                members::write_window(members, viewer, place.conversation, window);
            });
        }
        if asked.unread.is_some() {
            let limit = is_limited.then_some(most);
            statement.union(|unread| write_unread(unread, viewer, n, place, limit));
        }
    }
    let rows: Vec<Row> = conn.fetch_all(statement).await?;
    let mut seen = Vec::with_capacity(rows.len());
    for (n, unread, member, message, user) in rows {
        let Some(place) = usize::try_from(n).ok().and_then(|n| places.get(n)) else { continue };
        let one = match (unread, member, message, user) {
            (Some(unread), ..) => Seen::Unread(unread),
            (_, Some(member), _, Some(user)) => Seen::Member(member, user),
            (_, _, Some(message), Some(user)) => Seen::Last(message, user),
            _ => continue,
        };
        seen.push((place.conversation, one));
    }
    seen.sort_by_key(|(_, seen)| match seen {
        Seen::Member(member, _) => member.joined_event_seq,
        Seen::Unread(_) | Seen::Last(..) => 0,
    });
    Ok(seen)
}

fn nothing(columns: usize) -> String {
    vec!["NULL"; columns].join(", ")
}

/// The newest undeleted message, with who sent it.
fn write_last(last: &mut Statement<Columns>, viewer: UserId, n: usize, place: &Place) {
    let nothing = nothing(OF_MEMBER);
    last.add(&format!("SELECT /*! STRAIGHT_JOIN */ {n} AS n, NULL AS unread, {nothing}, "), []);
    last.add(messages::COLUMNS, []);
    last.add(", ", []);
    last.add(accounts::COLUMNS, []);
    last.add(" FROM messages AS m INNER JOIN users AS u ON u.id = m.sender_id WHERE ", []);
    taken_part_in(last, place.conversation, viewer);
    last.add(" AND m.deleted_at IS NULL ORDER BY m.seq DESC LIMIT 1", []);
}

/// How many messages of others are not deleted and not read.
fn write_unread(
    unread: &mut Statement<Columns>,
    viewer: UserId,
    n: usize,
    place: &Place,
    limit: Option<i64>,
) {
    let nothing = nothing(OF_MEMBER + OF_MESSAGE + OF_PERSON);
    let begin = if limit.is_some() { "(SELECT 1 FROM " } else { "" };
    unread.add(
        &format!(
            "SELECT {n} AS n, COUNT(*) AS unread, {nothing} FROM {begin}messages AS m {BY_NUMBER} \
             WHERE "
        ),
        [],
    );
    taken_part_in(unread, place.conversation, viewer);
    unread.add(
        " AND m.seq > ? AND m.seq <= ? AND m.sender_id <> ? AND m.deleted_at IS NULL",
        [Value::Number(place.read_seq), Value::Number(place.message_seq), Value::id(viewer.uuid())],
    );
    if let Some(limit) = limit {
        unread.add(" LIMIT ?) AS one", [Value::Number(limit)]);
    }
}
