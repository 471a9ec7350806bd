//! What happens in a conversation, as those who follow it are told; and the log of it as the
//! live part reads it.

use super::{
    conversations::{Conversation, ConversationView},
    members::{Member, MemberRole},
    messages::Message,
};
use crate::{
    ids::{ConversationId, UserId},
    live::{Entry, Mark, Source, Standing, Stretch},
    store::{
        Store, StoreError,
        changes::ChangeKind,
        events::{self, Row},
    },
    time::Timestamp,
};

/// One event of a conversation, with what it is about as that is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub conversation: ConversationId,
    pub event_seq: i64,
    /// Who did it.
    pub actor: UserId,
    pub at: Timestamp,
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Sent(Message),
    Edited(Message),
    Deleted(Message),
    Joined(Member),
    Left(UserId),
    Role(Member),
    Renamed,
    Over,
}

impl Event {
    /// None if what it is about is not kept any more.
    fn read(conversation: ConversationId, row: &Row) -> Option<Self> {
        let what = Self::what(conversation, row)?;
        let Row { event_seq, actor_id: actor, at, .. } = *row;
        Some(Self { conversation, event_seq, actor, at, what })
    }

    fn what(conversation: ConversationId, row: &Row) -> Option<What> {
        let message = || row.message(conversation);
        let member = || row.member(conversation, MemberRole::parse(row.data.as_deref()?)?);
        Some(match row.kind {
            None => What::Sent(message()?),
            Some(ChangeKind::Edited) => What::Edited(message()?),
            Some(ChangeKind::Deleted) => What::Deleted(message()?),
            Some(ChangeKind::Joined) => What::Joined(member()?),
            Some(ChangeKind::Left) => What::Left(row.subject_id?),
            Some(ChangeKind::Role) => What::Role(member()?),
            Some(ChangeKind::Updated) => What::Renamed,
            Some(ChangeKind::Over) => What::Over,
        })
    }

    /// The message that it is about.
    pub fn message(&self) -> Option<&Message> {
        match &self.what {
            What::Sent(message) | What::Edited(message) | What::Deleted(message) => Some(message),
            What::Joined(_) | What::Left(_) | What::Role(_) | What::Renamed | What::Over => None,
        }
    }

    fn message_mut(&mut self) -> Option<&mut Message> {
        match &mut self.what {
            What::Sent(message) | What::Edited(message) | What::Deleted(message) => Some(message),
            What::Joined(_) | What::Left(_) | What::Role(_) | What::Renamed | What::Over => None,
        }
    }

    /// The same for somebody who may not see what its message has become.
    pub(super) fn hidden(&self) -> Self {
        let mut hidden = self.clone();
        if let Some(message) = hidden.message_mut() {
            message.body.clear();
        }
        hidden
    }
}

impl Entry for Event {
    fn number(&self) -> i64 {
        self.event_seq
    }

    fn departs(&self) -> Option<UserId> {
        match self.what {
            What::Left(person) => Some(person),
            _ => None,
        }
    }

    fn is_last(&self) -> bool {
        self.what == What::Over
    }

    fn shows(&self) -> i64 {
        let changed = self.message().and_then(|message| message.changed_event_seq);
        changed.map_or(self.event_seq, |changed| changed.max(self.event_seq))
    }

    fn renewed(&self, newer: &Self) -> Option<Self> {
        let (old, new) = (self.message()?, newer.message()?);
        if old.seq != new.seq || old.revision >= new.revision {
            return None;
        }
        let mut renewed = self.clone();
        renewed.message_mut()?.clone_from(new);
        Some(renewed)
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.message().map_or(0, |message| message.body.len())
    }
}

/// The database, as the live part reads it.
#[derive(Clone)]
pub struct Log(pub(super) Store);

impl Source for Log {
    type Entry = Event;
    type View = ConversationView;
    type Error = StoreError;

    async fn standing(
        &self,
        conversation: ConversationId,
        person: UserId,
    ) -> Result<Option<Standing>, StoreError> {
        let found = events::standing(&mut self.0.conn().await?, conversation, person).await?;
        Ok(found.map(standing))
    }

    async fn heads(
        &self,
        conversations: &[ConversationId],
    ) -> Result<Vec<(ConversationId, i64)>, StoreError> {
        events::list_heads(&mut self.0.conn().await?, conversations).await
    }

    async fn page(
        &self,
        conversation: ConversationId,
        after: i64,
        limit: i64,
    ) -> Result<Stretch<Event>, StoreError> {
        let rows = events::list(&mut self.0.conn().await?, conversation, after, limit).await?;
        let end = rows.last().map_or(after, |row| row.event_seq);
        let events = rows.iter().filter_map(|row| Event::read(conversation, row)).collect();
        Ok(Stretch { events, end })
    }

    async fn marks(&self, people: &[UserId]) -> Result<Vec<Mark>, StoreError> {
        let rows = events::list_marks(&mut self.0.conn().await?, people).await?;
        let mark = |(person, conversation, event_seq, read_seq, joined)| Mark {
            person,
            conversation,
            event_seq,
            read_seq,
            joined,
        };
        Ok(rows.into_iter().map(mark).collect())
    }

    async fn views(
        &self,
        people: &[UserId],
        conversations: &[ConversationId],
    ) -> Result<Vec<(Mark, ConversationView)>, StoreError> {
        let mut conn = self.0.conn().await?;
        let rows = events::list_views(&mut conn, people, conversations).await?;
        let view = |(conversation, member): (Conversation, Member)| {
            let mark = Mark {
                person: member.user_id,
                conversation: conversation.id,
                event_seq: conversation.event_seq,
                read_seq: member.read_seq,
                joined: member.joined_event_seq,
            };
            (mark, ConversationView { conversation, member: Some(member) })
        };
        Ok(rows.into_iter().map(view).collect())
    }
}

pub(super) fn standing(found: events::Standing) -> Standing {
    Standing { head: found.event_seq, joined: found.joined_event_seq, left: found.left_event_seq }
}
