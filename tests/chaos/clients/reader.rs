//! Who reads history page by page, both ways.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::{Seen, Shared, Stage, names, writer::Wires};
use crate::history::{Denial, Page, Place, Shown};

const PAGE: &str = "query ($chat: ID!, $first: Int, $after: String, $last: Int, $before: String, \
    $filter: MessageFilter) { conversation(id: $chat) { messages(first: $first, after: $after, \
    last: $last, before: $before, filter: $filter) { nodes { id seq body revision } \
    pageInfo { startCursor endCursor } } } }";

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
struct Said {
    id: String,
    seq: u32,
    body: String,
    revision: u32,
}

impl Said {
    fn shown(&self) -> Shown {
        let name = names::of_message(names::id(&self.id), &self.body);
        Shown { seq: self.seq, name, revision: self.revision }
    }
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
    let (mut wires, mut pages, mut denials) = (Wires::new(&shared), Vec::new(), Vec::new());
    while shared.is(Stage::Running) {
        let chat = u16::try_from(dice.below(shared.cast.chats.len())).unwrap_or(0);
        let talk = shared.cast.talk(chat);
        let everybody: Vec<_> = talk.members.iter().chain(&talk.comers).copied().collect();
        let person = *dice.one(&everybody);
        let (is_backward, is_all) = (dice.once_in(2), dice.once_in(2));
        // Only pages without a filter are kept by the server.
        let filter = is_all.then(|| json!({ "includeDeleted": true }));
        let (mut place, mut cursor) =
            (if is_backward { Place::Last } else { Place::First }, None::<String>);
        for _ in 0..4 {
            let variables = if is_backward {
                json!({ "chat": talk.id, "last": SIZE, "before": cursor, "filter": filter })
            } else {
                json!({ "chat": talk.id, "first": SIZE, "after": cursor, "filter": filter })
            };
            let body = json!({ "query": PAGE, "variables": variables }).to_string();
            let instance = wires.choose(dice.below(shared.addresses.len()));
            let call = shared.now();
            let answer = wires.ask::<Data>(instance, person, &body).await;
            let Some(answer) = answer else { break };
            let found = answer.data.and_then(|data| data.conversation);
            let Some(Conversation { messages: Messages { nodes, page_info } }) = found else {
                // A server that is busy says so beside it.
                if answer.errors.is_empty() {
                    denials.push(Denial { person, chat });
                }
                break;
            };
            let items: Vec<_> = nodes.iter().map(Said::shown).collect();
            let next = if is_backward {
                cursor = page_info.start_cursor;
                items.first().map(|item| Place::Before(item.seq))
            } else {
                cursor = page_info.end_cursor;
                items.last().map(|item| Place::After(item.seq))
            };
            pages.push(Page { person, chat, call, ret: shared.now(), place, is_all, items });
            match next {
                Some(next) if cursor.is_some() => place = next,
                _ => break,
            }
        }
        shared.rest(dice.millis(100, 400), Stage::Settling).await;
    }
    Seen::Reader(pages, denials)
}
