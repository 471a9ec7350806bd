//! The MySQL that is measured with: one that is named, or one of our own for this run, and
//! databases of our own in it.

use std::{env, path::Path, process::Stdio};

use mysql_async::{Opts, OptsBuilder, prelude::Queryable};
use serde_json::{Map, Value, json};
use tokio::process::Command;

use super::{machine, server::Outcome};

/// A server, and what is to be done to end it.
pub(crate) struct Database {
    opts: Opts,
    url: String,
    /// Who uses as much of the processors as it does.
    pub(crate) process: Option<u32>,
    stop: Vec<String>,
    made: Vec<String>,
}

impl Database {
    /// The server at the address, else one from the program that `PARLANCE_CI_MYSQL9` names,
    /// else what `scripts/mysql-throwaway` finds.
    pub(crate) async fn start(
        url: Option<&str>,
        port: Option<u16>,
        folder: &Path,
    ) -> Outcome<Self> {
        let (url, stop) = match (url, env::var_os("PARLANCE_CI_MYSQL9")) {
            (Some(url), _) => (url.to_owned(), Vec::new()),
            (None, Some(program)) => {
                let program = program.to_str().ok_or("PARLANCE_CI_MYSQL9 is no path")?.to_owned();
                // Not the port that it would take by itself, which may be in use.
                let free = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
                let port = port.unwrap_or(free).to_string();
                let with = |verb: &str| vec![program.clone(), verb.to_owned(), port.clone()];
                (printed(&with("start")).await?, with("stop"))
            }
            (None, None) => {
                let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/mysql-throwaway");
                let folder = folder.join("mysql").to_str().ok_or("a folder is no path")?.to_owned();
                let with = |verb: &str| vec![script.to_owned(), verb.to_owned(), folder.clone()];
                (printed(&with("start")).await?, with("stop"))
            }
        };
        let opts = Opts::from_url(&url)?;
        let process = Some(opts.ip_or_hostname()).filter(|host| is_here(host));
        let process = process.and_then(|_| machine::listener(opts.tcp_port()));
        Ok(Self { opts, url, process, stop, made: Vec::new() })
    }

    /// A new database; answers its address.
    pub(crate) async fn create(&mut self, name: &str) -> Outcome<String> {
        let unique = &uuid::Uuid::new_v4().simple().to_string()[..8];
        let name = format!("parlance_load_{name}_{unique}");
        self.made.push(name.clone());
        self.connect(None).await?.query_drop(format!("CREATE DATABASE {name}")).await?;
        // The options of the address stay, the name is replaced.
        let (address, options) = match self.url.split_once('?') {
            Some((address, options)) => (address, format!("?{options}")),
            None => (&*self.url, String::new()),
        };
        let from = address.find("://").map_or(0, |at| at + 3);
        let end = address[from..].find('/').map_or(address.len(), |at| from + at);
        Ok(format!("{}/{name}{options}", &address[..end]))
    }

    /// A plain connection, to a database at an address.
    pub(crate) async fn connect(&self, url: Option<&str>) -> Outcome<mysql_async::Conn> {
        let opts = match url {
            Some(url) => Opts::from_url(url)?,
            None => OptsBuilder::from_opts(self.opts.clone()).db_name(None::<String>).into(),
        };
        Ok(mysql_async::Conn::new(opts).await?)
    }

    /// What it is and how it is set.
    pub(crate) async fn about(&self) -> Outcome<Value> {
        let mut conn = self.connect(None).await?;
        let names = [
            "version",
            "version_comment",
            "log_bin",
            "sync_binlog",
            "innodb_flush_log_at_trx_commit",
            "innodb_buffer_pool_size",
        ];
        let mut about = Map::new();
        for name in names {
            let value: Option<String> = conn.query_first(format!("SELECT @@{name}")).await?;
            about.insert(name.to_owned(), json!(value));
        }
        Ok(about.into())
    }

    /// Removes what was made here, and ends the server if it is ours.
    pub(crate) async fn end(self) -> Outcome<()> {
        let dropped = async {
            let mut conn = self.connect(None).await?;
            for name in &self.made {
                conn.query_drop(format!("DROP DATABASE IF EXISTS {name}")).await?;
            }
            Outcome::Ok(conn.disconnect().await?)
        };
        let dropped = dropped.await;
        if let [program, arguments @ ..] = &*self.stop {
            Command::new(program).args(arguments).stdin(Stdio::null()).status().await?;
        }
        dropped
    }
}

/// The last line that a command prints.
async fn printed(command: &[String]) -> Outcome<String> {
    let [program, arguments @ ..] = command else { return Err("no command".into()) };
    let mut command = Command::new(program);
    let command = command.args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().await.map_err(|error| format!("{program}: {error}"))?;
    let line = String::from_utf8(output.stdout)?.lines().last().unwrap_or_default().to_owned();
    if output.status.success() && line.starts_with("mysql://") {
        return Ok(line);
    }
    Err(format!("{program} did not start a server").into())
}

fn is_here(host: &str) -> bool {
    ["127.0.0.1", "localhost", "::1"].contains(&host)
}

/// Everybody reads all but the last eight messages of every conversation.
pub(crate) async fn read_nearly_all(conn: &mut mysql_async::Conn) -> Outcome<()> {
    let read = "UPDATE members AS m INNER JOIN conversations AS c ON c.id = m.conversation_id \
        SET m.read_seq = GREATEST(c.message_seq - 8, 0)";
    Ok(conn.query_drop(read).await?)
}
