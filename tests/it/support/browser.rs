//! A browser: it keeps cookies, follows nothing by itself, and fills in the forms it is shown.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;

use super::{Client, PASSWORD, Person, TestApp};

/// Somebody's browser.
#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// What a browser was shown.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl TestApp {
    /// A browser that was never here.
    pub(crate) fn browser(&self) -> Browser {
        Browser { client: self.stranger(), cookies: BTreeMap::new() }
    }

    /// The browser of somebody who has signed in.
    pub(crate) async fn browser_of(&self, person: &Person) -> Browser {
        let mut browser = self.browser();
        let seen = browser.signs_in("/api-auth/login/", &person.name, PASSWORD).await;
        assert_eq!(seen.status, StatusCode::FOUND, "{}", seen.text);
        browser
    }
}

impl Browser {
    /// The same with another header of its own.
    pub(crate) fn with_header(&self, name: &'static str, value: &str) -> Self {
        Self { client: self.client.with_header(name, value), cookies: self.cookies.clone() }
    }

    /// The same, coming from this address.
    pub(crate) fn from(&self, address: &str) -> Self {
        Self { client: self.client.from(address), cookies: self.cookies.clone() }
    }

    pub(crate) async fn opens(&mut self, path: &str) -> Seen {
        self.sends(Method::GET, path, String::new()).await
    }

    /// Sends a form with exactly these fields.
    pub(crate) async fn posts(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let mut form = form_urlencoded::Serializer::new(String::new());
        self.sends(Method::POST, path, form.extend_pairs(fields).finish()).await
    }

    /// Sends a form with the token that the cookie holds.
    pub(crate) async fn submits(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let token = self.cookies.get("csrftoken").cloned().unwrap_or_default();
        let mut all = vec![("csrfmiddlewaretoken", token.as_str())];
        all.extend_from_slice(fields);
        self.posts(path, &all).await
    }

    pub(crate) async fn signs_in(&mut self, door: &str, name: &str, password: &str) -> Seen {
        self.opens(door).await;
        self.submits(door, &[("username", name), ("password", password)]).await
    }

    async fn sends(&mut self, method: Method, path: &str, body: String) -> Seen {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "here.example")
            .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, pairs.collect::<Vec<_>>().join("; "));
        let response = self.client.sends_request(request.body(Body::from(body)).unwrap()).await;
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, rest) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Seen { status: parts.status, headers: parts.headers, text }
    }
}

impl Seen {
    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{:?} {}", self.headers, self.text);
        self
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.text.contains(text), "it should say {text:?}: {}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn does_not_say(&self, text: &str) -> &Self {
        assert!(!self.text.contains(text), "it should not say {text:?}: {}", self.text);
        self
    }

    /// It sends the browser there.
    #[track_caller]
    pub(crate) fn leads_to(&self, place: &str) -> &Self {
        assert!(self.status.is_redirection(), "{} {}", self.status, self.text);
        assert_eq!(self.header("location"), place);
        self
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// All cookies that it sets, whole.
    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        let all = self.headers.get_all(header::SET_COOKIE).iter();
        all.map(|value| value.to_str().unwrap()).collect()
    }
}
