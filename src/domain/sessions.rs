//! Signing in and staying signed in. Access tokens are short-lived and checked against
//! the session at every request; refresh tokens rotate.

use std::time::Duration;

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
    let (Login::Username(name) | Login::Email(name)) = login;
    let key = text::key(name.trim());
    app.limits.address(client)?;
    let found = users::find_by_key(&mut app.store.conn().await?, &key).await?;
    let (user, hash) = found.unzip();
    let subject = user.as_ref().map(|user| user.id);
    app.limits.account(&subject.map_or_else(
        || key.chars().take(accounts::NAME_MAX).collect::<String>(),
        |id| id.to_string(),
    ))?;
    let hash = hash.filter(|hash| !hash.is_empty());
    let is_right = app.passwords.verify(password.clone(), hash.clone()).await?;
    let wrong = || Error::InvalidCredentials("the user name, e-mail or password is wrong");
    let granted = match user.filter(|_| is_right) {
        None => Err(wrong()),
        Some(user) => {
            let (id, hash) = (user.id, &hash);
            let stronger = match hash {
                Some(hash) if is_outdated(hash) => Some(app.passwords.hash(password).await?),
                Some(_) | None => None,
            };
            let changes = &UserChanges { password_hash: stronger, ..UserChanges::default() };
            app.store
                .transaction(|tx| {
                    async move {
                        // Whoever changed the password or the account meanwhile was first.
                        let active = !users::lock_active(tx, &[id]).await?.is_empty();
                        if !active || users::find_password_hash(tx, id).await? != *hash {
                            return Err(wrong());
                        }
                        if changes.password_hash.is_some() {
                            users::update(tx, id, changes).await?;
                        }
                        grant(app, tx, id, client).await
                    }
                    .scope_boxed()
                })
                .await
        }
    };
    if let Err(Error::InvalidCredentials(_)) = granted {
        let (now, action) = (app.clock.now(), "login.failed");
        let noted = async {
            let mut conn = app.store.writing().await?;
            operations::note(&mut conn, now, action, None, subject, client, None).await
        };
        // The answer is the same whether or not it could be noted.
        if let Err(error) = noted.await {
            tracing::error!(cause = error.cause(), "a failed sign-in was not noted");
        }
    }
    granted
}

/// Opens a session inside a transaction.
pub(super) async fn grant(
    app: &App,
    tx: &mut Conn,
    user: UserId,
    client: &Client,
) -> Result<Granted> {
    let now = app.clock.now();
    let absolute_expires_at = now.after(LONGEST_SESSION);
    let session = Session {
        id: SessionId::new(),
        user_id: user,
        kind: Kind::Graphql,
        rotates: true,
        created_at: now,
        last_used_at: now,
        expires_at: now.after(app.rules.refresh_ttl).min(absolute_expires_at),
        absolute_expires_at,
        revoked_at: None,
        user_agent: client
            .user_agent
            .as_ref()
            .map(|agent| agent.chars().take(USER_AGENT_MAX).collect()),
        ip: client.ip.map(|ip| ip.to_string()),
    };
    sessions::insert(tx, &session).await?;
    issue(app, tx, &session, token::new_jti(), now).await
}

/// Keeps the hash of a new refresh token and signs the pair.
async fn issue(
    app: &App,
    tx: &mut Conn,
    session: &Session,
    jti: String,
    now: Timestamp,
) -> Result<Granted> {
    let kept = RefreshToken {
        token_hash: token::hash(&jti),
        session_id: session.id,
        issued_at: now,
        spent_at: None,
        regranted_at: None,
    };
    sessions::insert_token(tx, &kept).await?;
    sign(app, tx, session, jti, now).await
}

async fn sign(
    app: &App,
    tx: &mut Conn,
    session: &Session,
    jti: String,
    now: Timestamp,
) -> Result<Granted> {
    let user = users::find(tx, session.user_id).await?.ok_or(Error::SessionRevoked)?;
    let sign = |kind, jti, expires_at: Timestamp| {
        let token =
            Token { user: user.id, session: session.id, jti, expires_at: expires_at.seconds() };
        let signed = app.tokens.sign(kind, &token, now);
        signed.map_err(|error| Error::Internal(error.to_string()))
    };
    let expires_at = now.after(app.rules.access_ttl).min(session.absolute_expires_at);
    Ok(Granted {
        access_token: sign(TokenType::Access, token::new_jti(), expires_at)?,
        refresh_token: sign(TokenType::Refresh, jti, session.expires_at)?,
        expires_at,
        user,
    })
}

/// Who an access token speaks for.
///
/// # Errors
/// [`Error::BadToken`], [`Error::TokenExpired`] or [`Error::SessionRevoked`].
pub async fn authenticate(app: &App, access_token: &str) -> Result<Authenticated> {
    let now = app.clock.now();
    let token = read(app, TokenType::Access, access_token, now)?;
    let found = sessions::find_with_user(&mut app.store.conn().await?, token.session).await?;
    let (session, user) = found.ok_or(Error::SessionRevoked)?;
    if user.id != token.user || !is_alive(&session, &user, now) {
        return Err(Error::SessionRevoked);
    }
    let expires_at = Timestamp::from_micros(token.expires_at.saturating_mul(1_000_000));
    let viewer = Viewer::new(user.id, session.id, user.role, expires_at);
    Ok(Authenticated { viewer, username: user.username })
}

fn read(app: &App, kind: TokenType, text: &str, now: Timestamp) -> Result<Token> {
    app.tokens.read(kind, text, now).map_err(|error| match error {
        TokenError::Expired => Error::TokenExpired,
        TokenError::Invalid => Error::BadToken(match kind {
            TokenType::Access => "the access token is not valid",
            TokenType::Refresh => "the refresh token is not valid",
        }),
    })
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
    let exchanged = app
        .store
        .transaction(|tx| async move { exchange(app, tx, client, token, now).await }.scope_boxed())
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
    now: Timestamp,
) -> Result<Option<Granted>> {
    let session = sessions::lock(tx, token.session).await?.ok_or(Error::SessionRevoked)?;
    let user = users::find(tx, session.user_id).await?.ok_or(Error::SessionRevoked)?;
    if user.id != token.user || !is_alive(&session, &user, now) {
        return Err(Error::SessionRevoked);
    }
    let hash = token::hash(&token.jti);
    let kept = sessions::find_token(tx, &hash).await?;
    let kept = kept.filter(|kept| kept.session_id == session.id);
    let kept = kept.ok_or(Error::BadToken("the refresh token is not valid"))?;
    let successor = app.tokens.successor(&token.jti);
    let Some(spent_at) = kept.spent_at else {
        let expires_at = now.after(app.rules.refresh_ttl).min(session.absolute_expires_at);
        let session = Session { expires_at, ..session };
        sessions::update_spent(tx, &hash, now).await?;
        sessions::update_used(tx, session.id, now, expires_at).await?;
        return Ok(Some(issue(app, tx, &session, successor, now).await?));
    };
    let next = sessions::find_token(tx, &token::hash(&successor)).await?;
    let is_unused = next.is_some_and(|next| next.spent_at.is_none());
    if is_unused && now <= spent_at.after(GRACE) {
        if kept.regranted_at.is_some() {
            let problem = "this refresh token was exchanged a moment ago: use its successor";
            return Err(Error::BadToken(problem));
        }
        sessions::update_regranted(tx, &hash, now).await?;
        return Ok(Some(sign(app, tx, &session, successor, now).await?));
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
                sessions::delete_tokens(tx, session.id).await?;
                operations::note(tx, now, "password.changed", Some(viewer), Some(id), client, None)
                    .await?;
                issue(app, tx, &session, token::new_jti(), now).await
            }
            .scope_boxed()
        })
        .await?;
    app.live.tell(Signal::PersonChanged { user: id });
    Ok(granted)
}

/// Asks for the viewer's password once more, before something that cannot be undone.
pub(super) async fn must_know_password(
    app: &App,
    client: &Client,
    viewer: Viewer,
    password: String,
) -> Result<()> {
    app.limits.address(client)?;
    app.limits.account(&viewer.id().to_string())?;
    let hash = users::find_password_hash(&mut app.store.conn().await?, viewer.id()).await?;
    if app.passwords.verify(password, hash).await? {
        return Ok(());
    }
    Err(Error::InvalidCredentials("the current password is wrong"))
}
