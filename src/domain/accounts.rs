//! People and their accounts.

pub use crate::store::accounts::{Role, User, UserFilter};
use scoped_futures::ScopedFutureExt;

use crate::{
    domain::{
        App, Client, Error, Page, Problem, Result, Viewer, Window,
        access::Reader,
        log, members, operations,
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

/// The longest user name, first name or last name, in characters.
pub(super) const NAME_MAX: usize = 150;

/// The longest telephone number, in characters.
const PHONE_MAX: usize = 20;

/// The longest password, in characters: longer ones are refused before hashing.
const PASSWORD_MAX: usize = 128;

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

/// Signs a new person up, and in.
///
/// # Errors
/// [`Error::Invalid`] with every wrong field at once.
pub async fn register(app: &App, client: &Client, wanted: Registration) -> Result<Granted> {
    app.limits.address(client)?;
    let role = wanted.role;
    let mut problems = Vec::new();
    if role == Role::Admin {
        let problem = "nobody becomes ADMIN by signing up: choose GUEST or HOST".to_owned();
        problems.push(Problem { field: "role", problem });
    }
    let user = new_user(app, wanted, problems).await?;
    let user = &user;
    // A name taken at this very moment shows as a duplicate key; the second look names it.
    for attempt in 0.. {
        let done = app
            .store
            .transaction(|tx| {
                async move {
                    insert(tx, user).await?;
                    sessions::grant(app, tx, user.id, client).await
                }
                .scope_boxed()
            })
            .await;
        match done {
            Err(Error::Store(StoreError::Duplicate)) if attempt == 0 => {}
            done => return done,
        }
    }
    Err(Error::Internal("a new account kept colliding".to_owned()))
}

/// Makes an administrator, for the operator at the command line.
///
/// # Errors
/// [`Error::Invalid`] with every wrong field at once.
pub async fn create_superuser(app: &App, wanted: Registration) -> Result<UserId> {
    let user = new_user(app, Registration { role: Role::Admin, ..wanted }, Vec::new()).await?;
    let (id, user) = (user.id, &user);
    app.store.transaction(|tx| async move { insert(tx, user).await }.scope_boxed()).await?;
    Ok(id)
}

/// Checks every field and hashes the password.
async fn new_user(app: &App, wanted: Registration, mut problems: Vec<Problem>) -> Result<NewUser> {
    let Registration { username, email, password, first_name, last_name, phone_number, role } =
        wanted;
    let username = text::username(&username).map_err(|problem| problems.push(problem));
    let email = text::email(&email).map_err(|problem| problems.push(problem));
    let first_name = text::bounded("firstName", &first_name, 0, NAME_MAX)
        .map_err(|problem| problems.push(problem));
    let last_name = text::bounded("lastName", &last_name, 0, NAME_MAX)
        .map_err(|problem| problems.push(problem));
    let phone_number = phone(phone_number).map_err(|problem| problems.push(problem));
    if let Err(problem) = check_password(app, "password", &password) {
        problems.push(problem);
    }
    let (Ok(username), Ok(email), Ok(first_name), Ok(last_name), Ok(phone_number), true) =
        (username, email, first_name, last_name, phone_number, problems.is_empty())
    else {
        return Err(Error::Invalid(problems));
    };
    // Looked up before the costly hash; looked up again where it is written.
    let (username_key, email_key) = (text::key(&username), text::key(&email));
    must_be_free(&mut app.store.conn().await?, Some(&username_key), Some(&email_key), None).await?;
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

async fn insert(tx: &mut Conn, user: &NewUser) -> Result<()> {
    operations::lock_names(tx).await?;
    must_be_free(tx, Some(&user.username_key), Some(&user.email_key), None).await?;
    Ok(accounts::insert(tx, user).await?)
}

/// Since people sign in by user name or e-mail, neither may be anybody's name or e-mail. No
/// unique key can say that of two columns: a transaction calls [`operations::lock_names`] first.
async fn must_be_free(
    conn: &mut Conn,
    username_key: Option<&String>,
    email_key: Option<&String>,
    except: Option<UserId>,
) -> Result<()> {
    let wanted: Vec<String> = username_key.into_iter().chain(email_key).cloned().collect();
    let taken = accounts::keys_like(conn, &wanted, except).await?;
    let is_taken = |key: Option<&String>| {
        key.is_some_and(|key| taken.iter().any(|(name, email)| name == key || email == key))
    };
    let mut problems = Vec::new();
    if is_taken(username_key) {
        let problem = "a user with that username already exists".to_owned();
        problems.push(Problem { field: "username", problem });
    }
    if is_taken(email_key) {
        let problem = "a user with that e-mail already exists".to_owned();
        problems.push(Problem { field: "email", problem });
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// A password that may be chosen, looked at before any hashing.
pub(super) fn check_password(
    app: &App,
    field: &'static str,
    password: &str,
) -> std::result::Result<(), Problem> {
    let (min, length) = (app.rules.password_min, password.chars().count());
    let problem = if length < min {
        format!("is too short: at least {min} characters")
    } else if length > PASSWORD_MAX {
        format!("is too long: at most {PASSWORD_MAX} characters")
    } else if password.chars().all(|c| c.is_ascii_digit()) {
        "may not be only digits".to_owned()
    } else if crate::secrets::password::is_common(password) {
        "is too common: many people use it, so it is tried first".to_owned()
    } else {
        return Ok(());
    };
    Err(Problem { field, problem })
}

fn phone(number: Option<String>) -> std::result::Result<Option<String>, Problem> {
    let number = number.map(|number| text::bounded("phoneNumber", &number, 0, PHONE_MAX));
    Ok(number.transpose()?.filter(|number| !number.is_empty()))
}

/// One person; those who deleted their account are shown without their name.
pub async fn find(app: &App, _viewer: Viewer, id: UserId) -> Result<Option<User>> {
    Ok(accounts::find(&mut app.store.conn().await?, id).await?)
}

/// These people, in no order.
pub async fn find_many(app: &App, _reader: Reader, ids: &[UserId]) -> Result<Vec<User>> {
    Ok(accounts::find_many(&mut app.store.conn().await?, ids).await?)
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

/// Writes new values into the viewer's own profile.
///
/// # Errors
/// [`Error::Invalid`] with every wrong field at once.
pub async fn update_profile(app: &App, viewer: Viewer, wanted: ProfileChanges) -> Result<User> {
    let ProfileChanges { username, email, first_name, last_name, phone_number } = wanted;
    let mut problems = Vec::new();
    let mut ok = |checked: Option<std::result::Result<String, Problem>>| {
        checked.and_then(|checked| checked.map_err(|problem| problems.push(problem)).ok())
    };
    let username = ok(username.map(|name| text::username(&name)));
    let email = ok(email.map(|email| text::email(&email)));
    let first_name = ok(first_name.map(|name| text::bounded("firstName", &name, 0, NAME_MAX)));
    let last_name = ok(last_name.map(|name| text::bounded("lastName", &name, 0, NAME_MAX)));
    let phone_number = match phone_number.map(phone).transpose() {
        Ok(phone_number) => phone_number,
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let changes = UserChanges {
        username_key: username.as_deref().map(text::key),
        email_key: email.as_deref().map(text::key),
        username,
        email,
        first_name,
        last_name,
        phone_number,
        ..UserChanges::default()
    };
    let (id, changes) = (viewer.id(), &changes);
    let written = app
        .store
        .transaction(|tx| {
            async move {
                let (name, email) = (changes.username_key.as_ref(), changes.email_key.as_ref());
                if name.is_some() || email.is_some() {
                    operations::lock_names(tx).await?;
                    must_be_free(tx, name, email, Some(id)).await?;
                }
                if *changes != UserChanges::default() {
                    accounts::update(tx, id, changes).await?;
                }
                accounts::find(tx, id).await?.ok_or(Error::NotFound("user"))
            }
            .scope_boxed()
        })
        .await;
    match written {
        Err(Error::Store(StoreError::Duplicate)) => {
            Err(Error::Conflict("somebody took this name or e-mail just now".to_owned()))
        }
        written => written,
    }
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
                let left = members::leave_all_groups(tx, id, now).await?;
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
        return Err(Error::Conflict("an administrator cannot do this to themselves".to_owned()));
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
