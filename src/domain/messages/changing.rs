//! Editing and deleting a message.

use scoped_futures::ScopedFutureExt;

use crate::{
    domain::{
        App, Error, Result, Viewer, access,
        log::{self, Event},
        messages::{Message, find, sending::check_body},
    },
    ids::MessageId,
    live::Signal,
    store::{changes::ChangeKind, messages},
    time::Timestamp,
};

/// Gives a message new words. With `expected_revision` only if it is still at that one.
pub async fn edit(
    app: &App,
    viewer: Viewer,
    id: MessageId,
    body: String,
    expected_revision: Option<i64>,
) -> Result<(Message, i64)> {
    app.limits.write(viewer.id())?;
    let body = &check_body(&body)?;
    change(app, viewer, id, |member, message, now| {
        member.may_edit(message)?;
        if message.deleted_at.is_some() {
            return Err(Error::Conflict("a deleted message cannot be edited".to_owned()));
        }
        must_be_at(message, expected_revision)?;
        message.body.clone_from(body);
        message.edited_at = Some(now);
        Ok(Some(ChangeKind::Edited))
    })
    .await
}

/// Makes a message a tombstone. Doing it again changes nothing and is no error.
pub async fn delete(
    app: &App,
    viewer: Viewer,
    id: MessageId,
    expected_revision: Option<i64>,
) -> Result<(Message, i64)> {
    app.limits.write(viewer.id())?;
    change(app, viewer, id, |member, message, now| {
        member.may_delete_message(message)?;
        if message.deleted_at.is_some() {
            return Ok(None);
        }
        must_be_at(message, expected_revision)?;
        bury(member, message, now);
        Ok(Some(ChangeKind::Deleted))
    })
    .await
}

/// Makes one's own message a tombstone, where that is for the sender alone.
///
/// # Errors
/// [`Error::NotFound`] if it is one already, [`Error::Forbidden`].
pub async fn delete_own(app: &App, viewer: Viewer, id: MessageId) -> Result<()> {
    app.limits.write(viewer.id())?;
    let deleted = change(app, viewer, id, |member, message, now| {
        member.may_delete_own(message)?;
        if message.deleted_at.is_some() {
            return Err(Error::NotFound("message"));
        }
        bury(member, message, now);
        Ok(Some(ChangeKind::Deleted))
    });
    deleted.await.map(drop)
}

fn bury(member: &mut access::Member, message: &mut Message, now: Timestamp) {
    message.body.clear();
    message.deleted_at = Some(now);
    member.conversation.live_count -= 1;
}

/// Locks a message's conversation, reads the message again under the lock, and writes what
/// `decide` makes of it under the next number; nothing if that is no event.
async fn change(
    app: &App,
    viewer: Viewer,
    id: MessageId,
    decide: impl Fn(&mut access::Member, &mut Message, Timestamp) -> Result<Option<ChangeKind>>
    + Send
    + Sync,
) -> Result<(Message, i64)> {
    let missing = || Error::NotFound("message");
    let before = find(app, viewer, id).await?.ok_or_else(missing)?;
    let (conversation, decide) = (before.conversation_id, &decide);
    let slot = app.limits.slot(conversation)?;
    let (message, is_new) = app
        .store
        .transaction(|tx| {
            async move {
                let locked = access::lock(tx, viewer, conversation).await;
                // Who has just been removed sees neither the conversation nor the message.
                let mut member = locked.map_err(|error| match error {
                    Error::NotFound(_) => missing(),
                    error => error,
                })?;
                let found = messages::find_many(tx, &[id]).await?.pop();
                let (mut message, now) = (found.ok_or_else(missing)?, app.clock.now());
                let Some(kind) = decide(&mut member, &mut message, now)? else {
                    return Ok::<_, Error>((message, false));
                };
                let (conversation, event) =
                    (&mut member.conversation, Event::of_message(kind, message.seq));
                let event_seq = log::append(tx, conversation, viewer.id(), now, event).await?;
                message.revision += 1;
                message.changed_event_seq = Some(event_seq);
                messages::update_body(tx, &message).await?;
                log::save(tx, conversation).await?;
                Ok((message, true))
            }
            .scope_boxed()
        })
        .await?;
    let event_seq = message.changed_event_seq.unwrap_or(message.event_seq);
    if is_new {
        slot.keep();
        app.live.tell(Signal::Advanced { conversation, event_seq });
    }
    Ok((message, event_seq))
}

fn must_be_at(message: &Message, expected: Option<i64>) -> Result<()> {
    match expected {
        Some(expected) if expected != message.revision => Err(Error::Conflict(format!(
            "the message is at revision {}, not {expected}: look at it again",
            message.revision
        ))),
        _ => Ok(()),
    }
}
