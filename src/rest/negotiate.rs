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

/// The form that fits best: what the query asks for, else the most exact range of `Accept`,
/// JSON before the page.
///
/// # Errors
/// 404 for an unknown `?format=`, as Django REST Framework has it, and 406 where neither fits.
pub(super) fn format(headers: &HeaderMap, query: &Query) -> Result<Format> {
    let ranges = ranges(headers);
    let offered: &[Format] = match query.get("format") {
        None | Some("") => &[Format::Json, Format::Html],
        Some("json") => &[Format::Json],
        Some("api") => &[Format::Html],
        Some(_) => return Err(Refusal::not_found("Not found.")),
    };
    let fits = |exactness: u8| {
        let fits = |format: &&Format| {
            let (group, kind) = match format {
                Format::Json => ("application", "json"),
                Format::Html => ("text", "html"),
            };
            ranges.iter().any(|(g, k)| match exactness {
                2 => g == group && k == kind,
                1 => g == group && k == "*",
                _ => g == "*" && k == "*",
            })
        };
        offered.iter().find(fits).copied()
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
