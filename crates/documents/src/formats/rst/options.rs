//! Options of reStructuredText's directives.

use std::ops::Range;

use super::RstParser;
use super::csv_table::CsvDialect;
use super::lines::field;
use crate::Result;
use crate::escaping::Escaping;
use crate::inline::Piece;
use crate::left_alone::Place;
use crate::paragraph;

/// What the value of an option is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    /// A name, a number, or code.
    Data,
    /// Text with inline markup.
    Text,
    /// Text without markup.
    Plain,
    /// Rows of a CSV table.
    Rows,
    Keywords,
    /// Names of platforms.
    Names,
    /// An option that is not known.
    Unknown,
}

/// Options whose values are names, numbers or code, besides those that end in `class`.
const DATA: &[&str] = &[
    "append",
    "args",
    "caller-graph",
    "canonical",
    "dedent",
    "emphasize-lines",
    "end-at",
    "end-before",
    "exclude-members",
    "figwidth",
    "file",
    "height",
    "icon",
    "keepspace",
    "lines",
    "link",
    "literal",
    "members",
    "name",
    "option",
    "options",
    "prepend",
    "private-members",
    "pyobject",
    "ref-type",
    "reftype",
    "special-members",
    "start-after",
    "start-at",
    "target",
    "toctree",
    "type",
    "value",
    "width",
    "widths",
];

/// What the value of a directive's option is.
fn value(directive: &str, option: &str) -> Value {
    match (directive, option) {
        ("meta", name) => match name.split_whitespace().next().unwrap_or_default() {
            "description" | "title" | "abstract" | "dc.title" | "dc.description" => Value::Plain,
            "keywords" => Value::Keywords,
            name if name.ends_with(":title") || name.ends_with(":description") => Value::Plain,
            _ => Value::Unknown,
        },
        ("csv-table", "header") => Value::Rows,
        ("toctree" | "autosummary", "caption") | ("sectnum" | "section-numbering", "prefix" | "suffix") => {
            Value::Plain
        }
        ("confval" | "rst:directive:option", "type") | ("confval", "default") => Value::Text,
        (_, "alt" | "img-alt" | "link-alt" | "synopsis") => Value::Plain,
        (_, "caption" | "description" | "subtitle" | "summary" | "title") => Value::Text,
        (_, "platform") => Value::Names,
        (_, name) if DATA.contains(&name) || name.ends_with("class") || name.starts_with("class-") => {
            Value::Data
        }
        _ => Value::Unknown,
    }
}

impl RstParser<'_> {
    /// The options of a directive, of which some are shown.
    pub(super) fn options(&mut self, directive: &str, lines: Range<usize>, depth: usize) -> Result<()> {
        let directive = directive.to_ascii_lowercase();
        let dialect = self.csv_dialect(lines.clone());
        let base = self.indent(lines.start);
        let mut at = lines.start;
        while at < lines.end {
            let is_option = |at: &usize| self.indent(*at) <= base && field(self.text(*at)).is_some();
            let next = (at + 1..lines.end).find(is_option).unwrap_or(lines.end);
            if let Some((name, size)) = field(self.text(at)) {
                let value = value(&directive, name);
                self.cut(at, size, self.least_indent(at + 1..next).unwrap_or(base));
                self.option(value, at..next, dialect, depth)?;
            }
            at = next;
        }
        Ok(())
    }

    /// The value of an option, which starts on the first of these lines.
    fn option(
        &mut self,
        value: Value,
        lines: Range<usize>,
        dialect: Option<CsvDialect>,
        depth: usize,
    ) -> Result<()> {
        let start = self.line(lines.start).map_or(0, |line| line.text.start);
        let range = start..self.range_end(lines.end).max(start);
        let text = self.slice(range.clone());
        match value {
            Value::Data => {}
            Value::Text => {
                self.text_block(lines.start, lines.end);
            }
            Value::Plain => {
                let pieces = vec![Piece::verbatim(self.source, range)];
                self.found.extend(paragraph::blocks(self.source, pieces, Escaping::Plain, self.narrowest));
            }
            Value::Rows => return self.csv_rows(lines, dialect, depth),
            Value::Keywords => self.found.leave(Place::Keyword, text),
            Value::Names => self.found.leave(Place::Name, text),
            // A single word is a name.
            Value::Unknown if text.split_whitespace().nth(1).is_some() => self.found.leave_code(text),
            Value::Unknown => {}
        }
        Ok(())
    }
}
