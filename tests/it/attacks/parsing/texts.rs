//! Texts and numbers that something has choked on before, in every place of both faces that takes one.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request},
};
use http_body_util::BodyExt;
use serde_json::Map;
use tokio::time::timeout;

use super::{Chat, description, sends};
use crate::support::{Client, Id, Person, TestApp, Value, json};

/// Values as JSON, each of which something has choked on before.
const HOSTILE: [&str; 18] = [
    r#""' OR 1=1 --""#,
    r#""\"; DROP TABLE users; --""#,
    r#""\u0000""#,
    r#""a\u0000b""#,
    r#""\ud800""#,
    r#""\udc00\ud800""#,
    r#""\ud83d\ude00""#,
    "\"💬\"",
    r#""\ufffe\u202e\ufeff""#,
    r#""%00%ff""#,
    r#""""#,
    "-1",
    "9223372036854775808",
    "99999999999999999999",
    "1e400",
    "null",
    "[[]]",
    r#"{"a":{}}"#,
];

/// Where a hostile value is put into a request.
const HERE: &str = "@here@";

/// A request body or address as it is sent, with something hostile in the one place for it.
fn with(text: &str, hostile: &str) -> String {
    text.replace(&format!("\"{HERE}\""), hostile)
}

/// What a type of GraphQL is around its name: the names of the lists and the one that must be are left out.
fn innermost(kind: &Value) -> &Value {
    if kind["ofType"].is_null() { kind } else { innermost(&kind["ofType"]) }
}

fn is_list(kind: &Value) -> bool {
    kind["kind"] == "LIST" || (kind["kind"] == "NON_NULL" && kind["ofType"]["kind"] == "LIST")
}

/// A type as a document writes it.
fn written(kind: &Value) -> String {
    match kind["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", written(&kind["ofType"])),
        "LIST" => format!("[{}]", written(&kind["ofType"])),
        _ => kind["name"].as_str().unwrap().to_owned(),
    }
}

/// The schema, as far as it is walked.
struct Walk {
    types: Map<String, Value>,
}

impl Walk {
    async fn of(client: &Client) -> Self {
        let mut kind = "kind name".to_owned();
        for _ in 0..4 {
            kind = format!("kind name ofType {{ {kind} }}");
        }
        let document = format!(
            "{{ __schema {{ types {{ kind name enumValues {{ name }} inputFields {{ name type {{ {kind} }} }} \
             fields {{ name type {{ {kind} }} args {{ name type {{ {kind} }} }} }} }} }} }}"
        );
        let types = client.asks_for(document).await.list("__schema.types");
        let types = types.into_iter().map(|kind| (kind["name"].as_str().unwrap().to_owned(), kind));
        Self { types: types.collect() }
    }

    fn list<'a>(&'a self, name: &str, of: &str) -> &'a [Value] {
        self.types[name][of].as_array().map_or(&[], Vec::as_slice)
    }

    /// A good value of a type, for a field of this name.
    fn good(&self, name: &str, of: &str, kind: &Value, chat: &Chat, user: Id) -> Value {
        if is_list(kind) {
            let inner = if kind["kind"] == "NON_NULL" {
                &kind["ofType"]["ofType"]
            } else {
                &kind["ofType"]
            };
            return json!([self.good(name, of, inner, chat, user)]);
        }
        let inner = innermost(kind);
        let type_name = inner["name"].as_str().unwrap();
        match (inner["kind"].as_str().unwrap(), type_name) {
            ("INPUT_OBJECT", _) => {
                let required = self
                    .list(type_name, "inputFields")
                    .iter()
                    .filter(|field| field["type"]["kind"] == "NON_NULL");
                let fields = required.map(|field| {
                    let name = field["name"].as_str().unwrap();
                    (name.to_owned(), self.good(name, of, &field["type"], chat, user))
                });
                Value::Object(fields.collect())
            }
            ("ENUM", _) => self.list(type_name, "enumValues")[0]["name"].clone(),
            (_, "ID" | "UUID") => {
                let about = if name == "id" || name == "ids" { of } else { name }.to_lowercase();
                match () {
                    () if about.contains("conversation") => json!(chat.id),
                    () if about.contains("message") || about.contains("reply") => {
                        json!(chat.message.id)
                    }
                    () => json!(user),
                }
            }
            (_, "Int" | "Float") => json!(1),
            (_, "Boolean") => json!(true),
            (_, "DateTime") => json!("2025-07-01T10:00:00Z"),
            _ => json!("plain"),
        }
    }

    /// Every way to put something hostile into a value of a type: whole, and into each field inside of it.
    fn places(
        &self,
        name: &str,
        of: &str,
        kind: &Value,
        chat: &Chat,
        user: Id,
        level: usize,
    ) -> Vec<Value> {
        let mut places = vec![json!(HERE)];
        if is_list(kind) {
            places.push(json!([HERE]));
        }
        let inner = innermost(kind);
        if inner["kind"] == "INPUT_OBJECT" && level < 4 {
            let good = self.good(name, of, inner, chat, user);
            for field in self.list(inner["name"].as_str().unwrap(), "inputFields") {
                let name = field["name"].as_str().unwrap();
                for place in self.places(name, of, &field["type"], chat, user, level + 1) {
                    let mut whole = good.clone();
                    whole[name] = place;
                    places.push(if is_list(kind) { json!([whole]) } else { whole });
                }
            }
        }
        places
    }
}

/// Somebody who is signed in: this person, or another if they are not any more.
async fn still_in(app: &TestApp, person: Person, born: &mut usize) -> Person {
    if person.asks_for("{ viewer { id } }").await.body["data"]["viewer"]["id"].is_string() {
        return person;
    }
    *born += 1;
    app.person(&format!("ann{born}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_in_any_argument_of_graphql_is_a_fault_of_the_server() {
    let app = TestApp::start().await;
    let (mut ann, bob, _) = app.people().await;
    let walk = Walk::of(&ann).await;
    let (mut tried, mut born) = (0, 0);
    for (root, operation) in
        [("Query", "query"), ("Mutation", "mutation"), ("Subscription", "subscription")]
    {
        for field in walk.list(root, "fields") {
            ann = still_in(&app, ann, &mut born).await;
            let chat = Chat::new(&ann, &bob).await;
            let name = field["name"].as_str().unwrap();
            let args = field["args"].as_array().unwrap();
            let selection = match innermost(&field["type"])["kind"].as_str().unwrap() {
                "SCALAR" | "ENUM" => "",
                _ => "{ __typename }",
            };
            for arg in args {
                let wanted = arg["name"].as_str().unwrap();
                for place in walk.places(wanted, name, &arg["type"], &chat, bob.id, 0) {
                    let mut variables = Map::new();
                    let (mut declared, mut given) = (Vec::new(), Vec::new());
                    for arg in args {
                        let own = arg["name"].as_str().unwrap();
                        let is_wanted = own == wanted;
                        if !is_wanted && arg["type"]["kind"] != "NON_NULL" {
                            continue;
                        }
                        let good = || walk.good(own, name, &arg["type"], &chat, bob.id);
                        variables
                            .insert(own.to_owned(), if is_wanted { place.clone() } else { good() });
                        declared.push(format!("${own}: {}", written(&arg["type"])));
                        given.push(format!("{own}: ${own}"));
                    }
                    let (declared, given) = (declared.join(", "), given.join(", "));
                    let document =
                        format!("{operation} Q({declared}) {{ {name}({given}) {selection} }}");
                    let body = json!({ "query": document, "variables": variables }).to_string();
                    for hostile in HOSTILE {
                        let text = with(&body, hostile);
                        assert_ne!(text, body, "{body}");
                        is_no_fault(&ann, operation == "subscription", text).await;
                        tried += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 1_000, "only {tried} were tried");
}

/// Sends a body, which must be answered with 200, or 400 or 401, and be no fault of the server.
async fn is_no_fault(client: &Client, as_events: bool, body: String) {
    let accept = if as_events { "text/event-stream" } else { "application/json" };
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("accept", accept);
    let response = client.sends_request(request.body(Body::from(body.clone())).unwrap()).await;
    let status = response.status();
    let mut stream = response.into_body();
    let mut bytes = Vec::new();
    // A subscription that begins has no end.
    let patience = Duration::from_millis(if as_events { 20 } else { 20_000 });
    while let Ok(Some(frame)) = timeout(patience, stream.frame()).await {
        bytes.extend(frame.unwrap().into_data().unwrap_or_default());
    }
    let text = String::from_utf8(bytes).unwrap();
    assert!([200, 400, 401].contains(&status.as_u16()), "{body}: {status} {text}");
    for fault in ["INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "REQUEST_TIMEOUT"] {
        assert!(!text.contains(fault), "{body}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_in_a_document_itself_is_a_fault_of_the_server() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = Chat::new(&ann, &bob).await;
    for hostile in HOSTILE {
        for document in [
            format!(
                "mutation {{ sendMessage(input: {{ conversationId: \"{}\", body: {hostile} }}) {{ message {{ body }} }} }}",
                chat.id
            ),
            format!(
                "mutation {{ updateConversation(input: {{ id: \"{}\", title: {hostile} }}) {{ conversation {{ title }} }} }}",
                chat.id
            ),
            format!("{{ conversation(id: {hostile}) {{ id }} }}"),
            format!("{{ users(first: 2, after: {hostile}) {{ nodes {{ id }} }} }}"),
        ] {
            is_no_fault(&ann, false, json!({ "query": document }).to_string()).await;
        }
        for member in ["query", "operationName", "variables", "extensions"] {
            let body = json!({ "query": "{ __typename }", member: HERE }).to_string();
            is_no_fault(&ann, false, with(&body, hostile)).await;
        }
        let body =
            json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": HERE } } })
                .to_string();
        is_no_fault(&ann, false, with(&body, hostile)).await;
    }
}

/// The object that a schema of the description says, with what it refers to put in.
fn properties(schema: &Value, whole: &Value) -> Map<String, Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        return properties(whole.pointer(reference.trim_start_matches('#')).unwrap(), whole);
    }
    let mut found = schema["properties"].as_object().cloned().unwrap_or_default();
    for part in ["allOf", "anyOf", "oneOf"] {
        for schema in schema[part].as_array().into_iter().flatten() {
            found.extend(properties(schema, whole));
        }
    }
    found
}

/// A good value for a field of REST.
fn good(name: &str, chat: &Chat, user: Id) -> Value {
    match name {
        "participant_ids" => json!([user]),
        "conversation" | "conversation_id" => json!(chat.id),
        "message_body" => json!("hello"),
        "email" => json!("somebody@example.org"),
        "messages" => json!([{ "message_body": "hello" }]),
        _ => json!("plain"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_in_any_field_or_parameter_of_rest_is_a_fault_of_the_server() {
    let app = TestApp::start().await;
    let (mut ann, bob, _) = app.people().await;
    let description = description();
    let (mut tried, mut born) = (0, 0);
    for (path, operations) in description["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let Some(method) =
                Method::from_bytes(method.to_uppercase().as_bytes()).ok().filter(|method| {
                    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE]
                        .contains(method)
                })
            else {
                continue;
            };
            ann = still_in(&app, ann, &mut born).await;
            let chat = Chat::new(&ann, &bob).await;
            let place = chat.path(path, ann.id);
            let own = operation["parameters"].as_array().into_iter().flatten();
            for parameter in own.chain(operations["parameters"].as_array().into_iter().flatten()) {
                let name = parameter["name"].as_str().unwrap();
                // Whoever asks to wait for long is kept waiting.
                for hostile in
                    HOSTILE.iter().filter(|hostile| name != "wait" || hostile.starts_with('"'))
                {
                    let text = serde_json::from_str::<String>(hostile)
                        .unwrap_or_else(|_| (*hostile).to_owned());
                    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
                    let uri = match parameter["in"].as_str().unwrap() {
                        "query" => format!("{place}?{name}={text}"),
                        "path" => path.replace(&format!("{{{name}}}"), &text.replace('+', "%20")),
                        _ => continue,
                    };
                    is_answered(&ann, method.as_str(), &chat.path(&uri, ann.id), "", String::new())
                        .await;
                    tried += 1;
                }
            }
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let fields = properties(schema, &description);
            let good: Map<_, _> =
                fields.keys().map(|name| (name.clone(), good(name, &chat, bob.id))).collect();
            for name in fields.keys() {
                for hostile in HOSTILE {
                    let mut places = vec![json!(HERE), json!([HERE])];
                    if name == "messages" {
                        places.push(json!([{ "message_body": HERE }]));
                        places.push(json!([{ "message_body": "x", "client_message_id": HERE }]));
                    }
                    for inside in places {
                        let mut body = good.clone();
                        body.insert(name.clone(), inside);
                        let body = with(&Value::Object(body).to_string(), hostile);
                        is_answered(&ann, method.as_str(), &place, "application/json", body).await;
                        tried += 1;
                    }
                    let text = serde_json::from_str::<String>(hostile)
                        .unwrap_or_else(|_| (*hostile).to_owned());
                    let mut form = form_urlencoded::Serializer::new(String::new());
                    for (own, value) in good.iter().filter(|(own, _)| *own != name) {
                        form.append_pair(own, value.as_str().unwrap_or_default());
                    }
                    let form = form.append_pair(name, &text).finish();
                    is_answered(
                        &ann,
                        method.as_str(),
                        &place,
                        "application/x-www-form-urlencoded",
                        form,
                    )
                    .await;
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 1_000, "only {tried} were tried");
}

/// Sends what must be taken or refused, and be no fault of the server.
async fn is_answered(client: &Client, method: &str, uri: &str, content_type: &str, body: String) {
    let answer = sends(client, method, uri, content_type, body.clone()).await;
    let is_told =
        [200, 201, 204, 400, 401, 403, 404, 405, 409, 410].contains(&answer.status.as_u16());
    assert!(is_told, "{method} {uri} {body}: {} {}", answer.status, answer.text);
    let is_json = answer.text.is_empty() || !answer.body.is_null();
    assert!(is_json, "{method} {uri} {body}: {} {}", answer.status, answer.text);
}
