//! The server through its front door: one test binary, so that it links once.

#![expect(clippy::unwrap_used, reason = "what cannot be in a test ends it")]

mod accounts;
mod attacks;
mod chat_page;
mod commands;
mod concurrency;
mod conversations;
mod doors;
mod entrances;
mod followed;
mod fuzz;
mod graphiql;
mod graphql;
mod house;
mod http;
mod kept;
mod limits;
mod live;
mod members;
mod messages;
mod metrics;
mod migrations;
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
mod traces;
mod ws;
