//! One conversation that somebody follows: its head and its newest events. Only the room
//! reads what is new, once for all who follow.

use std::{
    collections::VecDeque,
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, OnceCell, broadcast, watch},
    time::Instant,
};

use super::{Entry, Signal, Source, Stretch};
use crate::ids::ConversationId;

/// How many events a room keeps, and about how many bytes of them.
const KEPT: usize = 512;
const KEPT_BYTES: usize = 512 << 10;

/// How many events are read at a time, and about how many bytes of them are held.
pub(super) const PAGE: i64 = 128;
const PAGE_BYTES: usize = 256 << 10;

/// About how many bytes of events a follower takes at a time.
const SLICE_BYTES: usize = 64 << 10;

/// How many unnumbered items a follower may be behind before it misses some.
const PASSING: usize = 64;

/// How long after a page was read it is still given to others.
const SHARED: Duration = Duration::from_millis(500);

/// How long to wait after the database failed.
pub const PAUSE: Duration = Duration::from_millis(250);

/// An event in memory. Two with the same stamp carry the same.
#[derive(Debug)]
pub struct Held<E> {
    /// What it carries, of all that this process ever read.
    pub stamp: u64,
    entry: E,
}

impl<E> Held<E> {
    /// Takes an event up.
    pub fn new(entry: E) -> Arc<Self> {
        static STAMPS: AtomicU64 = AtomicU64::new(0);
        Arc::new(Self { stamp: STAMPS.fetch_add(1, Ordering::Relaxed), entry })
    }
}

impl<E> Deref for Held<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.entry
    }
}

/// See the top.
pub(super) struct Room<S: Source> {
    id: ConversationId,
    head: watch::Sender<i64>,
    /// How far the log reached by what signals said, to tell what none told of.
    told: AtomicI64,
    ring: Mutex<Ring<S::Entry>>,
    passing: broadcast::Sender<Signal>,
    /// What is being read again by those who are behind, as long as one of them holds it.
    pages: Mutex<Pages<S::Entry>>,
    /// How many events fit into a page, as far as the last ones tell.
    fits: AtomicI64,
    /// Wakes the one task that reads.
    poke: Arc<Notify>,
}

/// A page of the log that is read once for all who ask for it at about the same time.
pub(super) type Shared<E> = OnceCell<Page<E>>;

type Pages<E> = Vec<(Asked, Weak<Shared<E>>)>;

/// Events as they were when they were read.
pub(super) struct Page<E> {
    pub(super) read_at: Instant,
    pub(super) events: Vec<Arc<Held<E>>>,
}

/// Which page is read.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Asked {
    /// It begins after this number.
    after: i64,
    /// The newest event that was known of before it was read: the work of all events up to
    /// this one is in it.
    known: i64,
}

/// What is asked of a ring.
pub(super) enum Taken<E> {
    /// The events from the number on.
    Here(Vec<Arc<Held<E>>>),
    /// The ring begins later: the database has it.
    Before,
    /// There is nothing of that number yet, or not as it is known to be by now.
    Ahead,
}

impl<S: Source> Room<S> {
    /// A room whose log reaches `head`, with the task that reads what comes after it.
    pub(super) fn open(source: &Arc<S>, id: ConversationId, head: i64) -> Arc<Self> {
        let poke = Arc::new(Notify::new());
        let room = Arc::new(Self {
            id,
            head: watch::Sender::new(head),
            told: AtomicI64::new(head),
            ring: Mutex::new(Ring { begin: head + 1, events: VecDeque::new(), bytes: 0 }),
            passing: broadcast::Sender::new(PASSING),
            pages: Mutex::default(),
            fits: AtomicI64::new(PAGE),
            poke: Arc::clone(&poke),
        });
        tokio::spawn(read(Arc::clone(source), Arc::downgrade(&room), poke));
        room
    }

    /// Something may be new. How far is found out by reading: a number from outside is
    /// good for no more than leaving a read out.
    pub(super) fn hint(&self, event_seq: i64) {
        self.told.fetch_max(event_seq, Ordering::Relaxed);
        if event_seq > *self.head.borrow() {
            self.poke.notify_one();
        }
    }

    /// The log was found to reach so far; answers whether nothing had told of it.
    pub(super) fn is_found_behind(&self, head: i64) -> bool {
        let known = self.told.load(Ordering::Relaxed).max(*self.head.borrow());
        self.hint(head);
        head > known
    }

    /// Something may be new.
    pub(super) fn look(&self) {
        self.poke.notify_one();
    }

    /// An unnumbered item, for who is here now.
    pub(super) fn pass(&self, signal: Signal) {
        // An error says only that nobody listens.
        let _ = self.passing.send(signal);
    }

    pub(super) fn head(&self) -> watch::Receiver<i64> {
        self.head.subscribe()
    }

    pub(super) fn passing(&self) -> broadcast::Receiver<Signal> {
        self.passing.subscribe()
    }

    /// At most so many events from a number on, and not many bytes of them, with the work of all
    /// up to `known` in them.
    pub(super) fn take(&self, from: i64, known: i64, most: usize) -> Taken<S::Entry> {
        let mut bytes = 0;
        let wants = |place, event: &S::Entry| {
            bytes += event.size();
            place < most && (place == 0 || bytes <= SLICE_BYTES)
        };
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).take(from, known, wants)
    }

    /// All events from a number on.
    pub(super) fn take_all(&self, from: i64) -> Taken<S::Entry> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).take(from, 0, |_, _| true)
    }

    /// How many events to read for a page.
    pub(super) fn fits(&self) -> i64 {
        self.fits.load(Ordering::Relaxed)
    }

    /// Leaves of a page what its followers may hold.
    pub(super) fn cut(&self, events: &mut Vec<Arc<Held<S::Entry>>>) {
        let mut bytes = 0;
        let is_within = |event: &&Arc<Held<S::Entry>>| {
            bytes += event.size();
            bytes <= PAGE_BYTES
        };
        let fitting = events.iter().take_while(is_within).count().max(1);
        let fits = if fitting < events.len() {
            i64::try_from(fitting).unwrap_or(PAGE)
        } else {
            PAGE.min(2 * self.fits())
        };
        events.truncate(fitting);
        self.fits.store(fits, Ordering::Relaxed);
    }

    /// The page after a number, to be read by who is first, and the newest event of which the
    /// work is surely in it: it is not older than anything that this room knows of, nor than
    /// `head`, which the caller knows of.
    pub(super) fn page(&self, after: i64, head: i64) -> (i64, Arc<Shared<S::Entry>>) {
        let asked = Asked { after, known: head.max(*self.head.borrow()) };
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.retain(|(_, page)| page.strong_count() > 0);
        let place = pages.iter().position(|(known, _)| *known == asked);
        let shared = place.and_then(|place| pages[place].1.upgrade());
        let is_fresh =
            |page: &Shared<S::Entry>| page.get().is_none_or(|page| page.read_at.elapsed() < SHARED);
        if let Some(shared) = shared.filter(|page| is_fresh(page)) {
            return (asked.known, shared);
        }
        if let Some(place) = place {
            pages.swap_remove(place);
        }
        let shared = Arc::default();
        pages.push((asked, Arc::downgrade(&shared)));
        (asked.known, shared)
    }

    fn append(&self, Stretch { events, end }: Stretch<S::Entry>) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in events {
            ring.push(entry);
        }
        if end > ring.end() {
            ring.skip_to(end + 1);
        }
        let head = ring.end();
        drop(ring);
        self.head.send_if_modified(|known| {
            let is_new = head > *known;
            *known = head.max(*known);
            is_new
        });
    }
}

impl<S: Source> Drop for Room<S> {
    fn drop(&mut self) {
        self.poke.notify_one();
    }
}

/// Reads on whenever somebody says that something may be new, until the room is left.
async fn read<S: Source>(source: Arc<S>, room: Weak<Room<S>>, poke: Arc<Notify>) {
    loop {
        poke.notified().await;
        loop {
            let Some(room) = room.upgrade() else { return };
            let (id, head) = (room.id, *room.head.borrow());
            match source.page(id, head, PAGE).await {
                Ok(page) => {
                    let is_all = page.end < head + PAGE;
                    room.append(page);
                    if is_all {
                        break;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, conversation.id = %id, "new events cannot be read yet");
                    drop(room);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

/// The newest events, without a hole.
struct Ring<E> {
    /// The number of the first.
    begin: i64,
    events: VecDeque<Arc<Held<E>>>,
    bytes: usize,
}

impl<E: Entry> Ring<E> {
    /// The number of the last.
    fn end(&self) -> i64 {
        self.begin - 1 + i64::try_from(self.events.len()).unwrap_or(i64::MAX)
    }

    fn push(&mut self, entry: E) {
        let number = entry.number();
        if number <= self.end() {
            return;
        }
        if number > self.end() + 1 {
            self.skip_to(number);
        }
        // What was edited or erased must not be seen as it was.
        for held in &mut self.events {
            if let Some(renewed) = held.renewed(&entry) {
                self.bytes = self.bytes + renewed.size() - held.size();
                *held = Held::new(renewed);
            }
        }
        self.bytes += entry.size();
        self.events.push_back(Held::new(entry));
        while self.events.len() > KEPT || (self.bytes > KEPT_BYTES && self.events.len() > 1) {
            if let Some(oldest) = self.events.pop_front() {
                self.bytes -= oldest.size();
                self.begin += 1;
            }
        }
    }

    /// Goes on with this number. What lies before it is not kept any more: who needs it finds
    /// that out from the database.
    fn skip_to(&mut self, number: i64) {
        *self = Self { begin: number, events: VecDeque::new(), bytes: 0 };
    }

    /// The events from a number on, as long as they are wanted.
    fn take(&self, from: i64, known: i64, mut wants: impl FnMut(usize, &E) -> bool) -> Taken<E> {
        match usize::try_from(from - self.begin) {
            Ok(_) if self.end() < from.max(known) => Taken::Ahead,
            Ok(skipped) => {
                let events = self.events.iter().skip(skipped).enumerate();
                let wanted = events.take_while(|(place, event)| wants(*place, event));
                Taken::Here(wanted.map(|(_, event)| Arc::clone(event)).collect())
            }
            Err(_) => Taken::Before,
        }
    }
}
