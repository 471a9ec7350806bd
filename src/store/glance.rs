//! What a list shows of each conversation beside its row, in one statement.

use diesel::sql_types::{BigInt, Nullable};

use super::{
    Conn, StoreError, Window,
    accounts::{self, User},
    conn::{Statement, Value},
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

/// A part of what is found.
#[derive(Clone, Debug)]
pub enum Seen {
    Member(Member, User),
    /// Only of conversations with a message that is not deleted.
    Unread(i64),
    Last(Message, User),
}

/// Place among those asked for, unread, member, message, the person of either.
type Columns = (
    BigInt,
    Nullable<BigInt>,
    Nullable<schema::members::SqlType>,
    Nullable<schema::messages::SqlType>,
    accounts::Columns,
);
type Row = (i64, Option<i64>, Option<Member>, Option<Message>, User);

/// How many columns a member and a message have.
const OF_MEMBER: usize = 8;
const OF_MESSAGE: usize = 14;

/// Looks at these conversations, each after a number that the person has read, as far as they
/// take part in them; members in the order they joined, the rest in none.
pub async fn look(
    conn: &mut Conn,
    viewer: UserId,
    read: &[(ConversationId, i64)],
    asked: Asked,
) -> Result<Vec<(ConversationId, Seen)>, StoreError> {
    if read.is_empty() {
        return Ok(Vec::new());
    }
    let mut place = -1;
    let none = (nowhere(), 0);
    let statement = Statement::<Columns>::of_each(read, &none, |each, (id, seq)| {
        place += 1;
        if asked.unread.is_some() || asked.last {
            newest(each, viewer, place, *id, *seq, asked.unread);
        }
        if let Some(window) = asked.members {
            if asked.unread.is_some() || asked.last {
                each.add(" UNION ALL ", []);
            }
            let nothing = vec!["NULL"; OF_MESSAGE].join(", ");
            each.add(&format!("SELECT {place} AS place, NULL AS unread, one.*, {nothing}, "), []);
            each.add(accounts::COLUMNS, []);
            members::write_window(each, viewer, *id, window);
        }
    });
    let rows: Vec<Row> = conn.fetch_all(statement).await?;
    let mut seen = Vec::with_capacity(rows.len());
    for (place, unread, member, message, user) in rows {
        let Some((id, _)) = usize::try_from(place).ok().and_then(|place| read.get(place)) else {
            continue;
        };
        seen.extend(unread.map(|unread| (*id, Seen::Unread(unread))));
        match (member, message) {
            (Some(member), _) => seen.push((*id, Seen::Member(member, user))),
            (_, Some(message)) if asked.last => seen.push((*id, Seen::Last(message, user))),
            _ => {}
        }
    }
    seen.sort_by_key(|(_, seen)| match seen {
        Seen::Member(member, _) => member.joined_event_seq,
        Seen::Unread(_) | Seen::Last(..) => 0,
    });
    Ok(seen)
}

/// The newest undeleted message with who sent it, and how many are unread.
fn newest(
    each: &mut Statement<Columns>,
    viewer: UserId,
    place: i64,
    id: ConversationId,
    read: i64,
    unread: Option<i64>,
) {
    each.add(&format!("SELECT {place} AS place, "), []);
    match unread {
        None => each.add("NULL", []),
        Some(most) => each.add(
            &format!(
                "(SELECT COUNT(*) FROM (SELECT 1 FROM messages {BY_NUMBER} \
                 WHERE conversation_id = ? AND seq > ? AND sender_id <> ? \
                 AND deleted_at IS NULL LIMIT ?) AS n)"
            ),
            [
                Value::id(id.uuid()),
                Value::Number(read),
                Value::id(viewer.uuid()),
                Value::Number(most),
            ],
        ),
    }
    let nothing = vec!["NULL"; OF_MEMBER].join(", ");
    each.add(&format!(" AS unread, {nothing}, one.*, "), []);
    each.add(accounts::COLUMNS, []);
    each.add(" FROM (SELECT ", []);
    each.add(messages::COLUMNS, []);
    each.add(" FROM messages WHERE ", []);
    taken_part_in(each, id, viewer);
    each.add(" AND deleted_at IS NULL ORDER BY seq DESC LIMIT 1) AS one ", []);
    each.add("INNER JOIN users AS u ON u.id = one.sender_id", []);
}
