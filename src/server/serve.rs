//! How the server takes connections, and how it stops.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    serve::{ListenerExt, TapIo},
};
use tokio::net::{TcpListener, TcpStream};

use crate::domain::App;

/// How long what was sent may go untaken before a connection is given up.
pub const STALLED: Duration = Duration::from_secs(30);

/// How long the server waits in all for what is under way once it is told to stop.
const PATIENCE: Duration = Duration::from_secs(20);

/// Gives up connections on which nothing that was sent was taken for so long: the peer is gone,
/// or does not read. Only the system knows that; what writes to them waits.
pub fn listen(
    listener: TcpListener,
    within: Duration,
) -> TapIo<TcpListener, impl FnMut(&mut TcpStream) + Send + 'static> {
    listener.tap_io(move |stream| {
        #[cfg(target_os = "linux")]
        if let Err(error) = socket2::SockRef::from(&*stream).set_tcp_user_timeout(Some(within)) {
            tracing::warn!(%error, "a connection may outlive its peer");
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (stream, within);
    })
}

/// Listens until it is told to stop, then lets what is under way come to its end.
///
/// # Errors
/// With a sentence for the operator.
pub async fn serve(app: &App, router: Router, listener: TcpListener) -> Result<(), String> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let (stopping, stopped) = (app.stopping.clone(), app.stopping.clone());
    let server =
        axum::serve(listen(listener, STALLED), service).with_graceful_shutdown(async move {
            told_to_stop().await;
            tracing::info!("stopping");
            stopping.cancel();
        });
    let running = app.running.clone();
    let all = async {
        server.await.map_err(|error| error.to_string())?;
        running.close();
        running.wait().await;
        Ok(())
    };
    // A client that keeps its connection busy does not keep the server up.
    let patience = async {
        stopped.cancelled().await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        done = all => done,
        () = patience => {
            tracing::warn!("stopped with something still under way");
            Ok(())
        }
    }
}

/// SIGTERM, or Ctrl-C.
async fn told_to_stop() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot listen for Ctrl-C");
            std::future::pending::<()>().await;
        }
    };
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::error!(%error, "cannot listen for SIGTERM");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
