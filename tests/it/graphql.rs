//! GraphQL as the specification and the limits of this server have it, whatever the product is about.

use parlance::{graphql::Limits, ids::UserId, server};
use serde_json::Map;
use sha2::{Digest, Sha256};

use crate::support::{Answer, Person, Setup, TestApp, Value, client_id, json, nobody};

/// Takes a table away, so that whatever asks it fails.
async fn breaks(app: &TestApp, table: &str) {
    app.writes(&format!("ALTER TABLE {table} RENAME TO hidden_{table}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nullable_field_that_fails_is_null_and_nothing_else_is() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_group_called("plans", &[&bob]).await;
    let sent = ann.sends(chat, "hello").await;
    breaks(&app, "messages").await;
    let document = format!(
        "{{ before: conversation(id: \"{chat}\") {{ title lastMessage {{ id }} messageSeq }} message(id: \"{}\") {{ id }} viewer {{ username }} }}",
        sent.id
    );
    let answer = ann.asks_for(document).await;
    answer.has_status(200);
    assert_eq!(
        answer.at("before"),
        json!({ "title": "plans", "lastMessage": null, "messageSeq": 1 })
    );
    assert_eq!(answer.at("message"), Value::Null);
    assert_eq!(answer.at("viewer.username"), "ann");
    let mut paths: Vec<String> =
        answer.errors().iter().map(|error| error["path"].to_string()).collect();
    paths.sort();
    assert_eq!(paths, [r#"["before","lastMessage"]"#, r#"["message"]"#]);
    for error in answer.errors() {
        assert_eq!(error["extensions"]["code"], "INTERNAL_SERVER_ERROR");
        assert_eq!(error["message"], "something went wrong on our side");
        assert!(
            error["locations"][0]["line"].is_number()
                && error["extensions"]["requestId"].is_string()
        );
    }
    assert!(
        !answer.text.contains("hidden") && !answer.text.to_lowercase().contains("table"),
        "{}",
        answer.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_may_not_be_null_takes_its_parent_along() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    ann.sends(chat, "hello").await;
    // unreadCount is Int!, its conversation is nullable: the conversation is null.
    let lost = ann.asks_for(format!(
        "{{ viewer {{ id }} conversation(id: \"{chat}\") {{ id unreadCount }} }}"
    ));
    let (orphan, nodes) = (ann.starts_a_group_with(&[&bob]).await, "nodes { seq sender { id } }");
    ann.sends(orphan, "whose?").await;
    app.writes(&format!("UPDATE messages SET sender_id = {}", UserId::from(nobody()).literal()))
        .await;
    // Message.sender may not be null, lastMessage may.
    let answer = ann.sees(orphan, "id lastMessage { seq sender { id } } messageSeq").await;
    assert_eq!(
        answer.at("conversation"),
        json!({ "id": orphan, "lastMessage": null, "messageSeq": 1 })
    );
    assert_eq!(answer.errors()[0]["path"], json!(["conversation", "lastMessage", "sender"]));
    // Nothing on the way from it up to this conversation may.
    let answer = ann
        .asks_for(format!(
            "{{ viewer {{ id }} conversation(id: \"{orphan}\") {{ id messages {{ {nodes} }} }} }}"
        ))
        .await;
    assert_eq!(answer.body["data"], json!({ "viewer": { "id": ann.id }, "conversation": null }));
    // The library cuts the path at the element of a list.
    assert_eq!(
        answer.errors()[0]["path"].as_array().unwrap()[..4],
        [json!("conversation"), json!("messages"), json!("nodes"), json!(0)]
    );
    // Nor on the way to the root.
    let answer = ann.asks_for(format!("{{ viewer {{ id }} messages {{ {nodes} }} }}")).await;
    assert!(
        answer.body.get("data").is_some_and(Value::is_null),
        "executed, so there is data: {}",
        answer.text
    );
    assert_eq!(
        answer.errors()[0]["path"].as_array().unwrap()[..3],
        [json!("messages"), json!("nodes"), json!(0)]
    );
    answer.has_status(200);
    breaks(&app, "messages").await;
    let answer = lost.await;
    assert_eq!(answer.body["data"], json!({ "viewer": { "id": ann.id }, "conversation": null }));
    assert_eq!(answer.errors()[0]["path"], json!(["conversation", "unreadCount"]));
}

/// The names of the fields in an object of an answer, in its order.
fn order(answer: &Answer, object: &str) -> Vec<String> {
    let at = answer.text.find(object).unwrap() + object.len();
    let (mut depth, mut keys, mut rest) = (0, Vec::new(), &answer.text[at..]);
    while let Some(place) = rest.find(['{', '}', '"']) {
        match &rest[place..=place] {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {
                let end = place + 1 + rest[place + 1..].find('"').unwrap();
                if depth == 1 && rest[end + 1..].starts_with(':') {
                    keys.push(rest[place + 1..end].to_owned());
                }
                rest = &rest[end + 1..];
                continue;
            }
        }
        rest = &rest[place + 1..];
        if depth == 0 {
            break;
        }
    }
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_come_back_in_the_order_in_which_they_are_asked_for() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    ann.sends(chat, "hello").await;
    let document = format!(
        "query {{ slow: conversations {{ totalCount nodes {{ unreadCount }} }} server {{ version }} chat: conversation(id: \"{chat}\") {{
            lastMessage {{ id }} id ...More unreadCount id kind }} viewer {{ id }} }}
        fragment More on Conversation {{ participants {{ id }} createdAt lastMessage {{ body }} }}"
    );
    for _ in 0..5 {
        let answer = ann.asks_for(&document).await;
        answer.succeeds();
        assert_eq!(order(&answer, "\"data\":"), ["slow", "server", "chat", "viewer"]);
        assert_eq!(
            order(&answer, "\"chat\":"),
            ["lastMessage", "id", "participants", "createdAt", "unreadCount", "kind"]
        );
        assert_eq!(order(&answer, "\"lastMessage\":"), ["id", "body"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mutations_of_one_document_run_one_after_the_other() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let one = |n: i32| {
        format!(
            "m{n}: sendMessage(input: {{ conversationId: \"{chat}\", body: \"{n}\" }}) {{ message {{ seq conversation {{ messageSeq }} }} }}"
        )
    };
    let document = format!("mutation {{ {} }}", (1..=5).map(one).collect::<Vec<_>>().join(" "));
    let answer = ann.asks_for(document).await;
    for n in 1..=5 {
        assert_eq!(answer.number(&format!("m{n}.message.seq")), n);
        assert_eq!(answer.number(&format!("m{n}.message.conversation.messageSeq")), n);
    }
    assert_eq!(order(&answer, "\"data\":"), ["m1", "m2", "m3", "m4", "m5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_are_coerced_as_the_specification_says() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let ids = "query Q($v: [ID!]!) { nodes(ids: $v) { id } }";
    let page = "query Q($v: Int) { users(first: $v) { nodes { id } } }";
    let default = "query Q($v: Int = 1) { users(first: $v) { nodes { id } } }";
    let order = "query Q($v: UserOrder) { users(orderBy: $v) { nodes { id } } }";
    let filter = "query Q($v: UserFilter) { users(filter: $v) { nodes { id } } }";
    let send = "mutation Q($v: SendMessageInput!) { sendMessage(input: $v) { eventSeq } }";
    let switch = "query Q($v: Boolean!) { viewer { id username @include(if: $v) } }";
    for (document, variables, is_fine) in [
        (ids, json!({ "v": [chat] }), true),
        // One value is as good as a list of it.
        (ids, json!({ "v": chat }), true),
        (ids, json!({ "v": [] }), true),
        (ids, json!({ "v": [null] }), false),
        (ids, json!({ "v": null }), false),
        (ids, json!({}), false),
        (ids, json!({ "v": [["x"]] }), false),
        (page, json!({}), true),
        (page, json!({ "v": null }), true),
        (page, json!({ "v": 2 }), true),
        (page, json!({ "v": "2" }), false),
        (page, json!({ "v": 2.5 }), false),
        (page, json!({ "v": 4_294_967_296_i64 }), false),
        (page, json!({ "v": true }), false),
        (page, json!({ "v": [2] }), false),
        (page, json!({ "v": 2, "unknown": 1 }), true),
        (default, json!({}), true),
        (default, json!({ "v": null }), true),
        (order, json!({ "v": "CREATED_DESC" }), true),
        (order, json!({ "v": "created_desc" }), false),
        (order, json!({ "v": 1 }), false),
        (filter, json!({ "v": {} }), true),
        (filter, json!({ "v": { "search": null, "role": "GUEST" } }), true),
        (filter, json!({ "v": { "nothing": 1 } }), false),
        (filter, json!({ "v": "x" }), false),
        (filter, json!({ "v": { "search": 1 } }), false),
        (send, json!({ "v": { "conversationId": chat, "body": "x" } }), true),
        (send, json!({ "v": { "conversationId": chat, "body": null } }), false),
        (send, json!({ "v": { "conversationId": chat } }), false),
        (switch, json!({ "v": true }), true),
        (switch, json!({ "v": "true" }), false),
        (switch, json!({}), false),
    ] {
        let answer = ann.asks(document, variables.clone()).await;
        if is_fine {
            answer.succeeds();
            continue;
        }
        answer.fails_with("BAD_USER_INPUT");
        assert!(
            answer.body.get("data").is_none(),
            "nothing is executed for {variables}: {}",
            answer.text
        );
    }
    // An id in an input is looked at when the field is executed.
    for id in [json!(1), json!("x"), json!(["x"])] {
        let input = json!({ "v": { "conversationId": chat, "body": "x", "clientMessageId": id } });
        ann.asks(send, input).await.fails_with("BAD_USER_INPUT");
    }
    assert_eq!(
        ann.asks(default, json!({})).await.list("users.nodes").len(),
        1,
        "a default is used where nothing is given"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_optional_variable_may_be_left_out_of_any_page() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let sent = ann.sends(chat, "hello").await;
    for field in ["users", "conversations", "messages"] {
        let document = format!(
            "query P($first: Int, $after: String, $last: Int, $before: String) {{
                {field}(first: $first, after: $after, last: $last, before: $before) {{ nodes {{ id }} }} }}"
        );
        for variables in [
            json!({}),
            json!({ "first": 1 }),
            json!({ "last": 1 }),
            json!({ "first": 1, "last": null }),
            Value::Null,
        ] {
            ann.asks(&document, variables).await.succeeds();
        }
        ann.asks(&document, json!({ "first": 1, "last": 1 })).await.fails_with("BAD_USER_INPUT");
        ann.asks(&document, json!({ "first": 101 })).await.fails_on(&["first"]);
    }
    let nested = "query P($chat: ID!, $first: Int, $filter: MessageFilter) {
        conversation(id: $chat) { members(first: $first) { nodes { role } } messages(first: $first, filter: $filter) { nodes { id } } } }";
    ann.asks(nested, json!({ "chat": chat })).await.succeeds();
    // Where absent and null differ, absent stays absent.
    let edit = "mutation M($input: EditMessageInput!) { editMessage(input: $input) { message { revision } } }";
    ann.asks(edit, json!({ "input": { "id": sent.id, "body": "x" } })).await.succeeds();
    let profile = "mutation M($phone: String) { updateProfile(input: { phoneNumber: $phone }) { user { phoneNumber } } }";
    assert_eq!(
        ann.asks(profile, json!({ "phone": "123" })).await.word("updateProfile.user.phoneNumber"),
        "123"
    );
    assert_eq!(ann.asks(profile, json!({})).await.word("updateProfile.user.phoneNumber"), "123");
    assert_eq!(
        ann.asks(profile, json!({ "phone": null })).await.gives("updateProfile.user.phoneNumber"),
        Value::Null
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn typename_obeys_directives_like_any_field() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let document = "query Q($yes: Boolean!) { __typename @include(if: $yes) viewer { __typename @skip(if: $yes) id kind: __typename } }";
    let answer = ann.asks(document, json!({ "yes": true })).await;
    assert_eq!(
        answer.body["data"],
        json!({ "__typename": "Query", "viewer": { "id": ann.id, "kind": "User" } })
    );
    let answer = ann.asks(document, json!({ "yes": false })).await;
    assert_eq!(
        answer.body["data"],
        json!({ "viewer": { "__typename": "User", "id": ann.id, "kind": "User" } })
    );
    for wrong in [
        "{ __typename @unknown }",
        "{ __typename(x: 1) }",
        "{ __typename { id } }",
        "{ viewer { id @include } }",
        "query Q($u: Int) { __typename }",
    ] {
        ann.asks_for(wrong).await.fails_with("GRAPHQL_VALIDATION_FAILED");
    }
    assert_eq!(app.stranger().asks_for("{ __typename }").await.word("__typename"), "Query");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_fits_no_schema_is_refused_before_anything_runs() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let send =
        format!("sendMessage(input: {{ conversationId: \"{chat}\", body: \"x\" }}) {{ eventSeq }}");
    for (document, code) in [
        ("", "GRAPHQL_PARSE_FAILED".to_owned()),
        ("{", "GRAPHQL_PARSE_FAILED".to_owned()),
        ("{ viewer { id } } }", "GRAPHQL_PARSE_FAILED".to_owned()),
        ("query { viewer { id }", "GRAPHQL_PARSE_FAILED".to_owned()),
        ("{ viewer { } }", "GRAPHQL_PARSE_FAILED".to_owned()),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED".to_owned()),
        ("{ viewer }", "GRAPHQL_VALIDATION_FAILED".to_owned()),
        ("{ viewer { id { x } } }", "GRAPHQL_VALIDATION_FAILED".to_owned()),
        ("{ user { id } }", "GRAPHQL_VALIDATION_FAILED".to_owned()),
        ("{ ...F }", "GRAPHQL_VALIDATION_FAILED".to_owned()),
        (
            "{ ...F } fragment F on Query { viewer { id } } fragment G on Query { viewer { id } }",
            "GRAPHQL_VALIDATION_FAILED".to_owned(),
        ),
        ("subscription { messageAdded { id } }", String::new()),
        (
            "query A { viewer { id } } query B { viewer { id } }",
            "OPERATION_RESOLUTION_FAILURE".to_owned(),
        ),
    ] {
        let answer = ann.asks_for(document).await;
        assert!(answer.body.get("data").is_none(), "{document}: {}", answer.text);
        assert!(code.is_empty() || answer.code() == Some(&code), "{document}: {}", answer.text);
    }
    let answer = ann.asks_for(format!("mutation {{ {send} nothing }}")).await;
    assert_eq!(answer.code(), Some("GRAPHQL_VALIDATION_FAILED"));
    assert_eq!(ann.sees(chat, "messageSeq").await.number("conversation.messageSeq"), 0);
    let named = json!({ "query": "query A { a: __typename } query B { b: __typename }", "operationName": "B" });
    assert_eq!(ann.posts(&named).await.body["data"], json!({ "b": "Query" }));
    let unnamed = json!({ "query": "query A { __typename }", "operationName": "C" });
    ann.posts(&unnamed).await.fails_with("OPERATION_RESOLUTION_FAILURE");
}

/// Documents that ask for too much, by what they have too much of.
fn excessive() -> Vec<(&'static str, String)> {
    let times =
        |count: usize, each: &dyn Fn(usize) -> String| (0..count).map(each).collect::<String>();
    let depth = format!(
        "{{ conversations {{ nodes {} }} }}",
        "{ lastMessage { conversation ".repeat(12) + "{ id }" + &"} }".repeat(12)
    );
    let bomb = times(30, &|n| format!("fragment F{n} on Query {{ ...F{} ...F{} }} ", n + 1, n + 1));
    let wide =
        times(20, &|n| format!("fragment F{n} on User {{ ...F{} ...F{} id }} ", n + 1, n + 1));
    let chain = times(40, &|n| format!("fragment F{n} on Query {{ ...F{} }} ", n + 1));
    vec![
        ("aliases", format!("{{ {} }}", times(500, &|n| format!("a{n}: __typename ")))),
        ("aliases deep", format!("{{ viewer {{ {} }} }}", times(51, &|n| format!("a{n}: id ")))),
        ("directives", format!("{{ viewer {{ id {} }} }}", "@include(if: true) ".repeat(500))),
        ("depth", depth),
        ("nesting", format!("{{ {} viewer {{ id }} {} }}", "... { ".repeat(100), "} ".repeat(100))),
        ("nesting of values", format!("{{ nodes(ids: {}{}) {{ id }} }}", "[".repeat(200), "]".repeat(200))),
        ("fragments that double", format!("{{ ...F0 }} {bomb} fragment F30 on Query {{ __typename }}")),
        ("fields that double", format!("{{ viewer {{ ...F0 }} }} {wide} fragment F20 on User {{ id }}")),
        ("a chain of fragments", format!("{{ ...F0 }} {chain} fragment F40 on Query {{ __typename }}")),
        ("definitions", format!("query Q0 {{ __typename }} {}", times(300, &|n| format!("fragment F{n} on User {{ id }} ")))),
        ("tokens", format!("{{ viewer {{ {} }} }}", "id ".repeat(20_000))),
        ("characters", format!("{{ viewer {{ id }} }} #{}", "x".repeat(70_000))),
        ("root fields", format!("{{ {} }}", times(21, &|n| format!("a{n}: viewer {{ id }} ")))),
        ("root fields of a mutation", format!("mutation {{ {} }}", times(100, &|n| format!("a{n}: login(input: {{ username: \"ann\", password: \"x{n}\" }}) {{ expiresAt }} ")))),
        ("complexity", "{ conversations(first: 100) { nodes { messages(first: 100) { nodes { id body sender { id } } } } } }".to_owned()),
        ("complexity of nodes", format!("{{ nodes(ids: [{}]) {{ ... on Conversation {{ messages(first: 100) {{ nodes {{ id body }} }} }} }} }}", format!("\"{}\", ", client_id()).repeat(100))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_asks_for_too_much_is_refused_before_it_reaches_the_database() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    for (what, document) in excessive() {
        let before = app.store.statements();
        let answer = ann.asks_for(&document).await;
        answer.fails_with("QUERY_TOO_COMPLEX");
        assert!(answer.body.get("data").is_none(), "{what}");
        assert!(
            app.store.statements() - before <= 1,
            "{what}: nothing but the session is looked at"
        );
        assert!(answer.text.len() < 2_000, "{what}: the answer is short: {}", answer.text.len());
    }
    for cycle in [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { viewer { id } ...A }",
    ] {
        ann.asks_for(cycle).await.fails_with("GRAPHQL_VALIDATION_FAILED");
    }
    // A megabyte is too much for a document, and more for a body.
    let large = "x".repeat((1 << 20) - 100);
    ann.asks_for(format!("{{ viewer {{ id }} }} #{large}")).await.fails_with("QUERY_TOO_COMPLEX");
    let noisy = (0..400).map(|n| format!("unknown{n}")).collect::<Vec<_>>().join(" ");
    let answer = ann.asks_for(format!("{{ viewer {{ {noisy} }} }}")).await;
    assert!(answer.errors().len() <= 20, "not every mistake is told: {}", answer.errors().len());
    // What is at the limits passes.
    let fields = (0..50).map(|n| format!("a{n}: id @include(if: true)"));
    let fields = fields.collect::<Vec<_>>().join(" ");
    ann.asks_for(format!("{{ viewer {{ {fields} }} }}")).await.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sets_the_limits() {
    let limits =
        Limits { aliases: 1, depth: 2, root_fields: 1, characters: 100, ..Limits::default() };
    let options = server::Options { limits, ..server::Options::default() };
    let app = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    let ann = app.person("ann").await;
    ann.asks_for("{ a: viewer { id } }").await.succeeds();
    for document in [
        "{ a: viewer { b: id } }",
        "{ conversations { nodes { id } } }",
        "{ viewer { id } server { epoch } }",
    ] {
        ann.asks_for(document).await.fails_with("QUERY_TOO_COMPLEX");
    }
    ann.asks_for(format!("{{ viewer {{ id }} }} #{}", "é".repeat(81))).await.succeeds();
    ann.asks_for(format!("{{ viewer {{ id }} }} #{}", "é".repeat(82)))
        .await
        .fails_with("QUERY_TOO_COMPLEX");
}

/// The documents that tools send.
const INTROSPECTION: &str = "{ __schema { queryType { name } types { name description kind
    fields(includeDeprecated: true) { name description args { name description } type { kind name ofType { kind name ofType { name kind ofType { name } } } } }
    inputFields { name description } enumValues(includeDeprecated: true) { name description } } directives { name description args { name description } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_introspection_shows_is_described() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let answer = ann.asks_for(INTROSPECTION).await;
    let mut bare = Vec::new();
    let mut look = |place: &str, item: &Value| {
        if item["description"].as_str().is_none_or(|text| text.trim().len() < 3) {
            bare.push(format!("{place} {}", item["name"]));
        }
    };
    let list = |item: &Value, name: &str| item[name].as_array().cloned().unwrap_or_default();
    let types = answer.list("__schema.types");
    assert!(types.len() > 50);
    for kind in types.iter().filter(|kind| !kind["name"].as_str().unwrap().starts_with("__")) {
        // Everybody knows what an ID is.
        if kind["name"] != "ID" {
            look("type", kind);
        }
        let name = kind["name"].as_str().unwrap();
        for field in list(kind, "fields") {
            look(name, &field);
            for argument in list(&field, "args") {
                look(&format!("{name}.{}", field["name"]), &argument);
            }
        }
        for field in list(kind, "inputFields") {
            look(name, &field);
        }
        for value in list(kind, "enumValues") {
            look(name, &value);
        }
    }
    assert!(bare.is_empty(), "without a description: {bare:#?}");
    app.stranger().asks_for(INTROSPECTION).await.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_show_itself_gives_nothing_away() {
    let options = server::Options { introspection: false, ..server::Options::default() };
    let hidden = TestApp::start_with(Setup { options, ..Setup::default() }).await;
    let ann = hidden.person("ann").await;
    let stranger = hidden.stranger();
    for document in [
        INTROSPECTION,
        "{ __type(name: \"User\") { name } }",
        "{ ...F } fragment F on Query { __schema { queryType { name } } }",
        "{ a: __schema { queryType { name } } viewer { id } }",
        "{ ... on Query { ... { __type(name: \"User\") { fields { name } } } } }",
    ] {
        let answer = ann.asks_for(document).await;
        answer.fails_with("GRAPHQL_VALIDATION_FAILED");
        assert!(answer.body.get("data").is_none());
        assert!(stranger.asks_for(document).await.body.get("data").is_none());
    }
    assert_eq!(
        ann.asks_for("{ __typename viewer { __typename } }").await.word("viewer.__typename"),
        "User"
    );
    for misspelt in [
        "{ vievver { id } }",
        "{ viewr { id } }",
        "{ viewer { usernam } }",
        "{ users(frist: 1) { nodes { id } } }",
    ] {
        let answer = ann.asks_for(misspelt).await;
        assert!(
            !answer.text.contains("Did you mean") && !answer.text.contains("username\\\""),
            "{}",
            answer.text
        );
    }
    let shown = TestApp::start().await;
    let answer = shown.person("ann").await.asks_for("{ viewr { id } }").await;
    assert!(
        answer.text.contains("viewer"),
        "where the schema is shown, a misspelt name is put right: {}",
        answer.text
    );
}

/// What a client of persisted queries sends.
fn persisted(hash: &str, query: Option<&str>) -> Value {
    let mut body = Map::new();
    body.insert(
        "extensions".to_owned(),
        json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } }),
    );
    body.extend(query.map(|query| ("query".to_owned(), json!(query))));
    Value::Object(body)
}

fn hash(document: &str) -> String {
    Sha256::digest(document).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_known_by_its_hash_once_it_was_accepted() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let document = "{ viewer { username } }";
    let asks = async |who: &Person, hash: &str, query: Option<&str>| {
        who.posts(&persisted(hash, query)).await
    };
    let unknown = asks(&ann, &hash(document), None).await;
    unknown.fails_with("PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(
        unknown.errors()[0]["message"],
        "PersistedQueryNotFound",
        "clients compare the text"
    );
    assert_eq!(asks(&ann, &hash(document), Some(document)).await.word("viewer.username"), "ann");
    assert_eq!(asks(&ann, &hash(document), None).await.word("viewer.username"), "ann");
    assert_eq!(
        asks(&bob, &hash(document).to_uppercase(), None).await.word("viewer.username"),
        "bob",
        "the document is shared, the answer is not"
    );
    app.stranger()
        .posts(&persisted(&hash(document), None))
        .await
        .fails_with("UNAUTHENTICATED")
        .has_status(401);
    asks(&ann, &hash("something else"), Some(document)).await.fails_with("BAD_USER_INPUT");
    // What was not valid is not kept.
    for wrong in ["{ nothing }", "{ viewer", "{ ...A } fragment A on Query { ...A }"] {
        assert!(asks(&ann, &hash(wrong), Some(wrong)).await.code().is_some());
        asks(&ann, &hash(wrong), None).await.fails_with("PERSISTED_QUERY_NOT_FOUND");
    }
    for odd in ["", "x", "abc", &"z".repeat(64), &"é".repeat(32)] {
        asks(&ann, odd, None).await.fails_with("PERSISTED_QUERY_NOT_FOUND");
    }
    // Any document that was accepted will do, also one that came without a hash.
    ann.asks_for("{ server { epoch } }").await.succeeds();
    asks(&ann, &hash("{ server { epoch } }"), None).await.succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_known_is_checked_like_one_that_is_not() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let page = "query ($c: ID!, $n: Int = 3, $f: MessageFilter) \
        { conversation(id: $c) { messages(last: $n, filter: $f) { nodes { body } } } }";
    let send = "mutation ($c: ID!, $b: String!, $k: UUID) \
        { sendMessage(input: { conversationId: $c, body: $b, clientMessageId: $k }) { eventSeq } }";
    let list = "query ($o: ConversationOrder, $w: Boolean!) \
        { conversations(orderBy: $o) { nodes { id title @include(if: $w) } } }";
    let cases = [
        (
            page,
            json!({ "c": chat }),
            vec![
                json!({}),
                json!({ "c": null }),
                json!({ "c": 7 }),
                json!({ "c": "no id" }),
                json!({ "c": [chat] }),
                json!({ "c": chat, "n": "three" }),
                json!({ "c": chat, "n": 3.5 }),
                json!({ "c": chat, "n": null }),
                json!({ "c": chat, "n": 0 }),
                json!({ "c": chat, "n": 4_000_000_000_u32 }),
                json!({ "c": chat, "f": { "nothing": 1 } }),
                json!({ "c": chat, "f": { "senderId": 7 } }),
                json!({ "c": chat, "f": { "senderId": null } }),
                json!({ "c": chat, "f": { "sentAfter": "yesterday" } }),
                json!({ "c": chat, "f": { "includeDeleted": null } }),
                json!({ "c": chat, "f": [] }),
                json!({ "c": chat, "f": null, "more": 1 }),
            ],
        ),
        (
            send,
            json!({ "c": chat, "b": "hello" }),
            vec![
                json!({ "c": chat }),
                json!({ "c": chat, "b": null }),
                json!({ "c": chat, "b": 7 }),
                json!({ "c": chat, "b": ["hello"] }),
                json!({ "c": chat, "b": " " }),
                json!({ "c": chat, "b": "hello", "k": "no key" }),
                json!({ "c": chat, "b": "hello", "k": 7 }),
                json!({ "c": bob.id, "b": "hello", "k": null }),
            ],
        ),
        (
            list,
            json!({ "w": true }),
            vec![
                json!({}),
                json!({ "w": null }),
                json!({ "w": "yes" }),
                json!({ "w": true, "o": "SIDEWAYS" }),
                json!({ "w": true, "o": 1 }),
                json!({ "w": false, "o": null }),
                json!({ "w": false, "o": "CREATED_ASC" }),
            ],
        ),
    ];
    let plain = |answer: &Answer| {
        let mut body = answer.body.clone();
        for error in body["errors"].as_array_mut().into_iter().flatten() {
            error["extensions"].as_object_mut().unwrap().remove("requestId");
        }
        (answer.status, body)
    };
    for (document, fits, others) in cases {
        let mut unknown = Vec::new();
        for (n, variables) in others.iter().enumerate() {
            // Another text each time.
            let document = format!("{document} # {n}");
            unknown.push(plain(&ann.asks(document, variables.clone()).await));
        }
        ann.asks(document, fits).await.succeeds();
        for (variables, unknown) in others.iter().zip(unknown) {
            let known = plain(&ann.asks(document, variables.clone()).await);
            assert_eq!(known, unknown, "{document} with {variables}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_one_name_are_one_field_or_the_document_is_refused() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    ann.sends(chat, "hello").await;
    let of = |fields: &str| format!("{{ conversation(id: \"{chat}\") {{ {fields} }} }}");
    for refused in [
        // By a fragment and without one: the same object.
        of("id ... on Conversation { id: title }"),
        format!("{} fragment F on Conversation {{ id: title }}", of("id ...F")),
        of("messages(first: 1) { totalCount } ... on Conversation { messages { totalCount } }"),
        // Inside of two that are merged.
        of("lastMessage { id } lastMessage { id: body }"),
        of("messages { nodes { a: body } } ... { messages { nodes { a: seq } } }"),
        // An interface and one of its types.
        format!("{{ node(id: \"{chat}\") {{ id ... on Conversation {{ id: title }} }} }}"),
        format!(
            "{{ node(id: \"{chat}\") {{ id }} ... on Query {{ node(id: \"other\") {{ id }} }} }}"
        ),
        "{ __schema { types { name } types { name: kind } } }".to_owned(),
    ] {
        ann.asks_for(refused).await.fails_with("GRAPHQL_VALIDATION_FAILED");
    }
    for accepted in [
        of(
            "id ... on Conversation { id } messages(first: 1) { nodes { id } } messages(first: 1) { nodes { body } }",
        ),
        of(
            "filtered: messages(filter: {includeDeleted: true, senderId: null}) { totalCount } ... on Conversation { filtered: messages(filter: {senderId: null, includeDeleted: true}) { totalCount } }",
        ),
        // Of two types: an answer holds one of them.
        format!(
            "{{ node(id: \"{chat}\") {{ id ... on Conversation {{ words: title }} ... on Message {{ words: body }} }} }}"
        ),
    ] {
        let answer = ann.asks_for(accepted.clone()).await;
        assert!(answer.errors().is_empty(), "{accepted}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_default_of_a_type_that_is_not_there_is_refused_and_panics_nowhere() {
    let app = TestApp::start().await;
    for document in [
        "query ($v: Nothing = 1) { __typename }",
        "query ($v: [Nothing] = [1]) { __typename }",
        "query ($v: [[Nothing!]!] = 1) { __typename }",
        "query A { __typename } query B($v: [Nothing] = [1]) { __typename }",
    ] {
        let body = json!({ "query": document, "operationName": document.contains("query A").then_some("A") });
        let answer = app.stranger().posts(&body).await;
        answer.fails_with("GRAPHQL_VALIDATION_FAILED");
        assert!(answer.text.contains("Unknown type"), "{}", answer.text);
    }
}
