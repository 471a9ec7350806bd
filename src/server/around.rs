//! What is around every request: its id, who asks, the headers of every answer, its line in
//! the log and in the request log. One layer, since each has its price in every request.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, DATE, HOST, REFERRER_POLICY,
            STRICT_TRANSPORT_SECURITY, USER_AGENT, X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;
use tracing::{Instrument, Span, field::Empty};
use uuid::Uuid;

use super::{proxies::Proxies, rate_headers};
use crate::{
    domain::Client, graphql::http::Failure, metrics::Metrics, pages::address,
    request_log::RequestLog, time::Clock, traces,
};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest request id that is taken from a client.
const REQUEST_ID_MAX: usize = 64;

/// An answer that is data is to be kept by nobody, to be shown as a page by nobody, and to be
/// loaded by no page of another origin that was not allowed to read it.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// Where clients come over TLS, browsers never come otherwise, for a year. What else is under
/// the name of the host is not ours to decide.
const ONLY_TLS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What every answer says unless it says otherwise itself.
pub(super) fn guards(is_tls: bool) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let only_tls = is_tls.then_some((STRICT_TRANSPORT_SECURITY, ONLY_TLS));
    HEADERS.into_iter().chain(only_tls)
}

pub(super) struct Around {
    proxies: Proxies,
    request_log: RequestLog,
    metrics: Metrics,
    is_tls: bool,
    clock: Arc<dyn Clock>,
}

impl Around {
    pub(super) fn new(
        trusted_proxies: Vec<IpNet>,
        request_log: RequestLog,
        metrics: Metrics,
        public_url: Option<&str>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let proxies = Proxies::new(trusted_proxies);
        Self { proxies, request_log, metrics, is_tls: address::is_tls(public_url), clock }
    }
}

pub(super) async fn around(
    State(around): State<Arc<Around>>,
    mut request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let path = uri.path();
    let id = request_id(request.headers_mut());
    // HTTP/2 has it in another place.
    if !request.headers().contains_key(HOST)
        && let Some(host) = uri.host()
    {
        let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
        if let Ok(host) = HeaderValue::try_from(format!("{host}{port}")) {
            request.headers_mut().insert(HOST, host);
        }
    }
    let client = client(&request, &around.proxies);
    let ip = client.ip.map(tracing::field::display);
    request.extensions_mut().insert(client);
    let noted = around.request_log.begin(path);
    if let Some(noted) = &noted {
        request.extensions_mut().insert(noted.clone());
    }
    let route = request.extensions().get::<MatchedPath>().cloned();
    let span = around.span(&request, route.as_ref(), &id);

    let mut response = next.run(request).instrument(span.clone()).await;

    drop(noted);
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    let ms = took.as_millis();
    around.metrics.answered(method.as_str(), route, status, took);
    if traces::are_kept() {
        span.record("http.response.status_code", status);
    }
    let code = response.extensions().get::<Failure>().map(|Failure(code)| code);
    // Not the query string, which may hold variables.
    span.in_scope(|| tracing::info!(%method, path, status, code, ms, ip, "answered"));
    for (name, value) in guards(around.is_tls) {
        response.headers_mut().entry(name).or_insert(value);
    }
    // hyper goes on with the date of before when a clock is set back.
    if let Ok(date) = HeaderValue::try_from(around.clock.now().http()) {
        response.headers_mut().insert(DATE, date);
    }
    response.headers_mut().insert(REQUEST_ID, id);
    rate_headers::tell(&mut response);
    response
}

impl Around {
    /// What the log lines of a request have in common, and the root of its trace. What only a
    /// trace needs is left out where nobody gets one.
    fn span(&self, request: &Request, route: Option<&MatchedPath>, id: &HeaderValue) -> Span {
        let is_traced = traces::are_kept();
        let route = route.filter(|_| is_traced).map(MatchedPath::as_str);
        let method = is_traced.then(|| request.method().as_str());
        let name = is_traced.then(|| {
            let (method, route) = (request.method(), route.unwrap_or_default());
            format!("{method} {route}").trim_end().to_owned()
        });
        let span = tracing::info_span!(
            "request",
            request_id = id.to_str().ok(),
            user_id = Empty,
            otel.name = name,
            otel.kind = is_traced.then_some("server"),
            http.request.method = method,
            http.route = route,
            http.response.status_code = Empty,
        );
        // A stranger could have all that they do kept, or put it into the trace of another.
        if is_traced && comes_from(request).is_some_and(|peer| self.proxies.have(peer)) {
            traces::continues(&span, request.headers());
        }
        span
    }
}

/// The other end of the connection.
fn comes_from(request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map(|ConnectInfo(peer)| peer.ip())
}

/// A client's own request id is kept if it is one, and replaced if it is a novel.
fn request_id(headers: &mut HeaderMap) -> HeaderValue {
    let is_fine = |id: &&HeaderValue| {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
        (1..=REQUEST_ID_MAX).contains(&id.len()) && id.as_bytes().iter().all(plain)
    };
    if let Some(id) = headers.get(&REQUEST_ID).filter(is_fine) {
        return id.clone();
    }
    let mut text = Uuid::encode_buffer();
    let text: &str = Uuid::new_v4().as_hyphenated().encode_lower(&mut text);
    let id = HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("-"));
    headers.insert(REQUEST_ID, id.clone());
    id
}

/// Who asks. A forwarded address counts only as far as the proxies are trusted.
fn client(request: &Request, proxies: &Proxies) -> Client {
    let peer = comes_from(request);
    let headers = request.headers();
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let user_agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    Client {
        ip: peer.map(|peer| proxies.origin(peer, &forwarded)),
        user_agent: user_agent.map(str::to_owned),
    }
}
