//! Passwords that were right a moment ago, so that who shows one with every request does not
//! cost the work of a sign-in each time.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use moka::sync::Cache;
use rand::RngCore;
use sha2::Sha256;

use crate::{ids::UserId, time::Timestamp};

/// How long a password that was right is taken to be right still.
pub const FRESH: Duration = Duration::from_mins(1);

/// How many are remembered.
const REMEMBERED: u64 = 1_024;

/// What is remembered of a password: nothing that could be tried without this process's key.
pub type Tag = [u8; 32];

/// The memory; of one process, and gone with it.
pub struct Recent {
    key: [u8; 32],
    /// Until when.
    right: Cache<Tag, Timestamp>,
}

impl Default for Recent {
    fn default() -> Self {
        let mut key = [0; 32];
        rand::rng().fill_bytes(&mut key);
        let right = Cache::builder().max_capacity(REMEMBERED).time_to_live(FRESH).build();
        Self { key, right }
    }
}

impl Recent {
    /// Stands for a person, the hash that is kept of their password, and a password. With
    /// another hash it is another tag.
    pub fn tag(&self, user: UserId, kept: &str, password: &str) -> Tag {
        // HMAC takes a key of any length, so this cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            return [0; 32];
        };
        mac.update(user.uuid().as_bytes());
        mac.update(&kept.len().to_be_bytes());
        mac.update(kept.as_bytes());
        mac.update(password.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// Whether it was right within the last minute.
    pub fn is_known(&self, tag: &Tag, now: Timestamp) -> bool {
        self.right.get(tag).is_some_and(|until| now < until)
    }

    /// It was right just now.
    pub fn remember(&self, tag: Tag, now: Timestamp) {
        self.right.insert(tag, now.after(FRESH));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_right_is_known_for_a_minute_and_under_its_own_hash_alone() {
        let (recent, ann, bob) = (Recent::default(), UserId::new(), UserId::new());
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let tag = recent.tag(ann, "hash", "password");
        assert!(!recent.is_known(&tag, at(0)));
        recent.remember(tag, at(0));
        assert!(recent.is_known(&tag, at(59)) && !recent.is_known(&tag, at(60)));
        for other in [
            recent.tag(bob, "hash", "password"),
            recent.tag(ann, "hash2", "password"),
            recent.tag(ann, "hash", "passwore"),
            recent.tag(ann, "hashp", "assword"),
            Recent::default().tag(ann, "hash", "password"),
        ] {
            assert_ne!(other, tag);
        }
    }
}
