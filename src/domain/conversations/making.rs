//! Beginning a conversation: a direct one with a person, or a group.

use scoped_futures::ScopedFutureExt;
use sha2::{Digest, Sha256};

use crate::{
    domain::{
        App, Error, Result, Viewer, access,
        conversations::{Conversation, ConversationView, Kind, Written, check_title},
        log, members,
        messages::checked_body,
        writer::Draft,
    },
    ids::{ClientId, ConversationId, UserId},
    store::{
        Conn, StoreError,
        conversations::{self, NewConversation},
        members::MemberRole,
        messages,
    },
};

/// The most messages that a group begins with.
const FIRST_MAX: usize = 256;

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
