//! What the server says about itself while it runs: one line for each event, on stderr.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::LogFormat;

/// Starts the log. A second call, as in tests, changes nothing.
///
/// # Errors
/// With a sentence if `filter` cannot be meant.
pub fn start(filter: &str, format: LogFormat) -> Result<(), String> {
    // What that library has to say of each attempt is said once, by us.
    let is_named = filter.contains("async_nats");
    let filter = if is_named { filter.to_owned() } else { format!("{filter},async_nats=off") };
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("PARLANCE_LOG: {error}"))?;
    let registry = tracing_subscriber::registry().with(filter);
    // A log that is already there is kept.
    let _ = match format {
        LogFormat::Human => registry
            .with(
                fmt::layer()
                    .with_ansi(std::io::stderr().is_terminal())
                    .with_target(false)
                    .with_writer(std::io::stderr),
            )
            .try_init(),
        LogFormat::Json => registry
            .with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr))
            .try_init(),
    };
    Ok(())
}
