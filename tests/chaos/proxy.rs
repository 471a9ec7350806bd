//! A link that can be broken: a TCP proxy inside of this program, one for each link. A link to
//! NATS can also lose, double and reorder what the server tells.

use std::{
    collections::HashSet,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
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

/// What a link has done to what went over it.
#[derive(Default)]
pub(crate) struct Felt {
    /// Connections closed or held, and pieces that waited.
    pub(crate) hits: AtomicU64,
    /// Hints.
    pub(crate) lost: AtomicU64,
    pub(crate) doubled: AtomicU64,
    pub(crate) late: AtomicU64,
    /// By which ports of its own the other side is reached.
    ports: Mutex<HashSet<u16>>,
}

impl Felt {
    /// How much of it there was until now.
    pub(crate) fn count(count: &AtomicU64) -> u64 {
        count.load(Ordering::Relaxed)
    }

    pub(crate) fn add(count: &AtomicU64) {
        count.fetch_add(1, Ordering::Relaxed);
    }

    fn ports(&self) -> MutexGuard<'_, HashSet<u16>> {
        self.ports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many of these are connections of this link, as the other side names them.
    pub(crate) fn count_own(&self, hosts: &[String]) -> usize {
        let ports = self.ports();
        let port = |host: &String| host.rsplit_once(':')?.1.parse().ok();
        hosts.iter().filter_map(port).filter(|port| ports.contains(port)).count()
    }
}

/// One link.
pub(crate) struct Link {
    pub(crate) address: SocketAddr,
    pub(crate) felt: Arc<Felt>,
    mode: watch::Sender<Mode>,
    noise: watch::Sender<Noise>,
    accepts: AbortHandle,
}

/// What becomes of one direction of a connection.
#[derive(Clone)]
pub(crate) struct Pace {
    mode: watch::Receiver<Mode>,
    pub(crate) felt: Arc<Felt>,
}

impl Link {
    /// A link to an address, of NATS or of anything.
    pub(crate) async fn to(target: SocketAddr, is_bus: bool, dice: Dice) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (mode, noise) = (watch::Sender::new(Mode::Pass), watch::Sender::new(Noise::NONE));
        let (modes, noises) = (mode.subscribe(), noise.subscribe());
        let (count, felt) = (Arc::new(AtomicU64::new(0)), Arc::<Felt>::default());
        let pace = Pace { mode: modes, felt: Arc::clone(&felt) };
        let accepts = tokio::spawn(async move {
            loop {
                let Ok((client, _)) = listener.accept().await else {
                    sleep(Duration::from_millis(10)).await;
                    continue;
                };
                let dice = dice.fork(count.fetch_add(1, Ordering::Relaxed));
                let noise = is_bus.then(|| (noises.clone(), dice));
                tokio::spawn(join(client, target, pace.clone(), noise));
            }
        });
        Ok(Self { address, felt, mode, noise, accepts: accepts.abort_handle() })
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
    mut pace: Pace,
    noise: Option<(watch::Receiver<Noise>, Dice)>,
) {
    let now = *pace.mode.borrow_and_update();
    match now {
        Mode::Cut => return Felt::add(&pace.felt.hits),
        Mode::HalfOpen => {
            // Until that is over; what was swallowed is never made good.
            let _held = client;
            Felt::add(&pace.felt.hits);
            let _ = pace.mode.changed().await;
            return;
        }
        Mode::Pass | Mode::Delay(_) | Mode::Throttle(_) => {}
    }
    let Ok(server) = TcpStream::connect(target).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (port, felt) = (server.local_addr().map_or(0, |own| own.port()), Arc::clone(&pace.felt));
    felt.ports().insert(port);
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let there = pump(from_client, to_server, pace.clone());
    // Whichever ends first ends both.
    match noise {
        None => tokio::select! {
            () = there => {}
            () = pump(from_server, to_client, pace) => {}
        },
        Some((noise, dice)) => tokio::select! {
            () = there => {}
            () = super::bus::pump(from_server, to_client, pace, noise, dice) => {}
        },
    }
    felt.ports().remove(&port);
}

/// What has become of a link while something was under way.
pub(crate) enum Turn {
    On,
    Broken,
}

impl Pace {
    /// Waits as the mode has it before so many bytes are passed on.
    pub(crate) async fn wait(&mut self, bytes: usize) -> Turn {
        let now = *self.mode.borrow_and_update();
        let wait = match now {
            Mode::Pass => return Turn::On,
            Mode::Cut => return self.broken(),
            Mode::HalfOpen => {
                // These bytes are lost, and so is the connection.
                Felt::add(&self.felt.hits);
                let _ = self.mode.changed().await;
                return Turn::Broken;
            }
            Mode::Delay(wait) => wait,
            Mode::Throttle(rate) => {
                Duration::from_micros((bytes * 1_000_000 / rate.max(1)).try_into().unwrap_or(0))
            }
        };
        Felt::add(&self.felt.hits);
        tokio::select! {
            () = sleep(wait) => Turn::On,
            _ = self.mode.changed() => match *self.mode.borrow() {
                Mode::Cut | Mode::HalfOpen => Turn::Broken,
                Mode::Pass | Mode::Delay(_) | Mode::Throttle(_) => Turn::On,
            },
        }
    }

    fn broken(&self) -> Turn {
        Felt::add(&self.felt.hits);
        Turn::Broken
    }

    /// How many bytes are taken at a time.
    fn portion(&self) -> usize {
        match *self.mode.borrow() {
            Mode::Throttle(rate) => (rate / 10).clamp(1, 32 << 10),
            _ => 32 << 10,
        }
    }

    /// Waits until the link is cut.
    pub(crate) async fn until_cut(&mut self) {
        if self.mode.wait_for(|mode| *mode == Mode::Cut).await.is_err() {
            std::future::pending::<()>().await;
        }
        Felt::add(&self.felt.hits);
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut pace: Pace) {
    let mut buffer = vec![0; 32 << 10];
    loop {
        let portion = pace.portion();
        let count = tokio::select! {
            count = from.read(&mut buffer[..portion]) => match count {
                Ok(0) | Err(_) => return,
                Ok(count) => count,
            },
            _ = pace.mode.changed() => {
                if *pace.mode.borrow() == Mode::Cut {
                    pace.broken();
                    return;
                }
                continue;
            }
        };
        if matches!(pace.wait(count).await, Turn::Broken) {
            return;
        }
        tokio::select! {
            done = to.write_all(&buffer[..count]) => if done.is_err() { return },
            () = pace.until_cut() => return,
        }
    }
}
