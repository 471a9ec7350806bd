//! Subscriptions, from their opening to their last step: what is followed comes from the
//! domain, how it is shown from [`super::fanout`].

use std::sync::Arc;

use async_graphql::ServerError;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};

use super::{
    ahead, bind,
    code::ErrorCode,
    document::Prepared,
    endpoint::Endpoint,
    execute::Gate,
    fanout::{NotNow, Pace, Payload, Recipe, Show},
    finish::INTERNAL,
    live::{Opened, Opening, Place, Shown},
    loaders::MessageAt,
    observe::Asked,
    operation::{Started, Step},
};
use crate::{
    domain::{
        Client, Reader, Viewer,
        events::Event,
        feed::{Follower, Item},
        inbox::InboxFollower,
    },
    live::PAUSE,
    metrics::Present,
};

/// How often an item that cannot be shown now is tried again, with pauses that grow.
const TRIES: u32 = 7;

/// Opens a subscription for who may follow what it asks for.
pub(super) async fn start(
    endpoint: &Arc<Endpoint>,
    prepared: Prepared,
    viewer: Viewer,
    client: Client,
    last_event_id: Option<i64>,
) -> Result<Started, Box<ServerError>> {
    let gate = Gate::new(&prepared);
    let field = Asked::of(prepared.operation()).field();
    let (opened, place) = open(endpoint, &prepared, viewer, client, &gate, last_event_id).await?;
    let conversation = match &opened {
        Opened::Conversation(follower) => Some(follower.conversation()),
        Opened::Inbox(_) => None,
    };
    let recipe = Recipe {
        app: endpoint.app.clone(),
        schema: endpoint.schema.clone(),
        prepared,
        reader: Reader::Person(viewer),
        viewer: Some(viewer),
        conversation,
    };
    let present = endpoint.app.metrics.subscription(field);
    Ok(Started::Stream(match opened {
        Opened::Conversation(follower) => following(Following {
            endpoint: Arc::clone(endpoint),
            follower,
            recipe,
            is_alike: gate.is_alike(),
            place,
            by: None,
            is_over: false,
            _present: present,
        }),
        Opened::Inbox(follower) => inbox(follower, Show::alone(recipe), present),
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
) -> Result<(Opened, Place), Box<ServerError>> {
    let opening = Arc::new(Opening::from(last_event_id));
    let (request, mut loads) = bind(&endpoint.app, prepared.request(), Some(viewer), client);
    let request = request.data(Arc::clone(gate)).data(Arc::clone(&opening));
    let mut stream = endpoint.schema.execute_stream(request);
    let first = loads.beside(stream.next()).await;
    if gate.is_passed() {
        endpoint.documents.keep(prepared, None);
    }
    opening.take().ok_or_else(|| {
        let refused = first.and_then(|response| response.errors.into_iter().next());
        let unknown = || ErrorCode::InternalServerError.error(INTERNAL, None);
        Box::new(refused.unwrap_or_else(unknown))
    })
}

/// A conversation that is followed, and how its items are shown.
struct Following {
    endpoint: Arc<Endpoint>,
    follower: Box<Follower>,
    recipe: Recipe,
    /// Whether all who take part are shown the same.
    is_alike: bool,
    /// The execution by which items are shown now.
    by: Option<(By, Arc<Show>)>,
    place: Place,
    is_over: bool,
    _present: Present,
}

/// Who shares an execution.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    All(Pace),
    /// The follower alone.
    Own,
    /// The follower alone, who is out.
    Former,
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
            Err(error) => return Some(Step::Failed(vec![self.place.error(error)])),
        };
        let number = match &item {
            Item::Event(event) => self.follower.number(event),
            Item::CaughtUp(number) => Some(*number),
            Item::Read { .. } | Item::Typing { .. } | Item::Heartbeat(_) => None,
        };
        let ahead = self.ahead(&item);
        let item = Shown::Conversation(item);
        loop {
            let by = self.by();
            let payload = match show(&by, &item, &ahead).await {
                Ok(payload) => payload,
                Err(NotNow(errors)) => return Some(Step::Failed(errors)),
            };
            // What belongs to the item was read as of then, and the walk may not yet have met
            // the follower's departure.
            let is_theirs = match payload.reached {
                Some(reached) => self.follower.may_see(reached).await,
                None => true,
            };
            if is_theirs {
                return Some(Step::Next { payload: payload.json, number });
            }
        }
    }

    /// What the next items answer, where this one answers something.
    fn ahead(&self, item: &Item) -> Vec<MessageAt> {
        let conversation = self.follower.conversation();
        let is_reply = |event: &Event| event.message().is_some_and(|m| m.reply_to_seq.is_some());
        match item {
            Item::Event(event) if is_reply(event) => {
                let next = self.follower.upcoming().take(ahead::MOST);
                let answered = next.filter_map(|event| event.message()?.reply_to_seq);
                answered.map(|seq| MessageAt(conversation, seq)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The execution by which the next item is shown. From their departure on the follower is
    /// shown everything as it was then.
    fn by(&mut self) -> Arc<Show> {
        let standing = self.follower.standing();
        let wanted = match standing {
            Err(_) => By::Former,
            Ok(_) if !self.is_alike => By::Own,
            Ok(_) if self.follower.is_behind() => By::All(Pace::Behind),
            Ok(_) => By::All(Pace::Live),
        };
        if let Some((by, show)) = &self.by
            && *by == wanted
        {
            return Arc::clone(show);
        }
        let recipe = self.recipe.clone();
        let show = match (standing, wanted) {
            (Err(former), _) => Show::alone(Recipe { reader: Reader::Former(former), ..recipe }),
            (Ok(audience), By::All(pace)) => self.endpoint.fanout.shared(recipe, audience, pace),
            (Ok(_), By::Own | By::Former) => Show::alone(recipe),
        };
        self.by = Some((wanted, Arc::clone(&show)));
        show
    }
}

fn inbox(
    follower: Box<InboxFollower>,
    by: Arc<Show>,
    present: Present,
) -> BoxStream<'static, Step> {
    stream::unfold(Some((follower, by, present)), |state| async {
        let (mut follower, by, present) = state?;
        let item = follower.next().await;
        Some(match show(&by, &Shown::Inbox(item), &[]).await {
            Ok(Payload { json, .. }) => {
                (Step::Next { payload: json, number: None }, Some((follower, by, present)))
            }
            Err(NotNow(errors)) => (Step::Failed(errors), None),
        })
    })
    .boxed()
}

/// Shows an item, if need be after the database has come back: an item that were shown as an
/// error would be lost to the client.
async fn show(by: &Show, item: &Shown, ahead: &[MessageAt]) -> Result<Payload, NotNow> {
    let mut pause = PAUSE;
    let mut tries = 0;
    loop {
        match by.show(item, ahead).await {
            Err(NotNow(_)) if tries < TRIES => tokio::time::sleep(pause).await,
            done => return done,
        }
        tries += 1;
        pause *= 2;
    }
}
