//! The operations of one connection, all in its own task. Each has at most one result
//! that is not written yet: a subscription is asked for the next one only when the last
//! has been taken, so what a connection holds in memory is bounded, however slow it is.

use std::{
    collections::{HashMap, VecDeque},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
};

use async_graphql::ServerError;
use futures_util::{
    FutureExt, StreamExt,
    future::{AbortHandle, AbortRegistration, Abortable, Aborted, BoxFuture},
    stream::{BoxStream, FuturesUnordered},
};

use crate::graphql::{
    execute::Outcome,
    operation::{self, Started, Step},
};

/// Which operation; its id may be another's later.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) id: Arc<str>,
    number: u64,
}

/// What came of an operation.
pub(super) enum Turn {
    Started(Result<Started, Box<ServerError>>),
    Answered(Box<Outcome>),
    Step(Option<Step>, Steps),
}

/// A subscription that can be ended.
pub(super) type Steps = Abortable<BoxStream<'static, Step>>;

/// What is waited for. Steps are most of it, and so take no box of their own.
enum Turning {
    Once(Abortable<BoxFuture<'static, (Key, Turn)>>),
    Step(Option<(Key, Steps)>),
}

impl Future for Turning {
    type Output = Result<(Key, Turn), Aborted>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let waiting = match self.get_mut() {
            Self::Once(turn) => return turn.poll_unpin(cx),
            Self::Step(waiting) => waiting,
        };
        let (key, mut steps) = waiting.take().expect("nothing is polled that has come");
        if steps.is_aborted() {
            return Poll::Ready(Err(Aborted));
        }
        // Keeps nothing from one poll to the next, so it can be made anew for each.
        let polled = pin!(operation::next_step(&mut steps)).poll(cx);
        match polled {
            Poll::Ready(step) => Poll::Ready(Ok((key, Turn::Step(step, steps)))),
            Poll::Pending => {
                *waiting = Some((key, steps));
                Poll::Pending
            }
        }
    }
}

struct Running {
    number: u64,
    turn: AbortHandle,
    is_live: bool,
}

/// What is under way.
#[derive(Default)]
pub(super) struct Operations {
    running: HashMap<Arc<str>, Running>,
    turns: FuturesUnordered<Turning>,
    /// What has come and is not taken yet.
    come: VecDeque<(Key, Turn)>,
    begun: u64,
}

impl Operations {
    /// How many are under way.
    pub(super) fn len(&self) -> usize {
        self.running.len()
    }

    /// How many there have been.
    pub(super) fn begun(&self) -> u64 {
        self.begun
    }

    pub(super) fn is_running(&self, id: &str) -> bool {
        self.running.contains_key(id)
    }

    /// Whether there are any that end by themselves.
    pub(super) fn has_singles(&self) -> bool {
        self.running.values().any(|running| !running.is_live)
    }

    /// Begins one with this way to start it.
    pub(super) fn begin(
        &mut self,
        id: String,
        start: impl Future<Output = Result<Started, Box<ServerError>>> + Send + 'static,
    ) {
        self.begun += 1;
        let key = Key { id: id.into(), number: self.begun };
        self.once(key, async move { Turn::Started(start.await) });
    }

    /// Waits for the answer of one that has started.
    pub(super) fn answer(&mut self, key: Key, answer: BoxFuture<'static, Outcome>) {
        self.once(key, async move { Turn::Answered(Box::new(answer.await)) });
    }

    /// Waits for the first step of a subscription that has started.
    pub(super) fn follow(&mut self, key: Key, steps: BoxStream<'static, Step>) {
        let ended = self.register(&key, true);
        self.step(key, Abortable::new(steps, ended));
    }

    /// Waits for the next step of a subscription.
    pub(super) fn step(&mut self, key: Key, steps: Steps) {
        self.turns.push(Turning::Step(Some((key, steps))));
    }

    fn once(&mut self, key: Key, turn: impl Future<Output = Turn> + Send + 'static) {
        let ended = self.register(&key, false);
        let turn = async move { (key, turn.await) }.boxed();
        self.turns.push(Turning::Once(Abortable::new(turn, ended)));
    }

    fn register(&mut self, key: &Key, is_live: bool) -> AbortRegistration {
        let (handle, registration) = AbortHandle::new_pair();
        let running = Running { number: key.number, turn: handle, is_live };
        self.running.insert(Arc::clone(&key.id), running);
        registration
    }

    /// Forgets one that is over, or that the client wants no more of. A mutation goes on,
    /// without an answer.
    pub(super) fn end(&mut self, id: &str) -> bool {
        let ended = self.running.remove(id);
        ended.inspect(|running| running.turn.abort()).is_some()
    }

    /// What comes next; `None` if nothing is under way.
    pub(super) async fn next(&mut self) -> Option<(Key, Turn)> {
        loop {
            let (key, turn) = match self.come.pop_front() {
                Some(come) => come,
                None => match self.turns.next().await? {
                    Ok(come) => come,
                    Err(_aborted) => continue,
                },
            };
            // It may have been ended after its turn had come.
            if self.running.get(&key.id).is_some_and(|running| running.number == key.number) {
                return Some((key, turn));
            }
        }
    }

    /// Goes on with all until each has come to its next result; never ends. For while
    /// nothing can be written: what waits in the middle may hold a connection to the
    /// database that others need.
    pub(super) async fn drive(&mut self) {
        while let Some(turn) = self.turns.next().await {
            self.come.extend(turn.ok());
        }
        std::future::pending::<()>().await;
    }
}
