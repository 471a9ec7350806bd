//! What is tried of the settings: how they are read, and what is refused.

use std::{path::PathBuf, time::Duration};

use clap::Parser;

use super::{values::rate, *};
use crate::domain::{Rate, Rates};

fn config(args: &[&str]) -> Config {
    Cli::parse_from(["parlance"].iter().chain(args)).config
}

#[test]
fn a_secret_is_required_with_mysql_and_refused_when_short_everywhere() {
    let (long, other) = ("x".repeat(SECRET_MIN), "y".repeat(SECRET_MIN));
    for (args, is_fine) in [
        (&["--database-url", "sqlite:x.db"][..], true),
        (&["--database-url", "sqlite:x.db", "--secret-key", "short"], false),
        (&["--database-url", "mysql://h/n"], false),
        (&["--database-url", "mysql://h/n", "--secret-key", "short"], false),
        (&["--database-url", "mysql://h/n", "--secret-key", &long], true),
        (&["--secret-key", &long, "--other-secret-keys", &other], true),
        (&["--other-secret-keys", &other], true),
        (&["--other-secret-keys", ""], true),
        (&["--other-secret-keys", "short"], false),
        (&["--other-secret-keys", &format!("{other},")], false),
        (&["--other-secret-keys", &[other.as_str(); OTHERS_MAX + 1].join(",")], false),
        (&["--secret-key", &long, "--other-secret-keys", &long], false),
    ] {
        assert_eq!(config(args).check().is_ok(), is_fine, "{args:?}");
    }
}

#[test]
fn rates_are_read_as_they_are_printed() {
    for text in ["200/10s", "10/5m", "1/1day", "off"] {
        assert_eq!(rate(text).unwrap().to_string(), text);
    }
    for text in ["", "200", "0/10s", "200/0s", "200/500ms", "-1/1s", "1000001/1s", "1/2days"] {
        assert!(rate(text).is_err(), "{text}");
    }
    let config = config(&["--rate-writes", "7/1m", "--rate-user", "off"]);
    let set = Rates { writes: rate("7/1m").unwrap(), user: Rate::OFF, ..Rates::default() };
    assert_eq!(config.rules().rates, set);
}

#[test]
fn lists_and_times_are_read_as_people_write_them() {
    let config = config(&[
        "--trusted-proxies",
        "10.0.0.0/8,::1",
        "--allowed-origins",
        "https://a.example,https://b.example",
        "--access-ttl",
        "5m",
    ]);
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.allowed_origins.len(), 2);
    assert_eq!(config.access_ttl, Duration::from_mins(5));
}

#[test]
fn requests_are_noted_beside_the_data_or_where_it_is_said_or_nowhere() {
    let secret = "x".repeat(SECRET_MIN);
    for (args, is) in [
        (&["--database-url", "sqlite:data/x.db"][..], Some("data/user_requests.log")),
        (&["--database-url", "sqlite:x.db"], Some("user_requests.log")),
        (&["--database-url", "mysql://h/n", "--secret-key", &secret], Some("user_requests.log")),
        (&["--request-log", "/var/log/requests"], Some("/var/log/requests")),
        (&["--request-log", "off"], None),
    ] {
        let options = config(args).request_log();
        assert_eq!(options.map(|options| options.path), is.map(PathBuf::from), "{args:?}");
    }
}

#[test]
fn the_command_line_is_consistent() {
    use clap::CommandFactory;
    Cli::command().debug_assert();
}
