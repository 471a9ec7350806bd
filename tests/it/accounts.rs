//! People: signing up, looking each other up, profiles, leaving, and who manages whom.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use insta::assert_json_snapshot;
use parlance::{ids::UserId, store::accounts::Role};

use crate::support::{Answer, Client, Id, List, PASSWORD, Person, TestApp, Value, json, nobody};

const SIGNED_IN: &str = "accessToken refreshToken expiresAt user { id username email firstName lastName phoneNumber role createdAt }";

async fn registers(client: &Client, input: Value) -> Answer {
    client.does("register", input, SIGNED_IN).await
}

/// What is needed, and more or other of it.
fn zoe_with(more: Value) -> Value {
    let mut input = json!({ "username": "zoe", "email": "zoe@example.org", "password": PASSWORD });
    let Value::Object(more) = more else { panic!("not an object: {more}") };
    input.as_object_mut().unwrap().extend(more);
    input
}

fn sql(id: Id) -> String {
    UserId::from(id).literal()
}

// Signing up

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_up_is_signed_in_and_shown_all_of_themselves() {
    let app = TestApp::start().await;
    let all = json!({ "firstName": "Zoë", "lastName": "Ångström", "phoneNumber": "+46 8 123", "role": "HOST" });
    let answer = registers(&app.stranger(), zoe_with(all)).await;
    assert_json_snapshot!(answer.gives("register"), {
        ".accessToken" => "[token]", ".refreshToken" => "[token]", ".expiresAt" => "[moment]",
        ".user.id" => "[id]", ".user.createdAt" => "[moment]",
    }, @r#"
    {
      "accessToken": "[token]",
      "expiresAt": "[moment]",
      "refreshToken": "[token]",
      "user": {
        "createdAt": "[moment]",
        "email": "zoe@example.org",
        "firstName": "Zoë",
        "id": "[id]",
        "lastName": "Ångström",
        "phoneNumber": "+46 8 123",
        "role": "HOST",
        "username": "zoe"
      }
    }
    "#);
    let zoe = app.stranger().with_token(&answer.word("register.accessToken"));
    let viewer = zoe.asks_for("{ viewer { id username email } sessions { current } }").await;
    assert_eq!(viewer.id("viewer.id"), answer.id("register.user.id"));
    assert_eq!(viewer.gives("sessions"), json!([{ "current": true }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_said_at_signing_up_is_empty_and_a_guest() {
    let app = TestApp::start().await;
    for (name, more) in [
        ("zoe", json!({})),
        ("kim", json!({ "firstName": null, "lastName": null, "phoneNumber": null, "role": null })),
        ("lea", json!({ "firstName": " ", "lastName": "", "phoneNumber": " " })),
    ] {
        let mut input = zoe_with(more);
        input["username"] = name.into();
        input["email"] = format!("{name}@example.org").into();
        let user = registers(&app.stranger(), input).await.gives("register.user");
        let words =
            ["firstName", "lastName", "phoneNumber", "role"].map(|field| user[field].clone());
        assert_eq!(words, [json!(""), json!(""), Value::Null, json!("GUEST")], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_of_a_registration_is_named_at_once() {
    let app = TestApp::start().await;
    let wrong = json!({
        "username": "a b", "email": "zoe", "password": "abcd", "firstName": "x".repeat(151),
        "lastName": "x".repeat(151), "phoneNumber": "1".repeat(21), "role": "ADMIN",
    });
    let answer = registers(&app.stranger(), zoe_with(wrong)).await;
    answer.fails_with("BAD_USER_INPUT").has_status(200);
    let mut fields = answer.fields();
    fields.sort();
    assert_eq!(
        fields,
        ["email", "firstName", "lastName", "password", "phoneNumber", "role", "username"]
    );
    assert_eq!(app.counts("SELECT COUNT(*) FROM users").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_of_a_registration_has_its_bounds() {
    let app = TestApp::start().await;
    let long = |count: usize| "ä".repeat(count);
    let cases = [
        ("username", String::new()),
        ("username", "   ".to_owned()),
        ("username", "a b".to_owned()),
        ("username", "a/b".to_owned()),
        ("username", "a\nb".to_owned()),
        ("username", "a\0b".to_owned()),
        ("username", "\u{1F600}".to_owned()),
        ("username", "' OR 1=1 --".to_owned()),
        ("username", long(151)),
        ("email", String::new()),
        ("email", "zoe".to_owned()),
        ("email", "zoe@example".to_owned()),
        ("email", "zoe@@example.org".to_owned()),
        ("email", "z oe@example.org".to_owned()),
        ("email", "zoe\0@example.org".to_owned()),
        ("email", "zoe@example.org\r\nBcc: x@example.org".to_owned()),
        ("email", format!("zoe@{}.org", "x".repeat(260))),
        ("firstName", long(151)),
        ("firstName", "a\0b".to_owned()),
        ("lastName", long(151)),
        ("lastName", "a\0b".to_owned()),
        ("phoneNumber", "1".repeat(21)),
        ("phoneNumber", "1\0".to_owned()),
        ("password", String::new()),
        ("password", "abcd".to_owned()),
        ("password", long(129)),
        ("password", long(5_000)),
        ("password", "9876543210".to_owned()),
        ("password", "password".to_owned()),
        ("password", "QWERTY".to_owned()),
        ("password", "dragon".to_owned()),
    ];
    for (field, value) in cases {
        let answer = registers(&app.stranger(), zoe_with(json!({ field: value }))).await;
        answer.fails_on(&[field]);
        assert!(!answer.text.contains(PASSWORD), "a password is never repeated");
    }
    registers(&app.stranger(), zoe_with(json!({ "role": "ADMIN" }))).await.fails_on(&["role"]);
    assert_eq!(app.counts("SELECT COUNT(*) FROM users").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_at_their_bounds_are_accepted_and_trimmed() {
    let app = TestApp::start().await;
    let long = "ä".repeat(150);
    let most = json!({ "username": long, "firstName": long, "lastName": format!(" {long} "), "phoneNumber": "1".repeat(20), "password": "\u{1F600}".repeat(128) });
    let user = registers(&app.stranger(), zoe_with(most)).await.gives("register.user");
    assert_eq!((&user["username"], &user["lastName"]), (&json!(long), &json!(long)));
    let least = json!({ "username": " ' ".replace('\'', "k"), "email": " k@example.org ", "password": "pqmz7", "firstName": "' OR 1=1 --" });
    let user = registers(&app.stranger(), zoe_with(least)).await.gives("register.user");
    assert_eq!(
        (&user["username"], &user["email"], &user["firstName"]),
        (&json!("k"), &json!("k@example.org"), &json!("' OR 1=1 --"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_or_address_that_somebody_has_is_refused_in_any_form() {
    let app = TestApp::start().await;
    app.person("ann").await;
    registers(
        &app.stranger(),
        json!({ "username": "kim@example.org", "email": "kim@example.com", "password": PASSWORD }),
    )
    .await
    .succeeds();
    let fullwidth = "\u{FF41}\u{FF4E}\u{FF4E}";
    let cases = [
        ("ann", "zoe@example.org", vec!["username"]),
        (" ANN ", "zoe@example.org", vec!["username"]),
        (fullwidth, "zoe@example.org", vec!["username"]),
        ("zoe", "ann@example.org", vec!["email"]),
        ("zoe", "ANN@Example.ORG", vec!["email"]),
        ("zoe", &format!("{fullwidth}@example.org"), vec!["email"]),
        ("Ann", "Ann@example.org", vec!["username", "email"]),
        // Since people sign in by either, a name may not be somebody's address, nor the reverse.
        ("Ann@Example.org", "zoe@example.org", vec!["username"]),
        ("zoe", "KIM@example.org", vec!["email"]),
    ];
    for (username, email, fields) in cases {
        let more = json!({ "username": username, "email": email });
        registers(&app.stranger(), zoe_with(more)).await.fails_on(&fields);
    }
    // One's own address may be one's name.
    registers(&app.stranger(), zoe_with(json!({ "username": "zoe@example.org" }))).await.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_take_a_name_at_once_one_gets_it() {
    let app = TestApp::start().await;
    let tries = (0..8).map(|turn| {
        let client = app.stranger();
        let name = if turn % 2 == 0 { "zoe" } else { "ZOE" };
        async move { registers(&client, zoe_with(json!({ "username": name }))).await }
    });
    let answers = futures_util::future::join_all(tries).await;
    let (won, lost): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.errors().is_empty());
    assert_eq!(won.len(), 1);
    for answer in lost {
        answer.fails_on(&["username", "email"]);
    }
    assert_eq!(app.counts("SELECT COUNT(*) FROM users").await, 1);
    assert_eq!(app.counts("SELECT COUNT(*) FROM sessions").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_kept_as_argon2id_each_with_its_salt() {
    let app = TestApp::start().await;
    for name in ["zoe", "kim"] {
        registers(&app.stranger(), json!({ "username": name, "email": format!("{name}@example.org"), "password": PASSWORD })).await.succeeds();
    }
    let kept: Vec<_> =
        app.reads("SELECT password_hash AS value FROM users").await.into_iter().flatten().collect();
    assert!(
        kept.iter().all(|hash| hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")),
        "{kept:?}"
    );
    assert_ne!(kept[0], kept[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn none_of_the_three_thousand_most_common_passwords_is_accepted() {
    let app = TestApp::start().await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/secrets/common_passwords.txt");
    let common = fs::read_to_string(file).unwrap();
    let common: Vec<&str> = common.lines().take(3_000).collect();
    assert_eq!(common.len(), 3_000);
    for password in common.iter().step_by(31) {
        for form in [(*password).to_owned(), password.to_uppercase()] {
            let answer = registers(&app.stranger(), zoe_with(json!({ "password": form }))).await;
            answer.fails_on(&["password"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_with_more_than_it_may_say_is_refused() {
    let app = TestApp::start().await;
    for more in [
        json!({ "id": nobody() }),
        json!({ "createdAt": "2020-01-01T00:00:00Z" }),
        json!({ "passwordHash": "x" }),
    ] {
        let answer = registers(&app.stranger(), zoe_with(more)).await;
        assert!(
            matches!(answer.code(), Some("BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED")),
            "{}",
            answer.text
        );
    }
    assert_eq!(app.counts("SELECT COUNT(*) FROM users").await, 0);
}

// Looking people up

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_id_and_nobody_is_null() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let query = "query U($id: ID!) { user(id: $id) { __typename id username firstName lastName role } node(id: $id) { __typename id } nodes(ids: [$id]) { id } }";
    let answer = ann.asks(query, json!({ "id": bob.id })).await;
    let expected = json!({ "__typename": "User", "id": bob.id, "username": "bob", "firstName": "Bob", "lastName": "", "role": "GUEST" });
    assert_eq!(answer.gives("user"), expected);
    assert_eq!(answer.gives("node"), json!({ "__typename": "User", "id": bob.id }));
    let answer = ann.asks(query, json!({ "id": nobody() })).await;
    assert_eq!(answer.gives("user"), Value::Null);
    assert_eq!(answer.gives("node"), Value::Null);
    assert_eq!(answer.gives("nodes"), json!([null]));
    assert_eq!(ann.asks_for("{ viewer { id } }").await.id("viewer.id"), ann.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn contact_details_are_for_oneself_and_for_administrators() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let (host, admin) = (app.person_who_is("host", Role::Host).await, app.admin().await);
    for person in [&ann, &bob] {
        person
            .does("updateProfile", json!({ "phoneNumber": "+49 30 1" }), "user { id }")
            .await
            .succeeds();
    }
    let chat = ann.starts_a_group_with(&[&bob, &host, &admin]).await;
    let sent = ann.sends(chat, "hello").await;
    let document = format!(
        "{{ user(id: \"{ann}\") {{ ...C }} node(id: \"{ann}\") {{ ...C }} users(filter: {{ search: \"ann\" }}) {{ nodes {{ ...C }} }}
           message(id: \"{message}\") {{ sender {{ ...C }} }}
           conversation(id: \"{chat}\") {{ createdBy {{ ...C }} participants {{ ...C }} members {{ nodes {{ user {{ ...C }} }} }} lastMessage {{ sender {{ ...C }} }} }} }}
         fragment C on User {{ username email phoneNumber }}",
        ann = ann.id,
        message = sent.id,
    );
    let full = json!({ "username": "ann", "email": "ann@example.org", "phoneNumber": "+49 30 1" });
    let bare = json!({ "username": "ann", "email": null, "phoneNumber": null });
    for (viewer, expected) in [(&ann, &full), (&admin, &full), (&bob, &bare), (&host, &bare)] {
        let answer = viewer.asks_for(&document).await;
        for path in [
            "user",
            "node",
            "users.nodes.0",
            "message.sender",
            "conversation.createdBy",
            "conversation.participants.0",
            "conversation.members.nodes.0.user",
            "conversation.lastMessage.sender",
        ] {
            assert_eq!(&answer.gives(path), expected, "{path} as {}", viewer.name);
        }
        if expected == &bare {
            // Their own address, as a participant and as a member.
            assert_eq!(answer.text.matches("@example.org").count(), 2, "{}", answer.text);
        }
    }
}

/// Some people with names, roles and an age each, the eldest first.
async fn a_town(app: &TestApp) -> Person {
    app.clock.stops();
    let ann = app.person("ann").await;
    for (name, role, first, last) in [
        ("bob", Role::Host, "Robert", "Smith"),
        ("Carl_1", Role::Guest, "Carl", "100%"),
        ("dora", Role::Host, "DÖRTHE", "o'Neill"),
        ("emil", Role::Guest, "Emil", "Smithson"),
        ("fay", Role::Admin, "Fay", ""),
        ("gus", Role::Guest, "Gus", "\u{1F600}"),
    ] {
        app.clock.forward(Duration::from_secs(1));
        let person = app.person_who_is(name, role).await;
        person
            .does("updateProfile", json!({ "firstName": first, "lastName": last }), "user { id }")
            .await
            .succeeds();
    }
    ann
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_people_is_filtered_ordered_and_counted() {
    let app = TestApp::start().await;
    let ann = a_town(&app).await;
    let cases: &[(&str, &[&str])] = &[
        ("", &["ann", "bob", "Carl_1", "dora", "emil", "fay", "gus"]),
        ("orderBy: USERNAME_ASC", &["ann", "bob", "Carl_1", "dora", "emil", "fay", "gus"]),
        ("orderBy: null", &["ann", "bob", "Carl_1", "dora", "emil", "fay", "gus"]),
        ("orderBy: CREATED_DESC", &["gus", "fay", "emil", "dora", "Carl_1", "bob", "ann"]),
        ("filter: null", &["ann", "bob", "Carl_1", "dora", "emil", "fay", "gus"]),
        ("filter: {}", &["ann", "bob", "Carl_1", "dora", "emil", "fay", "gus"]),
        ("filter: { search: \"\" }", &["ann", "bob", "Carl_1", "dora", "emil", "fay", "gus"]),
        (
            "filter: { search: null, role: null }",
            &["ann", "bob", "Carl_1", "dora", "emil", "fay", "gus"],
        ),
        ("filter: { search: \"ANN\" }", &["ann"]),
        ("filter: { search: \" ann \" }", &["ann"]),
        ("filter: { search: \"smith\" }", &["bob", "emil"]),
        ("filter: { search: \"SMITH\" }, orderBy: CREATED_DESC", &["emil", "bob"]),
        ("filter: { search: \"ROBERT\" }", &["bob"]),
        ("filter: { search: \"dörthe\" }", &["dora"]),
        ("filter: { search: \"%\" }", &["Carl_1"]),
        ("filter: { search: \"_\" }", &["Carl_1"]),
        ("filter: { search: \"'\" }", &["dora"]),
        ("filter: { search: \"\u{1F600}\" }", &["gus"]),
        ("filter: { search: \"' OR 1=1 --\" }", &[]),
        ("filter: { search: \"\\u0000\" }", &[]),
        // The search is in names only, so that it cannot be used to find whose address something is.
        ("filter: { search: \"example.org\" }", &[]),
        ("filter: { role: HOST }", &["bob", "dora"]),
        ("filter: { role: GUEST }", &["ann", "Carl_1", "emil", "gus"]),
        ("filter: { role: ADMIN }", &["fay"]),
        ("filter: { role: HOST, search: \"smith\" }", &["bob"]),
        ("filter: { role: HOST, search: \"emil\" }", &[]),
    ];
    for (arguments, expected) in cases {
        let document = format!("users(PAGE, {arguments}) {{ CONNECTION }}");
        List { document: &document, path: "users", key: "username" }.is(&ann, expected).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_the_same_age_are_all_listed_once() {
    let app = TestApp::start().await;
    app.clock.stops();
    let ann = app.person("ann").await;
    app.crowd(9).await;
    let list = List {
        document: "users(PAGE, orderBy: CREATED_DESC) { CONNECTION }",
        path: "users",
        key: "username",
    };
    let all = list.pages(&ann, 100, false).await;
    assert_eq!(all.len(), 10);
    list.is(&ann, &all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_people_that_cannot_be_are_refused() {
    let app = TestApp::start().await;
    let ann = a_town(&app).await;
    let by_name = List { document: "users(PAGE) { CONNECTION }", path: "users", key: "username" };
    let by_age = List {
        document: "users(PAGE, orderBy: CREATED_DESC) { CONNECTION }",
        path: "users",
        key: "username",
    };
    by_name.refuses_bad_pages(&ann, &by_age.cursors(&ann).await).await;
    by_age.refuses_bad_pages(&ann, &by_name.cursors(&ann).await).await;
    assert_eq!(ann.asks_for("{ users { nodes { id } } }").await.list("users.nodes").len(), 7);
    app.crowd(120).await;
    assert_eq!(ann.asks_for("{ users { nodes { id } } }").await.list("users.nodes").len(), 20);
    assert_eq!(
        ann.asks_for("{ users(first: 100) { nodes { id } } }").await.list("users.nodes").len(),
        100
    );
    assert_eq!(
        ann.asks_for("{ users(last: 100) { nodes { id } } }").await.list("users.nodes").len(),
        100
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_counted_only_when_the_count_is_asked_for() {
    let app = TestApp::start().await;
    let ann = a_town(&app).await;
    let count = async |document: &str| {
        let before = app.store.statements();
        ann.asks_for(document).await.succeeds();
        app.store.statements() - before
    };
    let without = count("{ users { nodes { id } } }").await;
    assert_eq!(count("{ users { nodes { id } totalCount } }").await, without + 1);
}

// The profile

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_changed_field_by_field() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let fields = "user { username email firstName lastName phoneNumber }";
    let mut expected = json!({ "username": "ann", "email": "ann@example.org", "firstName": "Ann", "lastName": "", "phoneNumber": null });
    let changes = [
        (json!({}), json!({})),
        (json!({ "firstName": " Änne " }), json!({ "firstName": "Änne" })),
        (
            json!({ "lastName": "Lee", "phoneNumber": "1 2 3" }),
            json!({ "lastName": "Lee", "phoneNumber": "1 2 3" }),
        ),
        (json!({ "email": "Ann@Example.org" }), json!({ "email": "Ann@Example.org" })),
        (json!({ "username": "ANN" }), json!({ "username": "ANN" })),
        (
            json!({ "username": "anna", "email": "anna@example.org" }),
            json!({ "username": "anna", "email": "anna@example.org" }),
        ),
        // What cannot be null stays.
        (
            json!({ "username": null, "email": null, "firstName": null, "lastName": null }),
            json!({}),
        ),
        (json!({ "phoneNumber": null }), json!({ "phoneNumber": null })),
        (json!({ "phoneNumber": "4" }), json!({ "phoneNumber": "4" })),
        (
            json!({ "phoneNumber": "", "firstName": "" }),
            json!({ "phoneNumber": null, "firstName": "" }),
        ),
    ];
    for (input, news) in changes {
        expected.as_object_mut().unwrap().extend(news.as_object().unwrap().clone());
        let answer = ann.does("updateProfile", input.clone(), fields).await;
        assert_eq!(answer.gives("updateProfile.user"), expected, "{input}");
        let seen =
            ann.asks_for("{ viewer { username email firstName lastName phoneNumber } }").await;
        assert_eq!(seen.gives("viewer"), expected, "{input}");
    }
    let login = async |name: &str| {
        let input = json!({ "username": name, "password": PASSWORD });
        app.stranger().does("login", input, "user { id }").await
    };
    login("ANNA").await.succeeds();
    login("anna@example.org").await.succeeds();
    login("ann").await.fails_with("INVALID_CREDENTIALS");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_in_a_profile_are_all_named_and_none_is_kept() {
    let app = TestApp::start().await;
    let (ann, _, _) = app.people().await;
    let updates = async |input: Value| ann.does("updateProfile", input, "user { id }").await;
    let wrong = json!({ "username": "a b", "email": "x", "firstName": "x".repeat(151), "lastName": "\0", "phoneNumber": "1".repeat(21) });
    let answer = updates(wrong).await;
    let mut fields = answer.fails_with("BAD_USER_INPUT").fields();
    fields.sort();
    assert_eq!(fields, ["email", "firstName", "lastName", "phoneNumber", "username"]);
    updates(json!({ "firstName": "New", "email": "x" })).await.fails_on(&["email"]);
    updates(json!({ "username": "" })).await.fails_on(&["username"]);
    updates(json!({ "username": "BOB" })).await.fails_on(&["username"]);
    updates(json!({ "username": "bob@example.org" })).await.fails_on(&["username"]);
    updates(json!({ "email": "Bob@example.org" })).await.fails_on(&["email"]);
    updates(json!({ "username": "bob", "email": "bob@example.org" }))
        .await
        .fails_on(&["username", "email"]);
    let role = updates(json!({ "role": "ADMIN" })).await;
    assert!(
        matches!(role.code(), Some("BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED")),
        "{}",
        role.text
    );
    let viewer = ann.asks_for("{ viewer { username email firstName } }").await.gives("viewer");
    assert_eq!(
        viewer,
        json!({ "username": "ann", "email": "ann@example.org", "firstName": "Ann" })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_change_to_one_name_at_once_one_gets_it() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let tries = [&ann, &bob, &eve]
        .map(|person| person.does("updateProfile", json!({ "username": "zoe" }), "user { id }"));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.errors().is_empty()).count(), 1);
    for answer in answers.iter().filter(|answer| !answer.errors().is_empty()) {
        assert!(matches!(answer.code(), Some("CONFLICT" | "BAD_USER_INPUT")), "{}", answer.text);
    }
}

// The end of an account

async fn deletes_account(person: &Person, password: &str) -> Answer {
    person.does("deleteAccount", json!({ "password": password }), "userId").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_not_deleted_without_its_password() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    deletes_account(&ann, "wrong").await.fails_with("INVALID_CREDENTIALS").has_status(200);
    deletes_account(&ann, "").await.fails_with("INVALID_CREDENTIALS");
    ann.asks_for("{ viewer { id } }").await.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_leaves_a_nameless_sender_and_nothing_else() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let admin = app.admin().await;
    let input = json!({ "firstName": "Annabel", "lastName": "Secret", "phoneNumber": "555 1234" });
    ann.does("updateProfile", input, "user { id }").await.succeeds();
    let (group, direct) =
        (ann.starts_a_group_with(&[&bob]).await, ann.starts_a_conversation_with(&bob).await);
    let sent = ann.sends(group, "my words").await;
    ann.sends(direct, "between us").await;

    let answer = deletes_account(&ann, PASSWORD).await;
    assert_eq!(answer.id("deleteAccount.userId"), ann.id);

    ann.asks_for("{ viewer { id } }").await.fails_with("SESSION_REVOKED").has_status(401);
    let refresh = json!({ "refreshToken": ann.refresh_token });
    app.stranger().does("refreshToken", refresh, "accessToken").await.fails_with("SESSION_REVOKED");
    for login in [
        json!({ "username": "ann" }),
        json!({ "email": "ann@example.org" }),
        json!({ "username": format!("deleted {}", ann.id.simple()) }),
    ] {
        let mut input = login;
        for password in [PASSWORD, ""] {
            input["password"] = password.into();
            app.stranger()
                .does("login", input.clone(), "user { id }")
                .await
                .fails_with("INVALID_CREDENTIALS");
        }
    }
    for viewer in [&bob, &eve, &admin] {
        let query = "query U($id: ID!) { user(id: $id) { username firstName lastName email phoneNumber role } users { nodes { id } } }";
        let seen = viewer.asks(query, json!({ "id": ann.id })).await;
        let expected = json!({ "username": format!("deleted {}", ann.id.simple()), "firstName": "", "lastName": "", "email": null, "phoneNumber": null, "role": "GUEST" });
        assert_eq!(seen.gives("user"), expected, "as {}", viewer.name);
        assert!(
            !seen.each("users.nodes", "id").contains(&ann.id.to_string()),
            "deleted people are not listed"
        );
    }
    let message = bob.sees_message(sent.id, "body sender { id }").await.gives("message");
    assert_eq!(message, json!({ "body": "my words", "sender": { "id": ann.id } }));
    assert_eq!(
        bob.sees(group, "participants { id }").await.gives("conversation.participants"),
        json!([{ "id": bob.id }])
    );
    assert_eq!(bob.sees(direct, "messageSeq").await.number("conversation.messageSeq"), 1);
    let nameless = format!("deleted {}", ann.id.simple());
    for (column, left) in [
        ("username", nameless.as_str()),
        ("username_key", &nameless),
        ("email", ""),
        ("email_key", &nameless),
        ("first_name", ""),
        ("last_name", ""),
        ("COALESCE(phone_number, '')", ""),
        ("password_hash", ""),
    ] {
        let kept = app
            .reads(&format!("SELECT {column} AS value FROM users WHERE id = {}", sql(ann.id)))
            .await;
        assert_eq!(kept, [Some(left.to_owned())], "{column}");
    }
    assert_eq!(app.log_of(group).await, ["1 JOINED", "2 JOINED", "3 MESSAGE", "4 ROLE", "5 LEFT"]);
    // The name and the address are free for somebody else, who is not the same person.
    let again = registers(
        &app.stranger(),
        json!({ "username": "ann", "email": "ann@example.org", "password": PASSWORD }),
    )
    .await;
    assert_ne!(again.id("register.user.id"), ann.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_can_keep_another_from_deleting_their_account() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    // Whether such names may be taken at all is not decided here.
    let id = ann.id.simple();
    for (turn, name) in [format!("deleted-{id}"), format!("deleted {id}")].iter().enumerate() {
        let more = json!({ "username": name, "email": format!("zoe{turn}@example.org") });
        registers(&app.stranger(), zoe_with(more)).await;
        let more = json!({ "username": format!("zoe{turn}"), "email": name });
        registers(&app.stranger(), zoe_with(more)).await;
    }
    deletes_account(&ann, PASSWORD).await.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_of_a_deleted_account_pass_to_the_longest_standing_admin_or_else_member() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let zoe = app.person("zoe").await;
    let with_admin = ann.starts_a_group_with(&[&bob, &eve, &zoe]).await;
    ann.makes(with_admin, &zoe, "ADMIN").await.succeeds();
    ann.makes(with_admin, &eve, "ADMIN").await.succeeds();
    let with_members = ann.starts_a_group_with(&[&eve, &bob]).await;
    let with_owner = ann.starts_a_group_with(&[&bob, &eve]).await;
    ann.makes(with_owner, &eve, "OWNER").await.succeeds();
    let as_member = bob.starts_a_group_with(&[&ann, &eve]).await;
    let alone = ann.starts_a_group_with(&[&bob]).await;
    bob.leaves(alone).await.succeeds();
    deletes_account(&ann, PASSWORD).await.succeeds();
    let roles = async |viewer: &Person, chat| {
        let members = viewer.sees(chat, "members { nodes { role user { username } } }").await;
        let members = members.list("conversation.members.nodes");
        members
            .iter()
            .map(|member| {
                format!(
                    "{} {}",
                    member["user"]["username"].as_str().unwrap(),
                    member["role"].as_str().unwrap()
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(roles(&bob, with_admin).await, ["bob MEMBER", "eve OWNER", "zoe ADMIN"]);
    assert_eq!(roles(&bob, with_members).await, ["eve OWNER", "bob MEMBER"]);
    assert_eq!(roles(&bob, with_owner).await, ["bob MEMBER", "eve OWNER"]);
    assert_eq!(roles(&bob, as_member).await, ["bob OWNER", "eve MEMBER"]);
    assert_eq!(app.log_of(alone).await, ["1 JOINED", "2 JOINED", "3 LEFT", "4 LEFT"]);
    let heirs = app.log_of(with_members).await;
    assert_eq!(heirs[heirs.len() - 2..], ["4 ROLE", "5 LEFT"].map(str::to_owned));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_written_to_while_a_member_deletes_their_account_keeps_its_numbers() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob, &eve]).await;
    let sends = (0..20).map(|_| bob.tries_to_send(chat, "hello"));
    let (sent, deleted) =
        tokio::join!(futures_util::future::join_all(sends), deletes_account(&ann, PASSWORD));
    deleted.succeeds();
    assert!(sent.iter().all(|answer| answer.errors().is_empty()));
    let log = app.log_of(chat).await;
    let numbers: Vec<usize> =
        log.iter().map(|line| line.split(' ').next().unwrap().parse().unwrap()).collect();
    assert_eq!(numbers, (1..=25).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_deletes_their_account_while_they_are_added_to_groups_is_in_none() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    for turn in 0..4 {
        let zoe = app.person(&format!("zoe{turn}")).await;
        let is_done = AtomicBool::new(false);
        let deletion = async {
            let deleted = deletes_account(&zoe, PASSWORD).await;
            is_done.store(true, Ordering::SeqCst);
            deleted
        };
        let invitations = async {
            while !is_done.load(Ordering::SeqCst) {
                let chat = ann.starts_a_group_with(&[&bob]).await;
                let answer = ann.adds(chat, &[&zoe]).await;
                assert!(matches!(answer.code(), None | Some("BAD_USER_INPUT")), "{}", answer.text);
                let answer = bob.tries_to_start_a_group(vec![zoe.id], None).await;
                assert!(matches!(answer.code(), None | Some("BAD_USER_INPUT")), "{}", answer.text);
            }
        };
        let (deleted, ()) = tokio::join!(deletion, invitations);
        deleted.succeeds();
    }
    let gone = "SELECT COUNT(*) FROM members JOIN users ON users.id = user_id \
                WHERE left_at IS NULL AND deleted_at IS NOT NULL";
    assert_eq!(app.counts(gone).await, 0, "a deleted account is in no group");
}

// Administrators

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_manage_people() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let (host, admin) = (app.person_who_is("host", Role::Host).await, app.admin().await);
    for other in [bob.id, admin.id, nobody()] {
        for person in [&ann, &host] {
            let role = json!({ "userId": other, "role": "ADMIN" });
            person.does("setUserRole", role, "user { id }").await.fails_with("FORBIDDEN");
            let disabled = json!({ "userId": other, "disabled": true });
            person.does("setUserDisabled", disabled, "user { id }").await.fails_with("FORBIDDEN");
        }
    }
    let own = json!({ "userId": ann.id, "role": "ADMIN" });
    ann.does("setUserRole", own, "user { id }").await.fails_with("FORBIDDEN");
    assert_eq!(app.counts("SELECT COUNT(*) FROM users WHERE role = 'ADMIN'").await, 1);
    assert_eq!(app.counts("SELECT COUNT(*) FROM audit_log").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_role_holds_from_the_next_request_on() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let admin = app.admin().await;
    let gives = async |giver: &Person, user: &Person, role: &str| {
        giver
            .does("setUserRole", json!({ "userId": user.id, "role": role }), "user { role email }")
            .await
    };
    gives(&ann, &bob, "HOST").await.fails_with("FORBIDDEN");
    let made = gives(&admin, &ann, "ADMIN").await.gives("setUserRole.user");
    assert_eq!(made, json!({ "role": "ADMIN", "email": "ann@example.org" }));
    assert_eq!(gives(&ann, &bob, "HOST").await.word("setUserRole.user.role"), "HOST");
    gives(&ann, &admin, "GUEST").await.succeeds();
    gives(&admin, &bob, "GUEST").await.fails_with("FORBIDDEN");
    gives(&ann, &ann, "GUEST").await.fails_with("CONFLICT");
    let audit = app.reads("SELECT action AS value FROM audit_log ORDER BY id").await;
    assert_eq!(
        audit,
        ["user.role", "user.role", "user.role"].map(|action| Some(action.to_owned()))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_person_is_out_at_once_and_back_only_by_signing_in() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let admin = app.admin().await;
    let chat = bob.starts_a_group_with(&[&ann]).await;
    let sets = async |person: Id, disabled: bool| {
        admin
            .does(
                "setUserDisabled",
                json!({ "userId": person, "disabled": disabled }),
                "user { id username }",
            )
            .await
    };
    let login = async || {
        let input = json!({ "username": "ann", "password": PASSWORD });
        app.stranger().does("login", input, "accessToken").await
    };
    for _ in 0..2 {
        assert_eq!(sets(ann.id, true).await.id("setUserDisabled.user.id"), ann.id);
        ann.asks_for("{ viewer { id } }").await.fails_with("SESSION_REVOKED").has_status(401);
        let refresh = json!({ "refreshToken": ann.refresh_token });
        app.stranger()
            .does("refreshToken", refresh, "accessToken")
            .await
            .fails_with("SESSION_REVOKED");
        login().await.fails_with("INVALID_CREDENTIALS");
    }
    // Not only because her sessions were ended: one that slips in at that moment is no use either.
    app.writes("UPDATE sessions SET revoked_at = NULL").await;
    ann.asks_for("{ viewer { id } }").await.fails_with("SESSION_REVOKED");
    let refresh = json!({ "refreshToken": ann.refresh_token });
    let refresh = app.stranger().does("refreshToken", refresh, "accessToken").await;
    refresh.fails_with("SESSION_REVOKED");
    sets(ann.id, true).await.succeeds();
    bob.tries_to_start_a_group(vec![ann.id], None).await.fails_on(&["participantIds"]);
    bob.does("startDirectConversation", json!({ "userId": ann.id }), "eventSeq")
        .await
        .fails_on(&["userId"]);
    assert_eq!(
        bob.sees(chat, "participants { id }").await.list("conversation.participants").len(),
        2
    );
    for _ in 0..2 {
        sets(ann.id, false).await.succeeds();
    }
    ann.asks_for("{ viewer { id } }").await.fails_with("SESSION_REVOKED");
    let back = app.stranger().with_token(&login().await.word("login.accessToken"));
    assert_eq!(back.asks_for("{ viewer { id } }").await.id("viewer.id"), ann.id);
    assert_eq!(
        app.counts("SELECT COUNT(*) FROM audit_log WHERE action LIKE 'user.%abled'").await,
        5
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_cannot_manage_themselves_nobody_or_who_is_gone() {
    let app = TestApp::start().await;
    let (ann, admin) = (app.person("ann").await, app.admin().await);
    deletes_account(&ann, PASSWORD).await.succeeds();
    for (person, code) in [(admin.id, "CONFLICT"), (nobody(), "NOT_FOUND"), (ann.id, "NOT_FOUND")] {
        let role = json!({ "userId": person, "role": "HOST" });
        admin.does("setUserRole", role, "user { id }").await.fails_with(code);
        for disabled in [true, false] {
            let input = json!({ "userId": person, "disabled": disabled });
            admin.does("setUserDisabled", input, "user { id }").await.fails_with(code);
        }
    }
    let answer =
        admin.does("setUserRole", json!({ "userId": ann.id, "role": "KING" }), "user { id }").await;
    assert!(
        matches!(answer.code(), Some("BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED")),
        "{}",
        answer.text
    );
}

// The audit log

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_says_who_did_what_to_whom_from_where() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let admin = app.admin().await;
    let from = |person: &Person| person.from("192.0.2.7");
    let set = json!({ "userId": bob.id, "role": "HOST" });
    from(&admin).does("setUserRole", set, "user { id }").await.succeeds();
    let set = json!({ "userId": eve.id, "disabled": true });
    from(&admin).does("setUserDisabled", set, "user { id }").await.succeeds();
    let wrong = json!({ "username": "ann", "password": "wrong" });
    app.stranger()
        .from("192.0.2.7")
        .does("login", wrong, "user { id }")
        .await
        .fails_with("INVALID_CREDENTIALS");
    let change = json!({ "currentPassword": PASSWORD, "newPassword": "another good one" });
    from(&ann).does("changePassword", change, "user { id }").await.succeeds();
    from(&ann)
        .does("deleteAccount", json!({ "password": "another good one" }), "userId")
        .await
        .succeeds();
    let mut lines = vec![String::new(); 5];
    for column in ["action", "LOWER(HEX(actor_id))", "LOWER(HEX(subject_id))", "ip"] {
        let values =
            app.reads(&format!("SELECT {column} AS value FROM audit_log ORDER BY id")).await;
        assert_eq!(values.len(), lines.len());
        for (line, value) in lines.iter_mut().zip(values) {
            line.push(' ');
            line.push_str(&value.unwrap_or_default());
        }
    }
    let id = |person: &Person| person.id.simple().to_string();
    let expected = [
        format!(" user.role {} {} 192.0.2.7", id(&admin), id(&bob)),
        format!(" user.disabled {} {} 192.0.2.7", id(&admin), id(&eve)),
        format!(" login.failed  {} 192.0.2.7", id(&ann)),
        format!(" password.changed {0} {0} 192.0.2.7", id(&ann)),
        format!(" account.deleted {0} {0} 192.0.2.7", id(&ann)),
    ];
    assert_eq!(lines, expected);
}

// What else is typed

#[tokio::test(flavor = "multi_thread")]
async fn odd_text_in_any_field_is_taken_or_refused_and_never_a_fault() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let odd = [
        "' OR 1=1 --",
        "\\u0000",
        "\u{1F600}",
        "\\ud800",
        "\\udc00\\ud800",
        "\u{202E}abc",
        "a\\r\\nb",
        "\u{1b}[31m",
        "%",
        "\\\\",
    ];
    let documents = [
        "mutation($t: String!) { register(input: { username: $t, email: $t, password: $t, firstName: $t, lastName: $t, phoneNumber: $t }) { user { id } } }",
        "mutation($t: String!) { register(input: { username: \"zoe\", email: \"z@example.org\", password: $t }) { user { id } } }",
        "mutation($t: String!) { login(input: { username: $t, password: $t }) { user { id } } }",
        "mutation($t: String!) { login(input: { email: $t, password: $t }) { user { id } } }",
        "mutation($t: String!) { refreshToken(input: { refreshToken: $t }) { user { id } } }",
        "mutation($t: String!) { updateProfile(input: { firstName: $t, lastName: $t, phoneNumber: $t }) { user { firstName } } }",
        "mutation($t: String!) { updateProfile(input: { username: $t, email: $t }) { user { firstName } } }",
        "mutation($t: String!) { changePassword(input: { currentPassword: $t, newPassword: $t }) { user { id } } }",
        "mutation($t: String!) { deleteAccount(input: { password: $t }) { userId } }",
        "query($t: String!) { users(filter: { search: $t }) { nodes { id } } }",
        "query($t: String!) { users(after: $t) { nodes { id } } }",
        "query($t: ID!) { user(id: $t) { id } }",
        "query($t: ID!) { nodes(ids: [$t, $t]) { id } }",
    ];
    for document in documents {
        for text in odd {
            // By hand, since serde_json would not write half a surrogate pair.
            let body =
                format!("{{\"query\": {}, \"variables\": {{\"t\": \"{text}\"}}}}", json!(document));
            let answer = ann.posts_text(&body).await;
            assert!(
                answer.status.is_success() || answer.status.as_u16() == 400,
                "{document} {text}: {} {}",
                answer.status,
                answer.text
            );
            let code = answer.code().unwrap_or("");
            let fine = [
                "",
                "BAD_USER_INPUT",
                "INVALID_CREDENTIALS",
                "UNAUTHENTICATED",
                "GRAPHQL_PARSE_FAILED",
            ];
            assert!(fine.contains(&code), "{document} {text}: {}", answer.text);
        }
    }
}
