//! What administrators change. A GET of an action's address asks whether it is meant, a POST
//! does it and leads back; the domain notes it in the audit log.

use axum::{extract::Path, http::StatusCode, response::Response};
use maud::html;

use super::{Section, sessions::door, show, table};
use crate::{
    domain::{
        accounts::{self, Role, User},
        admin,
    },
    ids::UserId,
    pages::{
        address::send_to,
        fault::{Answer, Fault},
        layout::token_field,
        visit::Staff,
    },
};

/// What is done to a person.
#[derive(Clone, Copy, Debug)]
enum Action {
    Disable,
    Enable,
    SetRole(Role),
    EndSessions,
}

impl Action {
    /// By its name in the address, and the role that the form or the query names.
    fn read(name: &str, role: Option<&str>) -> Result<Self, Fault> {
        match name {
            "disable" => Ok(Self::Disable),
            "enable" => Ok(Self::Enable),
            "role" => role.and_then(Role::parse).map(Self::SetRole).ok_or(Fault::Missing),
            "end-sessions" => Ok(Self::EndSessions),
            _ => Err(Fault::Missing),
        }
    }

    /// What is asked, what it does, and the word on the button.
    fn question(self, user: &User) -> (String, String, &'static str) {
        let name = &user.username;
        match self {
            Self::Disable => (
                format!("Lock the account of {name}?"),
                "They cannot sign in until it is unlocked. All their sessions end now, open \
                 connections too. What they have written stays."
                    .to_owned(),
                "Lock the account",
            ),
            Self::Enable => (
                format!("Unlock the account of {name}?"),
                "They may sign in again.".to_owned(),
                "Unlock the account",
            ),
            Self::SetRole(role) => {
                let effect = match role {
                    Role::Admin => "They may do all that you may do here.",
                    Role::Guest | Role::Host if user.role == Role::Admin => {
                        "They may not come in here any more."
                    }
                    Role::Guest | Role::Host => "It changes nothing in what they may do here.",
                };
                let (from, to) = (table::role(user.role), table::role(role));
                (
                    format!("Change the role of {name}?"),
                    format!("From {from} to {to}. {effect}"),
                    "Change the role",
                )
            }
            Self::EndSessions => (
                format!("End all sessions of {name}?"),
                "Everywhere they are signed in they must sign in again.".to_owned(),
                "End all sessions",
            ),
        }
    }
}

/// A question before something is done.
struct Question<'a> {
    section: Section,
    title: &'a str,
    words: &'a str,
    button: &'a str,
    role: Option<Role>,
    /// Where one goes who thinks better of it.
    back: &'a str,
}

fn ask(staff: &Staff, question: &Question<'_>) -> Response {
    let Question { section, title, words, button, role, back } = question;
    let content = html! {
        div.narrow {
            h1 { (title) }
            p { (words) }
            form.actions method="post" action=(staff.visit.uri.path()) {
                (token_field(staff.visit.token()))
                @if let Some(role) = role { input type="hidden" name="role" value=(role.word()); }
                button.grave type="submit" { (button) }
                a.button href=(back) { "Cancel" }
            }
        }
    };
    show(staff, Some(*section), title, &content)
}

pub(super) async fn ask_user(Path((id, name)): Path<(String, String)>, staff: Staff) -> Answer {
    let action = Action::read(&name, staff.visit.parameter("role"))?;
    let user = admin::find_user(&staff.visit.site.app, staff.viewer, table::parse(&id)?).await?;
    let (title, words, button) = action.question(&user);
    let role = if let Action::SetRole(role) = action { Some(role) } else { None };
    let back = format!("/admin/users/{}/", user.id);
    let (section, title, words) = (Section::Users, title.as_str(), words.as_str());
    Ok(ask(&staff, &Question { section, title, words, button, role, back: &back }))
}

pub(super) async fn act_on_user(Path((id, name)): Path<(String, String)>, staff: Staff) -> Answer {
    let (app, client, viewer) = (&staff.visit.site.app, &staff.visit.client, staff.viewer);
    let id: UserId = table::parse(&id)?;
    let done = match Action::read(&name, staff.visit.field("role"))? {
        Action::Disable => {
            accounts::set_disabled(app, client, viewer, id, true).await?;
            "disabled"
        }
        Action::Enable => {
            accounts::set_disabled(app, client, viewer, id, false).await?;
            "enabled"
        }
        Action::SetRole(role) => {
            accounts::set_role(app, client, viewer, id, role).await?;
            "role"
        }
        Action::EndSessions => {
            admin::end_sessions(app, client, viewer, id).await?;
            "all-ended"
        }
    };
    Ok(send_to(StatusCode::SEE_OTHER, &format!("/admin/users/{id}/?done={done}")))
}

pub(super) async fn ask_session(Path(id): Path<String>, staff: Staff) -> Answer {
    let app = &staff.visit.site.app;
    let (session, user) = admin::find_session(app, staff.viewer, table::parse(&id)?).await?;
    let is_own = session.id == staff.viewer.session();
    let whose = if is_own { " It is the one you are using now." } else { "" };
    let title = format!("End a session of {}?", user.username);
    let words = format!(
        "Signed in by {} at {} UTC.{whose} Whoever uses it must sign in again.",
        door(session.kind),
        session.created_at.to_string().get(..19).unwrap_or_default().replace('T', " "),
    );
    let question = Question {
        section: Section::Sessions,
        title: &title,
        words: &words,
        button: "End the session",
        role: None,
        back: "/admin/sessions/",
    };
    Ok(ask(&staff, &question))
}

pub(super) async fn end_session(Path(id): Path<String>, staff: Staff) -> Answer {
    let (app, client, viewer) = (&staff.visit.site.app, &staff.visit.client, staff.viewer);
    admin::end_session(app, client, viewer, table::parse(&id)?).await?;
    Ok(send_to(StatusCode::SEE_OTHER, "/admin/sessions/?done=ended"))
}
