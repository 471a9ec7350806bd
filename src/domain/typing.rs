//! Who is typing: told to those who are there, at most once in a while for each person and
//! conversation, and never kept. That somebody has stopped is told at once.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use super::{App, Result, Viewer, access, app::Parts};
use crate::{
    ids::{ConversationId, UserId},
    live::Signal,
    time::Timestamp,
};

/// How often somebody's typing in one conversation is told at most.
const PACE: Duration = Duration::from_secs(3);

/// How long somebody is taken to be typing without saying so again.
const LASTS: Duration = Duration::from_secs(6);

/// Who is not to be told of again before a pause is over.
#[derive(Default)]
pub(super) struct Typing(Mutex<HashMap<(ConversationId, UserId), Pause>>);

struct Pause {
    /// What was told last.
    is_typing: bool,
    /// Until when they are typing, if that is to be told at the end of the pause.
    waiting: Option<Timestamp>,
}

impl Typing {
    fn pauses(&self) -> MutexGuard<'_, HashMap<(ConversationId, UserId), Pause>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells that somebody is typing, now or at the end of the pause, or that they have stopped.
/// The log reaches `event_seq`, and they take part in it.
pub(super) fn tell(
    app: &App,
    viewer: Viewer,
    conversation: ConversationId,
    typing: bool,
    event_seq: i64,
) {
    let (user, expires_at) = (viewer.id(), app.clock.now().after(LASTS));
    match app.typing.pauses().entry((conversation, user)) {
        Entry::Occupied(mut pause) if typing => pause.get_mut().waiting = Some(expires_at),
        Entry::Occupied(mut pause) => stop(app, conversation, user, pause.get_mut(), event_seq),
        Entry::Vacant(pause) => {
            pause.insert(Pause { is_typing: typing, waiting: None });
            app.live.tell(Signal::Typing { conversation, user, typing, expires_at, event_seq });
            tokio::spawn(pace(app.weak(), viewer, conversation));
        }
    }
}

/// Who has said it, by the event `event_seq`, is not typing it any more.
pub(super) fn end(app: &App, conversation: ConversationId, user: UserId, event_seq: i64) {
    if let Some(pause) = app.typing.pauses().get_mut(&(conversation, user)) {
        stop(app, conversation, user, pause, event_seq);
    }
}

fn stop(app: &App, conversation: ConversationId, user: UserId, pause: &mut Pause, event_seq: i64) {
    pause.waiting = None;
    if std::mem::take(&mut pause.is_typing) {
        let (typing, expires_at) = (false, app.clock.now().after(LASTS));
        app.live.tell(Signal::Typing { conversation, user, typing, expires_at, event_seq });
    }
}

/// Tells at the end of each pause what has waited for it, until nothing has.
async fn pace(app: Weak<Parts>, viewer: Viewer, conversation: ConversationId) {
    let key = (conversation, viewer.id());
    loop {
        tokio::time::sleep(PACE).await;
        let Some(app) = app.upgrade() else { return };
        if let Entry::Occupied(pause) = app.typing.pauses().entry(key)
            && pause.get().waiting.is_none()
        {
            pause.remove();
            return;
        }
        // They may be out by now.
        let head = head(&app, viewer, conversation).await;
        let mut pauses = app.typing.pauses();
        let Some(pause) = pauses.get_mut(&key) else { return };
        // Or may have stopped in the meantime.
        if let (Some(expires_at), Ok(event_seq)) = (pause.waiting.take(), head) {
            let (user, typing) = (viewer.id(), true);
            pause.is_typing = typing;
            app.live.tell(Signal::Typing { conversation, user, typing, expires_at, event_seq });
        }
    }
}

/// How far the log reaches, for who takes part in it.
async fn head(app: &Parts, viewer: Viewer, conversation: ConversationId) -> Result<i64> {
    let view = access::view(&mut app.store.conn().await?, viewer, conversation).await?;
    Ok(view.conversation.event_seq)
}
