//! The paper's two data sets, divided as it divides them.

use crate::data::{Lines, Pairs};
use crate::input::{AltSplit, Input};
use crate::read::{Draw, PairOptions, Progress, read_pairs};
use crate::{HeldOut, Result};
use std::path::Path;

/// A data set of the paper, as its owners ship it: nothing cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperData {
    /// To pre-train on: the source language's sentences and the target language's.
    pub monolingual: [Lines; 2],
    /// To fine-tune on.
    pub pairs: Pairs,
    /// To evaluate on, in the official order.
    pub test: Pairs,
}

/// How many sentences the paper counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Of each language, to pre-train on.
    pub monolingual: usize,
    /// To fine-tune on.
    pub pairs: usize,
    /// To evaluate on.
    pub test: usize,
}

/// ALT, Japanese and English: its development, training and test split.
pub const ALT: Sizes = Sizes { monolingual: 1000, pairs: 18_083, test: 1017 };
/// WMT19, German and English: 20,000 training sentences divided in two; the test set is newstest2018.
pub const WMT19: Sizes = Sizes { monolingual: 2000, pairs: 18_000, test: 2998 };

impl PaperData {
    /// What is there, to compare with [`ALT`] and [`WMT19`].
    pub fn sizes(&self) -> Sizes {
        let [source, _] = &self.monolingual;
        Sizes { monolingual: source.len(), pairs: self.pairs.len(), test: self.test.len() }
    }

    /// The test set, to keep it from being trained on.
    pub fn held_out(&self, name: &str) -> HeldOut {
        HeldOut::new(name, &self.test)
    }
}

/// The Asian Language Treebank in `directory` ([`Input::Alt`]).
///
/// # Errors
/// As [`read_pairs`].
pub fn alt(
    directory: &Path,
    options: &PairOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PaperData> {
    let mut split = |split| read_pairs(&[Input::Alt(directory.to_owned(), split)], options, progress);
    let dev = split(AltSplit::Dev)?;
    Ok(PaperData {
        monolingual: [dev.side::<0>(), dev.side::<1>()],
        pairs: split(AltSplit::Train)?,
        test: split(AltSplit::Test)?,
    })
}

/// WMT19's training data, [`WMT19`]'s 20,000 drawn from it by `seed` while it is read, and a test set.
///
/// # Errors
/// As [`read_pairs`].
pub fn wmt19(
    train: &[Input],
    test: &Input,
    options: &PairOptions,
    seed: u64,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PaperData> {
    let draw = Some(Draw { seed, count: WMT19.monolingual + WMT19.pairs });
    let drawn = read_pairs(train, &PairOptions { draw, ..options.clone() }, progress)?;
    let test =
        read_pairs(std::slice::from_ref(test), &PairOptions { draw: None, ..options.clone() }, progress)?;
    let (monolingual, pairs) = drawn.split_at(WMT19.monolingual);
    Ok(PaperData { monolingual: [monolingual.side::<0>(), monolingual.side::<1>()], pairs, test })
}
