//! Reads the sentences of files unchanged; [`clean`](crate::clean()) filters them.

use crate::alt::Alt;
use crate::corpus::{Corpus, CorpusEntry, MonolingualCorpus, ParallelCorpus, TextSource};
use crate::input::{Input, ordered};
use crate::moses::Moses;
use crate::sample::{Sample, Sampler};
use crate::sentence_reader::{Format, ReadSummary, SentenceReader};
use crate::text_file::TextFile;
use crate::tmx::Tmx;
use crate::tsv::Tsv;
use crate::{Error, Result, limits};
use std::path::Path;

/// Options of [`read_pairs`].
#[derive(Debug, Clone)]
pub struct PairOptions {
    /// Codes of source and target language: `de`, `pt-BR`. `de` also matches `de-AT`.
    pub languages: [String; 2],
    /// The columns of source and target in tab-separated lines, from 0.
    pub columns: [usize; 2],
    /// Samples during reading, for corpora too large for memory.
    pub sample: Option<Sample>,
}

impl PairOptions {
    /// All pairs, source in the first column, target in the second.
    pub fn new(source: impl Into<String>, target: impl Into<String>) -> Self {
        Self { languages: [source.into(), target.into()], columns: [0, 1], sample: None }
    }
}

/// Progress of reading, reported every few thousand sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The input being read.
    pub name: &'a str,
    /// Bytes read of its files on disk.
    pub bytes_read: u64,
    /// Total size of its files.
    pub bytes_total: u64,
}

/// Sentences between two calls of a progress callback.
const PROGRESS_STEP: u64 = 8192;

/// Reads sentence pairs without cleaning them. Skips only lines without a second column (an error if there are more
/// than [`limits::MALFORMED_PERCENT`]), TMX units that lack a language and ALT sentences without a translation.
///
/// # Errors
/// A file that cannot be read or is not what it should be; see [`Error`].
pub fn read_pairs(
    inputs: &[Input],
    options: &PairOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<ParallelCorpus> {
    let mut collector = Collector::new(options.languages.clone(), options.sample);
    for input in inputs {
        collector.read(input.to_string(), open_pairs(input, options)?, progress)?;
    }
    Ok(collector.finish())
}

/// Reads monolingual plain text, one sentence or paragraph per line.
///
/// # Errors
/// A file that cannot be read or is not text; see [`Error`].
pub fn read_lines<P: AsRef<Path>>(
    paths: &[P],
    language: &str,
    sample: Option<Sample>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<MonolingualCorpus> {
    let mut collector = Collector::new([language.to_owned()], sample);
    for path in paths.iter().map(AsRef::as_ref) {
        collector.read(path.display().to_string(), Box::new(PlainText(TextFile::open(path)?)), progress)?;
    }
    Ok(collector.finish())
}

fn open_pairs(input: &Input, options: &PairOptions) -> Result<Box<dyn SentenceReader<2>>> {
    Ok(match input {
        Input::File(path) => {
            let text = TextFile::open(path)?;
            match Format::of(text.head()) {
                Format::Tmx => Box::new(Tmx::new(text, options.languages.clone())),
                Format::Lines | Format::Sgml => Box::new(Tsv::new(text, options.columns)),
            }
        }
        Input::Files(first, second) => {
            let [source, target] = ordered([first, second], &options.languages);
            Box::new(Moses::new(TextFile::open(source)?, TextFile::open(target)?))
        }
        Input::Alt(directory, split) => Box::new(Alt::open(directory, *split, &options.languages)?),
    })
}

struct PlainText(TextFile);

impl SentenceReader<1> for PlainText {
    fn advance(&mut self) -> Result<bool> {
        self.0.advance()
    }

    fn text(&self) -> [&str; 1] {
        [self.0.line()]
    }

    fn progress(&self) -> (u64, u64) {
        self.0.progress()
    }

    fn finish(self: Box<Self>) -> ReadSummary {
        ReadSummary { sentences: self.0.lines, skipped: 0, files: vec![self.0] }
    }
}

/// Collects the sentences of several inputs into a corpus.
struct Collector<const N: usize> {
    corpus: Corpus<N>,
    sampler: Option<Sampler<CorpusEntry<N>>>,
    bytes: usize,
}

impl<const N: usize> Collector<N> {
    fn new(languages: [String; N], sample: Option<Sample>) -> Self {
        let corpus = Corpus { languages, entries: Vec::new(), text_sources: Vec::new() };
        Self { corpus, sampler: sample.map(|sample| Sampler::new(sample.seed, sample.count)), bytes: 0 }
    }

    fn read(
        &mut self,
        name: String,
        mut records: Box<dyn SentenceReader<N> + '_>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<()> {
        let mut report =
            |(bytes_read, bytes_total)| progress(Progress { name: &name, bytes_read, bytes_total });
        let mut sentences = 0u64;
        while records.advance()? {
            self.add(records.text())?;
            sentences += 1;
            if sentences.is_multiple_of(PROGRESS_STEP) {
                report(records.progress());
            }
        }
        report(records.progress());
        let ReadSummary { sentences, skipped, files } = records.finish();
        let files = files.into_iter().map(TextFile::finish).collect::<Result<_>>()?;
        self.corpus.text_sources.push(TextSource { name, files, sentences, skipped, kept: 0 });
        Ok(())
    }

    fn add(&mut self, text: [&str; N]) -> Result<()> {
        let text_source = u32::try_from(self.corpus.text_sources.len()).unwrap_or(u32::MAX);
        let entry = || CorpusEntry { text: text.map(str::to_owned), text_source };
        let taken = match &mut self.sampler {
            None => {
                self.corpus.entries.push(entry());
                true
            }
            Some(sampler) => {
                let (taken, replaced) = sampler.offer(entry);
                self.bytes -= replaced.map_or(0, |old| cost(old.text.each_ref().map(String::as_str)));
                taken
            }
        };
        self.bytes += if taken { cost(text) } else { 0 };
        if self.bytes > limits::TEXT_BYTES {
            return Err(Error::TooMuchText { limit: limits::TEXT_BYTES });
        }
        Ok(())
    }

    fn finish(mut self) -> Corpus<N> {
        if let Some(sampler) = self.sampler {
            self.corpus.entries = sampler.finish().collect();
        }
        self.corpus.recount();
        self.corpus
    }
}

/// Bytes of an entry in memory.
fn cost<const N: usize>(text: [&str; N]) -> usize {
    size_of::<CorpusEntry<N>>() + text.iter().map(|text| text.len()).sum::<usize>()
}
