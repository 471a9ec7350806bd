//! Profiles as REST writes them, through the domain: every problem at once, and who may write whose.

use parlance::{
    domain::{
        Client, Error, Problem, Rule, Viewer,
        accounts::{self, Draft, Registration, Role, amend, enrol, examine, missing},
        sessions::{self, Login},
    },
    ids::UserId,
};

use crate::support::{Id, PASSWORD, Person, TestApp, json, nobody};

async fn viewer(app: &TestApp, person: &Person) -> Viewer {
    sessions::authenticate(&app.app, person.token().unwrap()).await.unwrap().viewer
}

#[expect(clippy::unnecessary_wraps, reason = "as a draft takes it")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn rules(problems: Vec<Problem>) -> Vec<(&'static str, Rule)> {
    problems.into_iter().map(|Problem { field, rule, .. }| (field, rule)).collect()
}

fn zoe() -> Registration {
    Registration {
        username: "zoe".to_owned(),
        email: "zoe@example.org".to_owned(),
        password: PASSWORD.to_owned(),
        first_name: String::new(),
        last_name: String::new(),
        phone_number: None,
        role: Role::Guest,
    }
}

async fn amends(app: &TestApp, by: Viewer, id: Id, draft: Draft) -> Result<accounts::User, Error> {
    amend(&app.app, &Client::default(), by, UserId::from(id), draft).await
}

async fn may_sign_in(app: &TestApp, name: &str, password: &str) -> bool {
    let login = Login::Username(name.to_owned());
    sessions::login(&app.app, &Client::default(), login, password.to_owned()).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_of_a_draft_is_told_with_its_rule() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let long = |length| Some("x".repeat(length));
    let role = Some(Role::Admin);
    for (draft, expected) in [
        (Draft::default(), vec![]),
        (Draft { username: text(" "), ..Draft::default() }, vec![("username", Rule::Blank)]),
        (
            Draft {
                username: text("a b"),
                email: text("a"),
                password: text("123"),
                first_name: long(151),
                last_name: text("a\0"),
                phone_number: Some(long(21)),
                role,
            },
            vec![
                ("role", Rule::AdminRole),
                ("username", Rule::Characters),
                ("email", Rule::Email),
                ("firstName", Rule::TooLong { max: 150 }),
                ("lastName", Rule::Nul),
                ("phoneNumber", Rule::TooLong { max: 20 }),
                ("password", Rule::TooShort { min: 5 }),
                ("password", Rule::Digits),
            ],
        ),
        (
            Draft { username: text("BOB"), email: text("Ann@example.org"), ..Draft::default() },
            vec![("username", Rule::Taken), ("email", Rule::Taken)],
        ),
        (
            // Nor may a name be somebody's address, by which they sign in.
            Draft { username: text("bob@example.org"), email: text("a@b"), ..Draft::default() },
            vec![("email", Rule::Email), ("username", Rule::Taken)],
        ),
        (
            Draft { password: text("12345678"), ..Draft::default() },
            vec![("password", Rule::Digits), ("password", Rule::Common)],
        ),
        (
            Draft { password: long(129), email: text(""), ..Draft::default() },
            vec![("email", Rule::Blank), ("password", Rule::TooLong { max: 128 })],
        ),
    ] {
        let found = examine(&app.app, None, None, &draft).await.unwrap();
        assert_eq!(rules(found), expected, "{draft:?}");
    }
    let own = Draft { username: text("Ann"), role, ..Draft::default() };
    let (by, person) = (viewer(&app, &ann).await, Some(UserId::from(ann.id)));
    let found = examine(&app.app, Some(by), person, &own).await.unwrap();
    assert_eq!(rules(found), [("role", Rule::AdminRole)]);
    let by = viewer(&app, &app.admin().await).await;
    assert_eq!(examine(&app.app, Some(by), person, &own).await.unwrap(), []);
    let person = Some(UserId::from(bob.id));
    let found = examine(&app.app, Some(by), person, &own).await.unwrap();
    assert_eq!(rules(found), [("username", Rule::Taken)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_enrolled_is_not_signed_in_and_becomes_admin_by_an_admin_alone() {
    let app = TestApp::start().await;
    let (admin, ann) = (app.admin().await, app.person("ann").await);
    let (admin, ann) = (viewer(&app, &admin).await, viewer(&app, &ann).await);
    let sessions = app.counts("SELECT COUNT(*) FROM sessions").await;
    let enrols = async |by, wanted| enrol(&app.app, &Client::default(), by, wanted).await;
    let user = enrols(None, zoe()).await.unwrap();
    assert_eq!((user.username.as_str(), user.role), ("zoe", Role::Guest));
    let Err(Error::Invalid(problems)) = enrols(None, zoe()).await else { panic!("twice") };
    assert_eq!(rules(problems), [("username", Rule::Taken), ("email", Rule::Taken)]);
    let boss = |name: &str| Registration {
        username: name.to_owned(),
        email: format!("{name}@example.org"),
        role: Role::Admin,
        ..zoe()
    };
    for by in [None, Some(ann)] {
        let Err(Error::Invalid(problems)) = enrols(by, boss("mallory")).await else {
            panic!("nobody makes themselves administrator")
        };
        assert_eq!(rules(problems), [("role", Rule::AdminRole)]);
    }
    let noted = "SELECT COUNT(*) FROM audit_log WHERE action = 'user.role' AND detail = 'ADMIN'";
    assert_eq!(app.counts(noted).await, 0);
    assert_eq!(enrols(Some(admin), boss("boss")).await.unwrap().role, Role::Admin);
    assert_eq!(app.counts(noted).await, 1);
    assert_eq!(app.counts("SELECT COUNT(*) FROM sessions").await, sessions);
    assert!(may_sign_in(&app, "zoe", PASSWORD).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_written_by_its_owner_and_by_administrators() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let admin = app.admin().await;
    let (by_ann, by_admin) = (viewer(&app, &ann).await, viewer(&app, &admin).await);
    eve.does("deleteAccount", json!({ "password": PASSWORD }), "userId").await.succeeds();
    let named = |name: &str| Draft { first_name: text(name), ..Draft::default() };
    assert_eq!(amends(&app, by_ann, ann.id, named("A.")).await.unwrap().first_name, "A.");
    let other = amends(&app, by_ann, bob.id, named("Eve")).await;
    assert!(matches!(other, Err(Error::Forbidden(_))));
    for gone in [eve.id, nobody()] {
        for by in [by_ann, by_admin] {
            assert!(matches!(amends(&app, by, gone, named("x")).await, Err(Error::NotFound(_))));
        }
    }
    let disabled = json!({ "userId": bob.id, "disabled": true });
    admin.does("setUserDisabled", disabled, "user { id }").await.succeeds();
    assert_eq!(amends(&app, by_admin, bob.id, named("B.")).await.unwrap().first_name, "B.");
    let taken = Draft { username: text("bob"), ..Draft::default() };
    let Err(Error::Invalid(problems)) = amends(&app, by_ann, ann.id, taken).await else {
        panic!("a name is taken")
    };
    assert_eq!(rules(problems), [("username", Rule::Taken)]);
    let none = Draft { phone_number: Some(None), ..Draft::default() };
    assert_eq!(amends(&app, by_ann, ann.id, none).await.unwrap().phone_number, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_makes_themselves_administrator_or_ceases_to_be_the_one_they_are() {
    let app = TestApp::start().await;
    let (ann, admin) = (app.person("ann").await, app.admin().await);
    let (by_ann, by_admin) = (viewer(&app, &ann).await, viewer(&app, &admin).await);
    let draft = |role| Draft { role: Some(role), ..Draft::default() };
    let Err(Error::Invalid(problems)) = amends(&app, by_ann, ann.id, draft(Role::Admin)).await
    else {
        panic!("ann made herself administrator")
    };
    assert_eq!(rules(problems), [("role", Rule::AdminRole)]);
    assert_eq!(amends(&app, by_ann, ann.id, draft(Role::Host)).await.unwrap().role, Role::Host);
    let own = amends(&app, by_admin, admin.id, draft(Role::Guest)).await;
    let Err(Error::Conflict(why)) = own else { panic!("an administrator unmade themselves") };
    assert_eq!(why, "an administrator cannot do this to themselves");
    assert_eq!(
        amends(&app, by_admin, admin.id, draft(Role::Admin)).await.unwrap().role,
        Role::Admin
    );
    assert_eq!(amends(&app, by_admin, ann.id, draft(Role::Admin)).await.unwrap().role, Role::Admin);
    let noted = "SELECT detail AS value FROM audit_log WHERE action = 'user.role' ORDER BY detail";
    let words: Vec<_> = app.reads(noted).await.into_iter().flatten().collect();
    assert_eq!(words, ["ADMIN", "HOST"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_all_sessions_but_the_one_that_asks() {
    let app = TestApp::start().await;
    let (ann, admin) = (app.person("ann").await, app.admin().await);
    let me = "{ viewer { id } }";
    let login = Login::Username("ann".to_owned());
    let rest = sessions::login_rest(&app.app, &Client::default(), login, PASSWORD.to_owned())
        .await
        .unwrap();
    let (by_ann, _) = sessions::authenticate_rest(&app.app, &rest.access_token).await.unwrap();
    let draft = |password: &str| Draft { password: text(password), ..Draft::default() };
    let weak = amends(&app, by_ann, ann.id, draft("12")).await;
    assert!(matches!(weak, Err(Error::Invalid(_))));
    ann.asks_for(me).await.succeeds();
    amends(&app, by_ann, ann.id, draft("another horse")).await.unwrap();
    ann.asks_for(me).await.fails_with("SESSION_REVOKED");
    let refresh = async || {
        sessions::refresh_rest(&app.app, &Client::default(), &rest.refresh_token).await.is_ok()
    };
    assert!(refresh().await, "the session that asked goes on");
    assert!(!may_sign_in(&app, "ann", PASSWORD).await);
    assert!(may_sign_in(&app, "ann", "another horse").await);
    amends(&app, viewer(&app, &admin).await, ann.id, draft("a third horse")).await.unwrap();
    assert!(!refresh().await);
    assert!(may_sign_in(&app, "ann", "a third horse").await);
    let noted = "SELECT COUNT(*) FROM audit_log WHERE action = 'password.changed'";
    assert_eq!(app.counts(noted).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_missing_is_told_in_the_order_in_which_they_were_asked_for() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    eve.does("deleteAccount", json!({ "password": PASSWORD }), "userId").await.succeeds();
    let disabled = json!({ "userId": bob.id, "disabled": true });
    app.admin().await.does("setUserDisabled", disabled, "user { id }").await.succeeds();
    let (one, two) = (nobody(), nobody());
    let ids = [two, ann.id, eve.id, one, bob.id].map(UserId::from);
    let gone = [two, eve.id, one, bob.id].map(UserId::from);
    let by = viewer(&app, &ann).await;
    assert_eq!(missing(&app.app, by, &ids).await.unwrap(), gone);
    assert_eq!(missing(&app.app, by, &[]).await.unwrap(), []);
}
