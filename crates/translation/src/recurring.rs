//! Terms that a document repeats, with the translation that its own segments agree on most.
//!
//! A term is a name or a noun by its writing: capitalised words inside a sentence, runs of katakana or kanji. Its translation
//! is the phrase of the target segments that occurs with it most strictly (Dice's coefficient over the segments: Dice, 1945).

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use crate::error::Result;
use crate::glossary::{Glossary, Term};
use crate::job_id::JobId;
use crate::languages::{LanguagePair, language};
use crate::review::Filter;
use crate::translator::Translator;

/// Segments that have a term at least.
const MIN_SEGMENTS: usize = 3;

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
    /// The term with the translation that most of its segments have.
    #[serde(flatten)]
    pub term: Term,
    /// Segments with the term.
    pub segments: usize,
    /// Of these, segments whose translation has this one.
    pub agreeing: usize,
}

impl Translator {
    /// The terms that a translated document repeats, the most frequent first. Terms of the glossary are left out.
    ///
    /// # Errors
    /// [`Error::NoSuchJob`](crate::Error::NoSuchJob); a store that cannot be read.
    pub fn recurring_terms(&self, job: JobId) -> Result<Vec<RecurringTerm>> {
        let pair = self.job(job)?.pair;
        let segments = self.segments(job, Filter::All)?;
        let translated = segments.iter().filter(|segment| segment.status.is_translated());
        let texts: Vec<(&str, &str)> =
            translated.map(|segment| (segment.source.as_str(), segment.target.as_str())).collect();
        let glossary = Glossary::new(&pair, self.terms(&pair)?);
        let mut found = recurring_terms(&pair, &texts);
        found.retain(|found| glossary.matches(&found.term.source).is_empty());
        Ok(found)
    }
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
    let phrases = Phrases::of(&taken, segments, &pair.to);
    let found = taken.into_iter().filter_map(|(source, indices)| {
        let (target, agreeing) = phrases.translation(&source, &indices, segments)?;
        Some(RecurringTerm { term: Term { source, target }, segments: indices.len(), agreeing })
    });
    found.collect()
}

/// The phrases of target segments, and in how many segments each is.
struct Phrases<'a> {
    code: &'a str,
    counts: HashMap<String, usize>,
}

impl<'a> Phrases<'a> {
    /// Counts the phrases that may translate one of the terms.
    fn of(terms: &[(String, Vec<usize>)], segments: &[(&str, &str)], code: &'a str) -> Self {
        let near = terms.iter().flat_map(|(_, indices)| indices.iter().take(MAX_SEGMENTS));
        let near: HashSet<usize> = near.copied().collect();
        let targets = near.iter().filter_map(|&index| segments.get(index));
        let wanted: HashSet<String> =
            targets.flat_map(|(_, target)| phrases_in(target, code)).map(key).collect();
        let mut counts = HashMap::new();
        for (_, target) in segments {
            let here: HashSet<String> =
                phrases_in(target, code).map(key).filter(|phrase| wanted.contains(phrase)).collect();
            for phrase in here {
                *counts.entry(phrase).or_default() += 1;
            }
        }
        Self { code, counts }
    }

    /// The translation of a term that is in these segments, and the number of them that have it.
    fn translation(
        &self,
        source: &str,
        indices: &[usize],
        segments: &[(&str, &str)],
    ) -> Option<(String, usize)> {
        // By phrase: its segments, and how it is written.
        let mut joint: BTreeMap<String, (usize, &str)> = BTreeMap::new();
        for (_, target) in indices.iter().filter_map(|&index| segments.get(index)) {
            let mut here = HashSet::new();
            for phrase in phrases_in(target, self.code).filter(|phrase| here.insert(key(phrase))) {
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
            let all = indices.len() + self.counts.get(phrase).copied().unwrap_or(both);
            2.0 * both as f64 / all.max(1) as f64
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
            *count * 2 > indices.len() && dice(phrase) >= MIN_DICE && has_own_edges(phrase)
        });
        let best = strict.max_by(|(a, _), (b, _)| dice(a).total_cmp(&dice(b)).then(a.len().cmp(&b.len())));
        best.map(|(_, (count, written))| ((*written).to_owned(), *count))
            .filter(|(written, _)| key(written) != key(source))
    }
}

fn key(phrase: impl AsRef<str>) -> String {
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
