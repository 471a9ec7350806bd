//! What is said over a WebSocket, in the two forms of it.

use async_graphql::ServerError;
use axum::extract::ws::{Message, Utf8Bytes};
use serde_json::{Map, Value};

use super::close::Close;
use crate::graphql::params::Params;

/// The longest id of an operation, in bytes.
const LONGEST_ID: usize = 256;

/// The form of the messages: the subprotocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    /// `graphql-transport-ws`.
    Modern,
    /// `graphql-ws`, of subscriptions-transport-ws.
    Legacy,
}

/// What a client says.
#[derive(Debug)]
pub(super) enum Incoming {
    Init(Map<String, Value>),
    Ping(Option<Map<String, Value>>),
    Pong,
    Start { id: String, params: Box<Params> },
    Stop { id: String },
    Leave,
}

impl Wire {
    /// The one that is taken if a client offers both is first.
    pub(super) const BOTH: [Self; 2] = [Self::Modern, Self::Legacy];

    /// Its name in the handshake.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Modern => "graphql-transport-ws",
            Self::Legacy => "graphql-ws",
        }
    }

    /// The one of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::BOTH.into_iter().find(|wire| wire.name() == name)
    }

    /// Reads a message, or says why it cannot be one.
    pub(super) fn read(self, text: &str) -> Result<Incoming, Close> {
        let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
            return Err(Close::malformed("A message must be a JSON object."));
        };
        let Some(Value::String(kind)) = message.remove("type") else {
            return Err(Close::malformed("A message needs a \"type\"."));
        };
        match (self, kind.as_str()) {
            (_, "connection_init") => {
                Ok(Incoming::Init(payload(&mut message)?.unwrap_or_default()))
            }
            (Self::Modern, "ping") => Ok(Incoming::Ping(payload(&mut message)?)),
            (Self::Modern, "pong") => payload(&mut message).map(|_| Incoming::Pong),
            (Self::Modern, "subscribe") | (Self::Legacy, "start") => {
                let id = id(&mut message)?;
                let payload = message.remove("payload").unwrap_or_default();
                let params = Params::from_json(payload);
                let params = params.map_err(|error| Close::malformed(error.message))?;
                Ok(Incoming::Start { id, params: Box::new(params) })
            }
            (Self::Modern, "complete") | (Self::Legacy, "stop") => {
                Ok(Incoming::Stop { id: id(&mut message)? })
            }
            (Self::Legacy, "connection_terminate") => Ok(Incoming::Leave),
            (_, kind) => Err(Close::malformed(format!(
                "Clients of {} send no messages of the type {kind}.",
                self.name()
            ))),
        }
    }

    /// The client may go on.
    pub(super) fn ack(payload: &Value) -> Message {
        message("connection_ack", None, Some(payload.to_string().as_bytes()))
    }

    /// The client may not go on, where that has a message of its own.
    pub(super) fn refused(self, why: &str) -> Option<Message> {
        match self {
            Self::Modern => None,
            Self::Legacy => {
                let payload = serde_json::json!({ "message": why }).to_string();
                Some(message("connection_error", None, Some(payload.as_bytes())))
            }
        }
    }

    /// The answer to a ping.
    pub(super) fn pong(payload: Option<Value>) -> Message {
        message(
            "pong",
            None,
            payload.map(|payload| payload.to_string()).as_deref().map(str::as_bytes),
        )
    }

    /// A sign of life for clients that look for a message and not for a frame.
    pub(super) fn keep_alive(self) -> Option<Message> {
        (self == Self::Legacy).then(|| message("ka", None, None))
    }

    /// One result of an operation, as JSON.
    pub(super) fn next(self, id: &str, payload: &[u8]) -> Message {
        let kind = match self {
            Self::Modern => "next",
            Self::Legacy => "data",
        };
        message(kind, Some(id), Some(payload))
    }

    /// An operation is over because of these, which are completed.
    pub(super) fn error(self, id: &str, errors: &[ServerError]) -> Message {
        let payload = match self {
            Self::Modern => serde_json::to_vec(errors),
            // Here it is one error and not a list.
            Self::Legacy => serde_json::to_vec(&errors.first()),
        };
        let payload = payload.unwrap_or_else(|error| {
            tracing::error!(%error, "an error cannot be written");
            b"[]".to_vec()
        });
        message("error", Some(id), Some(&payload))
    }

    /// An operation is over.
    pub(super) fn complete(id: &str) -> Message {
        message("complete", Some(id), None)
    }
}

fn payload(message: &mut Map<String, Value>) -> Result<Option<Map<String, Value>>, Close> {
    match message.remove("payload") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(payload)) => Ok(Some(payload)),
        Some(_) => Err(Close::malformed("The \"payload\" must be an object.")),
    }
}

fn id(message: &mut Map<String, Value>) -> Result<String, Close> {
    match message.remove("id") {
        Some(Value::String(id)) if (1..=LONGEST_ID).contains(&id.len()) => Ok(id),
        _ => Err(Close::malformed(format!(
            "The message needs an \"id\": a text of up to {LONGEST_ID} bytes."
        ))),
    }
}

/// Writes a message; the payload is JSON already.
fn message(kind: &str, id: Option<&str>, payload: Option<&[u8]>) -> Message {
    // As a rule exactly what is needed: the buffer becomes the message as it is.
    let of_id = id.map_or(0, |id| r#""id":"","#.len() + id.len());
    let of_payload = payload.map_or(0, |payload| r#","payload":"#.len() + payload.len());
    let mut text = Vec::with_capacity(r#"{"type":""}"#.len() + kind.len() + of_id + of_payload);
    text.extend_from_slice(b"{");
    if let Some(id) = id {
        text.extend_from_slice(b"\"id\":");
        serde_json::to_writer(&mut text, id).expect("a text can be written to memory");
        text.extend_from_slice(b",");
    }
    text.extend_from_slice(b"\"type\":\"");
    text.extend_from_slice(kind.as_bytes());
    text.extend_from_slice(b"\"");
    if let Some(payload) = payload {
        text.extend_from_slice(b",\"payload\":");
        text.extend_from_slice(payload);
    }
    text.extend_from_slice(b"}");
    let text = Utf8Bytes::try_from(text).unwrap_or_else(|error| {
        tracing::error!(%error, "a result is not UTF-8");
        Utf8Bytes::default()
    });
    Message::Text(text)
}

/// The access token that the payload of `connection_init` or of a ping brings along.
///
/// # Errors
/// If it has something in a place for tokens that is none.
pub(super) fn token(payload: &Map<String, Value>) -> Result<Option<&str>, &'static str> {
    let headers = payload.get("headers").and_then(Value::as_object);
    let authorization = [Some(payload), headers].into_iter().flatten().find_map(|fields| {
        let found = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        found.map(|(_, value)| value)
    });
    // What a client without a token fills in.
    let is_given = |value: &&Value| !value.is_null() && value.as_str() != Some("");
    if let Some(value) = authorization.filter(is_given) {
        let token = value.as_str().and_then(crate::graphql::bearer);
        return token.map(Some).ok_or("authorization must be: Bearer ACCESS_TOKEN");
    }
    let Some(value) = payload.get("accessToken").filter(is_given) else { return Ok(None) };
    let token = value.as_str().ok_or("accessToken must be a string")?;
    Ok(Some(crate::graphql::bearer(token).unwrap_or(token)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_found_wherever_clients_put_it() {
        for (payload, found) in [
            (json!({}), Ok(None)),
            (json!({ "authorization": "Bearer X" }), Ok(Some("X"))),
            (json!({ "Authorization": "bearer X" }), Ok(Some("X"))),
            (json!({ "accessToken": "X" }), Ok(Some("X"))),
            (json!({ "accessToken": "Bearer X" }), Ok(Some("X"))),
            (json!({ "headers": { "Authorization": "Bearer X" } }), Ok(Some("X"))),
            (
                json!({ "headers": { "Authorization": "Bearer X" }, "accessToken": "Y" }),
                Ok(Some("X")),
            ),
            (json!({ "authorization": null, "accessToken": "" }), Ok(None)),
            (json!({ "authorization": null, "accessToken": "X" }), Ok(Some("X"))),
        ] {
            assert_eq!(token(payload.as_object().unwrap()), found, "{payload}");
        }
        for payload in [
            json!({ "authorization": "X" }),
            json!({ "authorization": 3 }),
            json!({ "accessToken": ["X"] }),
        ] {
            assert!(token(payload.as_object().unwrap()).is_err(), "{payload}");
        }
    }

    #[test]
    fn the_two_forms_do_not_mix() {
        let query = r#""id":"1","payload":{"query":"{ __typename }"}"#;
        for (wire, kind) in [(Wire::Modern, "subscribe"), (Wire::Legacy, "start")] {
            let text = format!(r#"{{"type":"{kind}",{query}}}"#);
            for other in Wire::BOTH {
                assert_eq!(other.read(&text).is_ok(), wire == other, "{text}");
            }
        }
    }

    #[test]
    fn an_id_is_written_as_json() {
        let Message::Text(text) = Wire::complete("a\"\n") else { panic!("not text") };
        assert_eq!(text.as_str(), r#"{"id":"a\"\n","type":"complete"}"#);
    }
}

#[cfg(test)]
mod fuzz {
    //! Messages that no client of good will sends.

    use super::*;
    use crate::fuzz::{Target, soup};

    const WORDS: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "null",
        "true",
        "-1",
        "1e999",
        "\"type\":",
        "\"id\":",
        "\"payload\":",
        "\"connection_init\"",
        "\"subscribe\"",
        "\"start\"",
        "\"complete\"",
        "\"stop\"",
        "\"ping\"",
        "\"pong\"",
        "\"connection_terminate\"",
        "\"1\"",
        "\"\"",
        "\"query\":",
        "\"{ a }\"",
        "\"variables\":",
        "\"extensions\":",
        "\"operationName\":",
        "\"authorization\":",
        "\"headers\":",
        "\"accessToken\":",
        "\"Bearer X\"",
        "\\u0000",
        "\\ud800",
        "\u{1f4ac}",
        "99999999999999999999",
    ];

    /// The names of what may come in, and whether a message of it names an operation.
    fn kind(incoming: &Incoming) -> (&'static str, Option<&str>) {
        match incoming {
            Incoming::Init(_) => ("init", None),
            Incoming::Ping(_) => ("ping", None),
            Incoming::Pong => ("pong", None),
            Incoming::Start { id, .. } => ("start", Some(id)),
            Incoming::Stop { id } => ("stop", Some(id)),
            Incoming::Leave => ("leave", None),
        }
    }

    fn check(input: &[u8]) -> Result<String, String> {
        let text = String::from_utf8_lossy(input);
        let said = serde_json::from_str::<Value>(&text).unwrap_or_default();
        let mut outcomes = Vec::new();
        for wire in Wire::BOTH {
            let incoming = match wire.read(&text) {
                Ok(incoming) => incoming,
                Err(close) if close.code == Close::MALFORMED => {
                    outcomes.push("malformed");
                    continue;
                }
                Err(close) => return Err(format!("it ends with {close:?}")),
            };
            let (kind, id) = kind(&incoming);
            if id != id.and(said["id"].as_str())
                || id.is_some_and(|id| !(1..=LONGEST_ID).contains(&id.len()))
            {
                return Err(format!("the id is {id:?}"));
            }
            if let Some(id) = id {
                let Message::Text(written) = wire.next(id, b"{}") else {
                    return Err("not text".to_owned());
                };
                let written: Value =
                    serde_json::from_str(&written).map_err(|error| error.to_string())?;
                if written["id"] != id || written["payload"] != serde_json::json!({}) {
                    return Err(format!("{id:?} is written as {written}"));
                }
            }
            if let Incoming::Init(payload) | Incoming::Ping(Some(payload)) = &incoming
                && let Ok(Some(found)) = token(payload)
                && !said["payload"]
                    .to_string()
                    .contains(Value::from(found).to_string().trim_matches('"'))
            {
                return Err(format!("the token {found:?} was not shown"));
            }
            outcomes.push(kind);
        }
        // What only one of the two forms has, the other refuses.
        match outcomes[..] {
            ["start" | "stop" | "leave" | "ping" | "pong", other]
            | [other, "start" | "stop" | "leave"]
                if other != "malformed" =>
            {
                Err(format!("both forms take it, as {outcomes:?}"))
            }
            _ => Ok(outcomes.join(", ")),
        }
    }

    #[test]
    fn a_message_is_read_as_one_of_its_protocol_or_ends_the_connection_as_malformed() {
        let target = Target { name: "messages", cases: 2_000, words: WORDS, seeds: Vec::new() };
        target.run(soup(WORDS, 20), check);
    }
}
