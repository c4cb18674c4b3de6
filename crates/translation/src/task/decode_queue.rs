//! The order of decoding: all sentences without a translation, equal ones once, long ones first.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::time::Instant;

use engine::Request;

use super::{PiecePosition, Task};
use crate::error::Result;
use crate::job::DecodeOptions;
use crate::model_output::ALTERNATIVES;
use crate::pull::LISTED;
use crate::requests::RequestBuilder;
use crate::retry::{SentenceTask, Strategy};
use crate::sentence_report::{SentenceReport, SentenceStatus};
use crate::source::LoadedSource;
use crate::store::cache::{CacheKeyInput, DecodingFingerprint};

// A document's sentences are sorted longest first within windows of this size, so that the batch drains evenly.
const WINDOW: usize = 64;

impl Task {
    /// Reuses earlier translations and queues the other sentences. `has_specialists`: whether L alone differs from the
    /// job's recipe.
    pub fn prepare(&mut self, fingerprint: &DecodingFingerprint, has_specialists: bool) -> Result<()> {
        if !self.is_interactive() {
            self.last_strategy = if has_specialists { Strategy::LargeAlone } else { Strategy::Pieces };
        }
        let mut used = Vec::new();
        for block in 0..self.blocks.len() {
            for sentence in 0..self.blocks[block].len() {
                if let Some(report) = self.existing_report(block, sentence, fingerprint)? {
                    self.reused += usize::from(report.status != SentenceStatus::Copied);
                    used.extend(self.blocks[block][sentence].key);
                    self.blocks[block][sentence].done = Some(report);
                    self.finished += 1;
                }
            }
        }
        self.ready = self.finished;
        if let (Some(store), LoadedSource::File { hash, document, .. }) = (&self.store, &self.source) {
            let counts = (self.total, self.finished);
            store.start_job(self.id, hash, counts, self.demonstration, document.left_alone(), &used)?;
        }
        self.build_queue();
        self.emit_progress();
        Ok(())
    }

    // The report of a sentence that needs no decoding: without words, from the memory or from the cache.
    fn existing_report(
        &mut self,
        block: usize,
        at: usize,
        fingerprint: &DecodingFingerprint,
    ) -> Result<Option<SentenceReport>> {
        let interactive = self.is_interactive();
        if let Some(done) = self.blocks[block][at].done.take() {
            return Ok(Some(done));
        }
        let sentence = &self.blocks[block][at];
        if !sentence.has_words() {
            return Ok(Some(SentenceReport::kept(&sentence.text, SentenceStatus::Copied)));
        }
        if interactive {
            return Ok(None);
        }
        let SentenceTask { text, terms, locked, marked, .. } = sentence;
        let locked: Vec<&str> = locked.iter().filter_map(|range| text.get(range.clone())).collect();
        let context = self.sentences_before(block, at);
        let input = CacheKeyInput { text, context: &context, terms, locked: &locked, marked: *marked };
        self.blocks[block][at].key = Some(fingerprint.key(&input));
        let sentence = &self.blocks[block][at];
        match self.look_up_memory(&sentence.text)? {
            Some(translation) => Ok(Some(sentence.memory_report(translation, &self.job.pair))),
            None => self.look_up_cache(sentence),
        }
    }

    // The cached report of a sentence, from this document or another.
    pub(super) fn look_up_cache(&self, sentence: &SentenceTask) -> Result<Option<SentenceReport>> {
        // The cache has no tokens and no n-best list, so a job with a report decodes again.
        let (Some(store), Some(key), false) = (&self.store, &sentence.key, self.job.options.report) else {
            return Ok(None);
        };
        Ok(store
            .cached_sentence(key, &sentence.text)?
            .map(|report| sentence.cached_report(report, &self.job.pair)))
    }

    /// Queues all unfinished sentences that are not deferred, discarding their output; of equal ones only the first.
    pub fn build_queue(&mut self) {
        let mut positions = Vec::new();
        let mut first = HashSet::new();
        self.duplicates.clear();
        for (block, sentences) in self.blocks.iter_mut().enumerate() {
            for (at, sentence) in sentences.iter_mut().enumerate().filter(|(_, s)| s.done.is_none()) {
                sentence.discard_output();
                let position = PiecePosition { block, sentence: at, piece: 0 };
                if let Some(key) = sentence.key.filter(|key| !first.insert(*key)) {
                    self.duplicates.entry(key).or_default().push(position);
                    continue;
                }
                if sentence.strategy == Strategy::LargeAlone && self.deferred.contains(&position) {
                    continue;
                }
                sentence.fits = false;
                positions.push(position);
            }
        }
        if !self.is_interactive() {
            let length = |position: &PiecePosition| self.blocks[position.block][position.sentence].text.len();
            for window in positions.chunks_mut(WINDOW) {
                window.sort_by_key(|position| Reverse(length(position)));
            }
        }
        self.queue = positions.into();
    }

    /// Whether there is something to decode with the job's current models.
    pub fn has_requests(&self) -> bool {
        !self.queue.is_empty()
    }

    /// The next piece to decode.
    pub fn next_request(&mut self, builder: &RequestBuilder) -> Result<Option<(PiecePosition, Request)>> {
        let base = base_request(&self.job.options);
        while let Some(position) = self.queue.pop_front() {
            if !self.sentence(position).fits {
                // Another document may have cached it in the meantime.
                let sentence = self.sentence(position);
                let found = if sentence.is_untried() { self.look_up_cache(sentence)? } else { None };
                match found {
                    Some(report) => self.finish_from_cache(position, report)?,
                    None => self.queue_pieces(position, builder, &base)?,
                }
                continue;
            }
            let Some(piece) = self.piece(position) else { continue };
            let context = self.context(position, builder)?;
            if let Some((mut request, context)) = builder.request_in(&piece.text, context, &base)? {
                let sentence = self.sentence(position);
                if !sentence.locked.is_empty() {
                    request.alternatives = LISTED;
                }
                piece.prefix.extend(&mut request);
                if sentence.marked || !sentence.locked.is_empty() {
                    request.align = builder.alignment_ranges(&piece.text, &context.text)?;
                }
                if sentence.strategy == Strategy::Shorter {
                    request.beam = builder.beams();
                }
                if let Some(bonus) = sentence.bonus() {
                    request.glossary = builder.glossary_bias(&sentence.terms, bonus)?;
                }
                self.started.get_or_insert_with(Instant::now);
                self.prompt_tokens += request.prompts.iter().map(Vec::len).sum::<usize>();
                self.context_tokens += context.tokens;
                if let Some(piece) = self.sentence_mut(position).pieces.get_mut(position.piece) {
                    piece.context = context.text;
                }
                return Ok(Some((position, request)));
            }
            self.finish_with_best(position)?;
        }
        Ok(None)
    }

    // Splits a sentence into pieces that fit the context and puts them at the front of the queue.
    fn queue_pieces(
        &mut self,
        position: PiecePosition,
        builder: &RequestBuilder,
        base: &Request,
    ) -> Result<()> {
        let sentence = self.sentence_mut(position);
        if !sentence.cut_to_fit(|text| builder.request(text, "", base).is_ok_and(|request| request.is_some()))
        {
            return self.finish_with_best(position);
        }
        let pieces = sentence.pieces.len();
        if sentence.strategy == Strategy::Shorter && (pieces > 1 || builder.beams().is_none()) {
            self.leave_unchanged(position);
            return Ok(());
        }
        (0..pieces).rev().for_each(|piece| self.queue.push_front(PiecePosition { piece, ..position }));
        Ok(())
    }

    /// Puts a cancelled piece back at the front of the queue.
    pub fn requeue(&mut self, position: PiecePosition) {
        if let Some(piece) = self.sentence_mut(position).pieces.get_mut(position.piece) {
            piece.restart();
            self.queue.push_front(position);
        }
    }

    /// Whether all remaining sentences are to be retried with L alone.
    pub fn needs_large_alone(&self) -> bool {
        self.queue.is_empty() && !self.deferred.is_empty()
    }

    /// Queues the sentences to retry with L alone.
    pub fn queue_deferred(&mut self) {
        self.queue.extend(std::mem::take(&mut self.deferred));
    }

    /// Finishes all sentences with their best candidates if L alone cannot be loaded.
    pub fn accept_best_candidates(&mut self) -> Result<()> {
        let deferred = std::mem::take(&mut self.deferred);
        self.queue.clear();
        deferred.into_iter().chain(self.unfinished()).try_for_each(|position| self.finish_with_best(position))
    }

    pub(super) fn unfinished(&self) -> Vec<PiecePosition> {
        let sentences = self.blocks.iter().enumerate().flat_map(|(block, sentences)| {
            let open = sentences.iter().enumerate().filter(|(_, sentence)| sentence.done.is_none());
            open.map(move |(sentence, _)| PiecePosition { block, sentence, piece: 0 })
        });
        sentences.collect()
    }
}

fn base_request(options: &DecodeOptions) -> Request {
    Request {
        prompts: Vec::new(),
        shared: Vec::new(),
        source: Vec::new(),
        limit: 0,
        end_tokens: Vec::new(),
        choice: options.choice(),
        beam: options.beam.map(Into::into),
        alternatives: ALTERNATIVES,
        votes: if options.report { 3 } else { 0 },
        urgent: false,
        align: Vec::new(),
        glossary: Vec::new(),
        weights: Vec::new(),
        forced: None,
    }
}
