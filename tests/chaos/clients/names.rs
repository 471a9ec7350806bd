//! What numbers name, in one number; and the ids and words of messages, made of their keys.

use std::hash::{DefaultHasher, Hash, Hasher};

use uuid::Uuid;

use crate::history::{Key, Name};

/// A message as everybody sees it.
pub(crate) fn of_message(id: u128, body: &str) -> Name {
    of_change("message", id, body)
}

/// Something that happened to a person, to a message or to the title, with what is said now.
pub(crate) fn of_change(kind: &str, about: u128, words: &str) -> Name {
    Name { of: hash((kind, about)), says: words_of(words) }
}

/// Words in a number.
pub(crate) fn words_of(words: &str) -> u32 {
    if words.is_empty() { Name::BLANK } else { hash(words).max(1) }
}

/// Half of a hash: that two that should be one are taken for one is one chance in four milliards.
fn hash(what: impl Hash) -> u32 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    u32::try_from(hasher.finish() >> 32).unwrap_or(u32::MAX)
}

/// The upper half of all ids of a run's clients, in the form of a UUID of version 8.
const UPPER: u64 = 0x7061_726c_616e_8000;
const LOWER: u64 = 0x8000_0000_0000_0000;

/// The client's id of a message.
pub(crate) fn uuid(key: Key) -> Uuid {
    Uuid::from_u64_pair(UPPER, LOWER | u64::from(key.writer) << 32 | u64::from(key.n))
}

/// The key of a client's id.
pub(crate) fn key(id: Uuid) -> Option<Key> {
    let (upper, lower) = id.as_u64_pair();
    let writer = u16::try_from((lower & !LOWER) >> 32).ok()?;
    let n = u32::try_from(lower & u64::from(u32::MAX)).ok()?;
    (upper == UPPER && lower & LOWER != 0).then_some(Key { writer, n })
}

/// What is said under a key.
pub(crate) fn body(key: Key) -> String {
    format!("{}-{}: shall we meet at six? The usual place.", key.writer, key.n)
}

/// What a message says instead, or a conversation is called, under a key.
pub(crate) fn other(key: Key) -> String {
    format!("{}-{}: or rather at seven?", key.writer, key.n)
}

pub(crate) fn id(text: &str) -> u128 {
    Uuid::parse_str(text).map_or(0, |id| id.as_u128())
}
