//! What administrators see and do: a file for each list, and `actions` for what they change.
//! Every handler takes a [`Staff`], which only an administrator gets; the domain looks once
//! more. No list shows what people wrote to each other.

mod actions;
mod audit;
mod conversations;
mod messages;
mod sessions;
mod table;
mod users;

use axum::{
    Router,
    http::StatusCode,
    response::Response,
    routing::{any, get},
};
use maud::{Markup, html};

use super::{
    Site,
    fault::{Answer, Fault},
    layout::{Part, Section},
    visit::Staff,
};
use crate::domain::admin;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/admin/", get(index))
        .route("/admin/users/", get(users::list))
        .route("/admin/users/{user}/", get(users::one))
        .route("/admin/users/{user}/{action}/", get(actions::ask_user).post(actions::act_on_user))
        .route("/admin/conversations/", get(conversations::list))
        .route("/admin/messages/", get(messages::list))
        .route("/admin/sessions/", get(sessions::list))
        .route(
            "/admin/sessions/{session}/end/",
            get(actions::ask_session).post(actions::end_session),
        )
        .route("/admin/audit/", get(audit::list))
        .route("/admin/{*rest}", any(missing))
}

/// Strangers do not learn which pages there are.
async fn missing(_staff: Staff) -> Fault {
    Fault::Missing
}

/// A page of a section.
fn show(staff: &Staff, section: Option<Section>, title: &str, content: &Markup) -> Response {
    staff.visit.show(StatusCode::OK, Part::Admin(section), title, content)
}

/// How many lines of the audit log the first page shows.
const RECENT: usize = 10;

async fn index(staff: Staff) -> Answer {
    let (log, people) = admin::list_audit(&staff.visit.site.app, staff.viewer, None, None).await?;
    let recent = &log.items[..log.items.len().min(RECENT)];
    let content = html! {
        h1 { "Administration" }
        ul.sections {
            @for (_, name, place, what) in Section::ALL {
                li { a href=(place) { (name) } p { (what) } }
            }
        }
        h2 { "Lately" }
        (audit::lines(recent, &people))
    };
    Ok(show(&staff, None, "Administration", &content))
}
