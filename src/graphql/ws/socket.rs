//! One connection, in one task: what comes in, what goes out, and when it ends. Nothing is
//! read or asked for while something waits to be written, so a slow client slows itself.

use std::{collections::VecDeque, pin::Pin, sync::Arc, time::Duration};

use axum::{
    extract::ws::{Message, WebSocket},
    http::{HeaderMap, HeaderValue, header::AUTHORIZATION},
};
use futures_util::{FutureExt, SinkExt, future::BoxFuture};
use serde_json::{Map, Value, json};
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::{
    LONGEST_MESSAGE,
    close::{Close, End},
    message::{self, Incoming, Wire},
    operations::{Key, Operations, Turn},
};
use crate::{
    domain::{
        self, App, Client, Code, Viewer, operations as server,
        watch::{self, Ending, Guard},
    },
    graphql::{
        authenticate,
        code::ErrorCode,
        endpoint::Endpoint,
        execute::Outcome,
        finish::{body, code, finish},
        operation::{self, CHECK_EVERY, Caller, Started, Step},
        params::Params,
    },
};

/// The most operations at once.
const MOST_OPERATIONS: usize = 50;

/// So many messages of a client in so long.
const MOST_MESSAGES: (usize, Duration) = (200, Duration::from_secs(10));

/// How long a peer may take to show that it is there, after a ping.
const PONG_WITHIN: Duration = Duration::from_secs(10);

/// How long a message may take to be written.
const WRITE_WITHIN: Duration = Duration::from_secs(30);

/// How long queries and mutations may still take when the server is told to stop.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// How long to wait that the other side has seen the last frame.
const GOODBYE: Duration = Duration::from_secs(1);

/// What is written at once: so many messages, of about so many bytes.
const BATCH: (usize, usize) = (64, 64 << 10);

const EXPIRED: &str = "The access token has expired.";
const OTHER_RIGHTS: &str = "Your rights have changed: connect again.";
const ENDED: &str = "The session has ended: sign in again.";

/// For what a token is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Showing {
    /// To be let in.
    First,
    /// To stay.
    Anew,
}

type Shown = Result<Option<Viewer>, domain::Error>;

/// What happens to a connection.
enum Event {
    Frame(Option<Result<Message, axum::Error>>),
    Turn(Key, Turn),
    Shown(Showing, Shown),
    SessionEnded(Ending),
    Stopping,
    Time,
}

/// When the connection has to do something by itself.
struct Times {
    /// Until when the client must have said who it is.
    init_by: Option<Instant>,
    ping_at: Instant,
    /// Since when a ping has been followed by nothing.
    unanswered: Option<Instant>,
    check_at: Instant,
    /// Since when the server is stopping.
    stopping: Option<Instant>,
    leave_at: Option<Instant>,
}

/// What is waiting to be written.
#[derive(Default)]
struct Batch {
    messages: Vec<Message>,
    bytes: usize,
}

impl Batch {
    fn push(&mut self, message: Message) {
        if let Message::Text(text) = &message {
            self.bytes += text.len();
        }
        self.messages.push(message);
    }

    fn has_room(&self) -> bool {
        self.messages.len() < BATCH.0 && self.bytes < BATCH.1
    }
}

/// An open connection.
pub(super) struct Socket {
    ws: WebSocket,
    wire: Wire,
    endpoint: Arc<Endpoint>,
    client: Client,
    request_id: Option<String>,
    /// The `Authorization` of the handshake, until the client has said who it is.
    credentials: Option<HeaderValue>,
    is_ready: bool,
    viewer: Option<Viewer>,
    watched: Option<Guard>,
    /// A token that is being looked at. Nothing else is read meanwhile.
    showing: Option<BoxFuture<'static, (Showing, Shown)>>,
    operations: Operations,
    batch: Batch,
    received: VecDeque<Instant>,
    times: Times,
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
        let now = Instant::now();
        let times = Times {
            init_by: Some(now + endpoint.settings.ws_init_timeout),
            ping_at: now + endpoint.settings.ws_ping,
            unanswered: None,
            check_at: now + CHECK_EVERY,
            stopping: None,
            leave_at: None,
        };
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
            alarm: Box::pin(sleep_until(now)),
            stopping: Box::pin(stopping),
        }
    }

    /// Serves the connection to its end.
    pub(super) async fn run(mut self: Box<Self>) {
        let begun = Instant::now();
        tracing::info!(protocol = self.wire.name(), "a WebSocket is open");
        let end = loop {
            if let Err(end) = self.turn().await {
                break end;
            }
        };
        let code = match &end {
            End::Close(close) => Some(close.code),
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
                Event::SessionEnded(ending) => return Err(ended(ending)),
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

    // Time

    fn due(&self) -> Instant {
        let Times { init_by, ping_at, unanswered, check_at, stopping, leave_at } = self.times;
        let dead_at = unanswered.map(|since| since + self.pong_within());
        let answered_by =
            stopping.filter(|_| leave_at.is_none()).map(|since| since + ANSWER_WITHIN);
        let check_at = self.viewer.map(|_| check_at);
        let others = [init_by, dead_at, check_at, answered_by, leave_at];
        others.into_iter().flatten().fold(ping_at, Instant::min)
    }

    /// Where pings are more frequent than usual, so is what they are for.
    fn pong_within(&self) -> Duration {
        PONG_WITHIN.min(self.endpoint.settings.ws_ping)
    }

    fn on_time(&mut self) -> Result<(), End> {
        let now = Instant::now();
        let has_come = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if has_come(self.times.init_by) {
            return Err(
                Close::new(Close::INIT_TIMEOUT, "connection_init did not come in time.").into()
            );
        }
        if has_come(self.times.unanswered.map(|since| since + self.pong_within())) {
            return Err(End::Dead);
        }
        if has_come(Some(self.times.check_at)) {
            self.times.check_at = now + CHECK_EVERY;
            self.must_be_valid()?;
        }
        if let Some(since) = self.times.stopping
            && self.times.leave_at.is_none()
            && (since + ANSWER_WITHIN <= now || !self.operations.has_singles())
        {
            self.times.leave_at = Some(now + operation::pause_before_leaving());
        }
        if has_come(self.times.leave_at) {
            return Err(
                Close::new(Close::STOPPING, "The server is stopping: connect again.").into()
            );
        }
        if has_come(Some(self.times.ping_at)) {
            self.times.ping_at = now + self.endpoint.settings.ws_ping;
            self.times.unanswered.get_or_insert(now);
            self.batch.push(Message::Ping(axum::body::Bytes::new()));
            if let Some(message) = self.wire.keep_alive().filter(|_| self.is_ready) {
                self.batch.push(message);
            }
        }
        Ok(())
    }

    fn must_be_valid(&self) -> Result<(), End> {
        if operation::has_expired(&self.endpoint.app, self.viewer) {
            return Err(Close::new(Close::FORBIDDEN, EXPIRED).into());
        }
        Ok(())
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
            Message::Binary(data) if data.len() > LONGEST_MESSAGE => Err(too_long()),
            Message::Binary(_) => Err(Close::malformed("A message must be text.").into()),
            Message::Text(text) if text.len() > LONGEST_MESSAGE => Err(too_long()),
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

    fn init(&mut self, payload: &Map<String, Value>) -> Result<(), End> {
        if self.is_ready {
            let reason = "connection_init came a second time.";
            return Err(Close::new(Close::SECOND_INIT, reason).into());
        }
        self.times.init_by = None;
        let header = self.credentials.take();
        match message::token(payload) {
            Ok(Some(token)) => self.look_at(Showing::First, Some(bearer(token))),
            Ok(None) => self.look_at(Showing::First, header),
            Err(problem) => return Err(self.refuse(problem)),
        }
        Ok(())
    }

    fn ping(&mut self, payload: Option<Map<String, Value>>) -> Result<(), End> {
        let token = payload.as_ref().and_then(|payload| payload.get("accessToken"));
        let Some(token) = token else {
            self.batch.push(Wire::pong(payload.map(Value::Object)));
            return Ok(());
        };
        if !self.is_ready {
            return Err(not_ready());
        }
        // What is not a text is no token, and so refused like any other bad one.
        self.look_at(Showing::Anew, Some(bearer(token.as_str().unwrap_or_default())));
        Ok(())
    }

    /// Looks at a token beside everything else that is under way.
    fn look_at(&mut self, showing: Showing, authorization: Option<HeaderValue>) {
        let endpoint = Arc::clone(&self.endpoint);
        let looking = async move {
            let headers = authorization.map(|value| (AUTHORIZATION, value));
            let headers = HeaderMap::from_iter(headers);
            let looked = authenticate(&endpoint.app, &headers);
            let looked = timeout(endpoint.settings.timeout, looked).await;
            let busy = domain::Error::Busy { retry_after: CHECK_EVERY };
            (showing, looked.unwrap_or(Err(busy)))
        };
        self.showing = Some(looking.boxed());
    }

    fn on_shown(&mut self, showing: Showing, shown: Shown) -> Result<(), End> {
        self.showing = None;
        // Nothing was read meanwhile.
        self.times.unanswered = None;
        let app = &self.endpoint.app;
        let viewer = match shown {
            Ok(viewer) => viewer,
            Err(error) => return Err(self.refuse_for(&error)),
        };
        let is_same = viewer.map(|viewer| viewer.id()) == self.viewer.map(|viewer| viewer.id());
        if showing == Showing::Anew && !is_same {
            return Err(self.refuse("The token is another user's."));
        }
        self.watched = viewer.map(|viewer| watch::session(app, viewer));
        self.viewer = viewer;
        self.times.check_at = Instant::now() + CHECK_EVERY;
        let expires_at = viewer.map(|viewer| viewer.expires_at().to_string());
        match showing {
            Showing::First => {
                self.is_ready = true;
                let epoch = server::current_epoch(app);
                let payload = json!({ "epoch": epoch, "expiresAt": expires_at });
                self.batch.push(Wire::ack(&payload));
            }
            Showing::Anew => {
                self.batch.push(Wire::pong(Some(json!({ "expiresAt": expires_at }))));
            }
        }
        Ok(())
    }

    fn refuse_for(&mut self, error: &domain::Error) -> End {
        if let Some(cause) = error.cause() {
            tracing::warn!(cause, "who asks could not be found out");
        }
        match error.code() {
            Code::ServiceUnavailable | Code::InternalServerError => {
                Close::new(Close::LATER, error.to_string()).into()
            }
            _ => self.refuse(&error.to_string()),
        }
    }

    fn refuse(&mut self, why: &str) -> End {
        if !self.is_ready
            && let Some(message) = self.wire.refused(why)
        {
            self.batch.push(message);
        }
        Close::new(Close::FORBIDDEN, why).into()
    }

    fn start(&mut self, id: String, params: Params) -> Result<(), End> {
        if !self.is_ready {
            return Err(not_ready());
        }
        self.must_be_valid()?;
        if self.operations.is_running(&id) {
            let reason = format!("An operation with the id {id} is running already.");
            return Err(Close::new(Close::DUPLICATE, reason).into());
        }
        let refused = if self.times.stopping.is_some() {
            let message = "The server is stopping: connect again.";
            Some(ErrorCode::ServiceUnavailable.error(message, None))
        } else if self.operations.len() >= MOST_OPERATIONS {
            let message =
                format!("{MOST_OPERATIONS} operations are running here: complete one first.");
            Some(ErrorCode::RateLimited.error(message, None))
        } else {
            None
        };
        if let Some(error) = refused {
            self.fail(&id, vec![error]);
            return Ok(());
        }
        let endpoint = Arc::clone(&self.endpoint);
        let caller = Caller { viewer: self.viewer, client: self.client.clone() };
        self.operations.begin(id, async move {
            let start = async {
                let caller = operation::recheck(&endpoint, caller).await?;
                operation::start(&endpoint, params, caller, None).await
            };
            operation::in_time(&endpoint, start).await
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
                        return Err(Close::new(Close::UNAUTHORIZED, ENDED).into());
                    }
                    Some(ErrorCode::TokenExpired) => {
                        return Err(Close::new(Close::FORBIDDEN, EXPIRED).into());
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

    /// Writes all there is, and waits until it has gone.
    async fn write(&mut self) -> Result<(), End> {
        if self.batch.messages.is_empty() {
            return Ok(());
        }
        let begun = Instant::now();
        let Batch { messages, .. } = std::mem::take(&mut self.batch);
        let Self { ws, endpoint, viewer, watched, operations, .. } = self;
        let within = WRITE_WITHIN.min(2 * endpoint.settings.ws_ping);
        let app = &endpoint.app;
        let mut patience = Patience { within, app, viewer: *viewer, watched, operations };
        for message in messages {
            patience.with(ws.feed(message)).await?;
        }
        patience.with(ws.flush()).await?;
        // Our ping was behind what the client had not read yet.
        if begun.elapsed() >= CHECK_EVERY {
            self.times.unanswered = None;
        }
        Ok(())
    }

    /// Ends the connection: with the reason, as far as it can be told in a moment.
    async fn leave(self: Box<Self>, end: End) {
        let Self { mut ws, batch, operations, .. } = *self;
        // Nobody waits for what is still under way.
        drop(operations);
        let (messages, close) = match end {
            End::Dead => return,
            // The library has an answer to the client's last frame ready.
            End::Left(_) => (Vec::new(), None),
            End::Close(close) => (batch.messages, Some(close.frame())),
        };
        let goodbye = async {
            for message in messages.into_iter().chain(close) {
                ws.feed(message).await?;
            }
            ws.flush().await
        };
        if !matches!(timeout(GOODBYE, goodbye).await, Ok(Ok(()))) {
            return;
        }
        // What is unread when the connection is dropped would take our last frame with it.
        let over = Instant::now() + GOODBYE;
        let hears = async {
            while let Some(heard) = ws.recv().await {
                if heard.is_err() {
                    sleep_until(over).await;
                }
            }
        };
        let _ = tokio::time::timeout_at(over, hears).await;
    }
}

/// What goes on while something is written.
struct Patience<'a> {
    within: Duration,
    app: &'a App,
    viewer: Option<Viewer>,
    watched: &'a mut Option<Guard>,
    operations: &'a mut Operations,
}

impl Patience<'_> {
    async fn with(
        &mut self,
        write: impl Future<Output = Result<(), axum::Error>>,
    ) -> Result<(), End> {
        let mut write = std::pin::pin!(write);
        let begun = Instant::now();
        let mut check_at = begun + CHECK_EVERY;
        loop {
            tokio::select! {
                biased;
                written = &mut write => return written.map_err(|_| End::Left(None)),
                ending = operation::session_ended(self.watched) => return Err(ended(ending)),
                () = sleep_until(check_at) => {}
                () = self.operations.drive() => {}
            }
            check_at = Instant::now() + CHECK_EVERY;
            if operation::has_expired(self.app, self.viewer) {
                return Err(Close::new(Close::FORBIDDEN, EXPIRED).into());
            }
            let waited = begun.elapsed();
            if self.app.stopping.is_cancelled() && waited >= ANSWER_WITHIN {
                return Err(
                    Close::new(Close::STOPPING, "The server is stopping: connect again.").into()
                );
            }
            if waited >= self.within {
                return Err(Close::new(Close::LATER, "Too slow: connect again.").into());
            }
        }
    }
}

/// A session that is over is so for every token of it; with other rights the client may
/// come again.
fn ended(ending: Ending) -> End {
    match ending {
        Ending::SessionOver => Close::new(Close::UNAUTHORIZED, ENDED).into(),
        Ending::RightsChanged => Close::new(Close::FORBIDDEN, OTHER_RIGHTS).into(),
    }
}

/// As a header has it. What cannot stand in a header is no token of ours.
fn bearer(token: &str) -> HeaderValue {
    let header = HeaderValue::try_from(format!("Bearer {token}"));
    header.unwrap_or(HeaderValue::from_static("Bearer"))
}

fn not_ready() -> End {
    Close::new(Close::UNAUTHORIZED, "Send connection_init first.").into()
}

fn too_long() -> End {
    Close::new(Close::TOO_LONG, format!("The message is over {LONGEST_MESSAGE} bytes.")).into()
}

/// A frame that the library could not read, or the end of the connection.
fn unreadable(error: axum::Error) -> End {
    use tungstenite::{Error, error::ProtocolError};
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => too_long(),
        Some(Error::Utf8(_)) => Close::new(Close::NOT_TEXT, "The message is not UTF-8.").into(),
        None | Some(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => {
            End::Left(None)
        }
        Some(Error::Protocol(error)) => Close::new(Close::PROTOCOL, error.to_string()).into(),
        Some(_) => End::Left(None),
    }
}
