//! GraphiQL: who is shown it, what it may load, and that it can be off. That it works is tested
//! in a browser (`tests/browser/graphiql.mjs`).

use std::io::Read;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Request},
};
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use parlance::server;

use crate::support::{Client, Setup, TestApp};

const CHROMIUM: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8";

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn is_page(&self) -> bool {
        self.status == 200 && self.text().contains("<title>GraphiQL")
    }
}

async fn gets(client: &Client, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = client.sends_request(request.body(Body::empty()).unwrap()).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Reply { status: parts.status.as_u16(), headers: parts.headers, body }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_shown_graphiql_and_a_program_is_answered() {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    let query = "/graphql?query=%7B__typename%7D";
    for path in ["/graphql", "/graphiql", query] {
        let page = gets(&stranger, path, &[("accept", CHROMIUM)]).await;
        assert!(page.is_page(), "{path}: {}", page.text());
        assert!(page.header("vary").contains("Accept"), "{path}");
    }
    for accept in ["*/*", "application/json", "application/graphql-response+json"] {
        let data = gets(&stranger, query, &[("accept", accept)]).await;
        assert_eq!(data.text(), r#"{"data":{"__typename":"Query"}}"#, "{accept}");
    }
    let playground = gets(&stranger, "/playground", &[]).await;
    assert_eq!((playground.status, playground.header("location")), (308, "/graphiql"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_loads_from_this_server_alone_and_has_nothing_inline() {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    let page = gets(&stranger, "/graphiql", &[]).await;
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self' 'sha256-"));
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    for inline in ["<style", " style=", " onclick=", "javascript:", "http://", "https://"] {
        assert!(!page.text().contains(inline), "{inline}");
    }
    let linked = |attribute: &str| -> Vec<String> {
        let before = format!(" {attribute}=\"");
        let links = page.text().split(before.as_str()).skip(1);
        links.map(|link| link.split('"').next().unwrap().to_owned()).collect()
    };
    let scripts = linked("src");
    assert_eq!(scripts.len(), page.text().matches("<script").count(), "each has a source");
    let files: Vec<_> =
        linked("href").into_iter().filter(|to| to != "data:,").chain(scripts).collect();
    assert_eq!(files.len(), 8);
    for file in files {
        let plain = gets(&stranger, &file, &[]).await;
        let packed = gets(&stranger, &file, &[("accept-encoding", "gzip, br")]).await;
        for answer in [&plain, &packed] {
            assert_eq!(answer.status, 200, "{file}");
            assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            let is_right = if file.contains(".css") { "text/css" } else { "text/javascript" };
            assert!(answer.header("content-type").starts_with(is_right), "{file}");
        }
        if packed.header("content-encoding") == "gzip" {
            let mut unpacked = Vec::new();
            GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == plain.body, "{file}");
        } else {
            assert_eq!(packed.body, plain.body, "{file}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn graphiql_is_off_where_it_is_switched_off_or_the_schema_is() {
    let off = server::Options { graphiql: false, ..server::Options::default() };
    let closed = server::Options { introspection: false, ..server::Options::default() };
    for options in [off, closed] {
        let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
        let stranger = app.stranger();
        for path in ["/graphiql", "/playground"] {
            assert_eq!(gets(&stranger, path, &[("accept", CHROMIUM)]).await.status, 404, "{path}");
        }
        let data =
            gets(&stranger, "/graphql?query=%7B__typename%7D", &[("accept", CHROMIUM)]).await;
        assert_eq!(data.text(), r#"{"data":{"__typename":"Query"}}"#);
    }
}
