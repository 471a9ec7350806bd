//! Messages: who sent one, when and where; never what it says.

use maud::html;

use super::{
    Section, show,
    table::{self, moment, narrowed, pager, table},
};
use crate::{
    domain::admin,
    ids::{ConversationId, MessageId, UserId},
    pages::{fault::Answer, visit::Staff},
};

pub(super) async fn list(staff: Staff) -> Answer {
    let (visit, viewer) = (&staff.visit, staff.viewer);
    let of = table::id::<ConversationId>(visit, "conversation")?;
    let sender = table::id::<UserId>(visit, "sender")?;
    let than = table::id(visit, "before")?;
    let (page, people) = admin::list_messages(&visit.site.app, viewer, of, sender, than).await?;
    let rows = html! {
        @for message in &page.items {
            tr {
                td { @if let Some(user) = people.get(&message.sender_id) { (table::person(user)) } }
                td { (moment(message.sent_at)) }
                td { @if let Some(at) = message.edited_at { (moment(at)) } @else { "–" } }
                td { @if let Some(at) = message.deleted_at { (moment(at)) } @else { "–" } }
                td {
                    a href={ "/admin/messages/?conversation=" (message.conversation_id) } {
                        code { (message.conversation_id) }
                    }
                }
                td { code { (message.id) } }
            }
        }
    };
    let heads = ["Sender", "Sent (UTC)", "Edited (UTC)", "Deleted (UTC)", "Conversation", "Id"];
    let of = of.map(|id| id.to_string()).unwrap_or_default();
    let sender = sender.map(|id| id.to_string()).unwrap_or_default();
    let content = html! {
        h1 { "Messages" }
        @if !of.is_empty() {
            (narrowed(&format!("Of the conversation {of}."), "/admin/messages/"))
        } @else if !sender.is_empty() {
            (narrowed("Of one sender.", "/admin/messages/"))
        }
        p.hint { "What messages say is for those who take part in the conversation." }
        (table("Messages", &heads, &rows, page.items.is_empty()))
        (pager(visit, page.next.map(MessageId::uuid), &[("conversation", &of), ("sender", &sender)]))
    };
    Ok(show(&staff, Some(Section::Messages), "Messages", &content))
}
