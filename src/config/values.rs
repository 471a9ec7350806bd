//! How the values of settings are written, and what is said of those that are not fit.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use ipnet::IpNet;

use crate::domain::Rate;

pub(super) fn rate(text: &str) -> Result<Rate, String> {
    let wrong = || "must be a count and a time in whole seconds, like 200/10s, or off".to_owned();
    if text == "off" {
        return Ok(Rate::OFF);
    }
    let (quota, window) = text.split_once('/').ok_or_else(wrong)?;
    let quota = quota.parse::<u32>().ok().filter(|quota| (1..=1_000_000).contains(quota));
    let window = humantime::parse_duration(window).ok();
    let is_fine =
        |window: &Duration| window.subsec_nanos() == 0 && (1..=86_400).contains(&window.as_secs());
    let window = window.filter(is_fine).ok_or_else(wrong)?;
    Ok(Rate { quota: quota.ok_or_else(wrong)?, window })
}

fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| "must be a time, like 10s, 15m or 30days".to_owned())
}

pub(super) fn span(text: &str) -> Result<Duration, String> {
    let span = duration(text)?;
    if span < Duration::from_secs(1) {
        return Err("must be at least 1s".to_owned());
    }
    Ok(span)
}

pub(super) fn short_span(text: &str) -> Result<Duration, String> {
    let span = duration(text)?;
    if span < Duration::from_millis(50) {
        return Err("must be at least 50ms".to_owned());
    }
    Ok(span)
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an address and a port, like 127.0.0.1:8000".to_owned())
}

pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let host = text.parse::<IpAddr>().map(IpNet::from);
    host.or_else(|_| text.parse())
        .map_err(|_| "must be a network or an address, like 10.0.0.0/8 or 10.0.0.1".to_owned())
}

/// Where a collector is: a scheme and a host, perhaps a port and a path.
pub(super) fn collector(text: &str) -> Result<String, String> {
    let uri = text.trim_end_matches('/').parse::<axum::http::Uri>();
    let is_fine = |uri: &axum::http::Uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none()
    };
    match uri {
        Ok(uri) if is_fine(&uri) => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err("must be an address like http://127.0.0.1:4318".to_owned()),
    }
}

/// A web origin: scheme and host, perhaps a port, and nothing after it.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let uri = text.trim_end_matches('/').parse::<axum::http::Uri>();
    let is_origin = |uri: &axum::http::Uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|authority| !authority.as_str().contains(['@', '*']))
            && uri.path() == "/"
            && uri.query().is_none()
    };
    match uri {
        Ok(uri) if is_origin(&uri) => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err("must be a web origin, like https://app.example.org".to_owned()),
    }
}
