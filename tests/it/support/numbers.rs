//! What a server tells Prometheus, read as strictly as Prometheus reads it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use axum::{
    body::Body,
    http::{Request, header},
};
use http_body_util::BodyExt;
use parlance::server;
use tower::ServiceExt;

use super::TestApp;

/// All series with their values.
#[derive(Debug)]
pub(crate) struct Numbers(BTreeMap<String, f64>);

impl TestApp {
    /// What `/metrics` tells now.
    pub(crate) async fn numbers(&self) -> Numbers {
        let (kind, text) = self.metrics("").await;
        assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
        Numbers::read(&text)
    }

    /// The type and the text of `/metrics` for who accepts this.
    pub(crate) async fn metrics(&self, accept: &str) -> (String, String) {
        let request = Request::get("/metrics").header(header::ACCEPT, accept);
        let router = server::numbers(self.app.clone());
        let answer = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), 200);
        let kind = answer.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (kind, String::from_utf8(body.to_vec()).unwrap())
    }
}

impl Numbers {
    /// Reads the text format, and fails on whatever is not as it should be.
    #[track_caller]
    pub(crate) fn read(text: &str) -> Self {
        let mut series = BTreeMap::new();
        let mut kinds: HashMap<&str, &str> = HashMap::new();
        let mut helped = BTreeSet::new();
        assert!(text.ends_with('\n'), "the last line has an end");
        for line in text.lines() {
            if let Some(described) = line.strip_prefix("# HELP ") {
                let (name, help) = described.split_once(' ').unwrap();
                assert!(helped.insert(name) && !help.is_empty(), "{line}");
            } else if let Some(described) = line.strip_prefix("# TYPE ") {
                let (name, kind) = described.split_once(' ').unwrap();
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert!(kinds.insert(name, kind).is_none(), "{line}");
                assert!(helped.contains(name), "{name} is not explained");
            } else {
                assert!(!line.starts_with('#') && !line.is_empty(), "{line}");
                let (key, value) = line.rsplit_once(' ').unwrap();
                let name = key.split('{').next().unwrap();
                let family = ["_bucket", "_sum", "_count"]
                    .iter()
                    .find_map(|end| name.strip_suffix(end).filter(|name| kinds.contains_key(name)));
                let kind = kinds.get(family.unwrap_or(name));
                assert!(kind.is_some(), "{line} is of no family");
                assert_eq!(kind == Some(&"histogram"), family.is_some(), "{line}");
                let value: f64 = value.parse().unwrap();
                assert!(kind != Some(&"counter") || value >= 0.0, "{line}");
                assert!(series.insert(key.to_owned(), value).is_none(), "{line} comes twice");
            }
        }
        let numbers = Self(series);
        numbers.histograms_add_up();
        numbers
    }

    #[track_caller]
    fn histograms_add_up(&self) {
        for (key, count) in &self.0 {
            let Some((family, labels)) = key.split_once("_count") else { continue };
            // The bound is the first label of a bucket.
            let rest =
                labels.strip_prefix('{').map_or("}".to_owned(), |labels| format!(",{labels}"));
            let (prefix, end) = (format!("{family}_bucket{{le=\""), format!("\"{rest}"));
            let mut buckets: Vec<(f64, f64)> = self
                .0
                .iter()
                .filter_map(|(key, value)| {
                    let bound = key.strip_prefix(&prefix)?.strip_suffix(&end)?;
                    Some((bound.parse().unwrap_or(f64::INFINITY), *value))
                })
                .collect();
            buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
            assert!(buckets.is_sorted_by(|one, other| one.1 <= other.1), "{key}: {buckets:?}");
            let (bound, all) = buckets.last().copied().unwrap_or_else(|| panic!("{key}"));
            assert!(bound.is_infinite() && (all - count).abs() < 0.5, "{key}");
        }
    }

    /// The names of all series, with their labels.
    pub(crate) fn series(&self) -> BTreeSet<String> {
        self.0.keys().cloned().collect()
    }

    /// The value of a series; 0 if it is not there yet.
    pub(crate) fn of(&self, series: &str) -> f64 {
        self.0.get(series).copied().unwrap_or_default()
    }

    /// By how much a series has grown.
    pub(crate) fn more(&self, than: &Self, series: &str) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "counts of a test are small")]
        let more = (self.of(series) - than.of(series)).round() as i64;
        more
    }

    /// These series have grown by so many.
    #[track_caller]
    pub(crate) fn grew(&self, than: &Self, expected: &[(&str, i64)]) {
        for (series, by) in expected {
            assert_eq!(self.more(than, series), *by, "{series}");
        }
    }
}
