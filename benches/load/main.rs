//! What the server can do, each figure beside the one that it is to be compared with, measured
//! in the same run: figures of different machines, or of different hours, say little.
//!
//!   cargo bench --bench load                      everything, with two million messages
//!   cargo bench --bench load -- --quick           everything, smaller: within three minutes
//!   cargo bench --bench load -- --only page       rows whose names begin like this
//!   cargo bench --bench load -- --plot FOLDER     also draws charts
//!
//! It measures the server as it is built for use (`PARLANCE_BENCH_PROGRAM` names another build)
//! on a real MySQL: the one at `--database-url`, of somebody who may create databases; else the
//! one that the program named by `PARLANCE_CI_MYSQL9` prints the address of when called with
//! `start PORT`, and ends with `stop PORT`; else one from `scripts/mysql-throwaway`. What it
//! makes there is called `parlance_load_…` and is removed.
//!
//! Database, server and this program share the processors. Measure and baseline take turns, a
//! few rounds each, and the middle of the rounds counts. An answer that is an error fails the run.

mod bare;
mod baseline;
mod cold;
mod database;
mod drive;
mod fanout;
mod growth;
mod machine;
mod plot;
mod rates;
mod report;
mod returns;
mod server;
mod socket;
mod start;
mod wire;
mod world;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
use serde_json::{Map, Value, json};

use database::Database;
use plot::{Chart, Line};
use report::Report;
use server::{Outcome, Server};
use world::{CONVERSATIONS, World};

/// All that can be asked for.
const NAMES: [&[&str]; 6] = [
    &["send", "send-hot", "send-latency", "page", "page-64", "inbox", "ramp", "catch-up", "idle"],
    &fanout::ROWS,
    &growth::ROWS,
    &cold::ROWS,
    &start::SQLITE_ROWS,
    &start::ROWS,
];

/// Messages in each conversation before anything is measured: more than a page.
const FILLED: usize = 60;

#[derive(Parser)]
struct Options {
    /// Everything smaller and shorter.
    #[arg(long)]
    quick: bool,
    /// Only the rows whose names begin like this, separated by commas.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Where all figures are written; `target/load.json` by default.
    #[arg(long)]
    json: Option<PathBuf>,
    /// A folder for charts.
    #[arg(long)]
    plot: Option<PathBuf>,
    /// A MySQL server, of somebody who may create databases.
    #[arg(long)]
    database_url: Option<String>,
    /// The port of a server that is started for this run.
    #[arg(long)]
    database_port: Option<u16>,
    /// The server's `PARLANCE_POOL_SIZE`.
    #[arg(long, env = "PARLANCE_POOL_SIZE")]
    pool_size: Option<u16>,
    /// To be the bare server.
    #[arg(long, hide = true)]
    bare: bool,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// Whether one of these is asked for.
    fn wants(&self, names: &[&str]) -> bool {
        let begins = |name: &&str| self.only.iter().any(|only| name.starts_with(&**only));
        self.only.is_empty() || names.iter().any(begins)
    }

    /// That there is what is asked for.
    fn check(&self) -> Outcome<()> {
        let is_there =
            |only: &&String| NAMES.concat().iter().any(|name| name.starts_with(&***only));
        match self.only.iter().find(|only| !is_there(only)) {
            Some(only) => {
                Err(format!("no row begins like {only}: {}", NAMES.concat().join(", ")).into())
            }
            None => Ok(()),
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "quick": self.quick,
            "only": self.only,
            "pool_size": self.pool_size,
        })
    }
}

/// How long and how often.
struct Pace {
    /// One round of one measurement.
    span: Duration,
    rounds: usize,
}

impl Pace {
    fn new(options: &Options) -> Self {
        if options.quick {
            Self { span: Duration::from_secs(1), rounds: 2 }
        } else {
            Self { span: Duration::from_secs(5), rounds: 3 }
        }
    }
}

/// What all rows share.
struct Run<'d> {
    options: Options,
    pace: Pace,
    report: Report,
    folder: PathBuf,
    database: &'d mut Database,
    /// Where the messages of most rows are.
    url: String,
    server: Server,
    world: World,
    costs: Map<String, Value>,
    /// For the charts: messages a second by connections, and all rates by messages.
    ramp: Vec<(f64, f64)>,
    growth: Vec<Line>,
}

impl<'d> Run<'d> {
    async fn prepare(
        options: Options,
        folder: PathBuf,
        database: &'d mut Database,
    ) -> Outcome<Self> {
        let url = database.create("main").await?;
        let server = Server::start(&folder, Some(&url), options.pool_size).await?;
        let world = World::make(server.address, "load", CONVERSATIONS).await?;
        world.fill(server.address, FILLED).await?;
        let mut report = Report::default();
        report.note("machine", machine::about());
        report.note("database", database.about().await?);
        report.note("options", options.to_json());
        Ok(Self {
            pace: Pace::new(&options),
            options,
            report,
            folder,
            database,
            url,
            server,
            world,
            costs: Map::new(),
            ramp: Vec::new(),
            growth: Vec::new(),
        })
    }

    /// All that is asked for, one after the other.
    async fn all(&mut self) -> Outcome<()> {
        if self.wants(&["send"]) {
            rates::send(self).await?;
        }
        if self.wants(&["send-hot"]) {
            rates::send_hot(self).await?;
        }
        if self.wants(&["send-latency"]) {
            rates::send_latency(self).await?;
        }
        if self.wants(&["page", "page-64"]) {
            rates::page(self).await?;
        }
        if self.wants(&["inbox"]) {
            rates::inbox(self).await?;
        }
        if self.wants(&["ramp"]) {
            rates::ramp(self).await?;
        }
        if self.wants(&fanout::ROWS) {
            fanout::fanout(self).await?;
        }
        if self.wants(&["catch-up"]) {
            fanout::catch_up(self).await?;
        }
        if self.wants(&["idle"]) {
            fanout::idle(self).await?;
        }
        if self.wants(&[&growth::ROWS[..], &cold::ROWS].concat()) {
            growth::growth(self).await?;
        }
        if self.wants(&start::SQLITE_ROWS) {
            start::sqlite(self).await?;
        }
        if self.wants(&start::ROWS) {
            start::start(self).await?;
        }
        Ok(())
    }

    /// Whether one of these is asked for; says that it is begun.
    fn wants(&self, names: &[&str]) -> bool {
        let wants = self.options.wants(names);
        if wants {
            let wanted = names.iter().copied().filter(|name| self.options.wants(&[name]));
            println!("{}", wanted.collect::<Vec<_>>().join(", "));
        }
        wants
    }

    /// What is said in the end.
    fn finish(&mut self, took: Duration) -> Outcome<()> {
        self.report.note("cost", std::mem::take(&mut self.costs).into());
        self.report.note("seconds", took.as_secs().into());
        self.report.print();
        if let Some(folder) = self.options.plot.clone() {
            self.plot(&folder)?;
        }
        let path = self.options.json.clone();
        self.report.write(&path.unwrap_or_else(|| "target/load.json".into()))
    }
}

impl Run<'_> {
    /// Draws what there is.
    fn plot(&self, folder: &Path) -> Outcome<()> {
        if !self.ramp.is_empty() {
            let lines = [Line { name: "send", points: self.ramp.clone() }];
            let (title, below) = ("Messages a second", "connections that send at once");
            Chart { title, below, lines: &lines }.write(&folder.join("send.svg"))?;
        }
        if !self.growth.is_empty() {
            let (title, below) = ("Reads a second", "messages in the database");
            Chart { title, below, lines: &self.growth }.write(&folder.join("growth.svg"))?;
        }
        Ok(())
    }
}

async fn measure(options: Options) -> Outcome<()> {
    let begun = Instant::now();
    let folder = tempfile::tempdir()?;
    let (url, port) = (options.database_url.clone(), options.database_port);
    let mut database = Database::start(url.as_deref(), port, folder.path()).await?;
    let done = async {
        let mut run = Run::prepare(options, folder.path().to_owned(), &mut database).await?;
        run.all().await?;
        run.finish(begun.elapsed())
    };
    let done = tokio::select! {
        done = done => done,
        _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
    };
    // Whatever came of it.
    database.end().await?;
    done
}

fn main() -> ExitCode {
    let done = begin(Options::parse());
    if let Err(problem) = &done {
        eprintln!("load: {problem}");
    }
    if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn begin(options: Options) -> Outcome<()> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if options.bare {
        return runtime.enable_all().build()?.block_on(bare::be());
    }
    options.check()?;
    machine::raise_open_files()?;
    // No more than it needs: the processors are for what is measured.
    runtime.worker_threads(2).enable_all().build()?.block_on(measure(options))
}
