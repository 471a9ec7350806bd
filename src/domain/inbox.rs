//! Following all of one's conversations at once: which of them moved, came or went.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use crate::{
    domain::{
        App, Error, Result, Viewer, conversations::ConversationView, error::Unfit, events::Log,
    },
    ids::ConversationId,
    live::{Change, Inbox, Mark, PAUSE, Source},
    store::events,
    time::Timestamp,
};

/// The most conversations of which a client may name the heads that it holds.
const KNOWN_MAX: usize = 500;

/// The most conversations that are told of before a client is better off starting afresh.
const MOVED_MAX: usize = 1_000;

/// How many conversations are read at a time.
const STEP: usize = 100;

/// What a client holds already.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// The heads of conversations, by their numbers.
    pub known: Option<Vec<(ConversationId, i64)>>,
    /// When it last looked at all the others.
    pub active_since: Option<Timestamp>,
}

/// What a follower gets.
#[derive(Clone, Debug)]
pub enum InboxItem {
    /// A conversation's log reaches further than was told.
    Advanced(Arc<ConversationView>),
    /// A conversation was not there before, or the viewer came back to it.
    Added(Arc<ConversationView>),
    /// The viewer takes no part in it any more.
    Removed(ConversationId),
    /// The viewer has read up to a message, here or on another device.
    Read { conversation: ConversationId, read_seq: i64 },
    /// Everything that the client did not hold has been told: what comes now is new.
    CaughtUp,
    /// There is nothing to tell.
    Heartbeat(Timestamp),
}

/// A person who follows all their conversations.
pub struct InboxFollower {
    app: App,
    viewer: Viewer,
    inbox: Inbox<Log>,
    /// What the client holds of each conversation, as far as it was told.
    told: HashMap<ConversationId, Mark>,
    /// What is still to be told of before it has caught up.
    behind: VecDeque<ConversationId>,
    ready: VecDeque<InboxItem>,
    is_caught_up: bool,
}

/// Follows all the viewer's conversations.
///
/// # Errors
/// [`Error::Resync`] if the data has another life than `epoch`, if the client holds a head
/// that is not reached, or if more than 1,000 conversations moved; [`Error::Invalid`].
pub async fn follow(
    app: &App,
    viewer: Viewer,
    held: Held,
    epoch: Option<&str>,
) -> Result<InboxFollower> {
    let Held { known, active_since } = held;
    if known.as_ref().is_some_and(|known| known.len() > KNOWN_MAX) {
        return Err(Error::invalid("known", format!("must name at most {KNOWN_MAX} heads")));
    }
    if known.iter().flatten().any(|(_, head)| head.is_negative()) {
        return Err(Error::invalid("known", "must have 0 or the number of an event in eventSeq"));
    }
    let resync = |why| Error::Resync { why, conversation: None, head: None };
    if epoch.is_some_and(|epoch| epoch != app.epoch) {
        return Err(resync(Unfit::OtherLife));
    }
    let (inbox, marks) = app.live.follow_all(viewer.id()).await?;
    let mut told: HashMap<_, _> = marks.into_iter().map(|mark| (mark.conversation, mark)).collect();
    let mut ready: Vec<ConversationId> = Vec::new();
    let mut behind: Vec<ConversationId> = Vec::new();
    let is_live_only = known.is_none() && active_since.is_none();
    let known: HashMap<_, _> = known.unwrap_or_default().into_iter().collect();
    for (id, head) in &known {
        match told.get(id) {
            None => ready.push(*id),
            Some(mark) if *head > mark.event_seq => {
                return Err(Error::Resync {
                    why: Unfit::Ahead,
                    conversation: Some(*id),
                    head: Some(mark.event_seq),
                });
            }
            Some(mark) if *head < mark.event_seq => behind.push(*id),
            Some(_) => {}
        }
    }
    let mut new: HashSet<ConversationId> = HashSet::new();
    if let Some(since) = active_since {
        let mut conn = app.store.conn().await?;
        new.extend(events::list_moved_since(&mut conn, viewer.id(), since).await?);
        let lost = events::list_lost_since(&mut conn, viewer.id(), since).await?;
        ready.extend(
            lost.into_iter().filter(|id| !known.contains_key(id) && !told.contains_key(id)),
        );
    } else if !is_live_only {
        new.extend(told.keys());
    }
    new.retain(|id| !known.contains_key(id) && told.contains_key(id));
    if behind.len() + new.len() > MOVED_MAX {
        return Err(resync(Unfit::TooFarBehind));
    }
    for id in &behind {
        if let (Some(mark), Some(head)) = (told.get_mut(id), known.get(id)) {
            mark.event_seq = *head;
        }
    }
    for id in &new {
        told.remove(id);
    }
    behind.extend(new);
    Ok(InboxFollower {
        app: app.clone(),
        viewer,
        inbox,
        told,
        behind: behind.into(),
        ready: ready.into_iter().map(InboxItem::Removed).collect(),
        is_caught_up: false,
    })
}

impl InboxFollower {
    /// The next item. May be dropped half way and called again. A database that fails is no
    /// error but a wait.
    pub async fn next(&mut self) -> InboxItem {
        let heartbeat = self.app.live.options().heartbeat;
        loop {
            if let Some(item) = self.ready.pop_front() {
                return item;
            }
            if !self.behind.is_empty() {
                if let Err(error) = self.catch_up().await {
                    tracing::warn!(cause = error.cause(), "what moved cannot be read yet");
                    tokio::time::sleep(PAUSE).await;
                }
                continue;
            }
            if !self.is_caught_up {
                self.is_caught_up = true;
                return InboxItem::CaughtUp;
            }
            match tokio::time::timeout(heartbeat, self.inbox.next()).await {
                Ok(Change::Now(mark, view)) => self.note(mark, &view),
                Ok(Change::Gone(id)) => {
                    if self.told.remove(&id).is_some() {
                        self.ready.push_back(InboxItem::Removed(id));
                    }
                }
                Err(_) => return InboxItem::Heartbeat(self.app.clock.now()),
            }
        }
    }

    async fn catch_up(&mut self) -> Result<()> {
        let step: Vec<_> = self.behind.iter().take(STEP).copied().collect();
        let found = self.app.live.source().views(&[self.viewer.id()], &step).await?;
        self.behind.drain(..step.len());
        for (mark, view) in found {
            self.note(mark, &Arc::new(view));
        }
        // One that the viewer lost in the meantime is told of by the mailbox.
        Ok(())
    }

    /// Tells what is new in how a conversation stands now.
    fn note(&mut self, mark: Mark, view: &Arc<ConversationView>) {
        let conversation = mark.conversation;
        let before = self.told.get(&conversation).copied();
        let Some(before) = before.filter(|before| before.joined >= mark.joined) else {
            self.told.insert(conversation, mark);
            self.ready.push_back(InboxItem::Added(Arc::clone(view)));
            return;
        };
        if mark.event_seq > before.event_seq {
            self.ready.push_back(InboxItem::Advanced(Arc::clone(view)));
        }
        if mark.read_seq > before.read_seq {
            let read_seq = mark.read_seq;
            self.ready.push_back(InboxItem::Read { conversation, read_seq });
        }
        let event_seq = mark.event_seq.max(before.event_seq);
        let read_seq = mark.read_seq.max(before.read_seq);
        self.told.insert(conversation, Mark { event_seq, read_seq, ..mark });
    }
}
