//! Everybody with an account.

use axum::extract::Path;
use maud::{Markup, html};

use super::{
    Section, show,
    table::{self, done, moment, pager, table},
};
use crate::{
    domain::{
        accounts::{Role, User},
        admin,
    },
    pages::{fault::Answer, visit::Staff},
};

pub(super) async fn list(staff: Staff) -> Answer {
    let visit = &staff.visit;
    let search = visit.parameter("q").unwrap_or_default().trim();
    let wanted = Some(search.to_owned()).filter(|search| !search.is_empty());
    let than = table::id(visit, "before")?;
    let page = admin::list_users(&visit.site.app, staff.viewer, wanted, than).await?;
    let rows = html! {
        @for user in &page.items {
            tr {
                td { (table::person(user)) }
                td { (user.email) }
                td { (name(user)) }
                td { (table::role(user.role)) }
                td { (moment(user.created_at)) }
                td { (state(user)) }
            }
        }
    };
    let heads = ["User name", "E-mail", "Name", "Role", "Since (UTC)", "State"];
    let content = html! {
        h1 { "Users" }
        form.search method="get" action="/admin/users/" role="search" {
            label for="q" { "User name, e-mail or name" }
            input #q type="search" name="q" value=(search) maxlength="200";
            button type="submit" { "Search" }
        }
        (table("Users", &heads, &rows, page.items.is_empty()))
        (pager(visit, page.next.map(crate::ids::UserId::uuid), &[("q", search)]))
    };
    Ok(show(&staff, Some(Section::Users), "Users", &content))
}

fn name(user: &User) -> String {
    let name = format!("{} {}", user.first_name, user.last_name);
    let name = name.trim();
    if name.is_empty() { "–".to_owned() } else { name.to_owned() }
}

fn state(user: &User) -> Markup {
    html! {
        @if user.deleted_at.is_some() { span.state.off { "deleted" } }
        @else if user.disabled_at.is_some() { span.state.off { "locked" } }
        @else { span.state { "active" } }
    }
}

pub(super) async fn one(Path(id): Path<String>, staff: Staff) -> Answer {
    let (app, viewer) = (&staff.visit.site.app, staff.viewer);
    let user = admin::find_user(app, viewer, table::parse(&id)?).await?;
    let alive = admin::list_sessions(app, viewer, Some(user.id), None).await?;
    let here = format!("/admin/users/{}/", user.id);
    let is_self = user.id == viewer.id();
    let content = html! {
        h1 { (user.username) " " (state(&user)) }
        (done(&staff))
        dl {
            dt { "Id" } dd { code { (user.id) } }
            dt { "Name" } dd { (name(&user)) }
            dt { "E-mail" } dd { (user.email) }
            dt { "Telephone" } dd { (user.phone_number.as_deref().unwrap_or("–")) }
            dt { "Role" } dd { (table::role(user.role)) }
            dt { "Since" } dd { (moment(user.created_at)) " UTC" }
            @if let Some(at) = user.disabled_at { dt { "Locked" } dd { (moment(at)) " UTC" } }
            @if let Some(at) = user.deleted_at { dt { "Deleted" } dd { (moment(at)) " UTC" } }
        }
        ul.links {
            li { a href={ "/admin/conversations/?user=" (user.id) } { "Conversations" } }
            li { a href={ "/admin/messages/?sender=" (user.id) } { "Messages" } }
            li { a href={ "/admin/audit/?user=" (user.id) } { "Audit log" } }
        }
        @if user.deleted_at.is_none() { (actions(&user, &here, is_self)) }
        h2 { "Sessions" }
        (super::sessions::rows(&alive.items, viewer.session()))
        @if alive.next.is_some() {
            p { a href={ "/admin/sessions/?user=" (user.id) } { "All sessions of this person" } }
        }
        @if !alive.items.is_empty() {
            p { a.button.grave href={ (here) "end-sessions/" } { "End all sessions" } }
        }
    };
    Ok(show(&staff, Some(Section::Users), &user.username, &content))
}

/// What may be done to a person; nobody does it to themselves.
fn actions(user: &User, here: &str, is_self: bool) -> Markup {
    html! {
        h2 { "Account" }
        @if is_self {
            p { "This is your own account: another administrator may lock it or change its role." }
        } @else {
            div.actions {
                form method="get" action={ (here) "role/" } {
                    label for="role" { "Role" }
                    select #role name="role" {
                        @for role in [Role::Guest, Role::Host, Role::Admin] {
                            option value=(role.word()) selected[role == user.role] {
                                (table::role(role))
                            }
                        }
                    }
                    button type="submit" { "Change role" }
                }
                @if user.disabled_at.is_some() {
                    a.button href={ (here) "enable/" } { "Unlock the account" }
                } @else {
                    a.button.grave href={ (here) "disable/" } { "Lock the account" }
                }
            }
        }
    }
}
