//! "The X of these Ys", asked once for a whole page. Loaders live as long as one request
//! and call the domain, so the rules hold here too.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use async_graphql::{
    dataloader::{DataLoader, HashMapCache, Loader},
    futures_util::task::{FutureObj, Spawn, SpawnError},
    runtime::Timer,
};
use futures_util::{
    FutureExt, StreamExt,
    future::{self, BoxFuture},
    stream::FuturesUnordered,
};
use tokio::sync::mpsc;

use super::ahead::Ahead;
use crate::{
    domain::{
        self, App, Page, Reader, Viewer, Window, accounts,
        accounts::User,
        conversations::{self, ConversationView},
        history::{self, Age},
        members,
        members::Member,
        messages,
        messages::{Message, MessageFilter},
        reads,
    },
    ids::{ConversationId, UserId},
};

/// Loads for one reader.
pub struct Batch {
    app: App,
    reader: Reader,
    /// How long ago the reader was shown what it loads for.
    age: Age,
    /// Whether anything of a conversation was read.
    has_read: AtomicBool,
    /// For who is shown item after item.
    ahead: Ahead,
}

impl Batch {
    pub(super) fn new(app: &App, reader: Reader, age: Age) -> Self {
        let (app, has_read) = (app.clone(), AtomicBool::new(false));
        Self { app, reader, age, has_read, ahead: Ahead::default() }
    }

    pub(super) fn ahead(&self) -> &Ahead {
        &self.ahead
    }

    /// Whether anything of a conversation was read since this was last asked.
    pub(super) fn has_read(&self) -> bool {
        self.has_read.swap(false, Ordering::Relaxed)
    }

    /// Takes note that something of a conversation is read.
    fn reads(&self) {
        self.has_read.store(true, Ordering::Relaxed);
    }

    /// Whose lists are asked for. To all alike, and to who has left, there are none.
    fn person(&self) -> Option<Viewer> {
        match self.reader {
            Reader::Person(viewer) => Some(viewer),
            Reader::Participants(_) | Reader::Former(_) => None,
        }
    }
}

/// Makes a loader that keeps what it finds read everything again, but for people.
pub(super) fn forget_all_but_people(loader: &DataLoader<Batch, HashMapCache>) {
    loader.clear::<ConversationId>();
    loader.clear::<LastOf>();
    loader.clear::<UnreadOf>();
    loader.clear::<MembersOf>();
    loader.clear::<MessagesOf>();
    loader.clear::<MessageAt>();
}

/// Collects the loads of one request. The library would wait a millisecond for further
/// keys on a task of their own; here the loads run in the request's own task, once
/// everything that could ask has asked: no wait, and the same batches every time.
#[derive(Clone)]
pub(super) struct Together(mpsc::UnboundedSender<FutureObj<'static, ()>>);

/// The most loads of one turn; a further one waits for the next.
const TURN: usize = 256;

/// What the loaders of one request have to do.
pub(super) struct Loads(mpsc::UnboundedReceiver<FutureObj<'static, ()>>);

/// A place to put loads, and the loads.
pub(super) fn together() -> (Together, Loads) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Together(sender), Loads(receiver))
}

impl Spawn for Together {
    fn spawn_obj(&self, load: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.0.send(load).map_err(|_| SpawnError::shutdown())
    }
}

impl Timer for Together {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        future::ready(()).boxed()
    }
}

impl Loads {
    /// Runs `work`, and in turns what it has asked its loaders for: what it asks for during
    /// a turn waits for the next one, and so is asked for together. Nothing else of `work`
    /// waits for a turn, since it may hold a connection that the turn needs.
    pub(super) async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let mut turn = FuturesUnordered::new();
        let mut next = Vec::new();
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                Some(()) = turn.next(), if !turn.is_empty() => {}
                asked = self.0.recv_many(&mut next, TURN), if turn.is_empty() => {
                    if asked == 0 {
                        // Nobody has a loader, so nobody will ask.
                        return work.await;
                    }
                    turn.extend(next.drain(..));
                }
            }
        }
    }
}

type Found<K, V> = Result<HashMap<K, V>, Arc<domain::Error>>;

impl Loader<UserId> for Batch {
    type Value = User;
    type Error = Arc<domain::Error>;

    async fn load(&self, ids: &[UserId]) -> Found<UserId, User> {
        let found = accounts::find_many(&self.app, self.reader, ids).await?;
        Ok(found.into_iter().map(|user| (user.id, user)).collect())
    }
}

impl Loader<ConversationId> for Batch {
    type Value = ConversationView;
    type Error = Arc<domain::Error>;

    async fn load(&self, ids: &[ConversationId]) -> Found<ConversationId, ConversationView> {
        self.reads();
        let found = conversations::find_many(&self.app, self.reader, ids).await?;
        Ok(found.into_iter().map(|view| (view.conversation.id, view)).collect())
    }
}

/// The newest undeleted message of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LastOf(pub(super) ConversationId);

impl Loader<LastOf> for Batch {
    type Value = Message;
    type Error = Arc<domain::Error>;

    async fn load(&self, keys: &[LastOf]) -> Found<LastOf, Message> {
        self.reads();
        let Some(viewer) = self.person() else { return Ok(HashMap::new()) };
        let ids: Vec<_> = keys.iter().map(|LastOf(id)| *id).collect();
        let found = messages::last_of_each(&self.app, viewer, &ids).await?;
        Ok(found.into_iter().map(|message| (LastOf(message.conversation_id), message)).collect())
    }
}

/// How much of a conversation is unread after a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct UnreadOf(pub(super) ConversationId, pub(super) i64);

impl Loader<UnreadOf> for Batch {
    type Value = i64;
    type Error = Arc<domain::Error>;

    async fn load(&self, keys: &[UnreadOf]) -> Found<UnreadOf, i64> {
        self.reads();
        let Some(viewer) = self.person() else { return Ok(HashMap::new()) };
        let read: Vec<_> = keys.iter().map(|UnreadOf(id, seq)| (*id, *seq)).collect();
        let counts = reads::count_unread(&self.app, viewer, &read).await?;
        Ok(keys.iter().copied().zip(counts).collect())
    }
}

/// A window of the members of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct MembersOf(pub(super) ConversationId, pub(super) Window<i64>);

impl Loader<MembersOf> for Batch {
    type Value = Page<(Member, User)>;
    type Error = Arc<domain::Error>;

    async fn load(&self, keys: &[MembersOf]) -> Found<MembersOf, Page<(Member, User)>> {
        self.reads();
        let Some(viewer) = self.person() else { return Ok(HashMap::new()) };
        let mut found = HashMap::new();
        for (window, ids) in alike(keys.iter().map(|MembersOf(id, window)| (*window, *id))) {
            let pages = members::list_of_each(&self.app, viewer, &ids, window).await?;
            found.extend(pages.into_iter().map(|(id, page)| (MembersOf(id, window), page)));
        }
        Ok(found)
    }
}

/// A window of the messages of a conversation that was shown at this number of its log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct MessagesOf(
    pub(super) (ConversationId, i64),
    pub(super) MessageFilter,
    pub(super) Window<i64>,
);

impl Loader<MessagesOf> for Batch {
    type Value = Page<Arc<Message>>;
    type Error = Arc<domain::Error>;

    async fn load(&self, keys: &[MessagesOf]) -> Found<MessagesOf, Page<Arc<Message>>> {
        self.reads();
        let Some(viewer) = self.person() else { return Ok(HashMap::new()) };
        let mut found = HashMap::new();
        let wanted = keys.iter().map(|MessagesOf(of, filter, window)| ((filter, *window), *of));
        for ((filter, window), of) in alike(wanted) {
            let app = &self.app;
            let pages =
                history::list_of_each(app, viewer, &of, filter.clone(), window, self.age).await?;
            found.extend(of.into_iter().filter_map(|of| {
                Some((MessagesOf(of, filter.clone(), window), pages.get(&of.0).cloned()?))
            }));
        }
        Ok(found)
    }
}

/// Sorts what is asked for by how it is asked: one list of conversations for each.
fn alike<Q: Eq + Hash, I>(wanted: impl Iterator<Item = (Q, I)>) -> HashMap<Q, Vec<I>> {
    let mut sorted: HashMap<Q, Vec<I>> = HashMap::new();
    for (how, id) in wanted {
        sorted.entry(how).or_default().push(id);
    }
    sorted
}

/// The message with a number in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct MessageAt(pub(super) ConversationId, pub(super) i64);

impl Loader<MessageAt> for Batch {
    type Value = Message;
    type Error = Arc<domain::Error>;

    async fn load(&self, keys: &[MessageAt]) -> Found<MessageAt, Message> {
        if let Some(found) = self.ahead.find(keys) {
            return Ok(found);
        }
        self.reads();
        let (wanted, read_at) = (self.ahead.and_wanted(keys), Instant::now());
        let wanted: Vec<_> = wanted.iter().map(|MessageAt(id, seq)| (*id, *seq)).collect();
        let found = messages::find_by_seqs(&self.app, self.reader, &wanted).await?;
        self.ahead.add(read_at, &found);
        let keyed = |m: Message| (MessageAt(m.conversation_id, m.seq), m);
        Ok(found.into_iter().map(keyed).collect())
    }
}
