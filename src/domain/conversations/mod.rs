//! Conversations: finding, listing, renaming and ending them; how one is begun is in `making`.

mod making;

pub use self::making::{create, create_open, start_direct};
pub use crate::store::conversations::{Conversation, ConversationFilter, Kind, Place, SortBy};
use scoped_futures::ScopedFutureExt;

use crate::{
    domain::{
        App, Error, Page, Result, Viewer, Window,
        access::{self, Footing, Reader},
        log::{self, Event},
        page::one_more,
        text,
    },
    ids::ConversationId,
    store::{Conn, changes::ChangeKind, conversations, events, members::Member, messages},
};

/// The longest title, in characters.
const TITLE_MAX: usize = 200;

/// A conversation as one of its members sees it.
#[derive(Clone, Debug)]
pub struct ConversationView {
    pub conversation: Conversation,
    /// The viewer's own place in it; none in what all participants are shown alike.
    pub member: Option<Member>,
}

/// What a mutation did to a conversation.
#[derive(Clone, Debug)]
pub struct Written {
    pub view: ConversationView,
    /// The number of the newest event that was written; the head if there was none.
    pub event_seq: i64,
}

/// How a list of conversations is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    ActivityDesc,
    CreatedDesc,
    CreatedAsc,
}

impl Order {
    fn sort_by(self) -> SortBy {
        match self {
            Self::ActivityDesc => SortBy::Activity,
            Self::CreatedDesc | Self::CreatedAsc => SortBy::Created,
        }
    }

    fn is_descending(self) -> bool {
        self != Self::CreatedAsc
    }

    /// The place of a conversation in a list of this order.
    pub fn place(self, conversation: &Conversation) -> Place {
        match self.sort_by() {
            SortBy::Activity => (conversation.last_activity_at, conversation.id),
            SortBy::Created => (conversation.created_at, conversation.id),
        }
    }
}

/// The conversation with this id, if the viewer takes part in it.
///
/// # Errors
/// [`Error::NotFound`], whether it does not exist or is not theirs.
pub async fn find(app: &App, viewer: Viewer, id: ConversationId) -> Result<ConversationView> {
    access::view(&mut app.store.conn().await?, viewer, id).await
}

/// What the viewer is to the conversation with this id, for a face that tells outsiders that
/// it is there.
pub async fn footing(app: &App, viewer: Viewer, id: ConversationId) -> Result<Footing> {
    access::footing(&mut app.store.conn().await?, viewer, id).await
}

/// Those of these conversations that the viewer takes part in, in no order.
pub async fn find_many(
    app: &App,
    reader: Reader,
    ids: &[ConversationId],
) -> Result<Vec<ConversationView>> {
    let alike = |conversation| ConversationView { conversation, member: None };
    match reader {
        Reader::Person(viewer) => {
            let pairs = ids.iter().map(|id| (*id, viewer.id())).collect();
            let found = app.reads.memberships.find(pairs).await?;
            let view =
                |(conversation, member)| ConversationView { conversation, member: Some(member) };
            Ok(found.into_values().map(view).collect())
        }
        Reader::Participants(audience) => {
            let own = Some(audience.conversation()).filter(|id| ids.contains(id));
            let Some(id) = own else { return Ok(Vec::new()) };
            let found = conversations::find(&mut app.store.conn().await?, id).await?;
            Ok(found.into_iter().map(alike).collect())
        }
        Reader::Former(former) => {
            let own = Some(former.conversation).filter(|id| ids.contains(id));
            let Some(id) = own else { return Ok(Vec::new()) };
            let found = as_it_was(&mut app.store.conn().await?, id, former.until).await?;
            Ok(found.into_iter().map(alike).collect())
        }
    }
}

/// A conversation as far as it is known to somebody who left by the event `until`. What has
/// changed since then and was not kept is left out.
async fn as_it_was(
    conn: &mut Conn,
    id: ConversationId,
    until: i64,
) -> Result<Option<Conversation>> {
    let Some(now) = conversations::find(conn, id).await? else { return Ok(None) };
    let title = match events::find_title_at(conn, id, until).await? {
        Some(title) => title,
        None if events::is_renamed_after(conn, id, until).await? => None,
        None => now.title,
    };
    let message_seq = events::find_message_seq_at(conn, id, until).await?;
    let last = messages::list_by_seqs(conn, id, &[message_seq]).await?.pop();
    Ok(Some(Conversation {
        title,
        event_seq: until,
        message_seq,
        live_count: now.live_count.min(message_seq),
        last_activity_at: last.map_or(now.created_at, |message| message.sent_at),
        ..now
    }))
}

/// The viewer's conversations.
pub async fn list(
    app: &App,
    viewer: Viewer,
    filter: ConversationFilter,
    order: Order,
    window: Window<Place>,
) -> Result<Page<ConversationView>> {
    let filter = folded(filter)?;
    let mut wide = one_more(&window);
    if order.is_descending() {
        wide = wide.reversed();
    }
    let mut conn = app.store.conn().await?;
    let mut rows =
        conversations::list(&mut conn, viewer.id(), &filter, order.sort_by(), wide).await?;
    if order.is_descending() {
        rows.reverse();
    }
    let page = Page::cut(rows, &window);
    Ok(page.map(|(conversation, member)| ConversationView { conversation, member: Some(member) }))
}

/// How many of the viewer's conversations a filter lets through.
pub async fn count(app: &App, viewer: Viewer, filter: ConversationFilter) -> Result<i64> {
    let mut conn = app.store.conn().await?;
    Ok(conversations::count(&mut conn, viewer.id(), &folded(filter)?).await?)
}

fn folded(filter: ConversationFilter) -> Result<ConversationFilter> {
    let title_contains = text::needle("titleContains", filter.title_contains)?;
    Ok(ConversationFilter { title_contains, ..filter })
}

fn check_title(title: Option<String>) -> Result<Option<String>> {
    let title = title.map(|title| text::bounded("title", &title, 0, TITLE_MAX)).transpose();
    let title = title.map_err(|problem| Error::Invalid(vec![problem]))?;
    Ok(title.filter(|title| !title.is_empty()))
}

/// Gives a group another title (`Some(None)` takes it away), or changes nothing (`None`).
/// The same title again is no event.
pub async fn update(
    app: &App,
    viewer: Viewer,
    id: ConversationId,
    title: Option<Option<String>>,
) -> Result<Written> {
    app.limits.write(viewer.id())?;
    let title = &title.map(check_title).transpose()?;
    let (written, is_new) = app
        .store
        .transaction(|tx| {
            async move {
                let mut member = access::lock(tx, viewer, id).await?;
                member.may_rename()?;
                let conversation = &mut member.conversation;
                let new = title.as_ref().filter(|title| **title != conversation.title);
                if let Some(title) = new {
                    let event = Event::of_all(ChangeKind::Updated, title.as_deref());
                    log::append(tx, conversation, viewer.id(), app.clock.now(), event).await?;
                    conversations::update_title(tx, id, title.as_deref()).await?;
                    log::save(tx, conversation).await?;
                }
                let event_seq = conversation.event_seq;
                let view = access::view(tx, viewer, id).await?;
                Ok::<_, Error>((Written { view, event_seq }, new.is_some()))
            }
            .scope_boxed()
        })
        .await?;
    if is_new {
        log::tell(&app.live, &written.view.conversation);
    }
    Ok(written)
}

/// Ends a group for everybody; answers the number of its last event.
pub async fn delete(app: &App, viewer: Viewer, id: ConversationId) -> Result<i64> {
    app.limits.write(viewer.id())?;
    let conversation = app
        .store
        .transaction(|tx| {
            async move {
                let mut member = access::lock(tx, viewer, id).await?;
                member.may_delete()?;
                let (conversation, now) = (&mut member.conversation, app.clock.now());
                let event = Event::of_all(ChangeKind::Over, None);
                log::append(tx, conversation, viewer.id(), now, event).await?;
                log::save(tx, conversation).await?;
                conversations::update_deleted(tx, id, now).await?;
                Ok::<_, Error>(member.conversation)
            }
            .scope_boxed()
        })
        .await?;
    log::tell(&app.live, &conversation);
    Ok(conversation.event_seq)
}
