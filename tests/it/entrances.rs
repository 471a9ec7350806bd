//! The ways in beside GraphQL's own: REST's tokens, HTTP Basic, cookies of pages; through the domain.

use std::{net::IpAddr, time::Duration};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use parlance::{
    domain::{
        Client, Error, Rate, Rates, Rules, Viewer,
        accounts::{self, Draft, User},
        sessions::{
            self, Granted, Login, Refused, TokenFault, authenticate_basic, authenticate_page,
            authenticate_rest, close_page, login_rest, open_page, refresh_rest, verify,
        },
    },
    time::Clock,
};

use crate::support::{Id, PASSWORD, Person, SECRET, Setup, TestApp, Value, json, nobody};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const ME: &str = "{ viewer { id } }";

async fn logs_in(app: &TestApp, name: &str) -> Granted {
    let login = Login::Either(name.to_owned());
    login_rest(&app.app, &Client::default(), login, PASSWORD.to_owned()).await.unwrap()
}

async fn viewer(app: &TestApp, person: &Person) -> Viewer {
    sessions::authenticate(&app.app, person.token().unwrap()).await.unwrap().viewer
}

async fn locks_out(app: &TestApp, person: &Person) {
    let disabled = json!({ "userId": person.id, "disabled": true });
    app.admin().await.does("setUserDisabled", disabled, "user { id }").await.succeeds();
}

/// Signed with the server's own secret, as whoever found it would.
fn forged(claims: &Value) -> String {
    let key = EncodingKey::from_secret(SECRET);
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
}

/// In the words of a client.
fn why<T>(refused: Result<T, Refused>) -> &'static str {
    match refused {
        Ok(_) => "let in",
        Err(Refused::Token(TokenFault::Invalid)) => "invalid",
        Err(Refused::Token(TokenFault::Expired)) => "expired",
        Err(Refused::Token(TokenFault::WrongType)) => "wrong type",
        Err(Refused::Token(TokenFault::NoUser)) => "no user",
        Err(Refused::UserNotFound) => "not found",
        Err(Refused::UserInactive) => "inactive",
        Err(Refused::Other(error)) => panic!("{error}"),
    }
}

// REST's tokens

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_of_rest_is_good_for_an_hour_and_its_refresh_token_for_a_day() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    for login in ["ann", "Ann@Example.org"] {
        assert_eq!(logs_in(&app, login).await.user.id.uuid(), ann.id);
    }
    let granted = logs_in(&app, "ann").await;
    let access = async |token: &str| why(authenticate_rest(&app.app, token).await);
    let refresh = async || refresh_rest(&app.app, &Client::default(), &granted.refresh_token).await;
    assert_eq!(access(&granted.access_token).await, "let in");
    app.clock.forward(59 * MINUTE);
    assert_eq!(access(&granted.access_token).await, "let in");
    app.clock.forward(2 * MINUTE);
    assert_eq!(access(&granted.access_token).await, "expired");
    // It does not rotate: the same one is good again and again.
    for _ in 0..3 {
        let renewed = refresh().await.unwrap();
        assert_eq!(access(&renewed).await, "let in");
    }
    app.clock.forward(22 * HOUR + 30 * MINUTE);
    let last = refresh().await.unwrap();
    app.clock.forward(30 * MINUTE);
    assert_eq!(why(refresh().await), "expired");
    assert_eq!(access(&last).await, "expired", "no token outlives its session");
}

#[tokio::test(flavor = "multi_thread")]
async fn access_tokens_open_both_doors_and_refresh_tokens_their_own() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let rest = logs_in(&app, "ann").await;
    let (_, user) = authenticate_rest(&app.app, ann.token().unwrap()).await.unwrap();
    assert_eq!(user.id.uuid(), ann.id);
    let client = app.stranger().with_token(&rest.access_token);
    assert_eq!(client.asks_for(ME).await.id("viewer.id"), ann.id);
    // A stolen refresh token is worth nothing at the other door, and ends nothing there.
    let input = json!({ "refreshToken": rest.refresh_token });
    app.stranger().does("refreshToken", input, "expiresAt").await.fails_with("UNAUTHENTICATED");
    let stolen = refresh_rest(&app.app, &Client::default(), &ann.refresh_token).await;
    assert_eq!(why(stolen), "invalid");
    let own = refresh_rest(&app.app, &Client::default(), &rest.refresh_token).await;
    assert_eq!(why(own), "let in");
    let input = json!({ "refreshToken": ann.refresh_token });
    app.stranger().does("refreshToken", input, "expiresAt").await.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_check_of_a_forged_token_answers_before_the_next() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    locks_out(&app, &bob).await;
    eve.does("deleteAccount", json!({ "password": PASSWORD }), "userId").await.succeeds();
    let now = app.clock.now().seconds();
    // As existing clients' tools make them: no session, no audience.
    let forge = |kind: &str, exp: i64, user: Value| {
        let mut claims =
            json!({ "iat": now, "jti": "forged", "exp": exp, "token_type": kind, "user_id": user });
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        forged(&claims)
    };
    let (good, id) = (now + 600, |id: Id| json!(id));
    for (kind, other) in [("access", "refresh"), ("refresh", "access")] {
        let unsigned = forge(kind, good, id(ann.id)) + "A";
        for (token, expected) in [
            (unsigned, "invalid"),
            (forge(other, now - 1, Value::Null), "expired"),
            (forge(other, good, Value::Null), "wrong type"),
            (forge("sliding", good, id(ann.id)), "wrong type"),
            (forge(kind, good, Value::Null), "no user"),
            (forge(kind, good, id(nobody())), "not found"),
            (forge(kind, good, json!("' OR 1=1")), "not found"),
            (forge(kind, good, json!(7)), "not found"),
            (forge(kind, good, id(eve.id)), "not found"),
            (forge(kind, good, id(bob.id)), "inactive"),
            (forge(kind, good, id(ann.id)), "invalid"),
        ] {
            let found = if kind == "access" {
                why(authenticate_rest(&app.app, &token).await)
            } else {
                why(refresh_rest(&app.app, &Client::default(), &token).await)
            };
            assert_eq!(found, expected, "{kind}: {token}");
            if expected != "expired" {
                let client = app.stranger().with_token(&token);
                client.asks_for(ME).await.fails_with("UNAUTHENTICATED");
            }
        }
    }
    // Somebody else's session, or one's own that is over, is none.
    let claims = |session: Id| {
        forged(&json!({ "exp": good, "token_type": "access", "user_id": ann.id, "sid": session }))
    };
    assert_eq!(why(authenticate_rest(&app.app, &claims(ann.session)).await), "let in");
    assert_eq!(why(authenticate_rest(&app.app, &claims(bob.session)).await), "invalid");
    assert_eq!(why(authenticate_rest(&app.app, &claims(nobody())).await), "invalid");
    let own = viewer(&app, &ann).await;
    sessions::logout(&app.app, own).await.unwrap();
    assert_eq!(why(authenticate_rest(&app.app, &claims(ann.session)).await), "invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_and_being_locked_out_end_tokens_of_rest() {
    let app = TestApp::start().await;
    let (_ann, bob, eve) = app.people().await;
    let granted =
        [logs_in(&app, "ann").await, logs_in(&app, "bob").await, logs_in(&app, "eve").await];
    let (viewer, _) = authenticate_rest(&app.app, &granted[0].access_token).await.unwrap();
    sessions::logout(&app.app, viewer).await.unwrap();
    locks_out(&app, &bob).await;
    eve.does("deleteAccount", json!({ "password": PASSWORD }), "userId").await.succeeds();
    for (granted, expected) in granted.iter().zip(["invalid", "inactive", "not found"]) {
        assert_eq!(why(authenticate_rest(&app.app, &granted.access_token).await), expected);
        let refreshed = refresh_rest(&app.app, &Client::default(), &granted.refresh_token).await;
        assert_eq!(why(refreshed), expected);
        // Whether it is ours and in time is another question.
        assert_eq!(verify(&app.app, &granted.access_token), Ok(()));
        assert_eq!(verify(&app.app, &granted.refresh_token), Ok(()));
    }
    assert_eq!(verify(&app.app, "garbage"), Err(TokenFault::Invalid));
    app.clock.forward(25 * HOUR);
    assert_eq!(verify(&app.app, &granted[0].refresh_token), Err(TokenFault::Expired));
}

// Basic

async fn basic(app: &TestApp, name: &str, password: &str) -> Result<(Viewer, User), Error> {
    authenticate_basic(&app.app, &Client::default(), name, password).await
}

#[tokio::test(flavor = "multi_thread")]
async fn basic_is_not_good_any_more_once_the_password_is_another_or_the_person_locked_out() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    for name in ["ann", " ANN ", "ann@example.org"] {
        let (viewer, user) = basic(&app, name, PASSWORD).await.unwrap();
        assert_eq!((viewer.id(), viewer.session().uuid()), (user.id, Id::nil()));
    }
    let new = "another battery horse";
    let input = json!({ "currentPassword": PASSWORD, "newPassword": new });
    ann.does("changePassword", input, "expiresAt").await.succeeds();
    assert!(matches!(basic(&app, "ann", PASSWORD).await, Err(Error::InvalidCredentials(_))));
    basic(&app, "ann", new).await.unwrap();
    basic(&app, "bob", PASSWORD).await.unwrap();
    locks_out(&app, &bob).await;
    assert!(matches!(basic(&app, "bob", PASSWORD).await, Err(Error::InvalidCredentials(_))));
    for (name, password) in [("nobody", PASSWORD), ("ann", ""), ("", ""), ("ann\0", new)] {
        assert!(matches!(basic(&app, name, password).await, Err(Error::InvalidCredentials(_))));
    }
    let failed = "SELECT COUNT(*) FROM audit_log WHERE action = 'login.failed'";
    assert_eq!(app.counts(failed).await, 5);
    assert_eq!(app.counts("SELECT COUNT(*) FROM sessions WHERE kind <> 'GRAPHQL'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn right_passwords_by_basic_are_as_many_as_one_likes_and_wrong_ones_are_counted() {
    // So slow that the minutes of this test do not matter.
    let account = Rate { quota: 10, window: 24 * HOUR };
    let rates = Rates { account, ..Rates::default() };
    let rules = Rules { rate_limits: true, rates, ..Setup::default().rules };
    let app = TestApp::start_with(Setup { rules, ..Setup::default() }).await;
    app.people().await;
    let from = Client { ip: Some(IpAddr::from([192, 0, 2, 1])), user_agent: None };
    let tries = async |name: &str, password: &str| {
        authenticate_basic(&app.app, &from, name, password).await.map(|(_, user)| user.username)
    };
    for _ in 0..50 {
        assert_eq!(tries("ann", PASSWORD).await.unwrap(), "ann");
    }
    // Each time anew, after the minute.
    for _ in 0..12 {
        app.clock.forward(MINUTE);
        tries("ann", PASSWORD).await.unwrap();
    }
    let mut answers = Vec::new();
    for _ in 0..14 {
        answers.push(tries("ann", "wrong").await.unwrap_err());
    }
    let refused = answers.iter().filter(|error| matches!(error, Error::RateLimited { .. }));
    assert!((2..=4).contains(&refused.count()), "{answers:?}");
    app.clock.forward(MINUTE);
    assert!(matches!(tries("ann", PASSWORD).await, Err(Error::RateLimited { .. })), "a guess too");
    tries("bob", PASSWORD).await.unwrap();
    let login = Login::Username("ann".to_owned());
    let login = login_rest(&app.app, &from, login, PASSWORD.to_owned()).await;
    assert!(matches!(login, Err(Error::RateLimited { .. })), "the same count at every door");
}

// Pages

#[tokio::test(flavor = "multi_thread")]
async fn a_page_s_session_lasts_a_day_from_its_last_use_and_two_weeks_in_all() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let open = async || {
        let (name, password) = ("ann@example.org".to_owned(), PASSWORD.to_owned());
        open_page(&app.app, &Client::default(), name, password).await.unwrap().0
    };
    let is_in = async |cookie: &str| authenticate_page(&app.app, cookie).await.unwrap().is_some();
    let (idle, used) = (open().await, open().await);
    assert_ne!(idle, used);
    assert_eq!(authenticate_page(&app.app, &used).await.unwrap().unwrap().1.id.uuid(), ann.id);
    app.clock.forward(23 * HOUR);
    assert!(is_in(&used).await);
    app.clock.forward(2 * HOUR);
    assert!(is_in(&used).await && !is_in(&idle).await);
    for _ in 0..13 {
        app.clock.forward(23 * HOUR);
        assert!(is_in(&used).await);
    }
    app.clock.forward(13 * HOUR);
    assert!(!is_in(&used).await);
    for none in ["", "garbage", &ann.refresh_token, ann.token().unwrap()] {
        assert!(!is_in(none).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_page_is_used_is_written_down_every_five_minutes_at_most() {
    let app = TestApp::start().await;
    app.person("ann").await;
    let (name, password) = ("ann".to_owned(), PASSWORD.to_owned());
    let (cookie, _) = open_page(&app.app, &Client::default(), name, password).await.unwrap();
    app.clock.stops();
    let statements = async || {
        let before = app.store.statements();
        authenticate_page(&app.app, &cookie).await.unwrap().unwrap();
        app.store.statements() - before
    };
    app.clock.forward(4 * MINUTE);
    assert_eq!(statements().await, 1);
    app.clock.forward(MINUTE);
    assert!(statements().await > 1);
    assert_eq!(statements().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_is_kept_by_its_hash_is_no_token_and_ends_with_its_session() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let open = async || {
        let (name, password) = ("ann".to_owned(), PASSWORD.to_owned());
        open_page(&app.app, &Client::default(), name, password).await.unwrap().0
    };
    let is_in = async |cookie: &str| authenticate_page(&app.app, cookie).await.unwrap().is_some();
    let (cookie, other) = (open().await, open().await);
    assert_eq!(cookie.len(), 43);
    assert_eq!(why(authenticate_rest(&app.app, &cookie).await), "invalid");
    app.stranger().with_token(&cookie).asks_for(ME).await.fails_with("UNAUTHENTICATED");
    close_page(&app.app, &cookie).await.unwrap();
    close_page(&app.app, "garbage").await.unwrap();
    assert!(!is_in(&cookie).await && is_in(&other).await);
    // Changed in one place, the password ends all others.
    let (viewer, _) = authenticate_page(&app.app, &other).await.unwrap().unwrap();
    let third = open().await;
    let draft = Draft { password: Some("another horse".to_owned()), ..Draft::default() };
    accounts::amend(&app.app, &Client::default(), viewer, viewer.id(), draft).await.unwrap();
    assert!(is_in(&other).await && !is_in(&third).await);
    ann.asks_for(ME).await.fails_with("SESSION_REVOKED");
    locks_out(&app, &ann).await;
    assert!(!is_in(&other).await);
}
