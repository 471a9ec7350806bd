//! The database server, which can be killed and started again.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use mysql_async::{Conn, Opts, prelude::Queryable};
use tokio::{
    net::TcpStream,
    process::Command,
    time::{Instant, sleep, timeout},
};

use super::{
    Outcome,
    process::{Aftermath, free_port},
};

/// A server of our own.
pub(crate) struct Mysql {
    run_by: RunBy,
    /// Of somebody who may do everything, and of the server under test.
    pub(crate) admin: Opts,
    pub(crate) app_url: String,
    pub(crate) address: SocketAddr,
    pub(crate) version: String,
    _aftermath: Aftermath,
}

/// What is done in the end: the database is removed, and the folder if it is a temporary one, which
/// nobody else removes if this program is killed.
const STOP: &str = "\"$1\" stop \"$2\"; case $3 in */parlance-chaos.*) rm -rf \"$3\" ;; esac";

enum RunBy {
    /// `scripts/mysql-throwaway` with its folder.
    Script(PathBuf),
    /// A program that understands `start PORT`, `kill PORT` and `stop PORT`.
    Program(PathBuf, u16),
}

impl Mysql {
    pub(crate) async fn start(program: Option<&Path>, folder: &Path) -> Outcome<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/mysql-throwaway");
        let own = folder.join("mysql");
        // Before the start, so that one that is interrupted leaves nothing behind.
        let (run_by, aftermath) = match program {
            None => {
                let words = [text(&script)?, text(&own)?, text(folder)?];
                (RunBy::Script(own.clone()), Aftermath::of(STOP, &words)?)
            }
            Some(program) => {
                let port = free_port()?.port();
                let words = [text(program)?, &port.to_string(), text(folder)?];
                let aftermath = Aftermath::of(STOP, &words)?;
                (RunBy::Program(program.to_owned(), port), aftermath)
            }
        };
        let printed = run(run_by.command("start")).await?;
        let url = printed.lines().last().unwrap_or_default().trim().to_owned();
        let app_url = match &run_by {
            RunBy::Script(folder) => {
                std::fs::read_to_string(folder.join("app-url"))?.trim().to_owned()
            }
            RunBy::Program(..) => url.clone(),
        };
        let admin = Opts::from_url(&url)?;
        let address = SocketAddr::from(([127, 0, 0, 1], admin.tcp_port()));
        let mut mysql =
            Self { run_by, admin, app_url, address, version: String::new(), _aftermath: aftermath };
        let version: Option<String> =
            mysql.connect().await?.query_first("SELECT VERSION()").await?;
        mysql.version = version.unwrap_or_default();
        Ok(mysql)
    }

    /// A connection that no fault is on.
    pub(crate) async fn connect(&self) -> Outcome<Conn> {
        Ok(Conn::new(self.admin.clone()).await?)
    }

    /// The address for a client that goes through a link, without the link's own.
    pub(crate) fn url_through(&self, link: SocketAddr) -> String {
        self.app_url.replace(&format!(":{}/", self.address.port()), &format!(":{}/", link.port()))
    }

    /// The name of the database of the server under test.
    pub(crate) fn database(&self) -> &str {
        self.app_url.rsplit('/').next().unwrap_or_default()
    }

    /// SIGKILL; answers whether it is gone.
    pub(crate) async fn kill(&self) -> Outcome<bool> {
        // What is gone already could not be reached before.
        let was_there = TcpStream::connect(self.address).await.is_ok();
        run(self.run_by.command("kill")).await?;
        Ok(self.is_gone(Duration::from_secs(5)).await && was_there)
    }

    /// Whether nothing answers any more, by the end of this time.
    async fn is_gone(&self, patience: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if TcpStream::connect(self.address).await.is_err() {
                return true;
            }
            sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// Ends it in order.
    pub(crate) async fn shut_down(&self) -> Outcome<()> {
        let mut conn = self.connect().await?;
        // The connection may break before the answer.
        let _ = timeout(Duration::from_secs(10), conn.query_drop("SHUTDOWN")).await;
        drop(conn);
        let is_gone = self.is_gone(Duration::from_mins(1)).await;
        if is_gone { Ok(()) } else { Err("the database does not end".into()) }
    }

    /// Starts it again with the data that it had.
    pub(crate) async fn start_again(&self) -> Outcome<()> {
        let verb = match self.run_by {
            RunBy::Script(_) => "restart",
            RunBy::Program(..) => "start",
        };
        let begun = Instant::now();
        loop {
            run(self.run_by.command(verb)).await?;
            if self.connect().await.is_ok() {
                return Ok(());
            }
            // A process that is still ending was taken for one that runs.
            if begun.elapsed() > Duration::from_mins(1) {
                return Err("the database does not start again".into());
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
}

impl RunBy {
    fn command(&self, verb: &str) -> Command {
        let (program, word) = match self {
            Self::Script(folder) => (
                Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/mysql-throwaway"),
                folder.display().to_string(),
            ),
            Self::Program(program, port) => (program.clone(), port.to_string()),
        };
        let mut command = Command::new(program);
        command.args([verb, &word]);
        command
    }
}

fn text(path: &Path) -> Outcome<&str> {
    Ok(path.to_str().ok_or("a path is no text")?)
}

/// Runs a command to its end; answers what it printed.
async fn run(mut command: Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().await?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(format!("{:?}: {}", command.as_std(), output.status).into())
    }
}
