//! The events of a conversation that are not new messages. Together with the messages,
//! by `event_seq`, they are its whole log.

use diesel::prelude::*;

use super::{Conn, StoreError, choice::choice, schema::changes};
use crate::{
    ids::{ConversationId, UserId},
    time::Timestamp,
};

choice! {
    /// What happened.
    ChangeKind {
        /// A message has new words.
        Edited = "EDITED",
        /// A message became a tombstone.
        Deleted = "DELETED",
        /// Somebody came in.
        Joined = "JOINED",
        /// Somebody left or was removed.
        Left = "LEFT",
        /// Somebody has another role.
        Role = "ROLE",
        /// The title is another.
        Updated = "UPDATED",
        /// The conversation is over; nothing comes after this.
        Over = "OVER",
    }
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = changes)]
pub struct Change {
    pub conversation_id: ConversationId,
    pub event_seq: i64,
    pub kind: ChangeKind,
    /// The message that was edited or deleted.
    pub message_seq: Option<i64>,
    /// Who did it.
    pub actor_id: UserId,
    /// The person it happened to.
    pub subject_id: Option<UserId>,
    pub at: Timestamp,
    /// The new role or title.
    pub data: Option<String>,
}

/// Adds an event.
pub async fn insert(conn: &mut Conn, change: &Change) -> Result<(), StoreError> {
    conn.execute(diesel::insert_into(changes::table).values(change)).await?;
    Ok(())
}

/// Adds events, at least one.
pub async fn insert_many(conn: &mut Conn, rows: Vec<Change>) -> Result<(), StoreError> {
    match conn {
        Conn::Mysql(c) => {
            let insert = diesel::insert_into(changes::table).values(rows);
            diesel_async::RunQueryDsl::execute(insert, c).await?;
        }
        // Row by row, as each is then the same statement; on the thread for it once.
        Conn::Sqlite(c) => {
            let insert = move |c: &mut SqliteConnection| {
                for row in &rows {
                    diesel::insert_into(changes::table).values(row).execute(c)?;
                }
                Ok(())
            };
            c.spawn_blocking(insert).await?;
        }
    }
    Ok(())
}
