//! The one list of routes; what is around every request (`around`); how the server takes
//! connections and stops (`serve`), and what they are held to (`connection`, `streams`,
//! `places`, `unread`); whom it believes (`proxies`); what it tells of itself, at another address
//! (`numbers`).

mod around;
mod connection;
mod numbers;
mod places;
mod proxies;
mod rate_headers;
mod serve;
mod streams;
mod unread;

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue, Method, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    middleware,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use ipnet::IpNet;
use serde_json::json;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{
    domain::{App, Readiness, operations},
    graphql::{self, Documents, Endpoint, Fanout, Limits, Settings},
    pages::{self, Site},
    request_log::RequestLog,
    rest::{self, Face},
};
use around::{Around, REQUEST_ID, around};
pub use numbers::{numbers, serve_numbers};
pub use serve::{Connections, accept, serve};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What the routes are told by the operator.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the operator's")]
pub struct Options {
    pub limits: Limits,
    /// The longest request body, in bytes.
    pub body_limit: usize,
    /// How long one request may take.
    pub timeout: Duration,
    /// Whether the server describes itself: the schema of GraphQL, the pages about REST.
    pub introspection: bool,
    /// Whether people with a browser are shown GraphiQL.
    pub graphiql: bool,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Web origins that may use GraphQL.
    pub allowed_origins: Vec<String>,
    /// How clients reach the server, where that is not the address it listens on.
    pub public_url: Option<String>,
    /// How long a WebSocket may take to say who it is.
    pub ws_init_timeout: Duration,
    /// How often an open connection is given a sign of life.
    pub ws_ping: Duration,
    /// Serve although commits may be lost.
    pub allow_unsafe_durability: bool,
    /// Whether REST shows everybody's e-mail address and telephone number to everybody who
    /// is signed in.
    pub shows_contacts: bool,
    /// Where each request is noted.
    pub request_log: RequestLog,
}

impl Default for Options {
    fn default() -> Self {
        let Settings { body_limit, timeout, introspection, ws_init_timeout, ws_ping } =
            Settings::default();
        Self {
            limits: Limits::default(),
            body_limit,
            timeout,
            introspection,
            graphiql: true,
            trusted_proxies: Vec::new(),
            allowed_origins: Vec::new(),
            public_url: None,
            ws_init_timeout,
            ws_ping,
            allow_unsafe_durability: false,
            shows_contacts: true,
            request_log: RequestLog::default(),
        }
    }
}

/// Everything that the server answers.
pub fn router(app: App, options: &Options) -> Router {
    let Options {
        limits,
        body_limit,
        timeout,
        introspection,
        graphiql,
        trusted_proxies,
        allowed_origins,
        public_url,
        ws_init_timeout,
        ws_ping,
        allow_unsafe_durability,
        shows_contacts,
        request_log,
    } = options.clone();
    // Without the schema it is of no use.
    let shows_graphiql = graphiql && introspection;
    graphql::prepare();
    let metrics = app.metrics.clone();
    let clock = Arc::clone(&app.clock);
    let surroundings =
        Around::new(trusted_proxies, request_log, metrics, public_url.as_deref(), clock);
    let health = Health {
        app: app.clone(),
        readiness: Readiness::new(app.clone(), allow_unsafe_durability, timeout),
    };
    let face = Face {
        app: app.clone(),
        body_limit,
        timeout,
        public_url: public_url.clone(),
        shows_contacts,
    };
    let site = Site { app: app.clone(), public_url: public_url.clone(), shows_graphiql };
    let endpoint = Arc::new(Endpoint {
        app,
        schema: graphql::schema(introspection),
        known: graphql::schema_of_known(),
        documents: Arc::new(Documents::new(limits)),
        fanout: Fanout::default(),
        settings: Settings { body_limit, timeout, introspection, ws_init_timeout, ws_ping },
        origins: allowed_origins.iter().cloned().chain(public_url).collect(),
    });
    let data_or_page = async move |endpoint: State<Arc<Endpoint>>, request: Request| {
        if shows_graphiql && pages::graphiql::is_for_people(request.method(), request.headers()) {
            return pages::graphiql::page();
        }
        graphql::http::graphql(endpoint, request).await
    };
    let graphql = Router::new()
        .route("/graphql", any(data_or_page).with_state(Arc::clone(&endpoint)))
        .route("/graphql/ws", any(graphql::ws::socket).with_state(endpoint))
        .layer(cors(&allowed_origins));
    Router::new()
        .merge(graphql)
        .merge(rest::router(Arc::new(face), introspection))
        .merge(pages::router(site))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready).with_state(health))
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(Arc::new(surroundings), around))
}

#[derive(Clone)]
struct Health {
    app: App,
    readiness: Readiness,
}

async fn ready(State(Health { app, readiness }): State<Health>) -> Response {
    let faults = readiness.faults().await;
    if faults.is_empty() {
        let details = operations::complaints(&app);
        let body = json!({ "status": "ready" });
        let detailed = json!({ "status": "ready", "details": details });
        return Json(if details.is_empty() { body } else { detailed }).into_response();
    }
    let body = Json(json!({ "status": "not ready", "reasons": faults }));
    (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
}

async fn not_found() -> Response {
    let body = json!({ "detail": "There is nothing here. GraphQL is at /graphql." });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> =
        origins.iter().filter_map(|origin| origin.trim_end_matches('/').parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, REQUEST_ID, LAST_EVENT_ID])
        .expose_headers([REQUEST_ID, RETRY_AFTER, WWW_AUTHENTICATE])
}
