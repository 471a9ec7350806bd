//! What is told of one operation, and what follows from the resource that it belongs to: who
//! may come in, what the path names, which refusals there are.

use axum::http::Method;
use utoipa::openapi::{
    Content, HttpMethod, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
    path::{Operation as Told, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    request_body::RequestBodyBuilder,
    schema::{KnownFormat, Object, SchemaFormat, SchemaType, Type},
    security::SecurityRequirement,
};

use super::{
    super::view::{Access, View},
    refusals,
    shapes::{Shape, Shapes},
};

/// The forms of a body.
const PARSES: [&str; 3] =
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];

/// One operation, as far as its resource does not say it.
pub(super) struct Operation {
    /// As in the list of resources.
    pub(super) path: &'static str,
    pub(super) method: HttpMethod,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    /// What may follow the `?`, and headers.
    pub(super) parameters: &'static [fn() -> Vec<Parameter>],
    pub(super) body: Option<Shape>,
    /// The status of success, what it means, and what is answered with it.
    pub(super) answer: (u16, &'static str, Option<Shape>),
    /// Refusals that do not follow from the rest.
    pub(super) also: &'static [u16],
}

impl Operation {
    /// An operation of which nothing is told yet.
    pub(super) const fn at(path: &'static str, method: HttpMethod) -> Self {
        Self {
            path,
            method,
            id: "",
            summary: "",
            description: "",
            parameters: &[],
            body: None,
            answer: (204, "Done; there is nothing to show.", None),
            also: &[],
        }
    }

    pub(super) fn build(&self, tag: &str, view: &View, shapes: &mut Shapes) -> Told {
        let mut told = OperationBuilder::new()
            .tag(tag)
            .operation_id(Some(self.id))
            .summary(Some(self.summary))
            .description(Some(self.description))
            .securities(Some(self.securities(view)));
        let named = named(self.path).map(in_path);
        let others = self.parameters.iter().flat_map(|all| all()).map(never_null);
        for parameter in named.chain(others) {
            told = told.parameter(parameter);
        }
        if let Some(shape) = self.body {
            let shape = shape(shapes);
            let mut body = RequestBodyBuilder::new().required(Some(Required::True));
            for form in PARSES {
                body = body.content(form, Content::new(Some(shape.clone())));
            }
            told = told.request_body(Some(body.build()));
        }
        let (status, text, shape) = self.answer;
        told = told.response(status.to_string(), answer(text, shape.map(|shape| shape(shapes))));
        for status in self.refusals(view) {
            let name = refusals::name(status);
            told = told.response(status.to_string(), Ref::from_response_name(name));
        }
        told.build()
    }

    /// Who may come in: one of these is enough, and nothing where there is none.
    fn securities(&self, view: &View) -> Vec<SecurityRequirement> {
        let nobody = SecurityRequirement::default();
        let each = ["bearer", "session", "basic"];
        let each = each.map(|scheme| SecurityRequirement::new(scheme, [""; 0]));
        match view.access {
            Access::Everybody => Vec::new(),
            Access::Anybody => [nobody].into_iter().chain(each).collect(),
            Access::SignedIn { but } if self.is_among(but) => {
                [nobody].into_iter().chain(each).collect()
            }
            Access::SignedIn { .. } => each.into_iter().collect(),
        }
    }

    fn is_among(&self, methods: &[Method]) -> bool {
        methods.iter().any(|method| super::http_method(method) == self.method)
    }

    fn refusals(&self, view: &View) -> Vec<u16> {
        let shows_who = view.access != Access::Everybody;
        let names_something = named(self.path).next().is_some();
        let is_safe = self.method == HttpMethod::Get;
        let is_list = is_safe && self.path.ends_with("s/") && !self.parameters.is_empty();
        let takes_body = self.body.is_some();
        // The token against forgery, or something of others.
        let is_forbidden = shows_who && (!is_safe || names_something);
        let follow = [
            (400, takes_body || !self.parameters.is_empty()),
            (401, shows_who),
            (403, is_forbidden),
            (404, names_something || is_list),
            (406, true),
            (408, takes_body),
            (413, takes_body),
            (415, takes_body),
            (429, true),
            (503, true),
            (504, true),
        ];
        let follow = follow.into_iter().filter_map(|(status, follows)| follows.then_some(status));
        let mut all: Vec<u16> = follow.chain(self.also.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What a path names: `user` in `users/{user}/`.
fn named(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

fn in_path(name: &str) -> Parameter {
    let uuid = Object::builder()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .description(Some(format!("The id of the {name}.")))
        .schema(Some(uuid))
        .build()
}

/// What is not sent is left out: there is no null after a `?`.
fn never_null(mut parameter: Parameter) -> Parameter {
    let kind = match &mut parameter.schema {
        Some(RefOr::T(Schema::Object(object))) => &mut object.schema_type,
        Some(RefOr::T(Schema::Array(array))) => &mut array.schema_type,
        _ => return parameter,
    };
    if let SchemaType::Array(kinds) = kind {
        kinds.retain(|kind| *kind != Type::Null);
        if let [only] = kinds.as_slice() {
            *kind = SchemaType::Type(only.clone());
        }
    }
    parameter
}

fn answer(text: &str, shape: Option<RefOr<Schema>>) -> Response {
    let told = ResponseBuilder::new().description(text);
    match shape {
        Some(shape) => told.content("application/json", Content::new(Some(shape))).build(),
        None => told.build(),
    }
}
