//! What the lists have in common: a table, the way to the next page, moments, people, and the
//! message after something was done.

use maud::{Markup, html};
use uuid::Uuid;

use crate::{
    domain::accounts::{Role, User},
    pages::{
        address::in_query,
        fault::Fault,
        visit::{Staff, Visit},
    },
    time::Timestamp,
};

/// A table with these heads; `rows` are its rows, of which there may be none.
pub(super) fn table(label: &str, heads: &[&str], rows: &Markup, is_empty: bool) -> Markup {
    html! {
        @if is_empty {
            p.none { "Nothing here." }
        } @else {
            div.scroll role="region" aria-label=(label) tabindex="0" {
                table {
                    thead { tr { @for head in heads { th scope="col" { (head) } } } }
                    tbody { (rows) }
                }
            }
        }
    }
}

/// The links to the newest page and to the next older one, with the filters kept.
pub(super) fn pager(visit: &Visit, next: Option<Uuid>, filters: &[(&str, &str)]) -> Markup {
    let path = visit.uri.path();
    let mut kept = String::new();
    for (name, value) in filters.iter().filter(|(_, value)| !value.is_empty()) {
        kept.extend([name, "=", &in_query(value), "&"]);
    }
    let newest = format!("{path}?{kept}");
    html! {
        nav.pager aria-label="Pages" {
            @if visit.parameter("before").is_some() {
                a href=(newest.trim_end_matches(['&', '?'])) { "Newest" }
            }
            @if let Some(next) = next {
                a rel="next" href={ (path) "?" (kept) "before=" (next) } { "Older" }
            }
        }
    }
}

/// An id after the `?`, if there is one.
pub(super) fn id<I: From<Uuid>>(visit: &Visit, name: &str) -> Result<Option<I>, Fault> {
    match visit.parameter(name) {
        None | Some("") => Ok(None),
        Some(text) => parse(text).map(Some),
    }
}

/// An id of the path or of a parameter; what is none is not there.
pub(super) fn parse<I: From<Uuid>>(text: &str) -> Result<I, Fault> {
    Uuid::parse_str(text).map(I::from).map_err(|_| Fault::Missing)
}

/// A moment to read, to the second.
pub(super) fn moment(at: Timestamp) -> Markup {
    let exact = at.to_string();
    let (day, time) = (exact.get(..10).unwrap_or_default(), exact.get(11..19).unwrap_or_default());
    html! { time datetime=(exact) { (day) " " (time) } }
}

/// A person, with the way to their page.
pub(super) fn person(user: &User) -> Markup {
    html! { a href={ "/admin/users/" (user.id) "/" } { (user.username) } }
}

pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Guest => "Guest",
        Role::Host => "Host",
        Role::Admin => "Admin",
    }
}

/// What was done, as the address of the next page says it: one of a few words.
pub(super) const DONE: [(&str, &str); 5] = [
    ("disabled", "The account is locked, and its sessions have ended."),
    ("enabled", "The account may be used again."),
    ("role", "The role is changed."),
    ("ended", "The session has ended."),
    ("all-ended", "All sessions of this person have ended."),
];

/// What has just been done, if anything.
pub(super) fn done(staff: &Staff) -> Markup {
    let key = staff.visit.parameter("done");
    let words = DONE.iter().find(|(own, _)| Some(*own) == key).map(|(_, words)| *words);
    html! {
        @if let Some(words) = words { p.message.good role="status" { (words) } }
    }
}

/// By whom a list is narrowed down, and the way back to all of it.
pub(super) fn narrowed(what: &str, all: &str) -> Markup {
    html! { p.narrowed { (what) " " a href=(all) { "Show all" } } }
}
