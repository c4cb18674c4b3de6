//! A parsed document, and the same document written in another language.

use std::cmp::Reverse;
use std::ops::Range;

use serde::Serialize;

use crate::block::{Block, Place};
use crate::format::utf8;
use crate::render::{Care, Draft};
use crate::{Error, Format, Result, limits, markdown, subrip, text};

/// A document: its bytes, and the blocks of text in them.
#[derive(Debug)]
pub struct Document {
    format: Format,
    byte_order_mark: &'static str,
    source: String,
    pub(crate) blocks: Vec<Block>,
    pub(crate) places: Vec<Place>,
}

/// A written document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The document's bytes.
    pub bytes: Vec<u8>,
    /// What a reader should look at, in the order of the blocks.
    pub findings: Vec<Finding>,
}

/// Something that could not be carried over into a translation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Index into [`Document::blocks`].
    pub block: usize,
    /// What happened.
    pub problem: Problem,
    /// The markup, code or translation that it happened to.
    pub text: String,
}

/// What could not be carried over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// Code, an address or a formula of the source is not in the translation.
    Lost,
    /// Emphasis or a link: its words could not be found in the translation.
    Dropped,
    /// An image or a footnote mark stands at the end, as its place could not be found.
    Moved,
    /// The translation is empty; the source was kept.
    Empty,
    /// The translation would have changed the document's structure; the source was kept.
    Refused,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// When the bytes are not UTF-8, larger or more nested than [`limits`] allow, or not of this format.
    pub fn parse(format: Format, bytes: &[u8]) -> Result<Self> {
        let text = utf8(bytes)?;
        let (byte_order_mark, source) = match text.strip_prefix('\u{feff}') {
            Some(rest) => ("\u{feff}", rest),
            None => ("", text),
        };
        let mut found = match format {
            Format::Text => text::parse(source),
            Format::Markdown => markdown::parse(source)?,
            Format::SubRip => subrip::parse(source)?,
        };
        found.sort_by_key(|found| (found.place.range.start, Reverse(found.place.range.end)));
        let (blocks, places) = found.into_iter().map(|found| (found.block, found.place)).unzip();
        Ok(Self { format, byte_order_mark, source: source.to_owned(), blocks, places })
    }

    /// The texts to translate, in the document's order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The document with each block's text replaced by its translation. A block whose translation is its own text
    /// keeps its bytes, so writing the texts of [`Document::blocks`] gives the document as it was read.
    ///
    /// # Errors
    /// [`Error::Count`] unless there is one translation for each block.
    pub fn write(&self, translations: &[String]) -> Result<Written> {
        if translations.len() != self.blocks.len() {
            return Err(Error::Count { blocks: self.blocks.len(), given: translations.len() });
        }
        let mut cares = vec![Care::Marked; self.blocks.len()];
        let mut round = 0;
        loop {
            let mut draft = self.draft(translations, &cares);
            let body = draft.copy(0..self.source.len(), 0);
            let misread = match self.format {
                Format::Markdown => markdown::misread(&body, &draft.reads),
                Format::Text | Format::SubRip => None,
            };
            let Some(misread) = misread.filter(|_| round < limits::READ_BACKS) else {
                return Ok(self.written(&body, draft.findings));
            };
            Self::take_care(&mut cares, misread, round);
            round += 1;
        }
    }

    pub(crate) fn slice(&self, range: Range<usize>) -> &str {
        self.source.get(range).unwrap_or_default()
    }

    fn draft<'a>(&'a self, translations: &'a [String], cares: &'a [Care]) -> Draft<'a> {
        let reads = vec![String::new(); self.blocks.len()];
        Draft { document: self, translations, cares, reads, findings: Vec::new() }
    }

    /// Keeps less of the markup of the first block that is misread, and of the one before, which may have swallowed
    /// it; in later rounds of all blocks from there on, and in the end of all.
    fn take_care(cares: &mut [Care], misread: usize, round: usize) {
        let last = if round < limits::READ_BACKS / 2 { misread + 1 } else { cares.len() };
        let mut any = false;
        for care in cares.iter_mut().take(last).skip(misread.saturating_sub(1)) {
            any |= *care != Care::Source;
            *care = if *care == Care::Marked { Care::Bare } else { Care::Source };
        }
        if !any || round + 1 >= limits::READ_BACKS {
            cares.fill(Care::Source);
        }
    }

    fn written(&self, body: &str, mut findings: Vec<Finding>) -> Written {
        findings.sort_by_key(|finding| finding.block);
        Written { bytes: [self.byte_order_mark, body].concat().into_bytes(), findings }
    }
}
