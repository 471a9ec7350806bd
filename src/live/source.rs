//! What the live part reads, and what it must know of what it reads.

use std::{fmt, future::Future};

use crate::ids::{ConversationId, UserId};

/// The truth, as the live part asks for it.
pub trait Source: Send + Sync + 'static {
    /// One event of a conversation's log.
    type Entry: Entry;
    /// A conversation as one of its members sees it.
    type View: Send + Sync + 'static;
    /// Why it could not be read; tried again later.
    type Error: fmt::Display + Send + Sync + 'static;

    /// How a person stands to a conversation, and its head, in one breath; `None` if they
    /// never were in it.
    fn standing(
        &self,
        conversation: ConversationId,
        person: UserId,
    ) -> impl Future<Output = Result<Option<Standing>, Self::Error>> + Send;

    /// The numbers of the newest events of these conversations.
    fn heads(
        &self,
        conversations: &[ConversationId],
    ) -> impl Future<Output = Result<Vec<(ConversationId, i64)>, Self::Error>> + Send;

    /// The events numbered `after + 1` to `after + limit` as far as they are there; all as of
    /// one moment.
    fn page(
        &self,
        conversation: ConversationId,
        after: i64,
        limit: i64,
    ) -> impl Future<Output = Result<Stretch<Self::Entry>, Self::Error>> + Send;

    /// All conversations that these people are in now, in numbers.
    fn marks(
        &self,
        people: &[UserId],
    ) -> impl Future<Output = Result<Vec<Mark>, Self::Error>> + Send;

    /// Those of these conversations that these people are in now.
    fn views(
        &self,
        people: &[UserId],
        conversations: &[ConversationId],
    ) -> impl Future<Output = Result<Vec<(Mark, Self::View)>, Self::Error>> + Send;
}

/// A part of a log.
#[derive(Debug)]
pub struct Stretch<E> {
    /// What is kept of it, in order.
    pub events: Vec<E>,
    /// Up to this number it was read: what is missing is not kept any more.
    pub end: i64,
}

/// One event of a log.
pub trait Entry: Send + Sync + 'static {
    /// Its place in the log.
    fn number(&self) -> i64;

    /// Who leaves by it.
    fn departs(&self) -> Option<UserId>;

    /// Whether the conversation ends with it.
    fn is_last(&self) -> bool;

    /// The number of the newest event whose work can be seen in what it carries: its own,
    /// or that of a later change to its message.
    fn shows(&self) -> i64;

    /// The same event with what `newer` made of the message that it carries; `None` if they
    /// have nothing to do with each other.
    fn renewed(&self, newer: &Self) -> Option<Self>
    where
        Self: Sized;

    /// About how many bytes it takes.
    fn size(&self) -> usize;
}

/// How a person stands to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The number of the newest event.
    pub head: i64,
    /// The number by which they came in last.
    pub joined: i64,
    /// The number by which they left, if they are out.
    pub left: Option<i64>,
}

/// A person's place in a conversation, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub person: UserId,
    pub conversation: ConversationId,
    /// The number of the newest event.
    pub event_seq: i64,
    /// How far the person has read.
    pub read_seq: i64,
    /// The number by which they came in last.
    pub joined: i64,
}
