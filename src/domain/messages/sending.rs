//! Sending a message, and what its body may be.

use sha2::{Digest, Sha256};

use crate::{
    domain::{
        App, Error, Problem, Result, Rule, Viewer,
        access::{self, Footing},
        messages::Message,
        typing,
        writer::Draft,
    },
    ids::{ClientId, ConversationId, MessageId},
};

/// The longest body, in bytes of UTF-8.
const BODY_MAX: usize = 16_384;

/// What somebody wants to say.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub conversation: ConversationId,
    pub body: String,
    pub client_message_id: Option<ClientId>,
    pub reply_to: Option<MessageId>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub message: Message,
    /// True if this client's id had been used: nothing new was written.
    pub deduplicated: bool,
}

/// Stores a message and answers once it is durable.
///
/// # Errors
/// [`Error::NotFound`] to who takes no part in the conversation,
/// [`Error::ClientMessageIdReused`], [`Error::Invalid`], or [`Error::Busy`]. Where it is not
/// known whether it was stored: [`Error::Unsure`] if it has a client's id, under which it may
/// be sent again.
pub async fn send(app: &App, viewer: Viewer, outgoing: Outgoing) -> Result<Sent> {
    app.limits.write(viewer.id())?;
    let Outgoing { conversation, body, client_message_id, reply_to } = outgoing;
    let body = check_body(&body)?;
    let mut hash = Sha256::new();
    hash.update(conversation.uuid().as_bytes());
    hash.update(reply_to.map(|id| id.uuid().into_bytes()).unwrap_or_default());
    hash.update(body.as_bytes());
    let draft = Draft {
        id: MessageId::new(),
        conversation,
        sender: viewer.id(),
        body,
        reply_to,
        client: client_message_id.map(|id| (id, hash.finalize().to_vec())),
    };
    let slot = match app.limits.slot(conversation) {
        Ok(slot) => slot,
        // Only who takes part is told how much is going on there.
        Err(limited) => {
            let mut conn = app.store.conn().await?;
            return Err(match access::footing(&mut conn, viewer, conversation).await? {
                Footing::Member => limited,
                Footing::Outsider | Footing::Unknown => Error::NotFound("conversation"),
            });
        }
    };
    let sent = app.writer.send(draft, slot).await;
    let sent = match client_message_id {
        Some(_) => sent.map_err(Error::under_client_id)?,
        None => sent?,
    };
    if !sent.deduplicated {
        typing::end(app, conversation, viewer.id(), sent.message.event_seq);
    }
    Ok(sent)
}

pub(super) fn check_body(body: &str) -> Result<String> {
    checked_body("body", body).map_err(|problem| Error::Invalid(vec![problem]))
}

/// A body as it is stored.
///
/// # Errors
/// With what is wrong, of a field of this name.
pub fn checked_body(field: &'static str, body: &str) -> std::result::Result<String, Problem> {
    let body = body.trim();
    let (problem, rule) = if body.is_empty() {
        ("may not be empty".to_owned(), Rule::Blank)
    } else if body.len() > BODY_MAX {
        let problem = format!("is too long: {} bytes, at most {BODY_MAX}", body.len());
        (problem, Rule::TooLong { max: BODY_MAX })
    } else if body.contains('\0') {
        ("NUL characters are not allowed".to_owned(), Rule::Nul)
    } else {
        return Ok(body.to_owned());
    };
    Err(Problem { field, problem, rule })
}
