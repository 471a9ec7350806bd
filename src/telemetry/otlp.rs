//! Traces for a collector of OpenTelemetry: OTLP over HTTP, in batches, from a thread of its
//! own. A collector that is away, slow or hangs costs traces and nothing else.
//!
//! What OpenTelemetry says by environment variables holds: `OTEL_SERVICE_NAME`,
//! `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER` and its `_ARG`, `OTEL_BSP_…`,
//! `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_EXPORTER_OTLP_TIMEOUT`.

use std::{
    error::Error,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    http::{Request, Response},
};
use futures_util::{FutureExt, future::BoxFuture};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry::{Key, trace::TracerProvider};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{SdkTracer, SdkTracerProvider},
};
use tokio::runtime::Handle;
use tracing::{Level, Metadata, Subscriber};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::{Layer, filter::FilterFn, registry::LookupSpan};

/// How long one batch may take. Whoever waits for the rest at the end waits less.
const EXPORT_WITHIN: Duration = Duration::from_secs(10);
const LAST_WITHIN: Duration = Duration::from_secs(2);

/// The most bytes of an answer that are read.
const ANSWER_MAX: usize = 64 << 10;

/// The least time between two warnings that traces are not taken.
const REMIND: Duration = Duration::from_mins(1);

/// The traces of this process, if there are any.
#[derive(Debug)]
pub struct Traces(Option<SdkTracerProvider>);

impl Traces {
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// Traces to this collector, and what makes them of spans.
    pub(super) fn to<S>(
        collector: &str,
    ) -> Result<(Self, impl Layer<S> + Send + Sync + 'static), String>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        let says = |error: &dyn std::fmt::Display| format!("PARLANCE_OTLP_ENDPOINT: {error}");
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Sender::new())
            .with_endpoint(format!("{collector}/v1/traces"))
            .build()
            .map_err(|error| says(&error))?;
        let provider = SdkTracerProvider::builder()
            .with_resource(resource())
            .with_batch_exporter(exporter)
            .build();
        let tracer: SdkTracer = provider.tracer("parlance");
        let layer = OpenTelemetryLayer::new(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false)
            .with_filter(FilterFn::new(belongs));
        Ok((Self(Some(provider)), layer))
    }

    /// Hands over what has not been exported yet, as far as that can be done in a moment.
    pub async fn close(self) {
        let Some(provider) = self.0 else { return };
        // The exporter's thread needs this runtime, which must not wait for it.
        let closing = move || provider.shutdown_with_timeout(LAST_WITHIN);
        let closed = tokio::task::spawn_blocking(closing);
        if !matches!(tokio::time::timeout(2 * LAST_WITHIN, closed).await, Ok(Ok(Ok(())))) {
            tracing::warn!("stopped before all traces were exported");
        }
    }
}

/// Our own spans, and what goes wrong within them.
fn belongs(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("parlance")
        && (metadata.is_span() || *metadata.level() <= Level::WARN)
}

/// What `OTEL_SERVICE_NAME` and its like say; without a name it is ours.
fn resource() -> Resource {
    let given = Resource::builder().build();
    let name = given.get(&Key::from_static_str("service.name"));
    let is_named = name.is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    let builder = Resource::builder();
    let builder = if is_named { builder } else { builder.with_service_name("parlance") };
    let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    builder.with_attribute(version).build()
}

/// Sends batches. They come from a thread without a runtime, so the work is done in ours.
#[derive(Debug)]
struct Sender {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    runtime: Handle,
    warned: Mutex<Option<Instant>>,
}

impl Sender {
    fn new() -> Self {
        let connector =
            HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Self { client, runtime: Handle::current(), warned: Mutex::default() }
    }

    /// Says now and then that traces are not taken, and why.
    fn warn(&self, why: &str) {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.is_none_or(|at| at.elapsed() >= REMIND) {
            *warned = Some(Instant::now());
            tracing::warn!(why, "the collector takes no traces");
        }
    }
}

impl Sender {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let exchange = async move {
            let answer = client.request(request.map(Full::new)).await?;
            let (parts, body) = answer.into_parts();
            let body = Limited::new(body, ANSWER_MAX).collect().await?.to_bytes();
            Ok::<_, Box<dyn Error + Send + Sync>>(Response::from_parts(parts, body))
        };
        let in_time = async { tokio::time::timeout(EXPORT_WITHIN, exchange).await };
        let work = self.runtime.spawn(in_time);
        let answer = match work.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err("it does not answer".into()),
            Err(error) => Err(error.into()),
        };
        match &answer {
            Ok(answer) if !answer.status().is_success() => self.warn(answer.status().as_str()),
            Ok(_) => {}
            Err(error) => self.warn(&error.to_string()),
        }
        answer
    }
}

impl HttpClient for Sender {
    fn send_bytes<'a, 'f>(
        &'a self,
        request: Request<Bytes>,
    ) -> BoxFuture<'f, Result<Response<Bytes>, HttpError>>
    where
        'a: 'f,
        Self: 'f,
    {
        self.send(request).boxed()
    }
}
