//! Answers as events: the "distinct connections" mode of graphql-sse. One request, one
//! operation; each result is an event, and the last event says that it is complete. A
//! stream that breaks off without it is one that the client should open again.

use std::{io, sync::Arc, time::Duration};

use async_graphql::ServerError;
use axum::{
    body::{Body, Bytes},
    http::{
        HeaderName, HeaderValue, Response,
        header::{CACHE_CONTROL, CONTENT_TYPE, VARY},
    },
};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};
use tracing::{Instrument, Span};

use super::{
    endpoint::Endpoint,
    execute::Outcome,
    finish::{body, code, finish},
    http::{Failure, Media},
    operation::{self, Started, Step},
};
use crate::domain::{
    Viewer,
    watch::{self, Guard},
};

const COMPLETE: &[u8] = b"event: complete\ndata:\n\n";

/// A comment, which keeps what is between us and the client from closing the connection.
const KEEP_ALIVE: &[u8] = b":\n\n";

/// The operation's answers as a response; what refused it is an event too.
pub(super) fn events(
    endpoint: &Arc<Endpoint>,
    viewer: Option<Viewer>,
    started: Result<Started, Box<ServerError>>,
    request_id: Option<&str>,
) -> Response<Body> {
    let refused = started.as_ref().err().and_then(|error| code(error));
    // A query or mutation ends by itself, like any other request.
    let is_live = matches!(started, Ok(Started::Stream(_)));
    let request_id = request_id.map(str::to_owned);
    let steps = match started {
        Ok(Started::Stream(steps)) => steps,
        Ok(Started::Single(outcome)) => {
            let request_id = request_id.clone();
            stream::once(async move { only(outcome.await, request_id.as_deref()) }).boxed()
        }
        Err(error) => stream::iter([Step::Failed(vec![*error])]).boxed(),
    };
    let events = Events {
        endpoint: Arc::clone(endpoint),
        viewer,
        watched: viewer.filter(|_| is_live).map(|viewer| watch::session(&endpoint.app, viewer)),
        request_id,
        steps,
        is_live,
        keep_alive: every(endpoint.settings.ws_ping),
        check: every(operation::CHECK_EVERY),
        leave_at: None,
        span: Span::current(),
    };
    let chunks = stream::unfold(Some(events), async |events| Some(events?.next().await));
    let mut response = Response::new(Body::from_stream(chunks));
    if let Some(code) = refused {
        response.extensions_mut().insert(Failure(code.as_str()));
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, Media::EventStream.content_type());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("Accept"));
    // nginx would keep events back to send more of them at once.
    let buffering = HeaderName::from_static("x-accel-buffering");
    headers.insert(buffering, HeaderValue::from_static("no"));
    response
}

/// What a query or mutation answers.
fn only(Outcome { mut response, is_executed }: Outcome, request_id: Option<&str>) -> Step {
    if !is_executed {
        return Step::Failed(response.errors);
    }
    finish(&mut response.errors, request_id);
    Step::Next { payload: body(&response.errors, Some(&response.data)).into(), number: None }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// The rest of a response.
struct Events {
    endpoint: Arc<Endpoint>,
    viewer: Option<Viewer>,
    watched: Option<Guard>,
    request_id: Option<String>,
    steps: BoxStream<'static, Step>,
    is_live: bool,
    keep_alive: Interval,
    check: Interval,
    /// When to break off, once the server is stopping.
    leave_at: Option<Instant>,
    /// The request's, which is over for the server's layers once the head is answered.
    span: Span,
}

/// A piece of the body, and what comes after it.
type Piece = (io::Result<Bytes>, Option<Events>);

impl Events {
    async fn next(mut self) -> Piece {
        let app = self.endpoint.app.clone();
        loop {
            let leaving = async {
                match self.leave_at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let step = operation::next_step(&mut self.steps).instrument(self.span.clone());
            tokio::select! {
                step = step => return self.write(step),
                _ = operation::session_ended(&mut self.watched) => {
                    return broken_off("the session has ended");
                }
                () = leaving => return broken_off("the server is stopping"),
                _ = self.keep_alive.tick() => {
                    return (Ok(Bytes::from_static(KEEP_ALIVE)), Some(self));
                }
                _ = self.check.tick(), if self.is_live => {
                    if operation::has_expired(&app, self.viewer) {
                        return broken_off("the access token has expired");
                    }
                }
                () = app.stopping.cancelled(), if self.is_live && self.leave_at.is_none() => {
                    self.leave_at = Some(Instant::now() + operation::pause_before_leaving());
                }
            }
        }
    }

    fn write(self, step: Option<Step>) -> Piece {
        match step {
            Some(Step::Next { payload, number }) => (Ok(next(&payload, number).into()), Some(self)),
            Some(Step::Failed(mut errors)) => {
                finish(&mut errors, self.request_id.as_deref());
                let mut events = next(&body(&errors, None), None);
                events.extend_from_slice(COMPLETE);
                (Ok(events.into()), None)
            }
            None => (Ok(Bytes::from_static(COMPLETE)), None),
        }
    }
}

fn broken_off(why: &str) -> Piece {
    (Err(io::Error::other(why)), None)
}

/// One result. JSON as it is written here has no line breaks.
fn next(payload: &[u8], number: Option<i64>) -> Vec<u8> {
    let mut event = b"event: next\n".to_vec();
    if let Some(number) = number {
        event.extend_from_slice(format!("id: {number}\n").as_bytes());
    }
    event.extend_from_slice(b"data: ");
    event.extend_from_slice(payload);
    event.extend_from_slice(b"\n\n");
    event
}
