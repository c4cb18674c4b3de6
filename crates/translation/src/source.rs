//! Reads a job's source: the lines of typed text, or the blocks of a document.

use std::ops::Range;
use std::path::{Path, PathBuf};

use documents::{Block, Document, Format, ReadOptions, SpanKind};

use crate::error::Result;
use crate::files;
use crate::job::{DecodeOptions, Job, Source, Target};
use crate::languages::LanguagePair;
use crate::sentences::{self, Sentence};
use crate::store::{Hash, sha256};

/// A source without its texts: the line ends of typed text, or the parsed document.
pub(crate) enum LoadedSource {
    /// Typed text: the line end of each line.
    Text(Vec<String>),
    /// A document in a file. Without a target the translation is written beside it, under a name free at that time.
    File { document: Box<Document>, format: Format, input: PathBuf, hash: Hash, target: Option<Target> },
    /// A document in memory.
    Bytes { document: Box<Document>, format: Format },
}

/// A text to translate, with its locked and marked-up ranges, the locked ones in order.
pub(crate) struct SourceBlock {
    pub text: String,
    /// Whether it continues the block before it; see [`Block::follows`].
    pub follows: bool,
    locked: Vec<Range<usize>>,
    markup: Vec<Range<usize>>,
}

impl SourceBlock {
    /// The locked ranges inside a byte range, counted from its start.
    pub fn locked_in(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let inside =
            self.locked.iter().filter(|locked| range.start <= locked.start && locked.end <= range.end);
        inside.map(|locked| locked.start - range.start..locked.end - range.start).collect()
    }

    /// The sentences of the text in the language of this code. None ends inside a locked item; an item that is too long
    /// for a model is in the separator between two.
    pub fn sentences(&self, language: &str) -> Vec<Sentence<'_>> {
        sentences::split_around(&self.text, &self.locked, language)
    }

    /// Whether markup begins or ends inside a byte range.
    pub fn is_marked_in(&self, range: &Range<usize>) -> bool {
        let inside = |at: usize| range.start < at && at < range.end;
        self.markup.iter().any(|span| inside(span.start) || inside(span.end))
    }

    fn plain(text: &str) -> Self {
        let locked = documents::locked_in_prose(text);
        Self { text: text.to_owned(), follows: true, locked, markup: Vec::new() }
    }

    fn of(block: &Block) -> Self {
        let locked =
            block.spans.iter().filter(|span| span.kind == SpanKind::Locked && !span.range.is_empty());
        let markup = block.spans.iter().filter(|span| span.kind != SpanKind::Locked);
        let ranges = |span: &documents::Span| span.range.clone();
        let mut locked: Vec<Range<usize>> = locked.map(ranges).collect();
        locked.sort_by_key(|range| range.start);
        let markup = markup.map(ranges).collect();
        Self { text: block.text.clone(), follows: block.follows, locked, markup }
    }
}

impl LoadedSource {
    /// Reads a job's source.
    ///
    /// # Errors
    /// A file that cannot be read or is not a document, a target that is the source.
    pub fn read(job: &Job) -> Result<(Self, Vec<SourceBlock>)> {
        match &job.source {
            Source::Text(text) => {
                let lines: Vec<(&str, &str)> = text.split_inclusive('\n').map(split_line_end).collect();
                let between = lines.iter().map(|(_, end)| (*end).to_owned()).collect();
                Ok((Self::Text(between), lines.iter().map(|(body, _)| SourceBlock::plain(body)).collect()))
            }
            Source::File { input, output } => {
                let bytes = files::read(input)?;
                let options = read_options(&job.pair, &job.options);
                let (format, document) = open(input, &bytes, job.options.format, &options)?;
                if let Some(Target::File(target)) = output {
                    files::not_the_source(input, target)?;
                }
                let texts = document.blocks().iter().map(SourceBlock::of).collect();
                let (input, target) = (input.clone(), output.clone());
                Ok((
                    Self::File { document: Box::new(document), format, input, hash: sha256(&bytes), target },
                    texts,
                ))
            }
            Source::Bytes { name, bytes } => {
                let options = read_options(&job.pair, &job.options);
                let (format, document) = open(Path::new(name), bytes, job.options.format, &options)?;
                let texts = document.blocks().iter().map(SourceBlock::of).collect();
                Ok((Self::Bytes { document: Box::new(document), format }, texts))
            }
        }
    }
}

/// The options for reading documents of a pair.
pub(crate) fn read_options(pair: &LanguagePair, options: &DecodeOptions) -> ReadOptions {
    ReadOptions { columns: options.columns.clone(), from: Some(pair.from.clone()), to: Some(pair.to.clone()) }
}

/// Reads a document, as `chosen` or as what it seems to be.
///
/// # Errors
/// Bytes that are not a document.
pub(crate) fn open(
    path: &Path,
    bytes: &[u8],
    chosen: Option<Format>,
    options: &ReadOptions,
) -> Result<(Format, Document)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let format = match chosen {
        Some(format) => format.chosen(&name, bytes)?,
        None => Format::detect(&name, bytes)?,
    };
    Ok((format, Document::parse_with(format, bytes, options)?))
}

/// The extension of a translation whose format differs from its source's.
pub(crate) fn new_extension(format: Format) -> Option<&'static str> {
    (format == Format::Pdf).then(|| format.extension())
}

// Splits a line into its text and its line end.
fn split_line_end(line: &str) -> (&str, &str) {
    line.split_at(line.trim_end_matches(['\n', '\r']).len())
}
