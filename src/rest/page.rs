//! Lists as clients know them: pages by number, filters, words to look for, an order.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde::Serialize;
use serde_json::json;
use utoipa::openapi::path::{Parameter, ParameterIn};
use uuid::Uuid;

use super::{
    Refusal, Result,
    refusal::Members,
    view::{Call, Links, Reply},
};
use crate::{
    domain::numbered::{Slice, Sorted},
    time::Timestamp,
};

/// How many items a page has, unless the client says otherwise.
const SIZE: i64 = 20;

/// The most items of a page.
const SIZE_MAX: i64 = 100;

/// The parameters after the `?`.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn read(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).map(own).collect())
    }

    /// The last value under a name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// All values under a name that hold something.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(own, _)| own == name);
        named.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// With another page, in the order of the names; the first page needs no number.
    fn with_page(&self, page: i64) -> String {
        let others = self.0.iter().filter(|(name, _)| name != "page").cloned();
        let mut pairs: Vec<_> = others.collect();
        if page > 1 {
            pairs.push(("page".to_owned(), page.to_string()));
        }
        pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        // As Python writes them.
        text.replace('*', "%2A").replace("%7E", "~")
    }
}

fn own((name, value): (Cow<'_, str>, Cow<'_, str>)) -> (String, String) {
    (name.into_owned(), value.into_owned())
}

/// A page of a list as it goes out.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Listing<T> {
    /// How many items there are on all pages.
    count: i64,
    /// Where the next page is.
    #[schema(format = "uri", required)]
    next: Option<String>,
    /// Where the page before is.
    #[schema(format = "uri", required)]
    previous: Option<String>,
    results: Vec<T>,
}

/// Which page of a list.
#[derive(utoipa::IntoParams)]
#[expect(dead_code, reason = "only described; `Wanted` reads them")]
pub(super) struct Paging {
    /// The number of the page, or `last`.
    #[param(example = "1")]
    page: Option<String>,
    /// How many items a page has; 20 where it is no number, and never more than 100.
    #[param(example = "20")]
    page_size: Option<String>,
}

impl Paging {
    pub(super) fn query() -> Vec<Parameter> {
        <Self as utoipa::IntoParams>::into_params(|| Some(ParameterIn::Query))
    }
}

/// Which page a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    page: i64,
    size: i64,
}

impl Wanted {
    /// Of a list with `count` items.
    ///
    /// # Errors
    /// 404 where there is no such page.
    pub(super) fn read(query: &Query, count: i64) -> Result<Self> {
        let size = query.get("page_size").map(str::trim).and_then(|size| {
            let is_large = size.len() > 18 && size.bytes().all(|digit| digit.is_ascii_digit());
            if is_large { Some(SIZE_MAX) } else { size.parse::<i64>().ok() }
        });
        let size = size.filter(|size| *size > 0).map_or(SIZE, |size| size.min(SIZE_MAX));
        let last = ((count + size - 1) / size).max(1);
        let page = match query.get("page") {
            None | Some("") => Some(1),
            Some("last") => Some(last),
            Some(number) => number.trim().parse::<i64>().ok(),
        };
        let page = page.filter(|page| (1..=last).contains(page));
        let page = page.ok_or_else(|| Refusal::not_found("Invalid page."))?;
        Ok(Self { page, size })
    }

    pub(super) fn slice(self) -> Slice {
        Slice { offset: (self.page - 1) * self.size, limit: self.size }
    }

    /// The page with its links.
    pub(super) fn reply<T>(self, call: &Call, count: i64, results: Vec<T>) -> Reply
    where
        T: Serialize + Send + 'static,
    {
        let link = |page: i64| {
            let query = call.query.with_page(page);
            let mark = if query.is_empty() { "" } else { "?" };
            format!("{}{}{mark}{query}", call.origin(), call.uri.path())
        };
        let next = (self.page * self.size < count).then(|| link(self.page + 1));
        let previous = (self.page > 1).then(|| link(self.page - 1));
        let links = Links { next: next.clone(), previous: previous.clone() };
        Reply { links, ..Reply::ok(Listing { count, next, previous, results }) }
    }
}

/// The filters of a list while they are read: what is wrong with them is collected.
pub(super) struct Filters<'a> {
    query: &'a Query,
    wrong: Members,
}

impl<'a> Filters<'a> {
    pub(super) fn new(query: &'a Query) -> Self {
        Self { query, wrong: Members::default() }
    }

    fn refuse(&mut self, name: &str, text: &str) {
        self.wrong.0.push((name.to_owned(), json!([text])));
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.query.get(name).map(str::trim).filter(|text| !text.is_empty())
    }

    pub(super) fn id<I: From<Uuid>>(&mut self, name: &str) -> Option<I> {
        let id = self.text(name).map(Uuid::parse_str)?;
        if id.is_err() {
            self.refuse(name, "Enter a valid UUID.");
        }
        id.ok().map(I::from)
    }

    /// All ids under a name.
    pub(super) fn ids<I: From<Uuid>>(&mut self, name: &str) -> Vec<I> {
        let texts = self.query.all(name).map(|text| Uuid::parse_str(text.trim()));
        if let Ok(ids) = texts.collect::<std::result::Result<Vec<_>, _>>() {
            return ids.into_iter().map(I::from).collect();
        }
        self.refuse(name, "Enter a valid UUID.");
        Vec::new()
    }

    /// The moments under these names.
    pub(super) fn moments(&mut self, names: &[&str]) -> Vec<Timestamp> {
        let mut found = Vec::new();
        for name in names {
            let Some(text) = self.text(name) else { continue };
            match moment(text) {
                Some(moment) => found.push(moment),
                None => self.refuse(name, "Enter a valid date/time."),
            }
        }
        found
    }

    /// One of the words of a choice.
    pub(super) fn choice<T>(&mut self, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let choice = read(text);
        if choice.is_none() {
            let wrong =
                format!("Select a valid choice. {text} is not one of the available choices.");
            self.refuse(name, &wrong);
        }
        choice
    }

    /// The words of `?search=`: apart by white space or commas.
    pub(super) fn words(&self) -> Vec<String> {
        let text = self.query.get("search").unwrap_or_default().replace('\0', "");
        let words = text.split(|c: char| c.is_whitespace() || c == ',');
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    /// The keys of `?ordering=` that are known; the others are left out.
    pub(super) fn order<K>(&self, key: impl Fn(&str) -> Option<K>) -> Vec<Sorted<K>> {
        let text = self.query.get("ordering").unwrap_or_default();
        let keys = text.split(',').map(str::trim).filter_map(|name| {
            let (descending, name) = match name.strip_prefix('-') {
                Some(name) => (true, name),
                None => (false, name),
            };
            key(name).map(|key| Sorted { key, descending })
        });
        keys.collect()
    }

    /// # Errors
    /// If any filter was wrong.
    pub(super) fn check(self) -> Result<()> {
        if self.wrong.0.is_empty() { Ok(()) } else { Err(Refusal::fields(self.wrong)) }
    }
}

/// A date or a moment as people write them: `2025-07-01`, `2025-07-01 10:00`, or ISO 8601 with
/// or without an offset; UTC where none is said. What no database holds becomes the end of
/// what they do.
fn moment(text: &str) -> Option<Timestamp> {
    let zoned = match text.strip_suffix(['Z', 'z']) {
        Some(moment) => format!("{moment}+00:00"),
        None => text.to_owned(),
    };
    let zoned = [
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M:%S%.f%#z",
        "%Y-%m-%dT%H:%M%#z",
        "%Y-%m-%d %H:%M%#z",
    ]
    .iter()
    .find_map(|form| DateTime::parse_from_str(&zoned, form).ok());
    let bare = || {
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
    };
    let midnight = || {
        let day = ["%Y-%m-%d", "%Y%m%d"]
            .iter()
            .find_map(|form| NaiveDate::parse_from_str(text, form).ok());
        day?.and_hms_opt(0, 0, 0)
    };
    let moment = match zoned {
        Some(moment) => moment.to_utc(),
        None => bare().or_else(midnight)?.and_utc(),
    };
    Some(Timestamp::from(moment).clamp(Timestamp::earliest(), Timestamp::latest()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        for (text, expected) in [
            ("2025-07-01", Some("2025-07-01T00:00:00.000000Z")),
            ("2025-07-01 10:00", Some("2025-07-01T10:00:00.000000Z")),
            ("2025-07-01T10:00:05.5", Some("2025-07-01T10:00:05.500000Z")),
            ("2025-07-01T10:00:00Z", Some("2025-07-01T10:00:00.000000Z")),
            ("2025-07-01T10:00:00+02:00", Some("2025-07-01T08:00:00.000000Z")),
            ("2025-07-01T10:00:00 02:00", None),
            ("2025-07-01T10:00Z", Some("2025-07-01T10:00:00.000000Z")),
            ("2025-07-01T10:00+02:00", Some("2025-07-01T08:00:00.000000Z")),
            ("2025-07-01T10:00:00+0200", Some("2025-07-01T08:00:00.000000Z")),
            ("2025-07-01 10:00:00.25+02", Some("2025-07-01T08:00:00.250000Z")),
            ("20250701", Some("2025-07-01T00:00:00.000000Z")),
            ("0001-01-01", Some("1970-01-01T00:00:00.000000Z")),
            ("2025-13-45", None),
            ("yesterday", None),
        ] {
            let moment = moment(text).map(|moment| moment.to_string());
            assert_eq!(moment.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_page_that_is_not_there_is_not_found() {
        let wanted = |query: &str, count| {
            Wanted::read(&Query::read(query), count).map(|w| (w.page, w.size)).ok()
        };
        assert_eq!(wanted("", 0), Some((1, 20)));
        assert_eq!(wanted("page=last&page_size=2", 5), Some((3, 2)));
        assert_eq!(wanted("page=last", 0), Some((1, 20)));
        assert_eq!(wanted("page_size=1000", 0), Some((1, 100)));
        assert_eq!(wanted("page=", 0), Some((1, 20)));
        assert_eq!(wanted("page_size=0", 0), Some((1, 20)));
        assert_eq!(wanted("page_size=-1", 0), Some((1, 20)));
        assert_eq!(wanted("page_size=x", 0), Some((1, 20)));
        for none in ["page=0", "page=-1", "page=x", "page=2", "page=99999999999999999999"] {
            assert_eq!(wanted(none, 20), None, "{none}");
        }
    }

    #[test]
    fn links_keep_what_was_asked_in_the_order_of_the_names() {
        let query = Query::read("search=a+b&page=3&ordering=-sent_at");
        assert_eq!(query.with_page(4), "ordering=-sent_at&page=4&search=a+b");
        assert_eq!(query.with_page(1), "ordering=-sent_at&search=a+b");
    }
}
