//! What a running server counts of itself, and how that is told to Prometheus. What there is to
//! count is described once, in [`catalogue`]; each layer is handed a [`Metrics`] and counts.
//!
//! There is one for each store, and so for each app: a process may have several. An event costs
//! an atomic addition, or a look under a read lock where labels tell apart what comes from
//! outside; none allocates once its labels were seen. Labels take their values from our own
//! lists (root fields of the schema, codes, routes, states), never from what a client calls
//! something.
//!
//! May name nothing of the house.

pub mod catalogue;
mod labels;
mod process;
mod text;

use std::{fmt, ops::Deref, sync::Arc, time::Duration};

use axum::extract::MatchedPath;
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use catalogue::{Description, Kind};
use labels::{Request, Route, Template, method_label};
pub use text::Form;

/// Latencies, in seconds.
const SECONDS: [f64; 15] =
    [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1., 2.5, 5., 10.];

/// Messages of a batch.
const MESSAGES: [f64; 9] = [1., 2., 4., 8., 16., 32., 64., 128., 256.];

/// So many pairs of a label and its value.
type Labels<const N: usize> = [(&'static str, &'static str); N];

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// See the top; cloned cheaply.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Counts>);

impl Deref for Metrics {
    type Target = Counts;

    fn deref(&self) -> &Counts {
        &self.0
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// The numbers themselves.
pub struct Counts {
    registry: Registry,
    process: process::Process,
    build: Family<Labels<2>, Gauge>,

    requests: Family<Request, Counter>,
    request_seconds: Histograms<Route>,
    operations: Family<Labels<3>, Counter>,
    operation_seconds: Histograms<Labels<2>>,
    limited: Family<Labels<1>, Counter>,
    sign_ins: Family<Labels<1>, Counter>,
    auth_failures: Family<Labels<1>, Counter>,
    hashes: Counter,
    pub hashes_waiting: Gauge,

    pub sends: Sends,
    pub batch_messages: Histogram,
    pub batch_seconds: Histogram,
    pub queue: Gauge,
    pub set_aside: Counter,

    pub commit_seconds: Histogram,
    pub retries: Counter,
    pub statement_seconds: Histogram,
    pub slow_statements: Counter,
    database_errors: Family<Labels<1>, Counter>,
    pub pool: Pool,

    sockets: Family<Labels<1>, Gauge>,
    streams: Gauge,
    subscriptions: Family<Labels<1>, Gauge>,
    pub rooms: Gauge,
    pub hints: Hints,
    pub reconciled: Counter,
    looks: Family<Labels<1>, Counter>,
    pub bus_up: Gauge,
    pub ring_misses: Counter,
    pub replays: Replays,
    slow_consumers: Family<Labels<1>, Counter>,
}

/// What became of messages that came to the writer.
pub struct Sends {
    pub accepted: Counter,
    pub deduplicated: Counter,
    /// The sender's fault.
    pub refused: Counter,
    /// Ours, or too much at once.
    pub failed: Counter,
}

/// The connections to the database.
pub struct Pool {
    pub max: Gauge,
    pub open: Gauge,
    pub in_use: Gauge,
    pub waiting: Gauge,
    pub wait_seconds: Histogram,
}

/// Signals between instances.
pub struct Hints {
    pub sent: Counter,
    pub dropped: Counter,
    pub received: Counter,
    pub lost: Counter,
}

/// Pages of events for who is further back.
pub struct Replays {
    pub read: Counter,
    pub shared: Counter,
}

/// Something that is there as long as this is held.
#[derive(Debug)]
pub struct Present(Gauge);

impl Present {
    fn new(gauge: Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn latency() -> Histogram {
    Histogram::new(SECONDS)
}

/// Registers what the catalogue describes.
struct Registrar(Registry);

impl Registrar {
    fn add<M>(&mut self, described: &Description, metric: M) -> M
    where
        M: prometheus_client::registry::Metric + Clone,
    {
        // The library adds the unit and `_total` itself.
        let name = described.name;
        let name = match described.kind {
            Kind::Counter => name.strip_suffix("_total").unwrap_or(name),
            Kind::Gauge | Kind::Histogram => name,
        };
        let units = [("_seconds", Unit::Seconds), ("_bytes", Unit::Bytes)];
        let unit = units.into_iter().find_map(|(end, unit)| Some((name.strip_suffix(end)?, unit)));
        match unit {
            Some((name, unit)) => {
                self.0.register_with_unit(name, described.help, unit, metric.clone());
            }
            None => self.0.register(name, described.help, metric.clone()),
        }
        metric
    }

    /// A counter for each value of its one label, from the start on.
    fn each<const N: usize>(
        &mut self,
        described: &Description,
        values: [&'static str; N],
    ) -> (Family<Labels<1>, Counter>, [Counter; N]) {
        let family = self.add(described, Family::<Labels<1>, Counter>::default());
        let label = described.labels[0];
        let counters = values.map(|value| family.get_or_create_owned(&[(label, value)]));
        (family, counters)
    }
}

impl Default for Counts {
    fn default() -> Self {
        use catalogue as c;
        let mut all = Registrar(Registry::default());
        let build = all.add(&c::BUILD, Family::default());
        let process = process::Process {
            started: all.add(&c::STARTED, Gauge::default()),
            memory: all.add(&c::MEMORY, Gauge::default()),
            files: all.add(&c::FILES, Gauge::default()),
        };
        process.begin();
        let requests = all.add(&c::REQUESTS, Family::default());
        let request_seconds =
            all.add(&c::REQUEST_SECONDS, Family::new_with_constructor(latency as fn() -> _));
        let operations = all.add(&c::OPERATIONS, Family::default());
        let operation_seconds =
            all.add(&c::OPERATION_SECONDS, Family::new_with_constructor(latency as fn() -> _));
        let (limited, _) = all.each(&c::LIMITED, ["graphql", "rest", "page"]);
        let (sign_ins, _) = all.each(&c::SIGN_INS, ["graphql", "rest", "page"]);
        let reasons = ["password", "invalid_token", "expired_token", "session_over"];
        let (auth_failures, _) = all.each(&c::AUTH_FAILURES, reasons);
        let hashes = all.add(&c::HASHES, Counter::default());
        let hashes_waiting = all.add(&c::HASHES_WAITING, Gauge::default());
        let outcomes = ["accepted", "deduplicated", "refused", "failed"];
        let (_, [accepted, deduplicated, refused, failed]) = all.each(&c::SENDS, outcomes);
        let batch_messages = all.add(&c::BATCH_MESSAGES, Histogram::new(MESSAGES));
        let batch_seconds = all.add(&c::BATCH_SECONDS, latency());
        let queue = all.add(&c::QUEUE, Gauge::default());
        let set_aside = all.add(&c::SET_ASIDE, Counter::default());
        let commit_seconds = all.add(&c::COMMIT_SECONDS, latency());
        let retries = all.add(&c::RETRIES, Counter::default());
        let statement_seconds = all.add(&c::STATEMENT_SECONDS, latency());
        let slow_statements = all.add(&c::SLOW, Counter::default());
        let kinds = ["deadlock", "lock_timeout", "connection", "other"];
        let (database_errors, _) = all.each(&c::DATABASE_ERRORS, kinds);
        let pool = Pool {
            max: all.add(&c::POOL_MAX, Gauge::default()),
            open: all.add(&c::POOL_OPEN, Gauge::default()),
            in_use: all.add(&c::POOL_IN_USE, Gauge::default()),
            waiting: all.add(&c::POOL_WAITING, Gauge::default()),
            wait_seconds: all.add(&c::POOL_SECONDS, latency()),
        };
        let sockets = all.add(&c::SOCKETS, Family::<Labels<1>, Gauge>::default());
        for protocol in ["graphql-transport-ws", "graphql-ws"] {
            sockets.get_or_create_owned(&[("protocol", protocol)]);
        }
        let streams = all.add(&c::STREAMS, Gauge::default());
        let subscriptions = all.add(&c::SUBSCRIPTIONS, Family::default());
        let rooms = all.add(&c::ROOMS, Gauge::default());
        let hints = Hints {
            sent: all.add(&c::HINTS_SENT, Counter::default()),
            dropped: all.add(&c::HINTS_DROPPED, Counter::default()),
            received: all.add(&c::HINTS_RECEIVED, Counter::default()),
            lost: all.add(&c::HINTS_LOST, Counter::default()),
        };
        let reconciled = all.add(&c::RECONCILED, Counter::default());
        let (looks, _) = all.each(&c::LOOKS, ["done", "failed"]);
        let bus_up = all.add(&c::BUS, Gauge::default());
        let ring_misses = all.add(&c::RING_MISSES, Counter::default());
        let (_, [read, shared]) = all.each(&c::REPLAYS, ["database", "shared"]);
        let (slow_consumers, _) = all.each(&c::SLOW_CONSUMERS, ["websocket", "sse", "http2"]);
        Self {
            registry: all.0,
            process,
            build,
            requests,
            request_seconds,
            operations,
            operation_seconds,
            limited,
            sign_ins,
            auth_failures,
            hashes,
            hashes_waiting,
            sends: Sends { accepted, deduplicated, refused, failed },
            batch_messages,
            batch_seconds,
            queue,
            set_aside,
            commit_seconds,
            retries,
            statement_seconds,
            slow_statements,
            database_errors,
            pool,
            sockets,
            streams,
            subscriptions,
            rooms,
            hints,
            reconciled,
            looks,
            bus_up,
            ring_misses,
            replays: Replays { read, shared },
            slow_consumers,
        }
    }
}

impl Counts {
    /// Which program runs on which kind of database.
    pub fn runs(&self, version: &'static str, database: &'static str) {
        self.build.get_or_create(&[("version", version), ("database", database)]).set(1);
    }

    /// A request was answered.
    pub fn answered(&self, method: &str, route: Option<MatchedPath>, status: u16, took: Duration) {
        let (method, route) = (method_label(method), Template(route));
        self.request_seconds
            .get_or_create(&Route { method, route: route.clone() })
            .observe(took.as_secs_f64());
        self.requests.get_or_create(&Request { method, route, status }).inc();
    }

    /// An operation has come to its end, or was refused before it began: then nothing is said
    /// of how long it took.
    pub fn operation(
        &self,
        kind: &'static str,
        field: &'static str,
        code: &'static str,
        took: Option<Duration>,
    ) {
        self.operations.get_or_create(&[("type", kind), ("field", field), ("code", code)]).inc();
        if let Some(took) = took {
            self.operation_seconds
                .get_or_create(&[("type", kind), ("field", field)])
                .observe(took.as_secs_f64());
        }
    }

    /// Somebody was told that they ask too often.
    pub fn limited(&self, face: &'static str) {
        self.limited.get_or_create(&[("face", face)]).inc();
    }

    /// A session was opened.
    pub fn signed_in(&self, door: &'static str) {
        self.sign_ins.get_or_create(&[("door", door)]).inc();
    }

    /// A password or a token did not let somebody in.
    pub fn auth_failed(&self, reason: &'static str) {
        self.auth_failures.get_or_create(&[("reason", reason)]).inc();
    }

    /// So many passwords have been hashed in all.
    pub fn hashed(&self, in_all: u64) {
        self.hashes.inner().fetch_max(in_all, std::sync::atomic::Ordering::Relaxed);
    }

    /// The database did not do what it was asked for.
    pub fn database_error(&self, kind: &'static str) {
        self.database_errors.get_or_create(&[("kind", kind)]).inc();
    }

    /// All that is followed was looked at.
    pub fn looked(&self, is_done: bool) {
        let result = if is_done { "done" } else { "failed" };
        self.looks.get_or_create(&[("result", result)]).inc();
    }

    /// A connection is closed because the client does not read.
    pub fn too_slow(&self, transport: &'static str) {
        self.slow_consumers.get_or_create(&[("transport", transport)]).inc();
    }

    /// A WebSocket is open as long as this is held.
    pub fn socket(&self, protocol: &'static str) -> Present {
        Present::new(self.sockets.get_or_create_owned(&[("protocol", protocol)]))
    }

    /// An event stream is open as long as this is held.
    pub fn stream(&self) -> Present {
        Present::new(self.streams.clone())
    }

    /// A subscription is open as long as this is held.
    pub fn subscription(&self, field: &'static str) -> Present {
        Present::new(self.subscriptions.get_or_create_owned(&[("field", field)]))
    }

    /// All of it as text.
    ///
    /// # Errors
    /// Of writing to memory, which does not happen.
    pub fn text(&self, form: Form) -> Result<String, fmt::Error> {
        self.process.look();
        text::write(&self.registry, form)
    }
}

#[cfg(test)]
mod tests;
