//! Shows what is followed: one execution for all who are shown the same, and its bytes
//! shared by them.
//!
//! An item of a log has a stamp, so that whoever comes to it second finds it shown. Those who
//! are far behind share another execution than those who are at the head, so that neither
//! waits for the other. What depends on who asks, and what is shown to somebody who has left,
//! has an execution of its own, which keeps nothing.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};

use async_graphql::{Pos, Response, ServerError};
use axum::body::Bytes;
use futures_util::{StreamExt, stream::BoxStream};
use tokio::sync::{OnceCell, mpsc};

use super::{
    Asked, Loader, Schema,
    ahead::New,
    code::ErrorCode,
    document::{Hash, Prepared},
    error::Error,
    execute,
    finish::{self, INTERNAL, finish},
    live::{Showing, Shown},
    loader,
    loaders::{self, Loads, MessageAt},
};
use crate::{
    domain::{
        self, App, Audience, Client, Reader, Viewer,
        feed::{self, Item},
        history::Age,
    },
    ids::{ConversationId, UserId},
    time::Timestamp,
};

/// How many shown items are kept for those who come to them later, and about how many bytes
/// of them: two pages of a log, for those who read it together.
const KEPT: usize = 256;
const KEPT_BYTES: usize = 512 << 10;

/// How long showing one item may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the names of people, and what belongs to an item, may be shown as they were.
pub(super) const FRESH: Duration = Duration::from_secs(1);

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
    pace: Pace,
}

/// Where in a log those are who share an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Pace {
    /// At its head, or a little behind.
    Live,
    Behind,
}

/// A shared entry goes when the last who is shown it goes; now and then the list is tidied.
const TIDY: usize = 64;

impl Fanout {
    /// The one execution for all who are shown this of their conversation. It is executed for
    /// them alike, whoever comes first.
    pub(super) fn shared(&self, recipe: Recipe, audience: Audience, pace: Pace) -> Arc<Show> {
        let recipe = Recipe { reader: Reader::Participants(audience), viewer: None, ..recipe };
        let key = Key {
            document: recipe.prepared.hash(),
            operation: recipe.prepared.operation().name.as_ref().map(ToString::to_string),
            variables: recipe.prepared.lasting_variables(),
            audience,
            pace,
        };
        let mut shows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(show) = shows.get(&key).and_then(Weak::upgrade) {
            return show;
        }
        if shows.len() % TIDY == TIDY - 1 {
            shows.retain(|_, show| show.strong_count() > 0);
        }
        let show = Show::new(recipe, Some(Mutex::default()));
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
    /// What is followed, if it is one conversation.
    pub(super) conversation: Option<ConversationId>,
}

/// One execution that shows item after item.
pub(super) struct Show {
    recipe: Recipe,
    running: tokio::sync::Mutex<Option<Running>>,
    kept: Option<Mutex<Kept>>,
}

/// What was shown, for those who come to it later; the oldest first.
type Kept = VecDeque<(Place, Arc<OnceCell<Payload>>)>;

/// What came of showing an item.
#[derive(Clone)]
pub(super) struct Payload {
    /// The result as JSON.
    pub(super) json: Bytes,
    /// If anything of the conversation was read for it beside the item: how far its log
    /// reached after that. Whoever was out by then must not be given this.
    pub(super) reached: Option<i64>,
    shown_at: Instant,
}

impl Payload {
    /// Whether it may be given to those who come later. An item in memory is renewed with its
    /// message; what was read beside it is not.
    fn is_fresh(&self) -> bool {
        self.reached.is_none() || self.shown_at.elapsed() < FRESH
    }
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
    /// An execution for one who is shown it alone.
    pub(super) fn alone(recipe: Recipe) -> Arc<Self> {
        Self::new(recipe, None)
    }

    fn new(recipe: Recipe, kept: Option<Mutex<Kept>>) -> Arc<Self> {
        Arc::new(Self { recipe, running: tokio::sync::Mutex::default(), kept })
    }

    /// The result of an execution for one item, after which these messages may be asked for.
    pub(super) async fn show(&self, item: &Shown, ahead: &[MessageAt]) -> Result<Payload, NotNow> {
        let (Some(kept), Some(place)) = (&self.kept, Place::of(item)) else {
            return self.execute(item, ahead).await;
        };
        let cell = Self::cell(kept, place);
        if let Some(payload) = cell.get() {
            return Ok(payload.clone());
        }
        let execute = async || {
            let payload = self.execute(item, ahead).await?;
            Self::make_room(kept, payload.json.len());
            Ok(payload)
        };
        cell.get_or_try_init(execute).await.cloned()
    }

    /// Forgets the oldest so that so many bytes can be kept beside the others.
    fn make_room(kept: &Mutex<Kept>, bytes: usize) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let size = |cell: &OnceCell<Payload>| cell.get().map_or(0, |payload| payload.json.len());
        let mut all = bytes + kept.iter().map(|(_, cell)| size(cell)).sum::<usize>();
        while all > KEPT_BYTES && kept.len() > 1 {
            if let Some((_, oldest)) = kept.pop_front() {
                all = all.saturating_sub(size(&oldest));
            }
        }
    }

    fn cell(kept: &Mutex<Kept>, place: Place) -> Arc<OnceCell<Payload>> {
        let mut shown = kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Most ask for the newest.
        if let Some(found) = shown.iter().rposition(|(known, _)| *known == place) {
            let cell = &mut shown[found].1;
            if !cell.get().is_none_or(Payload::is_fresh) {
                *cell = Arc::default();
            }
            return Arc::clone(cell);
        }
        if shown.len() == KEPT {
            shown.pop_front();
        }
        let cell = Arc::default();
        shown.push_back((place, Arc::clone(&cell)));
        cell
    }

    async fn execute(&self, item: &Shown, ahead: &[MessageAt]) -> Result<Payload, NotNow> {
        let mut running = self.running.lock().await;
        // Taken out: an execution that is given up half way is not asked again.
        let mut present = running.take().unwrap_or_else(|| self.recipe.run());
        let loader = Arc::clone(&present.loader);
        let loads = loader.loader();
        loads.ahead().begin(ahead.to_vec());
        let shown = execute::through_panics(present.show(item.clone()));
        let (mut has_read, mut new, mut used) = (false, New::default(), None);
        let mut response = match tokio::time::timeout(PATIENCE, shown).await {
            Ok(Ok(Some(response))) => {
                has_read = loads.has_read();
                (new, used) = loads.ahead().end();
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
        let json = finish::body(&response.errors, Some(&response.data)).into();
        let mut reached = used.and_then(|used| used.reached);
        if has_read {
            reached = self.recipe.reached().await?;
            loads.ahead().keep(new, reached);
        }
        let shown_at = used.map_or_else(Instant::now, |used| used.read_at);
        Ok(Payload { json, reached, shown_at })
    }
}

/// A domain error as clients see it.
fn told(error: domain::Error) -> ServerError {
    async_graphql::Error::from(Error::from(error)).into_server_error(Pos::default())
}

fn failed(code: ErrorCode, message: &str) -> Response {
    Response::from_errors(vec![code.error(message, None)])
}

impl Recipe {
    /// How far the log reaches by now, for whom that makes a difference.
    async fn reached(&self) -> Result<Option<i64>, NotNow> {
        let conversation = match self.reader {
            Reader::Person(_) | Reader::Participants(_) => self.conversation,
            // They see everything as it was then.
            Reader::Former(_) => None,
        };
        let Some(conversation) = conversation else { return Ok(None) };
        let reached = feed::reached(&self.app, conversation).await;
        reached.map(Some).map_err(|error| NotNow(vec![told(error)]))
    }

    fn run(&self) -> Running {
        let Self { app, schema, prepared, reader, viewer, .. } = self;
        let (items, receiver) = mpsc::unbounded_channel();
        let (together, loads) = loaders::together();
        let loader = Arc::new(loader(app, *reader, together, Age::Unknown));
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
