//! Shared by XLIFF and TMX: a segment's text with inline codes, and the translation beside it.

use std::ops::Range;

use crate::block::Affixes;
use crate::entities::{self, In};
use crate::escaping::Escaping;
use crate::icu;
use crate::inline::{self, Kind, Piece};
use crate::locks;
use crate::markup::{self, Attribute, Dialect, Token, Tokens};
use crate::slot::{ParsedBlock, Slot};

/// Inline elements around words.
const PAIRED: [&str; 5] = ["g", "hi", "mrk", "pc", "sub"];

/// An element whose text is in one language.
#[derive(Debug, Clone, Default)]
pub(crate) struct Segment {
    /// From the start tag to the end tag.
    pub range: Range<usize>,
    /// Between them; for an empty-element tag the empty range at its end.
    pub inner: Range<usize>,
}

impl Segment {
    pub fn slice<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.inner.clone()).unwrap_or_default()
    }

    /// Whether it is an empty-element tag.
    pub fn is_empty_tag(&self) -> bool {
        self.inner.is_empty() && self.inner.end == self.range.end
    }

    pub fn start_tag<'a>(&self, source: &'a str) -> &'a str {
        let end = if self.is_empty_tag() { self.range.end } else { self.inner.start };
        source.get(self.range.start..end).unwrap_or_default()
    }

    /// The block of a segment. Its translation replaces `written`, with `before` and `after` around it; codes around
    /// the whole text stay around it. `None` if there is nothing to translate or the text contains plurals.
    pub fn found(
        &self,
        source: &str,
        written: Range<usize>,
        before: &str,
        after: &str,
    ) -> Option<ParsedBlock> {
        let mut runs = inline::runs(source, pieces(source, self.inner.clone()));
        let run = runs.pop().filter(|_| runs.is_empty())?;
        let mut slot = Slot::new(written, Escaping::Xml);
        slot.frame = Affixes {
            before: [before, source.get(self.inner.start..run.range.start)?].concat(),
            after: [source.get(run.range.end..self.inner.end)?, after].concat(),
        };
        slot.breaks = run.breaks;
        let mut found = ParsedBlock { block: run.block, slot };
        // The words inside their braces would be translated, and codes may cross them.
        if !icu::arguments(&found.block.text).is_empty() {
            return None;
        }
        locks::lock_placeholders(&mut found.block);
        found.into_translatable()
    }
}

/// Whether two codes name the same language, whatever the region: "en" and "EN-us" do.
pub(crate) fn is_same_language(code: &str, other: &str) -> bool {
    let primary = |code: &str| code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    primary(code) == primary(other)
}

/// The value of an attribute.
pub(crate) fn attribute<'a>(source: &'a str, attributes: &[Attribute], name: &str) -> Option<&'a str> {
    let attribute = attributes.iter().find(|attribute| attribute.name == name)?;
    source.get(attribute.value.clone())
}

/// Reads up to the end of the element whose start tag was just read.
pub(crate) fn segment(tokens: &mut Tokens, start: &Range<usize>, name: &str, empty: bool) -> Segment {
    let mut depth = 0_usize;
    if empty {
        return Segment { range: start.clone(), inner: start.end..start.end };
    }
    for token in tokens {
        match &token.kind {
            markup::Kind::Open { name: other, empty: false, .. } if other == name => depth += 1,
            markup::Kind::Close { name: other } if other == name => {
                if depth == 0 {
                    return Segment {
                        range: start.start..token.range.end,
                        inner: start.end..token.range.start,
                    };
                }
                depth -= 1;
            }
            _ => {}
        }
    }
    Segment::default()
}

fn pieces(source: &str, range: Range<usize>) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let offset = range.start;
    let inner = source.get(range).unwrap_or_default();
    let mut tokens = Tokens::new(inner, Dialect::Xml);
    while let Some(Token { kind, range }) = tokens.next() {
        let here = offset + range.start..offset + range.end;
        let kind = match kind {
            markup::Kind::Text => {
                entities::read(source, here, Dialect::Xml, In::Content, &mut pieces);
                continue;
            }
            markup::Kind::Verbatim => {
                let text = inner.get(range).unwrap_or_default();
                let text = text.trim_start_matches("<![CDATA[").trim_end_matches("]]>").trim();
                Kind::Text(text.to_owned().into())
            }
            markup::Kind::Open { name, empty: false, ref attributes } if PAIRED.contains(&name.as_str()) => {
                let is = |name, value| attribute(inner, attributes, name) == Some(value);
                if is("translate", "no") || is("mtype", "protected") {
                    let element = segment(&mut tokens, &range, &name, false);
                    let text = element.slice(inner);
                    let slice = |range: Range<usize>| inner.get(range).unwrap_or_default().to_owned();
                    let source = here.start..offset + element.range.end;
                    let kind = if text.contains(['<', '&']) || text.trim().is_empty() {
                        Kind::Void { word: true }
                    } else {
                        let (open, close) = (slice(range), slice(element.inner.end..element.range.end));
                        Kind::Locked { open, text: text.to_owned(), close }
                    };
                    pieces.push(Piece::new(kind, source));
                    continue;
                }
                Kind::Open(name.into())
            }
            markup::Kind::Close { name } if PAIRED.contains(&name.as_str()) => Kind::Close(name.into()),
            // A code with its native markup inside.
            markup::Kind::Open { name, empty: false, .. } => {
                let element = segment(&mut tokens, &range, &name, false);
                pieces.push(Piece::new(Kind::Void { word: false }, here.start..offset + element.range.end));
                continue;
            }
            _ => Kind::Void { word: false },
        };
        pieces.push(Piece::new(kind, here));
    }
    pieces
}
