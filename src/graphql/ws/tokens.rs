//! Who is on the other side: the token of the first message, and the tokens by which a
//! connection outlives the first one.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use futures_util::FutureExt;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, timeout};

use super::{
    close::{Close, End},
    message::{self, Wire},
    socket::Socket,
};
use crate::{
    domain::{self, Code, Viewer, operations as server, watch},
    graphql::{authenticate, operation::CHECK_EVERY},
};

/// For what a token is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Showing {
    /// To be let in.
    First,
    /// To stay.
    Anew,
}

pub(super) type Shown = Result<Option<Viewer>, domain::Error>;

impl Socket {
    /// The first message.
    pub(super) fn init(&mut self, payload: &Map<String, Value>) -> Result<(), End> {
        if self.is_ready {
            let reason = "connection_init came a second time.";
            return Err(Close::new(Close::SECOND_INIT, reason).into());
        }
        self.times.init_by = None;
        let header = self.credentials.take();
        match message::token(payload) {
            Ok(Some(token)) => self.look_at(Showing::First, Some(bearer(token))),
            Ok(None) => self.look_at(Showing::First, header),
            Err(problem) => return Err(self.refuse(Close::UNAUTHORIZED, problem)),
        }
        Ok(())
    }

    /// A ping, which may bring a new token.
    pub(super) fn ping(&mut self, payload: Option<Map<String, Value>>) -> Result<(), End> {
        let token = payload.as_ref().map_or(Ok(None), message::token);
        match token.map(|token| token.map(bearer)) {
            Ok(None) => self.batch.push(Wire::pong(payload.map(Value::Object))),
            _ if !self.is_ready => return Err(Close::not_ready().into()),
            Ok(token) => self.look_at(Showing::Anew, token),
            Err(problem) => return Err(self.refuse(Close::UNAUTHORIZED, problem)),
        }
        Ok(())
    }

    /// Looks at a token beside everything else that is under way.
    fn look_at(&mut self, showing: Showing, authorization: Option<HeaderValue>) {
        let endpoint = Arc::clone(&self.endpoint);
        let looking = async move {
            let headers = authorization.map(|value| (AUTHORIZATION, value));
            let headers = HeaderMap::from_iter(headers);
            let looked = authenticate(&endpoint.app, &headers);
            let looked = timeout(endpoint.settings.timeout, looked).await;
            let busy = domain::Error::Busy { retry_after: CHECK_EVERY };
            let known = looked.unwrap_or(Err(busy));
            (showing, known.map(|known| known.map(|known| known.viewer)))
        };
        self.showing = Some(looking.boxed());
    }

    /// A token has been looked at.
    pub(super) fn on_shown(&mut self, showing: Showing, shown: Shown) -> Result<(), End> {
        self.showing = None;
        // Nothing was read meanwhile.
        self.times.unanswered = None;
        let app = &self.endpoint.app;
        let viewer = match shown {
            Ok(viewer) => viewer,
            Err(error) => return Err(self.refuse_for(&error)),
        };
        if showing == Showing::Anew {
            // What was asked here was asked as somebody else, so only another connection will do.
            let reason = match (self.viewer, viewer) {
                (None, _) => Some("You came without a token: connect again to sign in."),
                (Some(before), Some(now)) if before.id() == now.id() => None,
                (Some(_), _) => Some("The token is another person's: connect again with it."),
            };
            if let Some(reason) = reason {
                return Err(self.refuse(Close::FORBIDDEN, reason));
            }
        }
        self.watched = viewer.map(|viewer| watch::session(app, viewer));
        self.viewer = viewer;
        self.times.check_at = Instant::now() + CHECK_EVERY;
        let expires_at = viewer.map(|viewer| viewer.expires_at().to_string());
        match showing {
            Showing::First => {
                self.is_ready = true;
                let epoch = server::current_epoch(app);
                let payload = json!({ "epoch": epoch, "expiresAt": expires_at });
                self.batch.push(Wire::ack(&payload));
            }
            Showing::Anew => {
                self.batch.push(Wire::pong(Some(json!({ "expiresAt": expires_at }))));
            }
        }
        Ok(())
    }

    fn refuse_for(&mut self, error: &domain::Error) -> End {
        if let Some(cause) = error.cause() {
            tracing::warn!(cause, "who asks could not be found out");
        }
        match error.code() {
            Code::ServiceUnavailable | Code::InternalServerError => {
                Close::new(Close::LATER, error.to_string()).into()
            }
            // Only of this one the session may be good, and so another token.
            Code::TokenExpired => self.refuse(Close::FORBIDDEN, &error.to_string()),
            _ => self.refuse(Close::UNAUTHORIZED, &error.to_string()),
        }
    }

    fn refuse(&mut self, code: u16, why: &str) -> End {
        if !self.is_ready
            && let Some(message) = self.wire.refused(why)
        {
            self.batch.push(message);
        }
        Close::new(code, why).into()
    }
}

/// As a header has it. What cannot stand in a header is no token of ours.
fn bearer(token: &str) -> HeaderValue {
    let header = HeaderValue::try_from(format!("Bearer {token}"));
    header.unwrap_or(HeaderValue::from_static("Bearer"))
}
