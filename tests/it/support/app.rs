//! A server of one test, with its own database and clock.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Nullable, Text},
};
use diesel_async::RunQueryDsl;
use parlance::{
    domain::{App, Rates, Rules, Sharing},
    secrets::token::Tokens,
    server::{self, Connections},
    store::{Conn, Store},
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{Client, TestClock, database::Database};

/// Signs the tokens of every test.
pub(crate) const SECRET: &[u8] = b"a secret of the tests, 32 bytes or more";

/// How a test wants its server; the default is one without rate limits.
pub(crate) struct Setup {
    pub(crate) rules: Rules,
    pub(crate) options: server::Options,
    pub(crate) pool_size: usize,
    pub(crate) sharing: Sharing,
    pub(crate) tokens: Tokens,
}

impl Default for Setup {
    fn default() -> Self {
        let rules = Rules {
            access_ttl: Duration::from_mins(15),
            refresh_ttl: Duration::from_hours(30 * 24),
            rest_access_ttl: Duration::from_hours(1),
            rest_refresh_ttl: Duration::from_hours(24),
            password_min: 5,
            rate_limits: false,
            rates: Rates::default(),
        };
        let (options, sharing) = (server::Options::default(), Sharing::default());
        let tokens = Tokens::new(SECRET).unwrap();
        Self { rules, options, pool_size: 8, sharing, tokens }
    }
}

/// A running server. Dropped last of all, it takes its database along.
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) store: Store,
    pub(crate) tokens: Tokens,
    pub(crate) clock: Arc<TestClock>,
    database: Arc<Database>,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(Setup::default()).await
    }

    pub(crate) async fn start_with(setup: Setup) -> Self {
        Self::on(Arc::new(Database::new().await), Arc::default(), setup).await
    }

    /// A second server on the same database, with the same clock and secret.
    pub(crate) async fn another_instance(&self) -> Self {
        self.another_instance_with(Setup::default()).await
    }

    /// The same, set up in its own way.
    pub(crate) async fn another_instance_with(&self, setup: Setup) -> Self {
        Self::on(self.database.clone(), self.clock.clone(), setup).await
    }

    async fn on(database: Arc<Database>, clock: Arc<TestClock>, setup: Setup) -> Self {
        let Setup { rules, options, pool_size, sharing, tokens } = setup;
        let store = Store::open(&database.options(pool_size)).unwrap();
        let app = App::start(store.clone(), clock.clone(), tokens.clone(), rules, sharing).await;
        let app = app.unwrap();
        let router = server::router(app.clone(), &options);
        Self { app, router, store, tokens, clock, database }
    }

    /// Somebody without an account.
    pub(crate) fn stranger(&self) -> Client {
        Client::new(self.router.clone())
    }

    /// Listens on a port of its own until the answer is dropped.
    pub(crate) async fn serves(&self) -> Served {
        self.serves_with(Connections::default()).await
    }

    /// The same, giving up connections on which nothing is taken for so long.
    pub(crate) async fn serves_within(&self, within: Duration) -> Served {
        self.serves_with(Connections { stalled: within, ..Connections::default() }).await
    }

    /// The same, taking connections in its own way.
    pub(crate) async fn serves_with(&self, connections: Connections) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let metrics = self.app.metrics.clone();
        let accept = server::accept(listener, self.router.clone(), connections, metrics, stop);
        let task = tokio::spawn(accept);
        Served { address, task }
    }

    /// What the database is opened with.
    pub(crate) fn database_url(&self) -> String {
        self.database.options(1).url
    }

    /// The one number that a SELECT of one column answers.
    pub(crate) async fn counts(&self, sql: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = BigInt)]
            value: i64,
        }
        let query = diesel::sql_query(format!("SELECT CAST(({sql}) AS SIGNED) AS value"));
        let mut conn = self.store.conn().await.unwrap();
        let row: Row = match &mut conn {
            Conn::Mysql(c) => query.get_result(c).await.unwrap(),
            Conn::Sqlite(c) => query.get_result(c).await.unwrap(),
        };
        row.value
    }

    /// What a SELECT of one column, called `value`, answers; the column must be text, or null.
    pub(crate) async fn reads(&self, sql: &str) -> Vec<Option<String>> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Nullable<Text>)]
            value: Option<String>,
        }
        let query = diesel::sql_query(sql.to_owned());
        let mut conn = self.store.conn().await.unwrap();
        let rows: Vec<Row> = match &mut conn {
            Conn::Mysql(c) => query.load(c).await.unwrap(),
            Conn::Sqlite(c) => query.load(c).await.unwrap(),
        };
        rows.into_iter().map(|row| row.value).collect()
    }

    /// Runs a statement, for what no client can do.
    pub(crate) async fn writes(&self, sql: &str) {
        let query = diesel::sql_query(sql.to_owned());
        let mut conn = self.store.conn().await.unwrap();
        match &mut conn {
            Conn::Mysql(c) => query.execute(c).await.unwrap(),
            Conn::Sqlite(c) => query.execute(c).await.unwrap(),
        };
    }
}

/// A server on a real port.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}
