//! Somebody who follows what happens, as events over HTTP, without a network.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::{Request, header},
};
use futures_util::StreamExt;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::{Answer, Client};

/// How long what must come may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long to listen for what must not come.
const SILENCE: Duration = Duration::from_millis(300);

/// An open subscription.
pub(crate) struct Follow {
    body: BodyDataStream,
    buffer: String,
    /// The `id:` of the last event that had one.
    pub(crate) last_id: Option<i64>,
    is_over: bool,
}

/// What a subscription came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    /// What its one field gave.
    Item(Value),
    /// It ended with this code.
    Failed(String),
    /// It ended well.
    Complete,
    /// The connection broke off.
    Broken,
}

impl Client {
    /// Follows a subscription with variables.
    pub(crate) async fn follows(&self, document: impl AsRef<str>, variables: Value) -> Follow {
        self.resumes(document, variables, None).await
    }

    /// The same after the event with this id.
    pub(crate) async fn resumes(
        &self,
        document: impl AsRef<str>,
        variables: Value,
        last_id: Option<i64>,
    ) -> Follow {
        let mut request = Request::post("/graphql")
            .header(header::ACCEPT, "text/event-stream")
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let body = json!({ "query": document.as_ref(), "variables": variables }).to_string();
        let response = self.sends_request(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(response.status(), 200);
        let body = response.into_body().into_data_stream();
        Follow { body, buffer: String::new(), last_id, is_over: false }
    }

    /// The first answer to a subscription, which must come at once.
    pub(crate) async fn begins_to_follow(&self, document: &str) -> Answer {
        let request = Request::post("/graphql")
            .header(header::ACCEPT, "text/event-stream")
            .header(header::CONTENT_TYPE, "application/json");
        let body = json!({ "query": document }).to_string();
        let response = self.sends_request(request.body(Body::from(body)).unwrap()).await;
        let (parts, body) = response.into_parts();
        let body = tokio::time::timeout(PATIENCE, body.collect()).await.expect("it should end");
        let text = String::from_utf8(body.unwrap().to_bytes().to_vec()).unwrap();
        let first = text.lines().find_map(|line| line.strip_prefix("data: "));
        let text = first.map_or(text.clone(), str::to_owned);
        let body = serde_json::from_str(&text).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, text, body }
    }
}

impl Follow {
    /// The next thing, whatever it is.
    pub(crate) async fn hears(&mut self) -> Heard {
        let next = tokio::time::timeout(PATIENCE, self.read()).await;
        next.expect("something should have come")
    }

    /// The next item.
    pub(crate) async fn next(&mut self) -> Value {
        match self.hears().await {
            Heard::Item(item) => item,
            other => panic!("an item should have come, not {other:?}"),
        }
    }

    /// The next so many items, one field of each.
    pub(crate) async fn takes(&mut self, count: usize, field: &str) -> Vec<Value> {
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(self.next().await.pointer(field).cloned().unwrap_or_default());
        }
        items
    }

    /// All items up to `CaughtUp`, which is not among them, as `TYPENAME NUMBER`.
    pub(crate) async fn catches_up(&mut self) -> Vec<String> {
        let mut items = Vec::new();
        loop {
            let item = self.next().await;
            if item["__typename"] == "CaughtUp" {
                return items;
            }
            items.push(named(&item));
        }
    }

    /// Nothing comes.
    pub(crate) async fn hears_nothing(&mut self) {
        if let Ok(heard) = tokio::time::timeout(SILENCE, self.read()).await {
            panic!("nothing should have come, not {heard:?}");
        }
    }

    /// It ends with this code, and nothing before that.
    pub(crate) async fn ends_with(&mut self, code: &str) {
        assert_eq!(self.hears().await, Heard::Failed(code.to_owned()));
        assert_eq!(self.hears().await, Heard::Complete);
    }

    async fn read(&mut self) -> Heard {
        if self.is_over {
            return Heard::Complete;
        }
        loop {
            if let Some((event, rest)) = self.buffer.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.buffer = rest;
                if let Some(heard) = self.understand(&event) {
                    return heard;
                }
                continue;
            }
            match self.body.next().await {
                Some(Ok(chunk)) => self.buffer.push_str(std::str::from_utf8(&chunk).unwrap()),
                Some(Err(_)) | None => return Heard::Broken,
            }
        }
    }

    fn understand(&mut self, event: &str) -> Option<Heard> {
        let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
        if field("event: ")? == "complete" {
            self.is_over = true;
            return Some(Heard::Complete);
        }
        self.last_id = field("id: ").map(|id| id.parse().unwrap()).or(self.last_id);
        let data: Value = serde_json::from_str(field("data: ")?).unwrap();
        if let Some(code) = data["errors"][0]["extensions"]["code"].as_str() {
            return Some(Heard::Failed(code.to_owned()));
        }
        let fields = data["data"].as_object().unwrap();
        Some(Heard::Item(fields.values().next().unwrap().clone()))
    }
}

/// An item as `TYPENAME NUMBER`.
pub(crate) fn named(item: &Value) -> String {
    format!("{} {}", item["__typename"].as_str().unwrap_or("?"), item["eventSeq"])
}
