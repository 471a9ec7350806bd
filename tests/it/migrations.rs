//! What an upgrade relies on: the schema only grows, it is brought up to date once however many start, by whoever lives
//! to do it, and a release runs on whatever the next one adds. The release before, as it was, is run on this schema by
//! `tests/clients/previous`.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use diesel_async::RunQueryDsl;
use mysql_async::prelude::Queryable;
use parlance::store::{Conn, Options, Store, migrations};
use tokio::time::{Instant, sleep};

use crate::{
    commands::{Program, Running},
    store::empty_beside,
    support::{TestApp, json},
};

/// More than anything here takes, on a busy machine too.
const LONG: Duration = Duration::from_mins(1);

fn all() -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    fs::read_dir(folder).unwrap().count()
}

async fn is_ready(server: &Running) -> (u16, String) {
    let request = "GET /readyz HTTP/1.1\r\nHost: parlance\r\nConnection: close\r\n\r\n";
    server.sends(request).await.unwrap()
}

async fn drop_beside(app: &TestApp, options: &Options) {
    if !app.store.is_sqlite() {
        let name = options.url.rsplit('/').next().unwrap();
        app.writes(&format!("DROP DATABASE {name}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on MySQL: one SQLite file serves one server"]
async fn two_servers_that_start_at_once_on_an_empty_database_migrate_it_once_and_both_serve() {
    let app = TestApp::start().await;
    let (options, _folder) = empty_beside(&app).await;
    let program = Program::on(&app).with("DATABASE_URL", &options.url);
    let servers: [Running; 2] =
        tokio::join!(Running::start(&program), Running::start(&program)).into();
    let mut epochs = BTreeSet::new();
    for server in &servers {
        assert_eq!(is_ready(server).await.0, 200);
        let asked = server.asks(None, &json!({ "query": "{ server { epoch } }" })).await.unwrap();
        epochs.insert(asked.1["data"]["server"]["epoch"].to_string());
    }
    assert_eq!(epochs.len(), 1, "clients go from one to the other: {epochs:?}");
    let mut logs = String::new();
    for server in servers {
        server.signals("TERM");
        let (code, log) = server.ends().await;
        assert_eq!(code, Some(0), "{log}");
        logs.push_str(&log);
    }
    assert_eq!(logs.matches("migrated the database").count(), 1, "{logs}");
    let name = options.url.rsplit('/').next().unwrap();
    let run = format!("SELECT COUNT(*) FROM {name}.__diesel_schema_migrations");
    assert_eq!(app.counts(&run).await, i64::try_from(all()).unwrap());
    drop_beside(&app, &options).await;
}

/// Keeps others from writing which migrations were run, so that who migrates comes no further than the lock.
enum Obstacle {
    Sqlite(SqliteConnection),
    Mysql(mysql_async::Conn),
}

impl Obstacle {
    async fn on(options: &Options) -> Self {
        if let Some(path) = options.url.strip_prefix("sqlite:") {
            let mut connection = SqliteConnection::establish(path).unwrap();
            connection.batch_execute("BEGIN IMMEDIATE").unwrap();
            return Self::Sqlite(connection);
        }
        let opts = mysql_async::Opts::from_url(&options.url).unwrap();
        let mut connection = mysql_async::Conn::new(opts).await.unwrap();
        connection.query_drop("LOCK TABLES __diesel_schema_migrations WRITE").await.unwrap();
        Self::Mysql(connection)
    }

    /// Whether somebody holds the lock of those who migrate.
    async fn is_somebody_migrating(&mut self, options: &Options) -> bool {
        match self {
            Self::Sqlite(_) => {
                let lock = format!("{}.migrating", options.url.strip_prefix("sqlite:").unwrap());
                let lock = fs::File::options().write(true).open(lock);
                lock.is_ok_and(|lock| lock.try_lock().is_err())
            }
            Self::Mysql(connection) => {
                let asked =
                    "SELECT IS_USED_LOCK(CONCAT('parlance:', LEFT(SHA2(DATABASE(), 256), 32)))";
                connection.query_first::<Option<u64>, _>(asked).await.unwrap().flatten().is_some()
            }
        }
    }

    async fn ends(self) {
        match self {
            Self::Sqlite(mut connection) => connection.batch_execute("ROLLBACK").unwrap(),
            Self::Mysql(mut connection) => {
                connection.query_drop("UNLOCK TABLES").await.unwrap();
                connection.disconnect().await.unwrap();
            }
        }
    }
}

/// A database on which one migration is to run again.
async fn one_to_run(options: &Options) {
    migrations::run(options).await.unwrap();
    let forgotten = "DELETE FROM __diesel_schema_migrations WHERE version LIKE '%9'";
    writes(options, &["DROP TABLE changes", forgotten]).await;
}

async fn writes(options: &Options, statements: &[&str]) {
    let store = Store::open(options).unwrap();
    for statement in statements {
        let query = diesel::sql_query(*statement);
        match &mut *store.writing().await.unwrap() {
            Conn::Mysql(c) => query.execute(c).await,
            Conn::Sqlite(c) => query.execute(c).await,
        }
        .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_while_they_migrate_leaves_the_lock_to_the_next() {
    let app = TestApp::start().await;
    let (options, _folder) = empty_beside(&app).await;
    let program = Program::on(&app).with("DATABASE_URL", &options.url);
    one_to_run(&options).await;

    let mut obstacle = Obstacle::on(&options).await;
    let mut first = program.command(&["migrate"]).spawn().unwrap();
    let late = Instant::now() + LONG;
    while !obstacle.is_somebody_migrating(&options).await {
        assert!(Instant::now() < late, "nobody takes the lock");
        sleep(Duration::from_millis(10)).await;
    }
    first.kill().await.unwrap();
    let second = program.command(&["migrate"]).spawn().unwrap();
    obstacle.ends().await;
    let done = tokio::time::timeout(LONG, second.wait_with_output()).await;
    let done = done.expect("the next one does not wait for the dead").unwrap();
    let printed = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{printed} {}", String::from_utf8_lossy(&done.stderr));
    assert!(printed.trim().ends_with('9') && printed.lines().count() == 1, "{printed}");
    drop_beside(&app, &options).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on MySQL: an SQLite file is not served while it is migrated"]
async fn a_migration_does_not_hold_up_the_live_release_behind_a_dump() {
    let app = TestApp::start().await;
    let (options, _folder) = empty_beside(&app).await;
    let program = Program::on(&app).with("DATABASE_URL", &options.url);
    one_to_run(&options).await;
    let obstacle = Obstacle::on(&options).await;
    let problem = program.fails(&["migrate"]).await;
    assert!(problem.contains("a dump or a long transaction holds a table"), "{problem}");
    obstacle.ends().await;
    program.succeeds(&["migrate"]).await;
    drop_beside(&app, &options).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on MySQL: for an SQLite file the lock is the system's"]
async fn whoever_waits_for_another_that_migrates_says_so() {
    let app = TestApp::start().await;
    let (options, _folder) = empty_beside(&app).await;
    let opts = mysql_async::Opts::from_url(&options.url).unwrap();
    let mut holder = mysql_async::Conn::new(opts).await.unwrap();
    let lock = "SELECT GET_LOCK(CONCAT('parlance:', LEFT(SHA2(DATABASE(), 256), 32)), 0)";
    assert_eq!(holder.query_first::<u8, _>(lock).await.unwrap(), Some(1));
    let program = Program::on(&app).with("DATABASE_URL", &options.url).with("PARLANCE_LOG", "info");
    let second = program.command(&["migrate"]).spawn().unwrap();
    let name = options.url.rsplit('/').next().unwrap();
    let waiting = format!(
        "SELECT COUNT(*) FROM information_schema.processlist WHERE db = '{name}' AND state = 'User lock'"
    );
    let late = Instant::now() + LONG;
    while app.counts(&waiting).await == 0 {
        assert!(Instant::now() < late, "nobody waits");
        sleep(Duration::from_millis(10)).await;
    }
    holder.disconnect().await.unwrap();
    let done = tokio::time::timeout(LONG, second.wait_with_output()).await.unwrap().unwrap();
    let log = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && log.contains("waiting for it"), "{log}");
    drop_beside(&app, &options).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on MySQL: SQLite knows no rights"]
async fn check_finds_that_a_server_could_not_begin() {
    let app = TestApp::start().await;
    let (options, _folder) = empty_beside(&app).await;
    migrations::run(&options).await.unwrap();
    let name = options.url.rsplit('/').next().unwrap();
    let reader = format!("reader_{}", &name[name.len() - 12..]);
    app.writes(&format!("CREATE USER '{reader}'@'%' IDENTIFIED BY 'a password of a test'")).await;
    app.writes(&format!("GRANT SELECT ON {name}.* TO '{reader}'@'%'")).await;
    let (_, place) = options.url.split_once('@').unwrap();
    let url = format!("mysql://{reader}:a%20password%20of%20a%20test@{place}");
    let program = Program::on(&app).with("PARLANCE_ALLOW_UNSAFE_DURABILITY", "true");
    program.with("DATABASE_URL", &options.url).succeeds(&["check"]).await;
    let problem = program.with("DATABASE_URL", &url).fails(&["check"]).await;
    assert!(problem.contains("command denied"), "{problem}");
    app.writes(&format!("DROP USER '{reader}'@'%'")).await;
    drop_beside(&app, &options).await;
}

/// As one leaves it who is killed after a change of the schema and before the list says so.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "on MySQL: SQLite does both together or neither"]
async fn what_was_changed_by_who_was_killed_before_it_was_noted_is_not_changed_again() {
    let app = TestApp::start().await;
    let (options, _folder) = empty_beside(&app).await;
    let list = async |options: &Options| {
        let name = options.url.rsplit('/').next().unwrap();
        let rows = format!("SELECT version AS value FROM {name}.__diesel_schema_migrations");
        app.reads(&rows).await.into_iter().flatten().collect::<BTreeSet<_>>()
    };
    migrations::run(&options).await.unwrap();
    let whole = list(&options).await;
    assert_eq!(whole.len(), all());
    for version in &whole {
        // A table of the name, or an index, is there; only the list does not know.
        let statements = [
            format!("DELETE FROM __diesel_schema_migrations WHERE version = '{version}'"),
            format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('begun {version}')"),
        ];
        writes(&options, &statements.each_ref().map(String::as_str)).await;
        if Some(version) == whole.last() {
            // Whoever comes and goes meanwhile without being able to look forgets nothing.
            let opts = mysql_async::Opts::from_url(&options.url).unwrap();
            let mut holder = mysql_async::Conn::new(opts).await.unwrap();
            holder.query_drop("LOCK TABLES changes WRITE").await.unwrap();
            let problem = migrations::run(&options).await.unwrap_err();
            assert!(problem.contains("a dump or a long transaction holds a table"), "{problem}");
            holder.disconnect().await.unwrap();
        }
        let done = migrations::run(&options).await;
        assert_eq!(done.as_ref().map(Vec::len), Ok(1), "{version}: {done:?}");
        assert_eq!(list(&options).await, whole);
    }
    drop_beside(&app, &options).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on MySQL: SQLite does both together or neither"]
async fn a_table_of_somebody_else_is_not_taken_for_our_own() {
    let app = TestApp::start().await;
    let (options, _folder) = empty_beside(&app).await;
    writes(&options, &["CREATE TABLE messages (id INTEGER NOT NULL PRIMARY KEY)"]).await;
    for _ in 0..2 {
        let problem = migrations::run(&options).await.unwrap_err();
        assert!(
            problem.contains("000008_messages with: ") && problem.contains("exist"),
            "{problem}"
        );
    }
    writes(&options, &["DROP TABLE messages"]).await;
    let done = migrations::run(&options).await.unwrap();
    assert_eq!(done[0], "20261121000008");
    drop_beside(&app, &options).await;
}

/// What stands between commas, but for those in brackets.
fn parts(text: &str) -> Vec<String> {
    let (mut depth, mut found) = (0, vec![String::new()]);
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        found.last_mut().unwrap().push(c);
    }
    found.iter().map(|part| part.trim().to_owned()).collect()
}

/// What of a migration the release before could trip over: all that is not known to be harmless.
fn unfit(sql: &str) -> Vec<String> {
    let code = sql.lines().map(|line| line.split("--").next().unwrap()).collect::<Vec<_>>();
    let code = code.join(" ").to_uppercase();
    let mut made_here = BTreeSet::new();
    let mut found = Vec::new();
    for statement in code.split(';') {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let is_fit = match words.as_slice() {
            [] | ["CREATE", "INDEX", ..] => true,
            ["CREATE", "TABLE", name, ..] => {
                made_here.insert(*name);
                true
            }
            // What the release before writes might be refused.
            ["CREATE", "UNIQUE", "INDEX", _, "ON", name, ..] => {
                made_here.contains(name.split('(').next().unwrap())
            }
            ["ALTER", "TABLE", _, rest @ ..] => parts(&rest.join(" ")).iter().all(|part| {
                let is_filled = !part.contains("NOT NULL") || part.contains(" DEFAULT ");
                let is_free = !part.contains("UNIQUE") && !part.contains("REFERENCES");
                part.starts_with("ADD INDEX ")
                    || (part.starts_with("ADD COLUMN ") && is_filled && is_free)
            }),
            _ => false,
        };
        if !is_fit {
            found.push(words.join(" "));
        }
    }
    found
}

#[test]
fn what_takes_away_or_demands_more_is_told_from_what_adds() {
    for fit in [
        "CREATE TABLE a (b INT NOT NULL, CONSTRAINT a_b UNIQUE (b)); -- DROP TABLE c;\nCREATE UNIQUE INDEX d ON a (b);",
        "CREATE INDEX a ON b (c, d)",
        "ALTER TABLE a ADD COLUMN b DECIMAL(9, 2), ADD COLUMN c VARCHAR(9) NOT NULL DEFAULT '', ADD INDEX d (b, c)",
    ] {
        assert_eq!(unfit(fit), [""; 0], "{fit}");
    }
    for bad in [
        "DROP TABLE a",
        "DROP INDEX a",
        "alter table a drop column b",
        "ALTER TABLE a RENAME COLUMN b TO c",
        "ALTER TABLE a RENAME TO b",
        "ALTER TABLE a MODIFY b BIGINT",
        "ALTER TABLE a CHANGE b c INT",
        "ALTER TABLE a ADD COLUMN b INT NOT NULL",
        "ALTER TABLE a ADD COLUMN b INT, DROP COLUMN c",
        "ALTER TABLE a ADD COLUMN b INT UNIQUE",
        "ALTER TABLE a ADD CONSTRAINT b UNIQUE (c)",
        "CREATE UNIQUE INDEX a ON b(c)",
        "CREATE TRIGGER a BEFORE INSERT ON b FOR EACH ROW SET NEW.c = 1",
        "UPDATE a SET b = 1",
        "DELETE FROM a",
    ] {
        assert_eq!(unfit(bad).len(), 1, "{bad}");
    }
}

#[test]
fn every_migration_only_adds_so_that_the_release_before_goes_on_beside_it() {
    let mut count = 0;
    for database in ["mysql", "sqlite"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
        for entry in fs::read_dir(folder).unwrap() {
            let file = entry.unwrap().path().join("up.sql");
            let sql = fs::read_to_string(&file).unwrap();
            let statements = sql.split(';').filter(|one| !one.trim().is_empty()).count();
            assert!(
                database == "sqlite" || statements == 1,
                "{}: MySQL does not undo the first of two when the second fails",
                file.display()
            );
            let found = unfit(&sql);
            assert!(
                found.is_empty(),
                "{}: while this is rolled out, the release before runs on the new schema, too: {found:#?}",
                file.display()
            );
            count += 1;
        }
    }
    assert_eq!(count, 2 * all());
}

/// A later release has added to everything; this one was running meanwhile, and is started anew.
#[tokio::test(flavor = "multi_thread")]
async fn this_release_runs_on_the_schema_of_the_next() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_called("before", &[&bob]).await;
    let sent = ann.sends(chat, "before").await;
    let tables = if app.store.is_sqlite() {
        "SELECT name AS value FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%diesel%' AND name NOT LIKE 'sqlite%'"
    } else {
        "SELECT table_name AS value FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT LIKE '%diesel%'"
    };
    let tables = app.reads(tables).await;
    assert!(tables.len() >= 9, "{tables:?}");
    for table in tables.into_iter().flatten() {
        app.writes(&format!("ALTER TABLE {table} ADD COLUMN of_the_next INTEGER")).await;
        app.writes(&format!(
            "ALTER TABLE {table} ADD COLUMN filled VARCHAR(9) NOT NULL DEFAULT 'x'"
        ))
        .await;
    }
    app.writes("CREATE TABLE things_of_the_next (id INTEGER NOT NULL PRIMARY KEY)").await;
    app.writes("CREATE INDEX of_the_next ON messages (conversation_id, sent_at)").await;
    app.writes("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')").await;

    // The one that was running goes on.
    let carol = app.person("carol").await;
    ann.adds(chat, &[&carol]).await.succeeds();
    let second = bob.replies(chat, sent, "after").await;
    bob.edits(second.id, "after all").await.succeeds();
    ann.makes(chat, &bob, "ADMIN").await.succeeds();
    carol.reads_up_to(chat, 2).await.succeeds();
    let third = ann.sends(chat, "to be deleted").await;
    ann.deletes(third.id).await.succeeds();
    ann.renames(chat, Some("after")).await.succeeds();
    carol.leaves(chat).await.succeeds();
    let document = "subscription ($chat: ID!) { conversationEvents(conversationId: $chat, afterEventSeq: 0) {
        __typename ... on MessageAdded { eventSeq } ... on MemberJoined { eventSeq } ... on MemberLeft { eventSeq }
        ... on MessageEdited { eventSeq } ... on MessageDeleted { eventSeq } } }";
    let mut follow = bob.follows(document, json!({ "chat": chat })).await;
    let heard = follow.catches_up().await;
    for kind in ["MemberJoined", "MessageAdded", "MessageEdited", "MessageDeleted", "MemberLeft"] {
        assert!(heard.iter().any(|item| item.starts_with(kind)), "{kind} in {heard:?}");
    }
    let list = bob.asks_for("{ conversations { nodes { title lastMessage { body } } } }").await;
    assert_eq!(list.list("conversations.nodes")[0]["lastMessage"]["body"], "after all");

    // And so does one that starts on what it finds.
    let program = Program::on(&app);
    let server = Running::start(&program).await;
    assert_eq!(is_ready(&server).await.0, 200);
    let token = ann.token().unwrap();
    let message = crate::commands::send(chat, "by the one that was started", uuid::Uuid::new_v4());
    let (status, answer) = server.asks(Some(token), &message).await.unwrap();
    assert_eq!((status, &answer["errors"]), (200, &json!(null)), "{answer}");
    assert_eq!(answer["data"]["sendMessage"]["message"]["seq"], 4);
    server.signals("TERM");
    assert_eq!(server.ends().await.0, Some(0));
    assert!(program.succeeds(&["migrate"]).await.contains("up to date"));
    assert!(program.succeeds(&["check"]).await.contains("ready to serve"));
}
