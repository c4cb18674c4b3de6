//! Handles decoded output: tokens, finished pieces, finished sentences.

use engine::{Output, Token};

use super::{PiecePosition, Task};
use crate::error::Result;
use crate::model_output::{report, uncertain_words};
use crate::requests::RequestBuilder;
use crate::retry::{NextStep, RetryLimits, Strategy};
use crate::segment::utf16_len;
use crate::sentence_report::{SentenceReport, SentenceStatus};

impl Task {
    /// Adds a decoded token to a piece.
    pub fn add_token(&mut self, position: PiecePosition, token: Token) {
        self.tokens += 1;
        if let Some(piece) = self.sentence_mut(position).pieces.get_mut(position.piece) {
            piece.tokens.push(token);
        }
    }

    /// Whether the output of a prompt without end token has reached the end of its line.
    pub fn is_line_complete(&self, position: PiecePosition, builder: &RequestBuilder) -> bool {
        builder.ends_at_line && {
            let tokens = self.piece(position).map_or(&[][..], |piece| &piece.tokens);
            let ids: Vec<u32> = tokens.iter().map(|token| token.id).collect();
            builder.tokenizer.decode(&ids).is_ok_and(|text| text.trim_start().contains('\n'))
        }
    }

    /// Records a piece's output; retries or finishes its sentence.
    pub fn finish_piece(
        &mut self,
        position: PiecePosition,
        outputs: &[Output],
        builder: &RequestBuilder,
    ) -> Result<()> {
        // A sentence that was finished in the meantime has no pieces.
        let Some(source) = self.piece(position).map(|piece| piece.text.clone()) else { return Ok(()) };
        if self.sentence(position).strategy == Strategy::Shorter {
            let one = |output: &Output| {
                let read = self.piece_report(position, &source, std::slice::from_ref(output), builder)?;
                // Without length penalty the score is a sum; the checks expect a mean.
                Ok(SentenceReport { score: mean(&output.tokens), ..read })
            };
            let candidates = outputs.iter().map(one).collect::<Result<_>>()?;
            return self.choose_shorter(position, candidates);
        }
        let report = self.piece_report(position, &source, outputs, builder)?;
        let mut found = Vec::new();
        if let Some(best) =
            outputs.first().filter(|_| self.is_interactive() && self.sentence(position).is_whole())
        {
            found = uncertain_words(&best.tokens, builder)?;
            found.retain(|doubt| doubt.end <= utf16_len(&report.translation));
        }
        let pair = self.job.pair.clone();
        let limits = RetryLimits { pair: &pair, last_strategy: self.last_strategy };
        let translation = report.translation.clone();
        let sentence = self.sentence_mut(position);
        let next = sentence.record_candidate(position.piece, report, limits);
        if sentence.current_best().is_some_and(|current| current.translation == translation) {
            sentence.uncertain_words = found;
        }
        match next {
            NextStep::Wait => Ok(()),
            NextStep::Retry => {
                self.queue.push_front(PiecePosition { piece: 0, ..position });
                Ok(())
            }
            NextStep::RetryLargeAlone => {
                self.deferred.push(PiecePosition { piece: 0, ..position });
                Ok(())
            }
            NextStep::Done => self.record_finished(position),
        }
    }

    // The report of a piece; `outputs` has the best candidate first.
    fn piece_report(
        &self,
        position: PiecePosition,
        source: &str,
        outputs: &[Output],
        builder: &RequestBuilder,
    ) -> Result<SentenceReport> {
        let mut report = report(source, outputs, builder, self.job.options.report)?;
        if builder.ends_at_line
            && let Some(line) = report.translation.lines().next()
        {
            report.translation = line.trim().to_owned();
        }
        if let Some(best) = outputs.first().filter(|_| self.sentence(position).marked) {
            let end = report.translation.len();
            report.links = builder.links(source, best)?;
            // Links into the cut-off lines.
            report.links.retain(|link| link.target.end <= end);
        }
        Ok(report)
    }

    /// Finishes a sentence with its best candidate, or with its source if it has none.
    pub fn finish_with_best(&mut self, position: PiecePosition) -> Result<()> {
        let sentence = self.sentence_mut(position);
        if sentence.done.is_none() {
            sentence.accept_best();
            // Its other pieces are no longer needed.
            self.queue.retain(|other| (other.block, other.sentence) != (position.block, position.sentence));
            return self.record_finished(position);
        }
        Ok(())
    }

    // Finishes a sentence with a cached report.
    pub(super) fn finish_from_cache(
        &mut self,
        position: PiecePosition,
        report: SentenceReport,
    ) -> Result<()> {
        let sentence = self.sentence_mut(position);
        sentence.pieces.clear();
        sentence.done = Some(report);
        self.reused += 1;
        self.finished += 1;
        self.finish_duplicates(position);
        if let (Some(store), Some(key)) = (self.queue_store(), &self.sentence(position).key) {
            store.record_reuse(key, self.id, self.finished)?;
        }
        self.emit_progress_if_due();
        Ok(())
    }

    // Copies a finished translation to the equal sentences.
    pub(super) fn finish_duplicates(&mut self, position: PiecePosition) {
        let sentence = self.sentence(position);
        let (Some(key), Some(mut report)) = (sentence.key, sentence.done.clone()) else { return };
        if report.status == SentenceStatus::Done {
            report.status = SentenceStatus::Reused;
        }
        for duplicate in self.duplicates.remove(&key).unwrap_or_default() {
            let sentence = self.sentence_mut(duplicate);
            sentence.pieces.clear();
            sentence.done = Some(report.clone());
            self.reused += 1;
            self.finished += 1;
        }
    }

    // Caches a finished sentence before its event is emitted.
    fn record_finished(&mut self, position: PiecePosition) -> Result<()> {
        self.finished += 1;
        self.finish_duplicates(position);
        let sentence = self.sentence(position);
        if let (Some(store), Some(key), Some(report)) = (self.queue_store(), &sentence.key, &sentence.done) {
            store.cache_sentence(key, report, sentence.tokens, self.id, self.finished)?;
        }
        self.emit_progress_if_due();
        Ok(())
    }
}

/// Mean log-probability per token.
fn mean(tokens: &[Token]) -> f32 {
    tokens.iter().map(|token| token.log_probability).sum::<f32>() / tokens.len().max(1) as f32
}
