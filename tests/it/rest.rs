//! REST: the rules of its clients that the recorded cases (tests/rest) do not reach, and where it meets the rest of
//! the server.

use axum::{body::Body, http::Request};
use parlance::server;

use crate::support::{Answer, Client, Id, Person, Setup, TestApp, Value, json, nobody};

/// The `detail` of an answer.
#[track_caller]
fn detail(answer: &Answer) -> &str {
    answer.body["detail"].as_str().unwrap_or_else(|| panic!("no detail: {}", answer.text))
}

/// A group of these people, made by the first.
async fn group(people: &[&Person]) -> Id {
    let ids: Vec<_> = people.iter().map(|person| person.id).collect();
    let made = people[0]
        .rests("POST", "/api/conversations/", Some(json!({ "participant_ids": ids })))
        .await;
    made.has_status(201);
    made.body["conversation_id"].as_str().unwrap().parse().unwrap()
}

async fn send(person: &Client, chat: Id, body: &str) -> Answer {
    let path = format!("/api/conversations/{chat}/messages/");
    person.rests("POST", &path, Some(json!({ "message_body": body }))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_posted_reaches_who_follows_by_graphql() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = group(&[&ann, &bob]).await;
    let document = format!(
        "subscription {{ messageAdded(conversationId: \"{chat}\", afterSeq: 0) {{ seq body sender {{ username }} }} }}"
    );
    let mut follow = bob.follows(&document, json!({})).await;
    let sent = send(&ann, chat, "by REST").await;
    sent.has_status(201);
    let heard = follow.next().await;
    assert_eq!(heard["body"], "by REST");
    assert_eq!(heard["sender"]["username"], "ann");
    let id = sent.body["message_id"].as_str().unwrap();
    let path = format!("/api/messages/{id}/");
    ann.rests("DELETE", &path, None).await.has_status(204);
    let found = bob.asks_for(format!("{{ message(id: \"{id}\") {{ body deletedAt }} }}")).await;
    assert_eq!(found.at("message")["body"], "");
    bob.rests("GET", &path, None).await.has_status(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_under_a_key_is_stored_once() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let (chat, other) = (group(&[&ann, &bob]).await, group(&[&ann, &bob]).await);
    let keyed = ann.with_header("idempotency-key", "order 66");
    let first = send(&keyed, chat, "once").await;
    let again = send(&keyed, chat, "once").await;
    first.has_status(201);
    again.has_status(201);
    assert_eq!(first.body, again.body);
    send(&keyed, chat, "something else").await.has_status(409);
    send(&keyed, other, "once").await.has_status(409);
    // Another person's key is another key.
    send(&bob.with_header("idempotency-key", "order 66"), chat, "once").await.has_status(201);
    let body = json!({ "message_body": "in the body", "client_message_id": "7" });
    let path = format!("/api/conversations/{chat}/messages/");
    let one = ann.rests("POST", &path, Some(body.clone())).await;
    let two = ann.rests("POST", &path, Some(body)).await;
    assert_eq!(one.body, two.body);
    let list = ann.rests("GET", &path, None).await;
    assert_eq!(list.body["count"], 3);
    send(&ann.with_header("idempotency-key", &"x".repeat(256)), chat, "x").await.has_status(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_uuid_as_key_is_the_client_message_id_of_graphql() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = group(&[&ann, &bob]).await;
    let key = crate::support::client_id();
    let sent = send(&ann.with_header("idempotency-key", &key.to_string()), chat, "the same").await;
    let input = json!({ "conversationId": chat, "body": "the same", "clientMessageId": key });
    let again = ann.does("sendMessage", input, "message { id } deduplicated").await;
    assert_eq!(again.at("sendMessage.message.id"), sent.body["message_id"]);
    assert_eq!(again.at("sendMessage.deduplicated"), true);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_do_what_is_the_same_through_both_faces() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let gone = app.person("gone").await;
    let chat = group(&[&ann, &bob, &gone]).await;
    let sent = send(&ann, chat, "ann's").await;
    let message = sent.body["message_id"].as_str().unwrap().to_owned();
    let one = format!("/api/conversations/{chat}/");
    let people = json!({ "participant_ids": [ann.id, bob.id] });
    ann.rests("PATCH", &one, Some(people)).await.has_status(200);
    let (list, own) = (format!("{one}messages/"), format!("/api/messages/{message}/"));
    let words = json!({ "message_body": "x" });
    let edit = json!({ "id": message, "body": "x" });
    let text = json!({ "conversationId": chat, "body": "x" });
    // What is asked through REST, what is asked for the same through GraphQL, and who gets which status and code.
    let sees = "id";
    for (who, is_in, is_sender) in
        [(&ann, true, true), (&bob, true, false), (&eve, false, false), (&gone, false, false)]
    {
        let name = &who.name;
        let read = who.rests("GET", &one, None).await;
        let same = who.asks_for(format!("{{ conversation(id: \"{chat}\") {{ {sees} }} }}")).await;
        assert_eq!(read.status == 200, is_in, "{name}");
        assert_eq!(same.at("conversation").is_object(), is_in, "{name}");
        assert_eq!(who.rests("GET", &list, None).await.status == 200, is_in, "{name}");
        assert_eq!(who.rests("GET", &own, None).await.status == 200, is_in, "{name}");
        let same = who.asks_for(format!("{{ message(id: \"{message}\") {{ id }} }}")).await;
        assert_eq!(same.at("message").is_object(), is_in, "{name}");
        let sent = who.rests("POST", &list, Some(words.clone())).await;
        assert_eq!(sent.status == 201, is_in, "{name}");
        let same = who.does("sendMessage", text.clone(), "message { id }").await;
        assert_eq!(same.code().is_none(), is_in, "{name}");
        let edited = who.rests("PATCH", &own, Some(words.clone())).await;
        assert_eq!(edited.status == 200, is_sender, "{name}");
        let same = who.does("editMessage", edit.clone(), "message { id }").await;
        assert_eq!(same.code().is_none(), is_sender, "{name}");
        let events = who.rests("GET", &format!("{one}events/?after=0"), None).await;
        assert_eq!(events.status == 200, is_in, "{name}");
        if !is_in {
            for refused in [read, sent, edited, events] {
                refused.has_status(403);
                assert_eq!(detail(&refused), "You are not a participant of this conversation.");
            }
            who.rests("DELETE", &one, None).await.has_status(403);
            who.rests("DELETE", &own, None).await.has_status(403);
            let found = who.rests("GET", "/api/messages/", None).await;
            assert_eq!(found.body["count"], 0, "{name}");
            let found =
                who.rests("GET", &format!("/api/messages/?conversation={chat}"), None).await;
            assert_eq!(found.body["count"], 0, "{name}");
            let found = who.rests("GET", "/api/conversations/", None).await;
            assert_eq!(found.body["count"], 0, "{name}");
        }
    }
    bob.rests("DELETE", &own, None).await.has_status(403);
    // A leader may delete another's message through GraphQL: REST is narrower there.
    let deleted = bob.does("deleteMessage", json!({ "id": message }), "message { id }").await;
    deleted.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_with_several_faults_is_told_the_first_of_them() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = group(&[&ann, &bob]).await;
    let list = format!("/api/conversations/{chat}/messages/");
    let broken = |client: Client| {
        let list = list.clone();
        async move {
            let request = Request::post(&list).header("content-type", "application/json");
            let sent = client.sends_request(request.body(Body::from("{")).unwrap()).await;
            client.reads(sent).await
        }
    };
    broken(app.stranger()).await.has_status(401);
    broken((*eve).clone()).await.has_status(403);
    broken((*ann).clone()).await.has_status(400);
    app.stranger().rests("DELETE", &list, None).await.has_status(401);
    eve.rests("DELETE", &list, None).await.has_status(403);
    ann.rests("DELETE", &list, None).await.has_status(405);
    let xml = app.stranger().with_header("accept", "application/xml");
    xml.rests("GET", &list, None).await.has_status(406);
    ann.rests("GET", &format!("/api/conversations/{}/messages/", nobody()), None)
        .await
        .has_status(404);
    let malformed = ann.rests("GET", "/api/conversations/12/messages/", None).await;
    assert_eq!(detail(malformed.has_status(404)), "Not found.");
    let text = Request::post(&list).header("content-type", "text/plain").body(Body::from("x"));
    let sent = ann.sends_request(text.unwrap()).await;
    let refused = ann.reads(sent).await;
    assert_eq!(
        detail(refused.has_status(415)),
        "Unsupported media type \"text/plain\" in request."
    );
    // An empty body has no fields, whatever it is called.
    let text = Request::post(&list).header("content-type", "text/plain").body(Body::empty());
    let sent = ann.sends_request(text.unwrap()).await;
    ann.reads(sent).await.has_status(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_part_is_changed_in_one_step_that_everybody_is_told() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = group(&[&ann, &bob]).await;
    let before = app.log_of(chat).await.len();
    let one = format!("/api/conversations/{chat}/");
    let people = json!({ "participants": [eve.id] });
    let changed = bob.rests("PUT", &one, Some(people.clone())).await;
    changed.has_status(200);
    // Bob, who asks, stays.
    let names = |answer: &Answer| {
        let people = answer.body["participants"].as_array().unwrap().iter();
        people.map(|person| person["username"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&changed), ["bob", "eve"]);
    let log = app.log_of(chat).await;
    assert_eq!(log[before..].len(), 2, "{log:?}");
    ann.rests("GET", &one, None).await.has_status(403);
    bob.rests("PUT", &one, Some(people)).await.has_status(200);
    assert_eq!(app.log_of(chat).await.len(), log.len(), "nothing new is no event");
    eve.rests("DELETE", &one, None).await.has_status(204);
    bob.rests("GET", &one, None).await.has_status(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_conversation_is_shown_and_not_changed() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let one = format!("/api/conversations/{chat}/");
    ann.rests("GET", &one, None).await.has_status(200);
    let people = json!({ "participant_ids": [ann.id, bob.id, eve.id] });
    ann.rests("PATCH", &one, Some(people)).await.has_status(400);
    ann.rests("DELETE", &one, None).await.has_status(400);
    assert_eq!(
        ann.rests("GET", &one, None).await.body["participants"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_without_rights_changes_nothing_through_rest() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    // Made through GraphQL: Bob is a plain member.
    let chat = ann.starts_a_group_with(&[&bob]).await;
    let one = format!("/api/conversations/{chat}/");
    let people = json!({ "participant_ids": [ann.id, bob.id, eve.id] });
    bob.rests("PATCH", &one, Some(people)).await.has_status(403);
    bob.rests("DELETE", &one, None).await.has_status(403);
    eve.rests("GET", &one, None).await.has_status(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_without_gaps_by_long_poll() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = group(&[&ann, &bob]).await;
    for number in 0..130 {
        ann.sends(chat, &format!("message {number}")).await;
    }
    let path = format!("/api/conversations/{chat}/events/");
    let mut next = 0;
    let mut seen = Vec::new();
    loop {
        let got = bob.rests("GET", &format!("{path}?after={next}"), None).await;
        got.has_status(200);
        let events = got.body["events"].as_array().unwrap().clone();
        assert!(events.len() <= 100);
        next = got.body["next"].as_i64().unwrap();
        if events.is_empty() {
            break;
        }
        seen.extend(events.iter().map(|event| event["event_seq"].as_i64().unwrap()));
    }
    assert_eq!(seen, (1..=132).collect::<Vec<_>>());
    assert_eq!(next, 132);
    // Who waits is told as soon as there is something.
    let waits = {
        let (bob, path) = (bob.clone(), path.clone());
        tokio::spawn(
            async move { bob.rests("GET", &format!("{path}?after=132&wait=25"), None).await },
        )
    };
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let sent = ann.sends(chat, "the one that is waited for").await;
    let got = waits.await.unwrap();
    let events = got.body["events"].as_array().unwrap();
    assert_eq!(events[0]["type"], "message_sent");
    assert_eq!(events[0]["message"]["message_body"], "the one that is waited for");
    assert_eq!(got.body["next"], sent.event_seq);
    // Without a number it begins with what is new.
    let got = bob.rests("GET", &path, None).await;
    assert_eq!((got.body["events"].as_array().unwrap().len(), &got.body["next"]), (0, &json!(133)));
    // A deleted message is told by its id alone.
    ann.rests("DELETE", &format!("/api/messages/{}/", sent.id), None).await.has_status(204);
    let got = bob.rests("GET", &format!("{path}?after=132"), None).await;
    let events = got.body["events"].as_array().unwrap();
    for (event, kind) in events.iter().zip(["message_sent", "message_deleted"]) {
        assert_eq!((&event["type"], &event["message"]), (&json!(kind), &Value::Null));
        assert_eq!(event["message_id"], json!(sent.id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_do_not_go_on_are_gone() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = group(&[&ann, &bob]).await;
    let path = format!("/api/conversations/{chat}/events/");
    let epoch = bob.rests("GET", &path, None).await.body["epoch"].as_str().unwrap().to_owned();
    bob.rests("GET", &format!("{path}?after=2&epoch={epoch}"), None).await.has_status(200);
    for query in ["after=3", "after=2&epoch=another"] {
        let gone = bob.rests("GET", &format!("{path}?{query}"), None).await;
        gone.has_status(410);
        assert_eq!(gone.body["head"], 2, "{}", gone.text);
    }
    for (query, field) in [("after=-1", "after"), ("after=x", "after"), ("wait=soon", "wait")] {
        let refused = bob.rests("GET", &format!("{path}?{query}"), None).await;
        assert!(refused.has_status(400).body[field].is_array(), "{}", refused.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_hidden_where_the_operator_says_so() {
    let options = server::Options { shows_contacts: false, ..server::Options::default() };
    let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    let (ann, bob, _) = app.people().await;
    let staff = app.admin().await;
    group(&[&ann, &bob]).await;
    for path in ["/api/users/?ordering=username", "/api/conversations/"] {
        let seen = ann.rests("GET", path, None).await;
        assert!(seen.text.contains("ann@example.org"), "{}", seen.text);
        assert!(!seen.text.contains("bob@example.org"), "{}", seen.text);
    }
    let seen = staff.rests("GET", "/api/users/", None).await;
    assert!(seen.text.contains("bob@example.org"));
    // Nor can an address be guessed piece by piece.
    group(&[&bob, &ann]).await;
    bob.rests(
        "POST",
        "/api/conversations/",
        Some(json!({
            "participant_ids": [ann.id], "messages": [{ "message_body": "hello" }],
        })),
    )
    .await
    .has_status(201);
    assert_eq!(ann.rests("GET", "/api/messages/?sender=bob", None).await.body["count"], 1);
    for path in [
        "/api/users/?search=b@example",
        "/api/conversations/?search=b@example",
        "/api/messages/?sender=bob@example.org",
    ] {
        assert_eq!(ann.rests("GET", path, None).await.body["count"], 0, "{path}");
    }
    let shown = TestApp::start().await;
    let (ann, _, _) = shown.people().await;
    let seen = ann.rests("GET", "/api/users/", None).await;
    assert!(seen.text.contains("bob@example.org"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_origin_may_ask_and_send_no_cookies() {
    let app = TestApp::start().await;
    let page = app.stranger().with_header("origin", "https://elsewhere.example");
    let preflight = page.with_header("access-control-request-method", "POST");
    let answer = preflight.rests("OPTIONS", "/api/conversations/", None).await;
    answer.has_status(200);
    let header = |answer: &Answer, name: &str| {
        answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(header(&answer, "access-control-allow-origin").as_deref(), Some("*"));
    assert_eq!(header(&answer, "access-control-allow-credentials"), None);
    let keyed = preflight.with_header("access-control-request-headers", "idempotency-key");
    let answer = keyed.rests("OPTIONS", "/api/conversations/", None).await;
    assert!(header(&answer, "access-control-allow-headers").unwrap().contains("idempotency-key"));
    let answer = page.rests("GET", "/api/users/", None).await;
    assert_eq!(header(answer.has_status(401), "access-control-allow-origin").as_deref(), Some("*"));
    // GraphQL goes by its list.
    let answer = preflight.rests("OPTIONS", "/graphql", None).await;
    assert_eq!(header(&answer, "access-control-allow-origin"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slash_is_added_without_leaving_the_server() {
    let app = TestApp::start().await;
    for (path, location) in [
        ("/api/users?page=2", "/api/users/?page=2"),
        ("/users", "/users/"),
        ("/api", "/api/"),
        ("/api/v1/token", "/api/v1/token/"),
    ] {
        let moved = app.stranger().rests("GET", path, None).await;
        moved.has_status(301);
        assert_eq!(moved.headers["location"], location);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_sent_breaks_the_server() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = group(&[&ann, &bob]).await;
    let paths = [
        "/api/register/".to_owned(),
        "/api/token/".to_owned(),
        "/api/token/refresh/".to_owned(),
        "/api/conversations/".to_owned(),
        "/api/messages/".to_owned(),
        format!("/api/conversations/{chat}/messages/"),
    ];
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!([]),
        json!({}),
        json!("\u{0}"),
        json!([[[]]]),
        json!({ "a": { "b": [null] } }),
        json!("x".repeat(100_000)),
        json!("\u{feff}\u{202e}"),
    ];
    let fields = [
        "username",
        "email",
        "password",
        "first_name",
        "phone_number",
        "role",
        "refresh",
        "participant_ids",
        "participants",
        "messages",
        "conversation",
        "message_body",
        "client_message_id",
    ];
    for path in &paths {
        for value in &values {
            let body: serde_json::Map<_, _> =
                fields.iter().map(|field| ((*field).to_owned(), value.clone())).collect();
            let answer = ann.rests("POST", path, Some(body.into())).await;
            assert!(
                answer.status.as_u16() < 500,
                "{path} {value}: {} {}",
                answer.status,
                answer.text
            );
            let answer = ann.rests("POST", path, Some(value.clone())).await;
            assert!(
                answer.status.as_u16() < 500,
                "{path} {value}: {} {}",
                answer.status,
                answer.text
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_asked_breaks_the_server() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = group(&[&ann, &bob]).await;
    for query in [
        "page=99999999999999999999",
        "page=%00",
        "page_size=9223372036854775807&page=9223372036854775807",
        "search=%00%ff",
        "ordering=,,-,--sent_at",
        "start_date=9999-12-31T23:59:59-23:00",
        "start_date=%00",
        "sender=%00",
        "conversation=%00",
        "participants=%00",
        "created_after=0000-00-00",
        "role=%00",
        "wait=-1",
        "after=9223372036854775807",
        "after=9223372036854775808",
        "format=%00",
    ] {
        for path in ["/api/users/", "/api/conversations/", "/api/messages/"] {
            let answer = ann.rests("GET", &format!("{path}?{query}"), None).await;
            assert!(
                answer.status.as_u16() < 500,
                "{path}?{query}: {} {}",
                answer.status,
                answer.text
            );
        }
        let path = format!("/api/conversations/{chat}/events/?{query}");
        let answer = ann.rests("GET", &path, None).await;
        assert!(answer.status.as_u16() < 500, "{path}: {} {}", answer.status, answer.text);
    }
    for header in [
        "Bearer",
        "Bearer \u{e9}",
        "Basic \u{e9}",
        "Basic ====",
        "Basic Og==",
        "Basic dTpw dTpw",
        "",
    ] {
        let client = app.stranger().with_header("authorization", header);
        client.rests("GET", "/api/users/", None).await.has_status(401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_carry_first_messages_and_names_are_made_of_any_address() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let form = format!(
        "participant_ids={}&messages[0]message_body=one&messages[1].message_body=two",
        bob.id
    );
    let request = Request::post("/api/conversations/")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form));
    let made = ann.reads(ann.sends_request(request.unwrap()).await).await;
    made.has_status(201);
    assert_eq!(made.body["message_count"], 2);
    assert_eq!(made.body["last_message"]["message_body"], "two");
    let wanted = json!({ "email": "a!b@example.org", "password": "plenty of rain" });
    let signed = app.stranger().rests("POST", "/api/register/", Some(wanted)).await;
    assert_eq!(signed.has_status(201).body["username"], "a_b@example.org");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_message_that_is_gone_is_refused() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = group(&[&ann, &bob]).await;
    let keyed = ann.with_header("idempotency-key", "schlüssel");
    let sent = send(&keyed, chat, "soon gone").await;
    let id = sent.has_status(201).body["message_id"].as_str().unwrap();
    ann.rests("DELETE", &format!("/api/messages/{id}/"), None).await.has_status(204);
    send(&keyed, chat, "soon gone").await.has_status(409);
    let path = format!("/api/conversations/{chat}/messages/");
    let body = json!({ "client_message_id": "x".repeat(256) });
    let refused = ann.rests("POST", &path, Some(body)).await;
    let wrong = refused.has_status(400).body.as_object().unwrap();
    assert!(wrong.contains_key("client_message_id") && wrong.contains_key("message_body"));
}
