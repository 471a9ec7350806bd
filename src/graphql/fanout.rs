//! Shows what is followed: one execution for all who are shown the same, and its bytes
//! shared by them.
//!
//! An item of a log has a stamp, so that whoever comes to it second finds it shown. What
//! depends on who asks, and what is shown to somebody who has left, has an execution of its
//! own; so has replay, whose items nobody shares.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};

use async_graphql::{Response, ServerError};
use axum::body::Bytes;
use futures_util::{StreamExt, stream::BoxStream};
use tokio::sync::{OnceCell, mpsc};

use super::{
    Asked, Loader, Schema,
    code::ErrorCode,
    document::{Hash, Prepared},
    execute,
    finish::{self, INTERNAL, finish},
    live::{Showing, Shown},
    loader,
    loaders::{self, Loads},
};
use crate::{
    domain::{App, Audience, Client, Reader, Viewer, feed::Item},
    ids::UserId,
    time::Timestamp,
};

/// How many shown items are kept for those who come to them later: two pages of a log, for
/// those who read it together.
const KEPT: usize = 256;

/// How long showing one item may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the names of people may be shown as they were.
const FRESH: Duration = Duration::from_secs(1);

/// The executions that are shared.
#[derive(Default)]
pub struct Fanout(Mutex<HashMap<Key, Weak<Show>>>);

/// What makes two subscriptions show the same.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    document: Hash,
    operation: Option<String>,
    /// The variables but for those that say from where.
    variables: String,
    audience: Audience,
}

/// A shared entry goes when the last who is shown it goes; now and then the list is tidied.
const TIDY: usize = 64;

impl Fanout {
    /// The one execution for all who are shown this of their conversation. It is executed for
    /// them alike, whoever comes first.
    pub(super) fn shared(&self, recipe: Recipe, audience: Audience) -> Arc<Show> {
        let recipe = Recipe { reader: Reader::Participants(audience), viewer: None, ..recipe };
        let key = Key {
            document: recipe.prepared.hash(),
            operation: recipe.prepared.operation().name.as_ref().map(ToString::to_string),
            variables: recipe.prepared.lasting_variables(),
            audience,
        };
        let mut shows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(show) = shows.get(&key).and_then(Weak::upgrade) {
            return show;
        }
        if shows.len() % TIDY == TIDY - 1 {
            shows.retain(|_, show| show.strong_count() > 0);
        }
        let show = Show::new(recipe);
        shows.insert(key, Arc::downgrade(&show));
        show
    }
}

/// What is executed, and for whom.
#[derive(Clone)]
pub(super) struct Recipe {
    pub(super) app: App,
    pub(super) schema: Schema,
    pub(super) prepared: Prepared,
    pub(super) reader: Reader,
    pub(super) viewer: Option<Viewer>,
}

/// One execution that shows item after item.
pub(super) struct Show {
    recipe: Recipe,
    running: tokio::sync::Mutex<Option<Running>>,
    shown: Mutex<VecDeque<(Place, Arc<OnceCell<Bytes>>)>>,
}

/// Of which item it is known that it was shown already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Event(u64),
    CaughtUp(i64),
    Read(UserId, i64),
    Typing(UserId, bool, Timestamp),
}

impl Place {
    fn of(shown: &Shown) -> Option<Self> {
        match shown {
            Shown::Conversation(Item::Event(event)) => Some(Self::Event(event.stamp)),
            Shown::Conversation(Item::CaughtUp(number)) => Some(Self::CaughtUp(*number)),
            Shown::Conversation(Item::Read { user, read_seq }) => {
                Some(Self::Read(*user, *read_seq))
            }
            Shown::Conversation(Item::Typing { user, typing, expires_at }) => {
                Some(Self::Typing(*user, *typing, *expires_at))
            }
            Shown::Conversation(Item::Heartbeat(_)) | Shown::Inbox(_) => None,
        }
    }
}

/// The item could not be shown now, for a reason that may pass.
pub(super) struct NotNow(pub(super) Vec<ServerError>);

struct Running {
    items: mpsc::UnboundedSender<Shown>,
    responses: BoxStream<'static, Response>,
    loads: Loads,
    loader: Arc<Loader>,
    begun: Instant,
}

impl Show {
    pub(super) fn new(recipe: Recipe) -> Arc<Self> {
        Arc::new(Self { recipe, running: tokio::sync::Mutex::default(), shown: Mutex::default() })
    }

    /// The result of an execution for one item, as JSON.
    pub(super) async fn show(&self, item: &Shown) -> Result<Bytes, NotNow> {
        let Some(cell) = Place::of(item).map(|place| self.cell(place)) else {
            return self.execute(item).await;
        };
        if let Some(bytes) = cell.get() {
            return Ok(bytes.clone());
        }
        cell.get_or_try_init(|| self.execute(item)).await.cloned()
    }

    fn cell(&self, place: Place) -> Arc<OnceCell<Bytes>> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        // Most ask for the newest.
        if let Some((_, cell)) = shown.iter().rev().find(|(known, _)| *known == place) {
            return Arc::clone(cell);
        }
        if shown.len() == KEPT {
            shown.pop_front();
        }
        let cell = Arc::default();
        shown.push_back((place, Arc::clone(&cell)));
        cell
    }

    async fn execute(&self, item: &Shown) -> Result<Bytes, NotNow> {
        let mut running = self.running.lock().await;
        // Taken out: an execution that is given up half way is not asked again.
        let mut present = running.take().unwrap_or_else(|| self.recipe.run());
        let shown = execute::through_panics(present.show(item.clone()));
        let mut response = match tokio::time::timeout(PATIENCE, shown).await {
            Ok(Ok(Some(response))) => {
                *running = Some(present);
                response
            }
            Ok(Ok(None)) => failed(ErrorCode::InternalServerError, INTERNAL),
            Ok(Err(panicked)) => Response::from_errors(vec![*panicked]),
            Err(_) => failed(ErrorCode::RequestTimeout, "It took too long to read this."),
        };
        drop(running);
        finish(&mut response.errors, None);
        let may_pass = |error: &ServerError| {
            matches!(
                finish::code(error),
                Some(ErrorCode::ServiceUnavailable | ErrorCode::RequestTimeout)
            )
        };
        if response.errors.iter().any(may_pass) {
            return Err(NotNow(response.errors));
        }
        Ok(finish::body(&response.errors, Some(&response.data)).into())
    }
}

fn failed(code: ErrorCode, message: &str) -> Response {
    Response::from_errors(vec![code.error(message, None)])
}

impl Recipe {
    fn run(&self) -> Running {
        let Self { app, schema, prepared, reader, viewer } = self;
        let (items, receiver) = mpsc::unbounded_channel();
        let (together, loads) = loaders::together();
        let loader = Arc::new(loader(app, *reader, together));
        loader.enable_all_cache(true);
        let asked = Asked { app: app.clone(), viewer: *viewer, client: Client::default() };
        let request = prepared.request().data(asked).data(Arc::clone(&loader));
        let responses = schema.execute_stream(request.data(Showing::new(receiver)));
        Running { items, responses, loads, loader, begun: Instant::now() }
    }
}

impl Running {
    async fn show(&mut self, item: Shown) -> Option<Response> {
        // The same few people say most of what is said: they are looked up once in a while,
        // not once an item.
        if self.begun.elapsed() > FRESH {
            self.loader.clear::<UserId>();
            self.begun = Instant::now();
        }
        loaders::forget_all_but_people(&self.loader);
        self.items.send(item).ok()?;
        self.loads.beside(self.responses.next()).await
    }
}
