//! Attacks, row by row of docs/security-checklist.md; what is not here is where that list says.

mod bus;
mod checklist;
mod connections;
mod http2;
mod membership;
mod operations;
mod pages;
mod parsing;
mod sessions;
mod tokens;

/// More than anything that must happen takes here, on a busy machine too.
const LONG: std::time::Duration = std::time::Duration::from_secs(30);
