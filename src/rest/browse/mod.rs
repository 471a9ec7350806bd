//! The page on which a browser sees an answer: as the browsable pages of Django REST Framework,
//! with links, the pages around it and a form for each method that the reader may use. It works
//! without a script; what its forms mean is in [`super::forms`].

mod crumbs;
mod inputs;
mod json;

use axum::{
    http::{HeaderMap, Method, StatusCode, header},
    response::Response,
};
use maud::{Markup, html};
use serde_json::Value;

use super::{
    forms,
    view::{Access, Call, Links, View},
};
use crate::{
    domain::sessions,
    pages::{
        cookies,
        layout::{self, Frame, Part, token_field},
    },
};

/// An answer, as the page tells of it.
pub(super) struct Answered<'a> {
    pub(super) status: StatusCode,
    /// The body, on many lines; nothing where it has none.
    pub(super) body: &'a str,
    pub(super) links: &'a Links,
    /// The headers that this answer alone has.
    pub(super) headers: &'a HeaderMap,
}

/// What is known while the page is made.
struct Page<'a> {
    view: &'static View,
    call: &'a Call,
    answered: Answered<'a>,
    /// The token against forged requests, for every form.
    token: &'a str,
    /// The body once more, in its parts.
    value: Value,
}

/// The page of an answer. One without a body has a page all the same, so its status is 200.
pub(super) async fn page(view: &'static View, call: &Call, answered: Answered<'_>) -> Response {
    let token = cookies::token(&call.headers).unwrap_or_else(cookies::new_token);
    let who = reader(call).await;
    let here = call.uri.path_and_query().map_or("/", |place| place.as_str());
    let status = match answered.status {
        StatusCode::NO_CONTENT => StatusCode::OK,
        status => status,
    };
    let value = serde_json::from_str(answered.body).unwrap_or_default();
    let page = Page { view, call, answered, token: &token, value };
    let forms = page.forms(who.is_some()).await;
    let frame = Frame {
        part: Part::Api,
        title: view.name,
        who: who.as_ref().map(|(name, is_admin)| (name.as_str(), *is_admin)),
        token: &token,
        back: Some(here),
    };
    let content = html! { (page.answer()) (forms) };
    let mut response = layout::respond(status, frame.around(&content));
    layout::keep_token(&mut response, &call.headers, &token, call.face.is_secure());
    response
}

/// Who reads the page: who asked, or whom the cookie names where nobody had to say.
async fn reader(call: &Call) -> Option<(String, bool)> {
    if let Some(person) = &call.person {
        return Some((person.user.username.clone(), person.viewer.is_admin()));
    }
    let secret = cookies::get(&call.headers, cookies::SESSION)?;
    let found = sessions::authenticate_page(&call.face.app, &secret).await.ok()??;
    Some((found.1.username, found.0.is_admin()))
}

impl Page<'_> {
    fn answer(&self) -> Markup {
        let Page { view, call, answered, .. } = self;
        let path = call.uri.path();
        html! {
            (crumbs::trail(path))
            div.title {
                h1 { (view.name) }
                div.actions {
                    @if view.has(&Method::GET) {
                        a.button href=(crumbs::shown_at(path)) { "GET" }
                        a.button href=(self.with("format", "json")) { "JSON" }
                    }
                    form method="post" action=(path) {
                        (token_field(self.token))
                        button.quiet type="submit" name=(forms::METHOD) value="OPTIONS" { "OPTIONS" }
                    }
                }
            }
            p { (view.description) }
            @if answered.status.is_success() { (crumbs::below(path)) }
            (self.search())
            (self.pages())
            p.request { strong { (call.method) } " " code { (call.uri) } }
            div.scroll role="region" aria-label="Answer" tabindex="0" {
                pre.answer {
                    strong { "HTTP " (answered.status) } "\n"
                    @for (name, value) in self.headers() { span.name { (name) ":" } " " (value) "\n" }
                    "\n"
                    (json::show(answered.body, &call.origin(), crumbs::prefix(path)))
                }
            }
            (self.pages())
        }
    }

    fn headers(&self) -> Vec<(String, String)> {
        let mut shown = vec![("Allow".to_owned(), self.view.allow())];
        if !self.answered.body.is_empty() {
            shown.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        for (name, value) in self.answered.headers {
            let name =
                if *name == header::WWW_AUTHENTICATE { "WWW-Authenticate" } else { name.as_str() };
            shown.push((name.to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        }
        shown
    }

    /// This address with another value of one parameter.
    fn with(&self, name: &str, value: &str) -> String {
        let query = self.call.uri.query().unwrap_or_default();
        let others = form_urlencoded::parse(query.as_bytes()).filter(|(own, _)| own != name);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(others).append_pair(name, value);
        format!("{}?{}", self.call.uri.path(), query.finish())
    }

    /// The way to the pages around a page of a list.
    fn pages(&self) -> Markup {
        let Links { next, previous } = self.answered.links;
        html! {
            @if next.is_some() || previous.is_some() {
                nav.pager aria-label="Pages" {
                    @if let Some(previous) = previous { a rel="prev" href=(previous) { "Previous" } }
                    @if let Some(next) = next { a rel="next" href=(next) { "Next" } }
                    @if let Some(count) = self.value.get("count") { span { (count) " in all" } }
                }
            }
        }
    }

    /// What a list can be narrowed down and sorted by.
    fn search(&self) -> Markup {
        let hints = hints(self.view.name).filter(|_| self.value.get("results").is_some());
        let Some((orders, filters)) = hints else { return html! {} };
        let now = self.call.query.get("ordering").unwrap_or_default();
        html! {
            form.search method="get" action=(self.call.uri.path()) role="search" {
                label for="search" { "Search" }
                input #search type="search" name="search"
                    value=(self.call.query.get("search").unwrap_or_default());
                label for="ordering" { "Order" }
                select #ordering name="ordering" {
                    option value="" { "newest first" }
                    @for order in orders { option value=(order) selected[*order == now] { (order) } }
                }
                button type="submit" { "Show" }
            }
            p.hint {
                "Filters, after the ?: "
                @for (place, filter) in filters.iter().enumerate() {
                    @if place > 0 { ", " }
                    code { (filter) }
                }
                ", " code { "page" } ", " code { "page_size" } "."
            }
        }
    }

    /// Whether the reader may use a method, as far as that is known beforehand.
    async fn may(&self, is_signed_in: bool, method: Method) -> bool {
        let Page { view, call, .. } = self;
        let is_open = match view.access {
            Access::Everybody | Access::Anybody => true,
            Access::SignedIn { but } => but.contains(&method),
        };
        let refused = [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED];
        let is_hidden = call.method == Method::GET && refused.contains(&self.answered.status);
        if !view.has(&method) || is_hidden || !(is_open || is_signed_in) {
            return false;
        }
        match view.may_put {
            Some(check) if method != Method::POST => {
                call.person.is_some() && check(Call { method, ..(*call).clone() }).await.is_ok()
            }
            _ => true,
        }
    }

    /// A form for each method that the reader may use.
    async fn forms(&self, is_signed_in: bool) -> Markup {
        // What was deleted a moment ago cannot be changed any more.
        if self.answered.status == StatusCode::NO_CONTENT {
            return html! {};
        }
        let post = self.may(is_signed_in, Method::POST).await;
        let put = self.may(is_signed_in, Method::PUT).await;
        let patch = self.may(is_signed_in, Method::PATCH).await;
        let delete = self.may(is_signed_in, Method::DELETE).await;
        html! {
            @if post { (inputs::post(self)) }
            @if put || patch { (inputs::raw(self, put, patch)) }
            @if delete { (inputs::delete(self)) }
        }
    }
}

/// The orders and the filters of a list, by its name.
fn hints(name: &str) -> Option<(&'static [&'static str], &'static [&'static str])> {
    match name {
        "Message List" => Some((
            &["sent_at", "-sent_at", "sender__username", "-sender__username"],
            &["conversation", "sender", "message_body", "start_date", "end_date"],
        )),
        "Conversation List" => Some((
            &["created_at", "-created_at"],
            &["participants", "created_after", "created_before"],
        )),
        "User List" => Some((
            &["username", "-username", "email", "-email", "created_at", "-created_at"],
            &["role"],
        )),
        _ => None,
    }
}
