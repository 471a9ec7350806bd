//! Who never is in, and tries to read, to follow, to send and to change who is in.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    Seen, Shared, Stage, http,
    live::{Ask, Live, News, Transport},
    writer::{Tried, Wires, document},
};
use crate::history::{Answer, By, End, Fate, Intrusion, Key, Send};

const READ: &str = "query ($chat: ID!) { found: conversation(id: $chat) { id title messageSeq } }";
const NODE: &str = "query ($chat: ID!) { found: node(id: $chat) { id } }";
const ACROSS: &str = "query ($chat: ID!) { found: messages(filter: {conversationId: $chat}) \
    { nodes { id body } } }";
const JOIN: &str = "mutation ($chat: ID!, $me: ID!) { found: addParticipants(input: \
    {conversationId: $chat, userIds: [$me]}) { eventSeq } }";
const TITLE: &str = "mutation ($chat: ID!) { found: updateConversation(input: \
    {id: $chat, title: \"ours\"}) { eventSeq } }";
const EDIT: &str = "mutation ($message: ID!) { found: editMessage(input: \
    {id: $message, body: \"not what was said\"}) { eventSeq } }";
const DELETE: &str = "mutation ($message: ID!) { found: deleteMessage(input: {id: $message}) \
    { eventSeq } }";

/// Tries until the run settles.
pub(super) async fn intrude(shared: Arc<Shared>, writer: u16, person: u16) -> Seen {
    let mut dice = shared.dice.fork(5_000 + u64::from(person));
    let mut wires = Wires::new(&shared);
    let (mut tries, mut sends, mut acks) = (Vec::new(), Vec::new(), Vec::new());
    for n in 1.. {
        if !shared.is(Stage::Running) {
            break;
        }
        let chat = u16::try_from(dice.below(shared.cast.chats.len())).unwrap_or(0);
        let id = &shared.cast.talk(chat).id;
        let instance = wires.choose(dice.below(shared.addresses.len()));
        let queries = [
            ("read", READ),
            ("node", NODE),
            ("messages", ACROSS),
            ("join", JOIN),
            ("title", TITLE),
            ("edit", EDIT),
            ("delete", DELETE),
        ];
        let (what, answer) = match dice.below(queries.len() + 2) {
            0 => {
                let key = Key { writer, n };
                let mut send =
                    Send { key, person, chat, call: shared.now(), fate: Fate::RefusedLate };
                let body = document(&shared, &send);
                let outcome = wires.send(instance, &send, &body).await;
                if let Tried::Acknowledged(ack) = &outcome {
                    acks.push(*ack);
                    send.fate = Fate::Acknowledged;
                }
                let answer = match outcome {
                    Tried::Acknowledged(_) => Answer::Through("acknowledged".to_owned()),
                    Tried::Refused => Answer::Refused,
                    Tried::Unknown => Answer::None,
                };
                sends.push(send);
                ("send", answer)
            }
            1 => ("follow", follow(&shared, person, id, instance, n).await),
            other => {
                let (what, query) = queries[other - 2];
                let me = &shared.cast.of(person).id;
                let message = shared.noted();
                let variables = match query {
                    JOIN => json!({ "chat": id, "me": me }),
                    EDIT | DELETE => json!({ "message": message }),
                    _ => json!({ "chat": id }),
                };
                let body = json!({ "query": query, "variables": variables }).to_string();
                let answer = wires.ask::<Value>(instance, person, &body).await;
                (what, judge(answer))
            }
        };
        tries.push(Intrusion { person, chat, what, answer });
        shared.rest(dice.millis(50, 250), Stage::Settling).await;
    }
    Seen::Outsider(tries, sends, acks)
}

/// What an answer gives away.
fn judge(answer: Option<http::Answer<Value>>) -> Answer {
    let Some(answer) = answer else { return Answer::None };
    let refused = ["NOT_FOUND", "FORBIDDEN"];
    let is_refused = answer.code().is_some_and(|code| refused.contains(&code));
    let empty = [Value::Null, json!({ "nodes": [] })];
    match answer.data {
        Some(data) if !empty.contains(&data["found"]) => Answer::Through(data.to_string()),
        Some(_) if answer.errors.is_empty() => Answer::Refused,
        _ if is_refused => Answer::Refused,
        _ => Answer::None,
    }
}

/// What a subscription gives beside a refusal.
async fn follow(shared: &Shared, person: u16, chat: &str, instance: usize, n: u32) -> Answer {
    let token = &shared.cast.of(person).token;
    let by = if n.is_multiple_of(2) { By::Events } else { By::Messages };
    let transport = if n.is_multiple_of(3) { Transport::Events } else { Transport::WebSocket };
    let ask = Ask { token, chat, by, after: 0, epoch: &shared.cast.epoch };
    let mut got = Answer::None;
    let followed = timeout(Duration::from_secs(3), async {
        let mut live = Live::open(shared.addresses[instance], transport, &ask).await?;
        let mut is_over = false;
        while !is_over {
            live.read(|news| match news {
                News::Ended(End::NotFound) => {
                    if got == Answer::None {
                        got = Answer::Refused;
                    }
                    is_over = true;
                }
                News::Ended(end) => {
                    got = Answer::Through(format!("{end:?}"));
                    is_over = true;
                }
                News::Item(told) => got = Answer::Through(format!("{told:?}")),
            })
            .await?;
        }
        std::io::Result::Ok(())
    });
    // A connection that breaks tells nothing.
    let _ = followed.await;
    got
}
