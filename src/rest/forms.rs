//! What the forms of the browsable pages mean. A form without a script can only GET and POST,
//! so in one whose page we made, and nowhere else:
//!
//! - `_method` names the method that is meant: PUT, PATCH, DELETE or OPTIONS;
//! - `_content`, with its type in `_content_type`, is the body that is meant;
//! - a field that is left empty was not sent, and ids in one field are apart by white space.
//!
//! The first two count only for a browser that is signed in by cookie, asks for a page, and
//! repeats the token against forgery; without it a form stays what it is, a POST, and is
//! refused as one. From there on the request is looked at like any other.

use axum::{
    body::Bytes,
    http::{HeaderValue, Method, header},
};

use super::{
    cookies,
    options::Kind,
    view::{Call, View},
};

/// The field that names the method.
pub(super) const METHOD: &str = "_method";

/// The field with a whole body, and the one with its type.
pub(super) const CONTENT: &str = "_content";
pub(super) const CONTENT_TYPE: &str = "_content_type";

/// The methods that a form can mean beside its own.
const MEANT: [Method; 4] = [Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// Makes of a form what it means.
pub(super) fn unfold(view: &View, call: &mut Call) {
    if call.method != Method::POST {
        return;
    }
    let Some(token) = cookies::form_token(&call.headers, &call.body) else { return };
    let fields: Vec<(String, String)> = form_urlencoded::parse(&call.body).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(own, _)| own == name).map(|(_, value)| value);
    let by_cookie = cookies::get(&call.headers, cookies::SESSION).is_some()
        && !call.headers.contains_key(header::AUTHORIZATION);
    let is_ours =
        by_cookie && cookies::must_match(&call.headers, Some(&token), &call.origin()).is_ok();
    let content = field(CONTENT).filter(|_| is_ours).cloned();
    let kind = field(CONTENT_TYPE).map_or("application/json", String::as_str);
    let kind = HeaderValue::try_from(kind);
    if let (true, Some(meant)) = (is_ours, field(METHOD)) {
        let meant = MEANT.iter().find(|method| method.as_str() == meant.as_str());
        call.method = meant.unwrap_or(&Method::POST).clone();
    }
    // The body will not have the token any more.
    if let Ok(token) = HeaderValue::try_from(token) {
        call.headers.insert("x-csrftoken", token);
    }
    call.body = match (content, kind) {
        (Some(content), Ok(kind)) => {
            call.headers.insert(header::CONTENT_TYPE, kind);
            Bytes::from(content)
        }
        _ => Bytes::from(filled_in(view, fields)),
    };
}

/// What somebody filled in.
fn filled_in(view: &View, fields: Vec<(String, String)>) -> String {
    let mut filled = form_urlencoded::Serializer::new(String::new());
    let is_list =
        |name: &str| view.fields.iter().any(|field| field.name == name && lists(field.kind, name));
    for (name, value) in fields {
        if value.is_empty() || name.starts_with('_') || name == cookies::CSRF_FIELD {
            continue;
        }
        if is_list(&name) {
            let ids = value.split(|c: char| c.is_whitespace() || c == ',');
            for id in ids.filter(|id| !id.is_empty()) {
                filled.append_pair(&name, id);
            }
        } else {
            filled.append_pair(&name, &value);
        }
    }
    filled.finish()
}

/// Whether a field takes several ids.
pub(super) fn lists(kind: Kind, name: &str) -> bool {
    kind == Kind::Field && name.ends_with("_ids")
}
