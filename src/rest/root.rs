//! The root: where everything begins. At `/` that is the chat page for who comes with a browser,
//! and the lists for everybody else.

use std::sync::Arc;

use axum::{
    extract::{Extension, RawPathParams, RawQuery, Request, State},
    http::Method,
    response::Response,
};
use futures_util::{FutureExt, future::ready};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Face,
    negotiate::{self, Format},
    page::Query,
    view::{Access, Call, Reply, View},
};
use crate::{domain::Client, pages::chat};

pub(super) const ROOT: View = View {
    name: "Api Root",
    description: "Where the lists are.",
    access: Access::SignedIn { but: &[] },
    scope: None,
    methods: &[(Method::GET, |call| ready(Ok(root(&call))).boxed())],
    waits: None,
    fields: &[],
    may_put: None,
};

/// The addresses of the lists.
#[derive(Serialize, ToSchema)]
pub(super) struct Root {
    #[schema(format = "uri")]
    users: String,
    #[schema(format = "uri")]
    conversations: String,
    #[schema(format = "uri")]
    messages: String,
}

fn root(call: &Call) -> Reply {
    let at = |list: &str| format!("{}{}{list}/", call.origin(), call.uri.path());
    Reply::ok(Root {
        users: at("users"),
        conversations: at("conversations"),
        messages: at("messages"),
    })
}

/// What is at `/`. Who names a format means the lists: `/?format=api` shows them on a page.
pub(super) async fn serve_bare(
    face: State<Arc<Face>>,
    client: Extension<Client>,
    path: RawPathParams,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let (method, headers) = (request.method(), request.headers());
    let named = Query::read(query.as_deref().unwrap_or_default());
    let reads = [Method::GET, Method::HEAD].contains(method) && named.get("format").is_none();
    if reads && matches!(negotiate::format(headers, &named), Ok(Format::Html)) {
        return chat::page(method, headers);
    }
    super::serve(&ROOT, face, client, path, RawQuery(query), request).await
}
