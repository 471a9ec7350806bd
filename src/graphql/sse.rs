//! Answers as events: the "distinct connections" mode of graphql-sse. One request, one
//! operation; each result is an event, and the last event says that it is complete. A
//! stream that breaks off without it is one that the client should open again.

use std::{
    io,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

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
    stream::{self, BoxStream, Peekable},
};
use tokio::{
    sync::mpsc,
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout},
};
use tracing::{Instrument, Span};

use super::{
    endpoint::Endpoint,
    execute::Outcome,
    finish::{body, code, finish},
    http::{Failure, Media},
    operation::{self, Started, Step, WRITE_WITHIN},
};
use crate::domain::{
    App, Viewer,
    watch::{self, Guard},
};

const COMPLETE: &[u8] = b"event: complete\ndata:\n\n";

/// How often an open stream is given a sign of life at least. Nobody answers it, but by it the
/// system notices in time that a peer is gone.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// A comment, which keeps what is between us and the client from closing the connection.
const KEEP_ALIVE: &[u8] = b":\n\n";

/// Why a stream is broken off whose client is too slow.
const UNREAD: &str = "the client does not read";

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
        steps: steps.peekable(),
        request_id,
        keep_alive: every(endpoint.settings.ws_ping.min(SIGN_OF_LIFE)),
        within: WRITE_WITHIN.min(2 * endpoint.settings.ws_ping),
        bounds: Bounds {
            app: endpoint.app.clone(),
            viewer,
            watched: viewer.filter(|_| is_live).map(|viewer| watch::session(&endpoint.app, viewer)),
            is_live,
            check: every(operation::CHECK_EVERY),
            leave_at: None,
        },
    };
    // In a task of its own: the body is not asked for while the client does not read.
    let (sender, receiver) = mpsc::channel(1);
    endpoint.app.running.spawn(events.run(sender).instrument(Span::current()));
    let chunks = stream::unfold(Some(receiver), async |receiver| {
        let mut receiver = receiver?;
        Some(match receiver.recv().await {
            Some(Piece { bytes, is_last }) => (Ok(bytes), (!is_last).then_some(receiver)),
            None => (Err(io::Error::other("broken off")), None),
        })
    });
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

/// A part of the body.
struct Piece {
    bytes: Bytes,
    is_last: bool,
}

/// The body of a response as it comes to be.
struct Events {
    steps: Peekable<BoxStream<'static, Step>>,
    request_id: Option<String>,
    keep_alive: Interval,
    /// How long the client may take to read a piece.
    within: Duration,
    bounds: Bounds,
}

impl Events {
    /// Goes on to the end, or breaks off: without a last piece.
    async fn run(mut self, pieces: mpsc::Sender<Piece>) {
        let _open = self.bounds.app.metrics.stream();
        loop {
            let piece = tokio::select! {
                step = operation::next_step(&mut self.steps) => self.piece(step),
                why = self.bounds.reached() => return broken_off(why),
                _ = self.keep_alive.tick() => {
                    Piece { bytes: Bytes::from_static(KEEP_ALIVE), is_last: false }
                }
                () = pieces.closed() => return,
            };
            let is_last = piece.is_last;
            match self.send(&pieces, piece).await {
                Ok(()) if is_last => return,
                Ok(()) => {}
                Err(why) => {
                    if why == UNREAD {
                        self.bounds.app.metrics.too_slow("sse");
                    }
                    return broken_off(why);
                }
            }
        }
    }

    /// Waits until the client has taken what came before. The next result is prepared
    /// meanwhile: one that stood still might hold a connection to the database.
    async fn send(
        &mut self,
        pieces: &mpsc::Sender<Piece>,
        piece: Piece,
    ) -> Result<(), &'static str> {
        let mut sending = pin!(timeout(self.within, pieces.send(piece)));
        let mut has_next = false;
        loop {
            let next = Pin::new(&mut self.steps).peek();
            tokio::select! {
                biased;
                sent = &mut sending => {
                    return match sent {
                        Ok(Ok(())) => Ok(()),
                        Ok(Err(_)) => Err("the client has gone"),
                        Err(_) => Err(UNREAD),
                    };
                }
                why = self.bounds.reached() => return Err(why),
                _ = next, if !has_next => has_next = true,
            }
        }
    }

    fn piece(&self, step: Option<Step>) -> Piece {
        match step {
            Some(Step::Next { payload, number }) => {
                Piece { bytes: next(&payload, number).into(), is_last: false }
            }
            Some(Step::Failed(mut errors)) => {
                finish(&mut errors, self.request_id.as_deref());
                let mut events = next(&body(&errors, None), None);
                events.extend_from_slice(COMPLETE);
                Piece { bytes: events.into(), is_last: true }
            }
            None => Piece { bytes: Bytes::from_static(COMPLETE), is_last: true },
        }
    }
}

fn broken_off(why: &'static str) {
    tracing::info!(why, "an event stream is broken off");
}

/// What a stream of events must not outlast.
struct Bounds {
    app: App,
    viewer: Option<Viewer>,
    watched: Option<Guard>,
    is_live: bool,
    check: Interval,
    /// When to break off, once the server is stopping.
    leave_at: Option<Instant>,
}

impl Bounds {
    /// Waits until the stream must break off, and says why. May be dropped half way and
    /// called again.
    async fn reached(&mut self) -> &'static str {
        loop {
            let leaving = async {
                match self.leave_at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = operation::session_ended(&mut self.watched) => return "the session has ended",
                () = leaving => return "the server is stopping",
                _ = self.check.tick(), if self.is_live => {
                    if operation::has_expired(&self.app, self.viewer) {
                        return "the access token has expired";
                    }
                }
                () = self.app.stopping.cancelled(), if self.is_live && self.leave_at.is_none() => {
                    self.leave_at = Some(Instant::now() + operation::pause_before_leaving());
                }
            }
        }
    }
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
