//! What the store promises on every database, and what becomes of a database that is busy, cut off or away.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU8, AtomicUsize, Ordering},
    },
    time::Duration,
};

use mysql_async::prelude::Queryable;
use parlance::{
    domain::App,
    ids::{ConversationId, UserId},
    server,
    store::{
        Conn, Options, Store, StoreError, Transient,
        conversations::{self, Kind, NewConversation},
        health,
        members::{self, Member, MemberRole},
        migrations, settings,
    },
    time::{Clock, Timestamp},
};
use scoped_futures::ScopedFutureExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Barrier,
    task::{AbortHandle, JoinSet},
};

use crate::{
    concurrency::{Held, is_in_order},
    support::{Client, Id, Setup, TestApp, client_id, json},
};

fn conversation(creator: Id, at: Timestamp) -> NewConversation {
    NewConversation {
        id: ConversationId::new(),
        kind: Kind::Group,
        title: None,
        direct_key: None,
        created_by: UserId::from(creator),
        client_conversation_id: None,
        client_hash: None,
        created_at: at,
        message_seq: 0,
        event_seq: 0,
        live_count: 0,
        last_activity_at: at,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_comes_back_to_the_microsecond() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let conn = &mut app.store.conn().await.unwrap();
    let micros = [
        0,
        1,
        999_999,
        1_000_000,
        1_764_000_000_000_000,
        1_764_000_000_000_001,
        1_764_000_000_100_000,
        1_764_000_000_120_000,
        253_402_300_799_999_999,
    ];
    for moment in micros.map(Timestamp::from_micros).into_iter().chain([app.clock.now()]) {
        let row = conversation(ann.id, moment);
        conversations::insert(conn, &row).await.unwrap();
        let found = conversations::lock(conn, &[row.id]).await.unwrap().pop().unwrap();
        assert_eq!((found.created_at, found.last_activity_at), (moment, moment));
    }
    // Moments in the database sort as moments do.
    let sorted = app
        .reads(
            "SELECT CAST(created_at AS CHAR(40)) AS value FROM conversations ORDER BY created_at",
        )
        .await;
    let again = {
        let mut again = sorted.clone();
        again.sort();
        again
    };
    assert_eq!(sorted, again);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_undone_on_error_and_kept_on_success() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let row = conversation(ann.id, app.clock.now());
    let attempt = async |fails: bool| {
        let row = &row;
        let done = app.store.transaction(|tx| {
            async move {
                conversations::insert(tx, row).await?;
                if fails { Err(StoreError::Other("no".to_owned())) } else { Ok(7) }
            }
            .scope_boxed()
        });
        done.await
    };
    assert!(matches!(attempt(true).await, Err(StoreError::Other(message)) if message == "no"));
    assert_eq!(app.counts("SELECT COUNT(*) FROM conversations").await, 0);
    assert!(matches!(attempt(false).await, Ok(7)));
    assert_eq!(app.counts("SELECT COUNT(*) FROM conversations").await, 1);
    // The key is taken now; that undoes everything, and is not tried again.
    assert!(matches!(attempt(false).await, Err(StoreError::Duplicate)));
    assert_eq!(app.counts("SELECT COUNT(*) FROM conversations").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_key_is_told_from_other_errors() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let conn = &mut app.store.conn().await.unwrap();
    let row = conversation(ann.id, app.clock.now());
    conversations::insert(conn, &row).await.unwrap();
    let other =
        NewConversation { id: ConversationId::new(), direct_key: Some(vec![7; 32]), ..row.clone() };
    conversations::insert(conn, &other).await.unwrap();
    for twin in [row.clone(), NewConversation { id: ConversationId::new(), ..other }] {
        assert!(matches!(conversations::insert(conn, &twin).await, Err(StoreError::Duplicate)));
    }
    settings::insert(conn, "colour", "blue").await.unwrap();
    assert!(matches!(settings::insert(conn, "colour", "red").await, Err(StoreError::Duplicate)));
    // Keys are compared byte by byte on every database.
    for key in ["Colour", " colour", "cölour"] {
        settings::insert(conn, key, "red").await.unwrap();
    }
    assert_eq!(settings::find(conn, "colour").await.unwrap().as_deref(), Some("blue"));
    let orphan = Member {
        conversation_id: ConversationId::new(),
        user_id: UserId::from(ann.id),
        role: MemberRole::Owner,
        joined_at: row.created_at,
        joined_event_seq: 1,
        read_seq: 0,
        left_at: None,
        left_event_seq: None,
    };
    let refused = members::insert_or_rejoin(conn, &orphan).await;
    assert!(
        matches!(refused, Err(StoreError::Other(_))),
        "a foreign key is no duplicate: {refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_transient_is_tried_again_a_few_times() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let now = app.clock.now();
    let fails = async |times: usize, error: fn() -> StoreError| {
        let attempts = AtomicUsize::new(0);
        let (attempts_of, row) = (&attempts, &conversation(ann.id, now));
        let done = app.store.transaction(|tx| {
            async move {
                conversations::insert(tx, row).await?;
                if attempts_of.fetch_add(1, Ordering::Relaxed) < times {
                    Err(error())
                } else {
                    Ok(())
                }
            }
            .scope_boxed()
        });
        let done = done.await;
        (done.is_ok(), attempts.load(Ordering::Relaxed))
    };
    let busy = || StoreError::Busy(String::new());
    let gone = || StoreError::Unreachable(String::new());
    // Each attempt begins anew: else the second would meet the first one's row.
    assert_eq!(fails(2, busy).await, (true, 3));
    assert_eq!(fails(1, gone).await, (true, 2));
    let (is_done, attempts) = fails(usize::MAX, busy).await;
    assert!(!is_done && (2..=10).contains(&attempts), "{attempts}");
    for error in [
        || StoreError::Duplicate,
        || StoreError::CommitUnknown(String::new()),
        || StoreError::Other(String::new()),
    ] {
        assert!(!error().is_transient());
        assert_eq!(fails(usize::MAX, error).await, (false, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_conversations_are_locked_in_one_order() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        let row = conversation(ann.id, app.clock.now());
        conversations::insert(&mut app.store.conn().await.unwrap(), &row).await.unwrap();
        ids.push(row.id);
    }
    let mut tasks = JoinSet::new();
    for n in 0..12 {
        let (store, mut ids) = (app.store.clone(), ids.clone());
        ids.rotate_left(n % 6);
        if n % 2 == 0 {
            ids.reverse();
        }
        tasks.spawn(async move {
            for _ in 0..10 {
                let (ids, tried) = (&ids, &AtomicUsize::new(0));
                let locked = store.transaction(|tx| {
                    async move {
                        tried.fetch_add(1, Ordering::Relaxed);
                        let rows = conversations::lock(tx, ids).await?;
                        tokio::task::yield_now().await;
                        conversations::update_title(tx, ids[0], Some("mine")).await?;
                        Ok::<_, StoreError>(rows)
                    }
                    .scope_boxed()
                });
                let rows = locked.await.unwrap();
                assert!(rows.is_sorted_by_key(|row| row.id) && rows.len() == 6);
                assert_eq!(
                    tried.load(Ordering::Relaxed),
                    1,
                    "nobody waits for another in a circle"
                );
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on MySQL: an SQLite file has one writer at a time, and nobody to wait for in a circle"]
async fn a_deadlock_is_resolved_by_trying_again() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (first, second) =
        (conversation(ann.id, app.clock.now()), conversation(ann.id, app.clock.now()));
    for row in [&first, &second] {
        conversations::insert(&mut app.store.conn().await.unwrap(), row).await.unwrap();
    }
    let (barrier, attempts) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
    let mut tasks = JoinSet::new();
    for (one, other) in [(first.id, second.id), (second.id, first.id)] {
        let (store, barrier, attempts) = (app.store.clone(), barrier.clone(), attempts.clone());
        tasks.spawn(async move {
            let (barrier, attempts) = (&barrier, &attempts);
            let is_first = &AtomicUsize::new(0);
            let done = store.transaction(|tx| {
                async move {
                    attempts.fetch_add(1, Ordering::Relaxed);
                    conversations::lock(tx, &[one]).await?;
                    // Only the first attempts meet in the middle.
                    if is_first.fetch_add(1, Ordering::Relaxed) == 0 {
                        barrier.wait().await;
                    }
                    conversations::lock(tx, &[other]).await?;
                    Ok::<_, StoreError>(())
                }
                .scope_boxed()
            });
            done.await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    assert!(attempts.load(Ordering::Relaxed) > 2, "they did wait for each other");
}

/// Shortens how long the pool's connections wait for a lock, and sees that all of them do.
async fn is_impatient(store: &Store, pool_size: usize) {
    use diesel_async::SimpleAsyncConnection;
    let mut all = Vec::new();
    for _ in 0..pool_size {
        let mut conn = store.conn().await.unwrap();
        match &mut conn {
            Conn::Mysql(c) => {
                c.batch_execute("SET SESSION innodb_lock_wait_timeout = 1").await.unwrap();
            }
            Conn::Sqlite(c) => c.batch_execute("PRAGMA busy_timeout = 100").await.unwrap(),
        }
        all.push(conn);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_held_too_long_makes_the_server_unavailable_for_a_while() {
    let (pool_size, timeout) = (3, Duration::from_mins(1));
    let options = server::Options { timeout, ..server::Options::default() };
    let app = TestApp::start_with(Setup { options, pool_size, ..Setup::default() }).await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let sent = ann.sends(chat, "before").await;
    is_impatient(&app.store, pool_size).await;
    // By somebody else: another process that has stopped with the lock in its hands.
    let other =
        Store::open(&Options { url: app.database_url(), pool_size: 1, mysql_ca: None }).unwrap();
    let held = Held::lock(&other, &[chat]).await;
    let mut answers = vec![ann.tries_to_send(chat, "waits").await];
    // On SQLite each try opens another connection, which has all the patience again.
    if !app.store.is_sqlite() {
        answers.push(bob.does("deleteMessage", json!({ "id": sent.id }), "eventSeq").await);
    }
    for answer in answers {
        answer.fails_with("SERVICE_UNAVAILABLE");
        let message = answer.errors()[0]["message"].as_str().unwrap();
        assert!(!message.to_lowercase().contains("lock"), "{message}");
    }
    held.released().await;
    ann.sends(chat, "after").await;
    assert_eq!(is_in_order(&app, chat).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_ends_a_transaction_that_rests_with_a_lock_though_it_has_written_nothing() {
    use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
    #[derive(diesel::QueryableByName)]
    struct Alive {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        bound: i64,
    }
    let app = TestApp::start().await;
    let mut conn = app.store.conn().await.unwrap();
    let Conn::Mysql(c) = &mut conn else { return };
    // The shortest of all bounds that are set holds for a transaction that has written; this one for all.
    let asked = diesel::sql_query("SELECT CAST(@@idle_transaction_timeout AS SIGNED) AS bound");
    let Ok(found) = asked.get_result::<Alive>(&mut **c).await else { return };
    assert_eq!(found.bound, 10, "in seconds; 0 would be none");
    // Sooner, so that nobody waits for it.
    c.batch_execute("SET SESSION idle_transaction_timeout = 1").await.unwrap();
    c.batch_execute("BEGIN; SELECT id FROM conversations FOR UPDATE").await.unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    c.batch_execute("COMMIT").await.expect_err("the transaction is over, and so is the connection");
}

/// The tables of `schema.rs`, with their columns and whether each may be null.
fn printed_tables() -> BTreeMap<String, BTreeMap<String, bool>> {
    let source =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/schema.rs"))
            .unwrap();
    let mut tables: BTreeMap<String, BTreeMap<String, bool>> = BTreeMap::new();
    let mut table = String::new();
    for line in source.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            name.clone_into(&mut table);
        } else if let Some((column, kind)) = line.split_once(" -> ").filter(|_| line.ends_with(','))
        {
            tables
                .entry(table.clone())
                .or_default()
                .insert(column.to_owned(), kind.starts_with("Nullable"));
        }
    }
    tables
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_has_the_columns_that_the_queries_know() {
    let app = TestApp::start().await;
    let printed = printed_tables();
    assert!(printed.len() >= 9 && printed.values().all(|columns| columns.len() > 1), "{printed:?}");
    for (table, columns) in printed {
        let names: Vec<&str> = columns.keys().map(String::as_str).collect();
        app.counts(&format!(
            "SELECT COUNT(*) FROM (SELECT {} FROM {table}) AS one",
            names.join(", ")
        ))
        .await;
        let sql = if app.store.is_sqlite() {
            format!(
                "SELECT name || ' ' || (\"notnull\" = 0 AND pk = 0) AS value FROM pragma_table_info('{table}') ORDER BY name"
            )
        } else {
            format!(
                "SELECT CONCAT(column_name, ' ', is_nullable = 'YES') AS value FROM information_schema.columns \
                 WHERE table_schema = DATABASE() AND table_name = '{table}' ORDER BY column_name"
            )
        };
        let real: Vec<String> = app.reads(&sql).await.into_iter().flatten().collect();
        let expected: Vec<String> = columns
            .iter()
            .map(|(name, is_nullable)| format!("{name} {}", u8::from(*is_nullable)))
            .collect();
        assert_eq!(real, expected, "{table}");
    }
}

/// An empty database beside a test's own.
pub(crate) async fn empty_beside(app: &TestApp) -> (Options, Option<tempfile::TempDir>) {
    if app.store.is_sqlite() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("empty.db").display());
        return (Options { url, pool_size: 2, mysql_ca: None }, Some(folder));
    }
    let url = app.database_url();
    let mut conn =
        mysql_async::Conn::new(mysql_async::Opts::from_url(&url).unwrap()).await.unwrap();
    let name = format!("parlance_test_{}", client_id().simple());
    conn.query_drop(format!("CREATE DATABASE {name}")).await.unwrap();
    conn.disconnect().await.unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    (Options { url: format!("{server}/{name}"), pool_size: 2, mysql_ca: None }, None)
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_migrate_once() {
    let app = TestApp::start().await;
    let (options, _folder) = empty_beside(&app).await;
    let mut runs = JoinSet::new();
    for _ in 0..3 {
        let options = options.clone();
        runs.spawn(async move { migrations::run(&options).await.unwrap().len() });
    }
    let mut done = Vec::new();
    while let Some(run) = runs.join_next().await {
        done.push(run.unwrap());
    }
    done.sort_unstable();
    assert!(done[..2] == [0, 0] && done[2] >= 9, "{done:?}");
    let store = Store::open(&options).unwrap();
    assert_eq!(migrations::pending(&mut store.conn().await.unwrap()).await.unwrap(), [""; 0]);
    drop(store);
    if !app.store.is_sqlite() {
        let name = options.url.rsplit('/').next().unwrap().to_owned();
        app.writes(&format!("DROP DATABASE {name}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_under_which_a_commit_may_be_lost_are_named() {
    use diesel_async::SimpleAsyncConnection;
    let app = TestApp::start().await;
    let mut conn = app.store.conn().await.unwrap();
    let safe = health::unsafe_settings(&mut conn).await.unwrap();
    assert_eq!(safe, [""; 0], "the servers of the tests are safe");
    // The settings of a MySQL server are all tests' together, and are left as they are.
    if !app.store.is_sqlite() {
        return;
    }
    for value in ["NORMAL", "OFF"] {
        let Conn::Sqlite(c) = &mut conn else { return };
        c.batch_execute(&format!("PRAGMA synchronous = {value}")).await.unwrap();
        let found = health::unsafe_settings(&mut conn).await.unwrap();
        assert!(found.len() == 1 && found[0].contains("synchronous"), "{found:?}");
    }
    let mut other = app.store.conn().await.unwrap();
    assert_eq!(
        health::unsafe_settings(&mut other).await.unwrap(),
        [""; 0],
        "that was one connection"
    );
}

/// What a [`Proxy`] does to a COMMIT.
const PASS: u8 = 0;
/// The database does not hear of it.
const CUT_BEFORE: u8 = 1;
/// The database does it, and the server does not hear of that.
const CUT_AFTER: u8 = 2;
/// As [`CUT_BEFORE`], until told otherwise and not only the next one.
const CUT_EVERY: u8 = 3;

/// Stands between the server and its database, and can break what passes.
pub(crate) struct Proxy {
    pub(crate) url: String,
    commits: Arc<AtomicU8>,
    lie: Arc<OnceLock<(&'static str, &'static str)>>,
    pairs: Arc<std::sync::Mutex<JoinSet<()>>>,
    listening: AbortHandle,
}

impl Proxy {
    /// In front of the database of this URL.
    pub(crate) async fn before(url: &str) -> Self {
        let opts = mysql_async::Opts::from_url(url).unwrap();
        let target = (opts.ip_or_hostname().to_owned(), opts.tcp_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = format!("{}:{}", target.0, target.1);
        let url = url.replace(&authority, &listener.local_addr().unwrap().to_string());
        let (commits, pairs) =
            (Arc::new(AtomicU8::new(PASS)), Arc::new(std::sync::Mutex::new(JoinSet::new())));
        let lie = Arc::new(OnceLock::new());
        let (of_pairs, mode, told) = (pairs.clone(), commits.clone(), lie.clone());
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(database) = TcpStream::connect(target.clone()).await else { continue };
                let (mode, told) = (mode.clone(), told.clone());
                of_pairs.lock().unwrap().spawn(pump(client, database, mode, told));
            }
        });
        Self { url, commits, lie, pairs, listening: listening.abort_handle() }
    }

    /// What the database says in these words reaches the server in others of the same length.
    pub(crate) fn says(&self, truth: &'static str, lie: &'static str) {
        assert_eq!(truth.len(), lie.len());
        self.lie.set((truth, lie)).unwrap();
    }

    /// The database is away: nobody gets through any more, and whoever was through is cut off.
    pub(crate) fn breaks(&self) {
        self.listening.abort();
        self.pairs.lock().unwrap().abort_all();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.breaks();
    }
}

async fn pump(
    mut client: TcpStream,
    mut database: TcpStream,
    mode: Arc<AtomicU8>,
    lie: Arc<OnceLock<(&'static str, &'static str)>>,
) {
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            Ok(n) = client.read(&mut asked) => {
                // The statement itself, and not the level of isolation.
                let is_commit = asked[..n].windows(7).any(|part| part == b"\x03COMMIT");
                let mode = match mode.load(Ordering::SeqCst) {
                    CUT_EVERY if is_commit => CUT_BEFORE,
                    _ if is_commit => mode.swap(PASS, Ordering::SeqCst),
                    _ => PASS,
                };
                if n == 0 || mode == CUT_BEFORE || database.write_all(&asked[..n]).await.is_err() {
                    return;
                }
                if mode == CUT_AFTER {
                    // The answer means that it is done.
                    let _ = database.read(&mut answered).await;
                    return;
                }
            }
            Ok(n) = database.read(&mut answered) => {
                if let Some((truth, lie)) = lie.get() {
                    for at in 0..n.saturating_sub(truth.len() - 1) {
                        if answered[at..].starts_with(truth.as_bytes()) {
                            answered[at..at + lie.len()].copy_from_slice(lie.as_bytes());
                        }
                    }
                }
                if n == 0 || client.write_all(&answered[..n]).await.is_err() {
                    return;
                }
            }
            else => return,
        }
    }
}

/// A server on the database of another, through a proxy.
pub(crate) async fn server_behind(app: &TestApp, proxy: &Proxy) -> axum::Router {
    server_behind_with(app, proxy, &server::Options::default()).await
}

/// The same, set up in its own way.
pub(crate) async fn server_behind_with(
    app: &TestApp,
    proxy: &Proxy,
    options: &server::Options,
) -> axum::Router {
    let store =
        Store::open(&Options { url: proxy.url.clone(), pool_size: 4, mysql_ca: None }).unwrap();
    let Setup { rules, sharing, .. } = Setup::default();
    let parts = App::start(store, app.clock.clone(), app.tokens.clone(), rules, sharing).await;
    let parts = parts.unwrap();
    server::router(parts, options)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on MySQL: an SQLite file has no connection that could be lost"]
async fn a_commit_of_unknown_fate_is_looked_up_before_the_sender_is_answered() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let proxy = Proxy::before(&app.database_url()).await;
    let client = Client::new(server_behind(&app, &proxy).await).with_token(ann.token().unwrap());
    let send = async |more: serde_json::Value| {
        let mut input = json!({ "conversationId": chat, "body": "once" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.does("sendMessage", input, "message { id seq body } deduplicated").await
    };
    let mut seq = 0;
    for mode in [CUT_BEFORE, CUT_AFTER, CUT_AFTER, CUT_BEFORE] {
        for more in [json!({}), json!({ "clientMessageId": client_id() })] {
            proxy.commits.store(mode, Ordering::SeqCst);
            let answer = send(more).await;
            assert_eq!(proxy.commits.load(Ordering::SeqCst), PASS, "a COMMIT was broken");
            seq += 1;
            assert_eq!(answer.number("sendMessage.message.seq"), seq, "cut {mode}");
            assert_eq!(answer.gives("sendMessage.deduplicated"), false);
            assert_eq!(is_in_order(&app, chat).await, seq, "stored once");
        }
    }
    // Where the look-up fails too, only who gave an id of their own may simply send again.
    for (more, is_retryable) in
        [(json!({}), false), (json!({ "clientMessageId": client_id() }), true)]
    {
        proxy.commits.store(CUT_EVERY, Ordering::SeqCst);
        let answer = send(more.clone()).await;
        assert_eq!(answer.code(), Some("SERVICE_UNAVAILABLE"));
        let error = answer.errors()[0].clone();
        assert_eq!(error["extensions"]["retryable"], is_retryable, "{more}");
        assert!(error["message"].as_str().unwrap().contains("look whether it was done"));
        assert_eq!(is_in_order(&app, chat).await, seq, "nothing was stored");
        proxy.commits.store(PASS, Ordering::SeqCst);
        seq += 1;
        assert_eq!(send(more).await.number("sendMessage.message.seq"), seq);
    }
    // What has no id of its own to be looked up by is not called failed either.
    let words = ann.sends(chat, "words").await;
    for mode in [CUT_BEFORE, CUT_AFTER] {
        proxy.commits.store(mode, Ordering::SeqCst);
        let answer = client
            .does("editMessage", json!({ "id": words.id, "body": "other" }), "eventSeq")
            .await;
        assert_eq!(answer.code(), Some("SERVICE_UNAVAILABLE"));
        let error = answer.errors()[0].clone();
        assert_eq!(error["extensions"]["retryable"], false, "a retry might do it twice");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("look whether it was done"), "cut {mode}: {message}");
        let expected = if mode == CUT_AFTER { "other" } else { "words" };
        assert_eq!(ann.sees_message(words.id, "body").await.word("message.body"), expected);
    }
}
