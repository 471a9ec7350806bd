//! GET and POST /graphql, as in "GraphQL over HTTP": what is read (`negotiate`),
//! what is executed for whom, and what is answered (`answer`).

mod answer;
mod negotiate;

use std::{sync::Arc, time::Duration};

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

use super::{
    Schema, authenticate, bind,
    code::ErrorCode,
    document::{Documents, Operation, Prepared},
    doors, error,
    execute::{self, Job, Outcome},
    fanout::Fanout,
    params::Params,
};
use crate::domain::{App, Client, Viewer};
pub use answer::Failure;
use answer::{Answer, Refusal};
use negotiate::Media;

/// All that a request to /graphql needs.
pub struct Endpoint {
    pub app: App,
    pub schema: Schema,
    pub documents: Arc<Documents>,
    pub fanout: Fanout,
    pub settings: Settings,
}

/// What the operator decides about /graphql.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The longest body that is read, in bytes.
    pub body_limit: usize,
    /// How long reading the request may take, and then executing it.
    pub timeout: Duration,
    /// Whether clients may ask for the schema.
    pub introspection: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { body_limit: 1 << 20, timeout: Duration::from_secs(10), introspection: true }
    }
}

/// Answers every method; to be routed with `any`.
pub async fn graphql(
    State(endpoint): State<Arc<Endpoint>>,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let (media, answer) = match negotiate::accepted(&parts.headers) {
        Some(media) => (media, answer(&endpoint, &parts, body).await),
        None => (Media::Json, Err(not_acceptable())),
    };
    let request_id = parts.headers.get("x-request-id").and_then(|id| id.to_str().ok());
    answer.map_or_else(Answer::from, Answer::from).into_response(media, request_id)
}

async fn answer(endpoint: &Endpoint, parts: &Parts, body: Body) -> Result<Outcome, Refusal> {
    let settings = &endpoint.settings;
    let params = match parts.method {
        Method::POST => read_post(settings, &parts.headers, body).await?,
        Method::GET | Method::HEAD => read_get(parts)?,
        _ => return Err(method_not_allowed("GET, POST", "Use GET or POST here.")),
    };
    let prepared = endpoint.documents.prepare(params)?;
    let operation = prepared.operation();
    check_transport(operation, &parts.method)?;
    let admitted = admit(endpoint, operation, &parts.headers);
    let viewer = tokio::time::timeout(settings.timeout, admitted).await.unwrap_or_else(|_| {
        let message = "It took too long to look who asks; nothing was done.";
        Err(ErrorCode::RequestTimeout.error(message, None).into())
    })?;
    if !settings.introspection && doors::is_introspection(operation) {
        let message = "This server does not show its schema.";
        return Err(ErrorCode::GraphqlValidationFailed.error(message, None).into());
    }
    let client = parts.extensions.get::<Client>().cloned().unwrap_or_default();
    Ok(execute(endpoint, prepared, viewer, client).await)
}

/// Executes a query or a mutation.
pub(super) async fn execute(
    endpoint: &Endpoint,
    prepared: Prepared,
    viewer: Option<Viewer>,
    client: Client,
) -> Outcome {
    let Endpoint { app, schema, documents, settings, fanout: _ } = endpoint;
    let (request, loads) = bind(app, prepared.request(), viewer, client);
    let job =
        Job { schema: schema.clone(), documents: Arc::clone(documents), prepared, request, loads };
    execute::execute(job, &app.running, settings.timeout).await
}

async fn read_post(
    settings: &Settings,
    headers: &HeaderMap,
    body: Body,
) -> Result<Params, Refusal> {
    if !negotiate::is_json_body(headers) {
        let message = "The body must be application/json in UTF-8; say so in Content-Type.";
        let error = ErrorCode::BadUserInput.error(message, None);
        return Err(Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    let body = tokio::time::timeout(settings.timeout, read_body(settings, headers, body))
        .await
        .unwrap_or_else(|_| {
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
fn check_transport(operation: &Operation, method: &Method) -> Result<(), Refusal> {
    match operation.kind {
        OperationType::Query => Ok(()),
        OperationType::Mutation if method == Method::POST => Ok(()),
        OperationType::Mutation => Err(method_not_allowed("POST", "Mutations need a POST.")),
        OperationType::Subscription => {
            let message = "Subscriptions need a WebSocket to this address.";
            Err(bad_request(ErrorCode::OperationResolutionFailure.error(message, None)))
        }
    }
}

/// Who asks, if the operation may be executed for them at all.
async fn admit(
    endpoint: &Endpoint,
    operation: &Operation,
    headers: &HeaderMap,
) -> Result<Option<Viewer>, Refusal> {
    match authenticate(&endpoint.app, headers).await {
        Ok(None) if !doors::is_public(operation) => {
            Err(Refusal::auth(ErrorCode::Unauthenticated, "Sign in first."))
        }
        Ok(viewer) => Ok(viewer),
        Err(_) if doors::is_sign_in(operation) => Ok(None),
        Err(error) => {
            if let Some(cause) = error.cause() {
                tracing::warn!(cause, "who asks could not be found out");
            }
            Err(Refusal::auth(error::code(error.code()), error.to_string()))
        }
    }
}

fn bad_request(error: async_graphql::ServerError) -> Refusal {
    Refusal::http(StatusCode::BAD_REQUEST, error)
}

fn not_acceptable() -> Refusal {
    let message = "The answer can be application/graphql-response+json or application/json.";
    let error = ErrorCode::BadUserInput.error(message, None);
    Refusal::http(StatusCode::NOT_ACCEPTABLE, error)
}

fn method_not_allowed(allow: &'static str, message: &str) -> Refusal {
    let error = ErrorCode::BadUserInput.error(message, None);
    Refusal::http(StatusCode::METHOD_NOT_ALLOWED, error).with(ALLOW, allow)
}
