//! The hypotheses of a sentence, decoded by different sums.

use super::{SentenceTask, Strategy};
use crate::checks::Reason;
use crate::reranking::Rescoring;
use crate::sentences;

impl SentenceTask {
    /// The same sentence, to be decoded by another sum with this name.
    pub fn another(&self, sum: &str) -> Self {
        let Self { text, separator, locked, marked, terms, .. } = self;
        let mut another = Self::new(sentences::Sentence { text, separator });
        (another.locked, another.terms) = (locked.clone(), terms.clone());
        (another.marked, another.sum) = (*marked, sum.to_owned());
        another.estimator.clone_from(&self.estimator);
        another.without_context = self.without_context;
        another
    }

    /// The hypothesis with this number; 0 is the recipe's own.
    pub fn hypothesis(&self, number: usize) -> &Self {
        number.checked_sub(1).and_then(|index| self.hypotheses.get(index)).unwrap_or(self)
    }

    /// The hypothesis with this number, to change it.
    pub fn hypothesis_mut(&mut self, number: usize) -> &mut Self {
        match number.checked_sub(1) {
            Some(index) if index < self.hypotheses.len() => &mut self.hypotheses[index],
            _ => self,
        }
    }

    /// Whether every hypothesis is decoded.
    pub fn is_decoded(&self) -> bool {
        self.done.is_some() && self.hypotheses.iter().all(|other| other.done.is_some())
    }

    /// Whether its translation is final.
    pub fn is_finished(&self) -> bool {
        self.done.is_some() && self.hypotheses.is_empty() && self.rescoring.is_none()
    }

    /// Whether the source's probability given the translation is still to be computed.
    pub fn can_be_reconstructed(&self) -> bool {
        let evidence = self.done.as_ref().and_then(|done| done.evidence);
        evidence.is_some_and(|evidence| evidence.reconstruction.is_none())
            && self.strategy < Strategy::WithTerms
    }

    /// Replaces the decoded hypotheses by what is to be scored of them; until then the recipe's own is shown.
    pub fn start_rescoring(&mut self) {
        let others = std::mem::take(&mut self.hypotheses);
        self.tokens += others.iter().map(|other| other.tokens).sum::<usize>();
        let own = self.done.clone().map(|report| (self.sum.clone(), report, self.uncertain_words.clone()));
        let decoded =
            others.into_iter().filter_map(|other| Some((other.sum, other.done?, other.uncertain_words)));
        // Decoded by the sum alone, in one piece, it has its score already.
        let is_plain = self.strategy == Strategy::Whole && self.bias_steps == 0 && self.pulls == 0;
        let forward = self.done.as_ref().filter(|own| is_plain && !own.reasons.iter().any(Reason::is_cut));
        let forward = forward.map(|own| own.score);
        self.rescoring = Some(Rescoring::new(own.into_iter().chain(decoded), forward));
    }
}
