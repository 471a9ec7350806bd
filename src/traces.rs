//! Where a trace begins, and how it goes on in other tasks. A trace is made of the spans of
//! `tracing`; they cost nothing until `telemetry` is told to export them.
//!
//! Spans of level TRACE are for traces alone, and in no log that is not asked for them.
//!
//! May name nothing of the house.

use axum::http::HeaderMap;
use opentelemetry::{
    Context,
    propagation::{Extractor, TextMapPropagator},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Level, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Whether anybody gets traces.
pub fn are_kept() -> bool {
    tracing::span_enabled!(Level::TRACE)
}

/// The span goes on with the trace that these headers name, if they name one (`traceparent`).
pub fn continues(span: &Span, headers: &HeaderMap) {
    let parent = TraceContextPropagator::new().extract(&Headers(headers));
    // It fails only where nobody gets traces.
    let _ = span.set_parent(parent);
}

/// The span begins a trace of its own, for what happens on a connection that may last for days;
/// the trace names that of the connection.
pub fn begins_anew(span: &Span) {
    let connection = Span::current();
    let _ = span.set_parent(Context::new());
    span.follows_from(connection.id());
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}
