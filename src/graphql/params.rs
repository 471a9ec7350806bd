//! What a client sends to have an operation run, whatever way it came.

use async_graphql::{ServerError, Variables};
use serde_json::{Map, Value};

use super::code::ErrorCode;

/// The parameters of one request.
#[derive(Debug, Default)]
pub struct Params {
    /// The document; may be absent if `persisted` names a known one.
    pub query: Option<String>,
    pub operation_name: Option<String>,
    pub variables: Variables,
    /// The SHA-256 of the document in hexadecimal (`extensions.persistedQuery`).
    pub persisted: Option<String>,
}

impl Params {
    /// From the JSON that POST and the WebSocket carry.
    pub fn from_json(json: Value) -> Result<Self, ServerError> {
        let mut fields = match json {
            Value::Object(fields) => fields,
            Value::Array(_) => {
                let message =
                    "Several operations in one request are not supported; send them one by one.";
                return Err(ErrorCode::BadUserInput.error(message, None));
            }
            _ => {
                let message = "The request must be a JSON object with the document in \"query\".";
                return Err(ErrorCode::BadUserInput.error(message, None));
            }
        };
        let query = text(&mut fields, "query")?;
        let operation_name = text(&mut fields, "operationName")?;
        let variables = object(&mut fields, "variables")?;
        let extensions = object(&mut fields, "extensions")?;
        Self::new(query, operation_name, variables, &extensions)
    }

    /// From the pairs in the query string of a GET.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, ServerError> {
        let mut query = None;
        let mut operation_name = None;
        let mut variables = None;
        let mut extensions = None;
        for (name, value) in pairs {
            let place = match name.as_str() {
                "query" => &mut query,
                "operationName" => &mut operation_name,
                "variables" => &mut variables,
                "extensions" => &mut extensions,
                _ => continue,
            };
            if place.replace(value).is_some() {
                let message = format!("\"{name}\" must be given only once.");
                return Err(ErrorCode::bad_input(&name, message));
            }
        }
        let variables = parsed("variables", variables)?;
        let extensions = parsed("extensions", extensions)?;
        Self::new(query, operation_name, variables, &extensions)
    }

    fn new(
        query: Option<String>,
        operation_name: Option<String>,
        variables: Map<String, Value>,
        extensions: &Map<String, Value>,
    ) -> Result<Self, ServerError> {
        let persisted = extensions
            .get("persistedQuery")
            .and_then(|persisted| persisted.get("sha256Hash"))
            .and_then(Value::as_str)
            .map(str::to_ascii_lowercase);
        if query.is_none() && persisted.is_none() {
            let message = "\"query\" is missing: it must hold the document.";
            return Err(ErrorCode::bad_input("query", message));
        }
        Ok(Self {
            query,
            // Some clients send an empty name for "no name".
            operation_name: operation_name.filter(|name| !name.is_empty()),
            variables: Variables::from_json(Value::Object(variables)),
            persisted,
        })
    }
}

fn text(fields: &mut Map<String, Value>, name: &str) -> Result<Option<String>, ServerError> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ErrorCode::bad_input(name, format!("\"{name}\" must be a string."))),
    }
}

fn object(fields: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, ServerError> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(ErrorCode::bad_input(name, format!("\"{name}\" must be a JSON object."))),
    }
}

fn parsed(name: &str, text: Option<String>) -> Result<Map<String, Value>, ServerError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(Map::new());
    };
    serde_json::from_str::<Option<Map<String, Value>>>(&text)
        .map(Option::unwrap_or_default)
        .map_err(|_| ErrorCode::bad_input(name, format!("\"{name}\" must be a JSON object.")))
}
