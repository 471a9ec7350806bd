//! All conversations of a person at once: which of them moved. What a follower has not
//! taken yet is kept as the newest state of each conversation, so that a slow one costs no
//! more than a conversation each, and never has a hole.

use std::{
    collections::{HashMap, HashSet, VecDeque},
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

struct Mailbox<V> {
    changes: Mutex<Changes<V>>,
    filled: Notify,
}

struct Changes<V> {
    /// The newest of each conversation; `None` for one that is gone.
    newest: HashMap<ConversationId, Option<(Mark, Arc<V>)>>,
    /// The same conversations, by how long they wait: one that moves all the time must not
    /// hold up the others.
    order: VecDeque<ConversationId>,
}

impl<V> Mailbox<V> {
    fn new() -> Self {
        let changes = Changes { newest: HashMap::new(), order: VecDeque::new() };
        Self { changes: Mutex::new(changes), filled: Notify::new() }
    }

    fn put(&self, conversation: ConversationId, change: Option<(Mark, Arc<V>)>) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        if changes.newest.insert(conversation, change).is_none() {
            changes.order.push_back(conversation);
        }
        drop(changes);
        self.filled.notify_one();
    }

    fn take(&self) -> Option<Change<V>> {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let conversation = changes.order.pop_front()?;
        Some(match changes.newest.remove(&conversation)? {
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
    /// Who is just reading what they are in; they are told of nothing yet.
    beginning: HashMap<UserId, Vec<Beginner<V>>>,
    /// How many reads of what moved have begun.
    reads: u64,
}

struct Person<V> {
    mailboxes: Vec<Arc<Mailbox<V>>>,
    /// What was told last. A conversation that is not here, none of the mailboxes holds.
    known: HashMap<ConversationId, Mark>,
    /// How many reads had begun when the last mailbox was put up: they may be older than
    /// what its owner has.
    since: u64,
}

struct Beginner<V> {
    mailbox: Arc<Mailbox<V>>,
    /// What moved since they began.
    moved: HashSet<ConversationId>,
}

impl<S: Source> Inboxes<S> {
    pub(super) fn start(source: &Arc<S>) -> Arc<Self> {
        let wake = Arc::new(Notify::new());
        let followed = Followed {
            people: HashMap::new(),
            members: HashMap::new(),
            beginning: HashMap::new(),
            reads: 0,
        };
        let all = Arc::new(Self {
            followed: Mutex::new(followed),
            dirty: Mutex::default(),
            wake: Arc::clone(&wake),
        });
        tokio::spawn(refresh(Arc::clone(source), Arc::downgrade(&all), wake));
        all
    }

    /// Prepares a mailbox: from now on it is noted what moves. What is there already is read
    /// by the caller, and given to [`Inboxes::begin`].
    pub(super) fn follow(self: &Arc<Self>, person: UserId) -> Inbox<S> {
        let mailbox = Arc::new(Mailbox::new());
        let beginner = Beginner { mailbox: Arc::clone(&mailbox), moved: HashSet::new() };
        self.followed().beginning.entry(person).or_default().push(beginner);
        Inbox { mailbox, all: Arc::clone(self), person }
    }

    fn leave(&self, person: UserId, mailbox: &Arc<Mailbox<S::View>>) {
        let mut followed = self.followed();
        followed.has_begun(person, mailbox);
        let Some(entry) = followed.people.get_mut(&person) else { return };
        entry.mailboxes.retain(|other| !Arc::ptr_eq(other, mailbox));
        if !entry.mailboxes.is_empty() {
            return;
        }
        let known = followed.people.remove(&person).map(|person| person.known);
        for conversation in known.unwrap_or_default().into_keys() {
            followed.forget(person, conversation);
        }
    }

    /// Takes note of all conversations of some people, and looks at what differs from what
    /// they were told.
    pub(super) fn know(&self, people: &[UserId], marks: &[Mark]) {
        let mut seen: HashMap<UserId, Vec<Mark>> = HashMap::new();
        for mark in marks {
            seen.entry(mark.person).or_default().push(*mark);
        }
        let mut differing = Vec::new();
        for person in people {
            let marks = seen.remove(person).unwrap_or_default();
            differing.extend(self.followed().note(*person, &marks));
        }
        self.mark_dirty(differing);
    }

    /// Puts up a prepared mailbox. What its owner has read for themselves needs no telling,
    /// unless others of the person were told something else.
    pub(super) fn begin(&self, inbox: &Inbox<S>, marks: &[Mark]) {
        let Inbox { mailbox, person, .. } = inbox;
        let mut followed = self.followed();
        let moved = followed.has_begun(*person, mailbox);
        let mut differing: Vec<_> = moved.into_iter().map(|id| (*person, id)).collect();
        differing.extend(followed.note(*person, marks));
        let since = followed.reads;
        let entry = followed.people.entry(*person);
        let entry =
            entry.or_insert_with(|| Person { mailboxes: Vec::new(), known: HashMap::new(), since });
        entry.mailboxes.push(Arc::clone(mailbox));
        entry.since = since;
        for mark in marks {
            entry.known.entry(mark.conversation).or_insert(*mark);
        }
        for mark in marks {
            followed.members.entry(mark.conversation).or_default().insert(*person);
        }
        drop(followed);
        self.mark_dirty(differing);
    }

    /// Looks again at what a signal tells of.
    pub(super) fn hear(&self, signal: Signal) {
        let people: Vec<_> = match signal {
            Signal::Advanced { conversation, .. } => {
                let mut followed = self.followed();
                for beginner in followed.beginning.values_mut().flatten() {
                    beginner.moved.insert(conversation);
                }
                let members = followed.members.get(&conversation).into_iter().flatten();
                members.map(|person| (*person, conversation)).collect()
            }
            Signal::Read { conversation, user, .. } | Signal::Membership { conversation, user } => {
                let mut followed = self.followed();
                for beginner in followed.beginning.get_mut(&user).into_iter().flatten() {
                    beginner.moved.insert(conversation);
                }
                let is_here = followed.people.contains_key(&user);
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

    /// Answers the number of a read that begins.
    fn begin_read(&self) -> u64 {
        let mut followed = self.followed();
        followed.reads += 1;
        followed.reads
    }

    /// Tells the followers what a read found of a part of the dirty places.
    fn deliver(
        &self,
        read: u64,
        asked: &[(ConversationId, HashSet<UserId>)],
        found: Vec<(Mark, S::View)>,
    ) {
        let mut found: HashMap<_, _> = found
            .into_iter()
            .map(|(mark, view)| ((mark.person, mark.conversation), (mark, Arc::new(view))))
            .collect();
        let mut again = Vec::new();
        let mut followed = self.followed();
        for (conversation, people) in asked {
            for person in people {
                if followed.people.get(person).is_some_and(|person| person.since >= read) {
                    again.push((*person, *conversation));
                    continue;
                }
                let change = found.remove(&(*person, *conversation));
                followed.tell(*person, *conversation, change.as_ref());
            }
        }
        drop(followed);
        self.mark_dirty(again);
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
        let Some(entry) = self.people.get_mut(&person) else {
            return self.forget(person, conversation);
        };
        let was_known = match change {
            Some((mark, _)) => {
                entry.known.insert(conversation, *mark);
                self.members.entry(conversation).or_default().insert(person);
                true
            }
            None => entry.known.remove(&conversation).is_some(),
        };
        // Of what they never had, nobody is told that it is gone.
        for mailbox in entry.mailboxes.iter().filter(|_| was_known) {
            mailbox.put(conversation, change.cloned());
        }
        if change.is_none() {
            self.forget(person, conversation);
        }
    }

    /// Takes note of all conversations of a person, and answers where they differ from what
    /// was told.
    fn note(&mut self, person: UserId, marks: &[Mark]) -> Vec<(UserId, ConversationId)> {
        let Some(entry) = self.people.get(&person) else { return Vec::new() };
        let seen: HashSet<_> = marks.iter().map(|mark| mark.conversation).collect();
        let gone = entry.known.keys().filter(|id| !seen.contains(id));
        let moved = marks.iter().filter(|mark| entry.known.get(&mark.conversation) != Some(mark));
        let differing = gone.copied().chain(moved.map(|mark| mark.conversation));
        let differing = differing.map(|id| (person, id)).collect();
        for conversation in seen {
            self.members.entry(conversation).or_default().insert(person);
        }
        differing
    }

    /// Takes a mailbox out of those that begin, and answers what moved since.
    fn has_begun(&mut self, person: UserId, mailbox: &Arc<Mailbox<V>>) -> HashSet<ConversationId> {
        let Some(beginning) = self.beginning.get_mut(&person) else { return HashSet::new() };
        let found = beginning.iter().position(|other| Arc::ptr_eq(&other.mailbox, mailbox));
        let moved = found.map(|found| beginning.swap_remove(found).moved);
        if beginning.is_empty() {
            self.beginning.remove(&person);
        }
        moved.unwrap_or_default()
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
            let (number, mut found) = (inboxes.begin_read(), Vec::new());
            for people in people.chunks(PEOPLE) {
                found.extend(read(&*source, people, &conversations).await);
            }
            inboxes.deliver(number, some, found);
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
