//! Operations over a WebSocket, by `graphql-transport-ws` or by its predecessor
//! `graphql-ws`: here the handshake, in `message` what is said in either form, in
//! `socket` who says what when (`tokens`, `times` and `write` are parts of it), in
//! `operations` what is under way, in `close` how it ends.

mod close;
mod message;
mod operations;
mod socket;
mod times;
mod tokens;
mod write;

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{FromRequestParts, State, ws::WebSocketUpgrade},
    http::{
        HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, Version,
        header::{ALLOW, AUTHORIZATION, HOST, ORIGIN, UPGRADE},
        request::Parts,
        uri::Authority,
    },
    response::IntoResponse,
};
use tokio::time::timeout;
use tracing::Instrument;

use super::{
    authenticate,
    code::ErrorCode,
    endpoint::Endpoint,
    http::{Answer, Media, Refusal, count_request, request_id},
};
use crate::{
    domain::{Client, Hold},
    request_log::Who,
};
use message::Wire;
use socket::Socket;

/// The longest message that a client may send, in bytes.
const LONGEST_MESSAGE: usize = 64 << 10;

/// What the library reads. More than is allowed, so that what is a little too long can be
/// read to its end: the client would not see why it is closed if it were still writing.
const LONGEST_READ: usize = 2 * LONGEST_MESSAGE;

/// How much is read at once, and kept for each connection: most clients say little.
const READ_BUFFER: usize = 1 << 10;

/// How much is collected before it is written, where more is known to follow.
const WRITE_BUFFER: usize = 4 << 10;

/// Answers what comes to the address that is for WebSockets alone; to be routed with `any`.
pub async fn socket(
    State(endpoint): State<Arc<Endpoint>>,
    request: Request<Body>,
) -> Response<Body> {
    upgrade(endpoint, request).await
}

/// Whether a request wants to become a WebSocket.
pub(super) fn is_upgrade(request: &Request<Body>) -> bool {
    match request.version() {
        Version::HTTP_2 => request.method() == Method::CONNECT,
        _ => {
            request.method() == Method::GET
                && request
                    .headers()
                    .get(UPGRADE)
                    .is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"))
        }
    }
}

/// Makes a WebSocket of a request, or says why not.
pub(super) async fn upgrade(endpoint: Arc<Endpoint>, request: Request<Body>) -> Response<Body> {
    let (mut parts, _) = request.into_parts();
    open(Arc::clone(&endpoint), &mut parts).await.unwrap_or_else(|refusal| {
        refusal.count(&endpoint.app);
        Answer::from(refusal).into_response(Media::Json, request_id(&parts.headers))
    })
}

async fn open(endpoint: Arc<Endpoint>, parts: &mut Parts) -> Result<Response<Body>, Refusal> {
    count_request(&endpoint.app, parts)?;
    check_origin(&endpoint.origins, &parts.headers, &parts.uri)?;
    let upgrade = WebSocketUpgrade::from_request_parts(parts, &()).await;
    let upgrade = upgrade.map_err(|rejection| {
        let message = format!("This address is for WebSockets. {rejection}.");
        let status = rejection.into_response().status();
        let refusal = Refusal::http(status, ErrorCode::BadUserInput.error(message, None));
        match (status, parts.version) {
            (StatusCode::METHOD_NOT_ALLOWED, Version::HTTP_2) => refusal.with(ALLOW, "CONNECT"),
            (StatusCode::METHOD_NOT_ALLOWED, _) => refusal.with(ALLOW, "GET"),
            (StatusCode::UPGRADE_REQUIRED, _) => refusal.with(UPGRADE, "websocket"),
            _ => refusal,
        }
    })?;
    let upgrade = upgrade.protocols(Wire::BOTH.map(Wire::name));
    let protocol = upgrade.selected_protocol().and_then(|protocol| protocol.to_str().ok());
    let wire = protocol.and_then(Wire::named).ok_or_else(|| {
        let message =
            "The subprotocol must be graphql-transport-ws, or graphql-ws as it was before.";
        Refusal::http(StatusCode::BAD_REQUEST, ErrorCode::BadUserInput.error(message, None))
    })?;
    let client = parts.extensions.get::<Client>().cloned().unwrap_or_default();
    let request_id = request_id(&parts.headers).map(str::to_owned);
    let credentials = parts.headers.get(AUTHORIZATION).cloned();
    if let Some(credentials) = &credentials {
        name(&endpoint, parts, credentials.clone());
    }
    // From here on the server waits for this socket when it stops.
    let token = endpoint.app.running.token();
    let connection = parts.extensions.get::<Hold>().cloned();
    let span = tracing::Span::current();
    let response = upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(LONGEST_READ)
        .max_frame_size(LONGEST_READ)
        .on_upgrade(move |ws| {
            // Many connections are idle, and a boxed one is not moved from future to future.
            let socket = Box::new(Socket::new(ws, wire, endpoint, client, request_id, credentials));
            let work = async move {
                socket.run().await;
                drop((token, connection));
            };
            work.instrument(span)
        });
    Ok(response)
}

/// Names, for the request log, who shows these credentials. This happens beside the
/// handshake, which waits for nobody; what the first message says comes too late for it.
fn name(endpoint: &Arc<Endpoint>, parts: &Parts, credentials: HeaderValue) {
    let Some(who) = parts.extensions.get::<Who>().cloned() else { return };
    let endpoint = Arc::clone(endpoint);
    let headers = HeaderMap::from_iter([(AUTHORIZATION, credentials)]);
    endpoint.app.running.clone().spawn(async move {
        let looked = timeout(endpoint.settings.timeout, authenticate(&endpoint.app, &headers));
        if let Ok(Ok(Some(known))) = looked.await {
            who.is(&known.username);
        }
    });
}

/// Lets in pages of the server's own host and of those that the operator named. A browser
/// sends the origin of the page with every handshake and otherwise lets all of them in;
/// programs send none.
fn check_origin(origins: &[String], headers: &HeaderMap, uri: &Uri) -> Result<(), Refusal> {
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(Authority::as_str));
    if is_ours(origin, host, origins) {
        return Ok(());
    }
    let message = "Pages of this origin may not open a WebSocket here: \
        the operator names those that may in PARLANCE_ALLOWED_ORIGINS.";
    Err(Refusal::http(StatusCode::FORBIDDEN, ErrorCode::Forbidden.error(message, None)))
}

fn is_ours(origin: &HeaderValue, host: Option<&str>, origins: &[String]) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    let is_same_host = origin
        .split_once("://")
        .zip(host)
        .is_some_and(|((_, of_page), host)| of_page.eq_ignore_ascii_case(host));
    is_same_host
        || origins.iter().any(|ours| ours.trim_end_matches('/').eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_host_itself_and_of_named_origins_are_let_in() {
        let origins = ["https://app.example.org/".to_owned()];
        for (origin, is_let_in) in [
            ("http://chat.example.org:8000", true),
            ("https://CHAT.example.org:8000", true),
            ("https://app.example.org", true),
            ("https://chat.example.org", false),
            ("http://app.example.org", false),
            ("https://app.example.org.evil.example", false),
            ("http://evil.example", false),
            ("null", false),
            ("", false),
        ] {
            let header = HeaderValue::from_static(origin);
            let host = Some("chat.example.org:8000");
            assert_eq!(is_ours(&header, host, &origins), is_let_in, "{origin}");
        }
    }
}
