//! One line in a file for each request: when, who, which path. What is written is in `line`,
//! what waits to be written in `queue`, the file and those before it in `file`, and who
//! writes, a thread of its own, in `writer`.
//!
//! No request waits for a disk: what does not fit into the queue is counted, and the count
//! is written in its place.

mod file;
mod line;
mod queue;
mod writer;

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, OnceLock},
    thread,
    time::Duration,
};

use axum::http::Extensions;
use tokio_util::sync::CancellationToken;

use crate::time::Clock;
use file::Rotating;
use queue::Queue;

/// How long the end of the server waits for the last lines. A disk that hangs does not keep
/// the server up.
const PATIENCE: Duration = Duration::from_secs(2);

/// What asks every few seconds whether the server lives is not worth a line.
const UNNOTED: [&str; 2] = ["/healthz", "/readyz"];

/// Where requests are noted.
#[derive(Clone, Debug)]
pub struct Options {
    pub path: PathBuf,
    /// The most bytes of one file; a longer line has a file to itself.
    pub max: u64,
    /// How many full files are kept beside it, as `.1` and so on, the newest first.
    pub keep: u16,
}

/// Notes requests, or nothing at all, which is the default. A clone notes in the same file.
#[derive(Clone, Default)]
pub struct RequestLog(Option<Arc<Open>>);

struct Open {
    queue: Arc<Queue>,
    clock: Arc<dyn Clock>,
    /// Set when the writer has ended.
    written: CancellationToken,
}

impl RequestLog {
    /// Starts the writer. A file that cannot be written is no error: the operator is told in
    /// the server's own log, and it is tried again.
    ///
    /// # Errors
    /// With a sentence if the system has no thread left.
    pub fn start(options: Options, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let (queue, written) = (Arc::new(Queue::default()), CancellationToken::new());
        let (taken, time, ended) = (queue.clone(), clock.clone(), written.clone().drop_guard());
        let work = move || {
            let _ended = ended;
            writer::run(&taken, Rotating::new(options), time.as_ref());
        };
        let thread = thread::Builder::new().name("request-log".to_owned()).spawn(work);
        thread.map_err(|error| format!("the request log cannot be started: {error}"))?;
        Ok(Self(Some(Arc::new(Open { queue, clock, written }))))
    }

    /// The line of a request to `path`, unless it is not worth one.
    pub fn begin(&self, path: &str) -> Option<Who> {
        let log = self.0.clone().filter(|_| !UNNOTED.contains(&path))?;
        let (path, username) = (line::path(path), OnceLock::new());
        Some(Who(Arc::new(Entry { log, path, username })))
    }

    /// Ends the log once all that was noted until now is written, or cannot be for a while.
    /// Nothing is noted after it.
    pub async fn close(&self) {
        let Some(open) = &self.0 else { return };
        open.queue.close();
        if tokio::time::timeout(PATIENCE, open.written.cancelled()).await.is_err() {
            tracing::warn!("stopped before the request log was written to its end");
        }
    }
}

impl fmt::Debug for RequestLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequestLog").field(&self.0.is_some()).finish()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// The line of one request, among the request's extensions. It is written when nobody holds
/// it any more: usually once there is an answer, but also if the client goes away before
/// that. Without a name it is somebody anonymous.
#[derive(Clone)]
pub struct Who(Arc<Entry>);

struct Entry {
    log: Arc<Open>,
    path: String,
    username: OnceLock<String>,
}

impl Who {
    /// The request is this user's. The first to say so is believed.
    pub fn is(&self, username: &str) {
        self.0.username.get_or_init(|| line::username(username));
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Self { log, path, username } = self;
        log.queue.push(&line::request(log.clock.now(), username.get(), path));
    }
}

/// Says whose the request with these extensions is; to be called as soon as that is known,
/// whatever becomes of the request.
pub fn name(extensions: &Extensions, username: &str) {
    if let Some(who) = extensions.get::<Who>() {
        who.is(username);
    }
}
