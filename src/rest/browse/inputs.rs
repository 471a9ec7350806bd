//! The forms of a page: one field after another for what is new, JSON for what is changed.

use axum::http::{Method, StatusCode};
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::Page;
use crate::{
    pages::layout::token_field,
    rest::{
        forms::{self, lists},
        options::{Field, Kind},
    },
};

/// The form of a POST; after one that was refused it holds what was sent, and why it was not
/// taken.
pub(super) fn post(page: &Page<'_>) -> Markup {
    let again = page.answered.status == StatusCode::BAD_REQUEST && page.call.method == Method::POST;
    let body = if again { &page.call.body[..] } else { &[] };
    let sent: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    let path = page.call.uri.path();
    html! {
        section.form {
            h2 { "POST" }
            form.stacked method="post" action=(path) {
                (token_field(page.token))
                @for field in page.view.fields.iter().filter(|field| !field.read_only) {
                    (input(field, &sent, again.then(|| page.value.get(field.name)).flatten()))
                }
                button type="submit" { "POST" }
            }
            details {
                summary { "The same as JSON" }
                (json_form(page, "raw-post", &template(page, false), &["POST"]))
            }
        }
    }
}

/// The form of a PUT and a PATCH.
pub(super) fn raw(page: &Page<'_>, put: bool, patch: bool) -> Markup {
    let methods: &[&str] = match (put, patch) {
        (true, true) => &["PUT", "PATCH"],
        (true, false) => &["PUT"],
        _ => &["PATCH"],
    };
    html! {
        section.form {
            h2 { (methods.join(", ")) }
            (json_form(page, "raw", &template(page, true), methods))
        }
    }
}

fn json_form(page: &Page<'_>, id: &str, text: &str, methods: &[&str]) -> Markup {
    html! {
        form.stacked method="post" action=(page.call.uri.path()) {
            (token_field(page.token))
            input type="hidden" name=(forms::CONTENT_TYPE) value="application/json";
            label for=(id) { "JSON" }
            textarea id=(id) name=(forms::CONTENT) rows="8" spellcheck="false" { "\n" (text) }
            div.actions {
                @for method in methods {
                    button type="submit" name=(forms::METHOD) value=(method) { (method) }
                }
            }
        }
    }
}

/// The button that deletes.
pub(super) fn delete(page: &Page<'_>) -> Markup {
    html! {
        section.form {
            h2 { "DELETE" }
            details {
                summary { "Delete this for good" }
                form.actions method="post" action=(page.call.uri.path()) {
                    (token_field(page.token))
                    button.grave type="submit" name=(forms::METHOD) value="DELETE" { "DELETE" }
                }
            }
        }
    }
}

fn input(field: &Field, sent: &[(String, String)], wrong: Option<&Value>) -> Markup {
    let Field { name, kind, required, label, max_length, .. } = *field;
    let values = sent.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
    let value = values.collect::<Vec<_>>().join("\n");
    let kind_of_input = match kind {
        _ if name == "password" => "password",
        Kind::Email => "email",
        Kind::Integer => "number",
        _ => "text",
    };
    let autocomplete = if name == "password" { "new-password" } else { "off" };
    let invalid = wrong.map(|_| "true");
    html! {
        label for=(name) { (label) @if required { " *" } }
        @if let Kind::Choice(words) = kind {
            select id=(name) name=(name) required[required] aria-invalid=[invalid] {
                @if !required { option value="" { "–" } }
                @for word in words { option value=(word) selected[*word == value] { (word) } }
            }
        } @else if lists(kind, name) || name == "message_body" {
            textarea id=(name) name=(name) rows="3" aria-invalid=[invalid] { "\n" (value) }
            @if name != "message_body" { p.hint { "One id on each line." } }
        } @else {
            input id=(name) type=(kind_of_input) name=(name) maxlength=[max_length]
                required[required] autocomplete=(autocomplete) aria-invalid=[invalid]
                value=[(name != "password").then_some(&value)];
        }
        @if let Some(wrong) = wrong { p.wrong { (sentences(wrong)) } }
    }
}

/// What is wrong with a field, as one text.
fn sentences(wrong: &Value) -> String {
    match wrong {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(sentences).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// The fields that can be written as JSON: with `filled` as they are now, else those that are
/// needed.
fn template(page: &Page<'_>, filled: bool) -> String {
    let mut object = Map::new();
    for field in page.view.fields.iter().filter(|field| !field.read_only) {
        let is_list = lists(field.kind, field.name);
        let is_shown = if filled { field.name != "password" } else { field.required || is_list };
        if !is_shown {
            continue;
        }
        let now = page.value.get(field.name).filter(|_| filled).cloned();
        let value = match now {
            Some(now) => now,
            None if is_list => ids(page, field.name, filled),
            None => Value::from(""),
        };
        object.insert(field.name.to_owned(), value);
    }
    serde_json::to_string_pretty(&object).unwrap_or_default()
}

/// The ids of the people whom a list of theirs names: `participants` for `participant_ids`.
fn ids(page: &Page<'_>, name: &str, filled: bool) -> Value {
    let whole = name.strip_suffix("_ids").map(|stem| format!("{stem}s"));
    let people = whole.and_then(|name| page.value.get(name)).filter(|_| filled);
    let people = people.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    people.iter().filter_map(|person| person.get("user_id").cloned()).collect()
}
