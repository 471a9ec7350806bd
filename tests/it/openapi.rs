//! The description of the REST face: as committed, as printed, as served, and the pages that show it.
//!
//! `UPDATE_SCHEMA=1 cargo test --test it openapi` writes `openapi.yaml`.

use std::{collections::BTreeSet, fs, path::Path};

use axum::{
    body::Body,
    http::{HeaderMap, Request},
};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::support::{Client, TestApp};

#[test]
fn the_committed_description_is_what_the_server_prints() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.yaml");
    let printed = parlance::rest::openapi::yaml();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&file, &printed).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == printed,
        "openapi.yaml is out of date: run this test with UPDATE_SCHEMA=1, look at the difference, \
         and run scripts/postman"
    );
}

#[test]
fn every_reference_of_the_description_leads_somewhere_and_nothing_is_left_over() {
    let description: Value = serde_json::from_str(&parlance::rest::openapi::json()).unwrap();
    let mut named = BTreeSet::new();
    references(&description, &mut named);
    for place in &named {
        assert!(description.pointer(place.trim_start_matches('#')).is_some(), "{place}");
    }
    for kind in ["schemas", "responses"] {
        for name in description["components"][kind].as_object().unwrap().keys() {
            let place = format!("#/components/{kind}/{name}");
            assert!(named.contains(&place), "nothing refers to {place}");
        }
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

async fn asks(client: &Client, method: &str, uri: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = client.sends_request(request.body(Body::empty()).unwrap()).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Reply { status: parts.status.as_u16(), headers: parts.headers, body }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_served_as_yaml_or_json_to_everybody() {
    let app = TestApp::start().await;
    let client = app.stranger();
    let (yaml, json) = (parlance::rest::openapi::yaml(), parlance::rest::openapi::json());
    let own = "application/vnd.oai.openapi";
    for (accept, query, kind, text) in [
        ("*/*", "", "application/vnd.oai.openapi; charset=utf-8", &yaml),
        (own, "", "application/vnd.oai.openapi; charset=utf-8", &yaml),
        ("text/html,*/*;q=0.8", "", "application/vnd.oai.openapi; charset=utf-8", &yaml),
        ("application/yaml", "", "application/yaml; charset=utf-8", &yaml),
        ("application/json", "", "application/json", &json),
        ("*/*", "?format=json", "application/vnd.oai.openapi+json", &json),
        ("application/json", "?format=json", "application/json", &json),
        ("*/*", "?format=yaml", "application/vnd.oai.openapi; charset=utf-8", &yaml),
    ] {
        let uri = format!("/api/schema/{query}");
        let reply = asks(&client, "GET", &uri, &[("accept", accept)]).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, kind), "{accept} {query}");
        assert_eq!(reply.text(), text, "{accept} {query}");
        assert_eq!(reply.header("allow"), "GET, HEAD, OPTIONS");
        assert_eq!(reply.header("vary"), "Accept, Cookie, origin");
    }
    for (method, uri, accept, token, status) in [
        ("GET", "/api/schema/", "text/html", "", 406),
        ("GET", "/api/schema/?format=json", own, "", 406),
        ("GET", "/api/schema/?format=xml", "*/*", "", 404),
        ("POST", "/api/schema/", "*/*", "", 405),
        ("GET", "/api/schema/", "*/*", "Bearer stale", 401),
        ("GET", "/api/schema", "*/*", "", 301),
        ("OPTIONS", "/api/schema/", "*/*", "", 200),
        ("HEAD", "/api/schema/", "*/*", "", 200),
    ] {
        let headers = [("accept", accept), ("authorization", token)];
        let reply = asks(&client, method, uri, &headers).await;
        assert_eq!(reply.status, status, "{method} {uri}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_load_only_what_this_server_has_and_are_held_to_it() {
    let app = TestApp::start().await;
    let client = app.stranger();
    for (page, count) in [("/api/docs/", 5), ("/api/redoc/", 2)] {
        let reply = asks(&client, "GET", page, &[("accept", "text/html")]).await;
        assert_eq!((reply.status, reply.header("vary")), (200, "Cookie, origin"), "{page}");
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(policy.contains("unsafe-inline"), page == "/api/redoc/", "{policy}");
        assert_eq!(policy.contains("blob:"), page == "/api/redoc/", "{policy}");
        assert!(!reply.text().contains("://"), "{page} names another server");
        let parts = reply.text().split('"').filter(|part| {
            part.starts_with(page) && part.rsplit('/').next().is_some_and(|name| name.contains('.'))
        });
        let mut loaded = 0;
        for part in parts {
            let whole = asks(&client, "GET", part, &[]).await;
            let small = asks(&client, "GET", part, &[("accept-encoding", "br, gzip")]).await;
            assert_eq!((whole.status, small.status), (200, 200), "{part}");
            assert_eq!(whole.header("content-encoding"), "", "{part}");
            if small.header("content-encoding") == "gzip" {
                assert!(small.body.starts_with(&[0x1f, 0x8b]), "{part}");
            }
            let (kind, picture) = (whole.header("content-type"), part.contains("favicon"));
            assert!(picture == kind.starts_with("image/") && !kind.contains("html"), "{part}");
            loaded += 1;
        }
        assert_eq!(loaded, count, "{page}");
        for (method, accept, status) in
            [("GET", "application/json", 406), ("POST", "text/html", 405), ("HEAD", "*/*", 200)]
        {
            let reply = asks(&client, method, page, &[("accept", accept)]).await;
            assert_eq!(reply.status, status, "{method} {page}");
        }
        let nothing = asks(&client, "GET", &format!("{page}nothing.js"), &[]).await;
        assert_eq!(nothing.status, 404);
    }
}
