//! Who is typing: told to those who are there, at most once in a while for each person and
//! conversation, and never kept.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::events::Log;
use crate::{
    ids::{ConversationId, UserId},
    live::{Hub, Signal},
};

/// How often somebody's typing in one conversation is told at most.
const PACE: Duration = Duration::from_secs(3);

/// What is to be told at the end of each pause.
#[derive(Clone, Default)]
pub(super) struct Typing(Arc<Mutex<Pauses>>);

type Pauses = HashMap<(ConversationId, UserId), Option<Signal>>;

impl Typing {
    /// Tells now, or the newest of what comes meanwhile at the end of the pause.
    pub(super) fn tell(
        &self,
        live: &Hub<Log>,
        conversation: ConversationId,
        user: UserId,
        signal: Signal,
    ) {
        match self.pauses().entry((conversation, user)) {
            Entry::Occupied(mut waiting) => {
                waiting.insert(Some(signal));
                return;
            }
            Entry::Vacant(pause) => pause.insert(None),
        };
        live.tell(signal);
        let (typing, live) = (self.clone(), live.clone());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(PACE).await;
                let waiting = typing.pauses().get_mut(&(conversation, user)).and_then(Option::take);
                let Some(signal) = waiting else { break };
                live.tell(signal);
            }
            typing.pauses().remove(&(conversation, user));
        });
    }

    fn pauses(&self) -> MutexGuard<'_, Pauses> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
