//! A parsed document, and the same document written in another language.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use crate::block::{Block, LineLayout, Translation};
use crate::encoding::{Encoding, Missing};
use crate::formats::pdf;
use crate::package::Package;
use crate::part::{self, Misread, Occurrence, Parser, Part, WrittenBlock};
use crate::render::{self, MarkupLevel, Renderer};
use crate::{Error, Format, Result, limits};

/// A document: its bytes, and the blocks of text in them.
#[derive(Debug)]
pub struct Document {
    shell: Shell,
    parts: Vec<Part>,
    pub(crate) blocks: Vec<Block>,
    /// Where the blocks stand, in the order of parts and bytes; one inside another follows it.
    pub(crate) occurrences: Vec<Occurrence>,
}

/// What the parts of a document are written into.
#[derive(Debug)]
enum Shell {
    Text(Encoding),
    Package(Package),
}

/// What a reader of documents may choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The columns of a table to translate, from 0; `None` takes those that hold text. A row of titles stays as it is.
    pub columns: Option<Vec<usize>>,
    /// Code of the language to translate from, such as "de"; a translation memory holds several.
    pub from: Option<String>,
    /// Code of the language to translate into; a translation memory cannot be read without.
    pub to: Option<String>,
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
    pub kind: FindingKind,
    /// The markup, code or translation that it happened to.
    pub text: String,
}

/// What could not be carried over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Code, an address or a formula of the source is not in the translation.
    Lost,
    /// Emphasis or a link: its words could not be found in the translation. Line breaks that it has not.
    Dropped,
    /// An image or a footnote mark stands at the end, as its place could not be found.
    Moved,
    /// The translation is empty; the source was kept.
    Empty,
    /// The translation would have changed the document's structure; the source was kept.
    Refused,
    /// A line of a subtitle is longer than readers can follow, and than any of its source.
    Long,
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
    pub fn parse_with(format: Format, bytes: &[u8], options: &ReadOptions) -> Result<Self> {
        let Some(reader) = Parser::of(format, options) else {
            return Self::unpack(format, bytes);
        };
        let (encoding, source) = match format {
            Format::Pdf => (Encoding::UTF_8, pdf::to_markdown(bytes)?),
            _ => Encoding::read(bytes)?,
        };
        let part = Part { name: String::new(), source, reader };
        let (blocks, occurrences) = part::arrange(part.find()?.into_iter().map(|found| (0, found)).collect());
        Ok(Self { shell: Shell::Text(encoding), parts: vec![part], blocks, occurrences })
    }

    fn unpack(format: Format, bytes: &[u8]) -> Result<Self> {
        let mut package = Package::open(bytes)?;
        let (mut parts, mut all) = (Vec::new(), Vec::new());
        for (name, reader) in format.texts(&mut package)? {
            let part = Part { source: package.text(&name)?, name, reader };
            let found = part.find()?;
            if !found.is_empty() {
                all.extend(found.into_iter().map(|found| (parts.len(), found)));
                parts.push(part);
                if all.len() > limits::BLOCKS {
                    return Err(Error::TooManyBlocks { limit: limits::BLOCKS });
                }
            }
        }
        let (blocks, occurrences) = part::arrange(all);
        Ok(Self { shell: Shell::Package(package), parts, blocks, occurrences })
    }

    /// The texts to translate, in the document's order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The document with each block's text replaced by its translation. A block whose translation is its own text
    /// keeps its bytes, so writing the texts of [`Document::blocks`] gives the document as it was read.
    ///
    /// # Errors
    /// [`Error::Count`] unless there is one translation for each block; [`Error::Damaged`] when a package cannot be
    /// written.
    pub fn write(&self, translations: &[Translation]) -> Result<Written> {
        if translations.len() != self.blocks.len() {
            return Err(Error::Count { blocks: self.blocks.len(), given: translations.len() });
        }
        let mut levels = vec![MarkupLevel::Full; self.blocks.len()];
        // Every round of the later ones gives up on all of a part, so there is a last one.
        let mut round = 0;
        loop {
            let mut renderer = Renderer::new(self, translations, &levels);
            let parts = self.parts.iter().enumerate();
            let bodies: Vec<String> = parts.map(|(at, part)| part.completed(renderer.part(at))).collect();
            let misread = self.misread(&bodies, &renderer);
            if misread.is_empty() {
                return self.written(&bodies, translations, renderer.findings);
            }
            for (part, misread) in misread {
                self.fall_back(&mut levels, part, &misread, round);
            }
            round += 1;
        }
    }

    /// Whether there are subtitles, whose lines are bound in length.
    pub fn has_subtitles(&self) -> bool {
        self.occurrences.iter().any(Occurrence::is_subtitle)
    }

    /// The lines and columns that there is room for in a subtitle; none where a block is none.
    pub fn subtitle_limits(&self, block: usize) -> Option<(usize, usize)> {
        let occurrence = self.occurrences.iter().find(|occurrence| occurrence.block == block)?;
        let LineLayout::Balance { most, .. } = occurrence.slot.layout else { return None };
        Some((most, render::most_columns(self, occurrence)))
    }

    /// Which of these blocks would be a subtitle with a line longer than readers can follow, and than any of its source,
    /// if their texts were these.
    pub fn too_long(&self, given: &BTreeMap<usize, String>) -> Vec<usize> {
        let mut translations = vec![Translation::default(); self.blocks.len()];
        for (block, text) in given {
            translations.get_mut(*block).into_iter().for_each(|slot| *slot = text.as_str().into());
        }
        let levels = vec![MarkupLevel::Full; self.blocks.len()];
        let mut renderer = Renderer::new(self, &translations, &levels);
        for (index, occurrence) in self.occurrences.iter().enumerate() {
            if occurrence.is_subtitle() && given.contains_key(&occurrence.block) {
                renderer.occurrence(index, occurrence);
            }
        }
        let long = renderer.findings.into_iter().filter(|finding| finding.kind == FindingKind::Long);
        long.map(|finding| finding.block).collect()
    }

    /// Bytes of a part.
    pub(crate) fn slice(&self, part: usize, range: Range<usize>) -> &str {
        self.source(part).get(range).unwrap_or_default()
    }

    /// All of a part.
    pub(crate) fn source(&self, part: usize) -> &str {
        self.parts.get(part).map_or("", |part| &part.source)
    }

    /// What of each part is not read back from what was written as it should be.
    fn misread(&self, bodies: &[String], renderer: &Renderer) -> Vec<(usize, Misread)> {
        let texts = renderer.reads.iter().zip(&renderer.starts);
        let written_blocks = self.occurrences.iter().zip(texts).map(|(occurrence, (read, &start))| {
            let block = occurrence.own.as_ref().or_else(|| self.blocks.get(occurrence.block));
            WrittenBlock { occurrence, source: block.map_or("", |block| &block.text), read, start }
        });
        let mut written_blocks = written_blocks.peekable();
        let parts = self.parts.iter().zip(bodies).enumerate();
        let misread = parts.filter_map(|(index, (part, body))| {
            let of_part: Vec<WrittenBlock> =
                std::iter::from_fn(|| written_blocks.next_if(|one| one.occurrence.part == index)).collect();
            part::misread(part, body, &of_part).map(|misread| (index, misread))
        });
        misread.collect()
    }

    /// Keeps less of the markup of the block that is misread, and outside of office documents of the one before it, which may
    /// have swallowed it; in later rounds of all blocks of the part from there on, and in the end of all of them. A name that
    /// clashes stays at once.
    fn fall_back(&self, levels: &mut [MarkupLevel], part: usize, misread: &Misread, round: usize) {
        let mut blocks: Vec<usize> = self
            .occurrences
            .iter()
            .filter(|occurrence| occurrence.part == part)
            .map(|occurrence| occurrence.block)
            .collect();
        blocks.sort_unstable();
        blocks.dedup();
        let doubtful = match misread {
            Misread::Names(names) => {
                blocks.retain(|block| names.contains(block));
                0..0
            }
            Misread::Block(block) => {
                let at = blocks.partition_point(|other| other < block);
                let last = if round < limits::READ_BACKS / 2 { at + 1 } else { blocks.len() };
                let reader = self.parts.get(part).map(|part| &part.reader);
                let is_office = matches!(reader, Some(Parser::Office(_) | Parser::OpenDocument(_)));
                at.saturating_sub(usize::from(!is_office))..last.min(blocks.len())
            }
        };
        let mut any = false;
        for &block in blocks.get(doubtful).unwrap_or_default() {
            let Some(level) = levels.get_mut(block) else { continue };
            any |= *level != MarkupLevel::Source;
            *level = if *level == MarkupLevel::Full { MarkupLevel::Minimal } else { MarkupLevel::Source };
        }
        if !any || round + 1 >= limits::READ_BACKS {
            for block in blocks {
                levels.get_mut(block).into_iter().for_each(|level| *level = MarkupLevel::Source);
            }
        }
    }

    fn written(
        &self,
        bodies: &[String],
        translations: &[Translation],
        mut findings: Vec<Finding>,
    ) -> Result<Written> {
        let bytes = match &self.shell {
            Shell::Text(encoding) => {
                let missing = self.parts.first().map_or(Missing::None, |part| part.reader.missing());
                let (bytes, changed) = encoding.write(&bodies.concat(), missing);
                if changed
                    && let Some(block) = translations.iter().position(|given| !encoding.holds(&given.text))
                {
                    let text = translations.get(block).map(|given| given.text.clone()).unwrap_or_default();
                    findings.push(Finding { block, kind: FindingKind::Encoding, text });
                }
                bytes
            }
            Shell::Package(package) => {
                let parts = self.parts.iter().zip(bodies).filter(|(part, body)| part.source != **body);
                let replaced: Vec<_> =
                    parts.map(|(part, body)| (part.name.as_str(), body.as_str())).collect();
                package.write(&replaced)?
            }
        };
        findings.sort_by_key(|finding| finding.block);
        Ok(Written { bytes, findings })
    }
}
