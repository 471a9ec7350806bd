//! The bus over NATS: what one instance publishes, the others hear. Nothing is kept for later: while the server is away
//! messages are dropped, and whoever listens reads again from the database when told that the connection stands.

use std::{
    error::Error,
    fmt, fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use async_nats::{
    Client, ConnectError, ConnectErrorKind, ConnectOptions, Event, ServerAddr, ServerError,
    Subject, Subscriber,
};
use futures_util::StreamExt;
use percent_encoding::percent_decode_str;
use rand::Rng;
use tokio::{
    sync::{mpsc, watch},
    task::AbortHandle,
    time::{Instant, sleep},
};

/// How many messages wait for the network before more are dropped.
const QUEUE: usize = 1024;

/// How many messages wait for us before the library drops more.
const HEARD: usize = 8192;

/// The library gives a silent server up when a third ping is due and two are unanswered: after 9 s.
const PING: Duration = Duration::from_secs(3);

/// How long a server may take to let us in.
const CONNECT: Duration = Duration::from_secs(3);

/// How long it may take to say that it has read what we sent.
const ANSWER: Duration = Duration::from_secs(1);

/// How long a complaint that came before an answer may take through the library, which tells of them in another task.
const COMPLAINT: Duration = Duration::from_millis(50);

/// The pause before another attempt, in milliseconds; random, so that not all instances come at once.
const PAUSE: RangeInclusive<u64> = 250..=1500;

/// The least time between two warnings in the log that the server is away.
const REMIND: Duration = Duration::from_mins(1);

const REFUSED: &str = "the server refuses the user, the password or the token";
const BROKE: &str = "the connection broke off";

/// A connection to NATS that is kept up in the background.
#[derive(Debug)]
pub struct Nats {
    queue: mpsc::Sender<Vec<u8>>,
    state: watch::Receiver<State>,
    task: AbortHandle,
}

/// Whether the connection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// What is published is sent, and what others publish is heard.
    Connected,
    /// Neither, and why.
    Away(String),
}

impl Nats {
    /// Starts connecting, and answers at once: the server may be down now and come later. Needs a tokio runtime.
    ///
    /// `subject` is published to and listened on. A user with limited rights needs
    /// it and everything below it (`subject.>`), to publish and to subscribe.
    ///
    /// `heard` is called with each message of other instances (and with one of ours, should it come in over a broken
    /// connection when we are back on another), and must not block. `connected` is called each time the connection has
    /// come to stand, when the subscription is in place: what came before was not heard. It must not block either.
    ///
    /// # Errors
    /// With a sentence if the subject cannot be meant.
    pub fn start(
        server: Server,
        subject: String,
        heard: impl Fn(&[u8]) + Send + Sync + 'static,
        connected: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, String> {
        let subject = Subject::from(subject);
        let has_wildcard = subject.split('.').any(|token| token == "*" || token == ">");
        if !subject.is_valid() || has_wildcard {
            return Err(format!("{:?} is no subject that NATS can publish to", subject.as_str()));
        }
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (tell, state) = watch::channel(State::Away("it was not reached yet".to_owned()));
        let (heard, connected) = (Box::new(heard) as Heard, Box::new(connected));
        let keeper =
            Keeper { server, subject, waiting, heard, connected, state: tell, log: Log::default() };
        let task = tokio::spawn(keeper.run()).abort_handle();
        Ok(Self { queue, state, task })
    }

    /// Hands a message over. Never waits: what cannot be sent soon is dropped, and so is everything while the server is
    /// away. Answers whether it was handed over.
    pub fn publish(&self, message: Vec<u8>) -> bool {
        // A full queue says that the network does not keep up, and old messages help nobody.
        *self.state.borrow() == State::Connected && self.queue.try_send(message).is_ok()
    }

    /// Whether the connection stands, and why not. Shows no password.
    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Where the server is, and what it asks of those who come in.
#[derive(Clone)]
pub struct Server {
    /// Without the credentials: the library does not take them from here, but logs it.
    address: ServerAddr,
    key: Key,
    /// Whom to trust that it is the server, other than the well-known authorities.
    ca: Option<PathBuf>,
}

impl fmt::Debug for Server {
    /// Without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.address.as_url_str())
    }
}

#[derive(Clone)]
enum Key {
    None,
    Token(String),
    Password { user: String, password: String },
}

impl Server {
    /// The URL is `nats://HOST:PORT` or, to insist on TLS, `tls://HOST:PORT`, with `USER:PASSWORD@` or `TOKEN@` before
    /// the host if the server asks for it.
    ///
    /// # Errors
    /// With a sentence, which shows no password, if the URL cannot be meant.
    pub fn new(url: &str) -> Result<Self, String> {
        let address: ServerAddr = url.parse().map_err(|error| format!("{error}"))?;
        if address.is_websocket() {
            return Err("NATS is reached by nats:// or tls://, not through a WebSocket".to_owned());
        }
        let plain = |text: &str| {
            let text = percent_decode_str(text).decode_utf8().map(String::from);
            text.map_err(|_| "the user or password in the URL of NATS is no text".to_owned())
        };
        let key = match (address.username(), address.password()) {
            (None, None) => Key::None,
            (Some(token), None) => Key::Token(plain(token)?),
            (user, Some(password)) => {
                Key::Password { user: plain(user.unwrap_or_default())?, password: plain(password)? }
            }
        };
        let mut url = address.into_inner();
        url.set_username("")
            .and_then(|()| url.set_password(None))
            .map_err(|()| "the URL of NATS names no host".to_owned())?;
        let address = ServerAddr::from_url(url).map_err(|error| format!("{error}"))?;
        Ok(Self { address, key, ca: None })
    }

    /// The same, over TLS, and only if one of the authorities in this PEM file vouches for the server.
    ///
    /// # Errors
    /// With a sentence if the file holds none.
    pub fn trusting(self, ca: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(ca).map_err(|error| format!("{}: {error}", ca.display()))?;
        // The library takes a file without any for one that trusts nobody, and says so at each attempt.
        if !text.contains("-----BEGIN CERTIFICATE-----") {
            return Err(format!("{} holds no certificate in PEM", ca.display()));
        }
        Ok(Self { ca: Some(ca.to_owned()), ..self })
    }

    fn options(&self) -> ConnectOptions {
        let options = match &self.key {
            Key::None => ConnectOptions::new(),
            Key::Token(token) => ConnectOptions::with_token(token.clone()),
            Key::Password { user, password } => {
                ConnectOptions::with_user_and_password(user.clone(), password.clone())
            }
        };
        match &self.ca {
            None => options,
            Some(ca) => options.add_root_certificates(ca.clone()).require_tls(true),
        }
    }
}

/// One connection that was made, with its subscription.
struct Link {
    client: Client,
    subscriber: Subscriber,
    /// What the server complains about.
    complaints: mpsc::Receiver<String>,
}

type Heard = Box<dyn Fn(&[u8]) + Send + Sync>;

/// The task that keeps the connection up.
struct Keeper {
    server: Server,
    subject: Subject,
    waiting: mpsc::Receiver<Vec<u8>>,
    heard: Heard,
    connected: Box<dyn Fn() + Send + Sync>,
    state: watch::Sender<State>,
    log: Log,
}

impl Keeper {
    async fn run(mut self) {
        loop {
            let why = match self.connect().await {
                Ok(link) => self.stay(link).await,
                Err(why) => why,
            };
            let was = self.state.send_replace(State::Away(why.clone()));
            self.log.away(&self.server, &why, was == State::Connected);
            let pause = rand::rng().random_range(PAUSE);
            sleep(Duration::from_millis(pause)).await;
        }
    }

    /// One attempt. Left to itself the library would reconnect, too; but it cannot be stopped then while the server is
    /// away, it keeps what is published until it is back, and does not say why it fails. So a client is used for one
    /// connection only, and another one made after it.
    async fn connect(&self) -> Result<Link, String> {
        let (complain, complaints) = mpsc::channel(8);
        let options = self.server.options();
        let options = options
            .name("parlance")
            .no_echo()
            .connection_timeout(CONNECT)
            .ping_interval(PING)
            .request_timeout(Some(ANSWER))
            .client_capacity(QUEUE)
            .subscription_capacity(HEARD)
            .custom_inbox_prefix(&self.subject)
            .ignore_discovered_servers()
            .max_reconnects(1)
            .event_callback(move |event| {
                let complaint = complaint(event);
                let complain = complain.clone();
                async move {
                    if let Some(complaint) = complaint {
                        // The first few tell enough.
                        let _ = complain.try_send(complaint);
                    }
                }
            });
        let client = options.connect(self.server.address.clone()).await.map_err(|e| reason(&e))?;
        // The one attempt that cannot be forbidden goes where nothing ever listens, and fails at once.
        client.set_server_pool("127.0.0.1:0").await.map_err(|_| BROKE.to_owned())?;
        let subscriber =
            client.subscribe(self.subject.clone()).await.map_err(|_| BROKE.to_owned())?;
        Ok(Link { client, subscriber, complaints })
    }

    /// Passes messages on in both directions until the connection ends; answers why.
    async fn stay(&mut self, link: Link) -> String {
        let Link { client, mut subscriber, mut complaints } = link;
        let Self { server, subject, waiting, heard, connected, state, log } = self;

        let listen = async {
            while let Some(message) = subscriber.next().await {
                heard(&message.payload);
            }
        };
        let write = async {
            // Nobody listens there, and the server says so only after it has read what was sent before: then the
            // subscription is in place. If it may not answer, the time that it would have needed has passed as well.
            let _ = client.request(format!("{subject}.ready"), "".into()).await;
            sleep(COMPLAINT).await;
            while waiting.try_recv().is_ok() {}
            state.send_replace(State::Connected);
            log.connected(server);
            connected();
            while let Some(message) = waiting.recv().await {
                // It fails if the message is too large, or the connection has ended: `end` sees that.
                let _ = client.publish(subject.clone(), message.into()).await;
            }
        };
        let end = async {
            let ours = format!("\"{subject}\"");
            let mut why = None;
            // The library ends with its connection, and nobody is left to send then.
            while let Some(complaint) = complaints.recv().await {
                // The server closes a connection after all other complaints. With this one it stays open, to no use if
                // it is about our subject, and no matter if it is not.
                if !complaint.contains("Permissions Violation") {
                    why = Some(complaint);
                } else if complaint.contains(&ours) {
                    return complaint;
                }
            }
            why.unwrap_or_else(|| BROKE.to_owned())
        };
        tokio::select! {
            why = end => why,
            why = async { tokio::join!(listen, write); std::future::pending().await } => why,
        }
    }
}

/// What the log is told: when the connection is lost and when it stands, but little of one that comes and goes.
#[derive(Default)]
struct Log {
    warned: Option<Instant>,
    /// The last line said that the connection stands.
    stands: bool,
}

impl Log {
    fn connected(&mut self, server: &Server) {
        if !self.stands {
            tracing::info!(server = server.address.as_url_str(), "connected to NATS");
            self.stands = true;
        }
    }

    fn away(&mut self, server: &Server, why: &str, is_lost: bool) {
        if self.warned.is_some_and(|at| at.elapsed() < REMIND) {
            return;
        }
        let server = server.address.as_url_str();
        if is_lost {
            tracing::warn!(server, why, "the connection to NATS is lost");
        } else {
            tracing::warn!(server, why, "NATS cannot be reached");
        }
        self.warned = Some(Instant::now());
        self.stands = false;
    }
}

/// What the server complains about in an event, if it does.
fn complaint(event: Event) -> Option<String> {
    match event {
        Event::ServerError(ServerError::Other(text)) => Some(format!("the server says: {text}")),
        Event::ServerError(ServerError::AuthorizationViolation) => Some(REFUSED.to_owned()),
        Event::ServerError(ServerError::SlowConsumer(_))
        | Event::SlowConsumer(_)
        | Event::ClientError(_)
        | Event::Connected
        | Event::Disconnected
        | Event::LameDuckMode
        | Event::Draining
        | Event::Closed => None,
    }
}

/// Why an attempt failed, in words for the operator.
fn reason(error: &ConnectError) -> String {
    match error.kind() {
        ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
            REFUSED.to_owned()
        }
        ConnectErrorKind::TimedOut => "the server does not answer".to_owned(),
        ConnectErrorKind::Dns
        | ConnectErrorKind::Tls
        | ConnectErrorKind::Io
        | ConnectErrorKind::ServerParse
        | ConnectErrorKind::MaxReconnects => {
            let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            // What rustls says of a server that answers its greeting in words.
            if why.contains("InvalidContentType") {
                format!("the server does not speak TLS: {why}")
            } else {
                why
            }
        }
    }
}
