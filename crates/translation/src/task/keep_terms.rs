//! Keeps the translation of a document's terms: once every sentence is translated, those that lack one are decoded again
//! with a bonus for it. A sentence keeps its first translation if the checks find more faults in the new one, or if the
//! models find it much less likely.

use super::{PiecePosition, Task};
use crate::document_terms::{self, DocumentTerm};
use crate::error::Result;
use crate::glossary::Glossary;
use crate::reranking::Rescoring;
use crate::retry::{NextStep, Strategy};
use crate::sentence_report::SentenceReport;

impl Task {
    /// Queues what is decoded again after the first pass: sentences that lack a term of the document, then subtitles that are
    /// too long. False if there is nothing left.
    ///
    /// # Errors
    /// A store that cannot be read or written.
    pub fn refine(&mut self) -> Result<bool> {
        Ok(self.keep_terms()? || self.shorten_subtitles()?)
    }

    fn keep_terms(&mut self) -> Result<bool> {
        if self.is_interactive() || !self.job.options.document_terms || self.document_terms.is_some() {
            return Ok(false);
        }
        let terms = self.find_document_terms()?;
        let all = Glossary::new(&self.job.pair, terms.iter().map(|found| found.term.clone()));
        self.document_terms = Some(terms);
        let mut again = false;
        for block in 0..self.blocks.len() {
            for sentence in 0..self.blocks[block].len() {
                again |= self.keep_terms_of(PiecePosition::of(block, sentence), &all)?;
            }
        }
        if again {
            self.build_queue();
            self.emit_progress();
        }
        Ok(again)
    }

    // Those of an earlier run of the job, else those of the first pass, which are stored.
    fn find_document_terms(&self) -> Result<Vec<DocumentTerm>> {
        let stored = self.queue_store().map_or(Ok(None), |store| store.document_terms(self.id))?;
        if let Some(stored) = stored {
            return Ok(stored);
        }
        let terms = document_terms::find(&self.job.pair, &self.translated(), &self.glossary()?);
        if let Some(store) = self.queue_store() {
            store.set_document_terms(self.id, &terms)?;
        }
        Ok(terms)
    }

    /// The document's terms, counted in its translation.
    pub fn counted_terms(&self) -> Vec<DocumentTerm> {
        let mut terms = self.document_terms.clone().unwrap_or_default();
        document_terms::count(&self.job.pair, &self.translated(), &mut terms);
        terms
    }

    // The translated sentences.
    fn translated(&self) -> Vec<(&str, &str)> {
        let done = self.blocks.iter().flatten().filter_map(|sentence| sentence.done.as_ref());
        let translated = done.filter(|report| report.status.is_translated());
        translated.map(|report| (report.source.as_str(), report.translation.as_str())).collect()
    }

    // Reopens a sentence that lacks a term; false if it does not, or the cache has it with the term.
    fn keep_terms_of(&mut self, position: PiecePosition, all: &Glossary) -> Result<bool> {
        let sentence = self.sentence(position);
        let terms = document_terms::in_sentence(all, &sentence.text, &sentence.terms);
        // What is in the memory was chosen by a person or for another document.
        if !sentence.lacks_one_of(&terms, &self.job.pair.to) || self.look_up_memory(&sentence.text)?.is_some()
        {
            return Ok(false);
        }
        let sentence = self.sentence_mut(position);
        let was_reused = sentence.tokens == 0;
        sentence.reopen_to_keep(terms);
        if let Some(report) = self.look_up_cache(self.sentence(position))? {
            let sentence = self.sentence_mut(position);
            (sentence.done, sentence.best) = (Some(report), None);
            sentence.pieces.clear();
            if let (Some(store), Some(key)) = (self.queue_store(), &self.sentence(position).key) {
                store.record_reuse(key, self.id, self.finished)?;
            }
            return Ok(false);
        }
        self.finished -= 1;
        self.reused = self.reused.saturating_sub(usize::from(was_reused));
        Ok(true)
    }

    /// Decodes a reopened sentence again with the next bonus, has the models compare a new translation that has more of the
    /// terms with the first one, or finishes it with that.
    pub(super) fn choose_with_terms(
        &mut self,
        position: PiecePosition,
        candidate: SentenceReport,
    ) -> Result<()> {
        let pair = self.job.pair.clone();
        let sentence = self.sentence_mut(position);
        let (next, candidate) = sentence.record_with_terms(candidate, &pair);
        match (next, candidate) {
            (NextStep::Retry, _) => {
                self.queue.push_front(position);
                Ok(())
            }
            (_, Some(candidate)) => {
                sentence.pieces.clear();
                sentence.done = sentence.best.take();
                let both =
                    sentence.done.iter().cloned().chain([candidate]).map(|report| (report, Vec::new(), None));
                sentence.rescoring = Some(Rescoring::new(both).forward_only());
                self.queue_scores(position.block, position.sentence);
                self.finish_rescoring(position)
            }
            (_, None) => {
                sentence.pieces.clear();
                sentence.done = sentence.best.take();
                self.record_finished(position)
            }
        }
    }

    /// Leaves a reopened sentence and its duplicates unchanged, without caching them.
    pub(super) fn leave_unchanged(&mut self, position: PiecePosition) {
        let sentence = self.sentence_mut(position);
        sentence.pieces.clear();
        sentence.rescoring = None;
        sentence.done = sentence.best.take().or(sentence.done.take());
        self.finished += 1;
        self.finish_duplicates(position);
    }

    /// Leaves all sentences unchanged if only reopened ones remain, so that lost models fail no translated document. False if
    /// other sentences remain.
    pub fn skip_refining(&mut self) -> bool {
        let open = self.unfinished();
        if open.is_empty()
            || open.iter().any(|position| self.sentence(*position).strategy < Strategy::WithTerms)
        {
            return false;
        }
        self.queue.clear();
        self.scores.clear();
        // The duplicates are unfinished themselves, so the loop reaches them.
        self.duplicates.clear();
        open.into_iter().for_each(|position| self.leave_unchanged(position));
        self.shortening_disabled = true;
        true
    }
}
