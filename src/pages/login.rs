//! Signing in and out with a browser: one door to the pages of REST, one to those of
//! administrators. Both open the same kind of session.

use axum::{
    Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use maud::html;

use super::{
    Site,
    address::{send_to, within},
    cookies,
    fault::{Answer, add_retry_after, status},
    layout::{Part, token_field},
    visit::Visit,
};
use crate::domain::{Code, accounts::Role, sessions};

/// Where people come in.
#[derive(Debug)]
struct Door {
    login: &'static str,
    logout: &'static str,
    /// Where they find themselves, unless they wanted to go elsewhere.
    home: &'static str,
    part: Part,
    title: &'static str,
    /// What is said of a wrong name or password.
    wrong: &'static str,
    for_staff: bool,
}

const API: Door = Door {
    login: "/api-auth/login/",
    logout: "/api-auth/logout/",
    home: "/api/",
    part: Part::Api,
    title: "Log in",
    wrong: "Please enter a correct username and password. \
            Note that both fields may be case-sensitive.",
    for_staff: false,
};

const ADMIN: Door = Door {
    login: "/admin/login/",
    logout: "/admin/logout/",
    home: "/admin/",
    part: Part::Admin(None),
    title: "Log in to the administration",
    wrong: "Please enter the correct username and password for a staff account. \
            Note that both fields may be case-sensitive.",
    for_staff: true,
};

const REQUIRED: &str = "This field is required.";

pub(super) fn routes() -> Router<Site> {
    let mut router = Router::new();
    for door in [&API, &ADMIN] {
        let login = get(async move |visit| show(door, &visit))
            .post(async move |visit| enter(door, visit).await)
            .options(async || allows("GET, POST, HEAD, OPTIONS"));
        let logout = post(async move |visit| leave(door, visit).await)
            .options(async || allows("POST, OPTIONS"));
        router = router.route(door.login, login).route(door.logout, logout);
    }
    router
}

fn allows(methods: &'static str) -> Response {
    let html = "text/html; charset=utf-8";
    ([(header::ALLOW, methods), (header::CONTENT_TYPE, html)], "").into_response()
}

/// What a form that was not right shows of itself.
#[derive(Clone, Copy, Debug, Default)]
struct Shown<'a> {
    name: &'a str,
    wrong: Option<&'a str>,
    wrong_name: Option<&'a str>,
    wrong_password: Option<&'a str>,
}

fn show(door: &Door, visit: &Visit) -> Response {
    match &visit.person {
        Some((viewer, _)) if door.for_staff && viewer.is_admin() => {
            send_to(StatusCode::FOUND, &wanted(door, visit))
        }
        Some((_, user)) if door.for_staff => {
            let notice = format!(
                "You are authenticated as {}, but are not authorized to access this page. \
                 Would you like to login to a different account?",
                user.username
            );
            form(door, visit, StatusCode::OK, Shown { wrong: Some(&notice), ..Shown::default() })
        }
        _ => form(door, visit, StatusCode::OK, Shown::default()),
    }
}

/// Where the visitor wants to go, if that is on this server.
fn wanted(door: &Door, visit: &Visit) -> String {
    let next = visit.field("next").or_else(|| visit.parameter("next"));
    next.and_then(within).unwrap_or(door.home).to_owned()
}

fn form(door: &Door, visit: &Visit, status: StatusCode, shown: Shown<'_>) -> Response {
    let Shown { name, wrong, wrong_name, wrong_password } = shown;
    let next = wanted(door, visit);
    let content = html! {
        div.narrow {
            h1 { (door.title) }
            @if let Some(wrong) = wrong {
                p.message.error role="alert" { (wrong) }
            }
            form.stacked method="post" action=(door.login) {
                (token_field(visit.token()))
                input type="hidden" name="next" value=(next);
                label for="username" { "User name or e-mail" }
                input #username type="text" name="username" value=(name) maxlength="254" required
                    autofocus autocomplete="username" autocapitalize="none" spellcheck="false"
                    aria-invalid=[wrong_name.map(|_| "true")];
                @if let Some(wrong) = wrong_name { p.wrong { (wrong) } }
                label for="password" { "Password" }
                input #password type="password" name="password" required
                    autocomplete="current-password" aria-invalid=[wrong_password.map(|_| "true")];
                @if let Some(wrong) = wrong_password { p.wrong { (wrong) } }
                button type="submit" { "Log in" }
            }
        }
    };
    visit.show(status, door.part, door.title, &content)
}

async fn enter(door: &Door, visit: Visit) -> Answer {
    let name = visit.field("username").unwrap_or_default().trim();
    let password = visit.field("password").unwrap_or_default();
    let again =
        |status, wrong| form(door, &visit, status, Shown { name, wrong, ..Shown::default() });
    if name.is_empty() || password.is_empty() {
        let shown = Shown {
            name,
            wrong: None,
            wrong_name: name.is_empty().then_some(REQUIRED),
            wrong_password: password.is_empty().then_some(REQUIRED),
        };
        return Ok(form(door, &visit, StatusCode::OK, shown));
    }
    let app = &visit.site.app;
    let opened = sessions::open_page(app, &visit.client, name.to_owned(), password.to_owned());
    let (secret, is_staff) = match opened.await {
        Ok((secret, user)) => (secret, user.role == Role::Admin),
        Err(error) if error.code() == Code::InvalidCredentials => {
            return Ok(again(StatusCode::OK, Some(door.wrong)));
        }
        Err(error) if error.retry_after().is_some() => {
            let mut response = again(status(&error), Some(&format!("{error}.")));
            add_retry_after(&mut response, &error);
            return Ok(response);
        }
        Err(error) => return Err(error.into()),
    };
    if door.for_staff && !is_staff {
        sessions::close_page(app, &secret).await?;
        let wrong = format!("{} This account has no access to these pages.", door.wrong);
        return Ok(again(StatusCode::OK, Some(&wrong)));
    }
    // Whoever was signed in here is not any more.
    if let Some(old) = visit.secret() {
        sessions::close_page(app, &old).await?;
    }
    let mut response = send_to(StatusCode::FOUND, &wanted(door, &visit));
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, cookies::set_session(&secret, visit.is_secure()));
    // A token that was known before somebody signed in is worth nothing after.
    let token = cookies::set_token(&cookies::new_token(), visit.is_secure());
    headers.append(header::SET_COOKIE, token);
    Ok(response)
}

async fn leave(door: &Door, mut visit: Visit) -> Answer {
    if let Some(secret) = visit.secret() {
        sessions::close_page(&visit.site.app, &secret).await?;
    }
    visit.person = None;
    let content = html! {
        div.narrow {
            h1 { "Logged out" }
            p { "The session in this browser has ended." }
            p { a href=(door.login) { "Log in again" } }
        }
    };
    let mut response =
        match visit.field("next").or_else(|| visit.parameter("next")).and_then(within) {
            Some(next) => send_to(StatusCode::FOUND, next),
            None => visit.show(StatusCode::OK, door.part, "Logged out", &content),
        };
    let gone = cookies::take_session(visit.is_secure());
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}
