//! Conversations: who takes part and how much is written, not what.

use maud::{Markup, html};

use super::{
    Section, show,
    table::{self, moment, narrowed, pager, table},
};
use crate::{
    domain::{
        admin::{self, ConversationLine},
        conversations::Kind,
    },
    ids::{ConversationId, UserId},
    pages::{fault::Answer, visit::Staff},
};

pub(super) async fn list(staff: Staff) -> Answer {
    let (visit, viewer) = (&staff.visit, staff.viewer);
    let (of, than) = (table::id::<UserId>(visit, "user")?, table::id(visit, "before")?);
    let person = match of {
        Some(id) => Some(admin::find_user(&visit.site.app, viewer, id).await?),
        None => None,
    };
    let page = admin::list_conversations(&visit.site.app, viewer, of, than).await?;
    let rows = html! { @for line in &page.items { (row(line)) } };
    let heads =
        ["Who", "People", "Kind", "Title", "Messages", "Last active (UTC)", "Made (UTC)", "Id"];
    let filter = of.map(|id| id.to_string()).unwrap_or_default();
    let content = html! {
        h1 { "Conversations" }
        @if let Some(person) = &person {
            (narrowed(&format!("With {}.", person.username), "/admin/conversations/"))
        }
        (table("Conversations", &heads, &rows, page.items.is_empty()))
        (pager(visit, page.next.map(ConversationId::uuid), &[("user", &filter)]))
    };
    Ok(show(&staff, Some(Section::Conversations), "Conversations", &content))
}

fn row(line: &ConversationLine) -> Markup {
    let ConversationLine { conversation, first, members } = line;
    let others = members - i64::try_from(first.len()).unwrap_or_default();
    html! {
        tr {
            td.long {
                @for (place, user) in first.iter().enumerate() {
                    @if place > 0 { ", " }
                    (table::person(user))
                }
                @if others > 0 { " and " (others) " more" }
            }
            td.number { (members) }
            td {
                @match conversation.kind { Kind::Direct => "direct", Kind::Group => "group" }
                @if conversation.deleted_at.is_some() { " " span.state.off { "ended" } }
            }
            td { (conversation.title.as_deref().unwrap_or("–")) }
            td.number {
                a href={ "/admin/messages/?conversation=" (conversation.id) } {
                    (conversation.live_count)
                }
            }
            td { (moment(conversation.last_activity_at)) }
            td { (moment(conversation.created_at)) }
            td { code { (conversation.id) } }
        }
    }
}
