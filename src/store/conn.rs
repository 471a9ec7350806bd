//! The pool, the connection and the transaction: the one file that knows there are two databases.

use std::{
    ops::{Deref, DerefMut},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use deadpool::{
    Runtime,
    managed::{Hook, HookError, Object, Timeouts},
};
use diesel::{
    Connection, ConnectionError, ConnectionResult, IntoSql, Selectable, SqliteConnection,
    connection::{AnsiTransactionManager as SyncAnsi, InstrumentationEvent, SimpleConnection},
    dsl::AsExprOf,
    query_dsl::methods::LimitDsl,
    result::Error as DieselError,
    sql_types::{Bool, Nullable, Text},
};
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncMysqlConnection, RunQueryDsl,
    SimpleAsyncConnection, TransactionManager,
    methods::{ExecuteDsl, LoadQuery},
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, PoolableConnection, RecyclingMethod,
        deadpool::Pool,
    },
    sync_connection_wrapper::{SyncConnectionWrapper, SyncTransactionManagerWrapper},
};
use futures_util::{FutureExt, future::BoxFuture};
use mysql_async::{Opts, OptsBuilder, SslOpts};
use rand::Rng;
use scoped_futures::ScopedBoxFuture;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{StoreError, Transient, error::is_broken};

/// A pooled MySQL connection. One that is dropped in the middle of a statement, because a
/// client went away, or by one that broke, is closed: its next user would get an error.
pub struct Mysql {
    pooled: Option<Object<AsyncDieselConnectionManager<AsyncMysqlConnection>>>,
    in_statement: bool,
}

impl Deref for Mysql {
    type Target = AsyncMysqlConnection;

    fn deref(&self) -> &AsyncMysqlConnection {
        self.pooled.as_ref().expect("it is taken out only when it is dropped")
    }
}

impl DerefMut for Mysql {
    fn deref_mut(&mut self) -> &mut AsyncMysqlConnection {
        self.pooled.as_mut().expect("it is taken out only when it is dropped")
    }
}

impl Drop for Mysql {
    fn drop(&mut self) {
        if self.in_statement {
            drop(self.pooled.take().map(Object::take));
        }
    }
}

/// A pooled SQLite connection: diesel's own, run on the blocking pool.
pub(super) type Sqlite = Object<AsyncDieselConnectionManager<AsyncSqlite>>;

type AsyncSqlite = SyncConnectionWrapper<SqliteConnection>;

/// How long to wait for a free connection, and for a new one.
const POOL_WAIT: Duration = Duration::from_secs(5);

/// A MySQL connection that rested longer than this is asked whether it is still there.
const TRUSTED_REST: Duration = Duration::from_secs(1);

/// A MySQL connection that rested longer than this is replaced, below the server's own bound.
const LONGEST_REST: Duration = Duration::from_secs(10);

/// What each MySQL connection is told first: no gap locks, and bounds on how long a
/// lock may be waited for or held by a process that has stopped.
const MYSQL_SETUP: [&str; 3] = [
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    // Errors are told apart by their words, see `StoreError`.
    "SET SESSION lc_messages = 'en_US'",
    "SET SESSION innodb_lock_wait_timeout = 5, SESSION wait_timeout = 20",
];

/// MariaDB can bound an idle transaction by itself; MySQL refuses to know the name.
const MARIADB_SETUP: &str = "SET SESSION idle_write_transaction_timeout = 10";

/// A deferred transaction that reads first and writes later can fail at once with
/// "database is locked"; the write lock is taken up front.
const SQLITE_BEGIN: &str = "BEGIN IMMEDIATE";

const SQLITE_SETUP: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

/// How often a transaction is tried while the error is [`Transient`], and for how long: who
/// waits for the answer is to hear that the database is busy before they give up.
const ATTEMPTS: u32 = 5;
const LONGEST_TRY: Duration = Duration::from_secs(4);

diesel::define_sql_function! {
    /// Lower case. SQLite's own knows ASCII only, so each connection brings a better one.
    fn lower(text: Nullable<Text>) -> Nullable<Text>;
}

diesel::define_sql_function! {
    /// Where `part` begins in `text`, from 1; 0 if nowhere. No character is special in it.
    fn instr(text: Nullable<Text>, part: Text) -> Nullable<BigInt>;
}

/// Text as `lower` makes it on both databases: each character by itself, whatever stands
/// beside it (in which Rust's own differs, for the Greek sigma at the end of a word).
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// What a store is opened with.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:PATH` or `mysql://USER:PASSWORD@HOST/NAME`.
    pub url: String,
    /// The most connections kept open.
    pub pool_size: usize,
    /// A PEM file of authorities to trust beside the built-in ones, for TLS to MySQL.
    pub mysql_ca: Option<PathBuf>,
}

/// A pool of connections to one database; cloned cheaply.
#[derive(Clone)]
pub struct Store {
    pool: Pools,
    statements: Arc<AtomicU64>,
}

#[derive(Clone)]
enum Pools {
    Mysql(Pool<AsyncMysqlConnection>),
    /// One writer at a time, in order of arrival: fairer and quicker than the polling
    /// by which SQLite itself waits for its lock.
    Sqlite(Pool<AsyncSqlite>, Arc<Mutex<()>>),
}

/// One connection, back to its pool when dropped.
pub enum Conn {
    /// To MySQL or MariaDB.
    Mysql(Mysql),
    /// To an SQLite file.
    Sqlite(Sqlite),
}

/// The columns that fill a row struct, in its order. (diesel's `as_select` says the
/// same, but for one database only.)
pub(super) fn columns<T: Selectable<diesel::sqlite::Sqlite>>() -> T::SelectExpression {
    T::construct_selection()
}

/// A condition that is known beforehand: what a filter that is not given comes to.
pub(super) fn known(condition: bool) -> AsExprOf<bool, Bool> {
    condition.into_sql::<Bool>()
}

/// Runs a statement on a MySQL connection and notes whether it came to its end.
macro_rules! whole {
    ($conn:ident, $run:ident($query:expr)) => {{
        $conn.in_statement = true;
        let done = RunQueryDsl::<Mysql>::$run($query, &mut *$conn).await;
        $conn.in_statement = done.as_ref().is_err_and(is_broken);
        done
    }};
}

impl Conn {
    /// Runs a statement; answers how many rows it matched.
    ///
    /// The futures of these four are boxed on purpose: as plain `async fn` they fail far
    /// up the tree with "implementation of `Send` is not general enough".
    pub(super) fn execute<'c, Q>(&'c mut self, query: Q) -> BoxFuture<'c, Result<usize, StoreError>>
    where
        Q: RunQueryDsl<Mysql> + RunQueryDsl<Sqlite> + Send + 'c,
        Q: ExecuteDsl<Mysql> + ExecuteDsl<Sqlite>,
    {
        async move {
            Ok(match self {
                Self::Mysql(c) => whole!(c, execute(query))?,
                Self::Sqlite(c) => RunQueryDsl::<Sqlite>::execute(query, c).await?,
            })
        }
        .boxed()
    }

    /// All rows.
    pub(super) fn fetch_all<'c, U, Q>(
        &'c mut self,
        query: Q,
    ) -> BoxFuture<'c, Result<Vec<U>, StoreError>>
    where
        U: Send + 'c,
        Q: RunQueryDsl<Mysql> + RunQueryDsl<Sqlite> + Send + 'c,
        Q: LoadQuery<'c, Mysql, U> + LoadQuery<'c, Sqlite, U>,
    {
        async move {
            Ok(match self {
                Self::Mysql(c) => whole!(c, load(query))?,
                Self::Sqlite(c) => RunQueryDsl::<Sqlite>::load(query, c).await?,
            })
        }
        .boxed()
    }

    /// The one row that must be there, as of an aggregate.
    pub(super) fn fetch_one<'c, U, Q>(
        &'c mut self,
        query: Q,
    ) -> BoxFuture<'c, Result<U, StoreError>>
    where
        U: Send + 'c,
        Q: RunQueryDsl<Mysql> + RunQueryDsl<Sqlite> + Send + 'c,
        Q: LoadQuery<'c, Mysql, U> + LoadQuery<'c, Sqlite, U>,
    {
        async move {
            Ok(match self {
                Self::Mysql(c) => whole!(c, get_result(query))?,
                Self::Sqlite(c) => RunQueryDsl::<Sqlite>::get_result(query, c).await?,
            })
        }
        .boxed()
    }

    /// The first row, if there is any.
    pub(super) fn fetch_optional<'c, U, Q>(
        &'c mut self,
        query: Q,
    ) -> BoxFuture<'c, Result<Option<U>, StoreError>>
    where
        U: Send + 'c,
        Q: LimitDsl + RunQueryDsl<Mysql> + RunQueryDsl<Sqlite> + Send + 'c,
        diesel::dsl::Limit<Q>: LoadQuery<'c, Mysql, U> + LoadQuery<'c, Sqlite, U> + Send + 'c,
    {
        async move {
            let found = match self {
                Self::Mysql(c) => {
                    whole!(c, first(query))
                }
                Self::Sqlite(c) => RunQueryDsl::<Sqlite>::first(query, c).await,
            };
            match found {
                Ok(row) => Ok(Some(row)),
                Err(DieselError::NotFound) => Ok(None),
                Err(error) => Err(error.into()),
            }
        }
        .boxed()
    }
}

impl Store {
    /// Makes the pool; the first connection is opened by the first statement.
    ///
    /// # Errors
    /// With a sentence for the operator if the URL cannot be meant.
    pub fn open(options: &Options) -> Result<Self, String> {
        let statements = Arc::new(AtomicU64::new(0));
        let pool = if let Some(path) = options.url.strip_prefix("sqlite:") {
            let manager = sqlite_manager(path, statements.clone());
            let pool = Pool::builder(manager)
                .max_size(options.pool_size)
                .timeouts(timeouts())
                .runtime(Runtime::Tokio1)
                .build()
                .map_err(|error| error.to_string())?;
            Pools::Sqlite(pool, Arc::new(Mutex::new(())))
        } else if options.url.starts_with("mysql://") {
            let pool = Pool::builder(mysql_manager(options, statements.clone())?)
                .max_size(options.pool_size)
                .timeouts(timeouts())
                .runtime(Runtime::Tokio1)
                .pre_recycle(Hook::async_fn(|connection: &mut AsyncMysqlConnection, metrics| {
                    let rested = metrics.last_used();
                    async move {
                        if rested > LONGEST_REST {
                            return Err(HookError::message("rested too long"));
                        }
                        if rested > TRUSTED_REST {
                            let check = RecyclingMethod::Verified;
                            let alive = connection.ping(&check).await;
                            alive.map_err(|error| HookError::message(error.to_string()))?;
                        }
                        Ok(())
                    }
                    .boxed()
                }))
                .build()
                .map_err(|error| error.to_string())?;
            Pools::Mysql(pool)
        } else {
            return Err("DATABASE_URL must begin with sqlite: or mysql://".to_owned());
        };
        Ok(Self { pool, statements })
    }

    /// True if the database is an SQLite file, which one server has for itself.
    pub fn is_sqlite(&self) -> bool {
        matches!(self.pool, Pools::Sqlite(..))
    }

    /// How many statements have been started through this store.
    pub fn statements(&self) -> u64 {
        AtomicU64::load(&self.statements, Ordering::Relaxed)
    }

    /// A connection for reading; each statement sees what is committed.
    pub async fn conn(&self) -> Result<Conn, StoreError> {
        Ok(match &self.pool {
            Pools::Mysql(pool) => {
                Conn::Mysql(Mysql { pooled: Some(pool.get().await?), in_statement: false })
            }
            Pools::Sqlite(pool, _) => Conn::Sqlite(pool.get().await?),
        })
    }

    /// A connection for one statement that writes; on SQLite it has the writers' turn.
    pub async fn writing(&self) -> Result<Writing, StoreError> {
        let turn = self.turn().await;
        Ok(Writing { conn: self.conn().await?, _turn: turn })
    }

    async fn turn(&self) -> Option<OwnedMutexGuard<()>> {
        match &self.pool {
            Pools::Mysql(_) => None,
            Pools::Sqlite(_, writers) => Some(writers.clone().lock_owned().await),
        }
    }

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
            let done = self.attempt(&work).await;
            let may_try_again = attempt < ATTEMPTS && begun.elapsed() < LONGEST_TRY;
            match done {
                Err(error) if error.is_transient() && may_try_again => {
                    let pause = rand::rng().random_range(5..=20) << attempt;
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
                tx.commit().await?;
                Ok(value)
            }
            Err(error) => {
                tx.rollback().await;
                Err(error)
            }
        }
    }
}

/// See [`Store::writing`].
pub struct Writing {
    conn: Conn,
    /// Given back after the connection: fields are dropped in order.
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Deref for Writing {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
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

fn timeouts() -> Timeouts {
    Timeouts { wait: Some(POOL_WAIT), create: Some(POOL_WAIT), recycle: Some(POOL_WAIT) }
}

fn count(statements: &Arc<AtomicU64>) -> impl Fn(InstrumentationEvent<'_>) + Send + 'static {
    let statements = statements.clone();
    move |event| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            statements.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn sqlite_manager(
    path: &str,
    statements: Arc<AtomicU64>,
) -> AsyncDieselConnectionManager<AsyncSqlite> {
    let mut config = ManagerConfig::<AsyncSqlite>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |path| {
        let (path, count) = (path.to_owned(), count(&statements));
        async move {
            let opened = tokio::task::spawn_blocking(move || open_sqlite(&path)).await;
            let connection =
                opened.map_err(|error| ConnectionError::BadConnection(error.to_string()))??;
            let mut connection = SyncConnectionWrapper::new(connection);
            connection.set_instrumentation(count);
            Ok(connection)
        }
        .boxed()
    });
    AsyncDieselConnectionManager::new_with_config(path, config)
}

/// A connection to an SQLite file, set up as the server needs it.
pub(super) fn open_sqlite(path: &str) -> ConnectionResult<SqliteConnection> {
    let mut connection = SqliteConnection::establish(path)?;
    connection.batch_execute(SQLITE_SETUP).map_err(ConnectionError::CouldntSetupConfiguration)?;
    lower_utils::register_impl(&mut connection, |text: Option<String>| {
        text.map(|text| fold(&text))
    })
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

fn mysql_manager(
    options: &Options,
    statements: Arc<AtomicU64>,
) -> Result<AsyncDieselConnectionManager<AsyncMysqlConnection>, String> {
    let opts = mysql_opts(options)?;
    let mut config = ManagerConfig::<AsyncMysqlConnection>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |_| {
        let (opts, count) = (opts.clone(), count(&statements));
        async move {
            let mut connection = connect_mysql(opts).await?;
            connection.set_instrumentation(count);
            Ok(connection)
        }
        .boxed()
    });
    Ok(AsyncDieselConnectionManager::new_with_config(options.url.clone(), config))
}

/// What the URL says, with the authority of the operator's own added.
pub(super) fn mysql_opts(options: &Options) -> Result<Opts, String> {
    let opts = Opts::from_url(&options.url).map_err(|error| format!("DATABASE_URL: {error}"))?;
    if opts.db_name().is_none_or(str::is_empty) {
        return Err("DATABASE_URL must name the database: mysql://USER:PASSWORD@HOST/NAME".into());
    }
    // Matched rows are counted, as SQLite does, so "0 rows" means "not there" on both.
    let mut builder = OptsBuilder::from_opts(opts.clone()).client_found_rows(true);
    if let Some(ca) = &options.mysql_ca {
        let ssl = opts.ssl_opts().cloned().unwrap_or_else(SslOpts::default);
        builder = builder.ssl_opts(ssl.with_root_certs(vec![ca.clone().into()]));
    }
    Ok(builder.into())
}

/// A connection to MySQL, set up as the server needs it.
pub(super) async fn connect_mysql(opts: Opts) -> ConnectionResult<AsyncMysqlConnection> {
    let bad = |error: mysql_async::Error| ConnectionError::BadConnection(error.to_string());
    let connection = mysql_async::Conn::new(opts).await.map_err(bad)?;
    let mut connection = AsyncMysqlConnection::try_from(connection).await?;
    for statement in MYSQL_SETUP {
        let done = connection.batch_execute(statement).await;
        done.map_err(ConnectionError::CouldntSetupConfiguration)?;
    }
    if connection.batch_execute(MARIADB_SETUP).await.is_err() {
        tracing::trace!("not MariaDB: wait_timeout alone bounds idle transactions");
    }
    Ok(connection)
}
