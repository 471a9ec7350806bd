//! The root: where everything begins.

use axum::http::Method;
use futures_util::{FutureExt, future::ready};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::{Access, Call, Reply, View};

pub(super) const ROOT: View = View {
    name: "Api Root",
    description: "Where the lists are.",
    access: Access::SignedIn { but: &[] },
    scope: None,
    methods: &[(Method::GET, |call| ready(Ok(root(&call))).boxed())],
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
