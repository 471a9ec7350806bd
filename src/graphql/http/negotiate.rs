//! Which form of answer a client wants, and which form of request it sent.

use axum::http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, CONTENT_TYPE},
};

/// The two media types of GraphQL over HTTP, which differ in the status of a request
/// that could not be executed; and events, for what goes on for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::graphql) enum Media {
    /// `application/json`: 200, since old clients stop at anything else.
    Json,
    /// `application/graphql-response+json`: 400.
    GraphqlResponse,
    /// `text/event-stream`: 200, and errors are events too.
    EventStream,
}

impl Media {
    pub(in crate::graphql) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::EventStream => "text/event-stream; charset=utf-8",
        })
    }

    fn types(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application", "json"),
            Self::GraphqlResponse => ("application", "graphql-response+json"),
            Self::EventStream => ("text", "event-stream"),
        }
    }
}

/// The type the client likes best, or none if it takes neither.
pub(super) fn accepted(headers: &HeaderMap) -> Option<Media> {
    let accept = accept(headers);
    if accept.trim().is_empty() {
        return Some(Media::Json);
    }
    let json = weigh(&accept, Media::Json);
    let graphql = weigh(&accept, Media::GraphqlResponse);
    let events = weigh(&accept, Media::EventStream);
    // Clients that can read events too name them last, at the same weight.
    if events.precision == NAMED && events.quality > json.quality.max(graphql.quality) {
        return Some(Media::EventStream);
    }
    // Of two that are equal, the newer one if it is named, the older one if the
    // client said no more than "anything".
    let prefers_graphql = graphql > json || (graphql == json && graphql.precision == NAMED);
    match (json.quality > 0, graphql.quality > 0) {
        (_, true) if prefers_graphql => Some(Media::GraphqlResponse),
        (true, _) => Some(Media::Json),
        (false, true) => Some(Media::GraphqlResponse),
        (false, false) => None,
    }
}

/// Whether the client takes events, even if it likes other types as well or better.
pub(super) fn takes_events(headers: &HeaderMap) -> bool {
    let events = weigh(&accept(headers), Media::EventStream);
    events.precision == NAMED && events.quality > 0
}

fn accept(headers: &HeaderMap) -> String {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values.collect::<Vec<_>>().join(",")
}

/// How much a client wants a type: first by weight, then by how exactly it said so.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Wish {
    /// Thousandths.
    quality: u16,
    precision: u8,
}

const NAMED: u8 = 3;

/// The most exact range of `accept` that covers `media` decides.
fn weigh(accept: &str, media: Media) -> Wish {
    let (wanted, subtype) = media.types();
    let covering = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let (main, sub) = parts.next()?.split_once('/')?;
        let precision = match (main, sub) {
            ("*", "*") => 1,
            _ if !main.eq_ignore_ascii_case(wanted) => return None,
            (_, "*") => 2,
            _ if sub.eq_ignore_ascii_case(subtype) => NAMED,
            _ => return None,
        };
        let mut quality = 1000;
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => quality = parse_quality(value.trim())?,
                "charset" if !is_utf8(value) => return None,
                _ => {}
            }
        }
        Some(Wish { quality, precision })
    });
    covering.max_by_key(|wish| (wish.precision, wish.quality)).unwrap_or_default()
}

/// `0`, `1`, or up to three digits after the point, in thousandths.
fn parse_quality(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

fn is_utf8(charset: &str) -> bool {
    charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
}

/// Whether the body is JSON, in UTF-8. Anything else is refused, also because a
/// page of another site may send some other types without being asked.
pub(super) fn is_json_body(headers: &HeaderMap) -> bool {
    let Some(Ok(content_type)) = headers.get(CONTENT_TYPE).map(HeaderValue::to_str) else {
        return false;
    };
    let mut parts = content_type.split(';').map(str::trim);
    parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"))
        && parts
            .filter_map(|part| part.split_once('='))
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .all(|(_, charset)| is_utf8(charset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &'static str) -> Option<Media> {
        accepted(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(value))]))
    }

    #[test]
    fn what_is_wanted_most_is_chosen() {
        use Media::{EventStream, GraphqlResponse, Json};
        assert_eq!(accepted(&HeaderMap::new()), Some(Json));
        for (value, wanted) in [
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("text/html, */*;q=0.1", Some(Json)),
            ("text/html", None),
            ("application/json", Some(Json)),
            ("application/graphql-response+json, application/json", Some(GraphqlResponse)),
            ("application/json, application/graphql-response+json", Some(GraphqlResponse)),
            ("application/graphql-response+json;q=0.5, application/json", Some(Json)),
            ("Application/GraphQL-Response+JSON; Q=0.9, */*;q=0.8", Some(GraphqlResponse)),
            ("application/graphql-response+json, */*", Some(GraphqlResponse)),
            ("application/json, */*", Some(Json)),
            ("application/json;q=0, */*", Some(GraphqlResponse)),
            ("application/json;q=0", None),
            ("application/json;charset=latin1", None),
            ("application/json;q=2", None),
            ("application/json;charset=\"UTF-8\"", Some(Json)),
            ("text/event-stream", Some(EventStream)),
            ("text/event-stream, application/json;q=0.9", Some(EventStream)),
            ("text/event-stream, application/json", Some(Json)),
            ("application/graphql-response+json, text/event-stream", Some(GraphqlResponse)),
            ("text/event-stream, */*;q=0.1", Some(EventStream)),
            ("text/event-stream;q=0", None),
            ("text/*", None),
            (",;/=,", None),
        ] {
            assert_eq!(accept(value), wanted, "{value}");
        }
    }

    #[test]
    fn only_json_in_utf8_is_read() {
        for (value, is_read) in [
            ("application/json", true),
            ("Application/JSON; charset=\"utf-8\"", true),
            ("application/json; charset=utf-16", false),
            ("application/jsonp", false),
            ("text/plain", false),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]);
            assert_eq!(is_json_body(&headers), is_read, "{value}");
        }
    }
}
