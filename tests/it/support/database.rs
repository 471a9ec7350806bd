//! A database for each test: a file, or one of its own on the server that `PARLANCE_TEST_DATABASE_URL` names.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

use mysql_async::prelude::Queryable;
use parlance::store::{Options, migrations};
use tempfile::TempDir;
use tokio::{runtime::Handle, sync::OnceCell};

/// A migrated database, gone when this is dropped.
#[derive(Debug)]
pub(crate) enum Database {
    Sqlite(TempDir),
    Mysql { server: String, name: String },
}

impl Database {
    /// A new one, as the migrations leave it.
    pub(crate) async fn new() -> Self {
        match server() {
            Some(server) => Self::on_server(server).await,
            None => Self::in_file().await,
        }
    }

    /// What a store is opened with.
    pub(crate) fn options(&self, pool_size: usize) -> Options {
        let url = match self {
            Self::Sqlite(folder) => sqlite_url(folder.path()),
            Self::Mysql { server, name } => format!("{server}{name}"),
        };
        Options { url, pool_size, mysql_ca: None }
    }

    async fn in_file() -> Self {
        static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(async || {
            let folder = folder();
            let options = Options { url: sqlite_url(folder.path()), pool_size: 1, mysql_ca: None };
            migrations::run(&options).await.expect("the migrations run");
            fs::read(folder.path().join(FILE)).unwrap()
        });
        let folder = folder();
        fs::write(folder.path().join(FILE), template.await).unwrap();
        Self::Sqlite(folder)
    }

    async fn on_server(server: String) -> Self {
        static TEMPLATE: OnceCell<Vec<String>> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(|| template(&server)).await;
        let name = format!("parlance_test_{}", uuid::Uuid::new_v4().simple());
        let mut conn = connect(&server).await;
        let begin = [format!("CREATE DATABASE {name}"), format!("USE {name}")];
        for statement in begin.iter().chain(template) {
            conn.query_drop(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        conn.disconnect().await.unwrap();
        Self::Mysql { server, name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Self::Mysql { server, name } = self else { return };
        let Ok(runtime) = Handle::try_current() else { return };
        tokio::task::block_in_place(|| {
            runtime.block_on(async {
                let mut conn = connect(server).await;
                // Something that a test has left running may still hold a table.
                let dropped = conn.query_drop(format!("DROP DATABASE {name}")).await;
                if let Err(error) = dropped {
                    eprintln!("{name} stays behind: {error}");
                }
            });
        });
    }
}

const FILE: &str = "parlance.db";

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("parlance-test-").tempdir().unwrap()
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join(FILE).display())
}

/// The URL of the server to test on, with a slash at its end and without a database, which each test has of its own;
/// none for SQLite.
#[expect(
    clippy::disallowed_methods,
    reason = "settings of the tests are not settings of the server"
)]
fn server() -> Option<String> {
    let url = std::env::var("PARLANCE_TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())?;
    let (scheme, rest) = url.split_once("://").expect("PARLANCE_TEST_DATABASE_URL is a URL");
    Some(format!("{scheme}://{}/", rest.split('/').next().unwrap_or_default()))
}

async fn connect(server: &str) -> mysql_async::Conn {
    let opts = mysql_async::Opts::from_url(server)
        .expect("PARLANCE_TEST_DATABASE_URL is mysql://USER:PASSWORD@HOST:PORT/");
    let mut conn = mysql_async::Conn::new(opts)
        .await
        .expect("the server of PARLANCE_TEST_DATABASE_URL answers");
    conn.query_drop("SET SESSION lock_wait_timeout = 10").await.unwrap();
    // Databases of tests need no binary log; a user who may not leave it out pays for it.
    let _ = conn.query_drop("SET SESSION sql_log_bin = 0").await;
    conn
}

/// The statements that make a migrated database, foreign keys included: read once from a database that the migrations
/// have made, which stays on the server for the next run.
async fn template(server: &str) -> Vec<String> {
    let name = format!("parlance_test_template_{:016x}", hash_of_migrations());
    let mut conn = connect(server).await;
    let locked: Option<i64> =
        conn.query_first(format!("SELECT GET_LOCK('{name}', 120)")).await.unwrap();
    assert_eq!(locked, Some(1), "another test run holds the template for too long");
    conn.query_drop(format!("CREATE DATABASE IF NOT EXISTS {name}")).await.unwrap();
    let options = Options { url: format!("{server}{name}"), pool_size: 1, mysql_ca: None };
    migrations::run(&options).await.expect("the migrations run");
    conn.query_drop(format!("USE {name}")).await.unwrap();
    let tables: Vec<String> = conn.query("SHOW TABLES").await.unwrap();
    let mut statements = vec!["SET SESSION foreign_key_checks = 0".to_owned()];
    for table in tables {
        let shown: Option<(String, String)> =
            conn.query_first(format!("SHOW CREATE TABLE {table}")).await.unwrap();
        statements.push(shown.unwrap().1);
    }
    statements.push(format!(
        "INSERT INTO __diesel_schema_migrations SELECT * FROM {name}.__diesel_schema_migrations"
    ));
    conn.disconnect().await.unwrap();
    statements
}

fn hash_of_migrations() -> u64 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/mysql");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().join("up.sql")).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().hash(&mut hasher);
        fs::read(&file).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}
