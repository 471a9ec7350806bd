//! How ids and moments look to clients.

use async_graphql::{InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value};

use crate::{
    ids::{ClientId, ConversationId, MessageId, SessionId, UserId},
    time::Timestamp,
};

/// An id: a UUID in a string. Each type of id is its own in Rust and `ID` to clients.
macro_rules! id {
    ($($name:ident),*) => {$(
        #[Scalar(name = "ID")]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                match &value {
                    Value::String(text) => text.parse().map_err(|_| not_an_id()),
                    _ => Err(not_an_id()),
                }
            }

            fn to_value(&self) -> Value {
                Value::String(self.to_string())
            }
        }
    )*};
}

id!(ConversationId, MessageId, SessionId, UserId);

fn not_an_id<T: InputType>() -> InputValueError<T> {
    InputValueError::custom("an id is a UUID, like 0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
        .with_extension("code", "BAD_USER_INPUT")
}

/// A UUID that the client makes, so that the server knows a retry as one.
#[Scalar(name = "UUID", specified_by_url = "https://www.rfc-editor.org/rfc/rfc9562")]
impl ScalarType for ClientId {
    fn parse(value: Value) -> InputValueResult<Self> {
        let problem = || {
            InputValueError::custom("must be a UUID, like 3f2504e0-4f89-41d3-9a0c-0305e82c3301")
                .with_extension("code", "BAD_USER_INPUT")
        };
        match &value {
            Value::String(text) => text.parse().map_err(|_| problem()),
            _ => Err(problem()),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// A moment as in RFC 3339, in UTC, with microseconds.
#[Scalar(name = "DateTime", specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for Timestamp {
    fn parse(value: Value) -> InputValueResult<Self> {
        let problem = |error: &dyn std::fmt::Display| {
            InputValueError::custom(error.to_string()).with_extension("code", "BAD_USER_INPUT")
        };
        match &value {
            Value::String(text) => text.parse().map_err(|error| problem(&error)),
            _ => Err(problem(&crate::time::NotATimestamp)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// Whether a scalar is one of these.
pub(super) fn is_own(name: &str) -> bool {
    matches!(name, "ID" | "UUID" | "DateTime")
}

/// What is wrong with the text of one of these scalars, if anything.
pub(super) fn read(name: &str, text: &str) -> Result<(), String> {
    match name {
        "DateTime" => text.parse::<Timestamp>().map(drop).map_err(|error| error.to_string()),
        _ => text.parse::<ClientId>().map(drop).map_err(|error| error.to_string()),
    }
}
