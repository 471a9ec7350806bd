//! Which operations are open to whom, before anything is executed.

use async_graphql::{Name, parser::types::OperationType};

use super::document::Operation;

/// What a client must be able to call while its token is missing or worn out.
const SIGN_IN: [&str; 3] = ["register", "login", "refreshToken"];

/// What anyone may ask for.
const PUBLIC: [&str; 4] = ["server", "__typename", "__schema", "__type"];

/// Whether the operation may run without a token.
pub(super) fn is_public(operation: &Operation) -> bool {
    operation.root_fields.iter().map(Name::as_str).all(|field| match operation.kind {
        OperationType::Query => PUBLIC.contains(&field),
        OperationType::Mutation => SIGN_IN.contains(&field) || field == "__typename",
        OperationType::Subscription => false,
    })
}

/// Whether the operation is there to get a token, so that a bad one is no reason
/// to refuse it.
pub(super) fn is_sign_in(operation: &Operation) -> bool {
    operation.kind == OperationType::Mutation
        && operation.root_fields.iter().all(|field| SIGN_IN.contains(&field.as_str()))
}

/// Whether the operation asks for the schema.
pub(super) fn is_introspection(operation: &Operation) -> bool {
    operation.root_fields.iter().any(|field| matches!(field.as_str(), "__schema" | "__type"))
}
