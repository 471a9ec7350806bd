//! The bus between instances: listened in on, impersonated, lied on.

use std::{path::Path, time::Duration};

use parlance::{domain::Sharing, live::Options};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::LONG;
use crate::{
    commands::Program,
    support::{NatsServer, Setup, TestApp, json, nobody},
};

/// An authority, and a server for which it vouches, as files: `ca.pem`, `cert.pem`, `key.pem`.
fn certificates(server: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let keep = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    let (ca_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    keep("ca.pem", ca.self_signed(&ca_key).unwrap().pem());
    let issuer = Issuer::new(ca, ca_key);
    let certificate = CertificateParams::new(vec![server.to_owned()]).unwrap();
    keep("cert.pem", certificate.signed_by(&key, &issuer).unwrap().pem());
    keep("key.pem", key.serialize_pem());
    folder
}

/// A server with TLS, where Ann has a password.
async fn over_tls(certificates: &Path) -> NatsServer {
    let file = |name: &str| certificates.join(name).to_str().unwrap().to_owned();
    let (cert, key) = (file("cert.pem"), file("key.pem"));
    let options =
        ["--tls", "--tlscert", &cert, "--tlskey", &key, "--user", "ann", "--pass", "w0rd"];
    NatsServer::start_with(&options).await
}

/// Hears of other instances over this bus, and of nothing by looking.
fn over(url: String, ca: Option<&Path>) -> Setup {
    let late = Duration::from_hours(1);
    let sharing = Sharing {
        is_shared: true,
        nats: Some(url),
        nats_ca: ca.map(|folder| folder.join("ca.pem")),
        pace: Options { reconcile: late, ..Options::default() },
    };
    Setup { sharing, ..Setup::default() }
}

/// Waits until the bus stands, or until what is wrong with it is said in such words.
async fn comes_to(app: &TestApp, says: Option<&str>) {
    let begun = Instant::now();
    loop {
        let ready = app.stranger().rests("GET", "/readyz", None).await;
        let said = ready.body["details"][0].as_str();
        let is_so = match says {
            None => said.is_none(),
            Some(words) => said.is_some_and(|said| said.contains(words)),
        };
        assert!(!ready.text.contains("w0rd"), "{}", ready.text);
        if is_so {
            return;
        }
        assert!(begun.elapsed() < LONG, "it should say {says:?}: {}", ready.text);
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_the_bus_is_used_with_its_own_authority_and_password_alone() {
    let ours = certificates("127.0.0.1");
    let (theirs, misnamed) = (certificates("127.0.0.1"), certificates("nats.example"));
    let server = over_tls(ours.path()).await;
    let one = TestApp::start().await;
    let url = |scheme: &str, who: &str| format!("{scheme}://{who}{}", server.address());
    let app = async |url: String, ca| one.another_instance_with(over(url, ca)).await;

    let right = Some(ours.path());
    let first = app(url("tls", "ann:w0rd@"), right).await;
    let second = app(url("nats", "ann:w0rd@"), right).await;
    comes_to(&first, None).await;
    comes_to(&second, None).await;
    let (ann, bob, _) = one.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let document =
        format!("subscription {{ messageAdded(conversationId: \"{chat}\") {{ body }} }}");
    let mut follow = bob.through(&second).follows(&document, json!({})).await;
    ann.through(&first).sends(chat, "over TLS").await;
    assert_eq!(follow.next().await["body"], "over TLS");

    let wrong = app(url("tls", "ann:w0rd@"), Some(theirs.path())).await;
    comes_to(&wrong, Some("certificate")).await;
    let unknown = app(url("tls", "ann:w0rd@"), None).await;
    comes_to(&unknown, Some("certificate")).await;
    let stranger = app(url("tls", ""), right).await;
    comes_to(&stranger, Some("refuses the user, the password")).await;
    let other = over_tls(misnamed.path()).await;
    let other = app(format!("tls://ann:w0rd@{}", other.address()), Some(misnamed.path())).await;
    comes_to(&other, Some("certificate")).await;
    // One that speaks no TLS is told no password.
    let plain = NatsServer::start_with(&["--user", "ann", "--pass", "w0rd"]).await;
    for scheme in ["tls", "nats"] {
        let url = format!("{scheme}://ann:w0rd@{}", plain.address());
        comes_to(&app(url, right).await, Some("TLS")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_authorities_that_cannot_be_meant_stops_the_start() {
    let app = TestApp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (missing, empty) = (folder.path().join("missing.pem"), folder.path().join("empty.pem"));
    std::fs::write(&empty, "no certificate").unwrap();
    let program = Program::on(&app)
        .with("PARLANCE_NATS_URL", "tls://ann:w0rd@127.0.0.1:1")
        .with("PARLANCE_LISTEN", "127.0.0.1:0");
    for file in [missing, empty] {
        let file = file.to_str().unwrap();
        let problem = program.with("PARLANCE_NATS_CA", file).fails(&["serve"]).await;
        assert!(problem.contains("PARLANCE_NATS_CA") && problem.contains(file), "{problem}");
        assert!(!problem.contains("w0rd"), "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lies_on_the_bus_makes_nothing_happen_and_little_work() {
    let server = NatsServer::start().await;
    let app = TestApp::start_with(over(server.url(), None)).await;
    comes_to(&app, None).await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    let document = format!(
        "subscription {{ conversationEvents(conversationId: \"{chat}\") {{ __typename \
         ... on MessageAdded {{ eventSeq }} ... on CaughtUp {{ eventSeq }} }} }}"
    );
    let mut follow = bob.follows(&document, json!({})).await;
    follow.catches_up().await;
    let mut inbox = bob.follows("subscription { inboxEvents { __typename } }", json!({})).await;
    assert_eq!(inbox.next().await["__typename"], "CaughtUp");

    let epoch = bob.asks_for("{ server { epoch } }").await.word("server.epoch");
    let (liar, subject) =
        (async_nats::connect(server.url()).await.unwrap(), format!("parlance.{epoch}.signals"));
    let far = 1_000_000_000_000_i64;
    let (ann_id, bob_id, eve_id) = (ann.id, bob.id, eve.id);
    let lies = [
        format!("advanced {chat} {far}"),
        format!("advanced {chat} {}", i64::MAX),
        format!("advanced {chat} -1"),
        format!("advanced {} {far}", nobody()),
        format!("membership {chat} {eve_id}"),
        format!("membership {chat} {bob_id}"),
        format!("read {chat} {ann_id} {far} {far}"),
        format!("typing {chat} {ann_id} true {far}000000 {far}"),
        format!("over {}", bob.session),
        format!("changed {bob_id}"),
        "advanced".to_owned(),
        format!("advanced {chat} {far}{far}"),
        "\u{0}\u{1b}[2J".to_owned(),
        "x".repeat(100_000),
    ];
    let (rounds, before) = (200, app.store.statements());
    for _ in 0..rounds {
        for lie in &lies {
            liar.publish(subject.clone(), lie.clone().into()).await.unwrap();
        }
    }
    liar.flush().await.unwrap();
    follow.hears_nothing().await;
    inbox.hears_nothing().await;
    let (spent, told) = (app.store.statements() - before, rounds * lies.len() as u64);
    assert!(spent < told / 4, "{told} lies cost {spent} statements");
    // What is true comes in its place.
    let truth = ann.sends(chat, "true").await;
    let heard = follow.next().await;
    assert_eq!(
        (&heard["__typename"], &heard["eventSeq"]),
        (&json!("MessageAdded"), &json!(truth.event_seq))
    );
    assert_eq!(inbox.next().await["__typename"], "ConversationAdvanced");
    bob.asks_for("{ viewer { id } }").await.succeeds();
    eve.sees(chat, "id").await.succeeds();
    assert!(eve.sees(chat, "id").await.at("conversation").is_null());
}
