//! Tokens: signing in, a fresh access token, whether a token is good.

use axum::http::Method;
use futures_util::FutureExt;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    Refusal, Result,
    body::{Text, TextKind},
    options::Field,
    view::{Access, Call, Reply, View},
    who,
};
use crate::domain::{
    Code,
    sessions::{self, Granted, Login, Refused, TokenFault},
};

pub(super) const OBTAIN: View = View {
    name: "Token Obtain Pair",
    description: "Takes a name and a password and answers an access and a refresh token.",
    access: Access::Everybody,
    scope: None,
    methods: &[(Method::POST, |call| obtain(call).boxed())],
    waits: None,
    fields: &[
        Field::text("username", "Username").required(),
        Field::text("password", "Password").required(),
    ],
    may_put: None,
};

pub(super) const LOGIN: View = View {
    name: "Login",
    description: "The same as token/, with both spellings of the names of the tokens.",
    methods: &[(Method::POST, |call| login(call).boxed())],
    ..OBTAIN
};

pub(super) const REFRESH: View = View {
    name: "Token Refresh",
    description: "Takes a refresh token and answers a fresh access token.",
    methods: &[(Method::POST, |call| refresh(call).boxed())],
    fields: &[Field::text("refresh", "Refresh").required()],
    ..OBTAIN
};

pub(super) const VERIFY: View = View {
    name: "Token Verify",
    description: "Takes a token and says whether it is good.",
    methods: &[(Method::POST, |call| verify(call).boxed())],
    fields: &[Field::text("token", "Token").required()],
    ..OBTAIN
};

/// By what somebody signs in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described; `sign_in` takes the fields one by one")]
pub(super) struct Credentials {
    /// The user name, or the e-mail address.
    #[schema(nullable = false, min_length = 1)]
    username: Option<String>,
    /// In place of the user name.
    #[schema(nullable = false, min_length = 1)]
    email: Option<String>,
    #[schema(format = Password)]
    password: String,
}

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenPair {
    refresh: String,
    access: String,
}

/// A pair of tokens under both spellings.
#[derive(Serialize, ToSchema)]
pub(super) struct LoggedIn {
    refresh: String,
    access: String,
    access_token: String,
    refresh_token: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct RefreshToken {
    refresh: String,
}

/// A fresh access token.
#[derive(Serialize, ToSchema)]
pub(super) struct AccessToken {
    access: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct AnyToken {
    /// An access or a refresh token.
    token: String,
}

/// Nothing: the token is good.
#[derive(Serialize, ToSchema)]
pub(super) struct Verified {}

const REQUIRED: Text =
    Text { required: true, may_be_blank: false, may_be_null: false, kind: TextKind::Trimmed };

async fn sign_in(call: &Call) -> Result<Granted> {
    let mut fields = call.fields(false).await?;
    let name = if !fields.has("username") && fields.has("email") { "email" } else { "username" };
    let given = fields.plain(name, REQUIRED);
    let password = fields.plain("password", Text { kind: TextKind::Verbatim, ..REQUIRED });
    fields.check(&["username", "email", "password"])?;
    let login = Login::Either(given.unwrap_or_default());
    let (app, password) = (&call.face.app, password.unwrap_or_default());
    let granted = sessions::login_rest(app, &call.client, login, password).await;
    granted.map_err(|error| match error.code() {
        Code::InvalidCredentials => Refusal::unauthorized(json!({
            "detail": "No active account found with the given credentials",
        })),
        _ => error.into(),
    })
}

async fn obtain(call: Call) -> Result<Reply> {
    let Granted { refresh_token: refresh, access_token: access, .. } = sign_in(&call).await?;
    Ok(Reply::ok(TokenPair { refresh, access }))
}

async fn login(call: Call) -> Result<Reply> {
    let Granted { refresh_token, access_token, .. } = sign_in(&call).await?;
    let (refresh, access) = (refresh_token.clone(), access_token.clone());
    Ok(Reply::ok(LoggedIn { refresh, access, access_token, refresh_token }))
}

/// One token from the body.
async fn token(call: &Call, name: &'static str) -> Result<String> {
    let mut fields = call.fields(false).await?;
    let token = fields.plain(name, REQUIRED);
    fields.check(&[name])?;
    Ok(token.unwrap_or_default())
}

fn faulty(fault: TokenFault) -> Refusal {
    Refusal::unauthorized(json!({ "detail": who::words(fault), "code": "token_not_valid" }))
}

async fn refresh(call: Call) -> Result<Reply> {
    let token = token(&call, "refresh").await?;
    let access = sessions::refresh_rest(&call.face.app, &call.client, &token).await;
    let access = access.map_err(|refused| match refused {
        Refused::Token(fault) => faulty(fault),
        Refused::UserNotFound | Refused::UserInactive => Refusal::unauthorized(json!({
            "detail": "No active account found for the given token.",
            "code": "no_active_account",
        })),
        Refused::Other(error) => error.into(),
    })?;
    Ok(Reply::ok(AccessToken { access }))
}

async fn verify(call: Call) -> Result<Reply> {
    let token = token(&call, "token").await?;
    sessions::verify(&call.face.app, &token).map_err(faulty)?;
    Ok(Reply::ok(Verified {}))
}
