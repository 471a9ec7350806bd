//! What the system knows of the process.

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use prometheus_client::metrics::gauge::Gauge;

pub(super) struct Process {
    pub(super) started: Gauge,
    pub(super) memory: Gauge,
    pub(super) files: Gauge,
}

impl Process {
    /// Notes the time: this is made when the process has just begun.
    pub(super) fn begin(&self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.started.set(i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
    }

    /// Asks the system. What it does not tell stays 0.
    pub(super) fn look(&self) {
        if let Ok(status) = fs::read_to_string("/proc/self/status")
            && let Some(kilobytes) = resident(&status)
        {
            self.memory.set(kilobytes * 1024);
        }
        if let Ok(open) = fs::read_dir("/proc/self/fd") {
            self.files.set(i64::try_from(open.count()).unwrap_or(i64::MAX));
        }
    }
}

fn resident(status: &str) -> Option<i64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_as_linux_writes_it() {
        assert_eq!(resident("Name:\tx\nVmRSS:\t   12345 kB\nThreads:\t1\n"), Some(12_345));
        assert_eq!(resident("Name:\tx\n"), None);
    }
}
