//! The events of a conversation without gaps, by long poll: for clients that have no
//! WebSocket. The numbers are those of `conversationEvents` in GraphQL.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use futures_util::FutureExt;
use serde::Serialize;
use tokio::time::{Instant, timeout_at};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Refusal, Result, conversations,
    messages::{self, MessageBody},
    shape::moment,
    view::{Access, Call, Reply, View},
};
use crate::domain::{
    Error,
    events::{Event, What},
    feed::{self, After, Item},
    operations,
};

/// The longest wait: less than most proxies allow.
const WAIT_MAX: Duration = Duration::from_secs(25);

/// The most events of an answer.
const EVENTS_MAX: usize = 100;

/// How much longer the server waits for more once there is something.
const GATHER: Duration = Duration::from_millis(20);

pub(super) const EVENTS: View = View {
    name: "Event List",
    description: "What has happened in a conversation after a number, without gaps. \
                  Waits up to `wait` seconds for something new.",
    access: Access::SignedIn { but: &[] },
    scope: Some(|call| conversations::enter(call).boxed()),
    methods: &[(Method::GET, |call| poll(call).boxed())],
    waits: Some(|call| wait(call).unwrap_or_default()),
    fields: &[],
    may_put: None,
};

/// Some events of a conversation.
#[expect(clippy::struct_field_names, reason = "the names on the wire")]
#[derive(Serialize, ToSchema)]
pub(super) struct Events {
    /// In their order, one number after another.
    events: Vec<EventBody>,
    /// What to send as `after` the next time.
    next: i64,
    /// Which life of the database the numbers are of: send it as `epoch`.
    epoch: String,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub(super) struct EventBody {
    event_seq: i64,
    #[serde(rename = "type")]
    kind: EventType,
    /// Who did it.
    actor: Uuid,
    #[schema(format = DateTime)]
    at: String,
    /// The message as it is now; of one that is deleted nothing but this is told.
    #[schema(required)]
    message: Option<MessageBody>,
    /// Its id, deleted or not.
    #[schema(required)]
    message_id: Option<Uuid>,
    /// Who joined, left, or has another role.
    #[schema(required)]
    user: Option<Uuid>,
    /// The role in the conversation.
    #[schema(required)]
    role: Option<String>,
}

/// What kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum EventType {
    MessageSent,
    MessageEdited,
    MessageDeleted,
    ParticipantJoined,
    ParticipantLeft,
    RoleChanged,
    ConversationRenamed,
    ConversationDeleted,
}

async fn poll(call: Call) -> Result<Reply> {
    let (viewer, id, app) = (call.viewer()?, call.id("conversation")?, &call.face.app);
    let after = number(&call, "after")?;
    let wait = wait(&call)?;
    let epoch = call.query.get("epoch").filter(|epoch| !epoch.is_empty());
    let begun = Instant::now();
    // What has been read by then is answered; the rest of its time is for that.
    let read_by = begun + call.face.timeout / 2;
    let mut follower = feed::follow(app, viewer, id, After::Event(after), epoch).await?;
    let mut next = after;
    let mut told = Vec::new();
    let mut until = begun + wait;
    let mut has_caught_up = false;
    while told.len() < EVENTS_MAX {
        // What there is already is read to its end, however short the wait.
        let patience = if has_caught_up { until } else { read_by };
        let item = tokio::select! {
            item = timeout_at(patience, follower.next()) => item,
            () = app.stopping.cancelled() => break,
        };
        match item {
            Err(_) | Ok(None) => break,
            Ok(Some(Ok(Item::Event(held)))) => {
                next = Some(held.event_seq);
                told.push(held);
                until = until.min(Instant::now() + GATHER);
            }
            Ok(Some(Ok(Item::CaughtUp(seq)))) => {
                has_caught_up = true;
                next = Some(seq);
                if !told.is_empty() {
                    break;
                }
            }
            Ok(Some(Ok(Item::Read { .. } | Item::Typing { .. } | Item::Heartbeat(_)))) => {}
            Ok(Some(Err(Error::MembershipEnded))) if !told.is_empty() => break,
            Ok(Some(Err(error))) => return Err(error.into()),
        }
    }
    let live = told.iter().filter_map(|held| held.message()).filter(|m| m.deleted_at.is_none());
    let mut shown = messages::show(&call, viewer, live.cloned().collect()).await?.into_iter();
    let events = told.iter().map(|held| {
        let is_shown = held.message().is_some_and(|message| message.deleted_at.is_none());
        body(held, if is_shown { shown.next() } else { None })
    });
    // Not even where the log ends could be read.
    let next = next.ok_or_else(|| {
        let detail = "The events could not be read in time: ask again.";
        Refusal::detail(StatusCode::SERVICE_UNAVAILABLE, detail)
    })?;
    Ok(Reply::ok(Events {
        events: events.collect(),
        next,
        epoch: operations::current_epoch(app).to_owned(),
    }))
}

/// How long it is asked to wait for something new.
fn wait(call: &Call) -> Result<Duration> {
    let seconds = number(call, "wait")?.unwrap_or(0);
    Ok(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)).min(WAIT_MAX))
}

/// A number of the query.
fn number(call: &Call, name: &str) -> Result<Option<i64>> {
    let Some(text) = call.query.get(name).map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(number) if number >= 0 => Ok(Some(number)),
        Ok(_) => Err(Refusal::field(name, "Ensure this value is greater than or equal to 0.")),
        Err(_) => Err(Refusal::field(name, "A valid integer is required.")),
    }
}

fn body(event: &Event, message: Option<MessageBody>) -> EventBody {
    let (kind, user, role) = match &event.what {
        What::Sent(_) => (EventType::MessageSent, None, None),
        What::Edited(_) => (EventType::MessageEdited, None, None),
        What::Deleted(_) => (EventType::MessageDeleted, None, None),
        What::Joined(member) => {
            (EventType::ParticipantJoined, Some(member.user_id), Some(member.role))
        }
        What::Left(user) => (EventType::ParticipantLeft, Some(*user), None),
        What::Role(member) => (EventType::RoleChanged, Some(member.user_id), Some(member.role)),
        What::Renamed => (EventType::ConversationRenamed, None, None),
        What::Over => (EventType::ConversationDeleted, None, None),
    };
    EventBody {
        event_seq: event.event_seq,
        kind,
        actor: event.actor.uuid(),
        at: moment(event.at),
        message,
        message_id: event.message().map(|message| message.id.uuid()),
        user: user.map(crate::ids::UserId::uuid),
        role: role.map(|role| role.word().to_lowercase()),
    }
}
