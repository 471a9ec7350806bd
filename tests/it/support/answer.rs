//! What came back, and what a test says about it.

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::Id;

/// An answer of /graphql.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The body, byte by byte.
    pub(crate) text: String,
    /// The body as JSON; null if it is none.
    pub(crate) body: Value,
}

impl Answer {
    /// There is data and no error.
    #[track_caller]
    pub(crate) fn succeeds(&self) -> &Self {
        assert!(self.body.get("errors").is_none(), "it should succeed: {}", self.text);
        assert!(
            self.body["data"].is_object(),
            "it should have data: {} {}",
            self.status,
            self.text
        );
        self
    }

    /// What is at a path like `sendMessage.message.seq` or `users.nodes.0.id`, where there was no error.
    #[track_caller]
    pub(crate) fn gives(&self, path: &str) -> Value {
        self.succeeds();
        self.at(path)
    }

    /// What is at a path, whether or not something else failed.
    #[track_caller]
    pub(crate) fn at(&self, path: &str) -> Value {
        let pointer = format!("/data/{}", path.replace('.', "/"));
        let found = self.body.pointer(&pointer).cloned();
        found.unwrap_or_else(|| panic!("nothing is at {path}: {}", self.text))
    }

    /// The id at a path.
    #[track_caller]
    pub(crate) fn id(&self, path: &str) -> Id {
        let value = self.gives(path);
        value
            .as_str()
            .and_then(|id| id.parse().ok())
            .unwrap_or_else(|| panic!("{path} is no id: {value}"))
    }

    /// The number at a path.
    #[track_caller]
    pub(crate) fn number(&self, path: &str) -> i64 {
        let value = self.gives(path);
        value.as_i64().unwrap_or_else(|| panic!("{path} is no number: {value}"))
    }

    /// The text at a path.
    #[track_caller]
    pub(crate) fn word(&self, path: &str) -> String {
        let value = self.gives(path);
        value.as_str().unwrap_or_else(|| panic!("{path} is no text: {value}")).to_owned()
    }

    /// The list at a path.
    #[track_caller]
    pub(crate) fn list(&self, path: &str) -> Vec<Value> {
        let value = self.gives(path);
        value.as_array().unwrap_or_else(|| panic!("{path} is no list: {value}")).clone()
    }

    /// One field of everything in the list at a path, as text.
    #[track_caller]
    pub(crate) fn each(&self, path: &str, field: &str) -> Vec<String> {
        let words = self.list(path).into_iter().map(|item| match &item[field] {
            Value::String(word) => word.clone(),
            other => other.to_string(),
        });
        words.collect()
    }

    /// There is one error, with this code and a message for people.
    #[track_caller]
    pub(crate) fn fails_with(&self, code: &str) -> &Self {
        let errors = self.errors();
        assert_eq!(
            errors.len(),
            1,
            "it should fail once, with {code}: {} {}",
            self.status,
            self.text
        );
        assert_eq!(errors[0]["extensions"]["code"], code, "{} {}", self.status, self.text);
        assert!(errors[0]["message"].as_str().is_some_and(|m| !m.is_empty()), "{}", self.text);
        let is_retryable =
            ["RATE_LIMITED", "SERVICE_UNAVAILABLE", "REQUEST_TIMEOUT"].contains(&code);
        assert_eq!(errors[0]["extensions"]["retryable"], is_retryable, "{}", self.text);
        self
    }

    /// `BAD_USER_INPUT`, for exactly these fields.
    #[track_caller]
    pub(crate) fn fails_on(&self, fields: &[&str]) -> &Self {
        self.fails_with("BAD_USER_INPUT");
        assert_eq!(self.fields(), fields, "{}", self.text);
        self
    }

    /// The status of the whole.
    #[track_caller]
    pub(crate) fn has_status(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// The errors; none if all went well.
    pub(crate) fn errors(&self) -> &[Value] {
        self.body["errors"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The code of the first error.
    pub(crate) fn code(&self) -> Option<&str> {
        self.errors().first()?["extensions"]["code"].as_str()
    }

    /// The input fields that the first error names, in its order.
    pub(crate) fn fields(&self) -> Vec<String> {
        let Some(error) = self.errors().first() else { return Vec::new() };
        let extensions = &error["extensions"];
        let name =
            |field: &Value| field["field"].as_str().or_else(|| field.as_str()).map(str::to_owned);
        if let Some(fields) = extensions["fields"].as_array() {
            return fields.iter().filter_map(name).collect();
        }
        if let Some(fields) = extensions["fields"].as_object() {
            return fields.keys().cloned().collect();
        }
        extensions["field"].as_str().map(str::to_owned).into_iter().collect()
    }

    /// The body without what differs from request to request: for comparing two answers byte by byte.
    pub(crate) fn comparable(&self) -> String {
        let Some(id) = self.body.pointer("/errors/0/extensions/requestId").and_then(Value::as_str)
        else {
            return format!("{} {}", self.status, self.text);
        };
        format!("{} {}", self.status, self.text.replace(id, "[request]"))
    }
}
