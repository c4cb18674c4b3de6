//! The branches of a sentence's output and their comparison with it.

use super::{SentenceTask, Strategy};
use crate::checks::Reason;
use crate::reranking::Rescoring;
use crate::sentence_report::SentenceReport;

impl SentenceTask {
    /// Whether the output that is decoded next may have branches: that of the whole sentence by the sum alone.
    pub fn can_branch(&self) -> bool {
        let is_free = self.pieces.iter().all(|piece| piece.prefix.tokens.is_empty());
        self.decodes_plainly() && self.is_whole() && is_free
    }

    // Whether nothing but the sum chooses its tokens.
    fn decodes_plainly(&self) -> bool {
        self.strategy == Strategy::Whole && self.bias_steps == 0 && self.pulls == 0
    }

    /// Whether its translation is final.
    pub fn is_finished(&self) -> bool {
        self.done.is_some() && self.branches.is_empty() && self.rescoring.is_none()
    }

    /// Whether the source's probability given the translation is still to be computed.
    pub fn can_be_reconstructed(&self) -> bool {
        let evidence = self.done.as_ref().and_then(|done| done.evidence);
        evidence.is_some_and(|evidence| evidence.reconstruction.is_none())
            && self.strategy < Strategy::WithTerms
    }

    /// Replaces the branches by what is to be scored of them and of the final output; until then that is shown.
    pub fn start_rescoring(&mut self) {
        let branches = std::mem::take(&mut self.branches);
        // Decoded in one piece by the sum alone, an output has its score already.
        let score =
            |report: &SentenceReport| (!report.reasons.iter().any(Reason::is_cut)).then_some(report.score);
        let own = self.done.clone().map(|report| {
            let forward = score(&report).filter(|_| self.decodes_plainly());
            (report, self.uncertain_words.clone(), forward)
        });
        let branches = branches.into_iter().map(|(report, words)| {
            let forward = score(&report);
            (report, words, forward)
        });
        self.rescoring = Some(Rescoring::new(own.into_iter().chain(branches)));
    }
}
