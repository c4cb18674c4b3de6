//! What comes of what was decoded: tokens, answers, finished sentences.

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
    pub fn token(&mut self, place: PiecePosition, token: Token) {
        self.tokens += 1;
        if let Some(piece) = self.sentence_mut(place).pieces.get_mut(place.piece) {
            piece.tokens.push(token);
        }
    }

    /// Whether the answer of a plain prompt has come to the end of its line.
    pub fn line_ended(&self, place: PiecePosition, builder: &RequestBuilder) -> bool {
        builder.ends_at_line && {
            let tokens = self.piece(place).map_or(&[][..], |piece| &piece.tokens);
            let ids: Vec<u32> = tokens.iter().map(|token| token.id).collect();
            builder.tokenizer.decode(&ids).is_ok_and(|text| text.trim_start().contains('\n'))
        }
    }

    /// A finished piece.
    pub fn finish(
        &mut self,
        place: PiecePosition,
        outputs: &[Output],
        builder: &RequestBuilder,
    ) -> Result<()> {
        // A sentence that was given up meanwhile has no pieces any more.
        let Some(source) = self.piece(place).map(|piece| piece.text.clone()) else { return Ok(()) };
        if self.sentence(place).strategy == Strategy::Shorter {
            let one = |output: &Output| {
                let read = self.answer_to(place, &source, std::slice::from_ref(output), builder)?;
                // A search for short answers adds up where the checks know means.
                Ok(SentenceReport { score: mean(&output.tokens), ..read })
            };
            let answers = outputs.iter().map(one).collect::<Result<_>>()?;
            return self.take_shorter(place, answers);
        }
        let report = self.answer_to(place, &source, outputs, builder)?;
        let mut found = Vec::new();
        if let Some(best) = outputs.first().filter(|_| self.is_live() && self.sentence(place).is_whole()) {
            found = uncertain_words(&best.tokens, builder)?;
            found.retain(|doubt| doubt.end <= utf16_len(&report.translation));
        }
        let pair = self.job.pair.clone();
        let limits = RetryLimits { pair: &pair, last_strategy: self.last_strategy };
        let translation = report.translation.clone();
        let sentence = self.sentence_mut(place);
        let next = sentence.answered(place.piece, report, limits);
        if sentence.taken().is_some_and(|taken| taken.translation == translation) {
            sentence.doubts = found;
        }
        match next {
            NextStep::Wait => Ok(()),
            NextStep::Retry => {
                self.queue.push_front(PiecePosition { piece: 0, ..place });
                Ok(())
            }
            NextStep::RetryLargeAlone => {
                self.deferred.push(PiecePosition { piece: 0, ..place });
                Ok(())
            }
            NextStep::Done => self.close(place),
        }
    }

    // What the models said of a piece, the best answer first.
    fn answer_to(
        &self,
        place: PiecePosition,
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
        if let Some(best) = outputs.first().filter(|_| self.sentence(place).marked) {
            let end = report.translation.len();
            report.links = builder.links(source, best)?;
            // A line that was cut off.
            report.links.retain(|link| link.target.end <= end);
        }
        Ok(report)
    }

    /// A piece that cannot be decoded: the source of its sentence stands there.
    pub fn refuse(&mut self, place: PiecePosition) -> Result<()> {
        let sentence = self.sentence_mut(place);
        if sentence.done.is_none() {
            sentence.settle();
            // Its other pieces have nothing to add.
            self.queue.retain(|other| (other.block, other.sentence) != (place.block, place.sentence));
            return self.close(place);
        }
        Ok(())
    }

    // What another document has finished.
    pub(super) fn find(&mut self, place: PiecePosition, report: SentenceReport) -> Result<()> {
        let sentence = self.sentence_mut(place);
        sentence.pieces.clear();
        sentence.done = Some(report);
        self.reused += 1;
        self.finished += 1;
        self.finish_duplicates(place);
        if let Some(store) = &self.store {
            store.record_progress(self.id, self.finished)?;
        }
        self.tell_in_time();
        Ok(())
    }

    // Equal sentences get the translation of the one that went for them.
    pub(super) fn finish_duplicates(&mut self, place: PiecePosition) {
        let sentence = self.sentence(place);
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

    // A finished segment is kept before anybody hears of it.
    fn close(&mut self, place: PiecePosition) -> Result<()> {
        self.finished += 1;
        self.finish_duplicates(place);
        let sentence = self.sentence(place);
        if let (Some(store), Some(key), Some(report)) = (&self.store, &sentence.key, &sentence.done) {
            store.cache_sentence(key, report, sentence.tokens, self.id, self.finished)?;
        }
        self.tell_in_time();
        Ok(())
    }
}

/// Mean log-probability a token.
fn mean(tokens: &[Token]) -> f32 {
    tokens.iter().map(|token| token.log_probability).sum::<f32>() / tokens.len().max(1) as f32
}
