//! The parts of one running server, so that one argument reaches them all. Only this
//! layer can take them out: a face that wanted to ask the store would not compile.

use std::{ops::Deref, sync::Arc, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Result, limits::Limits, operations, writer::Writer};
use crate::{
    live::Hub,
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
    /// The fewest characters of a password.
    pub password_min: usize,
    /// Whether anything is counted at all.
    pub rate_limits: bool,
}

/// Everything a request needs; made once, cloned cheaply.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// See [`App`].
pub struct Parts {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tokens: Tokens,
    pub(super) passwords: Passwords,
    pub(super) limits: Limits,
    pub(super) writer: Writer,
    pub(super) rules: Rules,
    pub(super) epoch: String,
    /// Where listeners hear of what was written.
    pub live: Hub,
    /// What must come to its end before the server stops.
    pub running: TaskTracker,
    /// Cancelled when the server is told to stop: what would go on for long then ends itself.
    pub stopping: CancellationToken,
}

impl App {
    /// Puts the parts together on a database that is migrated, and starts the writer.
    pub async fn start(
        store: Store,
        clock: Arc<dyn Clock>,
        tokens: Tokens,
        rules: Rules,
    ) -> Result<Self> {
        let epoch = operations::epoch(&store).await?;
        let live = Hub::default();
        let writer = Writer::start(&store, &clock, &live);
        let (passwords, limits) = (Passwords::default(), Limits::new(rules.rate_limits));
        Ok(Self(Arc::new(Parts {
            store,
            clock,
            tokens,
            passwords,
            limits,
            writer,
            rules,
            epoch,
            live,
            running: TaskTracker::new(),
            stopping: CancellationToken::new(),
        })))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
