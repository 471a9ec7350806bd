//! The settings of what a GraphQL document may ask for.

use clap::Args;

use crate::graphql::Limits;

/// How much one GraphQL document may ask for.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "GraphQL documents")]
pub struct DocumentLimits {
    /// Characters of a GraphQL document
    #[arg(long, env = "PARLANCE_DOCUMENT_CHARACTERS", global = true, default_value_t = Limits::default().characters)]
    pub document_characters: usize,
    /// Tokens of a GraphQL document
    #[arg(long, env = "PARLANCE_DOCUMENT_TOKENS", global = true, default_value_t = Limits::default().tokens)]
    pub document_tokens: usize,
    /// Levels of fields inside of fields; introspection needs 15
    #[arg(long, env = "PARLANCE_DOCUMENT_DEPTH", global = true, default_value_t = Limits::default().depth)]
    pub document_depth: usize,
    /// Selections of a GraphQL document, fragments counted as often as they are spread
    #[arg(long, env = "PARLANCE_DOCUMENT_SELECTIONS", global = true, default_value_t = Limits::default().selections)]
    pub document_selections: usize,
    /// Aliases of a GraphQL document
    #[arg(long, env = "PARLANCE_DOCUMENT_ALIASES", global = true, default_value_t = Limits::default().aliases)]
    pub document_aliases: usize,
    /// Directives of a GraphQL document
    #[arg(long, env = "PARLANCE_DOCUMENT_DIRECTIVES", global = true, default_value_t = Limits::default().directives)]
    pub document_directives: usize,
    /// Fields at the top of one operation
    #[arg(long, env = "PARLANCE_DOCUMENT_ROOT_FIELDS", global = true, default_value_t = Limits::default().root_fields)]
    pub document_root_fields: usize,
    /// Fields of the answer, each list counted as long as it is asked to be
    #[arg(long, env = "PARLANCE_DOCUMENT_COST", global = true, default_value_t = Limits::default().cost)]
    pub document_cost: usize,
}

impl DocumentLimits {
    pub(super) fn limits(&self) -> Limits {
        Limits {
            characters: self.document_characters,
            tokens: self.document_tokens,
            depth: self.document_depth,
            selections: self.document_selections,
            aliases: self.document_aliases,
            directives: self.document_directives,
            root_fields: self.document_root_fields,
            cost: self.document_cost,
            ..Limits::default()
        }
    }
}
