//! Tokens that somebody made, brought a key for, or kept for too long.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use parlance::{secrets::token::Tokens, time::Clock};
use sha2::Sha256;
use tokio::net::TcpListener;

use crate::support::{
    Answer, Client, MODERN, PASSWORD, Person, SECRET, Setup, Socket, TestApp, Value, json,
};

const ME: &str = "{ viewer { id } }";
const NEXT: &[u8] = b"the next secret, also 32 bytes or more";

/// A token with this header over these claims, signed with a secret.
fn signed(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let parts = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let text = parts.join(".");
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Every door says no to this token, in its own words.
async fn is_refused_everywhere(app: &TestApp, socket: &mut Socket, token: &str, what: &str) {
    let client = app.stranger().with_token(token);
    let answer = client.asks_for(ME).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (401, Some("UNAUTHENTICATED")), "{what}");
    for path in ["/api/users/me/", "/api/conversations/", "/api/messages/"] {
        let answer = client.rests("GET", path, None).await;
        assert_eq!(answer.status, 401, "{what} at {path}: {}", answer.text);
        assert_eq!(answer.body["code"], "token_not_valid", "{what}");
    }
    for (path, name) in [("/api/token/verify/", "token"), ("/api/token/refresh/", "refresh")] {
        let body = json!({ name: token });
        let answer = app.stranger().rests("POST", path, Some(body)).await;
        assert_eq!(answer.status, 401, "{what} at {path}: {}", answer.text);
    }
    let input = json!({ "refreshToken": token });
    let answer = app.stranger().does("refreshToken", input, "accessToken").await;
    assert_eq!(answer.code(), Some("UNAUTHENTICATED"), "{what}: {}", answer.text);
    socket.shows(Some(token)).await;
    assert_eq!(socket.is_closed().await.code, 4401, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_door_takes_a_token_that_was_not_signed_here_and_none_fetches_a_key() {
    let app = TestApp::start().await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    // Where a token says that its key is.
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = format!("http://{}/keys", elsewhere.local_addr().unwrap());
    let now = app.clock.now().seconds();
    let claims = json!({
        "sub": ann.id, "user_id": ann.id, "sid": ann.session, "token_type": "access",
        "jti": "forged", "iat": now, "exp": now + 600,
    });
    let own = b"a secret of the attacker, 32 bytes or more";
    let key = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode(own), "alg": "HS256" });
    let mut tokens = vec![
        (
            "unsigned",
            format!("{}.", {
                let token = signed(&json!({ "alg": "none" }), &claims, own);
                token.rsplit_once('.').unwrap().0.to_owned()
            }),
        ),
        ("signed with nothing", signed(&json!({ "alg": "HS256" }), &claims, b"")),
    ];
    for (what, header) in [
        ("by a key that it brings along", json!({ "alg": "HS256", "jwk": key })),
        ("by a key that is elsewhere", json!({ "alg": "HS256", "jku": place })),
        ("by a certificate that is elsewhere", json!({ "alg": "HS256", "x5u": place })),
        ("by a certificate that it brings along", json!({ "alg": "HS256", "x5c": ["MIIB"] })),
        ("by a key in a file", json!({ "alg": "HS256", "kid": "../../../../dev/null" })),
        ("by a key in a query", json!({ "alg": "HS256", "kid": "x' UNION SELECT 'k' --" })),
        ("by an unknown key", json!({ "alg": "HS256", "kid": "1" })),
        ("as RS256", json!({ "alg": "RS256" })),
        ("as ES256", json!({ "alg": "ES256" })),
        ("as HS512", json!({ "alg": "HS512" })),
        ("as HS256 in another case", json!({ "alg": "hs256" })),
    ] {
        tokens.push((what, signed(&header, &claims, own)));
        // Not even with the right secret, which shows that it is the header that is refused.
        tokens.push((what, signed(&header, &claims, SECRET)));
    }
    for (what, token) in &tokens {
        is_refused_everywhere(&app, &mut served.opens(MODERN).await, token, what).await;
    }
    let good = signed(&json!({ "alg": "HS256", "typ": "JWT" }), &claims, SECRET);
    app.stranger().with_token(&good).asks_for(ME).await.succeeds();
    let asked = tokio::time::timeout(Duration::from_millis(300), elsewhere.accept()).await;
    assert!(asked.is_err(), "somebody came for a key: {asked:?}");
}

/// Instances on one database, each with the keys of one step of a rotation.
struct Steps {
    old: TestApp,
    both: TestApp,
    switched: TestApp,
    new: TestApp,
}

impl Steps {
    async fn start() -> Self {
        let setup = |tokens: Option<Tokens>| Setup { tokens: tokens.unwrap(), ..Setup::default() };
        let old = TestApp::start().await;
        let with = |first, others: &[&[u8]]| setup(Tokens::with_others(first, others));
        let both = old.another_instance_with(with(SECRET, &[NEXT])).await;
        let switched = old.another_instance_with(with(NEXT, &[SECRET])).await;
        let new = old.another_instance_with(with(NEXT, &[])).await;
        Self { old, both, switched, new }
    }
}

async fn signs_in(app: &TestApp) -> Answer {
    let input = json!({ "username": "ann", "password": PASSWORD });
    app.stranger().does("login", input, "accessToken refreshToken").await
}

async fn refreshes(app: &TestApp, token: &str) -> Answer {
    let input = json!({ "refreshToken": token });
    app.stranger().does("refreshToken", input, "accessToken refreshToken").await
}

/// What is shown to this instance with a token, by both faces.
async fn is_let_in(app: &TestApp, token: &str) -> bool {
    let client: Client = app.stranger().with_token(token);
    let (one, other) =
        (client.asks_for(ME).await, client.rests("GET", "/api/users/me/", None).await);
    assert_eq!(one.status == 200, other.status == 200, "{} {}", one.text, other.text);
    if one.status != 200 {
        one.fails_with("UNAUTHENTICATED").has_status(401);
        assert_eq!(other.status, 401);
    }
    one.status == 200
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_key_before_is_good_until_it_ends_and_one_of_a_retired_key_is_not() {
    let Steps { old, both, switched, new } = Steps::start().await;
    old.person("ann").await;
    // What each step signs, and who reads it: two neighbours run side by side at any time.
    for (signs, reads, is_good) in [
        (&old, &both, true),
        (&both, &old, true),
        (&both, &switched, true),
        (&switched, &both, true),
        (&old, &switched, true),
        (&switched, &new, true),
        (&new, &switched, true),
        (&old, &new, false),
        (&both, &new, false),
        (&switched, &old, false),
    ] {
        let pair = signs_in(signs).await;
        let access = pair.word("login.accessToken");
        assert_eq!(is_let_in(reads, &access).await, is_good);
        let refreshed = refreshes(reads, &pair.word("login.refreshToken")).await;
        assert_eq!(refreshed.code().is_none(), is_good, "{}", refreshed.text);
        if !is_good {
            refreshed.fails_with("UNAUTHENTICATED");
        }
    }
    // The key before is no way around the end of a token.
    let access = signs_in(&old).await.word("login.accessToken");
    old.clock.forward(Duration::from_mins(16));
    switched
        .stranger()
        .with_token(&access)
        .asks_for(ME)
        .await
        .fails_with("TOKEN_EXPIRED")
        .has_status(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_signed_out_while_the_key_is_changed() {
    let Steps { old, both, switched, new } = Steps::start().await;
    let ann: Person = old.person("ann").await;
    let browser = old.browser_of(&ann).await;
    // An answer is lost, and asked for again of an instance that signs with the other key: it is
    // the same successor, and not the mark of a thief.
    let spent = signs_in(&old).await.word("login.refreshToken");
    refreshes(&both, &spent).await.succeeds();
    let again = refreshes(&switched, &spent).await;
    let second = again.word("refreshToken.refreshToken");
    let third = refreshes(&new, &second).await;
    assert!(is_let_in(&new, &third.word("refreshToken.accessToken")).await);
    // And it is one chain: a spent one shown again after that ends it.
    old.clock.forward(Duration::from_mins(1));
    refreshes(&switched, &spent).await.fails_with("SESSION_REVOKED");
    refreshes(&new, &third.word("refreshToken.refreshToken")).await.fails_with("SESSION_REVOKED");
    // A cookie is no token: it does not hang on the key.
    let mut elsewhere = new.browser();
    elsewhere.cookies = browser.cookies.clone();
    elsewhere.opens("/api/users/me/").await.is(200).says("ann@example.org");
}
