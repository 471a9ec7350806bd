//! Asks the server, without a network: requests go straight into the router.

use std::net::{IpAddr, SocketAddr};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::Answer;

/// Somebody's program, with the headers it always sends.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    headers: HeaderMap,
    address: Option<IpAddr>,
}

impl Client {
    pub(crate) fn new(router: Router) -> Self {
        Self { router, headers: HeaderMap::new(), address: None }
    }

    /// The same with another token, or with any text in its place.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"))
    }

    /// The same with one header more, or another value of it.
    pub(crate) fn with_header(&self, name: &'static str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        other
    }

    /// The same, coming from this address.
    pub(crate) fn from(&self, address: &str) -> Self {
        Self { address: Some(address.parse().unwrap()), ..self.clone() }
    }

    /// The access token it shows, if any.
    pub(crate) fn token(&self) -> Option<&str> {
        self.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
    }

    /// Posts a document with variables.
    pub(crate) async fn asks(&self, query: impl AsRef<str>, variables: Value) -> Answer {
        self.posts(&json!({ "query": query.as_ref(), "variables": variables })).await
    }

    /// Posts a document without variables.
    pub(crate) async fn asks_for(&self, query: impl AsRef<str>) -> Answer {
        self.asks(query, json!({})).await
    }

    /// Runs one mutation with its input, and selects these fields of its payload: `("markRead", input, "conversation { readSeq }")`.
    /// The name of the input's type is the field's with a capital and `Input`.
    pub(crate) async fn does(&self, mutation: &str, input: Value, selection: &str) -> Answer {
        let (first, rest) = mutation.split_at(1);
        let first = first.to_uppercase();
        let document = format!(
            "mutation M($input: {first}{rest}Input!) {{ {mutation}(input: $input) {{ {selection} }} }}"
        );
        self.asks(document, json!({ "input": input })).await
    }

    /// Posts any JSON.
    pub(crate) async fn posts(&self, body: &Value) -> Answer {
        self.posts_text(&body.to_string()).await
    }

    /// Posts any text, said to be JSON.
    pub(crate) async fn posts_text(&self, body: &str) -> Answer {
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        self.reads(self.sends_request(request.body(Body::from(body.to_owned())).unwrap()).await)
            .await
    }

    /// Asks REST for a resource, with a JSON body if there is one.
    pub(crate) async fn rests(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = match body {
            None => request.body(Body::empty()),
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
        };
        self.reads(self.sends_request(request.unwrap()).await).await
    }

    /// A whole answer.
    pub(crate) async fn reads(&self, response: Response<Body>) -> Answer {
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, text, body }
    }

    /// Any request, with this client's headers where it has none of that name.
    pub(crate) async fn sends_request(&self, mut request: Request<Body>) -> Response<Body> {
        for (name, value) in &self.headers {
            request.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
        if let Some(address) = self.address {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 40_000)));
        }
        self.router.clone().oneshot(request).await.unwrap()
    }
}
