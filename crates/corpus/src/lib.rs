//! Training text: reads parallel and monolingual files, cleans them with a report, and samples and splits by seed.
//!
//! [`read_pairs`] and [`read_lines`] return every line of the files unchanged; [`clean()`] normalises sentences, drops bad
//! ones and reports why; [`Corpus::sample`] and [`Corpus::split_held_out`] select. Parallel and monolingual text have
//! the same type, with two sides and with one: [`Corpus<2>`](Corpus) and [`Corpus<1>`](Corpus).
//!
//! All files are untrusted: no input makes this crate panic, and its memory stays within a small multiple of the
//! text it holds ([`limits`]). No network, no GPU.
#![forbid(unsafe_code)]

mod alt;
mod clean;
mod corpus;
mod error;
mod held_out;
mod input;
mod language;
pub mod limits;
mod moses;
mod normalise;
mod read;
mod report;
mod sample;
mod sentence_reader;
mod sgml;
mod text_file;
mod tmx;
mod tsv;

pub use clean::{Cleaning, clean};
pub use corpus::{
    Corpus, CorpusEntry, MonolingualCorpus, MonolingualLine, ParallelCorpus, SentencePair, SourceFile,
    TextSource,
};
pub use error::{Error, Result};
pub use held_out::{HeldOut, Split};
pub use input::{AltSplit, Input};
pub use normalise::{key, normalise};
pub use read::{PairOptions, Progress, read_lines, read_pairs};
pub use report::{Cause, Dropped, Leak, Report};
pub use sample::Sample;
