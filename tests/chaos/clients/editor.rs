//! Who changes what was said: gives messages other words, takes words back, calls conversations
//! something else. Some things are changed by two at once.

use std::{collections::VecDeque, sync::Arc};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Seen, Shared, Stage, names,
    writer::{LAST, Wires},
};
use crate::{
    dice::Dice,
    history::{Change, Chat, Deed, Key, Name, Outcome, Person},
};

const PAGE: &str = "query ($chat: ID!) { conversation(id: $chat) { messages(last: 20) \
    { nodes { id seq revision sender { id } } } } }";
const EDIT: &str = "mutation ($message: ID!, $words: String!, $revision: Int!) { done: editMessage(\
    input: {id: $message, body: $words, expectedRevision: $revision}) \
    { eventSeq message { revision } } }";
const DELETE: &str = "mutation ($message: ID!) { done: deleteMessage(input: {id: $message}) \
    { eventSeq message { revision } } }";
const TITLE: &str = "mutation ($chat: ID!, $words: String!) { done: updateConversation(\
    input: {id: $chat, title: $words}) { eventSeq } }";

#[derive(Deserialize)]
struct Found {
    conversation: Option<Conversation>,
}

#[derive(Deserialize)]
struct Conversation {
    messages: Nodes,
}

#[derive(Deserialize)]
struct Nodes {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    seq: u32,
    revision: u32,
    sender: super::live::Id,
}

#[derive(Deserialize)]
struct Data {
    done: Done,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    event_seq: u32,
    message: Option<Revised>,
}

#[derive(Deserialize)]
struct Revised {
    revision: u32,
}

/// A message as it was seen.
#[derive(Clone)]
struct Target {
    chat: Chat,
    id: String,
    seq: u32,
    revision: u32,
    sender: Person,
}

/// How many messages are remembered, to be changed later or again.
const REMEMBERED: usize = 200;

struct Editor {
    shared: Arc<Shared>,
    dice: Dice,
    /// Of whom the words are.
    writer: u16,
    n: u32,
    seen: VecDeque<Target>,
}

/// What is to be asked for.
struct Plan {
    change: Change,
    body: String,
}

/// Does so until the run settles.
pub(super) async fn edit(shared: Arc<Shared>, writer: u16) -> Seen {
    let dice = shared.dice.fork(7_000 + u64::from(writer));
    let seen = VecDeque::with_capacity(REMEMBERED);
    let mut editor = Editor { shared: Arc::clone(&shared), dice, writer, n: 0, seen };
    let (mut wires, mut second) = (Wires::new(&shared), Wires::new(&shared));
    let mut changes = Vec::new();
    while shared.is(Stage::Running) {
        let pause = editor.dice.millis(40, 200);
        shared.rest(pause, Stage::Settling).await;
        let preferred = editor.dice.below(shared.addresses.len());
        if editor.dice.once_in(8) {
            let plan = editor.title();
            // Asked for again it might be given again, after what another called it.
            changes.push(resolve(&shared, &mut wires, plan, preferred, Some(1)).await);
            continue;
        }
        let Some(target) = editor.target(&mut wires, preferred).await else { continue };
        let one = editor.plan(&target);
        if editor.dice.once_in(6) {
            let other = editor.plan(&target);
            let (one, other) = tokio::join!(
                resolve(&shared, &mut wires, one, preferred, None),
                resolve(&shared, &mut second, other, preferred + 1, None)
            );
            changes.extend([one, other]);
        } else {
            changes.push(resolve(&shared, &mut wires, one, preferred, None).await);
        }
    }
    Seen::Editor(changes)
}

impl Editor {
    fn chat(&mut self) -> Chat {
        // One in four where all sorts follow.
        if self.dice.once_in(4) {
            return 0;
        }
        Chat::try_from(self.dice.below(self.shared.cast.chats.len())).unwrap_or(0)
    }

    fn words(&mut self) -> String {
        self.n += 1;
        names::other(Key { writer: self.writer, n: self.n })
    }

    /// A message among the newest, or one that was among them some time ago, as it was then.
    async fn target(&mut self, wires: &mut Wires, preferred: usize) -> Option<Target> {
        if !self.seen.is_empty() && self.dice.once_in(3) {
            let place = self.dice.below(self.seen.len());
            return self.seen.get(place).cloned();
        }
        let chat = self.chat();
        let talk = self.shared.cast.talk(chat);
        let body = json!({ "query": PAGE, "variables": { "chat": talk.id } }).to_string();
        let instance = wires.choose(preferred);
        let answer = wires.ask::<Found>(instance, talk.members[0], &body).await?;
        let nodes = answer.data?.conversation?.messages.nodes;
        if nodes.is_empty() {
            return None;
        }
        let Node { id, seq, revision, sender } = self.dice.one(&nodes);
        let (id, seq, revision) = (id.clone(), *seq, *revision);
        let sender = self.shared.cast.person(&sender.id)?;
        let target = Target { chat, id, seq, revision, sender };
        self.shared.note(&target.id);
        if self.seen.len() == REMEMBERED {
            self.seen.pop_front();
        }
        self.seen.push_back(target.clone());
        Some(target)
    }

    fn plan(&mut self, target: &Target) -> Plan {
        let Target { chat, id, seq, revision, sender } = target;
        let (person, deed, query, words) = if self.dice.once_in(4) {
            let owner = self.shared.cast.talk(*chat).members[0];
            let person = if self.dice.once_in(2) { owner } else { *sender };
            (person, Deed::Delete { seq: *seq }, DELETE, String::new())
        } else {
            let deed = Deed::Edit { seq: *seq, expected: *revision };
            (*sender, deed, EDIT, self.words())
        };
        let variables = if query == DELETE {
            json!({ "message": id })
        } else {
            json!({ "message": id, "words": words, "revision": revision })
        };
        self.asked(*chat, person, deed, query, &words, &variables)
    }

    fn title(&mut self) -> Plan {
        let (chat, words) = (self.chat(), self.words());
        let talk = self.shared.cast.talk(chat);
        let (owner, variables) = (talk.members[0], json!({ "chat": talk.id, "words": words }));
        self.asked(chat, owner, Deed::Title, TITLE, &words, &variables)
    }

    fn asked(
        &self,
        chat: Chat,
        person: Person,
        deed: Deed,
        query: &str,
        words: &str,
        variables: &Value,
    ) -> Plan {
        let says = if words.is_empty() { Name::BLANK } else { names::words_of(words) };
        let (call, outcome) = (self.shared.now(), Outcome::Unknown);
        let body = json!({ "query": query, "variables": variables }).to_string();
        Plan { change: Change { chat, person, deed, says, call, outcome }, body }
    }
}

/// Tries until it is known what became of it, or so many times.
async fn resolve(
    shared: &Shared,
    wires: &mut Wires,
    Plan { mut change, body }: Plan,
    preferred: usize,
    tries: Option<usize>,
) -> Change {
    let (mut give_up, mut is_first) = (None, true);
    change.call = shared.now();
    for attempt in 0.. {
        if tries.is_some_and(|tries| attempt >= tries) {
            change.outcome = Outcome::Open;
            return change;
        }
        if !shared.is(Stage::Running) {
            let until = *give_up.get_or_insert_with(|| Instant::now() + LAST);
            if Instant::now() > until {
                return change;
            }
        }
        let instance = wires.choose(preferred + attempt);
        let answer = wires.ask::<Data>(instance, change.person, &body).await;
        let ret = shared.now();
        if let Some(answer) = answer {
            if let Some(Data { done: Done { event_seq, message } }) = answer.data {
                let revision = message.map_or(0, |message| message.revision);
                change.outcome = Outcome::Done { ret, event_seq, revision };
                return change;
            }
            if matches!(answer.code(), Some("CONFLICT" | "NOT_FOUND" | "FORBIDDEN")) {
                // What says no to this try may be what another without an answer has done.
                change.outcome = if is_first { Outcome::Refused } else { Outcome::Open };
                return change;
            }
            wires.shun(instance);
        }
        is_first = false;
        tokio::time::sleep(std::time::Duration::from_millis(20 << attempt.min(4))).await;
    }
    change
}
