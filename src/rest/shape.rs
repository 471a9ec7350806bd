//! The small forms that all bodies share.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{domain::accounts, time::Timestamp};

/// A moment as clients know it: six digits of a second, and none where they are all zero.
pub(super) fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    match text.strip_suffix(".000000Z") {
        Some(whole) => format!("{whole}Z"),
        None => text,
    }
}

/// What a person is to the whole server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    Guest,
    Host,
    Admin,
}

impl From<accounts::Role> for Role {
    fn from(role: accounts::Role) -> Self {
        match role {
            accounts::Role::Guest => Self::Guest,
            accounts::Role::Host => Self::Host,
            accounts::Role::Admin => Self::Admin,
        }
    }
}

impl Role {
    pub(super) fn read(text: &str) -> Option<accounts::Role> {
        match text {
            "guest" => Some(accounts::Role::Guest),
            "host" => Some(accounts::Role::Host),
            "admin" => Some(accounts::Role::Admin),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_second_has_no_digits_behind_it() {
        let shown = |micros| moment(Timestamp::from_micros(micros));
        assert_eq!(shown(1_000_000), "1970-01-01T00:00:01Z");
        assert_eq!(shown(1_000_100), "1970-01-01T00:00:01.000100Z");
    }
}
