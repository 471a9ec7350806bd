//! People by page number.

use diesel::{QueryableByName, sql_types::Binary};

use super::{Slice, Sorted, is_in, sliced};
use crate::{
    ids::UserId,
    store::{Conn, StoreError, accounts::Role},
};

/// Who of the list is asked for; those who deleted their account never are.
#[derive(Clone, Debug, Default)]
pub struct UserQuery {
    pub role: Option<Role>,
    /// Texts that are all found, each in the user name, the e-mail or a name; without regard
    /// to case.
    pub words: Vec<String>,
    /// E-mails are not looked into, for whom they are hidden from.
    pub hides_emails: bool,
}

/// What people are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserKey {
    /// In the form in which it is unique: without regard to case.
    Username,
    /// The same of the e-mail.
    Email,
    /// When the account was made.
    CreatedAt,
}

/// Where a word is looked for; e-mails are the last.
const SEARCHED: [&str; 4] =
    ["users.username", "users.first_name", "users.last_name", "users.email"];

/// Where a word is looked for by this viewer.
pub(super) fn searched(hides_emails: bool) -> &'static [&'static str] {
    let (all, emails) = (&SEARCHED, usize::from(hides_emails));
    &all[..all.len() - emails]
}

/// The living people that a query lets through.
fn matching(query: &UserQuery) -> String {
    let UserQuery { role, words, hides_emails } = query;
    let mut wanted = vec!["users.deleted_at IS NULL".to_owned()];
    wanted.extend(role.map(|role| format!("users.role = '{}'", role.word())));
    wanted.extend(words.iter().map(|word| is_in(word, searched(*hides_emails))));
    format!("FROM users WHERE {}", wanted.join(" AND "))
}

/// The slice of the people that a query with folded words lets through, in this order.
pub async fn list(
    conn: &mut Conn,
    query: &UserQuery,
    order: &[Sorted<UserKey>],
    slice: Slice,
) -> Result<Vec<UserId>, StoreError> {
    #[derive(QueryableByName)]
    struct Key {
        #[diesel(sql_type = Binary)]
        id: UserId,
    }
    let column = |key| match key {
        UserKey::Username => "users.username_key",
        UserKey::Email => "users.email_key",
        UserKey::CreatedAt => "users.created_at",
    };
    let (from, sliced) = (matching(query), sliced(order, column, &["users.id"], slice));
    let query = format!("SELECT users.id AS id {from} {sliced}");
    let keys: Vec<Key> = conn.fetch_all(diesel::sql_query(query)).await?;
    Ok(keys.into_iter().map(|key| key.id).collect())
}

/// How many people there are in the whole list.
pub async fn count(conn: &mut Conn, query: &UserQuery) -> Result<i64, StoreError> {
    super::count(conn, format!("SELECT COUNT(*) AS found {}", matching(query))).await
}
