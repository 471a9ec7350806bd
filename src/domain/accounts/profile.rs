//! Writing a profile: one's own, or anybody's for an administrator.

use scoped_futures::ScopedFutureExt;

use super::{
    User,
    draft::{self, Draft},
};
use crate::{
    domain::{App, Client, Error, Result, Viewer, operations},
    ids::UserId,
    live::Signal,
    store::{
        Conn, StoreError,
        accounts::{self, Role, UserChanges},
        sessions as session_rows,
    },
};

/// New values of a profile; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ProfileChanges {
    pub username: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// `Some(None)` takes the number away.
    pub phone_number: Option<Option<String>>,
}

/// Writes new values into the viewer's own profile.
///
/// # Errors
/// [`Error::Invalid`] with every wrong field at once.
pub async fn update_profile(app: &App, viewer: Viewer, wanted: ProfileChanges) -> Result<User> {
    let ProfileChanges { username, email, first_name, last_name, phone_number } = wanted;
    let draft = Draft { username, email, first_name, last_name, phone_number, ..Draft::default() };
    let (changes, problems) = draft::check(app, &draft);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let (id, changes) = (viewer.id(), &changes);
    let written = app
        .store
        .transaction(|tx| {
            async move {
                write(tx, id, changes).await?;
                accounts::find(tx, id).await?.ok_or(Error::NotFound("user"))
            }
            .scope_boxed()
        })
        .await;
    written.map_err(taken_just_now)
}

/// Writes a profile: one's own, or anybody's for an administrator. A new password asks for
/// no old one here, and ends all sessions of the person but the one that asks. Between guest
/// and host people choose themselves; administrators make and unmake administrators, and
/// nobody unmakes themselves.
///
/// # Errors
/// [`Error::NotFound`] of who is gone, [`Error::Forbidden`], [`Error::Conflict`], or
/// [`Error::Invalid`] with every wrong field at once.
pub async fn amend(
    app: &App,
    client: &Client,
    viewer: Viewer,
    id: UserId,
    draft: Draft,
) -> Result<User> {
    app.limits.write(viewer.id())?;
    find_living(&mut app.store.conn().await?, id).await?;
    viewer.may_write_profile_of(id)?;
    let (checked, found) = draft::check(app, &draft);
    let role = draft.role.and_then(|role| draft::role(Some(viewer), role));
    let problems: Vec<_> = role.into_iter().chain(found).collect();
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let password_hash = match draft.password {
        Some(password) => Some(app.passwords.hash(password).await?),
        None => None,
    };
    let wanted = &UserChanges { password_hash, role: draft.role, ..checked };
    let (user, rights_changed) = app
        .store
        .transaction(|tx| {
            async move { amend_within(app, tx, client, viewer, id, wanted).await }.scope_boxed()
        })
        .await
        .map_err(taken_just_now)?;
    if rights_changed {
        app.live.tell(Signal::PersonChanged { user: id });
    }
    Ok(user)
}

/// Writes what is wanted; true if sessions ended or the person has other rights.
async fn amend_within(
    app: &App,
    tx: &mut Conn,
    client: &Client,
    viewer: Viewer,
    id: UserId,
    wanted: &UserChanges,
) -> Result<(User, bool)> {
    let (before, now) = (find_living(tx, id).await?, app.clock.now());
    let role = wanted.role.filter(|role| *role != before.role);
    if let Some(role) = role {
        viewer.may_change_role(before.role, role)?;
        if id == viewer.id() && before.role == Role::Admin {
            return Err(super::to_themselves());
        }
    }
    write(tx, id, &UserChanges { role, ..wanted.clone() }).await?;
    let note = async |tx: &mut Conn, action, detail: Option<&str>| {
        operations::note(tx, now, action, Some(viewer), Some(id), client, detail).await
    };
    if let Some(role) = role {
        note(tx, "user.role", Some(role.word())).await?;
    }
    let is_new_password = wanted.password_hash.is_some();
    if is_new_password {
        let stays = (id == viewer.id()).then(|| viewer.session());
        session_rows::revoke_others(tx, id, stays, now).await?;
        note(tx, "password.changed", None).await?;
    }
    Ok((find_living(tx, id).await?, is_new_password || role.is_some()))
}

async fn find_living(conn: &mut Conn, id: UserId) -> Result<User> {
    let user = accounts::find(conn, id).await?.filter(|user| user.deleted_at.is_none());
    user.ok_or(Error::NotFound("user"))
}

/// Writes what is new of a person, in a transaction.
async fn write(tx: &mut Conn, id: UserId, changes: &UserChanges) -> Result<()> {
    let (name, email) = (changes.username_key.as_ref(), changes.email_key.as_ref());
    if name.is_some() || email.is_some() {
        operations::lock_names(tx).await?;
        draft::must_be_free(tx, name, email, Some(id)).await?;
    }
    if *changes != UserChanges::default() {
        accounts::update(tx, id, changes).await?;
    }
    Ok(())
}

fn taken_just_now(error: Error) -> Error {
    match error {
        Error::Store(StoreError::Duplicate) => {
            Error::Conflict("somebody took this name or e-mail just now".to_owned())
        }
        error => error,
    }
}
