//! Sessions of server-rendered pages: a secret in a cookie, kept by its hash.

use std::time::Duration;

use super::{Kind, Login, Opened, is_alive, name, open, sessions, token};
use crate::{
    domain::{App, Client, Result, Viewer, accounts::User},
    live::Signal,
};

/// How long such a session lasts without being used.
pub(super) const IDLE: Duration = Duration::from_hours(24);

/// And in any case.
pub(super) const LONGEST: Duration = Duration::from_hours(14 * 24);

/// That a session was used is written down no more often than this.
const NOTED_EVERY: Duration = Duration::from_mins(5);

/// Signs in by user name or e-mail, for a page: answers the secret for the cookie.
///
/// # Errors
/// As [`super::login`].
pub async fn open_page(
    app: &App,
    client: &Client,
    name: String,
    password: String,
) -> Result<(String, User)> {
    let login = Login::Either(name);
    let Opened { secret, user, .. } = open(app, client, login, password, Kind::Page).await?;
    Ok((secret, user))
}

/// Who shows this cookie, and their row; `None` if its session is over, or none.
pub async fn authenticate_page(app: &App, cookie: &str) -> Result<Option<(Viewer, User)>> {
    let now = app.clock.now();
    let hash = token::hash(cookie);
    let found = sessions::find_by_token(&mut app.store.conn().await?, &hash).await?;
    let found =
        found.filter(|(session, user)| session.kind == Kind::Page && is_alive(session, user, now));
    let Some((session, user)) = found else { return Ok(None) };
    let mut expires_at = session.expires_at;
    if now >= session.last_used_at.after(NOTED_EVERY) {
        expires_at = now.after(IDLE).min(session.absolute_expires_at);
        let conn = &mut app.store.writing().await?;
        sessions::update_used(conn, session.id, now, expires_at).await?;
    }
    name(user.id);
    Ok(Some((Viewer::new(user.id, session.id, user.role, expires_at), user)))
}

/// Ends the session of this cookie, if there is one.
pub async fn close_page(app: &App, cookie: &str) -> Result<()> {
    let (now, hash) = (app.clock.now(), token::hash(cookie));
    let found = sessions::find_by_token(&mut app.store.conn().await?, &hash).await?;
    let page = found.filter(|(session, _)| session.kind == Kind::Page);
    let Some((session, user)) = page else { return Ok(()) };
    let mut conn = app.store.writing().await?;
    if sessions::revoke(&mut conn, session.id, user.id, now).await? {
        app.live.tell(Signal::SessionOver { session: session.id });
    }
    Ok(())
}
