//! The one binary: reads what it is told and runs the command.

use std::{process::ExitCode, time::Duration};

use clap::Parser;
use parlance::{
    commands,
    config::{self, Cli},
};

// Executing GraphQL allocates much and briefly; see docs/performance.md for what this gives.
#[cfg(not(feature = "system-allocator"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let Some(problem) = config::problem(&error) else { error.exit() };
            eprintln!("parlance: {problem}");
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("parlance: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(commands::run(cli));
    // What is still under way after the server's own patience is cut off.
    runtime.shutdown_timeout(Duration::from_secs(1));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("parlance: {problem}");
            ExitCode::FAILURE
        }
    }
}
