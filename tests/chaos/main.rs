//! The proof that nothing is lost, doubled, reordered or leaked: people who write, follow, read,
//! come and go, and intrude, against several instances of the real server with a real MySQL and a
//! real NATS, while all of these and every link between them are broken on purpose; then a checker
//! that compares what everybody saw with what is stored. docs/no-loss.md says more.
//!
//!   cargo test --release --test chaos -- --seed 7 --seconds 90
//!   cargo test --release --test chaos -- --seed 1 --messages 1000000 --faults 200 --writers 160 --document docs/no-loss.md
//!   cargo test --test chaos --features seeded-bugs -- --bugs

#![expect(clippy::expect_used, reason = "what cannot be in a run ends it")]

mod bugs;
mod bus;
mod check;
mod clients;
mod dice;
mod faults;
mod history;
mod load;
mod proxy;
mod report;
mod run;
mod schedule;
mod world;

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;

use world::Outcome;

/// A proof that nothing is lost.
#[derive(Parser)]
pub(crate) struct Options {
    /// Of the schedule and of everybody's choices
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// How long everything is broken, at least
    #[arg(long, default_value_t = 90)]
    pub(crate) seconds: u64,
    /// How many messages are to be acknowledged, at least
    #[arg(long, default_value_t = 0)]
    pub(crate) messages: u64,
    /// How many faults there are to be, at least
    #[arg(long, default_value_t = 0)]
    pub(crate) faults: usize,
    /// When to stop even so, in seconds
    #[arg(long, default_value_t = 7_200)]
    pub(crate) limit: u64,
    /// How many instances of the server there are
    #[arg(long, default_value_t = 2)]
    pub(crate) instances: u8,
    /// How many write where much is said
    #[arg(long, default_value_t = 72)]
    pub(crate) writers: u16,
    /// Only faults whose names begin like this, separated by commas
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Option<Vec<String>>,
    /// The server; the one that cargo has built for this if absent
    #[arg(long)]
    program: Option<PathBuf>,
    /// A program that starts a MySQL with `start PORT`, kills it with `kill PORT` and removes it with `stop PORT`;
    /// `scripts/mysql-throwaway` if absent
    #[arg(long)]
    pub(crate) mysql_program: Option<PathBuf>,
    /// Where the result is written
    #[arg(long, default_value = "target/chaos.json")]
    pub(crate) json: PathBuf,
    /// A document whose marked part is replaced by the report
    #[arg(long)]
    pub(crate) document: Option<PathBuf>,
    /// Where logs are kept; a folder that is removed afterwards if absent
    #[arg(long)]
    pub(crate) folder: Option<PathBuf>,
    /// That each seeded bug is caught, or only those that are named: needs `--features seeded-bugs`
    #[arg(long, num_args = 0.., value_delimiter = ',')]
    pub(crate) bugs: Option<Vec<String>>,
}

impl Options {
    /// The server under test.
    pub(crate) fn program(&self) -> PathBuf {
        self.program.clone().unwrap_or_else(|| env!("CARGO_BIN_EXE_parlance").into())
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    // No more than it needs: the processors are for what is tried.
    let runtime = runtime.worker_threads(2).enable_all().build();
    let done = match runtime {
        Ok(runtime) => {
            let done = runtime.block_on(begin(&options));
            runtime.shutdown_timeout(Duration::from_secs(1));
            done
        }
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("chaos: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Answers whether all is as it should be.
async fn begin(options: &Options) -> Outcome<bool> {
    let temporary = tempfile::Builder::new().prefix("parlance-chaos.").tempdir()?;
    let folder = options.folder.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&folder)?;
    let proof = async {
        // What it starts is to be started by a thread that lives as long as the program does.
        match &options.bugs {
            Some(named) => bugs::catch(options, named, &folder).await,
            None => prove(options, &folder).await,
        }
    };
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        done = proof => done,
        _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
        _ = terminate.recv() => Err("terminated".into()),
    }
}

async fn prove(options: &Options, folder: &std::path::Path) -> Outcome<bool> {
    if cfg!(feature = "seeded-bugs") {
        return Err("this build has seeded bugs: nothing is proved of it".into());
    }
    let begun = Instant::now();
    let plan = run::Plan::of(options);
    let run = run::run(options, &plan, folder).await?;
    let report = report::Report::new(options, &run, begun.elapsed());
    print!("{}", report.markdown());
    report.write(options)?;
    Ok(run.is_good())
}
