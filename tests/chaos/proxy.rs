//! A link that can be broken: a TCP proxy inside of this program, one for each link. A link to
//! NATS can also lose, double and reorder what the server tells.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::AbortHandle,
    time::sleep,
};

use super::{bus::Noise, dice::Dice};

/// What a link does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    Pass,
    /// Connections are closed, and new ones as soon as they are made.
    Cut,
    /// Everything is accepted and swallowed, and nothing ever comes.
    HalfOpen,
    /// What comes waits so long.
    Delay(Duration),
    /// No more than so many bytes a second, in each direction of each connection.
    Throttle(usize),
}

/// One link.
pub(crate) struct Link {
    pub(crate) address: SocketAddr,
    mode: watch::Sender<Mode>,
    noise: watch::Sender<Noise>,
    accepts: AbortHandle,
}

impl Link {
    /// A link to an address, of NATS or of anything.
    pub(crate) async fn to(target: SocketAddr, is_bus: bool, dice: Dice) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (mode, noise) = (watch::Sender::new(Mode::Pass), watch::Sender::new(Noise::NONE));
        let (modes, noises) = (mode.subscribe(), noise.subscribe());
        let count = Arc::new(AtomicU64::new(0));
        let accepts = tokio::spawn(async move {
            loop {
                let Ok((client, _)) = listener.accept().await else {
                    sleep(Duration::from_millis(10)).await;
                    continue;
                };
                let dice = dice.fork(count.fetch_add(1, Ordering::Relaxed));
                let noise = is_bus.then(|| (noises.clone(), dice));
                tokio::spawn(join(client, target, modes.clone(), noise));
            }
        });
        Ok(Self { address, mode, noise, accepts: accepts.abort_handle() })
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    pub(crate) fn disturb(&self, noise: Noise) {
        self.noise.send_replace(noise);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.accepts.abort();
    }
}

/// One connection.
async fn join(
    client: TcpStream,
    target: SocketAddr,
    mut mode: watch::Receiver<Mode>,
    noise: Option<(watch::Receiver<Noise>, Dice)>,
) {
    let now = *mode.borrow_and_update();
    match now {
        Mode::Cut => return,
        Mode::HalfOpen => {
            // Until that is over; what was swallowed is never made good.
            let _held = client;
            let _ = mode.changed().await;
            return;
        }
        Mode::Pass | Mode::Delay(_) | Mode::Throttle(_) => {}
    }
    let Ok(server) = TcpStream::connect(target).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let there = pump(from_client, to_server, mode.clone());
    // Whichever ends first ends both.
    match noise {
        None => tokio::select! {
            () = there => {}
            () = pump(from_server, to_client, mode) => {}
        },
        Some((noise, dice)) => tokio::select! {
            () = there => {}
            () = super::bus::pump(from_server, to_client, mode, noise, dice) => {}
        },
    }
}

/// What has become of a link while something was under way.
pub(crate) enum Turn {
    On,
    Broken,
}

/// Waits as the mode has it before so many bytes are passed on.
pub(crate) async fn pace(mode: &mut watch::Receiver<Mode>, bytes: usize) -> Turn {
    let now = *mode.borrow_and_update();
    let wait = match now {
        Mode::Pass => return Turn::On,
        Mode::Cut => return Turn::Broken,
        Mode::HalfOpen => {
            // These bytes are lost, and so is the connection.
            let _ = mode.changed().await;
            return Turn::Broken;
        }
        Mode::Delay(wait) => wait,
        Mode::Throttle(rate) => {
            Duration::from_micros((bytes * 1_000_000 / rate.max(1)).try_into().unwrap_or(0))
        }
    };
    tokio::select! {
        () = sleep(wait) => Turn::On,
        _ = mode.changed() => match *mode.borrow() {
            Mode::Cut | Mode::HalfOpen => Turn::Broken,
            Mode::Pass | Mode::Delay(_) | Mode::Throttle(_) => Turn::On,
        },
    }
}

/// How many bytes are taken at a time.
pub(crate) fn portion(mode: &watch::Receiver<Mode>) -> usize {
    match *mode.borrow() {
        Mode::Throttle(rate) => (rate / 10).clamp(1, 32 << 10),
        _ => 32 << 10,
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut mode: watch::Receiver<Mode>) {
    let mut buffer = vec![0; 32 << 10];
    loop {
        let portion = portion(&mode);
        let count = tokio::select! {
            count = from.read(&mut buffer[..portion]) => match count {
                Ok(0) | Err(_) => return,
                Ok(count) => count,
            },
            _ = mode.changed() => {
                if *mode.borrow() == Mode::Cut {
                    return;
                }
                continue;
            }
        };
        if matches!(pace(&mut mode, count).await, Turn::Broken) {
            return;
        }
        tokio::select! {
            done = to.write_all(&buffer[..count]) => if done.is_err() { return },
            () = until_cut(&mut mode) => return,
        }
    }
}

/// Waits until a link is cut.
pub(crate) async fn until_cut(mode: &mut watch::Receiver<Mode>) {
    if mode.wait_for(|mode| *mode == Mode::Cut).await.is_err() {
        std::future::pending::<()>().await;
    }
}
