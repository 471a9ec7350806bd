//! Who is in a conversation: joining, leaving, roles.

pub use crate::store::members::{Member, MemberRole};
use std::collections::{HashMap, HashSet};

use scoped_futures::ScopedFutureExt;

use crate::{
    domain::{
        App, Error, Page, Result, Viewer, Window, access,
        conversations::{Conversation, ConversationView, Written},
        log::{self, Event},
        page::{one_more, pages},
    },
    ids::{ConversationId, UserId},
    store::{
        Conn,
        accounts::{self, User},
        changes::ChangeKind,
        members,
    },
    time::Timestamp,
};

/// The most members of a group.
pub const MEMBERS_MAX: usize = 1_000;

/// The most people added by one request.
const ADD_MAX: usize = 100;

/// What `participants` shows of each conversation without paging.
pub const SHOWN: Window<i64> = Window { after: None, before: None, limit: 100, from_end: false };

/// The same window of the members of each of these conversations, in join order, with who
/// they are, as far as the viewer takes part in them.
pub async fn list_of_each(
    app: &App,
    viewer: Viewer,
    conversations: &[ConversationId],
    window: Window<i64>,
) -> Result<HashMap<ConversationId, Page<(Member, User)>>> {
    let (mut conn, wide) = (app.store.conn().await?, one_more(&window));
    let rows = members::list_of_each(&mut conn, viewer.id(), conversations, wide).await?;
    Ok(pages(conversations, rows, &window, |(member, _)| member.conversation_id))
}

/// How many people are in a conversation that the viewer was shown.
pub async fn count(app: &App, view: &ConversationView) -> Result<i64> {
    Ok(members::count(&mut app.store.conn().await?, view.conversation.id).await?)
}

/// All of these people have a living account, and keep it until the transaction ends.
pub(super) async fn must_be_active(
    tx: &mut Conn,
    field: &'static str,
    people: &[UserId],
) -> Result<()> {
    let active = accounts::lock_active(tx, people).await?;
    match people.iter().find(|id| !active.contains(id)) {
        Some(id) => Err(Error::invalid(field, format!("there is no user {id}"))),
        None => Ok(()),
    }
}

/// Lets a person into a locked conversation; they start with everything read.
pub(super) async fn join(
    tx: &mut Conn,
    conversation: &mut Conversation,
    actor: UserId,
    person: UserId,
    role: MemberRole,
    at: Timestamp,
) -> Result<()> {
    let event = Event::of_person(ChangeKind::Joined, person, Some(role.word()));
    let joined_event_seq = log::append(tx, conversation, actor, at, event).await?;
    let member = Member {
        conversation_id: conversation.id,
        user_id: person,
        role,
        joined_at: at,
        joined_event_seq,
        read_seq: conversation.message_seq,
        left_at: None,
        left_event_seq: None,
    };
    Ok(members::insert_or_rejoin(tx, &member).await?)
}

/// Takes a person out of a locked conversation.
async fn part(
    tx: &mut Conn,
    conversation: &mut Conversation,
    actor: UserId,
    person: UserId,
    at: Timestamp,
) -> Result<()> {
    let event = Event::of_person(ChangeKind::Left, person, None);
    let event_seq = log::append(tx, conversation, actor, at, event).await?;
    Ok(members::update_left(tx, conversation.id, person, at, event_seq).await?)
}

/// Lets people into a group; those already in are no error.
pub async fn add(
    app: &App,
    viewer: Viewer,
    id: ConversationId,
    mut people: Vec<UserId>,
) -> Result<Written> {
    app.limits.write(viewer.id())?;
    if people.is_empty() || people.len() > ADD_MAX {
        return Err(Error::invalid("userIds", format!("must be 1 to {ADD_MAX} people")));
    }
    people.sort_unstable();
    people.dedup();
    let people = &people;
    let (written, new) = app
        .store
        .transaction(|tx| {
            async move {
                let mut member = access::lock(tx, viewer, id).await?;
                member.may_add()?;
                must_be_active(tx, "userIds", people).await?;
                let present = members::list_present(tx, id, people).await?;
                let is_in =
                    |person: &&UserId| present.iter().any(|member| member.user_id == **person);
                let new: Vec<UserId> = people.iter().filter(|id| !is_in(id)).copied().collect();
                let count = usize::try_from(members::count(tx, id).await?).unwrap_or(usize::MAX);
                if count.saturating_add(new.len()) > MEMBERS_MAX {
                    let problem = format!("a group has at most {MEMBERS_MAX} members");
                    return Err(Error::invalid("userIds", problem));
                }
                let (conversation, now) = (&mut member.conversation, app.clock.now());
                for person in &new {
                    join(tx, conversation, viewer.id(), *person, MemberRole::Member, now).await?;
                }
                if !new.is_empty() {
                    log::save(tx, conversation).await?;
                }
                let event_seq = conversation.event_seq;
                let view = access::view(tx, viewer, id).await?;
                Ok((Written { view, event_seq }, new))
            }
            .scope_boxed()
        })
        .await?;
    if !new.is_empty() {
        log::tell_of(&app.live, &written.view.conversation, &new);
    }
    Ok(written)
}

/// Makes the members of a group exactly these and the viewer: who comes is an owner. Who
/// stays keeps their role, though their account may be locked by now.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] to who is no owner, [`Error::Conflict`] of a
/// direct conversation, [`Error::Invalid`] of fewer than two people, too many, or who is gone.
pub async fn replace(
    app: &App,
    viewer: Viewer,
    id: ConversationId,
    people: Vec<UserId>,
) -> Result<ConversationView> {
    app.limits.write(viewer.id())?;
    let people = &with_first(viewer.id(), people)?;
    let (view, moved) = app
        .store
        .transaction(|tx| {
            async move {
                let mut member = access::lock(tx, viewer, id).await?;
                member.may_add()?;
                member.may_remove(MemberRole::Owner)?;
                if people.len() < 2 {
                    let problem = "must be at least one person beside yourself";
                    return Err(Error::invalid("participantIds", problem));
                }
                let present = members::list_all_present(tx, id).await?;
                let present: Vec<UserId> = present.iter().map(|member| member.user_id).collect();
                let new = beside(people, &present);
                let gone = beside(&present, people);
                must_be_active(tx, "participantIds", &new).await?;
                let (conversation, now) = (&mut member.conversation, app.clock.now());
                // Who goes does not see who comes.
                for person in &gone {
                    part(tx, conversation, viewer.id(), *person, now).await?;
                }
                for person in &new {
                    join(tx, conversation, viewer.id(), *person, MemberRole::Owner, now).await?;
                }
                let moved = [gone, new].concat();
                if !moved.is_empty() {
                    log::save(tx, conversation).await?;
                }
                Ok::<_, Error>((access::view(tx, viewer, id).await?, moved))
            }
            .scope_boxed()
        })
        .await?;
    if !moved.is_empty() {
        log::tell_of(&app.live, &view.conversation, &moved);
    }
    Ok(view)
}

/// These people, each once, after the first; no more than a group holds.
pub(super) fn with_first(first: UserId, others: Vec<UserId>) -> Result<Vec<UserId>> {
    let mut seen = HashSet::from([first]);
    let mut people = vec![first];
    people.extend(others.into_iter().filter(|other| seen.insert(*other)));
    if people.len() > MEMBERS_MAX {
        let problem = format!("a group has at most {MEMBERS_MAX} members");
        return Err(Error::invalid("participantIds", problem));
    }
    Ok(people)
}

/// Those of the one who are not among the other, in their order.
fn beside(one: &[UserId], other: &[UserId]) -> Vec<UserId> {
    let other: HashSet<_> = other.iter().collect();
    one.iter().filter(|id| !other.contains(id)).copied().collect()
}

/// Takes somebody else out of a group.
pub async fn remove(
    app: &App,
    viewer: Viewer,
    id: ConversationId,
    person: UserId,
) -> Result<Written> {
    app.limits.write(viewer.id())?;
    if person == viewer.id() {
        return Err(Error::invalid("userId", "is yourself: use leaveConversation"));
    }
    let written = app
        .store
        .transaction(|tx| {
            async move {
                let mut member = access::lock(tx, viewer, id).await?;
                let other = present(tx, id, person, member.may_remove(MemberRole::Member)).await?;
                member.may_remove(other.role)?;
                let conversation = &mut member.conversation;
                part(tx, conversation, viewer.id(), person, app.clock.now()).await?;
                log::save(tx, conversation).await?;
                let event_seq = conversation.event_seq;
                let view = access::view(tx, viewer, id).await?;
                Ok::<_, Error>(Written { view, event_seq })
            }
            .scope_boxed()
        })
        .await?;
    log::tell_of(&app.live, &written.view.conversation, &[person]);
    Ok(written)
}

/// A present member other than the viewer. What the viewer may not do at all is said
/// before whether the other is there.
async fn present(
    tx: &mut Conn,
    id: ConversationId,
    person: UserId,
    allowed: Result<()>,
) -> Result<Member> {
    allowed?;
    let member = members::list_present(tx, id, &[person]).await?.pop();
    member.ok_or(Error::NotFound("member"))
}

/// Takes the viewer out of a group; answers the number of that event. The last owner
/// first makes another one, unless nobody else is in.
pub async fn leave(app: &App, viewer: Viewer, id: ConversationId) -> Result<i64> {
    app.limits.write(viewer.id())?;
    let conversation = app
        .store
        .transaction(|tx| {
            async move {
                let mut member = access::lock(tx, viewer, id).await?;
                member.may_leave()?;
                let everybody = members::list_all_present(tx, id).await?;
                if everybody.len() > 1 && !has_owner_beside(&everybody, viewer.id()) {
                    let problem = "you are the last owner: make somebody else OWNER first";
                    return Err(Error::Conflict(problem.to_owned()));
                }
                let conversation = &mut member.conversation;
                part(tx, conversation, viewer.id(), viewer.id(), app.clock.now()).await?;
                log::save(tx, conversation).await?;
                Ok(member.conversation)
            }
            .scope_boxed()
        })
        .await?;
    log::tell_of(&app.live, &conversation, &[viewer.id()]);
    Ok(conversation.event_seq)
}

fn has_owner_beside(everybody: &[Member], person: UserId) -> bool {
    everybody.iter().any(|other| other.user_id != person && other.role == MemberRole::Owner)
}

/// Gives a member of a group another role. The same role again is no event.
pub async fn set_role(
    app: &App,
    viewer: Viewer,
    id: ConversationId,
    person: UserId,
    role: MemberRole,
) -> Result<Written> {
    app.limits.write(viewer.id())?;
    let (written, is_new) = app
        .store
        .transaction(|tx| {
            async move {
                let mut member = access::lock(tx, viewer, id).await?;
                let other = present(tx, id, person, member.may_set_roles()).await?;
                let is_new = other.role != role;
                if is_new {
                    let everybody = members::list_all_present(tx, id).await?;
                    if other.role == MemberRole::Owner && !has_owner_beside(&everybody, person) {
                        let problem = "this is the last owner: make somebody else OWNER first";
                        return Err(Error::Conflict(problem.to_owned()));
                    }
                    let now = app.clock.now();
                    promote(tx, &mut member.conversation, viewer.id(), person, role, now).await?;
                    log::save(tx, &member.conversation).await?;
                }
                let event_seq = member.conversation.event_seq;
                let view = access::view(tx, viewer, id).await?;
                Ok((Written { view, event_seq }, is_new))
            }
            .scope_boxed()
        })
        .await?;
    if is_new {
        log::tell(&app.live, &written.view.conversation);
    }
    Ok(written)
}

async fn promote(
    tx: &mut Conn,
    conversation: &mut Conversation,
    actor: UserId,
    person: UserId,
    role: MemberRole,
    at: Timestamp,
) -> Result<()> {
    let event = Event::of_person(ChangeKind::Role, person, Some(role.word()));
    log::append(tx, conversation, actor, at, event).await?;
    Ok(members::update_role(tx, conversation.id, person, role).await?)
}
