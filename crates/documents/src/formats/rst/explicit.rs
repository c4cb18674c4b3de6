//! Explicit markup of reStructuredText, after `.. `: notes, directives with what they contain, substitutions.

use std::ops::Range;

use super::directives::{Content, content, is_code, is_shown};
use super::escape::RstText;
use super::lines::field;
use super::{RstParser, inline};
use crate::Result;
use crate::escaping::Escaping;
use crate::inline::{Kind, Piece};
use crate::left_alone::Place;
use crate::paragraph;

impl<'a> RstParser<'a> {
    /// What starts with `.. `: a note, a directive, a target, a comment.
    pub(super) fn explicit(
        &mut self,
        at: usize,
        end: usize,
        base: usize,
        rest: &'a str,
        depth: usize,
    ) -> Result<usize> {
        let mut next = self.indented(at + 1, end, base);
        if rest.starts_with('_') {
            // A target ends with its paragraph; what is indented below is a quotation.
            next = (at + 1..next).find(|at| self.text(*at).is_empty()).unwrap_or(next);
        }
        if rest.is_empty() && self.text(at + 1).is_empty() {
            return Ok(at + 1);
        }
        let size = self.text(at).len() - rest.len();
        if let Some(label) = note_label(rest) {
            self.rest_of_line(at, next, size + label, depth)?;
        } else if let Some((name, argument)) = directive(rest) {
            self.directive(at..next, name, self.text(at).len() - argument.len(), depth)?;
        } else if let Some((name, argument)) = substitution(rest).filter(|(name, _)| *name == "replace") {
            self.directive(at..next, name, self.text(at).len() - argument.len(), depth)?;
        }
        Ok(next)
    }

    /// A directive whose argument starts after `size` bytes of its first line.
    fn directive(&mut self, lines: Range<usize>, name: &str, size: usize, depth: usize) -> Result<()> {
        let content = content(name);
        let at = lines.start;
        let argument = self.text(at).get(size..).unwrap_or_default();
        let has_argument = !argument.is_empty() && field(argument).is_none();
        let is_option = |at: usize| field(self.text(at)).is_some();
        let inner = |at: &usize| *at < lines.end && !self.text(*at).is_empty();
        let mut body = at + 1;
        let starts_here = matches!(content, Content::Body | Content::Version) && has_argument;
        if !starts_here || is_option(body) {
            body = (body..lines.end).find(|at| !inner(at) || is_option(*at)).unwrap_or(lines.end);
            body = if matches!(content, Content::Body) && !has_argument && !is_option(body) {
                at + 1
            } else {
                body
            };
        }
        let argument = at..body;
        let has_options = inner(&body) && is_option(body);
        if has_options {
            let options = body..(body..lines.end).find(|at| !inner(at)).unwrap_or(lines.end);
            body = options.end;
            self.options(options);
        }
        match content {
            Content::Copied if name == "index" => {
                let start = self.line(at).map_or(0, |line| line.text.start + size);
                self.found.leave(Place::IndexEntry, self.slice(start..self.range_end(lines.end)));
                Ok(())
            }
            Content::Copied => {
                if let (false, Some(first)) = (is_code(name), self.line(body).filter(|_| body < lines.end)) {
                    let text = self.slice(first.text.start..self.range_end(lines.end));
                    self.found.leave(Place::UnknownMarkup, text);
                }
                Ok(())
            }
            Content::Body if starts_here && !has_options => self.rest_of_line(at, lines.end, size, depth),
            Content::Version if has_argument => {
                let text = self.text(at).get(size..).unwrap_or_default();
                let version = text.split_whitespace().next().unwrap_or_default().len();
                let rest = text.get(version..).unwrap_or_default().trim_start();
                let size = self.text(at).len() - rest.len();
                self.rest_of_line(at, lines.end, size, depth)
            }
            Content::Titled | Content::CsvTable | Content::Body => {
                if has_argument {
                    self.cut(at, size, 0);
                    self.text_block(argument.start, argument.end);
                }
                if content == Content::CsvTable {
                    self.csv_rows(body..lines.end);
                    return Ok(());
                }
                self.body(body..lines.end, depth + 1)
            }
            Content::Argument | Content::Version => self.body(body..lines.end, depth + 1),
            Content::TocTree => {
                (body..lines.end).for_each(|at| self.toc_entry(at));
                Ok(())
            }
            Content::Glossary => self.glossary(body..lines.end, depth),
        }
    }

    /// The options of a directive, of which some are shown.
    fn options(&mut self, lines: Range<usize>) {
        let mut at = lines.start;
        while at < lines.end {
            let next = (at + 1..lines.end).find(|at| field(self.text(*at)).is_some()).unwrap_or(lines.end);
            if let Some((_, size)) = field(self.text(at)).filter(|(name, _)| is_shown(name)) {
                self.cut(at, size, 0);
                self.text_block(at, next);
            }
            at = next;
        }
    }

    /// The title of `Title <document>`.
    fn toc_entry(&mut self, at: usize) {
        let text = self.text(at);
        let title =
            text.strip_suffix('>').and_then(|text| text.rsplit_once(" <")).map(|(title, _)| title.trim_end());
        if let (Some(title), Some(line)) = (title, self.line(at)) {
            let range = line.text.start..line.text.start + title.len();
            let pieces = vec![Piece::verbatim(self.source, range)];
            self.found.extend(paragraph::blocks(self.source, pieces, Escaping::Plain, 0));
        }
    }

    /// Definitions, whose terms are left unchanged.
    fn glossary(&mut self, lines: Range<usize>, depth: usize) -> Result<()> {
        let base = lines.clone().filter(|at| !self.text(*at).is_empty()).map(|at| self.indent(at)).min();
        let base = base.unwrap_or(0);
        let mut at = lines.start;
        while at < lines.end {
            let next = self.indented(at + 1, lines.end, base);
            self.body(at + 1..next, depth + 1)?;
            at = next.max(at + 1);
        }
        Ok(())
    }

    /// The pieces of a CSV cell, in which a quote is doubled.
    fn cell(&self, range: Range<usize>) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let mut from = range.start;
        while let Some(at) = self.slice(from..range.end).find("\"\"") {
            let quote = from + at..from + at + 2;
            pieces.extend(inline::pieces(self.source, from..quote.start, &self.context));
            from = quote.end;
            pieces.push(Piece::new(Kind::Text("\"".into()), quote));
        }
        pieces.extend(inline::pieces(self.source, from..range.end, &self.context));
        pieces
    }

    /// Rows of a CSV table, each on one line.
    fn csv_rows(&mut self, lines: Range<usize>) {
        for at in lines {
            let Some(line) = self.line(at).cloned() else { return };
            for cell in csv_cells(self.slice(line.text.clone())).unwrap_or_default() {
                let cell = cell.start + line.text.start..cell.end + line.text.start;
                let quoted = self.slice(cell.clone()).starts_with('"');
                let inner = if quoted { cell.start + 1..cell.end - 1 } else { cell.clone() };
                // The translation is in quotes, after which no blank may precede the comma.
                let rest = self.slice(cell.end..line.text.end);
                let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                let pieces = self.cell(inner.clone());
                let escaping = Escaping::Rst(RstText::CsvCell);
                if let Some(mut parsed) = paragraph::whole(self.source, inner, pieces, escaping) {
                    parsed.slot.range = cell.start..cell.end + blanks;
                    self.found.blocks.push(parsed);
                }
            }
        }
    }
}

/// Bytes of `[label] ` before the text of a footnote or a citation.
fn note_label(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('[')?;
    let size =
        inner.find(|c: char| !c.is_alphanumeric() && !"#*-_.:+".contains(c)).filter(|size| *size > 0)?;
    let after = inner.get(size..)?.strip_prefix(']')?;
    (after.is_empty() || after.starts_with(' ')).then(|| rest.len() - after.trim_start().len())
}

/// The name of a directive, and what follows it.
fn directive(rest: &str) -> Option<(&str, &str)> {
    let (name, argument) = rest.split_once("::")?;
    let name = name.trim_end();
    let is_part = |c: char| c.is_alphanumeric() || "-_.:+".contains(c);
    let is_name = name.starts_with(char::is_alphanumeric) && name.chars().all(is_part);
    (is_name && (argument.is_empty() || argument.starts_with(' '))).then(|| (name, argument.trim_start()))
}

/// The directive of a substitution `|name| directive:: …`.
fn substitution(rest: &str) -> Option<(&str, &str)> {
    let (_, definition) = rest.strip_prefix('|')?.split_once("| ")?;
    directive(definition.trim_start())
}

/// Bytes of a cell before the quote that ends it; doubled ones are text.
fn quoted_bytes(inner: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + inner.get(from..)?.find('"')?;
        if !inner.get(at + 1..)?.starts_with('"') {
            return Some(at);
        }
        from = at + 2;
    }
}

/// The cells of a CSV row with their quotes, without the spaces around them; `None` if it is not complete on its line.
fn csv_cells(row: &str) -> Option<Vec<Range<usize>>> {
    let mut cells = Vec::new();
    let mut at = 0;
    while at <= row.len() {
        let rest = row.get(at..)?;
        let start = at + rest.len() - rest.trim_start().len();
        let cell = row.get(start..)?;
        let size = match cell.strip_prefix('"') {
            Some(inner) => quoted_bytes(inner)? + 2,
            None => cell.find(',').unwrap_or(cell.len()),
        };
        let text = cell.get(..size)?;
        let after = cell.get(size..)?.trim_start();
        if !after.is_empty() && !after.starts_with(',') {
            return None;
        }
        if !text.trim().is_empty() {
            cells.push(start..start + text.trim_end().len());
        }
        at = row.len() - after.len() + 1;
    }
    Some(cells)
}
