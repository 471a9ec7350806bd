//! Reads for many requests with one statement, as the writer commits for many. Who asks while
//! statements are under way is asked for with the others who wait, by the next one. On an idle
//! server nobody waits.
//!
//! Nothing is kept: each statement begins after all whom it answers have asked, so what they
//! get is as new as if each had asked alone.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt, TryFutureExt, future::BoxFuture};
use tokio::sync::oneshot;
use tracing::Instrument;

use super::{Error, Result};
use crate::{
    ids::{ConversationId, SessionId, UserId},
    store::{
        Conn, Store, StoreError, Transient,
        accounts::{self, User},
        conversations::{self, Conversation},
        members::Member,
        sessions::{self, Session},
    },
};

/// How many things one statement asks for, about.
const MOST: usize = 128;

/// How long one statement may take.
const PATIENCE: Duration = Duration::from_secs(4);

/// Finds by their keys the values that are there.
type Find<K, V> =
    for<'c> fn(&'c mut Conn, Vec<K>) -> BoxFuture<'c, std::result::Result<Vec<(K, V)>, StoreError>>;

type Answer<K, V> = std::result::Result<HashMap<K, V>, StoreError>;

/// What nearly every request asks for, by its key.
pub(super) struct Reads {
    /// Sessions with their owners.
    pub(super) sessions: Gather<SessionId, (Session, User)>,
    pub(super) people: Gather<UserId, User>,
    /// Conversations that people take part in, with the membership.
    pub(super) memberships: Gather<(ConversationId, UserId), (Conversation, Member)>,
}

impl Reads {
    pub(super) fn new(store: &Store) -> Self {
        Self {
            sessions: Gather::new(store, |conn, ids| {
                let found = async move { sessions::find_many_with_user(conn, &ids).await };
                found.map_ok(|rows| keyed(rows, |(session, _)| session.id)).boxed()
            }),
            people: Gather::new(store, |conn, ids| {
                let found = async move { accounts::find_many(conn, &ids).await };
                found.map_ok(|rows| keyed(rows, |user| user.id)).boxed()
            }),
            memberships: Gather::new(store, |conn, pairs| {
                let found =
                    async move { conversations::find_many_with_members(conn, &pairs).await };
                let key = |(_, member): &(_, Member)| (member.conversation_id, member.user_id);
                found.map_ok(move |rows| keyed(rows, key)).boxed()
            }),
        }
    }
}

fn keyed<K, V>(rows: Vec<V>, key: impl Fn(&V) -> K) -> Vec<(K, V)> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

/// One kind of thing that many requests ask for.
pub(super) struct Gather<K, V>(Arc<Parts<K, V>>);

struct Parts<K, V> {
    store: Store,
    find: Find<K, V>,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    waiting: Vec<Asked<K, V>>,
    /// Whether a statement is under way: one of a kind at a time is quicker than two.
    is_asking: bool,
}

struct Asked<K, V> {
    keys: Vec<K>,
    answer: oneshot::Sender<Answer<K, V>>,
}

impl<K, V> Gather<K, V>
where
    K: Copy + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new(store: &Store, find: Find<K, V>) -> Self {
        let state = Mutex::new(State { waiting: Vec::new(), is_asking: false });
        Self(Arc::new(Parts { store: store.clone(), find, state }))
    }

    /// What is there of these.
    pub(super) async fn find(&self, keys: Vec<K>) -> Result<HashMap<K, V>> {
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let (answer, found) = oneshot::channel();
        let may_begin = {
            let mut state = self.0.lock();
            state.waiting.push(Asked { keys, answer });
            !std::mem::replace(&mut state.is_asking, true)
        };
        if may_begin {
            // A task of its own: others wait for it when the one who began it has gone away.
            let turn = Turn { parts: Arc::clone(&self.0), is_over: false };
            tokio::spawn(turn.run().in_current_span());
        }
        let found = found.await;
        Ok(found.map_err(|_| Error::Internal("a read for many has failed".to_owned()))??)
    }
}

impl<K, V> Parts<K, V> {
    fn lock(&self) -> std::sync::MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to have a statement under way.
struct Turn<K, V> {
    parts: Arc<Parts<K, V>>,
    is_over: bool,
}

impl<K, V> Drop for Turn<K, V> {
    /// After a panic those who wait are told, as nobody may be left to ask for them.
    fn drop(&mut self) {
        if !self.is_over {
            let mut state = self.parts.lock();
            state.is_asking = false;
            state.waiting.clear();
        }
    }
}

impl<K, V> Turn<K, V>
where
    K: Copy + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Asks until nobody waits.
    async fn run(mut self) {
        loop {
            let asked = self.take();
            if asked.is_empty() {
                return;
            }
            self.answer(asked).await;
        }
    }

    /// Those whom the next statement answers; if there are none the turn is over, before
    /// anybody else can wait.
    fn take(&mut self) -> Vec<Asked<K, V>> {
        let mut state = self.parts.lock();
        // Who has given up is asked for no more.
        state.waiting.retain(|asked| !asked.answer.is_closed());
        let mut keys = 0;
        let fits = |asked: &&Asked<K, V>| {
            let fits = keys < MOST;
            keys += asked.keys.len();
            fits
        };
        let count = state.waiting.iter().take_while(fits).count();
        if count == 0 {
            state.is_asking = false;
            self.is_over = true;
        }
        state.waiting.drain(..count).collect()
    }

    async fn answer(&self, asked: Vec<Asked<K, V>>) {
        let keys: HashSet<K> = asked.iter().flat_map(|asked| asked.keys.iter().copied()).collect();
        let keys: Vec<K> = keys.into_iter().collect();
        let mut found = self.ask(&keys).await;
        // Many would fail by one connection that broke: another one may do.
        if found.as_ref().is_err_and(Transient::is_transient) {
            found = self.ask(&keys).await;
        }
        for Asked { keys, answer } in asked {
            let theirs = found.as_ref().map_err(StoreError::clone).map(|found| {
                let theirs = keys.iter().filter_map(|key| Some((*key, found.get(key)?.clone())));
                theirs.collect()
            });
            // Who has gone away needs no answer.
            let _ = answer.send(theirs);
        }
    }

    /// Asks for a while: a connection that hangs must not hold up everybody, and is given up.
    async fn ask(&self, keys: &[K]) -> Answer<K, V> {
        let Parts { store, find, .. } = &*self.parts;
        let asking = async {
            let found = find(&mut store.conn().await?, keys.to_vec()).await?;
            Ok(found.into_iter().collect())
        };
        let found = tokio::time::timeout(PATIENCE, asking).await;
        found.unwrap_or_else(|_| {
            Err(StoreError::Unreachable("it did not answer a short question".to_owned()))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{
        path::Path,
        sync::atomic::{AtomicU64, Ordering},
    };

    use super::*;
    use crate::store::Options;

    fn store(folder: &Path) -> Store {
        let url = format!("sqlite:{}/gather.db", folder.display());
        Store::open(&Options { url, pool_size: 1, mysql_ca: None }).unwrap()
    }

    /// Fails the first time it is asked for 1, panics for 2, and never answers for 3.
    fn find(
        _: &mut Conn,
        keys: Vec<u64>,
    ) -> BoxFuture<'_, std::result::Result<Vec<(u64, u64)>, StoreError>> {
        static ASKED: AtomicU64 = AtomicU64::new(0);
        async move {
            assert!(!keys.contains(&2), "on purpose");
            if keys.contains(&3) {
                std::future::pending::<()>().await;
            }
            if keys.contains(&1) && ASKED.fetch_add(1, Ordering::Relaxed) == 0 {
                return Err(StoreError::Unreachable("it broke".to_owned()));
            }
            Ok(keys.into_iter().map(|key| (key, 10 * key)).collect())
        }
        .boxed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_that_breaks_hangs_or_panics_holds_up_nobody_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let gather = Gather::new(&store(folder.path()), find);
        assert_eq!(gather.find(vec![1]).await.unwrap(), HashMap::from([(1, 10)]));
        assert!(matches!(gather.find(vec![2]).await, Err(Error::Internal(_))));
        let hung = gather.find(vec![3]).await;
        assert!(matches!(hung, Err(Error::Store(StoreError::Unreachable(_)))));
        assert_eq!(gather.find(vec![4, 5]).await.unwrap(), HashMap::from([(4, 40), (5, 50)]));
    }
}
