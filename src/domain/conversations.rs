//! Conversations: direct ones, groups, and the lists of them.

use sha2::{Digest, Sha256};

pub use crate::store::conversations::{Conversation, ConversationFilter, Kind, Place, SortBy};
use scoped_futures::ScopedFutureExt;

use crate::{
    domain::{
        App, Error, Page, Result, Viewer, Window,
        access::{self, Footing, Reader},
        log::{self, Event},
        members,
        messages::checked_body,
        page::one_more,
        text,
        writer::Draft,
    },
    ids::{ClientId, ConversationId, UserId},
    store::{
        Conn, StoreError,
        changes::ChangeKind,
        conversations::{self, NewConversation},
        events,
        members::{Member, MemberRole},
        messages,
    },
};

/// The longest title, in characters.
const TITLE_MAX: usize = 200;

/// The most messages that a group begins with.
const FIRST_MAX: usize = 256;

/// A conversation as one of its members sees it.
#[derive(Clone, Debug)]
pub struct ConversationView {
    pub conversation: Conversation,
    /// The viewer's own place in it; none in what all participants are shown alike.
    pub member: Option<Member>,
}

/// What a mutation did to a conversation.
#[derive(Clone, Debug)]
pub struct Written {
    pub view: ConversationView,
    /// The number of the newest event that was written; the head if there was none.
    pub event_seq: i64,
}

/// How a list of conversations is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    ActivityDesc,
    CreatedDesc,
    CreatedAsc,
}

impl Order {
    fn sort_by(self) -> SortBy {
        match self {
            Self::ActivityDesc => SortBy::Activity,
            Self::CreatedDesc | Self::CreatedAsc => SortBy::Created,
        }
    }

    fn is_descending(self) -> bool {
        self != Self::CreatedAsc
    }

    /// The place of a conversation in a list of this order.
    pub fn place(self, conversation: &Conversation) -> Place {
        match self.sort_by() {
            SortBy::Activity => (conversation.last_activity_at, conversation.id),
            SortBy::Created => (conversation.created_at, conversation.id),
        }
    }
}

/// The conversation with this id, if the viewer takes part in it.
///
/// # Errors
/// [`Error::NotFound`], whether it does not exist or is not theirs.
pub async fn find(app: &App, viewer: Viewer, id: ConversationId) -> Result<ConversationView> {
    access::view(&mut app.store.conn().await?, viewer, id).await
}

/// What the viewer is to the conversation with this id, for a face that tells outsiders that
/// it is there.
pub async fn footing(app: &App, viewer: Viewer, id: ConversationId) -> Result<Footing> {
    access::footing(&mut app.store.conn().await?, viewer, id).await
}

/// Those of these conversations that the viewer takes part in, in no order.
pub async fn find_many(
    app: &App,
    reader: Reader,
    ids: &[ConversationId],
) -> Result<Vec<ConversationView>> {
    let alike = |conversation| ConversationView { conversation, member: None };
    match reader {
        Reader::Person(viewer) => {
            let pairs = ids.iter().map(|id| (*id, viewer.id())).collect();
            let found = app.reads.memberships.find(pairs).await?;
            let view =
                |(conversation, member)| ConversationView { conversation, member: Some(member) };
            Ok(found.into_values().map(view).collect())
        }
        Reader::Participants(audience) => {
            let own = Some(audience.conversation()).filter(|id| ids.contains(id));
            let Some(id) = own else { return Ok(Vec::new()) };
            let found = conversations::find(&mut app.store.conn().await?, id).await?;
            Ok(found.into_iter().map(alike).collect())
        }
        Reader::Former(former) => {
            let own = Some(former.conversation).filter(|id| ids.contains(id));
            let Some(id) = own else { return Ok(Vec::new()) };
            let found = as_it_was(&mut app.store.conn().await?, id, former.until).await?;
            Ok(found.into_iter().map(alike).collect())
        }
    }
}

/// A conversation as far as it is known to somebody who left by the event `until`. What has
/// changed since then and was not kept is left out.
async fn as_it_was(
    conn: &mut Conn,
    id: ConversationId,
    until: i64,
) -> Result<Option<Conversation>> {
    let Some(now) = conversations::find(conn, id).await? else { return Ok(None) };
    let title = match events::find_title_at(conn, id, until).await? {
        Some(title) => title,
        None if events::is_renamed_after(conn, id, until).await? => None,
        None => now.title,
    };
    let message_seq = events::find_message_seq_at(conn, id, until).await?;
    let last = messages::list_by_seqs(conn, id, &[message_seq]).await?.pop();
    Ok(Some(Conversation {
        title,
        event_seq: until,
        message_seq,
        live_count: now.live_count.min(message_seq),
        last_activity_at: last.map_or(now.created_at, |message| message.sent_at),
        ..now
    }))
}

/// The viewer's conversations.
pub async fn list(
    app: &App,
    viewer: Viewer,
    filter: ConversationFilter,
    order: Order,
    window: Window<Place>,
) -> Result<Page<ConversationView>> {
    let filter = folded(filter)?;
    let mut wide = one_more(&window);
    if order.is_descending() {
        wide = wide.reversed();
    }
    let mut conn = app.store.conn().await?;
    let mut rows =
        conversations::list(&mut conn, viewer.id(), &filter, order.sort_by(), wide).await?;
    if order.is_descending() {
        rows.reverse();
    }
    let page = Page::cut(rows, &window);
    Ok(page.map(|(conversation, member)| ConversationView { conversation, member: Some(member) }))
}

/// How many of the viewer's conversations a filter lets through.
pub async fn count(app: &App, viewer: Viewer, filter: ConversationFilter) -> Result<i64> {
    let mut conn = app.store.conn().await?;
    Ok(conversations::count(&mut conn, viewer.id(), &folded(filter)?).await?)
}

fn folded(filter: ConversationFilter) -> Result<ConversationFilter> {
    let title_contains = text::needle("titleContains", filter.title_contains)?;
    Ok(ConversationFilter { title_contains, ..filter })
}

/// The one direct conversation of the viewer and another person, made if need be.
pub async fn start_direct(app: &App, viewer: Viewer, other: UserId) -> Result<Written> {
    app.limits.write(viewer.id())?;
    if other == viewer.id() {
        return Err(Error::invalid("userId", "must be another person"));
    }
    let (low, high) = if viewer.id() < other { (viewer.id(), other) } else { (other, viewer.id()) };
    let new = New {
        kind: Kind::Direct,
        title: None,
        direct_key: Some([*low.uuid().as_bytes(), *high.uuid().as_bytes()].concat()),
        client: None,
        people: vec![viewer.id(), other],
        role: MemberRole::Member,
        bodies: Vec::new(),
    };
    find_or_make(app, viewer, &new, "userId").await
}

/// Makes a group of the viewer and others. With a client's id a retry answers what the
/// first try has made.
pub async fn create(
    app: &App,
    viewer: Viewer,
    others: Vec<UserId>,
    title: Option<String>,
    client_id: Option<ClientId>,
) -> Result<Written> {
    app.limits.write(viewer.id())?;
    let title = check_title(title)?;
    let people = at_the_start(viewer, others)?;
    let client = client_id.map(|id| (id, hash_of_group(&people, title.as_deref())));
    let new = New { title, client, ..New::group(people, MemberRole::Member) };
    find_or_make(app, viewer, &new, "participantIds").await
}

/// Makes a group in which everybody is an owner, with first messages of the viewer. With a
/// client's id a retry answers what the first try has made.
///
/// # Errors
/// As [`create`]; of the messages all problems at once.
pub async fn create_open(
    app: &App,
    viewer: Viewer,
    others: Vec<UserId>,
    bodies: Vec<String>,
    client_id: Option<ClientId>,
) -> Result<ConversationView> {
    app.limits.write(viewer.id())?;
    let people = at_the_start(viewer, others)?;
    if bodies.len() > FIRST_MAX {
        let problem = format!("may be at most {FIRST_MAX} at the start");
        return Err(Error::invalid("messages", problem));
    }
    let checked = bodies.iter().map(|body| checked_body("messages", body));
    let (bodies, problems): (Vec<_>, Vec<_>) = checked.partition(std::result::Result::is_ok);
    let problems: Vec<_> = problems.into_iter().filter_map(std::result::Result::err).collect();
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let bodies: Vec<_> = bodies.into_iter().flatten().collect();
    let client = client_id.map(|id| (id, hash_open(&people, &bodies)));
    let new = New { client, bodies, ..New::group(people, MemberRole::Owner) };
    let made = find_or_make(app, viewer, &new, "participantIds").await;
    let made = if client_id.is_some() { made.map_err(Error::under_client_id) } else { made };
    Ok(made?.view)
}

/// The people of a new group: the viewer, and at least one other.
fn at_the_start(viewer: Viewer, others: Vec<UserId>) -> Result<Vec<UserId>> {
    let people = members::with_first(viewer.id(), others)?;
    if people.len() < 2 {
        let problem = "a group needs at least one other person at its start";
        return Err(Error::invalid("participantIds", problem));
    }
    Ok(people)
}

/// What a client's id of an open group stands for; never the same as that of another group.
fn hash_open(people: &[UserId], bodies: &[String]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(b"open");
    hash.update(hash_of_group(people, None));
    for body in bodies {
        hash.update(Sha256::digest(body.as_bytes()));
    }
    hash.finalize().to_vec()
}

/// What a client's id of a group stands for.
fn hash_of_group(people: &[UserId], title: Option<&str>) -> Vec<u8> {
    let mut people = people.to_vec();
    people.sort_unstable();
    let mut hash = Sha256::new();
    for id in people {
        hash.update(id.uuid().as_bytes());
    }
    hash.update(title.unwrap_or_default().as_bytes());
    hash.finalize().to_vec()
}

/// A conversation about to be made; its creator is the first of the people.
#[derive(Clone)]
struct New {
    kind: Kind,
    title: Option<String>,
    direct_key: Option<Vec<u8>>,
    client: Option<(ClientId, Vec<u8>)>,
    people: Vec<UserId>,
    /// What the others are in it; of a group the creator is an owner.
    role: MemberRole,
    /// What the creator says first.
    bodies: Vec<String>,
}

impl New {
    fn group(people: Vec<UserId>, role: MemberRole) -> Self {
        let (kind, bodies) = (Kind::Group, Vec::new());
        Self { kind, title: None, direct_key: None, client: None, people, role, bodies }
    }
}

/// Answers what there is already under the pair or the client's id, else makes it.
async fn find_or_make(
    app: &App,
    viewer: Viewer,
    new: &New,
    field: &'static str,
) -> Result<Written> {
    // The same may be asked for twice at once: who loses the race finds what was made.
    for _ in 0..2 {
        let made = app
            .store
            .transaction(|tx| {
                async move {
                    Ok(match find_made(tx, viewer, new).await? {
                        Some(id) => (access::view(tx, viewer, id).await?, false),
                        None => (make(app, tx, viewer, new, field).await?, true),
                    })
                }
                .scope_boxed()
            })
            .await;
        match made {
            Err(Error::Store(StoreError::Duplicate)) => {}
            made => {
                let (view, is_new) = made?;
                if is_new {
                    log::tell_of(&app.live, &view.conversation, &new.people);
                }
                return Ok(Written { event_seq: view.conversation.event_seq, view });
            }
        }
    }
    Err(Error::Internal("a new conversation kept colliding".to_owned()))
}

async fn find_made(tx: &mut Conn, viewer: Viewer, new: &New) -> Result<Option<ConversationId>> {
    if let Some(key) = &new.direct_key {
        return Ok(conversations::find_direct(tx, key).await?);
    }
    let Some((client_id, hash)) = &new.client else { return Ok(None) };
    match conversations::find_by_client_id(tx, viewer.id(), *client_id).await? {
        Some((_, kept)) if kept.as_ref() != Some(hash) => Err(Error::Conflict(
            "this clientConversationId was used for another group: make a new one".to_owned(),
        )),
        found => Ok(found.map(|(id, _)| id)),
    }
}

async fn make(
    app: &App,
    tx: &mut Conn,
    viewer: Viewer,
    new: &New,
    field: &'static str,
) -> Result<ConversationView> {
    let New { kind, title, direct_key, client, people, role, bodies } = new.clone();
    members::must_be_active(tx, field, &people).await?;
    let now = app.clock.now();
    let (client_conversation_id, client_hash) = client.unzip();
    let row = NewConversation {
        id: ConversationId::new(),
        kind,
        title: title.clone(),
        direct_key,
        created_by: viewer.id(),
        client_conversation_id,
        client_hash,
        created_at: now,
        message_seq: 0,
        event_seq: 0,
        live_count: 0,
        last_activity_at: now,
    };
    conversations::insert(tx, &row).await?;
    let mut conversation = Conversation {
        id: row.id,
        kind,
        title,
        created_by: viewer.id(),
        created_at: now,
        message_seq: 0,
        event_seq: 0,
        live_count: 0,
        last_activity_at: now,
        deleted_at: None,
    };
    for person in people {
        let is_founder = kind == Kind::Group && person == viewer.id();
        let role = if is_founder { MemberRole::Owner } else { role };
        members::join(tx, &mut conversation, viewer.id(), person, role, now).await?;
    }
    if !bodies.is_empty() {
        let say = |body| {
            let draft = Draft::new(conversation.id, viewer.id(), body);
            log::number(&mut conversation, &draft, None, now)
        };
        messages::insert_many(tx, &bodies.into_iter().map(say).collect::<Vec<_>>()).await?;
    }
    log::save(tx, &conversation).await?;
    access::view(tx, viewer, conversation.id).await
}

fn check_title(title: Option<String>) -> Result<Option<String>> {
    let title = title.map(|title| text::bounded("title", &title, 0, TITLE_MAX)).transpose();
    let title = title.map_err(|problem| Error::Invalid(vec![problem]))?;
    Ok(title.filter(|title| !title.is_empty()))
}

/// Gives a group another title (`Some(None)` takes it away), or changes nothing (`None`).
/// The same title again is no event.
pub async fn update(
    app: &App,
    viewer: Viewer,
    id: ConversationId,
    title: Option<Option<String>>,
) -> Result<Written> {
    app.limits.write(viewer.id())?;
    let title = &title.map(check_title).transpose()?;
    let (written, is_new) = app
        .store
        .transaction(|tx| {
            async move {
                let mut member = access::lock(tx, viewer, id).await?;
                member.may_rename()?;
                let conversation = &mut member.conversation;
                let new = title.as_ref().filter(|title| **title != conversation.title);
                if let Some(title) = new {
                    let event = Event::of_all(ChangeKind::Updated, title.as_deref());
                    log::append(tx, conversation, viewer.id(), app.clock.now(), event).await?;
                    conversations::update_title(tx, id, title.as_deref()).await?;
                    log::save(tx, conversation).await?;
                }
                let event_seq = conversation.event_seq;
                let view = access::view(tx, viewer, id).await?;
                Ok::<_, Error>((Written { view, event_seq }, new.is_some()))
            }
            .scope_boxed()
        })
        .await?;
    if is_new {
        log::tell(&app.live, &written.view.conversation);
    }
    Ok(written)
}

/// Ends a group for everybody; answers the number of its last event.
pub async fn delete(app: &App, viewer: Viewer, id: ConversationId) -> Result<i64> {
    app.limits.write(viewer.id())?;
    let conversation = app
        .store
        .transaction(|tx| {
            async move {
                let mut member = access::lock(tx, viewer, id).await?;
                member.may_delete()?;
                let (conversation, now) = (&mut member.conversation, app.clock.now());
                let event = Event::of_all(ChangeKind::Over, None);
                log::append(tx, conversation, viewer.id(), now, event).await?;
                log::save(tx, conversation).await?;
                conversations::update_deleted(tx, id, now).await?;
                Ok::<_, Error>(member.conversation)
            }
            .scope_boxed()
        })
        .await?;
    log::tell(&app.live, &conversation);
    Ok(conversation.event_seq)
}
