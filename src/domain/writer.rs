//! The one path by which a message is stored. Senders hand their message to a lane; the
//! lane takes all that is waiting and commits it in one transaction. A conversation always
//! goes to the same lane, so its messages keep the order in which they came. An idle
//! server adds no delay: a lone message is a batch of one.

use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use tokio::sync::{mpsc, oneshot};

use scoped_futures::ScopedFutureExt;

use crate::{
    domain::{
        Error, Result, log,
        messages::{Message, Sent},
    },
    ids::{ClientId, ConversationId, MessageId, UserId},
    live::Hub,
    store::{Conn, Store, StoreError, conversations, members, messages},
    time::Clock,
};

/// How many messages may wait for a lane; a further one is told to come back.
const QUEUE: usize = 1_024;

/// How many messages one transaction takes.
const BATCH: usize = 256;

/// How many transactions may be under way at once on MySQL. SQLite has one writer.
const MYSQL_LANES: usize = 4;

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

struct Job {
    draft: Draft,
    answer: oneshot::Sender<Result<Sent>>,
}

/// Takes messages and answers when they are durable.
pub(super) struct Writer(Vec<mpsc::Sender<Job>>);

impl Writer {
    pub(super) fn start(store: &Store, clock: &Arc<dyn Clock>, live: &Hub) -> Self {
        let lanes = if store.is_sqlite() { 1 } else { MYSQL_LANES };
        let lane = |_| {
            let (sender, receiver) = mpsc::channel(QUEUE);
            let lane = Lane { store: store.clone(), clock: clock.clone(), live: live.clone() };
            tokio::spawn(lane.run(receiver));
            sender
        };
        Self((0..lanes).map(lane).collect())
    }

    /// Queues a message and waits for its fate. Who stops waiting does not stop the message.
    pub(super) async fn send(&self, draft: Draft) -> Result<Sent> {
        let lane = draft.conversation.uuid().as_u128() % (self.0.len() as u128);
        let lane = usize::try_from(lane).ok().and_then(|lane| self.0.get(lane));
        let (answer, fate) = oneshot::channel();
        let gone = || Error::Internal("the writer has stopped".to_owned());
        lane.ok_or_else(gone)?.try_send(Job { draft, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::Busy { retry_after: COME_BACK },
            mpsc::error::TrySendError::Closed(_) => gone(),
        })?;
        fate.await.map_err(|_| gone())?
    }
}

struct Lane {
    store: Store,
    clock: Arc<dyn Clock>,
    live: Hub,
}

impl Lane {
    async fn run(self, mut queue: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(BATCH);
        while queue.recv_many(&mut jobs, BATCH).await > 0 {
            let (drafts, answers): (Vec<_>, Vec<_>) =
                jobs.drain(..).map(|Job { draft, answer }| (draft, answer)).unzip();
            // A panic must cost one batch and not the lane; its senders see it as a fault.
            let fates = AssertUnwindSafe(self.store_all(&drafts)).catch_unwind().await;
            let fates = fates.unwrap_or_else(|_| {
                let fault = || Err(Error::Internal("the writer panicked".to_owned()));
                drafts.iter().map(|_| fault()).collect()
            });
            for (answer, fate) in answers.into_iter().zip(fates) {
                // A sender who has gone away needs no answer.
                let _ = answer.send(fate);
            }
        }
    }

    /// Stores a batch; if the batch as a whole fails, each message alone, so that a bad one
    /// does not fail the others. Where the database is away there is nothing to try alone.
    async fn store_all(&self, drafts: &[Draft]) -> Vec<Result<Sent>> {
        let error = match self.commit(drafts, false).await {
            Ok(fates) => return fates,
            Err(error) => error,
        };
        if drafts.len() == 1 {
            return vec![Err(error)];
        }
        tracing::warn!(%error, messages = drafts.len(), "a batch failed");
        let is_unknown = matches!(error, Error::Store(StoreError::CommitUnknown(_)));
        let is_away = matches!(error, Error::Store(StoreError::Unreachable(_)));
        let mut fates = Vec::with_capacity(drafts.len());
        for draft in drafts {
            fates.push(if is_away {
                Err(Error::Store(StoreError::Unreachable("the whole batch failed".to_owned())))
            } else {
                let alone = self.commit(std::slice::from_ref(draft), is_unknown).await;
                alone.and_then(|mut fates| {
                    fates.pop().unwrap_or_else(|| Err(Error::Internal("no fate".to_owned())))
                })
            });
        }
        fates
    }

    /// Commits a batch in one transaction. A commit of unknown fate is looked up by the ids
    /// under the same locks, where it must have been decided, and stays unknown if that
    /// fails; a duplicate client's id is looked up again, now that the other message is there.
    async fn commit(&self, drafts: &[Draft], mut is_unknown: bool) -> Result<Vec<Result<Sent>>> {
        for attempt in 1..=ATTEMPTS {
            let looks_for_ids = is_unknown || attempt > 1;
            let plan = self
                .store
                .transaction(|tx| {
                    async move { self.write(tx, drafts, looks_for_ids).await }.scope_boxed()
                })
                .await;
            match plan {
                Ok(Plan { fates, advanced }) => {
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

    async fn write(&self, tx: &mut Conn, drafts: &[Draft], looks_for_ids: bool) -> Result<Plan> {
        let mut ids: Vec<_> = drafts.iter().map(|draft| draft.conversation).collect();
        ids.sort_unstable();
        ids.dedup();
        // The first lock; all that is decided is read after it.
        let locked = conversations::lock(tx, &ids).await?;
        let senders: Vec<_> = drafts.iter().map(|draft| draft.sender).collect();
        let present = members::list_present(tx, &ids, &senders).await?;
        let known = Known::read(tx, drafts, looks_for_ids).await?;
        let mut batch = Batch {
            now: self.clock.now(),
            present: present.iter().map(|m| (m.conversation_id, m.user_id)).collect(),
            conversations: locked.into_iter().map(|c| (c.id, c)).collect(),
            advanced: Vec::new(),
            known,
            new: Vec::new(),
        };
        let fates = drafts.iter().map(|draft| batch.decide(draft)).collect();
        if !batch.new.is_empty() {
            messages::insert_many(tx, &batch.new).await?;
        }
        let advanced: Vec<_> =
            batch.advanced.iter().filter_map(|id| batch.conversations.remove(id)).collect();
        for conversation in &advanced {
            log::save(tx, conversation).await?;
        }
        Ok(Plan { fates, advanced })
    }
}

/// What one transaction has decided; true once it is committed.
struct Plan {
    fates: Vec<Result<Sent>>,
    advanced: Vec<conversations::Conversation>,
}

/// What was there before, as far as the drafts ask for it.
struct Known {
    by_client: HashMap<(UserId, ClientId), Message>,
    by_id: HashMap<MessageId, Message>,
}

impl Known {
    async fn read(tx: &mut Conn, drafts: &[Draft], looks_for_ids: bool) -> Result<Self> {
        let (senders, client_ids): (Vec<_>, Vec<_>) = drafts
            .iter()
            .filter_map(|draft| draft.client.as_ref().map(|(id, _)| (draft.sender, *id)))
            .unzip();
        let mut ids: Vec<_> = drafts.iter().filter_map(|draft| draft.reply_to).collect();
        if looks_for_ids {
            ids.extend(drafts.iter().map(|draft| draft.id));
        }
        let mut known = Self { by_client: HashMap::new(), by_id: HashMap::new() };
        if !client_ids.is_empty() {
            for message in messages::find_by_client_ids(tx, &senders, &client_ids).await? {
                if let Some(client_id) = message.client_message_id {
                    known.by_client.insert((message.sender_id, client_id), message);
                }
            }
        }
        if !ids.is_empty() {
            let found = messages::find_many(tx, &ids).await?;
            known.by_id = found.into_iter().map(|message| (message.id, message)).collect();
        }
        Ok(known)
    }
}

/// A batch while its messages are given their numbers, in the order in which they came.
struct Batch {
    now: crate::time::Timestamp,
    present: std::collections::HashSet<(ConversationId, UserId)>,
    conversations: HashMap<ConversationId, conversations::Conversation>,
    /// Those that got a message.
    advanced: Vec<ConversationId>,
    known: Known,
    new: Vec<Message>,
}

impl Batch {
    fn decide(&mut self, draft: &Draft) -> Result<Sent> {
        let missing = || Error::NotFound("conversation");
        // Committed by an earlier attempt whose answer was lost: stored is stored, whatever
        // has become of the sender since.
        if let Some(message) = self.known.by_id.get(&draft.id) {
            return Ok(Sent { message: message.clone(), deduplicated: false });
        }
        // A deleted conversation is not among those that were locked.
        let is_in = self.present.contains(&(draft.conversation, draft.sender));
        if !is_in || !self.conversations.contains_key(&draft.conversation) {
            return Err(missing());
        }
        if let Some((client_id, hash)) = &draft.client
            && let Some(first) = self.known.by_client.get(&(draft.sender, *client_id))
        {
            if first.client_hash.as_ref() != Some(hash) {
                return Err(Error::ClientMessageIdReused);
            }
            return Ok(Sent { message: first.clone(), deduplicated: true });
        }
        let reply_to_seq = match draft.reply_to {
            None => None,
            Some(id) => {
                let replied = self.known.by_id.get(&id);
                let replied = replied.filter(|m| m.conversation_id == draft.conversation);
                let problem = "is no message of this conversation";
                Some(replied.ok_or_else(|| Error::invalid("replyToId", problem))?.seq)
            }
        };
        let conversation = self.conversations.get_mut(&draft.conversation).ok_or_else(missing)?;
        conversation.message_seq += 1;
        conversation.event_seq += 1;
        conversation.live_count += 1;
        // The clock of the machine may step back; the order of a conversation may not.
        conversation.last_activity_at = conversation.last_activity_at.max(self.now);
        let (client_message_id, client_hash) = draft.client.clone().unzip();
        let message = Message {
            conversation_id: draft.conversation,
            seq: conversation.message_seq,
            event_seq: conversation.event_seq,
            changed_event_seq: None,
            id: draft.id,
            sender_id: draft.sender,
            client_message_id,
            client_hash,
            body: draft.body.clone(),
            reply_to_seq,
            sent_at: conversation.last_activity_at,
            edited_at: None,
            deleted_at: None,
            revision: 1,
        };
        if let Some(client_id) = client_message_id {
            self.known.by_client.insert((draft.sender, client_id), message.clone());
        }
        if !self.advanced.contains(&draft.conversation) {
            self.advanced.push(draft.conversation);
        }
        self.new.push(message.clone());
        Ok(Sent { message, deduplicated: false })
    }
}
