//! People and their accounts: signing up, looking each other up, leaving, and who manages
//! whom. What may be written of a person is in `draft`, how it is written in `profile`.

mod draft;
mod profile;

pub use self::{
    draft::{Draft, examine},
    profile::{ProfileChanges, amend, update_profile},
};
pub use crate::store::accounts::{Role, User, UserFilter};
pub(super) use draft::{NAME_MAX, check_password};
use scoped_futures::ScopedFutureExt;

use crate::{
    domain::{
        App, Client, Error, Page, Problem, Result, Viewer, Window,
        access::Reader,
        departure, log, operations,
        page::one_more,
        sessions::{self, Granted},
        text,
    },
    ids::UserId,
    live::Signal,
    store::{
        Conn, StoreError,
        accounts::{self, NewUser, UserChanges},
        sessions as session_rows,
    },
    time::Timestamp,
};

/// What somebody who signs up says of themselves.
#[derive(Clone, Debug)]
pub struct Registration {
    pub username: String,
    pub email: String,
    pub password: String,
    pub first_name: String,
    pub last_name: String,
    pub phone_number: Option<String>,
    pub role: Role,
}

/// Signs a new person up, and in.
///
/// # Errors
/// [`Error::Invalid`] with every wrong field at once.
pub async fn register(app: &App, client: &Client, wanted: Registration) -> Result<Granted> {
    app.limits.register(client)?;
    let user = &new_user(app, wanted, |role| draft::role(None, role)).await?;
    let granted = twice(|| {
        app.store.transaction(move |tx| {
            async move {
                insert(tx, user).await?;
                sessions::grant(app, tx, user.id, client).await
            }
            .scope_boxed()
        })
    })
    .await?;
    app.metrics.signed_in("graphql");
    Ok(granted)
}

/// Signs a new person up without signing them in. With `by` an administrator the person may
/// become one too, which the audit log then says.
///
/// # Errors
/// [`Error::Invalid`] with every wrong field at once.
pub async fn enrol(
    app: &App,
    client: &Client,
    by: Option<Viewer>,
    wanted: Registration,
) -> Result<User> {
    match by {
        // An administrator who signs up many people is known, and no stranger.
        Some(admin) if admin.is_admin() => app.limits.write(admin.id())?,
        _ => app.limits.register(client)?,
    }
    let user = &new_user(app, wanted, |role| draft::role(by, role)).await?;
    twice(|| {
        app.store.transaction(move |tx| {
            async move {
                insert(tx, user).await?;
                if user.role == Role::Admin {
                    let (now, word) = (app.clock.now(), Some(user.role.word()));
                    operations::note(tx, now, "user.role", by, Some(user.id), client, word).await?;
                }
                accounts::find(tx, user.id).await?.ok_or(Error::NotFound("user"))
            }
            .scope_boxed()
        })
    })
    .await
}

/// Makes an administrator, for the operator at the command line.
///
/// # Errors
/// [`Error::Invalid`] with every wrong field at once.
pub async fn create_superuser(app: &App, wanted: Registration) -> Result<UserId> {
    let user = new_user(app, Registration { role: Role::Admin, ..wanted }, |_| None).await?;
    let (id, user) = (user.id, &user);
    app.store.transaction(|tx| async move { insert(tx, user).await }.scope_boxed()).await?;
    Ok(id)
}

/// Checks every field and hashes the password.
async fn new_user(
    app: &App,
    wanted: Registration,
    role_problem: impl Fn(Role) -> Option<Problem>,
) -> Result<NewUser> {
    let Registration { username, email, password, first_name, last_name, phone_number, role } =
        wanted;
    let draft = Draft {
        username: Some(username),
        email: Some(email),
        password: Some(password.clone()),
        first_name: Some(first_name),
        last_name: Some(last_name),
        phone_number: Some(phone_number),
        role: Some(role),
    };
    let (checked, found) = draft::check(app, &draft);
    let mut problems: Vec<_> = role_problem(role).into_iter().chain(found).collect();
    // Of each field the first.
    problems.dedup_by_key(|problem| problem.field);
    let UserChanges {
        username: Some(username),
        username_key: Some(username_key),
        email: Some(email),
        email_key: Some(email_key),
        first_name: Some(first_name),
        last_name: Some(last_name),
        phone_number: Some(phone_number),
        ..
    } = checked
    else {
        return Err(Error::Invalid(problems));
    };
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    // Looked up before the costly hash; looked up again where it is written.
    let (name, mail) = (Some(&username_key), Some(&email_key));
    draft::must_be_free(&mut app.store.conn().await?, name, mail, None).await?;
    Ok(NewUser {
        id: UserId::new(),
        username,
        username_key,
        email,
        email_key,
        first_name,
        last_name,
        phone_number,
        role,
        password_hash: app.passwords.hash(password).await?,
        created_at: app.clock.now(),
    })
}

/// Adds a person. A name taken at this very moment shows as a duplicate key; the second look
/// names it.
async fn twice<T, F>(add: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    match add().await {
        Err(Error::Store(StoreError::Duplicate)) => add().await,
        done => done,
    }
}

async fn insert(tx: &mut Conn, user: &NewUser) -> Result<()> {
    operations::lock_names(tx).await?;
    draft::must_be_free(tx, Some(&user.username_key), Some(&user.email_key), None).await?;
    Ok(accounts::insert(tx, user).await?)
}

/// One person; those who deleted their account are shown without their name.
pub async fn find(app: &App, _viewer: Viewer, id: UserId) -> Result<Option<User>> {
    Ok(accounts::find(&mut app.store.conn().await?, id).await?)
}

/// These people, in no order.
pub async fn find_many(app: &App, _reader: Reader, ids: &[UserId]) -> Result<Vec<User>> {
    Ok(app.reads.people.find(ids.to_vec()).await?.into_values().collect())
}

/// Which of these people do not exist, or are gone, in the given order: nobody can be in a
/// conversation with them.
pub async fn missing(app: &App, _viewer: Viewer, ids: &[UserId]) -> Result<Vec<UserId>> {
    let found = accounts::find_many(&mut app.store.conn().await?, ids).await?;
    let is_there = |id: &UserId| {
        found
            .iter()
            .any(|user| user.id == *id && user.deleted_at.is_none() && user.disabled_at.is_none())
    };
    Ok(ids.iter().filter(|id| !is_there(id)).copied().collect())
}

/// A place in the list of people by user name.
pub type NamePlace = String;

/// A place in the list of people by age of the account.
pub type AgePlace = (Timestamp, UserId);

/// People by user name.
pub async fn list_by_username(
    app: &App,
    _viewer: Viewer,
    filter: UserFilter,
    window: Window<NamePlace>,
) -> Result<Page<User>> {
    let filter = folded(filter)?;
    let mut conn = app.store.conn().await?;
    let wide = Window { limit: window.limit + 1, ..window.clone() };
    let wide = wide.map(|name| text::key(&name));
    Ok(Page::cut(accounts::list_by_username(&mut conn, &filter, wide).await?, &window))
}

/// People, newest account first.
pub async fn list_newest(
    app: &App,
    _viewer: Viewer,
    filter: UserFilter,
    window: Window<AgePlace>,
) -> Result<Page<User>> {
    let filter = folded(filter)?;
    let mut conn = app.store.conn().await?;
    Ok(Page::cut(accounts::list_newest(&mut conn, &filter, one_more(&window)).await?, &window))
}

/// How many people a filter lets through.
pub async fn count(app: &App, _viewer: Viewer, filter: UserFilter) -> Result<i64> {
    Ok(accounts::count(&mut app.store.conn().await?, &folded(filter)?).await?)
}

fn folded(filter: UserFilter) -> Result<UserFilter> {
    Ok(UserFilter { search: text::needle("search", filter.search)?, ..filter })
}

/// Ends the viewer's account: they leave every group, their sessions end, and what is
/// left of them is a nameless sender of their messages.
///
/// # Errors
/// [`Error::InvalidCredentials`] without the password.
pub async fn delete(
    app: &App,
    client: &Client,
    viewer: Viewer,
    password: String,
) -> Result<UserId> {
    sessions::must_know_password(app, client, viewer, password).await?;
    let (id, now) = (viewer.id(), app.clock.now());
    // With a space, so that nobody else can have it as a name or an e-mail.
    let nameless = format!("deleted {}", id.uuid().simple());
    let changes = UserChanges {
        username: Some(nameless.clone()),
        username_key: Some(nameless.clone()),
        email: Some(String::new()),
        email_key: Some(nameless),
        first_name: Some(String::new()),
        last_name: Some(String::new()),
        phone_number: Some(None),
        role: Some(Role::Guest),
        password_hash: Some(String::new()),
        disabled_at: Some(None),
        deleted_at: Some(now),
    };
    let changes = &changes;
    let left = app
        .store
        .transaction(|tx| {
            async move {
                // Held first, so that nobody lets them into another group meanwhile.
                accounts::lock_active(tx, &[id]).await?;
                let left = departure::leave_all_groups(tx, id, now).await?;
                accounts::update(tx, id, changes).await?;
                session_rows::revoke_others(tx, id, None, now).await?;
                operations::note(tx, now, "account.deleted", Some(viewer), Some(id), client, None)
                    .await?;
                Ok::<_, Error>(left)
            }
            .scope_boxed()
        })
        .await?;
    for conversation in &left {
        log::tell_of(&app.live, conversation, &[id]);
    }
    app.live.tell(Signal::PersonChanged { user: id });
    Ok(id)
}

/// Gives a person another role; for administrators, and not for their own.
pub async fn set_role(
    app: &App,
    client: &Client,
    viewer: Viewer,
    id: UserId,
    role: Role,
) -> Result<User> {
    let changes = UserChanges { role: Some(role), ..UserChanges::default() };
    manage(app, client, viewer, id, changes, "user.role", Some(role.word())).await
}

/// Locks a person out, or lets them in again; for administrators, and not for themselves.
pub async fn set_disabled(
    app: &App,
    client: &Client,
    viewer: Viewer,
    id: UserId,
    disabled: bool,
) -> Result<User> {
    let disabled_at = Some(disabled.then(|| app.clock.now()));
    let changes = UserChanges { disabled_at, ..UserChanges::default() };
    let action = if disabled { "user.disabled" } else { "user.enabled" };
    manage(app, client, viewer, id, changes, action, None).await
}

fn to_themselves() -> Error {
    Error::Conflict("an administrator cannot do this to themselves".to_owned())
}

async fn manage(
    app: &App,
    client: &Client,
    viewer: Viewer,
    id: UserId,
    changes: UserChanges,
    action: &'static str,
    detail: Option<&str>,
) -> Result<User> {
    viewer.must_be_admin()?;
    if id == viewer.id() {
        return Err(to_themselves());
    }
    let (now, changes) = (app.clock.now(), &changes);
    let user = app
        .store
        .transaction(|tx| {
            async move {
                let user = accounts::find(tx, id).await?.filter(|user| user.deleted_at.is_none());
                user.ok_or(Error::NotFound("user"))?;
                accounts::update(tx, id, changes).await?;
                if changes.disabled_at.is_some_and(|disabled| disabled.is_some()) {
                    session_rows::revoke_others(tx, id, None, now).await?;
                }
                operations::note(tx, now, action, Some(viewer), Some(id), client, detail).await?;
                accounts::find(tx, id).await?.ok_or(Error::NotFound("user"))
            }
            .scope_boxed()
        })
        .await?;
    app.live.tell(Signal::PersonChanged { user: id });
    Ok(user)
}
