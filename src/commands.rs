//! What the program does when it is called: one function for each command.

use std::{
    fs::{self, File, TryLockError},
    io::{self, BufRead, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rand::RngCore;
use tokio::net::TcpListener;

use crate::{
    config::{Cli, Command, Config, Superuser},
    demo,
    domain::{
        self, App, Rules,
        accounts::{self, Registration, Role},
        operations,
    },
    graphql,
    request_log::RequestLog,
    rest::openapi,
    secrets::token::{SECRET_MIN, Tokens},
    server,
    store::{Store, migrations},
    telemetry,
    time::SystemClock,
};

/// What every command answers: nothing, or one clear sentence.
type Outcome = Result<(), String>;

/// Runs the command.
///
/// # Errors
/// With one clear sentence.
pub async fn run(Cli { config, command }: Cli) -> Outcome {
    let command = command.unwrap_or(Command::Serve);
    let printed = match command {
        Command::Schema => Some(graphql::sdl()),
        Command::Openapi { json: false } => Some(openapi::yaml()),
        Command::Openapi { json: true } => Some(openapi::json()),
        _ => None,
    };
    if let Some(text) = printed {
        print!("{text}");
        return Ok(());
    }
    // Only a server has something to tell of itself.
    let collector = config.otlp_endpoint.as_deref().filter(|_| matches!(command, Command::Serve));
    let traces = telemetry::start(&config.log, config.log_format, collector)?;
    config.check()?;
    match command {
        Command::Serve => {
            let served = serve(&config).await;
            traces.close().await;
            served
        }
        Command::Migrate => migrate(&config).await,
        Command::Createsuperuser(wanted) => createsuperuser(&config, wanted).await,
        Command::SeedDemo { force } => seed_demo(&config, force).await,
        Command::SetPassword { user, password_stdin } => {
            set_password(&config, &user, password_stdin).await
        }
        Command::Restored => restored(&config).await,
        Command::Check => check(&config).await,
        Command::Schema | Command::Openapi { .. } => Ok(()),
    }
}

async fn serve(config: &Config) -> Outcome {
    let _sole = claim(config)?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    let numbers = match config.metrics_listen {
        Some(address) => Some(
            TcpListener::bind(address)
                .await
                .map_err(|error| format!("cannot listen on {address} for /metrics: {error}"))?,
        ),
        None => None,
    };
    if config.trusted_proxies.iter().any(|network| network.prefix_len() == 0) {
        tracing::warn!("PARLANCE_TRUSTED_PROXIES has every address: anybody may say who they are");
    }
    let (app, store) = start(config, config.rules()).await?;
    let database = operations::database(&store).await.map_err(|error| words(&error))?;
    let durability = operations::unsafe_durability(&store).await;
    for fault in durability.map_err(|error| words(&error))? {
        tracing::warn!(fault, "an acknowledged message could be lost");
    }
    let is_new = !operations::has_users(&app).await.map_err(|error| words(&error))?;
    let request_log = match config.request_log() {
        Some(options) => RequestLog::start(options, Arc::new(SystemClock))?,
        None => RequestLog::default(),
    };
    let options = server::Options { request_log: request_log.clone(), ..config.server() };
    let router = server::router(app.clone(), &options);
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    greet(config, &format!("http://{address}"), &database, is_new)?;
    if let Some(numbers) = numbers {
        let address = numbers.local_addr().map_err(|error| error.to_string())?;
        tracing::info!("the numbers are told at http://{address}/metrics");
        app.running.spawn(server::serve_numbers(app.clone(), numbers));
    }
    server::serve(&app, router, listener, config.connections()).await;
    request_log.close().await;
    Ok(())
}

/// What an operator reads first.
fn greet(config: &Config, address: &str, database: &str, is_new: bool) -> Outcome {
    let url = config.public_url.as_deref().unwrap_or(address).trim_end_matches('/');
    let mut out = io::stdout().lock();
    let mut say = |line: &str| writeln!(out, "{line}").map_err(|error| error.to_string());
    say(&format!("Parlance {} on {database}", env!("CARGO_PKG_VERSION")))?;
    say(&format!("  Chat     {url}/"))?;
    say(&format!("  GraphQL  {url}/graphql"))?;
    // Past the proxy, which keeps these to itself.
    say(&format!("  Health   {address}/healthz  {address}/readyz"))?;
    if is_new {
        say("Nobody has an account yet. Open the chat to make the first, or in another terminal:")?;
        let register = "mutation { register(input: {username: \\\"me\\\", email: \\\"me@example.org\\\", \
            password: \\\"correct horse\\\"}) { accessToken } }";
        say(&format!("  curl {url}/graphql --json '{{\"query\": \"{register}\"}}'"))?;
        say("or fill it with people to play with, by the command seed-demo.")?;
    }
    Ok(())
}

async fn migrate(config: &Config) -> Outcome {
    prepare_folder(config)?;
    let done = migrations::run(&config.store()).await?;
    if done.is_empty() {
        println!("The database is up to date.");
    }
    for name in done {
        println!("{name}");
    }
    Ok(())
}

async fn createsuperuser(config: &Config, wanted: Superuser) -> Outcome {
    let Superuser { username, email, password_stdin, no_input: _ } = wanted;
    let username = username.map_or_else(|| ask("User name"), Ok)?;
    let email = email.map_or_else(|| ask("E-mail"), Ok)?;
    let password = new_password(password_stdin)?;
    let (app, _) = start(config, config.rules()).await?;
    let wanted = Registration {
        username: username.clone(),
        email,
        password,
        first_name: String::new(),
        last_name: String::new(),
        phone_number: None,
        role: Role::Admin,
    };
    accounts::create_superuser(&app, wanted).await.map_err(|error| words(&error))?;
    println!("{username} is an administrator.");
    Ok(())
}

async fn set_password(config: &Config, user: &str, password_stdin: bool) -> Outcome {
    let password = new_password(password_stdin)?;
    let (app, _) = start(config, config.rules()).await?;
    operations::set_password(&app, user, password).await.map_err(|error| words(&error))?;
    println!("{user} has another password; their sessions have ended.");
    Ok(())
}

async fn seed_demo(config: &Config, force: bool) -> Outcome {
    let rules = Rules { rate_limits: false, ..config.rules() };
    let (app, _) = start(config, rules).await?;
    if !force && operations::has_users(&app).await.map_err(|error| words(&error))? {
        return Err("there are users already; say --force to add the demo beside them".to_owned());
    }
    let seeded = demo::seed(&app).await.map_err(|error| {
        let error = words(&error);
        format!(
            "the people of the demo cannot be added, for which their names must be free: {error}"
        )
    })?;
    println!(
        "{} people ({}), {} conversations, {} messages. Everybody's password is: {}",
        seeded.people.len(),
        seeded.people.join(", "),
        seeded.conversations,
        seeded.messages,
        demo::PASSWORD
    );
    Ok(())
}

async fn restored(config: &Config) -> Outcome {
    let _sole = claim(config)?;
    migrations::run(&config.store()).await?;
    let epoch = operations::restored(&Store::open(&config.store())?).await;
    let epoch = epoch.map_err(|error| words(&error))?;
    println!("The epoch is {epoch}: clients that hold cursors load afresh.");
    println!("A server that runs is not ready any more: restart it.");
    Ok(())
}

async fn check(config: &Config) -> Outcome {
    println!("settings: fine");
    let store = Store::open(&config.store())?;
    if let Some(path) = sqlite_path(config)
        && !path.exists()
    {
        return Err(format!("{} is not there yet: run parlance migrate", path.display()));
    }
    let database = operations::database(&store).await;
    println!("database: {}", database.map_err(|error| words(&error))?);
    let faults = operations::faults(&store, None, config.allow_unsafe_durability).await;
    if faults.is_empty() {
        // There is nothing to run; a server begins with it, and needs the rights to.
        migrations::run(&config.store()).await?;
        println!("ready to serve");
        return Ok(());
    }
    Err(faults.join("\nparlance: "))
}

/// Everything but the routes: folder, secret, schema, parts.
async fn start(config: &Config, rules: Rules) -> Result<(App, Store), String> {
    prepare_folder(config)?;
    let migrated = migrations::run(&config.store()).await?;
    if !migrated.is_empty() {
        tracing::info!(steps = migrated.len(), "migrated the database");
    }
    let secret = secret(config)?;
    let others: Vec<&[u8]> = config.other_keys().iter().map(String::as_bytes).collect();
    let tokens = Tokens::with_others(secret.as_bytes(), &others);
    let tokens = tokens.ok_or("the secret is too short")?;
    let store = Store::open(&config.store())?;
    let (clock, sharing) = (Arc::new(SystemClock), config.sharing());
    let app = App::start(store.clone(), clock, tokens, rules, sharing).await;
    Ok((app.map_err(|error| words(&error))?, store))
}

/// An error for the operator, who may know the cause.
fn words(error: &domain::Error) -> String {
    error.cause().unwrap_or_else(|| error.to_string())
}

fn sqlite_path(config: &Config) -> Option<PathBuf> {
    config.database_url.strip_prefix("sqlite:").map(PathBuf::from)
}

fn prepare_folder(config: &Config) -> Outcome {
    let Some(path) = sqlite_path(config) else { return Ok(()) };
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))
}

/// The one server of an SQLite file; the claim ends with the process. It is on the file
/// itself, whatever names it has; `flock` is not what SQLite uses for its own locks.
fn claim(config: &Config) -> Result<Option<File>, String> {
    let Some(path) = sqlite_path(config) else { return Ok(None) };
    prepare_folder(config)?;
    let says = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| says(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(format!(
            "another server is using {}; one SQLite file serves one server",
            path.display()
        )),
        Err(TryLockError::Error(error)) => Err(says(&error)),
    }
}

/// The secret as given, or the one kept beside the SQLite file, made at the first start.
fn secret(config: &Config) -> Result<String, String> {
    if let Some(key) = &config.secret_key {
        return Ok(key.clone());
    }
    let path = sqlite_path(config).ok_or("PARLANCE_SECRET_KEY is required with MySQL")?;
    let path = path.parent().unwrap_or(Path::new("")).join("secret.key");
    let says = |error: io::Error| format!("{}: {error}", path.display());
    if !path.exists() {
        let mut bytes = [0; 48];
        rand::rng().fill_bytes(&mut bytes);
        // Whole or not at all, and the first of two that start at once wins.
        let new = path.with_added_extension(std::process::id().to_string());
        let mut file =
            File::options().write(true).create_new(true).mode(0o600).open(&new).map_err(says)?;
        file.write_all(STANDARD.encode(bytes).as_bytes()).map_err(says)?;
        file.sync_all().map_err(says)?;
        let linked = fs::hard_link(&new, &path);
        fs::remove_file(&new).map_err(says)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(says(error)),
            Ok(()) | Err(_) => {}
        }
    }
    let secret = fs::read_to_string(&path).map_err(says)?;
    match secret.trim() {
        secret if secret.len() >= SECRET_MIN => Ok(secret.to_owned()),
        _ => Err(format!(
            "{} holds fewer than {SECRET_MIN} bytes: put a longer secret there, or remove it",
            path.display()
        )),
    }
}

fn ask(what: &str) -> Result<String, String> {
    print!("{what}: ");
    io::stdout().flush().map_err(|error| error.to_string())?;
    first_line()
}

fn first_line() -> Result<String, String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(|error| error.to_string())?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn new_password(from_stdin: bool) -> Result<String, String> {
    if from_stdin {
        return first_line();
    }
    let ask = |what: &str| {
        let asked = rpassword::prompt_password(what);
        asked.map_err(|error| format!("no terminal to ask on ({error}): use --password-stdin"))
    };
    let password = ask("Password: ")?;
    if ask("Password again: ")? != password {
        return Err("the two passwords differ".to_owned());
    }
    Ok(password)
}
