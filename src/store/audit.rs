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
