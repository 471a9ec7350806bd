//! The truth as the live part reads it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::world::{Ask, Down, Flaw, Shown, Talk, What, World};
use crate::{
    ids::{ConversationId, UserId},
    live::{Entry, Mark, Source, Standing, Stretch},
};

/// How many events are in memory, and how many bytes of them.
#[derive(Default)]
pub(super) struct Scale {
    count: AtomicUsize,
    most: AtomicUsize,
    bytes: AtomicUsize,
}

impl Scale {
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(super) fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// One event as it was read.
pub(super) struct Told {
    pub(super) number: i64,
    pub(super) what: What,
    pub(super) shown: Option<Shown>,
    bytes: usize,
    is_stubborn: bool,
    scale: Arc<Scale>,
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {:?}", self.number, self.what, self.shown)
    }
}

impl Clone for Told {
    fn clone(&self) -> Self {
        let count = self.scale.count.fetch_add(1, Ordering::Relaxed) + 1;
        self.scale.most.fetch_max(count, Ordering::Relaxed);
        self.scale.bytes.fetch_add(self.bytes, Ordering::Relaxed);
        Self { scale: Arc::clone(&self.scale), ..*self }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.scale.count.fetch_sub(1, Ordering::Relaxed);
        self.scale.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Entry for Told {
    fn number(&self) -> i64 {
        self.number
    }

    fn departs(&self) -> Option<UserId> {
        if let What::Left(person) = self.what { Some(person) } else { None }
    }

    fn is_last(&self) -> bool {
        self.what == What::Over
    }

    fn shows(&self) -> i64 {
        self.shown.and_then(|shown| shown.changed).unwrap_or(0).max(self.number)
    }

    fn renewed(&self, newer: &Self) -> Option<Self> {
        let (old, new) = (self.shown?, newer.shown?);
        let is_newer = old.seq == new.seq && old.revision < new.revision;
        (is_newer && !self.is_stubborn).then(|| {
            let mut renewed = self.clone();
            renewed.shown = Some(new);
            renewed
        })
    }

    fn size(&self) -> usize {
        self.bytes
    }
}

/// The truth as the live part reads it.
#[derive(Clone)]
pub(super) struct Log {
    pub(super) world: Arc<World>,
    pub(super) flaw: Option<Flaw>,
}

impl Log {
    pub(super) fn new(world: &Arc<World>, flaw: Option<Flaw>) -> Self {
        Self { world: Arc::clone(world), flaw }
    }

    /// What one who knows only the log takes for a person's standing.
    pub(super) fn believed(&self, standing: Standing) -> Standing {
        if self.flaw == Some(Flaw::TrustsEvents) {
            return Standing { head: standing.head, joined: 0, left: None };
        }
        standing
    }
}

impl Source for Log {
    type Entry = Told;
    type View = Mark;
    type Error = Down;

    async fn standing(
        &self,
        conversation: ConversationId,
        person: UserId,
    ) -> Result<Option<Standing>, Down> {
        let standing =
            |talks: &[Talk]| talks.iter().find(|talk| talk.id == conversation)?.standing(person);
        let found = self.world.read(Ask::Standing, standing).await?;
        Ok(found.map(|found| self.believed(found)))
    }

    async fn heads(
        &self,
        conversations: &[ConversationId],
    ) -> Result<Vec<(ConversationId, i64)>, Down> {
        let heads = |talks: &[Talk]| {
            let asked = talks.iter().filter(|talk| conversations.contains(&talk.id));
            asked.map(|talk| (talk.id, talk.head())).collect()
        };
        self.world.read(Ask::Heads, heads).await
    }

    async fn page(
        &self,
        conversation: ConversationId,
        after: i64,
        limit: i64,
    ) -> Result<Stretch<Told>, Down> {
        let (scale, bytes) = (Arc::clone(&self.world.scale), self.world.bytes);
        let is_stubborn = self.flaw == Some(Flaw::KeepsOldWords);
        let page = |talks: &[Talk]| {
            let talk = talks.iter().find(|talk| talk.id == conversation);
            let end = talk.map_or(after, |talk| talk.head().clamp(after, after + limit));
            let entries = talk.into_iter().flat_map(|talk| talk.entries(after, limit));
            let events = entries
                .map(|(number, what, shown)| {
                    scale.bytes.fetch_add(bytes, Ordering::Relaxed);
                    let count = scale.count.fetch_add(1, Ordering::Relaxed) + 1;
                    scale.most.fetch_max(count, Ordering::Relaxed);
                    Told { number, what, shown, bytes, is_stubborn, scale: Arc::clone(&scale) }
                })
                .collect();
            Stretch { events, end }
        };
        self.world.read(Ask::Page, page).await
    }

    async fn marks(&self, people: &[UserId]) -> Result<Vec<Mark>, Down> {
        let marks = |talks: &[Talk]| {
            let of = |person: &UserId| talks.iter().filter_map(|talk| talk.mark(*person)).collect();
            people.iter().flat_map(|person: &UserId| -> Vec<Mark> { of(person) }).collect()
        };
        self.world.read(Ask::Marks, marks).await
    }

    async fn views(
        &self,
        people: &[UserId],
        conversations: &[ConversationId],
    ) -> Result<Vec<(Mark, Mark)>, Down> {
        let views = |talks: &[Talk]| {
            let asked = talks.iter().filter(|talk| conversations.contains(&talk.id));
            let marks = asked.flat_map(|talk| people.iter().filter_map(|one| talk.mark(*one)));
            marks.map(|mark| (mark, mark)).collect()
        };
        self.world.read(Ask::Views, views).await
    }
}
