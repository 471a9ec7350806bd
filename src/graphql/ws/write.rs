//! What goes out, and how long that may take.

use std::time::Duration;

use axum::extract::ws::Message;
use futures_util::SinkExt;
use tokio::time::{Instant, sleep_until, timeout};

use super::{
    close::{Close, End},
    operations::Operations,
    socket::Socket,
    times::ANSWER_WITHIN,
};
use crate::{
    domain::{App, Viewer, watch::Guard},
    graphql::operation::{self, CHECK_EVERY, WRITE_WITHIN},
};

/// How long to wait that the other side has seen the last frame.
const GOODBYE: Duration = Duration::from_secs(1);

/// What is written at once: so many messages, of about so many bytes.
const BATCH: (usize, usize) = (64, 64 << 10);

/// What is waiting to be written.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) messages: Vec<Message>,
    bytes: usize,
}

impl Batch {
    pub(super) fn push(&mut self, message: Message) {
        if let Message::Text(text) = &message {
            self.bytes += text.len();
        }
        self.messages.push(message);
    }

    pub(super) fn has_room(&self) -> bool {
        self.messages.len() < BATCH.0 && self.bytes < BATCH.1
    }
}

impl Socket {
    /// Writes all there is, and waits until it has gone.
    pub(super) async fn write(&mut self) -> Result<(), End> {
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
    pub(super) async fn leave(&mut self, end: End) {
        // Nobody waits for what is still under way.
        self.operations = Operations::default();
        let batch = std::mem::take(&mut self.batch);
        let ws = &mut self.ws;
        let is_readable = !matches!(end, End::Unreadable(_));
        let (messages, close) = match end {
            End::Dead => return,
            // The library has an answer to the client's last frame ready.
            End::Left(_) => (Vec::new(), None),
            End::Close(close) | End::Unreadable(close) => (batch.messages, Some(close.frame())),
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
        // The library reads nothing more after an error, and says at once that it is over.
        if !is_readable {
            sleep_until(over).await;
        }
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
                ending = operation::session_ended(self.watched) => {
                    return Err(Close::after(ending).into());
                }
                () = sleep_until(check_at) => {}
                () = self.operations.drive() => {}
            }
            check_at = Instant::now() + CHECK_EVERY;
            if operation::has_expired(self.app, self.viewer) {
                return Err(Close::expired().into());
            }
            let waited = begun.elapsed();
            if self.app.stopping.is_cancelled() && waited >= ANSWER_WITHIN {
                return Err(Close::stopping().into());
            }
            if waited >= self.within {
                self.app.metrics.too_slow("websocket");
                return Err(Close::new(Close::LATER, "Too slow: connect again.").into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_nothing_is_dropped_as_early_as_is_promised() {
        // It is looked now and then whether the time has come, and then tried to say why.
        assert!(WRITE_WITHIN + CHECK_EVERY + GOODBYE <= Duration::from_secs(35));
    }
}
