//! Who shows an access token, counted and named in the log.

use super::{Authenticated, TokenType, is_alive, read};
use crate::{
    domain::{App, Error, Result, Viewer},
    ids::UserId,
    time::Timestamp,
};

/// From now on the log lines of this request say whose it is.
pub(super) fn name(user: UserId) {
    tracing::Span::current().record("user_id", tracing::field::display(user));
}

/// Who an access token speaks for.
///
/// # Errors
/// [`Error::BadToken`], [`Error::TokenExpired`] or [`Error::SessionRevoked`].
pub async fn authenticate(app: &App, access_token: &str) -> Result<Authenticated> {
    let known = look_up(app, access_token).await;
    match &known {
        Ok(known) => name(known.viewer.id()),
        Err(Error::TokenExpired) => app.metrics.auth_failed("expired_token"),
        Err(Error::SessionRevoked) => app.metrics.auth_failed("session_over"),
        Err(Error::BadToken(_)) => app.metrics.auth_failed("invalid_token"),
        Err(_) => {}
    }
    known
}

async fn look_up(app: &App, access_token: &str) -> Result<Authenticated> {
    let now = app.clock.now();
    let token = read(app, TokenType::Access, access_token, now)?;
    let found = app.reads.sessions.find(vec![token.session]).await?.remove(&token.session);
    let (session, user) = found.ok_or(Error::SessionRevoked)?;
    if user.id != token.user || !is_alive(&session, &user, now) {
        return Err(Error::SessionRevoked);
    }
    let expires_at = Timestamp::from_micros(token.expires_at.saturating_mul(1_000_000));
    let viewer = Viewer::new(user.id, session.id, user.role, expires_at);
    Ok(Authenticated { viewer, username: user.username })
}
