//! The text that models are trained on: files as people have them → sentences, a report of what is wrong with them,
//! and draws that a seed repeats.
//!
//! [`read_pairs`] and [`read_lines`] read as the files are, line for line; [`clean`] normalises and drops, and says
//! what and why; [`Corpus::sample`] and [`Corpus::split_held_out`] choose. A pair and a line of one language are the
//! same thing with two and one sides: [`Corpus<2>`](Corpus) and [`Corpus<1>`](Corpus).
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
