//! People: signing up, the list, one's own record.

use axum::http::Method;
use futures_util::{FutureExt, future::ready};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Refusal, Result,
    body::{Fields, Sent, Text, TextKind},
    options::{Field, Kind},
    page::{Filters, Wanted},
    shape::{Role, moment},
    view::{Access, Call, Reply, View},
};
use crate::{
    domain::{
        Rule, Viewer,
        accounts::{self, Draft, Registration, Role as DomainRole, User},
        numbered::{self, UserKey, UserQuery},
    },
    ids::UserId,
};

/// The longest name and the longest telephone number, as `OPTIONS` tells them.
const NAME_MAX: usize = 150;
const PHONE_MAX: usize = 20;

const FIELDS: &[Field] = &[
    Field::read_only("user_id", Kind::String, "User id"),
    Field::text("username", "Username").at_most(NAME_MAX),
    Field::text("first_name", "First name").at_most(NAME_MAX),
    Field::text("last_name", "Last name").at_most(NAME_MAX),
    Field::text("email", "Email").of(Kind::Email).required().at_most(254),
    Field::text("phone_number", "Phone number").at_most(PHONE_MAX),
    Field::text("role", "Role").of(Kind::Choice(&["guest", "host", "admin"])),
    Field::read_only("created_at", Kind::Datetime, "Created at"),
    Field::text("password", "Password").required(),
];

/// The names of the fields, in the order in which what is wrong with them is told.
const ORDER: &[&str] =
    &["username", "first_name", "last_name", "email", "phone_number", "role", "password"];

pub(super) const REGISTER: View = View {
    name: "Register",
    description: "Signs a new person up.",
    access: Access::Anybody,
    scope: None,
    methods: &[(Method::POST, |call| register(call).boxed())],
    waits: None,
    fields: FIELDS,
    may_put: None,
};

pub(super) const LIST: View = View {
    name: "User List",
    description: "Everybody who has an account; a POST signs a new person up.",
    access: Access::SignedIn { but: &[Method::POST] },
    scope: None,
    methods: &[
        (Method::GET, |call| list(call).boxed()),
        (Method::POST, |call| create(call).boxed()),
    ],
    waits: None,
    fields: FIELDS,
    may_put: None,
};

pub(super) const ME: View = View {
    name: "User Me",
    description: "The person who asks.",
    access: Access::SignedIn { but: &[] },
    scope: None,
    methods: &[(Method::GET, |call| ready(me(&call)).boxed())],
    waits: None,
    fields: FIELDS,
    may_put: None,
};

pub(super) const ONE: View = View {
    name: "User Instance",
    description: "One's own record; staff see and change everybody's.",
    access: Access::SignedIn { but: &[] },
    scope: None,
    methods: &[
        (Method::GET, |call| retrieve(call).boxed()),
        (Method::PATCH, |call| update(call).boxed()),
    ],
    waits: None,
    fields: FIELDS,
    may_put: None,
};

/// A person as REST shows them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(super) struct UserBody {
    user_id: Uuid,
    username: String,
    first_name: String,
    last_name: String,
    /// Empty where the operator hides the contacts of others.
    email: String,
    #[schema(required)]
    phone_number: Option<String>,
    role: Role,
    #[schema(format = DateTime)]
    created_at: String,
}

impl UserBody {
    /// As `viewer` may see them.
    pub(super) fn new(call: &Call, viewer: Option<Viewer>, user: User) -> Self {
        let User { id, username, first_name, last_name, email, phone_number, .. } = user;
        let sees =
            call.face.shows_contacts || viewer.is_some_and(|viewer| viewer.may_see_contacts_of(id));
        Self {
            user_id: id.uuid(),
            username,
            first_name,
            last_name,
            email: if sees { email } else { String::new() },
            phone_number: phone_number.filter(|_| sees),
            role: user.role.into(),
            created_at: moment(user.created_at),
        }
    }
}

/// What `register/` answers.
#[derive(Serialize, ToSchema)]
pub(super) struct Registered {
    message: &'static str,
    #[serde(flatten)]
    user: UserBody,
}

/// What somebody who signs up sends, or who changes a record.
#[derive(ToSchema)]
#[schema(as = UserInput)]
#[expect(dead_code, reason = "only described; `read` takes the fields one by one")]
pub(super) struct UserInput {
    /// The e-mail address where there is none.
    #[schema(nullable = false, min_length = 1, max_length = 150)]
    username: Option<String>,
    #[schema(nullable = false, max_length = 150)]
    first_name: Option<String>,
    #[schema(nullable = false, max_length = 150)]
    last_name: Option<String>,
    #[schema(format = Email, max_length = 254)]
    email: String,
    #[schema(max_length = 20)]
    phone_number: Option<String>,
    #[schema(nullable = false)]
    role: Option<Role>,
    #[schema(format = Password, min_length = 5, max_length = 128)]
    password: String,
}

/// Reads the fields of a person, and everything that is wrong with them.
async fn read(call: &Call, fields: &mut Fields, person: Option<UserId>) -> Result<Draft> {
    let optional = Text { may_be_blank: true, ..Text::default() };
    let username = fields.plain("username", Text::default());
    let first_name = fields.plain("first_name", optional);
    let last_name = fields.plain("last_name", optional);
    let email = Text { required: true, kind: TextKind::Email, ..Text::default() };
    let email = fields.plain("email", email);
    let phone_number = match fields.text("phone_number", Text { may_be_null: true, ..optional }) {
        Sent::Nothing => None,
        Sent::Null => Some(None),
        Sent::Text(number) => Some(Some(number)),
    };
    let role = role(fields);
    let password = Text { required: true, kind: TextKind::Verbatim, ..Text::default() };
    let password = fields.plain("password", password);
    let username = match username {
        // Who signs up without a name is called by their e-mail address.
        None if person.is_none() && !fields.has("username") => email.as_deref().map(named_by),
        username => username,
    };
    let draft = Draft { username, email, password, first_name, last_name, phone_number, role };
    let by = call.person.as_ref().map(|person| person.viewer);
    let mut problems = accounts::examine(&call.face.app, by, person, &draft).await?;
    // In the order of Django's validators of passwords.
    problems.sort_by_key(|problem| problem.rule == Rule::Digits);
    fields.refuse_all(&problems);
    fields.check(ORDER)?;
    Ok(draft)
}

/// An e-mail address as a user name, which has fewer letters and is shorter.
fn named_by(email: &str) -> String {
    let is_fine = |c: char| c.is_alphanumeric() || "@.+-_".contains(c);
    email.chars().map(|c| if is_fine(c) { c } else { '_' }).take(NAME_MAX).collect()
}

fn role(fields: &mut Fields) -> Option<DomainRole> {
    let value = fields.value("role")?;
    let text = match value {
        serde_json::Value::Null => {
            fields.refuse("role", "This field may not be null.");
            return None;
        }
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let role = Role::read(&text);
    if role.is_none() {
        fields.refuse("role", format!("\"{text}\" is not a valid choice."));
    }
    role
}

async fn enrol(call: &Call) -> Result<UserBody> {
    let mut fields = call.fields(false).await?;
    let draft = read(call, &mut fields, None).await?;
    let by = call.person.as_ref().map(|person| person.viewer);
    let wanted = Registration {
        username: draft.username.unwrap_or_default(),
        email: draft.email.unwrap_or_default(),
        password: draft.password.unwrap_or_default(),
        first_name: draft.first_name.unwrap_or_default(),
        last_name: draft.last_name.unwrap_or_default(),
        phone_number: draft.phone_number.flatten(),
        role: draft.role.unwrap_or(DomainRole::Guest),
    };
    let user = accounts::enrol(&call.face.app, &call.client, by, wanted).await?;
    // Who has just signed up sees what they have just sent.
    let body = UserBody {
        email: user.email.clone(),
        phone_number: user.phone_number.clone(),
        ..UserBody::new(call, by, user)
    };
    Ok(body)
}

async fn register(call: Call) -> Result<Reply> {
    let user = enrol(&call).await?;
    Ok(Reply::created(Registered { message: "User registered successfully!", user }))
}

async fn create(call: Call) -> Result<Reply> {
    Ok(Reply::created(enrol(&call).await?))
}

async fn list(call: Call) -> Result<Reply> {
    let (viewer, app) = (call.viewer()?, &call.face.app);
    let mut filters = Filters::new(&call.query);
    let query = UserQuery {
        role: filters.choice("role", Role::read),
        words: filters.words(),
        hides_emails: call.hides_contacts(),
    };
    let order = filters.order(|name| match name {
        "username" => Some(UserKey::Username),
        "email" if !call.hides_contacts() => Some(UserKey::Email),
        "created_at" => Some(UserKey::CreatedAt),
        _ => None,
    });
    filters.check()?;
    let count = numbered::count_users(app, viewer, &query).await?;
    let wanted = Wanted::read(&call.query, count)?;
    let users = numbered::list_users(app, viewer, &query, &order, wanted.slice()).await?;
    let shown = users.into_iter().map(|user| UserBody::new(&call, Some(viewer), user)).collect();
    Ok(wanted.reply(&call, count, shown))
}

fn me(call: &Call) -> Result<Reply> {
    let viewer = call.viewer()?;
    let person = call.person.clone().ok_or_else(Refusal::no_credentials)?;
    Ok(Reply::ok(UserBody::new(call, Some(viewer), person.user)))
}

/// The person of the path, if the caller may see their record.
async fn object(call: &Call) -> Result<User> {
    let (viewer, app, id) = (call.viewer()?, &call.face.app, call.id("user")?);
    let user = accounts::find(app, viewer, id).await?.filter(|user| user.deleted_at.is_none());
    let user = user.ok_or_else(|| Refusal::no_such("User"))?;
    if !viewer.may_see_contacts_of(user.id) {
        return Err(Refusal::forbidden("You do not have permission to perform this action."));
    }
    Ok(user)
}

async fn retrieve(call: Call) -> Result<Reply> {
    let user = object(&call).await?;
    Ok(Reply::ok(UserBody::new(&call, Some(call.viewer()?), user)))
}

async fn update(call: Call) -> Result<Reply> {
    let (viewer, user) = (call.viewer()?, object(&call).await?);
    let mut fields = call.fields(true).await?;
    let draft = read(&call, &mut fields, Some(user.id)).await?;
    let user = accounts::amend(&call.face.app, &call.client, viewer, user.id, draft).await?;
    Ok(Reply::ok(UserBody::new(&call, Some(viewer), user)))
}
