//! What every test starts with: an app of its own, and people who use it.

mod answer;
mod app;
mod browser;
mod client;
mod clock;
mod database;
mod follow;
mod history;
mod nats_server;
mod numbers;
mod pages;
mod people;
mod plan;
mod sent_sql;
mod socket;

pub(crate) use answer::Answer;
pub(crate) use app::{SECRET, Served, Setup, TestApp};
pub(crate) use browser::Browser;
pub(crate) use client::Client;
pub(crate) use clock::TestClock;
pub(crate) use follow::{Follow, Heard, named};
pub(crate) use history::{History, OF_ANN, rows};
pub(crate) use nats_server::NatsServer;
pub(crate) use numbers::Numbers;
pub(crate) use pages::List;
pub(crate) use people::{PASSWORD, Person, Sent};
pub(crate) use plan::{Plan, Planner};
pub(crate) use sent_sql::{Overheard, Statement};
pub(crate) use serde_json::{Value, json};
pub(crate) use socket::{LEGACY, MODERN, Socket};

/// An id as clients see it.
pub(crate) type Id = uuid::Uuid;

/// An id that nothing has.
#[expect(
    clippy::disallowed_methods,
    reason = "like the server's own ids, so nothing else tells it apart"
)]
pub(crate) fn nobody() -> Id {
    Id::now_v7()
}

/// A client's own id for something it is about to send.
pub(crate) fn client_id() -> Id {
    Id::new_v4()
}
