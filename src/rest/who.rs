//! Who asks: by a token, by the session cookie of the pages, or by name and password, tried
//! in this order.

use axum::http::{HeaderMap, HeaderValue, Method, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{Refusal, Result, body, cookies, view::Call};
use crate::domain::{
    Code, Viewer,
    accounts::User,
    sessions::{self, Refused, TokenFault},
};

/// Somebody who has shown who they are.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) viewer: Viewer,
    pub(super) user: User,
}

/// What a request shows of whom it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Bearer(String),
    Basic(String),
    /// Nothing that is known here: then the cookie decides.
    Nothing,
}

impl Shown {
    /// From `Authorization`; the words for its schemes differ in what they think of case.
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let value = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
        let text = String::from_utf8_lossy(value.unwrap_or_default()).into_owned();
        match text.split_whitespace().next() {
            Some("Bearer") => Self::Bearer(text),
            Some(scheme) if scheme.eq_ignore_ascii_case("basic") => Self::Basic(text),
            _ => Self::Nothing,
        }
    }

    pub(super) fn is_bearer(&self) -> bool {
        matches!(self, Self::Bearer(_))
    }
}

/// Who the caller is; `None` where nothing was shown.
///
/// # Errors
/// 401 for what proves nothing, 403 for a session without the token against forgery.
pub(super) async fn authenticate(call: &Call, shown: Shown) -> Result<Option<Person>> {
    let text = match shown {
        Shown::Bearer(text) => return bearer(call, &text).await.map(Some),
        Shown::Basic(text) => Some(text),
        Shown::Nothing => None,
    };
    if let Some(person) = session(call).await? {
        return Ok(Some(person));
    }
    match text {
        Some(text) => basic(call, &text).await.map(Some),
        None => Ok(None),
    }
}

async fn bearer(call: &Call, text: &str) -> Result<Person> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [_, token] = parts.as_slice() else {
        return Err(Refusal::unauthorized(json!({
            "detail": "Authorization header must contain two space-delimited values",
            "code": "bad_authorization_header",
        })));
    };
    let done = sessions::authenticate_rest(&call.face.app, token).await;
    let (viewer, user) = done.map_err(|refused| match refused {
        Refused::Token(TokenFault::NoUser) => Refusal::unauthorized(json!({
            "detail": "Token contained no recognizable user identification",
            "code": "token_not_valid",
        })),
        Refused::Token(fault) => Refusal::unauthorized(json!({
            "detail": "Given token not valid for any token type",
            "code": "token_not_valid",
            "messages": [{
                "token_class": "AccessToken",
                "token_type": "access",
                "message": words(fault),
            }],
        })),
        Refused::UserNotFound => {
            Refusal::unauthorized(json!({ "detail": "User not found", "code": "user_not_found" }))
        }
        Refused::UserInactive => {
            Refusal::unauthorized(json!({ "detail": "User is inactive", "code": "user_inactive" }))
        }
        Refused::Other(error) => error.into(),
    })?;
    Ok(Person { viewer, user })
}

/// What is wrong with a token, as `SimpleJWT` says it.
pub(super) fn words(fault: TokenFault) -> &'static str {
    match fault {
        TokenFault::Expired => "Token is expired",
        TokenFault::WrongType => "Token has wrong type",
        TokenFault::Invalid | TokenFault::NoUser => "Token is invalid",
    }
}

/// By the cookie. What changes something needs the token against forgery beside it.
async fn session(call: &Call) -> Result<Option<Person>> {
    let Some(secret) = cookies::get(&call.headers, cookies::SESSION) else { return Ok(None) };
    let found = sessions::authenticate_page(&call.face.app, &secret).await?;
    let Some((viewer, user)) = found else { return Ok(None) };
    let is_safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&call.method);
    if !is_safe {
        let shown = call.headers.get("x-csrftoken").and_then(|token| token.to_str().ok());
        let from_form = match shown {
            Some(_) => None,
            None => match cookies::form_token(&call.headers, &call.body) {
                Some(token) => Some(token),
                None => body::part(&call.headers, &call.body, cookies::CSRF_FIELD).await,
            },
        };
        cookies::must_match(&call.headers, shown.or(from_form.as_deref()), &call.origin())
            .map_err(|why| Refusal::forbidden(&format!("CSRF Failed: {why}")))?;
    }
    Ok(Some(Person { viewer, user }))
}

async fn basic(call: &Call, text: &str) -> Result<Person> {
    let refused = |detail: &str| Refusal::unauthorized(json!({ "detail": detail }));
    let parts: Vec<&str> = text.split_whitespace().collect();
    let encoded = match parts.as_slice() {
        [_] => return Err(refused("Invalid basic header. No credentials provided.")),
        [_, encoded] => encoded,
        _ => {
            let detail = "Invalid basic header. Credentials string should not contain spaces.";
            return Err(refused(detail));
        }
    };
    let decoded = STANDARD.decode(encoded).ok();
    // Names and passwords are UTF-8, or what older clients send: Latin-1.
    let pair = decoded.map(|bytes| {
        let latin = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect();
        String::from_utf8(bytes).unwrap_or_else(|error| latin(error.as_bytes()))
    });
    let pair = pair.as_deref().and_then(|pair| pair.split_once(':'));
    let wrong = "Invalid basic header. Credentials not correctly base64 encoded.";
    let (name, password) = pair.ok_or_else(|| refused(wrong))?;
    let found = sessions::authenticate_basic(&call.face.app, &call.client, name, password).await;
    let (viewer, user) = found.map_err(|error| match error.code() {
        Code::InvalidCredentials => refused("Invalid username/password."),
        _ => error.into(),
    })?;
    Ok(Person { viewer, user })
}
