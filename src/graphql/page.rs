//! Connections and their cursors, as Relay has them.
//!
//! A cursor is base64url of version, kind of list, scope (the conversation or the viewer
//! whose list it is) and key. It is read strictly: a cursor of another list, another
//! conversation or another person is refused and never misread.

use std::sync::Arc;

use async_graphql::{Context, Object, OutputType, SimpleObject};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    Ask, accounts::User, conversations::Conversation, error::Result, members::Member,
    messages::Message,
};
use crate::{
    domain::{
        Error, Page, Window,
        accounts::{self, UserFilter},
        conversations::{self, ConversationFilter, ConversationView},
        members,
        messages::{self, MessageFilter},
    },
    ids::{ConversationId, UserId},
    time::Timestamp,
};

/// The page where neither `first` nor `last` is given.
pub(super) const USUAL: i32 = 20;

/// The largest page.
const LARGEST: i32 = 100;

/// What a cursor is worth in the list it came from.
pub(super) trait Key: Sized {
    /// The kind of list.
    const TAG: &'static str;
    fn write(&self) -> String;
    fn read(text: &str) -> Option<Self>;
}

impl Key for i64 {
    const TAG: &'static str = "seq";

    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok().filter(|seq| *seq > 0)
    }
}

/// A member's place: the number of the event by which they joined.
#[derive(Clone, Copy)]
pub(super) struct Joined(pub(super) i64);

impl Key for Joined {
    const TAG: &'static str = "member";

    fn write(&self) -> String {
        self.0.write()
    }

    fn read(text: &str) -> Option<Self> {
        i64::read(text).map(Self)
    }
}

impl Key for String {
    const TAG: &'static str = "name";

    fn write(&self) -> String {
        self.clone()
    }

    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// Places by a moment and ids, written in hexadecimal and joined by a dash.
macro_rules! place_key {
    ($tag:literal, $id:ident) => {
        impl Key for (Timestamp, $id) {
            const TAG: &'static str = $tag;

            fn write(&self) -> String {
                format!("{}-{}", self.0.micros(), self.1.uuid().simple())
            }

            fn read(text: &str) -> Option<Self> {
                let (at, id) = text.split_once('-')?;
                Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
            }
        }
    };
}

place_key!("user", UserId);
place_key!("conversation", ConversationId);

impl Key for messages::Place {
    const TAG: &'static str = "message";

    fn write(&self) -> String {
        format!("{}-{}-{}", self.0.micros(), self.1.uuid().simple(), self.2)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let at = Timestamp::from_micros(parts.next()?.parse().ok()?);
        let place = (at, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        parts.next().is_none().then_some(place)
    }
}

const VERSION: &str = "1";

fn encode(tag: &str, scope: &str, key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{VERSION}:{tag}:{scope}:{key}"))
}

/// The key in a cursor; strict, so that there is one cursor for each key.
fn decode<K: Key>(scope: &str, cursor: &str) -> Option<K> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let key = text.strip_prefix(VERSION)?.strip_prefix(':')?.strip_prefix(K::TAG)?;
    let key = K::read(key.strip_prefix(':')?.strip_prefix(scope)?.strip_prefix(':')?)?;
    (encode(K::TAG, scope, &key.write()) == cursor).then_some(key)
}

/// What a connection field is asked for.
pub(super) struct Paging {
    pub(super) first: Option<i32>,
    pub(super) after: Option<String>,
    pub(super) last: Option<i32>,
    pub(super) before: Option<String>,
}

impl Paging {
    /// The window in a list of this scope.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` that names the argument.
    pub(super) fn window<K: Key>(self, scope: &str) -> Result<Window<K>> {
        let Self { first, after, last, before } = self;
        if first.is_some() && last.is_some() {
            return Err(Error::invalid("last", "give first or last, not both").into());
        }
        let size = |field: &'static str, size: i32| {
            if (1..=LARGEST).contains(&size) {
                return Ok(i64::from(size));
            }
            Err(Error::invalid(field, format!("must be 1 to {LARGEST}, not {size}")))
        };
        let (limit, from_end) = match last {
            Some(last) => (size("last", last)?, true),
            None => (size("first", first.unwrap_or(USUAL))?, false),
        };
        let key = |field: &'static str, cursor: Option<String>| {
            let key = cursor.map(|cursor| {
                let problem = "must be a cursor that this very list gave";
                decode(scope, &cursor).ok_or_else(|| Error::invalid(field, problem))
            });
            key.transpose()
        };
        Ok(Window { after: key("after", after)?, before: key("before", before)?, limit, from_end })
    }
}

/// Where a page lies in its list
#[derive(SimpleObject)]
pub(super) struct PageInfo {
    /// Whether something comes after the page; where paging backwards, whether `before` was given
    has_next_page: bool,
    /// Whether something comes before the page; where paging forwards, whether `after` was given
    has_previous_page: bool,
    /// The first item's cursor, for `before`
    start_cursor: Option<String>,
    /// The last item's cursor, for `after`
    end_cursor: Option<String>,
}

/// One item of a page, with its place
pub(super) struct Edge<N: OutputType> {
    /// The list's kind and scope, and the key in it: a cursor is made of them when it is asked
    /// for, as most are not.
    tag: &'static str,
    scope: Arc<str>,
    key: String,
    node: N,
}

impl<N: OutputType> Edge<N> {
    fn to_cursor(&self) -> String {
        encode(self.tag, &self.scope, &self.key)
    }
}

/// One item of a page, with its place
#[Object(
    concrete(name = "UserEdge", params(User)),
    concrete(name = "ConversationEdge", params(Conversation)),
    concrete(name = "MessageEdge", params(Message)),
    concrete(name = "MemberEdge", params(Member))
)]
impl<N: OutputType> Edge<N> {
    /// The item's place in the list, for `after` and `before`
    async fn cursor(&self) -> String {
        self.to_cursor()
    }

    /// The item
    async fn node(&self) -> &N {
        &self.node
    }
}

/// What `totalCount` counts, if it is asked for.
pub(super) enum Counted {
    Users(UserFilter),
    Conversations(ConversationFilter),
    Members(ConversationView),
    Messages(ConversationView, MessageFilter),
    MessagesAcross(Option<ConversationId>, MessageFilter),
}

impl Counted {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        Ok(match self {
            Self::Users(filter) => accounts::count(app, viewer, filter.clone()).await?,
            Self::Conversations(filter) => {
                conversations::count(app, viewer, filter.clone()).await?
            }
            Self::Members(view) => members::count(app, view).await?,
            Self::Messages(view, filter) => messages::count(app, view, filter.clone()).await?,
            Self::MessagesAcross(only, filter) => {
                messages::count_across(app, viewer, *only, filter.clone()).await?
            }
        })
    }
}

/// A page of a list.
pub(super) struct Connection<N: OutputType> {
    edges: Vec<Edge<N>>,
    has_next: bool,
    has_previous: bool,
    counted: Counted,
}

impl<N: OutputType> Connection<N> {
    /// From a page of the domain; `node` gives each item its key and its GraphQL type.
    pub(super) fn new<T, K: Key>(
        page: Page<T>,
        scope: &str,
        counted: Counted,
        mut node: impl FnMut(T) -> (K, N),
    ) -> Self {
        let Page { items, has_next, has_previous } = page;
        let scope: Arc<str> = scope.into();
        let edge = |item| {
            let (key, node) = node(item);
            Edge { tag: K::TAG, scope: Arc::clone(&scope), key: key.write(), node }
        };
        Self { edges: items.into_iter().map(edge).collect(), has_next, has_previous, counted }
    }
}

/// A page of a list
#[Object(
    concrete(name = "UserConnection", params(User)),
    concrete(name = "ConversationConnection", params(Conversation)),
    concrete(name = "MessageConnection", params(Message)),
    concrete(name = "MemberConnection", params(Member))
)]
impl<N: OutputType> Connection<N>
where
    Edge<N>: OutputType,
{
    /// The items with their cursors
    async fn edges(&self) -> &[Edge<N>] {
        &self.edges
    }

    /// The items alone
    async fn nodes(&self) -> Vec<&N> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where this page lies
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.edges.first().map(Edge::to_cursor),
            end_cursor: self.edges.last().map(Edge::to_cursor),
        }
    }

    /// How many items the filter lets through in all; counted only when asked for
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        self.counted.count(ctx).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode<K: Key>(scope: &str, key: &K) -> String {
        super::encode(K::TAG, scope, &key.write())
    }

    #[test]
    fn a_cursor_is_read_only_in_the_list_that_gave_it() {
        let cursor = encode("ann", &7_i64);
        assert_eq!(decode::<i64>("ann", &cursor), Some(7));
        assert_eq!(decode::<i64>("bob", &cursor), None);
        assert_eq!(decode::<String>("ann", &cursor), None);
        assert_eq!(decode::<i64>("ann", &format!("{cursor}=")), None);
        assert_eq!(decode::<i64>("ann", &URL_SAFE_NO_PAD.encode("1:seq:ann:+7")), None);
        assert_eq!(decode::<i64>("ann", &URL_SAFE_NO_PAD.encode("1:seq:ann:0")), None);
        assert_eq!(decode::<i64>("ann", &URL_SAFE_NO_PAD.encode("2:seq:ann:7")), None);
        assert_eq!(decode::<i64>("ann", "garbage!"), None);
    }

    #[test]
    fn places_survive_the_way_there_and_back() {
        let place = (Timestamp::from_micros(1_764_000_000_000_001), ConversationId::new(), 42);
        assert_eq!(decode("v", &encode("v", &place)), Some(place));
        let place = (Timestamp::from_micros(0), UserId::new());
        assert_eq!(decode("", &encode("", &place)), Some(place));
        let name = "ann:with:colons".to_owned();
        assert_eq!(decode("", &encode("", &name)), Some(name));
    }
}

#[cfg(test)]
#[path = "page_fuzz.rs"]
mod fuzz;
