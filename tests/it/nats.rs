//! The bus over NATS, on a real server of each test.

use std::{fs, time::Duration};

use parlance::live::bus::nats::{Nats, Server, State};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver},
    time::{Instant, sleep, timeout},
};

use crate::support::NatsServer;

/// More than anything here takes, on a busy machine too.
const LONG: Duration = Duration::from_secs(30);

/// A bus, and what it was called back with.
struct Instance {
    bus: Nats,
    heard: UnboundedReceiver<Vec<u8>>,
    connected: UnboundedReceiver<()>,
}

impl Instance {
    fn start(url: &str, subject: &str) -> Self {
        Self::start_on(Server::new(url).unwrap(), subject)
    }

    fn start_on(server: Server, subject: &str) -> Self {
        let (hear, heard) = mpsc::unbounded_channel();
        let (connect, connected) = mpsc::unbounded_channel();
        let bus = Nats::start(
            server,
            subject.to_owned(),
            move |message| hear.send(message.to_vec()).unwrap(),
            move || connect.send(()).unwrap(),
        );
        Self { bus: bus.unwrap(), heard, connected }
    }

    async fn connected(url: &str, subject: &str) -> Self {
        let mut instance = Self::start(url, subject);
        instance.connects().await;
        instance
    }

    /// Waits until the connection came to stand once more.
    async fn connects(&mut self) {
        let called = timeout(LONG, self.connected.recv()).await;
        assert_eq!(called, Ok(Some(())), "it should connect: {:?}", self.bus.state());
    }

    async fn hears(&mut self, message: &str) {
        let heard = timeout(LONG, self.heard.recv()).await;
        assert_eq!(heard, Ok(Some(message.into())), "it should be heard: {:?}", self.bus.state());
    }

    /// Waits until the connection does not stand, with words that say why.
    async fn is_away(&self, why: &str) {
        let late = Instant::now() + LONG;
        loop {
            match self.bus.state() {
                State::Away(said) if said.contains(why) => return,
                state => assert!(Instant::now() < late, "it should be away, {why}: {state:?}"),
            }
            sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_reaches_the_other_instances_of_its_subject_and_not_its_sender() {
    let server = NatsServer::start().await;
    let mut ann = Instance::connected(&server.url(), "one.hints").await;
    let mut bob = Instance::connected(&server.url(), "one.hints").await;
    let mut stranger = Instance::connected(&server.url(), "two.hints").await;
    let another = Instance::connected(&server.url(), "two.hints").await;
    assert_eq!(ann.bus.state(), State::Connected);

    ann.bus.publish(b"first".to_vec());
    bob.hears("first").await;
    bob.bus.publish(b"second".to_vec());
    ann.hears("second").await;
    another.bus.publish(b"third".to_vec());
    stranger.hears("third").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_later_is_connected_to() {
    let mut server = NatsServer::start().await;
    server.stop();
    let mut ann = Instance::start(&server.url(), "hints");
    ann.is_away("refused").await;

    server.restart_on_same_port().await;
    ann.connects().await;
    let bob = Instance::connected(&server.url(), "hints").await;
    bob.bus.publish(b"here".to_vec());
    ann.hears("here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_of_the_server_the_new_is_delivered_and_the_old_is_not() {
    let mut server = NatsServer::start().await;
    let mut ann = Instance::connected(&server.url(), "hints").await;
    let mut bob = Instance::connected(&server.url(), "hints").await;

    server.kill();
    ann.is_away("").await;
    bob.is_away("").await;
    for _ in 0..10_000 {
        ann.bus.publish(b"old".to_vec());
    }
    server.restart_on_same_port().await;
    ann.connects().await;
    bob.connects().await;
    ann.bus.publish(b"new".to_vec());
    bob.hears("new").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_falls_silent_is_noticed_and_found_again() {
    let server = NatsServer::start().await;
    let mut ann = Instance::connected(&server.url(), "hints").await;
    let mut bob = Instance::connected(&server.url(), "hints").await;

    server.freeze();
    let start = Instant::now();
    // Far more than is let wait, and nothing takes it.
    for _ in 0..100_000 {
        ann.bus.publish(vec![b'x'; 200]);
    }
    assert!(start.elapsed() < Duration::from_secs(5), "publishing waited: {:?}", start.elapsed());
    ann.is_away("").await;
    bob.is_away("").await;
    assert!(start.elapsed() < Duration::from_secs(15), "noticed after {:?}", start.elapsed());

    server.thaw();
    ann.connects().await;
    bob.connects().await;
    bob.bus.publish(b"again".to_vec());
    // What the server had not read of ann's broken connection may come to her new one first.
    while timeout(LONG, ann.heard.recv()).await.unwrap().unwrap() != b"again" {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_said_and_not_shown() {
    let options = ["--user", "ann", "--pass", "right@/:word"];
    let server = NatsServer::start_with(&options).await;
    let url = |password: &str| format!("nats://ann:{password}@{}", server.address());

    Instance::connected(&url("right%40%2F%3Aword"), "hints").await;
    let refused = Instance::start(&url("wr0ng"), "hints");
    refused.is_away("refuses the user, the password").await;
    let State::Away(why) = refused.bus.state() else { panic!("it should stay away") };
    assert!(!why.contains("wr0ng") && !format!("{:?}", refused.bus).contains("wr0ng"), "{why}");
    Instance::start(&server.url(), "hints").is_away("refuses").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_as_well() {
    let server = NatsServer::start_with(&["--auth", "the-token"]).await;
    Instance::connected(&format!("nats://the-token@{}", server.address()), "hints").await;
    let url = format!("nats://another@{}", server.address());
    Instance::start(&url, "hints").is_away("refuses").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_may_not_listen_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nats.conf");
    let users = r#"[{ user: ann, password: word, permissions: { subscribe: "others.>" } }]"#;
    fs::write(&file, format!("authorization {{ users = {users} }}")).unwrap();
    let server = NatsServer::start_with(&["--config", file.to_str().unwrap()]).await;
    let mut ann = Instance::start(&format!("nats://ann:word@{}", server.address()), "hints");
    ann.is_away("Permissions Violation for Subscription").await;
    assert!(ann.connected.try_recv().is_err(), "that is no connection to speak of");
}

#[tokio::test(flavor = "multi_thread")]
async fn dropped_it_leaves_the_server() {
    let server = NatsServer::start().await;
    let mut watching = Instance::connected(&server.url(), "hints").await;
    let mut ann = Instance::connected(&server.url(), "hints").await;
    ann.bus.publish(b"bye".to_vec());
    watching.hears("bye").await;

    drop(ann.bus);
    // The task that held the other end is gone.
    assert_eq!(timeout(LONG, ann.connected.recv()).await, Ok(None));
    assert_eq!(timeout(LONG, ann.heard.recv()).await, Ok(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_meant_is_refused_at_once_without_its_password() {
    let wrong = [
        ("", "hints"),
        ("nats://", "hints"),
        ("http://ann:s3cret@localhost", "hints"),
        ("ws://ann:s3cret@localhost", "hints"),
        ("nats://ann:s3cret@localhost:port", "hints"),
        ("nats://ann:s3cret%FF@localhost", "hints"),
        ("nats://ann:s3cret@localhost", ""),
        ("nats://ann:s3cret@localhost", "two words"),
        ("nats://ann:s3cret@localhost", "hints.*"),
        ("nats://ann:s3cret@localhost", "hints.>"),
    ];
    for (url, subject) in wrong {
        let started = Server::new(url)
            .and_then(|server| Nats::start(server, subject.to_owned(), |_| {}, || {}));
        let error = started.unwrap_err();
        assert!(!error.contains("s3cret"), "{url} {subject}: {error}");
    }
}
