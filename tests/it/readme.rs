//! The README's tables are what the program knows: every setting, every command, every code.

use clap::CommandFactory;
use parlance::config::Cli;

const README: &str = include_str!("../../README.md");

/// The rows of the README's tables, cell by cell.
fn rows() -> Vec<Vec<&'static str>> {
    let cells = |line: &'static str| {
        let line = line.strip_prefix('|')?.strip_suffix('|')?;
        Some(line.split('|').map(str::trim).collect())
    };
    README.lines().filter_map(cells).collect()
}

#[test]
fn every_setting_is_in_the_readme_with_its_flag_and_its_default() {
    let command = Cli::command();
    let settings = command.get_arguments().filter(|setting| setting.get_env().is_some());
    let rows = rows();
    let mut count = 0;
    for setting in settings {
        let name = setting.get_env().unwrap().to_str().unwrap();
        let row = rows.iter().find(|row| row[0] == format!("`{name}`"));
        let row = row.unwrap_or_else(|| panic!("the README has no row for {name}"));
        assert_eq!(row[1], format!("`--{}`", setting.get_long().unwrap()), "{name}");
        let defaults: Vec<_> =
            setting.get_default_values().iter().map(|value| value.to_str().unwrap()).collect();
        let default = match defaults.as_slice() {
            [] if setting.get_action().takes_values() => String::new(),
            [] => "`false`".to_owned(),
            values => format!("`{}`", values.join(",")),
        };
        assert_eq!(row[2], default, "{name}");
        count += 1;
    }
    let documented = rows.iter().filter(|row| row[0].starts_with("`PARLANCE_")).count() + 1;
    assert_eq!(documented, count, "the README has a setting that the program does not know");
}

#[test]
fn every_command_is_in_the_readme() {
    let rows = rows();
    for command in Cli::command().get_subcommands() {
        let is_named = |row: &Vec<&str>| {
            row[0].trim_matches('`').split(' ').next() == Some(command.get_name())
        };
        assert!(rows.iter().any(is_named), "{} is not in the README", command.get_name());
    }
}

#[test]
fn every_error_code_is_in_the_readme() {
    let schema = parlance::graphql::sdl();
    let codes = schema.split("enum ErrorCode {").nth(1).unwrap().split('}').next().unwrap();
    let codes = codes.lines().map(str::trim).filter(|line| {
        !line.is_empty() && line.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    });
    let mut count = 0;
    for code in codes {
        assert!(README.contains(&format!("`{code}`")), "{code} is not in the README");
        count += 1;
    }
    assert!(count >= 20, "only {count} codes were found");
}

#[test]
fn the_code_of_the_guide_to_live_is_what_the_clients_tests_run() {
    let guide = std::fs::read_to_string("docs/realtime.md").unwrap();
    let shown = ["shared/follow.mjs", "graphql-ws/socket.mjs"];
    for path in shown {
        let code = std::fs::read_to_string(format!("docs/clients/{path}")).unwrap();
        let block = format!("```js\n{}\n```", code.trim_end());
        assert!(guide.contains(&block), "docs/realtime.md does not show {path}");
    }
    assert_eq!(guide.matches("```js").count(), shown.len());
}
