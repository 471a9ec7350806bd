//! What is told of people.

use utoipa::{
    IntoParams,
    openapi::{
        HttpMethod,
        path::{Parameter, ParameterIn},
    },
};

use super::{
    super::{
        page::Paging,
        shape::Role,
        users::{Registered, UserBody, UserInput},
    },
    operation::Operation,
    shapes,
};

/// How the list of people is narrowed.
#[derive(IntoParams)]
#[expect(dead_code, reason = "only described; the handler takes them one by one")]
struct UserFilters {
    /// Only who has this role.
    #[param(inline, nullable = false)]
    role: Option<Role>,
    /// Words that are all in the user name, the e-mail address or the names.
    search: Option<String>,
    /// By what the list is ordered: `username`, `email` or `created_at`, several with commas
    /// between them, each with `-` for the other way. What is unknown is left out.
    #[param(example = "-created_at")]
    ordering: Option<String>,
}

fn filters() -> Vec<Parameter> {
    UserFilters::into_params(|| Some(ParameterIn::Query))
}

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "register",
        summary: "Sign up",
        description: "Open to everybody, but a bad token is refused here as anywhere. The user \
                      name is the e-mail address unless one is sent; only staff give the role \
                      `admin`.",
        body: Some(shapes::of::<UserInput>),
        answer: (201, "The new person, with a message.", Some(shapes::of::<Registered>)),
        ..Operation::at("register/", HttpMethod::Post)
    },
    Operation {
        id: "listUsers",
        summary: "List people",
        description: "Everybody who has an account, the newest first. Where the operator hides \
                      contacts, the addresses and telephone numbers of others are empty.",
        parameters: &[filters, Paging::query],
        answer: (200, "A page of people.", Some(shapes::page::<UserBody>)),
        ..Operation::at("users/", HttpMethod::Get)
    },
    Operation {
        id: "createUser",
        summary: "Sign up, without the message",
        description: "The same as `register/`; the answer is the new person and nothing else.",
        body: Some(shapes::of::<UserInput>),
        answer: (201, "The new person.", Some(shapes::of::<UserBody>)),
        ..Operation::at("users/", HttpMethod::Post)
    },
    Operation {
        id: "getMe",
        summary: "Who am I",
        description: "The record of the person who asks.",
        answer: (200, "The person who asks.", Some(shapes::of::<UserBody>)),
        ..Operation::at("users/me/", HttpMethod::Get)
    },
    Operation {
        id: "getUser",
        summary: "Get a person",
        description: "One's own record; staff get everybody's.",
        answer: (200, "The person.", Some(shapes::of::<UserBody>)),
        ..Operation::at("users/{user}/", HttpMethod::Get)
    },
    Operation {
        id: "updateUser",
        summary: "Change a person",
        description: "One's own record; staff change everybody's. What is not sent stays as it \
                      is. A new password needs no old one here.",
        body: Some(shapes::part::<UserInput>),
        answer: (200, "The person as they are now.", Some(shapes::of::<UserBody>)),
        ..Operation::at("users/{user}/", HttpMethod::Patch)
    },
];
