//! HTTP Basic: a name and a password with every request. What was right a moment ago is
//! known again without the work of a sign-in.

use tokio::sync::Mutex;

use super::{
    password::{prove, wrong},
    users,
};
use crate::{
    domain::{App, Client, Result, Viewer, accounts::User, text},
    ids::SessionId,
    secrets::recent::{FRESH, Recent, Tag},
};

/// How many proofs may be under way beside each other.
const TURNS: usize = 64;

/// What was proven of late, and whose turn it is to prove something.
pub(in crate::domain) struct Proven {
    recent: Recent,
    turns: [Mutex<()>; TURNS],
}

impl Default for Proven {
    fn default() -> Self {
        Self { recent: Recent::default(), turns: [const { Mutex::const_new(()) }; TURNS] }
    }
}

impl Proven {
    /// Requests of one client that come together are one proof: the others wait for it.
    fn turn(&self, tag: &Tag) -> &Mutex<()> {
        &self.turns[usize::from(tag[0]) % TURNS]
    }
}

/// Who has this user name or e-mail and this password, and their row. There is no session
/// behind such a viewer, and they end within a minute. Only what is wrong counts against the
/// limits of signing in.
///
/// # Errors
/// As [`super::login`].
pub async fn authenticate_basic(
    app: &App,
    client: &Client,
    name: &str,
    password: &str,
) -> Result<(Viewer, User)> {
    let key = text::key(name.trim());
    let found = users::find_by_key(&mut app.store.conn().await?, &key).await?;
    let Some((user, hash)) = found else {
        app.limits.sign_in(client)?;
        prove(app, client, &key, None, password.to_owned()).await?;
        return Err(wrong());
    };
    // A changed password is a changed hash, under which nothing is known yet.
    let tag = app.proven.recent.tag(user.id, &hash, password);
    let is_known = || app.proven.recent.is_known(&tag, app.clock.now());
    if !is_known() {
        let _turn = app.proven.turn(&tag).lock().await;
        if !is_known() {
            app.limits.sign_in(client)?;
            prove(app, client, &key, Some((user.clone(), hash)), password.to_owned()).await?;
            app.limits.was_right(client, &key);
            app.proven.recent.remember(tag, app.clock.now());
        }
    }
    if user.disabled_at.is_some() || user.deleted_at.is_some() {
        return Err(wrong());
    }
    super::name(user.id);
    let (now, none) = (app.clock.now(), SessionId::from(uuid::Uuid::nil()));
    Ok((Viewer::new(user.id, none, user.role, now.after(FRESH)), user))
}
