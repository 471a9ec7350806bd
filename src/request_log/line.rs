//! What a line looks like. It holds what clients sent, so it is made such that nobody can
//! write a second line into it, or make it look like somebody else's.

use crate::time::Timestamp;

/// Who has not said who they are.
const ANONYMOUS: &str = "Anonymous";

/// The most characters of a user name and of a path. What is cut ends in `\...`.
const USERNAME_MAX: usize = 256;
const PATH_MAX: usize = 1_024;

/// The line of a request; the name and the path as they come from the functions below.
pub(super) fn request(at: Timestamp, username: Option<&String>, path: &str) -> String {
    let username = username.map_or(ANONYMOUS, String::as_str);
    format!("{} - User: {username} - Path: {path}\n", at.plain())
}

/// The line in place of requests that were not noted.
pub(super) fn missed(at: Timestamp, count: u64) -> String {
    format!("{} - Missed: {count}\n", at.plain())
}

/// A user name for a line. Somebody who is really called Anonymous is told from nobody.
pub(super) fn username(name: &str) -> String {
    match name.strip_prefix('A') {
        Some(rest) if name == ANONYMOUS => format!(r"\u{{41}}{rest}"),
        Some(_) | None => visible(name, USERNAME_MAX),
    }
}

/// A path for a line, its percent signs as the client sent them.
pub(super) fn path(path: &str) -> String {
    visible(path, PATH_MAX)
}

/// As much of a text as may stand in a line. What cannot be seen, or not be told from
/// something else, is written as Rust does, `\n` or `\u{202e}`; so are spaces, which divide
/// the parts of a line, and backslashes.
fn visible(text: &str, most: usize) -> String {
    let mut line = String::with_capacity(text.len().min(most));
    let mut room = most;
    for c in text.chars() {
        let escaped = match c {
            '\\' => r"\\".to_owned(),
            c if c.is_ascii_graphic() => c.to_string(),
            ' ' => c.escape_unicode().to_string(),
            c => c.escape_debug().to_string(),
        };
        let Some(left) = room.checked_sub(escaped.chars().count()) else {
            line.push_str(r"\...");
            break;
        };
        line.push_str(&escaped);
        room = left;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_moment_in_microseconds_its_user_and_its_path() {
        let at: Timestamp = "2026-11-21T03:12:09.338912Z".parse().unwrap();
        let line = request(at, Some(&username("ann")), &path("/api/v1/users/?"));
        assert_eq!(line, "2026-11-21 03:12:09.338912 - User: ann - Path: /api/v1/users/?\n");
        let at: Timestamp = "2026-11-21T03:12:09Z".parse().unwrap();
        let line = request(at, None, &path("/graphql"));
        assert_eq!(line, "2026-11-21 03:12:09.000000 - User: Anonymous - Path: /graphql\n");
        assert_eq!(missed(at, 7), "2026-11-21 03:12:09.000000 - Missed: 7\n");
    }

    #[test]
    fn what_people_are_called_and_ask_for_is_left_as_it_is() {
        for text in
            ["ann", "Zoë.Müller+x@example_org-1", "李小龙", "/a/%0A%00/b%20c", "/'\"{}|~^", ""]
        {
            assert_eq!(visible(text, 100), text);
        }
    }

    #[test]
    fn no_second_line_and_no_other_user_can_be_written_into_a_line() {
        let forged = "2026-11-21 03:12:09.338912 - User: root - Path: /admin/";
        for (text, written) in [
            ("a\nb", r"a\nb"),
            ("a\r\nb", r"a\r\nb"),
            // As it would look if it had been escaped already.
            (r"a\nb", r"a\\nb"),
            ("\0\x08\x1b[2K\x7f", r"\0\u{8}\u{1b}[2K\u{7f}"),
            // Other ends of a line, and what turns the direction of reading.
            ("a\u{85}b\u{2028}c\u{2029}d", r"a\u{85}b\u{2028}c\u{2029}d"),
            ("\u{202e}nna\u{200b}\u{feff}", r"\u{202e}nna\u{200b}\u{feff}"),
            ("a\u{a0}- User:\u{3000}b", r"a\u{a0}-\u{20}User:\u{3000}b"),
        ] {
            assert_eq!(visible(text, 100), written);
        }
        for separator in ["\n", "\r", "\u{85}", "\u{2028}", "\x0b", "\x0c", "\x1d", " "] {
            let attack = format!("/a{separator}{forged}");
            let line = request(Timestamp::earliest(), Some(&username(&attack)), &path(&attack));
            assert_eq!(line.matches('\n').count(), 1, "{line}");
            assert_eq!(line.matches(" - User: ").count(), 1, "{line}");
            assert_eq!(line.matches(" - Path: ").count(), 1, "{line}");
            assert!(!line.trim_end().contains(|c: char| c.is_control()), "{line}");
        }
    }

    #[test]
    fn who_is_called_anonymous_is_not_nobody() {
        assert_eq!(username("Anonymous"), r"\u{41}nonymous");
        assert_eq!(username("Anonymous1"), "Anonymous1");
    }

    #[test]
    fn a_line_has_a_bound() {
        assert_eq!(visible("12345", 5), "12345");
        assert_eq!(visible("123456", 5), r"12345\...");
        // Not in the middle of what stands for one character.
        assert_eq!(visible("1\u{202e}3", 5), r"1\...");
        assert!(path(&"\u{7}".repeat(60_000)).len() < 2 * PATH_MAX);
        assert!(username(&"\u{10ffff}".repeat(60_000)).len() < 2 * USERNAME_MAX);
    }
}
