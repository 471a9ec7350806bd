//! What the requests and frames of a fuzz run meet: a server with somebody who sends them, and a conversation that
//! they take no part in.

use std::time::Duration;

use crate::support::{Id, Person, Sent, TestApp, json};

/// What is said where who asks takes no part.
const SECRET_WORDS: &str = "not for the ears of ann";

/// Longer than anything may take that is not told to wait.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct World {
    pub(super) app: TestApp,
    /// Who sends what is tried.
    pub(super) ann: Person,
    /// Who does not, and is in both conversations.
    pub(super) bob: Person,
    /// Where `ann` is not.
    pub(super) hidden: Id,
    /// What an input may name, and what it is in this world.
    names: Vec<(&'static str, String)>,
    born: usize,
}

impl World {
    pub(super) async fn new() -> Self {
        let app = TestApp::start().await;
        let (ann, bob, eve) = app.people().await;
        let hidden = bob.starts_a_group_called(SECRET_WORDS, &[&eve]).await;
        let secret = bob.sends(hidden, SECRET_WORDS).await;
        bob.sends(hidden, SECRET_WORDS).await;
        let foreign = cursor(&bob, hidden).await;
        let names = vec![
            ("{bob}", bob.id.to_string()),
            ("{eve}", eve.id.to_string()),
            ("{hidden}", hidden.to_string()),
            ("{secret}", secret.id.to_string()),
            ("{foreign}", foreign),
        ];
        let mut world = Self { app, ann, bob, hidden, names, born: 0 };
        world.furnish().await;
        world
    }

    /// The same server with somebody new in `ann`'s place, if she was signed out, locked out or deleted.
    pub(super) async fn recovers(&mut self) {
        let is_in = self.ann.asks_for("{ viewer { id } }").await;
        if is_in.body["data"]["viewer"]["id"].is_string() {
            return;
        }
        self.born += 1;
        self.ann = self.app.person(&format!("ann{}", self.born)).await;
        self.names.truncate(5);
        self.furnish().await;
    }

    /// A conversation in which `ann` is.
    async fn furnish(&mut self) {
        let chat = self.ann.starts_a_group_with(&[&self.bob]).await;
        let first: Sent = self.ann.sends(chat, "hello").await;
        self.bob.sends(chat, "hello yourself").await;
        let cursor = cursor(&self.ann, chat).await;
        self.names.extend([
            ("{ann}", self.ann.id.to_string()),
            ("{chat}", chat.to_string()),
            ("{message}", first.id.to_string()),
            ("{cursor}", cursor),
            ("{token}", self.ann.token().unwrap().to_owned()),
            ("{refresh}", self.ann.refresh_token.clone()),
        ]);
    }

    /// An input with what it names put in.
    pub(super) fn fills_in(&self, input: &[u8]) -> Vec<u8> {
        let mut filled = input.to_vec();
        for (name, value) in &self.names {
            let mut from = 0;
            while let Some(at) = place(&filled[from..], name.as_bytes()) {
                let at = from + at;
                filled.splice(at..at + name.len(), value.bytes());
                from = at + value.len();
            }
        }
        filled
    }

    /// Whether something shows what `ann` must not see.
    pub(super) fn is_leak(bytes: &[u8]) -> bool {
        place(bytes, SECRET_WORDS.as_bytes()).is_some()
    }
}

/// The cursor of a conversation's first message.
async fn cursor(person: &Person, chat: Id) -> String {
    let document =
        "query M($id: ID!) { conversation(id: $id) { messages(first: 1) { edges { cursor } } } }";
    let page = person.asks(document, json!({ "id": chat })).await;
    page.word("conversation.messages.edges.0.cursor")
}

fn place(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}
