//! Processes that end with this one, however it ends.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::Stdio,
    time::Duration,
};

use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

use super::Outcome;

/// A command whose process is killed with the one that started it: by the system, through
/// `setpriv` of util-linux, or else only where this program ends in order.
pub(crate) fn bound(program: &Path) -> Command {
    let mut command = if has_setpriv() {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

fn has_setpriv() -> bool {
    let mut command = std::process::Command::new("setpriv");
    let command = command.args(["--pdeathsig", "KILL", "--", "true"]);
    command.stdin(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Sends a signal to one process.
pub(crate) async fn signal(child: &Child, name: &str) -> Outcome<()> {
    let id = child.id().ok_or("the process has ended already")?;
    let status = Command::new("sh")
        .args(["-c", "kill -\"$0\" \"$1\"", name, &id.to_string()])
        .status()
        .await?;
    if status.success() { Ok(()) } else { Err(format!("no {name} for {id}").into()) }
}

/// Kills a process; answers whether it was that which ended it.
pub(crate) async fn is_killed(child: &mut Child) -> Outcome<bool> {
    if child.try_wait()?.is_some() {
        return Ok(false);
    }
    child.start_kill()?;
    Ok(child.wait().await?.signal() == Some(9))
}

/// A port that nobody has, below the range from which the system gives out ports by itself, so
/// that it is still free when its process starts again.
pub(crate) fn free_port() -> Outcome<SocketAddr> {
    for _ in 0..1_000 {
        let port = 20_000 + u16::try_from(rand::random::<u32>() % 12_000)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpStream::connect(address).is_err() && TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    Err("there is no free port".into())
}

/// Waits until something answers at an address.
pub(crate) async fn wait_for(address: SocketAddr, patience: Duration) -> Outcome<()> {
    let begun = Instant::now();
    while begun.elapsed() < patience {
        if tokio::net::TcpStream::connect(address).await.is_ok() {
            return Ok(());
        }
        sleep(Duration::from_millis(20)).await;
    }
    Err(format!("nothing answers at {address}").into())
}

/// Ends what would outlive this program, as soon as that ends: a shell that waits for the end of
/// its input and then runs a command.
pub(crate) struct Aftermath {
    shell: std::process::Child,
}

impl Aftermath {
    /// Runs `script` with these words as its arguments when this is dropped, or the program dies.
    pub(crate) fn of(script: &str, words: &[&str]) -> io::Result<Self> {
        let script = format!("cat >/dev/null; {script}");
        // A session of its own: Ctrl-C is not for it.
        let shell = std::process::Command::new("setsid")
            .args(["--wait", "sh", "-c", &script, "aftermath"])
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Self { shell })
    }
}

impl Drop for Aftermath {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}
