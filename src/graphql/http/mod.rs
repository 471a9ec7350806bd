//! GET and POST /graphql, as in "GraphQL over HTTP": what is read (`negotiate`),
//! what is executed for whom, and what is answered (`answer`; as events: `sse`).

mod answer;
mod negotiate;

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::{
    body::Body,
    extract::{Query, State},
    http::{
        HeaderMap, Method, Request, Response, StatusCode,
        header::{ALLOW, CONTENT_LENGTH},
        request::Parts,
    },
};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

use super::{
    authenticate,
    code::ErrorCode,
    document::{Operation, Prepared},
    doors,
    endpoint::{Endpoint, Settings},
    error,
    execute::Outcome,
    live,
    observe::Asked,
    operation::{self, Caller},
    params::Params,
    sse, ws,
};
use crate::{
    domain::{
        App, Client, Viewer,
        limits::{self, Standing},
    },
    request_log,
};
pub use answer::Failure;
pub(super) use answer::{Answer, Refusal};
pub(super) use negotiate::Media;

/// Answers every method, and requests to become a WebSocket; to be routed with `any`.
pub async fn graphql(
    State(endpoint): State<Arc<Endpoint>>,
    request: Request<Body>,
) -> Response<Body> {
    if ws::is_upgrade(&request) {
        return ws::upgrade(endpoint, request).await;
    }
    let until = Instant::now() + endpoint.settings.timeout;
    let (parts, body) = request.into_parts();
    let accepted = negotiate::accepted(&parts.headers);
    let mut counted = Counted::default();
    let reply = match (count_request(&endpoint.app, &parts), accepted) {
        (Err(refusal), _) => Err(refusal),
        (Ok(()), Some(Media::EventStream)) => {
            stream(&endpoint, &parts, body, until, &mut counted).await.map(Reply::Events)
        }
        (Ok(()), Some(_)) => answer(&endpoint, &parts, body, until, &mut counted).await,
        (Ok(()), None) => Err(not_acceptable()),
    };
    let mut response = match reply {
        Ok(Reply::Events(events)) => events,
        Ok(Reply::Whole(outcome)) => respond(Answer::from(*outcome), accepted, &parts),
        Err(refusal) => {
            refusal.count(&endpoint.app);
            respond(Answer::from(refusal), accepted, &parts)
        }
    };
    // What was refused for its rate has said of which already.
    if response.extensions().get::<Standing>().is_none()
        && let Some(client) = parts.extensions.get()
        && let Some(left) = limits::left(&endpoint.app, client, counted.viewer, counted.writes)
    {
        response.extensions_mut().insert(left);
    }
    response
}

fn respond(answer: Answer, accepted: Option<Media>, parts: &Parts) -> Response<Body> {
    let media = accepted.filter(|media| *media != Media::EventStream);
    answer.into_response(media.unwrap_or(Media::Json), request_id(&parts.headers))
}

/// Who a request was counted for.
#[derive(Default)]
struct Counted {
    viewer: Option<Viewer>,
    writes: bool,
}

/// Counts a request for where it comes from, before anything is done for it.
pub(super) fn count_request(app: &App, parts: &Parts) -> Result<(), Refusal> {
    let Some(client) = parts.extensions.get::<Client>() else { return Ok(()) };
    limits::count_request(app, client).map_err(|error| Refusal::from(error::refused(error)))
}

/// What comes of a request that is not refused.
enum Reply {
    Whole(Box<Outcome>),
    Events(Response<Body>),
}

/// By what id the log knows a request.
pub(super) fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-request-id").and_then(|id| id.to_str().ok())
}

async fn answer(
    endpoint: &Arc<Endpoint>,
    parts: &Parts,
    body: Body,
    until: Instant,
    counted: &mut Counted,
) -> Result<Reply, Refusal> {
    let params = read(&endpoint.settings, parts, body, until).await?;
    let prepared = endpoint.documents.prepare(params)?;
    let operation = prepared.operation();
    if operation.kind == OperationType::Subscription {
        // There is one way only to answer it, however the client likes that.
        if negotiate::takes_events(&parts.headers) {
            return follow(endpoint, parts, prepared, until, counted).await.map(Reply::Events);
        }
        let message =
            "Subscriptions need a WebSocket to this address, or Accept: text/event-stream.";
        return Err(bad_request(ErrorCode::OperationResolutionFailure.error(message, None)));
    }
    let asked = Asked::of(operation);
    let of = |refusal: Refusal| refusal.of(asked);
    check_method(operation, &parts.method).map_err(of)?;
    let caller = admit(endpoint, operation, parts, until, counted).await.map_err(of)?;
    operation::check_introspection(endpoint, operation)
        .map_err(|error| Refusal::from(*error).of(asked))?;
    Ok(Reply::Whole(Box::new(operation::execute(endpoint, prepared, caller).await)))
}

/// The same as a stream of events, which holds what is wrong with the document too.
async fn stream(
    endpoint: &Arc<Endpoint>,
    parts: &Parts,
    body: Body,
    until: Instant,
    counted: &mut Counted,
) -> Result<Response<Body>, Refusal> {
    let params = read(&endpoint.settings, parts, body, until).await?;
    match endpoint.documents.prepare(params) {
        Ok(prepared) => follow(endpoint, parts, prepared, until, counted).await,
        Err(error) => {
            Asked::UNKNOWN.refused(&endpoint.app, &error);
            let refused = Err(Box::new(error));
            Ok(sse::events(endpoint, None, refused, request_id(&parts.headers)))
        }
    }
}

async fn follow(
    endpoint: &Arc<Endpoint>,
    parts: &Parts,
    prepared: Prepared,
    until: Instant,
    counted: &mut Counted,
) -> Result<Response<Body>, Refusal> {
    let operation = prepared.operation();
    let asked = Asked::of(operation);
    let is_numbered = live::is_numbered(operation);
    let admitted = async {
        check_method(operation, &parts.method)?;
        let last_event_id = if is_numbered { last_event_id(&parts.headers)? } else { None };
        Ok((admit(endpoint, operation, parts, until, counted).await?, last_event_id))
    };
    let (caller, last_event_id) = admitted.await.map_err(|refusal: Refusal| refusal.of(asked))?;
    let viewer = caller.viewer;
    let work = operation::start_prepared(endpoint, prepared, caller, last_event_id);
    let started = operation::in_time(endpoint, until, work).await;
    Ok(sse::events(endpoint, viewer, started, request_id(&parts.headers)))
}

/// From where a client resumes that lost its connection.
fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Refusal> {
    let header = headers.get("last-event-id").filter(|header| !header.is_empty());
    let Some(header) = header else { return Ok(None) };
    let number = header.to_str().ok().and_then(|number| number.parse().ok());
    number.map(Some).ok_or_else(|| {
        let message = "The Last-Event-ID header must be the number of an event.";
        bad_request(ErrorCode::bad_input("Last-Event-ID", message))
    })
}

async fn read(
    settings: &Settings,
    parts: &Parts,
    body: Body,
    until: Instant,
) -> Result<Params, Refusal> {
    match parts.method {
        Method::POST => read_post(settings, &parts.headers, body, until).await,
        Method::GET | Method::HEAD => read_get(parts),
        _ => Err(method_not_allowed("GET, POST", "Use GET or POST here.")),
    }
}

async fn read_post(
    settings: &Settings,
    headers: &HeaderMap,
    body: Body,
    until: Instant,
) -> Result<Params, Refusal> {
    if !negotiate::is_json_body(headers) {
        let message = "The body must be application/json in UTF-8; say so in Content-Type.";
        let error = ErrorCode::BadUserInput.error(message, None);
        return Err(Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    let body =
        timeout_at(until, read_body(settings, headers, body)).await.unwrap_or_else(|_| {
            let error = ErrorCode::RequestTimeout.error("The body did not arrive in time.", None);
            Err(Refusal::http(StatusCode::REQUEST_TIMEOUT, error))
        })?;
    let json = serde_json::from_slice(&body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        bad_request(ErrorCode::BadUserInput.error(format!("The body is not JSON ({place})."), None))
    })?;
    Params::from_json(json).map_err(bad_request)
}

fn read_get(parts: &Parts) -> Result<Params, Refusal> {
    let Query(pairs) = Query::try_from_uri(&parts.uri).map_err(|_| {
        bad_request(ErrorCode::BadUserInput.error("The query string cannot be read.", None))
    })?;
    Params::from_pairs(pairs).map_err(bad_request)
}

/// Reads the body as it comes, as not every client says first how long it is.
async fn read_body(
    settings: &Settings,
    headers: &HeaderMap,
    body: Body,
) -> Result<Vec<u8>, Refusal> {
    let too_large = || {
        let message = format!("The body is larger than {} bytes.", settings.body_limit);
        let error = ErrorCode::PayloadTooLarge.error(message, None);
        Refusal::http(StatusCode::PAYLOAD_TOO_LARGE, error)
    };
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or_default();
    if announced > settings.body_limit {
        return Err(too_large());
    }
    let mut read = Vec::with_capacity(announced);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk
            .map_err(|_| bad_request(ErrorCode::BadUserInput.error("The body broke off.", None)))?;
        if read.len() + chunk.len() > settings.body_limit {
            return Err(too_large());
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read)
}

/// A GET must change nothing, since a link or an image can cause one.
fn check_method(operation: &Operation, method: &Method) -> Result<(), Refusal> {
    if operation.kind == OperationType::Mutation && method != Method::POST {
        return Err(method_not_allowed("POST", "Mutations need a POST."));
    }
    Ok(())
}

/// Who asks, if the operation may be executed for them at all. One more request of theirs.
async fn admit(
    endpoint: &Endpoint,
    operation: &Operation,
    parts: &Parts,
    until: Instant,
    counted: &mut Counted,
) -> Result<Caller, Refusal> {
    let asking = authenticate(&endpoint.app, &parts.headers);
    let asked = timeout_at(until, asking).await.map_err(|_| {
        let message = "It took too long to look who asks; nothing was done.";
        ErrorCode::RequestTimeout.error(message, None)
    })?;
    if let Ok(Some(known)) = &asked {
        request_log::name(&parts.extensions, &known.username);
    }
    let viewer = match asked {
        Ok(None) if !doors::is_public(operation) => {
            return Err(Refusal::auth(ErrorCode::Unauthenticated, "Sign in first."));
        }
        Ok(known) => known.map(|known| known.viewer),
        Err(_) if doors::is_sign_in(operation) => None,
        Err(error) => {
            if let Some(cause) = error.cause() {
                tracing::warn!(cause, "who asks could not be found out");
            }
            return Err(Refusal::auth(error::code(error.code()), error.to_string()));
        }
    };
    *counted = Counted { viewer, writes: operation.kind == OperationType::Mutation };
    if let Some(viewer) = viewer {
        limits::count_of(&endpoint.app, viewer)
            .map_err(|error| Refusal::from(error::refused(error)))?;
    }
    let client = parts.extensions.get::<Client>().cloned().unwrap_or_default();
    Ok(Caller { viewer, client, stays: false, until })
}

fn bad_request(error: async_graphql::ServerError) -> Refusal {
    Refusal::http(StatusCode::BAD_REQUEST, error)
}

fn not_acceptable() -> Refusal {
    let message = "The answer can be application/graphql-response+json or application/json, \
        and text/event-stream; of a subscription only the last.";
    let error = ErrorCode::BadUserInput.error(message, None);
    Refusal::http(StatusCode::NOT_ACCEPTABLE, error)
}

fn method_not_allowed(allow: &'static str, message: &str) -> Refusal {
    let error = ErrorCode::BadUserInput.error(message, None);
    Refusal::http(StatusCode::METHOD_NOT_ALLOWED, error).with(ALLOW, allow)
}
