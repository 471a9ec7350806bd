//! Who is in a conversation: joining, leaving, roles.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};

use super::{Ask, accounts::User, conversations::ConversationPayload, error::Result};
use crate::{
    domain::{Error, accounts, members},
    ids::{ConversationId, UserId},
    time::Timestamp,
};

/// What a person may do in a conversation
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "members::MemberRole")]
pub(super) enum MemberRole {
    /// Everything
    Owner,
    /// Adds people, removes MEMBERs, sets the title, deletes messages
    Admin,
    /// Sends, leaves, edits and deletes their own messages
    Member,
}

/// A person's place in a conversation; who it is, if that was read with it
pub(super) struct Member(pub(super) members::Member, pub(super) Option<accounts::User>);

/// A person's place in a conversation
#[Object]
impl Member {
    /// The person
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        let user = match &self.1 {
            Some(user) => Some(user.clone()),
            None => ctx.load()?.load_one(self.0.user_id).await?,
        };
        Ok(user.ok_or(Error::NotFound("user"))?.into())
    }

    /// What they may do
    async fn role(&self) -> MemberRole {
        self.0.role.into()
    }

    /// When they came in last
    async fn joined_at(&self) -> Timestamp {
        self.0.joined_at
    }

    /// The number of the newest message they have read
    async fn read_seq(&self) -> i64 {
        self.0.read_seq
    }
}

/// Who comes into which group
#[derive(InputObject)]
struct AddParticipantsInput {
    /// The group
    conversation_id: ConversationId,
    /// 1 to 100; those already in are no error
    user_ids: Vec<UserId>,
}

/// Who is taken out of which group
#[derive(InputObject)]
struct RemoveParticipantInput {
    /// The group
    conversation_id: ConversationId,
    /// Somebody else; for oneself there is leaveConversation
    user_id: UserId,
}

/// Which group the viewer leaves
#[derive(InputObject)]
struct LeaveConversationInput {
    /// The group
    conversation_id: ConversationId,
}

/// Who may do what in which group
#[derive(InputObject)]
struct SetMemberRoleInput {
    /// The group
    conversation_id: ConversationId,
    /// Somebody in it
    user_id: UserId,
    /// What they may do from now on
    role: MemberRole,
}

/// Which group the viewer has left
#[derive(SimpleObject)]
struct LeaveConversationPayload {
    /// Its id
    conversation_id: ConversationId,
    /// The number of the event by which they left: the last that they may see
    event_seq: i64,
}

#[derive(Default)]
pub(super) struct MemberMutations;

#[Object]
impl MemberMutations {
    /// Lets people into a group, as MEMBERs; for its OWNERs and ADMINs
    async fn add_participants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who comes into which group")] input: AddParticipantsInput,
    ) -> Result<ConversationPayload> {
        let AddParticipantsInput { conversation_id, user_ids } = input;
        Ok(members::add(ctx.app()?, ctx.viewer()?, conversation_id, user_ids).await?.into())
    }

    /// Takes somebody else out of a group; OWNERs anybody, ADMINs MEMBERs
    async fn remove_participant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is taken out of which group")] input: RemoveParticipantInput,
    ) -> Result<ConversationPayload> {
        let RemoveParticipantInput { conversation_id, user_id } = input;
        Ok(members::remove(ctx.app()?, ctx.viewer()?, conversation_id, user_id).await?.into())
    }

    /// Takes the viewer out of a group; the last OWNER first makes another one
    async fn leave_conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which group")] input: LeaveConversationInput,
    ) -> Result<LeaveConversationPayload> {
        let LeaveConversationInput { conversation_id } = input;
        let event_seq = members::leave(ctx.app()?, ctx.viewer()?, conversation_id).await?;
        Ok(LeaveConversationPayload { conversation_id, event_seq })
    }

    /// Gives a member of a group another role; for its OWNERs
    async fn set_member_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who may do what in which group")] input: SetMemberRoleInput,
    ) -> Result<ConversationPayload> {
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let SetMemberRoleInput { conversation_id, user_id, role } = input;
        let set = members::set_role(app, viewer, conversation_id, user_id, role.into());
        Ok(set.await?.into())
    }
}
