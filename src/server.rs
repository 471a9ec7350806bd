//! The one list of routes, the one list of layers, and how the server starts and stops.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderName, HeaderValue, Method, StatusCode,
        header::{
            AUTHORIZATION, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, USER_AGENT,
            WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{any, get},
    serve::{ListenerExt, TapIo},
};
use ipnet::IpNet;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceBuilder;
use tower_http::{
    cors::{AllowOrigin, CorsLayer},
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
};
use tracing::Instrument;

use crate::{
    domain::{App, Client, operations},
    graphql::{self, Documents, Endpoint, Fanout, Limits, Settings, http::Failure},
    pages::{self, Site},
    rate_headers,
    request_log::{self, RequestLog},
    rest::{self, Face},
};

/// The longest request id that is taken from a client.
const REQUEST_ID_MAX: usize = 64;

/// How long what was sent may go untaken before a connection is given up.
pub const STALLED: Duration = Duration::from_secs(30);

/// How long the server waits in all for what is under way once it is told to stop.
const PATIENCE: Duration = Duration::from_secs(20);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What the routes are told by the operator.
#[derive(Clone, Debug)]
pub struct Options {
    pub limits: Limits,
    /// The longest request body, in bytes.
    pub body_limit: usize,
    /// How long one request may take.
    pub timeout: Duration,
    /// Whether clients may ask for the schema.
    pub introspection: bool,
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
        trusted_proxies,
        allowed_origins,
        public_url,
        ws_init_timeout,
        ws_ping,
        allow_unsafe_durability,
        shows_contacts,
        request_log,
    } = options.clone();
    let health = Health { app: app.clone(), allow_unsafe_durability };
    let face = Face {
        app: app.clone(),
        body_limit,
        timeout,
        public_url: public_url.clone(),
        shows_contacts,
    };
    let site = Site { app: app.clone(), public_url: public_url.clone() };
    let endpoint = Arc::new(Endpoint {
        app,
        schema: graphql::schema(introspection),
        known: graphql::schema_of_known(),
        documents: Arc::new(Documents::new(limits)),
        fanout: Fanout::default(),
        settings: Settings { body_limit, timeout, introspection, ws_init_timeout, ws_ping },
        origins: allowed_origins.iter().cloned().chain(public_url).collect(),
    });
    let graphql = Router::new()
        .route("/graphql", any(graphql::http::graphql).with_state(Arc::clone(&endpoint)))
        .route("/graphql/ws", any(graphql::ws::socket).with_state(endpoint))
        .layer(cors(&allowed_origins));
    Router::new()
        .merge(graphql)
        .merge(rest::router(Arc::new(face)))
        .merge(pages::router(site))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready).with_state(health))
        .fallback(not_found)
        .layer(
            // The first is the outermost: it sees a request first and its answer last.
            ServiceBuilder::new()
                .layer(middleware::from_fn(short_request_id))
                .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
                .layer(PropagateRequestIdLayer::x_request_id())
                .layer(SetResponseHeaderLayer::if_not_present(
                    X_CONTENT_TYPE_OPTIONS,
                    HeaderValue::from_static("nosniff"),
                ))
                .layer(SetResponseHeaderLayer::if_not_present(
                    REFERRER_POLICY,
                    HeaderValue::from_static("same-origin"),
                ))
                .layer(middleware::from_fn(rate_headers::tell))
                .layer(middleware::from_fn_with_state(Arc::new(trusted_proxies), client))
                .layer(middleware::from_fn(log))
                .layer(middleware::from_fn_with_state(request_log, request_log::note)),
        )
}

/// Gives up connections on which nothing that was sent was taken for so long: the peer is gone,
/// or does not read. Only the system knows that; what writes to them waits.
pub fn listen(
    listener: TcpListener,
    within: Duration,
) -> TapIo<TcpListener, impl FnMut(&mut TcpStream) + Send + 'static> {
    listener.tap_io(move |stream| {
        #[cfg(target_os = "linux")]
        if let Err(error) = socket2::SockRef::from(&*stream).set_tcp_user_timeout(Some(within)) {
            tracing::warn!(%error, "a connection may outlive its peer");
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (stream, within);
    })
}

/// Listens until it is told to stop, then lets what is under way come to its end.
///
/// # Errors
/// With a sentence for the operator.
pub async fn serve(app: &App, router: Router, listener: TcpListener) -> Result<(), String> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let (stopping, stopped) = (app.stopping.clone(), app.stopping.clone());
    let server =
        axum::serve(listen(listener, STALLED), service).with_graceful_shutdown(async move {
            told_to_stop().await;
            tracing::info!("stopping");
            stopping.cancel();
        });
    let running = app.running.clone();
    let all = async {
        server.await.map_err(|error| error.to_string())?;
        running.close();
        running.wait().await;
        Ok(())
    };
    // A client that keeps its connection busy does not keep the server up.
    let patience = async {
        stopped.cancelled().await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        done = all => done,
        () = patience => {
            tracing::warn!("stopped with something still under way");
            Ok(())
        }
    }
}

/// SIGTERM, or Ctrl-C.
async fn told_to_stop() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot listen for Ctrl-C");
            std::future::pending::<()>().await;
        }
    };
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::error!(%error, "cannot listen for SIGTERM");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

#[derive(Clone)]
struct Health {
    app: App,
    allow_unsafe_durability: bool,
}

async fn ready(State(Health { app, allow_unsafe_durability }): State<Health>) -> Response {
    let faults = operations::readiness(&app, allow_unsafe_durability).await;
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

/// A client's own request id is kept if it is one, and replaced if it is a novel.
async fn short_request_id(mut request: Request, next: Next) -> Response {
    let is_fine = |id: &HeaderValue| {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
        (1..=REQUEST_ID_MAX).contains(&id.len()) && id.as_bytes().iter().all(plain)
    };
    if !request.headers().get(&REQUEST_ID).is_some_and(is_fine) {
        request.headers_mut().remove(&REQUEST_ID);
    }
    next.run(request).await
}

/// Notes who asks. A forwarded address counts only as far as the proxies are trusted.
async fn client(
    State(trusted): State<Arc<Vec<IpNet>>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(peer)| peer.ip().to_canonical());
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let ip = peer.map(|peer| origin(peer, &forwarded, &trusted));
    let user_agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    let client = Client { ip, user_agent: user_agent.map(str::to_owned) };
    request.extensions_mut().insert(client);
    next.run(request).await
}

/// The nearest address that is not a trusted proxy's own.
fn origin(peer: IpAddr, forwarded: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
    let mut nearest = peer;
    for hop in forwarded.iter().rev() {
        if !is_trusted(&nearest) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(ip) => nearest = ip.to_canonical(),
            Err(_) => break,
        }
    }
    nearest
}

/// One line for each request, and its id on every line that comes of it. Not the query
/// string, which may hold variables.
async fn log(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let request_id = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok());
    let span = tracing::info_span!("request", request_id);
    let ip = request.extensions().get::<Client>().and_then(|client| client.ip);
    let begun = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let (status, ms) = (response.status().as_u16(), begun.elapsed().as_millis());
    let code = response.extensions().get::<Failure>().map(|Failure(code)| code);
    let ip = ip.map(tracing::field::display);
    span.in_scope(|| tracing::info!(%method, path, status, code, ms, ip, "answered"));
    response
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forwarded_address_counts_only_behind_trusted_proxies() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        for (peer, forwarded, is) in [
            ("203.0.113.9", &[][..], "203.0.113.9"),
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["192.0.2.7", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1", " 10.0.0.2 "], "198.51.100.1"),
            ("10.0.0.1", &["garbage"], "10.0.0.1"),
        ] {
            assert_eq!(origin(ip(peer), forwarded, &trusted), ip(is), "{peer} {forwarded:?}");
        }
    }
}
