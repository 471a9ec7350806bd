//! A resource as its clients meet it: which methods it has, who may come in, and the order in
//! which a request is looked at. That order is the one of Django REST Framework, so that a
//! request with several faults gets the answer that its client knows.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;
use serde::Serialize;

use super::{
    Face, Refusal, Result,
    body::Fields,
    browse::{self, Answered},
    forms,
    negotiate::{self, Format},
    options,
    page::Query,
    who::{self, Person},
};
use crate::{
    domain::{
        Client, Viewer,
        limits::{self, Standing},
    },
    pages::address,
    request_log,
};

/// Who may use a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody, whatever they show.
    Everybody,
    /// Anybody, but who shows something must be somebody.
    Anybody,
    /// Who is signed in; anybody for these methods.
    SignedIn { but: &'static [Method] },
}

/// Serves one method.
pub(super) type Handler = fn(Call) -> BoxFuture<'static, Result<Reply>>;

/// Looks whether a caller may use a resource, or one method of it.
pub(super) type Check = fn(Call) -> BoxFuture<'static, Result<()>>;

/// A resource.
pub(super) struct View {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) access: Access,
    /// What is looked at before the method: the conversation that the path names.
    pub(super) scope: Option<Check>,
    pub(super) methods: &'static [(Method, Handler)],
    /// How long it is asked to wait for something to happen, beside the time it may take.
    pub(super) waits: Option<fn(&Call) -> Duration>,
    /// The fields of a body, and for whom `OPTIONS` tells them.
    pub(super) fields: &'static [options::Field],
    /// What must hold before `OPTIONS` tells the fields of `PUT`.
    pub(super) may_put: Option<Check>,
}

impl View {
    /// The methods, as `Allow` names them.
    pub(super) fn allow(&self) -> String {
        let own = self.methods.iter().map(|(method, _)| method.as_str());
        let head = self.has(&Method::GET).then_some("HEAD");
        own.chain(head).chain(["OPTIONS"]).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn has(&self, method: &Method) -> bool {
        self.methods.iter().any(|(own, _)| own == method)
    }
}

/// One request for a resource.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) face: Arc<Face>,
    pub(super) client: Client,
    pub(super) person: Option<Person>,
    pub(super) method: Method,
    pub(super) uri: Uri,
    /// What the path names, by the names in the list of routes.
    pub(super) path: Arc<HashMap<String, String>>,
    pub(super) query: Arc<Query>,
    pub(super) headers: HeaderMap,
    pub(super) extensions: Extensions,
    pub(super) body: Bytes,
}

impl Call {
    /// Who asks, where only the signed in come in.
    pub(super) fn viewer(&self) -> Result<Viewer> {
        self.person.as_ref().map(|person| person.viewer).ok_or_else(Refusal::no_credentials)
    }

    /// True if the contacts of others are hidden from the caller.
    pub(super) fn hides_contacts(&self) -> bool {
        let is_admin = self.person.as_ref().is_some_and(|person| person.viewer.is_admin());
        !self.face.shows_contacts && !is_admin
    }

    /// An id of the path. What is none is not there.
    pub(super) fn id<I: From<uuid::Uuid>>(&self, name: &str) -> Result<I> {
        let text = self.path.get(name).map_or("", String::as_str);
        let id = uuid::Uuid::parse_str(text).map_err(|_| Refusal::not_found("Not found."))?;
        Ok(id.into())
    }

    /// The same, where the path may name none.
    pub(super) fn id_if_named<I: From<uuid::Uuid>>(&self, name: &str) -> Result<Option<I>> {
        self.path.contains_key(name).then(|| self.id(name)).transpose()
    }

    /// The fields of the body. With `partial` none is required.
    pub(super) async fn fields(&self, partial: bool) -> Result<Fields> {
        Fields::read(&self.headers, self.body.clone(), partial).await
    }

    /// What is left to the caller of their limits.
    pub(super) fn standing(&self) -> Option<Standing> {
        let viewer = self.person.as_ref().map(|person| person.viewer);
        let writes = ![Method::GET, Method::HEAD, Method::OPTIONS].contains(&self.method);
        limits::left(&self.face.app, &self.client, viewer, writes)
    }

    /// How clients reach the server.
    pub(super) fn origin(&self) -> String {
        address::origin(self.face.public_url.as_deref(), &self.headers)
    }
}

/// Something that can be shown as JSON.
pub(super) trait Shown: Send {
    fn compact(&self) -> serde_json::Result<Vec<u8>>;
    fn pretty(&self) -> serde_json::Result<String>;
}

impl<T: Serialize + Send> Shown for T {
    fn compact(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }

    fn pretty(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

/// What a handler answers.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Option<Box<dyn Shown>>,
    /// The pages around a page of a list.
    pub(super) links: Links,
}

/// Where the page before and the page after are.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    pub(super) next: Option<String>,
    pub(super) previous: Option<String>,
}

impl Reply {
    pub(super) fn ok(body: impl Serialize + Send + 'static) -> Self {
        Self::new(StatusCode::OK, body)
    }

    pub(super) fn created(body: impl Serialize + Send + 'static) -> Self {
        Self::new(StatusCode::CREATED, body)
    }

    pub(super) fn new(status: StatusCode, body: impl Serialize + Send + 'static) -> Self {
        Self { status, body: Some(Box::new(body)), links: Links::default() }
    }

    pub(super) fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, links: Links::default() }
    }
}

/// Looks at a request in the order that clients know, and answers it; what could not be read is
/// refused to who may come in.
pub(super) async fn serve(
    view: &'static View,
    mut call: Call,
    not_read: Option<Refusal>,
) -> Response {
    let format = match negotiate::format(&call.headers, &call.query) {
        Ok(format) => format,
        Err(refusal) => {
            let asks_session = view.access != Access::Everybody;
            return answer(view, &call, Format::Json, asks_session, Err(refusal)).await;
        }
    };
    if format == Format::Html {
        forms::unfold(view, &mut call);
    }
    let mut asks_session = false;
    let entered = match (enter(view, &mut call, &mut asks_session).await, not_read) {
        // Of a form that was not read it is not known from which page it comes.
        (Err(refusal), Some(not_read)) if refusal.status == StatusCode::FORBIDDEN => Err(not_read),
        (Ok(()), Some(not_read)) => Err(not_read),
        (entered, _) => entered,
    };
    match entered {
        Ok(()) => {
            let done = dispatch(view, call.clone()).await;
            answer(view, &call, format, asks_session, done).await
        }
        // A page with its forms is more work than what was refused.
        Err(refusal) if refusal.standing.is_some() => refusal.alone(),
        Err(refusal) => answer(view, &call, format, asks_session, Err(refusal)).await,
    }
}

/// Lets the caller in, as far as the method does not matter.
async fn enter(view: &View, call: &mut Call, asks_session: &mut bool) -> Result<()> {
    if view.access != Access::Everybody {
        let shown = who::Shown::read(&call.headers);
        *asks_session = !shown.is_bearer();
        call.person = who::authenticate(call, shown).await?;
        if let Some(person) = &call.person {
            request_log::name(&call.extensions, &person.user.username);
        }
    }
    if let Access::SignedIn { but } = view.access {
        let is_open = but.contains(&call.method);
        if call.person.is_none() && !is_open {
            return Err(Refusal::no_credentials());
        }
    }
    if let Some(person) = &call.person {
        limits::count_of(&call.face.app, person.viewer)?;
    }
    match view.scope {
        Some(scope) => scope(call.clone()).await,
        None => Ok(()),
    }
}

async fn dispatch(view: &'static View, call: Call) -> Result<Reply> {
    if call.method == Method::OPTIONS {
        return Ok(Reply::ok(options::describe(view, call).await));
    }
    let wanted = if call.method == Method::HEAD { &Method::GET } else { &call.method };
    let handler = view.methods.iter().find(|(method, _)| method == wanted);
    let (_, handler) = handler.ok_or_else(|| Refusal::method(&call.method))?;
    handler(call).await
}

async fn answer(
    view: &'static View,
    call: &Call,
    format: Format,
    asks_session: bool,
    done: Result<Reply>,
) -> Response {
    let mut standing = None;
    let (status, body, links, extra) = match done {
        Ok(Reply { status, body, links }) => (status, body, links, HeaderMap::new()),
        Err(refusal) => {
            standing = refusal.standing.as_deref().copied();
            let headers = refusal.headers();
            let body: Box<dyn Shown> = Box::new(refusal.body);
            (refusal.status, Some(body), Links::default(), headers)
        }
    };
    let mut response = match (format, body) {
        (Format::Json, None) => status.into_response(),
        (Format::Json, Some(body)) => match body.compact() {
            Ok(text) => {
                (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
            }
            Err(error) => broken(&error),
        },
        (Format::Html, body) => match body.map_or(Ok(String::new()), |body| body.pretty()) {
            Ok(text) => {
                let (body, links, headers) = (text.as_str(), &links, &extra);
                browse::page(view, call, Answered { status, body, links, headers }).await
            }
            Err(error) => broken(&error),
        },
    };
    if let Some(standing) = standing.or_else(|| call.standing()) {
        response.extensions_mut().insert(standing);
    }
    let headers = response.headers_mut();
    headers.extend(extra);
    if let Ok(allow) = HeaderValue::try_from(view.allow()) {
        headers.insert(header::ALLOW, allow);
    }
    let vary = match (asks_session, format) {
        (false, Format::Json) => "Accept, origin",
        (true, _) | (_, Format::Html) => "Accept, Cookie, origin",
    };
    headers.insert(header::VARY, HeaderValue::from_static(vary));
    response
}

/// A fault of ours: nothing that is shown here can fail to become text.
fn broken(error: &serde_json::Error) -> Response {
    tracing::error!(%error, "an answer could not be written");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
