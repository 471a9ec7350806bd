//! What can be followed. A subscription is opened by one execution, which finds out who
//! follows what from where; each item is then shown by another, which is shared by all who
//! are shown the same (see [`super::fanout`]). Both run through the same fields here.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, Subscription, Union};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::sync::mpsc;

use super::{
    Ask, accounts::User, conversations::Conversation, error::Result, members::Member,
    messages::Message,
};
use crate::{
    domain::{
        Error,
        conversations::ConversationView,
        feed::{self, After, Event, Follower, Item, What},
        inbox::{self, InboxFollower, InboxItem},
    },
    ids::{ConversationId, UserId},
    live::Held,
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

/// Asks the fields below to open what they follow, and to put it here.
pub(super) struct Opening {
    opened: Mutex<Option<Opened>>,
    /// The number of the last item that the client has, if it says so beside the document.
    last_event_id: Option<i64>,
}

impl From<Option<i64>> for Opening {
    fn from(last_event_id: Option<i64>) -> Self {
        Self { opened: Mutex::default(), last_event_id }
    }
}

impl Opening {
    /// What was opened.
    pub(super) fn take(&self) -> Option<Opened> {
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
    let opened = open(opening).await?;
    *opening.opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(opened);
    Ok(stream::empty().boxed())
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
            Shown::Conversation(Item::Event(event)) => event.message().cloned().map(Message),
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

/// What happens in a conversation
#[derive(Union)]
enum ConversationEvent {
    MessageAdded(MessageAdded),
    MessageEdited(MessageEdited),
    MessageDeleted(MessageDeleted),
    MemberJoined(MemberJoined),
    MemberLeft(MemberLeft),
    MemberRoleChanged(MemberRoleChanged),
    ConversationUpdated(ConversationUpdated),
    ConversationDeleted(ConversationDeleted),
    ReadPositionMoved(ReadPositionMoved),
    Typing(Typing),
    CaughtUp(CaughtUp),
    Heartbeat(Heartbeat),
}

impl ConversationEvent {
    fn new(conversation: ConversationId, item: Item) -> Self {
        match item {
            Item::Event(event) => Self::numbered(event),
            Item::CaughtUp(event_seq) => Self::CaughtUp(CaughtUp { event_seq: Some(event_seq) }),
            Item::Read { user, read_seq } => {
                Self::ReadPositionMoved(ReadPositionMoved { conversation, user, read_seq })
            }
            Item::Typing { user, typing, expires_at } => {
                Self::Typing(Typing { conversation, user, goes_on: typing, expires_at })
            }
            Item::Heartbeat(at) => Self::Heartbeat(Heartbeat { at }),
        }
    }

    fn numbered(event: Arc<Held<Event>>) -> Self {
        match event.what {
            What::Sent(_) => Self::MessageAdded(MessageAdded(event)),
            What::Edited(_) => Self::MessageEdited(MessageEdited(event)),
            What::Deleted(_) => Self::MessageDeleted(MessageDeleted(event)),
            What::Joined(_) => Self::MemberJoined(MemberJoined(event)),
            What::Left(_) => Self::MemberLeft(MemberLeft(event)),
            What::Role(_) => Self::MemberRoleChanged(MemberRoleChanged(event)),
            What::Renamed => Self::ConversationUpdated(ConversationUpdated(event)),
            What::Over => Self::ConversationDeleted(ConversationDeleted(event)),
        }
    }
}

/// What happens to all of the viewer's conversations
#[derive(Union)]
enum InboxEvent {
    ConversationAdvanced(ConversationAdvanced),
    ConversationAdded(ConversationAdded),
    ConversationRemoved(ConversationRemoved),
    ReadPositionMoved(ReadPositionMoved),
    CaughtUp(CaughtUp),
    Heartbeat(Heartbeat),
}

impl InboxEvent {
    fn new(viewer: UserId, item: InboxItem) -> Self {
        match item {
            InboxItem::Advanced(view) => Self::ConversationAdvanced(ConversationAdvanced(view)),
            InboxItem::Added(view) => Self::ConversationAdded(ConversationAdded {
                conversation: Conversation((*view).clone()),
            }),
            InboxItem::Removed(conversation_id) => {
                Self::ConversationRemoved(ConversationRemoved { conversation_id })
            }
            InboxItem::Read { conversation, read_seq } => {
                Self::ReadPositionMoved(ReadPositionMoved { conversation, user: viewer, read_seq })
            }
            InboxItem::CaughtUp => Self::CaughtUp(CaughtUp { event_seq: None }),
            InboxItem::Heartbeat(at) => Self::Heartbeat(Heartbeat { at }),
        }
    }
}

async fn user(ctx: &Context<'_>, id: UserId) -> Result<User> {
    let user = ctx.load()?.load_one(id).await?;
    Ok(user.ok_or(Error::NotFound("user"))?.into())
}

/// Something happened to a message: the number of the event, the message, and who did it.
macro_rules! of_message {
    ($(#[doc = $doc:literal])* $name:ident $(, $actor:literal)?) => {
        $(#[doc = $doc])*
        struct $name(Arc<Held<Event>>);

        $(#[doc = $doc])*
        #[Object]
        impl $name {
            /// The number of this event
            async fn event_seq(&self) -> i64 {
                self.0.event_seq
            }

            /// The message as it is now; its `revision` says which of two is newer
            async fn message(&self) -> Result<Message> {
                let missing = || Error::Internal("an event without its message".to_owned());
                Ok(Message(self.0.message().cloned().ok_or_else(missing)?))
            }

            $(
                #[doc = $actor]
                async fn actor(&self, ctx: &Context<'_>) -> Result<User> {
                    user(ctx, self.0.actor).await
                }
            )?
        }
    };
}

of_message!(
    /// A new message
    MessageAdded
);
of_message!(
    /// A message has new words
    MessageEdited,
    "Who edited it"
);
of_message!(
    /// A message became a tombstone
    MessageDeleted,
    "Who deleted it"
);

/// Something happened to a conversation or its members: number, time, and who did it.
macro_rules! of_conversation {
    ($(#[doc = $doc:literal])* $name:ident { $($field:tt)* }) => {
        $(#[doc = $doc])*
        struct $name(Arc<Held<Event>>);

        $(#[doc = $doc])*
        #[Object]
        impl $name {
            /// The number of this event
            async fn event_seq(&self) -> i64 {
                self.0.event_seq
            }

            /// When it happened
            async fn at(&self) -> Timestamp {
                self.0.at
            }

            /// Who did it
            async fn actor(&self, ctx: &Context<'_>) -> Result<User> {
                user(ctx, self.0.actor).await
            }

            $($field)*
        }
    };
}

fn member(event: &Event) -> Result<Member> {
    match &event.what {
        What::Joined(member) | What::Role(member) => Ok(Member(member.clone())),
        _ => Err(Error::Internal("an event without its member".to_owned()).into()),
    }
}

of_conversation!(
    /// Somebody came in
    MemberJoined {
        /// Who came in, with the role they got
        #[expect(clippy::unused_async, reason = "the macro wants it so")]
        async fn member(&self) -> Result<Member> {
            member(&self.0)
        }
    }
);
of_conversation!(
    /// Somebody left, or was taken out; actor equals user when the person left
    MemberLeft {
        /// Who is out
        async fn user(&self, ctx: &Context<'_>) -> Result<User> {
            match self.0.what {
                What::Left(person) => user(ctx, person).await,
                _ => Err(Error::Internal("an event without its person".to_owned()).into()),
            }
        }
    }
);
of_conversation!(
    /// Somebody may do other things now
    MemberRoleChanged {
        /// Who, with the role they got
        #[expect(clippy::unused_async, reason = "the macro wants it so")]
        async fn member(&self) -> Result<Member> {
            member(&self.0)
        }
    }
);
of_conversation!(
    /// The conversation is called something else
    ConversationUpdated {
        /// The conversation as it is now
        async fn conversation(&self, ctx: &Context<'_>) -> Result<Conversation> {
            let view = ctx.load()?.load_one(self.0.conversation).await?;
            Ok(Conversation(view.ok_or(Error::NotFound("conversation"))?))
        }
    }
);
of_conversation!(
    /// The conversation is over for everybody: the last event
    ConversationDeleted {
        /// The id that it had
        async fn conversation_id(&self) -> ConversationId {
            self.0.conversation
        }
    }
);

/// Somebody has read up to a message. Not numbered; on inboxEvents only the viewer's own, for other devices
struct ReadPositionMoved {
    conversation: ConversationId,
    user: UserId,
    read_seq: i64,
}

/// Somebody has read up to a message. Not numbered; on inboxEvents only the viewer's own, for other devices
#[Object]
impl ReadPositionMoved {
    /// In which conversation
    async fn conversation_id(&self) -> ConversationId {
        self.conversation
    }

    /// Who has read
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        user(ctx, self.user).await
    }

    /// The number of the newest message they have read
    async fn read_seq(&self) -> i64 {
        self.read_seq
    }
}

/// Somebody is typing, or has stopped. Not numbered
struct Typing {
    conversation: ConversationId,
    user: UserId,
    goes_on: bool,
    expires_at: Timestamp,
}

/// Somebody is typing, or has stopped. Not numbered
#[Object]
impl Typing {
    /// In which conversation
    async fn conversation_id(&self) -> ConversationId {
        self.conversation
    }

    /// Who is typing
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        user(ctx, self.user).await
    }

    /// False when they have stopped
    async fn typing(&self) -> bool {
        self.goes_on
    }

    /// When to take it that they have stopped, unless it is told again
    async fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

/// Replay has ended; live from here. eventSeq is null on inboxEvents
#[derive(SimpleObject)]
struct CaughtUp {
    /// The number of the last event that was replayed
    event_seq: Option<i64>,
}

/// There was nothing to tell for a while
#[derive(SimpleObject)]
struct Heartbeat {
    /// The server's time
    at: Timestamp,
}

/// A conversation's log reaches further
struct ConversationAdvanced(Arc<ConversationView>);

/// A conversation's log reaches further
#[Object]
impl ConversationAdvanced {
    /// Which conversation
    async fn conversation_id(&self) -> ConversationId {
        self.0.conversation.id
    }

    /// The number of its newest event
    async fn event_seq(&self) -> i64 {
        self.0.conversation.event_seq
    }

    /// The number of its newest message
    async fn message_seq(&self) -> i64 {
        self.0.conversation.message_seq
    }

    /// The conversation as it was then
    async fn conversation(&self) -> Conversation {
        Conversation((*self.0).clone())
    }
}

/// The viewer takes part in a conversation that the client does not hold
#[derive(SimpleObject)]
struct ConversationAdded {
    /// The conversation
    conversation: Conversation,
}

/// The viewer takes no part in it any more
#[derive(SimpleObject)]
struct ConversationRemoved {
    /// The id that it had
    conversation_id: ConversationId,
}
