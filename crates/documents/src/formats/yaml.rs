//! YAML message files: maps and lists of strings. Scalars that are prose are blocks in any style: plain or quoted, on
//! one line or several, literal or folded, in flow collections. Aliases, keys and values with custom tags are left
//! unchanged.

pub(crate) mod escapes;
mod scalars;

use std::ops::Range;

use self::escapes::folded;
use self::scalars::{ScalarStyle, scalars};
use crate::escaping::Escaping;
use crate::formats::text;
use crate::inline::{self, Piece};
use crate::locked_text;
use crate::quoting::Quoting;
use crate::slot::{ParsedBlock, Slot};
use crate::strings::{is_prose, is_technical, prose};
use crate::wrap::LineLayout;

/// Keys of front matter whose values are shown on a page by Hugo, Jekyll, Docusaurus and Pandoc.
const SHOWN: [&str; 8] =
    ["abstract", "description", "excerpt", "linktitle", "sidebar_label", "subtitle", "summary", "title"];

/// Translations of narrower scalars are filled to this many columns.
const NARROWEST_COLUMNS: usize = 40;

/// The blocks of a YAML file. Never fails: unsupported syntax is left unchanged.
pub(crate) fn parse(source: &str) -> Vec<ParsedBlock> {
    let (mut found, mut strings) = (Vec::new(), Vec::new());
    for scalar in scalars(source, 0..source.len()) {
        match scalar.style {
            ScalarStyle::Block { lines, folded } => {
                let text = lines.first().zip(lines.last()).map(|(first, last)| first.start..last.end);
                let text = text.and_then(|range| source.get(range)).unwrap_or_default();
                if !is_technical(scalar.key, text) {
                    found.extend(block(source, &lines, folded));
                }
            }
            ScalarStyle::Line(text, escaping) if !is_technical(scalar.key, text.text()) => {
                strings.push((text, escaping));
            }
            ScalarStyle::Line(..) => {}
        }
    }
    found.extend(prose(strings).into_iter().map(|found| refilled(source, found)));
    found
}

/// The blocks of the front matter in `range` that are shown on the page.
pub(crate) fn front_matter(source: &str, range: Range<usize>) -> Vec<ParsedBlock> {
    let shown = scalars(source, range).into_iter().filter(|scalar| is_shown(scalar.key));
    let found = shown.flat_map(|scalar| match scalar.style {
        ScalarStyle::Block { lines, folded } => block(source, &lines, folded),
        ScalarStyle::Line(text, escaping) => text.blocks(escaping),
    });
    found.map(|found| refilled(source, found)).collect()
}

/// Whether the value of a key of front matter is shown on the page.
pub(crate) fn is_shown(key: &str) -> bool {
    SHOWN.iter().any(|shown| shown.eq_ignore_ascii_case(key))
}

/// The block, laid out in lines if its source has several.
fn refilled(source: &str, mut found: ParsedBlock) -> ParsedBlock {
    let slot = &mut found.slot;
    let written = source.get(slot.range.clone()).unwrap_or_default();
    let Some(tail) = written.find(['\r', '\n']).and_then(|end| written.get(end..)) else { return found };
    if slot.layout == LineLayout::Single {
        let gap = tail.get(..folded(tail, "").1).unwrap_or_default();
        let indent = gap.rsplit(['\r', '\n']).next().unwrap_or_default();
        let line_end = if gap.starts_with("\r\n") { "\r\n" } else { "\n" };
        slot.layout = LineLayout::Fill(text::widest(written).max(NARROWEST_COLUMNS));
        slot.newline = [line_end, indent].concat();
        found.block.wrapped = true;
    }
    found
}

/// The blocks of a literal or folded scalar. Lines of a literal one that appear hard-wrapped are one paragraph, as in
/// plain text; those of a folded one always are.
fn block(source: &str, lines: &[Range<usize>], folded: bool) -> Vec<ParsedBlock> {
    let line = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default();
    let escaping = Escaping::Quoted(Quoting::YamlBlock);
    let indent = |range: &Range<usize>| line(range).len() - line(range).trim_start_matches(' ').len();
    let least = lines.iter().find(|range| !line(range).trim().is_empty()).map_or(0, indent);
    // Lines indented deeper than the first are not folded.
    let joins = |range: &Range<usize>| !folded || indent(range) <= least;
    let mut found = Vec::new();
    let paragraphs = lines.split(|range| line(range).trim().is_empty());
    for paragraph in paragraphs.flat_map(|lines| lines.chunk_by(|a, b| joins(a) && joins(b))) {
        let (Some(first), Some(last)) = (paragraph.first(), paragraph.last()) else { continue };
        let range = first.start..last.end;
        let slice = line(&range);
        if !is_prose(slice) {
            continue;
        }
        if folded {
            let width = text::widest(slice);
            for run in inline::runs(source, vec![Piece::verbatim(source, range)]) {
                let mut slot = Slot::new(run.range, escaping);
                if let Some(newline) = run.newline {
                    (slot.layout, slot.newline) = (LineLayout::Fill(width), newline);
                }
                found.push(ParsedBlock { block: run.block, slot });
            }
        } else {
            found.extend(text::parse(slice).into_iter().map(|mut found| {
                let slot = &mut found.slot;
                slot.range = slot.range.start + range.start..slot.range.end + range.start;
                slot.escaping = escaping;
                found
            }));
        }
    }
    found.iter_mut().for_each(|found| locked_text::lock_placeholders(&mut found.block));
    found.into_iter().filter_map(ParsedBlock::into_translatable).collect()
}
