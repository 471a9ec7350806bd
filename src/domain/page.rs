//! A part of a list, and whether there is more.

use std::{collections::HashMap, hash::Hash};

pub use crate::store::Window;

/// Some rows of a list, in its order.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Something comes after the last row.
    pub has_next: bool,
    /// Something comes before the first row.
    pub has_previous: bool,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { items: Vec::new(), has_next: false, has_previous: false }
    }
}

impl<T> Page<T> {
    /// From the rows of [`one_more`]. On the side that was not counted there is more
    /// exactly if a cursor said where to stop.
    pub(super) fn cut<K>(mut rows: Vec<T>, window: &Window<K>) -> Self {
        let limit = usize::try_from(window.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        if window.from_end {
            if more {
                rows.drain(..rows.len() - limit);
            }
            Self { items: rows, has_previous: more, has_next: window.before.is_some() }
        } else {
            rows.truncate(limit);
            Self { items: rows, has_next: more, has_previous: window.after.is_some() }
        }
    }

    /// The same page of other things.
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        let Self { items, has_next, has_previous } = self;
        Page { items: items.into_iter().map(each).collect(), has_next, has_previous }
    }
}

/// The same window with room for the row that tells whether there is more.
pub(super) fn one_more<K: Copy>(window: &Window<K>) -> Window<K> {
    Window { limit: window.limit + 1, ..*window }
}

/// Rows of many lists, in the order of each, as a page for each list.
pub(super) fn pages<I: Copy + Eq + Hash, T, K>(
    lists: &[I],
    rows: Vec<T>,
    window: &Window<K>,
    list: impl Fn(&T) -> I,
) -> HashMap<I, Page<T>> {
    let mut sorted: HashMap<I, Vec<T>> = lists.iter().map(|id| (*id, Vec::new())).collect();
    for row in rows {
        sorted.entry(list(&row)).or_default().push(row);
    }
    sorted.into_iter().map(|(id, rows)| (id, Page::cut(rows, window))).collect()
}
