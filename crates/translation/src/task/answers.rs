//! What comes of what was decoded: tokens, answers, finished sentences.

use engine::{Output, Token};
use model_files::Tokenizer;

use super::{Place, Task};
use crate::answer::{SentenceReport, SentenceStatus, doubts, report};
use crate::error::Result;
use crate::ladder::{Limits, Next, Rung};
use crate::live;
use crate::room::Speaker;

impl Task {
    /// A token of a piece; text streams at a measured pace.
    pub fn token(&mut self, place: Place, token: Token, speaker: &Speaker, tokenizer: &Tokenizer) {
        self.tokens += 1;
        if let Some(piece) = self.sentence_mut(place).pieces.get_mut(place.piece) {
            piece.tokens.push(token);
        }
        if self.is_live() && self.is_time() {
            let event = live::text_event(self, speaker, tokenizer);
            self.tell(event);
        }
    }

    /// Whether the answer of a plain prompt has come to the end of its line.
    pub fn line_ended(&self, place: Place, speaker: &Speaker, tokenizer: &Tokenizer) -> bool {
        speaker.ends_at_line && {
            let tokens = self.piece(place).map_or(&[][..], |piece| &piece.tokens);
            let ids: Vec<u32> = tokens.iter().map(|token| token.id).collect();
            tokenizer.decode(&ids).is_ok_and(|text| text.trim_start().contains('\n'))
        }
    }

    /// A finished piece.
    pub fn finish(
        &mut self,
        place: Place,
        outputs: &[Output],
        speaker: &Speaker,
        tokenizer: &Tokenizer,
    ) -> Result<()> {
        // A sentence that was given up meanwhile has no pieces any more.
        let Some(source) = self.piece(place).map(|piece| piece.text.clone()) else { return Ok(()) };
        if self.sentence(place).rung == Rung::Shorter {
            let one = |output: &Output| {
                let read =
                    self.answer_to(place, &source, std::slice::from_ref(output), speaker, tokenizer)?;
                // A search for short answers adds up where the checks know means.
                Ok(SentenceReport { score: mean(&output.tokens), ..read })
            };
            let answers = outputs.iter().map(one).collect::<Result<_>>()?;
            return self.take_shorter(place, answers);
        }
        let report = self.answer_to(place, &source, outputs, speaker, tokenizer)?;
        let mut found = Vec::new();
        if let Some(best) = outputs.first().filter(|_| self.is_live() && self.sentence(place).is_whole()) {
            found = doubts(tokenizer, &best.tokens, speaker)?;
            found.retain(|doubt| doubt.end <= live::units(&report.translation));
        }
        let pair = self.job.pair.clone();
        let limits = Limits { pair: &pair, last: self.last };
        let translation = report.translation.clone();
        let sentence = self.sentence_mut(place);
        let next = sentence.answered(place.piece, report, limits);
        if sentence.taken().is_some_and(|taken| taken.translation == translation) {
            sentence.doubts = found;
        }
        match next {
            Next::Wait => Ok(()),
            Next::Again => {
                self.queue.push_front(Place { piece: 0, ..place });
                Ok(())
            }
            Next::Alone => {
                self.later.push(Place { piece: 0, ..place });
                Ok(())
            }
            Next::Done => self.close(place),
        }
    }

    // What the models said of a piece, the best answer first.
    fn answer_to(
        &self,
        place: Place,
        source: &str,
        outputs: &[Output],
        speaker: &Speaker,
        tokenizer: &Tokenizer,
    ) -> Result<SentenceReport> {
        let mut report = report(tokenizer, source, outputs, speaker, self.job.options.report)?;
        if speaker.ends_at_line
            && let Some(line) = report.translation.lines().next()
        {
            report.translation = line.trim().to_owned();
        }
        if let Some(best) = outputs.first().filter(|_| self.sentence(place).marked) {
            let end = report.translation.len();
            report.links = speaker.links(source, best)?;
            // A line that was cut off.
            report.links.retain(|link| link.target.end <= end);
        }
        Ok(report)
    }

    /// A piece that cannot be decoded: the source of its sentence stands there.
    pub fn refuse(&mut self, place: Place) -> Result<()> {
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
    pub(super) fn find(&mut self, place: Place, report: SentenceReport) -> Result<()> {
        let sentence = self.sentence_mut(place);
        sentence.pieces.clear();
        sentence.done = Some(report);
        self.reused += 1;
        self.finished += 1;
        self.finish_twins(place);
        if let Some(store) = &self.store {
            store.record_progress(self.id, self.finished)?;
        }
        self.tell_in_time();
        Ok(())
    }

    // Equal sentences get the translation of the one that went for them.
    pub(super) fn finish_twins(&mut self, place: Place) {
        let sentence = self.sentence(place);
        let (Some(key), Some(mut report)) = (sentence.key, sentence.done.clone()) else { return };
        if report.status == SentenceStatus::Done {
            report.status = SentenceStatus::Reused;
        }
        for twin in self.twins.remove(&key).unwrap_or_default() {
            let sentence = self.sentence_mut(twin);
            sentence.pieces.clear();
            sentence.done = Some(report.clone());
            self.reused += 1;
            self.finished += 1;
        }
    }

    // A finished segment is kept before anybody hears of it.
    fn close(&mut self, place: Place) -> Result<()> {
        self.finished += 1;
        self.finish_twins(place);
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
