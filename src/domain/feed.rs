//! Following one conversation: who may follow it from where, and what a follower gets.

use std::{collections::HashMap, sync::Arc, time::Duration};

use crate::{
    domain::{
        App, Error, Result, Viewer,
        access::{Audience, Former},
        error::Unfit,
        events::{Event, Log, What, standing},
    },
    ids::{ConversationId, UserId},
    live::{Fault, Held, PAUSE, Signal, Step, Subscriber},
    store::{Conn, Store, StoreError, events},
    time::{Clock, Timestamp},
};

/// From where a conversation is followed; none is from its head.
#[derive(Clone, Copy, Debug)]
pub enum After {
    /// Messages only, after this one.
    Message(Option<i64>),
    /// All events, after this one.
    Event(Option<i64>),
}

/// Who has more events than this before them is behind, and not only a little slower than
/// others.
const BEHIND: i64 = 64;

/// What a follower gets.
#[derive(Clone, Debug)]
pub enum Item {
    /// The event with the next number.
    Event(Arc<Held<Event>>),
    /// Everything up to this number has been told: what comes now is new.
    CaughtUp(i64),
    /// Somebody has read up to a message.
    Read { user: UserId, read_seq: i64 },
    /// Somebody is typing, or has stopped.
    Typing { user: UserId, typing: bool, expires_at: Timestamp },
    /// There is nothing to tell.
    Heartbeat(Timestamp),
}

/// A person who follows a conversation.
pub struct Follower {
    conversation: ConversationId,
    person: UserId,
    walk: Subscriber<Log>,
    store: Store,
    clock: Arc<dyn Clock>,
    /// After how much silence it is said that there is nothing to tell.
    heartbeat: Duration,
    only_messages: bool,
    /// The number at which the follower will have caught up.
    caught_up: Option<i64>,
    /// How far others have read, as far as it was told: it never goes back.
    read: HashMap<UserId, i64>,
    is_over: bool,
}

/// Follows a conversation, as far as the viewer may.
///
/// # Errors
/// [`Error::NotFound`] to who never took part in it, [`Error::Resync`] if it does not reach so
/// far or has another life than `epoch`, [`Error::MembershipEnded`] to who has got all that
/// they could see, or more, [`Error::Invalid`].
pub async fn follow(
    app: &App,
    viewer: Viewer,
    conversation: ConversationId,
    after: After,
    epoch: Option<&str>,
) -> Result<Follower> {
    let (After::Message(number) | After::Event(number)) = after;
    let field = match after {
        After::Message(_) => "afterSeq",
        After::Event(_) => "afterEventSeq",
    };
    if number.is_some_and(i64::is_negative) {
        return Err(Error::invalid(field, "must be 0 or the number of something you have"));
    }
    let mut conn = app.store.conn().await?;
    let found = events::standing(&mut conn, conversation, viewer.id()).await?;
    let found = found.ok_or(Error::NotFound("conversation"))?;
    let is_former = found.left_event_seq.is_some();
    if number.is_none() && (is_former || found.deleted_at.is_some()) {
        return Err(Error::NotFound("conversation"));
    }
    let only_messages = matches!(after, After::Message(_));
    let head = head(&mut conn, conversation, found, only_messages).await?;
    let resync = |why| Error::Resync { why, conversation: Some(conversation), head: Some(head) };
    if epoch.is_some_and(|epoch| epoch != app.epoch) {
        return Err(resync(Unfit::OtherLife));
    }
    if is_former && number.is_some_and(|number| number >= head) {
        return Err(Error::MembershipEnded);
    }
    if number.is_some_and(|number| number > head) {
        return Err(resync(Unfit::Ahead));
    }
    let start = match after {
        After::Event(number) => number.unwrap_or(found.event_seq),
        After::Message(Some(0)) => 0,
        After::Message(Some(seq)) if seq < head => {
            let sent = events::find_event_of_message(&mut conn, conversation, seq).await?;
            sent.ok_or_else(|| resync(Unfit::NotKept))?
        }
        After::Message(_) => found.event_seq,
    };
    #[cfg(feature = "seeded-bugs")]
    let start = if start > 0 && crate::seeded_bugs::has("cursor-by-time") {
        // After the time of what the follower has, and not after its number.
        let rows = events::list(&mut conn, conversation, start - 1, 64).await?;
        let last = rows.iter().take_while(|row| row.at == rows[0].at).last();
        last.map_or(start, |row| row.event_seq)
    } else {
        start
    };
    drop(conn);
    // The end of the conversation is an event like any other, but for who has it already.
    let is_over = found.deleted_at.is_some();
    if is_over && start >= found.event_seq {
        return Err(Error::MembershipEnded);
    }
    Ok(Follower {
        conversation,
        person: viewer.id(),
        walk: app.live.follow(conversation, viewer.id(), standing(found), start),
        store: app.store.clone(),
        clock: Arc::clone(&app.clock),
        heartbeat: app.live.options().heartbeat,
        only_messages,
        caught_up: (!is_over && !is_former && !only_messages).then_some(found.event_seq),
        read: HashMap::new(),
        is_over: false,
    })
}

/// How far the log of a conversation reaches: what was read of it before this shows the work
/// of no later event.
pub async fn reached(app: &App, conversation: ConversationId) -> Result<i64> {
    let heads = events::list_heads(&mut app.store.conn().await?, &[conversation]).await?;
    let head = heads.into_iter().next().map(|(_, head)| head);
    head.ok_or(Error::NotFound("conversation"))
}

/// The newest number of a conversation that is a person's to know. Who is out learns of nothing
/// after their departure, also not whether there is anything.
async fn head(
    conn: &mut Conn,
    conversation: ConversationId,
    found: events::Standing,
    only_messages: bool,
) -> std::result::Result<i64, StoreError> {
    match (only_messages, found.left_event_seq) {
        (false, left) => Ok(left.unwrap_or(found.event_seq)),
        (true, None) => Ok(found.message_seq),
        (true, Some(left)) => events::find_message_seq_at(conn, conversation, left).await,
    }
}

impl Follower {
    /// The next item; none at the end. May be dropped half way and called again.
    ///
    /// # Errors
    /// [`Error::MembershipEnded`] and [`Error::Resync`], which are the last.
    pub async fn next(&mut self) -> Option<Result<Item>> {
        if self.is_over {
            return None;
        }
        loop {
            if self.caught_up == Some(self.walk.position()) {
                self.caught_up = None;
                return Some(Ok(Item::CaughtUp(self.walk.position())));
            }
            let step = if self.only_messages {
                self.walk.next().await
            } else {
                match tokio::time::timeout(self.heartbeat, self.walk.next()).await {
                    Ok(step) => step,
                    Err(_) => return Some(Ok(Item::Heartbeat(self.clock.now()))),
                }
            };
            match step {
                Ok(Step::Entry { held, hides }) => {
                    if self.only_messages && !matches!(held.what, What::Sent(_)) {
                        continue;
                    }
                    let held = if hides { Held::new(held.hidden()) } else { held };
                    return Some(Ok(Item::Event(held)));
                }
                Ok(Step::Passing(signal)) => {
                    if let Some(item) = self.passing(signal) {
                        return Some(Ok(item));
                    }
                }
                Ok(Step::Left) => return Some(self.end(Error::MembershipEnded)),
                Ok(Step::Over) if self.only_messages => {
                    return Some(self.end(Error::MembershipEnded));
                }
                Ok(Step::Over) => {
                    self.is_over = true;
                    return None;
                }
                Err(Fault::Gone) => {
                    let (why, conversation) = (Unfit::NotKept, Some(self.conversation));
                    let head = self.head().await;
                    return Some(self.end(Error::Resync { why, conversation, head }));
                }
            }
        }
    }

    /// The number from which somebody who has read everything anew can go on.
    async fn head(&self) -> Option<i64> {
        let (conversation, person) = (self.conversation, self.person);
        let read = async || {
            let mut conn = self.store.conn().await?;
            let found = events::standing(&mut conn, conversation, person).await?;
            let Some(found) = found else { return Ok(None) };
            head(&mut conn, conversation, found, self.only_messages).await.map(Some)
        };
        loop {
            match read().await {
                Ok(head) => return head,
                Err(error) => {
                    tracing::warn!(%error, "a conversation's head cannot be read yet");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn end(&mut self, why: Error) -> Result<Item> {
        self.is_over = true;
        Err(why)
    }

    fn passing(&mut self, signal: Signal) -> Option<Item> {
        match signal {
            _ if self.only_messages => None,
            Signal::Read { user, read_seq, .. } => {
                let told = self.read.entry(user).or_default();
                if read_seq <= *told {
                    return None;
                }
                *told = read_seq;
                Some(Item::Read { user, read_seq })
            }
            Signal::Typing { expires_at, .. } if expires_at < self.clock.now() => None,
            Signal::Typing { user, typing, expires_at, .. } => {
                Some(Item::Typing { user, typing, expires_at })
            }
            Signal::Advanced { .. }
            | Signal::Membership { .. }
            | Signal::SessionOver { .. }
            | Signal::PersonChanged { .. } => None,
        }
    }

    /// The number from which a client that has this event resumes.
    pub fn number(&self, event: &Event) -> Option<i64> {
        if self.only_messages {
            return event.message().map(|message| message.seq);
        }
        Some(event.event_seq)
    }

    /// Whether the follower may be given what was read for all alike, or for themselves, when
    /// the log reached no further than this. If not, it is to be read again, for whom
    /// [`Self::standing`] says.
    pub async fn may_see(&mut self, reached: i64) -> bool {
        self.walk.reaches(reached).await
    }

    /// Whether far more has happened than the follower was told.
    pub fn is_behind(&self) -> bool {
        self.walk.head() - self.walk.position() > BEHIND
    }

    /// The events that come next, as far as they are here already.
    pub fn upcoming(&self) -> impl Iterator<Item = &Event> {
        self.walk.upcoming()
    }

    /// Which conversation is followed.
    pub fn conversation(&self) -> ConversationId {
        self.conversation
    }

    /// All who are shown the same as this follower; what they could see until then, once the
    /// follower is out.
    ///
    /// # Errors
    /// The latter.
    pub fn standing(&self) -> std::result::Result<Audience, Former> {
        let conversation = self.conversation;
        match self.walk.sees() {
            None => Ok(Audience::of(conversation)),
            Some(until) => Err(Former { conversation, until }),
        }
    }
}
