//! Where signals meet those who follow, and where everything that is followed is looked at
//! again and again, whether or not a signal came.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    sync::{Notify, broadcast},
    time::{Instant, timeout},
};

use super::{
    Inbox, Mark, Signal, Source, Standing, Subscriber,
    bus::{Bus, Ear, Published},
    inbox::Inboxes,
    room::Room,
};
use crate::{
    ids::{ConversationId, UserId},
    metrics::Metrics,
};

/// How many signals a listener may be behind before it is told that it missed some.
const BACKLOG: usize = 1_024;

/// Of how many conversations or people the state is read in one statement.
const CHUNK: usize = 500;

/// How often what is followed is looked at again, and who follows is told so.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// While signals of other instances arrive, or there are no others.
    pub reconcile: Duration,
    /// While nothing tells of what other instances write.
    pub poll: Duration,
    /// After how much silence a follower is told that there is nothing to tell.
    pub heartbeat: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            reconcile: Duration::from_secs(3),
            poll: Duration::from_millis(400),
            heartbeat: Duration::from_secs(25),
        }
    }
}

/// See the top; cloned cheaply.
pub struct Hub<S: Source>(Arc<Shared<S>>);

struct Shared<S: Source> {
    source: Arc<S>,
    rooms: Mutex<HashMap<ConversationId, Weak<Room<S>>>>,
    inboxes: Arc<Inboxes<S>>,
    signals: broadcast::Sender<Signal>,
    bus: Box<dyn Bus>,
    options: Options,
    metrics: Metrics,
}

impl<S: Source> Clone for Hub<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Source> Hub<S> {
    /// Starts looking after what will be followed, until the last clone is dropped.
    pub fn start(source: S, bus: Box<dyn Bus>, options: Options, metrics: Metrics) -> Self {
        let source = Arc::new(source);
        let inboxes = Inboxes::start(&source);
        // Ask for a look at everything, now. The inboxes take longer to look at, and must not
        // hold up the rooms.
        let overdue =
            [Followed::Rooms, Followed::Inboxes].map(|which| (which, Arc::<Notify>::default()));
        let hub = Self(Arc::new(Shared {
            source,
            rooms: Mutex::default(),
            inboxes,
            signals: broadcast::Sender::new(BACKLOG),
            bus,
            options,
            metrics,
        }));
        let (heard, connected) = (hub.weak(), overdue.clone());
        hub.0.bus.start(Ear {
            heard: Box::new(move |signal| {
                if let Some(hub) = heard.upgrade() {
                    hub.0.metrics.hints.received.inc();
                    hub.apply(signal);
                }
            }),
            connected: Box::new(move || {
                for (_, overdue) in &connected {
                    overdue.notify_one();
                }
            }),
        });
        for (which, overdue) in overdue {
            #[cfg(feature = "seeded-bugs")]
            if crate::seeded_bugs::has("no-reconciler") {
                continue;
            }
            tokio::spawn(reconcile(hub.weak(), which, overdue));
        }
        hub
    }

    fn weak(&self) -> WeakHub<S> {
        WeakHub(Arc::downgrade(&self.0))
    }

    /// Tells whoever listens, here and on other instances.
    pub fn tell(&self, signal: Signal) {
        self.apply(signal);
        let hints = &self.0.metrics.hints;
        match self.0.bus.publish(signal) {
            Published::Sent => {
                hints.sent.inc();
            }
            Published::Dropped => {
                hints.dropped.inc();
            }
            Published::Nowhere => {}
        }
    }

    fn apply(&self, signal: Signal) {
        match signal {
            Signal::Advanced { conversation, event_seq } => {
                if let Some(room) = self.room(conversation) {
                    room.hint(event_seq);
                }
            }
            Signal::Read { conversation, event_seq, .. }
            | Signal::Typing { conversation, event_seq, .. } => {
                if let Some(room) = self.room(conversation) {
                    room.hint(event_seq);
                    room.pass(signal);
                }
            }
            Signal::Membership { .. }
            | Signal::SessionOver { .. }
            | Signal::PersonChanged { .. } => {}
        }
        self.0.inboxes.hear(signal);
        // An error says only that nobody listens.
        let _ = self.0.signals.send(signal);
    }

    /// Listens to all signals from now on, of this and other instances.
    pub fn listen(&self) -> broadcast::Receiver<Signal> {
        self.0.signals.subscribe()
    }

    /// Follows a conversation from the event after `after` on, for a person who stands to it
    /// as was just read.
    pub fn follow(
        &self,
        conversation: ConversationId,
        person: UserId,
        standing: Standing,
        after: i64,
    ) -> Subscriber<S> {
        let mut rooms = self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let known = rooms.get(&conversation).and_then(Weak::upgrade);
        let is_new = known.is_none();
        let room = known.unwrap_or_else(|| {
            let room = Room::open(&self.0.source, conversation, standing.head);
            rooms.insert(conversation, Arc::downgrade(&room));
            room
        });
        drop(rooms);
        if is_new {
            // Of what was written before the room was there it got no signal.
            room.look();
        } else {
            room.hint(standing.head);
        }
        Subscriber::new(self.clone(), room, (conversation, person), standing, after)
    }

    /// Follows all conversations of a person; answers how they stand now too.
    ///
    /// # Errors
    /// Of the source.
    pub async fn follow_all(&self, person: UserId) -> Result<(Inbox<S>, Vec<Mark>), S::Error> {
        // First the mailbox, then the look: nothing falls between.
        let inbox = self.0.inboxes.follow(person);
        let marks = self.0.source.marks(&[person]).await?;
        self.0.inboxes.begin(&inbox, &marks);
        Ok((inbox, marks))
    }

    /// How often things are done that nobody asks for.
    pub fn options(&self) -> Options {
        self.0.options
    }

    /// What everything is read through.
    pub fn source(&self) -> &S {
        &self.0.source
    }

    /// What is counted of it.
    pub(super) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Notes what is followed just now.
    pub fn measure(&self) {
        let metrics = &self.0.metrics;
        metrics.rooms.set(i64::try_from(self.rooms().len()).unwrap_or(i64::MAX));
        metrics.bus_up.set(i64::from(self.0.bus.is_heard()));
    }

    /// What is wrong with the way to other instances; nothing is lost by it but time.
    pub fn complaint(&self) -> Option<String> {
        self.0.bus.complaint()
    }

    fn room(&self, conversation: ConversationId) -> Option<Arc<Room<S>>> {
        let rooms = self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.get(&conversation).and_then(Weak::upgrade)
    }

    fn rooms(&self) -> Vec<ConversationId> {
        let mut rooms = self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.retain(|_, room| room.strong_count() > 0);
        rooms.keys().copied().collect()
    }

    /// Looks at all that is followed in this way.
    async fn look(&self, which: Followed, is_overdue: bool) -> Result<(), S::Error> {
        match which {
            Followed::Rooms => {
                // Signals that were sent while they could not be heard are not lost, but missed.
                let is_heard = self.0.bus.is_heard() && !is_overdue;
                for some in self.rooms().chunks(CHUNK) {
                    for (conversation, head) in self.0.source.heads(some).await? {
                        if let Some(room) = self.room(conversation)
                            && room.is_found_behind(head)
                        {
                            self.0.metrics.reconciled.inc();
                            if is_heard {
                                self.0.metrics.hints.lost.inc();
                            }
                        }
                    }
                }
            }
            Followed::Inboxes => {
                for some in self.0.inboxes.people().chunks(CHUNK) {
                    let marks = self.0.source.marks(some).await?;
                    self.0.inboxes.know(some, &marks);
                }
            }
        }
        Ok(())
    }
}

/// What is looked at again and again.
#[derive(Clone, Copy, Debug)]
enum Followed {
    Rooms,
    Inboxes,
}

struct WeakHub<S: Source>(Weak<Shared<S>>);

impl<S: Source> WeakHub<S> {
    fn upgrade(&self) -> Option<Hub<S>> {
        self.0.upgrade().map(Hub)
    }
}

async fn reconcile<S: Source>(hub: WeakHub<S>, which: Followed, overdue: Arc<Notify>) {
    let mut is_failing = false;
    let mut took = Duration::ZERO;
    loop {
        let since = Instant::now();
        let is_overdue = loop {
            let Some(present) = hub.upgrade() else { return };
            let options = present.0.options;
            let every = if present.0.bus.is_heard() { options.reconcile } else { options.poll };
            drop(present);
            // A look that takes long is not taken all the time. One that failed says nothing of
            // that.
            let rest = every.max(4 * took).saturating_sub(since.elapsed());
            // In steps, because signals may stop to arrive meanwhile.
            let step = rest.min(options.poll);
            if rest.is_zero() {
                break false;
            }
            if timeout(step, overdue.notified()).await.is_ok() {
                break true;
            }
        };
        let Some(hub) = hub.upgrade() else { return };
        let begun = Instant::now();
        let looked = hub.look(which, is_overdue).await;
        hub.0.metrics.looked(looked.is_ok());
        took = if looked.is_ok() { begun.elapsed() } else { Duration::ZERO };
        if let Err(error) = &looked
            && !is_failing
        {
            tracing::warn!(%error, ?which, "what is followed cannot be looked at");
        }
        is_failing = looked.is_err();
    }
}
