//! What can be followed. A subscription is opened by one execution, which finds out who
//! follows what from where; each item is then shown by another, which is shared by all who
//! are shown the same (see [`super::fanout`]). Both run through the same fields here.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{
    Context, ID, InputObject, Name, PathSegment, Pos, ServerError, Subscription,
    parser::types::OperationType,
};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::sync::mpsc;

use super::{
    Ask,
    document::Operation,
    error::Result,
    events::{ConversationEvent, InboxEvent},
    messages::Message,
};
use crate::{
    domain::{
        Error,
        feed::{self, After, Follower, Item},
        inbox::{self, InboxFollower, InboxItem},
    },
    ids::ConversationId,
    time::Timestamp,
};

/// Something to be shown to who follows.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    Conversation(Item),
    Inbox(InboxItem),
}

/// What a subscription follows.
pub(super) enum Opened {
    Conversation(Box<Follower>),
    Inbox(Box<InboxFollower>),
}

/// Where in the document the field of a subscription is.
#[derive(Clone)]
pub(super) struct Place {
    at: Pos,
    name: String,
}

impl Place {
    fn of(ctx: &Context<'_>) -> Self {
        let name = ctx.item.node.response_key().node.to_string();
        Self { at: ctx.item.pos, name }
    }

    /// An error of that field, in the form of those that come before anything is followed.
    pub(super) fn error(&self, error: Error) -> ServerError {
        let error = async_graphql::Error::from(super::error::Error::from(error));
        error.into_server_error(self.at).with_path(vec![PathSegment::Field(self.name.clone())])
    }
}

/// Asks the fields below to open what they follow, and to put it here.
pub(super) struct Opening {
    opened: Mutex<Option<(Opened, Place)>>,
    /// The number of the last item that the client has, if it says so beside the document.
    last_event_id: Option<i64>,
}

impl From<Option<i64>> for Opening {
    fn from(last_event_id: Option<i64>) -> Self {
        Self { opened: Mutex::default(), last_event_id }
    }
}

impl Opening {
    /// What was opened, and by which field.
    pub(super) fn take(&self) -> Option<(Opened, Place)> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Asks the fields below to show these items.
pub(super) struct Showing(Mutex<Option<mpsc::UnboundedReceiver<Shown>>>);

impl Showing {
    pub(super) fn new(items: mpsc::UnboundedReceiver<Shown>) -> Self {
        Self(Mutex::new(Some(items)))
    }
}

/// Does what the request is for: opens, or shows.
async fn items(
    ctx: &Context<'_>,
    open: impl AsyncFnOnce(&Opening) -> Result<Opened>,
) -> Result<BoxStream<'static, Shown>> {
    if let Some(Showing(items)) = ctx.data_opt::<Showing>() {
        let items = items.lock().unwrap_or_else(PoisonError::into_inner).take();
        let items = items.ok_or_else(|| Error::Internal("items are shown once".to_owned()))?;
        return Ok(stream::unfold(items, |mut items| async {
            items.recv().await.map(|item| (item, items))
        })
        .boxed());
    }
    let opening = ctx.data_opt::<Arc<Opening>>();
    let opening =
        opening.ok_or_else(|| Error::Internal("nowhere to put what is opened".to_owned()))?;
    let opened = (open(opening).await?, Place::of(ctx));
    *opening.opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(opened);
    Ok(stream::empty().boxed())
}

/// Whether what is followed has numbers from which a client may resume.
pub(super) fn is_numbered(operation: &Operation) -> bool {
    let is_numbered =
        |field: &Name| matches!(field.as_str(), "messageAdded" | "conversationEvents");
    operation.kind == OperationType::Subscription && operation.root_fields.iter().any(is_numbered)
}

/// What can be followed.
#[derive(Default)]
pub struct Subscription;

/// What can be followed
#[Subscription]
impl Subscription {
    /// New messages of one conversation, in order, each once. With afterSeq it first replays everything after that number, without a seam
    async fn message_added(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The conversation")] conversation_id: ConversationId,
        #[graphql(
            desc = "The number of the last message that the client has; null for new ones only"
        )]
        after_seq: Option<i64>,
        #[graphql(desc = "`server { epoch }` as it was when the client got that number")]
        epoch: Option<ID>,
    ) -> Result<BoxStream<'static, Message>> {
        let (app, viewer, epoch) =
            (ctx.app()?, ctx.viewer(), epoch.as_ref().map(|epoch| epoch.as_str()));
        let items = items(ctx, async |opening: &Opening| {
            let after = After::Message(opening.last_event_id.or(after_seq));
            let follower = feed::follow(app, viewer?, conversation_id, after, epoch).await?;
            Ok(Opened::Conversation(Box::new(follower)))
        });
        let message = |shown| match shown {
            Shown::Conversation(Item::Event(event)) => event.message().cloned().map(Message::from),
            _ => None,
        };
        Ok(items.await?.filter_map(move |shown| std::future::ready(message(shown))).boxed())
    }

    /// Every durable change of one conversation, gap-free and resumable by eventSeq
    async fn conversation_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The conversation")] conversation_id: ConversationId,
        #[graphql(
            desc = "The number of the last event that the client has; null for new ones only"
        )]
        after_event_seq: Option<i64>,
        #[graphql(desc = "`server { epoch }` as it was when the client got that number")]
        epoch: Option<ID>,
    ) -> Result<BoxStream<'static, ConversationEvent>> {
        let (app, viewer, epoch) =
            (ctx.app()?, ctx.viewer(), epoch.as_ref().map(|epoch| epoch.as_str()));
        let items = items(ctx, async |opening: &Opening| {
            let after = After::Event(opening.last_event_id.or(after_event_seq));
            let follower = feed::follow(app, viewer?, conversation_id, after, epoch).await?;
            Ok(Opened::Conversation(Box::new(follower)))
        });
        let event = move |shown| match shown {
            Shown::Conversation(item) => Some(ConversationEvent::new(conversation_id, item)),
            Shown::Inbox(_) => None,
        };
        Ok(items.await?.filter_map(move |shown| std::future::ready(event(shown))).boxed())
    }

    /// All the viewer's conversations on one stream: what moved since the heads the client holds, then live. A slow reader gets the newest head of each, never a hole
    async fn inbox_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The heads that the client holds, at most 500; null for what is new only"
        )]
        known: Option<Vec<ConversationHeadInput>>,
        #[graphql(
            desc = "What is not among them is told of if it moved after this, at most 1,000 conversations; null for all that is not among them"
        )]
        active_since: Option<Timestamp>,
        #[graphql(desc = "`server { epoch }` as it was when the client got those heads")]
        epoch: Option<ID>,
    ) -> Result<BoxStream<'static, InboxEvent>> {
        let (app, viewer, epoch) =
            (ctx.app()?, ctx.viewer(), epoch.as_ref().map(|epoch| epoch.as_str()));
        let items = items(ctx, async |_: &Opening| {
            let place = |head: ConversationHeadInput| (head.conversation_id, head.event_seq);
            let known = known.map(|known| known.into_iter().map(place).collect());
            let follower =
                inbox::follow(app, viewer?, inbox::Held { known, active_since }, epoch).await?;
            Ok(Opened::Inbox(Box::new(follower)))
        });
        let viewer = ctx.viewer().ok().map(|viewer| viewer.id());
        let event = move |shown| match shown {
            Shown::Inbox(item) => Some(InboxEvent::new(viewer?, item)),
            Shown::Conversation(_) => None,
        };
        Ok(items.await?.filter_map(move |shown| std::future::ready(event(shown))).boxed())
    }
}

/// The newest event of a conversation that the client has
#[derive(InputObject)]
struct ConversationHeadInput {
    /// The conversation
    conversation_id: ConversationId,
    /// Its `eventSeq` as the client has it
    event_seq: i64,
}
