//! ICU messages in XLIFF, as Angular writes them: every branch of a plural or select is a block. The translations are
//! written behind the source, each in a `mrk` with its place, and [`target`] makes one target of them: the source with
//! the translated texts in place of its own.

use std::ops::Range;

use crate::bilingual::push_pieces;
use crate::block::Affixes;
use crate::escaping::Escaping;
use crate::icu::{self, Argument};
use crate::inline::{self, Kind, Piece};
use crate::markup::{Dialect, TokenKind, Tokens};
use crate::slot::{ParsedBlock, Slot};
use crate::xml::tree::Element;
use crate::{limits, locked_text};

/// The type of the `mrk` around a translated text.
pub(super) const KIND: &str = "x-message";

/// Whether there are plurals or selects in an element's text.
pub(super) fn has_arguments(document: &str, text: &Element) -> bool {
    !icu::arguments(&masked(document, text)).is_empty()
}

/// The blocks of a message: the text around its arguments, and each of their branches. All are written at `at`.
pub(super) fn blocks(document: &str, text: &Element, at: usize) -> Vec<ParsedBlock> {
    let masked = masked(document, text);
    let mut all = Vec::new();
    push_pieces(document, text, &mut all);
    let start = text.inner.start;
    let (mut found, mut texts) = (Vec::new(), vec![(0..masked.len(), 0)]);
    while let Some((range, depth)) = texts.pop() {
        let arguments = arguments_in(&masked, &range);
        let moved = |range: &Range<usize>| range.start + start..range.end + start;
        let mut pieces = Vec::new();
        let mut from = range.start;
        for argument in &arguments {
            pieces.extend(clipped(&all, &moved(&(from..argument.range.start))));
            pieces.push(Piece::new(Kind::Void { word: true }, moved(&argument.range)));
            from = argument.range.end;
        }
        pieces.extend(clipped(&all, &moved(&(from..range.end))));
        for run in inline::runs(document, pieces) {
            let mut slot = Slot::new(at..at, Escaping::Xml);
            let place = run.range.start - start..run.range.end - start;
            slot.frame = Affixes {
                before: format!("<mrk mtype=\"{KIND}\" mid=\"{}-{}\">", place.start, place.end),
                after: "</mrk>".to_owned(),
            };
            slot.breaks = run.breaks;
            let mut block = ParsedBlock { block: run.block, slot };
            block.block.message = true;
            locked_text::lock_placeholders(&mut block.block);
            if depth > 0 {
                locked_text::lock_number_signs(&mut block.block);
            }
            found.extend(block.into_translatable().map(|block| (place.start, block)));
        }
        if depth < limits::NESTING {
            let branches = arguments.into_iter().flat_map(|argument| argument.branches);
            texts.extend(branches.map(|branch| (branch, depth + 1)));
        }
    }
    found.sort_by_key(|(start, _)| *start);
    found.into_iter().map(|(_, block)| block).collect()
}

/// The content of a target: that of the source with its `translated` texts, each at its place.
pub(super) fn target(document: &str, text: &Element, translated: &[(Range<usize>, &str)]) -> String {
    let mut translated = translated.to_vec();
    // A text follows the one that it is inside of.
    translated.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let source = document.get(text.inner.clone()).unwrap_or_default();
    let message = Message { source, masked: masked(document, text), translated };
    message.written(&(0..source.len()), 0)
}

/// The range that a `mid` names.
pub(super) fn place(mid: &str) -> Option<Range<usize>> {
    let (start, end) = mid.split_once('-')?;
    Some(start.parse().ok()?..end.parse().ok()?)
}

struct Message<'a> {
    source: &'a str,
    masked: String,
    translated: Vec<(Range<usize>, &'a str)>,
}

impl Message<'_> {
    /// A part of the source with the translated texts from this index on that are in it.
    fn written(&self, part: &Range<usize>, first: usize) -> String {
        let mut out = String::new();
        let mut from = part.start;
        let slice = |range: Range<usize>| self.source.get(range).unwrap_or_default();
        for (index, (range, text)) in self.translated.iter().enumerate().skip(first) {
            if range.start < from || range.end > part.end {
                continue;
            }
            out.push_str(slice(from..range.start));
            from = range.end;
            // Arguments are copied into a text as the source has them.
            let mut rest = *text;
            for argument in arguments_in(&self.masked, range) {
                let written = slice(argument.range.clone());
                if let Some((before, after)) = rest.split_once(written) {
                    out.push_str(before);
                    out.push_str(&self.written(&argument.range, index + 1));
                    rest = after;
                }
            }
            out.push_str(rest);
        }
        out + slice(from..part.end)
    }
}

/// An element's content with every byte of its markup blank, since attributes may contain braces.
fn masked(document: &str, text: &Element) -> String {
    let tokens = Tokens::within(document, text.inner.clone(), Dialect::Xml);
    let mut out = String::with_capacity(text.inner.len());
    for token in tokens {
        let written = document.get(token.range.clone()).unwrap_or_default();
        match token.kind {
            TokenKind::Text => out.push_str(written),
            _ => out.extend(std::iter::repeat_n(' ', written.len())),
        }
    }
    out
}

/// The arguments in a range of a text.
fn arguments_in(text: &str, range: &Range<usize>) -> Vec<Argument> {
    let moved = |part: Range<usize>| part.start + range.start..part.end + range.start;
    let arguments = icu::arguments(text.get(range.clone()).unwrap_or_default());
    let moved = |Argument { range, branches }: Argument| Argument {
        range: moved(range),
        branches: branches.into_iter().map(moved).collect(),
    };
    arguments.into_iter().map(moved).collect()
}

/// The pieces inside a range of the document; a text that crosses its edge is cut there.
fn clipped<'a>(pieces: &[Piece<'a>], range: &Range<usize>) -> Vec<Piece<'a>> {
    let clip = |piece: &Piece<'a>| {
        let source = piece.source.start.max(range.start)..piece.source.end.min(range.end);
        if source == piece.source {
            return Some(piece.clone());
        }
        let Kind::Text(text) = &piece.kind else { return None };
        let inside =
            source.start.checked_sub(piece.source.start)?..source.end.checked_sub(piece.source.start)?;
        let text = text.get(inside).filter(|part| !part.is_empty() && text.len() == piece.source.len())?;
        Some(Piece::new(Kind::Text(text.to_owned().into()), source))
    };
    pieces.iter().filter_map(clip).collect()
}
