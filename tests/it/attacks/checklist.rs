//! The checklist itself: every row is there once and names tests that there are.

use std::{collections::BTreeMap, fs, path::Path};

/// How many rows there are.
const ROWS: u32 = 70;

/// Rows of what there is not yet.
const WAITING: [u32; 2] = [62, 63];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows: number, what is tried, tests.
fn rows(text: &str) -> BTreeMap<u32, (&str, &str)> {
    let mut rows = BTreeMap::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")) {
        let cells: Vec<&str> = line.split(" | ").collect();
        let Ok(number) = cells[0].parse() else { continue };
        let [_, tried, tests] = cells[..] else { panic!("row {number} has three cells: {line}") };
        assert!(rows.insert(number, (tried, tests)).is_none(), "row {number} is there twice");
    }
    rows
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether the sources have a test of this name, `module::module::name`.
fn is_a_test(name: &str) -> bool {
    let Some((modules, function)) = name.rsplit_once("::") else { return false };
    let (folder, modules) = match modules.strip_prefix("src::") {
        Some(modules) => ("src", modules),
        None => ("tests/it", modules),
    };
    let files = [modules, modules.strip_suffix("::tests").unwrap_or(modules)];
    let files = files.map(|modules| root().join(folder).join(modules.replace("::", "/")));
    let found = files.iter().flat_map(|file| [file.with_extension("rs"), file.join("mod.rs")]);
    let Some(source) = found.into_iter().find_map(|file| fs::read_to_string(file).ok()) else {
        return false;
    };
    let start = format!("fn {function}(");
    // The attributes stand before it.
    source.match_indices(&start).any(|(at, _)| {
        let before = source[..at].rsplit("\n\n").next().unwrap_or_default();
        before.contains("#[test]") || before.contains("#[tokio::test")
    })
}

#[test]
fn every_row_of_the_checklist_names_tests_that_there_are() {
    let text = fs::read_to_string(root().join("docs/security-checklist.md")).unwrap();
    let rows = rows(&text);
    assert_eq!(rows.keys().copied().collect::<Vec<_>>(), (1..=ROWS).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for (number, (tried, tests)) in &rows {
        assert!(tried.len() > 8, "row {number} says what is tried");
        let names: Vec<&str> = quoted(tests).collect();
        if names.is_empty() && !WAITING.contains(number) {
            wrong.push(format!("row {number} names no test"));
        }
        for name in names.iter().filter(|name| !is_a_test(name)) {
            wrong.push(format!("row {number}: there is no test {name}"));
        }
    }
    for name in quoted(&text).filter(|name| name.contains("::_") || name.matches("::").count() == 1)
    {
        let is_folder =
            root().join("tests/it").join(name.replace("::", "/")).with_extension("rs").exists();
        if !is_folder && name.contains('_') && !is_a_test(name) && !name.starts_with("src::") {
            wrong.push(format!("there is no test {name}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_name_that_is_no_test_is_noticed() {
    assert!(is_a_test("attacks::checklist::a_name_that_is_no_test_is_noticed"));
    assert!(!is_a_test("attacks::checklist::is_a_test"), "a function, but no test");
    assert!(is_a_test(
        "src::server::proxies::tests::a_forwarded_address_counts_only_behind_trusted_proxies"
    ));
    assert!(!is_a_test("attacks::checklist::no_such_test"));
    assert!(!is_a_test("no_such_module::a_name_that_is_no_test_is_noticed"));
    assert!(!is_a_test("a_name_that_is_no_test_is_noticed"));
}
