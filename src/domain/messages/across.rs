//! The messages of many conversations in one list, in order of sending.

use crate::{
    domain::{
        App, Page, Result, Viewer, Window,
        messages::{Message, MessageFilter, Place, folded, place},
    },
    ids::ConversationId,
    store::{
        Conn, conversations, fold,
        messages::{self, Between, End},
    },
};

/// How many messages a search for words across conversations looks at.
const SEARCHED_MAX: usize = 10_000;

/// How many messages a search for words takes from the database at a time.
const SEARCH_STEP: usize = 500;

/// From how many conversations messages are taken at a time.
const CONVERSATIONS_STEP: usize = 32;

/// A window of the messages of all the viewer's conversations, or of one, newest first.
/// A search for words looks at 10,000 messages at most, from where the page begins.
pub async fn list_across(
    app: &App,
    viewer: Viewer,
    conversation: Option<ConversationId>,
    filter: MessageFilter,
    window: Window<Place>,
) -> Result<Page<Message>> {
    let filter = folded(filter)?;
    let mut walk = Walk::begin(app, viewer, conversation, filter, window).await?;
    let wanted = usize::try_from(window.limit).unwrap_or(0) + 1;
    let mut found = walk.take(wanted).await?;
    if window.from_end {
        found.reverse();
    }
    Ok(Page::cut(found, &window))
}

/// How many messages of all the viewer's conversations, or of one, a filter lets through;
/// a search for words counts among the newest 10,000.
pub async fn count_across(
    app: &App,
    viewer: Viewer,
    conversation: Option<ConversationId>,
    filter: MessageFilter,
) -> Result<i64> {
    let filter = folded(filter)?;
    let window = Window { after: None, before: None, limit: 0, from_end: false };
    let mut walk = Walk::begin(app, viewer, conversation, filter, window).await?;
    if walk.needle.is_some() {
        return Ok(i64::try_from(walk.count().await?).unwrap_or(i64::MAX));
    }
    let ids: Vec<_> = walk.conversations.iter().map(|(id, ..)| *id).collect();
    Ok(messages::count(&mut walk.conn, &ids, &walk.filter).await?)
}

/// A walk through the messages of many conversations in order of sending, from the newest
/// down or from the oldest up.
struct Walk {
    conn: Conn,
    viewer: Viewer,
    /// Everything but the words.
    filter: MessageFilter,
    needle: Option<String>,
    /// How many messages the words were looked for in.
    searched: usize,
    upwards: bool,
    low: Option<Place>,
    high: Option<Place>,
    /// In the order in which they can hold the next message.
    conversations: Vec<conversations::Span>,
}

impl Walk {
    async fn begin(
        app: &App,
        viewer: Viewer,
        only: Option<ConversationId>,
        mut filter: MessageFilter,
        window: Window<Place>,
    ) -> Result<Self> {
        let mut conn = app.store.conn().await?;
        let mut conversations = conversations::list_spans(&mut conn, viewer.id(), only).await?;
        let upwards = window.from_end;
        if upwards {
            conversations.sort_unstable_by_key(|(_, created_at, _)| *created_at);
        } else {
            conversations.sort_unstable_by_key(|(.., active_at)| std::cmp::Reverse(*active_at));
        }
        // The list is newest first: what comes after a place in it was sent before.
        let Window { after: high, before: low, .. } = window;
        let needle = filter.body_contains.take();
        Ok(Self { conn, viewer, filter, needle, searched: 0, upwards, low, high, conversations })
    }

    /// The next messages that the filter lets through, at most so many.
    async fn take(&mut self, wanted: usize) -> Result<Vec<Message>> {
        if self.needle.is_none() {
            return self.step(wanted).await;
        }
        let mut found = Vec::new();
        while found.len() < wanted {
            let Some(fitting) = self.search().await? else { break };
            found.extend(fitting);
        }
        found.truncate(wanted);
        Ok(found)
    }

    /// How many messages the words are found in.
    async fn count(&mut self) -> Result<usize> {
        let mut count = 0;
        while let Some(fitting) = self.search().await? {
            count += fitting.len();
        }
        Ok(count)
    }

    /// Those of the next messages that the words are in; `None` at the end of the search.
    async fn search(&mut self) -> Result<Option<Vec<Message>>> {
        let step = self.step(SEARCH_STEP.min(SEARCHED_MAX - self.searched)).await?;
        let Some(last) = step.last() else { return Ok(None) };
        self.searched += step.len();
        let last = Some(place(last));
        if self.upwards {
            self.low = last;
        } else {
            self.high = last;
        }
        let needle = self.needle.as_deref().unwrap_or_default();
        let fits = |message: &Message| fold(&message.body).contains(needle);
        Ok(Some(step.into_iter().filter(fits).collect()))
    }

    /// The next messages whatever their words: the places from a few conversations at a
    /// time, until no further conversation can hold an earlier one; then the messages.
    async fn step(&mut self, wanted: usize) -> Result<Vec<Message>> {
        let mut best: Vec<Place> = Vec::new();
        let end = |place: Option<Place>| place.map_or(End::Open, End::Place);
        let between = Between {
            low: end(self.low),
            high: end(self.high),
            newest_first: !self.upwards,
            limit: i64::try_from(wanted).unwrap_or(i64::MAX),
        };
        let viewer = self.viewer.id();
        for few in self.conversations.chunks(CONVERSATIONS_STEP) {
            let (_, created_at, active_at) = few[0];
            let is_settled = best.get(wanted.saturating_sub(1)).is_some_and(|(sent_at, ..)| {
                if self.upwards { created_at > *sent_at } else { active_at < *sent_at }
            });
            if is_settled {
                break;
            }
            let ids: Vec<_> = few.iter().map(|(id, ..)| *id).collect();
            let (conn, filter) = (&mut self.conn, &self.filter);
            best.extend(messages::list_places_of_each(conn, viewer, &ids, filter, between).await?);
            best.sort_unstable_by(|a, b| if self.upwards { a.cmp(b) } else { b.cmp(a) });
            best.truncate(wanted);
        }
        let keys: Vec<_> = best.iter().map(|(_, id, seq)| (*id, *seq)).collect();
        let mut found = messages::find_by_seqs(&mut self.conn, viewer, &keys).await?;
        found.sort_unstable_by(|a, b| {
            if self.upwards { place(a).cmp(&place(b)) } else { place(b).cmp(&place(a)) }
        });
        Ok(found)
    }
}
