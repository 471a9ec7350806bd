//! Whether an answer over HTTP is what its status and its media type say.

use axum::http::{Method, Response, StatusCode};
use serde_json::Value;

/// What was asked for.
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) path: String,
}

/// A header, or an empty text.
pub(super) fn text_of<'a>(response: &'a Response<()>, name: &str) -> &'a str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether an answer is what its status and its media type say; in a word, what it holds.
pub(super) fn fits(asked: &Asked, response: &Response<()>, body: &[u8]) -> Result<String, String> {
    let (status, kind) = (response.status(), text_of(response, "content-type"));
    let needs = |name: &str| {
        let has = !text_of(response, name).is_empty();
        if has { Ok(()) } else { Err(format!("{status} without {name}")) }
    };
    match status {
        StatusCode::UNAUTHORIZED => needs("www-authenticate")?,
        StatusCode::METHOD_NOT_ALLOWED => needs("allow")?,
        StatusCode::UPGRADE_REQUIRED => needs("upgrade")?,
        StatusCode::TOO_MANY_REQUESTS => needs("retry-after")?,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => {
            let place = text_of(response, "location");
            if !place.starts_with('/') || place.starts_with("//") || place.starts_with("/\\") {
                return Err(format!("sent to {place}"));
            }
        }
        _ => {}
    }
    for name in ["x-content-type-options", "x-request-id"] {
        needs(name)?;
    }
    if body.is_empty() {
        return Ok("nothing".to_owned());
    }
    if status == StatusCode::NO_CONTENT || asked.method == Method::HEAD {
        return Err(format!("{status} to {} with a body", asked.method));
    }
    let is_graphql = ["/graphql", "/graphql/ws"].contains(&asked.path.as_str());
    match kind.split(';').next().unwrap_or_default() {
        "application/json" | "application/graphql-response+json" => {
            let value: Value =
                serde_json::from_slice(body).map_err(|error| format!("no JSON: {error}"))?;
            if is_graphql { graphql(&value) } else { rest(status, &value) }
        }
        "text/event-stream" => events(body),
        "text/html"
            if body
                .get(..15)
                .is_some_and(|start| start.eq_ignore_ascii_case(b"<!doctype html>")) =>
        {
            Ok("a page".to_owned())
        }
        "application/vnd.oai.openapi"
        | "application/vnd.oai.openapi+json"
        | "text/css"
        | "text/javascript"
        | "application/javascript"
        | "text/plain"
        | "image/png"
        | "application/yaml" => Ok(kind.to_owned()),
        _ => Err(format!(
            "{kind:?} is not what it says: {}",
            String::from_utf8_lossy(&body[..body.len().min(200)])
        )),
    }
}

/// An execution result, or several.
fn graphql(value: &Value) -> Result<String, String> {
    let errors = value["errors"].as_array();
    if value.get("data").is_none() && errors.is_none_or(Vec::is_empty) {
        return Err(format!("neither data nor errors: {value}"));
    }
    let mut codes = Vec::new();
    for error in errors.into_iter().flatten() {
        let code =
            error["extensions"]["code"].as_str().ok_or_else(|| format!("no code: {error}"))?;
        if code == "INTERNAL_SERVER_ERROR" {
            return Err(format!("a fault of the server: {error}"));
        }
        if !error["message"].is_string() {
            return Err(format!("no message: {error}"));
        }
        codes.push(code);
    }
    codes.sort_unstable();
    codes.dedup();
    Ok(codes.join(" "))
}

/// A resource, a list of them, or what is wrong by the names of the fields.
fn rest(status: StatusCode, value: &Value) -> Result<String, String> {
    if !status.is_client_error() {
        let rows = value["results"].as_array().map(Vec::len);
        if rows.is_some_and(|rows| rows > 100) {
            return Err(format!("{rows:?} rows"));
        }
        return Ok(rows
            .map_or("a resource", |rows| if rows == 0 { "no rows" } else { "rows" })
            .to_owned());
    }
    let fields = value.as_object().filter(|fields| !fields.is_empty());
    let fields = fields.ok_or_else(|| format!("{status} says nothing: {value}"))?;
    let mut names: Vec<_> = fields.keys().map(String::as_str).collect();
    names.sort_unstable();
    Ok(names.join(" "))
}

/// The start of an event stream: fields and empty lines only, and JSON as data.
fn events(body: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let mut kinds = Vec::new();
    // What comes after the last line end may be half a line.
    for line in text.rsplit_once('\n').map_or("", |(whole, _)| whole).lines() {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        match name {
            "data" if !value.trim().is_empty() => {
                let value: Value =
                    serde_json::from_str(value).map_err(|error| format!("{line}: {error}"))?;
                kinds.push(graphql(&value)?);
            }
            "event" => kinds.push(value.trim().to_owned()),
            "" | "id" | "data" | "retry" => {}
            _ => return Err(format!("{line:?} is no line of an event stream")),
        }
    }
    kinds.dedup();
    kinds.truncate(3);
    Ok(format!("events {}", kinds.join(" ")))
}
