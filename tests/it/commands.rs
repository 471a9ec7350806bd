//! The program itself, as an operator calls it: every command, what it prints, and how it ends.

use std::{
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Output, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
    sync::watch,
    task::JoinHandle,
};

use crate::{
    concurrency::is_in_order,
    store::empty_beside,
    support::{PASSWORD, SECRET, TestApp, client_id, json},
};

/// How to call the program: on which database, with which secret.
#[derive(Clone)]
pub(crate) struct Program {
    envs: Vec<(String, String)>,
}

impl Program {
    /// On the database of a test, and with its secret, so that tokens are good for both.
    pub(crate) fn on(app: &TestApp) -> Self {
        Self::at(&app.database_url())
            .with("PARLANCE_SECRET_KEY", std::str::from_utf8(SECRET).unwrap())
            // On MySQL it would be in the folder that the tests run in.
            .with("PARLANCE_REQUEST_LOG", "off")
    }

    pub(crate) fn at(url: &str) -> Self {
        Self { envs: vec![("DATABASE_URL".to_owned(), url.to_owned())] }
    }

    /// On an SQLite file that is not there yet, without a secret.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self::at(&format!("sqlite:{}", folder.join("data/parlance.db").display()))
    }

    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut envs = self.envs.clone();
        envs.push((name.to_owned(), value.to_owned()));
        Self { envs }
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parlance"));
        command
            .env_clear()
            .envs(self.envs.iter().map(|(name, value)| (name, value)))
            .args(args)
            .kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs to the end with this on standard input.
    async fn runs_with(&self, args: &[&str], input: &str) -> Output {
        let mut child = self.command(args).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // Whoever refuses at once does not read.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        tokio::time::timeout(Duration::from_mins(1), child.wait_with_output())
            .await
            .expect("it comes to an end")
            .unwrap()
    }

    async fn runs(&self, args: &[&str]) -> Output {
        self.runs_with(args, "").await
    }

    /// It ends well; answers what it printed.
    pub(crate) async fn succeeds(&self, args: &[&str]) -> String {
        printed(&self.runs(args).await)
    }

    /// It ends with a failure; answers the sentence that it gave.
    pub(crate) async fn fails(&self, args: &[&str]) -> String {
        sentence(&self.runs(args).await)
    }
}

#[track_caller]
fn printed(output: &Output) -> String {
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "it should succeed: {out} {err}");
    out.into_owned()
}

#[track_caller]
fn sentence(output: &Output) -> String {
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!output.status.success(), "it should fail: {out} {err}");
    assert!(!err.trim().is_empty(), "it says why");
    assert!(
        !err.contains("panicked") && !err.contains("RUST_BACKTRACE"),
        "it does not fall over: {err}"
    );
    err.into_owned()
}

/// A server that runs in a process of its own.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: String,
    /// What it has printed to its log.
    log: Arc<Mutex<String>>,
    grown: watch::Receiver<usize>,
    reading: JoinHandle<()>,
}

impl Running {
    /// Starts the server on a free port and waits until it says where it is.
    pub(crate) async fn start(program: &Program) -> Self {
        let mut child =
            program.with("PARLANCE_LISTEN", "127.0.0.1:0").command(&[]).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = Arc::new(Mutex::new(String::new()));
        let (grow, grown) = watch::channel(0);
        let kept = log.clone();
        let reading = tokio::spawn(async move {
            while let Ok(Some(line)) = stderr.next_line().await {
                let mut kept = kept.lock().unwrap();
                kept.push_str(&line);
                kept.push('\n');
                drop(kept);
                grow.send_modify(|lines| *lines += 1);
            }
        });
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = None;
        while let Ok(Some(line)) = stdout.next_line().await {
            if let Some((_, url)) = line.split_once("GraphQL  http://") {
                address = url.strip_suffix("/graphql").map(str::to_owned);
                break;
            }
        }
        // The pipe is read to its end, so that the server is never held up by it.
        tokio::spawn(async move { while let Ok(Some(_)) = stdout.next_line().await {} });
        let address =
            address.unwrap_or_else(|| panic!("it does not start: {}", log.lock().unwrap()));
        Self { child, address, log, grown, reading }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub(crate) fn signals(&self, name: &str) {
        let id = self.id().to_string();
        let done =
            std::process::Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap();
        assert!(done.success());
    }

    /// Waits for its log to say this.
    pub(crate) async fn logs(&mut self, words: &str) {
        while !self.log.lock().unwrap().contains(words) {
            self.grown
                .changed()
                .await
                .unwrap_or_else(|_| panic!("it never says {words}: {}", self.log.lock().unwrap()));
        }
    }

    /// Waits for its log to say this; answers what follows on that line.
    pub(crate) async fn logs_after(&mut self, words: &str) -> String {
        self.logs(words).await;
        let log = self.log.lock().unwrap();
        let (_, rest) = log.split_once(words).unwrap();
        rest.lines().next().unwrap_or_default().to_owned()
    }

    /// How it ends, and all that it has logged.
    pub(crate) async fn ends(mut self) -> (Option<i32>, String) {
        let status = tokio::time::timeout(Duration::from_mins(1), self.child.wait())
            .await
            .expect("it ends")
            .unwrap();
        self.reading.await.unwrap();
        let log = self.log.lock().unwrap().clone();
        (status.code(), log)
    }

    /// Posts a document to it.
    pub(crate) async fn asks(
        &self,
        token: Option<&str>,
        body: &Value,
    ) -> std::io::Result<(u16, Value)> {
        let authorization =
            token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let body = body.to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: parlance\r\nContent-Type: application/json\r\n{authorization}Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let (status, text) = self.sends(&request).await?;
        Ok((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    /// Sends a request, byte by byte, and answers the status and the body.
    pub(crate) async fn sends(&self, request: &str) -> std::io::Result<(u16, String)> {
        self.sends_to(&self.address, request).await
    }

    /// The same to another of its addresses.
    pub(crate) async fn sends_to(
        &self,
        address: &str,
        request: &str,
    ) -> std::io::Result<(u16, String)> {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let broken = || std::io::Error::other(format!("no answer: {answer:?}"));
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(broken)?;
        let status =
            head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
        Ok((status, body.to_owned()))
    }

    async fn gets(&self, path: &str) -> (u16, String) {
        self.sends(&format!("GET {path} HTTP/1.1\r\nHost: parlance\r\nConnection: close\r\n\r\n"))
            .await
            .unwrap()
    }
}

/// Sends a message to a server in another process.
pub(crate) fn send(chat: uuid::Uuid, body: &str, key: uuid::Uuid) -> Value {
    let query = "mutation S($input: SendMessageInput!) { sendMessage(input: $input) { message { id seq body } deduplicated } }";
    json!({ "query": query, "variables": { "input": { "conversationId": chat, "body": body, "clientMessageId": key } } })
}

#[tokio::test(flavor = "multi_thread")]
async fn schema_prints_the_schema_and_needs_nothing() {
    let program = Program { envs: Vec::new() };
    assert_eq!(program.succeeds(&["schema"]).await, parlance::graphql::sdl());
    let help = program.succeeds(&["--help"]).await;
    for word in [
        "serve",
        "migrate",
        "createsuperuser",
        "schema",
        "seed-demo",
        "set-password",
        "check",
        "DATABASE_URL",
        "PARLANCE_SECRET_KEY",
    ] {
        assert!(help.contains(word), "--help knows {word}");
    }
    assert!(program.succeeds(&["--version"]).await.contains(env!("CARGO_PKG_VERSION")));
}

#[tokio::test(flavor = "multi_thread")]
async fn check_says_whether_the_database_is_fit_to_serve() {
    let app = TestApp::start().await;
    let (options, _folder) = empty_beside(&app).await;
    let program =
        Program::at(&options.url).with("PARLANCE_SECRET_KEY", std::str::from_utf8(SECRET).unwrap());
    let problem = program.fails(&["check"]).await;
    assert!(problem.contains("migrat"), "{problem}");
    let done = program.succeeds(&["migrate"]).await;
    assert!(done.lines().count() >= 9, "{done}");
    let again = program.succeeds(&["migrate"]).await;
    assert!(again.contains("up to date"), "{again}");
    let fine = program.succeeds(&["check"]).await;
    assert!(fine.contains("ready to serve"), "{fine}");
    if !app.store.is_sqlite() {
        app.writes(&format!("DROP DATABASE {}", options.url.rsplit('/').next().unwrap())).await;
    }
    app.writes("DELETE FROM __diesel_schema_migrations WHERE version LIKE '%9'").await;
    let problem = Program::on(&app).fails(&["check"]).await;
    assert!(problem.contains("not migrated") && problem.contains("changes"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn createsuperuser_makes_an_administrator_or_says_what_is_wrong() {
    let app = TestApp::start().await;
    let program = Program::on(&app);
    let args = |name: &'static str, email: &'static str| {
        ["createsuperuser", "--no-input", "--username", name, "--email", email, "--password-stdin"]
    };
    let done =
        printed(&program.runs_with(&args("root", "root@example.org"), "a long secret\n").await);
    assert!(done.contains("root") && !done.contains("a long secret"), "{done}");
    let login = json!({ "username": "root", "password": "a long secret" });
    let answer = app.stranger().does("login", login, "user { role } accessToken").await;
    assert_eq!(answer.word("login.user.role"), "ADMIN");
    for (name, email, password, says) in [
        ("root", "other@example.org", "a long secret", "username"),
        ("ROOT", "other@example.org", "a long secret", "username"),
        ("other", "root@example.org", "a long secret", "email"),
        ("other", "no address", "a long secret", "email"),
        ("o t h e r", "other@example.org", "a long secret", "username"),
        ("other", "other@example.org", "abc", "password"),
        ("other", "other@example.org", "", "password"),
        ("other", "other@example.org", "password", "password"),
    ] {
        let problem =
            sentence(&program.runs_with(&args(name, email), &format!("{password}\r\n")).await);
        assert!(problem.contains(says), "{name} {email} {password}: {problem}");
        assert!(password.len() < 10 || !problem.contains(password), "the password is not repeated");
    }
    assert_eq!(app.counts("SELECT COUNT(*) FROM users").await, 1);
    let problem = program.fails(&["createsuperuser", "--no-input", "--username", "x"]).await;
    assert!(problem.contains("--email"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn set_password_changes_it_and_ends_the_sessions() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let program = Program::on(&app);
    for (name, password, says) in
        [("nobody", "another secret", "user"), ("ann", "abc", "password"), ("ann", "", "password")]
    {
        let problem = sentence(
            &program
                .runs_with(&["set-password", name, "--password-stdin"], &format!("{password}\n"))
                .await,
        );
        assert!(problem.contains(says), "{problem}");
    }
    ann.asks_for("{ viewer { id } }").await.succeeds();
    let done = printed(
        &program
            .runs_with(&["set-password", "ANN@example.org", "--password-stdin"], "another secret\n")
            .await,
    );
    assert!(!done.contains("another secret"));
    ann.asks_for("{ viewer { id } }").await.fails_with("SESSION_REVOKED").has_status(401);
    let login = async |password: &str| {
        app.stranger()
            .does("login", json!({ "username": "ann", "password": password }), "user { id }")
            .await
    };
    login(PASSWORD).await.fails_with("INVALID_CREDENTIALS");
    login("another secret").await.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn seed_demo_fills_an_empty_database_only() {
    let app = TestApp::start().await;
    let program = Program::on(&app);
    let done = program.succeeds(&["seed-demo"]).await;
    assert!(done.contains("ann") && done.contains("parlance-demo"), "{done}");
    assert!(app.counts("SELECT COUNT(*) FROM messages").await > 200);
    let login = json!({ "username": "ann", "password": "parlance-demo" });
    app.stranger().does("login", login, "user { id }").await.succeeds();
    for chat in app.reads("SELECT LOWER(HEX(id)) AS value FROM conversations").await {
        is_in_order(&app, chat.unwrap().parse().unwrap()).await;
    }
    let (users, problem) =
        (app.counts("SELECT COUNT(*) FROM users").await, program.fails(&["seed-demo"]).await);
    assert!(problem.contains("--force"), "{problem}");
    assert_eq!(app.counts("SELECT COUNT(*) FROM users").await, users);
    let other = TestApp::start().await;
    other.person("zoe").await;
    Program::on(&other).fails(&["seed-demo"]).await;
    Program::on(&other).succeeds(&["seed-demo", "--force"]).await;
    assert!(other.counts("SELECT COUNT(*) FROM messages").await > 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_cannot_be_meant_stops_the_start_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::in_folder(folder.path());
    let mut wrong = Vec::new();
    for (name, value, says) in [
        ("PARLANCE_SECRET_KEY", "too short", "PARLANCE_SECRET_KEY"),
        ("PARLANCE_LISTEN", "nowhere", "PARLANCE_LISTEN (--listen) cannot be 'nowhere': "),
        ("PARLANCE_LISTEN", "192.0.2.1:80", "192.0.2.1"),
        ("PARLANCE_METRICS_LISTEN", "127.0.0.1:8000", "PARLANCE_METRICS_LISTEN is 127.0.0.1:8000"),
        ("PARLANCE_NATS_URL", "http://127.0.0.1:4222", "PARLANCE_NATS_URL"),
        ("PARLANCE_POOL_SIZE", "0", "PARLANCE_POOL_SIZE"),
        ("PARLANCE_POOL_SIZE", "many", "PARLANCE_POOL_SIZE"),
        ("PARLANCE_ACCESS_TTL", "soon", "must be a time, like"),
        ("PARLANCE_ACCESS_TTL", "0s", "PARLANCE_ACCESS_TTL"),
        ("PARLANCE_PASSWORD_MIN", "0", "PARLANCE_PASSWORD_MIN"),
        ("PARLANCE_RATE_LIMITS", "maybe", "PARLANCE_RATE_LIMITS"),
        ("PARLANCE_INTROSPECTION", "perhaps", "'perhaps': it is one of on, off"),
        ("PARLANCE_TRUSTED_PROXIES", "my-proxy", "PARLANCE_TRUSTED_PROXIES"),
        ("PARLANCE_ALLOWED_ORIGINS", "*", "PARLANCE_ALLOWED_ORIGINS"),
        ("PARLANCE_ALLOWED_ORIGINS", "not an origin", "PARLANCE_ALLOWED_ORIGINS"),
        ("PARLANCE_REQUEST_LOG_MAX", "1", "PARLANCE_REQUEST_LOG_MAX"),
        ("PARLANCE_REQUEST_LOG_KEEP", "-1", "PARLANCE_REQUEST_LOG_KEEP"),
        ("PARLANCE_LOG", "parlance=loud", "PARLANCE_LOG"),
        ("PARLANCE_LOG", "inof", "PARLANCE_LOG: 'inof' names no level"),
        ("PARLANCE_LOG", "info,parlance=", "PARLANCE_LOG: 'parlance=' names no level"),
        ("DATABASE_URL", "postgres://host/name", "DATABASE_URL"),
        ("DATABASE_URL", "sqlite:/proc/nothing/here.db", "/proc/nothing"),
        ("DATABASE_URL", "", "DATABASE_URL"),
    ] {
        let child = program.with(name, value).command(&[]).spawn().unwrap();
        let Ok(ended) =
            tokio::time::timeout(Duration::from_secs(10), child.wait_with_output()).await
        else {
            wrong.push(format!("{name}={value} starts a server"));
            continue;
        };
        let ended = ended.unwrap();
        let problem = String::from_utf8_lossy(&ended.stderr).into_owned();
        let is_clear = problem.starts_with("parlance: ")
            && problem.contains(says)
            && !problem.contains("panicked")
            && problem.lines().count() == 1;
        if ended.status.success() || !is_clear {
            wrong.push(format!("{name}={value}: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let problem = Program::at("mysql://user:hidden-word@127.0.0.1:1/name").fails(&["serve"]).await;
    assert!(
        problem.contains("PARLANCE_SECRET_KEY") && !problem.contains("hidden-word"),
        "{problem}"
    );
    let long = "x".repeat(32);
    let away =
        Program::at("mysql://user:hidden-word@127.0.0.1:1/name").with("PARLANCE_SECRET_KEY", &long);
    for args in [&["serve"][..], &["migrate"], &["check"]] {
        let problem = away.fails(args).await;
        assert!(!problem.contains("hidden-word") && !problem.contains(&long), "{problem}");
    }
    away.fails(&["--no-such-thing"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_server_makes_its_folder_its_secret_and_its_database_and_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::in_folder(folder.path());
    let server = Running::start(&program).await;
    let key = folder.path().join("data/secret.key");
    let secret = std::fs::read_to_string(&key).unwrap();
    assert!(secret.len() >= 32);
    assert_eq!(
        std::fs::metadata(&key).unwrap().permissions().mode() & 0o777,
        0o600,
        "for the owner's eyes only"
    );
    assert_eq!(server.gets("/healthz").await, (200, "ok\n".to_owned()));
    assert_eq!(server.gets("/readyz").await.0, 200);
    let register = json!({ "query": "mutation { register(input: { username: \"ann\", email: \"ann@example.org\", password: \"correct horse\" }) { accessToken user { id } } }" });
    let (status, answer) = server.asks(None, &register).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    let token = answer["data"]["register"]["accessToken"].as_str().unwrap().to_owned();

    // One file serves one server.
    let problem = program.with("PARLANCE_LISTEN", "127.0.0.1:0").fails(&["serve"]).await;
    assert!(problem.contains("another server"), "{problem}");
    let other_name = folder.path().join("other.db");
    std::os::unix::fs::symlink(folder.path().join("data/parlance.db"), &other_name).unwrap();
    let other_name = format!("sqlite:{}", other_name.display());
    let other = program.with("PARLANCE_LISTEN", "127.0.0.1:0").with("DATABASE_URL", &other_name);
    let problem = other.fails(&["serve"]).await;
    assert!(problem.contains("another server"), "{problem}");

    server.signals("TERM");
    let (code, log) = server.ends().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(
        !log.contains(&token) && !log.contains(secret.trim()) && !log.contains("correct horse"),
        "{log}"
    );

    // The next one knows whom the first let in.
    let server = Running::start(&program).await;
    assert_eq!(std::fs::read_to_string(&key).unwrap(), secret);
    let (status, answer) =
        server.asks(Some(&token), &json!({ "query": "{ viewer { username } }" })).await.unwrap();
    assert_eq!((status, &answer["data"]["viewer"]["username"]), (200, &json!("ann")));
    server.signals("INT");
    assert_eq!(server.ends().await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let program = Program::on(&app).with("PARLANCE_RATE_LIMITS", "off");
    for round in 0..3 {
        let server = Running::start(&program).await;
        let token = ann.token().unwrap();
        let (mut acknowledged, mut keys) = (Vec::new(), Vec::new());
        let (sends, count) = (std::sync::atomic::AtomicUsize::new(0), 40);
        let lanes = (0..4).map(|_| async {
            let mut mine = Vec::new();
            loop {
                let n = sends.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if n == count {
                    server.signals("KILL");
                }
                let (key, body) = (client_id(), format!("{round}/{n}"));
                let answer = server.asks(Some(token), &send(chat, &body, key)).await;
                let is_acknowledged =
                    matches!(&answer, Ok((200, answer)) if answer["errors"].is_null());
                mine.push((key, body, is_acknowledged));
                if !is_acknowledged {
                    return mine;
                }
            }
        });
        for (key, body, is_acknowledged) in
            futures_util::future::join_all(lanes).await.into_iter().flatten()
        {
            if is_acknowledged {
                acknowledged.push(body.clone());
            }
            keys.push((key, body));
        }
        assert_eq!(server.ends().await.0, None, "killed");
        assert!(acknowledged.len() >= 36, "{}", acknowledged.len());
        // The next server: all that was acknowledged is there, and a retry of the rest stores each once.
        let server = Running::start(&program).await;
        for (key, body) in &keys {
            let (status, answer) = server.asks(Some(token), &send(chat, body, *key)).await.unwrap();
            assert!(status == 200 && answer["errors"].is_null(), "{answer}");
            let sent = &answer["data"]["sendMessage"];
            assert_eq!(sent["message"]["body"], *body);
            assert!(
                sent["deduplicated"] == true || !acknowledged.contains(body),
                "{body} was lost"
            );
        }
        server.signals("TERM");
        assert_eq!(server.ends().await.0, Some(0));
        is_in_order(&app, chat).await;
    }
}
