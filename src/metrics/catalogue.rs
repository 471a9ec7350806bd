//! Every number that the server tells of itself: its name, what it is and what it means. The one
//! list; what is counted (`Counts`), what is shown at `/metrics` and the table in
//! docs/observability.md are compared with it.

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, until the server starts anew.
    Counter,
    /// As it is now.
    Gauge,
    /// How often something was about so large.
    Histogram,
}

impl Kind {
    /// As Prometheus calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One number.
#[derive(Debug)]
pub struct Description {
    /// As it is asked for, with its unit and, of a counter, `_total`.
    pub name: &'static str,
    pub kind: Kind,
    /// By what it is told apart. Each takes few values, whatever clients send.
    pub labels: &'static [&'static str],
    /// One sentence without its full stop.
    pub help: &'static str,
}

macro_rules! catalogue {
    ($($constant:ident = $kind:ident $name:literal [$($label:literal),*] $help:literal;)*) => {
        $(pub(super) const $constant: Description = Description {
            name: $name,
            kind: Kind::$kind,
            labels: &[$($label),*],
            help: $help,
        };)*

        /// All of them, in the order in which they are shown.
        pub const ALL: &[&Description] = &[$(&$constant),*];
    };
}

catalogue! {
    BUILD = Gauge "parlance_build_info" ["version", "database"]
        "1; the version that runs, and its kind of database";
    STARTED = Gauge "process_start_time_seconds" []
        "When the process started, in seconds since 1970";
    MEMORY = Gauge "process_resident_memory_bytes" []
        "The memory that the process has in use (Linux)";
    FILES = Gauge "process_open_fds" []
        "How many files and sockets the process has open (Linux)";

    REQUESTS = Counter "parlance_http_requests_total" ["method", "route", "status"]
        "Requests that were answered, by the route's template";
    REQUEST_SECONDS = Histogram "parlance_http_request_duration_seconds" ["method", "route"]
        "How long an answer took to begin; of a WebSocket or event stream, its opening";
    OPERATIONS = Counter "parlance_graphql_operations_total" ["type", "field", "code"]
        "GraphQL operations over every transport, by root field and the code of the first error or OK";
    OPERATION_SECONDS = Histogram "parlance_graphql_operation_duration_seconds" ["type", "field"]
        "How long GraphQL operations took that were executed; of a subscription, its opening";
    LIMITED = Counter "parlance_rate_limited_total" ["face"]
        "Refusals because somebody asked too often";
    SIGN_INS = Counter "parlance_sign_ins_total" ["door"]
        "Sessions that were opened";
    AUTH_FAILURES = Counter "parlance_auth_failures_total" ["reason"]
        "Passwords and tokens that did not let somebody in";
    HASHES = Counter "parlance_password_hashes_total" []
        "argon2 hashes that were computed";
    HASHES_WAITING = Gauge "parlance_password_hashes_waiting" []
        "Passwords that wait for their turn to be hashed";

    SENDS = Counter "parlance_sends_total" ["outcome"]
        "Messages that came to the writer: accepted, deduplicated, refused, or failed on our side";
    BATCH_MESSAGES = Histogram "parlance_writer_batch_messages" []
        "How many messages one transaction of the writer stored or refused";
    BATCH_SECONDS = Histogram "parlance_writer_batch_duration_seconds" []
        "How long one transaction of the writer took, with its retries";
    QUEUE = Gauge "parlance_writer_queue_depth" []
        "Messages that wait for a lane of the writer";
    SET_ASIDE = Counter "parlance_writer_set_aside_total" []
        "Messages that had to wait because somebody else held their conversation locked";

    COMMIT_SECONDS = Histogram "parlance_database_commit_duration_seconds" []
        "How long COMMIT took, of every transaction";
    RETRIES = Counter "parlance_database_transaction_retries_total" []
        "Transactions that were tried again after a deadlock, a lock time-out or a lost connection";
    STATEMENT_SECONDS = Histogram "parlance_database_statement_duration_seconds" []
        "How long statements took";
    SLOW = Counter "parlance_database_slow_statements_total" []
        "Statements that took longer than half a second; each is in the log";
    DATABASE_ERRORS = Counter "parlance_database_errors_total" ["kind"]
        "Statements and connections that failed";
    POOL_MAX = Gauge "parlance_database_pool_max_connections" []
        "The most connections that may be open";
    POOL_OPEN = Gauge "parlance_database_pool_open_connections" []
        "Connections that are open";
    POOL_IN_USE = Gauge "parlance_database_pool_in_use_connections" []
        "Connections that are in use";
    POOL_WAITING = Gauge "parlance_database_pool_waiting" []
        "How many wait for a connection";
    POOL_SECONDS = Histogram "parlance_database_pool_wait_duration_seconds" []
        "How long a connection was waited for";

    SOCKETS = Gauge "parlance_websockets" ["protocol"]
        "WebSockets that are open";
    STREAMS = Gauge "parlance_event_streams" []
        "Event streams (SSE) that are open";
    SUBSCRIPTIONS = Gauge "parlance_subscriptions" ["field"]
        "Subscriptions that are open, by root field";
    ROOMS = Gauge "parlance_live_rooms" []
        "Conversations that somebody follows here";
    HINTS_SENT = Counter "parlance_live_hints_sent_total" []
        "Signals that were handed to the way to other instances";
    HINTS_DROPPED = Counter "parlance_live_hints_dropped_total" []
        "Signals that could not be handed over, because NATS was away or did not keep up";
    HINTS_RECEIVED = Counter "parlance_live_hints_received_total" []
        "Signals that came from other instances";
    HINTS_LOST = Counter "parlance_live_hints_lost_total" []
        "Conversations that were found to have moved although no signal had told of it and signals should come";
    RECONCILED = Counter "parlance_live_reconciled_total" []
        "Conversations that were found to have moved by looking, whether or not signals should come";
    LOOKS = Counter "parlance_live_looks_total" ["result"]
        "How often all that is followed was looked at";
    BUS = Gauge "parlance_live_bus_up" []
        "1 if what other instances write is told here at once, or there are none; 0 while the database is asked";
    RING_MISSES = Counter "parlance_live_ring_misses_total" []
        "How often a follower was further back than its conversation's events in memory";
    REPLAYS = Counter "parlance_live_replay_pages_total" ["source"]
        "Pages of events for followers that were further back: read, or shared with who read them";
    SLOW_CONSUMERS = Counter "parlance_slow_consumers_closed_total" ["transport"]
        "Connections, and streams of HTTP/2, that were closed because the client did not read";
}
