//! The check against the library: what it counts, and what it lets through.

use async_graphql::{
    EmptyMutation, Object, Schema, Subscription,
    futures_util::{Stream, stream},
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

use super::*;
use crate::graphql::finish::code as code_of;

/// As the usual clients send it: fragments, and types wrapped nine times.
fn introspection() -> String {
    let wrapped =
        (0..9).fold("name kind".to_owned(), |inner, _| format!("name kind ofType {{ {inner} }}"));
    format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }}
            mutationType {{ name kind }} subscriptionType {{ name kind }} types {{ ...FullType }}
            directives {{ name description isRepeatable locations args(includeDeprecated: true)
            {{ ...InputValue }} }} }} }}
        fragment FullType on __Type {{ kind name description specifiedByURL isOneOf
            fields(includeDeprecated: true) {{ name description args(includeDeprecated: true)
            {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }}
            inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }}
            enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
            possibleTypes {{ ...TypeRef }} }}
        fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }}
            defaultValue isDeprecated deprecationReason }}
        fragment TypeRef on __Type {{ {wrapped} }}"
    )
}

/// Fragments of which each spreads the next one twice.
fn bomb(fragments: usize) -> String {
    let each =
        (0..fragments).map(|i| format!("fragment F{i} on Query {{ ...F{0} ...F{0} }}", i + 1));
    let last = format!("fragment F{fragments} on Query {{ __typename }}");
    ["{ q { ...F0 } }".to_owned()].into_iter().chain(each).chain([last]).collect()
}

fn measured(text: &str) -> (Measure, Result<(), ServerError>) {
    let mut measure = Measure::default();
    let result = check(text, &Limits::default(), &mut measure);
    (measure, result)
}

fn refused(text: &str) -> Option<ErrorCode> {
    measured(text).1.err().as_ref().and_then(code_of)
}

#[test]
fn the_standard_introspection_query_is_admitted() {
    let (measure, result) = measured(&introspection());
    result.unwrap();
    assert_eq!(measure.depth, 15);
    assert!(measure.selections < 400, "{measure:?}");
}

#[test]
fn each_limit_holds() {
    let many = |count: usize, one: &str| format!("{{ a {{ {} }} }}", one.repeat(count));
    let deep =
        |levels: usize| format!("{}a{}", "{ a ".repeat(levels - 1) + "{ ", " }".repeat(levels));
    let complex = Some(ErrorCode::QueryTooComplex);
    for (allowed, too_much) in [
        (many(50, "b: a "), many(51, "b: a ")),
        (many(50, "a @skip(if: true) "), many(51, "a @skip(if: true) ")),
        (format!("{{ {} }}", "a ".repeat(20)), format!("{{ {} }}", "a ".repeat(21))),
        (deep(16), deep(17)),
        ("{ a } ".repeat(200), "{ a } ".repeat(201)),
        (many(4998, "a "), many(5000, "a ")),
        (many(0, "a ") + "#" + &"é".repeat(60_000), many(0, "a ") + "#" + &"é".repeat(70_000)),
        (
            many(1, &("... { ".repeat(30) + "a" + &" }".repeat(30))),
            many(1, &("... { ".repeat(31) + "a" + &" }".repeat(31))),
        ),
        (
            many(1, &format!("a(b: {}{})", "[".repeat(31), "]".repeat(31))),
            many(1, &format!("a(b: {}{})", "[".repeat(32), "]".repeat(32))),
        ),
    ] {
        assert_eq!(refused(&allowed), None, "{allowed:.80}");
        assert_eq!(refused(&too_much), complex, "{too_much:.80}");
    }
    assert_eq!(refused(&format!("{{ a(b: [{}]) }}", "1 ".repeat(10_000))), complex);
    assert_eq!(refused(&format!("{{ {} }}", "__typename ".repeat(40_000))), complex);
}

#[test]
fn fragments_that_multiply_cost_no_more_than_their_text() {
    for fragments in [5, 10, 20, 30, 31, 100, 190] {
        let text = bomb(fragments);
        let (measure, result) = measured(&text);
        assert!(measure.visited <= 2 * measure.tokens, "{fragments}: {measure:?}");
        assert_eq!(result.is_err(), fragments > 10, "{fragments}");
    }
    assert_eq!(refused(&bomb(190)), Some(ErrorCode::QueryTooComplex));
}

#[test]
fn fragments_in_a_circle_are_refused() {
    for text in [
        "{ ...A } fragment A on Query { a ...A }",
        "{ ...A } fragment A on Query { a { ...B } } fragment B on Query { ... { ...A } }",
        "{ a } fragment A on Query { ...B } fragment B on Query { ...A }",
    ] {
        assert_eq!(refused(text), Some(ErrorCode::GraphqlValidationFailed), "{text}");
    }
}

#[test]
fn what_is_no_document_is_refused_with_its_place() {
    for (text, line, column) in [
        ("{ a", 1, 4),
        ("{\r\n a(b: \"x\r\n\") }", 2, 7),
        ("{ a }\r}", 2, 1),
        ("{ é }", 1, 3),
        ("query { a(b: [}) }", 1, 15),
        ("fragment on on Query { a }", 1, 13),
        ("{ ... on Query a }", 1, 16),
        ("{ ..a }", 1, 3),
        ("queryA { a }", 1, 1),
    ] {
        let error = measured(text).1.unwrap_err();
        assert_eq!(code_of(&error), Some(ErrorCode::GraphqlParseFailed), "{text}");
        assert_eq!((error.locations[0].line, error.locations[0].column), (line, column), "{text}");
    }
}

/// Numbers that look random and are the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    /// Pieces in any order, which is seldom a document.
    fn soup(&mut self) -> String {
        const PIECES: [&str; 34] = [
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
            "fragment",
            "a",
            "B",
            "\"",
            "\"\"\"",
            "\\",
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
            "subscription",
            "\0",
            "..",
            "\"}\"",
            "__typename",
        ];
        (0..self.roll(60)).map(|_| PIECES[self.roll(PIECES.len())]).collect()
    }

    fn selections(&mut self, level: usize) -> String {
        let mut text = "{ ".to_owned();
        for _ in 0..=self.roll(3) {
            let inner = if level > 0 { self.selections(level - 1) } else { String::new() };
            let selection = match self.roll(7) {
                0 => "... F0 ".to_owned(),
                1 => format!("...F{} @skip(if: $v) ", self.roll(4)),
                2 if level > 0 => format!("... on Query @a {inner} "),
                3 if level > 0 => format!("...{inner}"),
                4 if level > 0 => {
                    format!("x: a(b: [{{c: \"}}\"}}], # }}\n d: \"\"\"{{\"\"\") {inner}")
                }
                5 => "on: query(on: on) ".to_owned(),
                _ => "__typename@b(c:1),".to_owned(),
            };
            text.push_str(&selection);
        }
        text + "}"
    }

    fn document(&mut self) -> String {
        let mut text = format!("query Q($v: Boolean = true) @c {}", self.selections(4));
        text.push_str("mutation M");
        text.push_str(&self.selections(2));
        for name in ["F0", "F1", "F2", "F3"] {
            text.extend(["\nfragment ", name, " on Query ", &self.selections(2)]);
        }
        text
    }
}

/// The slow count, to compare with.
fn expand(set: &SelectionSet, document: &ExecutableDocument) -> (usize, usize) {
    let mut total = (0, 0);
    for selection in &set.items {
        let (count, depth) = match &selection.node {
            Selection::Field(field) => {
                let (count, depth) = expand(&field.node.selection_set.node, document);
                (count, depth + 1)
            }
            Selection::InlineFragment(inline) => expand(&inline.node.selection_set.node, document),
            Selection::FragmentSpread(spread) => {
                let fragment = &document.fragments[&spread.node.fragment_name.node];
                expand(&fragment.node.selection_set.node, document)
            }
        };
        total = (total.0 + count + 1, total.1.max(depth));
    }
    total
}

#[test]
fn no_text_makes_the_check_or_the_parser_panic() {
    let mut dice = Dice(0x5eed);
    for _ in 0..20_000 {
        let text = dice.soup();
        if measured(&text).1.is_ok() {
            // Its verdict does not matter, only that it comes.
            let _ = parse_query(&text);
        }
    }
}

#[test]
fn the_check_counts_as_the_library_reads() {
    let mut dice = Dice(7);
    let mut admitted = 0;
    for _ in 0..3_000 {
        let text = dice.document();
        let (measure, result) = measured(&text);
        let document = parse_query(&text).unwrap();
        if result.is_err() {
            continue;
        }
        admitted += 1;
        let sets = document.operations.iter().map(|(_, operation)| &operation.node.selection_set);
        let counts: Vec<_> = sets.map(|set| expand(&set.node, &document)).collect();
        assert_eq!(measure.selections, counts.iter().map(|c| c.0).sum::<usize>(), "{text}");
        assert_eq!(measure.depth, counts.iter().map(|c| c.1).max().unwrap(), "{text}");
    }
    assert!(admitted > 100, "{admitted}");
}

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

fn schema() -> Schema<Query, EmptyMutation, Subscriptions> {
    Schema::build(Query, EmptyMutation, Subscriptions)
        .extension(crate::graphql::execute::Gates)
        .finish()
}

fn prepare(documents: &Documents, text: &str) -> Result<Prepared, ServerError> {
    documents.prepare(Params { query: Some(text.to_owned()), ..Params::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worst_that_is_admitted_gets_an_answer_with_a_bounded_number_of_errors() {
    let documents = Documents::new(Limits::default());
    for text in [
        format!("{{ q {{ {} }} }}", "nope ".repeat(4_900)),
        format!("{{ q {{ {} }} }}", "a ".repeat(4_900)),
        format!("{{ q {{ a({}) a({}) }} }}", "x: 1 ".repeat(1_500), "x: 1 ".repeat(1_500)),
        format!("query({}) {{ a }}", "$x: [Int] ".repeat(1_600)),
        bomb(10),
        format!("{{ {} }}", "x".repeat(65_000)),
    ] {
        if let Ok(prepared) = prepare(&documents, &text) {
            let response = schema().execute(prepared.request()).await;
            assert!(response.errors.len() <= 20, "{text:.60}: {}", response.errors.len());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn directives_on_typename_count() {
    let documents = Documents::new(Limits::default());
    let text = "query($v: Boolean!) { a: __typename @include(if: $v) q { ...F } }
        fragment F on Query { b: __typename @skip(if: $v) __typename }";
    let request = prepare(&documents, text).unwrap().request();
    let given = Variables::from_json(serde_json::json!({ "v": false }));
    let response = schema().execute(request.variables(given)).await;
    assert_eq!(response.errors, []);
    assert_eq!(response.data.to_string(), r#"{q: {b: "Query", __typename: "Query"}}"#);

    for text in ["{ __typename(a: 1) }", "{ q { __typename { a } } }"] {
        let error = prepare(&documents, text).err().unwrap();
        assert_eq!(code_of(&error), Some(ErrorCode::GraphqlValidationFailed));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_has_one_field_wherever_it_stands() {
    use async_graphql::futures_util::StreamExt;
    let documents = Documents::new(Limits::default());
    for text in [
        "subscription { ticks }",
        "subscription { ...F } fragment F on Subscriptions { ticks }",
        "subscription { ... on Subscriptions { ... { ticks } } }",
    ] {
        let request = prepare(&documents, text).unwrap().request();
        let ticks: Vec<_> = schema().execute_stream(request).collect().await;
        assert_eq!(ticks.len(), 3, "{text}: {ticks:?}");
        assert!(ticks.iter().all(async_graphql::Response::is_ok), "{text}: {ticks:?}");
    }
    for text in [
        "subscription { ticks other: ticks }",
        "subscription { ticks ...F } fragment F on Subscriptions { other: ticks }",
        "subscription { ...Unknown }",
        "subscription { ticks @skip(if: true) }",
        "subscription { ... @include(if: false) { ticks } }",
    ] {
        let error = prepare(&documents, text).err().unwrap();
        assert_eq!(code_of(&error), Some(ErrorCode::GraphqlValidationFailed), "{text}");
    }
}

#[test]
fn the_operation_is_found_by_its_name() {
    let documents = Documents::new(Limits::default());
    let find = |text: &str, name: Option<&str>| {
        let params = Params {
            query: Some(text.to_owned()),
            operation_name: name.map(str::to_owned),
            ..Params::default()
        };
        documents.prepare(params).map(|found| found.operation().root_fields.join(" "))
    };
    let two = "query A { a ...F } mutation B { b } fragment F on Query { c }";
    assert_eq!(find(two, Some("A")).unwrap(), "a c");
    assert_eq!(find(two, Some("B")).unwrap(), "b");
    assert_eq!(find("{ a }", None).unwrap(), "a");
    for (text, name) in [(two, None), (two, Some("C")), ("{ a }", Some("A"))] {
        let error = find(text, name).unwrap_err();
        assert_eq!(code_of(&error), Some(ErrorCode::OperationResolutionFailure));
    }
}

#[test]
fn a_kept_document_is_found_by_its_hash() {
    let documents = Documents::new(Limits::default());
    let hash = "e0a5c8e2d5d9a4dd7b4aa2a7e2a1a9d6";
    let of = |query: Option<&str>, persisted: &str| {
        documents.prepare(Params {
            query: query.map(str::to_owned),
            persisted: Some(persisted.to_owned()),
            ..Params::default()
        })
    };
    let code = |result: Result<Prepared, ServerError>| code_of(&result.err().unwrap());
    assert_eq!(code(of(Some("{ a }"), hash)), Some(ErrorCode::BadUserInput));

    let digest: [u8; 32] = Sha256::digest("{ a }").into();
    let hash = digest.map(|byte| format!("{byte:02x}")).concat();
    assert_eq!(code(of(None, &hash)), Some(ErrorCode::PersistedQueryNotFound));
    let prepared = of(Some("{ a }"), &hash).unwrap();
    assert_eq!(code(of(None, &hash)), Some(ErrorCode::PersistedQueryNotFound));
    documents.keep(&prepared, None);
    assert!(of(None, &hash).is_ok());
}

#[test]
fn a_syntax_error_does_not_repeat_the_document() {
    let documents = Documents::new(Limits::default());
    for text in ["{ secret(a: 1.) }", "{ secret(a 1) }", "query Q($secret) { a }"] {
        let error = prepare(&documents, text).err().unwrap();
        assert_eq!(code_of(&error), Some(ErrorCode::GraphqlParseFailed), "{text}");
        assert!(!error.message.contains("secret"), "{}", error.message);
        assert!(!error.message.contains('\n'), "{}", error.message);
        assert_eq!(error.locations.len(), 1, "{text}");
    }
}

#[test]
fn lists_cost_as_many_rows_as_they_are_asked_for() {
    let cost = |text: &str, variables: serde_json::Value| {
        let documents = Documents::new(Limits { cost: usize::MAX, ..Limits::default() });
        let variables = Variables::from_json(variables);
        let params = Params { query: Some(text.to_owned()), variables, ..Params::default() };
        documents.prepare(params).unwrap().cost()
    };
    let none = || serde_json::json!({});
    let inbox = "query($n: Int) { conversations(first: $n) { nodes { id messages(last: 10) { nodes { id } } } } }";
    for (text, variables, expected) in [
        ("{ viewer { id } }", none(), 2),
        ("{ users(first: 3) { nodes { id } } }", none(), 7),
        ("{ users { edges { node { id } } } }", none(), 61),
        ("{ users(first: 1000000) { nodes { id } } }", none(), 201),
        ("{ nodes(ids: [1, 2]) { id } }", none(), 3),
        (
            "{ a: users(first: 2) { ...F } b: users(last: 3) { ...F } } fragment F on X { id }",
            none(),
            7,
        ),
        (inbox, serde_json::json!({ "n": 2 }), 1 + 2 * (1 + 1 + 1 + 10 * 2)),
        (inbox, none(), 1 + 20 * (1 + 1 + 1 + 10 * 2)),
    ] {
        assert_eq!(cost(text, variables), expected, "{text}");
    }
}

#[test]
fn an_answer_over_the_limit_is_refused_before_anything_runs() {
    let documents = Documents::new(Limits::default());
    let text =
        "{ conversations(first: 100) { nodes { messages(last: 100) { nodes { id body seq } } } } }";
    let refused = prepare(&documents, text).err().unwrap();
    assert_eq!(code_of(&refused), Some(ErrorCode::QueryTooComplex));
    assert!(refused.message.contains("20000"), "{}", refused.message);
}

/// As many places as are admitted at which fields are merged, in a text of a few lines.
#[tokio::test(flavor = "multi_thread")]
async fn fields_are_compared_once_wherever_they_stand() {
    let documents = Documents::new(Limits::default());
    let twice = |i| {
        let next = i + 1;
        format!("fragment F{i} on Query {{ x: q {{ ...F{next} }} y: q {{ ...F{next} }} }}")
    };
    let levels: String = (0..8).map(twice).collect();
    let last = "a a a z: q { b: a } z: q { b: __typename }";
    let text = format!("{{ ...F0 }} {levels} fragment F8 on Query {{ {last} }}");
    let prepared = prepare(&documents, &text).unwrap();
    let gate = crate::graphql::execute::Gate::new(&prepared);
    let begun = std::time::Instant::now();
    let response = schema().execute(prepared.request().data(gate)).await;
    let [refused] = response.errors.as_slice() else { panic!("{:?}", response.errors) };
    assert_eq!(code_of(refused), Some(ErrorCode::GraphqlValidationFailed));
    assert_eq!(refused.locations.len(), 2);
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}
