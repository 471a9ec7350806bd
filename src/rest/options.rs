//! What `OPTIONS` tells of a resource: its name, its forms, and the fields of a body for the
//! methods that the caller may use.

use axum::http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    refusal::Members,
    view::{Call, View},
};

/// A field of a body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) read_only: bool,
    pub(super) label: &'static str,
    pub(super) max_length: Option<usize>,
}

/// What a field holds, by the names of Django REST Framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Email,
    Integer,
    Datetime,
    Choice(&'static [&'static str]),
    /// Something that refers to other things.
    Field,
    Nested,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Email => "email",
            Self::Integer => "integer",
            Self::Datetime => "datetime",
            Self::Choice(_) => "choice",
            Self::Field => "field",
            Self::Nested => "nested object",
        }
    }
}

impl Field {
    pub(super) const fn text(name: &'static str, label: &'static str) -> Self {
        let (required, read_only) = (false, false);
        Self { name, kind: Kind::String, required, read_only, label, max_length: None }
    }

    pub(super) const fn read_only(name: &'static str, kind: Kind, label: &'static str) -> Self {
        Self { read_only: true, ..Self::text(name, label).of(kind) }
    }

    pub(super) const fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(super) const fn at_most(self, length: usize) -> Self {
        Self { max_length: Some(length), ..self }
    }

    fn described(&self) -> Value {
        let mut described = json!({
            "type": self.kind.word(),
            "required": self.required,
            "read_only": self.read_only,
            "label": self.label,
        });
        if let Some(length) = self.max_length {
            described["max_length"] = length.into();
        }
        if let Kind::Choice(words) = self.kind {
            let title = |word: &str| word[..1].to_uppercase() + &word[1..];
            let each =
                words.iter().map(|word| json!({ "value": word, "display_name": title(word) }));
            described["choices"] = each.collect();
        }
        described
    }
}

#[derive(Serialize)]
pub(super) struct Described {
    name: &'static str,
    description: &'static str,
    renders: [&'static str; 2],
    parses: [&'static str; 3],
    #[serde(skip_serializing_if = "Option::is_none")]
    actions: Option<Members>,
}

/// What there is to know of a resource, for this caller.
pub(super) async fn describe(view: &View, call: Call) -> Described {
    let fields = || {
        let each = view.fields.iter().map(|field| (field.name.to_owned(), field.described()));
        each.collect::<Value>()
    };
    let mut actions = Members::default();
    if view.has(&Method::PUT) {
        let may_put = match view.may_put {
            Some(check) => check(Call { method: Method::PUT, ..call }).await.is_ok(),
            None => true,
        };
        if may_put {
            actions.0.push(("PUT".to_owned(), fields()));
        }
    }
    if view.has(&Method::POST) {
        actions.0.push(("POST".to_owned(), fields()));
    }
    Described {
        name: view.name,
        description: view.description,
        renders: ["application/json", "text/html"],
        parses: ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
        actions: Some(actions).filter(|actions| !actions.0.is_empty()),
    }
}
