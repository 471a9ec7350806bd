//! What a list shows of each conversation beside its row, in one statement: a query for each
//! part, and not for each conversation, as MySQL spends much more on a query than on a row.

use diesel::sql_types::{BigInt, Binary, Nullable};

use super::{
    Conn, StoreError,
    accounts::{self, User},
    conn::{Statement, Value, room, with_filling},
    members::{self, Member},
    messages::{self, BY_NUMBER, Message, nowhere},
    schema,
};
use crate::ids::{ConversationId, UserId};

/// A list of so many conversations is usual, and so many people at most are named in it: such
/// a statement is kept.
const USUAL: usize = 20;
const PEOPLE_MAX: usize = 64;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// All who are in, if they are no more than so many in all the conversations together.
    pub members: Option<i64>,
    /// How many messages of others are not read and not deleted.
    pub unread: bool,
    /// The newest message, if it is not deleted.
    pub last: bool,
}

/// A conversation that is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub conversation: ConversationId,
    /// How far the person has read; up to this many messages are read to count the others.
    pub read_seq: i64,
    /// The newest message.
    pub message_seq: i64,
}

/// A part of what is found.
#[derive(Clone, Debug)]
pub enum Seen {
    Member(Member, User),
    /// Where anything is unread.
    Unread(i64),
    Last(Message, User),
    /// The number of the newest event at that moment.
    Head(i64),
}

/// What there is of conversations, and those people who were asked for.
pub type Found = (Vec<(ConversationId, Seen)>, Vec<User>);

/// Of which conversation, which part, its number, member, message, the person of either.
type Columns = (
    Nullable<Binary>,
    BigInt,
    Nullable<BigInt>,
    Nullable<schema::members::SqlType>,
    Nullable<schema::messages::SqlType>,
    Nullable<accounts::Columns>,
);
type Row =
    (Option<ConversationId>, i64, Option<i64>, Option<Member>, Option<Message>, Option<User>);

/// The parts.
const LAST: i64 = 0;
const MEMBERS: i64 = 1;
const UNREAD: i64 = 2;
const HEADS: i64 = 3;
const PEOPLE: i64 = 4;

/// How many columns a member, a message and a person have.
const OF_MEMBER: usize = 8;
const OF_MESSAGE: usize = 14;
const OF_PERSON: usize = 10;

/// Looks at these conversations, as far as the person takes part in them, and for these people;
/// all as of one moment, and in no order.
pub async fn look(
    conn: &mut Conn,
    viewer: UserId,
    places: &[Place],
    asked: Asked,
    people: &[UserId],
) -> Result<Found, StoreError> {
    let none = Place { conversation: nowhere(), read_seq: 0, message_seq: 0 };
    let behind = places.iter().filter(|place| place.read_seq < place.message_seq);
    let behind: Vec<_> = behind.filter(|_| asked.unread).copied().collect();
    let behind: Vec<_> = if behind.is_empty() {
        Vec::new()
    } else {
        // As many as there are places, so that it makes no other text.
        behind.iter().chain(std::iter::repeat(&none)).take(room(places.len())).collect()
    };
    let is_usual = places.len() <= USUAL && people.len() <= PEOPLE_MAX;
    let places: Vec<_> = with_filling(places, &none).collect();
    let mut statement = Statement::<Columns>::new();
    if asked.last && !places.is_empty() {
        statement.union(|last| write_last(last, viewer, &places));
    }
    if let Some(most) = asked.members.filter(|_| !places.is_empty()) {
        statement.union(|members| write_members(members, viewer, &places, most));
    }
    if !places.is_empty() {
        statement.union(|heads| write_heads(heads, &places));
    }
    if !people.is_empty() {
        statement.union(|these| write_people(these, people));
    }
    match conn {
        Conn::Mysql(_) if !behind.is_empty() => {
            statement.union(|unread| write_unread(unread, viewer, &behind));
        }
        Conn::Mysql(_) => {}
        // It would look through all the history for many at once.
        Conn::Sqlite(_) => {
            for place in behind {
                statement.union(|unread| write_unread(unread, viewer, &[place]));
            }
        }
    }
    let (mut seen, mut others) = (Vec::new(), Vec::new());
    if statement.is_empty() {
        return Ok((seen, others));
    }
    if is_usual {
        statement = statement.kept();
    }
    let rows: Vec<Row> = conn.fetch_all(statement).await?;
    for (id, part, number, member, message, user) in rows {
        let one = match (part, number, member, message, user) {
            (LAST, .., Some(message), Some(user)) => Seen::Last(message, user),
            (MEMBERS, _, Some(member), _, Some(user)) => Seen::Member(member, user),
            (UNREAD, Some(count), ..) => Seen::Unread(count),
            (HEADS, Some(head), ..) => Seen::Head(head),
            (PEOPLE, .., Some(user)) => {
                others.push(user);
                continue;
            }
            _ => continue,
        };
        seen.extend(id.map(|id| (id, one)));
    }
    Ok((seen, others))
}

/// The newest events of these conversations.
fn write_heads(heads: &mut Statement<Columns>, places: &[&Place]) {
    let nothing = nothing(OF_MEMBER + OF_MESSAGE + OF_PERSON);
    heads.add(&format!("SELECT c.id AS id, {HEADS} AS part, c.event_seq AS number, {nothing}"), []);
    let ids: Vec<_> = places.iter().map(|place| id(place)).collect();
    heads.add_list(" FROM conversations AS c WHERE c.id IN ", &ids);
}

/// These people.
fn write_people(these: &mut Statement<Columns>, people: &[UserId]) {
    let nothing = nothing(OF_MEMBER + OF_MESSAGE);
    these.add(&format!("SELECT NULL AS id, {PEOPLE} AS part, NULL AS number, {nothing}, "), []);
    these.add(accounts::COLUMNS, []);
    let mut ids: Vec<_> = people.iter().map(|id| Value::id(id.uuid())).collect();
    if let Some(last) = ids.last().cloned() {
        ids.resize(ids.len().max(PEOPLE_MAX), last);
    }
    these.add_list(" FROM users AS u WHERE u.id IN ", &ids);
}

fn nothing(columns: usize) -> String {
    vec!["NULL"; columns].join(", ")
}

/// Only what is in conversations that this person takes part in.
fn write_guard(statement: &mut Statement<Columns>, viewer: UserId) {
    statement.add(
        " INNER JOIN members AS own ON own.conversation_id = m.conversation_id \
         AND own.user_id = ? AND own.left_at IS NULL WHERE ",
        [Value::id(viewer.uuid())],
    );
}

/// One of these conditions, each with its values.
fn write_any(
    statement: &mut Statement<Columns>,
    condition: &str,
    places: &[&Place],
    values: impl Fn(&Place) -> Vec<Value>,
) {
    let mut between = "((";
    for place in places {
        statement.add(between, []);
        statement.add(condition, values(place));
        between = ") OR (";
    }
    statement.add("))", []);
}

fn id(place: &Place) -> Value {
    Value::id(place.conversation.uuid())
}

/// The newest messages, as far as they are not deleted, with who sent them.
fn write_last(last: &mut Statement<Columns>, viewer: UserId, places: &[&Place]) {
    let nothing = nothing(OF_MEMBER);
    let select = "SELECT /*! STRAIGHT_JOIN */ m.conversation_id AS id";
    last.add(&format!("{select}, {LAST} AS part, NULL AS number, {nothing}, "), []);
    last.add(messages::COLUMNS, []);
    last.add(", ", []);
    last.add(accounts::COLUMNS, []);
    last.add(" FROM messages AS m INNER JOIN users AS u ON u.id = m.sender_id", []);
    write_guard(last, viewer);
    let one = "m.conversation_id = ? AND m.seq = ?";
    write_any(last, one, places, |place| vec![id(place), Value::Number(place.message_seq)]);
    last.add(" AND m.deleted_at IS NULL", []);
}

/// Who is in, with who they are.
fn write_members(statement: &mut Statement<Columns>, viewer: UserId, places: &[&Place], most: i64) {
    let nothing = nothing(OF_MESSAGE);
    let select = "SELECT /*! STRAIGHT_JOIN */ m.conversation_id AS id";
    statement.add(&format!("{select}, {MEMBERS} AS part, NULL AS number, "), []);
    statement.add(members::COLUMNS, []);
    statement.add(&format!(", {nothing}, "), []);
    statement.add(accounts::COLUMNS, []);
    statement.add(" FROM members AS m INNER JOIN users AS u ON u.id = m.user_id", []);
    write_guard(statement, viewer);
    let ids: Vec<_> = places.iter().map(|place| id(place)).collect();
    statement.add_list("m.conversation_id IN ", &ids);
    statement.add(" AND m.left_at IS NULL LIMIT ?", [Value::Number(most)]);
}

/// How many messages of others are not read and not deleted.
fn write_unread(unread: &mut Statement<Columns>, viewer: UserId, places: &[&Place]) {
    let nothing = nothing(OF_MEMBER + OF_MESSAGE + OF_PERSON);
    let select = "SELECT /*! STRAIGHT_JOIN */ m.conversation_id AS id";
    let count = format!("{select}, {UNREAD} AS part, COUNT(*) AS number, {nothing}");
    unread.add(&format!("{count} FROM messages AS m {BY_NUMBER}"), []);
    write_guard(unread, viewer);
    let range = "m.conversation_id = ? AND m.seq > ? AND m.seq <= ?";
    write_any(unread, range, places, |place| {
        vec![id(place), Value::Number(place.read_seq), Value::Number(place.message_seq)]
    });
    unread.add(
        " AND m.sender_id <> ? AND m.deleted_at IS NULL GROUP BY m.conversation_id",
        [Value::id(viewer.uuid())],
    );
}
