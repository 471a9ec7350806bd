//! Lets people into a conversation and takes them out of it, one after the other.

use std::{collections::HashSet, sync::Arc};

use serde_json::{Value, json};

use super::{Seen, Shared, Stage, writer::Wires};
use crate::history::{Chat, Move, Way};

const ADD: &str = "mutation ($chat: ID!, $person: ID!) { done: addParticipants(input: \
    {conversationId: $chat, userIds: [$person]}) { eventSeq } }";
const REMOVE: &str = "mutation ($chat: ID!, $person: ID!) { done: removeParticipant(input: \
    {conversationId: $chat, userId: $person}) { eventSeq } }";

/// Does so until the run settles. What gets no answer is tried again when the turn comes to that
/// person; then it may have happened already.
pub(super) async fn change(shared: Arc<Shared>, chat: Chat) -> Seen {
    let talk = shared.cast.talk(chat);
    let mut dice = shared.dice.fork(2_000 + u64::from(chat));
    let (mut wires, mut moves) = (Wires::new(&shared), Vec::new());
    let mut present: HashSet<_> = talk.present.iter().copied().collect();
    while shared.is(Stage::Running) {
        let person = *dice.one(&talk.comers);
        let (way, query) =
            if present.contains(&person) { (Way::Out, REMOVE) } else { (Way::In, ADD) };
        let variables = json!({ "chat": talk.id, "person": shared.cast.of(person).id });
        let body = json!({ "query": query, "variables": variables }).to_string();
        let instance = wires.choose(dice.below(shared.addresses.len()));
        let call = shared.now();
        let answer = wires.ask::<Value>(instance, talk.members[0], &body).await;
        let ret = shared.now();
        match answer {
            Some(answer) if answer.data.is_some() => {
                moves.push(Move { chat, person, way, call, ret: Some(ret) });
                flip(&mut present, person, way);
            }
            // Out already, by an attempt without an answer.
            Some(answer) if answer.code() == Some("NOT_FOUND") => {
                flip(&mut present, person, way);
            }
            _ => {
                moves.push(Move { chat, person, way, call, ret: None });
                wires.shun(instance);
            }
        }
        shared.rest(dice.millis(20, 120), Stage::Settling).await;
    }
    Seen::Changer(moves)
}

fn flip(present: &mut HashSet<u16>, person: u16, way: Way) {
    match way {
        Way::In => present.insert(person),
        Way::Out => present.remove(&person),
    };
}
