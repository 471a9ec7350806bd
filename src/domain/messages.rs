//! Messages: sending, changing, reading, finding.

use scoped_futures::ScopedFutureExt;
use sha2::{Digest, Sha256};

pub use crate::store::messages::{Message, MessageFilter, Place};

use crate::{
    domain::{
        App, Error, Page, Problem, Result, Rule, Viewer, Window,
        access::{self, Footing, Former, Reader},
        conversations::ConversationView,
        log::{self, Event},
        text, typing,
        writer::Draft,
    },
    ids::{ClientId, ConversationId, MessageId},
    live::Signal,
    store::{
        Conn,
        changes::ChangeKind,
        conversations, fold,
        messages::{self, Between, End},
    },
    time::Timestamp,
};

/// The longest body, in bytes of UTF-8.
const BODY_MAX: usize = 16_384;

/// How many messages a search for words across conversations looks at.
const SEARCHED_MAX: usize = 10_000;

/// How many messages a search for words takes from the database at a time.
const SEARCH_STEP: usize = 500;

/// From how many conversations messages are taken at a time.
const CONVERSATIONS_STEP: usize = 32;

/// What somebody wants to say.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub conversation: ConversationId,
    pub body: String,
    pub client_message_id: Option<ClientId>,
    pub reply_to: Option<MessageId>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub message: Message,
    /// True if this client's id had been used: nothing new was written.
    pub deduplicated: bool,
}

/// Stores a message and answers once it is durable.
///
/// # Errors
/// [`Error::NotFound`] to who takes no part in the conversation,
/// [`Error::ClientMessageIdReused`], [`Error::Invalid`], or [`Error::Busy`]. Where it is not
/// known whether it was stored: [`Error::Unsure`] if it has a client's id, under which it may
/// be sent again.
pub async fn send(app: &App, viewer: Viewer, outgoing: Outgoing) -> Result<Sent> {
    app.limits.write(viewer.id())?;
    let Outgoing { conversation, body, client_message_id, reply_to } = outgoing;
    let body = check_body(&body)?;
    let mut hash = Sha256::new();
    hash.update(conversation.uuid().as_bytes());
    hash.update(reply_to.map(|id| id.uuid().into_bytes()).unwrap_or_default());
    hash.update(body.as_bytes());
    let draft = Draft {
        id: MessageId::new(),
        conversation,
        sender: viewer.id(),
        body,
        reply_to,
        client: client_message_id.map(|id| (id, hash.finalize().to_vec())),
    };
    let slot = match app.limits.slot(conversation) {
        Ok(slot) => slot,
        // Only who takes part is told how much is going on there.
        Err(limited) => {
            let mut conn = app.store.conn().await?;
            return Err(match access::footing(&mut conn, viewer, conversation).await? {
                Footing::Member => limited,
                Footing::Outsider | Footing::Unknown => Error::NotFound("conversation"),
            });
        }
    };
    let sent = app.writer.send(draft, slot).await;
    let sent = match client_message_id {
        Some(_) => sent.map_err(Error::under_client_id)?,
        None => sent?,
    };
    if !sent.deduplicated {
        typing::end(app, conversation, viewer.id(), sent.message.event_seq);
    }
    Ok(sent)
}

fn check_body(body: &str) -> Result<String> {
    checked_body("body", body).map_err(|problem| Error::Invalid(vec![problem]))
}

/// A body as it is stored.
///
/// # Errors
/// With what is wrong, of a field of this name.
pub fn checked_body(field: &'static str, body: &str) -> std::result::Result<String, Problem> {
    let body = body.trim();
    let (problem, rule) = if body.is_empty() {
        ("may not be empty".to_owned(), Rule::Blank)
    } else if body.len() > BODY_MAX {
        let problem = format!("is too long: {} bytes, at most {BODY_MAX}", body.len());
        (problem, Rule::TooLong { max: BODY_MAX })
    } else if body.contains('\0') {
        ("NUL characters are not allowed".to_owned(), Rule::Nul)
    } else {
        return Ok(body.to_owned());
    };
    Err(Problem { field, problem, rule })
}

/// Gives a message new words. With `expected_revision` only if it is still at that one.
pub async fn edit(
    app: &App,
    viewer: Viewer,
    id: MessageId,
    body: String,
    expected_revision: Option<i64>,
) -> Result<(Message, i64)> {
    app.limits.write(viewer.id())?;
    let body = &check_body(&body)?;
    change(app, viewer, id, |member, message, now| {
        member.may_edit(message)?;
        if message.deleted_at.is_some() {
            return Err(Error::Conflict("a deleted message cannot be edited".to_owned()));
        }
        must_be_at(message, expected_revision)?;
        message.body.clone_from(body);
        message.edited_at = Some(now);
        Ok(Some(ChangeKind::Edited))
    })
    .await
}

/// Makes a message a tombstone. Doing it again changes nothing and is no error.
pub async fn delete(
    app: &App,
    viewer: Viewer,
    id: MessageId,
    expected_revision: Option<i64>,
) -> Result<(Message, i64)> {
    app.limits.write(viewer.id())?;
    change(app, viewer, id, |member, message, now| {
        member.may_delete_message(message)?;
        if message.deleted_at.is_some() {
            return Ok(None);
        }
        must_be_at(message, expected_revision)?;
        bury(member, message, now);
        Ok(Some(ChangeKind::Deleted))
    })
    .await
}

/// Makes one's own message a tombstone, where that is for the sender alone.
///
/// # Errors
/// [`Error::NotFound`] if it is one already, [`Error::Forbidden`].
pub async fn delete_own(app: &App, viewer: Viewer, id: MessageId) -> Result<()> {
    app.limits.write(viewer.id())?;
    let deleted = change(app, viewer, id, |member, message, now| {
        member.may_delete_own(message)?;
        if message.deleted_at.is_some() {
            return Err(Error::NotFound("message"));
        }
        bury(member, message, now);
        Ok(Some(ChangeKind::Deleted))
    });
    deleted.await.map(drop)
}

fn bury(member: &mut access::Member, message: &mut Message, now: Timestamp) {
    message.body.clear();
    message.deleted_at = Some(now);
    member.conversation.live_count -= 1;
}

/// Locks a message's conversation, reads the message again under the lock, and writes what
/// `decide` makes of it under the next number; nothing if that is no event.
async fn change(
    app: &App,
    viewer: Viewer,
    id: MessageId,
    decide: impl Fn(&mut access::Member, &mut Message, Timestamp) -> Result<Option<ChangeKind>>
    + Send
    + Sync,
) -> Result<(Message, i64)> {
    let missing = || Error::NotFound("message");
    let before = find(app, viewer, id).await?.ok_or_else(missing)?;
    let (conversation, decide) = (before.conversation_id, &decide);
    app.limits.conversation(conversation)?;
    let (message, is_new) = app
        .store
        .transaction(|tx| {
            async move {
                let locked = access::lock(tx, viewer, conversation).await;
                // Who has just been removed sees neither the conversation nor the message.
                let mut member = locked.map_err(|error| match error {
                    Error::NotFound(_) => missing(),
                    error => error,
                })?;
                let found = messages::find_many(tx, &[id]).await?.pop();
                let (mut message, now) = (found.ok_or_else(missing)?, app.clock.now());
                let Some(kind) = decide(&mut member, &mut message, now)? else {
                    return Ok::<_, Error>((message, false));
                };
                let (conversation, event) =
                    (&mut member.conversation, Event::of_message(kind, message.seq));
                let event_seq = log::append(tx, conversation, viewer.id(), now, event).await?;
                message.revision += 1;
                message.changed_event_seq = Some(event_seq);
                messages::update_body(tx, &message).await?;
                log::save(tx, conversation).await?;
                Ok((message, true))
            }
            .scope_boxed()
        })
        .await?;
    let event_seq = message.changed_event_seq.unwrap_or(message.event_seq);
    if is_new {
        app.live.tell(Signal::Advanced { conversation, event_seq });
    }
    Ok((message, event_seq))
}

fn must_be_at(message: &Message, expected: Option<i64>) -> Result<()> {
    match expected {
        Some(expected) if expected != message.revision => Err(Error::Conflict(format!(
            "the message is at revision {}, not {expected}: look at it again",
            message.revision
        ))),
        _ => Ok(()),
    }
}

/// What a message is to the viewer, for a face that tells outsiders that it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly all are the large one")]
pub enum Lookup {
    /// They may see it, and it is not deleted.
    Seen(Message),
    /// It is in a conversation that is not theirs.
    Outsider,
    /// It is not there, or not any more.
    Unknown,
}

/// What a message is to the viewer.
pub async fn look_up(app: &App, viewer: Viewer, id: MessageId) -> Result<Lookup> {
    let mut conn = app.store.conn().await?;
    let found = messages::find_many(&mut conn, &[id]).await?.pop();
    let Some(message) = found.filter(|message| message.deleted_at.is_none()) else {
        return Ok(Lookup::Unknown);
    };
    Ok(match access::footing(&mut conn, viewer, message.conversation_id).await? {
        Footing::Member => Lookup::Seen(message),
        Footing::Outsider => Lookup::Outsider,
        Footing::Unknown => Lookup::Unknown,
    })
}

/// One message, if the viewer may see it.
pub async fn find(app: &App, viewer: Viewer, id: MessageId) -> Result<Option<Message>> {
    Ok(find_many(app, viewer, &[id]).await?.pop())
}

/// Those of these messages that the viewer may see, in no order.
pub async fn find_many(app: &App, viewer: Viewer, ids: &[MessageId]) -> Result<Vec<Message>> {
    Ok(messages::find_many_seen(&mut app.store.conn().await?, ids, viewer.id()).await?)
}

/// What the viewer sent under this id of theirs.
pub async fn find_by_client_id(
    app: &App,
    viewer: Viewer,
    client_id: ClientId,
) -> Result<Option<Message>> {
    let mut conn = app.store.conn().await?;
    Ok(messages::find_own_by_client_id(&mut conn, viewer.id(), client_id).await?)
}

/// The messages with these numbers, in conversations of which the reader was shown a message.
pub async fn find_by_seqs(
    app: &App,
    reader: Reader,
    wanted: &[(ConversationId, i64)],
) -> Result<Vec<Message>> {
    let mut conn = app.store.conn().await?;
    let of = |own: ConversationId| {
        let seqs = wanted.iter().filter(move |(id, _)| *id == own).map(|(_, seq)| *seq);
        seqs.collect::<Vec<_>>()
    };
    match reader {
        Reader::Person(viewer) => Ok(messages::find_by_seqs(&mut conn, viewer.id(), wanted).await?),
        Reader::Participants(audience) => {
            let own = audience.conversation();
            Ok(messages::list_by_seqs(&mut conn, own, &of(own)).await?)
        }
        Reader::Former(Former { conversation, until }) => {
            let found = messages::list_by_seqs(&mut conn, conversation, &of(conversation)).await?;
            let seen = found.into_iter().filter(|message| message.event_seq <= until);
            let as_it_was = |message: Message| match message.changed_event_seq {
                Some(changed) if changed > until => Message { body: String::new(), ..message },
                _ => message,
            };
            Ok(seen.map(as_it_was).collect())
        }
    }
}

/// The newest undeleted message of each of these conversations.
pub async fn last_of_each(
    app: &App,
    viewer: Viewer,
    conversations: &[ConversationId],
) -> Result<Vec<Message>> {
    let mut conn = app.store.conn().await?;
    Ok(messages::list_last_of_each(&mut conn, viewer.id(), conversations).await?)
}

/// How many messages of a conversation that the viewer was shown a filter lets through.
pub async fn count(app: &App, view: &ConversationView, filter: MessageFilter) -> Result<i64> {
    let (mut conn, id) = (app.store.conn().await?, view.conversation.id);
    Ok(messages::count(&mut conn, &[id], &folded(filter)?).await?)
}

pub(super) fn folded(filter: MessageFilter) -> Result<MessageFilter> {
    let body_contains = text::needle("bodyContains", filter.body_contains)?;
    Ok(MessageFilter { body_contains, ..filter })
}

/// The place of a message among those of many conversations.
pub fn place(message: &Message) -> Place {
    (message.sent_at, message.conversation_id, message.seq)
}

/// A window of the messages of all the viewer's conversations, or of one, newest first.
/// A search for words looks at 10,000 messages at most, from where the page begins.
pub async fn list_across(
    app: &App,
    viewer: Viewer,
    conversation: Option<ConversationId>,
    filter: MessageFilter,
    window: Window<Place>,
) -> Result<Page<Message>> {
    let filter = folded(filter)?;
    let mut walk = Walk::begin(app, viewer, conversation, filter, window).await?;
    let wanted = usize::try_from(window.limit).unwrap_or(0) + 1;
    let mut found = walk.take(wanted).await?;
    if window.from_end {
        found.reverse();
    }
    Ok(Page::cut(found, &window))
}

/// How many messages of all the viewer's conversations, or of one, a filter lets through;
/// a search for words counts among the newest 10,000.
pub async fn count_across(
    app: &App,
    viewer: Viewer,
    conversation: Option<ConversationId>,
    filter: MessageFilter,
) -> Result<i64> {
    let filter = folded(filter)?;
    let window = Window { after: None, before: None, limit: 0, from_end: false };
    let mut walk = Walk::begin(app, viewer, conversation, filter, window).await?;
    if walk.needle.is_some() {
        return Ok(i64::try_from(walk.count().await?).unwrap_or(i64::MAX));
    }
    let ids: Vec<_> = walk.conversations.iter().map(|(id, ..)| *id).collect();
    Ok(messages::count(&mut walk.conn, &ids, &walk.filter).await?)
}

/// A walk through the messages of many conversations in order of sending, from the newest
/// down or from the oldest up.
struct Walk {
    conn: Conn,
    viewer: Viewer,
    /// Everything but the words.
    filter: MessageFilter,
    needle: Option<String>,
    /// How many messages the words were looked for in.
    searched: usize,
    upwards: bool,
    low: Option<Place>,
    high: Option<Place>,
    /// In the order in which they can hold the next message.
    conversations: Vec<conversations::Span>,
}

impl Walk {
    async fn begin(
        app: &App,
        viewer: Viewer,
        only: Option<ConversationId>,
        mut filter: MessageFilter,
        window: Window<Place>,
    ) -> Result<Self> {
        let mut conn = app.store.conn().await?;
        let mut conversations = conversations::list_spans(&mut conn, viewer.id(), only).await?;
        let upwards = window.from_end;
        if upwards {
            conversations.sort_unstable_by_key(|(_, created_at, _)| *created_at);
        } else {
            conversations.sort_unstable_by_key(|(.., active_at)| std::cmp::Reverse(*active_at));
        }
        // The list is newest first: what comes after a place in it was sent before.
        let Window { after: high, before: low, .. } = window;
        let needle = filter.body_contains.take();
        Ok(Self { conn, viewer, filter, needle, searched: 0, upwards, low, high, conversations })
    }

    /// The next messages that the filter lets through, at most so many.
    async fn take(&mut self, wanted: usize) -> Result<Vec<Message>> {
        if self.needle.is_none() {
            return self.step(wanted).await;
        }
        let mut found = Vec::new();
        while found.len() < wanted {
            let Some(fitting) = self.search().await? else { break };
            found.extend(fitting);
        }
        found.truncate(wanted);
        Ok(found)
    }

    /// How many messages the words are found in.
    async fn count(&mut self) -> Result<usize> {
        let mut count = 0;
        while let Some(fitting) = self.search().await? {
            count += fitting.len();
        }
        Ok(count)
    }

    /// Those of the next messages that the words are in; `None` at the end of the search.
    async fn search(&mut self) -> Result<Option<Vec<Message>>> {
        let step = self.step(SEARCH_STEP.min(SEARCHED_MAX - self.searched)).await?;
        let Some(last) = step.last() else { return Ok(None) };
        self.searched += step.len();
        let last = Some(place(last));
        if self.upwards {
            self.low = last;
        } else {
            self.high = last;
        }
        let needle = self.needle.as_deref().unwrap_or_default();
        let fits = |message: &Message| fold(&message.body).contains(needle);
        Ok(Some(step.into_iter().filter(fits).collect()))
    }

    /// The next messages whatever their words: the places from a few conversations at a
    /// time, until no further conversation can hold an earlier one; then the messages.
    async fn step(&mut self, wanted: usize) -> Result<Vec<Message>> {
        let mut best: Vec<Place> = Vec::new();
        let end = |place: Option<Place>| place.map_or(End::Open, End::Place);
        let between = Between {
            low: end(self.low),
            high: end(self.high),
            newest_first: !self.upwards,
            limit: i64::try_from(wanted).unwrap_or(i64::MAX),
        };
        let viewer = self.viewer.id();
        for few in self.conversations.chunks(CONVERSATIONS_STEP) {
            let (_, created_at, active_at) = few[0];
            let is_settled = best.get(wanted.saturating_sub(1)).is_some_and(|(sent_at, ..)| {
                if self.upwards { created_at > *sent_at } else { active_at < *sent_at }
            });
            if is_settled {
                break;
            }
            let ids: Vec<_> = few.iter().map(|(id, ..)| *id).collect();
            let (conn, filter) = (&mut self.conn, &self.filter);
            best.extend(messages::list_places_of_each(conn, viewer, &ids, filter, between).await?);
            best.sort_unstable_by(|a, b| if self.upwards { a.cmp(b) } else { b.cmp(a) });
            best.truncate(wanted);
        }
        let keys: Vec<_> = best.iter().map(|(_, id, seq)| (*id, *seq)).collect();
        let mut found = messages::find_by_seqs(&mut self.conn, viewer, &keys).await?;
        found.sort_unstable_by(|a, b| {
            if self.upwards { place(a).cmp(&place(b)) } else { place(b).cmp(&place(a)) }
        });
        Ok(found)
    }
}
