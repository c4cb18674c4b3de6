//! The report of an evaluation, as Markdown and as JSON.

use std::fmt::Write;

use evaluation::report::Table;
use serde_json::{Map, Value, json};

use super::test_sets::TestSet;

/// The results of an evaluation.
#[derive(Default)]
pub struct EvaluationReport {
    /// One for each test set.
    pub sections: Vec<Section>,
    /// Recipes that could not be decoded, and why.
    pub left_out: Vec<(String, String)>,
    /// The best sums that a search found, as JSON.
    pub tuned: Vec<Value>,
    /// Calibrations of the quality estimate, by test set.
    pub calibrations: Vec<Rendered>,
    /// Whether the evaluation ended before all rows were done.
    pub cut_short: bool,
}

/// Results in both forms.
pub struct Rendered {
    /// Headings and tables.
    pub markdown: String,
    /// The same for programs.
    pub json: Value,
}

/// The results on one test set.
pub struct Section {
    heading: Option<String>,
    /// JSON fields that all rows of this section share.
    common: Map<String, Value>,
    table: Table,
    subtables: Vec<Subtable>,
    notes: Vec<String>,
}

/// Some rows of a section, shown as a table of their own.
pub struct Subtable {
    /// The table's heading.
    pub title: String,
    /// Indices of the rows.
    pub rows: Vec<usize>,
}

impl Section {
    /// The rows of a test set, shown in one table unless subtables are set.
    pub fn new(test: &TestSet, table: Table) -> Self {
        let of_total = match test.source.len() == test.total {
            true => String::new(),
            false => format!(" of {}", test.total),
        };
        let mut common = Map::new();
        common.insert("test".to_owned(), json!(test.name));
        common.insert("from".to_owned(), json!(test.pair.from));
        common.insert("to".to_owned(), json!(test.pair.to));
        common.insert("sentences".to_owned(), json!(test.source.len()));
        let heading = format!(
            "{}, {} → {}: {}{of_total} sentences",
            test.name,
            test.pair.from,
            test.pair.to,
            test.source.len()
        );
        Self { heading: Some(heading), common, table, subtables: Vec::new(), notes: Vec::new() }
    }

    /// The rows of scored files.
    pub fn of_files(table: Table) -> Self {
        Self { heading: None, common: Map::new(), table, subtables: Vec::new(), notes: Vec::new() }
    }

    /// Shows the rows in these tables instead of one.
    pub fn with_subtables(mut self, subtables: Vec<Subtable>) -> Self {
        self.subtables = subtables;
        self
    }

    /// Sets the wall time and throughput of a row.
    pub fn set_time(&mut self, row: usize, seconds: f64, tokens_per_second: f64) {
        if let Some(row) = self.table.rows.get_mut(row) {
            (row.seconds, row.tokens_per_second) = (Some(seconds), Some(tokens_per_second));
        }
    }

    /// Names the method of each row, by its index and name.
    pub fn name_methods<'a>(&mut self, method: impl Fn(usize, &str) -> Option<&'a str>) {
        for (index, row) in self.table.rows.iter_mut().enumerate() {
            row.method = method(index, &row.name).map(str::to_owned);
        }
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
        let table_of = |subtable: &Subtable| Table {
            title: subtable.title.clone(),
            baseline: self.table.baseline.clone(),
            rows: subtable.rows.iter().filter_map(|&row| self.table.rows.get(row).cloned()).collect(),
        };
        let tables: Vec<Table> =
            self.subtables.iter().map(table_of).filter(|table| !table.rows.is_empty()).collect();
        let tables = if tables.is_empty() { vec![self.table.clone()] } else { tables };
        for table in tables {
            let _ = writeln!(text, "{}", table.markdown());
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

impl EvaluationReport {
    /// Whether it has no results.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.calibrations.is_empty()
    }

    /// Adds a recipe that could not be decoded, once.
    pub fn leave_out(&mut self, name: &str, reason: String) {
        let row = (name.to_owned(), reason);
        if !self.left_out.contains(&row) {
            self.left_out.push(row);
        }
    }

    /// Headings, tables, notes, and the recipes left out.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        self.sections.iter().for_each(|section| section.markdown(&mut text));
        self.calibrations.iter().for_each(|section| text.push_str(&section.markdown));
        if !self.left_out.is_empty() {
            text.push_str("Left out:\n");
        }
        for (name, reason) in &self.left_out {
            let _ = writeln!(text, "- {name}: {reason}");
        }
        if self.cut_short {
            text.push_str("\nThe evaluation ended before all rows were done.\n");
        }
        text
    }

    /// `{"rows": […], "left_out": […], "tuned": […], "calibrations": […], "cut_short": true}`, indented; all but the first only if not empty.
    pub fn json(&self) -> String {
        let rows: Vec<Value> = self.sections.iter().flat_map(Section::json).collect();
        let left_out: Vec<Value> =
            self.left_out.iter().map(|(name, reason)| json!({"name": name, "reason": reason})).collect();
        let mut report = Map::from_iter([("rows".to_owned(), Value::from(rows))]);
        let calibrations: Vec<Value> = self.calibrations.iter().map(|section| section.json.clone()).collect();
        let lists = [("left_out", left_out), ("tuned", self.tuned.clone()), ("calibrations", calibrations)];
        for (name, list) in lists {
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
