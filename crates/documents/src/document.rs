//! A parsed document, and the same document written in another language.

use std::ops::Range;

use serde::Serialize;

use crate::block::{Block, Translation};
use crate::encoding::{Encoding, Missing};
use crate::markup::Dialect;
use crate::part::{self, Part, Reader, Site};
use crate::render::{Care, Draft};
use crate::{Error, Format, Result, limits};

/// A document: its bytes, and the blocks of text in them.
#[derive(Debug)]
pub struct Document {
    encoding: Encoding,
    parts: Vec<Part>,
    pub(crate) blocks: Vec<Block>,
    /// Where the blocks stand, in the order of parts and bytes; one inside another follows it.
    pub(crate) sites: Vec<Site>,
}

/// What a reader of documents may choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The columns of a table to translate, from 0; `None` takes those that hold text.
    pub columns: Option<Vec<usize>>,
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
    /// The document's encoding lacks a character of the translation, so all of it was written as UTF-8.
    Encoding,
}

impl Document {
    /// Reads a document as [`Document::parse_with`] does by default.
    ///
    /// # Errors
    /// As [`Document::parse_with`].
    pub fn parse(format: Format, bytes: &[u8]) -> Result<Self> {
        Self::parse_with(format, bytes, &ReadOptions::default())
    }

    /// Reads a document.
    ///
    /// # Errors
    /// When the bytes are in no known encoding, larger or more nested than [`limits`] allow, or not of this format.
    pub fn parse_with(format: Format, bytes: &[u8], _options: &ReadOptions) -> Result<Self> {
        let (encoding, source) = Encoding::read(bytes)?;
        let reader = match format {
            Format::Text => Reader::Text,
            Format::Markdown => Reader::Markdown,
            Format::SubRip => Reader::SubRip,
            Format::Html => Reader::Html(Dialect::of(&source)),
        };
        let parts = vec![Part { source, reader }];
        let (blocks, sites) = part::read(&parts)?;
        Ok(Self { encoding, parts, blocks, sites })
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
    pub fn write(&self, translations: &[Translation]) -> Result<Written> {
        if translations.len() != self.blocks.len() {
            return Err(Error::Count { blocks: self.blocks.len(), given: translations.len() });
        }
        let mut cares = vec![Care::Marked; self.sites.len()];
        let mut round = 0;
        loop {
            let mut draft = Draft::new(self, translations, &cares);
            let bodies: Vec<String> = (0..self.parts.len()).map(|part| draft.part(part)).collect();
            let Some(misread) = self.misread(&bodies, &draft.reads).filter(|_| round < limits::READ_BACKS)
            else {
                return Ok(self.written(&bodies, translations, draft.findings));
            };
            Self::take_care(&mut cares, misread, round);
            round += 1;
        }
    }

    /// Bytes of a part.
    pub(crate) fn slice(&self, part: usize, range: Range<usize>) -> &str {
        self.source(part).get(range).unwrap_or_default()
    }

    /// All of a part.
    pub(crate) fn source(&self, part: usize) -> &str {
        self.parts.get(part).map_or("", |part| &part.source)
    }

    /// The first site that is not read back from what was written as the text it should be.
    fn misread(&self, bodies: &[String], reads: &[String]) -> Option<usize> {
        self.parts.iter().zip(bodies).enumerate().find_map(|(index, (part, body))| {
            let sites = self.sites.iter().zip(reads).enumerate();
            let sites = sites.map(|(at, (site, read))| (at, site, read.as_str()));
            part::misread(part, body, sites.filter(|(_, site, _)| site.part == index))
        })
    }

    /// Keeps less of the markup of the first site that is misread, and of the one before, which may have swallowed
    /// it; in later rounds of all sites from there on, and in the end of all.
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

    fn written(&self, bodies: &[String], translations: &[Translation], mut findings: Vec<Finding>) -> Written {
        let missing = self.parts.first().map_or(Missing::None, |part| part.reader.missing());
        let (bytes, changed) = self.encoding.write(&bodies.concat(), missing);
        if changed && let Some(block) = translations.iter().position(|given| !self.encoding.holds(&given.text)) {
            let text = translations.get(block).map(|given| given.text.clone()).unwrap_or_default();
            findings.push(Finding { block, problem: Problem::Encoding, text });
        }
        findings.sort_by_key(|finding| finding.block);
        Written { bytes, findings }
    }
}
