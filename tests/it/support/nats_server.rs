//! A NATS server of one test, on a port of its own.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use rand::Rng;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpStream,
    time::{Instant, sleep},
};

/// A running `nats-server`. Dropped, it ends.
pub(crate) struct NatsServer {
    port: u16,
    options: Vec<String>,
    child: Child,
    folder: TempDir,
}

impl NatsServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With more options, as on its command line.
    pub(crate) async fn start_with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        loop {
            // Below the range from which the system gives out ports by itself: a restarted server finds its own free.
            let port = rand::rng().random_range(20_000..32_000);
            if let Some(child) = spawn(port, &options, folder.path()).await {
                return Self { port, options, child, folder };
            }
        }
    }

    /// `HOST:PORT`
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://{}", self.address())
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it in good order.
    pub(crate) fn stop(&mut self) {
        self.signal("TERM");
        self.child.wait().unwrap();
    }

    /// Starts it again after its end, at the same address.
    pub(crate) async fn restart_on_same_port(&mut self) {
        let child = spawn(self.port, &self.options, self.folder.path()).await;
        self.child = child.expect("the port should still be free");
    }

    /// Lets it fall silent with all its connections open, as a cut cable would.
    pub(crate) fn freeze(&self) {
        self.signal("STOP");
    }

    pub(crate) fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.args([format!("-{name}"), self.child.id().to_string()]);
        assert!(kill.status().unwrap().success(), "kill -{name} should find the server");
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server that answers at a port; nothing if somebody else has it.
async fn spawn(port: u16, options: &[String], folder: &Path) -> Option<Child> {
    let name = format!("test-{}", rand::rng().random::<u64>());
    let run = |program| {
        Command::new(program)
            .args(["--addr", "127.0.0.1", "--port", &port.to_string(), "--name", &name])
            .arg("--log")
            .arg(folder.join("log"))
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
    };
    // Debian puts it where not everybody's PATH leads.
    let child = run("nats-server").or_else(|_| run("/usr/sbin/nats-server"));
    let mut child = child.unwrap_or_else(|error| {
        panic!(
            "nats-server cannot be run: {error}. Install it (Debian: apt-get install nats-server), or leave these \
             tests out: scripts/test -- --skip nats::"
        )
    });
    let late = Instant::now() + Duration::from_secs(20);
    while Instant::now() < late && child.try_wait().unwrap().is_none() {
        // A server says its name to whoever connects, before anything is asked.
        let mut line = String::new();
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)).await {
            let _ = BufReader::new(stream).read_line(&mut line).await;
        }
        if line.contains(&name) {
            return Some(child);
        }
        sleep(Duration::from_millis(20)).await;
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}
