//! Who says something: tries the same key on one instance after the other until it is known what
//! became of it. Some send the same twice at once, some hang up before the answer.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, timeout};

use super::{
    Seen, Shared, Stage,
    cast::Kind,
    http::{Answer, Http},
    names,
};
use crate::{
    dice::Dice,
    history::{Ack, Chat, Fate, Key, Person, Send},
};

/// How long an answer is waited for. More than the server needs when it has to wait for a lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// For how long an instance that failed is left alone; up to eight times as long if it fails again
/// and again.
const SHUNNED: Duration = Duration::from_millis(125);

/// How long after the end of everything an attempt may stay unknown.
pub(super) const LAST: Duration = Duration::from_mins(1);

pub(super) const SEND: &str = "mutation ($chat: ID!, $body: String!, $own: UUID) { sendMessage(\
    input: {conversationId: $chat, body: $body, clientMessageId: $own}) \
    { eventSeq message { id seq } } }";

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "sendMessage")]
    sent: Sent,
}

#[derive(Deserialize)]
struct Sent {
    #[serde(rename = "eventSeq")]
    event_seq: u32,
    message: Numbers,
}

#[derive(Deserialize)]
struct Numbers {
    id: String,
    seq: u32,
}

/// What one try came to.
pub(super) enum Tried {
    Acknowledged(Ack),
    Refused,
    Unknown,
}

/// The connections of one client, one to each instance.
pub(super) struct Wires {
    shared: Arc<Shared>,
    open: Vec<Option<Http>>,
    shunned: Vec<Instant>,
    /// How often each failed in a row.
    failed: Vec<u32>,
}

impl Wires {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        let count = shared.addresses.len();
        let open = (0..count).map(|_| None).collect();
        Self {
            shared: Arc::clone(shared),
            open,
            shunned: vec![Instant::now(); count],
            failed: vec![0; count],
        }
    }

    /// The preferred instance, or the next that has not failed a moment ago.
    pub(super) fn choose(&self, preferred: usize) -> usize {
        let (now, count) = (Instant::now(), self.open.len());
        let mut all = (0..count).map(|step| (preferred + step) % count);
        all.find(|instance| self.shunned[*instance] <= now).unwrap_or(preferred % count)
    }

    /// Sends a document to an instance; none if there is no answer.
    pub(super) async fn ask<D>(
        &mut self,
        instance: usize,
        person: Person,
        body: &str,
    ) -> Option<Answer<D>>
    where
        D: for<'b> Deserialize<'b>,
    {
        let token = &self.shared.cast.of(person).token;
        let address = self.shared.addresses[instance];
        let wire = self.open[instance].take();
        let asked = timeout(PATIENCE, async {
            let mut wire = match wire {
                Some(wire) => wire,
                None => Http::connect(address).await?,
            };
            let answer = wire.ask(Some(token), body).await?;
            std::io::Result::Ok((wire, answer))
        });
        if let Ok(Ok((wire, answer))) = asked.await {
            self.open[instance] = Some(wire);
            self.failed[instance] = 0;
            Some(answer)
        } else {
            self.shun(instance);
            None
        }
    }

    pub(super) fn shun(&mut self, instance: usize) {
        let failed = self.failed[instance];
        self.shunned[instance] = Instant::now() + SHUNNED * (1 << failed.min(3));
        self.failed[instance] = failed + 1;
    }

    /// Tries once.
    pub(super) async fn send(&mut self, instance: usize, send: &Send, body: &str) -> Tried {
        let call = self.shared.now();
        let Some(answer) = self.ask::<Data>(instance, send.person, body).await else {
            return Tried::Unknown;
        };
        let ret = self.shared.now();
        if let Some(Data { sent }) = answer.data {
            return Tried::Acknowledged(Ack {
                key: send.key,
                chat: send.chat,
                instance: u8::try_from(instance).unwrap_or(u8::MAX),
                call,
                ret,
                id: names::id(&sent.message.id),
                seq: sent.message.seq,
                event_seq: sent.event_seq,
            });
        }
        if answer.code() == Some("NOT_FOUND") {
            return Tried::Refused;
        }
        // Busy or away.
        self.shun(instance);
        Tried::Unknown
    }

    /// Sends and hangs up.
    async fn hang_up(&mut self, instance: usize, send: &Send, body: &str) {
        let Ok(mut wire) = Http::connect(self.shared.addresses[instance]).await else { return };
        let token = &self.shared.cast.of(send.person).token;
        let _ = timeout(PATIENCE, wire.begin(Some(token), body)).await;
    }
}

/// What is sent under a key.
pub(super) fn document(shared: &Shared, send: &Send) -> String {
    let chat = &shared.cast.talk(send.chat).id;
    let variables =
        json!({ "chat": chat, "body": names::body(send.key), "own": names::uuid(send.key) });
    json!({ "query": SEND, "variables": variables }).to_string()
}

/// Says one thing after the other in these conversations until the run settles.
pub(super) async fn write(shared: Arc<Shared>, writer: u16, kind: Kind, chats: Vec<Chat>) -> Seen {
    let (mut sends, mut acks) = (Vec::new(), Vec::new());
    let mut dice = shared.dice.fork(1_000 + u64::from(writer));
    let (mut wires, mut second) = (Wires::new(&shared), Wires::new(&shared));
    if kind == Kind::Quiet {
        shared.rest(dice.millis(0, 5_000), Stage::Settling).await;
    }
    for n in 1.. {
        if !shared.is(Stage::Running) {
            break;
        }
        let chat = *dice.one(&chats);
        let talk = shared.cast.talk(chat);
        let person = match kind {
            Kind::Changing => *dice.one(&talk.comers),
            Kind::Busy | Kind::Quiet => *dice.one(&talk.members),
        };
        let key = Key { writer, n };
        let mut send = Send { key, person, chat, call: shared.now(), fate: Fate::Unknown };
        // Mostly the same, so that an instance that does not answer keeps its own clients only.
        let home = if dice.once_in(16) { dice.below(shared.addresses.len()) } else { 0 };
        let preferred = usize::from(writer) + home;
        let wires = (&mut wires, &mut second);
        resolve(&shared, wires, &mut send, &mut acks, preferred, &mut dice).await;
        let is_refused = send.fate == Fate::Refused;
        if send.fate == Fate::Acknowledged {
            shared.acked.fetch_add(1, Ordering::Relaxed);
        }
        sends.push(send);
        match kind {
            Kind::Quiet => shared.rest(dice.millis(4_500, 5_500), Stage::Settling).await,
            // Who is out is not there to try as fast as they can.
            Kind::Changing if is_refused => {
                shared.rest(dice.millis(5, 25), Stage::Settling).await;
            }
            // On a busy machine it would be told nothing of the server how long news takes.
            Kind::Changing | Kind::Busy if shared.is_calm.load(Ordering::Relaxed) => {
                shared.rest(dice.millis(2_000, 3_000), Stage::Settling).await;
            }
            Kind::Changing | Kind::Busy => {}
        }
    }
    Seen::Writer(sends, acks)
}

/// Tries until it is known what became of a message.
async fn resolve(
    shared: &Shared,
    (wires, second): (&mut Wires, &mut Wires),
    send: &mut Send,
    acks: &mut Vec<Ack>,
    preferred: usize,
    dice: &mut Dice,
) {
    let body = document(shared, send);
    let mut is_first = true;
    if shared.doubles > 0 && dice.once_in(shared.doubles) {
        is_first = false;
        if dice.once_in(2) {
            wires.hang_up(preferred % shared.addresses.len(), send, &body).await;
        } else {
            let (one, other) = tokio::join!(
                wires.send(preferred % shared.addresses.len(), send, &body),
                second.send((preferred + 1) % shared.addresses.len(), send, &body)
            );
            for tried in [one, other] {
                if let Tried::Acknowledged(ack) = tried {
                    acks.push(ack);
                    send.fate = Fate::Acknowledged;
                }
            }
            if send.fate == Fate::Acknowledged {
                return;
            }
        }
    }
    let mut give_up = None;
    for attempt in 0.. {
        if !shared.is(Stage::Running) {
            let until = *give_up.get_or_insert_with(|| Instant::now() + LAST);
            if Instant::now() > until {
                return;
            }
        }
        let instance = wires.choose(preferred + attempt);
        match wires.send(instance, send, &body).await {
            Tried::Acknowledged(ack) => {
                acks.push(ack);
                send.fate = Fate::Acknowledged;
                return;
            }
            Tried::Refused => {
                send.fate = if is_first { Fate::Refused } else { Fate::RefusedLate };
                return;
            }
            Tried::Unknown => {
                is_first = false;
                tokio::time::sleep(dice.millis(5, 30 << attempt.min(3))).await;
            }
        }
    }
}
