//! Requests over HTTP that no client of good will sends, through the router: REST with its filters, pages and bodies,
//! GraphQL with its parameters and event streams, and the pages.
//!
//! An input is a request as a text: `WHO METHOD TARGET`, where WHO is `ann` or `nobody`; headers, an empty line, the
//! body. `{chat}` and the like are put in by [`World`].

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request, Response, Uri, header},
};
use http_body_util::BodyExt;
use proptest::{
    sample::select,
    strategy::{Strategy, Union},
};
use tokio::{runtime::Handle, task::block_in_place, time::timeout};

use super::{
    answers::{Asked, fits, text_of},
    engine::{Target, soup},
    world::{PATIENCE, World},
};

const WORDS: &[&str] = &[
    "ann ",
    "nobody ",
    "GET ",
    "POST ",
    "PUT ",
    "PATCH ",
    "DELETE ",
    "HEAD ",
    "OPTIONS ",
    "TRACE ",
    "/api/",
    "/graphql",
    "{ann}",
    "{bob}",
    "{eve}",
    "{chat}",
    "{hidden}",
    "{message}",
    "{secret}",
    "{cursor}",
    "{foreign}",
    "{refresh}",
    "?page=",
    "&page_size=",
    "&search=",
    "&ordering=-",
    "&format=",
    "&start_date=",
    "&sender=",
    "&conversation=",
    "&participants=",
    "&role=",
    "&wait=0",
    "&after=",
    "&username=",
    "last",
    "0",
    "-1",
    "99999999999999999999",
    "1e999",
    "%00",
    "%ff",
    "%F0%9F%92%AC",
    "%",
    "+",
    "2025-07-01T10:00:00Z",
    "9999-12-31T23:59:59-23:59",
    "0000-00-00",
    "\n",
    "\n\n",
    "Content-Type: application/json\n",
    "Content-Type: application/x-www-form-urlencoded\n",
    "Content-Type: multipart/form-data; boundary=B\n",
    "; charset=utf-16",
    "Accept: text/html\n",
    "Accept: text/event-stream\n",
    "Accept: application/graphql-response+json\n",
    "Last-Event-ID: 1\n",
    "\r\n--B\r\n",
    "\r\n--B--\r\n",
    "Content-Disposition: form-data; name=\"message_body\"\r\n\r\n",
    "; filename=\"x\"",
    "Authorization: Bearer {token}\n",
    "Authorization: Basic YW5uOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ==\n",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "null",
    "true",
    "\"\"",
    "\\u0000",
    "\\ud800",
    "\\ud83d\\ude00",
    "💬",
    "' OR 1=1 --",
    "\0",
    "\"message_body\"",
    "\"participant_ids\"",
    "\"messages\"",
    "\"client_message_id\"",
    "\"conversation\"",
    "\"query\":",
    "\"{ viewer { id } }\"",
    "\"variables\":",
    "\"extensions\":",
    "\"operationName\":",
    "\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"",
    "subscription",
    "mutation",
    "after: \\\"{foreign}\\\"",
];

/// The addresses, with what is usual there.
const REST: &[&str] = &[
    "ann GET /api/users/?",
    "ann GET /api/users/me/?",
    "ann PATCH /api/users/me/",
    "ann GET /api/users/{bob}/?",
    "ann GET /api/conversations/?",
    "ann POST /api/conversations/",
    "ann GET /api/conversations/{chat}/?",
    "ann PATCH /api/conversations/{chat}/",
    "ann GET /api/conversations/{hidden}/?",
    "ann GET /api/conversations/{chat}/messages/?",
    "ann POST /api/conversations/{chat}/messages/",
    "ann GET /api/conversations/{hidden}/messages/?",
    "ann PUT /api/conversations/{chat}/messages/{message}/",
    "ann GET /api/conversations/{chat}/events/?wait=0",
    "ann GET /api/conversations/{hidden}/events/?wait=0",
    "ann GET /api/messages/?",
    "ann POST /api/messages/",
    "ann GET /api/messages/{secret}/?",
    "ann PATCH /api/messages/{message}/",
    "nobody POST /api/register/",
    "nobody POST /api/token/",
    "nobody POST /api/token/refresh/",
    "nobody POST /api/token/verify/",
    "nobody GET /api/schema/?",
    "nobody GET /api-auth/login/?next=",
    "nobody GET /admin/users/?",
    "ann GET /?",
];

const GRAPHQL: &[&str] = &[
    "ann GET /graphql?query=",
    "nobody GET /graphql?query=",
    "ann GET /graphql?query={viewer{id}}&variables=",
    "ann POST /graphql\nContent-Type: application/json\n\n{\"query\":",
    "ann POST /graphql\nContent-Type: application/json\n\n{\"query\":\"{ viewer { id } }\",\"variables\":",
    "ann POST /graphql\nContent-Type: application/json\n\n[{\"query\":\"{ viewer { id } }\"},",
    "ann POST /graphql\nContent-Type: application/json\nAccept: text/event-stream\n\n{\"query\":\"subscription { ",
    "ann POST /graphql\nContent-Type: application/json\n\n{\"query\":\"{ conversation(id: \\\"{chat}\\\") { messages(",
];

/// What a request may be answered with. That REST answers what its description says is tried in tests/openapi.
const STATUSES: [u16; 20] = [
    200, 201, 204, 301, 302, 303, 304, 400, 401, 403, 404, 405, 406, 408, 409, 410, 413, 415, 426,
    429,
];

fn requests(starts: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let kinds: &[&str] = &[
        "",
        "\nContent-Type: application/json\n\n",
        "\nContent-Type: application/x-www-form-urlencoded\n\n",
        "\nContent-Type: multipart/form-data; boundary=B\n\n--B\r\n",
        "\nAccept: text/html\n\n",
    ];
    let whole = (select(starts), soup(WORDS, 6), select(kinds), soup(WORDS, 12));
    let whole = whole.prop_map(|(start, more, kind, body)| {
        [start.as_bytes(), &more, kind.as_bytes(), &body].concat()
    });
    Union::new_weighted(vec![(4, whole.boxed()), (1, soup(WORDS, 20).boxed())])
}

/// The request that an input says, and whether `ann` sends it; none if it says none that HTTP can carry.
fn request(input: &[u8]) -> Option<(bool, Request<Body>)> {
    let head_end = input.windows(2).position(|two| two == b"\n\n");
    let (head, body) = head_end.map_or((input, &[][..]), |at| (&input[..at], &input[at + 2..]));
    let mut lines = head.split(|byte| *byte == b'\n');
    let mut words = lines.next()?.splitn(3, |byte| *byte == b' ');
    let (who, method, target) = (words.next()?, words.next()?, words.next()?);
    // A client of HTTP would not send these as they are.
    let target: Vec<u8> = target
        .iter()
        .flat_map(|byte| match byte {
            b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => {
                format!("%{byte:02X}").into_bytes()
            }
            _ => vec![*byte],
        })
        .collect();
    let uri = Uri::try_from(target).ok().filter(|uri| uri.path().starts_with('/'))?;
    let mut request = Request::builder().method(Method::from_bytes(method).ok()?).uri(uri);
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) =
            (&line[..colon], line.get(colon + 1..).unwrap_or_default().trim_ascii());
        let name = header::HeaderName::from_bytes(name);
        if let (Ok(name), Ok(value)) = (name, header::HeaderValue::from_bytes(value)) {
            request = request.header(name, value);
        }
    }
    Some((who == b"ann", request.body(Body::from(body.to_vec())).ok()?))
}

/// The words of addresses; the rest differs from run to run.
const PLACES: [&str; 22] = [
    "",
    "api",
    "v1",
    "users",
    "me",
    "conversations",
    "messages",
    "events",
    "register",
    "token",
    "refresh",
    "verify",
    "login",
    "schema",
    "docs",
    "redoc",
    "admin",
    "api-auth",
    "logout",
    "graphql",
    "ws",
    "readyz",
];

/// A path as far as an outcome tells of it.
fn place(path: &str) -> String {
    let parts = path.split('/').map(|part| if PLACES.contains(&part) { part } else { "*" });
    let place: Vec<_> = parts.take(6).collect();
    if place.len() < 6 && !place[1..].starts_with(&["*"]) {
        place.join("/")
    } else {
        "elsewhere".to_owned()
    }
}

async fn check(world: &mut World, input: &[u8]) -> Result<String, String> {
    let Some((is_ann, request)) = request(&world.fills_in(input)) else {
        return Ok("no request".to_owned());
    };
    let asked = Asked { method: request.method().clone(), path: request.uri().path().to_owned() };
    let waits = request.uri().query().is_some_and(|query| query.contains("wait"));
    let stranger = world.app.stranger();
    let client = if is_ann { &*world.ann } else { &stranger };
    // Who waits for events waits for long, and is not worth it.
    let patience = if waits { Duration::from_millis(200) } else { PATIENCE };
    let answered = timeout(patience, client.sends_request(request)).await;
    let Ok(response) = answered else {
        return if waits { Ok("waits".to_owned()) } else { Err("it hangs".to_owned()) };
    };
    let (parts, mut body) = response.into_parts();
    let response = Response::from_parts(parts, ());
    let is_stream = text_of(&response, "content-type").starts_with("text/event-stream");
    let mut bytes = Vec::new();
    let patience = if is_stream { Duration::from_millis(20) } else { PATIENCE };
    loop {
        match timeout(patience, body.frame()).await {
            Ok(None) => break,
            Ok(Some(Ok(frame))) => bytes.extend(frame.into_data().unwrap_or_default()),
            Ok(Some(Err(error))) => return Err(format!("the answer breaks off: {error}")),
            Err(_) if is_stream => break,
            Err(_) => return Err("the answer does not end".to_owned()),
        }
    }
    let status = response.status();
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(300)]);
    if !STATUSES.contains(&status.as_u16()) {
        return Err(format!("{status}: {shown}"));
    }
    if World::is_leak(&bytes) {
        return Err(format!("it shows what is hidden: {shown}"));
    }
    let what = fits(&asked, &response, &bytes)?;
    if status.is_success() && asked.method != Method::GET {
        world.recovers().await;
    }
    let known = Method::from_bytes(asked.method.as_str().as_bytes()).is_ok_and(|method| {
        [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::HEAD,
            Method::OPTIONS,
        ]
        .contains(&method)
    });
    let method = if known { asked.method.as_str() } else { "other" };
    Ok(format!("{method} {} {} {what}", place(&asked.path), status.as_u16()))
}

async fn runs(name: &'static str, starts: &'static [&'static str]) {
    let mut world = World::new().await;
    let target = Target { name, cases: 150, words: WORDS, seeds: Vec::new() };
    block_in_place(|| {
        target.run(requests(starts), |input| Handle::current().block_on(check(&mut world, input)));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_of_rest_has_a_good_answer_that_shows_nothing_hidden() {
    runs("rest", REST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_of_graphql_has_a_good_answer_that_shows_nothing_hidden() {
    runs("graphql", GRAPHQL).await;
}
