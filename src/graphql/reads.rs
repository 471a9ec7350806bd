//! How far people have read, and who is typing.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::{Ask, conversations::Conversation, error::Result};
use crate::{domain::reads, ids::ConversationId};

/// How far the viewer has read
#[derive(InputObject)]
struct MarkReadInput {
    /// A conversation that the viewer takes part in
    conversation_id: ConversationId,
    /// The number of a message; above messageSeq is `BAD_USER_INPUT`
    up_to_seq: i64,
}

/// Where the viewer is typing
#[derive(InputObject)]
struct SetTypingInput {
    /// A conversation that the viewer takes part in
    conversation_id: ConversationId,
    /// False says that the viewer has stopped
    #[graphql(default = true)]
    typing: bool,
}

/// The conversation with the new read position
#[derive(SimpleObject)]
struct MarkReadPayload {
    /// The conversation as it is now
    conversation: Conversation,
}

/// Where the viewer is typing
#[derive(SimpleObject)]
struct SetTypingPayload {
    /// The conversation's id
    conversation_id: ConversationId,
}

#[derive(Default)]
pub(super) struct ReadMutations;

#[Object]
impl ReadMutations {
    /// Moves forward only; a lower number changes nothing and is no error
    async fn mark_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far the viewer has read")] input: MarkReadInput,
    ) -> Result<MarkReadPayload> {
        let MarkReadInput { conversation_id, up_to_seq } = input;
        let view = reads::mark(ctx.app()?, ctx.viewer()?, conversation_id, up_to_seq).await?;
        Ok(MarkReadPayload { conversation: view.into() })
    }

    /// Heard by current subscribers, never stored
    async fn set_typing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where the viewer is typing")] input: SetTypingInput,
    ) -> Result<SetTypingPayload> {
        let SetTypingInput { conversation_id, typing } = input;
        let conversation_id =
            reads::set_typing(ctx.app()?, ctx.viewer()?, conversation_id, typing).await?;
        Ok(SetTypingPayload { conversation_id })
    }
}
