//! Why a request is not served, in the words that clients of Django REST Framework know.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::domain::{Code, Error, Problem, Rule, error::whole_seconds, limits::Standing};

/// The answer of every handler.
pub(super) type Result<T> = std::result::Result<T, Refusal>;

/// A status and what is said with it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) body: Members,
    /// Whether the client is asked for credentials.
    pub(super) challenges: bool,
    /// After how many seconds the same may succeed.
    pub(super) retry_after: Option<u64>,
    /// What is left of the limit that was reached.
    pub(super) standing: Option<Box<Standing>>,
}

/// The members of an object, in their order.
#[derive(Debug, Default)]
pub(super) struct Members(pub(super) Vec<(String, Value)>);

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl From<Value> for Members {
    fn from(value: Value) -> Self {
        match value {
            Value::Object(members) => Self(members.into_iter().collect()),
            other => Self(vec![("detail".to_owned(), other)]),
        }
    }
}

/// What somebody without good credentials is asked for.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"api\"");

impl Refusal {
    /// The headers that go with it.
    pub(super) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if self.challenges {
            headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        headers
    }

    /// As an answer by itself, for what is refused before anything is looked at.
    pub(super) fn alone(self) -> Response {
        let headers = self.headers();
        let mut response = (self.status, headers, Json(self.body)).into_response();
        if let Some(standing) = self.standing {
            response.extensions_mut().insert(*standing);
        }
        response
    }

    fn new(status: StatusCode, body: impl Into<Members>) -> Self {
        Self { status, body: body.into(), challenges: false, retry_after: None, standing: None }
    }

    /// About the request as a whole.
    pub(super) fn detail(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::new(status, json!({ "detail": detail.into() }))
    }

    /// 401, with the challenge.
    pub(super) fn unauthorized(body: Value) -> Self {
        Self { challenges: true, ..Self::new(StatusCode::UNAUTHORIZED, body) }
    }

    pub(super) fn no_credentials() -> Self {
        Self::unauthorized(json!({ "detail": "Authentication credentials were not provided." }))
    }

    pub(super) fn forbidden(detail: &str) -> Self {
        Self::detail(StatusCode::FORBIDDEN, detail)
    }

    pub(super) fn outsider() -> Self {
        Self::forbidden("You are not a participant of this conversation.")
    }

    pub(super) fn not_the_sender() -> Self {
        Self::forbidden("Only the sender can edit or delete this message.")
    }

    pub(super) fn not_found(detail: &str) -> Self {
        Self::detail(StatusCode::NOT_FOUND, detail)
    }

    /// A well-formed id of nothing.
    pub(super) fn no_such(model: &str) -> Self {
        Self::not_found(&format!("No {model} matches the given query."))
    }

    pub(super) fn method(method: &Method) -> Self {
        let detail = format!("Method \"{method}\" not allowed.");
        Self::detail(StatusCode::METHOD_NOT_ALLOWED, detail)
    }

    /// Wrong fields, each with its texts.
    pub(super) fn fields(body: impl Into<Members>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, body)
    }

    /// One wrong field.
    pub(super) fn field(name: &str, text: &str) -> Self {
        Self::fields(json!({ name: [text] }))
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        if let Some(cause) = error.cause() {
            tracing::error!(cause, "a request failed");
        }
        if let Error::Invalid(problems) = &error {
            let fields = problems
                .iter()
                .map(|problem| (name(problem.field).to_owned(), json!([text(problem)])));
            return Self::fields(Members(fields.collect()));
        }
        let status = match error.code() {
            Code::Unauthenticated
            | Code::TokenExpired
            | Code::InvalidCredentials
            | Code::SessionRevoked => {
                return Self::unauthorized(json!({ "detail": error.to_string() }));
            }
            Code::Forbidden | Code::MembershipEnded => StatusCode::FORBIDDEN,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::BadUserInput => StatusCode::BAD_REQUEST,
            Code::Conflict | Code::ClientMessageIdReused => StatusCode::CONFLICT,
            Code::ResyncRequired => StatusCode::GONE,
            Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Code::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut refusal = Self::detail(status, sentence(&error));
        if let Error::Resync { head: Some(head), .. } = error {
            refusal.body.0.push(("head".to_owned(), head.into()));
        }
        if let Some(wait) = error.retry_after() {
            refusal.retry_after = Some(whole_seconds(wait));
        }
        refusal.standing = Standing::after(&error).map(Box::new);
        refusal
    }
}

fn sentence(error: &Error) -> String {
    match error {
        Error::RateLimited { retry_after, .. } => {
            let seconds = whole_seconds(*retry_after);
            let s = if seconds == 1 { "" } else { "s" };
            format!("Request was throttled. Expected available in {seconds} second{s}.")
        }
        Error::ClientMessageIdReused => {
            "This key was used for another message: make a new one.".to_owned()
        }
        error => {
            let sentence = error.to_string();
            let mut letters = sentence.chars();
            let first = letters.next().map(char::to_uppercase).into_iter().flatten();
            let end = if sentence.ends_with('.') { "" } else { "." };
            first.chain(letters).chain(end.chars()).collect()
        }
    }
}

/// A field by its name in REST.
pub(super) fn name(field: &'static str) -> &'static str {
    match field {
        "firstName" => "first_name",
        "lastName" => "last_name",
        "phoneNumber" => "phone_number",
        "participantIds" => "participant_ids",
        "body" => "message_body",
        field => field,
    }
}

/// What is wrong with a field, as Django says it.
pub(super) fn text(problem: &Problem) -> String {
    match &problem.rule {
        Rule::Blank => "This field may not be blank.".to_owned(),
        Rule::TooShort { min } if problem.field == "password" => {
            format!("This password is too short. It must contain at least {min} characters.")
        }
        Rule::TooShort { min } => format!("Ensure this field has at least {min} characters."),
        Rule::TooLong { max } => format!("Ensure this field has no more than {max} characters."),
        Rule::Nul => "Null characters are not allowed.".to_owned(),
        Rule::Characters => "Enter a valid username. This value may contain only letters, \
                             numbers, and @/./+/-/_ characters."
            .to_owned(),
        Rule::Email => "Enter a valid email address.".to_owned(),
        Rule::Common => "This password is too common.".to_owned(),
        Rule::Digits => "This password is entirely numeric.".to_owned(),
        Rule::Taken if problem.field == "email" => {
            "user with this email already exists.".to_owned()
        }
        Rule::Taken => "A user with that username already exists.".to_owned(),
        Rule::AdminRole => "Only staff can assign the admin role.".to_owned(),
        Rule::Other => {
            let mut letters = problem.problem.chars();
            let first = letters.next().map(char::to_uppercase).into_iter().flatten();
            first.chain(letters).chain(".".chars()).collect()
        }
    }
}
