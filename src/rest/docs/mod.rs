//! The documentation that the server serves: the description of the REST face at
//! `/api/schema/`, and two pages that show it. All of it is part of the program: no page asks
//! another server for anything.

mod pages;
mod schema;

use std::sync::Arc;

use axum::{Router, routing::any};

use super::Face;
use crate::pages::address;

/// The routes, for everybody; a server that does not show its schema has none of them.
pub(super) fn routes(router: Router<Arc<Face>>) -> Router<Arc<Face>> {
    let mut router = router
        .route("/api/schema/", any(schema::serve))
        .route("/api/docs/", any(pages::swagger))
        .route("/api/docs/{file}", any(pages::swagger_file))
        .route("/api/redoc/", any(pages::redoc))
        .route("/api/redoc/{file}", any(pages::redoc_file));
    for bare in ["/api/schema", "/api/docs", "/api/redoc"] {
        router = router.route(bare, any(address::add_slash));
    }
    router
}
