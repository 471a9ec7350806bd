//! People who come back to a conversation over a WebSocket and read what they missed.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::Barrier, task::JoinSet};

use super::{
    drive::{Measure, gather},
    server::Outcome,
    socket::Socket,
    wire::{find, number_after},
};

/// How many events somebody missed who comes back.
const MISSED: u64 = 200;

/// The events by which the members joined.
const MEMBERS: u64 = 4;

/// How many come back at once.
const COMERS: usize = 8;

const RESUME: &str = "subscription ($chat: ID!, $after: Int) { conversationEvents(\
    conversationId: $chat, afterEventSeq: $after) { __typename ... on MessageAdded \
    { eventSeq message { id seq body sentAt sender { id username } } } \
    ... on CaughtUp { eventSeq } } }";

/// Somebody who comes back to a conversation.
pub(crate) struct Return {
    pub(crate) chat: String,
    pub(crate) token: Arc<str>,
    /// The number of its newest event.
    pub(crate) head: u64,
}

impl Return {
    /// Whether so much can have been missed there.
    pub(crate) fn is_long(&self) -> bool {
        self.head > MISSED + MEMBERS
    }

    /// Opens a socket and reads what was missed.
    async fn happen(&self, address: SocketAddr) -> Outcome<()> {
        let mut socket = Socket::open(address, &self.token).await?;
        socket.subscribe(RESUME, &self.chat, Some(self.head - MISSED)).await?;
        let (mut came, mut reached) = (0, None);
        while reached.is_none() {
            socket
                .read(|text| {
                    if find(text, b"MessageAdded").is_some() {
                        came += 1;
                    } else {
                        reached = Some(number_after(text, b"\"eventSeq\":"));
                    }
                })
                .await?;
        }
        if came == MISSED && reached == Some(Some(self.head)) {
            return Ok(());
        }
        Err(format!("{came} of {MISSED} events came, up to {reached:?}").into())
    }
}

/// How often in a second somebody can come back, several at once: to one of these after the
/// other, beginning with one.
pub(crate) async fn returns(
    address: SocketAddr,
    heads: &Arc<Vec<Return>>,
    first: usize,
    span: Duration,
) -> Outcome<Measure> {
    let barrier = Arc::new(Barrier::new(COMERS));
    let mut tasks = JoinSet::new();
    for n in 0..COMERS {
        let (heads, barrier) = (heads.clone(), barrier.clone());
        tasks.spawn(async move {
            let mut took = Vec::new();
            barrier.wait().await;
            let begun = Instant::now();
            for turn in 0.. {
                let asked = Instant::now();
                heads[(first + n + turn * COMERS) % heads.len()].happen(address).await?;
                if begun.elapsed() > span {
                    break;
                }
                took.push(asked.elapsed().as_secs_f64() * 1_000.0);
            }
            Outcome::Ok(took)
        });
    }
    gather(tasks, span).await
}
