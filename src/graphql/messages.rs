//! Messages: sending, changing, reading, finding.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::{Context, InputObject, Lookahead, Object, SimpleObject};

use super::{
    Ask,
    accounts::User,
    conversations::Conversation,
    error::Result,
    loaders::MessageAt,
    page::{Connection, Counted, Paging},
};
use crate::{
    domain::{
        Error, Page, Reader, accounts, messages,
        messages::{Outgoing, Sent},
    },
    ids::{ClientId, ConversationId, MessageId, UserId},
    time::Timestamp,
};

/// One message; a deleted one is a tombstone with an empty body
#[derive(Clone)]
pub(super) struct Message {
    row: Arc<messages::Message>,
    /// Who said it, if that was read with it.
    sender: Option<User>,
}

impl From<messages::Message> for Message {
    fn from(row: messages::Message) -> Self {
        Self { row: Arc::new(row), sender: None }
    }
}

impl Message {
    pub(super) fn new(row: Arc<messages::Message>, sender: User) -> Self {
        Self { row, sender: Some(sender) }
    }

    /// Its number.
    pub(super) fn number(&self) -> i64 {
        self.row.seq
    }

    /// These messages, with who said them if that is asked for: read once for all, and not by
    /// each for itself.
    pub(super) async fn many(
        ctx: &Context<'_>,
        page: Page<Arc<messages::Message>>,
    ) -> Result<Page<Self>> {
        let Ok(viewer) = ctx.viewer() else {
            return Ok(page.map(|row| Self { row, sender: None }));
        };
        let ahead = ctx.look_ahead();
        let is_asked = |node: Lookahead<'_>| node.field("sender").exists();
        if !is_asked(ahead.field("nodes")) && !is_asked(ahead.field("edges").field("node")) {
            return Ok(page.map(|row| Self { row, sender: None }));
        }
        let ids: HashSet<_> = page.items.iter().map(|message| message.sender_id).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let found = accounts::find_many(ctx.app()?, Reader::Person(viewer), &ids).await?;
        let people: HashMap<_, _> =
            found.into_iter().map(|user| (user.id, User::from(user))).collect();
        Ok(page.map(|row| {
            let sender = people.get(&row.sender_id).cloned();
            Self { row, sender }
        }))
    }
}

/// One message; a deleted one is a tombstone with an empty body
#[Object]
impl Message {
    /// The row's UUID, the same one that REST shows
    pub(super) async fn id(&self) -> MessageId {
        self.row.id
    }

    /// Place in its conversation: dense, from 1, never reused
    async fn seq(&self) -> i64 {
        self.row.seq
    }

    /// Where it was said
    async fn conversation(&self, ctx: &Context<'_>) -> Result<Conversation> {
        let view = ctx.load()?.load_one(self.row.conversation_id).await?;
        Ok(Conversation::from(view.ok_or(Error::NotFound("conversation"))?))
    }

    /// Who said it
    async fn sender(&self, ctx: &Context<'_>) -> Result<User> {
        if let Some(sender) = &self.sender {
            return Ok(sender.clone());
        }
        let user = ctx.load()?.load_one(self.row.sender_id).await?;
        Ok(user.ok_or(Error::NotFound("user"))?.into())
    }

    /// Empty once deleted
    async fn body(&self) -> &str {
        &self.row.body
    }

    /// When it was stored; never before the message before it
    async fn sent_at(&self) -> Timestamp {
        self.row.sent_at
    }

    /// When it got its present words, if they are not the first
    async fn edited_at(&self) -> Option<Timestamp> {
        self.row.edited_at
    }

    /// When it was deleted
    async fn deleted_at(&self) -> Option<Timestamp> {
        self.row.deleted_at
    }

    /// 1 at first, one more for each edit and for the deletion
    async fn revision(&self) -> i64 {
        self.row.revision
    }

    /// The message it answers
    async fn reply_to(&self, ctx: &Context<'_>) -> Option<Result<Self>> {
        let key = MessageAt(self.row.conversation_id, self.row.reply_to_seq?);
        let found = async { Ok(ctx.load()?.load_one(key).await?) };
        found.await.map(|message| message.map(Self::from)).transpose()
    }
}

/// Which messages of a conversation are asked for
#[derive(Default, InputObject)]
pub(super) struct MessageFilter {
    /// Only what this person said
    sender_id: Option<UserId>,
    /// Only what was sent after this moment
    sent_after: Option<Timestamp>,
    /// Only what was sent before this moment
    sent_before: Option<Timestamp>,
    /// Text that the body contains, in any case
    body_contains: Option<String>,
    /// Whether tombstones are shown too
    #[graphql(default_with = "Some(false)")]
    include_deleted: Option<bool>,
}

impl From<MessageFilter> for messages::MessageFilter {
    fn from(filter: MessageFilter) -> Self {
        let MessageFilter { sender_id, sent_after, sent_before, body_contains, include_deleted } =
            filter;
        Self {
            sender: sender_id,
            sent_after,
            sent_before,
            body_contains,
            include_deleted: include_deleted.unwrap_or(false),
        }
    }
}

/// Which messages of all the viewer's conversations are asked for
#[derive(Default, InputObject)]
struct MessagesFilter {
    /// Only in this conversation
    conversation_id: Option<ConversationId>,
    /// Only what this person said
    sender_id: Option<UserId>,
    /// Only what was sent after this moment
    sent_after: Option<Timestamp>,
    /// Only what was sent before this moment
    sent_before: Option<Timestamp>,
    /// Text that the body contains, in any case; looks at the nearest 10,000 messages
    body_contains: Option<String>,
}

#[derive(Default)]
pub(super) struct MessageQueries;

#[Object]
impl MessageQueries {
    /// One message; null when there is none or the viewer may not see it
    async fn message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The message's id")] id: MessageId,
    ) -> Option<Result<Message>> {
        let found = async { Ok(messages::find(ctx.app()?, ctx.viewer()?, id).await?) };
        found.await.map(|message| message.map(Message::from)).transpose()
    }

    /// Across all the viewer's conversations, newest first
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 if neither is given")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Only messages that this lets through")] filter: Option<MessagesFilter>,
    ) -> Result<Connection<Message>> {
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let scope = viewer.id().to_string();
        let window = Paging { first, after, last, before }.window(&scope)?;
        let MessagesFilter { conversation_id, sender_id, sent_after, sent_before, body_contains } =
            filter.unwrap_or_default();
        let filter = messages::MessageFilter {
            sender: sender_id,
            sent_after,
            sent_before,
            body_contains,
            include_deleted: false,
        };
        let counted = Counted::MessagesAcross(conversation_id, filter.clone());
        let page = messages::list_across(app, viewer, conversation_id, filter, window).await?;
        let page = Message::many(ctx, page.map(Arc::new)).await?;
        Ok(Connection::new(page, &scope, counted, |message| {
            (messages::place(&message.row), message)
        }))
    }

    /// Did this send go through?
    async fn message_by_client_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the viewer gave as clientMessageId")] client_message_id: ClientId,
    ) -> Option<Result<Message>> {
        let found = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            Ok(messages::find_by_client_id(app, viewer, client_message_id).await?)
        };
        found.await.map(|message| message.map(Message::from)).transpose()
    }
}

/// What the viewer wants to say, and where
#[derive(InputObject)]
struct SendMessageInput {
    /// A conversation that the viewer takes part in
    conversation_id: ConversationId,
    /// 1 to 16384 bytes after trimming
    body: String,
    /// A UUID of the client's: a retry with it never stores the message twice
    client_message_id: Option<ClientId>,
    /// A message of the same conversation that this one answers
    reply_to_id: Option<MessageId>,
}

/// The message as it was stored
#[derive(SimpleObject)]
struct SendMessagePayload {
    /// The message
    message: Message,
    /// The number of the event by which it was sent
    event_seq: i64,
    /// True when clientMessageId had been used: nothing new was written
    deduplicated: bool,
}

/// New words for a message
#[derive(InputObject)]
struct EditMessageInput {
    /// One of the viewer's own messages
    id: MessageId,
    /// 1 to 16384 bytes after trimming
    body: String,
    /// Only if it is still at this revision; else CONFLICT
    expected_revision: Option<i64>,
}

/// Which message becomes a tombstone
#[derive(InputObject)]
struct DeleteMessageInput {
    /// One of the viewer's own messages; any of a group for its OWNERs and ADMINs
    id: MessageId,
    /// Only if it is still at this revision; else CONFLICT
    expected_revision: Option<i64>,
}

/// The message as it is now
#[derive(SimpleObject)]
struct MessagePayload {
    /// The message
    message: Message,
    /// The number of the event that changed it last
    event_seq: i64,
}

#[derive(Default)]
pub(super) struct MessageMutations;

#[Object]
impl MessageMutations {
    /// Stores a message and answers once it is durable
    async fn send_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is said, and where")] input: SendMessageInput,
    ) -> Result<SendMessagePayload> {
        let SendMessageInput { conversation_id, body, client_message_id, reply_to_id } = input;
        let outgoing = Outgoing {
            conversation: conversation_id,
            body,
            client_message_id,
            reply_to: reply_to_id,
        };
        let Sent { message, deduplicated } =
            messages::send(ctx.app()?, ctx.viewer()?, outgoing).await?;
        let event_seq = message.event_seq;
        Ok(SendMessagePayload { message: message.into(), event_seq, deduplicated })
    }

    /// Gives one of the viewer's own messages new words
    async fn edit_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which message says what")] input: EditMessageInput,
    ) -> Result<MessagePayload> {
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let EditMessageInput { id, body, expected_revision } = input;
        let (message, event_seq) = messages::edit(app, viewer, id, body, expected_revision).await?;
        Ok(MessagePayload { message: message.into(), event_seq })
    }

    /// Makes a message a tombstone; again: the same answer, no new event
    async fn delete_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which message")] input: DeleteMessageInput,
    ) -> Result<MessagePayload> {
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let DeleteMessageInput { id, expected_revision } = input;
        let (message, event_seq) = messages::delete(app, viewer, id, expected_revision).await?;
        Ok(MessagePayload { message: message.into(), event_seq })
    }
}
