//! AsciiDoc: titles, paragraphs, lists, notes, cells of tables, footnotes and descriptions of images are located line by
//! line, as Asciidoctor does.
//!
//! Code, formulas, comments, attributes, anchors and targets, and blocks of styles that are not known are left unchanged.

mod attributes;
mod blocks;
pub(crate) mod escape;
mod inline;
mod marks;
mod table;
mod titles;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use self::escape::{AsciiDocText, Quotes};
use crate::entities::{self, In};
use crate::escaping::Escaping;
use crate::formats::{text, yaml};
use crate::left_alone::Place;
use crate::markup::Dialect;
use crate::paragraph;
use crate::parsed::Parsed;

/// Translations of narrower paragraphs are filled to this many columns.
const NARROWEST_COLUMNS: usize = 40;

/// Styles of blocks that hold paragraphs; blocks of other styles are copied.
const PROSE: &str = "NOTE TIP IMPORTANT WARNING CAUTION abstract appendix arabic bibliography circle colophon dedication \
    discrete disc example float glossary horizontal index loweralpha lowergreek lowerroman none normal no-bullet \
    ordered partintro preface qanda quote sect0 sect1 sect2 sect3 sect4 sidebar square unordered unstyled upperalpha \
    upperroman acknowledgments afterword introduction open chapter section part";

/// Styles of blocks that hold code or formulas.
const CODE: [&str; 9] =
    ["source", "listing", "literal", "stem", "latexmath", "asciimath", "pass", "comment", "synopsis"];

/// The blocks of a document.
pub(crate) fn parse(source: &str) -> Parsed {
    let mut lines: Vec<Range<usize>> = text::lines(source).collect();
    let mut found = Parsed::default();
    let is_fence =
        |line: &Range<usize>| source.get(line.clone()).is_some_and(|line| line.trim_end() == "---");
    if lines.first().is_some_and(is_fence)
        && let Some(end) = lines.iter().skip(1).position(is_fence)
    {
        found.extend(yaml::front_matter(source, 0..lines.get(end + 1).map_or(0, |line| line.end)));
        lines.drain(..end + 2);
    }
    let value = |name: &str| source.split_once(name)?.1.lines().next().map(str::trim);
    let prefix = value("\n:idprefix:").unwrap_or("_");
    let separator = value("\n:idseparator:").unwrap_or("_");
    let targets = targets(source);
    let underline = titles::underlined(source, &lines).and_then(|at| lines.get(at)).map(|line| line.start);
    let is_old = underline.is_some() || format!("\n{source}").contains("\n:compat-mode:");
    let quotes = if is_old { Quotes::Old } else { Quotes::Current };
    let mut parser = AsciiDocParser {
        source,
        targets,
        prefix,
        separator,
        quotes,
        underline,
        found,
        depth: 0,
        cell: false,
        quotation: false,
        open: Vec::new(),
    };
    parser.lines(&lines, true);
    parser.found
}

static TARGETS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"<<#?([^,<>\n]+)[,>]|xref:#?([^\[\s]+)\[").ok());

/// The targets of the references in a document.
fn targets(source: &str) -> HashSet<&str> {
    let captures = TARGETS.iter().flat_map(|targets| targets.captures_iter(source));
    captures
        .filter_map(|found| found.iter().skip(1).flatten().next().map(|target| target.as_str().trim()))
        .collect()
}

struct AsciiDocParser<'a> {
    source: &'a str,
    /// What references refer to.
    targets: HashSet<&'a str>,
    /// What titles' identifiers start with, and what stands for their spaces.
    prefix: &'a str,
    separator: &'a str,
    quotes: Quotes,
    /// The start of the line below the document's title.
    underline: Option<usize>,
    found: Parsed,
    /// Tables around the text.
    depth: usize,
    /// Whether the text is in a cell, where a bar ends it.
    cell: bool,
    /// Whether the text is in a quotation as in Markdown.
    quotation: bool,
    /// The first lines of the blocks of paragraphs around the text.
    open: Vec<&'a str>,
}

/// What precedes a line.
#[derive(Debug, Default)]
struct State<'a> {
    /// The lines of the paragraph so far.
    paragraph: Option<Range<usize>>,
    /// Whether the paragraph is a list's item, so that the next item ends it.
    item: bool,
    /// Whether the next paragraph is attached to an item, so that the next item ends it too.
    attached: bool,
    /// The attributes of the next block.
    attributes: &'a str,
    /// Whether a term precedes, whose description may be indented.
    term: bool,
    /// Whether each line is a block, as line ends are shown.
    by_line: bool,
}

impl<'a> AsciiDocParser<'a> {
    /// The elements in lines; at the `start` of a document its title and header.
    fn lines(&mut self, lines: &[Range<usize>], start: bool) {
        let mut state = State::default();
        let mut at = 0;
        let mut start = start;
        while let Some(range) = lines.get(at) {
            let text = self.slice(range.clone()).trim_end();
            let range = range.start..range.start + text.len();
            at = if text.is_empty() {
                self.flush(&mut state);
                state.attached = false;
                at + 1
            } else if state.paragraph.is_some() && self.setext(lines, at, &mut state) {
                if self.underline == Some(range.start) { self.header(lines, at + 1) } else { at + 1 }
            } else if let Some(next) = self.delimited(lines, at, text, &mut state) {
                next
            } else if marks::is_directive(text) || marks::is_break(text) || text == "+" {
                self.flush(&mut state);
                self.condition(text);
                state.attached |= text == "+";
                at + 1
            } else if marks::is_attributes(text) {
                self.flush(&mut state);
                self.credits(range.clone());
                self.shown_attributes(range.clone());
                let style = self.slice(range).trim_matches(['[', ']']);
                // Anchors come beside other attributes.
                state.attributes = if text.starts_with("[[") && !state.attributes.is_empty() {
                    state.attributes
                } else {
                    style
                };
                at + 1
            } else if state.paragraph.is_none() && start && text.starts_with("= ") {
                self.title(range, "");
                start = false;
                self.header(lines, at + 1)
            } else {
                start = start && (text.starts_with(':') || text.starts_with("//"));
                self.text_line(lines, at, range, &mut state)
            };
        }
        self.flush(&mut state);
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.source.get(range).unwrap_or_default()
    }

    fn text(&self, line: Option<&Range<usize>>) -> &'a str {
        line.map_or("", |line| self.slice(line.clone())).trim_end()
    }

    /// The lines after the document's title up to the first blank one: author, revision, attributes.
    fn header(&mut self, lines: &[Range<usize>], from: usize) -> usize {
        let (mut at, mut is_named) = (from, false);
        while lines.get(at).is_some() && !self.text(lines.get(at)).is_empty() {
            let text = self.text(lines.get(at));
            match self.entry(lines, at) {
                Some(next) => at = next,
                None if marks::is_directive(text) => at += 1,
                None => {
                    // The authors, then the revision.
                    match std::mem::replace(&mut is_named, true) {
                        false => self.found.leave(Place::Name, text),
                        true => self.found.leave_code(text),
                    }
                    at += 1;
                }
            }
        }
        at
    }

    /// A line outside of delimited blocks; returns the line after it or its element.
    fn text_line(
        &mut self,
        lines: &[Range<usize>],
        at: usize,
        range: Range<usize>,
        state: &mut State<'a>,
    ) -> usize {
        let text = self.slice(range.clone());
        let starts = state.paragraph.is_none();
        if starts || state.item {
            if let Some((term, size)) = marks::term(text) {
                self.flush(state);
                let start = range.start + text.len() - text.trim_start().len();
                self.add(start..range.start + term, AsciiDocText::Line { linked: false }, false);
                state.item = true;
                state.term = true;
                state.attributes = "";
                if size < text.len() {
                    state.paragraph = Some(range.start + size..range.end);
                }
                return at + 1;
            }
            if let Some(size) = marks::item(text) {
                self.flush(state);
                let rest = text.get(size..).unwrap_or_default();
                let check = ["[ ] ", "[x] ", "[*] "].iter().any(|check| rest.starts_with(check));
                state.item = true;
                state.attributes = "";
                state.paragraph = Some(range.start + size + if check { 4 } else { 0 }..range.end);
                return at + 1;
            }
        }
        if !starts {
            if let Some(paragraph) = state.paragraph.as_mut() {
                paragraph.end = range.end;
            }
            return at + 1;
        }
        if let Some(next) = self.entry(lines, at) {
            return next;
        }
        if marks::title(text).is_some() {
            self.title(range, state.attributes);
            *state = State::default();
            return at + 1;
        }
        let is_title = |rest: &&str| rest.trim_start_matches('.').starts_with(|c: char| !c.is_whitespace());
        if text.strip_prefix('.').filter(is_title).is_some() && !text.starts_with("...") {
            self.add(range.start + 1..range.end, AsciiDocText::Line { linked: false }, false);
            return at + 1;
        }
        if let Some((name, size)) = marks::block_macro(text) {
            let attributes = range.start + size..range.end - 1;
            match name {
                "image" => self.attributes(attributes),
                _ => {
                    let text = self.slice(attributes.clone());
                    // A single word is a name or a size.
                    if !self.shown_attributes(attributes) && text.split_whitespace().nth(1).is_some() {
                        self.found.leave(Place::UnknownMarkup, text);
                    }
                }
            }
            state.attributes = "";
            return at + 1;
        }
        let copied = !is_prose(state.attributes);
        if copied || (text.starts_with([' ', '\t']) && !state.term) {
            let end = self.copied_end(lines, at, copied);
            if copied {
                self.leave(state.attributes, lines.get(at..end).unwrap_or_default());
            }
            state.attributes = "";
            return end;
        }
        if marks::is_quotation(text) && !self.quotation {
            state.attributes = "";
            return self.quotation(lines, at);
        }
        state.by_line |= shows_line_ends(state.attributes);
        state.attributes = "";
        state.term = false;
        state.item |= std::mem::take(&mut state.attached);
        let size = text.len() - text.trim_start().len();
        let label = marks::label(text).unwrap_or(size);
        state.paragraph = Some(range.start + label..range.end);
        at + 1
    }

    /// Counts a block that is copied because its style is not known.
    fn leave(&mut self, attributes: &str, lines: &[Range<usize>]) {
        if let (Some(first), Some(last)) = (lines.first(), lines.last())
            && !CODE.contains(&style(attributes))
            && !attributes.starts_with(',')
        {
            let text = self.slice(first.start..last.end);
            self.found.leave(Place::UnknownMarkup, text);
        }
    }

    /// Ends the paragraph.
    fn flush(&mut self, state: &mut State<'a>) {
        state.item = false;
        let Some(paragraph) = state.paragraph.take() else { return };
        let by_line = std::mem::take(&mut state.by_line);
        state.term = false;
        if by_line {
            let lines: Vec<Range<usize>> = text::lines(self.slice(paragraph.clone())).collect();
            for line in lines {
                let line = paragraph.start + line.start..paragraph.start + line.end;
                self.add(line, AsciiDocText::Paragraph { linked: false }, false);
            }
        } else {
            self.add(paragraph, AsciiDocText::Paragraph { linked: false }, false);
        }
    }

    /// Adds the blocks of a text, and those of the notes and images in it.
    fn add(&mut self, range: Range<usize>, place: AsciiDocText, note: bool) {
        let content = inline::read(self.source, range, self.place());
        let linked = content.linked;
        let place = match place {
            AsciiDocText::Paragraph { .. } if self.cell => AsciiDocText::Cell { linked },
            AsciiDocText::Paragraph { .. } => AsciiDocText::Paragraph { linked },
            AsciiDocText::Line { .. } => AsciiDocText::Line { linked },
            other => other,
        };
        let escaping = Escaping::AsciiDoc(place, self.quotes);
        let mut blocks = paragraph::blocks(self.source, content.pieces, escaping, NARROWEST_COLUMNS);
        for parsed in blocks.iter_mut().filter(|parsed| self.quotation && !parsed.slot.newline.is_empty()) {
            parsed.slot.newline.push_str("> ");
        }
        self.found.extend(blocks);
        self.inner(content.notes, content.descriptions, content.index, note);
    }

    fn place(&self) -> inline::Place {
        inline::Place { cell: self.cell, quotation: self.quotation, quotes: self.quotes }
    }

    /// Adds the texts of footnotes, unless they are in a footnote, and the descriptions of images; counts terms of the index.
    fn inner(
        &mut self,
        notes: Vec<Range<usize>>,
        descriptions: Vec<Range<usize>>,
        index: Vec<Range<usize>>,
        note: bool,
    ) {
        for term in index {
            self.found.leave(Place::IndexEntry, self.slice(term));
        }
        for range in notes.into_iter().filter(|_| !note) {
            self.add(range, AsciiDocText::Bracketed, true);
        }
        for range in descriptions {
            self.value(range);
        }
    }

    /// A value in a list of attributes.
    fn value(&mut self, range: Range<usize>) {
        let mut pieces = Vec::new();
        entities::read(self.source, range, Dialect::Xml, In::Content, &mut pieces);
        let escaping = Escaping::AsciiDoc(AsciiDocText::Attribute, self.quotes);
        self.found.extend(paragraph::blocks(self.source, pieces, escaping, usize::MAX));
    }
}

/// The style of a block with these attributes; empty if they name none.
fn style(attributes: &str) -> &str {
    let style = attributes.split([',', '%', '#', '.', '=', '"']).next().unwrap_or_default();
    let named = attributes.strip_prefix(style).is_some_and(|rest| rest.starts_with('='));
    if named || style.starts_with(['[', '{']) { "" } else { style.trim() }
}

/// Whether a block with these attributes holds paragraphs.
fn is_prose(attributes: &str) -> bool {
    let style = style(attributes);
    // Without a style, a language makes it code.
    (style.is_empty() && !attributes.starts_with(',')) || PROSE.split_whitespace().any(|prose| prose == style)
}

/// Whether the line ends of a block with these attributes are shown.
fn shows_line_ends(attributes: &str) -> bool {
    attributes.contains("%hardbreaks") || attributes.contains("options=\"hardbreaks")
}
