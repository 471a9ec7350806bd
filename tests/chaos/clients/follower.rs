//! Who follows a conversation: at once, slowly, with pauses, with many connections, or from where
//! they were long ago; and goes on after whatever breaks.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::time::{Instant, sleep, timeout};

use super::{
    Place, Seen, Shared, Stage,
    cast::{Cast, Kind},
    live::{Ask, Live, News, Told, Transport},
    names,
};
use crate::{
    dice::Dice,
    history::{By, End, Item, Name, Stream},
};

/// How somebody follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Fast,
    /// Reads a little at a time.
    Slow,
    /// Reads nothing for seconds.
    Stalling,
    /// Hangs up again and again.
    Flapping,
    /// Hangs up, and begins again with what they had long ago.
    Forgetful,
}

/// Who follows what, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) place: Place,
    manner: Manner,
    transport: Transport,
    /// Whether much is said there, and they are in all the time.
    is_busy: bool,
}

impl Plan {
    /// Whether everything is read at once, and there is always something to read.
    pub(super) fn is_prompt(&self) -> bool {
        self.is_busy && self.manner == Manner::Fast
    }
}

/// Somebody for each conversation; where people come and go, some of those as well.
pub(super) fn plans(cast: &Cast) -> Vec<Plan> {
    let manners =
        [Manner::Fast, Manner::Slow, Manner::Stalling, Manner::Flapping, Manner::Forgetful];
    let mut plans = Vec::new();
    for (chat, talk) in (0..).zip(&cast.chats) {
        let mut people = vec![talk.members[1]];
        match talk.kind {
            // One conversation has all sorts.
            Kind::Busy if chat == 0 => people = vec![talk.members[1]; 2 * manners.len()],
            Kind::Changing => people.extend(&talk.comers[4..8]),
            Kind::Busy | Kind::Quiet => {}
        }
        for person in people {
            let n = plans.len();
            let is_quiet = talk.kind == Kind::Quiet;
            let manner = if is_quiet { Manner::Fast } else { manners[n % manners.len()] };
            let by = if n % 3 == 2 && !is_quiet { By::Messages } else { By::Events };
            let transport = if n % 4 == 3 { Transport::Events } else { Transport::WebSocket };
            let place = Place { person, chat, by };
            plans.push(Plan { place, manner, transport, is_busy: talk.kind == Kind::Busy });
        }
    }
    plans
}

/// How long nothing at all may come: the server gives a sign of life every 2 s.
const SILENCE: Duration = Duration::from_secs(7);

/// How long opening may take.
const OPENING: Duration = Duration::from_secs(5);

/// How far back who is forgetful goes, but for once in a while, when it is the beginning.
const FORGOTTEN: usize = 1_500;

struct Follower {
    shared: Arc<Shared>,
    number: u16,
    plan: Plan,
    dice: Dice,
    /// The last number that is held.
    position: u32,
    streams: Vec<Stream>,
}

/// Follows until the run is over.
pub(super) async fn follow(shared: Arc<Shared>, number: u16, plan: Plan) -> Seen {
    let dice = shared.dice.fork(3_000 + u64::from(number));
    let mut follower = Follower { shared, number, plan, dice, position: 0, streams: Vec::new() };
    let shared = Arc::clone(&follower.shared);
    tokio::select! {
        () = follower.run() => {}
        () = shared.until(Stage::Over) => {}
    }
    Seen::Follower(follower.streams)
}

impl Follower {
    async fn run(&mut self) {
        loop {
            self.stream().await;
            let end = self.streams.last().map(|stream| stream.end);
            let pause = match end {
                // Until they are let in again.
                Some(End::Left | End::NotFound) => self.dice.millis(200, 500),
                Some(End::Broke | End::Resync) | None => self.dice.millis(20, 120),
            };
            if matches!(end, Some(End::Left | End::NotFound)) {
                self.forget_empty();
            }
            sleep(pause).await;
        }
    }

    /// What says the same as the one before it is not kept.
    fn forget_empty(&mut self) {
        if let [.., before, last] = &*self.streams
            && last.items.is_empty()
            && before.end == last.end
        {
            self.streams.pop();
        }
    }

    /// One subscription to its end.
    async fn stream(&mut self) {
        let Plan { place: Place { person, chat, by }, manner, transport, .. } = self.plan;
        let is_settling = !self.shared.is(Stage::Running);
        let after = if manner == Manner::Forgetful && !is_settling {
            self.forgotten()
        } else {
            self.position
        };
        let shared = Arc::clone(&self.shared);
        let (token, chat_id) = (&shared.cast.of(person).token, &shared.cast.talk(chat).id);
        let ask = Ask { token, chat: chat_id, by, after, epoch: &shared.cast.epoch };
        let address = shared.addresses[self.dice.below(shared.addresses.len())];
        let opened = shared.now();
        let live = timeout(OPENING, Live::open(address, transport, &ask)).await;
        let Ok(Ok(mut live)) = live else { return };
        let follower = self.number;
        let (items, end) = (Vec::new(), End::Broke);
        self.streams.push(Stream { follower, person, chat, by, after, opened, items, end });
        let hangs_up = match manner {
            Manner::Flapping => Some(Instant::now() + self.dice.millis(300, 2_500)),
            Manner::Forgetful => Some(Instant::now() + self.dice.millis(2_000, 8_000)),
            Manner::Fast | Manner::Slow | Manner::Stalling => None,
        };
        loop {
            let is_settling = !shared.is(Stage::Running);
            if !is_settling && hangs_up.is_some_and(|at| Instant::now() > at) {
                return;
            }
            let mut ended = None;
            let read = live.read(|news| match news {
                News::Item(told) => self.take(&told),
                News::Ended(end) => ended = Some(end),
            });
            // In short waits, so that who flaps does so where nothing is said as well.
            let patience = if hangs_up.is_some() { Duration::from_secs(1) } else { SILENCE };
            match timeout(patience, read).await {
                Ok(Ok(())) => {}
                Err(_) if hangs_up.is_some() => {
                    if is_settling {
                        return;
                    }
                }
                Ok(Err(_)) | Err(_) => return,
            }
            if let (Some(end), Some(stream)) = (ended, self.streams.last_mut()) {
                stream.end = end;
                return;
            }
            if !is_settling {
                self.dawdle().await;
            }
        }
    }

    fn forgotten(&mut self) -> u32 {
        let back = if self.dice.once_in(40) { usize::MAX } else { self.dice.below(FORGOTTEN) };
        self.position.saturating_sub(u32::try_from(back).unwrap_or(u32::MAX))
    }

    async fn dawdle(&mut self) {
        let pause = match self.plan.manner {
            Manner::Slow => self.dice.millis(50, 200),
            Manner::Stalling if self.dice.once_in(400) => self.dice.millis(3_000, 40_000),
            Manner::Stalling if self.dice.once_in(60) => self.dice.millis(500, 3_000),
            Manner::Fast | Manner::Stalling | Manner::Flapping | Manner::Forgetful => return,
        };
        self.shared.rest(pause, Stage::Settling).await;
    }

    fn take(&mut self, told: &Told) {
        let Some((number, name, revision)) = numbered(told) else { return };
        let at = self.shared.millis();
        if let Some(stream) = self.streams.last_mut() {
            stream.items.push(Item { number, at, name, revision });
            self.position = self.position.max(number);
            self.shared.told.fetch_add(1, Ordering::Relaxed);
            self.shared.positions[usize::from(self.number)]
                .1
                .store(self.position, Ordering::Relaxed);
        }
    }
}

/// The number of what was told, what it names, and the revision of its message.
fn numbered(told: &Told) -> Option<(u32, Name, u32)> {
    if let (Some(seq), Some(body)) = (told.seq, &told.body) {
        let id = told.id.as_deref().map_or(0, names::id);
        return Some((seq, names::of_message(id, body), told.revision.unwrap_or(0)));
    }
    let kind = match &*told.kind {
        "MessageAdded" => "message",
        "MessageEdited" => "edited",
        "MessageDeleted" => "deleted",
        "MemberJoined" => "joined",
        "MemberLeft" => "left",
        "ConversationUpdated" => "updated",
        // Without a number, or of a kind that nobody here makes.
        other => other,
    };
    let number = told.event_seq?;
    if let Some(said) = &told.message {
        let name = names::of_change(kind, names::id(&said.id), &said.body);
        return Some((number, name, said.revision));
    }
    let person = told.member.as_ref().map(|member| &member.user).or(told.user.as_ref());
    let title = told.conversation.as_ref().and_then(|titled| titled.title.as_deref());
    let about = person.map_or(0, |person| names::id(&person.id));
    Some((number, names::of_change(kind, about, title.unwrap_or_default()), 0))
}
