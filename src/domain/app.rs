//! The parts of one running server, so that one argument reaches them all. Only this
//! layer can take them out: a face that wanted to ask the store would not compile.

use std::{
    ops::Deref,
    path::PathBuf,
    sync::{Arc, Weak},
    time::Duration,
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Error, Result,
    events::Log,
    gather::Reads,
    glance::Glances,
    history::Pages,
    limits::{Limits, Rates},
    operations,
    sessions::Proven,
    typing::Typing,
    watch::{self, Watch},
    writer::Writer,
};
use crate::{
    live::{self, Alone, Bus, Hub, OverNats, Polling},
    metrics::Metrics,
    secrets::{password::Passwords, token::Tokens},
    store::Store,
    time::Clock,
};

/// What an operator may set of the rules.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How long an access token is good.
    pub access_ttl: Duration,
    /// How long a session lasts without being used.
    pub refresh_ttl: Duration,
    /// How long an access token of REST is good.
    pub rest_access_ttl: Duration,
    /// How long a refresh token of REST is good, and its session lasts.
    pub rest_refresh_ttl: Duration,
    /// The fewest characters of a password.
    pub password_min: usize,
    /// Whether anything is counted at all.
    pub rate_limits: bool,
    /// How much of everything, if so.
    pub rates: Rates,
}

/// How instances on one database hear of each other's writes.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    /// Whether there may be other instances.
    pub is_shared: bool,
    /// Where NATS is; without it the database is asked again and again.
    pub nats: Option<String>,
    /// Whom to trust for TLS to it, other than the well-known authorities.
    pub nats_ca: Option<PathBuf>,
    /// How often what is followed is looked at.
    pub pace: live::Options,
}

impl Sharing {
    fn bus(&self, epoch: &str) -> Result<Box<dyn Bus>> {
        Ok(match &self.nats {
            Some(url) => {
                // Two deployments may share a NATS.
                let subject = format!("parlance.{epoch}.signals");
                let bus = OverNats::new(url, self.nats_ca.as_deref(), subject);
                Box::new(bus.map_err(Error::Internal)?)
            }
            None if self.is_shared => Box::new(Polling),
            None => Box::new(Alone),
        })
    }
}

/// Everything a request needs; made once, cloned cheaply.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// See [`App`].
pub struct Parts {
    pub(super) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(super) tokens: Tokens,
    pub(super) passwords: Passwords,
    pub(super) limits: Limits,
    pub(super) writer: Writer,
    pub(super) reads: Reads,
    pub(super) pages: Pages,
    pub(super) glances: Glances,
    pub(super) rules: Rules,
    pub(super) epoch: String,
    pub(super) proven: Proven,
    pub(super) typing: Typing,
    pub(super) watch: Watch,
    /// What is counted; every face counts what it answers.
    pub metrics: Metrics,
    /// Where listeners hear of what was written.
    pub live: Hub<Log>,
    /// Told once the server is to stop: connections that stay open end.
    pub stopping: CancellationToken,
    /// What must come to its end before the server stops.
    pub running: TaskTracker,
}

impl App {
    /// Puts the parts together on a database that is migrated, and starts the writer.
    pub async fn start(
        store: Store,
        clock: Arc<dyn Clock>,
        tokens: Tokens,
        rules: Rules,
        sharing: Sharing,
    ) -> Result<Self> {
        let epoch = operations::epoch(&store).await?;
        let metrics = store.metrics().clone();
        let (log, bus) = (Log(store.clone()), sharing.bus(&epoch)?);
        let live = Hub::start(log, bus, sharing.pace, metrics.clone());
        let database = if store.is_sqlite() { "sqlite" } else { "mysql" };
        metrics.runs(env!("CARGO_PKG_VERSION"), database);
        let limits = Limits::new(rules.rate_limits.then_some(rules.rates), &clock);
        let writer = Writer::start(&store, &clock, &live);
        let reads = Reads::new(&store);
        let app = Self(Arc::new(Parts {
            store,
            clock,
            tokens,
            passwords: Passwords::default(),
            limits,
            writer,
            reads,
            pages: Pages::default(),
            glances: Glances::default(),
            rules,
            epoch,
            proven: Proven::default(),
            typing: Typing::default(),
            watch: Watch::default(),
            metrics,
            live,
            stopping: CancellationToken::new(),
            running: TaskTracker::new(),
        }));
        watch::start(&app);
        Ok(app)
    }

    /// Notes what is not counted as it happens: how long queues are, how full the pool is.
    pub fn measure(&self) {
        self.store.measure();
        self.live.measure();
        self.writer.measure();
        self.metrics.hashed(self.passwords.work_done());
        let waiting = i64::try_from(self.passwords.waiting()).unwrap_or(i64::MAX);
        self.metrics.hashes_waiting.set(waiting);
    }

    pub(super) fn weak(&self) -> Weak<Parts> {
        Arc::downgrade(&self.0)
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
