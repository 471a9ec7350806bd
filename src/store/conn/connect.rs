//! How each database is reached, and what every connection is told first.

use std::{sync::Arc, time::Duration};

use deadpool::{
    Runtime,
    managed::{Hook, HookError, Timeouts},
};
use diesel::{
    Connection, ConnectionError, ConnectionResult, SqliteConnection, connection::SimpleConnection,
};
use diesel_async::{
    AsyncConnection, AsyncMysqlConnection, SimpleAsyncConnection,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, PoolableConnection, RecyclingMethod,
        deadpool::Pool,
    },
    sync_connection_wrapper::SyncConnectionWrapper,
};
use futures_util::FutureExt;
use mysql_async::{Opts, OptsBuilder, SslOpts};

use super::{
    AsyncSqlite, Options, fold, lower_utils,
    watched::{Statements, Watched},
};

/// How long to wait for a free connection, and for a new one.
const POOL_WAIT: Duration = Duration::from_secs(5);

/// A MySQL connection that rested longer than this is asked whether it is still there.
const TRUSTED_REST: Duration = Duration::from_secs(1);

/// A MySQL connection that rested longer than this is replaced, below the server's own bound.
const LONGEST_REST: Duration = Duration::from_secs(10);

/// A MySQL connection is replaced after so long, and with it the statements that it keeps: the
/// server has a bound on all that are prepared.
const LONGEST_LIFE: Duration = Duration::from_mins(10);

/// What each MySQL connection is told first: no gap locks, and bounds on how long a
/// lock may be waited for or held by a process that has stopped.
const MYSQL_SETUP: [&str; 3] = [
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    // Errors are told apart by their words, see `StoreError`.
    "SET SESSION lc_messages = 'en_US'",
    "SET SESSION innodb_lock_wait_timeout = 5, SESSION wait_timeout = 20",
];

/// MariaDB can bound an idle transaction by itself; MySQL refuses to know the name. The bound on those that write
/// would not do: a transaction that has only locked rows has not written.
const MARIADB_SETUP: &str = "SET SESSION idle_transaction_timeout = 10";

const SQLITE_SETUP: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

/// A pool of connections to an SQLite file.
pub(super) fn sqlite_pool(
    path: &str,
    size: usize,
    statements: Arc<Statements>,
) -> Result<Pool<AsyncSqlite>, String> {
    Pool::builder(sqlite_manager(path, statements))
        .max_size(size)
        .timeouts(timeouts())
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| error.to_string())
}

/// A pool of connections to MySQL, each looked at before it is used after a rest.
pub(super) fn mysql_pool(
    options: &Options,
    statements: Arc<Statements>,
) -> Result<Pool<AsyncMysqlConnection>, String> {
    Pool::builder(mysql_manager(options, statements)?)
        .max_size(options.pool_size)
        .timeouts(timeouts())
        .runtime(Runtime::Tokio1)
        .pre_recycle(Hook::async_fn(|connection: &mut AsyncMysqlConnection, metrics| {
            let (rested, age) = (metrics.last_used(), metrics.age());
            async move {
                if rested > LONGEST_REST || age > LONGEST_LIFE {
                    return Err(HookError::message("rested or lived too long"));
                }
                if rested > TRUSTED_REST {
                    let alive = connection.ping(&RecyclingMethod::Verified).await;
                    alive.map_err(|error| HookError::message(error.to_string()))?;
                }
                Ok(())
            }
            .boxed()
        }))
        .build()
        .map_err(|error| error.to_string())
}

fn timeouts() -> Timeouts {
    Timeouts { wait: Some(POOL_WAIT), create: Some(POOL_WAIT), recycle: Some(POOL_WAIT) }
}

fn sqlite_manager(
    path: &str,
    statements: Arc<Statements>,
) -> AsyncDieselConnectionManager<AsyncSqlite> {
    let mut config = ManagerConfig::<AsyncSqlite>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |path| {
        let (path, watched) = (path.to_owned(), Watched::new(&statements));
        async move {
            let opened = tokio::task::spawn_blocking(move || open_sqlite(&path)).await;
            let connection =
                opened.map_err(|error| ConnectionError::BadConnection(error.to_string()))??;
            let mut connection = SyncConnectionWrapper::new(connection);
            connection.set_instrumentation(watched);
            Ok(connection)
        }
        .boxed()
    });
    AsyncDieselConnectionManager::new_with_config(path, config)
}

/// A connection to an SQLite file, set up as the server needs it.
pub(in crate::store) fn open_sqlite(path: &str) -> ConnectionResult<SqliteConnection> {
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
    statements: Arc<Statements>,
) -> Result<AsyncDieselConnectionManager<AsyncMysqlConnection>, String> {
    let opts = mysql_opts(options)?;
    let mut config = ManagerConfig::<AsyncMysqlConnection>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |_| {
        let (opts, watched) = (opts.clone(), Watched::new(&statements));
        async move {
            let mut connection = connect_mysql(opts).await?;
            connection.set_instrumentation(watched);
            Ok(connection)
        }
        .boxed()
    });
    Ok(AsyncDieselConnectionManager::new_with_config(options.url.clone(), config))
}

/// What the URL says, with the authority of the operator's own added.
pub(in crate::store) fn mysql_opts(options: &Options) -> Result<Opts, String> {
    let opts = Opts::from_url(&options.url).map_err(|error| format!("DATABASE_URL: {error}"))?;
    if opts.db_name().is_none_or(str::is_empty) {
        return Err("DATABASE_URL must name the database: mysql://USER:PASSWORD@HOST/NAME".into());
    }
    // Matched rows are counted, as SQLite does, so "0 rows" means "not there" on both.
    // diesel keeps the statements that are prepared; a second keeper would close some of them.
    let mut builder =
        OptsBuilder::from_opts(opts.clone()).client_found_rows(true).stmt_cache_size(0);
    if let Some(ca) = &options.mysql_ca {
        let ssl = opts.ssl_opts().cloned().unwrap_or_else(SslOpts::default);
        builder = builder.ssl_opts(ssl.with_root_certs(vec![ca.clone().into()]));
    }
    Ok(builder.into())
}

/// A connection to MySQL, set up as the server needs it.
pub(in crate::store) async fn connect_mysql(opts: Opts) -> ConnectionResult<AsyncMysqlConnection> {
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
