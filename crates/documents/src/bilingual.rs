//! What XLIFF and TMX share: a text with inline codes, and its translation beside it.

use std::ops::Range;

use crate::block::Affixes;
use crate::entities::{self, In};
use crate::escaping::Escaping;
use crate::icu;
use crate::inline::{self, Kind, Piece};
use crate::locked_text;
use crate::markup::Dialect;
use crate::slot::{ParsedBlock, Slot};
use crate::xml::tree::{Element, Node, verbatim};

/// Inline elements that enclose words.
const PAIRED: [&str; 5] = ["g", "hi", "mrk", "pc", "sub"];

/// The block of an element's text. Its translation replaces `written`, with `before` and `after` around it. Codes
/// around the whole text are kept. `None` if there is nothing to translate, or if there are ICU plurals among the
/// words.
pub(crate) fn block(
    source: &str,
    text: &Element,
    written: Range<usize>,
    before: &str,
    after: &str,
) -> Option<ParsedBlock> {
    let mut pieces = Vec::new();
    push_pieces(source, text, &mut pieces);
    let mut runs = inline::runs(source, pieces);
    let run = runs.pop().filter(|_| runs.is_empty())?;
    let mut slot = Slot::new(written, Escaping::Xml);
    slot.frame = Affixes {
        before: [before, source.get(text.inner.start..run.range.start)?].concat(),
        after: [source.get(run.range.end..text.inner.end)?, after].concat(),
    };
    slot.breaks = run.breaks;
    let mut found = ParsedBlock { block: run.block, slot };
    // Their braces would be translated, and codes may cross them.
    if !icu::arguments(&found.block.text).is_empty() {
        return None;
    }
    found.block.message = true;
    locked_text::lock_placeholders(&mut found.block);
    found.into_translatable()
}

/// Whether two codes name the same language, whatever the region: "en" and "EN-us" do.
pub(crate) fn is_same_language(code: &str, other: &str) -> bool {
    let primary = |code: &str| code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    primary(code) == primary(other)
}

/// The value of an attribute as written, by its name with its prefix.
pub(crate) fn attribute<'a>(source: &'a str, element: &Element<'a>, name: &str) -> Option<&'a str> {
    source.get(element.attribute(source, name)?)
}

/// The start tag of an element, also if it is written as an empty-element tag.
pub(crate) fn start_tag(source: &str, element: &Element) -> String {
    let tag = element.start_tag(source).trim_end_matches('>').trim_end_matches('/').trim_end();
    format!("{tag}>")
}

/// Appends the pieces of an element's text: its characters and inline codes.
pub(crate) fn push_pieces<'a>(source: &'a str, parent: &Element<'a>, pieces: &mut Vec<Piece<'a>>) {
    let slice = |range: Range<usize>| source.get(range).unwrap_or_default();
    for node in &parent.children {
        let (kind, range) = match node {
            Node::Text(range) => {
                entities::read(source, range.clone(), Dialect::Xml, In::Content, pieces);
                continue;
            }
            Node::Other(range) if slice(range.clone()).starts_with('&') => {
                entities::read(source, range.clone(), Dialect::Xml, In::Content, pieces);
                continue;
            }
            Node::Verbatim(range) => (Kind::Text(verbatim(slice(range.clone())).trim().into()), range),
            Node::Element(element) if PAIRED.contains(&element.name.1) && !element.is_empty_tag() => {
                let (open, close) =
                    (element.range.start..element.inner.start, element.inner.end..element.range.end);
                let is = |name, value| attribute(source, element, name) == Some(value);
                if !is("translate", "no") && !is("mtype", "protected") {
                    pieces.push(Piece::new(Kind::Open(element.name.1.into()), open));
                    push_pieces(source, element, pieces);
                    pieces.push(Piece::new(Kind::Close(element.name.1.into()), close));
                    continue;
                }
                let text = slice(element.inner.clone()).to_owned();
                let kind = if text.contains(['<', '&']) || text.trim().is_empty() {
                    Kind::Void { word: true }
                } else {
                    Kind::Locked { open: slice(open).to_owned(), text, close: slice(close).to_owned() }
                };
                (kind, &element.range)
            }
            // A code, possibly with native markup inside.
            Node::Element(Element { range, .. }) | Node::Other(range) => (Kind::Void { word: false }, range),
        };
        pieces.push(Piece::new(kind, range.clone()));
    }
}

/// The characters of a language code, so that it is well-formed wherever it is written.
pub(crate) fn language_code(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}
