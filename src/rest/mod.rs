//! The REST face: a thin router over the same functions of the domain as GraphQL's, in the
//! paths, words and order of checks of Django REST Framework, so that clients of such services
//! work unchanged. One file for each noun; each resource is a [`View`], and [`RESOURCES`] is
//! the one list of them.
//!
//! May name `pages`, for the pages that browsers see, `domain`, `live`, `request_log`, `ids` and
//! `time`; never `store`, nor the GraphQL face.

mod body;
mod browse;
mod conversations;
mod cors;
mod docs;
mod events;
mod forms;
mod messages;
mod negotiate;
pub mod openapi;
mod options;
mod page;
mod refusal;
mod root;
mod shape;
mod tokens;
mod users;
mod view;
mod who;

use std::{collections::HashMap, error::Error, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Extension, RawPathParams, RawQuery, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::any,
};
use futures_util::FutureExt;
use http_body_util::LengthLimitError;
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use self::{
    page::Query,
    refusal::{Refusal, Result},
    view::{Call, View},
};
use crate::{
    domain::{App, Client, limits},
    pages::{address, cookies},
};

/// Every resource: what follows the prefix, and what is there.
const RESOURCES: &[(&str, &View)] = &[
    ("register/", &users::REGISTER),
    ("token/", &tokens::OBTAIN),
    ("token/refresh/", &tokens::REFRESH),
    ("token/verify/", &tokens::VERIFY),
    ("login/", &tokens::LOGIN),
    ("users/", &users::LIST),
    ("users/me/", &users::ME),
    ("users/{user}/", &users::ONE),
    ("conversations/", &conversations::LIST),
    ("conversations/{conversation}/", &conversations::ONE),
    ("conversations/{conversation}/messages/", &messages::OF_CONVERSATION),
    ("conversations/{conversation}/messages/{message}/", &messages::ONE_OF_CONVERSATION),
    ("conversations/{conversation}/events/", &events::EVENTS),
    ("messages/", &messages::LIST),
    ("messages/{message}/", &messages::ONE),
];

/// Where the resources are: the same under each.
const PREFIXES: &[&str] = &["/api/", "/api/v1/", "/"];

/// What the REST face knows.
pub struct Face {
    pub app: App,
    /// The longest body, in bytes.
    pub body_limit: usize,
    /// How long one request may take, its body included, beside what it is asked to wait.
    pub timeout: Duration,
    /// How clients reach the server, where that is not what they say.
    pub public_url: Option<String>,
    /// Whether everybody who is signed in sees everybody's e-mail address and telephone number.
    pub shows_contacts: bool,
}

impl Face {
    /// Cookies go over TLS alone where clients come that way.
    pub(crate) fn is_secure(&self) -> bool {
        address::is_tls(self.public_url.as_deref())
    }
}

/// The routes of the REST face; with those of its description, if it describes itself.
pub fn router(face: Arc<Face>, is_described: bool) -> Router {
    let mut router = Router::new();
    for prefix in PREFIXES {
        for (path, view) in RESOURCES {
            router = at(router, &format!("{prefix}{path}"), view);
        }
        router = match *prefix {
            "/" => router.route("/", any(root::serve_bare)),
            prefix => at(router, prefix, &root::ROOT),
        };
    }
    if is_described {
        router = docs::routes(router);
    }
    router
        .layer(middleware::from_fn_with_state(face.clone(), around))
        .layer(middleware::from_fn(cors::cors))
        .with_state(face)
}

/// A resource; without the slash at its end the client is sent to it.
fn at(router: Router<Arc<Face>>, path: &str, view: &'static View) -> Router<Arc<Face>> {
    let serve =
        move |face, client, path, query, request| serve(view, face, client, path, query, request);
    let router = router.route(path, any(serve));
    match path.strip_suffix('/') {
        None | Some("") => router,
        Some(bare) => router.route(bare, any(address::add_slash)),
    }
}

async fn serve(
    view: &'static View,
    State(face): State<Arc<Face>>,
    Extension(client): Extension<Client>,
    path: RawPathParams,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    if let Err(limited) = limits::count_request(&face.app, &client) {
        return Refusal::from(limited).alone();
    }
    let path: HashMap<_, _> =
        path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (parts, body) = request.into_parts();
    let (limit, until) = (face.body_limit, Instant::now() + face.timeout);
    let (body, not_read) = match timeout_at(until, axum::body::to_bytes(body, limit)).await {
        Ok(Ok(body)) => (body, None),
        Ok(Err(error)) => (Bytes::new(), Some(not_read(&error, limit))),
        // Nor is there time left to look who asks.
        Err(_) => return fault(StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time."),
    };
    let call = Call {
        face,
        client,
        person: None,
        method: parts.method,
        uri: parts.uri,
        path: Arc::new(path),
        query: Arc::new(Query::read(query.as_deref().unwrap_or_default())),
        headers: parts.headers,
        extensions: parts.extensions,
        body,
    };
    let until = until + view.waits.map_or(Duration::ZERO, |waits| waits(&call));
    // A panic costs one answer and not the connection.
    let served = AssertUnwindSafe(view::serve(view, call, not_read)).catch_unwind();
    match timeout_at(until, served).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            fault(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.")
        }
        Err(_) => fault(StatusCode::GATEWAY_TIMEOUT, "This took too long: try again."),
    }
}

/// A body that did not come as it should.
fn not_read(error: &axum::Error, limit: usize) -> Refusal {
    let is_long = error.source().is_some_and(<dyn Error>::is::<LengthLimitError>);
    if is_long {
        let detail = format!("The body is too long: at most {limit} bytes.");
        return Refusal::detail(StatusCode::PAYLOAD_TOO_LARGE, detail);
    }
    Refusal::detail(StatusCode::BAD_REQUEST, "The body broke off.")
}

fn fault(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({ "detail": detail }))).into_response()
}

/// What every answer carries.
async fn around(
    State(face): State<Arc<Face>>,
    request: Request,
    next: middleware::Next,
) -> Response {
    let mut response = next.run(request).await;
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        face.app.metrics.limited("rest");
    }
    let headers = response.headers_mut();
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    response
}
