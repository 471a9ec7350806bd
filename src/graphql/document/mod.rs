//! Documents: checked, parsed, put right where the library needs it, and kept.
//!
//! A text is measured (`lexer`, `scan`, `limits`), parsed by the library, and rewritten
//! (`rewrite`). What then also passed validation is kept under the hash of its
//! text, so that a client's usual documents are parsed once.

mod cost;
mod lasting;
mod lexer;
mod limits;
mod overlap;
mod rewrite;
mod scan;

use std::sync::{Arc, OnceLock};

use async_graphql::{
    Name, Request, SchemaEnv, ServerError, Value, Variables,
    parser::{
        self, parse_query,
        types::{ExecutableDocument, OperationDefinition, OperationType},
    },
    registry::Registry,
};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::{code::ErrorCode, params::Params, variables};

pub use limits::Limits;
use limits::{Measure, check};

pub(super) type Hash = [u8; 32];

/// How much text of documents is kept, in bytes. The parsed form of a document
/// is some ten times its text.
const KEPT_TEXT: u64 = 16 << 20;

/// The documents that clients sent before, by the SHA-256 of their text.
pub struct Documents {
    limits: Limits,
    kept: Cache<Hash, Arc<Document>>,
}

/// A parsed document.
struct Document {
    hash: Hash,
    text_len: usize,
    parsed: ExecutableDocument,
    operations: Vec<Operation>,
    /// Set once it was found valid: what its variables are checked by.
    valid: OnceLock<SchemaEnv>,
}

/// What is to be known of an operation before it is executed.
#[derive(Debug)]
pub struct Operation {
    pub name: Option<Name>,
    pub kind: OperationType,
    /// The fields at its top, those in fragments included.
    pub root_fields: Vec<Name>,
}

/// A document, which of its operations to execute, and with what.
#[derive(Clone)]
pub struct Prepared {
    document: Arc<Document>,
    operation: usize,
    variables: Variables,
}

impl Documents {
    pub fn new(limits: Limits) -> Self {
        let kept = Cache::builder()
            .max_capacity(KEPT_TEXT)
            .weigher(|_, document: &Arc<Document>| {
                u32::try_from(document.text_len).unwrap_or(u32::MAX)
            })
            .build();
        Self { limits, kept }
    }

    /// Finds the document and the operation that `params` ask for. Whether the
    /// document fits the schema, and the variables fit the document, is found
    /// when it is executed.
    pub fn prepare(&self, params: Params) -> Result<Prepared, ServerError> {
        let Params { query, operation_name, variables, persisted } = params;
        let document = match query {
            Some(text) => self.by_text(&text, persisted.as_deref())?,
            None => self.by_hash(persisted.as_deref())?,
        };
        let operation = select(&document.operations, operation_name.as_deref())?;
        let prepared = Prepared { document, operation, variables };
        let cost = prepared.cost();
        if cost > self.limits.cost {
            let message = format!(
                "The operation may answer {cost} fields, more than {}: ask for fewer rows or fields.",
                self.limits.cost
            );
            return Err(ErrorCode::QueryTooComplex.error(message, None));
        }
        Ok(prepared)
    }

    /// Keeps a document. To be called only when it passed validation, so that
    /// junk does not push out what clients use.
    pub fn keep(&self, prepared: &Prepared, checked_by: Option<SchemaEnv>) {
        let document = &prepared.document;
        if let Some(env) = checked_by {
            document.valid.get_or_init(|| env);
        }
        if !self.kept.contains_key(&document.hash) {
            self.kept.insert(document.hash, Arc::clone(document));
        }
    }

    fn by_text(&self, text: &str, persisted: Option<&str>) -> Result<Arc<Document>, ServerError> {
        let hash: Hash = Sha256::digest(text).into();
        if persisted.is_some_and(|expected| decode(expected) != Some(hash)) {
            let message = "\"sha256Hash\" is not the SHA-256 of \"query\".";
            return Err(ErrorCode::bad_input("extensions", message));
        }
        if let Some(document) = self.kept.get(&hash) {
            return Ok(document);
        }
        check(text, &self.limits, &mut Measure::default())?;
        let mut parsed = parse_query(text).map_err(|error| syntax_error(&error))?;
        let operations = rewrite::rewrite(&mut parsed)?;
        let (text_len, valid) = (text.len(), OnceLock::new());
        Ok(Arc::new(Document { hash, text_len, parsed, operations, valid }))
    }

    fn by_hash(&self, persisted: Option<&str>) -> Result<Arc<Document>, ServerError> {
        persisted.and_then(decode).and_then(|hash| self.kept.get(&hash)).ok_or_else(|| {
            // Clients compare this text, and then send the document.
            ErrorCode::PersistedQueryNotFound.error("PersistedQueryNotFound", None)
        })
    }
}

impl Prepared {
    pub fn operation(&self) -> &Operation {
        &self.document.operations[self.operation]
    }

    fn cost(&self) -> usize {
        let parsed = &self.document.parsed;
        self.definition().map_or(0, |operation| cost::cost(parsed, operation, &self.variables))
    }

    fn definition(&self) -> Option<&OperationDefinition> {
        let Document { parsed, operations, .. } = &*self.document;
        let name = &operations[self.operation].name;
        let mut definitions = parsed.operations.iter();
        let definition = definitions.find(|(found, _)| *found == name.as_ref());
        definition.map(|(_, operation)| &operation.node)
    }

    /// Fails for fields that cannot be merged, which validation lets through.
    pub(super) fn check_overlaps(&self, registry: &Registry) -> Result<(), ServerError> {
        overlap::check(registry, &self.document.parsed)
    }

    /// Which document it is.
    pub(super) fn hash(&self) -> Hash {
        self.document.hash
    }

    /// The variables that say what a subscription shows, and not from where.
    pub(super) fn lasting_variables(&self) -> String {
        let parsed = &self.document.parsed;
        let lasting = |operation| lasting::lasting(parsed, operation, &self.variables);
        self.definition().map(lasting).unwrap_or_default()
    }

    /// Whether the variables fit a document that was found valid before; `None` if it is to be
    /// checked as a whole. So it is where a variable is null: whether it may be depends on
    /// where it is used.
    pub(super) fn check_variables(&self) -> Option<Result<(), ServerError>> {
        let env = self.document.valid.get()?;
        let operation = self.definition()?;
        if self.variables.values().any(has_null) {
            return None;
        }
        let definitions = &operation.variable_definitions;
        Some(variables::check(&env.registry, definitions, &self.variables, operation))
    }

    /// The request to give to the library.
    pub fn request(&self) -> Request {
        let mut request = Request::new("").variables(self.variables.clone());
        request.operation_name = self.operation().name.as_ref().map(ToString::to_string);
        request.set_parsed_query(self.document.parsed.clone());
        request
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(values) => values.iter().any(has_null),
        Value::Object(fields) => fields.values().any(has_null),
        _ => false,
    }
}

fn select(operations: &[Operation], name: Option<&str>) -> Result<usize, ServerError> {
    let unresolved =
        |message: &str| Err(ErrorCode::OperationResolutionFailure.error(message, None));
    match (name, operations) {
        (None, [_]) => Ok(0),
        (None, _) => unresolved(
            "The document has several operations: say in \"operationName\" which to run.",
        ),
        (Some(name), _) => operations
            .iter()
            .position(|operation| operation.name.as_deref() == Some(name))
            .map_or_else(|| unresolved("The document has no operation of that name."), Ok),
    }
}

/// The library's syntax errors quote the whole line they are found in; what is
/// after the last ` = ` says what was expected.
fn syntax_error(error: &parser::Error) -> ServerError {
    let message = match error {
        parser::Error::Syntax { message, .. } => message
            .rsplit_once(" = ")
            .map_or("the document cannot be read", |(_, expected)| expected.trim())
            .replace('_', " "),
        other => other.to_string(),
    };
    let mut refused =
        ErrorCode::GraphqlParseFailed.error(format!("Syntax error: {message}."), None);
    refused.locations = error.positions().collect();
    refused
}

fn decode(hexadecimal: &str) -> Option<Hash> {
    let digits = hexadecimal.as_bytes();
    let mut hash = Hash::default();
    if digits.len() != 2 * hash.len() {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |i: usize| char::from(pair[i]).to_digit(16).and_then(|d| u8::try_from(d).ok());
        *byte = digit(0)? << 4 | digit(1)?;
    }
    Some(hash)
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
