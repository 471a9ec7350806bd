//! What is described is what is shown, in both forms; and what one event costs.

use std::time::{Duration, Instant};

use super::{
    Metrics,
    catalogue::{ALL, Kind},
    text::Form,
};

/// Everything that has labels from outside has been seen once.
fn used() -> Metrics {
    let metrics = Metrics::default();
    metrics.runs("1.2.3", "SQLite");
    metrics.answered("GET", None, 200, Duration::from_millis(3));
    metrics.operation("query", "viewer", "OK", Some(Duration::from_millis(3)));
    drop(metrics.subscription("conversationEvents"));
    metrics
}

#[test]
fn both_forms_show_all_that_is_described_in_its_order() {
    let metrics = used();
    let older: Vec<String> =
        ALL.iter().map(|one| format!("# TYPE {} {}", one.name, one.kind.name())).collect();
    let text = metrics.text(Form::Text).unwrap();
    let shown: Vec<&str> = text.lines().filter(|line| line.starts_with("# TYPE ")).collect();
    assert_eq!(shown, older);
    assert!(!text.contains("# UNIT") && !text.contains("# EOF"));
    let open = metrics.text(Form::OpenMetrics).unwrap();
    assert!(open.ends_with("# EOF\n"));
    for one in ALL {
        let help = format!("# HELP {} {}.\n", one.name, one.help);
        assert!(text.contains(&help), "{help}");
        let family = one.name.trim_end_matches("_total");
        assert!(open.contains(&format!("# TYPE {family} {}\n", one.kind.name())), "{family}");
    }
}

#[test]
fn names_follow_the_conventions() {
    for one in ALL {
        let is_ours = one.name.starts_with("parlance_") || one.name.starts_with("process_");
        assert!(is_ours, "{}", one.name);
        assert_eq!(one.name.ends_with("_total"), one.kind == Kind::Counter, "{}", one.name);
        assert!(!one.help.ends_with('.'), "{}", one.name);
    }
}

#[test]
fn openmetrics_is_told_to_who_names_it() {
    let prometheus =
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";
    for (accept, form) in [
        (prometheus, Form::OpenMetrics),
        ("application/openmetrics-text", Form::OpenMetrics),
        ("application/openmetrics-text;q=0, text/plain", Form::Text),
        ("text/html, */*", Form::Text),
        ("", Form::Text),
    ] {
        assert_eq!(Form::accepted(accept), form, "{accept}");
    }
}

#[test]
fn methods_that_nobody_knows_share_a_label() {
    let metrics = used();
    for method in ["BREW", "WHEN", "PROPFIND"] {
        metrics.answered(method, None, 405, Duration::ZERO);
    }
    let text = metrics.text(Form::Text).unwrap();
    let others = r#"parlance_http_requests_total{method="other",route="none",status="405"} 3"#;
    assert!(text.contains(others), "{text}");
}

/// A measure and no test: `cargo test --release --lib -- --ignored --nocapture events_cost`.
#[test]
#[ignore = "a measure"]
fn what_events_cost() {
    const TIMES: u32 = 1_000_000;
    let metrics = used();
    let measure = |what: &str, event: &dyn Fn()| {
        let begun = Instant::now();
        for _ in 0..TIMES {
            event();
        }
        println!("{what}: {} ns", begun.elapsed().as_nanos() / u128::from(TIMES));
    };
    let took = Duration::from_millis(3);
    measure("a counter", &|| {
        metrics.sends.accepted.inc();
    });
    measure("a histogram", &|| metrics.statement_seconds.observe(0.003));
    measure("an operation", &|| metrics.operation("query", "viewer", "OK", Some(took)));
    measure("a request", &|| metrics.answered("GET", None, 200, took));
}
