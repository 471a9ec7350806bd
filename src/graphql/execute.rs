//! Runs one query or mutation: with a time limit, through panics, and so that a
//! mutation ends what it began. Also the hook into the library that both
//! transports need to tell a refused request from a failed execution.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use async_graphql::{
    Request, Response, SchemaEnv, ServerError, ServerResult, ValidationResult, Variables,
    async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextValidation},
    parser::types::{ExecutableDocument, OperationType},
};
use futures_util::FutureExt;
use tokio::time::{Instant, timeout_at};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::{
    Schema, audience,
    code::ErrorCode,
    document::{Documents, Prepared},
    finish::INTERNAL,
    loaders::Loads,
    variables,
};

/// More errors than these help nobody, and make small requests into large answers.
const MOST_ERRORS: usize = 20;

/// What came of an operation.
pub(super) struct Outcome {
    pub response: Response,
    /// Whether the request was accepted: then there is `data`, even if null.
    pub is_executed: bool,
}

impl Outcome {
    fn failed(code: ErrorCode, message: &str) -> Self {
        let response = Response::from_errors(vec![code.error(message, None)]);
        Self { response, is_executed: false }
    }
}

/// One operation, ready to run.
pub(super) struct Job {
    pub(super) schema: Schema,
    pub(super) known: Schema,
    pub(super) documents: Arc<Documents>,
    pub(super) prepared: Prepared,
    /// What `prepared` made, with what the resolvers need.
    pub(super) request: Request,
    pub(super) loads: Loads,
}

/// Executes an operation. Answers by `until`: a query is then given up, a
/// mutation goes on among the `running`, as it does when the caller goes away.
pub(super) async fn execute(job: Job, running: &TaskTracker, until: Instant) -> Outcome {
    let kind = job.prepared.operation().kind;
    let work = run(job);
    let finished = match kind {
        OperationType::Mutation => {
            let task = running.spawn(work.in_current_span());
            // The task itself fails only when the runtime stops: `run` catches panics.
            timeout_at(until, task).await.map(|joined| {
                joined.unwrap_or_else(|_| {
                    Outcome::failed(ErrorCode::ServiceUnavailable, "The server is stopping.")
                })
            })
        }
        OperationType::Query | OperationType::Subscription => timeout_at(until, work).await,
    };
    finished.unwrap_or_else(|_| match kind {
        OperationType::Mutation => {
            let message = "The mutation takes long; it is still being carried out.";
            let mut outcome = Outcome::failed(ErrorCode::RequestTimeout, message);
            for error in &mut outcome.response.errors {
                error.extensions.get_or_insert_default().set("retryable", false);
            }
            outcome
        }
        OperationType::Query | OperationType::Subscription => {
            Outcome::failed(ErrorCode::RequestTimeout, "The query took too long.")
        }
    })
}

async fn run(Job { schema, known, documents, prepared, request, mut loads }: Job) -> Outcome {
    // Of a document that was found valid only the variables are new.
    match prepared.check_variables() {
        Some(Ok(())) => {
            return match through_panics(loads.beside(known.execute(request))).await {
                Ok(response) => Outcome { response, is_executed: true },
                Err(error) => {
                    let response = Response::from_errors(vec![*error]);
                    Outcome { response, is_executed: false }
                }
            };
        }
        Some(Err(error)) => {
            let response = Response::from_errors(vec![error]);
            return Outcome { response, is_executed: false };
        }
        None => {}
    }
    let gate = Gate::new(&prepared);
    let work = loads.beside(schema.execute(request.data(Arc::clone(&gate))));
    let response = match through_panics(work).await {
        Ok(response) => response,
        Err(error) => {
            let response = Response::from_errors(vec![*error]);
            return Outcome { response, is_executed: false };
        }
    };
    let is_executed = gate.is_passed();
    if is_executed {
        documents.keep(&prepared, gate.env.get().cloned());
    }
    Outcome { response, is_executed }
}

/// Runs what may panic, as resolvers may; a panic is logged and becomes an error.
pub(super) async fn through_panics<T>(
    work: impl Future<Output = T>,
) -> Result<T, Box<ServerError>> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|panic| {
        let cause = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        tracing::error!(cause, "a resolver panicked");
        Box::new(ErrorCode::InternalServerError.error(INTERNAL, None))
    })
}

/// The point between validation and execution, for one request. Put into the
/// data of a request as `Arc<Gate>`.
pub(super) struct Gate {
    prepared: Prepared,
    passed: AtomicBool,
    alike: AtomicBool,
    /// By what the document was checked.
    env: OnceLock<SchemaEnv>,
}

impl Gate {
    pub(super) fn new(prepared: &Prepared) -> Arc<Self> {
        let (passed, alike) = (AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(Self { prepared: prepared.clone(), passed, alike, env: OnceLock::new() })
    }

    /// Whether what is asked for is the same for all who may ask for it.
    pub(super) fn is_alike(&self) -> bool {
        self.alike.load(Ordering::Relaxed)
    }

    /// Whether the request was found valid, so that execution began.
    pub(super) fn is_passed(&self) -> bool {
        self.passed.load(Ordering::Relaxed)
    }
}

/// The library's hook for `Gate`s; belongs to the schema.
pub(super) struct Gates;

impl ExtensionFactory for Gates {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Gates {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        given: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        // What the library refuses here is over a limit: it does not parse.
        let document = next.run(ctx, query, given).await.map_err(too_complex)?;
        variables::check_defaults(&ctx.schema_env.registry, &document)?;
        if let Some(gate) = ctx.data_opt::<Arc<Gate>>() {
            gate.env.get_or_init(|| ctx.schema_env.clone());
            let asked = gate.prepared.operation().name.as_ref();
            let selected = document.operations.iter().find(|(name, _)| *name == asked);
            if let Some((_, operation)) = selected {
                let registry = &ctx.schema_env.registry;
                let definitions = &operation.node.variable_definitions;
                variables::check(registry, definitions, given, &operation.node)?;
                let alike = audience::is_alike(registry, &document, &operation.node);
                gate.alike.store(alike, Ordering::Relaxed);
            }
        }
        Ok(document)
    }

    /// Validation is the last hook before execution that subscriptions have too.
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await.map_err(|mut errors| {
            errors.truncate(MOST_ERRORS);
            errors.into_iter().map(invalid).collect::<Vec<_>>()
        })?;
        if let Some(gate) = ctx.data_opt::<Arc<Gate>>() {
            let overlaps = gate.prepared.check_overlaps(&ctx.schema_env.registry);
            overlaps.map_err(|error| vec![error])?;
            gate.passed.store(true, Ordering::Relaxed);
        }
        Ok(result)
    }
}

fn too_complex(error: ServerError) -> ServerError {
    let locations = error.locations;
    ServerError { locations, ..ErrorCode::QueryTooComplex.error(error.message, None) }
}

fn invalid(error: ServerError) -> ServerError {
    let locations = error.locations;
    ServerError { locations, ..ErrorCode::GraphqlValidationFailed.error(error.message, None) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::finish::code;

    #[tokio::test]
    async fn a_panic_becomes_an_error_that_shows_nothing_of_it() {
        let panics = async { panic!("a secret") };
        let error = through_panics::<()>(panics).await.unwrap_err();
        assert_eq!(code(&error), Some(ErrorCode::InternalServerError));
        assert_eq!(error.message, INTERNAL);
    }
}
