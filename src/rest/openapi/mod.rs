//! The description of the REST face as `OpenAPI` 3.1. The list of resources says what there is:
//! who may come in, which methods, what the path names. The tables here, one for each noun, say
//! of every operation what it takes and answers; the forms are those of the nouns' files.
//!
//! `parlance openapi` prints it, and `openapi.yaml` is it as committed.

mod conversations;
mod messages;
mod operation;
mod refusals;
mod shapes;
mod tokens;
mod users;

use axum::http::Method;
use utoipa::openapi::{
    Components, ComponentsBuilder, HttpMethod, InfoBuilder, License, OpenApi, OpenApiBuilder,
    Paths, Server,
    path::PathItem,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    tag::TagBuilder,
};

use self::{operation::Operation, shapes::Shapes};
use super::{RESOURCES, cookies, root, view::View};

/// Where the documented addresses begin; the other prefixes have the same below them.
const PREFIX: &str = "/api/";

/// The nouns in the order of a first visit, and what there is of each.
const TAGS: &[(&str, &str, &[Operation])] = &[
    ("Tokens", "Signing in, and keeping signed in.", tokens::OPERATIONS),
    ("Users", "Signing up, and the people on this server.", users::OPERATIONS),
    ("Conversations", "Who talks with whom, and what happens there.", conversations::OPERATIONS),
    ("Messages", "What is said.", messages::OPERATIONS),
    ("Root", "Where everything begins.", ROOT),
];

const ROOT: &[Operation] = &[Operation {
    id: "getRoot",
    summary: "The addresses of the lists",
    description: "Where a client that knows nothing but this address finds the lists.",
    answer: (200, "The addresses.", Some(shapes::of::<root::Root>)),
    ..Operation::at("", HttpMethod::Get)
}];

const ABOUT: &str = "\
The REST face of Parlance, in the paths, words and order of checks of Django REST Framework. The \
same is served under `/api/`, `/api/v1/` and `/`; this document names the first.

**Signing in.** `POST /api/token/` answers an access token (60 minutes) and a refresh token (one \
day). Send the first as `Authorization: Bearer …`. A user name and password by `Basic`, and the \
session cookie of the pages, do as well.

**Bodies** may be JSON, urlencoded or multipart; white space around texts is cut, fields that are \
not known are left out. **Answers** are JSON, or a page for a browser that asks for `text/html`. \
Times are UTC with six digits of a second, none where they are all zero.

**What every address does beside the operations below.** `OPTIONS` describes it, `HEAD` answers \
as `GET` without the body. A method that it does not have is 405 with `Allow`. Without the slash \
at its end it is 301 to the address with it.

**Refusals.** About the request as a whole `{\"detail\": text}`, about fields \
`{field: [texts]}`.";

/// The whole description.
pub(crate) fn document() -> OpenApi {
    let mut shapes = Shapes::default();
    let mut paths = Paths::new();
    for (path, view) in resources() {
        let mut item = PathItem::default();
        for (method, _) in view.methods {
            let method = http_method(method);
            let Some((tag, operation)) = find(path, &method) else { continue };
            let told = operation.build(tag, view, &mut shapes);
            item.merge_operations(PathItem::new(method, told));
        }
        paths.paths.insert(format!("{PREFIX}{path}"), item);
    }
    let refusals = refusals::all(&mut shapes);
    let components = ComponentsBuilder::new().responses_from_iter(refusals);
    let components = components.schemas_from_iter(shapes.into_all());
    let mut license = License::new(env!("CARGO_PKG_LICENSE"));
    license.identifier = Some(env!("CARGO_PKG_LICENSE").to_owned());
    let info = InfoBuilder::new()
        .title("Parlance")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license));
    let tag = |(name, text, _): &(&str, &str, _)| {
        TagBuilder::new().name(*name).description(Some(*text)).build()
    };
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/")]))
        .paths(paths)
        .components(Some(with_security(components.build())))
        .tags(Some(TAGS.iter().map(tag)))
        .build()
}

/// The description as it is committed.
///
/// # Panics
/// Never: a description has nothing that YAML cannot say.
pub fn yaml() -> String {
    document().to_yaml().expect("a description has nothing that YAML cannot say")
}

/// The same as JSON.
///
/// # Panics
/// Never: a description has nothing that JSON cannot say.
pub fn json() -> String {
    document().to_pretty_json().expect("a description has nothing that JSON cannot say") + "\n"
}

/// All that can be asked for: the resources, and the root itself.
fn resources() -> impl Iterator<Item = (&'static str, &'static View)> {
    RESOURCES.iter().copied().chain([("", &root::ROOT)])
}

fn find(path: &str, method: &HttpMethod) -> Option<(&'static str, &'static Operation)> {
    let all = TAGS.iter().flat_map(|(tag, _, all)| all.iter().map(move |one| (*tag, one)));
    all.into_iter().find(|(_, one)| one.path == path && one.method == *method)
}

fn http_method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn with_security(mut components: Components) -> Components {
    let http = |scheme, text: &str| HttpBuilder::new().scheme(scheme).description(Some(text));
    let bearer = http(HttpAuthScheme::Bearer, "The access token of `POST /api/token/`.");
    let basic = http(HttpAuthScheme::Basic, "A user name or e-mail address, and the password.");
    let cookie = ApiKeyValue::with_description(
        cookies::SESSION,
        "The session of the pages. What changes something also needs the header `X-CSRFToken` \
         with the value of the cookie `csrftoken`.",
    );
    let bearer = SecurityScheme::Http(bearer.bearer_format("JWT").build());
    components.add_security_scheme("bearer", bearer);
    components.add_security_scheme("basic", SecurityScheme::Http(basic.build()));
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    components
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn word(method: &HttpMethod) -> String {
        serde_json::to_string(method).unwrap()
    }

    #[test]
    fn every_operation_of_every_resource_is_described_and_no_other() {
        let served: BTreeSet<_> = resources()
            .flat_map(|(path, view)| {
                view.methods.iter().map(move |(method, _)| (path, word(&http_method(method))))
            })
            .collect();
        let all = TAGS.iter().flat_map(|(_, _, all)| all.iter());
        let told: Vec<_> = all.map(|one| (one.path, word(&one.method))).collect();
        assert_eq!(told.len(), told.iter().collect::<BTreeSet<_>>().len(), "told twice");
        assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), served);
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_and_says_what_it_does() {
        let mut names = BTreeSet::new();
        for one in TAGS.iter().flat_map(|(_, _, all)| all.iter()) {
            assert!(names.insert(one.id), "{} names two operations", one.id);
            assert!(!one.summary.is_empty() && one.description.ends_with('.'), "{}", one.id);
        }
    }
}
