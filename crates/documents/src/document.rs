//! A parsed document, and the same document written in another language.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::block::{Block, Translation};
use crate::content::{Content, Occurrence};
use crate::encoding::{Encoding, Missing};
use crate::fall_back::fall_back;
use crate::finding::{Finding, FindingKind};
use crate::follows;
use crate::formats::notebook::Notebook;
use crate::formats::{epub, odf, ooxml, pdf, rst, string_catalog};
use crate::left_alone::{LeftAlone, Place};
use crate::package::Package;
use crate::parsed::Parsed;
use crate::parser::Parser;
use crate::part::Part;
use crate::read_back::{self, Mismatch, WrittenBlock};
use crate::render::{self, MarkupLevel, Renderer};
use crate::slot::ParsedBlock;
use crate::wrap::LineLayout;
use crate::{Error, Format, Result, limits};

/// A document: its bytes, and the blocks of text in them.
///
/// ```
/// use documents::{Document, Format};
///
/// let document = Document::parse(Format::Markdown, b"# Hallo\n\nDas ist *Wasan*.\n")?;
/// assert_eq!(document.blocks()[0].text, "Hallo");
/// assert_eq!(document.blocks()[1].text, "Das ist Wasan.");
///
/// let written = document.write(&["Hello".into(), "This is Wasan.".into()])?;
/// assert_eq!(written.bytes, b"# Hello\n\nThis is *Wasan*.\n");
/// assert!(written.findings.is_empty());
/// # Ok::<(), documents::Error>(())
/// ```
#[derive(Debug)]
pub struct Document {
    container: Container,
    content: Content,
    left_alone: LeftAlone,
}

/// What the parts of a document are written into.
#[derive(Debug)]
enum Container {
    Text,
    Package(Package),
    Notebook(Encoding, Notebook),
}

/// The parts of a document with blocks, and their blocks.
#[derive(Default)]
struct Collected {
    parts: Vec<Part>,
    /// Those of each part.
    blocks: Vec<Vec<ParsedBlock>>,
    count: usize,
    left_alone: LeftAlone,
}

impl Collected {
    /// Adds a part, if it has blocks or is completed without. `headings` are the styles of headings.
    fn add(&mut self, part: Part, headings: &BTreeSet<String>) -> Result<()> {
        let parsed = part.parse()?;
        self.add_parsed(parsed, part, headings)
    }

    /// As [`Self::add`], with what is in the part.
    fn add_parsed(&mut self, parsed: Parsed, part: Part, headings: &BTreeSet<String>) -> Result<()> {
        let Parsed { mut blocks, left_alone } = parsed;
        follows::mark(&part.parser, &part.source, &mut blocks, headings);
        self.left_alone.merge(left_alone);
        if !blocks.is_empty() || part.parser.is_completed() {
            self.count += blocks.len();
            self.blocks.push(blocks);
            self.parts.push(part);
            if self.count > limits::BLOCKS {
                return Err(Error::TooManyBlocks { limit: limits::BLOCKS });
            }
        }
        Ok(())
    }

    fn into_document(self, container: Container) -> Document {
        let content = Content::new(self.parts, self.blocks);
        Document { container, content, left_alone: self.left_alone }
    }
}

/// Options for parsing a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The columns of a table to translate, from 0; `None` selects those that contain text. A header row is left unchanged.
    pub columns: Option<Vec<usize>>,
    /// Code of the source language, such as "de"; used for translation memories, which contain several languages.
    pub from: Option<String>,
    /// Code of the target language; required for translation memories.
    pub to: Option<String>,
}

/// A written document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The document's bytes.
    pub bytes: Vec<u8>,
    /// What to check by hand, in the order of the blocks.
    pub findings: Vec<Finding>,
}

impl Document {
    /// Reads a document with default options.
    ///
    /// # Errors
    /// As [`Document::parse_with`].
    pub fn parse(format: Format, bytes: &[u8]) -> Result<Self> {
        Self::parse_with(format, bytes, &ReadOptions::default())
    }

    /// Reads a document with options.
    ///
    /// ```
    /// use documents::{Document, Format, ReadOptions};
    ///
    /// let table = "id,name,note\n1,Rotes Haus,Das Dach ist neu.\n";
    /// let options = ReadOptions { columns: Some(vec![2]), ..ReadOptions::default() };
    /// let document = Document::parse_with(Format::Csv, table.as_bytes(), &options)?;
    /// let written = document.write(&["The roof, it is new.".into()])?;
    /// assert_eq!(written.bytes, b"id,name,note\n1,Rotes Haus,\"The roof, it is new.\"\n");
    /// # Ok::<(), documents::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the bytes are in no known encoding, larger or more nested than [`limits`] allow, or not of this format.
    pub fn parse_with(format: Format, bytes: &[u8], options: &ReadOptions) -> Result<Self> {
        let parser = match format {
            Format::Text => Parser::Text,
            Format::Markdown => Parser::Markdown,
            Format::SubRip => Parser::SubRip,
            Format::WebVtt => Parser::WebVtt,
            Format::Html => Parser::Html,
            Format::Po => Parser::Po { to: options.to.clone() },
            Format::Xliff => Parser::Xliff { to: options.to.clone() },
            Format::Tmx => Parser::Tmx { from: options.from.clone(), to: options.to.clone() },
            Format::Csv | Format::Tsv => Parser::Table(options.columns.clone()),
            Format::Json => Parser::Json,
            Format::Properties => Parser::Properties,
            Format::Strings => Parser::Strings,
            Format::Yaml => Parser::Yaml,
            Format::Android => Parser::Android,
            Format::Resx => Parser::Resx,
            Format::Arb => Parser::Arb { to: options.to.clone() },
            Format::StringCatalog => {
                let (encoding, unprepared) = Encoding::read(bytes)?;
                let to = options.to.as_deref().ok_or(Error::NoTarget)?;
                let source = string_catalog::prepared(&unprepared, options.from.as_deref(), to)?;
                return Self::text(encoding, source, Parser::StringCatalog { unprepared });
            }
            Format::StringsDict => Parser::StringsDict,
            Format::Fluent => Parser::Fluent,
            Format::Ass => Parser::Ass,
            Format::Notebook => return Self::notebook(bytes),
            Format::Rst => {
                let (encoding, unprepared) = Encoding::read(bytes)?;
                let source = rst::prepared(&unprepared)?.into_owned();
                return Self::text(encoding, source, Parser::Rst { unprepared });
            }
            Format::AsciiDoc => Parser::AsciiDoc,
            Format::Latex => Parser::Latex,
            Format::Pdf => {
                let (markdown, left_alone) = pdf::to_markdown(bytes)?;
                let mut document = Self::text(Encoding::UTF_8, markdown, Parser::Markdown)?;
                document.left_alone.merge(left_alone);
                return Ok(document);
            }
            Format::Docx | Format::Pptx | Format::Xlsx => {
                return Self::package(
                    bytes,
                    |package, left| ooxml::texts(package, format, left),
                    Parser::Office,
                );
            }
            Format::Odt | Format::Ods | Format::Odp if Package::is_package(bytes) => {
                return Self::package(bytes, |package, _| odf::texts(package), Parser::OpenDocument);
            }
            Format::Odt | Format::Ods | Format::Odp => Parser::OpenDocument(odf::OdfEntry::Flat),
            Format::Epub => return Self::package(bytes, |package, _| epub::texts(package), Parser::Epub),
        };
        let (encoding, source) =
            if parser.is_xml() { Encoding::read_xml(bytes)? } else { Encoding::read(bytes)? };
        let encoding = if parser == Parser::Properties { encoding.of_properties(&source) } else { encoding };
        Self::text(encoding, source, parser)
    }

    /// A document that is one text.
    fn text(encoding: Encoding, source: String, parser: Parser) -> Result<Self> {
        let part = Part { name: String::new(), source, encoding, parser };
        let Parsed { mut blocks, mut left_alone } = part.parse()?;
        follows::mark(&part.parser, &part.source, &mut blocks, &BTreeSet::new());
        left_alone.add(Place::Bytes, encoding.kept_bytes(&part.source));
        let content = Content::new(vec![part], vec![blocks]);
        Ok(Self { container: Container::Text, content, left_alone })
    }

    /// A document that is a package: `entries` lists those that contain text, each with what `parser` needs.
    fn package<E>(
        bytes: &[u8],
        entries: impl FnOnce(&mut Package, &mut LeftAlone) -> Result<Vec<(String, E)>>,
        parser: impl Fn(E) -> Parser,
    ) -> Result<Self> {
        let mut package = Package::open(bytes)?;
        let mut collected = Collected::default();
        let headings = follows::heading_styles(&mut package);
        let (mut has_slide, mut damaged_slide) = (false, None);
        for (name, entry) in entries(&mut package, &mut collected.left_alone)? {
            let parser = parser(entry);
            let (is_optional, is_slide) = (parser.is_optional(), parser.is_slide());
            let is_first = collected.parts.is_empty();
            let part = package.read(&name).and_then(|(encoding, source)| {
                let part = Part { source, name, encoding, parser };
                Ok((part.parse()?, part))
            });
            match part {
                Ok((parsed, part)) => {
                    has_slide |= is_slide;
                    collected.add_parsed(parsed, part, &headings)?;
                }
                // A document whose first text, or each of whose slides, cannot be read is refused; of the others it has the
                // damaged part as it was.
                Err(error) if is_optional || ((is_slide || !is_first) && error.is_damage()) => {
                    collected.left_alone.add(Place::DamagedPart, 1);
                    damaged_slide = damaged_slide.or_else(|| (is_slide && is_first).then_some(error));
                }
                Err(error) => return Err(error),
            }
        }
        if let Some(error) = damaged_slide.filter(|_| !has_slide) {
            return Err(error);
        }
        Ok(collected.into_document(Container::Package(package)))
    }

    /// A notebook, whose Markdown cells are parts.
    fn notebook(bytes: &[u8]) -> Result<Self> {
        let (encoding, source) = Encoding::read(bytes)?;
        let notebook = Notebook::read(source)?;
        let mut collected = Collected::default();
        for (name, source) in notebook.texts()? {
            let part = Part { name, source, encoding, parser: Parser::Markdown };
            collected.add(part, &BTreeSet::new())?;
        }
        Ok(collected.into_document(Container::Notebook(encoding, notebook)))
    }

    /// The texts to translate, in the document's order.
    pub fn blocks(&self) -> &[Block] {
        &self.content.blocks
    }

    /// The places whose text is left on purpose.
    pub fn left_alone(&self) -> &LeftAlone {
        &self.left_alone
    }

    /// The document with each block's text replaced by its translation. A block whose translation is its own text
    /// keeps its bytes, so writing the texts of [`Document::blocks`] gives the document as it was read.
    ///
    /// # Errors
    /// [`Error::Count`] unless there is one translation for each block; [`Error::Damaged`] when a package cannot be
    /// written.
    pub fn write(&self, translations: &[Translation]) -> Result<Written> {
        if translations.len() != self.content.blocks.len() {
            return Err(Error::Count { blocks: self.content.blocks.len(), given: translations.len() });
        }
        let mut levels = vec![MarkupLevel::Full; self.content.blocks.len()];
        // Each later round falls back for all remaining blocks of a part, so the loop ends.
        let mut round = 0;
        loop {
            let mut renderer = Renderer::new(&self.content, translations, &levels);
            let parts = self.content.parts.iter().enumerate();
            let bodies: Vec<String> = parts.map(|(at, _)| renderer.part(at)).collect();
            let is_changed = self.content.parts.iter().zip(&bodies).any(|(part, body)| part.source != *body);
            let parts = self.content.parts.iter().zip(bodies);
            let bodies: Vec<String> = parts.map(|(part, body)| part.completed(body, is_changed)).collect();
            let mismatches = self.mismatches(&bodies, &renderer);
            if mismatches.is_empty() {
                return self.written(&bodies, translations, renderer.into_findings());
            }
            for (part, mismatch) in mismatches {
                let isolated = self.content.parts.get(part).is_some_and(|part| part.parser.isolates_blocks());
                fall_back(&mut levels, &self.content.blocks_of(part), isolated, &mismatch, round);
            }
            round += 1;
        }
    }

    /// Whether there are subtitles, whose lines are limited in length.
    pub fn has_subtitles(&self) -> bool {
        self.content.occurrences.iter().any(Occurrence::is_subtitle)
    }

    /// The most lines of a subtitle and the most columns of a line; `None` if the block is no subtitle.
    pub fn subtitle_limits(&self, block: usize) -> Option<(usize, usize)> {
        let occurrence = self.content.occurrences.iter().find(|occurrence| occurrence.block == block)?;
        let LineLayout::Balance { most, .. } = occurrence.slot.layout else { return None };
        Some((most, render::most_columns(&self.content, occurrence)))
    }

    /// The blocks that would be a subtitle with a line longer than viewers can read in time, and longer than any line
    /// of its source, if their texts were those given by block.
    pub fn too_long(&self, given: &BTreeMap<usize, String>) -> Vec<usize> {
        let mut translations = vec![Translation::default(); self.content.blocks.len()];
        for (block, text) in given {
            if let Some(translation) = translations.get_mut(*block) {
                *translation = text.as_str().into();
            }
        }
        let levels = vec![MarkupLevel::Full; self.content.blocks.len()];
        let mut renderer = Renderer::new(&self.content, &translations, &levels);
        for (index, occurrence) in self.content.occurrences.iter().enumerate() {
            if occurrence.is_subtitle() && given.contains_key(&occurrence.block) {
                renderer.render(index, occurrence);
            }
        }
        let long = renderer.findings.into_iter().filter(|finding| finding.kind == FindingKind::Long);
        long.map(|finding| finding.block).collect()
    }

    /// The parts that are not read back as they were written, each with its mismatches.
    fn mismatches(&self, bodies: &[String], renderer: &Renderer) -> Vec<(usize, Mismatch)> {
        let texts = renderer.expected.iter().zip(&renderer.starts);
        let written_blocks =
            self.content.occurrences.iter().zip(texts).map(|(occurrence, (expected, &start))| {
                let block = self.content.block(occurrence);
                WrittenBlock { occurrence, source: block.map_or("", |block| &block.text), expected, start }
            });
        let mut written_blocks = written_blocks.peekable();
        let parts = self.content.parts.iter().zip(bodies).enumerate();
        let mismatches = parts.filter_map(|(index, (part, body))| {
            let of_part: Vec<WrittenBlock> =
                std::iter::from_fn(|| written_blocks.next_if(|one| one.occurrence.part == index)).collect();
            read_back::mismatch(part, body, &of_part).map(|mismatch| (index, mismatch))
        });
        mismatches.collect()
    }

    /// The document with the written bodies of its parts.
    fn written(
        &self,
        bodies: &[String],
        translations: &[Translation],
        mut findings: Vec<Finding>,
    ) -> Result<Written> {
        let parts = self.content.parts.iter().zip(bodies);
        let replaced = parts.filter(|(part, body)| part.source != **body);
        let bytes = match &self.container {
            Container::Text => {
                let Some((part, body)) = self.content.parts.first().zip(bodies.first()) else {
                    return Ok(Written { bytes: Vec::new(), findings });
                };
                let (bytes, changed) = part.encoded(body);
                if changed {
                    let lacking =
                        translations.iter().position(|given| !part.encoding.can_encode(&given.text));
                    let block = lacking.unwrap_or(0);
                    let text = translations.get(block).map(|given| given.text.clone()).unwrap_or_default();
                    findings.push(Finding { block, kind: FindingKind::Encoding, text });
                }
                bytes
            }
            Container::Package(package) => {
                let mut joined: Vec<(&Part, Cow<str>)> = Vec::new();
                for (part, body) in replaced {
                    match joined.iter_mut().find(|(other, _)| other.name == part.name) {
                        Some((_, other)) => *other = Cow::Owned(part.joined(other, body)),
                        None => joined.push((part, Cow::Borrowed(body))),
                    }
                }
                let encoded = joined.iter().map(|(part, body)| (part.name.as_str(), part.encoded(body).0));
                let replaced: Vec<_> = encoded.collect();
                package.write(&replaced)?
            }
            Container::Notebook(encoding, notebook) => {
                let replaced: Vec<_> =
                    replaced.map(|(part, body)| (part.name.as_str(), body.as_str())).collect();
                encoding.write(&notebook.written(&replaced), Missing::Escape).0
            }
        };
        findings.sort_by_key(|finding| finding.block);
        Ok(Written { bytes, findings })
    }
}
