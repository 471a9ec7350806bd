//! The transaction: tried again where that helps, and never left open.

use std::time::{Duration, Instant};

use deadpool::managed::Object;
use diesel::connection::AnsiTransactionManager as SyncAnsi;
use diesel_async::{
    AnsiTransactionManager, TransactionManager,
    sync_connection_wrapper::SyncTransactionManagerWrapper,
};
use rand::Rng;
use scoped_futures::ScopedBoxFuture;
use tokio::sync::OwnedMutexGuard;
use tracing::Instrument;

use super::{
    super::{StoreError, Transient},
    Conn, Store,
};

/// A deferred transaction that reads first and writes later can fail at once with
/// "database is locked"; the write lock is taken up front.
const SQLITE_BEGIN: &str = "BEGIN IMMEDIATE";

/// How often a transaction is tried while the error is [`Transient`], and for how long: who
/// waits for the answer is to hear that the database is busy before they give up.
const ATTEMPTS: u32 = 5;
const LONGEST_TRY: Duration = Duration::from_secs(4);

impl Store {
    /// Runs `work` in a transaction: committed if it returns `Ok`, undone if it returns
    /// `Err` or is dropped half way. While the error is [`Transient`] the whole of
    /// `work` runs again, a few times, after a short random pause.
    ///
    /// `work` answers a boxed future with a lifetime of its own: an async closure says the
    /// same more briefly, but its future cannot be proved `Send` by callers up the tree.
    ///
    /// # Errors
    /// What `work` answers, or the database's own; [`StoreError::CommitUnknown`] if the
    /// connection broke during COMMIT.
    pub async fn transaction<'a, T, E, W>(&self, work: W) -> Result<T, E>
    where
        E: From<StoreError> + Transient,
        W: for<'r> Fn(&'r mut Conn) -> ScopedBoxFuture<'a, 'r, Result<T, E>> + Send + Sync,
    {
        let (mut attempt, begun) = (1, Instant::now());
        loop {
            let span = tracing::trace_span!("transaction", attempt);
            let done = self.attempt(&work).instrument(span).await;
            let may_try_again = attempt < ATTEMPTS && begun.elapsed() < LONGEST_TRY;
            match done {
                Err(error) if error.is_transient() && may_try_again => {
                    let pause = rand::rng().random_range(5..=20) << attempt;
                    self.metrics().retries.inc();
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                    attempt += 1;
                }
                done => return done,
            }
        }
    }

    async fn attempt<'a, T, E, W>(&self, work: &W) -> Result<T, E>
    where
        E: From<StoreError>,
        W: for<'r> Fn(&'r mut Conn) -> ScopedBoxFuture<'a, 'r, Result<T, E>> + Send + Sync,
    {
        let mut tx = Tx::begin(self).await?;
        match work(tx.conn()?).await {
            Ok(value) => {
                let begun = Instant::now();
                tx.commit().await?;
                self.metrics().commit_seconds.observe(begun.elapsed().as_secs_f64());
                Ok(value)
            }
            Err(error) => {
                tx.rollback().await;
                Err(error)
            }
        }
    }
}

/// An open transaction, not yet finished.
struct Tx {
    conn: Option<Conn>,
    /// Given back after the connection: fields are dropped in order.
    _turn: Option<OwnedMutexGuard<()>>,
}

type SqliteTransactions = SyncTransactionManagerWrapper<SyncAnsi>;

impl Tx {
    async fn begin(store: &Store) -> Result<Self, StoreError> {
        let turn = store.turn().await;
        let mut tx = Self { conn: Some(store.conn().await?), _turn: turn };
        match tx.conn()? {
            Conn::Mysql(c) => AnsiTransactionManager::begin_transaction(&mut **c).await?,
            Conn::Sqlite(c) => {
                c.spawn_blocking(|c| SyncAnsi::begin_transaction_sql(c, SQLITE_BEGIN)).await?;
            }
        }
        Ok(tx)
    }

    fn conn(&mut self) -> Result<&mut Conn, StoreError> {
        self.conn.as_mut().ok_or_else(|| StoreError::Other("the transaction is over".to_owned()))
    }

    async fn commit(mut self) -> Result<(), StoreError> {
        let done = match self.conn()? {
            Conn::Mysql(c) => AnsiTransactionManager::commit_transaction(&mut **c).await,
            Conn::Sqlite(c) => SqliteTransactions::commit_transaction(&mut **c).await,
        };
        match done.map_err(StoreError::from) {
            Ok(()) => {
                self.conn = None;
                Ok(())
            }
            Err(StoreError::Busy(message)) => Err(StoreError::Busy(message)),
            Err(error) => Err(StoreError::CommitUnknown(error.to_string())),
        }
    }

    async fn rollback(mut self) {
        let Ok(conn) = self.conn() else { return };
        let done = match conn {
            Conn::Mysql(c) => AnsiTransactionManager::rollback_transaction(&mut **c).await,
            Conn::Sqlite(c) => SqliteTransactions::rollback_transaction(&mut **c).await,
        };
        match done {
            Ok(()) => self.conn = None,
            // The connection is closed below, which undoes as well.
            Err(error) => tracing::warn!(%error, "rollback failed"),
        }
    }
}

impl Drop for Tx {
    /// A connection left in a transaction keeps its locks, and the pool would not look
    /// at it until someone asks for it. Close it instead.
    fn drop(&mut self) {
        match self.conn.take() {
            Some(Conn::Mysql(mut c)) => drop(c.pooled.take().map(Object::take)),
            Some(Conn::Sqlite(c)) => drop(Object::take(c)),
            None => {}
        }
    }
}
