//! The proof of a password, counted and noted alike at every door.

use crate::{
    domain::{App, Client, Error, Result, Viewer, accounts::User, operations},
    ids::UserId,
    store::accounts as users,
};

/// Whose password it is, with the hash that was found of it. An unknown name costs the same
/// work as a wrong password, and gets the same answer. Tries are counted by what was typed:
/// counted by whom it names, one would learn which e-mail belongs to a user name.
pub(super) async fn prove(
    app: &App,
    client: &Client,
    key: &str,
    found: Option<(User, String)>,
    password: String,
) -> Result<(User, String)> {
    let (user, hash) = found.unzip();
    let subject = user.as_ref().map(|user| user.id);
    app.limits.account(key)?;
    let hash = hash.filter(|hash| !hash.is_empty());
    let is_right = app.passwords.verify(password, hash.clone()).await?;
    if let (Some(user), Some(hash), true) = (user, hash, is_right) {
        return Ok((user, hash));
    }
    note_failure(app, client, subject).await;
    Err(wrong())
}

/// What everybody is told who does not get in.
pub(super) fn wrong() -> Error {
    Error::InvalidCredentials("the user name, e-mail or password is wrong")
}

/// Notes a failed sign-in. The answer is the same whether or not it could be noted.
pub(super) async fn note_failure(app: &App, client: &Client, subject: Option<UserId>) {
    app.metrics.auth_failed("password");
    let (now, action) = (app.clock.now(), "login.failed");
    // Not the name, for which some type their password.
    let (user, ip) = (subject.map(tracing::field::display), client.ip.map(tracing::field::display));
    tracing::warn!(user.id = user, ip, "a sign-in failed");
    let noted = async {
        let mut conn = app.store.writing().await?;
        operations::note(&mut conn, now, action, None, subject, client, None).await
    };
    if let Err(error) = noted.await {
        tracing::error!(cause = error.cause(), "a failed sign-in was not noted");
    }
}

/// Asks for the viewer's password once more, before something that cannot be undone.
pub(in crate::domain) async fn must_know_password(
    app: &App,
    client: &Client,
    viewer: Viewer,
    password: String,
) -> Result<()> {
    app.limits.sign_in(client)?;
    app.limits.account(&viewer.id())?;
    let hash = users::find_password_hash(&mut app.store.conn().await?, viewer.id()).await?;
    if app.passwords.verify(password, hash).await? {
        return Ok(());
    }
    app.metrics.auth_failed("password");
    let ip = client.ip.map(tracing::field::display);
    tracing::warn!(user.id = %viewer.id(), ip, "the password of who is signed in was wrong");
    Err(Error::InvalidCredentials("the current password is wrong"))
}
