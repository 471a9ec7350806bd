//! Who is signed in.

use maud::{Markup, html};

use super::{
    Section, show,
    table::{self, done, moment, narrowed, pager, table},
};
use crate::{
    domain::{
        accounts::User,
        admin::{self, Session, SessionKind},
    },
    ids::{SessionId, UserId},
    pages::{fault::Answer, visit::Staff},
};

pub(super) async fn list(staff: Staff) -> Answer {
    let (visit, viewer) = (&staff.visit, staff.viewer);
    let (of, than) = (table::id::<UserId>(visit, "user")?, table::id(visit, "before")?);
    let person = match of {
        Some(id) => Some(admin::find_user(&visit.site.app, viewer, id).await?),
        None => None,
    };
    let page = admin::list_sessions(&visit.site.app, viewer, of, than).await?;
    let filter = of.map(|id| id.to_string()).unwrap_or_default();
    let content = html! {
        h1 { "Sessions" }
        (done(&staff))
        @if let Some(person) = &person {
            (narrowed(&format!("Of {}.", person.username), "/admin/sessions/"))
        }
        (rows(&page.items, viewer.session()))
        (pager(visit, page.next.map(SessionId::uuid), &[("user", &filter)]))
    };
    Ok(show(&staff, Some(Section::Sessions), "Sessions", &content))
}

/// Sessions as a table; the one that asks is marked.
pub(super) fn rows(sessions: &[(Session, User)], own: SessionId) -> Markup {
    let heads =
        ["User", "By", "Signed in (UTC)", "Last used (UTC)", "Address", "Program", "Action"];
    let rows = html! {
        @for (session, user) in sessions {
            tr {
                td { (table::person(user)) }
                td { (door(session.kind)) }
                td { (moment(session.created_at)) }
                td { (moment(session.last_used_at)) }
                td { (session.ip.as_deref().unwrap_or("–")) }
                td.long { (session.user_agent.as_deref().unwrap_or("–")) }
                td {
                    a href={ "/admin/sessions/" (session.id) "/end/" } { "End" }
                    @if session.id == own { " (this one)" }
                }
            }
        }
    };
    table("Sessions", &heads, &rows, sessions.is_empty())
}

pub(super) fn door(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Graphql => "GraphQL",
        SessionKind::Rest => "REST",
        SessionKind::Page => "page",
    }
}
