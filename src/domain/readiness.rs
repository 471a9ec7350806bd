//! Whether the server should get requests, for who asks again and again.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Mutex, time::timeout};

use super::{App, operations};

/// How long it holds what was seen.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// Looks at the database once a second at most, and once for all who ask meanwhile: nobody is
/// asked who they are, and nobody is counted.
#[derive(Clone)]
pub struct Readiness {
    app: App,
    accept_unsafe_durability: bool,
    /// How long a look may take.
    within: Duration,
    seen: Arc<Mutex<Option<Seen>>>,
}

struct Seen {
    /// By the clock that is never set.
    at: Duration,
    faults: Vec<String>,
}

impl Readiness {
    pub fn new(app: App, accept_unsafe_durability: bool, within: Duration) -> Self {
        Self { app, accept_unsafe_durability, within, seen: Arc::default() }
    }

    /// Why the server should get no requests; empty when it is ready.
    pub async fn faults(&self) -> Vec<String> {
        tokio::select! {
            biased;
            // At once, whatever becomes of the database.
            () = self.app.stopping.cancelled() => vec!["the server is stopping".to_owned()],
            faults = self.seen() => faults,
        }
    }

    async fn seen(&self) -> Vec<String> {
        let mut seen = Arc::clone(&self.seen).lock_owned().await;
        if let Some(Seen { at, faults }) = &*seen
            && self.app.clock.passed().saturating_sub(*at) < GOOD_FOR
        {
            return faults.clone();
        }
        let Self { app, accept_unsafe_durability, within, .. } = self.clone();
        // A task of its own: it comes to its end, for those who come after, though whoever was
        // the first goes away.
        let look = tokio::spawn(async move {
            let look = operations::faults(&app.store, Some(&app.epoch), accept_unsafe_durability);
            let faults = timeout(within, look).await.unwrap_or_else(|_| {
                tracing::warn!("not ready: the database takes too long to answer");
                vec![operations::NO_ANSWER.to_owned()]
            });
            *seen = Some(Seen { at: app.clock.passed(), faults: faults.clone() });
            faults
        });
        // It fails only when the runtime stops.
        look.await.unwrap_or_else(|_| vec![operations::NO_ANSWER.to_owned()])
    }
}
