//! How signals reach other instances. They are hints: whatever a bus loses, doubles, delays
//! or makes up costs time and nothing else.

mod words;

use super::Signal;

/// A way to other instances.
pub trait Bus: Send + Sync + 'static {
    /// Begins to hand over what other instances tell.
    fn start(&self, ear: Ear);

    /// Tells other instances. Never waits; what cannot be sent soon is dropped.
    fn publish(&self, signal: Signal);

    /// Whether what other instances write is told here, so that looking for it seldom is
    /// enough.
    fn is_heard(&self) -> bool;

    /// What is wrong, for the operator.
    fn complaint(&self) -> Option<String> {
        None
    }
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

    fn publish(&self, _: Signal) {}

    fn is_heard(&self) -> bool {
        true
    }
}

/// There may be other instances, and the database is all they share: it is asked often.
#[derive(Clone, Copy, Debug)]
pub struct Polling;

impl Bus for Polling {
    fn start(&self, _: Ear) {}

    fn publish(&self, _: Signal) {}

    fn is_heard(&self) -> bool {
        false
    }
}
