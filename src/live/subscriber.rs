//! The walk of one follower through one conversation's log: every number once, in order,
//! up to where it is theirs to see.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::{
    sync::{broadcast, watch},
    time::Instant,
};

use super::{
    Entry, Hub, Signal, Source, Standing,
    room::{Held, PAUSE, Page, Room, Shared, Taken},
};
use crate::ids::{ConversationId, UserId};

/// How many events are taken out of a room at a time.
const SLICE: usize = 32;

/// How long events may lie here before they are read again: a message that was erased in the
/// meantime must not be shown as it was.
const FRESH: Duration = Duration::from_secs(1);

/// How many unnumbered items may wait for the walk to catch up: whoever makes up numbers
/// and people must not fill the memory.
const WAITING: usize = 64;

/// The next thing that happens to a follower.
#[derive(Debug)]
pub enum Step<E> {
    /// The event with the next number. If it `hides`, its message was changed after the
    /// follower left, and is not theirs to see.
    Entry { held: Arc<Held<E>>, hides: bool },
    /// Something without a number.
    Passing(Signal),
    /// The follower is out, and has got everything up to that.
    Left,
    /// The conversation is over, and the follower has got everything.
    Over,
}

/// Why a follower cannot go on.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// The next number is not kept any more.
    Gone,
}

/// See the top.
pub struct Subscriber<S: Source> {
    hub: Hub<S>,
    room: Arc<Room<S>>,
    conversation: ConversationId,
    person: UserId,
    /// The number of the next event.
    next: i64,
    /// Events from `next` on.
    slice: VecDeque<Arc<Held<S::Entry>>>,
    read_at: Instant,
    /// How far the room had read when these events were last compared with what it has.
    seen: i64,
    /// The page that they are of, held for others until the last of them is handed out.
    page: Option<Arc<Shared<S::Entry>>>,
    /// How far the log reached when the follower came: a room that has not read so far yet shows
    /// what was changed by then as it was.
    begun: i64,
    head: watch::Receiver<i64>,
    passing: broadcast::Receiver<Signal>,
    /// What is to be told once the log has been walked as far as it reached then.
    waiting: Vec<Signal>,
    bounds: Bounds,
    is_over: bool,
}

/// What is known of the follower's membership.
struct Bounds {
    /// The number by which they came in when the walk began, and as far as is known now.
    joined: i64,
    came: i64,
    /// The number by which they left after that: here the walk ends.
    left: Option<i64>,
    /// The last change that they may see the work of; everything for a member.
    sees: Option<i64>,
    /// Up to this number they surely were a member.
    through: i64,
}

impl<S: Source> Subscriber<S> {
    /// Follows from the event after `after` on. `standing` was read after `hub` was asked for
    /// the room, or the room looks for itself.
    pub(super) fn new(
        hub: Hub<S>,
        room: Arc<Room<S>>,
        (conversation, person): (ConversationId, UserId),
        standing: Standing,
        after: i64,
    ) -> Self {
        let Standing { head, joined, left } = standing;
        Self {
            head: room.head(),
            passing: room.passing(),
            hub,
            room,
            conversation,
            person,
            next: after + 1,
            slice: VecDeque::new(),
            read_at: Instant::now(),
            seen: head,
            page: None,
            begun: head,
            waiting: Vec::new(),
            bounds: Bounds {
                joined,
                came: joined,
                left,
                sees: left,
                through: left.unwrap_or(head),
            },
            is_over: false,
        }
    }

    /// The number of the last event that was handed out.
    pub fn position(&self) -> i64 {
        self.next - 1
    }

    /// The events that come next, as far as they are here already.
    pub fn upcoming(&self) -> impl Iterator<Item = &S::Entry> {
        self.slice.iter().map(|held| &***held)
    }

    /// The number of the newest event that this instance has read.
    pub fn head(&self) -> i64 {
        *self.head.borrow()
    }

    /// The last change that the follower may see the work of, if it is known already that
    /// they are out.
    pub fn sees(&self) -> Option<i64> {
        self.bounds.sees
    }

    /// Whether all was the follower's to see that was read when the log reached no further
    /// than `shows`: they were in, and had been in all the time since the walk last knew.
    pub async fn reaches(&mut self, shows: i64) -> bool {
        let came = self.bounds.came;
        while self.bounds.sees.is_none() && shows > self.bounds.through {
            self.look_up(shows).await;
        }
        self.bounds.sees.is_none_or(|last| shows < last) && self.bounds.came == came
    }

    /// Waits for the next thing. May be dropped half way and called again.
    ///
    /// # Errors
    /// See [`Fault`]. A database that fails is no error but a wait.
    pub async fn next(&mut self) -> Result<Step<S::Entry>, Fault> {
        loop {
            if self.is_over {
                return Ok(Step::Over);
            }
            if self.bounds.left.is_some_and(|left| self.next > left) {
                return Ok(Step::Left);
            }
            self.renew();
            if let Some(held) = self.slice.front() {
                let shows = held.shows();
                if self.bounds.sees.is_none() && shows > self.bounds.through {
                    // This takes time, and what is learned may put the event out of reach.
                    self.look_up(shows).await;
                    continue;
                }
                let hides = self.bounds.sees.is_some_and(|last| shows > last);
                let Some(held) = self.slice.pop_front() else { continue };
                self.next += 1;
                if self.slice.is_empty() {
                    self.page = None;
                }
                self.is_over = held.is_last();
                return Ok(Step::Entry { held, hides });
            }
            if let Some(signal) = self.due() {
                return Ok(Step::Passing(signal));
            }
            let head = self.head();
            match self.room.take(self.next, self.begun, SLICE) {
                Taken::Here(slice) => self.hold(slice, head, Instant::now()),
                Taken::Before => {
                    self.hub.metrics().ring_misses.inc();
                    self.read_page().await?;
                }
                Taken::Ahead => self.wait().await,
            }
        }
    }

    /// Takes up events from `next` on, and looks through all of them for the follower's own
    /// departure before the first is shown. They were asked for when the room had read up to
    /// `seen`.
    fn hold(&mut self, slice: Vec<Arc<Held<S::Entry>>>, seen: i64, read_at: Instant) {
        for held in &slice {
            let number = held.number();
            let is_own = held.departs() == Some(self.person) && number > self.bounds.joined;
            if is_own && self.bounds.left.is_none() {
                self.bounds.left = Some(number);
                self.bounds.sees = Some(number);
            }
        }
        if let Some(last) = slice.last().filter(|_| self.bounds.through + 1 >= self.next) {
            self.bounds.through = self.bounds.through.max(last.number());
        }
        self.slice = slice.into();
        self.read_at = read_at;
        self.seen = seen;
    }

    /// Brings what lies here up to what the room has read since.
    fn renew(&mut self) {
        if self.read_at.elapsed() > FRESH {
            self.slice.clear();
        }
        let head = self.head();
        if self.slice.is_empty() || head == self.seen {
            return;
        }
        match self.room.take(self.next, self.begun, SLICE) {
            Taken::Here(slice) => self.hold(slice, head, Instant::now()),
            // These were read later than all that the room has.
            Taken::Ahead => self.seen = head,
            Taken::Before => {
                // A room that has run on too far for this leaves it to `FRESH`: to read again
                // each time might never come to an end.
                if let Taken::Here(newer) = self.room.take_all(self.seen + 1) {
                    for held in &mut self.slice {
                        for newer in &newer {
                            if let Some(renewed) = held.renewed(newer) {
                                *held = Held::new(renewed);
                            }
                        }
                    }
                }
                self.seen = head;
            }
        }
    }

    async fn read_page(&mut self) -> Result<(), Fault> {
        let after = self.next - 1;
        let (known, shared) = self.room.page(after, self.begun);
        let mut is_read = false;
        let read = async || {
            is_read = true;
            let limit = self.room.fits();
            let page = self.hub.source().page(self.conversation, after, limit).await?;
            let mut events = page.events.into_iter().map(Held::new).collect();
            self.room.cut(&mut events);
            Ok::<_, S::Error>(Page { read_at: Instant::now(), events })
        };
        match shared.get_or_try_init(read).await {
            Ok(Page { read_at, events }) => {
                let replays = &self.hub.metrics().replays;
                if is_read { &replays.read } else { &replays.shared }.inc();
                let numbers = events.iter().map(|held| held.number());
                // Exactly the next numbers, or something is missing.
                let is_dense = numbers.zip(self.next..).all(|(number, next)| number == next);
                if events.is_empty() || !is_dense {
                    return Err(Fault::Gone);
                }
                self.hold(events.clone(), known, *read_at);
                self.page = Some(shared);
            }
            Err(error) => {
                let conversation = self.conversation;
                tracing::warn!(%error, conversation.id = %conversation, "events cannot be read yet");
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(())
    }

    /// Asks whether the follower may see the work of event `shows`, which lies beyond their
    /// known membership.
    async fn look_up(&mut self, shows: i64) {
        match self.hub.source().standing(self.conversation, self.person).await {
            Ok(Some(Standing { head, joined, left })) => {
                // Who was out and is in again may see everything; the walk still ends where
                // they went out.
                if joined == self.bounds.joined {
                    self.bounds.left = left;
                }
                self.bounds.came = joined;
                self.bounds.sees = left;
                self.bounds.through = left.unwrap_or(head).max(shows);
            }
            Ok(None) => {
                self.bounds.left = Some(self.position());
                self.bounds.sees = self.bounds.left;
            }
            Err(error) => {
                tracing::warn!(%error, "a membership cannot be read yet");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Something without a number that the walk has caught up with.
    fn due(&mut self) -> Option<Signal> {
        let position = self.position();
        let is_due = |signal: &Signal| signal.event_seq().is_none_or(|(_, seq)| seq <= position);
        let due = self.waiting.iter().position(is_due)?;
        Some(self.waiting.remove(due))
    }

    async fn wait(&mut self) {
        tokio::select! {
            // An error would mean that the room is gone, which is held here.
            _ = self.head.changed() => {}
            signal = self.passing.recv() => {
                // Some that were missed are as good as late.
                let Ok(signal) = signal else { return };
                self.waiting.retain(|other| other.about() != signal.about());
                self.waiting.push(signal);
                if self.waiting.len() > WAITING {
                    self.waiting.remove(0);
                }
            }
        }
    }
}
