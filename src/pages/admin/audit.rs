//! The audit log: who did what to whom.

use maud::{Markup, html};

use super::{
    Section, show,
    table::{self, moment, narrowed, pager, table},
};
use crate::{
    domain::admin::{self, AuditLine, People},
    ids::{AuditId, UserId},
    pages::{fault::Answer, visit::Staff},
};

pub(super) async fn list(staff: Staff) -> Answer {
    let (visit, viewer) = (&staff.visit, staff.viewer);
    let (about, than) = (table::id::<UserId>(visit, "user")?, table::id(visit, "before")?);
    let person = match about {
        Some(id) => Some(admin::find_user(&visit.site.app, viewer, id).await?),
        None => None,
    };
    let (page, people) = admin::list_audit(&visit.site.app, viewer, about, than).await?;
    let filter = about.map(|id| id.to_string()).unwrap_or_default();
    let content = html! {
        h1 { "Audit log" }
        @if let Some(person) = &person {
            (narrowed(&format!("By or about {}.", person.username), "/admin/audit/"))
        }
        (lines(&page.items, &people))
        (pager(visit, page.next.map(AuditId::uuid), &[("user", &filter)]))
    };
    Ok(show(&staff, Some(Section::Audit), "Audit log", &content))
}

/// Lines of the log as a table.
pub(super) fn lines(lines: &[AuditLine], people: &People) -> Markup {
    let person = |id: Option<UserId>| {
        let user = id.and_then(|id| people.get(&id));
        html! { @if let Some(user) = user { (table::person(user)) } @else { "–" } }
    };
    let rows = html! {
        @for line in lines {
            tr {
                td { (moment(line.at)) }
                td { code { (line.action) } }
                td { (person(line.actor_id)) }
                td { (person(line.subject_id)) }
                td { (line.ip.as_deref().unwrap_or("–")) }
                td.long { (line.detail.as_deref().unwrap_or("–")) }
            }
        }
    };
    let heads = ["When (UTC)", "What", "Who", "To whom", "Address", "Detail"];
    table("Audit log", &heads, &rows, lines.is_empty())
}
