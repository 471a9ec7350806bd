//! Signing in and staying signed in. Access tokens are short-lived and checked against
//! the session at every request; refresh tokens rotate. What REST and pages do otherwise is
//! in `rest`, `basic` and `page`; who shows an access token, in `access`; what all do alike, the
//! proof of a password, in `password`.

mod access;
mod basic;
mod page;
mod password;
mod rest;

use std::time::Duration;

use self::access::name;
pub use self::{
    access::authenticate,
    basic::authenticate_basic,
    page::{authenticate_page, close_page, open_page},
    rest::{Refused, TokenFault, authenticate_rest, login_rest, refresh_rest, verify},
};
pub(super) use self::{basic::Proven, password::must_know_password};
pub use crate::store::sessions::Session;
use scoped_futures::ScopedFutureExt;

use crate::{
    domain::{
        App, Client, Error, Result, Viewer,
        accounts::{self, User},
        operations, text,
    },
    ids::{SessionId, UserId},
    live::Signal,
    secrets::{
        password::is_outdated,
        token::{self, Token, TokenError, TokenType},
    },
    store::{
        Conn,
        accounts::{self as users, UserChanges},
        sessions::{self, Kind, RefreshToken},
    },
    time::Timestamp,
};

/// No session lasts longer than this, however often it is used.
const LONGEST_SESSION: Duration = Duration::from_hours(2160);

/// How long after an exchange the same successor may be handed out once more, so that a
/// lost answer locks nobody out.
const GRACE: Duration = Duration::from_secs(30);

/// The longest user agent that is kept, in characters.
const USER_AGENT_MAX: usize = 255;

/// What somebody who signs in is given.
#[derive(Clone, Debug)]
pub struct Granted {
    pub access_token: String,
    pub refresh_token: String,
    /// When the access token ends.
    pub expires_at: Timestamp,
    pub user: User,
}

/// By what a person signs in.
#[derive(Clone, Debug)]
pub enum Login {
    Username(String),
    Email(String),
    Either(String),
}

/// Somebody who has shown a token that is good.
#[derive(Clone, Debug)]
pub struct Authenticated {
    pub viewer: Viewer,
    /// As they are called now.
    pub username: String,
}

/// Signs in. Whether the name, the e-mail or the password was wrong is not told, and an
/// unknown name costs the same work as a wrong password.
pub async fn login(app: &App, client: &Client, login: Login, password: String) -> Result<Granted> {
    sign(app, open(app, client, login, password, Kind::Graphql).await?)
}

/// A session that was just opened or prolonged, and the secret that keeps it alive.
struct Opened {
    session: Session,
    secret: String,
    user: User,
}

/// Opens a session of this kind for who has the password.
async fn open(
    app: &App,
    client: &Client,
    login: Login,
    password: String,
    kind: Kind,
) -> Result<Opened> {
    let (Login::Username(name) | Login::Email(name) | Login::Either(name)) = login;
    let key = text::key(name.trim());
    app.limits.sign_in(client)?;
    let found = users::find_by_key(&mut app.store.conn().await?, &key).await?;
    let (user, hash) = password::prove(app, client, &key, found, password.clone()).await?;
    let stronger =
        if is_outdated(&hash) { Some(app.passwords.hash(password).await?) } else { None };
    let (id, hash) = (user.id, &hash);
    let changes = &UserChanges { password_hash: stronger, ..UserChanges::default() };
    let opened = app
        .store
        .transaction(|tx| {
            async move {
                // Whoever changed the password or the account meanwhile was first.
                let active = !users::lock_active(tx, &[id]).await?.is_empty();
                if !active || users::find_password_hash(tx, id).await?.as_ref() != Some(hash) {
                    return Err(password::wrong());
                }
                if changes.password_hash.is_some() {
                    users::update(tx, id, changes).await?;
                }
                begin(app, tx, id, client, kind).await
            }
            .scope_boxed()
        })
        .await;
    match &opened {
        Ok(_) => app.metrics.signed_in(door(kind)),
        Err(Error::InvalidCredentials(_)) => {
            password::note_failure(app, client, Some(id)).await;
        }
        Err(_) => {}
    }
    opened
}

/// What the numbers call a kind of session.
fn door(kind: Kind) -> &'static str {
    match kind {
        Kind::Graphql => "graphql",
        Kind::Rest => "rest",
        Kind::Page => "page",
    }
}

/// Opens a session inside a transaction.
pub(super) async fn grant(
    app: &App,
    tx: &mut Conn,
    user: UserId,
    client: &Client,
) -> Result<Granted> {
    sign(app, begin(app, tx, user, client, Kind::Graphql).await?)
}

async fn begin(
    app: &App,
    tx: &mut Conn,
    user: UserId,
    client: &Client,
    kind: Kind,
) -> Result<Opened> {
    let now = app.clock.now();
    let (idle, longest) = match kind {
        Kind::Graphql => (app.rules.refresh_ttl, LONGEST_SESSION),
        Kind::Rest => (app.rules.rest_refresh_ttl, app.rules.rest_refresh_ttl),
        Kind::Page => (page::IDLE, page::LONGEST),
    };
    let absolute_expires_at = now.after(longest);
    let session = Session {
        id: SessionId::new(),
        user_id: user,
        kind,
        rotates: kind == Kind::Graphql,
        created_at: now,
        last_used_at: now,
        expires_at: now.after(idle).min(absolute_expires_at),
        absolute_expires_at,
        revoked_at: None,
        user_agent: client
            .user_agent
            .as_ref()
            .map(|agent| agent.chars().take(USER_AGENT_MAX).collect()),
        ip: client.ip.map(|ip| ip.to_string()),
    };
    sessions::insert(tx, &session).await?;
    keep(tx, session, token::new_jti(), now).await
}

/// Keeps the hash of a new secret.
async fn keep(tx: &mut Conn, session: Session, secret: String, now: Timestamp) -> Result<Opened> {
    let kept = RefreshToken {
        token_hash: token::hash(&secret),
        session_id: session.id,
        issued_at: now,
        spent_at: None,
        regranted_at: None,
    };
    sessions::insert_token(tx, &kept).await?;
    let user = users::find(tx, session.user_id).await?.ok_or(Error::SessionRevoked)?;
    Ok(Opened { session, secret, user })
}

/// Signs the pair.
fn sign(app: &App, opened: Opened) -> Result<Granted> {
    let Opened { session, secret, user } = opened;
    let now = app.clock.now();
    let (access_token, expires_at) = sign_access(app, &session, now)?;
    let refresh_token = sign_one(app, TokenType::Refresh, &session, secret, session.expires_at)?;
    Ok(Granted { access_token, refresh_token, expires_at, user })
}

/// A new access token of a session, and when it ends.
fn sign_access(app: &App, session: &Session, now: Timestamp) -> Result<(String, Timestamp)> {
    let ttl = match session.kind {
        Kind::Graphql | Kind::Page => app.rules.access_ttl,
        Kind::Rest => app.rules.rest_access_ttl,
    };
    let expires_at = now.after(ttl).min(session.absolute_expires_at);
    let signed = sign_one(app, TokenType::Access, session, token::new_jti(), expires_at)?;
    Ok((signed, expires_at))
}

fn sign_one(
    app: &App,
    kind: TokenType,
    session: &Session,
    jti: String,
    expires_at: Timestamp,
) -> Result<String> {
    let Session { id, user_id, .. } = *session;
    let token = Token { user: user_id, session: id, jti, expires_at: expires_at.seconds() };
    let signed = app.tokens.sign(kind, &token, app.clock.now());
    signed.map_err(|error| Error::Internal(error.to_string()))
}

fn read(app: &App, kind: TokenType, text: &str, now: Timestamp) -> Result<Token> {
    app.tokens.read(kind, text, now).map_err(|error| match error {
        TokenError::Expired => Error::TokenExpired,
        TokenError::Invalid => Error::BadToken(match kind {
            TokenType::Access => "the access token is not valid",
            TokenType::Refresh => REFRESH_TOKEN_NOT_VALID,
        }),
    })
}

const REFRESH_TOKEN_NOT_VALID: &str = "the refresh token is not valid";

fn bad_refresh_token() -> Error {
    Error::BadToken(REFRESH_TOKEN_NOT_VALID)
}

fn is_alive(session: &Session, user: &User, now: Timestamp) -> bool {
    session.revoked_at.is_none()
        && session.expires_at > now
        && user.disabled_at.is_none()
        && user.deleted_at.is_none()
}

/// Exchanges a refresh token for a new pair; the old one is spent.
///
/// # Errors
/// [`Error::SessionRevoked`] if it was spent before, which also ends the session, except
/// that within 30 s, and while the successor is unused, the same successor is given once
/// more. A third try in that time is refused and ends nothing, since it may be one of
/// several tabs that woke up together.
pub async fn refresh(app: &App, client: &Client, refresh_token: &str) -> Result<Granted> {
    let now = app.clock.now();
    // Of a refresh token that has expired there is nothing left to refresh.
    let token =
        &read(app, TokenType::Refresh, refresh_token, now).map_err(|error| match error {
            Error::TokenExpired => Error::SessionRevoked,
            error => error,
        })?;
    app.limits.refresh(token.session)?;
    let successor = &app.tokens.successor(refresh_token).map_err(|_| bad_refresh_token())?;
    let exchanged = app
        .store
        .transaction(|tx| {
            async move { exchange(app, tx, client, token, successor, now).await }.scope_boxed()
        })
        .await?;
    if exchanged.is_none() {
        app.live.tell(Signal::SessionOver { session: token.session });
    }
    exchanged.ok_or(Error::SessionRevoked)
}

/// The new pair; `None` if the token was spent before: then somebody has a copy of it, and
/// the session is over for everybody.
async fn exchange(
    app: &App,
    tx: &mut Conn,
    client: &Client,
    token: &Token,
    successor: &str,
    now: Timestamp,
) -> Result<Option<Granted>> {
    let session = sessions::lock(tx, token.session).await?.ok_or(Error::SessionRevoked)?;
    if session.kind != Kind::Graphql {
        // Of another door: its session goes on.
        return Err(bad_refresh_token());
    }
    let user = users::find(tx, session.user_id).await?.ok_or(Error::SessionRevoked)?;
    if user.id != token.user || !is_alive(&session, &user, now) {
        return Err(Error::SessionRevoked);
    }
    let hash = token::hash(&token.jti);
    let kept = sessions::find_token(tx, &hash).await?;
    let kept = kept.filter(|kept| kept.session_id == session.id);
    let kept = kept.ok_or_else(bad_refresh_token)?;
    let Some(spent_at) = kept.spent_at else {
        let expires_at = now.after(app.rules.refresh_ttl).min(session.absolute_expires_at);
        let session = Session { expires_at, ..session };
        sessions::update_spent(tx, &hash, now).await?;
        sessions::update_used(tx, session.id, now, expires_at).await?;
        let opened = keep(tx, session, successor.to_owned(), now).await?;
        return Ok(Some(sign(app, opened)?));
    };
    let next = sessions::find_token(tx, &token::hash(successor)).await?;
    let is_unused = next.is_some_and(|next| next.spent_at.is_none());
    if is_unused && now <= spent_at.after(GRACE) {
        if kept.regranted_at.is_some() {
            let problem = "this refresh token was exchanged a moment ago: use its successor";
            return Err(Error::BadToken(problem));
        }
        sessions::update_regranted(tx, &hash, now).await?;
        let secret = successor.to_owned();
        return Ok(Some(sign(app, Opened { session, secret, user })?));
    }
    sessions::revoke(tx, session.id, user.id, now).await?;
    operations::note(tx, now, "refresh.reused", None, Some(user.id), client, None).await?;
    tracing::warn!(user.id = %user.id, "a spent refresh token was shown: the session ends");
    Ok(None)
}

/// Ends the session that asks.
pub async fn logout(app: &App, viewer: Viewer) -> Result<SessionId> {
    revoke(app, viewer, viewer.session()).await
}

/// Ends one of the viewer's own sessions.
pub async fn revoke(app: &App, viewer: Viewer, id: SessionId) -> Result<SessionId> {
    let (mut conn, now) = (app.store.writing().await?, app.clock.now());
    if sessions::revoke(&mut conn, id, viewer.id(), now).await? {
        app.live.tell(Signal::SessionOver { session: id });
        return Ok(id);
    }
    Err(Error::NotFound("session"))
}

/// The viewer's own sessions that are not over, newest first.
pub async fn list(app: &App, viewer: Viewer) -> Result<Vec<Session>> {
    let (conn, now) = (&mut app.store.conn().await?, app.clock.now());
    Ok(sessions::list_alive(conn, viewer.id(), now).await?)
}

/// Gives the viewer another password. The session that asks stays and gets a new pair of
/// tokens; all others end.
pub async fn change_password(
    app: &App,
    client: &Client,
    viewer: Viewer,
    current: String,
    new: String,
) -> Result<Granted> {
    must_know_password(app, client, viewer, current).await?;
    accounts::check_password(app, "newPassword", &new)
        .map_err(|problem| Error::Invalid(vec![problem]))?;
    let password_hash = Some(app.passwords.hash(new).await?);
    let changes = &UserChanges { password_hash, ..UserChanges::default() };
    let (id, now) = (viewer.id(), app.clock.now());
    let granted = app
        .store
        .transaction(|tx| {
            async move {
                let session = sessions::lock(tx, viewer.session()).await?;
                let session = session.filter(|session| session.revoked_at.is_none());
                let session = session.ok_or(Error::SessionRevoked)?;
                users::update(tx, id, changes).await?;
                sessions::revoke_others(tx, id, Some(session.id), now).await?;
                // A page has no refresh token but its cookie, which stays.
                if session.kind != Kind::Page {
                    sessions::delete_tokens(tx, session.id).await?;
                }
                operations::note(tx, now, "password.changed", Some(viewer), Some(id), client, None)
                    .await?;
                sign(app, keep(tx, session, token::new_jti(), now).await?)
            }
            .scope_boxed()
        })
        .await?;
    app.live.tell(Signal::PersonChanged { user: id });
    Ok(granted)
}
