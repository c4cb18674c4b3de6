//! Handles decoded output: tokens, finished pieces, finished sentences.

use std::ops::Range;

use documents::Translation;
use engine::{Output, Status, Token};

use super::{PiecePosition, Task, TypedSentence};
use crate::checks::Reason;
use crate::error::Result;
use crate::model_output::{ALTERNATIVES, report, text_of, uncertain_words};
use crate::pull::{self, MissingItem, Prefix};
use crate::requests::RequestBuilder;
use crate::retry::{NextStep, RetryLimits, Strategy};
use crate::segment::utf16_len;
use crate::sentence_report::{SentenceReport, SentenceStatus, UncertainWord};
use crate::sentences;

impl Task {
    /// Adds a decoded token to a piece.
    pub fn add_token(&mut self, position: PiecePosition, mut token: Token) {
        token.alternatives.truncate(ALTERNATIVES as usize);
        self.tokens += 1;
        if let Some(piece) = self.sentence_mut(position).pieces.get_mut(position.piece) {
            piece.tokens.push(token);
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
        if self.sentence(position).strategy == Strategy::WithTerms {
            let candidate = self.piece_report(position, &source, outputs, builder)?;
            // Both translations are scored with it, whether the first one was decoded now or in an earlier run.
            self.sentence_mut(position).end =
                outputs.first().map_or(Ok(None), |best| builder.end_of(best))?;
            return self.choose_with_terms(position, candidate);
        }
        let prefix = self.piece(position).map(|piece| piece.prefix.clone()).unwrap_or_default();
        let decoded = outputs;
        let outputs = &prefix.complete(outputs);
        // Beam search has no branches.
        let (outputs, branches) = match self.reranking {
            Some(_) => outputs.split_at(outputs.len().min(1)),
            None => (&outputs[..], &[][..]),
        };
        if !branches.is_empty() {
            self.record_branches(position, &source, branches, builder)?;
        }
        let mut report = self.piece_report(position, &source, outputs, builder)?;
        self.report_begun(position, decoded, &mut report, builder)?;
        self.doubt_pulled(position, &prefix, &mut report, builder)?;
        let pull = self.pull(position, &report, prefix.tokens.len(), outputs, builder)?;
        let outputs = shortened(outputs);
        let found = self.words_to_doubt(position, outputs.first(), &report, builder)?;
        let pair = self.job.pair.clone();
        let limits = RetryLimits { pair: &pair, last_strategy: self.last_strategy };
        let end = outputs.first().map_or(Ok(None), |best| builder.end_of(best))?;
        let translation = report.translation.clone();
        let sentence = self.sentence_mut(position);
        sentence.end = end.or(sentence.end);
        let next = sentence.record_candidate(position.piece, report, pull, limits);
        if sentence.current_best().is_some_and(|current| current.translation == translation) {
            sentence.uncertain_words = found;
        }
        match next {
            NextStep::Wait => Ok(()),
            NextStep::Retry => {
                self.queue.push_front(PiecePosition { piece: 0, ..position });
                Ok(())
            }
            NextStep::Done => self.finish_sentence(PiecePosition { piece: 0, ..position }),
        }
    }

    // Typed text: the uncertain words of a whole sentence.
    fn words_to_doubt(
        &self,
        position: PiecePosition,
        output: Option<&Output>,
        report: &SentenceReport,
        builder: &RequestBuilder,
    ) -> Result<Vec<UncertainWord>> {
        let Some(output) = output.filter(|_| self.is_interactive() && self.sentence(position).is_whole())
        else {
            return Ok(Vec::new());
        };
        let mut found = uncertain_words(&output.tokens, builder)?;
        found.retain(|doubt| doubt.end <= utf16_len(&report.translation));
        Ok(found)
    }

    // Records the branches of a whole sentence's output, which compete with it once that is final.
    fn record_branches(
        &mut self,
        position: PiecePosition,
        source: &str,
        branches: &[Output],
        builder: &RequestBuilder,
    ) -> Result<()> {
        let mut recorded = Vec::with_capacity(branches.len());
        for output in &shortened(branches) {
            let report = self.piece_report(position, source, std::slice::from_ref(output), builder)?;
            let report = self.sentence(position).checked(report, &self.job.pair);
            let words = self.words_to_doubt(position, Some(output), &report, builder)?;
            recorded.push((report, words));
        }
        let sentence = self.sentence_mut(position);
        sentence.tokens += branches.iter().map(|branch| branch.tokens.len()).sum::<usize>();
        sentence.branches = recorded;
        Ok(())
    }

    /// Whether the words of every sentence are linked to those of its source.
    pub(super) fn links_words(&self) -> bool {
        let options = &self.job.options;
        self.is_interactive() && (options.link_words || options.report)
    }

    /// Whether its words are aligned with those of its translation.
    pub(super) fn is_aligned(&self, position: PiecePosition) -> bool {
        let sentence = self.sentence(position);
        (self.links_words() && !self.decodes_one_word(position))
            || sentence.marked
            || !sentence.locked.is_empty()
    }

    // What the next output has to begin with, so that a locked item is in it that this one lacks. The first `given` tokens
    // stay.
    fn pull(
        &self,
        position: PiecePosition,
        report: &SentenceReport,
        given: usize,
        outputs: &[Output],
        builder: &RequestBuilder,
    ) -> Result<Option<Prefix>> {
        let sentence = self.sentence(position);
        if self.decodes_one_word(position) {
            return Ok(None);
        }
        let missing = sentence.items_to_pull(&report.translation);
        let Some(best) = outputs.first().filter(|best| !missing.is_empty() && best.status == Status::Ended)
        else {
            return Ok(None);
        };
        let given_text = Translation { links: report.links.clone(), ..report.translation.as_str().into() };
        let completed = documents::with_items(&sentence.text, &sentence.locked, &given_text);
        let place = |range: &Range<usize>| {
            completed.links.iter().find(|link| link.source == *range).map_or(0, |link| link.target.start)
        };
        let mut items = Vec::with_capacity(missing.len());
        for range in &missing {
            let here = place(range);
            let put_in = missing.iter().filter(|other| place(other) < here).map(|other| other.len() + 1);
            let bytes = here.saturating_sub(put_in.sum());
            let text = sentence.text.get(range.clone()).unwrap_or_default();
            items.push(MissingItem { forms: builder.forms(text)?, aligned: token_at(best, bytes, builder)? });
        }
        Ok(pull::prefix(best, given, &items, pull::PER_TOKEN))
    }

    // A letter right after a pulled item, where the source has none, is the rest of a word that the models began.
    fn doubt_pulled(
        &self,
        position: PiecePosition,
        prefix: &Prefix,
        report: &mut SentenceReport,
        builder: &RequestBuilder,
    ) -> Result<()> {
        let start = text_of(&prefix.tokens, builder)?;
        let text = &self.sentence(position).text;
        let items = self.sentence(position).locked.iter().filter(|range| {
            text.get((*range).clone()).is_some_and(|item| start.ends_with(item))
                && !text.get(range.end..).is_some_and(|after| after.starts_with(sentences::is_letter))
        });
        let rest = report.translation.get(start.len()..).filter(|_| report.translation.starts_with(&start));
        if rest.is_some_and(|rest| rest.starts_with(sentences::is_letter))
            && let Some(item) = items.into_iter().next().and_then(|range| text.get(range.clone()))
        {
            report.reasons.push(Reason::Inserted(item.to_owned()));
        }
        Ok(())
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
        if let Some(best) = outputs.first().filter(|_| self.is_aligned(position)) {
            let end = report.translation.len();
            let context = self.piece(position).map_or("", |piece| &piece.context);
            report.links = builder.links(source, context, best)?;
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
            self.queue.retain(|other| {
                PiecePosition { piece: 0, ..*other } != PiecePosition { piece: 0, ..position }
            });
            return self.finish_sentence(position);
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
        let uncertain_words = sentence.uncertain_words.clone();
        if report.status == SentenceStatus::Done {
            report.status = SentenceStatus::Reused;
        }
        for duplicate in self.duplicates.remove(&key).unwrap_or_default() {
            let sentence = self.sentence_mut(duplicate);
            sentence.pieces.clear();
            sentence.done = Some(report.clone());
            sentence.uncertain_words.clone_from(&uncertain_words);
            self.reused += 1;
            self.finished += 1;
        }
    }

    // Caches a finished sentence before its event is emitted.
    pub(super) fn record_finished(&mut self, position: PiecePosition) -> Result<()> {
        self.finished += 1;
        self.finish_duplicates(position);
        let sentence = self.sentence(position);
        if let (Some(store), Some(key), Some(report)) = (self.queue_store(), &sentence.key, &sentence.done) {
            store.cache_sentence(key, report, sentence.tokens, self.id, self.finished)?;
        }
        if let (Some(typed), Some(key), Some(report)) = (&self.typed, sentence.key, &sentence.done) {
            let uncertain_words = sentence.uncertain_words.clone();
            typed.borrow_mut().insert(key, TypedSentence { report: report.clone(), uncertain_words });
        }
        self.emit_progress_if_due();
        Ok(())
    }
}

/// The outputs with as many alternatives as are reported.
fn shortened(outputs: &[Output]) -> Vec<Output> {
    let mut outputs = outputs.to_vec();
    let tokens = outputs.iter_mut().flat_map(|output| &mut output.tokens);
    tokens.for_each(|token| token.alternatives.truncate(ALTERNATIVES as usize));
    outputs
}

/// The number of an output's tokens that make so many bytes of its text.
fn token_at(output: &Output, bytes: usize, builder: &RequestBuilder) -> Result<usize> {
    for count in 0..output.tokens.len() {
        // The space before a word belongs to its token.
        if text_of(output.tokens.get(..count).unwrap_or_default(), builder)?.len() + 1 >= bytes {
            return Ok(count);
        }
    }
    Ok(output.tokens.len())
}

/// Mean log-probability per token.
fn mean(tokens: &[Token]) -> f32 {
    tokens.iter().map(|token| token.log_probability).sum::<f32>() / tokens.len().max(1) as f32
}
