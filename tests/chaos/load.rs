//! Reads what the database holds.

use std::collections::HashMap;

use mysql_async::{Conn, prelude::Queryable};
use uuid::Uuid;

use crate::{
    clients::{Place, cast::Cast, names},
    history::{By, Chat, Log, Person, Row, Stored, What},
    world::{Outcome, World},
};

/// The numbers that this program uses for ids.
struct Ids {
    chats: HashMap<Vec<u8>, Chat>,
    people: HashMap<Vec<u8>, Person>,
}

impl Ids {
    fn new(cast: &Cast) -> Self {
        let bytes = |id: &str| Uuid::parse_str(id).unwrap_or_default().as_bytes().to_vec();
        Self {
            chats: (0..).zip(&cast.chats).map(|(n, talk)| (bytes(&talk.id), n)).collect(),
            people: (0..).zip(&cast.people).map(|(n, one)| (bytes(&one.id), n)).collect(),
        }
    }
}

async fn connect(world: &World) -> Outcome<Conn> {
    let mut conn = world.mysql.connect().await?;
    conn.query_drop(format!("USE {}", world.mysql.database())).await?;
    Ok(conn)
}

fn number(bytes: &[u8]) -> u128 {
    Uuid::from_slice(bytes).map_or(0, |id| id.as_u128())
}

/// Everything.
pub(crate) async fn stored(world: &World, cast: &Cast) -> Outcome<Stored> {
    type Message = (Vec<u8>, u32, u32, Vec<u8>, Vec<u8>, Option<Vec<u8>>, String);
    type Change = (Vec<u8>, u32, String, Option<Vec<u8>>);
    let (mut conn, ids) = (connect(world).await?, Ids::new(cast));
    let mut stored = Stored::default();
    stored.logs.resize_with(cast.chats.len(), Log::default);
    for (id, message_seq, event_seq) in conn
        .query::<(Vec<u8>, u32, u32), _>("SELECT id, message_seq, event_seq FROM conversations")
        .await?
    {
        match ids.chats.get(&id) {
            Some(chat) => {
                let log = &mut stored.logs[usize::from(*chat)];
                (log.message_seq, log.event_seq) = (message_seq, event_seq);
            }
            None => stored.strays += 1,
        }
    }
    let messages = "SELECT conversation_id, seq, event_seq, id, sender_id, client_message_id, body \
        FROM messages ORDER BY conversation_id, seq";
    let mut rows = conn.query_iter(messages).await?;
    while let Some(row) = rows.next().await? {
        let (chat, seq, event_seq, id, sender, own, body): Message = mysql_async::from_row(row);
        let Some(chat) = ids.chats.get(&chat) else {
            stored.strays += 1;
            continue;
        };
        let key = own.and_then(|own| names::key(Uuid::from_slice(&own).ok()?));
        let (id, sender) = (number(&id), ids.people.get(&sender).copied());
        let is_true = key.is_some_and(|key| names::body(key) == body);
        let what = What::Message { seq, id, sender, key, is_true };
        let name = names::of_message(id, &body);
        stored.logs[usize::from(*chat)].rows.push(Row { event_seq, name, what });
    }
    drop(rows);
    let changes = "SELECT conversation_id, event_seq, kind, subject_id FROM changes";
    for (chat, event_seq, kind, subject) in conn.query::<Change, _>(changes).await? {
        let Some(chat) = ids.chats.get(&chat) else {
            stored.strays += 1;
            continue;
        };
        let kind = kind.to_lowercase();
        let person = subject.as_ref().and_then(|subject| ids.people.get(subject)).copied();
        let what = match (&*kind, person) {
            ("joined", Some(person)) => What::Joined(person),
            ("left", Some(person)) => What::Left(person),
            _ => What::Other,
        };
        let name = names::of_change(&kind, subject.map_or(0, |subject| number(&subject)));
        stored.logs[usize::from(*chat)].rows.push(Row { event_seq, name, what });
    }
    let members = "SELECT conversation_id, user_id, left_event_seq FROM members";
    for (chat, person, left) in conn.query::<(Vec<u8>, Vec<u8>, Option<u32>), _>(members).await? {
        match (ids.chats.get(&chat), ids.people.get(&person)) {
            (Some(chat), Some(person)) => {
                stored.logs[usize::from(*chat)].members.push((*person, left));
            }
            _ => stored.strays += 1,
        }
    }
    for log in &mut stored.logs {
        log.rows.sort_unstable_by_key(|row| row.event_seq);
    }
    conn.disconnect().await?;
    Ok(stored)
}

/// How far everybody who is, or was, in a conversation is to come.
pub(crate) struct Ends(HashMap<(Chat, Person), (u32, u32)>);

impl Ends {
    pub(crate) async fn read(world: &World, cast: &Cast) -> Outcome<Self> {
        type End = (Vec<u8>, Vec<u8>, u32, u32);
        let (mut conn, ids) = (connect(world).await?, Ids::new(cast));
        let ends = "SELECT m.conversation_id, m.user_id, COALESCE(m.left_event_seq, c.event_seq), \
            IF(m.left_event_seq IS NULL, c.message_seq, (SELECT COALESCE(MAX(seq), 0) \
            FROM messages WHERE conversation_id = c.id AND event_seq < m.left_event_seq)) \
            FROM members AS m INNER JOIN conversations AS c ON c.id = m.conversation_id";
        let rows = conn.query::<End, _>(ends).await?;
        conn.disconnect().await?;
        let of = |(chat, person, events, messages): End| {
            Some(((*ids.chats.get(&chat)?, *ids.people.get(&person)?), (events, messages)))
        };
        Ok(Self(rows.into_iter().filter_map(of).collect()))
    }

    pub(crate) fn of(&self, place: Place) -> u32 {
        let (events, messages) =
            self.0.get(&(place.chat, place.person)).copied().unwrap_or_default();
        match place.by {
            By::Events => events,
            By::Messages => messages,
        }
    }
}
