//! reStructuredText: titles, paragraphs, lists, notes, captions, footnotes and the cells of tables are located by their
//! indentation, as docutils does.
//!
//! Code, formulas, comments, targets, names of roles, directives and fields, and what a directive contains that is not
//! known are left unchanged.

mod csv_table;
mod directives;
pub(crate) mod escape;
mod explicit;
mod inline;
mod lines;
mod options;
mod roles;
mod source_lines;
mod tables;
mod titles;

pub(crate) use self::lines::is_mark;
pub(crate) use self::tables::{completed, prepared};

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use self::directives::data;
use self::escape::{CsvQuotes, RstText};
use self::inline::Context;
use self::lines::{bullet, enumerator, explicit, field, options};
use self::source_lines::{Line, lines};
use self::tables::Table;
use crate::escaping::Escaping;
use crate::inline::Kind;
use crate::left_alone::Place;
use crate::paragraph;
use crate::parsed::Parsed;
use crate::wrap::columns;
use crate::{Result, limits};

/// Translations of narrower paragraphs are filled to this many columns.
const NARROWEST_COLUMNS: usize = 40;

/// The shortest line under a title that is shorter than the title.
const SHORTEST_RULE: usize = 4;

/// The blocks of a document.
///
/// # Errors
/// When its elements are nested deeper than [`limits::NESTING`].
pub(crate) fn parse(source: &str) -> Result<Parsed> {
    Ok(read(&prepared(source)?, None)?.found)
}

/// A parser that has read a document; it takes note of its drawn tables in `tables`, or reads those that are prepared.
fn read(source: &str, tables: Option<Vec<Table>>) -> Result<RstParser<'_>> {
    let lines = lines(source);
    let all = 0..lines.len();
    let names = captured(&REFERENCES, source);
    let implicit = names.difference(&captured(&TARGETS, source)).cloned().collect();
    let context = Context { names, default_roles: default_roles(source) };
    let mut parser = RstParser {
        source,
        lines,
        context,
        implicit,
        found: Parsed::default(),
        started: false,
        narrowest: NARROWEST_COLUMNS,
        tables,
        quotes: None,
    };
    parser.body(all, 0)?;
    Ok(parser)
}

static REFERENCES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"`([^`<>]+)`_|<([^<>`]+)_>`|:ref:`([^`<>]+)`|([\w][\w.:+-]*)_(?:\W|$)").ok()
});

static TARGETS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*\.\. _(?:`([^`]+)`|([^:\n]+)):|_`([^`]+)`").ok());

static DEFAULT_ROLES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)^[ \t]*\.\. default-role::[ \t]*([^\s]*)").ok());

/// The roles of text in backquotes that names none, with the byte from which each holds.
fn default_roles(source: &str) -> Vec<(usize, &str)> {
    let captures = DEFAULT_ROLES.iter().flat_map(|roles| roles.captures_iter(source));
    captures.filter_map(|found| found.get(1)).map(|role| (role.start(), role.as_str())).collect()
}

/// The names that a pattern finds in a document.
fn captured(pattern: &Option<Regex>, source: &str) -> HashSet<String> {
    let captures = pattern.iter().flat_map(|pattern| pattern.captures_iter(source));
    let groups = captures.filter_map(|found| found.iter().skip(1).flatten().next().map(|name| name.as_str()));
    groups.map(inline::name).collect()
}

struct RstParser<'a> {
    source: &'a str,
    /// The lines, of which those after a marker start with the marked text.
    lines: Vec<Line>,
    context: Context<'a>,
    /// Those of them that only a title can define.
    implicit: HashSet<String>,
    found: Parsed,
    /// Whether a text precedes, so that fields do not describe the document.
    started: bool,
    /// Translations of narrower paragraphs are filled to this many columns.
    narrowest: usize,
    /// The drawn tables so far, if they are asked for.
    tables: Option<Vec<Table>>,
    /// The quotes around the cell of a CSV table that is being read.
    quotes: Option<CsvQuotes>,
}

impl<'a> RstParser<'a> {
    /// The elements in lines; those with the least indentation are the outer ones.
    fn body(&mut self, lines: Range<usize>, depth: usize) -> Result<()> {
        if depth > limits::NESTING {
            self.found.left_alone.add(Place::CrowdedText, 1);
            return Ok(());
        }
        let base = self.least_indent(lines.clone()).unwrap_or(0);
        let mut at = lines.start;
        while at < lines.end {
            at = match self.line(at) {
                Some(line) if line.is_blank() => at + 1,
                Some(line) if line.indent > base => {
                    let end = self.indented(at, lines.end, base);
                    self.body(at..end, depth + 1)?;
                    end
                }
                _ => self.element(at, lines.end, base, depth)?.max(at + 1),
            };
        }
        Ok(())
    }

    /// The element that starts on a line; returns the line after it.
    fn element(&mut self, at: usize, end: usize, base: usize, depth: usize) -> Result<usize> {
        let text = self.text(at);
        if let Some(size) = bullet(text) {
            return self.item(at, end, size, depth);
        }
        if let Some(size) = enumerator(text).filter(|_| self.is_enumerated(at + 1, end, base)) {
            return self.item(at, end, size, depth);
        }
        if let Some((name, size)) = field(text) {
            let next = self.indented(at + 1, end, base);
            let start = self.line(at).map_or(0, |line| line.text.start + size);
            let body = self.slice(start..self.range_end(next));
            match data(name, base == 0 && !self.started) {
                None => self.rest_of_line(at, next, size, depth)?,
                Some(Place::CodeValue) => self.found.leave_code(body),
                Some(place) => self.found.leave(place, body),
            }
            return Ok(next);
        }
        if let Some(size) =
            options(text).filter(|size| *size < text.len() || self.is_indented(at + 1, end, base))
        {
            let next = self.indented(at + 1, end, base);
            // The arguments, `-o FILE`, which the text refers to by their names.
            self.found.leave_code(text.get(..size).unwrap_or_default());
            self.rest_of_line(at, next, size, depth)?;
            return Ok(next);
        }
        if text == ">>>" || text.starts_with(">>> ") {
            return Ok(self.until_blank(at, end));
        }
        if text == "|" || text.starts_with("| ") {
            return Ok(self.line_block(at, end, base));
        }
        if lines::is_grid_border(text) {
            return Ok(self.grid_table(at, end, base));
        }
        if lines::is_table_border(text) {
            return Ok(self.simple_table(at, end, base));
        }
        if tables::is_prepared(text) {
            return self.cells(at, end, depth);
        }
        if let Some(rest) = explicit(text) {
            return self.explicit(at, end, base, rest, depth);
        }
        if text == "__" || text.starts_with("__ ") {
            return Ok(self.target_end(at, self.indented(at + 1, end, base)));
        }
        if lines::is_rule(text) && (text.len() >= SHORTEST_RULE || self.is_overlined(at, end)) {
            return Ok(self.rule(at, end, base));
        }
        self.paragraph(at, end, base, depth)
    }

    fn line(&self, at: usize) -> Option<&Line> {
        self.lines.get(at)
    }

    fn text(&self, at: usize) -> &'a str {
        self.line(at).map_or("", |line| self.slice(line.text.clone()))
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.source.get(range).unwrap_or_default()
    }

    fn indent(&self, at: usize) -> usize {
        self.line(at).map_or(0, |line| line.indent)
    }

    /// The line after the blank and further indented lines from `at`, without the blank ones at their end.
    fn indented(&self, at: usize, end: usize, base: usize) -> usize {
        let inside = |at: &usize| self.line(*at).is_some_and(|line| line.is_blank() || line.indent > base);
        let mut next = (at..end).take_while(inside).last().map_or(at, |last| last + 1);
        while next > at && self.text(next - 1).is_empty() {
            next -= 1;
        }
        next
    }

    /// Columns before the lines with text that have the fewest.
    fn least_indent(&self, lines: Range<usize>) -> Option<usize> {
        lines.filter(|at| !self.text(*at).is_empty()).map(|at| self.indent(at)).min()
    }

    fn is_indented(&self, at: usize, end: usize, base: usize) -> bool {
        at < end && !self.text(at).is_empty() && self.indent(at) > base
    }

    fn until_blank(&self, at: usize, end: usize) -> usize {
        (at..end).find(|at| self.text(*at).is_empty()).unwrap_or(end)
    }

    /// The line after a target, which ends with its paragraph; what is indented below is a quotation.
    fn target_end(&self, at: usize, end: usize) -> usize {
        (at + 1..end).find(|at| self.text(*at).is_empty()).unwrap_or(end)
    }

    /// Whether the line after the first of an enumerated item continues it or ends it.
    fn is_enumerated(&self, next: usize, end: usize, base: usize) -> bool {
        let text = self.text(next);
        next >= end || text.is_empty() || self.indent(next) > base || enumerator(text).is_some()
    }

    /// Lets a line start after its first `size` bytes, as if it had `indent` columns before them.
    fn cut(&mut self, at: usize, size: usize, indent: usize) {
        if let Some(line) = self.lines.get_mut(at) {
            line.text.start = (line.text.start + size).min(line.text.end);
            line.indent = indent;
        }
    }

    /// A list's item, whose text starts after `size` bytes.
    fn item(&mut self, at: usize, end: usize, size: usize, depth: usize) -> Result<usize> {
        let text = self.text(at);
        let indent = self.indent(at) + columns(text.get(..size).unwrap_or_default()).max(1);
        let next = self.indented(at + 1, end, indent - 1);
        self.cut(at, size, indent);
        self.body(at..next, depth + 1)?;
        Ok(next)
    }

    /// The body of a field or an option, which starts after `size` bytes of its first line.
    fn rest_of_line(&mut self, at: usize, end: usize, size: usize, depth: usize) -> Result<()> {
        let indent = self.least_indent(at + 1..end).unwrap_or(self.indent(at) + 1);
        self.cut(at, size, indent);
        self.body(at..end, depth + 1)
    }

    /// Lines after `| `, each a text of its own, also over several lines.
    fn line_block(&mut self, at: usize, end: usize, base: usize) -> usize {
        let mut at = at;
        while at < end && (self.text(at) == "|" || self.text(at).starts_with("| ")) {
            let text = self.text(at);
            let next = (at + 1..end).find(|at| !self.is_indented(*at, end, base)).unwrap_or(end);
            self.cut(at, text.len() - text.get(1..).unwrap_or_default().trim_start().len(), base + 2);
            self.text_block(at, next);
            at = next;
        }
        at
    }

    /// The byte after the last of the lines before `end`.
    fn range_end(&self, end: usize) -> usize {
        self.line(end.saturating_sub(1)).map_or(0, |line| line.text.end)
    }

    /// A paragraph, a title without a line above, or a term with its definition.
    fn paragraph(&mut self, at: usize, end: usize, base: usize, depth: usize) -> Result<usize> {
        let text = self.text(at);
        let next = self.text(at + 1);
        if at + 1 < end && !next.is_empty() {
            let below = columns(next);
            let long = below >= columns(text) || below >= SHORTEST_RULE;
            if self.indent(at + 1) == base && lines::is_rule(next) && long {
                self.title(at..at + 2);
                return Ok(at + 2);
            }
            if self.indent(at + 1) > base && !text.ends_with("::") {
                let next = self.indented(at + 1, end, base);
                self.term(at);
                self.body(at + 1..next, depth + 1)?;
                return Ok(next);
            }
        }
        let ends = |at: &usize| self.text(*at).is_empty() || self.indent(*at) != base;
        let next = (at + 1..end).find(ends).unwrap_or(end);
        let mark = lines::attribution(text).unwrap_or(0);
        self.cut(at, mark, base);
        let literal = self.text_block(at, next);
        Ok(if literal { self.literal(next, end, base) } else { next })
    }

    /// The line after the literal block that starts after the blank lines from `at`.
    fn literal(&self, at: usize, end: usize, base: usize) -> usize {
        let start = (at..end).find(|at| !self.text(*at).is_empty()).unwrap_or(end);
        if self.is_indented(start, end, base) {
            return self.indented(start, end, base);
        }
        // Without indentation, each line starts with the same punctuation character.
        let quote = self.text(start).chars().next().filter(char::is_ascii_punctuation);
        let quoted = |at: &usize| quote.is_some_and(|quote| self.text(*at).starts_with(quote));
        (start..end).find(|at| !quoted(at)).unwrap_or(end).max(at)
    }

    /// A defined term with its classifiers.
    fn term(&mut self, at: usize) {
        let text = self.text(at);
        let size = text.find(" : ").unwrap_or(text.len());
        let Some(start) = self.line(at).map(|line| line.text.start) else { return };
        self.found.leave_code(text.get(size..).unwrap_or_default());
        self.add(start..start + size);
    }

    /// The text of lines; whether `::` at its end announces a literal block.
    fn text_block(&mut self, at: usize, end: usize) -> bool {
        let (Some(first), Some(last)) = (self.line(at), self.line(end.saturating_sub(1))) else {
            return false;
        };
        let mut range = first.text.start..last.text.end.max(first.text.start);
        let text = self.slice(range.clone());
        let before = text.trim_end_matches(':');
        let literal = text.ends_with("::") && !before.ends_with('\\');
        if literal {
            range.end = range.start + before.trim_end().len();
        }
        self.add(range);
        literal
    }

    /// Adds the blocks of a text.
    fn add(&mut self, range: Range<usize>) {
        self.started = true;
        let (pieces, place) = match self.quotes {
            Some(quotes) => (self.quoted_pieces(range, quotes), RstText::CsvText(quotes)),
            None => (inline::pieces(self.source, range, &self.context), RstText::Paragraph),
        };
        for piece in &pieces {
            // References that are found by their order or their words.
            let text = self.slice(piece.source.clone());
            let is_kept = matches!(piece.kind, Kind::Void { word: true } | Kind::Locked { .. });
            if is_kept && text.ends_with('_') && text.starts_with(|c: char| c == '`' || c.is_alphanumeric()) {
                self.found.leave_words(Place::Name, text.trim_matches(['`', '_']));
            }
        }
        self.found.extend(paragraph::blocks(self.source, pieces, Escaping::Rst(place), self.narrowest));
    }
}
