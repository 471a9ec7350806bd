//! The server through its front door: one test binary, so that it links once.

#![expect(clippy::unwrap_used, reason = "what cannot be in a test ends it")]

mod accounts;
mod commands;
mod concurrency;
mod conversations;
mod doors;
mod entrances;
mod graphql;
mod house;
mod http;
mod kept;
mod live;
mod members;
mod messages;
mod nats;
mod no_loss;
mod numbered;
mod open_groups;
mod openapi;
mod pages;
mod paging;
mod plans;
mod profiles;
mod readme;
mod reads;
mod request_log;
mod rest;
mod schema;
mod sessions;
mod sse;
mod statements;
mod store;
mod support;
mod tls;
mod ws;
