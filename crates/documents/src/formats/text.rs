//! Plain text: a paragraph whose lines appear hard-wrapped is one block; otherwise each line is one.

mod columns;

use std::ops::Range;

use self::columns::{Cell, cells, is_drawing, is_option, starts};
use crate::block::Block;
use crate::chars::{is_unspaced, join_separator};
use crate::escaping::Escaping;
use crate::slot::{ParsedBlock, Slot};
use crate::wrap::{LineLayout, columns};

/// A shorter line was not hard-wrapped.
const WRAPPED_COLUMNS: usize = 60;
/// No line of a paragraph with a longer line was hard-wrapped.
const WIDEST_WRAPPED_COLUMNS: usize = 120;

const BULLETS: [&str; 5] = ["- ", "* ", "• ", "‣ ", "– "];

/// The blocks of a plain text.
pub(crate) fn parse(source: &str) -> Vec<ParsedBlock> {
    let mut lines: Vec<TextLine> = lines(source).map(|range| TextLine::new(source, range)).collect();
    number(&mut lines);
    divide(&mut lines);
    let blocks = |group: &[TextLine]| match group {
        [line] if is_drawing(line.text) => Vec::new(),
        [line] if !line.cells.is_empty() => {
            let blocks = line.cells.iter().map(|cell| line.cell_block(cell));
            blocks.filter(|found| !is_drawing(&found.block.text) && !is_option(&found.block.text)).collect()
        }
        _ => vec![paragraph_block(source, group)],
    };
    lines
        .split(|line| line.text.is_empty())
        .flat_map(|paragraph| groups(paragraph))
        .flat_map(blocks)
        .filter_map(ParsedBlock::into_translatable)
        .collect()
}

/// Takes the numbers off the lines of numbered lists: those that count on from one to the next at the same indent. A line
/// of prose may begin with a date.
fn number(lines: &mut [TextLine]) {
    let numbers: Vec<Option<(u32, usize)>> = lines.iter().map(TextLine::number).collect();
    let mut last: Option<(usize, u32)> = None;
    for (at, found) in numbers.iter().enumerate() {
        let Some((number, size)) = *found else { continue };
        let before = last.filter(|(before, value)| {
            let indent = |at: usize| lines.get(at).map(|line| line.indent);
            value.checked_add(1) == Some(number) && indent(*before) == indent(at)
        });
        if let Some((before, _)) = before {
            let before_size = numbers.get(before).copied().flatten().map_or(0, |(_, size)| size);
            for (at, size) in [(before, before_size), (at, size)] {
                lines.get_mut(at).into_iter().for_each(|line| line.skip(size));
            }
        }
        last = Some((at, number));
    }
}

/// Finds the cells of the lines that are set in columns.
fn divide(lines: &mut [TextLine]) {
    let starts: Vec<Vec<usize>> = lines.iter().map(|line| starts(line.text, line.text_indent)).collect();
    for (at, line) in lines.iter_mut().enumerate() {
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|at| starts.get(at));
        let is_column = |column: usize| beside.clone().any(|starts| starts.contains(&column));
        line.cells = cells(line.text, line.text_indent, is_column);
    }
}

/// The lines of a text without their ends (`\n`, `\r\n` or `\r`), as byte ranges.
pub(crate) fn lines(source: &str) -> impl Iterator<Item = Range<usize>> {
    let mut from = Some(0);
    std::iter::from_fn(move || {
        let start = from?;
        let rest = source.get(start..)?;
        let end = rest.find(['\n', '\r']).map_or(source.len(), |at| start + at);
        let tail = source.get(end..)?;
        let line_end = if tail.starts_with("\r\n") { 2 } else { usize::from(!tail.is_empty()) };
        from = (line_end > 0).then_some(end + line_end);
        Some(start..end)
    })
}

/// Columns of the widest line of a text, without the white space around it.
pub(crate) fn widest(text: &str) -> usize {
    lines(text).filter_map(|line| text.get(line)).map(|line| columns(line.trim())).max().unwrap_or(0)
}

/// The line ending of a text's first line.
pub(crate) fn newline(source: &str) -> &'static str {
    let first = source.find('\n').and_then(|end| source.get(..end));
    if first.is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" }
}

/// A line without the whitespace around it and without its bullet.
struct TextLine<'a> {
    text: &'a str,
    start: usize,
    /// Columns before the bullet, if any, and before the text.
    indent: usize,
    text_indent: usize,
    /// The cells of a line that is set in columns.
    cells: Vec<Cell>,
}

impl<'a> TextLine<'a> {
    fn new(source: &'a str, range: Range<usize>) -> Self {
        let line = source.get(range.clone()).unwrap_or_default();
        let body = line.trim_start();
        let indent = columns(&line[..line.len() - body.len()]);
        // Quoted lines of mail.
        let quoted = body.trim_start_matches(['>', ' ', '\t']);
        let is_quoted = body.starts_with("> ") || body.starts_with(">>");
        let body = if is_quoted { quoted } else { body };
        let bullet = BULLETS.into_iter().find(|bullet| body.starts_with(bullet)).unwrap_or_default();
        let text = body[bullet.len()..].trim();
        let start =
            range.start + (line.len() - body.len()) + (body.len() - body[bullet.len()..].trim_start().len());
        let text_indent = columns(source.get(range.start..start).unwrap_or_default());
        Self { text, start, indent, text_indent, cells: Vec::new() }
    }

    /// The number that the line begins with, as in a list, and the bytes before the text after it.
    fn number(&self) -> Option<(u32, usize)> {
        let digits = self.text.find(|c: char| !c.is_ascii_digit()).filter(|size| (1..=3).contains(size))?;
        let rest = self.text.get(digits..)?.strip_prefix(['.', ')'])?;
        let text = rest.trim_start();
        (text.len() < rest.len() && text.starts_with(char::is_alphabetic))
            .then_some((self.text.get(..digits)?.parse().ok()?, self.text.len() - text.len()))
    }

    /// Takes bytes off the line's start, if it still has its number.
    fn skip(&mut self, size: usize) {
        if let Some(text) = self.text.get(size..).filter(|_| self.number().is_some()) {
            let skipped = self.text.get(..size).unwrap_or_default();
            self.text_indent += columns(skipped);
            (self.text, self.start) = (text, self.start + size);
        }
    }

    /// The block of a cell. Its translation takes as many columns, if it is no longer.
    fn cell_block(&self, cell: &Cell) -> ParsedBlock {
        let text = self.text.get(cell.text.clone()).unwrap_or_default();
        let range = self.start + cell.text.start..self.start + cell.text.end + cell.blanks;
        let least = if cell.bar { 1 } else { 2 };
        let layout = match cell.blanks {
            0 => LineLayout::Single,
            blanks => LineLayout::Cell { width: columns(text) + blanks, least: least.min(blanks) },
        };
        ParsedBlock {
            block: Block { text: text.to_owned(), ..Block::default() },
            slot: Slot { layout, ..Slot::new(range, Escaping::Plain) },
        }
    }

    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn width(&self) -> usize {
        self.text_indent + columns(self.text)
    }

    /// Whether this line was hard-wrapped: the first word of the next would not have fitted.
    fn is_hard_wrapped(&self, next: &Self, first: bool, widest: usize) -> bool {
        // The first line of a paragraph may hang or be indented.
        let aligned = first || next.indent == self.indent;
        let bulleted = next.indent != next.text_indent;
        let word = match next.text.chars().next() {
            Some(c) if is_unspaced(c) => 1,
            _ => 1 + columns(next.text.split_whitespace().next().unwrap_or_default()),
        };
        aligned && !bulleted && self.width() >= WRAPPED_COLUMNS && self.width() + word > widest
    }
}

/// Splits a paragraph's lines after each line that was not hard-wrapped.
fn groups<'p, 'a>(paragraph: &'p [TextLine<'a>]) -> impl Iterator<Item = &'p [TextLine<'a>]> {
    let widest = paragraph.iter().map(TextLine::width).max().unwrap_or(0);
    let mut first = true;
    paragraph.chunk_by(move |line, next| {
        let has_cells = !line.cells.is_empty() || !next.cells.is_empty();
        let joined =
            !has_cells && widest <= WIDEST_WRAPPED_COLUMNS && line.is_hard_wrapped(next, first, widest);
        first = !joined;
        joined
    })
}

fn paragraph_block(source: &str, group: &[TextLine]) -> ParsedBlock {
    let mut text = String::new();
    for line in group {
        if !text.is_empty() {
            let separator = join_separator(&text, line.text);
            text.push_str(separator);
        }
        text.push_str(line.text);
    }
    let range = group.first().map_or(0, |line| line.start)..group.last().map_or(0, TextLine::end);
    let (layout, newline) = match group {
        [first, second, ..] => {
            let width = group.iter().map(|line| columns(line.text)).max().unwrap_or(0);
            let gap = source.get(first.end()..second.start).unwrap_or_default();
            (LineLayout::Fill(width), gap.trim_start_matches([' ', '\t']).to_owned())
        }
        _ => (LineLayout::Single, String::new()),
    };
    ParsedBlock {
        block: Block { text, wrapped: group.len() > 1, ..Block::default() },
        slot: Slot { layout, newline, ..Slot::new(range, Escaping::Plain) },
    }
}
