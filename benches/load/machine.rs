//! What the figures depend on: the machine, and how much of it a process has used.

use std::{fs, os::unix::process::CommandExt, process::Command, time::Duration};

use serde_json::{Value, json};

use super::server::Outcome;

/// Set where the open files have been raised already.
const RAISED: &str = "PARLANCE_LOAD_RAISED";

/// Begins anew with as many open files as are allowed, which all that is started inherits.
pub(crate) fn raise_open_files() -> Outcome<()> {
    if std::env::var_os(RAISED).is_some() || open_files().is_none_or(|(soft, hard)| soft >= hard) {
        return Ok(());
    }
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -n \"$(ulimit -Hn)\"; exec \"$0\" \"$@\""]);
    shell.arg(std::env::current_exe()?).args(std::env::args_os().skip(1)).env(RAISED, "1");
    Err(shell.exec().into())
}

/// How many files a process may have open, and how many it may allow itself.
pub(crate) fn open_files() -> Option<(usize, usize)> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let mut both = line.split_whitespace().map(|most| most.parse().unwrap_or(usize::MAX));
    Some((both.next()?, both.next()?))
}

/// The processor time of a process until now, as far as it can be seen.
pub(crate) fn processor(process: Option<u32>) -> Duration {
    let stat = process.and_then(|id| fs::read_to_string(format!("/proc/{id}/stat")).ok());
    let stat = stat.unwrap_or_default();
    // After the name, which is in parentheses: the 14th and 15th field of all.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).flat_map(str::parse::<u64>).sum();
    Duration::from_millis(10 * ticks)
}

/// The process that listens on a port of this machine, as far as it can be seen.
pub(crate) fn listener(port: u16) -> Option<u32> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(fs::read_to_string);
    let tables: Vec<_> = tables.into_iter().flatten().collect();
    let own = format!(":{port:04X}");
    let inode = tables.iter().flat_map(|table| table.lines()).find_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let is_listening = fields.get(1)?.ends_with(&own) && *fields.get(3)? == "0A";
        is_listening.then(|| fields.get(9).map(|inode| format!("socket:[{inode}]")))?
    })?;
    fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
        let id = process.file_name().to_str()?.parse().ok()?;
        let files = fs::read_dir(process.path().join("fd")).ok()?;
        let is_it = |target: std::path::PathBuf| target.to_str() == Some(&inode);
        files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(is_it)).then_some(id)
    })
}

/// This machine in a few words.
pub(crate) fn about() -> Value {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
    };
    let memory = field(&read("/proc/meminfo"), "MemTotal");
    let memory = memory.and_then(|kib| kib.split_whitespace().next()?.parse::<u64>().ok());
    json!({
        "processor": field(&read("/proc/cpuinfo"), "model name"),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "memory_mib": memory.map(|kib| kib >> 10),
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
        "load_before": read("/proc/loadavg").split_whitespace().next(),
    })
}
