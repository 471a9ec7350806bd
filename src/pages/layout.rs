//! What every page has around its content, and the headers that hold a browser to it.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, html};

use super::{
    address::in_query,
    assets::Asset,
    cookies::{self, CSRF_FIELD},
};

/// The style sheet of the pages without a script.
pub(super) static SHEET: Asset = Asset::style("parlance", include_bytes!("parlance.css"));

/// What a page may load and where it may send: its own server, no script, no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Which part of the server a page belongs to: it decides where its links lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Api,
    /// With the section that is shown, if it is one.
    Admin(Option<Section>),
}

/// The lists of the administrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Users,
    Conversations,
    Messages,
    Sessions,
    Audit,
}

impl Section {
    /// All of them, with name, place, and what is there.
    pub(crate) const ALL: [(Self, &'static str, &'static str, &'static str); 5] = [
        (Self::Users, "Users", "/admin/users/", "Who has an account; roles, locking out."),
        (
            Self::Conversations,
            "Conversations",
            "/admin/conversations/",
            "Who takes part and how much is written, not what.",
        ),
        (Self::Messages, "Messages", "/admin/messages/", "Who wrote when and where, not what."),
        (Self::Sessions, "Sessions", "/admin/sessions/", "Who is signed in, from where."),
        (Self::Audit, "Audit log", "/admin/audit/", "Who did what to whom."),
    ];
}

/// What stands around the content of a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) part: Part,
    pub(crate) title: &'a str,
    /// The name of whoever is signed in, and whether they are an administrator.
    pub(crate) who: Option<(&'a str, bool)>,
    /// The token against forged requests, for the form that signs out.
    pub(crate) token: &'a str,
    /// Where signing in leads back to; without it the page does not offer it.
    pub(crate) back: Option<&'a str>,
}

impl Frame<'_> {
    /// The page with this content.
    pub(crate) fn around(self, content: &Markup) -> Markup {
        let (home, brand) = match self.part {
            Part::Api => ("/api/", "Parlance"),
            Part::Admin(_) => ("/admin/", "Parlance administration"),
        };
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " – " (brand) }
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href=(SHEET.address());
                }
                body {
                    a.skip href="#content" { "Skip to the content" }
                    header.top {
                        a.brand href=(home) { (brand) }
                        (self.links())
                        (self.account())
                    }
                    main #content tabindex="-1" { (content) }
                }
            }
        }
    }

    fn links(self) -> Markup {
        let is_admin = self.who.is_some_and(|(_, is_admin)| is_admin);
        html! {
            @if is_admin {
                nav aria-label="Sections" {
                    @match self.part {
                        Part::Api => a href="/admin/" { "Administration" },
                        Part::Admin(shown) => {
                            @for (section, name, place, _) in Section::ALL {
                                a href=(place) aria-current=[(shown == Some(section)).then_some("page")] {
                                    (name)
                                }
                            }
                            a href="/api/" { "API" }
                        },
                    }
                }
            }
        }
    }

    fn account(self) -> Markup {
        let (login, logout) = match self.part {
            Part::Api => ("/api-auth/login/", "/api-auth/logout/"),
            Part::Admin(_) => ("/admin/login/", "/admin/logout/"),
        };
        html! {
            div.account {
                @if let Some((name, _)) = self.who {
                    span.who { (name) }
                    form method="post" action=(logout) {
                        (token_field(self.token))
                        button.quiet type="submit" { "Log out" }
                    }
                } @else if let Some(back) = self.back {
                    a href={ (login) "?next=" (in_query(back)) } { "Log in" }
                }
            }
        }
    }
}

/// The field by which a form shows that a page of ours sent it.
pub(crate) fn token_field(token: &str) -> Markup {
    html! { input type="hidden" name=(CSRF_FIELD) value=(token); }
}

/// A page as an answer.
pub(crate) fn respond(status: StatusCode, page: Markup) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    let mut response = (status, kind, page.into_string()).into_response();
    guard(response.headers_mut());
    response
}

/// Gives the browser the token of the page's forms, unless it has it.
pub(crate) fn keep_token(response: &mut Response, asked: &HeaderMap, token: &str, is_secure: bool) {
    if cookies::token(asked).as_deref() != Some(token) {
        let cookie = cookies::set_token(token, is_secure);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// The headers of every page, where it has not set its own.
pub(crate) fn guard(headers: &mut HeaderMap) {
    let mut set = |name, value| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(header::VARY, "Cookie, origin");
    set(header::CACHE_CONTROL, "no-store");
}
