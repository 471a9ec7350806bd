//! Every setting, with its default and its words for `--help`.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use ipnet::IpNet;

use crate::{
    domain::{Rate, Rates, Rules, Sharing},
    graphql::Limits,
    live,
    pages::address,
    request_log::{self, RequestLog},
    secrets::token::{OTHERS_MAX, SECRET_MIN},
    server, store,
};

/// The program as it is called.
#[derive(Debug, Parser)]
#[command(name = "parlance", version, about = "A self-hosted messaging backend", long_about = None)]
pub struct Cli {
    #[command(flatten)]
    pub config: Config,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do; without one the server is started.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Starts the server (this is what happens without a command)
    Serve,
    /// Brings the database to the newest schema and exits
    Migrate,
    /// Makes an administrator; asks for what is not given
    Createsuperuser(Superuser),
    /// Prints the GraphQL schema
    Schema,
    /// Prints what the REST face takes and answers, the file `openapi.yaml`
    Openapi {
        /// As JSON instead of YAML
        #[arg(long)]
        json: bool,
    },
    /// Fills an empty database with a few people, conversations and some hundred messages
    SeedDemo {
        /// Also where there are users already
        #[arg(long)]
        force: bool,
    },
    /// Gives a user another password and ends their sessions
    SetPassword {
        /// The user name or e-mail
        user: String,
        /// Read the password from the first line of standard input instead of asking
        #[arg(long)]
        password_stdin: bool,
    },
    /// Tells clients to load afresh, after the database was restored from a backup; servers must be stopped
    Restored,
    /// Says whether settings, database and durability are fit to serve; exit status 1 if not
    Check,
}

/// The administrator to make.
#[derive(Args, Clone, Debug)]
pub struct Superuser {
    /// The user name
    #[arg(long)]
    pub username: Option<String>,
    /// The e-mail address
    #[arg(long)]
    pub email: Option<String>,
    /// Read the password from the first line of standard input instead of asking
    #[arg(long)]
    pub password_stdin: bool,
    /// Fail instead of asking
    #[arg(long, alias = "noinput", requires_all = ["username", "email", "password_stdin"])]
    pub no_input: bool,
}

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
    /// How often open WebSockets and event streams are given a sign of life; a WebSocket that gives none back is dropped
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

/// How much one GraphQL document may ask for.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "GraphQL documents")]
pub struct DocumentLimits {
    /// Characters of a GraphQL document
    #[arg(long, env = "PARLANCE_DOCUMENT_CHARACTERS", global = true, default_value_t = Limits::default().characters)]
    pub document_characters: usize,
    /// Tokens of a GraphQL document
    #[arg(long, env = "PARLANCE_DOCUMENT_TOKENS", global = true, default_value_t = Limits::default().tokens)]
    pub document_tokens: usize,
    /// Levels of fields inside of fields; introspection needs 15
    #[arg(long, env = "PARLANCE_DOCUMENT_DEPTH", global = true, default_value_t = Limits::default().depth)]
    pub document_depth: usize,
    /// Selections of a GraphQL document, fragments counted as often as they are spread
    #[arg(long, env = "PARLANCE_DOCUMENT_SELECTIONS", global = true, default_value_t = Limits::default().selections)]
    pub document_selections: usize,
    /// Aliases of a GraphQL document
    #[arg(long, env = "PARLANCE_DOCUMENT_ALIASES", global = true, default_value_t = Limits::default().aliases)]
    pub document_aliases: usize,
    /// Directives of a GraphQL document
    #[arg(long, env = "PARLANCE_DOCUMENT_DIRECTIVES", global = true, default_value_t = Limits::default().directives)]
    pub document_directives: usize,
    /// Fields at the top of one operation
    #[arg(long, env = "PARLANCE_DOCUMENT_ROOT_FIELDS", global = true, default_value_t = Limits::default().root_fields)]
    pub document_root_fields: usize,
    /// Fields of the answer, each list counted as long as it is asked to be
    #[arg(long, env = "PARLANCE_DOCUMENT_COST", global = true, default_value_t = Limits::default().cost)]
    pub document_cost: usize,
}

/// How often things may be done: so many at once and in each span of this length, like `200/10s`, or `off`.
#[derive(Args, Clone, Debug)]
#[command(
    next_help_heading = "Rates, like `200/10s`: so many at once, and as many again in each such time; or `off`"
)]
pub struct RateSettings {
    /// Requests from one address
    #[arg(long, env = "PARLANCE_RATE_ADDRESS", global = true, default_value_t = Rates::default().address, value_parser = rate)]
    pub rate_address: Rate,
    /// Requests of one person
    #[arg(long, env = "PARLANCE_RATE_USER", global = true, default_value_t = Rates::default().user, value_parser = rate)]
    pub rate_user: Rate,
    /// Changes that one person makes
    #[arg(long, env = "PARLANCE_RATE_WRITES", global = true, default_value_t = Rates::default().writes, value_parser = rate)]
    pub rate_writes: Rate,
    /// Messages sent, edited and deleted in one conversation, by all its members
    #[arg(long, env = "PARLANCE_RATE_CONVERSATION", global = true, default_value_t = Rates::default().conversation, value_parser = rate)]
    pub rate_conversation: Rate,
    /// Passwords tried from one address
    #[arg(long, env = "PARLANCE_RATE_SIGN_INS", global = true, default_value_t = Rates::default().sign_ins, value_parser = rate)]
    pub rate_sign_ins: Rate,
    /// Passwords tried on one account, wherever from
    #[arg(long, env = "PARLANCE_RATE_ACCOUNT", global = true, default_value_t = Rates::default().account, value_parser = rate)]
    pub rate_account: Rate,
    /// People who sign up from one address
    #[arg(long, env = "PARLANCE_RATE_REGISTRATIONS", global = true, default_value_t = Rates::default().registrations, value_parser = rate)]
    pub rate_registrations: Rate,
}

impl RateSettings {
    fn rates(&self) -> Rates {
        Rates {
            address: self.rate_address,
            user: self.rate_user,
            writes: self.rate_writes,
            conversation: self.rate_conversation,
            sign_ins: self.rate_sign_ins,
            account: self.rate_account,
            registrations: self.rate_registrations,
        }
    }
}

fn rate(text: &str) -> Result<Rate, String> {
    let wrong = || "must be a count and a time in whole seconds, like 200/10s, or off".to_owned();
    if text == "off" {
        return Ok(Rate::OFF);
    }
    let (quota, window) = text.split_once('/').ok_or_else(wrong)?;
    let quota = quota.parse::<u32>().ok().filter(|quota| (1..=1_000_000).contains(quota));
    let window = humantime::parse_duration(window).ok();
    let is_fine =
        |window: &Duration| window.subsec_nanos() == 0 && (1..=86_400).contains(&window.as_secs());
    let window = window.filter(is_fine).ok_or_else(wrong)?;
    Ok(Rate { quota: quota.ok_or_else(wrong)?, window })
}

fn span(text: &str) -> Result<Duration, String> {
    let span = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if span < Duration::from_secs(1) {
        return Err("must be at least 1s".to_owned());
    }
    Ok(span)
}

fn short_span(text: &str) -> Result<Duration, String> {
    let span = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if span < Duration::from_millis(50) {
        return Err("must be at least 50ms".to_owned());
    }
    Ok(span)
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an address and a port, like 127.0.0.1:8000".to_owned())
}

fn network(text: &str) -> Result<IpNet, String> {
    let host = text.parse::<IpAddr>().map(IpNet::from);
    host.or_else(|_| text.parse())
        .map_err(|_| "must be a network or an address, like 10.0.0.0/8 or 10.0.0.1".to_owned())
}

/// Where a collector is: a scheme and a host, perhaps a port and a path.
fn collector(text: &str) -> Result<String, String> {
    let uri = text.trim_end_matches('/').parse::<axum::http::Uri>();
    let is_fine = |uri: &axum::http::Uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none()
    };
    match uri {
        Ok(uri) if is_fine(&uri) => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err("must be an address like http://127.0.0.1:4318".to_owned()),
    }
}

/// A web origin: scheme and host, perhaps a port, and nothing after it.
fn origin(text: &str) -> Result<String, String> {
    let uri = text.trim_end_matches('/').parse::<axum::http::Uri>();
    let is_origin = |uri: &axum::http::Uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|authority| !authority.as_str().contains(['@', '*']))
            && uri.path() == "/"
            && uri.query().is_none()
    };
    match uri {
        Ok(uri) if is_origin(&uri) => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err("must be a web origin, like https://app.example.org".to_owned()),
    }
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
        }
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
        let DocumentLimits {
            document_characters,
            document_tokens,
            document_depth,
            document_selections,
            document_aliases,
            document_directives,
            document_root_fields,
            document_cost,
        } = self.document;
        server::Options {
            limits: Limits {
                characters: document_characters,
                tokens: document_tokens,
                depth: document_depth,
                selections: document_selections,
                aliases: document_aliases,
                directives: document_directives,
                root_fields: document_root_fields,
                cost: document_cost,
                ..Limits::default()
            },
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

#[cfg(test)]
mod tests {
    use super::*;

    fn config(args: &[&str]) -> Config {
        Cli::parse_from(["parlance"].iter().chain(args)).config
    }

    #[test]
    fn a_secret_is_required_with_mysql_and_refused_when_short_everywhere() {
        let (long, other) = ("x".repeat(SECRET_MIN), "y".repeat(SECRET_MIN));
        for (args, is_fine) in [
            (&["--database-url", "sqlite:x.db"][..], true),
            (&["--database-url", "sqlite:x.db", "--secret-key", "short"], false),
            (&["--database-url", "mysql://h/n"], false),
            (&["--database-url", "mysql://h/n", "--secret-key", "short"], false),
            (&["--database-url", "mysql://h/n", "--secret-key", &long], true),
            (&["--secret-key", &long, "--other-secret-keys", &other], true),
            (&["--other-secret-keys", &other], true),
            (&["--other-secret-keys", ""], true),
            (&["--other-secret-keys", "short"], false),
            (&["--other-secret-keys", &format!("{other},")], false),
            (&["--other-secret-keys", &[other.as_str(); OTHERS_MAX + 1].join(",")], false),
            (&["--secret-key", &long, "--other-secret-keys", &long], false),
        ] {
            assert_eq!(config(args).check().is_ok(), is_fine, "{args:?}");
        }
    }

    #[test]
    fn rates_are_read_as_they_are_printed() {
        for text in ["200/10s", "10/5m", "1/1day", "off"] {
            assert_eq!(rate(text).unwrap().to_string(), text);
        }
        for text in ["", "200", "0/10s", "200/0s", "200/500ms", "-1/1s", "1000001/1s", "1/2days"] {
            assert!(rate(text).is_err(), "{text}");
        }
        let config = config(&["--rate-writes", "7/1m", "--rate-user", "off"]);
        let set = Rates { writes: rate("7/1m").unwrap(), user: Rate::OFF, ..Rates::default() };
        assert_eq!(config.rules().rates, set);
    }

    #[test]
    fn lists_and_times_are_read_as_people_write_them() {
        let config = config(&[
            "--trusted-proxies",
            "10.0.0.0/8,::1",
            "--allowed-origins",
            "https://a.example,https://b.example",
            "--access-ttl",
            "5m",
        ]);
        assert_eq!(config.trusted_proxies.len(), 2);
        assert_eq!(config.allowed_origins.len(), 2);
        assert_eq!(config.access_ttl, Duration::from_mins(5));
    }

    #[test]
    fn requests_are_noted_beside_the_data_or_where_it_is_said_or_nowhere() {
        let secret = "x".repeat(SECRET_MIN);
        for (args, is) in [
            (&["--database-url", "sqlite:data/x.db"][..], Some("data/user_requests.log")),
            (&["--database-url", "sqlite:x.db"], Some("user_requests.log")),
            (
                &["--database-url", "mysql://h/n", "--secret-key", &secret],
                Some("user_requests.log"),
            ),
            (&["--request-log", "/var/log/requests"], Some("/var/log/requests")),
            (&["--request-log", "off"], None),
        ] {
            let options = config(args).request_log();
            assert_eq!(options.map(|options| options.path), is.map(PathBuf::from), "{args:?}");
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
