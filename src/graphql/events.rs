//! What those who follow are shown: the kinds of events and of items without a number.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject, Union};

use super::{
    Ask, accounts::User, conversations::Conversation, error::Result, members::Member,
    messages::Message,
};
use crate::{
    domain::{
        Error,
        conversations::ConversationView,
        events::{Event, What},
        feed::Item,
        inbox::InboxItem,
    },
    ids::{ConversationId, UserId},
    live::Held,
    time::Timestamp,
};

/// What happens in a conversation
#[derive(Union)]
pub(super) enum ConversationEvent {
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
    pub(super) fn new(conversation: ConversationId, item: Item) -> Self {
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
pub(super) enum InboxEvent {
    ConversationAdvanced(ConversationAdvanced),
    ConversationAdded(ConversationAdded),
    ConversationRemoved(ConversationRemoved),
    ReadPositionMoved(ReadPositionMoved),
    CaughtUp(CaughtUp),
    Heartbeat(Heartbeat),
}

impl InboxEvent {
    pub(super) fn new(viewer: UserId, item: InboxItem) -> Self {
        match item {
            InboxItem::Advanced(view) => Self::ConversationAdvanced(ConversationAdvanced(view)),
            InboxItem::Added(view) => {
                Self::ConversationAdded(ConversationAdded { conversation: (*view).clone().into() })
            }
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
        pub(super) struct $name(Arc<Held<Event>>);

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
                Ok(self.0.message().cloned().ok_or_else(missing)?.into())
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
        pub(super) struct $name(Arc<Held<Event>>);

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
        What::Joined(member) | What::Role(member) => Ok(Member(member.clone(), None)),
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
            Ok(view.ok_or(Error::NotFound("conversation"))?.into())
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
pub(super) struct ReadPositionMoved {
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
pub(super) struct Typing {
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
pub(super) struct CaughtUp {
    /// The number of the last event that was replayed
    event_seq: Option<i64>,
}

/// There was nothing to tell for a while
#[derive(SimpleObject)]
pub(super) struct Heartbeat {
    /// The server's time
    at: Timestamp,
}

/// A conversation's log reaches further
pub(super) struct ConversationAdvanced(Arc<ConversationView>);

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
        (*self.0).clone().into()
    }
}

/// The viewer takes part in a conversation that the client does not hold
#[derive(SimpleObject)]
pub(super) struct ConversationAdded {
    /// The conversation
    conversation: Conversation,
}

/// The viewer takes no part in it any more
#[derive(SimpleObject)]
pub(super) struct ConversationRemoved {
    /// The id that it had
    conversation_id: ConversationId,
}
