//! JSON to read: its members told apart, and links where it names something of this server.

use maud::{Markup, html};
use uuid::Uuid;

/// Shows JSON that stands on many lines, each with one member at most. Texts of people stay
/// texts: a link is only what is an address of `origin`, or an id under a name we gave it.
pub(super) fn show(body: &str, origin: &str, prefix: &str) -> Markup {
    html! {
        @for line in body.lines() { (line_of(line, origin, prefix)) "\n" }
    }
}

fn line_of(line: &str, origin: &str, prefix: &str) -> Markup {
    let start = line.len() - line.trim_start().len();
    let (indent, rest) = line.split_at(start);
    let (name, value) = match string(rest) {
        Some((text, after)) if after.starts_with(": ") => (Some(text), &after[2..]),
        _ => (None, rest),
    };
    html! {
        (indent)
        @if let Some(name) = name { span.name { "\"" (name) "\"" } ": " }
        @match string(value) {
            Some((text, after)) => {
                @if let Some(target) = target(name, text, origin, prefix) {
                    a href=(target) { "\"" (text) "\"" }
                } @else {
                    span.text { "\"" (text) "\"" }
                }
                (after)
            },
            None => (value),
        }
    }
}

/// A text at the beginning, as it is written between its quotes, and what follows it.
fn string(json: &str) -> Option<(&str, &str)> {
    let inside = json.strip_prefix('"')?;
    let mut is_escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Some((&inside[..at], &inside[at + 1..])),
            _ => {}
        }
    }
    None
}

/// Where a text leads, if anywhere.
fn target(name: Option<&str>, text: &str, origin: &str, prefix: &str) -> Option<String> {
    let list = match name {
        Some("user_id") => "users",
        Some("conversation_id" | "conversation") => "conversations",
        Some("message_id") => "messages",
        Some("next" | "previous" | "users" | "conversations" | "messages") => {
            let path = text.strip_prefix(origin)?;
            let is_plain =
                path.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"".contains(&byte));
            return (path.starts_with('/') && is_plain).then(|| text.to_owned());
        }
        _ => return None,
    };
    let id = Uuid::parse_str(text).ok()?;
    Some(format!("{prefix}{list}/{id}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &serde_json::Value) -> String {
        let text = serde_json::to_string_pretty(json).unwrap();
        show(&text, "http://here.example", "/api/").into_string()
    }

    #[test]
    fn what_people_write_stays_text() {
        let json = serde_json::json!({
            "message_body": "</pre><script>alert(\"1\")</script> \\ \" http://here.example/api/",
            "</span><b>": ["<i>", "http://here.example/api-auth/logout/"],
            "user_id": "<u>",
        });
        let shown = shown(&json);
        assert!(!shown.contains("<script") && !shown.contains("<b>") && !shown.contains("<i>"));
        assert!(!shown.contains("<u>") && !shown.contains("href"));
        assert!(shown.contains("&lt;/pre&gt;&lt;script&gt;alert(\\&quot;1\\&quot;)"));
    }

    #[test]
    fn addresses_and_ids_of_ours_are_links() {
        let id = "01919191-0000-7000-8000-000000000001";
        let json = serde_json::json!({
            "next": "http://here.example/api/messages/?page=2",
            "previous": "http://here.example.evil/api/messages/",
            "results": [{ "conversation": id, "participants": [], "last_message": null }],
        });
        let shown = shown(&json);
        assert!(shown.contains("href=\"http://here.example/api/messages/?page=2\""));
        assert!(!shown.contains("href=\"http://here.example.evil"));
        assert!(shown.contains(&format!("href=\"/api/conversations/{id}/\"")));
        assert!(shown.contains("\"participants\"") || shown.contains("&quot;participants&quot;"));
    }
}
