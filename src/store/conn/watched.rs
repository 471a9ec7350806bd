//! What is seen of every statement: how long it took, whether it failed, its text in a trace
//! and, if it was slow, in the log. Never its values: they are what people wrote.

use std::{
    error::Error,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use diesel::{
    connection::{Instrumentation, InstrumentationEvent},
    result::{DatabaseErrorKind, Error as DieselError},
};
use diesel_async::sync_connection_wrapper::SpawnBlocking;
use futures_util::{FutureExt, future::BoxFuture};
use tokio::{
    runtime::Handle,
    task::{JoinError, JoinHandle},
};
use tracing::{Level, Span, field::Empty};

use crate::{metrics::Metrics, store::error};

/// A statement that takes longer is in the log.
const SLOW: Duration = Duration::from_millis(500);

/// The statements of all connections of a store.
pub(super) struct Statements {
    pub(super) metrics: Metrics,
    /// Which database they go to, as OpenTelemetry calls it.
    pub(super) system: &'static str,
    /// How many have been started.
    pub(super) started: std::sync::atomic::AtomicU64,
    /// Who is shown each, if anybody is.
    pub(super) listener: OnceLock<Box<dyn Fn(String) + Send + Sync>>,
}

impl Statements {
    pub(super) fn of(system: &'static str) -> Arc<Self> {
        let (metrics, started) = (Metrics::default(), std::sync::atomic::AtomicU64::new(0));
        Arc::new(Self { metrics, system, started, listener: OnceLock::new() })
    }
}

/// Watches one connection.
pub(super) struct Watched {
    statements: Arc<Statements>,
    /// The statement that is under way.
    begun: Option<(Instant, Span)>,
}

impl Watched {
    pub(super) fn new(statements: &Arc<Statements>) -> Self {
        Self { statements: Arc::clone(statements), begun: None }
    }

    fn begin(&mut self, query: &dyn ToString) {
        let Statements { started, listener, system, .. } = &*self.statements;
        started.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if let Some(listener) = listener.get() {
            listener(query.to_string());
        }
        // What nobody's request causes, as looking at what is followed, has no trace.
        let span = if tracing::span_enabled!(Level::TRACE) && !Span::current().is_none() {
            let query = query.to_string();
            let text = without_values(&query);
            tracing::trace_span!(
                "sql",
                otel.kind = "client",
                otel.name = text.split(' ').next(),
                otel.status_code = Empty,
                error.type = Empty,
                db.system.name = system,
                db.query.text = text,
            )
        } else {
            Span::none()
        };
        self.begun = Some((Instant::now(), span));
    }

    fn end(&mut self, query: &dyn ToString, error: Option<&DieselError>) {
        let Some((begun, span)) = self.begun.take() else { return };
        let (took, metrics) = (begun.elapsed(), &self.statements.metrics);
        metrics.statement_seconds.observe(took.as_secs_f64());
        if let Some(kind) = error.and_then(kind) {
            metrics.database_error(kind);
            span.record("otel.status_code", "ERROR").record("error.type", kind);
        }
        if took > SLOW {
            metrics.slow_statements.inc();
            let (ms, query) = (took.as_millis(), query.to_string());
            tracing::warn!(ms, sql = without_values(&query), "a statement was slow");
        }
    }
}

impl Instrumentation for Watched {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { query, .. } => self.begin(&query),
            InstrumentationEvent::FinishQuery { query, error, .. } => self.end(&query, error),
            _ => {}
        }
    }
}

/// A statement as diesel shows it has its values behind it.
fn without_values(query: &str) -> &str {
    query.split_once(" -- binds: ").map_or(query, |(text, _)| text)
}

/// What kind of failure it is; none is what the domain expects and handles.
fn kind(error: &DieselError) -> Option<&'static str> {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)
        | DieselError::NotFound
        | DieselError::RollbackTransaction => None,
        DieselError::DatabaseError(_, information) => Some(error::kind(information.message())),
        _ => Some("other"),
    }
}

/// Runs what blocks beside the async threads, as part of the trace and the log lines of who
/// waits for it.
pub struct InSpan;

impl SpawnBlocking for InSpan {
    fn spawn_blocking<'a, R>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn Error + Send + Sync + 'static>>>
    where
        R: Send + 'static,
    {
        let span = Span::current();
        let work = Whole(tokio::task::spawn_blocking(move || span.in_scope(task)));
        work.map(|done| done.map_err(Into::into)).boxed()
    }

    fn get_runtime() -> Self {
        Self
    }
}

/// Work that has come to its end when nobody waits for it any more: the connection goes back to
/// the pool then, and its next user must be the only one.
struct Whole<R>(JoinHandle<R>);

impl<R> Future for Whole<R> {
    type Output = Result<R, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<R> Drop for Whole<R> {
    fn drop(&mut self) {
        if !self.0.is_finished() {
            tokio::task::block_in_place(|| {
                // What came of it is for nobody.
                let _ = Handle::current().block_on(&mut self.0);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicBool, Ordering},
        thread,
    };

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_statement_that_nobody_waits_for_has_ended_before_its_connection_is_free() {
        let ended = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&ended);
        let mut work = InSpan.spawn_blocking(move || {
            thread::sleep(Duration::from_millis(100));
            noted.store(true, Ordering::SeqCst);
        });
        assert!((&mut work).now_or_never().is_none());
        drop(work);
        assert!(ended.load(Ordering::SeqCst));
    }

    #[test]
    fn the_values_of_a_statement_are_left_out_whatever_they_hold() {
        let shown = r#"INSERT INTO messages (body) VALUES (?) -- binds: ["a -- binds: b"]"#;
        assert_eq!(without_values(shown), "INSERT INTO messages (body) VALUES (?)");
        assert_eq!(without_values("COMMIT"), "COMMIT");
    }
}
