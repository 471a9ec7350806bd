//! People: looking them up, one's own profile, and their management.

use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject, MaybeUndefined, Object, SimpleObject};

use super::{
    Ask,
    error::Result,
    page::{Connection, Counted, Paging},
    sessions::AuthPayload,
};
use crate::{
    domain::{
        Error, accounts,
        accounts::{ProfileChanges, Registration},
    },
    ids::UserId,
    time::Timestamp,
};

/// What a person is to the whole server
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "accounts::Role")]
pub(super) enum Role {
    /// Someone who signed up
    Guest,
    /// Someone who offers a place; the same rights as a guest
    Host,
    /// Manages users; does not read other people's conversations
    Admin,
}

/// A person with an account
#[derive(Clone)]
pub(super) struct User {
    person: Arc<accounts::User>,
    /// The person has just signed in by this very request, and so may see all of themselves.
    is_own: bool,
}

impl From<Arc<accounts::User>> for User {
    fn from(person: Arc<accounts::User>) -> Self {
        Self { person, is_own: false }
    }
}

impl From<accounts::User> for User {
    fn from(person: accounts::User) -> Self {
        Arc::new(person).into()
    }
}

impl User {
    /// The person who has just signed in.
    pub(super) fn own(person: accounts::User) -> Self {
        Self { person: Arc::new(person), is_own: true }
    }

    fn shows_contacts(&self, ctx: &Context<'_>) -> bool {
        self.is_own || ctx.viewer().is_ok_and(|viewer| viewer.may_see_contacts_of(self.person.id))
    }
}

/// A person with an account
#[Object]
impl User {
    /// The row's UUID, the same one that REST shows
    pub(super) async fn id(&self) -> UserId {
        self.person.id
    }

    /// The name to sign in with, unique without regard to case
    async fn username(&self) -> &str {
        &self.person.username
    }

    /// The first name; may be empty
    async fn first_name(&self) -> &str {
        &self.person.first_name
    }

    /// The last name; may be empty
    async fn last_name(&self) -> &str {
        &self.person.last_name
    }

    /// What the person is to the whole server
    async fn role(&self) -> Role {
        self.person.role.into()
    }

    /// When the account was made
    async fn created_at(&self) -> Timestamp {
        self.person.created_at
    }

    /// Null unless the viewer is this user or an administrator
    async fn email(&self, ctx: &Context<'_>) -> Option<&str> {
        let visible = self.shows_contacts(ctx);
        Some(self.person.email.as_str()).filter(|email| visible && !email.is_empty())
    }

    /// Null unless the viewer is this user or an administrator
    async fn phone_number(&self, ctx: &Context<'_>) -> Option<&str> {
        let visible = self.shows_contacts(ctx);
        self.person.phone_number.as_deref().filter(|_| visible)
    }
}

/// Which people are asked for
#[derive(InputObject)]
struct UserFilter {
    /// Text that the user name, first name or last name contains, in any case
    search: Option<String>,
    /// Only people of this role
    role: Option<Role>,
}

/// How a list of people is sorted
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum UserOrder {
    /// By user name
    UsernameAsc,
    /// Newest account first
    CreatedDesc,
}

#[derive(Default)]
pub(super) struct AccountQueries;

#[Object]
impl AccountQueries {
    /// The person who asks
    async fn viewer(&self, ctx: &Context<'_>) -> Result<User> {
        let viewer = ctx.viewer()?;
        let user = accounts::find(ctx.app()?, viewer, viewer.id()).await?;
        Ok(user.ok_or(Error::NotFound("user"))?.into())
    }

    /// One person; null when there is none
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person's id")] id: UserId,
    ) -> Option<Result<User>> {
        let found =
            async { Ok(accounts::find(ctx.app()?, ctx.viewer()?, id).await?.map(User::from)) };
        found.await.transpose()
    }

    /// All people
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 if neither is given")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Only people whom this lets through")] filter: Option<UserFilter>,
        #[graphql(desc = "How the list is sorted", default_with = "Some(UserOrder::UsernameAsc)")]
        order_by: Option<UserOrder>,
    ) -> Result<Connection<User>> {
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let filter = match filter {
            None => accounts::UserFilter::default(),
            Some(UserFilter { search, role }) => {
                accounts::UserFilter { search, role: role.map(Into::into) }
            }
        };
        let (paging, counted) =
            (Paging { first, after, last, before }, Counted::Users(filter.clone()));
        match order_by.unwrap_or(UserOrder::UsernameAsc) {
            UserOrder::UsernameAsc => {
                let window = paging.window("")?;
                let page = accounts::list_by_username(app, viewer, filter, window).await?;
                Ok(Connection::new(page, "", counted, |user| (user.username.clone(), user.into())))
            }
            UserOrder::CreatedDesc => {
                let window = paging.window("")?;
                let page = accounts::list_newest(app, viewer, filter, window).await?;
                Ok(Connection::new(page, "", counted, |u| ((u.created_at, u.id), u.into())))
            }
        }
    }
}

/// What somebody who signs up says of themselves
#[derive(InputObject)]
struct RegisterInput {
    /// Letters, digits and @ . + - _, at most 150; unique without regard to case
    username: String,
    /// An e-mail address that no other account has
    email: String,
    /// At least as long as the server wants (5 by default), at most 128 characters, not a common one
    password: String,
    /// At most 150 characters
    #[graphql(default_with = "Some(String::new())")]
    first_name: Option<String>,
    /// At most 150 characters
    #[graphql(default_with = "Some(String::new())")]
    last_name: Option<String>,
    /// At most 20 characters
    phone_number: Option<String>,
    /// GUEST or HOST; ADMIN is refused here
    #[graphql(default_with = "Some(Role::Guest)")]
    role: Option<Role>,
}

/// What is absent stays; null clears phoneNumber
#[derive(InputObject)]
struct UpdateProfileInput {
    /// Another user name
    username: Option<String>,
    /// Another e-mail address
    email: Option<String>,
    /// Another first name
    first_name: Option<String>,
    /// Another last name
    last_name: Option<String>,
    /// Another telephone number; null takes it away
    phone_number: MaybeUndefined<String>,
}

/// Whose role becomes what
#[derive(InputObject)]
struct SetUserRoleInput {
    /// The person
    user_id: UserId,
    /// The new role
    role: Role,
}

/// Who is locked out, or let in again
#[derive(InputObject)]
struct SetUserDisabledInput {
    /// The person
    user_id: UserId,
    /// True locks out, false lets in again
    disabled: bool,
}

/// The password once more, as this cannot be undone
#[derive(InputObject)]
struct DeleteAccountInput {
    /// The viewer's password
    password: String,
}

/// The person as they are now
#[derive(SimpleObject)]
struct UserPayload {
    /// The person
    user: User,
}

/// Whose account is gone
#[derive(SimpleObject)]
struct DeleteAccountPayload {
    /// The id that the account had
    user_id: UserId,
}

#[derive(Default)]
pub(super) struct AccountMutations;

#[Object]
impl AccountMutations {
    /// Signs a new person up, and in
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs up")] input: RegisterInput,
    ) -> Result<AuthPayload> {
        let RegisterInput { username, email, password, first_name, last_name, phone_number, role } =
            input;
        let wanted = Registration {
            username,
            email,
            password,
            first_name: first_name.unwrap_or_default(),
            last_name: last_name.unwrap_or_default(),
            phone_number,
            role: role.unwrap_or(Role::Guest).into(),
        };
        Ok(accounts::register(ctx.app()?, ctx.client()?, wanted).await?.into())
    }

    /// Changes the viewer's own profile
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be another")] input: UpdateProfileInput,
    ) -> Result<UserPayload> {
        let UpdateProfileInput { username, email, first_name, last_name, phone_number } = input;
        let phone_number = phone_number.as_opt_ref().map(Option::<&String>::cloned);
        let wanted = ProfileChanges { username, email, first_name, last_name, phone_number };
        let user = accounts::update_profile(ctx.app()?, ctx.viewer()?, wanted).await?;
        Ok(UserPayload { user: user.into() })
    }

    /// Ends the viewer's account: they leave every group and all sessions, and their messages keep a nameless sender
    async fn delete_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proof that it is meant")] input: DeleteAccountInput,
    ) -> Result<DeleteAccountPayload> {
        let (viewer, DeleteAccountInput { password }) = (ctx.viewer()?, input);
        let user_id = accounts::delete(ctx.app()?, ctx.client()?, viewer, password).await?;
        Ok(DeleteAccountPayload { user_id })
    }

    /// ADMIN only, and not for oneself
    async fn set_user_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose role becomes what")] input: SetUserRoleInput,
    ) -> Result<UserPayload> {
        let (viewer, SetUserRoleInput { user_id, role }) = (ctx.viewer()?, input);
        let (app, client) = (ctx.app()?, ctx.client()?);
        let user = accounts::set_role(app, client, viewer, user_id, role.into()).await?;
        Ok(UserPayload { user: user.into() })
    }

    /// ADMIN only, and not for oneself; a disabled person's sessions end
    async fn set_user_disabled(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is locked out, or let in again")] input: SetUserDisabledInput,
    ) -> Result<UserPayload> {
        let (viewer, SetUserDisabledInput { user_id, disabled }) = (ctx.viewer()?, input);
        let (app, client) = (ctx.app()?, ctx.client()?);
        let user = accounts::set_disabled(app, client, viewer, user_id, disabled).await?;
        Ok(UserPayload { user: user.into() })
    }
}
