//! All permissions. A [`Viewer`] comes from authentication alone, a [`Member`] from here
//! alone; functions that need the right take the proof, so that a check cannot be
//! forgotten. Who may not see a thing gets the same answer as if it were not there.

use super::{Error, Result, conversations::ConversationView};
use crate::{
    ids::{ConversationId, SessionId, UserId},
    store::{
        Conn,
        accounts::Role,
        conversations::{self, Conversation, Kind},
        members::{self, MemberRole},
        messages::Message,
    },
    time::Timestamp,
};

/// Who asks: a person with a living session, or who has just proved their password. Only
/// `sessions` makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    id: UserId,
    session: SessionId,
    role: Role,
    expires_at: Timestamp,
}

impl Viewer {
    pub(super) fn new(id: UserId, session: SessionId, role: Role, expires_at: Timestamp) -> Self {
        Self { id, session, role, expires_at }
    }

    /// Their user id.
    pub fn id(&self) -> UserId {
        self.id
    }

    /// The session they ask through.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// When the access token that they showed ends.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// What they are to the whole server.
    pub(super) fn role(&self) -> Role {
        self.role
    }

    /// Administrators manage users.
    pub(super) fn must_be_admin(&self) -> Result<()> {
        if self.is_admin() {
            return Ok(());
        }
        Err(Error::Forbidden("only an administrator may do this"))
    }

    /// Whether they are an administrator.
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }

    /// A profile is written by the person and by administrators.
    pub(super) fn may_write_profile_of(&self, user: UserId) -> Result<()> {
        if self.id == user { Ok(()) } else { self.must_be_admin() }
    }

    /// What one person may become by somebody's word: only administrators make
    /// administrators, and those who were one something else.
    pub(super) fn may_change_role(&self, from: Role, to: Role) -> Result<()> {
        if from == Role::Admin || to == Role::Admin { self.must_be_admin() } else { Ok(()) }
    }

    /// Contact details are for the person and for administrators.
    pub fn may_see_contacts_of(&self, user: UserId) -> bool {
        self.id == user || self.is_admin()
    }
}

/// What a person is to a conversation, for a face that tells outsiders that it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Footing {
    /// They take part in it.
    Member,
    /// It is there, and not theirs.
    Outsider,
    /// It is not there, or not any more.
    Unknown,
}

/// For whom something is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A person: what they may see now.
    Person(Viewer),
    /// All who take part in a conversation, alike: what does not depend on which of them.
    Participants(Audience),
    /// A person who is out: what they could see until then.
    Former(Former),
}

/// All who take part in a conversation. Only who follows it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Audience(ConversationId);

impl Audience {
    pub(super) fn of(conversation: ConversationId) -> Self {
        Self(conversation)
    }

    /// Of which conversation.
    pub(super) fn conversation(self) -> ConversationId {
        self.0
    }
}

/// Somebody who took part in a conversation up to an event. Only who follows it becomes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Former {
    pub(super) conversation: ConversationId,
    pub(super) until: i64,
}

/// The right to act in a conversation, whose row is locked. Only this file makes one.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) conversation: Conversation,
    pub(super) member: members::Member,
}

/// Locks a conversation and only then looks whether the viewer is in it, so that who was
/// removed a moment ago is seen as removed.
pub(super) async fn lock(tx: &mut Conn, viewer: Viewer, id: ConversationId) -> Result<Member> {
    let missing = || Error::NotFound("conversation");
    let conversation = conversations::lock(tx, &[id]).await?.pop().ok_or_else(missing)?;
    let member = members::list_present(tx, id, &[viewer.id]).await?.pop();
    Ok(Member { conversation, member: member.ok_or_else(missing)? })
}

/// A conversation as the viewer sees it, if they take part in it.
pub(super) async fn view(
    conn: &mut Conn,
    viewer: Viewer,
    id: ConversationId,
) -> Result<ConversationView> {
    let found = conversations::find_many_with_member(conn, &[id], viewer.id).await?.pop();
    let (conversation, member) = found.ok_or(Error::NotFound("conversation"))?;
    Ok(ConversationView { conversation, member: Some(member) })
}

/// What the viewer is to a conversation.
pub(super) async fn footing(
    conn: &mut Conn,
    viewer: Viewer,
    id: ConversationId,
) -> Result<Footing> {
    if !conversations::find_many_with_member(conn, &[id], viewer.id).await?.is_empty() {
        return Ok(Footing::Member);
    }
    let found = conversations::find(conn, id).await?;
    let is_there = found.is_some_and(|conversation| conversation.deleted_at.is_none());
    Ok(if is_there { Footing::Outsider } else { Footing::Unknown })
}

impl Member {
    fn role(&self) -> MemberRole {
        self.member.role
    }

    fn must_be_in_group(&self, what: &str) -> Result<()> {
        match self.conversation.kind {
            Kind::Group => Ok(()),
            Kind::Direct => {
                Err(Error::Conflict(format!("a direct conversation has no {what} to change")))
            }
        }
    }

    /// Owners and administrators set the title.
    pub(super) fn may_rename(&self) -> Result<()> {
        self.must_be_in_group("title")?;
        self.must_lead("only an owner or an admin of the conversation may change its title")
    }

    /// Owners and administrators let people in.
    pub(super) fn may_add(&self) -> Result<()> {
        self.must_be_in_group("members")?;
        self.must_lead("only an owner or an admin of the conversation may add people")
    }

    /// Owners remove anybody, administrators those without a role.
    pub(super) fn may_remove(&self, other: MemberRole) -> Result<()> {
        self.must_be_in_group("members")?;
        match (self.role(), other) {
            (MemberRole::Owner, _) | (MemberRole::Admin, MemberRole::Member) => Ok(()),
            (MemberRole::Admin, MemberRole::Owner | MemberRole::Admin) => {
                Err(Error::Forbidden("only an owner of the conversation may remove its leaders"))
            }
            (MemberRole::Member, _) => {
                Err(Error::Forbidden("only an owner or an admin may remove people"))
            }
        }
    }

    /// Anybody leaves a group; nobody leaves a direct conversation.
    pub(super) fn may_leave(&self) -> Result<()> {
        self.must_be_in_group("members")
    }

    /// Owners hand out roles.
    pub(super) fn may_set_roles(&self) -> Result<()> {
        self.must_be_in_group("roles")?;
        self.must_own("only an owner of the conversation may change roles")
    }

    /// Owners end a group; a direct conversation stays.
    pub(super) fn may_delete(&self) -> Result<()> {
        if self.conversation.kind == Kind::Direct {
            return Err(Error::Conflict("a direct conversation cannot be deleted".to_owned()));
        }
        self.must_own("only an owner may delete a conversation")
    }

    /// Nobody edits another's words.
    pub(super) fn may_edit(&self, message: &Message) -> Result<()> {
        if message.sender_id == self.member.user_id {
            return Ok(());
        }
        Err(Error::Forbidden("only the sender may edit a message"))
    }

    /// Where only the sender deletes, as over REST.
    pub(super) fn may_delete_own(&self, message: &Message) -> Result<()> {
        if message.sender_id == self.member.user_id {
            return Ok(());
        }
        Err(Error::Forbidden("only the sender may delete a message"))
    }

    /// The sender, and in a group its leaders.
    pub(super) fn may_delete_message(&self, message: &Message) -> Result<()> {
        if message.sender_id == self.member.user_id {
            return Ok(());
        }
        self.must_lead("only the sender, or an owner or admin, may delete a message")
    }

    fn must_own(&self, otherwise: &'static str) -> Result<()> {
        match self.role() {
            MemberRole::Owner => Ok(()),
            MemberRole::Admin | MemberRole::Member => Err(Error::Forbidden(otherwise)),
        }
    }

    fn must_lead(&self, otherwise: &'static str) -> Result<()> {
        match self.role() {
            MemberRole::Owner | MemberRole::Admin => Ok(()),
            MemberRole::Member => Err(Error::Forbidden(otherwise)),
        }
    }
}
