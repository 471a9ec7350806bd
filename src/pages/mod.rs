//! Pages for people with a browser. The chat page (`web/`) and GraphiQL are programs of their own,
//! which are served here. All others are made by the server and whole without a script: signing
//! in and out, and what administrators see and do. The pages on which REST shows its answers are
//! its own; layout, style, cookies and addresses are here for both.
//!
//! May name `domain`, `request_log`, `ids` and `time`; never `store`, nor another face.

pub(crate) mod address;
mod admin;
mod assets;
pub(crate) mod chat;
pub(crate) mod cookies;
mod fault;
pub mod graphiql;
pub(crate) mod layout;
mod login;
mod visit;

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::Response,
    routing::any,
};

use self::fault::Fault;
use crate::domain::App;

/// What the pages know.
#[derive(Clone)]
pub struct Site {
    pub app: App,
    /// How clients reach the server, where that is not what they say.
    pub public_url: Option<String>,
    /// Whether GraphiQL is shown.
    pub shows_graphiql: bool,
}

/// The routes of the pages.
pub fn router(site: Site) -> Router {
    let mut router = Router::new()
        .merge(login::routes())
        .merge(admin::routes())
        .merge(assets::routes([&layout::SHEET]))
        .merge(chat::routes());
    if site.shows_graphiql {
        router = router.merge(graphiql::routes());
    }
    for bare in ["/admin", "/api-auth/login", "/api-auth/logout"] {
        router = router.route(bare, any(address::add_slash));
    }
    router
        .method_not_allowed_fallback(async || Fault::Method)
        .layer(middleware::from_fn_with_state(site.clone(), guarded))
        .with_state(site)
}

async fn guarded(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        site.app.metrics.limited("page");
    }
    layout::guard(response.headers_mut());
    response
}
