//! What is told of signing in.

use utoipa::openapi::HttpMethod;

use super::{
    super::tokens::{
        AccessToken, AnyToken, Credentials, LoggedIn, RefreshToken, TokenPair, Verified,
    },
    operation::Operation,
    shapes,
};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "obtainTokens",
        summary: "Sign in",
        description: "Takes a user name or an e-mail address, under either name of the field, \
                      and the password. A wrong pair is 401 and does not say which part is wrong.",
        body: Some(shapes::of::<Credentials>),
        answer: (200, "A pair of tokens.", Some(shapes::of::<TokenPair>)),
        also: &[401],
        ..Operation::at("token/", HttpMethod::Post)
    },
    Operation {
        id: "refreshToken",
        summary: "Stay signed in",
        description: "Takes a refresh token and answers a fresh access token; the refresh token \
                      stays good. One that belongs to a session of GraphQL is refused.",
        body: Some(shapes::of::<RefreshToken>),
        answer: (200, "A fresh access token.", Some(shapes::of::<AccessToken>)),
        also: &[401],
        ..Operation::at("token/refresh/", HttpMethod::Post)
    },
    Operation {
        id: "verifyToken",
        summary: "Look whether a token is good",
        description: "Of an access or a refresh token: signed here and not expired. Whether its \
                      owner is still there is not looked at.",
        body: Some(shapes::of::<AnyToken>),
        answer: (200, "The token is good.", Some(shapes::of::<Verified>)),
        also: &[401],
        ..Operation::at("token/verify/", HttpMethod::Post)
    },
    Operation {
        id: "login",
        summary: "Sign in, with both spellings",
        description: "The same as `token/`; the answer names each token twice, for clients that \
                      look for `access_token` and `refresh_token`.",
        body: Some(shapes::of::<Credentials>),
        answer: (200, "A pair of tokens.", Some(shapes::of::<LoggedIn>)),
        also: &[401],
        ..Operation::at("login/", HttpMethod::Post)
    },
];
