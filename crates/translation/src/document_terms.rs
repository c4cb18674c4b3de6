//! Document terms: names and nouns that a document repeats, each with the translation that most of its sentences have in
//! the first pass. Sentences that lack it are decoded again with a bonus for it (`task/keep_terms.rs`). The glossary wins.

use serde::{Deserialize, Serialize};

use crate::glossary::{Glossary, Term, TermMatch, is_used};
use crate::languages::LanguagePair;
use crate::recurring::{RecurringTerm, recurring_terms};

/// Bonuses on the logits to try in turn, far below those of the glossary's terms, which have to be in the output.
pub(crate) const BONUSES: [f32; 2] = [3.0, 5.0];

/// How much less likely a translation with a document term may be than the first one, in mean log-probability a token
/// without the bonus.
pub(crate) const MAX_LOSS: f32 = 0.3;

/// A term that a document repeats, with the translation that it keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentTerm {
    /// The term.
    #[serde(flatten)]
    pub term: Term,
    /// Sentences that certainly have it.
    pub segments: usize,
    /// Of these, sentences whose translation had it in the first pass.
    pub before: usize,
    /// Of these, sentences whose translation has it.
    pub agreeing: usize,
}

/// The terms that the translated sentences of a document repeat, without those of the glossary.
pub(crate) fn find(
    pair: &LanguagePair,
    sentences: &[(&str, &str)],
    glossary: &Glossary,
) -> Vec<DocumentTerm> {
    let found = recurring_terms(pair, sentences).into_iter();
    let found = found.filter(|found| glossary.matches(&found.term.source).is_empty());
    let terms: Vec<Term> = found.map(|RecurringTerm { term, .. }| term).collect();
    let mut counted: Vec<DocumentTerm> = terms
        .iter()
        .map(|term| DocumentTerm { term: term.clone(), segments: 0, before: 0, agreeing: 0 })
        .collect();
    count(pair, sentences, &mut counted);
    counted.iter_mut().for_each(|term| term.before = term.agreeing);
    // Without a majority the models prefer no translation.
    counted.retain(|term| 2 * term.before > term.segments);
    counted
}

/// Counts the sentences that have the terms, and the translations that have theirs.
pub(crate) fn count(pair: &LanguagePair, sentences: &[(&str, &str)], terms: &mut [DocumentTerm]) {
    let all = Glossary::new(pair, terms.iter().map(|term| term.term.clone()));
    terms.iter_mut().for_each(|term| (term.segments, term.agreeing) = (0, 0));
    for (source, translation) in sentences {
        for found in in_sentence(&all, source, &[]) {
            let Some(term) = terms.iter_mut().find(|term| term.term == found) else { continue };
            term.segments += 1;
            term.agreeing += usize::from(is_used(&found, translation, &pair.to));
        }
    }
}

/// Whether a text has a phrase in these letters, not as a part of a longer word where words have spaces between them.
fn holds(text: &str, phrase: &str) -> bool {
    let is_whole = |at: usize| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + phrase.len()..).and_then(|after| after.chars().next());
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && !phrase.ends_with(is_unspaced));
        !joins(before) && !joins(after)
    };
    text.match_indices(phrase).any(|(at, _)| is_whole(at))
}

/// Han and kana, which are written without spaces.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '々')
}

/// The document terms that are in a sentence as they are written, since another form may have another translation; without
/// parts of longer ones and of the glossary's terms in it.
pub(crate) fn in_sentence(all: &Glossary, sentence: &str, glossary: &[TermMatch]) -> Vec<Term> {
    let is_written = |hit: &TermMatch| hit.certain && holds(sentence, &hit.term.source);
    let found: Vec<Term> = all.matches(sentence).into_iter().filter(is_written).map(|hit| hit.term).collect();
    let overlaps = |a: &str, b: &str| a.contains(b) || b.contains(a);
    let is_free = |term: &&Term| {
        let longer = |other: &Term| other != *term && other.source.contains(&term.source);
        !found.iter().any(longer) && !glossary.iter().any(|hit| overlaps(&hit.term.source, &term.source))
    };
    found.iter().filter(is_free).cloned().collect()
}

#[cfg(test)]
mod tests;
