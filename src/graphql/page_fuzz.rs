//! Cursors that nobody gave.

use std::{fmt::Debug, result::Result};

use uuid::Uuid;

use super::*;
use crate::fuzz::{Target, soup};

/// Whose lists there are: all people's, two of conversations or viewers, and two that begin alike.
const SCOPES: [&str; 5] =
    ["", "01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058", "a", "ab"];

const WORDS: &[&str] = &[
    "1:",
    "seq:",
    "member:",
    "name:",
    "user:",
    "conversation:",
    "message:",
    ":",
    "-",
    "+",
    "0",
    "7",
    "a",
    "ab",
    "=",
    "\u{0}",
    "9223372036854775807",
    "9223372036854775808",
    "é",
    "01890a5d-ac96-774b-bcce-b302099a8057",
    "01890a5dac96774bbcceb302099a8058",
    "1764000000000001",
];

/// Reads a cursor in every scope of one kind of list. Whatever is read there must be what was written, and no other
/// list may read it.
fn read_as<K: Key>(cursor: &str) -> Result<Option<String>, String> {
    let mut read = None;
    for scope in SCOPES {
        let Some(key) = decode::<K>(scope, cursor) else { continue };
        let key = key.write();
        if encode(K::TAG, scope, &key) != cursor {
            return Err(format!("{cursor} is read as {key} and written otherwise"));
        }
        if let Some(other) = read.replace(scope) {
            return Err(format!("{cursor} is of {scope:?} and of {other:?}"));
        }
    }
    Ok(read.map(|scope| format!("{} of {scope:?}", K::TAG)))
}

/// What is written is read again, there and nowhere else.
fn comes_back<K: Key + PartialEq + Debug>(key: &K) -> Result<(), String> {
    for scope in SCOPES {
        let cursor = encode(K::TAG, scope, &key.write());
        for other in SCOPES {
            let read = decode::<K>(other, &cursor);
            if read.as_ref() != Some(key).filter(|_| scope == other) {
                return Err(format!("{key:?} of {scope:?} is {read:?} in {other:?}"));
            }
        }
    }
    Ok(())
}

fn check(input: &[u8]) -> Result<String, String> {
    let text = String::from_utf8_lossy(input);
    // As it is, and as what a cursor holds, which is where changing a byte makes sense.
    let inside = URL_SAFE_NO_PAD.encode(input);
    let mut outcomes = Vec::new();
    for cursor in [&*text, &*inside] {
        let read = [
            read_as::<i64>(cursor)?,
            read_as::<Joined>(cursor)?,
            read_as::<String>(cursor)?,
            read_as::<(Timestamp, UserId)>(cursor)?,
            read_as::<(Timestamp, ConversationId)>(cursor)?,
            read_as::<messages::Place>(cursor)?,
        ];
        let mut read = read.into_iter().flatten();
        let outcome = read.next().unwrap_or_else(|| "refused".to_owned());
        if let Some(other) = read.next() {
            return Err(format!("{cursor} is {outcome} and {other}"));
        }
        outcomes.push(outcome);
    }
    let mut digits = [0; 24];
    for (place, byte) in input.iter().enumerate().take(digits.len()) {
        digits[place] = *byte;
    }
    let number = i64::from_le_bytes(std::array::from_fn(|i| digits[i]));
    let id = Uuid::from_bytes(std::array::from_fn(|i| digits[8 + i]));
    // Other moments than these no database holds.
    let at = Timestamp::from_micros(number >> 8);
    comes_back(&text.clone().into_owned())?;
    comes_back(&(at, UserId::from(id)))?;
    comes_back(&(at, ConversationId::from(id)))?;
    if number > 0 {
        comes_back(&number)?;
        comes_back(&(at, ConversationId::from(id), number))?;
    }
    Ok(outcomes.join(", "))
}

#[test]
fn a_cursor_is_read_as_it_was_written_or_not_at_all() {
    let target = Target { name: "cursors", cases: 2_000, words: WORDS, seeds: Vec::new() };
    target.run(soup(WORDS, 8), check);
}
