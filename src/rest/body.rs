//! The body of a request, in the three forms that clients send, and its fields with the rules
//! of Django REST Framework: what is missing, null, blank or of the wrong type.

use std::collections::BTreeMap;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Request},
    http::{HeaderMap, StatusCode, header},
};
use serde_json::{Map, Number, Value, json};

use super::{
    Refusal, Result,
    refusal::{self, Members},
};
use crate::domain::Problem;

/// What was sent.
#[derive(Debug)]
enum Given {
    Json(Map<String, Value>),
    /// Text only; a name that comes several times is a list.
    Form(Vec<(String, String)>),
}

/// The fields of a body while they are read: what is wrong with them is collected.
#[derive(Debug)]
pub(super) struct Fields {
    given: Given,
    /// Nothing is required.
    partial: bool,
    wrong: Vec<(&'static str, Value)>,
}

/// What a text must be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Text {
    pub(super) required: bool,
    pub(super) may_be_blank: bool,
    pub(super) may_be_null: bool,
    pub(super) kind: TextKind,
}

/// What kind of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TextKind {
    /// White space around it is cut.
    #[default]
    Trimmed,
    /// White space around it is part of it.
    Verbatim,
    /// What is no text is said to be no e-mail address.
    Email,
}

/// What was sent for a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// Nothing, or nothing that is right.
    Nothing,
    Null,
    Text(String),
}

impl Fields {
    /// Reads a body; an empty one has no fields, whatever it is called.
    ///
    /// # Errors
    /// 415 for another media type, 400 for what is not in its form.
    pub(super) async fn read(headers: &HeaderMap, body: Bytes, partial: bool) -> Result<Self> {
        let given = if body.is_empty() {
            Given::Json(Map::new())
        } else {
            let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or("?"));
            let kind = kind.unwrap_or_default();
            match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
                "application/json" => Given::Json(object(&body)?),
                "application/x-www-form-urlencoded" => {
                    Given::Form(form_urlencoded::parse(&body).into_owned().collect())
                }
                "multipart/form-data" => Given::Form(parts(kind, body).await?),
                _ => {
                    let detail = format!("Unsupported media type \"{kind}\" in request.");
                    return Err(Refusal::detail(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
                }
            }
        };
        Ok(Self { given, partial, wrong: Vec::new() })
    }

    /// Fields of an object inside the body.
    fn of_object(object: Map<String, Value>) -> Self {
        Self { given: Given::Json(object), partial: false, wrong: Vec::new() }
    }

    /// True if a field was sent, whatever it holds.
    pub(super) fn has(&self, name: &str) -> bool {
        match &self.given {
            Given::Json(fields) => fields.contains_key(name),
            Given::Form(fields) => fields.iter().any(|(own, _)| own == name),
        }
    }

    /// One value; of several in a form the last.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        match &self.given {
            Given::Json(fields) => fields.get(name).cloned(),
            Given::Form(fields) => {
                let last = fields.iter().rev().find(|(own, _)| own == name);
                last.map(|(_, value)| Value::from(value.as_str()))
            }
        }
    }

    /// Notes what is wrong with a field.
    pub(super) fn refuse(&mut self, name: &'static str, text: impl Into<String>) {
        self.wrong.push((name, json!([text.into()])));
    }

    /// The same, where it is more than one text.
    pub(super) fn refuse_with(&mut self, name: &'static str, wrong: Value) {
        self.wrong.push((name, wrong));
    }

    /// Notes what the domain finds wrong with the fields that were not refused already.
    pub(super) fn refuse_all(&mut self, problems: &[Problem]) {
        let mut found: Vec<(&'static str, Vec<String>)> = Vec::new();
        for problem in problems {
            let name = refusal::name(problem.field);
            if self.wrong.iter().any(|(own, _)| *own == name) {
                continue;
            }
            match found.iter_mut().find(|(own, _)| *own == name) {
                Some((_, texts)) => texts.push(refusal::text(problem)),
                None => found.push((name, vec![refusal::text(problem)])),
            }
        }
        self.wrong.extend(found.into_iter().map(|(name, texts)| (name, json!(texts))));
    }

    fn missing(&mut self, name: &'static str, required: bool) {
        if required && !self.partial {
            self.refuse(name, "This field is required.");
        }
    }

    /// A text.
    pub(super) fn text(&mut self, name: &'static str, rules: Text) -> Sent {
        let Some(value) = self.value(name) else {
            self.missing(name, rules.required);
            return Sent::Nothing;
        };
        let text = match value {
            Value::Null if rules.may_be_null => return Sent::Null,
            Value::Null => {
                self.refuse(name, "This field may not be null.");
                return Sent::Nothing;
            }
            Value::String(text) => text,
            Value::Number(number) if is_exact(&number) => number.to_string(),
            Value::Number(_) | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                self.refuse(
                    name,
                    match rules.kind {
                        TextKind::Email => "Enter a valid email address.",
                        TextKind::Trimmed | TextKind::Verbatim => "Not a valid string.",
                    },
                );
                return Sent::Nothing;
            }
        };
        let trimmed = text.trim();
        if trimmed.is_empty() && !rules.may_be_blank {
            self.refuse(name, "This field may not be blank.");
            return Sent::Nothing;
        }
        if text.contains('\0') {
            self.refuse(name, "Null characters are not allowed.");
            return Sent::Nothing;
        }
        Sent::Text(match rules.kind {
            TextKind::Verbatim => text,
            TextKind::Trimmed | TextKind::Email => trimmed.to_owned(),
        })
    }

    /// The same for a text that is never null.
    pub(super) fn plain(&mut self, name: &'static str, rules: Text) -> Option<String> {
        match self.text(name, rules) {
            Sent::Text(text) => Some(text),
            Sent::Nothing | Sent::Null => None,
        }
    }

    /// A list: of a form, all values under the name.
    pub(super) fn list(&mut self, name: &'static str) -> Option<Vec<Value>> {
        let value = match &self.given {
            Given::Form(fields) => {
                let all = fields.iter().filter(|(own, _)| own == name);
                Some(all.map(|(_, value)| Value::from(value.as_str())).collect())
            }
            Given::Json(fields) => fields.get(name).cloned(),
        };
        match value {
            Some(Value::Array(values)) => Some(values),
            Some(Value::Null) => {
                self.refuse(name, "This field may not be null.");
                None
            }
            Some(other) => {
                self.refuse(name, not_a_list(&other));
                None
            }
            None => None,
        }
    }

    /// A list of objects, each with its fields, if it was sent.
    pub(super) fn objects(&mut self, name: &'static str) -> Option<Vec<Value>> {
        if let Given::Form(fields) = &self.given {
            return objects_of_form(fields, name);
        }
        if !self.has(name) {
            return None;
        }
        match self.value(name) {
            Some(Value::Array(values)) => Some(values),
            Some(Value::Null) => {
                self.refuse(name, "This field may not be null.");
                None
            }
            Some(other) => {
                self.refuse_with(name, json!({ "non_field_errors": [not_a_list(&other)] }));
                None
            }
            None => None,
        }
    }

    /// What is wrong so far, in the order of `order`.
    ///
    /// # Errors
    /// If anything is.
    pub(super) fn check(&mut self, order: &[&str]) -> Result<()> {
        if self.wrong.is_empty() {
            return Ok(());
        }
        let place = |name: &str| order.iter().position(|own| *own == name).unwrap_or(order.len());
        let mut wrong = std::mem::take(&mut self.wrong);
        wrong.sort_by_key(|(name, _)| place(name));
        let members = wrong.into_iter().map(|(name, texts)| (name.to_owned(), texts));
        Err(Refusal::fields(Members(members.collect())))
    }

    /// What is wrong, as a value inside another.
    fn into_wrong(self) -> Option<Value> {
        let wrong = self.wrong.into_iter().map(|(name, texts)| (name.to_owned(), texts));
        let wrong: Map<String, Value> = wrong.collect();
        Some(wrong).filter(|wrong| !wrong.is_empty()).map(Value::Object)
    }
}

/// Reads each object of a list with `read`; refuses with what is wrong in each, by its place.
pub(super) fn each<T>(
    fields: &mut Fields,
    name: &'static str,
    values: Vec<Value>,
    read: impl Fn(&mut Fields) -> Option<T>,
) -> Vec<T> {
    let mut good = Vec::new();
    let mut wrong = Map::new();
    for (place, value) in values.into_iter().enumerate() {
        let problem = match value {
            Value::Object(object) => {
                let mut inner = Fields::of_object(object);
                good.extend(read(&mut inner));
                inner.into_wrong()
            }
            other => Some(json!({ "non_field_errors": [not_an_object(&other)] })),
        };
        if let Some(problem) = problem {
            wrong.insert(place.to_string(), problem);
        }
    }
    if !wrong.is_empty() {
        fields.refuse_with(name, Value::Object(wrong));
    }
    good
}

/// The objects of a list as forms send them: `messages[0]message_body=…`, with or without a
/// dot between.
fn objects_of_form(fields: &[(String, String)], list: &str) -> Option<Vec<Value>> {
    let mut objects: BTreeMap<u32, Map<String, Value>> = BTreeMap::new();
    for (name, value) in fields {
        let place = name.strip_prefix(list).and_then(|rest| rest.strip_prefix('['));
        let Some((place, field)) = place.and_then(|rest| rest.split_once(']')) else { continue };
        let Ok(place) = place.parse() else { continue };
        let field = field.strip_prefix('.').unwrap_or(field).to_owned();
        objects.entry(place).or_default().insert(field, value.as_str().into());
    }
    (!objects.is_empty()).then(|| objects.into_values().map(Value::Object).collect())
}

/// True if a number can be written as it was sent. Whole numbers of more than 64 bits are read
/// with fewer digits than they have, and so is all that large.
fn is_exact(number: &Number) -> bool {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    !number.is_f64() || number.as_f64().is_some_and(|number| number.abs() < LARGEST)
}

/// One field of a body in parts; of several the first. `None` too where the body is none.
pub(super) async fn part(headers: &HeaderMap, body: &Bytes, name: &str) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        return None;
    }
    let parts = parts(kind, body.clone()).await.ok()?;
    parts.into_iter().find(|(own, _)| own == name).map(|(_, value)| value)
}

/// A type by its name in Python.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

fn not_a_list(value: &Value) -> String {
    format!("Expected a list of items but got type \"{}\".", type_name(value))
}

fn not_an_object(value: &Value) -> String {
    format!("Invalid data. Expected a dictionary, but got {}.", type_name(value))
}

fn object(body: &[u8]) -> Result<Map<String, Value>> {
    let value = serde_json::from_slice(body).map_err(|error| {
        Refusal::detail(StatusCode::BAD_REQUEST, format!("JSON parse error - {error}"))
    })?;
    match value {
        Value::Object(fields) => Ok(fields),
        Value::Null => Err(Refusal::field("non_field_errors", "No data provided")),
        other => Err(Refusal::field("non_field_errors", &not_an_object(&other))),
    }
}

/// The text parts of a multipart body; files are left out.
async fn parts(kind: &str, body: Bytes) -> Result<Vec<(String, String)>> {
    let broken = |why: String| {
        Refusal::detail(StatusCode::BAD_REQUEST, format!("Multipart form parse error - {why}"))
    };
    let request = Request::builder().header(header::CONTENT_TYPE, kind).body(Body::from(body));
    let request = request.map_err(|error| broken(error.to_string()))?;
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|rejection| broken(rejection.body_text()))?;
    let mut fields = Vec::new();
    while let Some(part) = form.next_field().await.map_err(|error| broken(error.body_text()))? {
        let name = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_some() {
            continue;
        }
        let text = part.text().await.map_err(|error| broken(error.body_text()))?;
        fields.push((name, text));
    }
    Ok(fields)
}
