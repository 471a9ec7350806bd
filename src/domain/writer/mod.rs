//! The one path by which a message is stored. Senders hand their message to a lane; the
//! lane takes all that is waiting and commits it in one transaction. A conversation always
//! goes to the same lane, so its messages keep the order in which they came. An idle
//! server adds no delay: a lone message is a batch of one.
//!
//! A conversation that somebody else holds locked is set aside to a task of its own, so
//! that it holds up nobody but itself.

mod batch;

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use scoped_futures::ScopedFutureExt;
use tokio::sync::{mpsc, oneshot};
use tracing::{Instrument, Span};

use self::batch::{Batch, Fate};
use crate::{
    domain::{
        Error, Result, conversations::Conversation, events::Log, limits::Slot, log, messages::Sent,
    },
    ids::{ClientId, ConversationId, MessageId, UserId},
    live::Hub,
    metrics::Metrics,
    store::{Conn, Store, StoreError, conversations, messages},
    time::{Clock, Timestamp},
};

/// How many messages may wait for a lane; a further one is told to come back.
const QUEUE: usize = 1_024;

/// How many messages one transaction takes.
const BATCH: usize = 256;

/// How many transactions may be under way at once on MySQL. SQLite has one writer.
const MYSQL_LANES: usize = 2;

/// How often a batch whose commit has an unknown fate, or met a duplicate, is tried.
const ATTEMPTS: usize = 5;

/// What to tell a sender who finds the queue full.
const COME_BACK: Duration = Duration::from_millis(500);

/// A message on its way to its numbers.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Made before the first attempt, so that a later one knows its own message.
    pub(super) id: MessageId,
    pub(super) conversation: ConversationId,
    pub(super) sender: UserId,
    pub(super) body: String,
    pub(super) reply_to: Option<MessageId>,
    /// The client's id for it, and the hash of what it stands for.
    pub(super) client: Option<(ClientId, Vec<u8>)>,
}

impl Draft {
    /// Without a client's id, in reply to nothing.
    pub(super) fn new(conversation: ConversationId, sender: UserId, body: String) -> Self {
        let id = MessageId::new();
        Self { id, conversation, sender, body, reply_to: None, client: None }
    }
}

struct Job {
    draft: Draft,
    /// What it takes of its conversation's rate, if it comes to be.
    slot: Slot,
    answer: oneshot::Sender<Result<Sent>>,
    /// The sender's part of a trace.
    span: Span,
}

/// Takes messages and answers when they are durable.
pub(super) struct Writer {
    lanes: Vec<mpsc::Sender<Job>>,
    metrics: Metrics,
}

impl Writer {
    pub(super) fn start(store: &Store, clock: &Arc<dyn Clock>, live: &Hub<Log>) -> Self {
        let lanes = if store.is_sqlite() { 1 } else { MYSQL_LANES };
        let lane = |_| {
            let (sender, receiver) = mpsc::channel(QUEUE);
            let (store, clock, live) = (store.clone(), clock.clone(), live.clone());
            let lane = Lane { committer: Committer { store, clock, live }, aside: HashMap::new() };
            tokio::spawn(lane.run(receiver));
            sender
        };
        Self { lanes: (0..lanes).map(lane).collect(), metrics: store.metrics().clone() }
    }

    /// Queues a message and waits for its fate. Who stops waiting does not stop the message.
    pub(super) async fn send(&self, draft: Draft, slot: Slot) -> Result<Sent> {
        let span = tracing::trace_span!("write", conversation.id = %draft.conversation);
        let sent = self.hand_over(draft, slot, span.clone()).instrument(span).await;
        let sends = &self.metrics.sends;
        match &sent {
            Ok(Sent { deduplicated: false, .. }) => &sends.accepted,
            Ok(Sent { deduplicated: true, .. }) => &sends.deduplicated,
            Err(error) if error.is_ours() => &sends.failed,
            Err(_) => &sends.refused,
        }
        .inc();
        sent
    }

    /// Notes how many wait just now.
    pub(super) fn measure(&self) {
        let waiting = self.lanes.iter().map(|lane| lane.max_capacity() - lane.capacity());
        self.metrics.queue.set(i64::try_from(waiting.sum::<usize>()).unwrap_or(i64::MAX));
    }

    async fn hand_over(&self, draft: Draft, slot: Slot, span: Span) -> Result<Sent> {
        let lane = draft.conversation.uuid().as_u128() % (self.lanes.len() as u128);
        let lane = usize::try_from(lane).ok().and_then(|lane| self.lanes.get(lane));
        let (answer, fate) = oneshot::channel();
        let gone = || Error::Internal("the writer has stopped".to_owned());
        let job = Job { draft, slot, answer, span };
        lane.ok_or_else(gone)?.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::Busy { retry_after: COME_BACK },
            mpsc::error::TrySendError::Closed(_) => gone(),
        })?;
        fate.await.map_err(|_| gone())?
    }
}

/// One lane: takes what is waiting, again and again.
struct Lane {
    committer: Committer,
    /// The conversations that are waited for elsewhere.
    aside: HashMap<ConversationId, Aside>,
}

/// What waits for one conversation; `None` once nobody works on it any more.
type Aside = Arc<Mutex<Option<Vec<Job>>>>;

impl Lane {
    async fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(BATCH);
        while queue.recv_many(&mut jobs, BATCH).await > 0 {
            let free = jobs.drain(..).filter_map(|job| self.behind(job)).collect();
            for job in self.committer.answer_all(free, Locks::Skipped).await {
                self.set_aside(job);
            }
        }
    }

    /// Puts a message behind those of its conversation that were set aside; answers it back
    /// if there are none.
    fn behind(&mut self, job: Job) -> Option<Job> {
        let id = job.draft.conversation;
        let Some(aside) = self.aside.get(&id) else { return Some(job) };
        if let Some(waiting) = &mut *aside.lock().unwrap_or_else(PoisonError::into_inner) {
            if waiting.len() < QUEUE {
                waiting.push(job);
            } else {
                // A sender who has gone away needs no answer.
                let _ = job.answer.send(Err(Error::Busy { retry_after: COME_BACK }));
            }
            return None;
        }
        self.aside.remove(&id);
        Some(job)
    }

    fn set_aside(&mut self, job: Job) {
        self.committer.store.metrics().set_aside.inc();
        let Some(job) = self.behind(job) else { return };
        let id = job.draft.conversation;
        let aside = Arc::new(Mutex::new(Some(vec![job])));
        tokio::spawn(self.committer.clone().wait_for(aside.clone()));
        self.aside.insert(id, aside);
    }
}

/// What becomes of a conversation that somebody else holds locked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Locks {
    Skipped,
    WaitedFor,
}

/// Stores batches.
#[derive(Clone)]
struct Committer {
    store: Store,
    clock: Arc<dyn Clock>,
    live: Hub<Log>,
}

impl Committer {
    /// Stores what is waiting for one conversation, until nothing is.
    async fn wait_for(self, aside: Aside) {
        loop {
            let jobs = {
                let mut waiting = aside.lock().unwrap_or_else(PoisonError::into_inner);
                match waiting.take() {
                    Some(jobs) if !jobs.is_empty() => {
                        *waiting = Some(Vec::new());
                        jobs
                    }
                    Some(_) | None => return,
                }
            };
            self.answer_all(jobs, Locks::WaitedFor).await;
        }
    }

    /// Stores messages and answers their senders; gives back those that were skipped.
    async fn answer_all(&self, jobs: Vec<Job>, locks: Locks) -> Vec<Job> {
        let span = batch_span(&jobs);
        let (drafts, senders): (Vec<_>, Vec<_>) = jobs
            .into_iter()
            .map(|Job { draft, slot, answer, span }| (draft, (slot, answer, span)))
            .unzip();
        // A panic must cost one batch and not the lane; its senders see it as a fault.
        let work = self.store_all(&drafts, locks).instrument(span);
        let fates = AssertUnwindSafe(work).catch_unwind().await;
        let fates = fates.unwrap_or_else(|_| {
            let fault = || Fate::Known(Err(Error::Internal("the writer panicked".to_owned())));
            drafts.iter().map(|_| fault()).collect()
        });
        let mut skipped = Vec::new();
        for ((draft, (slot, answer, span)), fate) in drafts.into_iter().zip(senders).zip(fates) {
            match fate {
                Fate::Known(fate) => {
                    if matches!(&fate, Ok(sent) if !sent.deduplicated) {
                        slot.keep();
                    }
                    // A sender who has gone away needs no answer.
                    drop(answer.send(fate));
                }
                Fate::Skipped => skipped.push(Job { draft, slot, answer, span }),
            }
        }
        skipped
    }

    /// Stores a batch; if the batch as a whole fails, each message alone, so that a bad one
    /// does not fail the others. Where the database is away or busy there is nothing to try.
    async fn store_all(&self, drafts: &[Draft], locks: Locks) -> Vec<Fate> {
        if drafts.is_empty() {
            return Vec::new();
        }
        let error = match self.commit(drafts, locks, false).await {
            Ok(fates) => return fates,
            Err(error) => error,
        };
        if drafts.len() == 1 {
            return vec![Fate::Known(Err(error))];
        }
        tracing::warn!(%error, messages = drafts.len(), "a batch failed");
        let is_unknown = matches!(error, Error::Store(StoreError::CommitUnknown(_)));
        let mut fates = Vec::with_capacity(drafts.len());
        for draft in drafts {
            fates.push(match &error {
                Error::Store(StoreError::Unreachable(why)) => {
                    Fate::Known(Err(Error::Store(StoreError::Unreachable(why.clone()))))
                }
                Error::Store(StoreError::Busy(why)) => {
                    Fate::Known(Err(Error::Store(StoreError::Busy(why.clone()))))
                }
                _ => {
                    let draft = std::slice::from_ref(draft);
                    match self.commit(draft, locks, is_unknown).await {
                        Ok(mut fates) => fates.pop().unwrap_or(Fate::Skipped),
                        Err(error) => Fate::Known(Err(error)),
                    }
                }
            });
        }
        fates
    }

    /// Commits a batch in one transaction. A commit of unknown fate is looked up by the ids
    /// under the same locks, where it must have been decided, and stays unknown if that
    /// fails; a duplicate client's id is looked up again, now that the other message is there.
    async fn commit(
        &self,
        drafts: &[Draft],
        locks: Locks,
        mut is_unknown: bool,
    ) -> Result<Vec<Fate>> {
        let metrics = self.store.metrics();
        for attempt in 1..=ATTEMPTS {
            let begun = Instant::now();
            let looks_for_own = is_unknown || attempt > 1;
            // Who does not know whether they hold the lock themselves has to wait for it.
            let locks = if is_unknown { Locks::WaitedFor } else { locks };
            let plan = self
                .store
                .transaction(|tx| {
                    async move { self.write(tx, drafts, locks, looks_for_own).await }.scope_boxed()
                })
                .await;
            match plan {
                Ok(Plan { fates, advanced }) => {
                    metrics.batch_seconds.observe(begun.elapsed().as_secs_f64());
                    let decided = fates.iter().filter(|fate| matches!(fate, Fate::Known(_)));
                    let decided = u32::try_from(decided.count()).unwrap_or(u32::MAX);
                    metrics.batch_messages.observe(decided.into());
                    #[cfg(feature = "seeded-bugs")]
                    if crate::seeded_bugs::has("hint-before-commit") {
                        return Ok(fates);
                    }
                    for conversation in &advanced {
                        log::tell(&self.live, conversation);
                    }
                    return Ok(fates);
                }
                Err(Error::Store(StoreError::Duplicate)) if drafts.len() == 1 => {}
                Err(Error::Store(error @ StoreError::CommitUnknown(_))) => {
                    tracing::warn!(%error, messages = drafts.len(), "looking up the ids");
                    is_unknown = true;
                }
                Err(Error::Store(error)) if is_unknown => {
                    tracing::warn!(%error, messages = drafts.len(), "the ids are not found out");
                }
                Err(error) => return Err(error),
            }
        }
        Err(if is_unknown {
            Error::Store(StoreError::CommitUnknown("nor could it be looked up".to_owned()))
        } else {
            Error::Internal("a message kept meeting its own id".to_owned())
        })
    }

    async fn write(
        &self,
        tx: &mut Conn,
        drafts: &[Draft],
        locks: Locks,
        looks_for_own: bool,
    ) -> Result<Plan> {
        let mut ids: Vec<_> = drafts.iter().map(|draft| draft.conversation).collect();
        ids.sort_unstable();
        ids.dedup();
        #[cfg(feature = "seeded-bugs")]
        let early = Batch::present(tx, drafts).await?;
        // The first lock; all that is decided is read after it.
        let (locked, skipped) = match locks {
            Locks::WaitedFor => (conversations::lock(tx, &ids).await?, Vec::new()),
            Locks::Skipped => conversations::lock_free(tx, &ids).await?,
        };
        let mut batch = Batch::read(tx, drafts, locked, skipped, looks_for_own).await?;
        #[cfg(feature = "seeded-bugs")]
        if crate::seeded_bugs::has("membership-before-lock") {
            batch.present = early;
        }
        let now = self.clock.now();
        let fates = drafts.iter().map(|draft| batch.decide(draft, now)).collect();
        let (new, advanced) = batch.written();
        #[cfg(feature = "seeded-bugs")]
        if crate::seeded_bugs::has("hint-before-commit") {
            for (conversation, _) in &advanced {
                log::tell(&self.live, conversation);
            }
        }
        if !new.is_empty() {
            messages::insert_many(tx, &new).await?;
        }
        // One statement for all to which the same happened, as to most of a batch.
        let mut alike: HashMap<(i64, Timestamp), Vec<ConversationId>> = HashMap::new();
        for (conversation, count) in &advanced {
            let key = (*count, conversation.last_activity_at);
            alike.entry(key).or_default().push(conversation.id);
        }
        for ((count, last_at), ids) in alike {
            conversations::add_messages(tx, &ids, count, last_at).await?;
        }
        let advanced = advanced.into_iter().map(|(conversation, _)| conversation).collect();
        Ok(Plan { fates, advanced })
    }
}

/// A batch is part of the trace of the first of its messages, and names those of the others.
fn batch_span(jobs: &[Job]) -> Span {
    let Some((first, others)) = jobs.split_first() else { return Span::none() };
    let span = tracing::trace_span!(parent: &first.span, "batch", messages = jobs.len());
    for job in others {
        span.follows_from(job.span.id());
    }
    span
}

/// What one transaction has decided; true once it is committed.
struct Plan {
    fates: Vec<Fate>,
    advanced: Vec<Conversation>,
}
