//! Pages of the messages of one conversation.
//!
//! Whatever changes a message gives its conversation's log another number, in the same
//! transaction. So a page as it was at a number is the same for ever, and for all who may read
//! it: it is kept for a moment, and found by that number, which the caller has just read.

use std::{collections::HashMap, sync::Arc, time::Duration};

use moka::sync::Cache;

use super::{
    App, Page, Result, Viewer, Window,
    messages::{Message, MessageFilter, folded},
    page::one_more,
};
use crate::{
    ids::ConversationId,
    store::messages::{self, Between, End},
};

/// How much is kept, in bytes, and for how long. The time is no matter of being right, but
/// bounds what a database that was changed by hand, or set back, leaves behind here.
const KEPT: u64 = 32 << 20;
pub(super) const KEPT_FOR: Duration = Duration::from_secs(10);

/// What a message takes beside its words, about.
const ROW: usize = 300;

/// Rows of one conversation, the row that tells whether there is more included.
type Rows = Arc<[Arc<Message>]>;

/// Which page of which conversation, and the number of its log.
type Key = (ConversationId, i64, Window<i64>);

/// The pages that were read a moment ago.
pub(super) struct Pages(Cache<Key, Rows>);

impl Default for Pages {
    fn default() -> Self {
        let weigh = |_: &Key, rows: &Rows| {
            let bytes: usize = rows.iter().map(|row| row.body.len() + ROW).sum();
            u32::try_from(bytes + ROW).unwrap_or(u32::MAX)
        };
        let pages = Cache::builder().weigher(weigh).max_capacity(KEPT).time_to_live(KEPT_FOR);
        Self(pages.build())
    }
}

/// How long ago the viewer was shown what a page is asked for of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// In this very request: a page as of that number is as it is now.
    JustShown,
    /// Some time ago, as to a slow follower: what was erased since must not come back.
    Unknown,
}

/// The same window of the messages of each of these conversations, by number. Each comes with
/// the number of its log at which the viewer, who takes part in it, was shown it.
pub async fn list_of_each(
    app: &App,
    viewer: Viewer,
    shown: &[(ConversationId, i64)],
    filter: MessageFilter,
    window: Window<i64>,
    age: Age,
) -> Result<HashMap<ConversationId, Page<Arc<Message>>>> {
    let (filter, wide) = (folded(filter)?, one_more(&window));
    // A filter is seldom the same twice.
    let is_kept = age == Age::JustShown && filter == MessageFilter::default();
    let page = |rows: &[Arc<Message>]| Page::cut(rows.to_vec(), &window);
    // One that was shown at two numbers is read once, as of the later.
    let mut heads: HashMap<ConversationId, i64> = HashMap::new();
    for (id, head) in shown {
        let newest = heads.entry(*id).or_insert(*head);
        *newest = (*newest).max(*head);
    }
    let (mut found, mut missing) = (HashMap::new(), Vec::new());
    for (id, head) in heads {
        let kept = if is_kept { app.pages.0.get(&(id, head, wide)) } else { None };
        match kept {
            Some(rows) => drop(found.insert(id, page(&rows))),
            None => missing.push(id),
        }
    }
    if missing.is_empty() {
        return Ok(found);
    }
    let end = |seq: Option<i64>| seq.map_or(End::Open, End::Seq);
    let between = Between {
        low: end(wide.after),
        high: end(wide.before),
        newest_first: wide.from_end,
        limit: wide.limit,
    };
    let mut conn = app.store.conn().await?;
    let mut read: HashMap<ConversationId, (i64, Vec<Arc<Message>>)> = HashMap::new();
    let rows =
        messages::list_with_heads(&mut conn, viewer.id(), &missing, &filter, between).await?;
    for (message, head) in rows {
        let (_, rows) = read.entry(message.conversation_id).or_insert((head, Vec::new()));
        rows.push(Arc::new(message));
    }
    for id in missing {
        let (head, mut rows) = read.remove(&id).unwrap_or_default();
        rows.sort_unstable_by_key(|message| message.seq);
        found.insert(id, page(&rows));
        if is_kept && !rows.is_empty() {
            app.pages.0.insert((id, head, wide), rows.into());
        }
    }
    Ok(found)
}
