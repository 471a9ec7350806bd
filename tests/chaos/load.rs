//! Reads what the database holds.

use std::collections::HashMap;

use mysql_async::prelude::Queryable;
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

fn number(bytes: &[u8]) -> u128 {
    Uuid::from_slice(bytes).map_or(0, |id| id.as_u128())
}

/// Everything.
pub(crate) async fn stored(world: &World, cast: &Cast) -> Outcome<Stored> {
    type Message = (Vec<u8>, u32, u32, Option<u32>, Vec<u8>, Vec<u8>, Option<Vec<u8>>, String, u32);
    type Changed = (Vec<u8>, u32, String, Option<u32>, Vec<u8>, Option<Vec<u8>>, Option<String>);
    let (mut conn, ids) = (world.connect().await?, Ids::new(cast));
    let mut stored = Stored::default();
    stored.logs.resize_with(cast.chats.len(), Log::default);
    let conversations = "SELECT id, message_seq, event_seq, title FROM conversations";
    for (id, message_seq, event_seq, title) in
        conn.query::<(Vec<u8>, u32, u32, Option<String>), _>(conversations).await?
    {
        match ids.chats.get(&id) {
            Some(chat) => {
                let log = &mut stored.logs[usize::from(*chat)];
                (log.message_seq, log.event_seq) = (message_seq, event_seq);
                log.title = names::words_of(title.as_deref().unwrap_or_default());
            }
            None => stored.strays += 1,
        }
    }
    let messages = "SELECT conversation_id, seq, event_seq, changed_event_seq, id, sender_id, \
        client_message_id, body, revision FROM messages ORDER BY conversation_id, seq";
    let mut rows = conn.query_iter(messages).await?;
    while let Some(row) = rows.next().await? {
        let (chat, seq, event_seq, changed, id, sender, own, body, revision): Message =
            mysql_async::from_row(row);
        let Some(chat) = ids.chats.get(&chat) else {
            stored.strays += 1;
            continue;
        };
        let key = own.and_then(|own| names::key(Uuid::from_slice(&own).ok()?));
        let (id, sender) = (number(&id), ids.people.get(&sender).copied());
        let said = key.map_or(0, |key| names::words_of(&names::body(key)));
        let what = What::Message { seq, id, sender, key, said, revision, changed };
        let name = names::of_message(id, &body);
        stored.logs[usize::from(*chat)].rows.push(Row { event_seq, name, what });
    }
    drop(rows);
    let changes = "SELECT conversation_id, event_seq, kind, message_seq, actor_id, subject_id, data \
        FROM changes";
    for (chat, event_seq, kind, seq, actor, subject, data) in
        conn.query::<Changed, _>(changes).await?
    {
        let Some(chat) = ids.chats.get(&chat) else {
            stored.strays += 1;
            continue;
        };
        let log = &mut stored.logs[usize::from(*chat)];
        let person = subject.as_ref().and_then(|subject| ids.people.get(subject)).copied();
        let actor = ids.people.get(&actor).copied();
        let kind = kind.to_lowercase();
        let what = match (&*kind, person, seq) {
            ("joined", Some(person), _) => What::Joined(person),
            ("left", Some(person), _) => What::Left(person),
            ("edited", _, Some(seq)) => What::Edited(seq, actor),
            ("deleted", _, Some(seq)) => What::Deleted(seq, actor),
            ("updated", ..) => What::Titled(actor),
            _ => What::Other,
        };
        let about = match (what, &subject) {
            (What::Edited(seq, _) | What::Deleted(seq, _), _) => id_of(log, seq),
            (_, Some(subject)) => number(subject),
            _ => 0,
        };
        // The role of who joins is not what is told of them.
        let title = data.filter(|_| matches!(what, What::Titled(_))).unwrap_or_default();
        let name = names::of_change(&kind, about, &title);
        log.rows.push(Row { event_seq, name, what });
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

/// The id of a message in a log that begins with its messages.
fn id_of(log: &Log, seq: u32) -> u128 {
    let is_it = |row: &&Row| row.seq() == Some(seq);
    let place = usize::try_from(seq).unwrap_or(usize::MAX).wrapping_sub(1);
    let row = log.rows.get(place).filter(is_it).or_else(|| log.rows.iter().find(is_it));
    match row.map(|row| row.what) {
        Some(What::Message { id, .. }) => id,
        _ => 0,
    }
}

/// How far everybody who is, or was, in a conversation is to come.
pub(crate) struct Ends(HashMap<(Chat, Person), (u32, u32)>);

impl Ends {
    pub(crate) async fn read(world: &World, cast: &Cast) -> Outcome<Self> {
        type End = (Vec<u8>, Vec<u8>, u32, u32);
        let (mut conn, ids) = (world.connect().await?, Ids::new(cast));
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
