//! What is wrong with sentences: found, counted, dropped.

use crate::corpus::{Corpus, CorpusEntry};
use crate::held_out::HeldOut;
use crate::language::{script_share, scripts};
use crate::normalise::{key, normalise};
use crate::report::{Cause, Dropped, Leak, Report};
use std::collections::{BTreeMap, HashSet};
use unicode_script::Script;

/// What is dropped.
#[derive(Debug, Clone)]
pub struct Cleaning {
    /// Characters of the longest side allowed. Sentences of news have 130 on average, paragraphs of laws 250.
    pub max_chars: usize,
    /// Times that a side may be longer than the other one lets expect, by the median ratio of this corpus, ten
    /// characters added to each side since short sentences vary more; infinite to allow all.
    pub max_ratio: f32,
    /// Share of a side's letters that must be of a script in which its language is written; 0 to allow all. "break と
    /// continue" is good Japanese, so this only finds sides that are in another language altogether.
    pub min_script_share: f32,
    /// Sentences that must not be trained on.
    pub held_out: Vec<HeldOut>,
}

impl Default for Cleaning {
    fn default() -> Self {
        Self { max_chars: 1000, max_ratio: 3.0, min_script_share: 0.05, held_out: Vec::new() }
    }
}

/// Characters added to each side before lengths are compared.
const LENGTH_ALLOWANCE: f32 = 10.0;
/// Characters of an example's side in the report.
const EXAMPLE_CHARS: usize = 30;

/// [Normalises](normalise) every sentence, drops those that are of no use to training, and reports.
pub fn clean<const N: usize>(mut corpus: Corpus<N>, cleaning: &Cleaning) -> (Corpus<N>, Report) {
    corpus.entries.iter_mut().flat_map(|entry| &mut entry.text).for_each(normalise);
    let mut faults: Vec<Option<Cause>> = faults_alone(&corpus, cleaning);
    let typical_ratio = mark_ratios(&corpus.entries, cleaning.max_ratio, &mut faults);
    mark_duplicates(&corpus.entries, &mut faults);
    let leaks = mark_leaks(&corpus.entries, cleaning, &mut faults);
    let mut report = Report {
        read: corpus.len() as u64,
        kept: 0,
        skipped: corpus.text_sources.iter().map(|text_source| text_source.skipped).sum(),
        dropped: BTreeMap::new(),
        leaks,
        typical_ratio,
    };
    for (entry, fault) in corpus.entries.iter().zip(&faults) {
        if let Some(cause) = fault {
            let first =
                || Dropped { count: 0, example: entry.text.iter().map(|text| shortened(text)).collect() };
            report.dropped.entry(*cause).or_insert_with(first).count += 1;
        }
    }
    let mut faults = faults.into_iter();
    corpus.retain(|_| faults.next() == Some(None));
    report.kept = corpus.len() as u64;
    (corpus, report)
}

/// Faults that one entry shows by itself.
fn faults_alone<const N: usize>(corpus: &Corpus<N>, cleaning: &Cleaning) -> Vec<Option<Cause>> {
    let scripts = corpus.languages.each_ref().map(|language| scripts(language));
    let fault = |CorpusEntry { text, .. }: &CorpusEntry<N>| {
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
    corpus.entries.iter().map(fault).collect()
}

fn wrong_script(text: &str, scripts: Option<&[Script]>, cleaning: &Cleaning) -> bool {
    let share = scripts.and_then(|scripts| script_share(text, scripts));
    share.is_some_and(|share| share < cleaning.min_script_share)
}

/// Marks pairs far from the usual ratio of lengths and returns that ratio, target to source.
fn mark_ratios<const N: usize>(
    entries: &[CorpusEntry<N>],
    max_ratio: f32,
    faults: &mut [Option<Cause>],
) -> Option<f32> {
    let ratio = |entry: &CorpusEntry<N>| match entry.text.as_slice() {
        [source, target] => Some(length(target) / length(source)),
        _ => None,
    };
    let sound = entries.iter().zip(faults.iter()).filter(|(_, fault)| fault.is_none());
    let mut ratios: Vec<f32> = sound.filter_map(|(entry, _)| ratio(entry)).collect();
    let middle = ratios.len() / 2;
    let typical = (!ratios.is_empty()).then(|| *ratios.select_nth_unstable_by(middle, f32::total_cmp).1)?;
    for (entry, fault) in entries.iter().zip(faults).filter(|(_, fault)| fault.is_none()) {
        let factor = ratio(entry).unwrap_or(typical) / typical;
        *fault = (factor.max(1.0 / factor) > max_ratio).then_some(Cause::LengthRatio);
    }
    Some(typical)
}

fn length(text: &str) -> f32 {
    text.chars().count() as f32 + LENGTH_ALLOWANCE
}

fn mark_duplicates<const N: usize>(entries: &[CorpusEntry<N>], faults: &mut [Option<Cause>]) {
    let mut seen = HashSet::with_capacity(entries.len());
    for (entry, fault) in entries.iter().zip(faults).filter(|(_, fault)| fault.is_none()) {
        *fault = (!seen.insert(&entry.text)).then_some(Cause::Duplicate);
    }
}

fn mark_leaks<const N: usize>(
    entries: &[CorpusEntry<N>],
    cleaning: &Cleaning,
    faults: &mut [Option<Cause>],
) -> Vec<Leak> {
    let none_yet = |set: &HeldOut| Leak { held_out: set.name().to_owned(), count: 0 };
    let mut leaks: Vec<Leak> = cleaning.held_out.iter().map(none_yet).collect();
    if leaks.is_empty() {
        return leaks;
    }
    for (entry, fault) in entries.iter().zip(faults).filter(|(_, fault)| fault.is_none()) {
        let keys = entry.text.each_ref().map(|text| key(text));
        for (set, leak) in cleaning.held_out.iter().zip(&mut leaks) {
            if keys.iter().any(|key| set.has_key(key)) {
                leak.count += 1;
                *fault = Some(Cause::Leaked);
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
