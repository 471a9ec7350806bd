//! What every transport needs: the app, the schema, and what the operator decided.

use std::{sync::Arc, time::Duration};

use super::{Documents, Fanout, Schema};
use crate::domain::App;

/// All that a request to /graphql needs.
pub struct Endpoint {
    pub app: App,
    pub schema: Schema,
    /// The same for queries and mutations whose document is known.
    pub known: Schema,
    pub documents: Arc<Documents>,
    /// The executions that subscriptions share.
    pub fanout: Fanout,
    pub settings: Settings,
    /// Web origins whose pages may open a WebSocket, beside those of the server's own host.
    pub origins: Vec<String>,
}

/// What the operator decides about /graphql.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The longest body that is read, in bytes.
    pub body_limit: usize,
    /// How long reading the request may take, and then executing it.
    pub timeout: Duration,
    /// Whether clients may ask for the schema.
    pub introspection: bool,
    /// How long a WebSocket may take to say who it is.
    pub ws_init_timeout: Duration,
    /// How often an open connection is given a sign of life.
    pub ws_ping: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            body_limit: 1 << 20,
            timeout: Duration::from_secs(10),
            introspection: true,
            ws_init_timeout: Duration::from_secs(10),
            ws_ping: Duration::from_secs(25),
        }
    }
}
