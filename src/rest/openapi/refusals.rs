//! The refusals that operations share, each described once.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{
        Content, Header, RefOr, Response, ResponseBuilder, Schema,
        schema::{AnyOf, Object, Type},
    },
};

use super::shapes::{self, Shapes};

/// A refusal of the request as a whole.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described; `Refusal` writes it")]
#[expect(clippy::struct_field_names, reason = "clients know the field by this name")]
struct Detail {
    /// What is wrong, in a sentence.
    detail: String,
    /// What kind of wrong it is, where a token is refused.
    #[schema(nullable = false, examples("token_not_valid"))]
    code: Option<String>,
    /// What is wrong with the token, by the kinds of tokens.
    #[schema(nullable = false)]
    messages: Option<Vec<BTreeMap<String, String>>>,
}

/// What is wrong with the fields of a body or the filters of a list, all at once: under each
/// name a list of texts; for objects in a list their own fields, by place.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described; `Refusal` writes it")]
struct FieldErrors(BTreeMap<String, Value>);

/// Status, name, what it means.
const ALL: &[(u16, &str, &str)] = &[
    (400, "BadRequest", "Fields or filters are wrong, or the body is not in its form."),
    (401, "Unauthorized", "Nobody is signed in, or what was shown proves nothing."),
    (403, "Forbidden", "Not for the one who asks, or the token against forgery is missing."),
    (404, "NotFound", "There is no such thing, or no such page of a list."),
    (406, "NotAcceptable", "None of the forms that `Accept` names is served here."),
    (408, "RequestTimeout", "The body did not come in time."),
    (409, "Conflict", "The same key was used before for something else."),
    (410, "Gone", "The numbers are of another life of the database: read all again."),
    (413, "ContentTooLarge", "The body is longer than the server takes."),
    (415, "UnsupportedMediaType", "The body is in a form that is not read here."),
    (429, "TooManyRequests", "Too much in too short a time."),
    (503, "ServiceUnavailable", "The server is busy or its database does not answer; try again."),
    (504, "GatewayTimeout", "This took too long; try again."),
];

pub(super) fn name(status: u16) -> &'static str {
    let known = ALL.iter().find(|(own, ..)| *own == status);
    known.map(|(_, name, _)| *name).expect("every refusal of a table is described")
}

/// All of them, under their names.
pub(super) fn all(shapes: &mut Shapes) -> BTreeMap<String, Response> {
    let detail = shapes::of::<Detail>(shapes);
    let fields = shapes::of::<FieldErrors>(shapes);
    let told = ALL.iter().map(|(status, name, text)| {
        let shape = match status {
            400 => AnyOf::builder().item(detail.clone()).item(fields.clone()).into(),
            _ => detail.clone(),
        };
        ((*name).to_owned(), refusal(*status, text, shape))
    });
    told.collect()
}

fn refusal(status: u16, text: &str, shape: RefOr<Schema>) -> Response {
    let mut told = ResponseBuilder::new().description(text);
    // Such a body is not read to its end, so nothing is said in return.
    if status != 413 {
        told = told.content("application/json", Content::new(Some(shape)));
    }
    let header = match status {
        401 => Some(("WWW-Authenticate", Type::String, "Always `Bearer realm=\"api\"`.")),
        429 | 503 => Some(("Retry-After", Type::Integer, "After how many seconds to try again.")),
        _ => None,
    };
    if let Some((name, kind, text)) = header {
        let mut header = Header::new(Object::with_type(kind));
        header.description = Some(text.to_owned());
        told = told.header(name, header);
    }
    told.build()
}
