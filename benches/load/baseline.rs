//! What the rows are measured against where that is the database itself: the plainest thing
//! that does the same, without a server between.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncMysqlConnection, RunQueryDsl,
    SimpleAsyncConnection, TransactionManager,
};
use mysql_async::prelude::Queryable;
use tokio::{sync::Barrier, task::JoinSet};
use uuid::Uuid;

use super::{
    cold::Windows,
    drive::{Measure, gather},
    server::Outcome,
    world::{PEOPLE, World},
};

diesel::table! {
    conversations (id) {
        id -> Binary,
        message_seq -> BigInt,
        event_seq -> BigInt,
        live_count -> BigInt,
        last_activity_at -> Datetime,
        deleted_at -> Nullable<Datetime>,
    }
}

diesel::table! {
    members (conversation_id, user_id) {
        conversation_id -> Binary,
        user_id -> Binary,
        role -> Text,
        left_at -> Nullable<Datetime>,
    }
}

diesel::table! {
    messages (conversation_id, seq) {
        conversation_id -> Binary,
        seq -> BigInt,
        event_seq -> BigInt,
        id -> Binary,
        sender_id -> Binary,
        client_message_id -> Nullable<Binary>,
        client_hash -> Nullable<Binary>,
        body -> Text,
        reply_to_seq -> Nullable<BigInt>,
        sent_at -> Datetime,
        edited_at -> Nullable<Datetime>,
        deleted_at -> Nullable<Datetime>,
        revision -> BigInt,
    }
}

#[derive(Insertable)]
#[diesel(table_name = messages)]
struct NewMessage<'m> {
    conversation_id: &'m [u8],
    seq: i64,
    event_seq: i64,
    id: Vec<u8>,
    sender_id: &'m [u8],
    client_message_id: Option<Vec<u8>>,
    client_hash: Option<Vec<u8>>,
    body: &'m str,
    sent_at: NaiveDateTime,
    revision: i64,
}

/// Who says something where, as the database has it.
pub(crate) struct Place {
    chat: Vec<u8>,
    user: Vec<u8>,
}

/// The conversations of a world, each with the person who asks there.
pub(crate) fn places(world: &World) -> Outcome<Arc<Vec<Place>>> {
    let place = |(chat, person): &(String, usize)| {
        let user = world.people.get(*person).ok_or("nobody asks there")?.as_bytes().to_vec();
        Outcome::Ok(Place { chat: Uuid::parse_str(chat)?.as_bytes().to_vec(), user })
    };
    Ok(Arc::new(world.chats.iter().map(place).collect::<Outcome<_>>()?))
}

/// One message by itself, as it is done where nothing gathers them: a transaction of five
/// statements and a commit.
#[expect(clippy::disallowed_methods, reason = "there is no server here whose clock to ask")]
async fn send_one(conn: &mut AsyncMysqlConnection, place: &Place, body: &str) -> Outcome<()> {
    AnsiTransactionManager::begin_transaction(conn).await?;
    let (seq, event_seq, live): (i64, i64, i64) = conversations::table
        .find(&place.chat)
        .filter(conversations::deleted_at.is_null())
        .select((conversations::message_seq, conversations::event_seq, conversations::live_count))
        .for_update()
        .first(conn)
        .await?;
    let _role: String = members::table
        .find((&place.chat, &place.user))
        .filter(members::left_at.is_null())
        .select(members::role)
        .first(conn)
        .await?;
    let now = Utc::now().naive_utc();
    let message = NewMessage {
        conversation_id: &place.chat,
        seq: seq + 1,
        event_seq: event_seq + 1,
        id: Uuid::now_v7().as_bytes().to_vec(),
        sender_id: &place.user,
        client_message_id: Some(Uuid::new_v4().as_bytes().to_vec()),
        client_hash: Some(vec![7; 32]),
        body,
        sent_at: now,
        revision: 1,
    };
    diesel::insert_into(messages::table).values(message).execute(conn).await?;
    diesel::update(conversations::table.find(&place.chat))
        .set((
            conversations::message_seq.eq(seq + 1),
            conversations::event_seq.eq(event_seq + 1),
            conversations::live_count.eq(live + 1),
            conversations::last_activity_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(AnsiTransactionManager::commit_transaction(conn).await?)
}

/// Sends one by one over so many connections of its own for so long.
pub(crate) async fn send(
    url: &str,
    places: &Arc<Vec<Place>>,
    connections: usize,
    body: &'static str,
    span: Duration,
) -> Outcome<Measure> {
    let barrier = Arc::new(Barrier::new(connections + 1));
    let mut tasks = JoinSet::new();
    for n in 0..connections {
        let mut conn = AsyncMysqlConnection::establish(url).await?;
        let settings = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
        conn.batch_execute(settings).await?;
        // The statements are prepared by the time it counts.
        send_one(&mut conn, &places[n % places.len()], body).await?;
        let (places, barrier) = (places.clone(), barrier.clone());
        tasks.spawn(async move {
            let mut took = Vec::with_capacity(4_096);
            barrier.wait().await;
            let begun = Instant::now();
            let mut asked = begun;
            for turn in 1.. {
                send_one(&mut conn, &places[(n + turn * connections) % places.len()], body).await?;
                let answered = Instant::now();
                if answered - begun > span {
                    break;
                }
                took.push((answered - asked).as_secs_f64() * 1_000.0);
                asked = answered;
            }
            Outcome::Ok(took)
        });
    }
    barrier.wait().await;
    gather(tasks, span).await
}

/// A message as a page shows it.
#[expect(dead_code, reason = "it is read out of the rows, as a server would")]
struct Message {
    id: Vec<u8>,
    seq: i64,
    sender_id: Vec<u8>,
    body: String,
    sent_at: mysql_async::Value,
    edited_at: Option<mysql_async::Value>,
    deleted_at: Option<mysql_async::Value>,
    revision: i64,
}

type Columns = (
    Vec<u8>,
    i64,
    Vec<u8>,
    String,
    mysql_async::Value,
    Option<mysql_async::Value>,
    Option<mysql_async::Value>,
    i64,
);

/// The three statements of a page: the guard, the newest messages, those who sent them.
async fn page_of(
    conn: &mut mysql_async::Conn,
    statements: &[mysql_async::Statement; 3],
    place: &Place,
    before: Option<i64>,
) -> Outcome<usize> {
    let [guard, newest, senders] = statements;
    let head: Option<i64> = conn.exec_first(guard, (&place.chat, &place.user)).await?;
    head.ok_or("not a member")?;
    let mut values: Vec<mysql_async::Value> = vec![(&place.chat).into()];
    values.extend(before.map(mysql_async::Value::from));
    let page: Vec<Message> = conn
        .exec_map(newest, values, |columns: Columns| {
            let (id, seq, sender_id, body, sent_at, edited_at, deleted_at, revision) = columns;
            Message { id, seq, sender_id, body, sent_at, edited_at, deleted_at, revision }
        })
        .await?;
    let mut ids: Vec<_> = page.iter().map(|message| &message.sender_id).collect();
    ids.sort_unstable();
    ids.dedup();
    // As many places as a conversation here has members; the last stands for who did not send.
    let last = (*ids.last().ok_or("an empty page")?).clone();
    let mut ids: Vec<Vec<u8>> = ids.into_iter().cloned().collect();
    ids.resize(4, last);
    let names: Vec<(Vec<u8>, String)> = conn.exec(senders, ids).await?;
    if names.is_empty() { Err("nobody sent this".into()) } else { Ok(page.len()) }
}

/// Reads pages over so many connections of its own for so long: the newest, or windows.
pub(crate) async fn page(
    url: &str,
    places: &Arc<Vec<Place>>,
    windows: Option<&Arc<Windows>>,
    connections: usize,
    span: Duration,
) -> Outcome<Measure> {
    let within = if windows.is_some() { "AND seq < ? " } else { "" };
    let barrier = Arc::new(Barrier::new(connections + 1));
    let mut tasks = JoinSet::new();
    for n in 0..connections {
        let mut conn = mysql_async::Conn::from_url(url).await?;
        conn.query_drop("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED").await?;
        let statements = [
            conn.prep(
                "SELECT c.message_seq FROM members AS m \
                 INNER JOIN conversations AS c ON c.id = m.conversation_id \
                 WHERE m.conversation_id = ? AND m.user_id = ? AND m.left_at IS NULL \
                 AND c.deleted_at IS NULL",
            )
            .await?,
            conn.prep(format!(
                "SELECT id, seq, sender_id, body, sent_at, edited_at, deleted_at, revision \
                 FROM messages WHERE conversation_id = ? {within}AND deleted_at IS NULL \
                 ORDER BY seq DESC LIMIT 50"
            ))
            .await?,
            conn.prep("SELECT id, username FROM users WHERE id IN (?, ?, ?, ?)").await?,
        ];
        let (places, barrier, windows) = (places.clone(), barrier.clone(), windows.cloned());
        tasks.spawn(async move {
            let mut took = Vec::with_capacity(4_096);
            barrier.wait().await;
            let begun = Instant::now();
            let mut asked = begun;
            for turn in 0.. {
                let chat = (n + turn * PEOPLE) % places.len();
                let before = windows.as_ref().map(|windows| windows.next(chat));
                let length = page_of(&mut conn, &statements, &places[chat], before).await?;
                if length != 50 {
                    return Err(format!("a page of {length} messages").into());
                }
                let answered = Instant::now();
                if answered - begun > span {
                    break;
                }
                took.push((answered - asked).as_secs_f64() * 1_000.0);
                asked = answered;
            }
            conn.disconnect().await?;
            Outcome::Ok(took)
        });
    }
    barrier.wait().await;
    gather(tasks, span).await
}
