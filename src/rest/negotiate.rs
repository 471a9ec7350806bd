//! In which form an answer goes out: JSON, or a page for a browser.

use axum::http::{HeaderMap, StatusCode, header};

use super::{Refusal, Result, page::Query};

/// The forms there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    /// The answer on a page with links and forms.
    Html,
}

/// A form that is offered: its name after `?format=`, and its media type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer<T> {
    pub(super) form: T,
    pub(super) name: &'static str,
    pub(super) media: (&'static str, &'static str),
}

const FORMATS: [Offer<Format>; 2] = [
    Offer { form: Format::Json, name: "json", media: ("application", "json") },
    Offer { form: Format::Html, name: "api", media: ("text", "html") },
];

/// The form of an answer, JSON before the page.
///
/// # Errors
/// As `choose`.
pub(super) fn format(headers: &HeaderMap, query: &Query) -> Result<Format> {
    choose(headers, query, &FORMATS)
}

/// The form that fits best: what the query asks for, else the most exact range of `Accept`,
/// in the order of the offers.
///
/// # Errors
/// 404 for an unknown `?format=`, as Django REST Framework has it, and 406 where none fits.
pub(super) fn choose<T: Copy>(
    headers: &HeaderMap,
    query: &Query,
    offers: &[Offer<T>],
) -> Result<T> {
    let ranges = ranges(headers);
    let wanted = query.get("format").filter(|name| !name.is_empty());
    let is_wanted = |offer: &&Offer<T>| wanted.is_none_or(|name| name == offer.name);
    let offered: Vec<_> = offers.iter().filter(is_wanted).collect();
    if offered.is_empty() {
        return Err(Refusal::not_found("Not found."));
    }
    let fits = |exactness: u8| {
        let fits = |offer: &&&Offer<T>| {
            let (group, kind) = offer.media;
            ranges.iter().any(|(g, k)| match exactness {
                2 => g == group && k == kind,
                1 => g == group && k == "*",
                _ => g == "*" && k == "*",
            })
        };
        offered.iter().find(fits).map(|offer| offer.form)
    };
    (0..=2).rev().find_map(fits).ok_or_else(|| {
        let detail = "Could not satisfy the request Accept header.";
        Refusal::detail(StatusCode::NOT_ACCEPTABLE, detail)
    })
}

/// The media ranges of `Accept`; everything where there are none. Weights are not looked at,
/// as Django REST Framework does not.
fn ranges(headers: &HeaderMap) -> Vec<(String, String)> {
    let all = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<_> = all
        .flat_map(|value| value.split(','))
        .filter_map(|range| {
            let (group, kind) = range.split(';').next()?.trim().split_once('/')?;
            Some((group.trim().to_ascii_lowercase(), kind.trim().to_ascii_lowercase()))
        })
        .collect();
    if ranges.is_empty() && !headers.contains_key(header::ACCEPT) {
        return vec![("*".to_owned(), "*".to_owned())];
    }
    ranges
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn chosen(accept: Option<&'static str>, query: &str) -> std::result::Result<Format, u16> {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        }
        format(&headers, &Query::read(query)).map_err(|refusal| refusal.status.as_u16())
    }

    #[test]
    fn the_most_exact_range_decides_and_json_is_first() {
        for (accept, query, expected) in [
            (None, "", Ok(Format::Json)),
            (Some("*/*"), "", Ok(Format::Json)),
            (Some("application/json"), "", Ok(Format::Json)),
            (Some("application/json; indent=4"), "", Ok(Format::Json)),
            (Some("text/html,application/xhtml+xml,*/*;q=0.8"), "", Ok(Format::Html)),
            (Some("text/*"), "", Ok(Format::Html)),
            (Some("text/html, application/json"), "", Ok(Format::Json)),
            (Some("text/html,*/*;q=0.8"), "format=json", Ok(Format::Json)),
            (Some("application/json"), "format=api", Err(406)),
            (Some("*/*"), "format=api", Ok(Format::Html)),
            (Some("text/html"), "format=json", Err(406)),
            (Some("application/xml"), "", Err(406)),
            (Some("*/*"), "format=xml", Err(404)),
        ] {
            assert_eq!(chosen(accept, query), expected, "{accept:?} {query}");
        }
    }
}
