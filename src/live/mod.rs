//! What is new, told to whoever follows it: without a hole, once, in order, up to where it
//! is theirs to see.
//!
//! The database is the truth. A [`Signal`] is a hint that something may be new, from this
//! process or over the [`bus`] from another, and may be lost, doubled or late. Each
//! conversation that somebody follows has a room ([`room`]) with its newest events, which
//! alone reads them; a [`Subscriber`] walks from number to number, through the room or,
//! where that no longer reaches back, through pages of the database: replay and live are
//! one path. An [`Inbox`] follows all conversations of a person. A reconciler re-reads the
//! heads of everything that is followed ([`hub`]), so that a lost hint costs time and
//! nothing else.
//!
//! May name `metrics`, `ids` and `time`; reads through the trait [`Source`] and knows neither the
//! store nor the rules.

pub mod bus;
mod hub;
mod inbox;
mod room;
mod signal;
mod source;
mod subscriber;

#[cfg(test)]
mod tests;

pub use bus::{Alone, Bus, Ear, OverNats, Polling, Published};
pub use hub::{Hub, Options};
pub use inbox::{Change, Inbox};
pub use room::{Held, PAUSE};
pub use signal::Signal;
pub use source::{Entry, Mark, Source, Standing, Stretch};
pub use subscriber::{Fault, Step, Subscriber};
