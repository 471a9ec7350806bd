//! The root: where everything begins.

use axum::http::Method;
use futures_util::FutureExt;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Result,
    view::{Access, Call, Reply, View},
};

pub(super) const ROOT: View = View {
    name: "Api Root",
    description: "Where the lists are.",
    access: Access::SignedIn { but: &[] },
    scope: None,
    methods: &[(Method::GET, |call| root(call).boxed())],
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

async fn root(call: Call) -> Result<Reply> {
    let at = |list: &str| format!("{}{}{list}/", call.origin(), call.uri.path());
    Ok(Reply::ok(Root {
        users: at("users"),
        conversations: at("conversations"),
        messages: at("messages"),
    }))
}
