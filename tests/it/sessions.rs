//! Signing in, staying signed in, and everything that ends it.

use std::{
    fmt::Write,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use parlance::{ids::SessionId, secrets::token::Tokens, time::Clock};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{
    Answer, Client, PASSWORD, Person, SECRET, Setup, TestApp, Value, json, nobody,
};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

const PAIR: &str = "accessToken refreshToken expiresAt user { id username email }";

const ME: &str = "{ viewer { id } }";

async fn logs_in(client: &Client, input: Value) -> Answer {
    client.does("login", input, PAIR).await
}

async fn refreshes(client: &Client, token: &str) -> Answer {
    client.does("refreshToken", json!({ "refreshToken": token }), PAIR).await
}

async fn changes_password(client: &Client, current: &str, new: &str) -> Answer {
    client
        .does("changePassword", json!({ "currentPassword": current, "newPassword": new }), PAIR)
        .await
}

/// The name of a token, by which a refresh token is kept.
fn jti(token: &str) -> String {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice::<Value>(&claims).unwrap()["jti"].as_str().unwrap().to_owned()
}

/// Signs in anew with everybody's password; the client and its refresh token.
async fn signs_in(app: &TestApp, person: &Person) -> (Client, String) {
    let answer =
        logs_in(&app.stranger(), json!({ "username": person.name, "password": PASSWORD })).await;
    (
        app.stranger().with_token(&answer.word("login.accessToken")),
        answer.word("login.refreshToken"),
    )
}

// Signing in

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_by_name_or_address_in_any_form() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let inputs = [
        json!({ "username": "ann" }),
        json!({ "username": " ANN " }),
        json!({ "username": "\u{FF41}\u{FF4E}\u{FF4E}" }),
        json!({ "username": "ann", "email": null }),
        json!({ "email": "ann@example.org" }),
        json!({ "email": "Ann@EXAMPLE.org" }),
        json!({ "email": "\u{FF21}nn@example.org", "username": null }),
    ];
    for mut input in inputs {
        input["password"] = PASSWORD.into();
        let answer = logs_in(&app.stranger(), input.clone()).await;
        let expected = json!({ "id": ann.id, "username": "ann", "email": "ann@example.org" });
        assert_eq!(answer.gives("login.user"), expected, "{input}");
        let client = app.stranger().with_token(&answer.word("login.accessToken"));
        assert_eq!(client.asks_for(ME).await.id("viewer.id"), ann.id);
        let lasts = answer.word("login.expiresAt").parse::<parlance::time::Timestamp>().unwrap();
        let rest = lasts.micros() - app.clock.now().micros();
        assert!((0..=15 * 60 * 1_000_000).contains(&rest), "{rest}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weak_hash_is_replaced_when_its_owner_signs_in() {
    let app = TestApp::start().await;
    app.person("ann").await;
    let weak = weak_hash(PASSWORD);
    let kept = "SELECT password_hash AS value FROM users";
    app.writes(&format!("UPDATE users SET password_hash = '{weak}'")).await;
    let input = json!({ "username": "ann", "password": "wrong" });
    logs_in(&app.stranger(), input).await.fails_with("INVALID_CREDENTIALS");
    assert_eq!(app.reads(kept).await, [Some(weak)], "only who knows the password changes it");
    let input = json!({ "username": "ann", "password": PASSWORD });
    logs_in(&app.stranger(), input.clone()).await.succeeds();
    let strong = app.reads(kept).await.into_iter().flatten().next().unwrap();
    assert!(strong.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{strong}");
    logs_in(&app.stranger(), input).await.succeeds();
}

/// A hash of less work than the server does today.
fn weak_hash(password: &str) -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
    let params = Params::new(8_192, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password(password.as_bytes()).unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_of_name_and_address_is_given() {
    let app = TestApp::start().await;
    app.person("ann").await;
    for input in [
        json!({ "password": PASSWORD }),
        json!({ "username": null, "email": null, "password": PASSWORD }),
        json!({ "username": "ann", "email": "ann@example.org", "password": PASSWORD }),
    ] {
        let answer = logs_in(&app.stranger(), input).await;
        answer.fails_with("BAD_USER_INPUT");
        assert_eq!(answer.fields().first().map(String::as_str), Some("username"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_sign_in_does_not_say_what_was_wrong() {
    let app = TestApp::start().await;
    let (_ann, bob, eve) = app.people().await;
    let admin = app.admin().await;
    let disabled = json!({ "userId": bob.id, "disabled": true });
    admin.does("setUserDisabled", disabled, "user { id }").await.succeeds();
    eve.does("deleteAccount", json!({ "password": PASSWORD }), "userId").await.succeeds();
    let tries = [
        json!({ "username": "ann", "password": "wrong" }),
        json!({ "username": "ann", "password": "" }),
        json!({ "username": "ann", "password": format!("{PASSWORD} ") }),
        json!({ "username": "ann", "password": PASSWORD.to_uppercase() }),
        json!({ "email": "ann@example.org", "password": "wrong" }),
        json!({ "username": "nobody", "password": PASSWORD }),
        json!({ "username": "", "password": PASSWORD }),
        json!({ "email": "nobody@example.org", "password": PASSWORD }),
        json!({ "username": "bob", "password": PASSWORD }),
        json!({ "username": "bob", "password": "wrong" }),
        json!({ "username": "eve", "password": PASSWORD }),
        json!({ "email": "", "password": "" }),
    ];
    let (mut answers, mut work) = (Vec::new(), Vec::new());
    for input in tries {
        let before = app.store.statements();
        let answer = logs_in(&app.stranger(), input.clone()).await;
        answer.fails_with("INVALID_CREDENTIALS").has_status(200);
        answers.push(answer.comparable());
        // Who knows the password of an account that is locked may notice that it is.
        if input != json!({ "username": "bob", "password": PASSWORD }) {
            work.push(app.store.statements() - before);
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "the same answer: {answers:#?}");
    work.dedup();
    assert_eq!(work.len(), 1, "after the same statements: {work:?}");
    assert_eq!(
        app.counts("SELECT COUNT(*) FROM audit_log WHERE action = 'login.failed'").await,
        12
    );
    assert_eq!(app.counts("SELECT COUNT(*) FROM sessions").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_long_password_counts() {
    let app = TestApp::start().await;
    let password = "pässwörd-".repeat(9);
    assert!(password.chars().count() > 80 && password.is_char_boundary(72));
    let input = json!({ "username": "zoe", "email": "zoe@example.org", "password": password });
    app.stranger().does("register", input, "user { id }").await.succeeds();
    let login = async |password: &str| {
        logs_in(&app.stranger(), json!({ "username": "zoe", "password": password })).await
    };
    login(&password[..72]).await.fails_with("INVALID_CREDENTIALS");
    login(password.strip_suffix('-').unwrap()).await.fails_with("INVALID_CREDENTIALS");
    login(&password).await.succeeds();
}

// Access tokens

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_is_good_for_a_quarter_of_an_hour() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (client, refresh) = signs_in(&app, &ann).await;
    app.clock.forward(14 * MINUTE + 55 * SECOND);
    client.asks_for(ME).await.succeeds();
    app.clock.forward(6 * SECOND);
    let answer = client.asks_for(ME).await;
    answer.fails_with("TOKEN_EXPIRED").has_status(401);
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
    // What is there to get a token is not refused for a worn-out one.
    let answer = refreshes(&client, &refresh).await;
    client.with_token(&answer.word("refreshToken.accessToken")).asks_for(ME).await.succeeds();
    logs_in(&client, json!({ "username": "ann", "password": PASSWORD })).await.succeeds();
}

/// A token as ann's, with other headers or claims, signed as asked.
fn forged(app: &TestApp, person: &Person, header: &Header, secret: &[u8], claims: Value) -> String {
    let now = app.clock.now().seconds();
    let mut all = json!({
        "sub": person.id, "user_id": person.id, "token_type": "access", "jti": "forged", "sid": person.session,
        "iat": now, "exp": now + 600,
    });
    let Value::Object(claims) = claims else { panic!("not an object: {claims}") };
    all.as_object_mut().unwrap().extend(claims);
    all.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    jsonwebtoken::encode(header, &all, &EncodingKey::from_secret(secret)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_tokens_as_this_server_signs_them_are_believed() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let now = app.clock.now().seconds();
    let hs256 = Header::new(Algorithm::HS256);
    let forge = |header: &Header, claims: Value| forged(&app, &ann, header, SECRET, claims);
    let plain = |text: &str| URL_SAFE_NO_PAD.encode(text);
    for good in [
        forge(&hs256, json!({})),
        forge(&Header { typ: None, ..hs256.clone() }, json!({})),
        forge(&hs256, json!({ "nbf": now - 1, "iss": "parlance", "aud": "parlance" })),
        forge(&hs256, json!({ "exp": now + 1_000_000 })),
    ] {
        ann.with_token(&good).asks_for(ME).await.succeeds();
    }
    let good = forge(&hs256, json!({}));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let claims = signed.split_once('.').unwrap().1;
    let flipped = |place: usize| {
        let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        bytes[place] ^= 1;
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(bytes))
    };
    let named = |text: &str| format!("{}.{claims}.{signature}", plain(text));
    let with = |change: &dyn Fn(&mut Header)| {
        let mut header = hs256.clone();
        change(&mut header);
        forge(&header, json!({}))
    };
    let bad = [
        ("no algorithm", format!("{}.{claims}.", plain(r#"{"alg":"none"}"#))),
        (
            "no algorithm, as written by some",
            format!("{}.{claims}.", plain(r#"{"alg":"None","typ":"JWT"}"#)),
        ),
        ("no algorithm with a signature", named(r#"{"alg":"none"}"#)),
        ("RS256", named(r#"{"alg":"RS256"}"#)),
        ("ES256", named(r#"{"alg":"ES256"}"#)),
        ("HS512 in name", named(r#"{"alg":"HS512"}"#)),
        ("HS512", forge(&Header::new(Algorithm::HS512), json!({}))),
        ("HS384", forge(&Header::new(Algorithm::HS384), json!({}))),
        ("an unknown key", with(&|header| header.kid = Some("other".to_owned()))),
        (
            "a key elsewhere",
            with(&|header| header.jku = Some("http://127.0.0.1:1/keys".to_owned())),
        ),
        (
            "a certificate elsewhere",
            with(&|header| header.x5u = Some("http://127.0.0.1:1/x".to_owned())),
        ),
        ("another type", with(&|header| header.typ = Some("at+jwt".to_owned()))),
        (
            "another secret",
            forged(&app, &ann, &hs256, b"another secret of thirty-two bytes or more", json!({})),
        ),
        ("an empty secret", forged(&app, &ann, &hs256, b"", json!({}))),
        ("the first bit flipped", flipped(0)),
        ("the last bit flipped", flipped(31)),
        ("a signature cut short", good[..good.len() - 4].to_owned()),
        ("no signature", format!("{signed}.")),
        ("another audience", forge(&hs256, json!({ "aud": "other" }))),
        ("another issuer", forge(&hs256, json!({ "iss": "other" }))),
        ("several audiences", forge(&hs256, json!({ "aud": ["other"] }))),
        ("not yet", forge(&hs256, json!({ "nbf": now + 600 }))),
        ("a refresh token", forge(&hs256, json!({ "token_type": "refresh" }))),
        ("a real refresh token", ann.refresh_token.clone()),
        ("no kind", forge(&hs256, json!({ "token_type": null }))),
        ("an unknown kind", forge(&hs256, json!({ "token_type": "admin" }))),
        ("no end", forge(&hs256, json!({ "exp": null }))),
        ("an end that is no number", forge(&hs256, json!({ "exp": "never" }))),
        ("no session", forge(&hs256, json!({ "sid": null }))),
        ("an odd session", forge(&hs256, json!({ "sid": "' OR 1=1 --" }))),
        ("an odd person", forge(&hs256, json!({ "user_id": "1", "sub": "1" }))),
        ("nothing", String::new()),
        ("garbage", "garbage".to_owned()),
        ("dots", "..".to_owned()),
    ];
    for (what, token) in &bad {
        let answer = ann.with_token(token).asks_for(ME).await;
        answer.fails_with("UNAUTHENTICATED").has_status(401);
        assert_eq!(answer.headers["www-authenticate"], "Bearer", "{what}");
    }
    // Well signed, but for a session that is not there or is another's.
    for claims in [
        json!({ "sid": nobody() }),
        json!({ "sid": bob.session }),
        json!({ "user_id": bob.id, "sub": bob.id }),
        json!({ "user_id": nobody() }),
    ] {
        ann.with_token(&forge(&hs256, claims))
            .asks_for(ME)
            .await
            .fails_with("SESSION_REVOKED")
            .has_status(401);
    }
    let ago = forge(&hs256, json!({ "exp": now - 61 }));
    ann.with_token(&ago).asks_for(ME).await.fails_with("TOKEN_EXPIRED").has_status(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authorization_header_has_one_form() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let token = ann.token().unwrap().to_owned();
    for good in [format!("Bearer {token}"), format!("bearer {token}"), format!("BEARER  {token}")] {
        app.stranger().with_header("authorization", &good).asks_for(ME).await.succeeds();
    }
    for bad in [
        token.clone(),
        format!("Basic {token}"),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Token {token}"),
        format!("Bearer {token} more"),
    ] {
        let answer = app.stranger().with_header("authorization", &bad).asks_for(ME).await;
        answer.fails_with("UNAUTHENTICATED").has_status(401);
    }
    // A token that is no good is told, even where none is needed.
    let open = app.stranger().with_token("garbage").asks_for("{ server { version } }").await;
    open.fails_with("UNAUTHENTICATED").has_status(401);
    app.stranger().asks_for("{ server { version epoch } }").await.succeeds();
}

// Refreshing

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_gives_a_new_pair_for_the_same_session() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (client, mut refresh) = signs_in(&app, &ann).await;
    let mut seen = vec![refresh.clone()];
    for _ in 0..4 {
        app.clock.forward(MINUTE);
        let answer = refreshes(&app.stranger(), &refresh).await;
        assert_eq!(answer.id("refreshToken.user.id"), ann.id);
        refresh = answer.word("refreshToken.refreshToken");
        assert!(!seen.contains(&refresh), "each is a new one");
        seen.push(refresh.clone());
        let renewed = client.with_token(&answer.word("refreshToken.accessToken"));
        let sessions = renewed.asks_for("{ sessions { current } }").await;
        assert_eq!(sessions.gives("sessions"), json!([{ "current": true }, { "current": false }]));
        // The access token before it is good until it ends by itself.
        client.asks_for(ME).await.succeeds();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_refresh_token_seen_again_ends_the_whole_session() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (client, first) = signs_in(&app, &ann).await;
    let second = refreshes(&app.stranger(), &first).await;
    app.clock.forward(31 * SECOND);
    let thief = app.stranger().from("203.0.113.9");
    refreshes(&thief, &first).await.fails_with("SESSION_REVOKED");
    for token in [&second.word("refreshToken.refreshToken"), &first] {
        refreshes(&app.stranger(), token).await.fails_with("SESSION_REVOKED");
    }
    let newest = client.with_token(&second.word("refreshToken.accessToken"));
    for dead in [&client, &newest] {
        dead.asks_for(ME).await.fails_with("SESSION_REVOKED").has_status(401);
    }
    // Other sessions of hers have nothing to do with it.
    ann.asks_for(ME).await.succeeds();
    let audit =
        app.reads("SELECT ip AS value FROM audit_log WHERE action = 'refresh.reused'").await;
    assert_eq!(audit, [Some("203.0.113.9".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_a_refresh_is_given_once_more() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (_, first) = signs_in(&app, &ann).await;
    let lost = refreshes(&app.stranger(), &first).await.word("refreshToken.refreshToken");
    app.clock.forward(29 * SECOND);
    let again = refreshes(&app.stranger(), &first).await;
    assert_eq!(
        jti(&again.word("refreshToken.refreshToken")),
        jti(&lost),
        "the same successor, signed again"
    );
    app.stranger()
        .with_token(&again.word("refreshToken.accessToken"))
        .asks_for(ME)
        .await
        .succeeds();
    // Once only; but a third try may be a tab that woke up late, and ends nothing.
    refreshes(&app.stranger(), &first).await.fails_with("UNAUTHENTICATED");
    refreshes(&app.stranger(), &lost).await.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn once_its_successor_was_used_a_spent_refresh_token_has_no_grace() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (client, first) = signs_in(&app, &ann).await;
    let second = refreshes(&app.stranger(), &first).await.word("refreshToken.refreshToken");
    refreshes(&app.stranger(), &second).await.succeeds();
    refreshes(&app.stranger(), &first).await.fails_with("SESSION_REVOKED");
    client.asks_for(ME).await.fails_with("SESSION_REVOKED");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_refreshes_at_once_make_one_chain() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let other = app.another_instance().await;
    let tries = (0..10).map(|turn| {
        let client = if turn % 2 == 0 { app.stranger() } else { other.stranger() };
        let token = ann.refresh_token.clone();
        async move { refreshes(&client, &token).await }
    });
    let answers = join_all(tries).await;
    let mut won: Vec<_> = answers
        .iter()
        .filter(|answer| answer.errors().is_empty())
        .map(|answer| answer.word("refreshToken.refreshToken"))
        .collect();
    assert_eq!(won.len(), 2, "one is exchanged, one is given once more");
    won.dedup_by_key(|token| jti(token));
    assert_eq!(won.len(), 1, "both have the same successor");
    for answer in answers.iter().filter(|answer| !answer.errors().is_empty()) {
        answer.fails_with("UNAUTHENTICATED");
    }
    refreshes(&app.stranger(), &won[0]).await.succeeds();
    assert_eq!(app.counts("SELECT COUNT(*) FROM refresh_tokens").await, 3);
    assert_eq!(app.counts("SELECT COUNT(*) FROM refresh_tokens WHERE spent_at IS NULL").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unused_session_ends_after_thirty_days() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (_, refresh) = signs_in(&app, &ann).await;
    app.clock.forward(30 * DAY + SECOND);
    refreshes(&app.stranger(), &refresh).await.fails_with("SESSION_REVOKED");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_session_lasts_longer_than_ninety_days_however_it_is_used() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (_, mut refresh) = signs_in(&app, &ann).await;
    for _ in 0..4 {
        app.clock.forward(22 * DAY);
        let answer = refreshes(&app.stranger(), &refresh).await;
        refresh = answer.word("refreshToken.refreshToken");
    }
    app.clock.forward(DAY + 23 * 60 * MINUTE + 55 * MINUTE);
    let last = refreshes(&app.stranger(), &refresh).await;
    let expires_at: parlance::time::Timestamp =
        last.word("refreshToken.expiresAt").parse().unwrap();
    assert!(
        expires_at <= app.clock.now().after(5 * MINUTE),
        "the last access token ends with the session"
    );
    let client = app.stranger().with_token(&last.word("refreshToken.accessToken"));
    client.asks_for(ME).await.succeeds();
    app.clock.forward(5 * MINUTE + SECOND);
    refreshes(&app.stranger(), &last.word("refreshToken.refreshToken"))
        .await
        .fails_with("SESSION_REVOKED");
    client.asks_for(ME).await.fails_with("TOKEN_EXPIRED");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_refresh_token_is_not_exchanged() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let access = ann.token().unwrap().to_owned();
    let refresh = json!({ "token_type": "refresh" });
    let unknown = forged(&app, &ann, &Header::new(Algorithm::HS256), SECRET, refresh.clone());
    let other_secret = forged(
        &app,
        &ann,
        &Header::new(Algorithm::HS256),
        b"another secret of thirty-two bytes or more",
        refresh,
    );
    let mut flipped = ann.refresh_token.clone();
    flipped.replace_range(
        flipped.len() - 6..flipped.len() - 5,
        if flipped.as_bytes()[flipped.len() - 6] == b'A' { "B" } else { "A" },
    );
    for token in ["", "garbage", &access, &unknown, &other_secret, &flipped] {
        refreshes(&app.stranger(), token).await.fails_with("UNAUTHENTICATED");
    }
    // Nothing of this has ended anything.
    for person in [&ann, &bob] {
        refreshes(&app.stranger(), &person.refresh_token).await.succeeds();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_kept_by_hash_alone() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (_, refresh) = signs_in(&app, &ann).await;
    refreshes(&app.stranger(), &refresh).await.succeeds();
    let jti = jti(&refresh);
    let hashes = app.reads("SELECT LOWER(HEX(token_hash)) AS value FROM refresh_tokens").await;
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    };
    assert!(hashes.contains(&Some(hex(&parlance::secrets::token::hash(&jti)))));
    assert!(hashes.iter().all(|hash| hash.as_ref().is_some_and(|hash| hash.len() == 64)));
    assert!(!hashes.iter().flatten().any(|hash| hash.contains(&hex(jti.as_bytes())[..32])));
}

// The end of a session

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_this_session_alone() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (client, refresh) = signs_in(&app, &ann).await;
    let ended = client.asks_for("mutation { logout { sessionId } }").await.id("logout.sessionId");
    assert_ne!(ended, ann.session);
    client.asks_for(ME).await.fails_with("SESSION_REVOKED").has_status(401);
    client
        .asks_for("mutation { logout { sessionId } }")
        .await
        .fails_with("SESSION_REVOKED")
        .has_status(401);
    refreshes(&app.stranger(), &refresh).await.fails_with("SESSION_REVOKED");
    assert_eq!(
        ann.asks_for("mutation { logout { sessionId } }").await.id("logout.sessionId"),
        ann.session
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_on_one_instance_has_ended_on_the_other() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let other = app.another_instance().await;
    let elsewhere = ann.through(&other);
    elsewhere.asks_for(ME).await.succeeds();
    ann.asks_for("mutation { logout { sessionId } }").await.succeeds();
    elsewhere.asks_for(ME).await.fails_with("SESSION_REVOKED").has_status(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_end_their_own_sessions_and_no_others() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let (client, refresh) = signs_in(&app, &ann).await;
    let revokes = async |client: &Client, session| {
        client.does("revokeSession", json!({ "sessionId": session }), "sessionId").await
    };
    let session = client.asks_for("{ sessions { id current } }").await.list("sessions");
    let session = session.iter().find(|session| session["current"] == true).unwrap()["id"].clone();
    let session: uuid::Uuid = serde_json::from_value(session).unwrap();
    revokes(&bob, session).await.fails_with("NOT_FOUND");
    revokes(&bob, nobody()).await.fails_with("NOT_FOUND");
    client.asks_for(ME).await.succeeds();
    assert_eq!(revokes(&ann, session).await.id("revokeSession.sessionId"), session);
    client.asks_for(ME).await.fails_with("SESSION_REVOKED").has_status(401);
    refreshes(&app.stranger(), &refresh).await.fails_with("SESSION_REVOKED");
    revokes(&ann, session).await.fails_with("NOT_FOUND");
    revokes(&ann, ann.session).await.succeeds();
    ann.asks_for(ME).await.fails_with("SESSION_REVOKED");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_sessions_shows_where_one_is_signed_in() {
    let app = TestApp::start().await;
    let (_ann, bob, _) = app.people().await;
    let input = || json!({ "username": "ann", "password": PASSWORD });
    let agents = ["First/1.0", &"long ".repeat(100)];
    let mut clients = Vec::new();
    for (turn, agent) in agents.iter().enumerate() {
        app.clock.forward(SECOND);
        let client =
            app.stranger().with_header("user-agent", agent).from(&format!("192.0.2.{turn}"));
        let answer = logs_in(&client, input()).await;
        clients.push((
            client.with_token(&answer.word("login.accessToken")),
            answer.word("login.refreshToken"),
        ));
    }
    app.clock.forward(SECOND);
    let v6 = app.stranger().from("2001:db8::7");
    let v6 = v6.with_token(&logs_in(&v6, input()).await.word("login.accessToken"));
    v6.asks_for("mutation { logout { sessionId } }").await.succeeds();
    let fields = "{ sessions { id userAgent ip current createdAt lastUsedAt expiresAt } }";
    let listed = clients[1].0.asks_for(fields).await.list("sessions");
    let shown: Vec<_> = listed
        .iter()
        .map(|session| {
            (
                session["ip"].clone(),
                session["userAgent"].as_str().map(|agent| agent.chars().count()),
                session["current"].clone(),
            )
        })
        .collect();
    let expected = [
        (json!("192.0.2.1"), Some(255), json!(true)),
        (json!("192.0.2.0"), Some(9), json!(false)),
        (Value::Null, None, json!(false)),
    ];
    assert_eq!(shown, expected, "newest first, without the one that has ended");
    assert_eq!(listed[1]["lastUsedAt"], listed[1]["createdAt"]);
    let moment =
        |value: &Value| value.as_str().unwrap().parse::<parlance::time::Timestamp>().unwrap();
    assert_eq!(moment(&listed[1]["expiresAt"]), moment(&listed[1]["createdAt"]).after(30 * DAY));
    app.clock.forward(DAY);
    let renewed = refreshes(&app.stranger(), &clients[0].1).await;
    let renewed = app.stranger().with_token(&renewed.word("refreshToken.accessToken"));
    let listed = renewed.asks_for(fields).await.list("sessions");
    assert_eq!(moment(&listed[1]["expiresAt"]), moment(&listed[1]["lastUsedAt"]).after(30 * DAY));
    assert!(moment(&listed[1]["lastUsedAt"]) > moment(&listed[1]["createdAt"]));
    assert_eq!(
        bob.asks_for("{ sessions { id } }").await.each("sessions", "id"),
        [bob.session.to_string()]
    );
    // What has run out is not listed.
    app.clock.forward(29 * DAY + MINUTE);
    let again = logs_in(&app.stranger(), input()).await;
    let again = app.stranger().with_token(&again.word("login.accessToken"));
    assert_eq!(again.asks_for("{ sessions { id } }").await.list("sessions").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_over_the_network_is_seen_from_their_address() {
    let app = TestApp::start().await;
    app.person("ann").await;
    let served = app.serves().await;
    let login = format!(
        "mutation {{ login(input: {{ username: \"ann\", password: \"{PASSWORD}\" }}) {{ accessToken }} }}"
    );
    let body = json!({ "query": login }).to_string();
    let mut socket = TcpStream::connect(served.address).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close";
    let request = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("accessToken"), "{answer}");
    let kept = app.reads("SELECT ip AS value FROM sessions WHERE ip IS NOT NULL").await;
    assert_eq!(kept, [Some("127.0.0.1".to_owned())]);
}

// Changing the password

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_all_other_sessions_and_renews_this_one() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let (other, others_refresh) = signs_in(&app, &ann).await;
    let changed = changes_password(&ann, PASSWORD, "a new and better one").await;
    assert_eq!(changed.id("changePassword.user.id"), ann.id);
    other.asks_for(ME).await.fails_with("SESSION_REVOKED").has_status(401);
    refreshes(&app.stranger(), &others_refresh).await.fails_with("SESSION_REVOKED");
    // The refresh token from before the change is no good any more, wherever it was copied to.
    refreshes(&app.stranger(), &ann.refresh_token).await.fails_with("UNAUTHENTICATED");
    let renewed = ann.with_token(&changed.word("changePassword.accessToken"));
    for client in [&*ann, &renewed] {
        assert_eq!(
            client.asks_for("{ sessions { id } }").await.each("sessions", "id"),
            [ann.session.to_string()]
        );
    }
    refreshes(&app.stranger(), &changed.word("changePassword.refreshToken")).await.succeeds();
    let login = async |password: &str| {
        logs_in(&app.stranger(), json!({ "username": "ann", "password": password })).await
    };
    login(PASSWORD).await.fails_with("INVALID_CREDENTIALS");
    login("a new and better one").await.succeeds();
    bob.asks_for(ME).await.succeeds();
    assert_eq!(
        app.counts("SELECT COUNT(*) FROM audit_log WHERE action = 'password.changed'").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_not_changed_without_the_present_one_or_to_a_bad_one() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (other, _) = signs_in(&app, &ann).await;
    for wrong in ["", "wrong", " correct horse battery"] {
        changes_password(&ann, wrong, "a new and better one")
            .await
            .fails_with("INVALID_CREDENTIALS");
    }
    for bad in ["", "abcd", &"x".repeat(129), &"x".repeat(5_000), "1234567890", "password"] {
        changes_password(&ann, PASSWORD, bad).await.fails_on(&["newPassword"]);
    }
    for client in [&*ann, &other] {
        client.asks_for(ME).await.succeeds();
    }
    logs_in(&app.stranger(), json!({ "username": "ann", "password": PASSWORD })).await.succeeds();
    assert_eq!(app.counts("SELECT COUNT(*) FROM audit_log").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_changed_while_somebody_signs_in_with_the_old_one_leaves_them_out() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let is_done = AtomicBool::new(false);
    let change = async {
        let changed = changes_password(&ann, PASSWORD, "a new and better one").await;
        is_done.store(true, Ordering::SeqCst);
        changed
    };
    // Some of them have shown the old password, and been believed, just when it changes.
    let intruders = (0..4).map(|_| async {
        let mut answers = Vec::new();
        while !is_done.load(Ordering::SeqCst) {
            let input = json!({ "username": "ann", "password": PASSWORD });
            answers.push(logs_in(&app.stranger(), input).await);
        }
        answers
    });
    let (changed, answers) = tokio::join!(change, join_all(intruders));
    let answers = answers.concat();
    changed.succeeds();
    for answer in answers.iter().filter(|answer| answer.errors().is_empty()) {
        let intruder = app.stranger().with_token(&answer.word("login.accessToken"));
        intruder.asks_for(ME).await.fails_with("SESSION_REVOKED");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_is_what_makes_a_token_good() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let session = SessionId::from(ann.session);
    let other = Tokens::new(b"the secret of another server, 32 bytes").unwrap();
    let token = parlance::secrets::token::Token {
        user: ann.id.into(),
        session,
        jti: "x".to_owned(),
        expires_at: app.clock.now().seconds() + 600,
    };
    let sign = |tokens: &Tokens| {
        tokens.sign(parlance::secrets::token::TokenType::Access, &token, app.clock.now()).unwrap()
    };
    ann.with_token(&sign(&app.tokens)).asks_for(ME).await.succeeds();
    ann.with_token(&sign(&other)).asks_for(ME).await.fails_with("UNAUTHENTICATED").has_status(401);
}

// Too often

fn with_limits() -> Setup {
    let mut setup = Setup::default();
    setup.rules.rate_limits = true;
    setup
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_tried_ten_times_and_then_after_a_pause_wherever_from() {
    let app = TestApp::start_with(with_limits()).await;
    let (ann, _, _) = app.people().await;
    let tries = async |address: String, name: &str, password: &str| {
        let client = app.stranger().from(&address);
        logs_in(&client, json!({ "username": name, "password": password })).await
    };
    for turn in 0..10 {
        tries(format!("192.0.2.{turn}"), "ann", "wrong").await.fails_with("INVALID_CREDENTIALS");
    }
    for password in ["wrong", PASSWORD] {
        let answer = tries("192.0.2.99".to_owned(), " ANN ", password).await;
        answer.fails_with("RATE_LIMITED").has_status(429);
        assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() >= 1);
        assert!(answer.errors()[0]["extensions"]["retryAfterMs"].as_u64().unwrap() >= 1);
    }
    // Nobody else is kept out, and she is only kept from signing in anew.
    tries("192.0.2.99".to_owned(), "bob", PASSWORD).await.succeeds();
    ann.asks_for(ME).await.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_signs_up_twenty_times_and_then_after_a_pause() {
    let app = TestApp::start_with(with_limits()).await;
    let registers = async |address: &str| {
        let input = json!({ "username": "a b", "email": "x", "password": "x" });
        app.stranger().from(address).does("register", input, "user { id }").await
    };
    for _ in 0..20 {
        registers("192.0.2.1").await.fails_with("BAD_USER_INPUT");
    }
    let answer = registers("192.0.2.1").await;
    answer.fails_with("RATE_LIMITED").has_status(429);
    assert!(answer.headers.contains_key("retry-after"));
    let login = json!({ "username": "nobody", "password": "x" });
    logs_in(&app.stranger().from("192.0.2.1"), login).await.fails_with("INVALID_CREDENTIALS");
    registers("192.0.2.2").await.fails_with("BAD_USER_INPUT");
}
