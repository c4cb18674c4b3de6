//! Explicit markup of reStructuredText, after `.. `: notes, directives with what they contain, substitutions.

use std::ops::Range;

use super::csv_table::CsvDialect;
use super::directives::{Content, content, is_code};
use super::lines::{explicit, field};
use super::{RstParser, inline};
use crate::Result;
use crate::escaping::Escaping;
use crate::inline::Piece;
use crate::left_alone::Place;
use crate::paragraph;

impl RstParser<'_> {
    /// What starts with `.. `: a note, a directive, a target, a comment.
    pub(super) fn explicit(
        &mut self,
        at: usize,
        end: usize,
        base: usize,
        rest: &str,
        depth: usize,
    ) -> Result<usize> {
        let mut next = self.indented(at + 1, end, base);
        if rest.starts_with('_') {
            next = self.target_end(at, next);
        }
        if rest.is_empty() && self.text(at + 1).is_empty() {
            return Ok(at + 1);
        }
        let size = self.text(at).len() - rest.len();
        if let Some(label) = note_label(rest) {
            self.rest_of_line(at, next, size + label, depth)?;
        } else if let Some((name, argument)) = directive(rest) {
            self.directive(at..next, name, self.text(at).len() - argument.len(), depth)?;
        } else if let Some((name, argument)) = substitution(rest) {
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
        let starts_with_option = !argument.is_empty() && !has_argument;
        if starts_with_option {
            self.cut(at, size, self.least_indent(at + 1..lines.end).unwrap_or(0));
        }
        let is_option = |at: usize| field(self.text(at)).is_some();
        let inner = |at: &usize| *at < lines.end && !self.text(*at).is_empty();
        let mut body = if starts_with_option { at } else { at + 1 };
        let starts_here = matches!(content, Content::Body | Content::Version) && has_argument;
        if !starts_here || is_option(body) {
            body = (body..lines.end).find(|at| !inner(at) || is_option(*at)).unwrap_or(lines.end);
            body = if matches!(content, Content::Body) && !has_argument && !is_option(body) {
                at + 1
            } else {
                body
            };
        }
        let end = body;
        let has_options = inner(&body) && is_option(body);
        let mut dialect = Some(CsvDialect::default());
        if has_options {
            let options = body..(body..lines.end).find(|at| !inner(at)).unwrap_or(lines.end);
            body = options.end;
            dialect = self.csv_dialect(options.clone());
            self.options(name, options, depth)?;
        }
        match content {
            Content::Copied => {
                let start = self.line(at).map_or(0, |line| line.text.start + size);
                let argument = (!starts_with_option).then(|| start..self.range_end(end));
                self.copied(name, argument, body..lines.end);
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
                if has_argument || (end > at + 1 && content != Content::Body) {
                    self.cut(at, size, 0);
                    let start = self.line(at).map_or(0, |line| line.text.start);
                    let title = self.slice(start..self.range_end(end).max(start));
                    if name == "contents" && self.implicit.contains(&inline::name(title)) {
                        self.found.leave(Place::Name, title);
                    } else {
                        self.text_block(at, end);
                    }
                }
                if content == Content::CsvTable {
                    return self.csv_rows(body..lines.end, dialect, depth);
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

    /// Counts the text of a directive whose argument and content are left as they are.
    fn copied(&mut self, name: &str, argument: Option<Range<usize>>, content: Range<usize>) {
        let argument = argument.map_or("", |range| self.slice(range));
        let start = self.line(content.start).filter(|_| !content.is_empty()).map(|line| line.text.start);
        let content = start.map_or("", |start| self.slice(start..self.range_end(content.end)));
        match name {
            "index" => self.found.leave(Place::IndexEntry, &format!("{argument}{content}")),
            "parsed-literal" => self.found.leave(Place::Preformatted, content),
            // Characters by their code points, and text.
            "unicode" => self.found.leave_code(argument.split(" .. ").next().unwrap_or_default()),
            _ if is_code(name) => {}
            _ if !content.is_empty() => self.found.leave(Place::UnknownMarkup, content),
            // A single word is a name.
            _ if argument.split_whitespace().nth(1).is_some() => {
                self.found.leave(Place::UnknownMarkup, argument);
            }
            _ => {}
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

    /// Definitions, whose terms are left unchanged, as others refer to them by their words.
    fn glossary(&mut self, lines: Range<usize>, depth: usize) -> Result<()> {
        let base = lines.clone().filter(|at| !self.text(*at).is_empty()).map(|at| self.indent(at)).min();
        let base = base.unwrap_or(0);
        let mut at = lines.start;
        while at < lines.end {
            if explicit(self.text(at)).is_none() {
                self.found.leave(Place::Name, self.text(at));
            }
            let next = self.indented(at + 1, lines.end, base);
            self.body(at + 1..next, depth + 1)?;
            at = next.max(at + 1);
        }
        Ok(())
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
