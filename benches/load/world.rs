//! Who is there and what they have to say.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::task::JoinSet;
use uuid::Uuid;

use super::{
    server::{Client, Outcome},
    wire::{Shot, Wire},
};

/// How many people there are, and how many are in a conversation.
pub(crate) const PEOPLE: usize = 8;
const MEMBERS: usize = 4;

pub(crate) const CONVERSATIONS: usize = 400;

pub(crate) const BODY: &str = "Shall we meet at six? The usual place, bring a jacket.";

pub(crate) const SEND: &str = "mutation ($chat: ID!, $body: String!, $own: UUID) { sendMessage(\
    input: {conversationId: $chat, body: $body, clientMessageId: $own}) \
    { message { id seq sentAt } } }";
pub(crate) const PAGE: &str = "query ($chat: ID!) { conversation(id: $chat) { messages(last: 50) \
    { nodes { id seq body sentAt sender { id username } } \
    pageInfo { hasPreviousPage startCursor } } } }";
pub(crate) const PAGE_BEFORE: &str = "query ($chat: ID!, $before: String) { conversation(id: $chat) \
    { messages(last: 50, before: $before) { nodes { id seq body sentAt sender { id username } } \
    pageInfo { hasPreviousPage startCursor } } } }";
pub(crate) const INBOX: &str = "{ conversations(first: 20) { nodes { id kind title lastActivityAt \
    participants { id username } lastMessage { id body sentAt sender { id username } } \
    unreadCount } pageInfo { hasNextPage endCursor } } }";

/// People with their tokens, and conversations with the number of the person who asks there.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) people: Vec<Uuid>,
    pub(crate) tokens: Vec<Arc<str>>,
    pub(crate) chats: Vec<(String, usize)>,
}

impl World {
    /// The conversation at a turn of a connection: each speaks for one person, in that
    /// person's conversations, one after the other.
    pub(crate) fn chat(&self, connection: usize, turn: usize) -> &str {
        let people = self.people.len();
        &self.chats[(connection + turn * people) % self.chats.len()].0
    }

    /// The token of the person for whom a connection speaks.
    pub(crate) fn token(&self, connection: usize) -> &Arc<str> {
        &self.tokens[self.chats[connection % self.chats.len()].1]
    }

    /// The same with one conversation only.
    pub(crate) fn with_one(&self, chat: usize) -> Self {
        let (chat, owner) = &self.chats[chat % self.chats.len()];
        let member = |step| (owner + step) % self.people.len();
        Self {
            people: (0..MEMBERS).map(|step| self.people[member(step)]).collect(),
            tokens: (0..MEMBERS).map(|step| self.tokens[member(step)].clone()).collect(),
            chats: (0..MEMBERS).map(|step| (chat.clone(), step)).collect(),
        }
    }

    /// People called like this who have registered, and as many conversations of four.
    pub(crate) async fn make(address: SocketAddr, name: &str, chats: usize) -> Outcome<Self> {
        let mut client = Client::connect(address, None).await?;
        let (ids, tokens) = client.register(name, PEOPLE).await?;
        let person = |id: &serde_json::Value| Uuid::parse_str(id.as_str().unwrap_or_default());
        let people = ids.iter().map(person).collect::<Result<_, _>>()?;
        let ids = Arc::new(ids);
        let mut tasks = JoinSet::new();
        for owner in 0..PEOPLE {
            let (ids, token) = (ids.clone(), tokens[owner].clone());
            tasks.spawn(async move {
                let mut client = Client::connect(address, Some(token)).await?;
                let others: Vec<_> =
                    (1..MEMBERS).map(|step| &ids[(owner + step) % PEOPLE]).collect();
                let mut made = Vec::new();
                for n in (owner..chats).step_by(PEOPLE) {
                    made.push((n, (client.create(&others).await?, owner)));
                }
                Outcome::Ok(made)
            });
        }
        let mut made = Vec::new();
        while let Some(done) = tasks.join_next().await {
            made.extend(done??);
        }
        made.sort_unstable();
        Ok(Self { people, tokens, chats: made.into_iter().map(|(_, chat)| chat).collect() })
    }

    /// Says so many things in each conversation.
    pub(crate) async fn fill(&self, address: SocketAddr, each: usize) -> Outcome<()> {
        let (world, said) = (Arc::new(self.clone()), Arc::new(AtomicUsize::new(0)));
        let mut tasks = JoinSet::new();
        for _ in 0..128 {
            let (world, said) = (world.clone(), said.clone());
            tasks.spawn(async move {
                let mut wire = Wire::connect(address).await?;
                let mut shots: Vec<_> = world
                    .tokens
                    .iter()
                    .map(|token| Shot::graphql(token, SEND, Some(BODY)))
                    .collect();
                loop {
                    let next = said.fetch_add(1, Ordering::Relaxed);
                    if next >= each * world.chats.len() {
                        return Outcome::Ok(());
                    }
                    let (chat, owner) = &world.chats[next % world.chats.len()];
                    // Each member in turn.
                    let step = next / world.chats.len() % MEMBERS;
                    let sender = (owner + step) % world.people.len();
                    shots[sender].aim(chat);
                    wire.exchange(&shots[sender]).await?;
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Ok(())
    }
}
