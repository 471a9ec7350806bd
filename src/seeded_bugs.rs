//! Ways to be wrong on purpose, which `tests/chaos` must catch. Only with the cargo feature
//! `seeded-bugs`, which no build that serves has.

use std::{env, ffi::OsString, sync::LazyLock};

/// The one that this process was told to have.
static CHOSEN: LazyLock<Option<OsString>> = LazyLock::new(|| env::var_os("PARLANCE_SEEDED_BUG"));

/// Whether the server is to be wrong in this way.
pub(crate) fn has(name: &str) -> bool {
    CHOSEN.as_ref().is_some_and(|chosen| chosen == name)
}
