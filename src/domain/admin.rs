//! What administrators see of the whole server, and how they end the sign-ins of others.
//! Every function looks itself whether the viewer is one. They see who, when, where and how
//! much; the words of a conversation are for those who take part in it.

use std::collections::HashMap;

use scoped_futures::ScopedFutureExt;

pub use crate::store::{
    overview::{AuditLine, MessageLine},
    sessions::{Kind as SessionKind, Session},
};
use crate::{
    domain::{
        App, Client, Error, Result, Viewer, accounts::User, conversations::Conversation,
        operations, text,
    },
    ids::{AuditId, ConversationId, MessageId, SessionId, UserId},
    live::Signal,
    store::{
        Conn, accounts,
        overview::{self, Older},
        sessions,
    },
};

/// How many rows a page of a list has.
const PAGE: usize = 50;

/// How many people of a conversation are named.
const NAMED: i64 = 5;

/// A page of a list, newest first.
#[derive(Clone, Debug)]
pub struct Newest<T, I> {
    pub items: Vec<T>,
    /// What the next page is older than, if there is one.
    pub next: Option<I>,
}

/// People by their ids.
pub type People = HashMap<UserId, User>;

/// A conversation as administrators see it.
#[derive(Clone, Debug)]
pub struct ConversationLine {
    pub conversation: Conversation,
    /// Who has been in it for the longest, in the order they joined.
    pub first: Vec<User>,
    /// How many people are in it now.
    pub members: i64,
}

/// One row more than a page has shows whether there is another page.
fn older<I>(than: Option<I>) -> Older<I> {
    Older { than, limit: i64::try_from(PAGE).unwrap_or(i64::MAX - 1) + 1 }
}

/// Takes the row that is one too many away.
fn cut<T, I>(mut rows: Vec<T>, id: impl Fn(&T) -> I) -> Newest<T, I> {
    let goes_on = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| goes_on).map(id);
    Newest { items: rows, next }
}

async fn people(conn: &mut Conn, ids: impl IntoIterator<Item = UserId>) -> Result<People> {
    let mut ids: Vec<_> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut found = People::new();
    for ids in ids.chunks(500) {
        let some = accounts::find_many(conn, ids).await?;
        found.extend(some.into_iter().map(|user| (user.id, user)));
    }
    Ok(found)
}

/// Everybody, deleted accounts too, newest account first; with a search only those whose user
/// name, e-mail or a name contains it.
pub async fn list_users(
    app: &App,
    viewer: Viewer,
    search: Option<String>,
    than: Option<UserId>,
) -> Result<Newest<User, UserId>> {
    viewer.must_be_admin()?;
    let search = text::needle("search", search)?;
    let conn = &mut app.store.conn().await?;
    let rows = overview::list_users(conn, search, older(than)).await?;
    Ok(cut(rows, |user| user.id))
}

/// One person.
pub async fn find_user(app: &App, viewer: Viewer, id: UserId) -> Result<User> {
    viewer.must_be_admin()?;
    let found = accounts::find(&mut app.store.conn().await?, id).await?;
    found.ok_or(Error::NotFound("user"))
}

/// All conversations, or those that a person takes part in.
pub async fn list_conversations(
    app: &App,
    viewer: Viewer,
    of: Option<UserId>,
    than: Option<ConversationId>,
) -> Result<Newest<ConversationLine, ConversationId>> {
    viewer.must_be_admin()?;
    let conn = &mut app.store.conn().await?;
    let rows = overview::list_conversations(conn, of, older(than)).await?;
    let Newest { items, next } = cut(rows, |conversation| conversation.id);
    let ids: Vec<_> = items.iter().map(|conversation| conversation.id).collect();
    let counts: HashMap<_, _> = overview::count_members(conn, &ids).await?.into_iter().collect();
    let named = overview::list_first_members(conn, &ids, NAMED).await?;
    let people = people(conn, named.iter().map(|(_, user)| *user)).await?;
    let line = |conversation: Conversation| {
        let id = conversation.id;
        let first = named.iter().filter(|(of, _)| *of == id);
        ConversationLine {
            first: first.filter_map(|(_, user)| people.get(user).cloned()).collect(),
            members: counts.get(&id).copied().unwrap_or_default(),
            conversation,
        }
    };
    Ok(Newest { items: items.into_iter().map(line).collect(), next })
}

/// All messages, or those of a conversation or a sender, without their words; and their
/// senders.
pub async fn list_messages(
    app: &App,
    viewer: Viewer,
    conversation: Option<ConversationId>,
    sender: Option<UserId>,
    than: Option<MessageId>,
) -> Result<(Newest<MessageLine, MessageId>, People)> {
    viewer.must_be_admin()?;
    let conn = &mut app.store.conn().await?;
    let rows = overview::list_messages(conn, conversation, sender, older(than)).await?;
    let page = cut(rows, |message| message.id);
    let people = people(conn, page.items.iter().map(|message| message.sender_id)).await?;
    Ok((page, people))
}

/// All sessions that are not over, or those of a person.
pub async fn list_sessions(
    app: &App,
    viewer: Viewer,
    of: Option<UserId>,
    than: Option<SessionId>,
) -> Result<Newest<(Session, User), SessionId>> {
    viewer.must_be_admin()?;
    let (conn, now) = (&mut app.store.conn().await?, app.clock.now());
    let rows = overview::list_sessions(conn, of, now, older(than)).await?;
    Ok(cut(rows, |(session, _)| session.id))
}

/// One session that is not over, and whose it is.
pub async fn find_session(app: &App, viewer: Viewer, id: SessionId) -> Result<(Session, User)> {
    viewer.must_be_admin()?;
    let now = app.clock.now();
    let found = app.reads.sessions.find(vec![id]).await?.remove(&id);
    let alive =
        found.filter(|(session, _)| session.revoked_at.is_none() && session.expires_at > now);
    alive.ok_or(Error::NotFound("session"))
}

/// The audit log, or what in it a person did or what was done to them; and who is named.
pub async fn list_audit(
    app: &App,
    viewer: Viewer,
    about: Option<UserId>,
    than: Option<AuditId>,
) -> Result<(Newest<AuditLine, AuditId>, People)> {
    viewer.must_be_admin()?;
    let conn = &mut app.store.conn().await?;
    let page = cut(overview::list_audit(conn, about, older(than)).await?, |line| line.id);
    let mut named = Vec::new();
    for line in &page.items {
        named.extend(line.actor_id);
        named.extend(line.subject_id);
    }
    let people = people(conn, named).await?;
    Ok((page, people))
}

/// Ends one session of anybody; answers whose it was.
///
/// # Errors
/// [`Error::NotFound`] if it is over already.
pub async fn end_session(
    app: &App,
    client: &Client,
    viewer: Viewer,
    id: SessionId,
) -> Result<UserId> {
    let (_, user) = find_session(app, viewer, id).await?;
    let (user, now, detail) = (user.id, app.clock.now(), &id.to_string());
    app.store
        .transaction(|tx| {
            async move {
                if !sessions::revoke(tx, id, user, now).await? {
                    return Err(Error::NotFound("session"));
                }
                let (by, subject) = (Some(viewer), Some(user));
                operations::note(tx, now, "sessions.ended", by, subject, client, Some(detail)).await
            }
            .scope_boxed()
        })
        .await?;
    app.live.tell(Signal::SessionOver { session: id });
    Ok(user)
}

/// Ends all sessions of a person.
pub async fn end_sessions(app: &App, client: &Client, viewer: Viewer, id: UserId) -> Result<()> {
    find_user(app, viewer, id).await?;
    let now = app.clock.now();
    app.store
        .transaction(|tx| {
            async move {
                sessions::revoke_others(tx, id, None, now).await?;
                let (by, subject) = (Some(viewer), Some(id));
                operations::note(tx, now, "sessions.ended", by, subject, client, None).await
            }
            .scope_boxed()
        })
        .await?;
    app.live.tell(Signal::PersonChanged { user: id });
    Ok(())
}
