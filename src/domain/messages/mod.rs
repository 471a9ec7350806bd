//! Messages. Here is how they are found and counted; sending and what a body may be is in `sending`, edits and
//! deletions are in `changing`, lists over many conversations in `across`.

mod across;
mod changing;
mod sending;

pub use self::{
    across::{count_across, list_across},
    changing::{delete, delete_own, edit},
    sending::{Outgoing, Sent, checked_body, send},
};
pub use crate::store::messages::{Message, MessageFilter, Place};

use crate::{
    domain::{
        App, Result, Viewer,
        access::{self, Footing, Former, Reader},
        conversations::ConversationView,
        text,
    },
    ids::{ClientId, ConversationId, MessageId},
    store::messages,
};

/// What a message is to the viewer, for a face that tells outsiders that it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly all are the large one")]
pub enum Lookup {
    /// They may see it, and it is not deleted.
    Seen(Message),
    /// It is in a conversation that is not theirs.
    Outsider,
    /// It is not there, or not any more.
    Unknown,
}

/// What a message is to the viewer.
pub async fn look_up(app: &App, viewer: Viewer, id: MessageId) -> Result<Lookup> {
    let mut conn = app.store.conn().await?;
    let found = messages::find_many(&mut conn, &[id]).await?.pop();
    let Some(message) = found.filter(|message| message.deleted_at.is_none()) else {
        return Ok(Lookup::Unknown);
    };
    Ok(match access::footing(&mut conn, viewer, message.conversation_id).await? {
        Footing::Member => Lookup::Seen(message),
        Footing::Outsider => Lookup::Outsider,
        Footing::Unknown => Lookup::Unknown,
    })
}

/// One message, if the viewer may see it.
pub async fn find(app: &App, viewer: Viewer, id: MessageId) -> Result<Option<Message>> {
    Ok(find_many(app, viewer, &[id]).await?.pop())
}

/// Those of these messages that the viewer may see, in no order.
pub async fn find_many(app: &App, viewer: Viewer, ids: &[MessageId]) -> Result<Vec<Message>> {
    Ok(messages::find_many_seen(&mut app.store.conn().await?, ids, viewer.id()).await?)
}

/// What the viewer sent under this id of theirs.
pub async fn find_by_client_id(
    app: &App,
    viewer: Viewer,
    client_id: ClientId,
) -> Result<Option<Message>> {
    let mut conn = app.store.conn().await?;
    Ok(messages::find_own_by_client_id(&mut conn, viewer.id(), client_id).await?)
}

/// The messages with these numbers, in conversations of which the reader was shown a message.
pub async fn find_by_seqs(
    app: &App,
    reader: Reader,
    wanted: &[(ConversationId, i64)],
) -> Result<Vec<Message>> {
    let mut conn = app.store.conn().await?;
    let of = |own: ConversationId| {
        let seqs = wanted.iter().filter(move |(id, _)| *id == own).map(|(_, seq)| *seq);
        seqs.collect::<Vec<_>>()
    };
    match reader {
        Reader::Person(viewer) => Ok(messages::find_by_seqs(&mut conn, viewer.id(), wanted).await?),
        Reader::Participants(audience) => {
            let own = audience.conversation();
            Ok(messages::list_by_seqs(&mut conn, own, &of(own)).await?)
        }
        Reader::Former(Former { conversation, until }) => {
            let found = messages::list_by_seqs(&mut conn, conversation, &of(conversation)).await?;
            let seen = found.into_iter().filter(|message| message.event_seq <= until);
            let as_it_was = |message: Message| match message.changed_event_seq {
                Some(changed) if changed > until => Message { body: String::new(), ..message },
                _ => message,
            };
            Ok(seen.map(as_it_was).collect())
        }
    }
}

/// The newest undeleted message of each of these conversations.
pub async fn last_of_each(
    app: &App,
    viewer: Viewer,
    conversations: &[ConversationId],
) -> Result<Vec<Message>> {
    let mut conn = app.store.conn().await?;
    Ok(messages::list_last_of_each(&mut conn, viewer.id(), conversations).await?)
}

/// How many messages of a conversation that the viewer was shown a filter lets through.
pub async fn count(app: &App, view: &ConversationView, filter: MessageFilter) -> Result<i64> {
    let (mut conn, id) = (app.store.conn().await?, view.conversation.id);
    Ok(messages::count(&mut conn, &[id], &folded(filter)?).await?)
}

pub(super) fn folded(filter: MessageFilter) -> Result<MessageFilter> {
    let body_contains = text::needle("bodyContains", filter.body_contains)?;
    Ok(MessageFilter { body_contains, ..filter })
}

/// The place of a message among those of many conversations.
pub fn place(message: &Message) -> Place {
    (message.sent_at, message.conversation_id, message.seq)
}
