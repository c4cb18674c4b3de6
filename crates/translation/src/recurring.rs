//! Terms that a document repeats, with the translation that its own segments agree on most.
//!
//! A term is a name or a noun by its writing: capitalised words inside a sentence, runs of katakana or kanji. Its translation
//! is the phrase of the target segments that occurs with it most strictly (Dice's coefficient over the segments: Dice, 1945),
//! unless that phrase occurs more strictly with another word of the source.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use crate::glossary::{Term, is_used};
use crate::languages::{LanguagePair, language};

/// Segments that have a term at least.
const MIN_SEGMENTS: usize = 3;

/// Of these, segments that have its translation at least: one alone shows no choice of the models.
const MIN_AGREEING: usize = 2;

/// The most frequent terms of a document that are looked at.
const MAX_TERMS: usize = 500;

/// Segments of a term that are looked at for its translation.
const MAX_SEGMENTS: usize = 200;

/// The longest term or translation, in words.
const MAX_WORDS: usize = 4;

/// A phrase that occurs with a term less strictly is no translation of it.
const MIN_DICE: f64 = 0.5;

/// Letters of a single German noun that is a term; shorter ones are mostly everyday words, which have several translations.
const MIN_NOUN_CHARS: usize = 6;

/// Words that neither begin nor end a term.
const FUNCTION_WORDS: [&str; 56] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "in", "is", "it", "its",
    "of", "on", "or", "that", "the", "this", "to", "was", "were", "will", "with", "am", "auf", "bei", "das",
    "dem", "den", "der", "des", "die", "ein", "eine", "einem", "einen", "einer", "eines", "für", "im", "ins",
    "ist", "mit", "oder", "sind", "und", "vom", "von", "war", "zu", "zum", "zur",
];

/// A term that a document repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecurringTerm {
    /// The term with the translation that its segments have most often.
    #[serde(flatten)]
    pub term: Term,
    /// Segments with the term.
    pub segments: usize,
    /// Of these, segments whose translation has it, in any inflection.
    pub agreeing: usize,
}

/// The terms that the sources of segments repeat, the most frequent first.
pub(crate) fn recurring_terms(pair: &LanguagePair, segments: &[(&str, &str)]) -> Vec<RecurringTerm> {
    let mut occurrences: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, (source, _)) in segments.iter().enumerate() {
        for term in terms_in(source, &pair.from) {
            occurrences.entry(term).or_default().push(index);
        }
    }
    occurrences.retain(|_, segments| segments.len() >= MIN_SEGMENTS);
    let mut terms: Vec<(String, Vec<usize>)> = occurrences.into_iter().collect();
    // Of equally frequent terms the longest is first, since the others are parts of it.
    terms.sort_by_key(|(term, segments)| {
        (std::cmp::Reverse(segments.len()), std::cmp::Reverse(term.len()), term.clone())
    });
    terms.truncate(MAX_TERMS);
    let mut taken: Vec<(String, Vec<usize>)> = Vec::new();
    for (term, segments) in terms {
        if !taken.iter().any(|(longer, same)| longer.contains(&term) && *same == segments) {
            taken.push((term, segments));
        }
    }
    let phrases = Phrases::of(&taken, segments, pair);
    let found = taken.into_iter().filter_map(|(source, indices)| {
        let target = phrases.translation(&indices, segments)?;
        let term = Term { source, target };
        let targets = indices.iter().filter_map(|&index| segments.get(index));
        let agreeing = targets.filter(|(_, target)| is_used(&term, target, &pair.to)).count();
        Some(RecurringTerm { term, segments: indices.len(), agreeing })
    });
    found.collect()
}

/// The phrases of target segments and the words of source segments, with the segments that they are in.
struct Phrases<'a> {
    pair: &'a LanguagePair,
    // At most MAX_LISTED of each, of those that may translate a term.
    targets: HashMap<String, Vec<usize>>,
    // How many segments have a word.
    sources: HashMap<String, usize>,
}

/// The most segments of a phrase that are listed; one with more needs no further evidence.
const MAX_LISTED: usize = 1_000;

impl<'a> Phrases<'a> {
    /// Lists the phrases that may translate one of the terms.
    fn of(terms: &[(String, Vec<usize>)], segments: &[(&str, &str)], pair: &'a LanguagePair) -> Self {
        let near = terms.iter().flat_map(|(_, indices)| indices.iter().take(MAX_SEGMENTS));
        let near: HashSet<usize> = near.copied().collect();
        let near = near.iter().filter_map(|&index| segments.get(index));
        let mut targets: HashMap<String, Vec<usize>> =
            near.flat_map(|(_, target)| phrases_in(target, &pair.to)).map(|p| (key(p), Vec::new())).collect();
        let mut sources = HashMap::new();
        for (index, (source, target)) in segments.iter().enumerate() {
            for phrase in phrases_in(target, &pair.to).map(key).collect::<HashSet<_>>() {
                if let Some(listed) = targets.get_mut(&phrase).filter(|listed| listed.len() < MAX_LISTED) {
                    listed.push(index);
                }
            }
            for word in words_of(source, &pair.from) {
                *sources.entry(word).or_default() += 1;
            }
        }
        Self { pair, targets, sources }
    }

    /// The translation of a term that is in these segments.
    fn translation(&self, indices: &[usize], segments: &[(&str, &str)]) -> Option<String> {
        // By phrase: its segments, and how it is written.
        let mut joint: BTreeMap<String, (usize, &str)> = BTreeMap::new();
        for (_, target) in indices.iter().filter_map(|&index| segments.get(index)) {
            let mut here = HashSet::new();
            for phrase in phrases_in(target, &self.pair.to).filter(|phrase| here.insert(key(phrase))) {
                let (count, written) = joint.entry(key(phrase)).or_insert((0, phrase));
                *count += 1;
                // A capital at the start of a sentence carries no information.
                if capitals(phrase) < capitals(written) {
                    *written = phrase;
                }
            }
        }
        let dice = |phrase: &str| {
            let both = joint.get(phrase).map_or(0, |(count, _)| *count);
            let all = self.targets.get(phrase).map_or(both, Vec::len);
            coefficient(both, indices.len(), all)
        };
        // A word at its edge that is frequent elsewhere is no part of it.
        let has_own_edges = |phrase: &str| {
            let words: Vec<&str> = phrase.split(' ').collect();
            let own = |word: Option<&&str>| {
                word.is_some_and(|word| !FUNCTION_WORDS.contains(word) && dice(word) >= 0.7 * dice(phrase))
            };
            own(words.first()) && own(words.last())
        };
        let strict = joint.iter().filter(|(phrase, (count, _))| {
            *count >= MIN_AGREEING && dice(phrase) >= MIN_DICE && has_own_edges(phrase)
        });
        let best = strict.max_by(|(a, _), (b, _)| dice(a).total_cmp(&dice(b)).then(a.len().cmp(&b.len())));
        best.filter(|(phrase, _)| !self.belongs_elsewhere(phrase, dice(phrase), segments))
            .map(|(_, (_, written))| (*written).to_owned())
    }

    /// Whether a phrase occurs with another word of the source more strictly than so.
    fn belongs_elsewhere(&self, phrase: &str, dice: f64, segments: &[(&str, &str)]) -> bool {
        let listed = self.targets.get(phrase).filter(|listed| listed.len() < MAX_LISTED);
        let mut joint: HashMap<String, usize> = HashMap::new();
        for (source, _) in listed.into_iter().flatten().filter_map(|&index| segments.get(index)) {
            for word in words_of(source, &self.pair.from) {
                *joint.entry(word).or_default() += 1;
            }
        }
        let all = listed.map_or(0, Vec::len);
        joint.iter().any(|(word, &both)| {
            coefficient(both, all, self.sources.get(word).copied().unwrap_or(both)) > dice
        })
    }
}

/// Dice's coefficient of two things that are together in `both` segments, and in `a` and `b` segments at all.
fn coefficient(both: usize, a: usize, b: usize) -> f64 {
    2.0 * both as f64 / (a + b).max(1) as f64
}

/// The words of a text but function words, or its runs, in lower case.
fn words_of(text: &str, code: &str) -> HashSet<String> {
    let mut found: HashSet<String> = match language(code).is_some_and(|language| !language.spaced) {
        true => runs(text).map(key).collect(),
        false => words(text).into_iter().map(|(_, word)| key(word)).collect(),
    };
    found.retain(|word| !FUNCTION_WORDS.contains(&word.as_str()));
    found
}

/// A phrase as it is compared: in lower case.
pub(crate) fn key(phrase: impl AsRef<str>) -> String {
    phrase.as_ref().to_lowercase()
}

fn capitals(text: &str) -> usize {
    text.chars().filter(|c| c.is_uppercase()).count()
}

/// The terms of a text by its writing, each once.
fn terms_in(text: &str, code: &str) -> HashSet<String> {
    if code == "ja" {
        // Latin letters in Japanese are mostly code.
        return runs(text).filter(|run| !run.is_ascii()).map(str::to_owned).collect();
    }
    let words = words(text);
    let is_name = |(at, word): &(usize, &str)| {
        let begins = text.get(..*at).is_none_or(|before| {
            before.trim_end_matches([' ', '"', '„', '»', '“', '(', '\'']).ends_with(['.', '!', '?', ':', '…'])
                || before.trim().is_empty()
        });
        word.starts_with(char::is_uppercase) && !begins
    };
    let least = if code == "de" { MIN_NOUN_CHARS } else { 2 };
    let mut found = HashSet::new();
    for names in words
        .chunk_by(|a, b| is_name(a) && is_name(b) && a.0 + a.1.len() + 1 == b.0)
        .filter(|run| run.iter().all(is_name))
    {
        let span = names.first().zip(names.last()).map(|(first, last)| first.0..last.0 + last.1.len());
        if let Some(phrase) =
            span.and_then(|span| text.get(span)).filter(|_| (2..=MAX_WORDS).contains(&names.len()))
        {
            found.insert(phrase.to_owned());
        }
        found.extend(
            names
                .iter()
                .filter(|(_, word)| word.chars().count() >= least)
                .map(|(_, word)| (*word).to_owned()),
        );
    }
    found
}

/// The phrases of a text that may be a translation: up to four words with one space between them, or runs.
fn phrases_in<'a>(text: &'a str, code: &str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
    if language(code).is_some_and(|language| !language.spaced) {
        return Box::new(runs(text));
    }
    let words = words(text);
    let phrases = (0..words.len()).flat_map(move |first| {
        let words = words.get(first..(first + MAX_WORDS).min(words.len())).unwrap_or_default();
        let joined =
            words.windows(2).take_while(|pair| matches!(pair, [a, b] if a.0 + a.1.len() + 1 == b.0)).count();
        let start = words.first().map_or(0, |word| word.0);
        let ends: Vec<usize> = words.iter().take(joined + 1).map(|(at, word)| at + word.len()).collect();
        ends.into_iter()
            .filter_map(move |end| text.get(start..end))
            .filter(|phrase| phrase.contains(char::is_alphabetic))
    });
    Box::new(phrases)
}

/// The words of a text with their positions; a hyphen joins.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut from = 0;
    for part in text.split(|c: char| !c.is_alphanumeric() && c != '-') {
        let word = part.trim_matches('-');
        if !word.is_empty() {
            words.push((from + part.find(word).unwrap_or(0), word));
        }
        // The separator is one character.
        from += part.len()
            + text.get(from + part.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    words
}

/// Runs of at least three katakana, two kanji or two Latin letters.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let script = Script::of(rest.chars().next()?);
        let end = rest.find(|c| Script::of(c) != script).unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(end)?;
        rest = after;
        Some((script, run))
    })
    .filter(|(script, run)| {
        let least = match script {
            Script::Katakana => 3,
            Script::Kanji | Script::Latin => 2,
            Script::Other => return false,
        };
        run.chars().count() >= least
    })
    .map(|(_, run)| run)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Katakana,
    Kanji,
    Latin,
    Other,
}

impl Script {
    fn of(c: char) -> Self {
        match c {
            '\u{30a1}'..='\u{30fa}' | '\u{30fc}' => Self::Katakana,
            '\u{4e00}'..='\u{9fff}' | '々' => Self::Kanji,
            'A'..='Z' | 'a'..='z' => Self::Latin,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests;
