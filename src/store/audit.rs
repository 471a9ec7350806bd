//! The audit log: who did what to whom, beside the conversations.

use diesel::prelude::*;

use super::{Conn, StoreError, schema::audit_log};
use crate::{
    ids::{AuditId, UserId},
    time::Timestamp,
};

/// One line of the log.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = audit_log)]
pub struct Line {
    pub id: AuditId,
    pub at: Timestamp,
    pub action: &'static str,
    pub actor_id: Option<UserId>,
    pub subject_id: Option<UserId>,
    pub ip: Option<String>,
    pub detail: Option<String>,
}

/// Adds a line.
pub async fn insert(conn: &mut Conn, line: &Line) -> Result<(), StoreError> {
    conn.execute(diesel::insert_into(audit_log::table).values(line)).await?;
    Ok(())
}

/// How many lines tell of an action.
pub async fn count(conn: &mut Conn, action: &str) -> Result<i64, StoreError> {
    let lines = audit_log::table.filter(audit_log::action.eq(action.to_owned()));
    conn.fetch_one(lines.count()).await
}
