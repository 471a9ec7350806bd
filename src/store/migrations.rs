//! Both sets of migrations, carried in the binary.

use std::fs::File;

use diesel::{
    QueryableByName,
    migration::MigrationSource,
    mysql::Mysql,
    sql_types::{BigInt, Nullable, Text},
};
use diesel_async::{AsyncMigrationHarness, RunQueryDsl};
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

/// Brings the database to the newest schema and answers the names of what was run. A
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

async fn run_mysql(options: &Options) -> Result<Vec<String>, String> {
    let connected = conn::connect_mysql(conn::mysql_opts(options)?).await;
    let mut connection =
        connected.map_err(|error| format!("the database cannot be reached: {error}"))?;
    let lock = format!(
        "SELECT GET_LOCK(CONCAT('parlance:', LEFT(SHA2(DATABASE(), 256), 32)), {PATIENCE}) AS locked"
    );
    let locked: Locked =
        diesel::sql_query(lock).get_result(&mut connection).await.map_err(|e| e.to_string())?;
    if locked.locked != Some(1) {
        return Err("another server has been migrating this database for too long".to_owned());
    }
    let bound = format!("SET SESSION lock_wait_timeout = {HELD_UP}");
    diesel::sql_query(bound).execute(&mut connection).await.map_err(|e| e.to_string())?;
    let mut harness = AsyncMigrationHarness::new(connection);
    let done = harness.run_pending_migrations(MYSQL).map_err(|error| {
        let why = error.to_string();
        if why.contains("Lock wait timeout") {
            "a dump or a long transaction holds a table: the migration gave up, try again later"
                .to_owned()
        } else {
            why
        }
    })?;
    Ok(done.iter().map(ToString::to_string).collect())
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
