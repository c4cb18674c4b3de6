//! What an evaluation found, as Markdown for people and JSON for programs.

use std::fmt::Write;

use evaluation::report::Table;
use serde_json::{Map, Value, json};

use super::sets::TestSet;

/// All that was found.
#[derive(Default)]
pub struct Report {
    /// One for each test set.
    pub sections: Vec<Section>,
    /// Rows that could not be made, and why.
    pub left_out: Vec<(String, String)>,
    /// The sums that a search picked.
    pub tuned: Vec<Value>,
    /// Whether something ended it before it had all its rows.
    pub cut_short: bool,
}

/// What was found on one test set.
pub struct Section {
    heading: Option<String>,
    /// What each row of this section has in JSON besides its scores.
    common: Map<String, Value>,
    table: Table,
    shown: Vec<Shown>,
    notes: Vec<String>,
}

/// Some rows of a section, as a table of their own.
pub struct Shown {
    /// What is above it.
    pub title: String,
    /// Places of the rows.
    pub rows: Vec<usize>,
}

impl Section {
    /// The rows of a test set, all in one table until others are shown.
    pub fn new(test: &TestSet, table: Table) -> Self {
        let drawn = match test.source.len() == test.whole {
            true => String::new(),
            false => format!(" of {}", test.whole),
        };
        let mut common = Map::new();
        common.insert("test".to_owned(), json!(test.name));
        common.insert("from".to_owned(), json!(test.pair.from));
        common.insert("to".to_owned(), json!(test.pair.to));
        common.insert("sentences".to_owned(), json!(test.source.len()));
        let heading = format!(
            "{}, {} → {}: {}{drawn} sentences",
            test.name,
            test.pair.from,
            test.pair.to,
            test.source.len()
        );
        Self { heading: Some(heading), common, table, shown: Vec::new(), notes: Vec::new() }
    }

    /// Of files that were scored.
    pub fn of_files(table: Table) -> Self {
        Self { heading: None, common: Map::new(), table, shown: Vec::new(), notes: Vec::new() }
    }

    /// Shows some rows as a table of their own.
    pub fn show(mut self, tables: Vec<Shown>) -> Self {
        self.shown = tables;
        self
    }

    /// Adds a sentence below the tables.
    pub fn note(&mut self, text: String) {
        self.notes.push(text);
    }

    fn markdown(&self, text: &mut String) {
        if let Some(heading) = &self.heading {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "## {heading}\n");
        }
        let part = |shown: &Shown| Table {
            title: shown.title.clone(),
            baseline: self.table.baseline.clone(),
            rows: shown.rows.iter().filter_map(|&row| self.table.rows.get(row).cloned()).collect(),
        };
        let parts: Vec<Table> = self.shown.iter().map(part).filter(|part| !part.rows.is_empty()).collect();
        let parts = if parts.is_empty() { vec![self.table.clone()] } else { parts };
        for part in parts {
            let _ = writeln!(text, "{}", part.markdown());
        }
        for note in &self.notes {
            let _ = writeln!(text, "{note}\n");
        }
    }

    fn json(&self) -> impl Iterator<Item = Value> {
        self.table.rows.iter().map(|row| {
            let mut fields = self.common.clone();
            if let Some(baseline) = &self.table.baseline {
                fields.insert("baseline".to_owned(), json!(baseline));
            }
            if let Value::Object(scores) = json!(row) {
                fields.extend(scores);
            }
            Value::Object(fields)
        })
    }
}

impl Report {
    /// Adds a row that could not be made, once.
    pub fn leave_out(&mut self, name: &str, reason: String) {
        let row = (name.to_owned(), reason);
        if !self.left_out.contains(&row) {
            self.left_out.push(row);
        }
    }

    /// Headings, tables, notes, and what was left out.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        self.sections.iter().for_each(|section| section.markdown(&mut text));
        if !self.left_out.is_empty() {
            text.push_str("Left out:\n");
        }
        for (name, reason) in &self.left_out {
            let _ = writeln!(text, "- {name}: {reason}");
        }
        if self.cut_short {
            text.push_str("\nIt was ended before it had all its rows.\n");
        }
        text
    }

    /// `{"rows": […], "left_out": […], "tuned": […], "cut_short": true}`, indented; all but the first where they apply.
    pub fn json(&self) -> String {
        let rows: Vec<Value> = self.sections.iter().flat_map(Section::json).collect();
        let left_out: Vec<Value> =
            self.left_out.iter().map(|(name, reason)| json!({"name": name, "reason": reason})).collect();
        let mut report = Map::from_iter([("rows".to_owned(), Value::from(rows))]);
        for (name, list) in [("left_out", left_out), ("tuned", self.tuned.clone())] {
            if !list.is_empty() {
                report.insert(name.to_owned(), list.into());
            }
        }
        if self.cut_short {
            report.insert("cut_short".to_owned(), true.into());
        }
        format!("{:#}", Value::Object(report))
    }
}
