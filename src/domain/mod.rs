//! Everything that is true of the product: what is valid, who may, in what order things
//! are written, who is told. One file for each noun, one function for each thing that a
//! client can ask for: `messages::send`, `members::leave`.
//!
//! May name `store`, `live`, `secrets`, `ids` and `time`; knows nothing of GraphQL or
//! HTTP. Parameters come in one order: the app, who asks (a [`Viewer`], which only
//! [`sessions::authenticate`] makes), which thing, what. Every permission is in
//! [`access`]; every transaction is opened here, and one that writes to a conversation locks
//! it first.

pub mod access;
pub mod accounts;
pub mod admin;
mod app;
pub mod conversations;
mod departure;
pub mod error;
pub mod events;
pub mod feed;
mod gather;
pub mod glance;
pub mod history;
pub mod inbox;
pub mod limits;
mod log;
pub mod members;
pub mod messages;
pub mod numbered;
pub mod operations;
mod page;
mod readiness;
pub mod reads;
pub mod sessions;
mod text;
mod typing;
pub mod watch;
mod writer;

pub use access::{Audience, Footing, Reader, Viewer};
pub use app::{App, Rules, Sharing};
pub use error::{Code, Error, Problem, Result, Rule};
pub use limits::{Client, Hold, Rate, Rates};
pub use page::{Page, Window};
pub use readiness::Readiness;
