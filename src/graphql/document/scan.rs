//! Reads a document as far as its limits need it: which definitions there are,
//! what each selects, and which fragments it spreads. What it takes for a
//! selection must be what the library takes for one; where it knows less than the
//! library, it lets pass, and where the two could differ, it refuses.

use std::collections::HashMap;

use async_graphql::ServerError;

use super::{
    lexer::{Fault, Lexer, Token},
    limits::{Limits, Measure, bound},
};

/// What a text defines.
#[derive(Default)]
pub(super) struct Definitions<'a> {
    pub(super) operations: Vec<Definition<'a>>,
    pub(super) fragments: HashMap<&'a str, Definition<'a>>,
}

/// What one operation or fragment asks for, the fragments it spreads left out.
#[derive(Default)]
pub(super) struct Definition<'a> {
    pub(super) own: Cost,
    pub(super) spreads: Vec<Spread<'a>>,
}

/// A spread fragment, and how deep in its definition it stands.
pub(super) struct Spread<'a> {
    pub(super) fragment: &'a str,
    pub(super) depth: usize,
    pub(super) nesting: usize,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Cost {
    pub(super) selections: usize,
    pub(super) depth: usize,
    pub(super) nesting: usize,
    pub(super) root_fields: usize,
}

/// Why a text is refused.
pub(super) enum Problem {
    Syntax(Fault),
    Refused(Box<ServerError>),
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::Syntax(fault)
    }
}

impl From<ServerError> for Problem {
    fn from(error: ServerError) -> Self {
        Self::Refused(Box::new(error))
    }
}

/// Reads `text`, and counts in `measure` what it sees.
pub(super) fn scan<'a>(
    text: &'a str,
    limits: &Limits,
    measure: &mut Measure,
) -> Result<Definitions<'a>, Problem> {
    let lexer = Lexer::new(text);
    let found = Definitions::default();
    let mut scan = Scan { lexer, token: Token::End, offset: 0, limits, measure, found };
    scan.document()?;
    Ok(scan.found)
}

struct Scan<'a, 'm> {
    lexer: Lexer<'a>,
    /// The token to look at next, and where it begins.
    token: Token<'a>,
    offset: usize,
    limits: &'m Limits,
    measure: &'m mut Measure,
    found: Definitions<'a>,
}

impl<'a> Scan<'a, '_> {
    /// Reads the whole text.
    fn document(&mut self) -> Result<(), Problem> {
        self.advance()?;
        while self.token != Token::End {
            self.definition()?;
            let count = self.found.operations.len() + self.found.fragments.len();
            bound(count, self.limits.definitions, "definitions")?;
        }
        Ok(())
    }

    fn definition(&mut self) -> Result<(), Problem> {
        match self.token {
            Token::Mark(b'{') => {}
            Token::Name("query" | "mutation" | "subscription") => {
                self.advance()?;
                if matches!(self.token, Token::Name(_)) {
                    self.advance()?;
                }
                self.arguments()?;
                self.directives()?;
            }
            Token::Name("fragment") => {
                self.advance()?;
                let name = self.name()?;
                // The library would take a fragment of this name, and then read
                // some spreads differently from this check.
                if name == "on" {
                    return Err(self.fault("a fragment cannot be called \"on\""));
                }
                if self.name()? != "on" {
                    return Err(self.fault("expected \"on\""));
                }
                self.name()?;
                self.directives()?;
                let definition = self.selections()?;
                if self.found.fragments.insert(name, definition).is_some() {
                    return Err(self.fault("two fragments have the same name"));
                }
                return Ok(());
            }
            _ => return Err(self.fault("expected an operation or a fragment")),
        }
        let definition = self.selections()?;
        self.found.operations.push(definition);
        Ok(())
    }

    /// One selection set with all that is in it. Not recursive, so that no
    /// document can exhaust the stack.
    fn selections(&mut self) -> Result<Definition<'a>, Problem> {
        let mut found = Definition::default();
        // Of each open set: whether a field opened it.
        let mut open = Vec::new();
        let mut depth = 0;
        let mut opens_field = false;
        loop {
            if self.token == Token::Mark(b'{') {
                self.advance()?;
                open.push(opens_field);
                depth += usize::from(opens_field);
                bound(open.len(), self.limits.nesting, "levels")?;
                found.own.nesting = found.own.nesting.max(open.len());
            } else if open.is_empty() {
                return Err(self.fault("expected \"{\""));
            }
            while self.token == Token::Mark(b'}') {
                self.advance()?;
                depth -= usize::from(open.pop().unwrap_or_default());
                if open.is_empty() {
                    return Ok(found);
                }
            }
            found.own.selections += 1;
            opens_field = match self.token {
                Token::Name(_) => {
                    self.field()?;
                    bound(depth + 1, self.limits.depth, "levels of fields")?;
                    found.own.depth = found.own.depth.max(depth + 1);
                    found.own.root_fields += usize::from(depth == 0);
                    true
                }
                Token::Spread => {
                    if let Some(fragment) = self.spread()? {
                        found.spreads.push(Spread { fragment, depth, nesting: open.len() });
                    }
                    false
                }
                _ => return Err(self.fault("expected a field or \"...\"")),
            };
        }
    }

    fn field(&mut self) -> Result<(), Problem> {
        self.advance()?;
        if self.token == Token::Mark(b':') {
            self.measure.aliases += 1;
            bound(self.measure.aliases, self.limits.aliases, "aliases")?;
            self.advance()?;
            self.name()?;
        }
        self.arguments()?;
        self.directives()
    }

    /// The name of the fragment, or none if an inline fragment begins here.
    fn spread(&mut self) -> Result<Option<&'a str>, Problem> {
        self.advance()?;
        let fragment = match self.token {
            Token::Name("on") => {
                self.advance()?;
                self.name()?;
                None
            }
            Token::Name(name) => {
                self.advance()?;
                Some(name)
            }
            _ => None,
        };
        self.directives()?;
        match (fragment, self.token) {
            (None, Token::Mark(b'{')) => Ok(None),
            (None, _) | (Some(_), Token::Mark(b'{')) => Err(self.fault("misplaced \"{\"")),
            (Some(name), _) => Ok(Some(name)),
        }
    }

    fn directives(&mut self) -> Result<(), Problem> {
        while self.token == Token::Mark(b'@') {
            self.advance()?;
            self.name()?;
            self.arguments()?;
        }
        Ok(())
    }

    /// Skips `( … )`, if it begins here; what is in it is for the library.
    fn arguments(&mut self) -> Result<(), Problem> {
        if self.token != Token::Mark(b'(') {
            return Ok(());
        }
        let mut open = Vec::new();
        loop {
            match self.token {
                Token::Mark(b'(') => open.push(b')'),
                Token::Mark(b'[') => open.push(b']'),
                Token::Mark(b'{') => open.push(b'}'),
                Token::Mark(close @ (b')' | b']' | b'}')) if open.pop() != Some(close) => {
                    return Err(self.fault("brackets do not match"));
                }
                Token::End => return Err(self.fault("a bracket is not closed")),
                _ => {}
            }
            bound(open.len(), self.limits.nesting, "levels")?;
            self.advance()?;
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    fn name(&mut self) -> Result<&'a str, Problem> {
        let Token::Name(name) = self.token else {
            return Err(self.fault("expected a name"));
        };
        self.advance()?;
        Ok(name)
    }

    fn advance(&mut self) -> Result<(), Problem> {
        (self.token, self.offset) = self.lexer.next()?;
        self.measure.visited += 1;
        self.measure.tokens += usize::from(self.token != Token::End);
        bound(self.measure.tokens, self.limits.tokens, "tokens")?;
        self.measure.directives += usize::from(self.token == Token::Mark(b'@'));
        bound(self.measure.directives, self.limits.directives, "directives")
    }

    fn fault(&self, problem: &'static str) -> Problem {
        Problem::Syntax(Fault { offset: self.offset, problem })
    }
}
