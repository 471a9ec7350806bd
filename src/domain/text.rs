//! Text as people type it: trimmed, bounded, folded.

use unicode_normalization::UnicodeNormalization;

use super::{Error, Problem, Result, Rule, accounts::NAME_MAX};
use crate::store::fold;

/// The form in which a user name or an e-mail is unique: NFKC, lower case.
pub(super) fn key(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

/// The longest text that a filter looks for, in characters.
const NEEDLE_MAX: usize = 200;

/// What a filter looks for: lower case; `None` if there is nothing to look for.
pub(super) fn needle(field: &'static str, text: Option<String>) -> Result<Option<String>> {
    let text = text.map(|text| fold(text.trim())).filter(|text| !text.is_empty());
    match text.as_ref().map(|text| text.chars().count()) {
        Some(length) if length > NEEDLE_MAX => {
            let problem = format!("may have at most {NEEDLE_MAX} characters, not {length}");
            Err(Error::invalid(field, problem))
        }
        Some(_) | None => Ok(text),
    }
}

/// Trimmed text of `min` to `max` characters, or the problem.
pub(super) fn bounded(
    field: &'static str,
    text: &str,
    min: usize,
    max: usize,
) -> std::result::Result<String, Problem> {
    let text = text.trim();
    let length = text.chars().count();
    let (problem, rule) = if text.contains('\0') {
        ("NUL characters are not allowed".to_owned(), Rule::Nul)
    } else if length < min && length == 0 {
        ("may not be empty".to_owned(), Rule::Blank)
    } else if length < min || length > max {
        let rule = if length < min { Rule::TooShort { min } } else { Rule::TooLong { max } };
        (format!("must have {min} to {max} characters, not {length}"), rule)
    } else {
        return Ok(text.to_owned());
    };
    Err(Problem { field, problem, rule })
}

/// A user name: letters, digits and `@ . + - _`.
pub(super) fn username(text: &str) -> std::result::Result<String, Problem> {
    let name = bounded("username", text, 1, NAME_MAX)?;
    let is_fine = |c: char| c.is_alphanumeric() || "@.+-_".contains(c);
    // The folded form can be longer than the name and has a column of its own.
    if name.chars().all(is_fine) && key(&name).chars().count() <= NAME_MAX {
        return Ok(name);
    }
    let problem = "may contain only letters, digits and @ . + - _".to_owned();
    Err(Problem { field: "username", problem, rule: Rule::Characters })
}

/// An e-mail address that could be one; whether it is can only a letter tell.
pub(super) fn email(text: &str) -> std::result::Result<String, Problem> {
    let email = bounded("email", text, 3, 254).map_err(|problem| match problem.rule {
        Rule::TooShort { .. } => Problem { rule: Rule::Email, ..problem },
        _ => problem,
    })?;
    let is_fine = email.rsplit_once('@').is_some_and(|(local, domain)| {
        let label = |label: &str| {
            let inside = label.chars().all(|c| c.is_alphanumeric() || c == '-');
            !label.is_empty() && inside && !label.starts_with('-') && !label.ends_with('-')
        };
        let atom = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
        let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
        !local.is_empty()
            && local.chars().count() <= 64
            && local.chars().all(atom)
            && !dots
            && domain.contains('.')
            && domain.split('.').all(label)
    });
    if is_fine && key(&email).chars().count() <= 254 {
        return Ok(email);
    }
    let problem = "must be an e-mail address, like ann@example.org".to_owned();
    Err(Problem { field: "email", problem, rule: Rule::Email })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_have_one_key() {
        assert_eq!(key("Ann"), key("ann"));
        assert_eq!(key("ﬁona"), key("FIONA"));
        assert_eq!(key("Å"), key("A\u{30a}"));
        assert_ne!(key("ann"), key("anna"));
    }

    #[test]
    fn a_key_is_its_own_key() {
        for name in ["İstanbul", "ΣΊΣΥΦΟΣ", "ﷺ", "K", "ß"] {
            assert_eq!(key(&key(name)), key(name), "{name}");
        }
    }

    #[test]
    fn email_addresses_are_told_from_other_text() {
        for good in ["ann@example.org", "a.b+c@sub.example.org", "ünï@exämple.org"] {
            assert!(email(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ann",
            "@example.org",
            "ann@",
            "a b@example.org",
            "a@b",
            "a@-b.org",
            "a..b@example.org",
            "a@example..org",
            "a@b@example.org",
            "a\0@example.org",
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn user_names_keep_to_their_letters() {
        for good in ["ann", "Ünal", "a@b.c+d-e_f", " ann "] {
            assert!(username(good).is_ok(), "{good}");
        }
        for bad in ["", "  ", "a b", "a/b", "a\0b", &"x".repeat(151)] {
            assert!(username(bad).is_err(), "{bad}");
        }
    }
}
