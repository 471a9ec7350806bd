//! Both sets of migrations, carried in the binary.

use std::{fmt::Display, fs::File};

use diesel::{
    QueryableByName,
    migration::{Migration, MigrationSource},
    mysql::Mysql,
    sql_types::{BigInt, Nullable, Text},
};
use diesel_async::{
    AsyncMysqlConnection, RunQueryDsl, async_connection_wrapper::AsyncConnectionWrapper,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{
    Conn, StoreError,
    conn::{self, Options},
};

const MYSQL: EmbeddedMigrations = embed_migrations!("migrations/mysql");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// How long one server waits for another that migrates the same database, in seconds.
const PATIENCE: u32 = 120;

/// How long a migration waits for a table that others use, in seconds. Whoever comes to the table
/// after it waits behind it, so that a dump that runs for an hour would stop the live release.
const HELD_UP: u32 = 10;

/// Brings the database to the newest schema and answers the versions that were run. A
/// lock lets two servers that start at once migrate once; it ends with its connection.
///
/// # Errors
/// With a sentence for the operator.
pub async fn run(options: &Options) -> Result<Vec<String>, String> {
    match options.url.strip_prefix("sqlite:") {
        Some(path) => {
            let path = path.to_owned();
            let done = tokio::task::spawn_blocking(move || run_sqlite(&path)).await;
            done.map_err(|error| error.to_string())?
        }
        None => run_mysql(options).await,
    }
}

fn run_sqlite(path: &str) -> Result<Vec<String>, String> {
    let lock = format!("{path}.migrating");
    let lock = File::create(&lock).map_err(|error| format!("{lock}: {error}"))?;
    lock.lock().map_err(|error| format!("{path}: {error}"))?;
    let mut connection = conn::open_sqlite(path).map_err(|error| format!("{path}: {error}"))?;
    let done = connection.run_pending_migrations(SQLITE).map_err(|error| error.to_string())?;
    Ok(done.iter().map(ToString::to_string).collect())
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Nullable<BigInt>)]
    locked: Option<i64>,
}

/// Whether this connection has the lock of those who migrate, after so many seconds at most.
async fn lock(connection: &mut AsyncMysqlConnection, patience: u32) -> Result<bool, String> {
    let lock = format!(
        "SELECT GET_LOCK(CONCAT('parlance:', LEFT(SHA2(DATABASE(), 256), 32)), {patience}) AS locked"
    );
    let locked = diesel::sql_query(lock).get_result::<Locked>(connection).await;
    locked.map(|Locked { locked }| locked == Some(1)).map_err(|error| error.to_string())
}

async fn run_mysql(options: &Options) -> Result<Vec<String>, String> {
    let connected = conn::connect_mysql(conn::mysql_opts(options)?).await;
    let mut connection =
        connected.map_err(|error| format!("the database cannot be reached: {error}"))?;
    if !lock(&mut connection, 0).await? {
        tracing::info!("another server migrates this database: waiting for it");
        if !lock(&mut connection, PATIENCE).await? {
            return Err("another server has been migrating this database for too long".to_owned());
        }
    }
    let bound = format!("SET SESSION lock_wait_timeout = {HELD_UP}");
    diesel::sql_query(bound).execute(&mut connection).await.map_err(|e| e.to_string())?;
    let mut connection = Waiting::from(connection);
    tokio::task::block_in_place(|| {
        let pending = connection.pending_migrations(MYSQL).map_err(|error| why(&error))?;
        let mut done = Vec::new();
        for migration in pending {
            migrate(&mut connection, &*migration)?;
            done.push(migration.name().version().to_string());
        }
        Ok(done)
    })
}

/// A connection whose user waits for each statement, as diesel runs migrations.
type Waiting = AsyncConnectionWrapper<AsyncMysqlConnection>;

/// What is written of a migration before it is run, in the list of those that were.
const BEGUN: &str = "begun ";

/// What the database says where a statement was done before.
const IS_THERE: [&str; 3] = ["already exists", "Duplicate key name", "Duplicate column name"];

/// Runs one migration. MySQL changes a schema whole or not at all, but never together with the
/// list of what was run; so who is killed in between has changed more than the list says.
/// Whoever comes next sees by what was written before that this was it, and not somebody
/// else's table of that name. Therefore each migration is one statement.
fn migrate(connection: &mut Waiting, migration: &dyn Migration<Mysql>) -> Result<(), String> {
    let version = migration.name().version().to_string();
    let begun = format!("{BEGUN}{version}");
    let noted = write(connection, "INSERT IGNORE INTO", "(version) VALUES (?)", &begun)?;
    let was_begun = noted == 0;
    let refused = match connection.run_migration(migration) {
        Ok(_) => None,
        Err(error) => {
            let why = why(&error);
            let is_there = IS_THERE.iter().any(|there| why.contains(there));
            match (is_there, was_begun) {
                (true, true) => {
                    write(connection, "INSERT INTO", "(version) VALUES (?)", &version)?;
                    None
                }
                (true, false) => Some(why),
                // It may have been changed all the same, now or before.
                (false, _) => return Err(why),
            }
        }
    };
    write(connection, "DELETE FROM", "WHERE version = ?", &begun)?;
    refused.map_or(Ok(()), Err)
}

fn why(error: &dyn Display) -> String {
    let why = error.to_string();
    if why.contains("Lock wait timeout") {
        return "a dump or a long transaction holds a table: the migration gave up, try again later"
            .to_owned();
    }
    why
}

/// Writes to the list of what was run; answers how many lines of it changed.
fn write(connection: &mut Waiting, what: &str, how: &str, version: &str) -> Result<usize, String> {
    let statement = diesel::sql_query(format!("{what} __diesel_schema_migrations {how}"));
    let written = diesel::RunQueryDsl::execute(statement.bind::<Text, _>(version), connection);
    written.map_err(|error| why(&error))
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// The names of the migrations that the database has not seen yet.
pub async fn pending(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let list = diesel::sql_query("SELECT version FROM __diesel_schema_migrations");
    let applied: Vec<Applied> = match conn.fetch_all(list).await {
        // An empty database has not even the list.
        Err(StoreError::Other(message))
            if message.contains("doesn't exist") || message.contains("no such table") =>
        {
            Vec::new()
        }
        applied => applied?,
    };
    let known = MigrationSource::<Mysql>::migrations(&MYSQL);
    let known = known.map_err(|error| StoreError::Other(error.to_string()))?;
    Ok(known
        .iter()
        .filter(|known| {
            let version = known.name().version();
            !applied.iter().any(|applied| *applied.version == *version.to_string())
        })
        .map(|known| known.name().to_string())
        .collect())
}
