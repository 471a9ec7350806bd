//! What operators need: whether the server is fit to serve, and the audit log.

use scoped_futures::ScopedFutureExt;

use crate::{
    domain::{App, Client, Error, Result, Viewer, accounts, text},
    ids::{AuditId, UserId},
    live::Signal,
    store::{
        Conn, Store, StoreError,
        accounts::{self as users, UserChanges},
        audit, health, migrations, sessions, settings,
    },
    time::Timestamp,
};

/// What is said of a database of which nothing can be found out.
pub(super) const NO_ANSWER: &str = "the database does not answer; the log says why";

/// Under what name the epoch is kept.
const EPOCH: &str = "epoch";

/// The name of the data's present life: another one after a restore from a backup.
pub(super) async fn epoch(store: &Store) -> Result<String> {
    // Two servers may start on an empty database at once: the second reads the first's.
    let conn = &mut *store.writing().await?;
    if settings::find(conn, EPOCH).await?.is_none() {
        match settings::insert(conn, EPOCH, &uuid::Uuid::new_v4().to_string()).await {
            Ok(()) | Err(StoreError::Duplicate) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let epoch = settings::find(conn, EPOCH).await?;
    epoch.ok_or_else(|| Error::Internal("the epoch was not kept".to_owned()))
}

/// Lets one transaction at a time look for free names and take them.
pub(super) async fn lock_names(tx: &mut Conn) -> Result<()> {
    Ok(settings::lock(tx, EPOCH).await?)
}

/// See [`epoch`]; clients that hold cursors of another epoch start afresh.
pub fn current_epoch(app: &App) -> &str {
    &app.epoch
}

/// What an operator should look at although the server is ready.
pub fn complaints(app: &App) -> Vec<String> {
    app.live.complaint().into_iter().collect()
}

/// Takes it that the data was restored from a backup: what clients hold of it may not have
/// happened. Answers the new epoch; servers that are running must be started again.
pub async fn restored(store: &Store) -> Result<String> {
    let (conn, epoch) = (&mut *store.writing().await?, uuid::Uuid::new_v4().to_string());
    if !settings::update(conn, EPOCH, &epoch).await? {
        return Err(Error::Internal("this database never served: there is no epoch".to_owned()));
    }
    Ok(epoch)
}

/// Why a server on this database should get no requests; empty when it would be ready.
/// `epoch` is that of a server that runs.
pub async fn faults(
    store: &Store,
    epoch: Option<&str>,
    accept_unsafe_durability: bool,
) -> Vec<String> {
    let found = async {
        let conn = &mut store.conn().await?;
        let mut faults = Vec::new();
        let pending = migrations::pending(conn).await?;
        if !pending.is_empty() {
            faults.push(format!("not migrated: {} to run", pending.join(", ")));
        }
        if let Some(epoch) = epoch
            && settings::find(conn, EPOCH).await?.is_some_and(|now| now != epoch)
        {
            faults.push("the data was restored since this server was started: restart it".into());
        }
        if !accept_unsafe_durability {
            let found = health::unsafe_settings(conn).await?;
            let why = "an acknowledged message could be lost";
            faults.extend(found.into_iter().map(|fault| format!("{why}: {fault}")));
        }
        Ok::<_, StoreError>(faults)
    };
    found.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "not ready");
        vec![NO_ANSWER.to_owned()]
    })
}

/// Settings of the database under which a commit may be lost, whether accepted or not.
pub async fn unsafe_durability(store: &Store) -> Result<Vec<String>> {
    Ok(health::unsafe_settings(&mut store.conn().await?).await?)
}

/// The name and version of the database, and how the connection to it is encrypted.
pub async fn database(store: &Store) -> Result<String> {
    Ok(health::version(&mut store.conn().await?).await?)
}

/// True once anybody has an account.
pub async fn has_users(app: &App) -> Result<bool> {
    Ok(users::has_any(&mut app.store.conn().await?).await?)
}

/// Gives a person another password without asking for the old one, and ends their
/// sessions; for the operator at the command line.
pub async fn set_password(app: &App, name: &str, password: String) -> Result<UserId> {
    accounts::check_password(app, "password", &password)
        .map_err(|problem| Error::Invalid(vec![problem]))?;
    let found = users::find_by_key(&mut app.store.conn().await?, &text::key(name.trim())).await?;
    let (user, _) = found.ok_or(Error::NotFound("user"))?;
    let password_hash = Some(app.passwords.hash(password).await?);
    let changes = &UserChanges { password_hash, ..UserChanges::default() };
    let (id, now) = (user.id, app.clock.now());
    app.store
        .transaction(|tx| {
            async move {
                users::update(tx, id, changes).await?;
                sessions::revoke_others(tx, id, None, now).await?;
                note(tx, now, "password.set", None, Some(id), &Client::default(), None).await
            }
            .scope_boxed()
        })
        .await?;
    app.live.tell(Signal::PersonChanged { user: id });
    Ok(id)
}

/// Adds a line to the audit log.
pub(super) async fn note(
    conn: &mut Conn,
    at: Timestamp,
    action: &'static str,
    actor: Option<Viewer>,
    subject: Option<UserId>,
    client: &Client,
    detail: Option<&str>,
) -> Result<()> {
    let line = audit::Line {
        id: AuditId::new(),
        at,
        action,
        actor_id: actor.map(|actor| actor.id()),
        subject_id: subject,
        ip: client.ip.map(|ip| ip.to_string()),
        detail: detail.map(str::to_owned),
    };
    Ok(audit::insert(conn, &line).await?)
}
