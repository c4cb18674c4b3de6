//! A finished sentence that is decoded again for the document's terms.

use super::{NextStep, SentenceTask, Strategy};
use crate::document_terms::{BONUSES, MAX_LOSS};
use crate::glossary::{Term, is_used};
use crate::languages::LanguagePair;
use crate::sentence_report::SentenceReport;
use crate::store::{Hash, sha256, to_json};

/// The document's terms in a sentence.
#[derive(Debug, Default)]
pub(crate) struct TermsToKeep {
    terms: Vec<Term>,
    // Number of bonuses tried.
    steps: usize,
}

impl SentenceTask {
    /// Whether its translation lacks one of these terms.
    pub fn lacks_one_of(&self, terms: &[Term], code: &str) -> bool {
        let translated = self.done.as_ref().filter(|report| report.status.is_translated());
        translated.is_some_and(|report| used(terms, report, code) < terms.len())
    }

    /// Reopens it for these terms, which become part of its key; its translation stays the best one until then.
    pub fn reopen_to_keep(&mut self, terms: Vec<Term>) {
        self.key = self.key.map(|key| key_with(&key, &terms));
        self.terms_to_keep = TermsToKeep { terms, steps: 0 };
        self.strategy = Strategy::WithTerms;
        self.best = self.done.take();
        self.cut(usize::MAX);
    }

    /// The document's terms and the bonus for them.
    pub fn terms_to_keep(&self) -> (&[Term], f32) {
        let TermsToKeep { terms, steps } = &self.terms_to_keep;
        match BONUSES.get(*steps).filter(|_| self.strategy == Strategy::WithTerms) {
            Some(bonus) => (terms, *bonus),
            None => (&[], 0.0),
        }
    }

    /// Records a candidate that was decoded with the bonus: it is returned if it has more of the terms and no more faults.
    pub fn record_with_terms(
        &mut self,
        candidate: SentenceReport,
        pair: &LanguagePair,
    ) -> (NextStep, Option<SentenceReport>) {
        self.tokens += self.pieces.iter().map(|piece| piece.tokens.len()).sum::<usize>();
        let terms = &self.terms_to_keep.terms;
        let before = self.best.as_ref().map_or(0, |best| used(terms, best, &pair.to));
        let found = used(terms, &candidate, &pair.to);
        let good = self.not_worse(vec![candidate], pair).pop().filter(|_| found > before);
        self.terms_to_keep.steps += 1;
        if good.is_none() && self.terms_to_keep.steps < BONUSES.len() {
            self.cut(usize::MAX);
            return (NextStep::Retry, None);
        }
        (NextStep::Done, good)
    }
}

/// The number of terms that a translation uses.
fn used(terms: &[Term], report: &SentenceReport, code: &str) -> usize {
    terms.iter().filter(|term| is_used(term, &report.translation, code)).count()
}

/// The key of a sentence whose terms the document keeps.
fn key_with(key: &Hash, terms: &[Term]) -> Hash {
    sha256(&[key, to_json(&(BONUSES, MAX_LOSS, terms)).as_bytes()].concat())
}

#[cfg(test)]
mod tests;
