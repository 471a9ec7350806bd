//! One operation from its parameters to its answer or answers, the same for every
//! transport.

use std::{slice, sync::Arc, time::Duration};

use async_graphql::{ServerError, parser::types::OperationType};
use axum::body::Bytes;
use futures_util::{FutureExt, Stream, StreamExt, future::BoxFuture, stream::BoxStream};
use rand::Rng;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use super::{
    bind,
    code::ErrorCode,
    document::{Operation, Prepared},
    doors,
    endpoint::Endpoint,
    error,
    execute::{self, Job, Outcome},
    observe::{self, Asked},
    params::Params,
    subscription,
};
use crate::domain::{
    App, Client, Viewer, limits,
    watch::{self, Ending, Guard},
};

/// How often what goes on for long looks whether its token has ended. Not one long wait:
/// that would not notice when the machine's clock is set.
pub(super) const CHECK_EVERY: Duration = Duration::from_secs(2);

/// How long a client may take to read something.
pub(super) const WRITE_WITHIN: Duration = Duration::from_secs(30);

/// Who asks, over whatever connection.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) viewer: Option<Viewer>,
    pub(super) client: Client,
    /// Whether the connection outlives the operation.
    pub(super) stays: bool,
    /// Until when there must be an answer.
    pub(super) until: Instant,
}

/// An operation that is under way.
pub(super) enum Started {
    /// A query or mutation.
    Single(BoxFuture<'static, Outcome>),
    /// A subscription.
    Stream(BoxStream<'static, Step>),
}

/// What comes of a subscription, one after the other.
pub(super) enum Step {
    /// One execution result as JSON (`{"data":…}`), and its number in the log, from
    /// which a client may resume.
    Next { payload: Bytes, number: Option<i64> },
    /// The operation is over because of these; last of all. A stream that ends without
    /// it is complete.
    Failed(Vec<ServerError>),
}

/// Checks an operation and starts it.
pub(super) async fn start(
    endpoint: &Arc<Endpoint>,
    params: Params,
    caller: Caller,
    last_event_id: Option<i64>,
) -> Result<Started, Box<ServerError>> {
    let app = &endpoint.app;
    let prepared = endpoint.documents.prepare(params);
    let prepared = prepared.inspect_err(|error| Asked::UNKNOWN.refused(app, error))?;
    let is_admitted = caller.viewer.is_some() || doors::is_public(prepared.operation());
    if !is_admitted {
        let error = ErrorCode::Unauthenticated.error("Sign in first.", None);
        Asked::of(prepared.operation()).refused(app, &error);
        return Err(Box::new(error));
    }
    start_prepared(endpoint, prepared, caller, last_event_id).await
}

/// The same for who has been admitted to the operation.
pub(super) async fn start_prepared(
    endpoint: &Arc<Endpoint>,
    prepared: Prepared,
    caller: Caller,
    last_event_id: Option<i64>,
) -> Result<Started, Box<ServerError>> {
    let asked = Asked::of(prepared.operation());
    check_introspection(endpoint, prepared.operation())
        .inspect_err(|error| asked.refused(&endpoint.app, error))?;
    match prepared.operation().kind {
        OperationType::Query | OperationType::Mutation => {
            let endpoint = Arc::clone(endpoint);
            let single = async move { execute(&endpoint, prepared, caller).await };
            Ok(Started::Single(single.boxed()))
        }
        OperationType::Subscription => {
            let Caller { viewer, client, stays, until: _ } = caller;
            let (begun, span) = (Instant::now(), asked.span(stays));
            let started = async {
                let signed_out = || ErrorCode::Unauthenticated.error("Sign in first.", None);
                let viewer = viewer.ok_or_else(signed_out)?;
                subscription::start(endpoint, prepared, viewer, client, last_event_id).await
            };
            let started = started.instrument(span.clone()).await;
            let errors = started.as_ref().err().map_or(&[][..], |error| slice::from_ref(&**error));
            observe::note(&span, errors);
            asked.done(&endpoint.app, begun, errors);
            started
        }
    }
}

/// Refuses to show the schema where it is not to be seen.
pub(super) fn check_introspection(
    endpoint: &Endpoint,
    operation: &Operation,
) -> Result<(), Box<ServerError>> {
    if !endpoint.settings.introspection && doors::is_introspection(operation) {
        let message = "This server does not show its schema.";
        return Err(Box::new(ErrorCode::GraphqlValidationFailed.error(message, None)));
    }
    Ok(())
}

/// Runs a query or mutation for who has been admitted to it.
pub(super) async fn execute(endpoint: &Endpoint, prepared: Prepared, caller: Caller) -> Outcome {
    let Endpoint { app, schema, known, documents, .. } = endpoint;
    let Caller { viewer, client, stays, until } = caller;
    let asked = Asked::of(prepared.operation());
    let (begun, span) = (Instant::now(), asked.span(stays));
    let (request, loads) = bind(app, prepared.request(), viewer, client);
    let (schema, known, documents) = (schema.clone(), known.clone(), Arc::clone(documents));
    let job = Job { schema, known, documents, prepared, request, loads };
    let work = execute::execute(job, &app.running, until);
    let outcome = work.instrument(span.clone()).await;
    observe::note(&span, &outcome.response.errors);
    asked.done(app, begun, &outcome.response.errors);
    outcome
}

/// Counts one operation over a connection that is open, as one by itself would be.
pub(super) fn count(endpoint: &Endpoint, caller: &Caller) -> Result<(), Box<ServerError>> {
    let counted = limits::count_request(&endpoint.app, &caller.client);
    let counted = counted.and_then(|()| match caller.viewer {
        Some(viewer) => limits::count_of(&endpoint.app, viewer),
        None => Ok(()),
    });
    counted.map_err(|error| Box::new(error::refused(error)))
}

/// Looks again whether who asked to be connected may still ask for anything.
pub(super) async fn recheck(
    endpoint: &Endpoint,
    caller: Caller,
) -> Result<Caller, Box<ServerError>> {
    let Some(viewer) = caller.viewer else { return Ok(caller) };
    let viewer = watch::recheck(&endpoint.app, viewer)
        .await
        .map_err(|error| Box::new(error::refused(error)))?;
    Ok(Caller { viewer: Some(viewer), ..caller })
}

/// How long one of many connections waits when the server stops, so that the clients do
/// not all come back at once.
pub(super) fn pause_before_leaving() -> Duration {
    rand::rng().random_range(Duration::ZERO..Duration::from_secs(2))
}

/// Starts what may take long to start, within the limit of a request.
pub(super) async fn in_time(
    endpoint: &Endpoint,
    until: Instant,
    work: impl Future<Output = Result<Started, Box<ServerError>>>,
) -> Result<Started, Box<ServerError>> {
    let work = timeout_at(until, execute::through_panics(work));
    let work = work.await.unwrap_or_else(|_| {
        let message = "The operation took too long to start.";
        Err(Box::new(ErrorCode::RequestTimeout.error(message, None)))
    });
    // What came to its own end has counted itself.
    work.inspect_err(|error| Asked::UNKNOWN.refused(&endpoint.app, error))?
}

/// The next step of a subscription; a panic is its last.
pub(super) async fn next_step(steps: &mut (impl Stream<Item = Step> + Unpin)) -> Option<Step> {
    let step = execute::through_panics(steps.next()).await;
    step.unwrap_or_else(|error| Some(Step::Failed(vec![*error])))
}

/// Resolves when the session of whoever holds a connection is over; never for strangers.
pub(super) async fn session_ended(watched: &mut Option<Guard>) -> Ending {
    match watched {
        Some(watched) => watched.ended().await,
        None => std::future::pending().await,
    }
}

/// Whether the token has ended by which a connection was opened.
pub(super) fn has_expired(app: &App, viewer: Option<Viewer>) -> bool {
    viewer.is_some_and(|viewer| watch::has_expired(app, viewer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_looked_at_often_enough_for_what_is_promised() {
        // What is open ends within five seconds of its token.
        assert!(CHECK_EVERY < Duration::from_secs(5));
    }
}
