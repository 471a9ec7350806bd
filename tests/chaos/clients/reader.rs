//! Who reads history page by page, both ways.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::{Seen, Shared, Stage, live::Said, names, writer::Wires};
use crate::history::{Page, Place};

const PAGE: &str = "query ($chat: ID!, $first: Int, $after: String, $last: Int, $before: String) \
    { conversation(id: $chat) { messages(first: $first, after: $after, last: $last, before: $before) \
    { nodes { id seq body } pageInfo { startCursor endCursor } } } }";

#[derive(Deserialize)]
struct Data {
    conversation: Option<Conversation>,
}

#[derive(Deserialize)]
struct Conversation {
    messages: Messages,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Messages {
    nodes: Vec<Said>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

/// How many messages a page has at most.
const SIZE: usize = 40;

/// Reads until the run settles.
pub(super) async fn read(shared: Arc<Shared>, reader: u16) -> Seen {
    let mut dice = shared.dice.fork(4_000 + u64::from(reader));
    let (mut wires, mut pages) = (Wires::new(&shared), Vec::new());
    while shared.is(Stage::Running) {
        let chat = u16::try_from(dice.below(shared.cast.chats.len())).unwrap_or(0);
        let talk = shared.cast.talk(chat);
        let everybody: Vec<_> = talk.members.iter().chain(&talk.comers).copied().collect();
        let person = *dice.one(&everybody);
        let is_backward = dice.once_in(2);
        let (mut place, mut cursor) =
            (if is_backward { Place::Last } else { Place::First }, None::<String>);
        for _ in 0..4 {
            let variables = if is_backward {
                json!({ "chat": talk.id, "last": SIZE, "before": cursor })
            } else {
                json!({ "chat": talk.id, "first": SIZE, "after": cursor })
            };
            let body = json!({ "query": PAGE, "variables": variables }).to_string();
            let instance = wires.choose(dice.below(shared.addresses.len()));
            let call = shared.now();
            let answer = wires.ask::<Data>(instance, person, &body).await;
            let found = answer.and_then(|answer| answer.data?.conversation);
            let Some(Conversation { messages: Messages { nodes, page_info } }) = found else {
                break;
            };
            let name = |said: &Said| (said.seq, names::of_message(names::id(&said.id), &said.body));
            let items: Vec<_> = nodes.iter().map(name).collect();
            let next = if is_backward {
                cursor = page_info.start_cursor;
                items.first().map(|(seq, _)| Place::Before(*seq))
            } else {
                cursor = page_info.end_cursor;
                items.last().map(|(seq, _)| Place::After(*seq))
            };
            pages.push(Page { person, chat, call, ret: shared.now(), place, items });
            match next {
                Some(next) if cursor.is_some() => place = next,
                _ => break,
            }
        }
        shared.rest(dice.millis(100, 400), Stage::Settling).await;
    }
    Seen::Reader(pages)
}
