//! The two forms in which Prometheus reads numbers: OpenMetrics, as the library writes it, and
//! the older text format, which differs in a few lines of description.

use std::fmt::{self, Write};

use prometheus_client::{encoding::text::encode, registry::Registry};

/// In which form the numbers are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    OpenMetrics,
    Text,
}

impl Form {
    /// What a client wants that sends this as `Accept`: OpenMetrics only if it is named, and
    /// not with weight 0. Prometheus names it first by default.
    pub fn accepted(accept: &str) -> Self {
        let names_it = accept.split(',').any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let is_it = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("application/openmetrics-text"));
            let is_refused = parts
                .filter_map(|parameter| parameter.strip_prefix("q="))
                .any(|weight| weight.parse() == Ok(0.0));
            is_it && !is_refused
        });
        if names_it { Self::OpenMetrics } else { Self::Text }
    }

    /// The `Content-Type` of it.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

pub(super) fn write(registry: &Registry, form: Form) -> Result<String, fmt::Error> {
    let mut text = String::new();
    encode(&mut text, registry)?;
    match form {
        Form::OpenMetrics => Ok(text),
        Form::Text => older(&text),
    }
}

/// The same in the older form: a counter is described by the name of its samples, there are no
/// units, and no mark at the end.
fn older(text: &str) -> Result<String, fmt::Error> {
    let mut older = String::with_capacity(text.len());
    let mut help = None;
    for line in text.lines() {
        if let Some(described) = line.strip_prefix("# HELP ") {
            help = described.split_once(' ');
        } else if let Some(described) = line.strip_prefix("# TYPE ") {
            let (name, kind) = described.split_once(' ').unwrap_or((described, "untyped"));
            let total = if kind == "counter" { "_total" } else { "" };
            if let Some((_, help)) = help.take_if(|(of, _)| *of == name) {
                writeln!(older, "# HELP {name}{total} {help}")?;
            }
            writeln!(older, "# TYPE {name}{total} {kind}")?;
        } else if !line.starts_with("# UNIT ") && line != "# EOF" {
            writeln!(older, "{line}")?;
        }
    }
    Ok(older)
}
