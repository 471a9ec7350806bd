//! All conversations of a person at once: which of them moved. What a follower has not
//! taken yet is kept as the newest state of each conversation, so that a slow one costs no
//! more than a conversation each, and never has a hole.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio::sync::Notify;

use super::{Mark, Signal, Source, room::PAUSE};
use crate::ids::{ConversationId, UserId};

/// For how many people and conversations are asked in one statement.
const PEOPLE: usize = 100;
const CONVERSATIONS: usize = 100;

/// What became of one of a person's conversations.
pub enum Change<V> {
    /// The person is in it, and it is like this now.
    Now(Mark, Arc<V>),
    /// The person is not in it any more.
    Gone(ConversationId),
}

/// One follower of all of a person's conversations.
pub struct Inbox<S: Source> {
    mailbox: Arc<Mailbox<S::View>>,
    /// Where it is found; its last follower takes the person out.
    all: Arc<Inboxes<S>>,
    person: UserId,
}

impl<S: Source> Inbox<S> {
    /// Waits for the next change. May be dropped half way and called again.
    pub async fn next(&self) -> Change<S::View> {
        loop {
            if let Some(change) = self.mailbox.take() {
                return change;
            }
            self.mailbox.filled.notified().await;
        }
    }
}

impl<S: Source> Drop for Inbox<S> {
    fn drop(&mut self) {
        self.all.leave(self.person, &self.mailbox);
    }
}

/// How a conversation stands; `None` if it is gone.
type Newest<V> = Option<(Mark, Arc<V>)>;

struct Mailbox<V> {
    /// The newest of each conversation; `None` for one that is gone.
    changes: Mutex<HashMap<ConversationId, Newest<V>>>,
    filled: Notify,
}

impl<V> Mailbox<V> {
    fn put(&self, conversation: ConversationId, change: Newest<V>) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.insert(conversation, change);
        drop(changes);
        self.filled.notify_one();
    }

    fn take(&self) -> Option<Change<V>> {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let conversation = *changes.keys().next()?;
        Some(match changes.remove(&conversation)? {
            Some((mark, view)) => Change::Now(mark, view),
            None => Change::Gone(conversation),
        })
    }
}

/// All who follow their conversations on this instance.
pub(super) struct Inboxes<S: Source> {
    followed: Mutex<Followed<S::View>>,
    dirty: Mutex<HashMap<ConversationId, HashSet<UserId>>>,
    wake: Arc<Notify>,
}

struct Followed<V> {
    people: HashMap<UserId, Person<V>>,
    /// Who of them is in a conversation, as far as it is known.
    members: HashMap<ConversationId, HashSet<UserId>>,
    /// Who is just reading what they are in, and what moved since they began.
    beginning: HashMap<UserId, HashSet<ConversationId>>,
}

struct Person<V> {
    mailboxes: Vec<Arc<Mailbox<V>>>,
    /// What was told last.
    known: HashMap<ConversationId, Mark>,
}

impl<S: Source> Inboxes<S> {
    pub(super) fn start(source: &Arc<S>) -> Arc<Self> {
        let wake = Arc::new(Notify::new());
        let followed =
            Followed { people: HashMap::new(), members: HashMap::new(), beginning: HashMap::new() };
        let all = Arc::new(Self {
            followed: Mutex::new(followed),
            dirty: Mutex::default(),
            wake: Arc::clone(&wake),
        });
        tokio::spawn(refresh(Arc::clone(source), Arc::downgrade(&all), wake));
        all
    }

    /// Puts up a mailbox. What changes from now on will be in it; what is there already is
    /// read by the caller, and given to [`Inboxes::know`].
    pub(super) fn follow(self: &Arc<Self>, person: UserId) -> Inbox<S> {
        let mailbox = Arc::new(Mailbox { changes: Mutex::default(), filled: Notify::new() });
        let mut followed = self.followed();
        let entry = followed.people.entry(person);
        let entry =
            entry.or_insert_with(|| Person { mailboxes: Vec::new(), known: HashMap::new() });
        entry.mailboxes.push(Arc::clone(&mailbox));
        followed.beginning.entry(person).or_default();
        drop(followed);
        Inbox { mailbox, all: Arc::clone(self), person }
    }

    fn leave(&self, person: UserId, mailbox: &Arc<Mailbox<S::View>>) {
        let mut followed = self.followed();
        let Some(entry) = followed.people.get_mut(&person) else { return };
        entry.mailboxes.retain(|other| !Arc::ptr_eq(other, mailbox));
        if !entry.mailboxes.is_empty() {
            return;
        }
        followed.beginning.remove(&person);
        let known = followed.people.remove(&person).map(|person| person.known);
        for conversation in known.unwrap_or_default().into_keys() {
            followed.forget(person, conversation);
        }
    }

    /// Takes note of all conversations of some people, and looks at what differs from what
    /// they were told.
    pub(super) fn know(&self, people: &[UserId], marks: &[Mark]) {
        let mut seen: HashMap<UserId, HashMap<ConversationId, Mark>> = HashMap::new();
        for mark in marks {
            seen.entry(mark.person).or_default().insert(mark.conversation, *mark);
        }
        let mut differing = Vec::new();
        for person in people {
            let marks = seen.remove(person).unwrap_or_default();
            let mut followed = self.followed();
            let Some(entry) = followed.people.get(person) else { continue };
            let gone = entry.known.keys().filter(|id| !marks.contains_key(id));
            differing.extend(gone.map(|id| (*person, *id)));
            let moved =
                marks.values().filter(|mark| entry.known.get(&mark.conversation) != Some(mark));
            differing.extend(moved.map(|mark| (*person, mark.conversation)));
            for conversation in marks.into_keys() {
                followed.members.entry(conversation).or_default().insert(*person);
            }
        }
        self.mark_dirty(differing);
    }

    /// What a newcomer has read for themselves needs no telling, unless it was told wrong.
    pub(super) fn begin(&self, person: UserId, marks: &[Mark]) {
        let mut followed = self.followed();
        let Some(entry) = followed.people.get_mut(&person) else { return };
        for mark in marks {
            entry.known.entry(mark.conversation).or_insert(*mark);
        }
        for mark in marks {
            followed.members.entry(mark.conversation).or_default().insert(person);
        }
        let moved = followed.beginning.remove(&person).unwrap_or_default();
        drop(followed);
        self.mark_dirty(moved.into_iter().map(|conversation| (person, conversation)).collect());
        // A second device may have read something newer or older than the first was told.
        self.know(&[person], marks);
    }

    /// Looks again at what a signal tells of.
    pub(super) fn hear(&self, signal: Signal) {
        let people: Vec<_> = match signal {
            Signal::Advanced { conversation, .. } => {
                let mut followed = self.followed();
                for moved in followed.beginning.values_mut() {
                    moved.insert(conversation);
                }
                let members = followed.members.get(&conversation).into_iter().flatten();
                members.map(|person| (*person, conversation)).collect()
            }
            Signal::Read { conversation, user, .. } | Signal::Membership { conversation, user } => {
                let is_here = self.followed().people.contains_key(&user);
                is_here.then_some((user, conversation)).into_iter().collect()
            }
            Signal::Typing { .. } | Signal::SessionOver { .. } | Signal::PersonChanged { .. } => {
                Vec::new()
            }
        };
        self.mark_dirty(people);
    }

    /// All people who follow.
    pub(super) fn people(&self) -> Vec<UserId> {
        self.followed().people.keys().copied().collect()
    }

    fn mark_dirty(&self, places: Vec<(UserId, ConversationId)>) {
        if places.is_empty() {
            return;
        }
        let mut dirty = self.dirty.lock().unwrap_or_else(PoisonError::into_inner);
        for (person, conversation) in places {
            dirty.entry(conversation).or_default().insert(person);
        }
        drop(dirty);
        self.wake.notify_one();
    }

    fn take_dirty(&self) -> Vec<(ConversationId, HashSet<UserId>)> {
        let mut dirty = self.dirty.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *dirty).into_iter().collect()
    }

    /// Tells the followers what was read of a part of the dirty places.
    fn deliver(&self, asked: &[(ConversationId, HashSet<UserId>)], found: Vec<(Mark, S::View)>) {
        let mut found: HashMap<_, _> = found
            .into_iter()
            .map(|(mark, view)| ((mark.person, mark.conversation), (mark, Arc::new(view))))
            .collect();
        let mut followed = self.followed();
        for (conversation, people) in asked {
            for person in people {
                let change = found.remove(&(*person, *conversation));
                followed.tell(*person, *conversation, change.as_ref());
            }
        }
    }

    fn followed(&self) -> MutexGuard<'_, Followed<S::View>> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> Followed<V> {
    fn tell(
        &mut self,
        person: UserId,
        conversation: ConversationId,
        change: Option<&(Mark, Arc<V>)>,
    ) {
        let Some(entry) = self.people.get_mut(&person) else { return };
        for mailbox in &entry.mailboxes {
            mailbox.put(conversation, change.cloned());
        }
        if let Some((mark, _)) = change {
            entry.known.insert(conversation, *mark);
            self.members.entry(conversation).or_default().insert(person);
        } else {
            entry.known.remove(&conversation);
            self.forget(person, conversation);
        }
    }

    fn forget(&mut self, person: UserId, conversation: ConversationId) {
        if let Some(people) = self.members.get_mut(&conversation) {
            people.remove(&person);
            if people.is_empty() {
                self.members.remove(&conversation);
            }
        }
    }
}

/// Reads what is dirty, for many at once, until the server ends.
async fn refresh<S: Source>(source: Arc<S>, all: Weak<Inboxes<S>>, wake: Arc<Notify>) {
    loop {
        wake.notified().await;
        let Some(inboxes) = all.upgrade() else { return };
        let dirty = inboxes.take_dirty();
        for some in dirty.chunks(CONVERSATIONS) {
            let conversations: Vec<_> = some.iter().map(|(id, _)| *id).collect();
            let people: HashSet<_> = some.iter().flat_map(|(_, people)| people).copied().collect();
            let people: Vec<_> = people.into_iter().collect();
            let mut found = Vec::new();
            for people in people.chunks(PEOPLE) {
                found.extend(read(&*source, people, &conversations).await);
            }
            inboxes.deliver(some, found);
        }
    }
}

async fn read<S: Source>(
    source: &S,
    people: &[UserId],
    conversations: &[ConversationId],
) -> Vec<(Mark, S::View)> {
    loop {
        match source.views(people, conversations).await {
            Ok(found) => return found,
            Err(error) => {
                tracing::warn!(%error, "what moved cannot be read yet");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

impl<S: Source> Drop for Inboxes<S> {
    fn drop(&mut self) {
        self.wake.notify_one();
    }
}
