//! All that runs: a database, NATS, instances of the server, and the links between them.

pub(crate) mod instance;
mod mysql;
mod process;

use std::{
    error::Error,
    net::SocketAddr,
    path::Path,
    process::Stdio,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use mysql_async::{Conn, prelude::Queryable};
use tokio::{process::Child, sync::Mutex};

pub(crate) use self::{
    instance::{Instance, Plan},
    mysql::Mysql,
};
use crate::{
    Options,
    bus::Noise,
    dice::Dice,
    proxy::{Felt, Mode},
};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// See the top.
pub(crate) struct World {
    pub(crate) instances: Vec<Instance>,
    pub(crate) mysql: Mysql,
    nats: Mutex<Child>,
    nats_address: SocketAddr,
    /// How often an instance had ended by itself.
    pub(crate) revived: AtomicU64,
}

impl World {
    /// Starts everything, with logs in a folder.
    pub(crate) async fn start(
        options: &Options,
        bug: Option<&str>,
        folder: &Path,
    ) -> Outcome<Self> {
        std::fs::create_dir_all(folder)?;
        let mysql = Mysql::start(options.mysql_program.as_deref(), folder).await?;
        let nats_address = process::free_port()?;
        let nats = Mutex::new(start_nats(nats_address, folder).await?);
        let faketime = instance::faketime();
        let dice = Dice::new(options.seed);
        let mut instances = Vec::new();
        for n in 0..options.instances {
            let plan = Plan {
                program: options.program(),
                folder: folder.join(format!("instance-{n}")),
                database_url: String::new(),
                faketime: faketime.clone(),
                seeded_bug: bug.map(str::to_owned),
            };
            instances.push(Instance::new(&mysql, nats_address, plan, &dice.fork(n.into())).await?);
        }
        let revived = AtomicU64::new(0);
        let world = Self { instances, mysql, nats, nats_address, revived };
        for instance in &world.instances {
            instance.start().await?;
        }
        for instance in &world.instances {
            instance.wait_until_ready().await?;
        }
        Ok(world)
    }

    /// A connection to the servers' own database.
    pub(crate) async fn connect(&self) -> Outcome<Conn> {
        let mut conn = self.mysql.connect().await?;
        conn.query_drop(format!("USE {}", self.mysql.database())).await?;
        Ok(conn)
    }

    /// Where clients reach each instance.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.instances.iter().map(|instance| instance.links[0].address).collect()
    }

    /// Answers whether it was that which ended it.
    pub(crate) async fn kill_nats(&self) -> Outcome<bool> {
        process::is_killed(&mut *self.nats.lock().await).await
    }

    pub(crate) async fn start_nats(&self, folder: &Path) -> Outcome<()> {
        *self.nats.lock().await = start_nats(self.nats_address, folder).await?;
        Ok(())
    }

    /// Starts again what has ended by itself, for ever.
    pub(crate) async fn supervise(&self) -> Outcome<()> {
        loop {
            for instance in &self.instances {
                if instance.revive().await? {
                    self.revived.fetch_add(1, Ordering::Relaxed);
                }
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }

    /// What NATS tells each instance.
    pub(crate) fn disturb(&self, noise: Noise) {
        for instance in &self.instances {
            instance.links[2].disturb(noise);
        }
    }

    /// How many hints of NATS were lost, doubled and late until now.
    pub(crate) fn disturbed(&self) -> [u64; 3] {
        let felt = || self.instances.iter().map(|instance| &instance.links[2].felt);
        let sum = |count: fn(&Felt) -> &AtomicU64| felt().map(|one| Felt::count(count(one))).sum();
        [sum(|felt| &felt.lost), sum(|felt| &felt.doubled), sum(|felt| &felt.late)]
    }

    /// All links pass everything.
    pub(crate) fn mend(&self) {
        for link in self.instances.iter().flat_map(|instance| &instance.links) {
            link.set(Mode::Pass);
        }
    }
}

async fn start_nats(address: SocketAddr, folder: &Path) -> Outcome<Child> {
    let log = std::fs::File::options().create(true).append(true).open(folder.join("nats.log"))?;
    let mut command = process::bound(Path::new("nats-server"));
    command.args(["-a", "127.0.0.1", "-p", &address.port().to_string()]);
    let child = command.stdout(Stdio::null()).stderr(log).spawn()?;
    process::wait_for(address, Duration::from_secs(20)).await?;
    Ok(child)
}
