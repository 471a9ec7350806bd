//! Sign-ins, and the refresh tokens that keep them alive (by hash only).

use diesel::prelude::*;

use super::{
    Conn, StoreError,
    accounts::{Role, User},
    choice::choice,
    conn::{any_of, columns},
    schema::{refresh_tokens, sessions, users},
};
use crate::{
    ids::{SessionId, UserId},
    time::Timestamp,
};

choice! {
    /// The door a session came in by; its tokens are refused at the others.
    Kind {
        /// GraphQL: the refresh token rotates.
        Graphql = "GRAPHQL",
        /// REST: the refresh token stays good until it ends.
        Rest = "REST",
        /// A page: a cookie, whose hash is kept as that of a refresh token.
        Page = "PAGE",
    }
}

/// One sign-in of a person.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    pub kind: Kind,
    pub rotates: bool,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
    pub absolute_expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub user_agent: Option<String>,
    pub ip: Option<String>,
}

/// What is kept of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens)]
pub struct RefreshToken {
    pub token_hash: Vec<u8>,
    pub session_id: SessionId,
    pub issued_at: Timestamp,
    /// When it was exchanged for its successor.
    pub spent_at: Option<Timestamp>,
    /// When the same successor was handed out a second time.
    pub regranted_at: Option<Timestamp>,
}

/// Adds a session.
pub async fn insert(conn: &mut Conn, session: &Session) -> Result<(), StoreError> {
    conn.execute(diesel::insert_into(sessions::table).values(session)).await?;
    Ok(())
}

/// These sessions with their owners, in one statement; in no order.
pub async fn find_many_with_user(
    conn: &mut Conn,
    ids: &[SessionId],
) -> Result<Vec<(Session, User)>, StoreError> {
    let both = sessions::table.inner_join(users::table).filter(any_of(sessions::id, ids));
    conn.fetch_all(both.select((columns::<Session>(), columns::<User>()))).await
}

/// The session that the secret with this hash keeps alive, with its owner, in one statement.
pub async fn find_by_token(
    conn: &mut Conn,
    hash: &[u8],
) -> Result<Option<(Session, User)>, StoreError> {
    let all = refresh_tokens::table
        .inner_join(sessions::table.inner_join(users::table))
        .filter(refresh_tokens::token_hash.eq(hash.to_vec()));
    conn.fetch_optional(all.select((columns::<Session>(), columns::<User>()))).await
}

/// Locks a session for the rest of the transaction.
pub async fn lock(conn: &mut Conn, id: SessionId) -> Result<Option<Session>, StoreError> {
    let row = sessions::table.find(id);
    Ok(match conn {
        Conn::Mysql(c) => {
            let row = row.for_update().select(Session::as_select());
            diesel_async::RunQueryDsl::first(row, c).await.optional()?
        }
        // BEGIN IMMEDIATE holds the whole file.
        Conn::Sqlite(_) => conn.fetch_optional(row.select(columns::<Session>())).await?,
    })
}

/// A person's sessions that are not over, newest first.
pub async fn list_alive(
    conn: &mut Conn,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<Session>, StoreError> {
    let alive = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now));
    let newest = (sessions::created_at.desc(), sessions::id.desc());
    conn.fetch_all(alive.order(newest).select(columns::<Session>())).await
}

/// Those of these sessions that are not over, with what their people are.
pub async fn list_alive_with_role(
    conn: &mut Conn,
    ids: &[SessionId],
    now: Timestamp,
) -> Result<Vec<(SessionId, Role)>, StoreError> {
    let alive = sessions::table
        .inner_join(users::table)
        .filter(any_of(sessions::id, ids))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(users::disabled_at.is_null())
        .filter(users::deleted_at.is_null());
    conn.fetch_all(alive.select((sessions::id, users::role))).await
}

/// Notes that a session was used and now lasts until `expires_at`.
pub async fn update_used(
    conn: &mut Conn,
    id: SessionId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let used = (sessions::last_used_at.eq(now), sessions::expires_at.eq(expires_at));
    conn.execute(diesel::update(sessions::table.find(id)).set(used)).await?;
    Ok(())
}

/// Ends a session of this person; answers whether there was one to end.
pub async fn revoke(
    conn: &mut Conn,
    id: SessionId,
    user: UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mine = sessions::table
        .filter(sessions::id.eq(id))
        .filter(sessions::user_id.eq(user))
        .filter(sessions::revoked_at.is_null());
    let ended = conn.execute(diesel::update(mine).set(sessions::revoked_at.eq(Some(now)))).await?;
    Ok(ended > 0)
}

/// Ends all sessions of a person, but for the one that stays.
pub async fn revoke_others(
    conn: &mut Conn,
    user: UserId,
    stays: Option<SessionId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let others = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::id.ne(stays.unwrap_or(uuid::Uuid::nil().into())))
        .filter(sessions::revoked_at.is_null());
    conn.execute(diesel::update(others).set(sessions::revoked_at.eq(Some(now)))).await?;
    Ok(())
}

/// Keeps the hash of a refresh token.
pub async fn insert_token(conn: &mut Conn, token: &RefreshToken) -> Result<(), StoreError> {
    conn.execute(diesel::insert_into(refresh_tokens::table).values(token)).await?;
    Ok(())
}

/// What is kept of a refresh token.
pub async fn find_token(conn: &mut Conn, hash: &[u8]) -> Result<Option<RefreshToken>, StoreError> {
    let token = refresh_tokens::table.filter(refresh_tokens::token_hash.eq(hash.to_vec()));
    conn.fetch_optional(token.select(columns::<RefreshToken>())).await
}

/// Notes that a refresh token was exchanged.
pub async fn update_spent(conn: &mut Conn, hash: &[u8], now: Timestamp) -> Result<(), StoreError> {
    let token = refresh_tokens::table.filter(refresh_tokens::token_hash.eq(hash.to_vec()));
    conn.execute(diesel::update(token).set(refresh_tokens::spent_at.eq(Some(now)))).await?;
    Ok(())
}

/// Notes that the successor of a spent refresh token was handed out again.
pub async fn update_regranted(
    conn: &mut Conn,
    hash: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let token = refresh_tokens::table.filter(refresh_tokens::token_hash.eq(hash.to_vec()));
    conn.execute(diesel::update(token).set(refresh_tokens::regranted_at.eq(Some(now)))).await?;
    Ok(())
}

/// Forgets all refresh tokens of a session.
pub async fn delete_tokens(conn: &mut Conn, id: SessionId) -> Result<(), StoreError> {
    let tokens = refresh_tokens::table.filter(refresh_tokens::session_id.eq(id));
    conn.execute(diesel::delete(tokens)).await?;
    Ok(())
}
