//! The numbered log of a conversation, as one transaction that holds its lock writes it.

use super::{Result, events::Log, writer::Draft};
use crate::{
    ids::UserId,
    live::{Hub, Signal},
    store::{
        Conn,
        changes::{self, Change, ChangeKind},
        conversations::{self, Conversation, Counters},
        messages::Message,
    },
    time::Timestamp,
};

/// What happened, without its number.
pub(super) struct Event {
    pub(super) kind: ChangeKind,
    pub(super) message_seq: Option<i64>,
    pub(super) subject: Option<UserId>,
    pub(super) data: Option<String>,
}

impl Event {
    /// Something that happened to a person.
    pub(super) fn of_person(kind: ChangeKind, subject: UserId, data: Option<&str>) -> Self {
        Self { kind, message_seq: None, subject: Some(subject), data: data.map(str::to_owned) }
    }

    /// Something that happened to a message.
    pub(super) fn of_message(kind: ChangeKind, seq: i64) -> Self {
        Self { kind, message_seq: Some(seq), subject: None, data: None }
    }

    /// Something that happened to the conversation.
    pub(super) fn of_all(kind: ChangeKind, data: Option<&str>) -> Self {
        Self { kind, message_seq: None, subject: None, data: data.map(str::to_owned) }
    }
}

/// Gives an event the next number of a locked conversation, which the caller saves with
/// [`save`] at the end.
pub(super) async fn append(
    tx: &mut Conn,
    conversation: &mut Conversation,
    actor: UserId,
    at: Timestamp,
    event: Event,
) -> Result<i64> {
    changes::insert(tx, &numbered(conversation, actor, at, event)).await?;
    Ok(conversation.event_seq)
}

/// The same without storing anything: the caller does.
pub(super) fn numbered(
    conversation: &mut Conversation,
    actor: UserId,
    at: Timestamp,
    event: Event,
) -> Change {
    let Event { kind, message_seq, subject, data } = event;
    conversation.event_seq += 1;
    Change {
        conversation_id: conversation.id,
        event_seq: conversation.event_seq,
        kind,
        message_seq,
        actor_id: actor,
        subject_id: subject,
        at,
        data,
    }
}

/// Gives a message the next numbers of a locked conversation; the caller stores it, and saves
/// the conversation with [`save`] at the end.
pub(super) fn number(
    conversation: &mut Conversation,
    draft: &Draft,
    reply_to_seq: Option<i64>,
    now: Timestamp,
) -> Message {
    conversation.message_seq += 1;
    conversation.event_seq += 1;
    conversation.live_count += 1;
    // The clock of the machine may step back; the order of a conversation may not.
    conversation.last_activity_at = conversation.last_activity_at.max(now);
    let (client_message_id, client_hash) = draft.client.clone().unzip();
    Message {
        conversation_id: draft.conversation,
        seq: conversation.message_seq,
        event_seq: conversation.event_seq,
        changed_event_seq: None,
        id: draft.id,
        sender_id: draft.sender,
        client_message_id,
        client_hash,
        body: draft.body.clone(),
        reply_to_seq,
        sent_at: conversation.last_activity_at,
        edited_at: None,
        deleted_at: None,
        revision: 1,
    }
}

/// Writes the counters back: once, at the end of a transaction.
pub(super) async fn save(tx: &mut Conn, conversation: &Conversation) -> Result<()> {
    let Conversation { message_seq, event_seq, live_count, last_activity_at, .. } = *conversation;
    let counters = Counters { message_seq, event_seq, live_count, last_activity_at };
    Ok(conversations::advance(tx, conversation.id, &counters).await?)
}

/// Tells listeners how far the log now reaches; only after the commit.
pub(super) fn tell(live: &Hub<Log>, conversation: &Conversation) {
    let Conversation { id, event_seq, .. } = *conversation;
    live.tell(Signal::Advanced { conversation: id, event_seq });
}

/// The same, where these people came or went.
pub(super) fn tell_of(live: &Hub<Log>, conversation: &Conversation, people: &[UserId]) {
    tell(live, conversation);
    for user in people {
        live.tell(Signal::Membership { conversation: conversation.id, user: *user });
    }
}
