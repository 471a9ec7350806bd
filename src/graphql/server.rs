//! What the server says of itself.

use async_graphql::{Context, Object, SimpleObject};

use super::{Ask, error::Result};
use crate::domain::operations;

/// The server behind this address
#[derive(SimpleObject)]
struct Server {
    /// The version of the program
    version: &'static str,
    /// Changes when the data was restored from a backup
    epoch: async_graphql::ID,
}

#[derive(Default)]
pub(super) struct ServerQueries;

#[Object]
impl ServerQueries {
    /// What the server says of itself; open to everybody
    #[expect(clippy::unused_async, reason = "the macro wants it so")]
    async fn server(&self, ctx: &Context<'_>) -> Result<Server> {
        let epoch = operations::current_epoch(ctx.app()?).into();
        Ok(Server { version: env!("CARGO_PKG_VERSION"), epoch })
    }
}
