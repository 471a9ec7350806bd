//! Signing in, staying signed in, and one's sessions.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::{Ask, accounts::User, error::Result};
use crate::{
    domain::{
        Error, sessions,
        sessions::{Granted, Login},
    },
    ids::SessionId,
    time::Timestamp,
};

/// What somebody who signs in is given
#[derive(SimpleObject)]
pub(super) struct AuthPayload {
    /// For the Authorization header of every request: Bearer `ACCESS_TOKEN`
    access_token: String,
    /// To be exchanged for a new pair by refreshToken; good once
    refresh_token: String,
    /// When the access token ends
    expires_at: Timestamp,
    /// The person
    user: User,
}

impl From<Granted> for AuthPayload {
    fn from(granted: Granted) -> Self {
        let Granted { access_token, refresh_token, expires_at, user } = granted;
        Self { access_token, refresh_token, expires_at, user: User::own(user) }
    }
}

/// One sign-in of the viewer, on one device
struct Session {
    session: sessions::Session,
    current: bool,
}

/// One sign-in of the viewer, on one device
#[Object]
impl Session {
    /// The session's id, for revokeSession
    async fn id(&self) -> SessionId {
        self.session.id
    }

    /// When the viewer signed in
    async fn created_at(&self) -> Timestamp {
        self.session.created_at
    }

    /// When its tokens were renewed last
    async fn last_used_at(&self) -> Timestamp {
        self.session.last_used_at
    }

    /// When it ends unless it is used before
    async fn expires_at(&self) -> Timestamp {
        self.session.expires_at
    }

    /// What the device said it is
    async fn user_agent(&self) -> Option<&str> {
        self.session.user_agent.as_deref()
    }

    /// The address it signed in from
    async fn ip(&self) -> Option<&str> {
        self.session.ip.as_deref()
    }

    /// Whether it is the one that asks
    async fn current(&self) -> bool {
        self.current
    }
}

#[derive(Default)]
pub(super) struct SessionQueries;

#[Object]
impl SessionQueries {
    /// The viewer's own sessions that are not over, newest first
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<Session>> {
        let viewer = ctx.viewer()?;
        let sessions = sessions::list(ctx.app()?, viewer).await?;
        let shown = |session: sessions::Session| Session {
            current: session.id == viewer.session(),
            session,
        };
        Ok(sessions.into_iter().map(shown).collect())
    }
}

/// Exactly one of username and email
#[derive(InputObject)]
struct LoginInput {
    /// The user name, in any case
    username: Option<String>,
    /// The e-mail address, in any case
    email: Option<String>,
    /// The password
    password: String,
}

/// What was given at the last sign-in or refresh
#[derive(InputObject)]
struct RefreshTokenInput {
    /// The refresh token; it is spent by this
    refresh_token: String,
}

/// Which session to end
#[derive(InputObject)]
struct RevokeSessionInput {
    /// One of the viewer's own
    session_id: SessionId,
}

/// The session that asks stays, all others end
#[derive(InputObject)]
struct ChangePasswordInput {
    /// The present password
    current_password: String,
    /// At least as long as the server wants, at most 128 characters, not a common one
    new_password: String,
}

/// Which session has ended
#[derive(SimpleObject)]
struct LogoutPayload {
    /// Its id
    session_id: SessionId,
}

/// Which session has ended
#[derive(SimpleObject)]
struct RevokeSessionPayload {
    /// Its id
    session_id: SessionId,
}

#[derive(Default)]
pub(super) struct SessionMutations;

#[Object]
impl SessionMutations {
    /// By username or by email
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in")] input: LoginInput,
    ) -> Result<AuthPayload> {
        let LoginInput { username, email, password } = input;
        let login = match (username, email) {
            (Some(username), None) => Login::Username(username),
            (None, Some(email)) => Login::Email(email),
            (Some(_), Some(_)) | (None, None) => {
                return Err(
                    Error::invalid("username", "give username or email, one of them").into()
                );
            }
        };
        Ok(sessions::login(ctx.app()?, ctx.client()?, login, password).await?.into())
    }

    /// Rotates: the old refresh token is spent. A spent one seen again ends the whole session
    async fn refresh_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to exchange")] input: RefreshTokenInput,
    ) -> Result<AuthPayload> {
        let RefreshTokenInput { refresh_token } = input;
        Ok(sessions::refresh(ctx.app()?, ctx.client()?, &refresh_token).await?.into())
    }

    /// Ends the session that asks
    async fn logout(&self, ctx: &Context<'_>) -> Result<LogoutPayload> {
        let session_id = sessions::logout(ctx.app()?, ctx.viewer()?).await?;
        Ok(LogoutPayload { session_id })
    }

    /// Ends one of the viewer's own sessions
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionPayload> {
        let RevokeSessionInput { session_id } = input;
        let session_id = sessions::revoke(ctx.app()?, ctx.viewer()?, session_id).await?;
        Ok(RevokeSessionPayload { session_id })
    }

    /// Gives the viewer another password and this session a new pair of tokens
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The present password and the new one")] input: ChangePasswordInput,
    ) -> Result<AuthPayload> {
        let ChangePasswordInput { current_password, new_password } = input;
        let (app, client, viewer) = (ctx.app()?, ctx.client()?, ctx.viewer()?);
        let changed =
            sessions::change_password(app, client, viewer, current_password, new_password);
        Ok(changed.await?.into())
    }
}
