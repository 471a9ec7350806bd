//! What can go wrong between us and the database.

use deadpool::managed::PoolError;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why a statement or a transaction did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique key is already taken.
    #[error("a row with this key is already there")]
    Duplicate,
    /// Somebody else held the lock: a deadlock or a lock time-out. Nothing was written.
    #[error("the database was busy: {0}")]
    Busy(String),
    /// No connection was to be had, or it broke before COMMIT was sent. Nothing was written.
    #[error("the database could not be reached: {0}")]
    Unreachable(String),
    /// The connection broke while COMMIT was under way: written or not, we do not know.
    #[error("the connection was lost during commit: {0}")]
    CommitUnknown(String),
    /// Anything else; a fault of ours or of the database.
    #[error("{0}")]
    Other(String),
}

/// Errors that know whether the same transaction may simply be tried again.
pub trait Transient {
    /// True if nothing was written and a new attempt may succeed.
    fn is_transient(&self) -> bool;
}

impl Transient for StoreError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Unreachable(_))
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        let DieselError::DatabaseError(kind, information) = &error else {
            return Self::Other(error.to_string());
        };
        let message = information.message().to_owned();
        match kind {
            DatabaseErrorKind::UniqueViolation => Self::Duplicate,
            DatabaseErrorKind::SerializationFailure => Self::Busy(message),
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                Self::Unreachable(message)
            }
            _ if is_busy(&message) => Self::Busy(message),
            _ if is_lost(&message) => Self::Unreachable(message),
            _ => Self::Other(message),
        }
    }
}

impl<E: std::fmt::Display> From<PoolError<E>> for StoreError {
    fn from(error: PoolError<E>) -> Self {
        let message = match error {
            PoolError::Backend(error) => error.to_string(),
            error => error.to_string(),
        };
        // The driver says it once for each of its layers.
        Self::Unreachable(message.trim_start_matches("Input/output error: ").to_owned())
    }
}

/// diesel keeps no error number, so the words of the databases have to do. MySQL and
/// MariaDB end both 1205 (lock time-out) and 1213 (deadlock) alike.
fn is_busy(message: &str) -> bool {
    ["try restarting transaction", "database is locked", "database table is locked"]
        .iter()
        .any(|words| message.contains(words))
}

/// What kind of failure the database words so, for who counts them.
pub(super) fn kind(message: &str) -> &'static str {
    if message.contains("Deadlock") {
        "deadlock"
    } else if is_busy(message) {
        "lock_timeout"
    } else if is_lost(message) {
        "connection"
    } else {
        "other"
    }
}

/// True if the connection that answered so is of no more use.
pub(super) fn is_broken(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, information) if is_lost(information.message()))
}

/// How the MySQL driver words a connection that broke, and the server that it is
/// stopping, has cut an idle connection, or is full.
fn is_lost(message: &str) -> bool {
    [
        "Input/output error",
        "Driver error",
        "Server shutdown in progress",
        "Connection was killed",
        "disconnected by the server",
        "Too many connections",
        "running with the --read-only option",
    ]
    .iter()
    .any(|words| message.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_apart_by_the_words_of_the_databases() {
        for (message, is) in [
            ("Deadlock found when trying to get lock; try restarting transaction", "deadlock"),
            ("Lock wait timeout exceeded; try restarting transaction", "lock_timeout"),
            ("database is locked", "lock_timeout"),
            ("Server shutdown in progress", "connection"),
            ("Too many connections", "connection"),
            ("no such table: x", "other"),
        ] {
            assert_eq!(kind(message), is, "{message}");
        }
    }
}
