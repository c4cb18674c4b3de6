//! The order of decoding: all sentences without a translation, equal ones once, long ones first.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::time::Instant;

use engine::Request;

use super::{PiecePosition, Task, TypedSentence, Work};
use crate::error::Result;
use crate::job::DecodeOptions;
use crate::model_output::ALTERNATIVES;
use crate::model_set::ModelSet;
use crate::pull::LISTED;
use crate::requests::RequestBuilder;
use crate::retry::{SentenceTask, Strategy};
use crate::sentence_report::{SentenceReport, SentenceStatus};
use crate::source::LoadedSource;
use crate::store::cache::{CacheKeyInput, DecodingFingerprint};

// A document's sentences are sorted longest first within windows of this size, so that the batch drains evenly.
const WINDOW: usize = 64;

impl Task {
    /// Reuses earlier translations and queues the other sentences. `models`: those of the job's recipe.
    pub fn prepare(&mut self, fingerprint: &DecodingFingerprint, models: &ModelSet) -> Result<()> {
        if !self.is_interactive() {
            self.last_strategy =
                if models.has_large_alone() { Strategy::LargeAlone } else { Strategy::Pieces };
        }
        self.reranking = self.job.options.reranks().then(|| models.reranking.clone());
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
        if let Some(done) = self.blocks[block][at].done.take() {
            return Ok(Some(done));
        }
        let sentence = &self.blocks[block][at];
        if !sentence.has_words() {
            return Ok(Some(SentenceReport::kept(&sentence.text, SentenceStatus::Copied)));
        }
        let is_begun = self.begun == Some((block, at));
        if self.is_interactive() && (is_begun || !self.job.options.reuse) {
            return Ok(None);
        }
        let SentenceTask { text, terms, locked, marked, .. } = sentence;
        let locked: Vec<&str> = locked.iter().filter_map(|range| text.get(range.clone())).collect();
        let context = self.sentences_before(block, at);
        let marked = *marked || self.links_words();
        let input = CacheKeyInput { text, context: &context, terms, locked: &locked, marked };
        self.blocks[block][at].key = Some(fingerprint.key(&input));
        let sentence = &self.blocks[block][at];
        match self.look_up_memory(&sentence.text)? {
            Some(translation) => Ok(Some(sentence.memory_report(translation, &self.job.pair))),
            None if self.is_interactive() => Ok(self.typed_before(block, at)),
            None => self.look_up_cache(sentence),
        }
    }

    // The report of a sentence that was typed before. One without the tokens that the job reports is decoded again.
    fn typed_before(&mut self, block: usize, at: usize) -> Option<SentenceReport> {
        let sentence = self.blocks.get_mut(block)?.get_mut(at)?;
        let TypedSentence { report, uncertain_words } =
            self.typed.as_ref()?.borrow_mut().get(sentence.key.as_ref()?)?;
        if self.job.options.report && report.tokens.is_empty() {
            return None;
        }
        sentence.uncertain_words = uncertain_words;
        Some(report)
    }

    // The cached report of a sentence, from this document or another.
    pub(super) fn look_up_cache(&self, sentence: &SentenceTask) -> Result<Option<SentenceReport>> {
        // The cache has no tokens, n-best list or doubts, so typed text and a job with a report decode again.
        let has_none = self.job.options.report || self.is_interactive();
        let (Some(store), Some(key), false) = (&self.store, &sentence.key, has_none) else {
            return Ok(None);
        };
        Ok(store
            .cached_sentence(key, &sentence.text)?
            .map(|report| sentence.cached_report(report, &self.job.pair)))
    }

    /// Queues all unfinished sentences, discarding the output of unfinished tries; of equal ones only the first.
    pub fn build_queue(&mut self) {
        let mut positions = Vec::new();
        let mut scored = Vec::new();
        let mut first = HashSet::new();
        self.duplicates.clear();
        self.scores.clear();
        for (block, sentences) in self.blocks.iter_mut().enumerate() {
            for (at, sentence) in sentences.iter_mut().enumerate().filter(|(_, s)| !s.is_finished()) {
                let position = PiecePosition::of(block, at);
                if let Some(key) = sentence.key.filter(|key| !first.insert(*key)) {
                    self.duplicates.entry(key).or_default().push(position);
                    continue;
                }
                if sentence.rescoring.is_some() {
                    scored.push((block, at));
                }
                if sentence.done.is_none() {
                    sentence.discard_output();
                    sentence.fits = false;
                    positions.push(position);
                }
            }
        }
        scored.into_iter().for_each(|(block, sentence)| self.queue_scores(block, sentence));
        if !self.is_interactive() {
            let length = |position: &PiecePosition| self.blocks[position.block][position.sentence].text.len();
            for window in positions.chunks_mut(WINDOW) {
                window.sort_by_key(|position| Reverse(length(position)));
            }
        }
        self.queue = positions.into();
    }

    /// Whether there is something to decode.
    pub fn has_requests(&self) -> bool {
        !self.queue.is_empty() || !self.scores.is_empty()
    }

    /// The next hypothesis to score or piece to decode.
    pub fn next_request(&mut self, builder: &RequestBuilder) -> Result<Option<(Work, Request)>> {
        if let Some(score) = self.next_score(builder)? {
            return Ok(Some(score));
        }
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
            if !self.give_beginning(position, builder)? {
                self.finish_with_best(position)?;
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
                if self.decodes_one_word(position) {
                    (request.alternatives, request.votes) = (LISTED, LISTED);
                }
                if self.is_aligned(position) {
                    request.align = builder.alignment_ranges(&piece.text, &context.text)?;
                }
                match sentence.strategy {
                    Strategy::Shorter => request.beam = builder.beams(),
                    Strategy::LargeAlone => request.weights = builder.large_alone(),
                    Strategy::Whole | Strategy::Pieces | Strategy::WithTerms => {}
                }
                if let Some(bonus) = sentence.bonus() {
                    request.glossary = builder.glossary_bias(&sentence.terms, bonus)?;
                }
                let (terms, bonus) = sentence.terms_to_keep();
                request.glossary.extend(builder.term_bias(terms, bonus)?);
                if let Some(reranking) = self.reranking.as_ref().filter(|_| sentence.can_branch()) {
                    request.branching = Some(reranking.branching());
                }
                self.started.get_or_insert_with(Instant::now);
                self.prompt_tokens += request.prompts.iter().map(Vec::len).sum::<usize>();
                self.context_tokens += context.tokens;
                if let Some(piece) = self.sentence_mut(position).pieces.get_mut(position.piece) {
                    piece.context = context.text;
                }
                return Ok(Some((Work::Decode(position), request)));
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
        let needs_beams = sentence.strategy == Strategy::Shorter && builder.beams().is_none();
        if needs_beams || sentence.strategy >= Strategy::WithTerms && pieces > 1 {
            self.leave_unchanged(position);
            return Ok(());
        }
        (0..pieces).rev().for_each(|piece| self.queue.push_front(PiecePosition { piece, ..position }));
        Ok(())
    }

    /// Puts cancelled work back at the front of its queue.
    pub fn requeue(&mut self, work: Work) {
        let position = match work {
            Work::Decode(position) => position,
            Work::Score(position) => return self.scores.push_front(position),
        };
        if let Some(piece) = self.sentence_mut(position).pieces.get_mut(position.piece) {
            piece.restart();
            self.queue.push_front(position);
        }
    }

    pub(super) fn unfinished(&self) -> Vec<PiecePosition> {
        let sentences = self.blocks.iter().enumerate().flat_map(|(block, sentences)| {
            let open = sentences.iter().enumerate().filter(|(_, sentence)| !sentence.is_finished());
            open.map(move |(sentence, _)| PiecePosition::of(block, sentence))
        });
        sentences.collect()
    }
}

fn base_request(options: &DecodeOptions) -> Request {
    Request {
        choice: options.choice(),
        beam: options.beam.map(Into::into),
        alternatives: ALTERNATIVES,
        votes: if options.report { 3 } else { 0 },
        ..Request::default()
    }
}
