//! Conversations: the list, making one, who takes part.

use axum::http::{Method, StatusCode};
use futures_util::FutureExt;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Refusal, Result,
    body::{self, Fields},
    messages::{self, MessageBody},
    options::{Field, Kind},
    page::{Filters, Wanted},
    shape::moment,
    users::UserBody,
    view::{Access, Call, Reply, View},
};
use crate::{
    domain::{
        Error, Footing, Reader, Viewer, accounts,
        conversations::{self, ConversationView, Kind as ConversationKind},
        members,
        numbered::{self, ConversationKey, ConversationQuery},
    },
    ids::{ConversationId, UserId},
};

/// How many of the newest messages a conversation shows.
const NEWEST: i64 = 20;

const FIELDS: &[Field] = &[
    Field::read_only("conversation_id", Kind::String, "Conversation id"),
    Field::read_only("participants", Kind::Field, "Participants"),
    Field::text("participant_ids", "Participant ids").of(Kind::Field),
    Field::read_only("messages", Kind::Field, "Messages"),
    Field::read_only("message_count", Kind::Integer, "Message count"),
    Field::read_only("last_message", Kind::Field, "Last message"),
    Field::read_only("created_at", Kind::Datetime, "Created at"),
];

/// The names of the fields, in the order in which what is wrong with them is told.
const ORDER: &[&str] = &["participant_ids", "participants", "error", "messages"];

pub(super) const LIST: View = View {
    name: "Conversation List",
    description: "One's own conversations, newest first; a POST makes one.",
    access: Access::SignedIn { but: &[] },
    scope: None,
    methods: &[
        (Method::GET, |call| list(call).boxed()),
        (Method::POST, |call| create(call).boxed()),
    ],
    waits: None,
    fields: FIELDS,
    may_put: None,
};

pub(super) const ONE: View = View {
    name: "Conversation Instance",
    description: "One conversation; its participants change who takes part, or delete it.",
    access: Access::SignedIn { but: &[] },
    scope: None,
    methods: &[
        (Method::GET, |call| retrieve(call).boxed()),
        (Method::PUT, |call| update(call, false).boxed()),
        (Method::PATCH, |call| update(call, true).boxed()),
        (Method::DELETE, |call| delete(call).boxed()),
    ],
    waits: None,
    fields: FIELDS,
    may_put: Some(|call| enter(call).boxed()),
};

/// A conversation as REST shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conversation)]
pub(super) struct ConversationBody {
    conversation_id: Uuid,
    participants: Vec<UserBody>,
    /// The newest 20, newest first.
    messages: Vec<MessageBody>,
    message_count: i64,
    /// The newest one.
    #[schema(required)]
    last_message: Option<MessageBody>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// What is sent to make a conversation, or to change who takes part.
#[derive(ToSchema)]
#[schema(as = ConversationInput)]
#[expect(dead_code, reason = "only described; the handlers take the fields one by one")]
pub(super) struct ConversationInput {
    /// At least one other person; the caller takes part in any case.
    #[schema(nullable = false, min_items = 1, max_items = 1000)]
    participant_ids: Option<Vec<Uuid>>,
    /// The same under its other name.
    #[schema(nullable = false, min_items = 1, max_items = 1000)]
    participants: Option<Vec<Uuid>>,
    /// The first messages, sent by the caller; taken only where a conversation is made.
    #[schema(nullable = false)]
    messages: Option<Vec<FirstMessage>>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
pub(super) struct FirstMessage {
    #[schema(min_length = 1)]
    message_body: String,
}

/// Lets in who takes part in the conversation of the path.
pub(super) async fn enter(call: Call) -> Result<()> {
    let (viewer, id) = (call.viewer()?, call.id("conversation")?);
    match conversations::footing(&call.face.app, viewer, id).await? {
        Footing::Member => Ok(()),
        Footing::Outsider => Err(Refusal::outsider()),
        Footing::Unknown => Err(Refusal::no_such("Conversation")),
    }
}

/// The conversation of the path.
async fn object(call: &Call) -> Result<ConversationView> {
    let (viewer, id) = (call.viewer()?, call.id("conversation")?);
    enter(call.clone()).await?;
    Ok(conversations::find(&call.face.app, viewer, id).await?)
}

async fn show(
    call: &Call,
    viewer: Viewer,
    views: Vec<ConversationView>,
) -> Result<Vec<ConversationBody>> {
    let ids: Vec<_> = views.iter().map(|view| view.conversation.id).collect();
    let mut inside = numbered::inside_of_each(&call.face.app, viewer, &ids, NEWEST).await?;
    let mut senders = Vec::new();
    for one in inside.values() {
        senders.extend(one.newest.iter().map(|message| message.sender_id));
    }
    senders.sort_unstable();
    senders.dedup();
    let senders = accounts::find_many(&call.face.app, Reader::Person(viewer), &senders).await?;
    let mut shown = Vec::with_capacity(views.len());
    for ConversationView { conversation, .. } in views {
        let one = inside.remove(&conversation.id).unwrap_or_default();
        let each = |message| messages::body(call, viewer, message, &senders);
        let newest = one.newest.into_iter().map(each).collect::<Result<Vec<_>>>()?;
        let people = one.participants.into_iter();
        shown.push(ConversationBody {
            conversation_id: conversation.id.uuid(),
            participants: people.map(|user| UserBody::new(call, Some(viewer), user)).collect(),
            last_message: newest.first().cloned(),
            messages: newest,
            message_count: conversation.live_count,
            created_at: moment(conversation.created_at),
        });
    }
    Ok(shown)
}

async fn show_one(call: &Call, viewer: Viewer, view: ConversationView) -> Result<ConversationBody> {
    let shown = show(call, viewer, vec![view]).await?.pop();
    let lost = || Error::Internal("a conversation was lost".to_owned());
    Ok(shown.ok_or_else(lost)?)
}

async fn list(call: Call) -> Result<Reply> {
    let (viewer, app) = (call.viewer()?, &call.face.app);
    let mut filters = Filters::new(&call.query);
    let query = ConversationQuery {
        participants: filters.ids("participants"),
        created_from: filters.moments(&["created_after"]).pop(),
        created_until: filters.moments(&["created_before"]).pop(),
        words: filters.words(),
        hides_emails: call.hides_contacts(),
    };
    let order = filters.order(|name| (name == "created_at").then_some(ConversationKey::CreatedAt));
    filters.check()?;
    let count = numbered::count_conversations(app, viewer, &query).await?;
    let wanted = Wanted::read(&call.query, count)?;
    let found = numbered::list_conversations(app, viewer, &query, &order, wanted.slice()).await?;
    let shown = show(&call, viewer, found).await?;
    Ok(wanted.reply(&call, count, shown))
}

/// A key of another thing as clients send it: a UUID, or a number that is one.
///
/// # Errors
/// With what is wrong with it.
pub(super) fn key(value: &Value) -> std::result::Result<Uuid, String> {
    let malformed = |text: &str| format!("“{text}” is not a valid UUID.");
    match value {
        Value::String(text) => Uuid::parse_str(text.trim()).map_err(|_| malformed(text)),
        Value::Number(number) => match number.as_u64() {
            Some(number) => Ok(Uuid::from_u128(number.into())),
            None => Err(malformed(&number.to_string())),
        },
        Value::Null => Err(no_such(value)),
        Value::Bool(_) => Err("Incorrect type. Expected pk value, received bool.".to_owned()),
        Value::Array(_) | Value::Object(_) => Err(malformed(&value.to_string())),
    }
}

/// There is nothing under this key.
pub(super) fn no_such(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => "None".to_owned(),
        other => other.to_string(),
    };
    format!("Invalid pk \"{text}\" - object does not exist.")
}

/// The people that a body names, under either name of the field.
async fn participants(
    call: &Call,
    viewer: Viewer,
    fields: &mut Fields,
    partial: bool,
) -> Result<Option<Vec<UserId>>> {
    let is_other = fields.has("participants") && !fields.has("participant_ids");
    let name = if is_other { "participants" } else { "participant_ids" };
    if !fields.has(name) {
        if !partial {
            fields.refuse(name, "This field is required.");
        }
        return Ok(None);
    }
    let Some(values) = fields.list(name) else { return Ok(None) };
    if values.is_empty() {
        fields.refuse(name, "This list may not be empty.");
        return Ok(None);
    }
    if values.len() > members::MEMBERS_MAX {
        let most = members::MEMBERS_MAX;
        fields.refuse(name, format!("Ensure this field has no more than {most} elements."));
        return Ok(None);
    }
    let mut people = Vec::with_capacity(values.len());
    let mut problem = None;
    for value in &values {
        match key(value) {
            Ok(id) => people.push(UserId::from(id)),
            Err(wrong) => {
                problem = Some(wrong);
                break;
            }
        }
    }
    let missing = accounts::missing(&call.face.app, viewer, &people).await?;
    if let Some(missing) = missing.first() {
        let place = people.iter().position(|id| id == missing);
        problem = place.and_then(|place| values.get(place)).map(no_such);
    }
    if let Some(problem) = problem {
        fields.refuse(name, problem);
        fields.refuse_with("error", json!("Invalid participant IDs."));
        return Ok(None);
    }
    if people.iter().all(|id| *id == viewer.id()) {
        fields.refuse(name, "A conversation must have at least 2 participants.");
        return Ok(None);
    }
    Ok(Some(people))
}

async fn create(call: Call) -> Result<Reply> {
    let viewer = call.viewer()?;
    let mut fields = call.fields(false).await?;
    let people = participants(&call, viewer, &mut fields, false).await?;
    let sent = fields.objects("messages").unwrap_or_default();
    let bodies = body::each(&mut fields, "messages", sent, messages::read_one_body);
    fields.check(ORDER)?;
    let others = people.unwrap_or_default();
    let view = conversations::create_open(&call.face.app, viewer, others, bodies, None).await?;
    Ok(Reply::created(show_one(&call, viewer, view).await?))
}

async fn retrieve(call: Call) -> Result<Reply> {
    let (viewer, view) = (call.viewer()?, object(&call).await?);
    Ok(Reply::ok(show_one(&call, viewer, view).await?))
}

async fn update(call: Call, partial: bool) -> Result<Reply> {
    let (viewer, mut view) = (call.viewer()?, object(&call).await?);
    let mut fields = call.fields(partial).await?;
    let people = participants(&call, viewer, &mut fields, partial).await?;
    fields.check(ORDER)?;
    if let Some(people) = people {
        must_be_group(&view)?;
        let id: ConversationId = view.conversation.id;
        view = members::replace(&call.face.app, viewer, id, people).await?;
    }
    Ok(Reply::ok(show_one(&call, viewer, view).await?))
}

async fn delete(call: Call) -> Result<Reply> {
    let (viewer, view) = (call.viewer()?, object(&call).await?);
    must_be_group(&view)?;
    conversations::delete(&call.face.app, viewer, view.conversation.id).await?;
    Ok(Reply::nothing())
}

fn must_be_group(view: &ConversationView) -> Result<()> {
    match view.conversation.kind {
        ConversationKind::Group => Ok(()),
        ConversationKind::Direct => {
            let detail = "A direct conversation keeps its two participants and cannot be deleted.";
            Err(Refusal::detail(StatusCode::BAD_REQUEST, detail))
        }
    }
}
