//! How far people have read, what is still unread, and who is typing.

use crate::{
    domain::{App, Error, Result, Viewer, access, conversations::ConversationView, typing},
    ids::ConversationId,
    live::Signal,
    store::{
        members,
        messages::{self, UNREAD_SPAN},
    },
};

/// Unread messages are counted so far: this number means "or more".
pub(super) const UNREAD_MAX: i64 = 1_000;

/// The number after which the viewer's unread messages are counted in a conversation, if they
/// take part in it: their read position, but no further back than so many messages. Who only
/// sends and never reads may have any number of their own to pass over.
pub fn unread_after(view: &ConversationView) -> Option<i64> {
    let oldest = view.conversation.message_seq - UNREAD_SPAN;
    view.member.as_ref().map(|member| member.read_seq.max(oldest))
}

/// Moves the viewer's read position forward. A lower number changes nothing.
///
/// # Errors
/// [`Error::Invalid`] for a number that no message has yet.
pub async fn mark(
    app: &App,
    viewer: Viewer,
    id: ConversationId,
    up_to_seq: i64,
) -> Result<ConversationView> {
    app.limits.write(viewer.id())?;
    let mut conn = app.store.writing().await?;
    let mut view = access::view(&mut conn, viewer, id).await?;
    if up_to_seq < 0 || up_to_seq > view.conversation.message_seq {
        let problem = format!("must be 0 to {}, the newest message", view.conversation.message_seq);
        return Err(Error::invalid("upToSeq", problem));
    }
    if members::update_read_forward(&mut conn, id, viewer.id(), up_to_seq).await? {
        if let Some(member) = &mut view.member {
            member.read_seq = up_to_seq;
        }
        let (event_seq, read_seq) = (view.conversation.event_seq, up_to_seq);
        let (conversation, user) = (id, viewer.id());
        app.live.tell(Signal::Read { conversation, user, read_seq, event_seq });
    }
    Ok(view)
}

/// For each conversation with a number, how many messages of others after it are not deleted,
/// counted to 1,000; in the same order.
pub async fn count_unread(
    app: &App,
    viewer: Viewer,
    read: &[(ConversationId, i64)],
) -> Result<Vec<i64>> {
    let mut conn = app.store.conn().await?;
    Ok(messages::count_unread(&mut conn, viewer.id(), read, UNREAD_MAX).await?)
}

/// Lets current listeners know that the viewer is typing, or has stopped. Never stored.
pub async fn set_typing(
    app: &App,
    viewer: Viewer,
    id: ConversationId,
    is_typing: bool,
) -> Result<ConversationId> {
    app.limits.write(viewer.id())?;
    let view = access::view(&mut app.store.conn().await?, viewer, id).await?;
    typing::tell(app, viewer, id, is_typing, view.conversation.event_seq);
    Ok(id)
}
