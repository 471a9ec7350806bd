//! How signals reach other instances. They are hints: whatever a bus loses, doubles, delays
//! or makes up costs time and nothing else.

pub mod nats;
mod words;

use std::{path::Path, sync::OnceLock};

use self::nats::{Nats, Server, State};
use super::Signal;

/// A way to other instances.
pub trait Bus: Send + Sync + 'static {
    /// Begins to hand over what other instances tell.
    fn start(&self, ear: Ear);

    /// Tells other instances. Never waits; what cannot be sent soon is dropped.
    fn publish(&self, signal: Signal) -> Published;

    /// Whether what other instances write is told here, so that looking for it seldom is
    /// enough.
    fn is_heard(&self) -> bool;

    /// What is wrong, for the operator.
    fn complaint(&self) -> Option<String> {
        None
    }
}

/// What became of a signal for other instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is on its way.
    Sent,
    Dropped,
    /// There is nobody to tell.
    Nowhere,
}

/// Where a bus hands over what it hears.
pub struct Ear {
    /// Called with each signal of another instance; does not wait.
    pub heard: Box<dyn Fn(Signal) + Send + Sync>,
    /// Called when the bus is there again: something may have been missed.
    pub connected: Box<dyn Fn() + Send + Sync>,
}

/// There are no other instances.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl Bus for Alone {
    fn start(&self, _: Ear) {}

    fn publish(&self, _: Signal) -> Published {
        Published::Nowhere
    }

    fn is_heard(&self) -> bool {
        true
    }
}

/// There may be other instances, and the database is all they share: it is asked often.
#[derive(Clone, Copy, Debug)]
pub struct Polling;

impl Bus for Polling {
    fn start(&self, _: Ear) {}

    fn publish(&self, _: Signal) -> Published {
        Published::Nowhere
    }

    fn is_heard(&self) -> bool {
        false
    }
}

/// Other instances are told over NATS. While that is away the database is asked often.
#[derive(Debug)]
pub struct OverNats {
    server: Server,
    subject: String,
    nats: OnceLock<Result<Nats, String>>,
}

impl OverNats {
    /// Instances of one deployment share a subject, which nobody else has.
    ///
    /// # Errors
    /// With a sentence for the operator if the URL or the file of authorities cannot be meant.
    pub fn new(url: &str, ca: Option<&Path>, subject: String) -> Result<Self, String> {
        let server = Server::new(url).map_err(|why| format!("PARLANCE_NATS_URL: {why}"))?;
        let server = match ca {
            None => server,
            Some(ca) => server.trusting(ca).map_err(|why| format!("PARLANCE_NATS_CA: {why}"))?,
        };
        Ok(Self { server, subject, nats: OnceLock::new() })
    }

    fn nats(&self) -> Option<&Nats> {
        self.nats.get()?.as_ref().ok()
    }
}

impl Bus for OverNats {
    fn start(&self, ear: Ear) {
        let Ear { heard, connected } = ear;
        let heard = move |message: &[u8]| {
            // What makes no sense is not ours.
            if let Some(signal) = str::from_utf8(message).ok().and_then(Signal::from_words) {
                heard(signal);
            }
        };
        let server = self.server.clone();
        self.nats.get_or_init(|| Nats::start(server, self.subject.clone(), heard, connected));
    }

    fn publish(&self, signal: Signal) -> Published {
        let is_sent = self.nats().is_some_and(|nats| nats.publish(signal.words().into_bytes()));
        if is_sent { Published::Sent } else { Published::Dropped }
    }

    fn is_heard(&self) -> bool {
        self.nats().is_some_and(|nats| nats.state() == State::Connected)
    }

    fn complaint(&self) -> Option<String> {
        match self.nats.get()? {
            Ok(nats) => match nats.state() {
                State::Connected => None,
                State::Away(why) => Some(format!("NATS is away: {why}")),
            },
            Err(why) => Some(format!("NATS cannot be used: {why}")),
        }
    }
}
