//! The server under measure, and a plain client for what is not measured.

use std::{
    env,
    error::Error,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

pub(crate) const SECRET: &str = "the secret of a server that lives for a minute";

/// A process that is measured.
pub(crate) struct Server {
    pub(crate) process: Child,
    pub(crate) address: SocketAddr,
    pub(crate) started_in: Duration,
}

impl Server {
    /// The server as it is built for use, with a database in the folder or at the address.
    pub(crate) async fn start(
        folder: &Path,
        database_url: Option<&str>,
        pool_size: Option<u16>,
    ) -> Outcome<Self> {
        let program = program();
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let default = format!("sqlite:{}/parlance.db", folder.display());
        let begun = Instant::now();
        let mut command = Command::new(program);
        command.envs(pool_size.map(|size| ("PARLANCE_POOL_SIZE", size.to_string())));
        // Where the request log is, which is on by default.
        let process = command
            .current_dir(folder)
            .env("DATABASE_URL", database_url.unwrap_or(&default))
            .env("PARLANCE_LISTEN", address.to_string())
            .env("PARLANCE_SECRET_KEY", SECRET)
            .env("PARLANCE_RATE_LIMITS", "off")
            .env("PARLANCE_LOG", "warn")
            // Longer than the longest run.
            .env("PARLANCE_ACCESS_TTL", "1d")
            .stdout(Stdio::null())
            .spawn()?;
        let mut server = Self { process, address, started_in: Duration::ZERO };
        while begun.elapsed() < Duration::from_mins(1) {
            if let Ok(mut client) = Client::connect(address, None).await
                && client.get("/readyz").await.is_ok_and(|answer| answer.contains("\"ready\""))
            {
                server.started_in = begun.elapsed();
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Err("the server did not become ready".into())
    }

    pub(crate) fn resident_kib(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
}

/// The program that is measured.
pub(crate) fn program() -> PathBuf {
    let program = env::var_os("PARLANCE_BENCH_PROGRAM");
    program.unwrap_or_else(|| env!("CARGO_BIN_EXE_parlance").into()).into()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One connection that is kept open.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    pub(crate) token: Option<Arc<str>>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr, token: Option<Arc<str>>) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), token })
    }

    pub(crate) async fn get(&mut self, path: &str) -> Outcome<String> {
        self.exchange(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await
    }

    pub(crate) async fn ask(&mut self, query: &str, variables: Value) -> Outcome<Value> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let answer = self.post("/graphql", &body).await?;
        let mut answer: Value = serde_json::from_str(&answer)?;
        match answer.get("errors") {
            Some(errors) => Err(errors.to_string().into()),
            None => Ok(answer["data"].take()),
        }
    }

    pub(crate) async fn post(&mut self, path: &str, body: &str) -> Outcome<String> {
        let token = self.token.as_ref().map(|token| format!("Authorization: Bearer {token}\r\n"));
        self.exchange(format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             {}Content-Length: {}\r\n\r\n{body}",
            token.unwrap_or_default(),
            body.len()
        ))
        .await
    }

    /// Registers people; answers their ids and tokens.
    pub(crate) async fn register(
        &mut self,
        name: &str,
        people: usize,
    ) -> Outcome<(Vec<Value>, Vec<Arc<str>>)> {
        let (mut ids, mut tokens) = (Vec::new(), Vec::new());
        for n in 0..people {
            let register = "mutation ($input: RegisterInput!) { register(input: $input) \
                { accessToken user { id } } }";
            let input = json!({
                "username": format!("{name}{n}"),
                "email": format!("{name}{n}@example.org"),
                "password": "a password for a minute",
            });
            let data = self.ask(register, json!({ "input": input })).await?;
            ids.push(data["register"]["user"]["id"].clone());
            tokens.push(Arc::from(data["register"]["accessToken"].as_str().unwrap_or_default()));
        }
        Ok((ids, tokens))
    }

    /// Creates a conversation with others.
    pub(crate) async fn create(&mut self, others: &[&Value]) -> Outcome<String> {
        let create = "mutation ($people: [ID!]!) { createConversation(input: \
            {participantIds: $people}) { conversation { id } } }";
        let data = self.ask(create, json!({ "people": others })).await?;
        let id = data["createConversation"]["conversation"]["id"].as_str().unwrap_or_default();
        Ok(id.to_owned())
    }

    async fn exchange(&mut self, request: String) -> Outcome<String> {
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        let (mut length, mut line) = (0, String::new());
        loop {
            line.clear();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err("the server hung up".into());
            }
            let header = line.trim_end().to_ascii_lowercase();
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            if header.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok(String::from_utf8(body)?)
    }
}
