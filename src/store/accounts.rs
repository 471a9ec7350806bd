//! People with an account.

use diesel::{
    dsl::{SqlTypeOf, exists},
    prelude::*,
    sqlite::Sqlite,
};

use super::{
    Conn, StoreError, Window,
    choice::choice,
    conn::{any_of, columns, instr, known, lower},
    schema::users,
};
use crate::{ids::UserId, time::Timestamp};

choice! {
    /// What a person is to the whole server.
    Role {
        /// Someone who signed up.
        Guest = "GUEST",
        /// Someone who offers a place; the same rights here as a guest.
        Host = "HOST",
        /// Manages users; does not read other people's conversations.
        Admin = "ADMIN",
    }
}

/// A person, without the password.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub phone_number: Option<String>,
    pub role: Role,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

/// The columns of a [`User`] in its order, of `users AS u`; and their SQL types.
pub(super) const COLUMNS: &str = "u.id, u.username, u.email, u.first_name, u.last_name, \
    u.phone_number, u.role, u.created_at, u.disabled_at, u.deleted_at";
pub(super) type Columns = SqlTypeOf<<User as Selectable<Sqlite>>::SelectExpression>;

/// A person to be added.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = users)]
pub struct NewUser {
    pub id: UserId,
    pub username: String,
    pub username_key: String,
    pub email: String,
    pub email_key: String,
    pub first_name: String,
    pub last_name: String,
    pub phone_number: Option<String>,
    pub role: Role,
    pub password_hash: String,
    pub created_at: Timestamp,
}

/// New values; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = users)]
pub struct UserChanges {
    pub username: Option<String>,
    pub username_key: Option<String>,
    pub email: Option<String>,
    pub email_key: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone_number: Option<Option<String>>,
    pub role: Option<Role>,
    pub password_hash: Option<String>,
    pub disabled_at: Option<Option<Timestamp>>,
    pub deleted_at: Option<Timestamp>,
}

/// Who of the list is asked for.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Lower-case text that the user name or a name contains.
    pub search: Option<String>,
    /// Only this role.
    pub role: Option<Role>,
}

/// Adds a person; [`StoreError::Duplicate`] if a key is taken.
pub async fn insert(conn: &mut Conn, user: &NewUser) -> Result<(), StoreError> {
    conn.execute(diesel::insert_into(users::table).values(user)).await?;
    Ok(())
}

/// One person, deleted ones too.
pub async fn find(conn: &mut Conn, id: UserId) -> Result<Option<User>, StoreError> {
    conn.fetch_optional(users::table.find(id).select(columns::<User>())).await
}

/// These people, in no order, deleted ones too.
pub async fn find_many(conn: &mut Conn, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
    let these = users::table.filter(any_of(users::id, ids));
    conn.fetch_all(these.select(columns::<User>())).await
}

/// Locks those of these people who have a living account that is not disabled, so that it
/// stays one until the end of the transaction.
pub async fn lock_active(conn: &mut Conn, ids: &[UserId]) -> Result<Vec<UserId>, StoreError> {
    let active = users::table
        .filter(any_of(users::id, ids))
        .filter(users::deleted_at.is_null())
        .filter(users::disabled_at.is_null())
        .order(users::id)
        .select(users::id);
    Ok(match conn {
        Conn::Mysql(c) => diesel_async::RunQueryDsl::load(active.for_update(), c).await?,
        // BEGIN IMMEDIATE holds the whole file.
        Conn::Sqlite(_) => conn.fetch_all(active).await?,
    })
}

/// Whoever signs in by this key, user name or e-mail, with the hash of the password.
pub async fn find_by_key(conn: &mut Conn, key: &str) -> Result<Option<(User, String)>, StoreError> {
    let key = key.to_owned();
    let mine = users::username_key.eq(key.clone()).or(users::email_key.eq(key));
    let found = users::table.filter(mine).select((columns::<User>(), users::password_hash));
    conn.fetch_optional(found).await
}

/// The hash of a person's password.
pub async fn find_password_hash(conn: &mut Conn, id: UserId) -> Result<Option<String>, StoreError> {
    conn.fetch_optional(users::table.find(id).select(users::password_hash)).await
}

/// The keys, user name and e-mail, of accounts other than `except` that hold one of these.
pub async fn keys_like(
    conn: &mut Conn,
    keys: &[String],
    except: Option<UserId>,
) -> Result<Vec<(String, String)>, StoreError> {
    let keys = keys.to_vec();
    let taken = users::username_key.eq_any(keys.clone()).or(users::email_key.eq_any(keys));
    let others = users::id.ne(except.unwrap_or(uuid::Uuid::nil().into()));
    let found = users::table.filter(taken).filter(others);
    conn.fetch_all(found.select((users::username_key, users::email_key))).await
}

/// Writes new values.
pub async fn update(conn: &mut Conn, id: UserId, changes: &UserChanges) -> Result<(), StoreError> {
    conn.execute(diesel::update(users::table.find(id)).set(changes.clone())).await?;
    Ok(())
}

/// True once anybody has an account.
pub async fn has_any(conn: &mut Conn) -> Result<bool, StoreError> {
    conn.fetch_one(diesel::select(exists(users::table.select(users::id)))).await
}

/// The living people that a filter lets through.
macro_rules! matching {
    ($filter:expr) => {{
        let UserFilter { search, role } = $filter.clone();
        let no_search = search.is_none();
        let search = search.unwrap_or_default();
        let found = instr(lower(users::username.nullable()), search.clone())
            .gt(0)
            .or(instr(lower(users::first_name.nullable()), search.clone()).gt(0))
            .or(instr(lower(users::last_name.nullable()), search).gt(0));
        users::table
            .filter(users::deleted_at.is_null())
            .filter(found.or(known(no_search)))
            .filter(users::role.eq(role.unwrap_or(Role::Guest)).or(known(role.is_none())))
    }};
}

/// A window of the list by user name.
pub async fn list_by_username(
    conn: &mut Conn,
    filter: &UserFilter,
    window: Window<String>,
) -> Result<Vec<User>, StoreError> {
    let no_end = window.before.is_none();
    let rows = matching!(filter)
        .filter(users::username_key.gt(window.after.unwrap_or_default()))
        .filter(users::username_key.lt(window.before.unwrap_or_default()).or(known(no_end)))
        .select(columns::<User>())
        .limit(window.limit);
    if window.from_end {
        let mut rows = conn.fetch_all(rows.order(users::username_key.desc())).await?;
        rows.reverse();
        return Ok(rows);
    }
    conn.fetch_all(rows.order(users::username_key.asc())).await
}

/// A window of the list, newest account first.
pub async fn list_newest(
    conn: &mut Conn,
    filter: &UserFilter,
    window: Window<(Timestamp, UserId)>,
) -> Result<Vec<User>, StoreError> {
    // Newest first: what comes after a row in the list is older than it.
    let low = window.before.unwrap_or((Timestamp::earliest(), uuid::Uuid::nil().into()));
    let high = window.after.unwrap_or((Timestamp::latest(), uuid::Uuid::max().into()));
    let above =
        users::created_at.gt(low.0).or(users::created_at.eq(low.0).and(users::id.gt(low.1)));
    let below =
        users::created_at.lt(high.0).or(users::created_at.eq(high.0).and(users::id.lt(high.1)));
    let rows =
        matching!(filter).filter(above).filter(below).select(columns::<User>()).limit(window.limit);
    if window.from_end {
        let order = (users::created_at.asc(), users::id.asc());
        let mut rows = conn.fetch_all(rows.order(order)).await?;
        rows.reverse();
        return Ok(rows);
    }
    conn.fetch_all(rows.order((users::created_at.desc(), users::id.desc()))).await
}

/// How many people a filter lets through.
pub async fn count(conn: &mut Conn, filter: &UserFilter) -> Result<i64, StoreError> {
    conn.fetch_one(matching!(filter).count()).await
}
