//! The GraphQL face: turns an operation into calls of the domain, and their answers or
//! errors into the wire's form. One file for each noun with its types, queries and
//! mutations; resolvers take apart, call and wrap, and hold no rule of their own.
//!
//! May name `domain`, `metrics`, `traces`, `ids` and `time`. The protocols are in [`http`], `sse` and [`ws`], and what
//! they share in `operation`; what is checked of a
//! document before the library sees it in [`document`]; what anybody may ask in [`doors`].
//!
//! To add a mutation: the function in `domain/<noun>.rs`; Input, Payload and resolver in
//! `graphql/<noun>.rs`; a test; `schema.graphql` printed again.

mod accounts;
mod ahead;
mod audience;
mod code;
mod conversations;
mod document;
mod doors;
mod endpoint;
mod error;
mod events;
mod execute;
mod fanout;
mod finish;
pub mod http;
mod live;
mod loaders;
mod members;
mod messages;
mod node;
mod observe;
mod operation;
mod page;
mod params;
mod reads;
mod scalars;
mod server;
mod sessions;
mod sse;
mod subscription;
mod variables;
pub mod ws;

use std::sync::Arc;

use async_graphql::{
    Context, MergedObject, Request, SDLExportOptions, SchemaBuilder, ValidationMode,
    dataloader::{DataLoader, HashMapCache},
};
use axum::http::{HeaderMap, header::AUTHORIZATION};

use self::{
    error::Result,
    live::Subscription,
    loaders::{Loads, Together},
};
use crate::domain::{self, App, Client, Reader, Viewer, history::Age, sessions::Authenticated};
pub use document::{Documents, Limits};
pub use endpoint::{Endpoint, Settings};
pub use fanout::Fanout;
pub use loaders::Batch;

/// Does now what the first request would have to wait for.
pub fn prepare() {
    observe::prepare();
}

/// What can be asked.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
pub struct Query(
    accounts::AccountQueries,
    conversations::ConversationQueries,
    messages::MessageQueries,
    node::NodeQueries,
    server::ServerQueries,
    sessions::SessionQueries,
);

/// What can be done.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct Mutation(
    accounts::AccountMutations,
    conversations::ConversationMutations,
    members::MemberMutations,
    messages::MessageMutations,
    reads::ReadMutations,
    sessions::SessionMutations,
);

/// The most keys of one statement: some are a `SELECT` each, of which SQLite joins 500.
const BATCH: usize = 100;

/// What loads for one reader.
type Loader = DataLoader<Batch, HashMapCache>;

/// The whole of it.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema; without suggestions of names where it is not to be guessed.
pub fn schema(shows_itself: bool) -> Schema {
    let builder = builder().extension(execute::Gates);
    if shows_itself { builder } else { builder.disable_suggestions() }.finish()
}

/// The schema for documents that were found valid before. Without extensions the library takes
/// a shorter way to each field.
pub fn schema_of_known() -> Schema {
    builder().validation_mode(ValidationMode::Fast).finish()
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    let roots = (Query::default(), Mutation::default());
    Schema::build_with_ignore_name_conflicts(
        roots.0,
        roots.1,
        Subscription,
        // Each id is a type of its own here, and `ID` or `UUID` to clients.
        ["ID", "UUID"],
    )
    .register_output_type::<code::ErrorCode>()
}

/// The schema as a document, as `schema.graphql` has it.
pub fn sdl() -> String {
    schema(true).sdl_with_options(SDLExportOptions::new().prefer_single_line_descriptions())
}

/// What a resolver may ask of its request.
struct Asked {
    app: App,
    viewer: Option<Viewer>,
    client: Client,
}

/// Puts what the resolvers need into a request, and answers the work that their loaders
/// will ask for, which must be driven beside it.
fn bind(app: &App, request: Request, viewer: Option<Viewer>, client: Client) -> (Request, Loads) {
    let asked = Asked { app: app.clone(), viewer, client };
    let (together, loads) = loaders::together();
    let request = request.data(asked);
    let Some(viewer) = viewer else { return (request, loads) };
    let loader = loader(app, Reader::Person(viewer), together, Age::JustShown);
    (request.data(Arc::new(loader)), loads)
}

fn loader(app: &App, reader: Reader, together: Together, age: Age) -> Loader {
    let batch = Batch::new(app, reader, age);
    let cache = HashMapCache::default();
    let loader = DataLoader::with_cache(batch, together.clone(), together, cache);
    loader.enable_all_cache(false);
    loader.max_batch_size(BATCH)
}

/// Who sends these headers; `None` if they do not say.
async fn authenticate(app: &App, headers: &HeaderMap) -> domain::Result<Option<Authenticated>> {
    let Some(header) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let token = header.to_str().ok().and_then(bearer);
    let problem = "the Authorization header must be: Bearer ACCESS_TOKEN";
    let token = token.ok_or(domain::Error::BadToken(problem))?;
    domain::sessions::authenticate(app, token).await.map(Some)
}

/// The token of `Bearer TOKEN`.
fn bearer(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// How resolvers ask.
trait Ask {
    fn app(&self) -> Result<&App>;
    fn viewer(&self) -> Result<Viewer>;
    fn client(&self) -> Result<&Client>;
    fn load(&self) -> Result<&Loader>;
}

impl Ask for Context<'_> {
    fn app(&self) -> Result<&App> {
        Ok(&asked(self)?.app)
    }

    fn viewer(&self) -> Result<Viewer> {
        Ok(asked(self)?.viewer.ok_or(domain::Error::Unauthenticated)?)
    }

    fn client(&self) -> Result<&Client> {
        Ok(&asked(self)?.client)
    }

    fn load(&self) -> Result<&Loader> {
        let loader = self.data_opt::<Arc<Loader>>();
        Ok(loader.ok_or(domain::Error::Unauthenticated)?)
    }
}

fn asked<'a>(ctx: &'a Context<'_>) -> Result<&'a Asked> {
    let missing = || domain::Error::Internal("a request without its data".to_owned());
    Ok(ctx.data_opt::<Asked>().ok_or_else(missing)?)
}
