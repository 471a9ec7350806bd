//! An instance of the server under test, with links of its own to the database and to NATS, and
//! one by which clients reach it.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{process::Child, sync::Mutex, time::Instant};

use super::{
    Outcome,
    process::{bound, free_port, is_killed, signal},
};
use crate::{clients::http::Http, dice::Dice, proxy::Link};

const SECRET: &str = "the secret of a server that is broken on purpose";

/// How long a start may take, the machine being busy.
const START: Duration = Duration::from_mins(1);

/// One instance.
pub(crate) struct Instance {
    /// For clients, for MySQL and for NATS.
    pub(crate) links: [Link; 3],
    process: Mutex<Option<Running>>,
    listen: SocketAddr,
    plan: Plan,
}

/// A process, and what libfaketime leaves behind of it.
struct Running {
    child: Child,
    id: Option<u32>,
    since: Instant,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It is killed with this, and nobody has opened these by name but itself.
        let Some(id) = self.id else { return };
        for name in [format!("faketime_shm_{id}"), format!("sem.faketime_sem_{id}")] {
            let _ = fs::remove_file(Path::new("/dev/shm").join(name));
        }
    }
}

/// What an instance is started with.
pub(crate) struct Plan {
    pub(crate) program: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) database_url: String,
    pub(crate) faketime: Option<PathBuf>,
    pub(crate) seeded_bug: Option<String>,
}

impl Instance {
    /// An instance that is not started yet.
    pub(crate) async fn new(
        mysql: &super::Mysql,
        nats: SocketAddr,
        mut plan: Plan,
        dice: &Dice,
    ) -> Outcome<Self> {
        let listen = free_port()?;
        let links = [
            Link::to(listen, false, dice.fork(1)).await?,
            Link::to(mysql.address, false, dice.fork(2)).await?,
            Link::to(nats, true, dice.fork(3)).await?,
        ];
        plan.database_url = mysql.url_through(links[1].address);
        fs::create_dir_all(&plan.folder)?;
        let instance = Self { links, process: Mutex::new(None), listen, plan };
        instance.set_clock("+0")?;
        Ok(instance)
    }

    /// Starts it, and again whenever it ends by itself, as a supervisor would: who cannot reach the
    /// database at the start says so and ends.
    pub(crate) async fn start(&self) -> Outcome<()> {
        *self.process.lock().await = Some(self.spawn()?);
        Ok(())
    }

    /// Starts it again if it has ended by itself; answers whether it had.
    pub(crate) async fn revive(&self) -> Outcome<bool> {
        let mut process = self.process.lock().await;
        let Some(ended) = &mut *process else { return Ok(false) };
        let Some(status) = ended.child.try_wait()? else { return Ok(false) };
        let lived = ended.since.elapsed();
        if status.code() != Some(1) || lived > START {
            return Err(format!("an instance ended with {status} after {lived:?}").into());
        }
        *process = Some(self.spawn()?);
        Ok(true)
    }

    fn spawn(&self) -> Outcome<Running> {
        let Plan { program, folder, database_url, faketime, seeded_bug } = &self.plan;
        let log = fs::File::options().create(true).append(true).open(folder.join("log"))?;
        let mut command = bound(program);
        command
            .current_dir(folder)
            .env("DATABASE_URL", database_url)
            .env("PARLANCE_LISTEN", self.listen.to_string())
            .env("PARLANCE_SECRET_KEY", SECRET)
            .env("PARLANCE_NATS_URL", format!("nats://{}", self.links[2].address))
            .env("PARLANCE_RATE_LIMITS", "off")
            .env("PARLANCE_REQUEST_LOG", "off")
            .env("PARLANCE_ACCESS_TTL", "1d")
            .env("PARLANCE_WS_PING", "2s")
            .env("PARLANCE_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(log);
        if let Some(library) = faketime {
            command
                .env("LD_PRELOAD", library)
                .env("FAKETIME_TIMESTAMP_FILE", self.clock())
                .env("FAKETIME_CACHE_DURATION", "1")
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                .env("DONT_FAKE_MONOTONIC", "1");
        }
        command.envs(seeded_bug.as_ref().map(|bug| ("PARLANCE_SEEDED_BUG", bug)));
        let child = command.spawn()?;
        Ok(Running { id: child.id(), child, since: Instant::now() })
    }

    /// Waits until it answers that it is ready, past its links.
    pub(crate) async fn wait_until_ready(&self) -> Outcome<()> {
        let begun = Instant::now();
        while begun.elapsed() < START {
            if let Ok(mut http) = Http::connect(self.listen).await
                && http.get("/readyz").await.is_ok_and(|status| status == 200)
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let log = fs::read_to_string(self.plan.folder.join("log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(5).collect();
        Err(format!("an instance does not become ready: {lines:?}").into())
    }

    /// Sends it a signal, if it runs.
    pub(crate) async fn signal(&self, name: &str) -> Outcome<()> {
        match &*self.process.lock().await {
            Some(process) if process.child.id().is_some() => signal(&process.child, name).await,
            _ => Ok(()),
        }
    }

    /// Whether the system says that it is stopped.
    pub(crate) async fn is_stopped(&self) -> bool {
        let id = self.process.lock().await.as_ref().and_then(|process| process.child.id());
        let stat = id.and_then(|id| fs::read_to_string(format!("/proc/{id}/stat")).ok());
        // After the name, which is in brackets.
        let state = stat.as_deref().and_then(|stat| stat.rsplit_once(") ")).map(|(_, rest)| rest);
        state.is_some_and(|state| state.starts_with('T'))
    }

    /// SIGKILL; answers whether it was that which ended it.
    pub(crate) async fn kill(&self) -> Outcome<bool> {
        match self.process.lock().await.take() {
            Some(mut process) => is_killed(&mut process.child).await,
            None => Err("there is no process".into()),
        }
    }

    /// By how many seconds its clock is off, as it says itself; past its links.
    pub(crate) async fn clock_is_off_by(&self) -> Option<i64> {
        let asked = tokio::time::timeout(Duration::from_millis(500), async {
            let mut http = Http::connect(self.listen).await.ok()?;
            http.get("/healthz").await.ok()?;
            http.date()
        });
        let date = asked.await.ok()??;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(date - i64::try_from(now.as_secs()).ok()?)
    }

    /// Sets its clock off by so much, like `+3600` or `-60`.
    pub(crate) fn set_clock(&self, offset: &str) -> Outcome<()> {
        // At once, or it might be read half written.
        let next = self.plan.folder.join("clock.next");
        fs::write(&next, offset)?;
        Ok(fs::rename(next, self.clock())?)
    }

    pub(crate) fn has_clock(&self) -> bool {
        self.plan.faketime.is_some()
    }

    fn clock(&self) -> PathBuf {
        self.plan.folder.join("clock")
    }
}

/// Where libfaketime is.
pub(crate) fn faketime() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let folders = folders.chain([Path::new("/usr/lib").to_owned()]);
    let mut found = folders.map(|folder| folder.join("faketime/libfaketime.so.1"));
    found.find(|library| library.is_file())
}
