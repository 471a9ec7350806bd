//! Pages: signing in and out, the administration, the browsable answers of REST.

use axum::http::StatusCode;
use parlance::{
    domain::{
        Client, Error,
        accounts::{self, Role},
        admin, sessions,
    },
    ids::UserId,
};

use crate::support::{Browser, Id, PASSWORD, Person, Setup, TestApp, json, nobody};

/// Markup that would take effect where it is not escaped.
const HOSTILE: &str = "</script>'\"><b>x&lt;";

const WRONG: &str = "Please enter a correct username and password.";

/// Every list of the administration.
const LISTS: [&str; 6] = [
    "/admin/",
    "/admin/users/",
    "/admin/conversations/",
    "/admin/messages/",
    "/admin/sessions/",
    "/admin/audit/",
];

/// Every page of the administration that is about this person.
fn pages_about(person: &Person) -> Vec<String> {
    let own = format!("/admin/users/{}/", person.id);
    let mut all: Vec<_> = LISTS.map(str::to_owned).to_vec();
    all.extend(["disable", "enable", "role", "end-sessions"].map(|act| format!("{own}{act}/")));
    all.extend([own, format!("/admin/sessions/{}/end/", person.session)]);
    all.push("/admin/nothing/".to_owned());
    all
}

async fn administrator(app: &TestApp) -> (Person, Browser) {
    let admin = app.admin().await;
    let browser = app.browser_of(&admin).await;
    (admin, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_leads_to_a_session_and_signing_out_ends_it() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let mut browser = app.browser();
    let form = browser.opens("/api-auth/login/?next=/api/messages/").await;
    form.is(200).says("value=\"/api/messages/\"").says(&browser.cookies["csrftoken"]);
    let token = browser.cookies["csrftoken"].clone();
    for name in ["ann", "ann@example.org", " ANN "] {
        let fields = [("username", name), ("password", PASSWORD), ("next", "/api/messages/")];
        let seen = browser.submits("/api-auth/login/", &fields).await;
        seen.leads_to("/api/messages/");
        let session = seen.set_cookies().into_iter().find(|it| it.starts_with("sessionid="));
        let session = session.unwrap();
        assert!(session.contains("HttpOnly") && session.contains("SameSite=Lax"), "{session}");
        assert!(!session.contains("Secure"), "clients come without TLS");
        assert_ne!(browser.cookies["csrftoken"], token, "a new token for who has signed in");
    }
    // Of three sign-ins in one browser one session is left, and the one by GraphQL.
    let alive = format!(
        "SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL AND user_id = {}",
        literal(ann.id)
    );
    assert_eq!(app.counts(&alive).await, 2);
    let old = browser.clone();
    browser.opens("/api/users/me/").await.is(200).says("ann@example.org");
    let get = browser.opens("/api-auth/logout/").await;
    get.is(405);
    let allowed: Vec<_> = get.header("allow").split(',').map(str::trim).collect();
    assert!(allowed.contains(&"POST") && allowed.contains(&"OPTIONS") && allowed.len() == 2);
    browser.posts("/api-auth/logout/", &[]).await.is(403);
    browser.submits("/api-auth/logout/", &[]).await.is(200).says("Logged out");
    assert!(!browser.cookies.contains_key("sessionid"));
    assert_eq!(app.counts(&alive).await, 1);
    old.clone().opens("/api/users/me/").await.is(401);
}

fn literal(id: Id) -> String {
    format!("x'{}'", id.simple())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_sign_in_shows_the_form_again() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let mut browser = app.browser();
    for (name, password) in [("ann", "wrong"), (HOSTILE, "wrong"), ("nobody", PASSWORD)] {
        let seen = browser.signs_in("/api-auth/login/", name, password).await;
        seen.is(200).says(WRONG).does_not_say("<b>");
        assert!(seen.set_cookies().iter().all(|cookie| !cookie.starts_with("sessionid")));
    }
    let seen = browser.submits("/api-auth/login/", &[("username", "ann")]).await;
    seen.is(200).says("This field is required.").says("value=\"ann\"");
    let (admin, _) = administrator(&app).await;
    admin
        .does("setUserDisabled", json!({ "userId": ann.id, "disabled": true }), "user { id }")
        .await;
    browser.signs_in("/api-auth/login/", "ann", PASSWORD).await.is(200).says(WRONG);
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_go_over_tls_alone_where_clients_come_that_way() {
    let mut setup = Setup::default();
    setup.options.public_url = Some("https://chat.example".to_owned());
    let app = TestApp::start_with(setup).await;
    app.person("ann").await;
    let mut browser = app.browser();
    let seen = browser.signs_in("/api-auth/login/", "ann", PASSWORD).await;
    assert_eq!(seen.set_cookies().len(), 2);
    assert!(seen.set_cookies().iter().all(|cookie| cookie.contains("; Secure")));
    for (origin, status) in [
        ("https://chat.example", 302),
        ("https://here.example", 302),
        ("http://chat.example", 403),
        ("http://here.example", 403),
    ] {
        let fields = [("username", "ann"), ("password", PASSWORD)];
        let mut other = browser.with_header("origin", origin);
        other.submits("/api-auth/login/", &fields).await.is(status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_page_is_refused() {
    let app = TestApp::start().await;
    app.person("ann").await;
    let fields = [("username", "ann"), ("password", PASSWORD)];
    let mut browser = app.browser();
    browser.opens("/api-auth/login/").await;
    let token = browser.cookies["csrftoken"].clone();
    let mut without_cookie = app.browser();
    let with_token = [("csrfmiddlewaretoken", token.as_str()), fields[0], fields[1]];
    without_cookie.posts("/api-auth/login/", &with_token).await.is(403).says("CSRF");
    browser.posts("/api-auth/login/", &fields).await.is(403).says("CSRF");
    for wrong in ["", "x", &"A".repeat(43), &token[1..]] {
        let fields = [("csrfmiddlewaretoken", wrong), fields[0], fields[1]];
        browser.posts("/api-auth/login/", &fields).await.is(403).says("<!DOCTYPE html>");
    }
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://here.example.evil"),
        ("origin", "https://here.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let mut other = browser.with_header(name, value);
        other.submits("/api-auth/login/", &fields).await.is(403);
        assert!(!other.cookies.contains_key("sessionid"), "{name}: {value}");
    }
    let mut own = browser.with_header("origin", "http://here.example");
    own = own.with_header("sec-fetch-site", "same-origin");
    own.submits("/api-auth/login/", &fields).await.leads_to("/api/");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_to_another_server() {
    let app = TestApp::start().await;
    app.admin().await;
    let mut browser = app.browser();
    browser.opens("/api-auth/login/").await;
    for next in [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/\t/evil.example/",
        "/a\r\nset-cookie: a=b",
        "javascript:alert(1)",
        "evil",
        "",
    ] {
        for (door, home) in [("/api-auth/login/", "/api/"), ("/admin/login/", "/admin/")] {
            let fields = [("username", "admin"), ("password", PASSWORD), ("next", next)];
            browser.submits(door, &fields).await.leads_to(home);
        }
        browser.submits("/api-auth/logout/", &[("next", next)]).await.is(200);
    }
    let fields = [("username", "admin"), ("password", PASSWORD)];
    browser
        .submits("/admin/login/?next=/admin/users/%3Fq%3Da", &fields)
        .await
        .leads_to("/admin/users/?q=a");
    // Nor by a slash that is missing.
    browser.opens("/admin?a=b").await.is(301).leads_to("/admin/?a=b");
    browser.opens("/api-auth/login").await.leads_to("/api-auth/login/");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_too_often_has_to_wait() {
    let mut setup = Setup::default();
    setup.rules.rate_limits = true;
    let app = TestApp::start_with(setup).await;
    app.person("ann").await;
    let mut browser = app.browser().from("203.0.113.9");
    for _ in 0..10 {
        browser.signs_in("/api-auth/login/", "ann", "wrong").await.is(200);
    }
    let seen = browser.signs_in("/api-auth/login/", "ann", PASSWORD).await;
    seen.is(429).says("too many requests").says("<form");
    assert!(seen.header("retry-after").parse::<u32>().unwrap() >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_administration_is_for_administrators() {
    let app = TestApp::start().await;
    let (ann, _, _) = app.people().await;
    let (admin, mut staff) = administrator(&app).await;
    let host = app.person_who_is("host", Role::Host).await;
    let disabled = app.person_who_is("gone", Role::Admin).await;
    let demoted = app.person_who_is("past", Role::Admin).await;
    let mut outsiders = vec![app.browser()];
    for person in [&ann, &host, &disabled, &demoted] {
        outsiders.push(app.browser_of(person).await);
    }
    let role = json!({ "userId": demoted.id, "role": "HOST" });
    admin.does("setUserRole", role, "user { id }").await.succeeds();
    let lock = json!({ "userId": disabled.id, "disabled": true });
    admin.does("setUserDisabled", lock, "user { id }").await.succeeds();
    let pages = pages_about(&ann);
    for browser in &mut outsiders {
        browser.opens("/api-auth/login/").await;
        for page in &pages {
            let login = format!("/admin/login/?next={page}");
            browser.opens(page).await.leads_to(&login).does_not_say("ann");
            let seen = browser.submits(page, &[("role", "ADMIN")]).await;
            if seen.status != StatusCode::METHOD_NOT_ALLOWED {
                seen.leads_to(&login);
            }
        }
    }
    let sql = format!(
        "SELECT COUNT(*) FROM users WHERE disabled_at IS NOT NULL AND id = {}",
        literal(ann.id)
    );
    assert_eq!(app.counts(&sql).await, 0);
    ann.asks_for("{ viewer { id } }").await.succeeds();
    // Who is signed in without being staff is told so, and does not come in.
    let told = "You are authenticated as ann, but are not authorized";
    outsiders[1].opens("/admin/login/?next=/admin/").await.is(200).says(told);
    let seen = outsiders[1].signs_in("/admin/login/", "ann", PASSWORD).await;
    seen.is(200).says("for a staff account").says("This account has no access");
    let seen = outsiders[0].signs_in("/admin/login/", "admin", "wrong").await;
    seen.is(200).says("for a staff account").does_not_say("no access");
    staff.opens("/admin/login/?next=/admin/audit/").await.leads_to("/admin/audit/");
    for page in LISTS {
        staff.opens(page).await.is(200).says("<h1>");
    }
    staff.opens("/admin/nothing/").await.is(404);
    staff.opens(&format!("/admin/users/{}/", nobody())).await.is(404);
    staff.opens("/admin/users/x/").await.is(404);
    staff.opens("/admin/users/?before=x").await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_administrators_do_is_done_and_noted() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (admin, mut staff) = administrator(&app).await;
    let mut staff = {
        staff.opens("/admin/").await;
        staff.from("203.0.113.9")
    };
    let own = format!("/admin/users/{}/", ann.id);
    for (action, question, key, words) in [
        ("role/?role=ADMIN", "From Guest to Admin.", "role", "The role is changed."),
        ("disable/", "Lock the account of ann?", "disabled", "The account is locked"),
        ("enable/", "Unlock the account of ann?", "enabled", "may be used again"),
        ("end-sessions/", "End all sessions of ann?", "all-ended", "All sessions of this person"),
    ] {
        staff.opens(&format!("{own}{action}")).await.is(200).says(question).says("Cancel");
        let place = format!("{own}{}", action.split('?').next().unwrap());
        staff.posts(&place, &[("role", "ADMIN")]).await.is(403);
        let seen = staff.submits(&place, &[("role", "ADMIN")]).await;
        let next = format!("{own}?done={key}");
        seen.is(303).leads_to(&next);
        staff.opens(&next).await.is(200).says(words);
    }
    staff
        .opens(&format!("{own}?done={HOSTILE}").replace(['<', '>', '"', '\''], "%3C"))
        .await
        .is(200)
        .does_not_say("role=\"status\"");
    ann.asks_for("{ viewer { id } }").await.fails_with("SESSION_REVOKED");
    let mut browser = app.browser_of(&ann).await;
    let ended = app.reads("SELECT LOWER(HEX(id)) AS value FROM sessions WHERE kind = 'PAGE' AND revoked_at IS NULL ORDER BY id DESC").await;
    let session = ended[0].clone().unwrap();
    let place = format!("/admin/sessions/{}/end/", session.parse::<Id>().unwrap());
    staff.opens(&place).await.is(200).says("End a session of ann?");
    browser.opens("/api/users/me/").await.is(200);
    staff.submits(&place, &[]).await.is(303).leads_to("/admin/sessions/?done=ended");
    browser.opens("/api/users/me/").await.is(401);
    staff.submits(&place, &[]).await.is(404);
    let log = app.reads("SELECT action AS value FROM audit_log WHERE actor_id IS NOT NULL AND ip = '203.0.113.9' ORDER BY id").await;
    let log: Vec<_> = log.into_iter().flatten().collect();
    let expected =
        ["user.role", "user.disabled", "user.enabled", "sessions.ended", "sessions.ended"];
    assert_eq!(log, expected);
    let seen = staff.opens(&format!("/admin/audit/?user={}", ann.id)).await;
    seen.is(200).says("sessions.ended").says("203.0.113.9");
    // Nobody does it to themselves.
    let own = format!("/admin/users/{}/", admin.id);
    for action in ["disable/", "role/"] {
        staff.submits(&format!("{own}{action}"), &[("role", "GUEST")]).await.is(409);
    }
    staff.submits(&format!("{own}role/"), &[("role", "GOD")]).await.is(404);
    // The last to go: their own session here.
    staff.submits(&format!("{own}end-sessions/"), &[]).await.is(303);
    staff.opens("/admin/").await.leads_to("/admin/login/?next=/admin/");
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_stays_text_and_nobody_reads_anothers_words() {
    let app = TestApp::start().await;
    let eve = app.person_who_is(HOSTILE, Role::Guest).await;
    let ann = app.person("ann").await;
    let chat = eve.starts_a_group_called(&format!("title {HOSTILE}"), &[&ann]).await;
    let sent = eve.sends(chat, &format!("the body {HOSTILE}")).await;
    eve.edits(sent.id, &format!("other words {HOSTILE}")).await.succeeds();
    let gone = eve.sends(chat, "spoken and gone").await;
    eve.deletes(gone.id).await.succeeds();
    let sql = "UPDATE sessions SET user_agent = '<i>agent</i>', ip = '<i>' WHERE kind = 'GRAPHQL'";
    app.writes(sql).await;
    app.writes("UPDATE users SET first_name = '<u>', last_name = '</td>' WHERE role = 'GUEST'")
        .await;
    let (_, mut staff) = administrator(&app).await;
    let mut pages = pages_about(&eve);
    pages.retain(|page| !page.ends_with("/nothing/") && !page.ends_with("/role/"));
    pages.push(format!("/admin/users/{}/role/?role=HOST", eve.id));
    pages.push(format!("/admin/users/?q={}", "%3C%2Fscript%3E%27%22%3E"));
    pages.push(format!("/admin/messages/?conversation={chat}"));
    pages.push(format!("/admin/messages/?sender={}", eve.id));
    pages.push(format!("/admin/conversations/?user={}", eve.id));
    pages.push(format!("/admin/sessions/?user={}", eve.id));
    for page in &pages {
        let seen = staff.opens(page).await;
        seen.is(200);
        for markup in ["<b>", "</script", "<script", "<i>", "<u>", " style=", " onclick="] {
            seen.does_not_say(markup);
        }
        for words in ["the body", "other words", "spoken and gone"] {
            seen.does_not_say(words);
        }
    }
    staff
        .opens("/admin/conversations/")
        .await
        .says("title &lt;/script&gt;'&quot;&gt;&lt;b&gt;x&amp;lt;");
    staff.opens("/admin/sessions/").await.says("&lt;i&gt;agent&lt;/i&gt;");
    let seen = staff.opens("/admin/messages/").await;
    seen.says(&sent.id.to_string()).says(&gone.id.to_string()).says(&chat.to_string());
    // The browsable answers, for who takes part.
    let mut browser = app.browser_of(&eve).await;
    let messages = format!("/api/conversations/{chat}/messages/");
    for page in ["/api/messages/", "/api/conversations/", "/api/users/", &messages] {
        let seen = browser.opens(page).await;
        seen.is(200).says("&lt;/script&gt;").does_not_say("<b>").does_not_say("</script");
        seen.does_not_say("<u>").does_not_say("spoken and gone");
    }
    let page = "/api/messages/?search=%3C%2Fscript%3E%22&ordering=%22%3E%3Cb%3E";
    browser.opens(page).await.is(200).does_not_say("<b>").does_not_say("</script");
    browser.opens(&messages).await.says("other words");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_guarded() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let (_, mut staff) = administrator(&app).await;
    let mut stranger = app.browser();
    let mut all = Vec::new();
    for page in pages_about(&ann) {
        all.push((page.clone(), staff.opens(&page).await));
        all.push((page.clone(), stranger.opens(&page).await));
    }
    for page in [
        "/?format=api",
        "/api/",
        "/api/v1/users/",
        "/api/token/",
        "/api/conversations/x/",
        "/api-auth/login/",
        "/admin/login/",
        "/api-auth/logout/",
        "/api/users/?format=api",
    ] {
        all.push((page.to_owned(), stranger.opens(page).await));
        all.push((page.to_owned(), staff.opens(page).await));
    }
    all.push(("login".to_owned(), stranger.signs_in("/api-auth/login/", "ann", "wrong").await));
    all.push(("login".to_owned(), stranger.signs_in("/api-auth/login/", "ann", PASSWORD).await));
    all.push(("forged".to_owned(), stranger.posts("/admin/users/", &[]).await));
    for (page, seen) in &all {
        for (name, value) in [
            (
                "content-security-policy",
                "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            ),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("content-type", "text/html; charset=utf-8"),
        ] {
            assert_eq!(seen.header(name), value, "{page}: {name}");
        }
        let vary = seen.header("vary");
        assert!(vary.contains("Cookie") && vary.contains("origin"), "{page}: {vary}");
        for nothing in ["<script", "<style", " style=", "http-equiv", "javascript:"] {
            seen.does_not_say(nothing);
        }
    }
    let login = &stranger.opens("/api-auth/login/").await.text;
    let sheet =
        login.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let seen = stranger.opens(sheet).await;
    assert_eq!(seen.is(200).header("content-type"), "text/css; charset=utf-8");
    assert!(seen.header("cache-control").contains("immutable"));
    assert!(!seen.text.contains("url(") && !seen.text.contains("@import"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_works_through_forms() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let mut browser = app.browser_of(&ann).await;
    let lists = browser.opens("/api/conversations/").await;
    lists.is(200).says("<form").says("Participant ids").says("Log out").says("href=\"/api/\"");
    let token = browser.cookies["csrftoken"].clone();
    lists.says(&token);
    let people = format!("{}\r\n {}", bob.id, ann.id);
    let made = browser.submits("/api/conversations/", &[("participant_ids", &people)]).await;
    made.is(201).says("HTTP 201 Created");
    let chat = ann
        .asks_for("{ conversations(first: 1) { nodes { id } } }")
        .await
        .id("conversations.nodes.0.id");
    let messages = format!("/api/conversations/{chat}/messages/");
    made.says(&format!("href=\"/api/conversations/{chat}/\""));
    browser.submits(&messages, &[("conversation", ""), ("message_body", "hello")]).await.is(201);
    let refused = browser.submits(&messages, &[("message_body", "  ")]).await;
    refused.is(400).says("This field may not be blank.").says("HTTP 400 Bad Request");
    let fields =
        [("_content", "{\"message_body\": \"raw\"}"), ("_content_type", "application/json")];
    browser.submits(&messages, &fields).await.is(201).says("&quot;raw&quot;");
    let all = ann
        .asks_for(format!(
            "{{ conversation(id: \"{chat}\") {{ messages(first: 10) {{ nodes {{ id body }} }} }} }}"
        ))
        .await;
    let ids = all.each("conversation.messages.nodes", "id");
    let one = format!("/api/messages/{}/", ids[0]);
    browser.opens(&one).await.is(200).says("value=\"PATCH\"").says("value=\"DELETE\"");
    let mut other = app.browser_of(&bob).await;
    other
        .opens(&one)
        .await
        .is(200)
        .does_not_say("value=\"PATCH\"")
        .does_not_say("value=\"DELETE\"");
    let patch = [("_method", "PATCH"), ("_content", "{\"message_body\": \"changed\"}")];
    other.submits(&one, &patch).await.is(403);
    browser.submits(&one, &patch).await.is(200).says("changed");
    browser.submits(&one, &[("_method", "OPTIONS")]).await.is(200).says("&quot;renders&quot;");
    let gone = browser.submits(&one, &[("_method", "DELETE")]).await;
    gone.is(200).says("HTTP 204 No Content");
    browser.opens(&one).await.is(404).does_not_say("value=\"PATCH\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_means_another_method_only_on_our_own_pages() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    let sent = ann.sends(chat, "stays").await;
    let one = format!("/api/messages/{}/", sent.id);
    let delete = [("_method", "DELETE")];
    let mut browser = app.browser_of(&ann).await;
    browser.opens("/api/").await;
    browser.posts(&one, &delete).await.is(403).says("CSRF Failed");
    browser.posts(&one, &[("csrfmiddlewaretoken", &"A".repeat(43)), delete[0]]).await.is(403);
    let mut foreign = browser.with_header("origin", "https://evil.example");
    foreign.submits(&one, &delete).await.is(403);
    let mut site = browser.with_header("sec-fetch-site", "cross-site");
    site.submits(&one, &delete).await.is(403);
    // Whoever does not ask for a page, or shows a token, is no form of ours.
    let mut program = browser.with_header("accept", "application/json");
    program.submits(&format!("{one}?format=json"), &delete).await.is(405);
    let bearer = format!("Bearer {}", rest_token(&app).await);
    let mut with_token = browser.with_header("authorization", &bearer);
    with_token.submits(&one, &delete).await.is(405);
    let mut anonymous = app.browser();
    anonymous.opens("/api-auth/login/").await;
    anonymous.submits(&one, &delete).await.is(401);
    browser.submits(&one, &[("_method", "TRACE")]).await.is(405);
    browser.submits("/admin/login/", &delete).await.is(200);
    let sql = "SELECT COUNT(*) FROM messages WHERE deleted_at IS NULL";
    assert_eq!(app.counts(sql).await, 1);
    browser.submits(&one, &delete).await.is(200);
    assert_eq!(app.counts(sql).await, 0);
}

/// An access token of Ann's, by REST.
async fn rest_token(app: &TestApp) -> String {
    let mut program = app.browser();
    let fields = [("username", "ann"), ("password", PASSWORD)];
    let seen = program.posts("/api/token/?format=json", &fields).await;
    let answer: serde_json::Value = serde_json::from_str(&seen.is(200).text).unwrap();
    answer["access"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_see_why_and_where_to_sign_in() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let seen = browser.opens("/api/messages/?page=2").await;
    seen.is(401)
        .says("Authentication credentials were not provided.")
        .says("HTTP 401 Unauthorized");
    seen.says("href=\"/api-auth/login/?next=/api/messages/%3Fpage%3D2\"")
        .does_not_say("Message body");
    assert_eq!(seen.header("www-authenticate"), "Bearer realm=\"api\"");
    browser.opens("/?format=api").await.is(401).says("Api Root");
    // Signing up is for everybody.
    browser.opens("/api/register/").await.is(405).says("name=\"password\" required");
}

#[tokio::test(flavor = "multi_thread")]
async fn long_lists_go_on() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let crowd = app.crowd(120).await;
    let (_, mut staff) = administrator(&app).await;
    let mut place = "/admin/users/".to_owned();
    let mut names = Vec::new();
    for _ in 0..3 {
        let seen = staff.opens(&place).await;
        let rows = seen.is(200).text.split("<tr><td><a href=\"/admin/users/").skip(1);
        names.extend(rows.map(|row| row.split(['>', '<']).nth(1).unwrap().to_owned()));
        let next = seen.text.split("rel=\"next\" href=\"").nth(1);
        place = next.map_or_else(String::new, |rest| rest.split('"').next().unwrap().to_owned());
    }
    assert_eq!(place, "", "the third page is the last");
    assert_eq!(names.len(), 124);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 124, "nobody is shown twice");
    let seen = staff.opens("/admin/users/?q=CROWD-7").await;
    seen.is(200).says("crowd-7<").says("crowd-70<").does_not_say("crowd-8<");
    staff
        .opens("/admin/users/?q=ann%40example")
        .await
        .says(&ann.id.to_string())
        .does_not_say(&bob.id.to_string());
    // A large group is named by the first few.
    let chat = ann.starts_a_group_with(&[&bob]).await;
    for some in crowd.chunks(50) {
        let input = json!({ "conversationId": chat, "userIds": some });
        ann.does("addParticipants", input, "eventSeq").await.succeeds();
    }
    staff.opens("/admin/conversations/").await.is(200).says("and 117 more").says(">122<");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_domain_looks_itself_who_is_an_administrator() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let host = app.person_who_is("host", Role::Host).await;
    let (client, user) = (Client::default(), UserId::from(bob.id));
    for person in [&ann, &host] {
        let app = &app.app;
        let viewer = sessions::authenticate(app, person.token().unwrap()).await.unwrap().viewer;
        let session = bob.session.into();
        let refusals = [
            admin::list_users(app, viewer, None, None).await.err(),
            admin::find_user(app, viewer, user).await.err(),
            admin::list_conversations(app, viewer, None, None).await.err(),
            admin::list_messages(app, viewer, None, None, None).await.err(),
            admin::list_sessions(app, viewer, None, None).await.err(),
            admin::find_session(app, viewer, session).await.err(),
            admin::list_audit(app, viewer, None, None).await.err(),
            admin::end_session(app, &client, viewer, session).await.err(),
            admin::end_sessions(app, &client, viewer, user).await.err(),
            accounts::set_disabled(app, &client, viewer, user, true).await.err(),
            accounts::set_role(app, &client, viewer, user, Role::Admin).await.err(),
        ];
        for refusal in refusals {
            assert!(matches!(refusal, Some(Error::Forbidden(_))), "{refusal:?}");
        }
    }
    bob.asks_for("{ viewer { id } }").await.succeeds();
}
