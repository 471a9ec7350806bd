//! One connection, in one task: what comes in, what goes out, and when it ends. Nothing is
//! read or asked for while something waits to be written, so a slow client slows itself.

use std::{collections::VecDeque, pin::Pin, sync::Arc, time::Duration};

use axum::{
    extract::ws::{Message, WebSocket},
    http::HeaderValue,
};
use futures_util::{FutureExt, future::BoxFuture};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::{
    LONGEST_MESSAGE,
    close::{Close, End},
    message::{Incoming, Wire},
    operations::{Key, Operations, Turn},
    times::Times,
    tokens::{Showing, Shown},
    write::Batch,
};
use crate::{
    domain::{
        Client, Viewer,
        watch::{Ending, Guard},
    },
    graphql::{
        code::ErrorCode,
        endpoint::Endpoint,
        execute::Outcome,
        finish::{body, code, finish},
        observe::Asked,
        operation::{self, Caller, Started, Step},
        params::Params,
    },
};

/// The most operations at once.
const MOST_OPERATIONS: usize = 50;

/// So many messages of a client in so long.
const MOST_MESSAGES: (usize, Duration) = (200, Duration::from_secs(10));

/// What happens to a connection.
enum Event {
    Frame(Option<Result<Message, axum::Error>>),
    Turn(Key, Turn),
    Shown(Showing, Shown),
    SessionEnded(Ending),
    Stopping,
    Time,
}

/// An open connection.
pub(super) struct Socket {
    pub(super) ws: WebSocket,
    pub(super) wire: Wire,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) client: Client,
    pub(super) request_id: Option<String>,
    /// The `Authorization` of the handshake, until the client has said who it is.
    pub(super) credentials: Option<HeaderValue>,
    pub(super) is_ready: bool,
    pub(super) viewer: Option<Viewer>,
    pub(super) watched: Option<Guard>,
    /// A token that is being looked at. Nothing else is read meanwhile.
    pub(super) showing: Option<BoxFuture<'static, (Showing, Shown)>>,
    pub(super) operations: Operations,
    pub(super) batch: Batch,
    pub(super) received: VecDeque<Instant>,
    pub(super) times: Times,
    /// Rings when something is due. Kept, as is the next: to wait for each event anew is
    /// most of what a wait costs.
    alarm: Pin<Box<Sleep>>,
    stopping: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Socket {
    pub(super) fn new(
        ws: WebSocket,
        wire: Wire,
        endpoint: Arc<Endpoint>,
        client: Client,
        request_id: Option<String>,
        credentials: Option<HeaderValue>,
    ) -> Self {
        let times = Times::new(&endpoint.settings);
        let stopping = endpoint.app.stopping.clone().cancelled_owned();
        Self {
            ws,
            wire,
            endpoint,
            client,
            request_id,
            credentials,
            is_ready: false,
            viewer: None,
            watched: None,
            showing: None,
            operations: Operations::default(),
            batch: Batch::default(),
            received: VecDeque::new(),
            times,
            alarm: Box::pin(sleep_until(Instant::now())),
            stopping: Box::pin(stopping),
        }
    }

    /// Serves the connection to its end.
    pub(super) async fn run(mut self: Box<Self>) {
        let begun = Instant::now();
        let _open = self.endpoint.app.metrics.socket(self.wire.name());
        tracing::info!(protocol = self.wire.name(), "a WebSocket is open");
        let end = loop {
            if let Err(end) = self.turn().await {
                break end;
            }
        };
        let code = match &end {
            End::Close(close) | End::Unreadable(close) => Some(close.code),
            End::Left(code) => *code,
            End::Dead => None,
        };
        let (seconds, operations) = (begun.elapsed().as_secs(), self.operations.begun());
        tracing::info!(code, seconds, operations, "a WebSocket is closed");
        self.leave(end).await;
    }

    /// One event, what else is there by then, and the answers to it all.
    async fn turn(&mut self) -> Result<(), End> {
        // Before anything else, so that a busy connection cannot put it off.
        self.on_time()?;
        if self.batch.messages.is_empty() {
            match self.wait().await {
                Event::Frame(frame) => self.on_frame(frame)?,
                Event::Turn(key, turn) => self.on_turn(key, turn)?,
                Event::Shown(showing, shown) => self.on_shown(showing, shown)?,
                Event::SessionEnded(ending) => return Err(Close::after(ending).into()),
                Event::Stopping => self.times.stopping = Some(Instant::now()),
                Event::Time => {}
            }
        }
        while self.batch.has_room()
            && let Some(Some((key, turn))) = self.operations.next().now_or_never()
        {
            self.on_turn(key, turn)?;
        }
        self.write().await
    }

    async fn wait(&mut self) -> Event {
        let due = self.due();
        if self.alarm.deadline() != due {
            self.alarm.as_mut().reset(due);
        }
        let is_reading = self.showing.is_none();
        let look = async {
            match &mut self.showing {
                Some(showing) => showing.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            frame = self.ws.recv(), if is_reading => Event::Frame(frame),
            Some((key, turn)) = self.operations.next() => Event::Turn(key, turn),
            (showing, shown) = look => Event::Shown(showing, shown),
            ending = operation::session_ended(&mut self.watched) => Event::SessionEnded(ending),
            () = &mut self.stopping, if self.times.stopping.is_none() => Event::Stopping,
            () = &mut self.alarm => Event::Time,
        }
    }

    // In

    fn on_frame(&mut self, frame: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        let frame = match frame {
            None => return Err(End::Left(None)),
            Some(Err(error)) => return Err(unreadable(error)),
            Some(Ok(frame)) => frame,
        };
        self.times.unanswered = None;
        self.count()?;
        match frame {
            Message::Close(frame) => Err(End::Left(frame.map(|frame| frame.code))),
            Message::Ping(_) | Message::Pong(_) => Ok(()),
            Message::Binary(data) if data.len() > LONGEST_MESSAGE => Err(Close::too_long().into()),
            Message::Binary(_) => Err(Close::malformed("A message must be text.").into()),
            Message::Text(text) if text.len() > LONGEST_MESSAGE => Err(Close::too_long().into()),
            Message::Text(text) => match self.wire.read(&text)? {
                Incoming::Init(payload) => self.init(&payload),
                Incoming::Ping(payload) => self.ping(payload),
                Incoming::Pong => Ok(()),
                Incoming::Start { id, params } => self.start(id, *params),
                Incoming::Stop { id } => {
                    // The old form wants it confirmed, the new one forbids that.
                    if self.operations.end(&id) && self.wire == Wire::Legacy {
                        self.batch.push(Wire::complete(&id));
                    }
                    Ok(())
                }
                Incoming::Leave => Err(Close::new(Close::NORMAL, "").into()),
            },
        }
    }

    fn count(&mut self) -> Result<(), End> {
        let (now, (most, span)) = (Instant::now(), MOST_MESSAGES);
        while self.received.front().is_some_and(|at| *at + span <= now) {
            self.received.pop_front();
        }
        if self.received.is_empty() {
            // A connection that has calmed down needs no room for its busy times.
            self.received.shrink_to(0);
        }
        self.received.push_back(now);
        if self.received.len() > most {
            let reason = format!("More than {most} messages in {} s.", span.as_secs());
            return Err(Close::new(Close::TOO_MANY, reason).into());
        }
        Ok(())
    }

    fn start(&mut self, id: String, params: Params) -> Result<(), End> {
        if !self.is_ready {
            return Err(Close::not_ready().into());
        }
        self.must_be_valid()?;
        if self.operations.is_running(&id) {
            let reason = format!("An operation with the id {id} is running already.");
            return Err(Close::new(Close::DUPLICATE, reason).into());
        }
        let client = self.client.clone();
        let until = Instant::now() + self.endpoint.settings.timeout;
        let caller = Caller { viewer: self.viewer, client, stays: true, until };
        let refused = if self.times.stopping.is_some() {
            let message = "The server is stopping: connect again.";
            Some(ErrorCode::ServiceUnavailable.error(message, None))
        } else if self.operations.len() >= MOST_OPERATIONS {
            let message =
                format!("{MOST_OPERATIONS} operations are running here: complete one first.");
            Some(ErrorCode::RateLimited.error(message, None))
        } else {
            operation::count(&self.endpoint, &caller).err().map(|error| *error)
        };
        if let Some(error) = refused {
            Asked::UNKNOWN.refused(&self.endpoint.app, &error);
            self.fail(&id, vec![error]);
            return Ok(());
        }
        let endpoint = Arc::clone(&self.endpoint);
        self.operations.begin(id, async move {
            let start = async {
                let caller = operation::recheck(&endpoint, caller).await;
                let refused = |error: &_| Asked::UNKNOWN.refused(&endpoint.app, error);
                let caller = caller.inspect_err(|error| refused(error))?;
                operation::start(&endpoint, params, caller, None).await
            };
            operation::in_time(&endpoint, until, start).await
        });
        Ok(())
    }

    // Out

    fn on_turn(&mut self, key: Key, turn: Turn) -> Result<(), End> {
        match turn {
            Turn::Started(Ok(Started::Single(answer))) => self.operations.answer(key, answer),
            Turn::Started(Ok(Started::Stream(steps))) => self.operations.follow(key, steps),
            Turn::Started(Err(error)) => {
                match code(&error) {
                    Some(ErrorCode::SessionRevoked) => {
                        return Err(Close::ended().into());
                    }
                    Some(ErrorCode::TokenExpired) => {
                        return Err(Close::expired().into());
                    }
                    _ => {}
                }
                self.operations.end(&key.id);
                self.fail(&key.id, vec![*error]);
            }
            Turn::Answered(outcome) => {
                let Outcome { mut response, is_executed } = *outcome;
                self.operations.end(&key.id);
                if !is_executed {
                    self.fail(&key.id, response.errors);
                    return Ok(());
                }
                finish(&mut response.errors, self.request_id.as_deref());
                let payload = body(&response.errors, Some(&response.data));
                self.batch.push(self.wire.next(&key.id, &payload));
                self.batch.push(Wire::complete(&key.id));
            }
            Turn::Step(Some(Step::Next { payload, .. }), steps) => {
                self.batch.push(self.wire.next(&key.id, &payload));
                self.operations.step(key, steps);
            }
            Turn::Step(Some(Step::Failed(errors)), _) => {
                self.operations.end(&key.id);
                self.fail(&key.id, errors);
            }
            Turn::Step(None, _) => {
                self.operations.end(&key.id);
                self.batch.push(Wire::complete(&key.id));
            }
        }
        Ok(())
    }

    fn fail(&mut self, id: &str, mut errors: Vec<async_graphql::ServerError>) {
        finish(&mut errors, self.request_id.as_deref());
        self.batch.push(self.wire.error(id, &errors));
    }
}

/// A frame that the library could not read, or the end of the connection.
fn unreadable(error: axum::Error) -> End {
    use tungstenite::{Error, error::ProtocolError};
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => End::Unreadable(Close::too_long()),
        Some(Error::Utf8(_)) => {
            End::Unreadable(Close::new(Close::NOT_TEXT, "The message is not UTF-8."))
        }
        None | Some(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => {
            End::Left(None)
        }
        Some(Error::Protocol(error)) => {
            End::Unreadable(Close::new(Close::PROTOCOL, error.to_string()))
        }
        Some(_) => End::Left(None),
    }
}
