//! Documents that no client of good will sends: what checking them costs, whether the check and the library read the
//! same in them, and that rewriting changes no meaning.

use std::collections::BTreeSet;

use async_graphql::{
    EmptyMutation, Object, Positioned, Schema, Subscription,
    futures_util::{FutureExt, Stream, stream},
    parser::types::{Directive, Selection, SelectionSet},
};
use proptest::strategy::{Strategy, Union};

use super::*;
use crate::{
    fuzz::{Target, soup},
    graphql::finish::code as code_of,
};

const WORDS: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "@",
    "...",
    "on",
    "query",
    "mutation",
    "subscription",
    "fragment",
    "F",
    "G",
    "a",
    "q",
    "Query",
    "\"",
    "\"\"\"",
    "\\",
    "\\\"\"\"",
    "\n",
    "\r",
    "#",
    ",",
    " ",
    "\u{feff}",
    "é",
    "💬",
    "-1.5",
    "$v",
    "!",
    "=",
    "\0",
    "..",
    "\"}\"",
    "__typename",
    "null",
    "@skip(if: true)",
    "@include(if: $v)",
    "... on Query { ",
    "...F ",
    " }",
    "($v: Boolean! = true)",
    "{ a } ",
    "fragment F on Query { ",
    "\"\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "\\u{110000}",
    "1e999",
    "99999999999999999999",
    "{ a: [1 {b: $v}] }",
    "ticks",
    "other: ",
];

/// Whole selections, most of which fit together.
const SELECTIONS: &[&str] = &[
    "a ",
    "b: a ",
    "__typename ",
    "c: __typename @skip(if: false) ",
    "...F ",
    "...G @include(if: true) ",
    "q { a } ",
    "q { ...F q { ",
    "} } ",
    "... { ",
    "... on Query @skip(if: $v) { ",
    "} ",
    "a(x: 1) ",
    "query: q { on: a } ",
    "# }\n",
    "d: q { __typename @include(if: $v) } ",
    "ticks ",
];

/// The most brackets inside of each other with which the library is tried on what the check refuses: it is recursive,
/// and is asked by the server only after the check.
const DEEPEST: usize = 100;

struct Query;

#[Object]
impl Query {
    async fn a(&self) -> i32 {
        1
    }
    async fn q(&self) -> Self {
        Self
    }
}

struct Subscriptions;

#[Subscription]
impl Subscriptions {
    async fn ticks(&self) -> impl Stream<Item = i32> {
        stream::iter(0..3)
    }
}

/// Something that looks like a document.
fn documents() -> impl Strategy<Value = Vec<u8>> {
    let selections = || soup(SELECTIONS, 12);
    let heads: &[&str] =
        &["query Q($v: Boolean = true) {", "{", "subscription S {", "mutation M @a {"];
    let head = proptest::sample::select(heads);
    let whole = (head, selections(), selections(), selections()).prop_map(|(head, own, f, g)| {
        let (f, g) = (&b" } fragment F on Query { "[..], [f, g]);
        let [f_own, g_own] = g;
        [head.as_bytes(), &own, f, &f_own, b" } fragment G on Query { a ", &g_own, b" }"].concat()
    });
    Union::new(vec![whole.boxed(), soup(WORDS, 40).boxed(), soup(SELECTIONS, 20).boxed()])
}

/// How many brackets are open at once, at the most, whatever is in strings.
fn brackets(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'(' | b'[' => open += 1,
            b'}' | b')' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

/// The slow count, to compare with: selections and levels of fields.
fn expand(set: &SelectionSet, document: &ExecutableDocument) -> (usize, usize) {
    set.items.iter().fold((0, 0), |total, selection| {
        let (count, depth) = match &selection.node {
            Selection::Field(field) => {
                let (count, depth) = expand(&field.node.selection_set.node, document);
                (count, depth + 1)
            }
            Selection::InlineFragment(inline) => expand(&inline.node.selection_set.node, document),
            Selection::FragmentSpread(spread) => document
                .fragments
                .get(&spread.node.fragment_name.node)
                .map_or((0, 0), |fragment| expand(&fragment.node.selection_set.node, document)),
        };
        (total.0 + count + 1, total.1.max(depth))
    })
}

/// All that a document asks for: each field with its arguments, by the way to it and what that way is under. A
/// directive means the same on `__typename` as on a fragment around it alone.
#[derive(Default)]
struct Meaning(BTreeSet<String>);

impl Meaning {
    fn of(document: &ExecutableDocument) -> Self {
        let mut meaning = Self::default();
        for (name, operation) in document.operations.iter() {
            let way = format!("{:?} {}", name, operation.node.ty);
            meaning.add(&operation.node.selection_set.node, &way, &[], document);
        }
        meaning
    }

    fn add(
        &mut self,
        set: &SelectionSet,
        way: &str,
        under: &[String],
        document: &ExecutableDocument,
    ) {
        let with = |directives: &[Positioned<Directive>]| {
            let mut under = under.to_vec();
            under.extend(directives.iter().map(|one| {
                let Directive { name, arguments } = &one.node;
                format!("@{} {arguments:?}", name.node)
            }));
            under
        };
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let under = with(&field.directives);
                    let key = field.response_key().node.clone();
                    let own =
                        format!("{way}/{key} {} {:?} {under:?}", field.name.node, field.arguments);
                    self.add(&field.selection_set.node, &own, &[], document);
                    self.0.insert(own);
                }
                Selection::InlineFragment(inline) => {
                    let way = inline.node.type_condition.as_ref().map_or_else(
                        || way.to_owned(),
                        |on| format!("{way} on {}", on.node.on.node),
                    );
                    let under = with(&inline.node.directives);
                    self.add(&inline.node.selection_set.node, &way, &under, document);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let under = with(&spread.node.directives);
                    let Some(fragment) = document.fragments.get(name) else {
                        self.0.insert(format!("{way}/...{name}"));
                        continue;
                    };
                    let way = format!("{way} on {}", fragment.node.type_condition.node.on.node);
                    self.add(&fragment.node.selection_set.node, &way, &under, document);
                }
            }
        }
    }
}

/// Whether a longer name begins with a keyword.
fn runs_together(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut words = text.split(|c: char| !is_part(c));
    words.any(|word| {
        let keywords = ["query", "mutation", "subscription", "fragment", "on"];
        keywords.iter().any(|keyword| word.len() > keyword.len() && word.starts_with(keyword))
    })
}

/// Whether a fragment is called "on", or one of that name is spread.
fn names_on(document: &ExecutableDocument) -> bool {
    fn spreads_on(set: &SelectionSet) -> bool {
        set.items.iter().any(|selection| match &selection.node {
            Selection::Field(field) => spreads_on(&field.node.selection_set.node),
            Selection::InlineFragment(inline) => spreads_on(&inline.node.selection_set.node),
            Selection::FragmentSpread(spread) => spread.node.fragment_name.node == "on",
        })
    }
    let mut operations = document.operations.iter();
    document
        .fragments
        .iter()
        .any(|(name, fragment)| name == "on" || spreads_on(&fragment.node.selection_set.node))
        || operations.any(|(_, operation)| spreads_on(&operation.node.selection_set.node))
}

/// What the check admits: the library must count the same in it, and the rewritten must mean the same.
fn admitted(text: &str, measure: Measure, limits: &Limits) -> Result<String, String> {
    let Measure { tokens, aliases, directives, depth, selections, .. } = measure;
    for (what, count, limit) in [
        ("tokens", tokens, limits.tokens),
        ("aliases", aliases, limits.aliases),
        ("directives", directives, limits.directives),
        ("levels", depth, limits.depth),
        ("selections", selections, limits.selections),
    ] {
        if count > limit {
            return Err(format!("{count} {what} are admitted"));
        }
    }
    let Ok(parsed) = parse_query(text) else { return Ok("admitted, no syntax".to_owned()) };
    let sets = parsed.operations.iter().map(|(_, operation)| &operation.node.selection_set);
    let counts: Vec<_> = sets.map(|set| expand(&set.node, &parsed)).collect();
    let counted = (
        counts.iter().map(|count| count.0).sum::<usize>(),
        counts.iter().map(|count| count.1).max().unwrap_or_default(),
    );
    if counted != (selections, depth) {
        return Err(format!("the check counts {selections} and {depth}, the library {counted:?}"));
    }
    let mut rewritten = parsed.clone();
    if let Err(error) = rewrite::rewrite(&mut rewritten) {
        return match code_of(&error) {
            Some(ErrorCode::GraphqlValidationFailed) => Ok("admitted, not to rewrite".to_owned()),
            code => Err(format!("rewriting fails with {code:?}: {}", error.message)),
        };
    }
    // A subscription's field is put at the top as well, where it may be at the end of a longer way.
    let is_live = |document: &ExecutableDocument| {
        let mut operations = document.operations.iter();
        operations.any(|(_, operation)| operation.node.ty == OperationType::Subscription)
    };
    let (before, after) = (Meaning::of(&parsed).0, Meaning::of(&rewritten).0);
    let is_same = if is_live(&parsed) { before.is_subset(&after) } else { before == after };
    if !is_same {
        return Err(format!("rewriting makes of {before:#?} {after:#?}"));
    }
    executed(text)
}

/// Through all of `prepare` and the library: data, or errors that are not ours and not too many.
fn executed(text: &str) -> Result<String, String> {
    let documents = Documents::new(Limits::default());
    let params = Params { query: Some(text.to_owned()), ..Params::default() };
    let prepared = match documents.prepare(params) {
        Ok(prepared) => prepared,
        Err(error) => {
            let code = code_of(&error).ok_or("a refusal without a code")?;
            return Ok(format!("refused: {}", code.as_str()));
        }
    };
    if prepared.operation().kind == OperationType::Subscription {
        return Ok("a subscription".to_owned());
    }
    let schema = Schema::build(Query, EmptyMutation, Subscriptions)
        .extension(crate::graphql::execute::Gates)
        .finish();
    let response = schema.execute(prepared.request()).now_or_never().ok_or("it waits")?;
    if response.errors.len() > 20 {
        return Err(format!("{} errors", response.errors.len()));
    }
    let is_good = response.errors.is_empty();
    Ok(if is_good { "answered" } else { "answered with errors" }.to_owned())
}

fn check_text(input: &[u8]) -> Result<String, String> {
    let text = String::from_utf8_lossy(input);
    let (limits, mut measure) = (Limits::default(), Measure::default());
    let result = check(&text, &limits, &mut measure);
    if measure.visited > 2 * measure.tokens + 2 || measure.tokens > text.len() {
        return Err(format!("not linear: {measure:?} for {} bytes", text.len()));
    }
    let Err(error) = result else { return admitted(&text, measure, &limits) };
    let code = code_of(&error).ok_or("a refusal without a code")?;
    match code {
        ErrorCode::GraphqlParseFailed if brackets(&text) <= DEEPEST => {
            // A fragment called "on", or what looks like one, is refused on purpose: the two would read its spreads
            // differently. So is a keyword that runs into a name, which to the specification is one name.
            if !runs_together(&text) && parse_query(&*text).is_ok_and(|parsed| !names_on(&parsed)) {
                return Err(format!("the library takes what is refused: {}", error.message));
            }
        }
        ErrorCode::GraphqlParseFailed
        | ErrorCode::QueryTooComplex
        | ErrorCode::GraphqlValidationFailed => {}
        other => return Err(format!("refused with {other:?}")),
    }
    Ok(error.message)
}

#[test]
fn the_check_is_linear_and_reads_what_the_library_reads() {
    let target = Target { name: "documents", cases: 500, words: WORDS, seeds: Vec::new() };
    target.run(documents(), check_text);
}
