//! The way from the root to an address, by the names of what lies on it.

use maud::{Markup, html};

use crate::rest::{PREFIXES, RESOURCES, root, view::View};

/// Under which of the prefixes an address lies.
pub(super) fn prefix(path: &str) -> &'static str {
    let own = PREFIXES.iter().filter(|prefix| path.starts_with(**prefix));
    own.max_by_key(|prefix| prefix.len()).copied().unwrap_or("/")
}

/// Where a browser is shown what is at an address: the bare root is the chat page to one that does
/// not name a format.
pub(super) fn shown_at(path: &str) -> &str {
    if path == "/" { "/?format=api" } else { path }
}

/// What is at an address, given what follows its prefix.
fn found(rest: &str) -> Option<&'static View> {
    if rest.is_empty() {
        return Some(&root::ROOT);
    }
    let fits = |template: &str| {
        let (mut own, mut given) = (template.split('/'), rest.split('/'));
        loop {
            match (own.next(), given.next()) {
                (None, None) => return true,
                (Some(own), Some(given)) if own == given || own.starts_with('{') => {}
                _ => return false,
            }
        }
    };
    // Words are listed before places that take any id.
    RESOURCES.iter().find(|(template, _)| fits(template)).map(|(_, view)| *view)
}

/// What lies right below an address, as links.
pub(super) fn below(path: &str) -> Markup {
    let prefix = prefix(path);
    let own: Vec<_> = path.strip_prefix(prefix).unwrap_or_default().split('/').collect();
    let word = |template: &'static str| {
        let parts: Vec<_> = template.split('/').collect();
        // Both end with nothing, after their last slash.
        let (word, above) = parts.get(..parts.len() - 1)?.split_last()?;
        let fits =
            |(template, given): (&&str, &&str)| template.starts_with('{') || template == given;
        let is_below = above.len() + 1 == own.len() && above.iter().zip(&own).all(fits);
        (is_below && !word.contains('{')).then_some(*word)
    };
    let found: Vec<_> = RESOURCES
        .iter()
        .filter_map(|(template, view)| Some((word(template)?, view.name)))
        .collect();
    html! {
        @if !found.is_empty() {
            nav.links aria-label="Below" {
                @for (word, name) in found { a href={ (path) (word) "/" } { (name) } }
            }
        }
    }
}

/// The addresses above one and itself, each with its name.
fn steps(path: &str) -> Vec<(String, &'static str)> {
    let prefix = prefix(path);
    let rest = path.strip_prefix(prefix).unwrap_or_default();
    let ends = rest.match_indices('/').map(|(at, _)| at + 1);
    let parts = std::iter::once(0).chain(ends).filter_map(|end| rest.get(..end));
    parts.filter_map(|part| Some((format!("{prefix}{part}"), found(part)?.name))).collect()
}

/// The way as links.
pub(super) fn trail(path: &str) -> Markup {
    let steps = steps(path);
    html! {
        nav.crumbs aria-label="Where you are" {
            ol {
                @for (place, (address, name)) in steps.iter().enumerate() {
                    li {
                        @let is_here = place + 1 == steps.len();
                        a href=(shown_at(address)) aria-current=[is_here.then_some("page")] { (name) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_has_its_link() {
        let links = |path| {
            let shown = below(path).into_string();
            let parts = shown.split("href=\"").skip(1);
            parts.map(|part| part.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert!(links("/api/").contains(&"/api/conversations/".to_owned()));
        assert!(!links("/api/").contains(&"/api/me/".to_owned()));
        assert_eq!(links("/users/"), ["/users/me/"]);
        let path = "/api/conversations/x/";
        assert_eq!(links(path), [format!("{path}messages/"), format!("{path}events/")]);
        assert!(links("/api/messages/x/").is_empty());
    }

    #[test]
    fn every_step_of_the_way_has_its_name() {
        let names = |path| steps(path).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(names("/"), ["Api Root"]);
        assert_eq!(names("/api/v1/"), ["Api Root"]);
        assert_eq!(names("/api/users/me/"), ["Api Root", "User List", "User Me"]);
        let path = "/api/conversations/x/messages/y/";
        let expected = [
            "Api Root",
            "Conversation List",
            "Conversation Instance",
            "Message List",
            "Message Instance",
        ];
        assert_eq!(names(path), expected);
        assert_eq!(steps(path)[2].0, "/api/conversations/x/");
    }
}
