//! The program as it is called, and its commands.

use std::error::Error;

use clap::{
    Args, CommandFactory, Parser, Subcommand,
    error::{ContextKind, ContextValue},
};

use super::Config;

/// The program as it is called.
#[derive(Debug, Parser)]
#[command(name = "parlance", version, about = "A self-hosted messaging backend", long_about = None)]
pub struct Cli {
    #[command(flatten)]
    pub config: Config,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do; without one the server is started.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Starts the server (this is what happens without a command)
    Serve,
    /// Brings the database to the newest schema and exits
    Migrate,
    /// Makes an administrator; asks for what is not given
    Createsuperuser(Superuser),
    /// Prints the GraphQL schema
    Schema,
    /// Prints what the REST face takes and answers, the file `openapi.yaml`
    Openapi {
        /// As JSON instead of YAML
        #[arg(long)]
        json: bool,
    },
    /// Fills an empty database with a few people, conversations and some hundred messages
    SeedDemo {
        /// Also where there are users already
        #[arg(long)]
        force: bool,
    },
    /// Gives a user another password and ends their sessions
    SetPassword {
        /// The user name or e-mail
        user: String,
        /// Read the password from the first line of standard input instead of asking
        #[arg(long)]
        password_stdin: bool,
    },
    /// Tells clients to load afresh, after the database was restored from a backup; servers must be stopped
    Restored,
    /// Says whether settings, database and durability are fit to serve; exit status 1 if not
    Check,
}

/// The administrator to make.
#[derive(Args, Clone, Debug)]
pub struct Superuser {
    /// The user name
    #[arg(long)]
    pub username: Option<String>,
    /// The e-mail address
    #[arg(long)]
    pub email: Option<String>,
    /// Read the password from the first line of standard input instead of asking
    #[arg(long)]
    pub password_stdin: bool,
    /// Fail instead of asking
    #[arg(long, alias = "noinput", requires_all = ["username", "email", "password_stdin"])]
    pub no_input: bool,
}

/// What is wrong with the value of a setting, in a sentence that names its variable, too; `None`
/// for what is wrong with a command line as such.
pub fn problem(error: &clap::Error) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let (flag, value) = (text(ContextKind::InvalidArg)?, text(ContextKind::InvalidValue)?);
    let long = flag.trim_start_matches("--").split([' ', '=']).next()?;
    let cli = Cli::command();
    let setting = cli.get_arguments().find(|setting| setting.get_long() == Some(long))?;
    let variable = setting.get_env()?.to_string_lossy().into_owned();
    let why = match (error.source(), error.get(ContextKind::ValidValue)) {
        (Some(why), _) => why.to_string(),
        (None, Some(ContextValue::Strings(valid))) => format!("it is one of {}", valid.join(", ")),
        (None, _) => return None,
    };
    Some(format!("{variable} (--{long}) cannot be '{value}': {why}"))
}
