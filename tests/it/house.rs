//! The plan of the house, run: who may name whom, what every file says of itself, migrations in pairs.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use parlance::store::{Options, migrations};

use crate::support::TestApp;

/// A layer, what of the house it may name, and what else it may not.
const LAYERS: [(&str, &[&str], &[&str]); 12] = [
    (
        "rest",
        &["pages", "domain", "live", "request_log", "metrics", "traces", "ids", "time"],
        &["async_graphql", "diesel", "diesel_async", "mysql_async"],
    ),
    (
        "pages",
        &["domain", "request_log", "metrics", "traces", "ids", "time"],
        &["async_graphql", "diesel", "diesel_async", "mysql_async"],
    ),
    (
        "graphql",
        &["domain", "live", "request_log", "metrics", "traces", "ids", "time"],
        &["diesel", "diesel_async", "mysql_async"],
    ),
    (
        "domain",
        &["store", "live", "secrets", "metrics", "ids", "time", "seeded_bugs"],
        &["async_graphql", "axum", "diesel", "diesel_async", "mysql_async"],
    ),
    ("store", &["metrics", "ids", "time"], &["async_graphql", "axum"]),
    (
        "live",
        &["metrics", "ids", "time", "seeded_bugs"],
        &["async_graphql", "axum", "diesel", "diesel_async", "mysql_async"],
    ),
    (
        "secrets",
        &["ids", "time"],
        &["async_graphql", "axum", "diesel", "diesel_async", "mysql_async"],
    ),
    ("request_log", &["time"], &["async_graphql", "diesel", "diesel_async", "mysql_async"]),
    ("metrics", &[], &["async_graphql", "diesel", "diesel_async", "mysql_async"]),
    ("traces", &[], &["async_graphql", "diesel", "diesel_async", "mysql_async"]),
    ("ids", &[], &["async_graphql", "axum"]),
    ("time", &[], &["async_graphql", "axum"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files under a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The parts of the crate that a source names, as `crate::store` or inside `crate::{…}`.
fn named(source: &str) -> BTreeSet<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let word =
        |text: &str| text.trim_start().chars().take_while(|c| is_word(*c)).collect::<String>();
    let mut names = BTreeSet::new();
    for rest in source.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            names.insert(word(rest));
            continue;
        };
        let (mut depth, mut is_start) = (1, true);
        for (place, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => is_start = true,
                _ if is_start && is_word(c) => {
                    names.insert(word(&group[place..]));
                    is_start = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    names
}

#[test]
fn the_names_in_a_source_are_found() {
    let source = "use crate::{\n    domain::{self, App, store_it},\n    ids::UserId, time,\n};\nfn f() { crate::store::g() }";
    let expected = ["domain", "ids", "store", "time"].map(str::to_owned);
    assert_eq!(named(source), BTreeSet::from(expected));
}

#[test]
fn every_arrow_between_layers_points_down() {
    let src = root().join("src");
    let mut wrong = Vec::new();
    for file in files(&src) {
        let path = file.strip_prefix(&src).unwrap();
        let layer = path.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        let Some((_, allowed, foreign)) = LAYERS.iter().find(|(name, ..)| *name == layer) else {
            assert!(
                ["main", "lib", "server", "config", "commands", "demo", "telemetry", "seeded_bugs"]
                    .contains(&layer),
                "{} is in no layer: say in house.rs what it may name",
                path.display()
            );
            continue;
        };
        let source = fs::read_to_string(&file).unwrap();
        for name in named(&source) {
            // What fuzz targets run on is in the tests alone.
            let is_of_tests = name == "fuzz";
            if name != layer && !is_of_tests && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{} may not name crate::{name}", path.display()));
            }
        }
        for library in *foreign {
            let is_named =
                [format!("{library}::"), format!("use {library}")].iter().any(|use_of| {
                    source.match_indices(use_of.as_str()).any(|(at, _)| {
                        !source[..at]
                            .ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                    })
                });
            if is_named {
                wrong.push(format!("{} may not name {library}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    let printed = root().join("src/store/schema.rs");
    for folder in ["src", "tests/it", "tests/fuzz"] {
        for file in files(&root().join(folder)) {
            let source = fs::read_to_string(&file).unwrap();
            assert!(
                file == printed || source.starts_with("//! "),
                "{} has no //! on top",
                file.display()
            );
        }
    }
}

/// The names of the migrations of one database.
fn migrations_of(database: &str) -> Vec<String> {
    let folder = root().join("migrations").join(database);
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn both_databases_have_the_same_migrations_each_with_a_way_up_and_down() {
    let names = migrations_of("sqlite");
    assert!(!names.is_empty());
    assert_eq!(names, migrations_of("mysql"));
    for database in ["sqlite", "mysql"] {
        for name in &names {
            for way in ["up.sql", "down.sql"] {
                let file = root().join("migrations").join(database).join(name).join(way);
                let sql = fs::read_to_string(&file)
                    .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
                assert!(!sql.trim().is_empty(), "{} is empty", file.display());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_can_be_undone_and_run_again() {
    let app = TestApp::start().await;
    let (folder, tables) = if app.store.is_sqlite() {
        (
            "sqlite",
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%diesel%'",
        )
    } else {
        (
            "mysql",
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT LIKE '%diesel%'",
        )
    };
    let before = app.counts(tables).await;
    for name in migrations_of(folder).iter().rev() {
        let down = root().join("migrations").join(folder).join(name).join("down.sql");
        for statement in fs::read_to_string(down)
            .unwrap()
            .split(';')
            .filter(|statement| !statement.trim().is_empty())
        {
            app.writes(statement).await;
        }
    }
    assert_eq!(app.counts(tables).await, 0);
    app.writes("DELETE FROM __diesel_schema_migrations").await;
    let options = Options { url: app.database_url(), pool_size: 1, mysql_ca: None };
    let done = migrations::run(&options).await.unwrap();
    assert_eq!(done.len(), migrations_of(folder).len());
    assert_eq!(app.counts(tables).await, before);
    assert!(migrations::run(&options).await.unwrap().is_empty(), "nothing is left to run");
}
