//! Asks the database. One file for each table: the row struct, then its queries, each
//! a function over [`Conn`] named for what it asks (`find`, `list`, `count_…`,
//! `insert`, `update_…`, `lock`, `advance`).
//!
//! May name diesel, `ids` and `time`; knows nothing of rules, permissions or wire
//! formats, and never whether it runs inside a transaction. Queries are written once
//! for both databases; the few that differ `match` on the connection ([`conn`] is the
//! one folder that knows how many databases there are).
//!
//! To add a column: a migration of the same name under `migrations/mysql` and
//! `migrations/sqlite`, `schema.rs` printed again, the struct here; the compiler shows
//! the rest. To add a table: the same and a new file.

pub mod accounts;
pub mod audit;
pub mod changes;
mod choice;
mod conn;
pub mod conversations;
mod error;
pub mod events;
pub mod glance;
pub mod health;
pub mod members;
pub mod messages;
pub mod migrations;
pub mod numbered;
pub mod overview;
mod schema;
pub mod sends;
pub mod sessions;
pub mod settings;
mod window;

pub use conn::{Conn, Options, Store, fold};
pub use error::{StoreError, Transient};
pub use window::Window;
