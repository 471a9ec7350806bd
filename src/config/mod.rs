//! Every setting, with its default and its words for `--help`.

mod command;
mod document;
mod rates;
#[cfg(test)]
mod tests;
mod values;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{ArgAction, Args, ValueEnum};
use ipnet::IpNet;

use self::values::{address, collector, network, origin, short_span, span};
pub use self::{
    command::{Cli, Command, Superuser, problem},
    document::DocumentLimits,
    rates::RateSettings,
};
use crate::{
    domain::{Rules, Sharing},
    live,
    pages::address,
    request_log::{self, RequestLog},
    secrets::token::{OTHERS_MAX, SECRET_MIN},
    server, store,
};

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Human,
    /// One JSON object a line
    Json,
}

/// What the server can be told; `--help` is the reference. Times are like `15m`, `1d`, `30days`.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Settings")]
pub struct Config {
    /// Where to keep everything: `sqlite:PATH` or `mysql://USER:PASSWORD@HOST/NAME` (with `?require_ssl=true` for TLS)
    #[arg(
        long,
        env,
        global = true,
        hide_env_values = true,
        default_value = "sqlite:data/parlance.db"
    )]
    pub database_url: String,
    /// A PEM file of certificate authorities to trust for TLS to MySQL, beside the well-known ones
    #[arg(long, env = "PARLANCE_MYSQL_CA", global = true)]
    pub mysql_ca: Option<PathBuf>,
    /// The most connections to the database
    #[arg(long, env = "PARLANCE_POOL_SIZE", global = true, default_value_t = 16,
          value_parser = clap::value_parser!(u16).range(2..))]
    pub pool_size: u16,
    /// Where to listen
    #[arg(long, env = "PARLANCE_LISTEN", global = true, default_value = "127.0.0.1:8000", value_parser = address)]
    pub listen: SocketAddr,
    /// Where to tell Prometheus how the server does, at /metrics; nowhere if absent. Not for the public
    #[arg(long, env = "PARLANCE_METRICS_LISTEN", global = true, value_parser = address)]
    pub metrics_listen: Option<SocketAddr>,
    /// The OpenTelemetry collector that gets traces, by OTLP over HTTP, like `http://127.0.0.1:4318`; nobody if absent
    #[arg(long, env = "PARLANCE_OTLP_ENDPOINT", global = true, hide_env_values = true, value_parser = collector)]
    pub otlp_endpoint: Option<String>,
    /// Signs tokens; at least 32 bytes. Made and kept beside the SQLite file if absent; required with MySQL
    #[arg(long, env = "PARLANCE_SECRET_KEY", global = true, hide_env_values = true)]
    pub secret_key: Option<String>,
    /// Secrets whose tokens are accepted as well while the key is changed, separated by commas; nothing is signed with them
    #[arg(long, env = "PARLANCE_OTHER_SECRET_KEYS", global = true, hide_env_values = true, value_delimiter = ',', action = ArgAction::Append)]
    pub other_secret_keys: Vec<String>,
    /// How clients reach the server, where that is not the address it listens on
    #[arg(long, env = "PARLANCE_PUBLIC_URL", global = true, value_parser = origin)]
    pub public_url: Option<String>,
    /// How long an access token is good
    #[arg(long, env = "PARLANCE_ACCESS_TTL", global = true, default_value = "15m", value_parser = span)]
    pub access_ttl: Duration,
    /// How long a session lasts without being used; 90 days at most in any case
    #[arg(long, env = "PARLANCE_REFRESH_TTL", global = true, default_value = "30d", value_parser = span)]
    pub refresh_ttl: Duration,
    /// How long an access token of REST is good
    #[arg(long, env = "PARLANCE_REST_ACCESS_TTL", global = true, default_value = "60m", value_parser = span)]
    pub rest_access_ttl: Duration,
    /// How long a refresh token of REST is good; it is not renewed
    #[arg(long, env = "PARLANCE_REST_REFRESH_TTL", global = true, default_value = "1d", value_parser = span)]
    pub rest_refresh_ttl: Duration,
    /// The fewest characters of a password
    #[arg(long, env = "PARLANCE_PASSWORD_MIN", global = true, default_value_t = 5,
          value_parser = clap::value_parser!(u8).range(1..=128))]
    pub password_min: u8,
    /// Whether anything is limited in its rate
    #[arg(long, env = "PARLANCE_RATE_LIMITS", global = true, value_enum, default_value = "on")]
    pub rate_limits: Switch,
    #[command(flatten)]
    pub rates: RateSettings,
    /// Networks of proxies whose X-Forwarded-For is believed, separated by commas, like `10.0.0.0/8`
    #[arg(long, env = "PARLANCE_TRUSTED_PROXIES", global = true, value_delimiter = ',', action = ArgAction::Append, value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,
    /// Web origins other than the server's own that may use GraphQL, separated by commas, like `https://app.example.org`
    #[arg(long, env = "PARLANCE_ALLOWED_ORIGINS", global = true, value_delimiter = ',', action = ArgAction::Append, value_parser = origin)]
    pub allowed_origins: Vec<String>,
    /// Whether clients may ask for the GraphQL schema, and whether there are pages about REST
    #[arg(long, env = "PARLANCE_INTROSPECTION", global = true, value_enum, default_value = "on")]
    pub introspection: Switch,
    /// Whether GraphiQL is shown to browsers, at `/graphql` and `/graphiql`; off where introspection is
    #[arg(long, env = "PARLANCE_GRAPHIQL", global = true, value_enum, default_value = "on")]
    pub graphiql: Switch,
    /// Whether REST shows everybody who is signed in the e-mail addresses and telephone numbers of all
    #[arg(long, env = "PARLANCE_REST_CONTACTS", global = true, value_enum, default_value = "on")]
    pub rest_contacts: Switch,
    /// Serve although the database may lose what it has committed
    #[arg(long, env = "PARLANCE_ALLOW_UNSAFE_DURABILITY", global = true)]
    pub allow_unsafe_durability: bool,
    /// Where NATS is, by which several instances tell each other at once that something is new, like `nats://user:password@host:4222`
    #[arg(long, env = "PARLANCE_NATS_URL", global = true, hide_env_values = true)]
    pub nats_url: Option<String>,
    /// A PEM file of certificate authorities to trust for TLS to NATS, in place of the well-known ones; with it, only TLS is spoken
    #[arg(long, env = "PARLANCE_NATS_CA", global = true)]
    pub nats_ca: Option<PathBuf>,
    /// How often the database is asked what other instances wrote, where no NATS tells
    #[arg(long, env = "PARLANCE_POLL", global = true, default_value = "400ms", value_parser = short_span)]
    pub poll: Duration,
    /// How long one request may take
    #[arg(long, env = "PARLANCE_REQUEST_TIMEOUT", global = true, default_value = "10s", value_parser = span)]
    pub request_timeout: Duration,
    /// How long a client may take over the head of a request
    #[arg(long, env = "PARLANCE_HEAD_TIMEOUT", global = true, default_value = "10s", value_parser = span)]
    pub head_timeout: Duration,
    /// How long a connection is kept on which nothing is asked; longer than proxies keep theirs to this server
    #[arg(long, env = "PARLANCE_IDLE_TIMEOUT", global = true, default_value = "75s", value_parser = span)]
    pub idle_timeout: Duration,
    /// The most connections of clients
    #[arg(long, env = "PARLANCE_CONNECTIONS", global = true, default_value_t = 50_000,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub connections: u32,
    /// The most connections of one address, or one network of IPv6 (/64); trusted proxies are not counted
    #[arg(long, env = "PARLANCE_CONNECTIONS_PER_ADDRESS", global = true, default_value_t = 10_000,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub connections_per_address: u32,
    /// The longest request body, in bytes
    #[arg(long, env = "PARLANCE_BODY_LIMIT", global = true, default_value_t = 1 << 20,
          value_parser = clap::value_parser!(u32).range(1_024..))]
    pub body_limit: u32,
    /// How long a WebSocket may take to say who it is
    #[arg(long, env = "PARLANCE_WS_INIT_TIMEOUT", global = true, default_value = "10s", value_parser = span)]
    pub ws_init_timeout: Duration,
    /// How often open WebSockets are given a sign of life, and dropped if they give none back; streams of events get one every 5 s at least
    #[arg(long, env = "PARLANCE_WS_PING", global = true, default_value = "25s", value_parser = span)]
    pub ws_ping: Duration,
    /// The file that gets a line for each request, or `off`; `user_requests.log` beside the SQLite file, or in the working directory, if absent
    #[arg(long, env = "PARLANCE_REQUEST_LOG", global = true)]
    pub request_log: Option<PathBuf>,
    /// The most bytes of that file; a full one gets `.1` added to its name, and a new one is begun
    #[arg(long, env = "PARLANCE_REQUEST_LOG_MAX", global = true, default_value_t = 10 << 20,
          value_parser = clap::value_parser!(u64).range(4_096..))]
    pub request_log_max: u64,
    /// How many full ones are kept
    #[arg(long, env = "PARLANCE_REQUEST_LOG_KEEP", global = true, default_value_t = 5,
          value_parser = clap::value_parser!(u16).range(..=1_000))]
    pub request_log_keep: u16,
    #[command(flatten)]
    pub document: DocumentLimits,
    /// What is logged, as `tracing` has it: `info`, `debug`, `warn,parlance=debug`
    #[arg(long, env = "PARLANCE_LOG", global = true, default_value = "info")]
    pub log: String,
    /// How it is written
    #[arg(long, env = "PARLANCE_LOG_FORMAT", global = true, value_enum, default_value = "human")]
    pub log_format: LogFormat,
}

impl Config {
    /// Looks at what clap cannot see by itself.
    ///
    /// # Errors
    /// With one clear sentence.
    pub fn check(&self) -> Result<(), String> {
        let is_sqlite = self.database_url.starts_with("sqlite:");
        if !is_sqlite && !self.database_url.starts_with("mysql://") {
            return Err("DATABASE_URL must begin with sqlite: or mysql://".to_owned());
        }
        if let Some(path) = self.database_url.strip_prefix("sqlite:")
            && (path.is_empty() || path.starts_with(':') || path.contains('?'))
        {
            return Err("DATABASE_URL must name a file: sqlite:PATH".to_owned());
        }
        match &self.secret_key {
            Some(key) if key.len() < SECRET_MIN => Err(format!(
                "PARLANCE_SECRET_KEY has {} bytes and needs at least {SECRET_MIN}; \
                 `openssl rand -base64 48` makes a good one",
                key.len()
            )),
            None if !is_sqlite => Err(format!(
                "PARLANCE_SECRET_KEY is required with MySQL: at least {SECRET_MIN} bytes, the \
                 same on every instance; `openssl rand -base64 48` makes a good one"
            )),
            Some(_) | None => self.check_other_keys(),
        }?;
        if let Some(url) = &self.nats_url {
            live::OverNats::new(url, self.nats_ca.as_deref(), String::new())?;
        }
        if self.metrics_listen == Some(self.listen) && self.listen.port() != 0 {
            return Err(format!(
                "PARLANCE_METRICS_LISTEN is {}, where PARLANCE_LISTEN is already",
                self.listen
            ));
        }
        Ok(())
    }

    /// The secrets that are accepted beside the one that signs; an empty variable holds none.
    pub fn other_keys(&self) -> &[String] {
        match self.other_secret_keys.as_slice() {
            [empty] if empty.is_empty() => &[],
            others => others,
        }
    }

    fn check_other_keys(&self) -> Result<(), String> {
        let name = "PARLANCE_OTHER_SECRET_KEYS";
        let others = self.other_keys();
        if others.len() > OTHERS_MAX {
            return Err(format!("{name} holds {} secrets: at most {OTHERS_MAX}", others.len()));
        }
        if let Some(short) = others.iter().find(|key| key.len() < SECRET_MIN) {
            return Err(format!(
                "{name} holds a secret of {} bytes; each needs at least {SECRET_MIN}",
                short.len()
            ));
        }
        if self.secret_key.as_ref().is_some_and(|key| others.contains(key)) {
            return Err(format!("{name} holds PARLANCE_SECRET_KEY itself"));
        }
        Ok(())
    }

    /// What the store is opened with.
    pub fn store(&self) -> store::Options {
        store::Options {
            url: self.database_url.clone(),
            pool_size: usize::from(self.pool_size),
            mysql_ca: self.mysql_ca.clone(),
        }
    }

    /// What the domain is told.
    pub fn rules(&self) -> Rules {
        Rules {
            access_ttl: self.access_ttl,
            refresh_ttl: self.refresh_ttl,
            rest_access_ttl: self.rest_access_ttl,
            rest_refresh_ttl: self.rest_refresh_ttl,
            password_min: usize::from(self.password_min),
            rate_limits: self.rate_limits == Switch::On,
            rates: self.rates.rates(),
        }
    }

    /// How instances hear of each other. One SQLite file serves one server.
    pub fn sharing(&self) -> Sharing {
        Sharing {
            is_shared: !self.database_url.starts_with("sqlite:"),
            nats: self.nats_url.clone(),
            nats_ca: self.nats_ca.clone(),
            pace: live::Options { poll: self.poll, ..live::Options::default() },
        }
    }

    /// How connections are taken.
    pub fn connections(&self) -> server::Connections {
        let size = |number| usize::try_from(number).unwrap_or(usize::MAX);
        server::Connections {
            head: self.head_timeout,
            idle: self.idle_timeout,
            most: size(self.connections),
            most_per_address: size(self.connections_per_address),
            trusted_proxies: self.trusted_proxies.clone(),
            is_tls: address::is_tls(self.public_url.as_deref()),
            ..server::Connections::default()
        }
    }

    /// Where requests are noted, if they are.
    pub fn request_log(&self) -> Option<request_log::Options> {
        let (max, keep) = (self.request_log_max, self.request_log_keep);
        let path = match &self.request_log {
            Some(path) if path.as_os_str() == "off" => return None,
            Some(path) => path.clone(),
            None => {
                let beside = self.database_url.strip_prefix("sqlite:").map(Path::new);
                let folder = beside.and_then(Path::parent).unwrap_or(Path::new(""));
                folder.join("user_requests.log")
            }
        };
        Some(request_log::Options { path, max, keep })
    }

    /// What the routes are told; where requests are noted is for who starts the log to add.
    pub fn server(&self) -> server::Options {
        server::Options {
            limits: self.document.limits(),
            body_limit: usize::try_from(self.body_limit).unwrap_or(usize::MAX),
            timeout: self.request_timeout,
            introspection: self.introspection == Switch::On,
            graphiql: self.graphiql == Switch::On,
            trusted_proxies: self.trusted_proxies.clone(),
            allowed_origins: self.allowed_origins.clone(),
            public_url: self.public_url.clone(),
            ws_init_timeout: self.ws_init_timeout,
            ws_ping: self.ws_ping,
            allow_unsafe_durability: self.allow_unsafe_durability,
            shows_contacts: self.rest_contacts == Switch::On,
            request_log: RequestLog::default(),
        }
    }
}
