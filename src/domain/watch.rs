//! Keeps an eye on the sessions behind connections that stay open: one that is logged out,
//! revoked or whose user was disabled ends them within seconds, on every instance.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::sync::{broadcast::error::RecvError, watch};

use super::{App, Error, Result, Viewer, app::Parts};
use crate::{
    ids::{SessionId, UserId},
    live::Signal,
    store::{accounts::Role, sessions},
};

/// How often sessions are looked at, whether or not a signal came.
const EVERY: Duration = Duration::from_secs(4);

/// About how many sessions is asked in one statement.
const CHUNK: usize = 500;

/// Sessions behind connections that are open now.
#[derive(Default)]
pub(super) struct Watch(Mutex<HashMap<SessionId, Watched>>);

struct Watched {
    user: UserId,
    role: Role,
    over: watch::Sender<Option<Ending>>,
    connections: usize,
}

/// Why a connection must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The session is over, and its tokens with it.
    SessionOver,
    /// The person has other rights: whoever connects again has them.
    RightsChanged,
}

/// One connection's hold on its session.
pub struct Guard {
    app: Weak<Parts>,
    session: SessionId,
    over: watch::Receiver<Option<Ending>>,
}

impl Guard {
    /// Waits until the connection must end. May be dropped half way and called again.
    pub async fn ended(&mut self) -> Ending {
        match self.over.wait_for(Option::is_some).await {
            Ok(ending) => ending.unwrap_or(Ending::SessionOver),
            Err(_) => Ending::SessionOver,
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(parts) = self.app.upgrade() else { return };
        let mut sessions = parts.watch.sessions();
        if let Some(watched) = sessions.get_mut(&self.session) {
            watched.connections -= 1;
            if watched.connections == 0 {
                sessions.remove(&self.session);
            }
        }
    }
}

/// Watches the viewer's session from now on.
pub fn session(app: &App, viewer: Viewer) -> Guard {
    let mut sessions = app.watch.sessions();
    let watched = sessions.entry(viewer.session()).or_insert_with(|| Watched {
        user: viewer.id(),
        role: viewer.role(),
        over: watch::Sender::new(None),
        connections: 0,
    });
    watched.connections += 1;
    let over = watched.over.subscribe();
    Guard { app: app.weak(), session: viewer.session(), over }
}

impl Watch {
    fn sessions(&self) -> MutexGuard<'_, HashMap<SessionId, Watched>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn concerns(&self, signal: Signal) -> bool {
        match signal {
            Signal::SessionOver { session } => self.sessions().contains_key(&session),
            Signal::PersonChanged { user } => {
                self.sessions().values().any(|watched| watched.user == user)
            }
            Signal::Advanced { .. }
            | Signal::Membership { .. }
            | Signal::Read { .. }
            | Signal::Typing { .. } => false,
        }
    }
}

/// Looks at the watched sessions until the server ends.
pub(super) fn start(app: &App) {
    let (app, mut signals) = (app.weak(), app.live.listen());
    tokio::spawn(async move {
        loop {
            let pause = tokio::time::sleep(EVERY);
            tokio::pin!(pause);
            loop {
                tokio::select! {
                    () = &mut pause => break,
                    signal = signals.recv() => {
                        let Some(parts) = app.upgrade() else { return };
                        match signal {
                            Ok(signal) if !parts.watch.concerns(signal) => {}
                            Err(RecvError::Closed) => return,
                            Ok(_) | Err(RecvError::Lagged(_)) => break,
                        }
                    }
                }
            }
            let Some(parts) = app.upgrade() else { return };
            if let Err(error) = look(&parts).await {
                tracing::warn!(cause = error.cause(), "open sessions cannot be looked at");
            }
        }
    });
}

async fn look(parts: &Arc<Parts>) -> Result<()> {
    let watched: Vec<_> = parts.watch.sessions().keys().copied().collect();
    for some in watched.chunks(CHUNK) {
        let now = parts.clock.now();
        let alive =
            sessions::list_alive_with_role(&mut parts.store.conn().await?, some, now).await?;
        let alive: HashMap<_, _> = alive.into_iter().collect();
        let sessions = parts.watch.sessions();
        for id in some {
            let Some(watched) = sessions.get(id) else { continue };
            let ending = match alive.get(id) {
                None => Ending::SessionOver,
                Some(role) if *role != watched.role => Ending::RightsChanged,
                Some(_) => continue,
            };
            watched.over.send_replace(Some(ending));
        }
    }
    Ok(())
}

/// Looks once more whether the viewer's session is alive, and what they are now.
///
/// # Errors
/// [`Error::TokenExpired`] or [`Error::SessionRevoked`].
pub async fn recheck(app: &App, viewer: Viewer) -> Result<Viewer> {
    let now = app.clock.now();
    if has_expired(app, viewer) {
        return Err(Error::TokenExpired);
    }
    let (mut conn, id) = (app.store.conn().await?, viewer.session());
    let alive = sessions::list_alive_with_role(&mut conn, &[id], now).await?.pop();
    let (_, role) = alive.ok_or(Error::SessionRevoked)?;
    Ok(Viewer::new(viewer.id(), id, role, viewer.expires_at()))
}

/// Whether the access token that the viewer showed has ended. As when it is read, the second
/// of the end is after the end.
pub fn has_expired(app: &App, viewer: Viewer) -> bool {
    viewer.expires_at() <= app.clock.now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_looked_at_often_enough_for_what_is_promised() {
        // What they have open ends within five seconds of a deletion, and in any case within ten.
        assert!(EVERY < Duration::from_secs(5));
    }
}
