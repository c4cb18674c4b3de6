//! Findings: what could not be carried over into a written translation.

use serde::Serialize;

/// Something that could not be carried over into a translation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Index into [`Document::blocks`](crate::Document::blocks).
    pub block: usize,
    /// What happened.
    pub kind: FindingKind,
    /// The markup, code or translation that it concerns.
    pub text: String,
}

/// The kind of a [`Finding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Code, an address or a formula of the source is missing in the translation.
    Lost,
    /// Emphasis or a link was dropped because its words could not be found in the translation, or a line break because
    /// the translation has fewer.
    Dropped,
    /// An image, a footnote mark, code or an address was put where its neighbours are, or at the end, because its
    /// position could not be found.
    Moved,
    /// The translation is empty; the source was kept.
    Empty,
    /// The placeholders in the translation of a program's message are not those of the message; the source was kept.
    Placeholders,
    /// The translation would have changed the document's structure; the source was kept.
    Refused,
    /// A subtitle line is longer than viewers can read in time, and longer than any line of its source.
    Long,
    /// The whole document was written as UTF-8: its encoding lacks a character of the translation, or its format has no
    /// other.
    Encoding,
}
