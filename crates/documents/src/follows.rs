//! Which blocks continue the text of the block before them, so that reading one helps to understand the other.
//!
//! The bytes before a block say it: what begins a section, a cell, a shape or a distant cue there parts it from the block
//! before. Entries of messages and of tables never continue another.

mod lines;
mod markup;

use std::collections::BTreeSet;

use crate::formats::{epub, odf, ooxml};
use crate::parser::Parser;
use crate::slot::ParsedBlock;
use crate::wrap::LineLayout;

pub(crate) use markup::heading_styles;

/// How a block relates to the block before it and to the one after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// It continues the one before.
    Continues,
    /// It begins something new, such as a heading, which the one after it may continue.
    Begins,
    /// It belongs to neither: a cell, an attribute.
    Apart,
}

/// What surrounds a block in its part.
struct Surroundings<'a> {
    /// The text between the block before and this one.
    gap: &'a str,
    /// What the block's translation replaces.
    inner: &'a str,
    /// The text after this one.
    after: &'a str,
    /// Whether there is no block before.
    is_first: bool,
}

/// Sets [`Block::follows`](crate::Block::follows) of the blocks of a part, which are sorted. `headings` are the identifiers
/// of the styles of headings.
pub(crate) fn mark(parser: &Parser, source: &str, blocks: &mut [ParsedBlock], headings: &BTreeSet<String>) {
    let mut end = 0;
    let mut before = Relation::Apart;
    let mut clock = lines::Clock::default();
    for (index, ParsedBlock { block, slot }) in blocks.iter_mut().enumerate() {
        let relation = match source.get(end..slot.range.start) {
            Some(gap) => {
                let inner = source.get(slot.range.clone()).unwrap_or_default();
                let after = source.get(slot.range.end..).unwrap_or_default();
                relation(
                    parser,
                    &Surroundings { gap, inner, after, is_first: index == 0 },
                    matches!(slot.layout, LineLayout::Cell { .. }),
                    headings,
                    &mut clock,
                )
            }
            // It is inside the one before.
            None => Relation::Apart,
        };
        block.follows = relation == Relation::Continues && before != Relation::Apart;
        before = relation;
        end = end.max(slot.range.end);
    }
}

fn relation(
    parser: &Parser,
    around: &Surroundings<'_>,
    is_cell: bool,
    headings: &BTreeSet<String>,
    clock: &mut lines::Clock,
) -> Relation {
    use ooxml::OoxmlPart;
    match parser {
        Parser::Text | Parser::Office(OoxmlPart::PlainText) => match is_cell {
            true => Relation::Apart,
            false => lines::text(around),
        },
        Parser::Markdown => lines::markdown(around).max(markup::html(around)),
        Parser::Rst { .. } => lines::rst(around),
        Parser::AsciiDoc => lines::asciidoc(around),
        Parser::Latex => lines::latex(around),
        Parser::SubRip | Parser::WebVtt => clock.cue(lines::arrow_times(around.gap)),
        Parser::Ass => clock.cue(lines::event_times(around.gap)),
        Parser::Html | Parser::Office(OoxmlPart::Page) => markup::html(around),
        Parser::Epub(epub::EpubEntry::Chapter) => markup::html(around),
        Parser::Office(OoxmlPart::Word(_)) => markup::word(around, headings),
        Parser::Office(OoxmlPart::Drawing(..)) => markup::drawing(around),
        Parser::OpenDocument(odf::OdfEntry::Content(_) | odf::OdfEntry::Flat) => {
            markup::open_document(around)
        }
        Parser::Po { .. } | Parser::Xliff { .. } | Parser::Tmx { .. } | Parser::Table(_) | Parser::Json => {
            Relation::Apart
        }
        Parser::Properties | Parser::Strings | Parser::Yaml | Parser::Android | Parser::Resx => {
            Relation::Apart
        }
        Parser::Arb { .. } | Parser::StringCatalog { .. } | Parser::StringsDict | Parser::Fluent => {
            Relation::Apart
        }
        Parser::Office(_) | Parser::OpenDocument(_) | Parser::Epub(_) => Relation::Apart,
    }
}

impl Relation {
    /// The one that parts more.
    fn max(self, other: Self) -> Self {
        match (self, other) {
            (Self::Apart, _) | (_, Self::Apart) => Self::Apart,
            (Self::Begins, _) | (_, Self::Begins) => Self::Begins,
            _ => Self::Continues,
        }
    }

    fn begins_if(begins: bool) -> Self {
        if begins { Self::Begins } else { Self::Continues }
    }
}

/// Bytes after a block that say whether it is a title or a cell. All of a long line for each of its cells would be many.
const LOOKED_AT: usize = 256;

impl<'a> Surroundings<'a> {
    /// What precedes the block on its line.
    fn prefix(&self) -> &'a str {
        self.gap.rsplit(['\n', '\r']).next().unwrap_or_default()
    }

    /// The start of what follows the block on its line, and of the line after it.
    fn suffix(&self) -> (&'a str, &'a str) {
        let end = self.after.len().min(LOOKED_AT);
        let end = (0..=end).rev().find(|at| self.after.is_char_boundary(*at)).unwrap_or(0);
        let mut lines = self.after.get(..end).unwrap_or_default().lines();
        (lines.next().unwrap_or_default(), lines.next().unwrap_or_default())
    }

    /// Whether another block is on the same line.
    fn shares_line(&self) -> bool {
        !self.is_first && !self.gap.contains(['\n', '\r'])
    }

    /// The whole lines between the block before and this one.
    fn lines_between(&self) -> impl Iterator<Item = &'a str> {
        let inner = self.gap.find('\n').and_then(|first| self.gap.get(first + 1..=self.gap.rfind('\n')?));
        inner.into_iter().flat_map(str::lines)
    }
}
