//! Floods and guesses, each as its attacker would do it, and what everybody else notices of them: nothing. The clock of
//! the test stands still, so that buckets are filled only when it is moved.

use std::time::Duration;

use parlance::{
    domain::{Rate, Rates},
    server,
    store::accounts::Role,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::tungstenite::Error;

use crate::{
    commands::{Program, Running, send},
    messages::fills,
    support::{
        Answer, Client, Id, PASSWORD, Person, Setup, TestApp, Value, client_id, json, nobody,
    },
};

const ME: &str = "{ viewer { id } }";
const TOKENS: &str = "accessToken refreshToken";

const fn rate(quota: u32, seconds: u64) -> Rate {
    Rate { quota, window: Duration::from_secs(seconds) }
}

fn setup(rates: Rates) -> Setup {
    let mut setup = Setup::default();
    setup.rules.rate_limits = true;
    setup.rules.rates = rates;
    setup
}

/// A server with limits, on which no time passes.
async fn limited(rates: Rates) -> TestApp {
    let app = TestApp::start_with(setup(rates)).await;
    app.clock.stops();
    app
}

async fn guesses(client: &Client, name: &str, password: &str) -> Answer {
    client.does("login", json!({ "username": name, "password": password }), TOKENS).await
}

async fn signs_up(client: &Client, name: &str) -> Answer {
    let input =
        json!({ "username": name, "email": format!("{name}@example.org"), "password": PASSWORD });
    client.does("register", input, TOKENS).await
}

impl Answer {
    /// Refused by this limit, in every way in which a client may learn of it.
    #[track_caller]
    fn is_limited_by(&self, limit: &str) -> &Self {
        self.fails_with("RATE_LIMITED").has_status(429);
        let extensions = &self.errors()[0]["extensions"];
        assert_eq!(extensions["limit"], limit, "{}", self.text);
        let wait = extensions["retryAfterMs"].as_u64().unwrap();
        assert_eq!(self.header("retry-after"), wait.div_ceil(1000).max(1).to_string());
        self.has_none_left_of(limit)
    }

    #[track_caller]
    fn has_none_left_of(&self, limit: &str) -> &Self {
        let left = self.header("ratelimit");
        assert!(left.starts_with(&format!("\"{limit}\";r=0;t=")), "{left}");
        let policy = self.header("ratelimit-policy");
        assert!(policy.starts_with(&format!("\"{limit}\";q=")), "{policy}");
        self
    }

    #[track_caller]
    fn header(&self, name: &str) -> &str {
        let header = self.headers.get(name);
        header.unwrap_or_else(|| panic!("there is no {name}: {}", self.text)).to_str().unwrap()
    }

    /// What is left, and of how much.
    #[track_caller]
    fn tells(&self, policy: &str, left: &str) -> &Self {
        assert_eq!((self.header("ratelimit-policy"), self.header("ratelimit")), (policy, left));
        self
    }
}

// Guessing

#[tokio::test(flavor = "multi_thread")]
async fn many_guesses_in_one_document_count_one_by_one_and_the_first_wrong_one_ends_it() {
    let app = limited(Rates::default()).await;
    app.people().await;
    let document = |password: &str| {
        let logins = (0..20).map(|n| {
            format!("a{n}: login(input: {{ username: \"ann\", password: \"{password}\" }}) {{ {TOKENS} }} ")
        });
        format!("mutation {{ {} }}", logins.collect::<String>())
    };
    // Who knows the password gets no further than ten either, however many aliases there are.
    let answer = app.stranger().from("192.0.2.1").asks_for(document(PASSWORD)).await;
    answer.is_limited_by("account");
    assert_eq!(answer.errors()[0]["path"], json!(["a10"]));
    assert_eq!(app.counts("SELECT COUNT(*) FROM sessions").await, 3 + 10, "each had one before");
    app.clock.forward(Duration::from_mins(5));
    for _ in 0..10 {
        let answer = app.stranger().from("192.0.2.1").asks_for(document("wrong")).await;
        answer.fails_with("INVALID_CREDENTIALS");
    }
    app.stranger().from("192.0.2.1").asks_for(document("wrong")).await.is_limited_by("account");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_accounts_are_not_tried_from_one_address() {
    let app = limited(Rates::default()).await;
    app.people().await;
    let thief = app.stranger().from("203.0.113.7");
    for n in 0..30 {
        guesses(&thief, &format!("name{n}"), "123456").await.fails_with("INVALID_CREDENTIALS");
    }
    for name in ["name30", "ann"] {
        let answer = guesses(&thief, name, PASSWORD).await;
        answer.is_limited_by("sign-ins");
        answer.tells(r#""sign-ins";q=30;w=60"#, r#""sign-ins";r=0;t=60"#);
        assert_eq!(answer.header("retry-after"), "2");
    }
    // At every door, and by the description of REST, which looks who asks as well.
    let body = json!({ "username": "ann", "password": PASSWORD });
    thief.rests("POST", "/api/token/", Some(body.clone())).await.has_status(429);
    let basic = thief.with_header("authorization", "Basic YW5uOndyb25n");
    basic.rests("GET", "/api/users/", None).await.has_status(429);
    basic.rests("GET", "/api/schema/", None).await.has_status(429);
    let mut browser = app.browser().from("203.0.113.7");
    let seen = browser.signs_in("/api-auth/login/", "ann", PASSWORD).await;
    assert_eq!((seen.status.as_u16(), &seen.headers["retry-after"]), (429, &"2".parse().unwrap()));
    guesses(&app.stranger().from("203.0.113.8"), "ann", PASSWORD).await.succeeds();
    // One more for each two seconds.
    app.clock.forward(Duration::from_secs(2));
    guesses(&thief, "bob", PASSWORD).await.succeeds();
    guesses(&thief, "bob", PASSWORD).await.is_limited_by("sign-ins");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_is_not_tried_from_many_addresses_and_is_free_again_after_a_while() {
    let app = limited(Rates::default()).await;
    let (ann, _, _) = app.people().await;
    let bot = |n: usize| app.stranger().from(&format!("198.51.100.{n}"));
    for name in ["ann", "nobody-is-called-so"] {
        for n in 0..10 {
            guesses(&bot(n), name, "123456").await.fails_with("INVALID_CREDENTIALS");
        }
        let answer = guesses(&bot(10), name, PASSWORD).await;
        answer.is_limited_by("account");
        answer.tells(r#""account";q=10;w=300"#, r#""account";r=0;t=300"#);
        assert_eq!(answer.header("retry-after"), "30");
    }
    guesses(&bot(11), "bob", PASSWORD).await.succeeds();
    ann.asks_for(ME).await.succeeds();
    app.clock.forward(Duration::from_secs(30));
    guesses(&bot(12), "ann", PASSWORD).await.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn using_up_the_tries_of_a_name_does_not_tell_which_address_belongs_to_it() {
    let app = limited(Rates::default()).await;
    app.people().await;
    let bot = |n: usize| app.stranger().from(&format!("198.51.100.{n}"));
    for n in 0..10 {
        guesses(&bot(n), "ann", "wrong").await.fails_with("INVALID_CREDENTIALS");
    }
    guesses(&bot(10), "ann", "wrong").await.is_limited_by("account");
    for address in ["ann@example.org", "somebody@example.org"] {
        for n in 20..30 {
            guesses(&bot(n), address, "wrong").await.fails_with("INVALID_CREDENTIALS");
        }
        // In another case it is the same address, whether anybody has it or not.
        guesses(&bot(30), &address.to_uppercase(), "wrong").await.is_limited_by("account");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_up_is_stricter_than_signing_in_and_administrators_are_no_strangers() {
    let app = limited(Rates::default()).await;
    app.people().await;
    let admin = app.person_who_is("root", Role::Admin).await;
    let office = app.stranger().from("203.0.113.7");
    // A name that is taken counts too: so names are not found out in masses.
    for n in 0..20 {
        let name = if n == 0 { "newcomer".to_owned() } else { "ann".to_owned() };
        let answer = signs_up(&office, &name).await;
        if n == 0 {
            answer.succeeds();
        } else {
            answer.fails_with("BAD_USER_INPUT");
        }
    }
    signs_up(&office, "another").await.is_limited_by("registrations");
    let body = |name: &str| json!({ "username": name, "email": format!("{name}@example.org"), "password": PASSWORD });
    office.rests("POST", "/api/register/", Some(body("another"))).await.has_status(429);
    guesses(&office, "bob", PASSWORD).await.succeeds();
    signs_up(&app.stranger().from("203.0.113.8"), "another").await.succeeds();
    let admin = admin.from("203.0.113.7");
    admin.rests("POST", "/api/users/", Some(body("made"))).await.has_status(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_does_not_refresh_without_end_and_another_is_not_held_up_by_it() {
    let app = limited(Rates::default()).await;
    let (ann, bob, _) = app.people().await;
    let refreshes = async |token: &str| {
        let input = json!({ "refreshToken": token });
        app.stranger().does("refreshToken", input, TOKENS).await
    };
    let mut token = ann.refresh_token.clone();
    for _ in 0..30 {
        token = refreshes(&token).await.word("refreshToken.refreshToken");
    }
    refreshes(&token).await.is_limited_by("refreshes");
    refreshes(&bob.refresh_token).await.succeeds();
    app.clock.forward(Duration::from_secs(2));
    refreshes(&token).await.succeeds();
    // A token of REST stays the same.
    let body = json!({ "username": "ann", "password": PASSWORD });
    let signed_in = app.stranger().rests("POST", "/api/token/", Some(body)).await;
    let body = json!({ "refresh": signed_in.body["refresh"] });
    for _ in 0..30 {
        let answer = app.stranger().rests("POST", "/api/token/refresh/", Some(body.clone())).await;
        answer.has_status(200);
    }
    let answer = app.stranger().rests("POST", "/api/token/refresh/", Some(body)).await;
    answer.has_status(429).has_none_left_of("refreshes");
}

// Where from

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_forwarded_address_is_no_other_address() {
    let app = limited(Rates { address: rate(5, 10), ..Rates::default() }).await;
    let forges = |n: usize| {
        let there = app.stranger().from("203.0.113.7");
        there.with_header("x-forwarded-for", &format!("198.51.100.{n}"))
    };
    for n in 0..5 {
        forges(n).asks_for("{ __typename }").await.succeeds();
    }
    forges(5).asks_for("{ __typename }").await.is_limited_by("address");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_through_a_trusted_proxy_is_counted_by_the_address_that_the_proxy_saw() {
    let options = server::Options {
        trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
        ..server::Options::default()
    };
    let rates = Rates { address: rate(5, 10), ..Rates::default() };
    let app = TestApp::start_with(Setup { options, ..setup(rates) }).await;
    app.clock.stops();
    let comes = |from: &str| app.stranger().from("10.0.0.1").with_header("x-forwarded-for", from);
    for n in 0..5 {
        // What the client made up itself stands further left.
        comes(&format!("192.0.2.{n}, 198.51.100.1")).asks_for("{ __typename }").await.succeeds();
    }
    comes("198.51.100.1").asks_for("{ __typename }").await.is_limited_by("address");
    comes("198.51.100.2").asks_for("{ __typename }").await.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_network_of_ipv6_has_one_address_in_it() {
    let app = limited(Rates { address: rate(5, 10), ..Rates::default() }).await;
    let comes = async |from: &str| app.stranger().from(from).asks_for("{ __typename }").await;
    for n in 0..5 {
        comes(&format!("2001:db8:0:1:{n}::{n}")).await.succeeds();
    }
    comes("2001:db8:0:1:ffff::1").await.is_limited_by("address");
    comes("2001:db8:0:2::1").await.succeeds();
    // An address of IPv4 is the same in the clothes of IPv6.
    for _ in 0..5 {
        comes("192.0.2.1").await.succeeds();
    }
    comes("::ffff:192.0.2.1").await.is_limited_by("address");
    comes("::ffff:192.0.2.2").await.succeeds();
}

// Floods

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_from_one_address_is_refused_at_every_door_and_harms_no_other_address() {
    let app = limited(Rates { address: rate(5, 10), ..Rates::default() }).await;
    let ann = app.person("ann").await;
    let flood = app.stranger().from("203.0.113.7");
    for _ in 0..5 {
        flood.posts_text("no JSON").await.has_status(400);
    }
    flood.asks_for("{ __typename }").await.is_limited_by("address");
    let here = ann.from("203.0.113.7");
    here.asks_for(ME).await.is_limited_by("address");
    let answer = here.rests("GET", "/api/users/", None).await;
    answer.has_status(429).has_none_left_of("address");
    let seen = app.browser().from("203.0.113.7").opens("/admin/login/").await;
    assert_eq!(seen.status, 429);
    assert!(seen.text.contains("too many requests"), "{}", seen.text);
    // A browser is not given a page with forms, which would be more work.
    let mut browser = app.browser().from("203.0.113.7");
    let seen = browser.opens("/api/users/").await;
    assert_eq!(
        (seen.status.as_u16(), &seen.headers["content-type"]),
        (429, &"application/json".parse().unwrap())
    );
    // Who watches over the server is let through.
    flood.rests("GET", "/healthz", None).await.has_status(200);
    flood.rests("GET", "/readyz", None).await.has_status(200);
    ann.from("203.0.113.8").asks_for(ME).await.succeeds();
    app.clock.forward(Duration::from_secs(2));
    here.asks_for(ME).await.succeeds();
    here.asks_for(ME).await.is_limited_by("address");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_s_reads_are_counted_together_from_wherever_they_come() {
    let app = limited(Rates { user: rate(5, 10), ..Rates::default() }).await;
    let (ann, bob, _) = app.people().await;
    for n in 0..4 {
        ann.from(&format!("192.0.2.{n}")).asks_for(ME).await.succeeds();
    }
    ann.rests("GET", "/api/users/", None).await.has_status(200);
    ann.asks_for(ME).await.is_limited_by("user");
    let answer = ann.rests("GET", "/api/users/", None).await;
    answer.has_status(429).has_none_left_of("user");
    assert_eq!(
        answer.body,
        json!({ "detail": "Request was throttled. Expected available in 2 seconds." })
    );
    assert_eq!(answer.header("retry-after"), "2");
    let follow = ann.begins_to_follow("subscription { conversationsChanged { __typename } }").await;
    assert_eq!(follow.status, 429, "{}", follow.text);
    bob.asks_for(ME).await.succeeds();
    app.clock.forward(Duration::from_secs(1));
    let answer = ann.rests("GET", "/api/users/", None).await;
    let said = answer.body["detail"].as_str().unwrap();
    assert_eq!(said, "Request was throttled. Expected available in 1 second.");
    app.clock.forward(Duration::from_secs(1));
    ann.asks_for(ME).await.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_writes_leaves_its_author_able_to_read_and_everybody_else_to_write() {
    let app = limited(Rates { writes: rate(6, 12), ..Rates::default() }).await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for n in 0..5 {
        ann.sends(chat, &n.to_string()).await;
    }
    ann.tries_to_send(chat, "one more").await.is_limited_by("writes");
    let typing = json!({ "conversationId": chat, "typing": true });
    ann.does("setTyping", typing, "conversationId").await.is_limited_by("writes");
    let path = format!("/api/conversations/{chat}/messages/");
    let body = json!({ "message_body": "by REST" });
    let answer = ann.rests("POST", &path, Some(body.clone())).await;
    answer.has_status(429).has_none_left_of("writes");
    let said = answer.body["detail"].as_str().unwrap();
    assert_eq!(said, "Request was throttled. Expected available in 2 seconds.");
    ann.sees(chat, "eventSeq").await.succeeds();
    ann.rests("GET", &path, None).await.has_status(200);
    bob.sends(chat, "I still can").await;
    app.clock.forward(Duration::from_secs(2));
    ann.rests("POST", &path, Some(body)).await.has_status(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_aliases_of_a_write_count_one_by_one() {
    let app = limited(Rates { writes: rate(6, 12), ..Rates::default() }).await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let sends = (0..20).map(|n| {
        format!("a{n}: sendMessage(input: {{ conversationId: \"{chat}\", body: \"{n}\" }}) {{ eventSeq }} ")
    });
    let document = format!("mutation {{ {} }}", sends.collect::<String>());
    ann.asks_for(&document).await.is_limited_by("writes");
    assert_eq!(bob.sees(chat, "messageSeq").await.number("conversation.messageSeq"), 5);
}

/// Six messages for each conversation in a minute.
async fn with_a_busy_group() -> (TestApp, Person, Person, Person, Id) {
    let app = limited(Rates { conversation: rate(6, 60), ..Rates::default() }).await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    (app, ann, bob, eve, chat)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_into_one_conversation_is_refused_whoever_sends_and_another_one_stays_usable() {
    let (app, ann, bob, eve, chat) = with_a_busy_group().await;
    let quiet = ann.starts_a_conversation_with(&eve).await;
    for n in 0..3 {
        ann.sends(chat, &n.to_string()).await;
        bob.sends(chat, &n.to_string()).await;
    }
    for person in [&ann, &bob] {
        person.tries_to_send(chat, "more").await.is_limited_by("conversation");
    }
    let path = format!("/api/conversations/{chat}/messages/");
    let answer = bob.rests("POST", &path, Some(json!({ "message_body": "more" }))).await;
    answer.has_status(429).has_none_left_of("conversation");
    ann.sends(quiet, "here it is quiet").await;
    eve.sends(quiet, "so it is").await;
    bob.sees(chat, "messages(first: 20) { nodes { seq } }").await.succeeds();
    app.clock.forward(Duration::from_secs(10));
    bob.sends(chat, "one").await;
    ann.tries_to_send(chat, "two").await.is_limited_by("conversation");
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_and_deletes_are_no_way_around_the_limit_of_a_conversation() {
    let (_app, ann, bob, _, chat) = with_a_busy_group().await;
    let sent = ann.sends(chat, "1").await;
    for n in 2..=6 {
        ann.edits(sent.id, &n.to_string()).await.succeeds();
    }
    ann.edits(sent.id, "7").await.is_limited_by("conversation");
    ann.deletes(sent.id).await.is_limited_by("conversation");
    bob.tries_to_send(chat, "I?").await.is_limited_by("conversation");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outsider_neither_uses_up_a_conversation_nor_learns_that_it_is_busy() {
    let (_app, ann, bob, eve, chat) = with_a_busy_group().await;
    let elsewhere = nobody();
    let tries = async || {
        let (here, nowhere) = (
            eve.tries_to_send(chat, "let me in").await,
            eve.tries_to_send(elsewhere, "let me in").await,
        );
        here.fails_with("NOT_FOUND");
        assert_eq!(here.comparable(), nowhere.comparable());
        assert_eq!(here.header("ratelimit-policy"), nowhere.header("ratelimit-policy"));
    };
    for _ in 0..20 {
        tries().await;
    }
    for n in 0..6 {
        ann.sends(chat, &n.to_string()).await;
    }
    bob.tries_to_send(chat, "more").await.is_limited_by("conversation");
    tries().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_stored_takes_nothing_of_a_conversation() {
    let (_app, ann, bob, _, chat) = with_a_busy_group().await;
    let key = client_id();
    for n in 0..10 {
        let answer = ann.sends_with(chat, "once", json!({ "clientMessageId": key })).await;
        assert_eq!(answer.gives("sendMessage.deduplicated"), n > 0);
        let other = json!({ "replyToId": nobody() });
        assert!(ann.sends_with(chat, "to nothing", other).await.code().is_some());
    }
    // Nor what may not be changed, or is as it should be already.
    let others = ann.sends(chat, "2").await.id;
    let own = bob.sends(chat, "3").await.id;
    bob.deletes(own).await.succeeds();
    for n in 0..10 {
        bob.edits(others, &n.to_string()).await.fails_with("FORBIDDEN");
        let stale = json!({ "id": others, "body": "new", "expectedRevision": 7 });
        ann.does("editMessage", stale, "eventSeq").await.fails_with("CONFLICT");
        bob.deletes(own).await.succeeds();
    }
    for n in 5..=6 {
        ann.sends(chat, &n.to_string()).await;
    }
    ann.tries_to_send(chat, "7").await.is_limited_by("conversation");
    ann.edits(others, "more").await.is_limited_by("conversation");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_sent_all_at_once_are_no_more_than_one_after_the_other() {
    let (_app, ann, bob, _, chat) = with_a_busy_group().await;
    let sends = (0..40).map(|n| {
        let person = if n % 2 == 0 { ann.clone() } else { bob.clone() };
        tokio::spawn(async move { person.tries_to_send(chat, &n.to_string()).await })
    });
    let mut stored = 0;
    for sent in sends.collect::<Vec<_>>() {
        let answer = sent.await.unwrap();
        match answer.code() {
            None => stored += 1,
            Some(_) => drop(answer.is_limited_by("conversation")),
        }
    }
    assert_eq!(stored, 6);
    assert_eq!(ann.sees(chat, "messageSeq").await.number("conversation.messageSeq"), 6);
}

// Over a WebSocket

#[tokio::test(flavor = "multi_thread")]
async fn operations_over_a_websocket_are_counted_like_requests_and_refused_one_by_one() {
    let app = limited(Rates { user: rate(5, 10), ..Rates::default() }).await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let mut socket = served.lets_in(&ann).await;
    for n in 0..4 {
        socket.asks(&n.to_string(), ME).await;
    }
    ann.asks_for(ME).await.succeeds();
    socket.starts("flood", ME).await;
    let errors = socket.hears_of("flood", "error").await;
    let extensions = &errors[0]["extensions"];
    assert_eq!(
        json!({
            "code": "RATE_LIMITED", "retryable": true, "limit": "user", "retryAfterMs": 2000,
            "requestId": extensions["requestId"],
        }),
        *extensions
    );
    // Another connection is no way around it, and this one stays open.
    let mut another = served.lets_in(&ann).await;
    another.starts("1", ME).await;
    assert_eq!(another.hears_error("1").await, "RATE_LIMITED");
    app.clock.forward(Duration::from_secs(2));
    socket.asks("later", ME).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_connections_is_refused_at_the_handshake() {
    let app = limited(Rates { address: rate(5, 10), ..Rates::default() }).await;
    let (ann, served) = (app.person("ann").await, app.serves().await);
    let mut sockets = Vec::new();
    for _ in 0..4 {
        sockets.push(served.lets_in(&ann).await);
    }
    sockets[0].asks("1", ME).await;
    sockets[0].starts("2", ME).await;
    assert_eq!(sockets[0].hears_error("2").await, "RATE_LIMITED");
    let before = app.numbers().await;
    let refused = served.tries_to_open(&[crate::support::MODERN], &[]).await.unwrap_err();
    let Error::Http(response) = refused else {
        panic!("it should be refused: {refused}");
    };
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "2");
    assert!(response.headers()["ratelimit"].to_str().unwrap().starts_with("\"address\";r=0;"));
    let limited = ("parlance_rate_limited_total{face=\"graphql\"}", 1);
    app.numbers().await.grew(&before, &[limited]);
}

// Headers

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_that_was_counted_tells_what_is_left() {
    let app = limited(Rates::default()).await;
    let (ann, bob, _) = app.people().await;
    let (both, user) = (r#""user";q=500;w=10, "writes";q=200;w=10"#, r#""user";q=500;w=10"#);
    let address = r#""address";q=2000;w=10"#;
    ann.asks_for(ME).await.tells(user, r#""user";r=499;t=1"#);
    let input = json!({ "userId": bob.id });
    let answer = ann.does("startDirectConversation", input, "conversation { id }").await;
    answer.tells(both, r#""user";r=498;t=1, "writes";r=199;t=1"#);
    let chat = answer.id("startDirectConversation.conversation.id");
    ann.rests("GET", "/api/users/", None).await.tells(user, r#""user";r=497;t=1"#);
    let path = format!("/api/conversations/{chat}/messages/");
    let answer = ann.rests("POST", &path, Some(json!({ "message_body": "hello" }))).await;
    answer.has_status(201).tells(both, r#""user";r=496;t=1, "writes";r=198;t=1"#);
    for n in 0..20 {
        ann.sends(chat, &n.to_string()).await;
    }
    let answer = ann.tries_to_send(chat, "").await;
    answer.fails_with("BAD_USER_INPUT");
    answer.tells(both, r#""user";r=475;t=1, "writes";r=177;t=2"#);
    let stranger = app.stranger().from("192.0.2.1");
    stranger.asks_for("{ __typename }").await.tells(address, r#""address";r=1999;t=1"#);
    stranger.asks_for(ME).await.has_status(401).tells(address, r#""address";r=1998;t=1"#);
    let answer = stranger.rests("GET", "/api/users/", None).await;
    answer.has_status(401).tells(address, r#""address";r=1997;t=1"#);
    let answer = stranger.rests("GET", "/api/schema/", None).await;
    answer.has_status(200).tells(address, r#""address";r=1996;t=1"#);
    app.clock.forward(Duration::from_secs(10));
    ann.asks_for(ME).await.tells(user, r#""user";r=499;t=1"#);
    // What is not counted tells nothing.
    for answer in [
        app.stranger().asks_for("{ __typename }").await,
        app.stranger().rests("GET", "/healthz", None).await,
    ] {
        assert!(!answer.headers.contains_key("ratelimit"), "{:?}", answer.headers);
    }
    let unlimited = TestApp::start().await;
    let ann = unlimited.person("ann").await;
    for answer in [ann.asks_for(ME).await, ann.rests("GET", "/api/users/", None).await] {
        assert!(!answer.headers.contains_key("ratelimit"), "{:?}", answer.headers);
        assert!(!answer.headers.contains_key("ratelimit-policy"), "{:?}", answer.headers);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_of_other_origins_may_read_the_headers_where_they_may_read_the_answer() {
    let origin = "https://app.example.org";
    let options =
        server::Options { allowed_origins: vec![origin.to_owned()], ..server::Options::default() };
    let app = TestApp::start_with(Setup { options, ..setup(Rates::default()) }).await;
    let ann = app.person("ann").await;
    let exposed = |answer: &Answer| {
        let all = answer.headers.get_all("access-control-expose-headers");
        all.iter().map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>().join(",")
    };
    let page = ann.with_header("origin", origin);
    for answer in [page.asks_for(ME).await, page.rests("GET", "/api/users/", None).await] {
        for name in ["retry-after", "ratelimit", "ratelimit-policy"] {
            assert!(exposed(&answer).split(',').any(|one| one.trim() == name), "{name}");
        }
    }
    let foreign = ann.with_header("origin", "https://evil.example").asks_for(ME).await;
    assert!(!foreign.headers.contains_key("access-control-allow-origin"));
    assert!(!exposed(&foreign).contains("ratelimit"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_switches_one_limit_off() {
    let rates = Rates { user: Rate::OFF, writes: rate(3, 60), ..Rates::default() };
    let app = limited(rates).await;
    let (ann, bob, _) = app.people().await;
    for _ in 0..600 {
        let answer = ann.asks_for("{ __typename }").await;
        assert!(!answer.headers.contains_key("ratelimit"), "nothing is counted");
    }
    let chat = ann.starts_a_conversation_with(&bob).await;
    let answer = ann.tries_to_send(chat, "hello").await;
    answer.tells(r#""writes";q=3;w=60"#, r#""writes";r=1;t=40"#);
}

// Hashing

#[tokio::test(flavor = "multi_thread")]
async fn of_very_many_sign_ins_at_once_those_too_many_are_sent_away_and_told_when_to_come_back() {
    // However slow the machine is: the queue is the matter here, and not the time.
    let options = server::Options { timeout: Duration::from_mins(5), ..server::Options::default() };
    let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    app.person("ann").await;
    let logins = (0..200).map(|_| {
        let client = app.stranger();
        tokio::spawn(async move { guesses(&client, "ann", "wrong").await })
    });
    let mut sent_away = 0;
    for login in logins.collect::<Vec<_>>() {
        let answer = login.await.unwrap();
        if answer.code() == Some("INVALID_CREDENTIALS") {
            answer.has_status(200);
            continue;
        }
        answer.fails_with("SERVICE_UNAVAILABLE");
        // On a slow machine it may be the database that has no time, and knows not when it will.
        if answer.errors()[0]["extensions"]["retryAfterMs"] == 1000 {
            assert_eq!(answer.has_status(503).header("retry-after"), "1");
            sent_away += 1;
        }
    }
    assert!(sent_away > 0, "the queue is short");
    guesses(&app.stranger(), "ann", PASSWORD).await.succeeds();
}

/// The most memory that a process has had, in mebibytes.
fn peak_of(server: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_sign_ins_at_once_take_a_bounded_memory_and_others_are_served() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let bob = app.person("bob").await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let login = json!({ "username": "ann", "password": "wrong" }).to_string();
    let request = format!(
        "POST /api/token/ HTTP/1.1\r\nHost: parlance\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{login}",
        login.len()
    );
    let patient = Program::on(&app).with("PARLANCE_REQUEST_TIMEOUT", "5m");
    let server = Running::start(&patient.with("PARLANCE_RATE_LIMITS", "off")).await;
    let server = std::sync::Arc::new(server);
    let tries = (0..200).map(|_| {
        let (server, request) = (server.clone(), request.clone());
        tokio::spawn(async move { server.sends(&request).await.unwrap() })
    });
    for answer in tries.collect::<Vec<_>>() {
        let (status, text) = answer.await.unwrap();
        assert!([401, 503].contains(&status), "{status} {text}");
    }
    // Without a bound it would be 19 MiB for each.
    let peak = peak_of(&server);
    assert!(peak < 500, "{peak} MiB");
    let (status, body) =
        server.asks(ann.token(), &send(chat, "still here", client_id())).await.unwrap();
    assert_eq!((status, body.get("errors")), (200, None::<&Value>));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_everything_and_never_reads_costs_little_memory() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let chat = ann.starts_a_group_with(&[&app.person("bob").await]).await;
    fills(&app, chat, ann.id, 3_000, |_| "x".repeat(10_000)).await;
    let server = Running::start(&Program::on(&app).with("PARLANCE_WS_PING", "1s")).await;
    let query = format!(
        "subscription {{ conversationEvents(conversationId: \"{chat}\", afterEventSeq: 0) \
         {{ ... on MessageAdded {{ message {{ body }} }} }} }}"
    );
    let body = json!({ "query": query }).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: parlance\r\nContent-Type: application/json\r\n\
         Accept: text/event-stream\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
        ann.token().unwrap(),
        body.len()
    );
    let mut followers = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        followers.push(stream);
    }
    // What the server has for them it has taken up by then; a second later it gives them up.
    tokio::time::sleep(Duration::from_secs(4)).await;
    for mut stream in followers {
        let mut all = Vec::new();
        let _ = timeout(Duration::from_mins(1), stream.read_to_end(&mut all))
            .await
            .expect("it should be given up");
        assert!(all.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&all));
        assert!(all.len() < 30_000_000, "all of it came");
    }
    // All that they asked for would be 600 MB.
    let peak = peak_of(&server);
    assert!(peak < 200, "{peak} MiB");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_sign_ins_at_once_from_one_address_thirty_are_looked_at() {
    let app = TestApp::start().await;
    app.person("ann").await;
    let patient = Program::on(&app).with("PARLANCE_REQUEST_TIMEOUT", "5m");
    let program =
        patient.with("PARLANCE_RATE_ACCOUNT", "off").with("PARLANCE_RATE_SIGN_INS", "30/1day");
    let server = Running::start(&program).await;
    let query = "mutation ($input: LoginInput!) { login(input: $input) { accessToken } }";
    let login = json!({ "username": "ann", "password": "wrong" });
    let body = json!({ "query": query, "variables": { "input": login } });
    let server = std::sync::Arc::new(server);
    let tries = (0..200).map(|_| {
        let (server, body) = (server.clone(), body.clone());
        tokio::spawn(async move { server.asks(None, &body).await.unwrap() })
    });
    let mut refused = 0;
    for answer in tries.collect::<Vec<_>>() {
        match answer.await.unwrap() {
            (429, body) => {
                assert_eq!(body["errors"][0]["extensions"]["limit"], "sign-ins");
                refused += 1;
            }
            (status, _) => assert_eq!(status, 200),
        }
    }
    assert_eq!(refused, 170);
    let failed = "SELECT COUNT(*) FROM audit_log WHERE action = 'login.failed'";
    assert_eq!(app.counts(failed).await, 30);
}
