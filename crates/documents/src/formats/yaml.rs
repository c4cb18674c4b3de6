//! YAML message files: maps and lists of strings. Scalars that are prose are blocks in any style: plain or quoted, on
//! one line or several, literal or folded, in flow collections. Aliases, keys and values with custom tags are left
//! unchanged.

pub(crate) mod escapes;
mod scalars;

use std::ops::Range;

use self::escapes::folded;
use self::scalars::{Scalar, ScalarStyle, scalars};
use crate::escaping::Escaping;
use crate::formats::text;
use crate::inline::{self, Piece};
use crate::locked_text;
use crate::locked_text::placeholders::{self, Mark};
use crate::parsed::Parsed;
use crate::quoting::Quoting;
use crate::slot::{ParsedBlock, Slot};
use crate::strings::{Unescaped, are_prose, is_prose};
use crate::wrap::LineLayout;

/// Keys of front matter whose values are shown on a page by Hugo, Jekyll, Docusaurus and Pandoc.
const SHOWN: [&str; 16] = [
    "abstract",
    "caption",
    "description",
    "excerpt",
    "heading",
    "image_alt",
    "linktitle",
    "nav_title",
    "pagination_label",
    "sidebar_label",
    "subtitle",
    "summary",
    "tagline",
    "teaser",
    "title",
    "toc_title",
];

/// Translations of narrower scalars are filled to this many columns.
const NARROWEST_COLUMNS: usize = 40;

/// The blocks of a YAML file. Never fails: unsupported syntax is left unchanged.
pub(crate) fn parse(source: &str) -> Parsed {
    let scalars = scalars(source, 0..source.len());
    let text = |scalar: &Scalar| match &scalar.style {
        ScalarStyle::Block { lines, .. } => {
            let range = lines.first().zip(lines.last()).map(|(first, last)| first.start..last.end);
            range.and_then(|range| source.get(range)).unwrap_or_default().to_owned()
        }
        ScalarStyle::Line(text, _) => text.text().to_owned(),
    };
    let texts: Vec<String> = scalars.iter().map(text).collect();
    let pairs: Vec<(&str, &str)> =
        scalars.iter().zip(&texts).map(|(scalar, text)| (scalar.key, text.as_str())).collect();
    let mut found = Parsed::default();
    for ((scalar, text), is_prose) in scalars.iter().zip(&texts).zip(are_prose(&pairs)) {
        match is_prose {
            true => found.extend(scalar_blocks(source, scalar)),
            false => found.leave_code(text),
        }
    }
    found
}

fn scalar_blocks(source: &str, scalar: &Scalar) -> Vec<ParsedBlock> {
    let found = match &scalar.style {
        ScalarStyle::Block { lines, folded } => return block(source, lines, *folded),
        ScalarStyle::Line(text, escaping) => text.blocks(*escaping),
    };
    found.into_iter().map(|found| refilled(source, found)).collect()
}

/// The blocks of the front matter in `range` that are shown on the page.
pub(crate) fn front_matter(source: &str, range: Range<usize>) -> Vec<ParsedBlock> {
    let shown = scalars(source, range).into_iter().filter(|scalar| is_shown(scalar.key));
    shown.flat_map(|scalar| scalar_blocks(source, &scalar)).collect()
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
        // Tags are markup here as they are in quoted scalars.
        let has_tags =
            placeholders::find(slice).iter().any(|(_, mark)| *mark != Mark::Locked) || slice.contains("</");
        if has_tags {
            let joined = if folded {
                vec![range]
            } else {
                let lines = text::parse(slice).into_iter().map(|found| found.slot.range);
                lines.map(|line| line.start + range.start..line.end + range.start).collect()
            };
            let blocks = joined.into_iter().flat_map(|range| unescaped(source, range).blocks(escaping));
            found.extend(blocks.map(|found| refilled(source, found)));
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
    for found in &mut found {
        found.block.message = true;
        locked_text::lock_placeholders(&mut found.block);
    }
    found.into_iter().filter_map(ParsedBlock::into_translatable).collect()
}

/// The lines of a paragraph of a block scalar as one string.
fn unescaped(source: &str, range: Range<usize>) -> Unescaped<'_> {
    let mut joined = Unescaped::new(source);
    let lines = text::lines(source.get(range.clone()).unwrap_or_default());
    let mut read = range.start;
    for line in lines.map(|line| line.start + range.start..line.end + range.start) {
        let text = source.get(line.clone()).unwrap_or_default();
        let start = line.end - text.trim_start().len();
        if read > range.start && start < line.end {
            joined.escape(" ", read..start);
        }
        read = start + text.trim().len();
        joined.verbatim(start..read);
    }
    joined
}
