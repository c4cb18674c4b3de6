//! What stands around the texts of a job: the line ends of typed text, or a document.

use std::ops::Range;
use std::path::{Path, PathBuf};

use documents::{Block, Document, Format, ReadOptions, SpanKind};

use crate::error::Result;
use crate::job::{DecodeOptions, Job, Source};
use crate::languages::LanguagePair;
use crate::output;
use crate::store::{Hash, sha256};

/// What stands around the texts of a job.
pub(crate) enum LoadedSource {
    /// Live text: what separates its paragraphs.
    Text(Vec<String>),
    /// A document. Without a target the translation gets the name beside its source that is free when it is written.
    File { document: Box<Document>, format: Format, input: PathBuf, hash: Hash, target: Option<PathBuf> },
}

/// A text of a job, with the stretches that must stay as they are.
pub(crate) struct SourceBlock {
    pub text: String,
    locked: Vec<Range<usize>>,
    markup: Vec<Range<usize>>,
}

impl SourceBlock {
    /// The stretches that lie in a range of its bytes.
    pub fn locked_in(&self, range: &Range<usize>) -> Vec<String> {
        let inside =
            self.locked.iter().filter(|locked| range.start <= locked.start && locked.end <= range.end);
        inside.filter_map(|locked| self.text.get(locked.clone())).map(str::to_owned).collect()
    }

    /// Whether markup begins or ends inside a range of its bytes.
    pub fn is_marked_in(&self, range: &Range<usize>) -> bool {
        let inside = |at: usize| range.start < at && at < range.end;
        self.markup.iter().any(|span| inside(span.start) || inside(span.end))
    }

    fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), locked: Vec::new(), markup: Vec::new() }
    }

    fn of(block: &Block) -> Self {
        let locked =
            block.spans.iter().filter(|span| span.kind == SpanKind::Locked && !span.range.is_empty());
        let markup = block.spans.iter().filter(|span| span.kind != SpanKind::Locked);
        let ranges = |span: &documents::Span| span.range.clone();
        Self {
            text: block.text.clone(),
            locked: locked.map(ranges).collect(),
            markup: markup.map(ranges).collect(),
        }
    }
}

impl LoadedSource {
    /// Reads a job's source.
    ///
    /// # Errors
    /// A file that cannot be read or is no document, a target that may not be written.
    pub fn read(job: &Job) -> Result<(Self, Vec<SourceBlock>)> {
        match &job.source {
            Source::Text(text) => {
                let lines: Vec<(&str, &str)> = text.split_inclusive('\n').map(parted).collect();
                let between = lines.iter().map(|(_, end)| (*end).to_owned()).collect();
                Ok((Self::Text(between), lines.iter().map(|(body, _)| SourceBlock::plain(body)).collect()))
            }
            Source::File { input, output } => {
                let bytes = output::read(input)?;
                let (format, document) = open(input, &bytes, &read_options(&job.pair, &job.options))?;
                if let Some(target) = output {
                    output::not_the_source(input, target)?;
                }
                let texts = document.blocks().iter().map(SourceBlock::of).collect();
                let (input, target) = (input.clone(), output.clone());
                Ok((
                    Self::File { document: Box::new(document), format, input, hash: sha256(&bytes), target },
                    texts,
                ))
            }
        }
    }
}

/// How the documents of a pair are read.
pub(crate) fn read_options(pair: &LanguagePair, options: &DecodeOptions) -> ReadOptions {
    ReadOptions { columns: options.columns.clone(), from: Some(pair.from.clone()), to: Some(pair.to.clone()) }
}

/// Reads a document.
///
/// # Errors
/// Bytes that are no document.
pub(crate) fn open(path: &Path, bytes: &[u8], options: &ReadOptions) -> Result<(Format, Document)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let format = Format::detect(&name, bytes)?;
    Ok((format, Document::parse_with(format, bytes, options)?))
}

/// The extension of a translation that cannot have its source's format.
pub(crate) fn new_extension(format: Format) -> Option<&'static str> {
    (format == Format::Pdf).then(|| format.extension())
}

// A line of typed text, and the line end that follows it.
fn parted(line: &str) -> (&str, &str) {
    line.split_at(line.trim_end_matches(['\n', '\r']).len())
}
