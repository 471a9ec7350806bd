//! REST's tokens: an access token of an hour, and a refresh token that does not rotate. The
//! checks come in the order in which existing clients see them fail.

use super::{
    Granted, Kind, Login, is_alive, name, open, sessions, sign, sign_access, token, users,
};
use crate::{
    domain::{App, Client, Error, Result, Viewer, accounts::User},
    secrets::token::{Opened, TokenError, TokenType},
    store::{Conn, StoreError, sessions::Session},
    time::Timestamp,
};

/// Why a token is not taken, for a face that tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// Not ours, tampered with, or of a session that is over.
    Invalid,
    /// Good once.
    Expired,
    /// An access token where a refresh token belongs, or the reverse.
    WrongType,
    /// It names nobody.
    NoUser,
}

/// Why a token lets nobody in.
#[derive(Debug)]
pub enum Refused {
    /// The token itself.
    Token(TokenFault),
    /// Whom it names is not there, or not any more.
    UserNotFound,
    /// Whom it names is locked out.
    UserInactive,
    /// It could not be looked at.
    Other(Error),
}

impl From<TokenFault> for Refused {
    fn from(fault: TokenFault) -> Self {
        Self::Token(fault)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

/// Signs in: an access and a refresh token that does not rotate.
///
/// # Errors
/// As [`super::login`].
pub async fn login_rest(
    app: &App,
    client: &Client,
    login: Login,
    password: String,
) -> Result<Granted> {
    sign(app, open(app, client, login, password, Kind::Rest).await?)
}

/// A new access token for a refresh token of REST, which stays good. One of another door is
/// not valid here, and its session goes on.
pub async fn refresh_rest(
    app: &App,
    _client: &Client,
    refresh_token: &str,
) -> std::result::Result<String, Refused> {
    let now = app.clock.now();
    let said = read(app, TokenType::Refresh, refresh_token, now)?;
    if let Some(session) = said.session {
        app.limits.refresh(session)?;
    }
    let mut conn = app.store.conn().await?;
    let kept = match &said.jti {
        Some(jti) => sessions::find_by_token(&mut conn, &token::hash(jti)).await?,
        None => None,
    };
    let kept = kept.filter(|(session, _)| Some(session.id) == said.session);
    if kept.as_ref().is_some_and(|(session, _)| session.kind != Kind::Rest) {
        return Err(TokenFault::Invalid.into());
    }
    let (session, _) = who(&mut conn, &said, kept, now).await?;
    let (access_token, _) = sign_access(app, &session, now)?;
    drop(conn);
    let conn = &mut app.store.writing().await?;
    sessions::update_used(conn, session.id, now, session.expires_at).await?;
    Ok(access_token)
}

/// Whether a token is one of ours, access or refresh, and has not expired: nothing else.
pub fn verify(app: &App, token: &str) -> std::result::Result<(), TokenFault> {
    said(app, token, app.clock.now()).map(drop)
}

/// Who an access token of any door speaks for, and their row.
pub async fn authenticate_rest(
    app: &App,
    access_token: &str,
) -> std::result::Result<(Viewer, User), Refused> {
    let known = look_up(app, access_token).await;
    match &known {
        Ok((viewer, _)) => name(viewer.id()),
        Err(Refused::Token(TokenFault::Expired)) => app.metrics.auth_failed("expired_token"),
        Err(Refused::Token(_)) => app.metrics.auth_failed("invalid_token"),
        Err(Refused::UserNotFound | Refused::UserInactive) => {
            app.metrics.auth_failed("session_over");
        }
        Err(Refused::Other(_)) => {}
    }
    known
}

async fn look_up(app: &App, access_token: &str) -> std::result::Result<(Viewer, User), Refused> {
    let now = app.clock.now();
    let said = read(app, TokenType::Access, access_token, now)?;
    let found = match said.session {
        Some(session) => app.reads.sessions.find(vec![session]).await?.remove(&session),
        None => None,
    };
    let (session, user) = who(&mut app.store.conn().await?, &said, found, now).await?;
    let expires_at = Timestamp::from_micros(said.expires_at.saturating_mul(1_000_000));
    Ok((Viewer::new(user.id, session.id, user.role, expires_at), user))
}

/// What a token says that is ours and in time.
fn said(app: &App, text: &str, now: Timestamp) -> std::result::Result<Opened, TokenFault> {
    app.tokens.open(text, now).map_err(|error| match error {
        TokenError::Expired => TokenFault::Expired,
        TokenError::Invalid => TokenFault::Invalid,
    })
}

/// The same of a token of this type that names somebody.
fn read(
    app: &App,
    kind: TokenType,
    text: &str,
    now: Timestamp,
) -> std::result::Result<Opened, TokenFault> {
    let said = said(app, text, now)?;
    if said.kind != Some(kind) {
        return Err(TokenFault::WrongType);
    }
    if said.user.is_none() {
        return Err(TokenFault::NoUser);
    }
    Ok(said)
}

/// Whom a token names, if they are there and active, and then its session, if it is theirs
/// and alive.
async fn who(
    conn: &mut Conn,
    said: &Opened,
    found: Option<(Session, User)>,
    now: Timestamp,
) -> std::result::Result<(Session, User), Refused> {
    let id = said.user.ok_or(TokenFault::NoUser)?;
    let (session, user) = match found.filter(|(_, user)| user.id == id) {
        Some((session, user)) => (Some(session), Some(user)),
        None => (None, users::find(conn, id).await?),
    };
    let user = user.filter(|user| user.deleted_at.is_none()).ok_or(Refused::UserNotFound)?;
    if user.disabled_at.is_some() {
        return Err(Refused::UserInactive);
    }
    let session = session.filter(|session| is_alive(session, &user, now));
    Ok((session.ok_or(TokenFault::Invalid)?, user))
}
