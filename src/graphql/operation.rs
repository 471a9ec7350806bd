//! One operation of a connection that stays open: checked, and begun. A query or a mutation
//! ends with one result; a subscription goes on, step by step.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_graphql::{ServerError, parser::types::OperationType};
use axum::body::Bytes;
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};

use super::{
    bind,
    code::ErrorCode,
    document::Prepared,
    doors,
    error::Error,
    execute::{self, Gate, Outcome},
    fanout::{NotNow, Recipe, Show},
    finish::INTERNAL,
    http::Endpoint,
    live::{Opened, Opening, Shown},
    params::Params,
};
use crate::domain::{
    self, Client, Reader, Viewer,
    feed::{Follower, Item},
    inbox::InboxFollower,
};

/// How long an item that cannot be shown now is tried again, with pauses that grow.
const TRIES: u32 = 7;
const PAUSE: Duration = Duration::from_millis(250);

/// Who asks, over whatever connection.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) viewer: Option<Viewer>,
    pub(super) client: Client,
}

/// What has begun.
pub(super) enum Started {
    /// A query or mutation.
    Single(BoxFuture<'static, Outcome>),
    /// A subscription.
    Stream(BoxStream<'static, Step>),
}

/// What a subscription comes to next.
pub(super) enum Step {
    /// One execution result as JSON, and its number in the log, from which a client may
    /// resume.
    Next { payload: Bytes, number: Option<i64> },
    /// The operation is over because of these; last of all. A stream that ends without it
    /// is complete.
    Failed(Vec<ServerError>),
}

/// Checks and starts an operation.
pub(super) async fn start(
    endpoint: &Arc<Endpoint>,
    params: Params,
    caller: Caller,
    last_event_id: Option<i64>,
) -> Result<Started, Box<ServerError>> {
    let prepared = endpoint.documents.prepare(params)?;
    let operation = prepared.operation();
    if caller.viewer.is_none() && !doors::is_public(operation) {
        return Err(ErrorCode::Unauthenticated.error("Sign in first.", None).into());
    }
    if !endpoint.settings.introspection && doors::is_introspection(operation) {
        let message = "This server does not show its schema.";
        return Err(ErrorCode::GraphqlValidationFailed.error(message, None).into());
    }
    if operation.kind != OperationType::Subscription {
        let endpoint = Arc::clone(endpoint);
        let Caller { viewer, client } = caller;
        let single = async move { super::http::execute(&endpoint, prepared, viewer, client).await };
        return Ok(Started::Single(single.boxed()));
    }
    let Some(viewer) = caller.viewer else {
        return Err(ErrorCode::Unauthenticated.error("Sign in first.", None).into());
    };
    let gate = Gate::new(&prepared);
    let opened = open(endpoint, &prepared, viewer, caller.client, &gate, last_event_id).await?;
    let recipe = Recipe {
        app: endpoint.app.clone(),
        schema: endpoint.schema.clone(),
        prepared,
        reader: Reader::Person(viewer),
        viewer: Some(viewer),
    };
    Ok(Started::Stream(match opened {
        Opened::Conversation(follower) => {
            let show = if gate.is_alike() {
                let alike = Recipe { reader: follower.reader(), viewer: None, ..recipe.clone() };
                endpoint.fanout.shared(alike, follower.conversation())
            } else {
                Show::new(recipe.clone())
            };
            following(Following { follower, show, recipe, is_former: false, is_over: false })
        }
        Opened::Inbox(follower) => inbox(follower, Show::new(recipe)),
    }))
}

/// Executes a subscription so far that it is known who follows what from where.
async fn open(
    endpoint: &Endpoint,
    prepared: &Prepared,
    viewer: Viewer,
    client: Client,
    gate: &Arc<Gate>,
    last_event_id: Option<i64>,
) -> Result<Opened, Box<ServerError>> {
    let opening = Arc::new(Opening::from(last_event_id));
    let (request, mut loads) = bind(&endpoint.app, prepared.request(), Some(viewer), client);
    let request = request.data(Arc::clone(gate)).data(Arc::clone(&opening));
    let mut stream = endpoint.schema.execute_stream(request);
    let first = AssertUnwindSafe(loads.beside(stream.next())).catch_unwind();
    let first = tokio::time::timeout(endpoint.settings.timeout, first).await;
    if gate.is_passed() {
        endpoint.documents.keep(prepared);
    }
    let refused = match first {
        Ok(Ok(first)) => match opening.take() {
            Some(opened) => return Ok(opened),
            None => first.and_then(|response| response.errors.into_iter().next()),
        },
        Ok(Err(panic)) => {
            execute::log_panic(&*panic);
            None
        }
        Err(_) => {
            let message = "It took too long to begin the subscription.";
            Some(ErrorCode::RequestTimeout.error(message, None))
        }
    };
    let unknown = || ErrorCode::InternalServerError.error(INTERNAL, None);
    Err(refused.unwrap_or_else(unknown).into())
}

/// A conversation that is followed, and how its items are shown.
struct Following {
    follower: Box<Follower>,
    show: Arc<Show>,
    recipe: Recipe,
    /// From here on it is shown as to somebody who has left.
    is_former: bool,
    is_over: bool,
}

fn following(following: Following) -> BoxStream<'static, Step> {
    stream::unfold(following, |mut following| async {
        if following.is_over {
            return None;
        }
        let step = following.step().await?;
        following.is_over = matches!(step, Step::Failed(_));
        Some((step, following))
    })
    .boxed()
}

impl Following {
    async fn step(&mut self) -> Option<Step> {
        let item = match self.follower.next().await? {
            Ok(item) => item,
            Err(error) => return Some(Step::Failed(vec![told(error)])),
        };
        let reader = self.follower.reader();
        if matches!(reader, Reader::Former(_)) && !self.is_former {
            self.is_former = true;
            self.show = Show::new(Recipe { reader, ..self.recipe.clone() });
        }
        let number = match &item {
            Item::Event(event) => self.follower.number(event),
            Item::CaughtUp(number) => Some(*number),
            Item::Read { .. } | Item::Typing { .. } | Item::Heartbeat(_) => None,
        };
        Some(show(&self.show, Shown::Conversation(item), number).await)
    }
}

fn inbox(follower: Box<InboxFollower>, by: Arc<Show>) -> BoxStream<'static, Step> {
    stream::unfold(Some((follower, by)), |state| async {
        let (mut follower, by) = state?;
        let item = follower.next().await;
        let step = show(&by, Shown::Inbox(item), None).await;
        let is_over = matches!(step, Step::Failed(_));
        Some((step, (!is_over).then_some((follower, by))))
    })
    .boxed()
}

/// Shows an item, if need be after the database has come back: an item that were shown as an
/// error would be lost to the client.
async fn show(by: &Show, item: Shown, number: Option<i64>) -> Step {
    let mut pause = PAUSE;
    let mut tries = 0;
    loop {
        match by.show(&item).await {
            Ok(payload) => return Step::Next { payload, number },
            Err(NotNow(errors)) if tries == TRIES => return Step::Failed(errors),
            Err(NotNow(_)) => tokio::time::sleep(pause).await,
        }
        tries += 1;
        pause *= 2;
    }
}

/// A domain error as clients see it.
fn told(error: domain::Error) -> ServerError {
    async_graphql::Error::from(Error::from(error)).into_server_error(async_graphql::Pos::default())
}
