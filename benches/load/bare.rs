//! The least that could tell many at once: what is posted is broadcast to all sockets.

use std::process::{Command, Stdio};
use std::time::Instant;

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    response::Response,
    routing::{any, post},
    serve::ListenerExt,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    sync::broadcast,
};

use super::server::{Outcome, Server};

/// What this program does when it is called as that.
pub(crate) async fn be() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let all = broadcast::Sender::<Utf8Bytes>::new(1 << 16);
    let say = async |State(all): State<broadcast::Sender<Utf8Bytes>>, body: String| {
        let _ = all.send(body.into());
    };
    let routes = Router::new().route("/graphql/ws", any(follow)).route("/say", post(say));
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            eprintln!("{error}");
        }
    });
    axum::serve(listener, routes.with_state(all)).await?;
    Ok(())
}

async fn follow(
    State(all): State<broadcast::Sender<Utf8Bytes>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let mut said = all.subscribe();
    let upgrade = upgrade.protocols(["graphql-transport-ws"]);
    upgrade.on_upgrade(async move |mut socket: WebSocket| {
        loop {
            tokio::select! {
                text = said.recv() => {
                    let Ok(text) = text else { return };
                    if socket.send(Message::Text(text)).await.is_err() {
                        return;
                    }
                }
                frame = socket.recv() => if !matches!(frame, Some(Ok(_))) { return },
            }
        }
    })
}

/// Starts one.
pub(crate) async fn start() -> Outcome<Server> {
    let begun = Instant::now();
    let mut command = Command::new(std::env::current_exe()?);
    let mut process = command.arg("--bare").stdout(Stdio::piped()).spawn()?;
    let stdout = process.stdout.take().ok_or("no output")?;
    let mut line = String::new();
    let stdout = tokio::process::ChildStdout::from_std(stdout)?;
    BufReader::new(stdout).read_line(&mut line).await?;
    let address = line.trim().parse()?;
    Ok(Server { process, address, started_in: begun.elapsed() })
}
