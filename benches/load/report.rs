//! What was measured, as a table for people and as JSON for programs.

use std::{fs, path::Path};

use serde_json::{Map, Value, json};

use super::{drive::round, server::Outcome};

/// What is asked of a row.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    /// At least so many times the baseline.
    Least(f64),
    /// At most so many times the baseline.
    Most(f64),
    /// At most so much.
    Below(f64),
    /// Nothing: it is good to know.
    Known,
}

pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// The unit of both figures.
    pub(crate) unit: &'static str,
    pub(crate) measured: f64,
    pub(crate) baseline: Option<f64>,
    pub(crate) wanted: Wanted,
    /// All other figures.
    pub(crate) details: Value,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        self.baseline.map(|baseline| self.measured / baseline)
    }

    fn is_met(&self) -> Option<bool> {
        match self.wanted {
            Wanted::Least(least) => Some(self.ratio()? >= least),
            Wanted::Most(most) => Some(self.ratio()? <= most),
            Wanted::Below(most) => Some(self.measured <= most),
            Wanted::Known => None,
        }
    }

    fn words(&self) -> String {
        match self.wanted {
            Wanted::Least(least) => format!(">= {} x", round(least)),
            Wanted::Most(most) => format!("<= {} x", round(most)),
            Wanted::Below(most) => format!("<= {}", round(most)),
            Wanted::Known => String::new(),
        }
    }

    fn line(&self) -> String {
        let figure = |value: Option<f64>| {
            value.map_or(String::new(), |value| format!("{} {}", round(value), self.unit))
        };
        let ratio = self.ratio().map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let met = self.is_met().map_or("", |met| if met { "yes" } else { "no" });
        format!(
            "{:<16} {:>20} {:>20} {ratio:>8} {:>10} {met:>4}",
            self.name,
            figure(Some(self.measured)),
            figure(self.baseline),
            self.words(),
        )
    }

    fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "unit": self.unit,
            "measured": round(self.measured),
            "baseline": self.baseline.map(round),
            "ratio": self.ratio().map(round),
            "wanted": self.words(),
            "met": self.is_met(),
            "details": self.details,
        })
    }
}

/// All rows, and what was measured beside them.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    more: Map<String, Value>,
}

impl Report {
    pub(crate) fn row(&mut self, row: Row) {
        println!("{}", row.line());
        self.rows.push(row);
    }

    /// Something that has no row.
    pub(crate) fn note(&mut self, name: &str, value: Value) {
        self.more.insert(name.to_owned(), value);
    }

    pub(crate) fn print(&self) {
        println!(
            "\n{:<16} {:>20} {:>20} {:>8} {:>10} {:>4}",
            "row", "measured", "baseline", "ratio", "wanted", "met"
        );
        for row in &self.rows {
            println!("{}", row.line());
        }
    }

    pub(crate) fn write(&self, path: &Path) -> Outcome<()> {
        let rows: Vec<_> = self.rows.iter().map(Row::to_json).collect();
        let mut all = self.more.clone();
        all.insert("rows".to_owned(), rows.into());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, serde_json::to_string_pretty(&all)? + "\n")
            .map_err(|error| format!("{}: {error}", path.display()))?;
        println!("\nall figures are in {}", path.display());
        Ok(())
    }
}
