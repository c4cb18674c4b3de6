//! Drops sentences that are of no use to training, and counts why.

use crate::corpus::{Corpus, CorpusEntry};
use crate::held_out::HeldOut;
use crate::language::{script_share, scripts};
use crate::normalise::{key, normalise};
use crate::report::{Cause, Dropped, Leak, Report};
use std::collections::{BTreeMap, HashSet};
use unicode_script::Script;

/// Which sentences are dropped.
#[derive(Debug, Clone)]
pub struct Cleaning {
    /// Most characters of a side. Sentences of news have 130 on average, paragraphs of laws 250.
    pub max_chars: usize,
    /// How many times longer or shorter a target may be than the median length ratio of this corpus predicts. Ten
    /// characters are added to each side, since short sentences vary more. Infinite to allow all.
    pub max_ratio: f32,
    /// Least share of a side's letters that are in a script of its language; 0 to allow all. "break と continue" is
    /// good Japanese, so the default finds only sides that are entirely in another language.
    pub min_script_share: f32,
    /// Test sets: sentences that must not be trained on.
    pub held_out: Vec<HeldOut>,
}

impl Default for Cleaning {
    fn default() -> Self {
        Self { max_chars: 1000, max_ratio: 3.0, min_script_share: 0.05, held_out: Vec::new() }
    }
}

/// Characters added to each side before lengths are compared.
const LENGTH_ALLOWANCE: f32 = 10.0;
/// Characters of each side of an example in the report.
const EXAMPLE_CHARS: usize = 30;

/// [Normalises](normalise) every sentence, drops those that are of no use to training, and reports why.
pub fn clean<const N: usize>(mut corpus: Corpus<N>, cleaning: &Cleaning) -> (Corpus<N>, Report) {
    corpus.entries.iter_mut().flat_map(|entry| &mut entry.text).for_each(normalise);
    let mut causes: Vec<Option<Cause>> = causes_by_entry(&corpus, cleaning);
    let typical_ratio = mark_ratios(&corpus.entries, cleaning.max_ratio, &mut causes);
    mark_duplicates(&corpus.entries, &mut causes);
    let leaks = mark_leaks(&corpus.entries, cleaning, &mut causes);
    let mut report = Report {
        read: corpus.len() as u64,
        kept: 0,
        skipped: corpus.text_sources.iter().map(|text_source| text_source.skipped).sum(),
        dropped: BTreeMap::new(),
        leaks,
        typical_ratio,
    };
    for (entry, cause) in corpus.entries.iter().zip(&causes) {
        if let Some(cause) = cause {
            let first =
                || Dropped { count: 0, example: entry.text.iter().map(|text| shortened(text)).collect() };
            report.dropped.entry(*cause).or_insert_with(first).count += 1;
        }
    }
    let mut causes = causes.into_iter();
    corpus.retain(|_| causes.next() == Some(None));
    report.kept = corpus.len() as u64;
    (corpus, report)
}

/// Causes that one entry shows by itself.
fn causes_by_entry<const N: usize>(corpus: &Corpus<N>, cleaning: &Cleaning) -> Vec<Option<Cause>> {
    let scripts = corpus.languages.each_ref().map(|language| scripts(language));
    let cause_of = |CorpusEntry { text, .. }: &CorpusEntry<N>| {
        if text.iter().any(String::is_empty) {
            Some(Cause::Empty)
        } else if text.iter().any(|text| text.chars().nth(cleaning.max_chars).is_some()) {
            Some(Cause::TooLong)
        } else if N > 1 && text.windows(2).all(|sides| sides.first() == sides.last()) {
            Some(Cause::SameSides)
        } else if text.iter().zip(&scripts).any(|(text, scripts)| wrong_script(text, *scripts, cleaning)) {
            Some(Cause::WrongScript)
        } else {
            None
        }
    };
    corpus.entries.iter().map(cause_of).collect()
}

fn wrong_script(text: &str, scripts: Option<&[Script]>, cleaning: &Cleaning) -> bool {
    let share = scripts.and_then(|scripts| script_share(text, scripts));
    share.is_some_and(|share| share < cleaning.min_script_share)
}

/// Marks pairs far from the median ratio of lengths, target to source, and returns that ratio.
fn mark_ratios<const N: usize>(
    entries: &[CorpusEntry<N>],
    max_ratio: f32,
    causes: &mut [Option<Cause>],
) -> Option<f32> {
    let ratio = |entry: &CorpusEntry<N>| match entry.text.as_slice() {
        [source, target] => Some(length(target) / length(source)),
        _ => None,
    };
    let kept = entries.iter().zip(causes.iter()).filter(|(_, cause)| cause.is_none());
    let mut ratios: Vec<f32> = kept.filter_map(|(entry, _)| ratio(entry)).collect();
    let middle = ratios.len() / 2;
    let typical = (!ratios.is_empty()).then(|| *ratios.select_nth_unstable_by(middle, f32::total_cmp).1)?;
    for (entry, cause) in entries.iter().zip(causes).filter(|(_, cause)| cause.is_none()) {
        let factor = ratio(entry).unwrap_or(typical) / typical;
        *cause = (factor.max(1.0 / factor) > max_ratio).then_some(Cause::LengthRatio);
    }
    Some(typical)
}

fn length(text: &str) -> f32 {
    text.chars().count() as f32 + LENGTH_ALLOWANCE
}

fn mark_duplicates<const N: usize>(entries: &[CorpusEntry<N>], causes: &mut [Option<Cause>]) {
    let mut seen = HashSet::with_capacity(entries.len());
    for (entry, cause) in entries.iter().zip(causes).filter(|(_, cause)| cause.is_none()) {
        *cause = (!seen.insert(&entry.text)).then_some(Cause::Duplicate);
    }
}

fn mark_leaks<const N: usize>(
    entries: &[CorpusEntry<N>],
    cleaning: &Cleaning,
    causes: &mut [Option<Cause>],
) -> Vec<Leak> {
    let no_leaks = |set: &HeldOut| Leak { held_out: set.name().to_owned(), count: 0 };
    let mut leaks: Vec<Leak> = cleaning.held_out.iter().map(no_leaks).collect();
    if leaks.is_empty() {
        return leaks;
    }
    for (entry, cause) in entries.iter().zip(causes).filter(|(_, cause)| cause.is_none()) {
        let keys = entry.text.each_ref().map(|text| key(text));
        for (set, leak) in cleaning.held_out.iter().zip(&mut leaks) {
            if keys.iter().any(|key| set.contains_key(key)) {
                leak.count += 1;
                *cause = Some(Cause::Leaked);
            }
        }
    }
    leaks
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(EXAMPLE_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
