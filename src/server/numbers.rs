//! `/metrics`, at an address of its own: what is told there is for the operator alone.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::net::TcpListener;

use super::serve::{Connections, accept};
use crate::{domain::App, metrics::Form};

/// The one route.
pub fn numbers(app: App) -> Router {
    Router::new()
        .route("/metrics", get(tell))
        .fallback(async || (StatusCode::NOT_FOUND, "There is nothing here but /metrics.\n"))
        .with_state(app)
}

/// Serves them until the server has stopped.
pub async fn serve_numbers(app: App, listener: TcpListener) {
    let (metrics, stopping) = (app.metrics.clone(), app.stopping.clone());
    accept(listener, numbers(app), Connections::default(), metrics, stopping).await;
}

async fn tell(State(app): State<App>, headers: HeaderMap) -> Response {
    let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|accept| accept.to_str().ok());
    let form = Form::accepted(&accepts.collect::<Vec<_>>().join(","));
    app.measure();
    match app.metrics.text(form) {
        Ok(text) => ([(header::CONTENT_TYPE, form.content_type())], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the numbers could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
