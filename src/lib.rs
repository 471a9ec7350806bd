//! Parlance: a self-hosted messaging backend. GraphQL first, on MySQL or an embedded
//! SQLite; an acknowledged message is never lost, doubled or reordered, and nobody sees a
//! conversation that they take no part in.
//!
//! ```text
//!         main · commands · server · config      start, listen, stop
//!                        │
//!             graphql · rest · pages             translate
//!                        │
//!                     domain                     decide
//!             ┌──────────┼──────────┐
//!           store       live     secrets         ask · tell · prove
//!             └──────────┼──────────┘
//!        metrics · traces · ids · time           words
//! ```
//!
//! Read down, every arrow points down: a layer may name what is under it and never what is
//! above or beside it. A test reads the `use` lines. The same noun names a file or a folder in each
//! layer, so `sendMessage` is `graphql/messages.rs`, `domain/messages/sending.rs` and
//! `store/messages.rs`.

pub mod commands;
pub mod config;
pub mod demo;
pub mod domain;
#[cfg(test)]
#[path = "../tests/fuzz/engine.rs"]
mod fuzz;
pub mod graphql;
pub mod ids;
pub mod live;
pub mod metrics;
pub mod pages;
pub mod request_log;
pub mod rest;
pub mod secrets;
#[cfg(feature = "seeded-bugs")]
pub(crate) mod seeded_bugs;
pub mod server;
pub mod store;
pub mod telemetry;
pub mod time;
pub mod traces;
