//! Conversations: direct ones, groups, and the lists of them.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, InputObject, MaybeUndefined, Object, SimpleObject};

use super::{
    Ask,
    accounts::User,
    error::Result,
    loaders::{LastOf, MembersOf, MessagesOf, UnreadOf},
    members::Member,
    messages::{Message, MessageFilter},
    page::{Connection, Counted, Joined, Paging},
};
use crate::{
    domain::{
        Reader, Viewer, Window, conversations,
        conversations::{ConversationView, Order, Written},
        glance::{self, Glance, Shown},
        members, messages, reads,
    },
    ids::{ClientId, ConversationId, UserId},
    time::Timestamp,
};

/// Two people for ever, or any number that changes
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "conversations::Kind")]
pub(super) enum ConversationKind {
    /// The one conversation of a pair; its members never change
    Direct,
    /// Members come and go
    Group,
}

/// A conversation as one of its members sees it
#[derive(Clone)]
pub(super) struct Conversation {
    view: ConversationView,
    /// What a list has read of it for what is asked for.
    glance: Option<Arc<Glance>>,
}

impl From<ConversationView> for Conversation {
    fn from(view: ConversationView) -> Self {
        Self { view, glance: None }
    }
}

impl Conversation {
    fn row(&self) -> &conversations::Conversation {
        &self.view.conversation
    }
}

/// A conversation as one of its members sees it
#[Object]
impl Conversation {
    /// The row's UUID, the same one that REST shows
    pub(super) async fn id(&self) -> ConversationId {
        self.row().id
    }

    /// Direct or group
    async fn kind(&self) -> ConversationKind {
        self.row().kind.into()
    }

    /// What a group is called; null for direct conversations and nameless groups
    async fn title(&self) -> Option<&str> {
        self.row().title.as_deref()
    }

    /// Who made it
    async fn created_by(&self, ctx: &Context<'_>) -> Option<Result<User>> {
        let found = async { Ok(ctx.load()?.load_one(self.row().created_by).await?) };
        found.await.map(|user| user.map(User::from)).transpose()
    }

    /// When it was made
    async fn created_at(&self) -> Timestamp {
        self.row().created_at
    }

    /// When the last message was sent; creation time before the first
    async fn last_activity_at(&self) -> Timestamp {
        self.row().last_activity_at
    }

    /// The first 100 by join order; `members` pages through all
    async fn participants(&self, ctx: &Context<'_>) -> Result<Vec<User>> {
        if let Some(people) = self.glance.as_ref().and_then(|glance| glance.members.clone()) {
            return Ok(people.into_iter().map(User::from).collect());
        }
        let page = ctx.load()?.load_one(MembersOf(self.row().id, members::SHOWN)).await?;
        let members = page.map(|page| page.items).unwrap_or_default();
        Ok(members.into_iter().map(|(_, user)| user.into()).collect())
    }

    /// Who is in it now, in the order they joined
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 if neither is given")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
    ) -> Result<Connection<Member>> {
        let scope = self.row().id.to_string();
        let window = Paging { first, after, last, before }.window(&scope)?.map(|Joined(seq)| seq);
        let page = ctx.load()?.load_one(MembersOf(self.row().id, window)).await?;
        let counted = Counted::Members(self.view.clone());
        Ok(Connection::new(page.unwrap_or_default(), &scope, counted, |(member, user)| {
            (Joined(member.joined_event_seq), Member(member, Some(user)))
        }))
    }

    /// What was said, in the order of the numbers: the newest 20 if nothing else is asked for
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100; 20 if neither is given and no `after`")]
        last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Only messages that this lets through")] filter: Option<MessageFilter>,
    ) -> Result<Connection<Message>> {
        let scope = self.row().id.to_string();
        let from_end = first.is_none() && after.is_none();
        let mut window = Paging { first, after, last, before }.window::<i64>(&scope)?;
        window.from_end |= from_end;
        let filter: messages::MessageFilter = filter.unwrap_or_default().into();
        let shown = (self.row().id, self.row().event_seq);
        let page = MessagesOf(shown, filter.clone(), window);
        let page = ctx.load()?.load_one(page).await?.unwrap_or_default();
        let counted = Counted::Messages(self.view.clone(), filter);
        let page = Message::many(ctx, page).await?;
        Ok(Connection::new(page, &scope, counted, |message| (message.number(), message)))
    }

    /// The newest message that is not deleted
    async fn last_message(&self, ctx: &Context<'_>) -> Option<Result<Message>> {
        if let Some(last) = self.glance.as_ref().and_then(|glance| glance.last.clone()) {
            let (message, sender) = last;
            return Some(Ok(Message::new(message, sender.into())));
        }
        if self.row().live_count == 0 {
            return None;
        }
        let found = async { Ok(ctx.load()?.load_one(LastOf(self.row().id)).await?) };
        found.await.map(|message| message.map(Message::from)).transpose()
    }

    /// Messages that are not deleted
    async fn message_count(&self) -> i64 {
        self.row().live_count
    }

    /// Number of the newest message; numbers are dense, from 1
    async fn message_seq(&self) -> i64 {
        self.row().message_seq
    }

    /// Number of the newest durable event, read before the rest of this object: subscribing after it leaves no hole
    async fn event_seq(&self) -> i64 {
        self.row().event_seq
    }

    /// Viewer's read position
    async fn read_seq(&self) -> i64 {
        self.view.member.as_ref().map_or(0, |member| member.read_seq)
    }

    /// Others' messages after readSeq, deleted ones left out; 1000 means "or more". Counted among the newest 4,000 messages, never stored, so it cannot drift
    async fn unread_count(&self, ctx: &Context<'_>) -> Result<i64> {
        if let Some(unread) = self.glance.as_ref().and_then(|glance| glance.unread) {
            return Ok(unread);
        }
        let Some(after) = reads::unread_after(&self.view) else { return Ok(0) };
        let key = UnreadOf(self.row().id, after);
        Ok(ctx.load()?.load_one(key).await?.unwrap_or(0))
    }
}

/// Which of the viewer's conversations are asked for
#[derive(InputObject)]
struct ConversationFilter {
    /// Only direct ones, or only groups
    kind: Option<ConversationKind>,
    /// Only those that this person is in too
    participant_id: Option<UserId>,
    /// Text that the title contains, in any case
    title_contains: Option<String>,
    /// Only those with a message of somebody else after the read position
    #[graphql(default_with = "Some(false)")]
    unread_only: Option<bool>,
    /// Only those with a message sent after this
    active_after: Option<Timestamp>,
}

/// How a list of conversations is sorted
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Order")]
enum ConversationOrder {
    /// The latest message first
    ActivityDesc,
    /// The newest conversation first
    CreatedDesc,
    /// The oldest conversation first
    CreatedAsc,
}

#[derive(Default)]
pub(super) struct ConversationQueries;

#[Object]
impl ConversationQueries {
    /// Null when it does not exist or the viewer takes no part in it: the two cannot be told apart
    async fn conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The conversation's id")] id: ConversationId,
    ) -> Option<Result<Conversation>> {
        let found = async {
            let reader = Reader::Person(ctx.viewer()?);
            let found = conversations::find_many(ctx.app()?, reader, &[id]).await?;
            Ok(found.into_iter().next().map(Conversation::from))
        };
        found.await.transpose()
    }

    /// The conversations that the viewer takes part in
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 if neither is given")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Only conversations that this lets through")] filter: Option<
            ConversationFilter,
        >,
        #[graphql(
            desc = "How the list is sorted",
            default_with = "Some(ConversationOrder::ActivityDesc)"
        )]
        order_by: Option<ConversationOrder>,
    ) -> Result<Connection<Conversation>> {
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let order: Order = order_by.unwrap_or(ConversationOrder::ActivityDesc).into();
        // A cursor of one order means nothing in another.
        let scope = format!("{}/{order:?}", viewer.id());
        let window: Window<_> = Paging { first, after, last, before }.window(&scope)?;
        let filter = match filter {
            None => conversations::ConversationFilter::default(),
            Some(filter) => {
                let ConversationFilter {
                    kind,
                    participant_id,
                    title_contains,
                    unread_only,
                    active_after,
                } = filter;
                conversations::ConversationFilter {
                    kind: kind.map(Into::into),
                    participant: participant_id,
                    title_contains,
                    unread_only: unread_only.unwrap_or(false),
                    active_after,
                }
            }
        };
        let counted = Counted::Conversations(filter.clone());
        let page = conversations::list(app, viewer, filter, order, window).await?;
        let mut glances = glances(ctx, viewer, &page.items).await?;
        Ok(Connection::new(page, &scope, counted, |view| {
            let glance = glances.remove(&view.conversation.id).map(Arc::new);
            (order.place(&view.conversation), Conversation { view, glance })
        }))
    }
}

/// Reads at once what is asked for of each conversation of a list.
async fn glances(
    ctx: &Context<'_>,
    viewer: Viewer,
    views: &[ConversationView],
) -> Result<HashMap<ConversationId, Glance>> {
    let ahead = ctx.look_ahead();
    let nodes = [ahead.field("nodes"), ahead.field("edges").field("node")];
    let is_asked = |name| nodes.iter().any(|node| node.field(name).exists());
    let shown = Shown {
        members: is_asked("participants"),
        unread: is_asked("unreadCount"),
        last: is_asked("lastMessage"),
    };
    if !shown.members && !shown.unread && !shown.last {
        return Ok(HashMap::new());
    }
    Ok(glance::look(ctx.app()?, viewer, views, shown).await?)
}

/// The other person of the pair
#[derive(InputObject)]
struct StartDirectConversationInput {
    /// Anybody but the viewer
    user_id: UserId,
}

/// A GROUP; the viewer is always in it
#[derive(InputObject)]
struct CreateConversationInput {
    /// The others; at least one, at most 999
    participant_ids: Vec<UserId>,
    /// What it is called; at most 200 characters
    title: Option<String>,
    /// A UUID of the client's: a retry with it answers what the first try has made
    client_conversation_id: Option<ClientId>,
}

/// What is absent stays; null takes the title away
#[derive(InputObject)]
struct UpdateConversationInput {
    /// The group
    id: ConversationId,
    /// What it is called; at most 200 characters
    title: MaybeUndefined<String>,
}

/// Which group ends for everybody
#[derive(InputObject)]
struct DeleteConversationInput {
    /// The group
    id: ConversationId,
}

/// eventSeq is the number of the newest event that the mutation wrote
#[derive(SimpleObject)]
pub(super) struct ConversationPayload {
    /// The conversation as it is now
    conversation: Conversation,
    /// The number of the newest event that was written; the head if nothing was
    event_seq: i64,
}

impl From<Written> for ConversationPayload {
    fn from(Written { view, event_seq }: Written) -> Self {
        Self { conversation: view.into(), event_seq }
    }
}

/// Which group has ended
#[derive(SimpleObject)]
struct DeleteConversationPayload {
    /// The id that it had
    conversation_id: ConversationId,
    /// The number of its last event
    event_seq: i64,
}

#[derive(Default)]
pub(super) struct ConversationMutations;

#[Object]
impl ConversationMutations {
    /// A pair has one direct conversation: starting it again returns it
    async fn start_direct_conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "With whom")] input: StartDirectConversationInput,
    ) -> Result<ConversationPayload> {
        let StartDirectConversationInput { user_id } = input;
        Ok(conversations::start_direct(ctx.app()?, ctx.viewer()?, user_id).await?.into())
    }

    /// Makes a group; its creator is its OWNER
    async fn create_conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is in it and what it is called")] input: CreateConversationInput,
    ) -> Result<ConversationPayload> {
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let CreateConversationInput { participant_ids, title, client_conversation_id } = input;
        let made =
            conversations::create(app, viewer, participant_ids, title, client_conversation_id);
        Ok(made.await?.into())
    }

    /// Changes the title of a group; for its OWNERs and ADMINs
    async fn update_conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which group is called what")] input: UpdateConversationInput,
    ) -> Result<ConversationPayload> {
        let UpdateConversationInput { id, title } = input;
        let title = title.as_opt_ref().map(Option::<&String>::cloned);
        Ok(conversations::update(ctx.app()?, ctx.viewer()?, id, title).await?.into())
    }

    /// Ends a group for everybody; for its OWNERs
    async fn delete_conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which group")] input: DeleteConversationInput,
    ) -> Result<DeleteConversationPayload> {
        let DeleteConversationInput { id } = input;
        let event_seq = conversations::delete(ctx.app()?, ctx.viewer()?, id).await?;
        Ok(DeleteConversationPayload { conversation_id: id, event_seq })
    }
}
