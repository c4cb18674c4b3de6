//! A segment of a translated document, as the review shows it.

use std::ops::Range;

use documents::{Block, SpanKind};
use serde::{Deserialize, Serialize};

use crate::checks::Reason;
use crate::glossary::Terms;
use crate::quality::QualityEstimate;
use crate::sentence_report::SentenceStatus;

/// The length of a text in UTF-16 code units, in which the webview counts.
pub(crate) fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A segment of a translated document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    /// Index in the document.
    pub index: usize,
    /// Index of its block: a paragraph, cell or cue.
    pub block: usize,
    /// The source.
    pub source: String,
    /// The translation.
    pub target: String,
    /// Its status.
    pub status: SentenceStatus,
    /// Reasons to review it.
    pub reasons: Vec<Reason>,
    /// The document's markup in the source.
    pub spans: Vec<SpanMark>,
    /// Source and translation with numbered tags where the markup is, such as `There <1>is</1> more<2/>`; none without markup
    /// that can be moved. An edit of the translation moves it with these tags.
    pub tagged: Option<TaggedTexts>,
    /// The glossary terms in the source.
    pub terms: Terms,
    /// The estimated quality; none for what the models did not translate or a person has changed.
    pub quality: Option<QualityEstimate>,
}

/// The texts of a segment with numbered tags in place of markup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaggedTexts {
    /// The source.
    pub source: String,
    /// The translation; without the tags of markup that it lacks.
    pub target: String,
}

/// Markup in the source of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanMark {
    /// Start, in UTF-16 code units.
    pub start: usize,
    /// End.
    pub end: usize,
    /// Its kind.
    pub kind: MarkKind,
    /// The markup before the text, such as `**`.
    pub label: String,
}

/// Kinds of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// Emphasis, a link.
    Paired,
    /// An image, a footnote mark.
    Void,
    /// Code, an address, a placeholder.
    Locked,
}

impl SpanMark {
    /// The markup of a block that overlaps a range of its text.
    pub(crate) fn within(block: &Block, range: &Range<usize>) -> Vec<Self> {
        let units = |at: usize| block.text.get(range.start..at).map_or(0, utf16_len);
        let spans = Self::indices_within(block, range).filter_map(|index| block.spans.get(index));
        let mark = spans.map(|span| Self {
            start: units(span.range.start.max(range.start)),
            end: units(span.range.end.min(range.end)),
            kind: match span.kind {
                SpanKind::Paired => MarkKind::Paired,
                SpanKind::Void => MarkKind::Void,
                SpanKind::Locked => MarkKind::Locked,
            },
            label: span.open.chars().take(MAX_LABEL).collect(),
        });
        mark.collect()
    }

    /// The spans of this markup, as indices into those of the block.
    pub(crate) fn indices_within<'a>(
        block: &'a Block,
        range: &'a Range<usize>,
    ) -> impl Iterator<Item = usize> + 'a {
        let touches = |span: &Range<usize>| match span.is_empty() {
            true => range.contains(&span.start),
            false => span.start < range.end && range.start < span.end,
        };
        let spans = block.spans.iter().enumerate();
        spans.filter(move |(_, span)| touches(&span.range)).map(|(index, _)| index)
    }
}

// A label is shown in a small box; an office document's runs are long.
const MAX_LABEL: usize = 80;
