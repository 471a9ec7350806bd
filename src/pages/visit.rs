//! One request for a page. What changes something gets no further than here unless it comes
//! from a page of ours; what is for administrators, unless one is signed in.

use std::time::Duration;

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use maud::Markup;
use tokio::time::timeout;

use super::{
    Fault, Site,
    address::{self, in_query, send_to},
    cookies,
    layout::{self, Frame, Part},
};
use crate::{
    domain::{Client, Viewer, accounts::User, limits, sessions},
    request_log,
};

/// The longest form, in bytes.
const FORM_MAX: usize = 64 * 1024;

/// How long it may take to come.
const FORM_WAIT: Duration = Duration::from_secs(10);

/// One request for a page.
pub(super) struct Visit {
    pub(super) site: Site,
    pub(super) client: Client,
    pub(super) uri: Uri,
    /// Whoever is signed in.
    pub(super) person: Option<(Viewer, User)>,
    /// The token against forged requests, for the forms of the page.
    token: String,
    headers: HeaderMap,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
}

impl Visit {
    /// A field of the form.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        last(&self.form, name)
    }

    /// A parameter after the `?`.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        last(&self.query, name)
    }

    /// The secret of the session that the cookie names.
    pub(super) fn secret(&self) -> Option<String> {
        cookies::get(&self.headers, cookies::SESSION)
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Cookies go over TLS alone where clients come that way.
    pub(super) fn is_secure(&self) -> bool {
        address::is_tls(self.site.public_url.as_deref())
    }

    /// A page as the answer.
    pub(super) fn show(
        &self,
        status: StatusCode,
        part: Part,
        title: &str,
        content: &Markup,
    ) -> Response {
        let who = self.person.as_ref();
        let who = who.map(|(viewer, user)| (user.username.as_str(), viewer.is_admin()));
        let frame = Frame { part, title, who, token: &self.token, back: None };
        let mut response = layout::respond(status, frame.around(content));
        layout::keep_token(&mut response, &self.headers, &self.token, self.is_secure());
        response
    }
}

fn last<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().rev().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

impl FromRequest<Site> for Visit {
    type Rejection = Fault;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Fault> {
        let (parts, body) = request.into_parts();
        let client = parts.extensions.get::<Client>().cloned().unwrap_or_default();
        limits::count_request(&site.app, &client)?;
        let headers = parts.headers;
        let body = timeout(FORM_WAIT, to_bytes(body, FORM_MAX)).await;
        let body = body.map_err(|_| Fault::TooSlow)?.map_err(|_| Fault::TooLong)?;
        if ![Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method) {
            let from_form = cookies::form_token(&headers, &body);
            let from_header = headers.get("x-csrftoken").and_then(|token| token.to_str().ok());
            let origin = address::origin(site.public_url.as_deref(), &headers);
            cookies::must_match(&headers, from_form.as_deref().or(from_header), &origin)
                .map_err(Fault::Forged)?;
        }
        let person = match cookies::get(&headers, cookies::SESSION) {
            Some(secret) => sessions::authenticate_page(&site.app, &secret).await?,
            None => None,
        };
        if let Some((viewer, user)) = &person {
            request_log::name(&parts.extensions, &user.username);
            limits::count_of(&site.app, *viewer)?;
        }
        let pairs = |text: &[u8]| form_urlencoded::parse(text).into_owned().collect();
        Ok(Self {
            site: site.clone(),
            client,
            person,
            token: cookies::token(&headers).unwrap_or_else(cookies::new_token),
            query: pairs(parts.uri.query().unwrap_or_default().as_bytes()),
            form: pairs(&body),
            uri: parts.uri,
            headers,
        })
    }
}

/// A request by an administrator.
pub(super) struct Staff {
    pub(super) visit: Visit,
    pub(super) viewer: Viewer,
}

impl FromRequest<Site> for Staff {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Response> {
        let visit = Visit::from_request(request, site).await.map_err(Fault::into_response)?;
        match &visit.person {
            Some((viewer, _)) if viewer.is_admin() => Ok(Self { viewer: *viewer, visit }),
            _ => {
                let here = visit.uri.path_and_query().map_or("/admin/", |place| place.as_str());
                let login = format!("/admin/login/?next={}", in_query(here));
                let mut response = send_to(StatusCode::FOUND, &login);
                let vary = header::HeaderValue::from_static("origin, Cookie");
                response.headers_mut().insert(header::VARY, vary);
                Err(response)
            }
        }
    }
}
