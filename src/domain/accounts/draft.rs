//! What may be written of a person: every rule of every field, for all who write it.

use crate::{
    domain::{App, Error, Problem, Result, Rule, Viewer, text},
    ids::UserId,
    secrets::password::is_common,
    store::{
        Conn,
        accounts::{self, Role, UserChanges},
    },
};

/// The longest user name, first name or last name, in characters.
pub(in crate::domain) const NAME_MAX: usize = 150;

/// The longest telephone number, in characters.
const PHONE_MAX: usize = 20;

/// The longest password, in characters: longer ones are refused before hashing.
const PASSWORD_MAX: usize = 128;

/// What a person may be given; only what is `Some` is looked at.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub username: Option<String>,
    pub email: Option<String>,
    pub password: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// `Some(None)` takes the number away.
    pub phone_number: Option<Option<String>>,
    pub role: Option<Role>,
}

/// Every problem of a draft at once, names that are taken included; of a password all that
/// is wrong with it. `person` is whose draft it is, if they are there already, `by` who asks.
pub async fn examine(
    app: &App,
    by: Option<Viewer>,
    person: Option<UserId>,
    draft: &Draft,
) -> Result<Vec<Problem>> {
    let (checked, found) = check(app, draft);
    let mut problems: Vec<_> =
        draft.role.and_then(|wanted| role(by, wanted)).into_iter().chain(found).collect();
    let UserChanges { username_key, email_key, .. } = checked;
    if username_key.is_some() || email_key.is_some() {
        let conn = &mut app.store.conn().await?;
        problems.extend(taken(conn, username_key.as_ref(), email_key.as_ref(), person).await?);
    }
    Ok(problems)
}

/// What of a draft is right, ready to be written but for password and role, and what is
/// wrong with the rest.
pub(super) fn check(app: &App, draft: &Draft) -> (UserChanges, Vec<Problem>) {
    let Draft { username, email, password, first_name, last_name, phone_number, role: _ } = draft;
    let mut problems = Vec::new();
    let mut ok = |checked: Option<std::result::Result<String, Problem>>| {
        checked.and_then(|checked| checked.map_err(|problem| problems.push(problem)).ok())
    };
    let username = ok(username.as_deref().map(text::username));
    let email = ok(email.as_deref().map(text::email));
    let name = |field, name: &Option<String>| {
        name.as_deref().map(|name| text::bounded(field, name, 0, NAME_MAX))
    };
    let first_name = ok(name("firstName", first_name));
    let last_name = ok(name("lastName", last_name));
    let phone_number = ok(phone_number.as_ref().map(|number| {
        text::bounded("phoneNumber", number.as_deref().unwrap_or_default(), 0, PHONE_MAX)
    }));
    if let Some(password) = password {
        problems.extend(password_problems(app, "password", password));
    }
    let checked = UserChanges {
        username_key: username.as_deref().map(text::key),
        email_key: email.as_deref().map(text::key),
        username,
        email,
        first_name,
        last_name,
        phone_number: phone_number.map(|number| Some(number).filter(|number| !number.is_empty())),
        ..UserChanges::default()
    };
    (checked, problems)
}

/// What is wrong with giving this role: only administrators make administrators.
pub(super) fn role(by: Option<Viewer>, wanted: Role) -> Option<Problem> {
    let is_wrong = wanted == Role::Admin && !by.is_some_and(|by| by.is_admin());
    let problem = "nobody becomes ADMIN by signing up: choose GUEST or HOST".to_owned();
    is_wrong.then_some(Problem { field: "role", problem, rule: Rule::AdminRole })
}

/// A password that may be chosen, looked at before any hashing; else the first problem.
pub(in crate::domain) fn check_password(
    app: &App,
    field: &'static str,
    password: &str,
) -> std::result::Result<(), Problem> {
    password_problems(app, field, password).next().map_or(Ok(()), Err)
}

/// All that is wrong with a password.
fn password_problems(
    app: &App,
    field: &'static str,
    password: &str,
) -> impl Iterator<Item = Problem> {
    let (min, max, length) = (app.rules.password_min, PASSWORD_MAX, password.chars().count());
    let is_long = length > max;
    let rules = [
        (length < min, Rule::TooShort { min }),
        (is_long, Rule::TooLong { max }),
        (!is_long && password.chars().all(|c| c.is_ascii_digit()), Rule::Digits),
        (!is_long && is_common(password), Rule::Common),
    ];
    let broken = rules.into_iter().filter_map(|(is_broken, rule)| is_broken.then_some(rule));
    broken.map(move |rule| {
        let problem = match rule {
            Rule::TooShort { .. } => format!("is too short: at least {min} characters"),
            Rule::TooLong { .. } => format!("is too long: at most {max} characters"),
            Rule::Digits => "may not be only digits".to_owned(),
            _ => "is too common: many people use it, so it is tried first".to_owned(),
        };
        Problem { field, problem, rule }
    })
}

/// Since people sign in by user name or e-mail, neither may be anybody's name or e-mail. No
/// unique key can say that of two columns: a transaction calls `operations::lock_names` first.
pub(super) async fn must_be_free(
    conn: &mut Conn,
    username_key: Option<&String>,
    email_key: Option<&String>,
    except: Option<UserId>,
) -> Result<()> {
    let problems = taken(conn, username_key, email_key, except).await?;
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Which of the two somebody else has.
async fn taken(
    conn: &mut Conn,
    username_key: Option<&String>,
    email_key: Option<&String>,
    except: Option<UserId>,
) -> Result<Vec<Problem>> {
    let wanted: Vec<String> = username_key.into_iter().chain(email_key).cloned().collect();
    let taken = accounts::keys_like(conn, &wanted, except).await?;
    let is_taken = |key: Option<&String>| {
        key.is_some_and(|key| taken.iter().any(|(name, email)| name == key || email == key))
    };
    let each = [
        ("username", username_key, "a user with that username already exists"),
        ("email", email_key, "a user with that e-mail already exists"),
    ];
    let found = each.into_iter().filter(|(_, key, _)| is_taken(*key));
    let problem = |(field, _, problem): (_, _, &str)| Problem {
        field,
        problem: problem.to_owned(),
        rule: Rule::Taken,
    };
    Ok(found.map(problem).collect())
}
