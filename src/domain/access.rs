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

/// Who asks: a person with a living session. Only `sessions::authenticate` makes one.
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

    /// Administrators manage users.
    pub(super) fn must_be_admin(&self) -> Result<()> {
        match self.role {
            Role::Admin => Ok(()),
            Role::Guest | Role::Host => Err(Error::Forbidden("only an administrator may do this")),
        }
    }

    /// Contact details are for the person and for administrators.
    pub fn may_see_contacts_of(&self, user: UserId) -> bool {
        self.id == user || self.role == Role::Admin
    }
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
    let member = members::list_present(tx, &[id], &[viewer.id]).await?.pop();
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
    Ok(ConversationView { conversation, member })
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
