//! The streams of a connection of HTTP/2, each in a task of its own. How much of an answer it
//! takes, and when, is for the client to say; to the system such a connection is one on which
//! all is taken. So it is looked here whether an answer is taken, and one that is not is given
//! up: its stream is reset, and the others go on.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hyper::rt::Executor;
use tokio::{
    task_local,
    time::{Instant, sleep_until},
};

use crate::metrics::Metrics;

task_local! {
    static STREAM: Arc<Stream>;
}

/// What the task of a stream and its answer tell each other.
#[derive(Default)]
pub(super) struct Stream {
    /// Since when something waits to be taken.
    given: Mutex<Option<Instant>>,
}

impl Stream {
    /// The one whose task this is; none over HTTP/1.
    pub(super) fn current() -> Option<Arc<Self>> {
        STREAM.try_with(Arc::clone).ok()
    }

    /// From now on something waits to be taken.
    pub(super) fn gives(&self) {
        self.set(Some(Instant::now()));
    }

    /// All that was given has been taken.
    pub(super) fn is_taken(&self) {
        self.set(None);
    }

    fn set(&self, given: Option<Instant>) {
        *self.given.lock().unwrap_or_else(PoisonError::into_inner) = given;
    }

    fn given(&self) -> Option<Instant> {
        *self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something has not been taken for so long.
    async fn stalls(&self, within: Duration) {
        loop {
            let late = self.given().unwrap_or_else(Instant::now) + within;
            if late <= Instant::now() {
                return;
            }
            sleep_until(late).await;
        }
    }
}

/// Runs the streams of a connection, each as long as its client takes what it asked for.
#[derive(Clone)]
pub(super) struct Streams {
    /// How long something may wait to be taken.
    pub(super) within: Duration,
    pub(super) metrics: Metrics,
}

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, work: F) {
        // What writes for a WebSocket is begun by the task of its stream.
        let stream = Stream::current().unwrap_or_default();
        let Self { within, metrics } = self.clone();
        tokio::spawn(STREAM.scope(stream.clone(), async move {
            tokio::select! {
                biased;
                () = work => {}
                () = stream.stalls(within) => {
                    metrics.too_slow("http2");
                    tracing::debug!("a client does not take its answer");
                }
            }
        }));
    }
}
