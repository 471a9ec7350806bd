//! The part of a sorted list that is asked for, by keys and never by offset.

/// Rows strictly between two keys, the first or the last so many of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window<K> {
    /// Only what comes after this key in the list's order.
    pub after: Option<K>,
    /// Only what comes before this key in the list's order.
    pub before: Option<K>,
    /// The most rows.
    pub limit: i64,
    /// Take them from the end of the list; they are still answered in its order.
    pub from_end: bool,
}

impl<K> Window<K> {
    /// The same window with other keys.
    pub fn map<L>(self, key: impl Fn(K) -> L) -> Window<L> {
        Window {
            after: self.after.map(&key),
            before: self.before.map(&key),
            limit: self.limit,
            from_end: self.from_end,
        }
    }

    /// The same rows seen from the other end: for a list that is kept in ascending order
    /// and shown in descending order.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { after: self.before, before: self.after, limit: self.limit, from_end: !self.from_end }
    }
}
