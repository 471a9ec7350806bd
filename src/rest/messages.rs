//! Messages: those of one conversation, and those of all of one's own.

use axum::http::{Method, StatusCode};
use futures_util::FutureExt;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Refusal, Result,
    body::{Fields, Text, TextKind},
    conversations,
    options::{Field, Kind},
    page::{Filters, Wanted},
    shape::moment,
    users::UserBody,
    view::{Access, Call, Reply, View},
};
use crate::{
    domain::{
        Error, Footing, Reader, Viewer,
        accounts::{self, User},
        conversations::footing,
        messages::{self, Lookup, Message, Outgoing},
        numbered::{self, MessageKey, MessageQuery, Sender},
    },
    ids::{ClientId, ConversationId},
};

/// The longest key by which a client knows its own message again, in characters.
const KEY_MAX: usize = 255;

const ID: Field = Field::read_only("message_id", Kind::String, "Message id");
const CONVERSATION: Field = Field::text("conversation", "Conversation").of(Kind::Field);
const SENDER: Field = Field::read_only("sender", Kind::Nested, "Sender");
const BODY: Field = Field::text("message_body", "Message body").required();
const SENT_AT: Field = Field::read_only("sent_at", Kind::Datetime, "Sent at");

/// In a conversation that the path names.
const NESTED: &[Field] = &[ID, CONVERSATION, SENDER, BODY, SENT_AT];
const FLAT: &[Field] = &[ID, CONVERSATION.required(), SENDER, BODY, SENT_AT];

/// The names of the fields, in the order in which what is wrong with them is told.
const ORDER: &[&str] = &["conversation", "message_body", "client_message_id"];

pub(super) const OF_CONVERSATION: View = View {
    name: "Message List",
    description: "The messages of a conversation, newest first; a POST sends one.",
    access: Access::SignedIn { but: &[] },
    scope: Some(|call| conversations::enter(call).boxed()),
    methods: &[
        (Method::GET, |call| list(call).boxed()),
        (Method::POST, |call| create_nested(call).boxed()),
    ],
    waits: None,
    fields: NESTED,
    may_put: None,
};

pub(super) const ONE_OF_CONVERSATION: View = View {
    name: "Message Instance",
    description: "One message of a conversation; its sender changes or deletes it.",
    access: Access::SignedIn { but: &[] },
    scope: Some(|call| conversations::enter(call).boxed()),
    methods: ONE.methods,
    waits: None,
    fields: NESTED,
    may_put: ONE.may_put,
};

pub(super) const LIST: View = View {
    name: "Message List",
    description: "The messages of all one's conversations, newest first; a POST sends one.",
    access: Access::SignedIn { but: &[] },
    scope: None,
    methods: &[
        (Method::GET, |call| list(call).boxed()),
        (Method::POST, |call| create_flat(call).boxed()),
    ],
    waits: None,
    fields: FLAT,
    may_put: None,
};

pub(super) const ONE: View = View {
    name: "Message Instance",
    description: "One message; its sender changes or deletes it.",
    access: Access::SignedIn { but: &[] },
    scope: None,
    methods: &[
        (Method::GET, |call| retrieve(call).boxed()),
        (Method::PUT, |call| update(call, false).boxed()),
        (Method::PATCH, |call| update(call, true).boxed()),
        (Method::DELETE, |call| delete(call).boxed()),
    ],
    waits: None,
    fields: FLAT,
    may_put: Some(|call| async move { own(&call).await.map(drop) }.boxed()),
};

/// A message as REST shows it.
#[expect(clippy::struct_field_names, reason = "the names on the wire")]
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub(super) struct MessageBody {
    message_id: Uuid,
    conversation: Uuid,
    sender: UserBody,
    message_body: String,
    #[schema(format = DateTime)]
    sent_at: String,
}

/// What is sent to send a message.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described; the handlers take the fields one by one")]
pub(super) struct MessageInput {
    /// Where it is sent to.
    conversation: Uuid,
    /// At most 16,384 bytes; white space around it is cut.
    #[schema(min_length = 1)]
    message_body: String,
    /// In place of the header `Idempotency-Key`.
    #[schema(max_length = 255)]
    client_message_id: Option<String>,
}

/// The same where the path names the conversation.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described; the handlers take the fields one by one")]
pub(super) struct NestedMessageInput {
    /// If it is sent, the conversation of the path.
    conversation: Option<Uuid>,
    /// At most 16,384 bytes; white space around it is cut.
    #[schema(min_length = 1)]
    message_body: String,
    /// In place of the header `Idempotency-Key`.
    #[schema(max_length = 255)]
    client_message_id: Option<String>,
}

/// Other words for a message.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described; the handlers take the fields one by one")]
pub(super) struct MessageEdit {
    /// At most 16,384 bytes; white space around it is cut.
    #[schema(min_length = 1)]
    message_body: String,
}

/// Shows messages with their senders.
pub(super) async fn show(
    call: &Call,
    viewer: Viewer,
    found: Vec<Message>,
) -> Result<Vec<MessageBody>> {
    let mut ids: Vec<_> = found.iter().map(|message| message.sender_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let senders = accounts::find_many(&call.face.app, Reader::Person(viewer), &ids).await?;
    found.into_iter().map(|message| body(call, viewer, message, &senders)).collect()
}

pub(super) fn body(
    call: &Call,
    viewer: Viewer,
    message: Message,
    people: &[User],
) -> Result<MessageBody> {
    let Message { id, conversation_id, sender_id, body, sent_at, .. } = message;
    let sender = people.iter().find(|user| user.id == sender_id).cloned();
    let missing = || Error::Internal(format!("message {id} has no sender"));
    Ok(MessageBody {
        message_id: id.uuid(),
        conversation: conversation_id.uuid(),
        sender: UserBody::new(call, Some(viewer), sender.ok_or_else(missing)?),
        message_body: body,
        sent_at: moment(sent_at),
    })
}

async fn show_one(call: &Call, viewer: Viewer, message: Message) -> Result<MessageBody> {
    let shown = show(call, viewer, vec![message]).await?.pop();
    let lost = || Error::Internal("a message was lost".to_owned());
    Ok(shown.ok_or_else(lost)?)
}

async fn list(call: Call) -> Result<Reply> {
    let (viewer, app) = (call.viewer()?, &call.face.app);
    let mut filters = Filters::new(&call.query);
    let named = filters.id("conversation");
    let of_path: Option<ConversationId> = call.id_if_named("conversation")?;
    let sender = filters.text("sender").map(|text| match Uuid::parse_str(text) {
        Ok(id) => Sender::Id(id.into()),
        Err(_) => Sender::Name(text.to_owned()),
    });
    let mut words = filters.words();
    words.extend(filters.text("message_body").map(str::to_owned));
    let query = MessageQuery {
        conversation: of_path.or(named),
        sender,
        words,
        from: filters.moments(&["start_date", "sent_at_after"]).into_iter().max(),
        hides_emails: call.hides_contacts(),
        until: filters.moments(&["end_date", "sent_at_before"]).into_iter().min(),
    };
    let order = filters.order(|name| match name {
        "sent_at" => Some(MessageKey::SentAt),
        "sender__username" => Some(MessageKey::SenderUsername),
        _ => None,
    });
    filters.check()?;
    let is_elsewhere = of_path.is_some() && named.is_some() && named != of_path;
    let count =
        if is_elsewhere { 0 } else { numbered::count_messages(app, viewer, &query).await? };
    let wanted = Wanted::read(&call.query, count)?;
    let found = match count {
        0 => Vec::new(),
        _ => numbered::list_messages(app, viewer, &query, &order, wanted.slice()).await?,
    };
    let shown = show(&call, viewer, found).await?;
    Ok(wanted.reply(&call, count, shown))
}

/// By what a client knows its message again: a text becomes an id of this person.
fn client_id(call: &Call, viewer: Viewer, fields: &mut Fields) -> Result<Option<ClientId>> {
    let header = call.headers.get("idempotency-key");
    let header = header.map(|key| String::from_utf8_lossy(key.as_bytes()).into_owned());
    let is_field = header.is_none();
    let field = match fields.value("client_message_id") {
        None | Some(Value::Null) => None,
        Some(_) => fields.plain("client_message_id", Text::default()),
    };
    let Some(key) = header.or(field) else { return Ok(None) };
    let key = key.trim();
    if key.is_empty() || key.chars().count() > KEY_MAX {
        if is_field {
            let wrong = format!("Ensure this field has no more than {KEY_MAX} characters.");
            fields.refuse("client_message_id", wrong);
            return Ok(None);
        }
        let detail = format!("Idempotency-Key must have 1 to {KEY_MAX} characters.");
        return Err(Refusal::detail(StatusCode::BAD_REQUEST, detail));
    }
    let id = Uuid::parse_str(key);
    let id = id.unwrap_or_else(|_| Uuid::new_v5(&viewer.id().uuid(), key.as_bytes()));
    Ok(Some(id.into()))
}

const BODY_TEXT: Text =
    Text { required: true, may_be_blank: false, may_be_null: false, kind: TextKind::Trimmed };

pub(super) fn read_body(fields: &mut Fields) -> Option<String> {
    fields.plain("message_body", BODY_TEXT)
}

/// The same of one of several messages, looked at here so that what is wrong stands at its place.
pub(super) fn read_one_body(fields: &mut Fields) -> Option<String> {
    let checked = messages::checked_body("body", &read_body(fields)?);
    checked.map_err(|problem| fields.refuse_all(&[problem])).ok()
}

/// The conversation that the body names: `None` if it names none, or none that there is.
async fn named(call: &Call, viewer: Viewer, fields: &mut Fields) -> Result<Option<ConversationId>> {
    let Some(value) = fields.value("conversation") else { return Ok(None) };
    if value.is_null() {
        fields.refuse("conversation", "This field may not be null.");
        return Ok(None);
    }
    match conversations::key(&value) {
        Ok(id) => {
            let id = ConversationId::from(id);
            let footing = footing(&call.face.app, viewer, id).await?;
            if footing != Footing::Unknown {
                return Ok(Some(id));
            }
            fields.refuse("conversation", conversations::no_such(&value));
        }
        Err(problem) => fields.refuse("conversation", problem),
    }
    Ok(None)
}

async fn create_nested(call: Call) -> Result<Reply> {
    let (viewer, id) = (call.viewer()?, call.id("conversation")?);
    let mut fields = call.fields(false).await?;
    let other = named(&call, viewer, &mut fields).await?;
    if other.is_some_and(|other| other != id) {
        fields.refuse("conversation", "This does not match the conversation in the URL.");
    }
    create(call, viewer, Some(id), fields).await
}

async fn create_flat(call: Call) -> Result<Reply> {
    let viewer = call.viewer()?;
    let mut fields = call.fields(false).await?;
    if !fields.has("conversation") {
        fields.refuse("conversation", "This field is required.");
    }
    let id = named(&call, viewer, &mut fields).await?;
    create(call, viewer, id, fields).await
}

async fn create(
    call: Call,
    viewer: Viewer,
    conversation: Option<ConversationId>,
    mut fields: Fields,
) -> Result<Reply> {
    let body = read_body(&mut fields);
    let client_message_id = client_id(&call, viewer, &mut fields)?;
    fields.check(ORDER)?;
    let (Some(conversation), Some(body)) = (conversation, body) else {
        return Err(Refusal::field("conversation", "This field is required."));
    };
    let outgoing = Outgoing { conversation, body, client_message_id, reply_to: None };
    let sent = messages::send(&call.face.app, viewer, outgoing).await;
    let sent = sent.map_err(|error| match error {
        Error::NotFound("conversation") => Refusal::outsider(),
        error => error.into(),
    })?;
    if sent.message.deleted_at.is_some() {
        let detail = "The message that was sent under this key has been deleted.";
        return Err(Refusal::detail(StatusCode::CONFLICT, detail));
    }
    Ok(Reply::created(show_one(&call, viewer, sent.message).await?))
}

/// The message of the path, if the caller may see it.
async fn object(call: &Call) -> Result<Message> {
    let (viewer, id) = (call.viewer()?, call.id("message")?);
    let of_path: Option<ConversationId> = call.id_if_named("conversation")?;
    match messages::look_up(&call.face.app, viewer, id).await? {
        Lookup::Seen(message) if of_path.is_none_or(|id| id == message.conversation_id) => {
            Ok(message)
        }
        Lookup::Outsider if of_path.is_none() => Err(Refusal::outsider()),
        Lookup::Seen(_) | Lookup::Outsider | Lookup::Unknown => Err(Refusal::no_such("Message")),
    }
}

/// The same, if the caller sent it.
async fn own(call: &Call) -> Result<Message> {
    let (viewer, message) = (call.viewer()?, object(call).await?);
    if message.sender_id != viewer.id() {
        return Err(Refusal::not_the_sender());
    }
    Ok(message)
}

async fn retrieve(call: Call) -> Result<Reply> {
    let (viewer, message) = (call.viewer()?, object(&call).await?);
    Ok(Reply::ok(show_one(&call, viewer, message).await?))
}

async fn update(call: Call, partial: bool) -> Result<Reply> {
    let (viewer, message) = (call.viewer()?, own(&call).await?);
    let mut fields = call.fields(partial).await?;
    let body = read_body(&mut fields);
    fields.check(ORDER)?;
    let message = match body {
        Some(body) => messages::edit(&call.face.app, viewer, message.id, body, None).await?.0,
        None => message,
    };
    Ok(Reply::ok(show_one(&call, viewer, message).await?))
}

async fn delete(call: Call) -> Result<Reply> {
    let (viewer, message) = (call.viewer()?, own(&call).await?);
    messages::delete_own(&call.face.app, viewer, message.id).await?;
    Ok(Reply::nothing())
}
