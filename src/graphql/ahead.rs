//! Replies read ahead. Who follows is shown item after item, and each may ask for the message
//! that it answers; so the first of a page that does reads those of the next items as well.
//!
//! What was read ahead is shown for a moment only, and says how far the log reached after it
//! was read, as if it had just been read: nobody is given it who was out by then.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::{fanout::FRESH, loaders::MessageAt};
use crate::domain::messages::Message;

/// For how many items it is read ahead.
pub(super) const MOST: usize = 64;

/// What one who shows item after item has read ahead.
#[derive(Default)]
pub(super) struct Ahead(Mutex<State>);

#[derive(Default)]
struct State {
    /// What the next items will ask for.
    wanted: Vec<MessageAt>,
    /// What was read for the item that is being shown, and beside that.
    new: Vec<(Instant, Message)>,
    /// What may be shown.
    known: HashMap<MessageAt, Known>,
    used: Option<Used>,
}

struct Known {
    message: Message,
    used: Used,
}

/// When something was read, and how far the log reached after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) read_at: Instant,
    pub(super) reached: Option<i64>,
}

/// What was read while an item was shown; it may be shown again once it is known how far the
/// log reached then.
#[derive(Default)]
pub(super) struct New(Vec<(Instant, Message)>);

fn key(message: &Message) -> MessageAt {
    MessageAt(message.conversation_id, message.seq)
}

impl Ahead {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins with an item, after which these will be asked for.
    pub(super) fn begin(&self, wanted: Vec<MessageAt>) {
        let mut state = self.lock();
        state.known.retain(|_, known| known.used.read_at.elapsed() < FRESH);
        let State { known, .. } = std::mem::take(&mut *state);
        *state = State { wanted, known, ..State::default() };
    }

    /// All of these, if all were read ahead.
    pub(super) fn find(&self, keys: &[MessageAt]) -> Option<HashMap<MessageAt, Message>> {
        let mut state = self.lock();
        let mut found = HashMap::with_capacity(keys.len());
        let mut used = state.used;
        for key in keys {
            let known = state.known.get(key)?;
            used = Some(used.map_or(known.used, |used| Used {
                read_at: used.read_at.min(known.used.read_at),
                reached: used.reached.max(known.used.reached),
            }));
            found.insert(*key, known.message.clone());
        }
        state.used = used;
        Some(found)
    }

    /// These, and what is to be read beside them.
    pub(super) fn and_wanted(&self, keys: &[MessageAt]) -> Vec<MessageAt> {
        let state = self.lock();
        let is_new = |key: &&MessageAt| !keys.contains(key) && !state.known.contains_key(key);
        keys.iter().chain(state.wanted.iter().filter(is_new)).copied().collect()
    }

    /// This was read.
    pub(super) fn add(&self, read_at: Instant, found: &[Message]) {
        let mut state = self.lock();
        if state.wanted.is_empty() {
            return;
        }
        state.new.extend(found.iter().map(|message| (read_at, message.clone())));
        // What these answer may be asked for in turn.
        let answered = |message: &Message| {
            message.reply_to_seq.map(|seq| MessageAt(message.conversation_id, seq))
        };
        state.wanted = found.iter().filter_map(answered).collect();
    }

    /// Ends with an item: what was read for it, and what was used of what had been read ahead.
    pub(super) fn end(&self) -> (New, Option<Used>) {
        let mut state = self.lock();
        (New(std::mem::take(&mut state.new)), state.used.take())
    }

    /// What was read may be shown, now that it is known how far the log reached after that.
    pub(super) fn keep(&self, New(new): New, reached: Option<i64>) {
        let mut state = self.lock();
        for (read_at, message) in new {
            let used = Used { read_at, reached };
            state.known.insert(key(&message), Known { message, used });
        }
    }
}
