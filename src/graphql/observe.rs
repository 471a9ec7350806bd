//! What an operation is counted as, and its part of a trace: by its root field, never by what
//! the client calls it.

use std::{collections::HashSet, sync::LazyLock};

use async_graphql::{
    ServerError,
    parser::{
        parse_schema,
        types::{OperationType, TypeKind, TypeSystemDefinition},
    },
};
use tokio::time::Instant;
use tracing::Span;

use super::{
    code::ErrorCode,
    document::Operation,
    finish::{code, would_be},
};
use crate::{domain::App, traces};

/// The fields at the top of the schema.
static ROOT_FIELDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut fields: HashSet<String> =
        ["__schema", "__type", "__typename"].map(str::to_owned).into();
    // A schema that could not be read would be refused by every client, and by the tests.
    let document = parse_schema(super::sdl()).expect("what the library prints it can read");
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let is_root =
            ["Query", "Mutation", "Subscription"].contains(&definition.node.name.node.as_str());
        if let (TypeKind::Object(object), true) = (definition.node.kind, is_root) {
            fields.extend(object.fields.iter().map(|field| field.node.name.node.to_string()));
        }
    }
    fields
});

/// Reads the schema now and not when the first request comes.
pub(super) fn prepare() {
    LazyLock::force(&ROOT_FIELDS);
}

/// What is asked, in the words of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    kind: &'static str,
    field: &'static str,
}

impl Asked {
    /// Something that is no operation, or whose operation could not be found out.
    pub(super) const UNKNOWN: Self = Self { kind: "unknown", field: "none" };

    pub(super) fn of(operation: &Operation) -> Self {
        let kind = match operation.kind {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
        let field = match operation.root_fields.as_slice() {
            [] => "none",
            // It may not have been looked yet whether there is such a field.
            [first, others @ ..] if others.iter().all(|other| other == first) => {
                ROOT_FIELDS.get(first.as_str()).map_or("other", String::as_str)
            }
            _ => "several",
        };
        Self { kind, field }
    }

    /// The root field.
    pub(super) fn field(self) -> &'static str {
        self.field
    }

    /// The operation was executed, with these errors if any.
    pub(super) fn done(self, app: &App, begun: Instant, errors: &[ServerError]) {
        app.metrics.operation(self.kind, self.field, outcome(errors), Some(begun.elapsed()));
        limited(app, errors);
    }

    /// The operation was refused before anything of it was executed.
    pub(super) fn refused(self, app: &App, error: &ServerError) {
        app.metrics.operation(self.kind, self.field, would_be(error).as_str(), None);
        limited(app, std::slice::from_ref(error));
    }

    /// Its part of a trace; `anew` where the connection outlives it.
    pub(super) fn span(self, anew: bool) -> Span {
        let Self { kind, field } = self;
        let span = tracing::trace_span!(
            "graphql",
            otel.name = format!("{kind} {field}"),
            graphql.operation.type = kind,
            graphql.field = field,
            code = tracing::field::Empty,
        );
        if anew && !span.is_none() {
            traces::begins_anew(&span);
        }
        span
    }
}

fn outcome(errors: &[ServerError]) -> &'static str {
    errors.first().map_or("OK", |error| would_be(error).as_str())
}

/// Each attempt counts, as it does for the limits.
fn limited(app: &App, errors: &[ServerError]) {
    for _ in errors.iter().filter(|error| code(error) == Some(ErrorCode::RateLimited)) {
        app.metrics.limited("graphql");
    }
}

/// Notes in a span how its operation ended.
pub(super) fn note(span: &Span, errors: &[ServerError]) {
    if !span.is_none() {
        span.record("code", outcome(errors));
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Name;

    use super::*;

    fn asked(fields: &[&str]) -> &'static str {
        let root_fields = fields.iter().map(Name::new).collect();
        Asked::of(&Operation { name: None, kind: OperationType::Query, root_fields }).field()
    }

    #[test]
    fn an_operation_is_called_by_its_root_field_if_the_schema_knows_it() {
        assert_eq!(asked(&["viewer"]), "viewer");
        assert_eq!(asked(&["login", "login"]), "login");
        assert_eq!(asked(&["conversationEvents"]), "conversationEvents");
        assert_eq!(asked(&["viewer", "conversations"]), "several");
        assert_eq!(asked(&["hostile_1234"]), "other");
        assert_eq!(asked(&["__schema"]), "__schema");
        assert_eq!(asked(&[]), "none");
    }
}
