//! The description itself, as YAML or JSON, chosen as drf-spectacular does it.

use std::sync::{Arc, LazyLock};

use axum::{
    body::Bytes,
    extract::{Extension, RawQuery, Request, State},
    http::{HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::super::{
    Face, Refusal, Result,
    negotiate::{self, Offer},
    openapi,
    page::Query,
    view::Call,
    who::{self, Shown},
};
use crate::{
    domain::{
        Client,
        limits::{self, Standing},
    },
    request_log,
};

static YAML: LazyLock<String> = LazyLock::new(openapi::yaml);
static JSON: LazyLock<String> = LazyLock::new(openapi::json);

/// A media type, by whose name it is answered, and whether it is JSON.
#[derive(Clone, Copy)]
struct Form {
    media: &'static str,
    is_json: bool,
}

const FORMS: [Offer<Form>; 4] = [
    offer("vnd.oai.openapi", "application/vnd.oai.openapi", false),
    offer("yaml", "application/yaml", false),
    offer("vnd.oai.openapi+json", "application/vnd.oai.openapi+json", true),
    offer("json", "application/json", true),
];

const fn offer(kind: &'static str, media: &'static str, is_json: bool) -> Offer<Form> {
    let name = if is_json { "json" } else { "yaml" };
    Offer { form: Form { media, is_json }, name, media: ("application", kind) }
}

pub(super) async fn serve(
    State(face): State<Arc<Face>>,
    Extension(client): Extension<Client>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    if let Err(limited) = limits::count_request(&face.app, &client) {
        return Refusal::from(limited).alone();
    }
    let (parts, _) = request.into_parts();
    let mut call = Call {
        face,
        client,
        person: None,
        method: parts.method,
        uri: parts.uri,
        path: Arc::default(),
        query: Arc::new(Query::read(query.as_deref().unwrap_or_default())),
        headers: parts.headers,
        body: Bytes::new(),
        extensions: parts.extensions,
    };
    let form = negotiate::choose(&call.headers, &call.query, &FORMS);
    let (Form { media, is_json }, done) = match form {
        Ok(form) => (form, text(&mut call, form).await),
        Err(refusal) => (FORMS[0].form, Err(refusal)),
    };
    let mut response = match done {
        Ok(text) => text.into_response(),
        // JSON is YAML as well.
        Err(refusal) => refusal.alone(),
    };
    // What was refused for its rate has said of which already.
    if response.extensions().get::<Standing>().is_none()
        && let Some(standing) = call.standing()
    {
        response.extensions_mut().insert(standing);
    }
    let charset = if is_json { "" } else { "; charset=utf-8" };
    let vary = if Shown::read(&call.headers).is_bearer() {
        "Accept, origin"
    } else {
        "Accept, Cookie, origin"
    };
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    headers.insert(header::VARY, HeaderValue::from_static(vary));
    if let Ok(kind) = HeaderValue::try_from(format!("{media}{charset}")) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    response
}

/// What is answered: to anybody, but who shows something must be somebody.
async fn text(call: &mut Call, form: Form) -> Result<Bytes> {
    call.person = who::authenticate(call, Shown::read(&call.headers)).await?;
    if let Some(person) = &call.person {
        request_log::name(&call.extensions, &person.user.username);
        limits::count_of(&call.face.app, person.viewer)?;
    }
    match (&call.method, form.is_json) {
        (&Method::GET | &Method::HEAD, true) => Ok(Bytes::from_static(JSON.as_bytes())),
        (&Method::GET | &Method::HEAD, false) => Ok(Bytes::from_static(YAML.as_bytes())),
        (&Method::OPTIONS, _) => {
            let told = json!({
                "name": "Schema",
                "description": "The description of this API as OpenAPI 3.1, as YAML or JSON.",
                "renders": FORMS.map(|offer| offer.form.media),
                "parses": [],
            });
            Ok(told.to_string().into())
        }
        (method, _) => Err(Refusal::method(method)),
    }
}
