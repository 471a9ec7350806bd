//! How somebody goes whose account ends: out of all their groups in one transaction, with
//! statements for many groups at a time. Each departure is an event under its group's lock.

use std::collections::HashMap;

use super::{
    Result,
    conversations::Conversation,
    log::{self, Event},
    members::MemberRole,
};
use crate::{
    ids::{ConversationId, UserId},
    store::{
        Conn,
        changes::{self, ChangeKind},
        conversations, members,
    },
    time::Timestamp,
};

/// How many groups are left with the same statements.
const TOGETHER: usize = 256;

/// Takes a person out of every group they are in. Where they were the last owner, the
/// longest-standing admin, else member, becomes one. Answers the conversations, for telling
/// after the commit.
pub(super) async fn leave_all_groups(
    tx: &mut Conn,
    person: UserId,
    at: Timestamp,
) -> Result<Vec<Conversation>> {
    let mine = members::list_groups_of_user(tx, person).await?;
    let mut left = Vec::with_capacity(mine.len());
    // In id order from one to the next, as everybody takes these locks.
    for ids in mine.chunks(TOGETHER) {
        left.extend(leave(tx, ids, person, at).await?);
    }
    Ok(left)
}

/// Leaves these groups.
async fn leave(
    tx: &mut Conn,
    ids: &[ConversationId],
    person: UserId,
    at: Timestamp,
) -> Result<Vec<Conversation>> {
    let mut groups = conversations::lock(tx, ids).await?;
    // They may have been taken out of some before these were locked.
    let who: Vec<_> = groups.iter().map(|group| (group.id, person)).collect();
    let present = members::list_who_present(tx, &who).await?;
    groups.retain(|group| present.contains(&(group.id, person)));
    if groups.is_empty() {
        return Ok(groups);
    }
    let ids: Vec<_> = groups.iter().map(|group| group.id).collect();
    let heirs = heirs(tx, &ids, person).await?;
    let mut events = Vec::with_capacity(ids.len() + heirs.len());
    for group in &mut groups {
        if let Some(heir) = heirs.get(&group.id) {
            let owner = Some(MemberRole::Owner.word());
            let event = Event::of_person(ChangeKind::Role, *heir, owner);
            events.push(log::numbered(group, person, at, event));
        }
        let event = Event::of_person(ChangeKind::Left, person, None);
        events.push(log::numbered(group, person, at, event));
    }
    changes::insert_many(tx, events).await?;
    let (inherited, plain): (Vec<_>, Vec<_>) = ids.iter().partition(|id| heirs.contains_key(id));
    for (ids, events) in [(plain, 1), (inherited, 2)] {
        if !ids.is_empty() {
            conversations::add_changes(tx, &ids, events).await?;
        }
    }
    if !heirs.is_empty() {
        let heirs: Vec<_> = heirs.into_iter().collect();
        members::update_roles(tx, &heirs, MemberRole::Owner).await?;
    }
    // Their departure is the newest event of each.
    members::update_left_by_newest(tx, &ids, person, at).await?;
    Ok(groups)
}

/// Who becomes the owner of those of these groups that have none beside this person.
async fn heirs(
    tx: &mut Conn,
    ids: &[ConversationId],
    person: UserId,
) -> Result<HashMap<ConversationId, UserId>> {
    let mut firsts: HashMap<ConversationId, HashMap<MemberRole, i64>> = HashMap::new();
    for (id, role, joined) in members::list_firsts_beside(tx, person, ids).await? {
        let of_role = firsts.entry(id).or_default();
        of_role.extend(joined.map(|joined| (role, joined)));
    }
    let mut joined = Vec::new();
    for (id, first) in firsts {
        if !first.contains_key(&MemberRole::Owner) {
            let heir = first.get(&MemberRole::Admin).or_else(|| first.get(&MemberRole::Member));
            joined.extend(heir.map(|joined| (id, *joined)));
        }
    }
    if joined.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(members::list_who_joined(tx, &joined).await?.into_iter().collect())
}
