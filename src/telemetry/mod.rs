//! What the server says about itself while it runs: one line for each event, on stderr; and the
//! traces of requests, to a collector, if one is named (`otlp`).

mod otlp;

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::LogFormat;
pub use otlp::Traces;

/// Starts the log, and the traces if there is a `collector`. A second call, as in tests,
/// changes nothing.
///
/// # Errors
/// With a sentence if `filter` or `collector` cannot be meant.
pub fn start(filter: &str, format: LogFormat, collector: Option<&str>) -> Result<Traces, String> {
    // What that library has to say of each attempt is said once, by us.
    let is_named = filter.contains("async_nats");
    let filter = if is_named { filter.to_owned() } else { format!("{filter},async_nats=off") };
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("PARLANCE_LOG: {error}"))?;
    let log = match format {
        LogFormat::Human => fmt::layer()
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .with_writer(std::io::stderr)
            .boxed(),
        LogFormat::Json => {
            fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).boxed()
        }
    };
    // A log that is already there is kept.
    let Some(collector) = collector else {
        let _ = tracing_subscriber::registry().with(log).with(filter).try_init();
        return Ok(Traces::none());
    };
    let (traces, layer) = Traces::to(collector)?;
    let _ = tracing_subscriber::registry().with(log.with_filter(filter)).with(layer).try_init();
    Ok(traces)
}
