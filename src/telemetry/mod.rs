//! What the server says about itself while it runs: one line for each event, on stderr; and the
//! traces of requests, to a collector, if one is named (`otlp`).

mod otlp;

use std::io::IsTerminal;

use tracing_subscriber::{
    EnvFilter, Layer, filter::LevelFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::config::LogFormat;
pub use otlp::Traces;

/// Starts the log, and the traces if there is a `collector`. A second call, as in tests,
/// changes nothing.
///
/// # Errors
/// With a sentence if `filter` or `collector` cannot be meant.
pub fn start(filter: &str, format: LogFormat, collector: Option<&str>) -> Result<Traces, String> {
    meant(filter).map_err(|why| format!("PARLANCE_LOG: {why}"))?;
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

/// A word that is no level is taken for the name of a part, the only one that may say anything:
/// who mistypes a level would have no log at all.
fn meant(filter: &str) -> Result<(), String> {
    // What is in brackets is about spans, and has commas of its own.
    let parts = filter.split(',').map(str::trim).filter(|part| !part.is_empty());
    for part in parts.filter(|_| !filter.contains('[')) {
        let level = part.rsplit_once('=').map_or(part, |(_, level)| level).trim();
        if level.is_empty() || level.parse::<LevelFilter>().is_err() {
            return Err(format!(
                "'{part}' names no level: say error, warn, info, debug, trace or off, alone or \
                 after a part, as in warn,parlance=debug"
            ));
        }
    }
    Ok(())
}
