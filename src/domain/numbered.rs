//! Lists by page number, for the REST face: a count, and so many from an offset on. An order
//! is followed by keys that end every tie, so pages of a list that does not change share
//! nothing and leave nothing out.

use std::{collections::HashMap, hash::Hash};

pub use crate::store::numbered::{
    Slice, Sorted,
    conversations::{ConversationKey, ConversationQuery},
    messages::MessageKey,
    users::{UserKey, UserQuery},
};

use crate::{
    domain::{
        App, Error, Result, Viewer, accounts::User, conversations::ConversationView,
        messages::Message, text,
    },
    ids::{ConversationId, UserId},
    store::{
        Conn, accounts, conversations,
        messages::{self, Between, End, MessageFilter},
        numbered,
    },
    time::Timestamp,
};

/// The most rows of a page, and of conversations looked into at once.
const PAGE_MAX: i64 = 100;

/// The most words of a search.
const WORDS_MAX: usize = 8;

/// Which messages are asked for; deleted ones never are.
#[derive(Clone, Debug, Default)]
pub struct MessageQuery {
    /// One of the viewer's own; of another nothing is found.
    pub conversation: Option<ConversationId>,
    pub sender: Option<Sender>,
    /// Texts that are all in the body, without regard to case.
    pub words: Vec<String>,
    /// Sent then or later.
    pub from: Option<Timestamp>,
    /// Sent then or earlier.
    pub until: Option<Timestamp>,
    /// Nobody is found by their e-mail, where it is hidden from who asks.
    pub hides_emails: bool,
}

/// Who sent a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    Id(UserId),
    /// A user name or an e-mail, without regard to case.
    Name(String),
}

/// How many messages of the viewer's conversations a query lets through.
pub async fn count_messages(app: &App, viewer: Viewer, query: &MessageQuery) -> Result<i64> {
    let mut conn = app.store.conn().await?;
    match filter(&mut conn, query).await? {
        Some(filter) => Ok(numbered::messages::count(&mut conn, viewer.id(), &filter).await?),
        None => Ok(0),
    }
}

/// A slice of them in an order, newest first if none is given; ties end by conversation and
/// number in it.
pub async fn list_messages(
    app: &App,
    viewer: Viewer,
    query: &MessageQuery,
    order: &[Sorted<MessageKey>],
    slice: Slice,
) -> Result<Vec<Message>> {
    let (mut conn, viewer) = (app.store.conn().await?, viewer.id());
    let Some(filter) = filter(&mut conn, query).await? else { return Ok(Vec::new()) };
    let (order, slice) = (or_newest_first(order, MessageKey::SentAt), bounded(slice));
    let keys = numbered::messages::list(&mut conn, viewer, &filter, &order, slice).await?;
    let mut found = messages::find_by_seqs(&mut conn, viewer, &keys).await?;
    // It may have been deleted since its key was read.
    found.retain(|message| message.deleted_at.is_none());
    Ok(in_order_of(&keys, found, |message| (message.conversation_id, message.seq)))
}

/// What the store is asked for; `None` if nobody has the sender's name.
async fn filter(
    conn: &mut Conn,
    query: &MessageQuery,
) -> Result<Option<numbered::messages::MessageFilter>> {
    let MessageQuery { conversation, sender, words, from, until, hides_emails } = query.clone();
    let words = folded(&words)?;
    let sender = match sender {
        None => None,
        Some(Sender::Id(id)) => Some(id),
        Some(Sender::Name(name)) => {
            let key = text::key(name.trim());
            let found = accounts::find_by_key(conn, &key).await?;
            let is_shown = |user: &User| !hides_emails || text::key(&user.username) == key;
            match found.filter(|(user, _)| is_shown(user)) {
                Some((user, _)) => Some(user.id),
                None => return Ok(None),
            }
        }
    };
    Ok(Some(numbered::messages::MessageFilter { conversation, sender, words, from, until }))
}

/// How many of the viewer's conversations a query lets through.
pub async fn count_conversations(
    app: &App,
    viewer: Viewer,
    query: &ConversationQuery,
) -> Result<i64> {
    let query = ConversationQuery { words: folded(&query.words)?, ..query.clone() };
    let mut conn = app.store.conn().await?;
    Ok(numbered::conversations::count(&mut conn, viewer.id(), &query).await?)
}

/// A slice of them in an order, newest first if none is given; ties end by id.
pub async fn list_conversations(
    app: &App,
    viewer: Viewer,
    query: &ConversationQuery,
    order: &[Sorted<ConversationKey>],
    slice: Slice,
) -> Result<Vec<ConversationView>> {
    let query = ConversationQuery { words: folded(&query.words)?, ..query.clone() };
    let (order, slice) = (or_newest_first(order, ConversationKey::CreatedAt), bounded(slice));
    let (mut conn, viewer) = (app.store.conn().await?, viewer.id());
    let ids = numbered::conversations::list(&mut conn, viewer, &query, &order, slice).await?;
    let found = conversations::find_many_with_member(&mut conn, &ids, viewer).await?;
    let found = in_order_of(&ids, found, |(conversation, _)| conversation.id);
    let view = |(conversation, member)| ConversationView { conversation, member: Some(member) };
    Ok(found.into_iter().map(view).collect())
}

/// How many people a query lets through; those who deleted their account are left out.
pub async fn count_users(app: &App, _viewer: Viewer, query: &UserQuery) -> Result<i64> {
    let query = UserQuery { words: folded(&query.words)?, ..query.clone() };
    Ok(numbered::users::count(&mut app.store.conn().await?, &query).await?)
}

/// A slice of them in an order, newest account first if none is given; ties end by id.
pub async fn list_users(
    app: &App,
    _viewer: Viewer,
    query: &UserQuery,
    order: &[Sorted<UserKey>],
    slice: Slice,
) -> Result<Vec<User>> {
    let query = UserQuery { words: folded(&query.words)?, ..query.clone() };
    let (order, slice) = (or_newest_first(order, UserKey::CreatedAt), bounded(slice));
    let mut conn = app.store.conn().await?;
    let ids = numbered::users::list(&mut conn, &query, &order, slice).await?;
    let mut found = accounts::find_many(&mut conn, &ids).await?;
    // They may have gone since their key was read.
    found.retain(|user| user.deleted_at.is_none());
    Ok(in_order_of(&ids, found, |user| user.id))
}

/// What is shown inside a conversation.
#[derive(Clone, Debug, Default)]
pub struct Inside {
    /// All who take part now, in the order they joined.
    pub participants: Vec<User>,
    /// The newest messages that are not deleted, newest first.
    pub newest: Vec<Message>,
}

/// What is inside those of these conversations that the viewer takes part in, with so many
/// messages of each, at most 100.
pub async fn inside_of_each(
    app: &App,
    viewer: Viewer,
    ids: &[ConversationId],
    newest: i64,
) -> Result<HashMap<ConversationId, Inside>> {
    let (mut conn, viewer) = (app.store.conn().await?, viewer.id());
    let limit = newest.clamp(0, PAGE_MAX);
    let between = Between { low: End::Open, high: End::Open, newest_first: true, limit };
    let mut each: HashMap<_, Inside> = HashMap::new();
    for ids in ids.chunks(usize::try_from(PAGE_MAX).unwrap_or(1)) {
        let people = numbered::conversations::list_participants(&mut conn, viewer, ids).await?;
        for (id, user) in people {
            each.entry(id).or_default().participants.push(user);
        }
        let filter = MessageFilter::default();
        let found = messages::list_of_each(&mut conn, viewer, ids, &filter, between).await?;
        for message in found {
            if let Some(inside) = each.get_mut(&message.conversation_id) {
                inside.newest.push(message);
            }
        }
    }
    for inside in each.values_mut() {
        inside.newest.sort_unstable_by_key(|message| std::cmp::Reverse(message.seq));
    }
    Ok(each)
}

/// The words of a search, folded, each once.
fn folded(words: &[String]) -> Result<Vec<String>> {
    let mut folded = Vec::new();
    for word in words {
        let Some(word) = text::needle("search", Some(word.clone()))? else { continue };
        if folded.contains(&word) {
            continue;
        }
        if folded.len() == WORDS_MAX {
            return Err(Error::invalid("search", format!("may have at most {WORDS_MAX} words")));
        }
        folded.push(word);
    }
    Ok(folded)
}

/// An order with each key once; newest first if none is given.
fn or_newest_first<K: Copy + PartialEq>(order: &[Sorted<K>], newest: K) -> Vec<Sorted<K>> {
    let mut once: Vec<Sorted<K>> = Vec::new();
    for sorted in order {
        if once.iter().all(|other| other.key != sorted.key) {
            once.push(*sorted);
        }
    }
    if once.is_empty() {
        once.push(Sorted { key: newest, descending: true });
    }
    once
}

/// A slice that is no larger than a page may be.
fn bounded(slice: Slice) -> Slice {
    Slice { offset: slice.offset.max(0), limit: slice.limit.clamp(0, PAGE_MAX) }
}

/// Rows in the order of their keys.
fn in_order_of<K: Eq + Hash, T>(keys: &[K], rows: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut rows: HashMap<K, T> = rows.into_iter().map(|row| (key(&row), row)).collect();
    keys.iter().filter_map(|key| rows.remove(key)).collect()
}
