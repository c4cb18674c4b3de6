//! What is to be decoded next: everything that is not known yet, equal sentences once, long ones first.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::time::Instant;

use engine::Request;

use super::{PiecePosition, Task};
use crate::error::Result;
use crate::job::DecodeOptions;
use crate::requests::RequestBuilder;
use crate::retry::{SentenceTask, Strategy};
use crate::sentence_report::{SentenceReport, SentenceStatus};
use crate::source::LoadedSource;
use crate::store::cache::{CacheKeyInput, DecodingFingerprint};

// Sentences of a document are handed over longest first, so many at a time: the batch then empties evenly.
const WINDOW: usize = 64;

impl Task {
    /// Takes what was translated before, and puts the rest in order. `alone` says whether L alone is another sum
    /// than the job's own.
    pub fn prepare(&mut self, fingerprint: &DecodingFingerprint, alone: bool) -> Result<()> {
        if self.store.is_some() {
            self.last_strategy = if alone { Strategy::LargeAlone } else { Strategy::Pieces };
        }
        for block in 0..self.blocks.len() {
            for sentence in 0..self.blocks[block].len() {
                if let Some(report) = self.known(block, sentence, fingerprint)? {
                    self.reused += usize::from(report.status != SentenceStatus::Copied);
                    self.blocks[block][sentence].done = Some(report);
                    self.finished += 1;
                }
            }
        }
        self.ready = self.finished;
        if let (Some(store), LoadedSource::File { hash, .. }) = (&self.store, &self.source) {
            store.start_job(self.id, hash, self.total, self.finished)?;
        }
        self.line_up();
        self.tell_progress();
        Ok(())
    }

    // What is to be said of a sentence without asking the models.
    fn known(
        &mut self,
        block: usize,
        at: usize,
        fingerprint: &DecodingFingerprint,
    ) -> Result<Option<SentenceReport>> {
        let sentence = &mut self.blocks[block][at];
        if let Some(done) = sentence.done.take() {
            return Ok(Some(done));
        }
        if !sentence.text.chars().any(char::is_alphabetic) {
            return Ok(Some(SentenceReport::kept(&sentence.text, SentenceStatus::Copied)));
        }
        if self.store.is_none() {
            return Ok(None);
        }
        let SentenceTask { text, terms, locked, marked, .. } = &*sentence;
        sentence.key = Some(fingerprint.key(&CacheKeyInput { text, terms, locked, marked: *marked }));
        let sentence = &self.blocks[block][at];
        match self.recall(&sentence.text)? {
            Some(translation) => Ok(Some(sentence.remembered(translation, &self.job.pair))),
            None => self.finished_before(sentence),
        }
    }

    // What the models made of it before, in this document or another.
    pub(super) fn finished_before(&self, sentence: &SentenceTask) -> Result<Option<SentenceReport>> {
        // Tokens and further answers are not kept, so who wants to see them lets the models speak again.
        let (Some(store), Some(key), false) = (&self.store, &sentence.key, self.job.options.report) else {
            return Ok(None);
        };
        Ok(store.cached_sentence(key, &sentence.text)?.map(|report| sentence.reused(report, &self.job.pair)))
    }

    // Everything that is not done and not set aside for later, anew. Of equal sentences the first goes, for all.
    pub(super) fn line_up(&mut self) {
        let mut places = Vec::new();
        let mut first = HashSet::new();
        self.duplicates.clear();
        for (block, sentences) in self.blocks.iter_mut().enumerate() {
            for (at, sentence) in sentences.iter_mut().enumerate().filter(|(_, s)| s.done.is_none()) {
                sentence.rewind();
                let place = PiecePosition { block, sentence: at, piece: 0 };
                if let Some(key) = sentence.key.filter(|key| !first.insert(*key)) {
                    self.duplicates.entry(key).or_default().push(place);
                    continue;
                }
                if sentence.strategy == Strategy::LargeAlone && self.deferred.contains(&place) {
                    continue;
                }
                sentence.fits = false;
                places.push(place);
            }
        }
        if !self.is_live() {
            let length = |place: &PiecePosition| self.blocks[place.block][place.sentence].text.len();
            for window in places.chunks_mut(WINDOW) {
                window.sort_by_key(|place| Reverse(length(place)));
            }
        }
        self.queue = places.into();
    }

    /// Forgets what was decoded of unfinished sentences, so that they are decoded again.
    pub fn rewind(&mut self) {
        self.line_up();
    }

    /// Whether there is something to decode with the models at work.
    pub fn has_requests(&self) -> bool {
        !self.queue.is_empty()
    }

    /// The next piece to decode.
    pub fn next_request(&mut self, builder: &RequestBuilder) -> Result<Option<(PiecePosition, Request)>> {
        let base = base_request(&self.job.options);
        while let Some(place) = self.queue.pop_front() {
            if !self.sentence(place).fits {
                // Another document may have brought it meanwhile.
                let sentence = self.sentence(place);
                let found = if sentence.is_fresh() { self.finished_before(sentence)? } else { None };
                match found {
                    Some(report) => self.find(place, report)?,
                    None => self.fit(place, builder, &base)?,
                }
                continue;
            }
            let Some(piece) = self.piece(place) else { continue };
            if let Some(mut request) = builder.request(&piece.text, &base)? {
                let sentence = self.sentence(place);
                if sentence.marked {
                    request.align = builder.alignment_ranges(&piece.text)?;
                }
                if sentence.strategy == Strategy::Shorter {
                    request.beam = builder.beams();
                }
                if let Some(bonus) = sentence.bonus() {
                    request.glossary = builder.glossary_bias(&sentence.terms, bonus)?;
                }
                self.begun.get_or_insert_with(Instant::now);
                return Ok(Some((place, request)));
            }
            self.refuse(place)?;
        }
        Ok(None)
    }

    // Cuts a sentence into pieces that fit the context, and puts them first.
    fn fit(&mut self, place: PiecePosition, builder: &RequestBuilder, base: &Request) -> Result<()> {
        let sentence = self.sentence_mut(place);
        if !sentence.cut_to_fit(|text| builder.request(text, base).is_ok_and(|request| request.is_some())) {
            return self.refuse(place);
        }
        let pieces = sentence.pieces.len();
        if sentence.strategy == Strategy::Shorter && (pieces > 1 || builder.beams().is_none()) {
            self.stay_long(place);
            return Ok(());
        }
        (0..pieces).rev().for_each(|piece| self.queue.push_front(PiecePosition { piece, ..place }));
        Ok(())
    }

    /// Puts a piece back that was on its way.
    pub fn put_back(&mut self, place: PiecePosition) {
        if let Some(piece) = self.sentence_mut(place).pieces.get_mut(place.piece) {
            piece.tokens.clear();
            self.queue.push_front(place);
        }
    }

    /// Whether only L alone is left to be asked.
    pub fn waits_for_alone(&self) -> bool {
        self.queue.is_empty() && !self.deferred.is_empty()
    }

    /// Puts the sentences in line that L alone is asked for.
    pub fn go_alone(&mut self) {
        self.queue.extend(std::mem::take(&mut self.deferred));
    }

    /// Takes the best answers that there are where L alone cannot be asked.
    pub fn go_without(&mut self) -> Result<()> {
        let deferred = std::mem::take(&mut self.deferred);
        self.queue.clear();
        deferred.into_iter().chain(self.unfinished()).try_for_each(|place| self.refuse(place))
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
        alternatives: 4,
        votes: if options.report { 3 } else { 0 },
        urgent: false,
        align: Vec::new(),
        glossary: Vec::new(),
    }
}
