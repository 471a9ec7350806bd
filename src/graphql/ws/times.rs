//! What a connection does at its time: pings, looking whether its token is still good, and
//! giving up on who does not answer.

use std::time::Duration;

use axum::extract::ws::Message;
use tokio::time::Instant;

use super::{
    close::{Close, End},
    socket::Socket,
};
use crate::graphql::{
    endpoint::Settings,
    operation::{self, CHECK_EVERY},
};

/// How long a peer may take to show that it is there, after a ping.
const PONG_WITHIN: Duration = Duration::from_secs(10);

/// How long queries and mutations may still take when the server is told to stop.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// When the connection has to do something by itself.
pub(super) struct Times {
    /// Until when the client must have said who it is.
    pub(super) init_by: Option<Instant>,
    pub(super) ping_at: Instant,
    /// Since when a ping has been followed by nothing.
    pub(super) unanswered: Option<Instant>,
    pub(super) check_at: Instant,
    /// Since when the server is stopping.
    pub(super) stopping: Option<Instant>,
    pub(super) leave_at: Option<Instant>,
}

impl Times {
    pub(super) fn new(settings: &Settings) -> Self {
        let now = Instant::now();
        Self {
            init_by: Some(now + settings.ws_init_timeout),
            ping_at: now + settings.ws_ping,
            unanswered: None,
            check_at: now + CHECK_EVERY,
            stopping: None,
            leave_at: None,
        }
    }
}

impl Socket {
    /// When there is something to do next, if nothing happens before.
    pub(super) fn due(&self) -> Instant {
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

    /// Does what its time has come for.
    pub(super) fn on_time(&mut self) -> Result<(), End> {
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
            return Err(Close::stopping().into());
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

    pub(super) fn must_be_valid(&self) -> Result<(), End> {
        if operation::has_expired(&self.endpoint.app, self.viewer) {
            return Err(Close::expired().into());
        }
        Ok(())
    }
}
