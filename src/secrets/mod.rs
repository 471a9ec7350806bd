//! Proves things: hashes passwords, signs and reads tokens. Knows no user and no
//! database; may name `ids` and `time` only.

mod keys;
pub mod password;
pub mod recent;
pub mod token;
