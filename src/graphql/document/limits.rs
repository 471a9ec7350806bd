//! The check of a document before the library sees it. The library expands
//! fragments while it counts, so a few hundred bytes can cost it minutes; this
//! check looks at each token once and at each fragment once.

use std::collections::HashMap;

use async_graphql::{Pos, ServerError};

use super::{
    lexer::Fault,
    scan::{Cost, Definition, Problem, Spread, scan},
};
use crate::graphql::code::ErrorCode;

/// How much a document may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Characters of the text.
    pub characters: usize,
    /// Names, marks and literals.
    pub tokens: usize,
    /// Fields inside of fields. The standard introspection query needs 15.
    pub depth: usize,
    /// Open braces and spread fragments inside of each other, and brackets
    /// inside of each other in a value. The library allows itself one more.
    pub nesting: usize,
    /// Fields, spreads and inline fragments, fragments counted as often as they
    /// are spread. The standard introspection query has about 300.
    pub selections: usize,
    pub aliases: usize,
    pub directives: usize,
    /// Fields at the top of one operation.
    pub root_fields: usize,
    /// Operations and fragments.
    pub definitions: usize,
    /// Fields of the answer, each list counted as long as it is asked to be.
    pub cost: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            characters: 65_536,
            tokens: 10_000,
            depth: 16,
            nesting: 32,
            selections: 5_000,
            aliases: 50,
            directives: 50,
            root_fields: 20,
            definitions: 200,
            cost: 20_000,
        }
    }
}

/// What a document asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Measure {
    pub(super) tokens: usize,
    pub(super) aliases: usize,
    pub(super) directives: usize,
    /// The deepest operation's levels of fields.
    pub(super) depth: usize,
    /// Of all operations together.
    pub(super) selections: usize,
    /// How often the check looked at a token or followed a spread: its cost.
    pub(super) visited: usize,
}

/// Fails with a request error if the text is plainly no document, or asks for
/// more than `limits`. What passes may still be wrong, but is cheap to refuse.
/// `measure` tells what was seen, also of what is refused.
pub(super) fn check(text: &str, limits: &Limits, measure: &mut Measure) -> Result<(), ServerError> {
    if text.len() > limits.characters && text.chars().count() > limits.characters {
        return Err(too_complex("characters", limits.characters));
    }
    let scanned = scan(text, limits, measure).and_then(|found| {
        let mut sum = Sum { limits, measure, fragments: HashMap::new() };
        for (name, definition) in found.fragments {
            sum.fragments.insert(name, State::Unknown(definition));
        }
        sum.operations(&found.operations)
    });
    scanned.map_err(|problem| match problem {
        Problem::Syntax(Fault { offset, problem }) => ErrorCode::GraphqlParseFailed
            .error(format!("Syntax error: {problem}."), Some(position(text, offset))),
        Problem::Refused(error) => *error,
    })
}

/// Fails if there are more than `limit` of something.
pub(super) fn bound(count: usize, limit: usize, what: &str) -> Result<(), Problem> {
    if count > limit { Err(too_complex(what, limit).into()) } else { Ok(()) }
}

fn too_complex(what: &str, limit: usize) -> ServerError {
    ErrorCode::QueryTooComplex
        .error(format!("The document is too complex: at most {limit} {what} are allowed."), None)
}

fn position(text: &str, offset: usize) -> Pos {
    let before = &text[..offset];
    let line_start = before.rfind(['\n', '\r']).map_or(0, |i| i + 1);
    let lines = before.matches('\n').count() + before.matches('\r').count() + 1
        - before.matches("\r\n").count();
    Pos { line: lines, column: before[line_start..].chars().count() + 1 }
}

/// What is known of the whole cost of a fragment.
enum State<'a> {
    Unknown(Definition<'a>),
    InProgress,
    Known(Cost),
}

/// Adds up what fragments cost where they are spread.
struct Sum<'a, 'm> {
    limits: &'m Limits,
    measure: &'m mut Measure,
    fragments: HashMap<&'a str, State<'a>>,
}

impl<'a> Sum<'a, '_> {
    fn operations(&mut self, operations: &[Definition<'a>]) -> Result<(), Problem> {
        // Unused fragments too: the library looks at them before it says so.
        let names: Vec<&str> = self.fragments.keys().copied().collect();
        for name in names {
            self.fragment(name, 1)?;
        }
        for operation in operations {
            let cost = self.definition(operation, 1)?;
            self.measure.selections += cost.selections;
            self.measure.depth = self.measure.depth.max(cost.depth);
            bound(self.measure.selections, self.limits.selections, "selections")?;
            bound(cost.root_fields, self.limits.root_fields, "fields at the top")?;
        }
        Ok(())
    }

    /// `level` counts fragments inside of each other; it is bounded, so this may
    /// recurse.
    fn definition(&mut self, definition: &Definition<'a>, level: usize) -> Result<Cost, Problem> {
        let mut cost = definition.own;
        for Spread { fragment, depth, nesting } in &definition.spreads {
            self.measure.visited += 1;
            let inner = self.fragment(fragment, level)?;
            cost.selections = cost.selections.saturating_add(inner.selections);
            cost.depth = cost.depth.max(depth + inner.depth);
            cost.nesting = cost.nesting.max(nesting + inner.nesting);
            if *depth == 0 {
                cost.root_fields = cost.root_fields.saturating_add(inner.root_fields);
            }
        }
        bound(cost.selections, self.limits.selections, "selections")?;
        bound(cost.depth, self.limits.depth, "levels of fields")?;
        bound(cost.nesting, self.limits.nesting, "levels")?;
        Ok(cost)
    }

    fn fragment(&mut self, name: &str, level: usize) -> Result<Cost, Problem> {
        bound(level, self.limits.nesting, "levels")?;
        // A fragment that is not there is for the library to name.
        let Some(state) = self.fragments.get_mut(name) else {
            return Ok(Cost::default());
        };
        let definition = match std::mem::replace(state, State::InProgress) {
            State::Unknown(definition) => definition,
            State::Known(cost) => {
                *state = State::Known(cost);
                return Ok(cost);
            }
            State::InProgress => {
                let message = "Fragments must not spread themselves, not even by way of others.";
                return Err(ErrorCode::GraphqlValidationFailed.error(message, None).into());
            }
        };
        let cost = self.definition(&definition, level + 1)?;
        if let Some(state) = self.fragments.get_mut(name) {
            *state = State::Known(cost);
        }
        Ok(cost)
    }
}
