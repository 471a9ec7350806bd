//! Anything with an id, by its id alone: what Relay and normalised caches refetch.

use std::collections::HashMap;

use async_graphql::{Context, ID, Interface, Object};

use super::{Ask, accounts::User, conversations::Conversation, error::Result, messages::Message};
use crate::{
    domain::{Error, Reader, accounts, conversations, messages},
    ids::{ConversationId, MessageId, UserId},
};

/// The most ids of one request.
const MOST: usize = 100;

/// Anything with an id of its own
#[derive(Clone, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The row's UUID, the same one that REST shows"))]
pub(super) enum Node {
    User(User),
    Conversation(Conversation),
    Message(Message),
}

#[derive(Default)]
pub(super) struct NodeQueries;

#[Object]
impl NodeQueries {
    /// The thing with this id; null when there is none or the viewer may not see it
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of a user, a conversation or a message")] id: UserId,
    ) -> Option<Result<Node>> {
        find(ctx, &[id]).await.map(|mut found| found.remove(&id)).transpose()
    }

    /// The things with these ids, in their order; null for each that there is not or that the viewer may not see
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 100 ids of users, conversations or messages")] ids: Vec<UserId>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MOST {
            return Err(Error::invalid("ids", format!("at most {MOST} ids at once")).into());
        }
        let found = find(ctx, &ids).await?;
        Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
    }
}

/// What an id is of is not known before it is found: three statements, whatever their number.
async fn find(ctx: &Context<'_>, ids: &[UserId]) -> Result<HashMap<UserId, Node>> {
    let (app, viewer) = (ctx.app()?, ctx.viewer()?);
    let reader = Reader::Person(viewer);
    let of_conversations: Vec<_> = ids.iter().map(|id| ConversationId::from(id.uuid())).collect();
    let of_messages: Vec<_> = ids.iter().map(|id| MessageId::from(id.uuid())).collect();
    let mut found = HashMap::new();
    for user in accounts::find_many(app, reader, ids).await? {
        found.insert(user.id, Node::User(user.into()));
    }
    for view in conversations::find_many(app, reader, &of_conversations).await? {
        let id = view.conversation.id.uuid().into();
        found.insert(id, Node::Conversation(view.into()));
    }
    for message in messages::find_many(app, viewer, &of_messages).await? {
        found.insert(message.id.uuid().into(), Node::Message(message.into()));
    }
    Ok(found)
}
