//! The pool and the connection: the one folder that knows there are two databases. How each
//! is reached is in [`connect`], the transaction in [`transaction`], what is seen of each statement
//! in [`watched`], and what diesel's own statements lack in [`many`] and [`statement`].

mod connect;
mod many;
mod statement;
mod transaction;
mod watched;

use std::{
    ops::{Deref, DerefMut},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use deadpool::managed::Object;
use diesel::{
    IntoSql, Selectable, SqliteConnection,
    dsl::AsExprOf,
    query_dsl::methods::LimitDsl,
    result::Error as DieselError,
    sql_types::{Bool, Nullable, Text},
};
use diesel_async::{
    AsyncMysqlConnection, RunQueryDsl,
    methods::{ExecuteDsl, LoadQuery},
    pooled_connection::{AsyncDieselConnectionManager, deadpool::Pool},
    sync_connection_wrapper::SyncConnectionWrapper,
};
use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{StoreError, error::is_broken};
use crate::metrics::Metrics;
pub(super) use connect::{connect_mysql, mysql_opts, open_sqlite};
pub(super) use many::{any_of, any_pair, room};
pub(super) use statement::{Statement, Value, with_filling};
use watched::{InSpan, Statements};

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

type AsyncSqlite = SyncConnectionWrapper<SqliteConnection, InSpan>;

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
    statements: Arc<Statements>,
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
        let is_sqlite = options.url.starts_with("sqlite:");
        let statements = Statements::of(if is_sqlite { "sqlite" } else { "mysql" });
        let pool = if let Some(path) = options.url.strip_prefix("sqlite:") {
            let pool = connect::sqlite_pool(path, options.pool_size, statements.clone())?;
            Pools::Sqlite(pool, Arc::new(Mutex::new(())))
        } else if options.url.starts_with("mysql://") {
            Pools::Mysql(connect::mysql_pool(options, statements.clone())?)
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
        AtomicU64::load(&self.statements.started, Ordering::Relaxed)
    }

    /// From now on each statement is shown to `listener` as it starts, in diesel's words:
    /// `SELECT … WHERE id = ? -- binds: […]`. For tests; the first who listens stays.
    pub fn listen(&self, listener: impl Fn(String) + Send + Sync + 'static) {
        let _ = self.statements.listener.set(Box::new(listener));
    }

    /// A connection for reading; each statement sees what is committed.
    pub async fn conn(&self) -> Result<Conn, StoreError> {
        let begun = Instant::now();
        let found = match &self.pool {
            Pools::Mysql(pool) => pool
                .get()
                .await
                .map_err(StoreError::from)
                .map(|found| Conn::Mysql(Mysql { pooled: Some(found), in_statement: false })),
            Pools::Sqlite(pool, _) => pool.get().await.map_err(StoreError::from).map(Conn::Sqlite),
        };
        let metrics = self.metrics();
        metrics.pool.wait_seconds.observe(begun.elapsed().as_secs_f64());
        found.inspect_err(|_| metrics.database_error("connection"))
    }

    /// What is counted of this store, and of all that is built on it.
    pub fn metrics(&self) -> &Metrics {
        &self.statements.metrics
    }

    /// Notes how the pool is just now.
    pub fn measure(&self) {
        let status = match &self.pool {
            Pools::Mysql(pool) => pool.status(),
            Pools::Sqlite(pool, _) => pool.status(),
        };
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let pool = &self.metrics().pool;
        pool.max.set(number(status.max_size));
        pool.open.set(number(status.size));
        pool.in_use.set(number(status.size.saturating_sub(status.available)));
        pool.waiting.set(number(status.waiting));
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
