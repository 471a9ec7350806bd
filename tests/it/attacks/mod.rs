//! Attacks as they would be tried: each test is a row of the security checklist.

mod parsing;
