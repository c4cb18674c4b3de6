//! A job on its way: its blocks, their sentences, and what has been translated of them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;
use std::rc::Rc;
use std::time::{Duration, Instant};

use engine::{Output, Request, Token};
use model_files::Tokenizer;

use crate::answer::{SentenceReport, SentenceStatus, doubts, report};
use crate::error::{Error, Problem, Result};
use crate::frame::{Frame, SourceText};
use crate::glossary::Glossary;
use crate::job::{DecodeOptions, Job, JobEvent, JobId, OnEvent};
use crate::ladder::{Limits, Next, Piece, Rung, Sentence};
use crate::room::Speaker;
use crate::store::Store;
use crate::store::jobs::JobState;
use crate::store::segments::{Fingerprint, Hash, Wanted};
use crate::{delivery, live, sentences};

/// Where a piece of a sentence stands in its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    block: usize,
    sentence: usize,
    piece: usize,
}

/// A job on its way.
pub(crate) struct Task {
    pub id: JobId,
    pub job: Job,
    pub frame: Frame,
    pub blocks: Vec<Vec<Sentence>>,
    on_event: OnEvent,
    // Of documents: where what is finished is kept.
    store: Option<Rc<Store>>,
    // Pieces to decode, and sentences that only L alone is left for.
    queue: VecDeque<Place>,
    later: Vec<Place>,
    // Sentences that wait for an equal one, by key.
    twins: HashMap<Hash, Vec<Place>>,
    // The last rung of the ladder that this job's sentences climb.
    last: Rung,
    finished: usize,
    // Finished before anything was decoded: reused, or nothing to translate.
    ready: usize,
    pub total: usize,
    pub reused: usize,
    pub tokens: usize,
    // When its first sentence went to the engine.
    begun: Option<Instant>,
    told: Option<Instant>,
}

// Events of streamed text and progress are at most so frequent.
const TELL_EVERY: Duration = Duration::from_millis(33);

// Sentences of a document are handed over longest first, so many at a time: the batch then empties evenly.
const WINDOW: usize = 64;

impl Task {
    /// Reads and splits a job's source. A bad source fails the job here, before anything is decoded; then there is
    /// no task.
    pub fn begin(id: JobId, job: Job, store: Option<Rc<Store>>, on_event: OnEvent) -> Option<Self> {
        let mut task = Self::unread(id, job, store, on_event);
        match task.read() {
            Ok(()) => Some(task),
            Err(error) => {
                task.fail(&error.problem());
                None
            }
        }
    }

    /// A job whose source was not read yet.
    pub fn unread(id: JobId, job: Job, store: Option<Rc<Store>>, on_event: OnEvent) -> Self {
        Self {
            id,
            frame: Frame::Text(Vec::new()),
            blocks: Vec::new(),
            on_event,
            store,
            queue: VecDeque::new(),
            later: Vec::new(),
            twins: HashMap::new(),
            last: Rung::Whole,
            finished: 0,
            ready: 0,
            total: 0,
            reused: 0,
            tokens: 0,
            begun: None,
            told: None,
            job,
        }
    }

    fn read(&mut self) -> Result<()> {
        let (frame, texts) = Frame::read(&self.job)?;
        self.frame = frame;
        let glossary = self.glossary()?;
        for text in &texts {
            let block = self.split(text, &glossary)?;
            self.blocks.push(block);
        }
        self.total = self.blocks.iter().map(Vec::len).sum();
        self.tell(JobEvent::Started { segments: self.total });
        Ok(())
    }

    fn glossary(&self) -> Result<Glossary> {
        let mut terms = match &self.store {
            Some(store) => store.terms(&self.job.pair)?,
            None => Vec::new(),
        };
        terms.extend(self.job.options.terms.iter().cloned());
        Ok(Glossary::new(&self.job.pair, terms))
    }

    // A block that a person translated as a whole is one sentence here.
    fn split(&self, text: &SourceText, glossary: &Glossary) -> Result<Vec<Sentence>> {
        let parts = sentences::split(&text.text, &self.job.pair.from);
        if parts.len() > 1
            && let Some(translation) = self.recall(&text.text)?
        {
            let all = sentences::Sentence { text: &text.text, separator: "" };
            let mut whole = sentence(all, text, &(0..text.text.len()), glossary);
            whole.done = Some(whole.remembered(translation, &self.job.pair));
            return Ok(vec![whole]);
        }
        let mut at = 0;
        let part = |part: sentences::Sentence<'_>| {
            let range = at..at + part.text.len();
            at = range.end + part.separator.len();
            sentence(part, text, &range, glossary)
        };
        Ok(parts.into_iter().map(part).collect())
    }

    fn recall(&self, source: &str) -> Result<Option<String>> {
        match &self.store {
            Some(store) if self.job.options.memory => store.recall(&self.job.pair, source),
            _ => Ok(None),
        }
    }

    /// Takes what was translated before, and puts the rest in order. `alone` says whether L alone is another sum
    /// than the job's own.
    pub fn prepare(&mut self, fingerprint: &Fingerprint, alone: bool) -> Result<()> {
        if self.store.is_some() {
            self.last = if alone { Rung::Alone } else { Rung::Pieces };
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
        if let (Some(store), Frame::File { hash, .. }) = (&self.store, &self.frame) {
            store.begin(self.id, hash, self.total, self.finished)?;
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
        fingerprint: &Fingerprint,
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
        let Sentence { text, terms, locked, marked, .. } = &*sentence;
        sentence.key = Some(fingerprint.key(&Wanted { text, terms, locked, marked: *marked }));
        let sentence = &self.blocks[block][at];
        match self.recall(&sentence.text)? {
            Some(translation) => Ok(Some(sentence.remembered(translation, &self.job.pair))),
            None => self.finished_before(sentence),
        }
    }

    // What the models made of it before, in this document or another.
    fn finished_before(&self, sentence: &Sentence) -> Result<Option<SentenceReport>> {
        // Tokens and further answers are not kept, so who wants to see them lets the models speak again.
        let (Some(store), Some(key), false) = (&self.store, &sentence.key, self.job.options.report) else {
            return Ok(None);
        };
        Ok(store.finished(key, &sentence.text)?.map(|report| sentence.reused(report, &self.job.pair)))
    }

    // Everything that is not done and not set aside for later, anew. Of equal sentences the first goes, for all.
    fn line_up(&mut self) {
        let mut places = Vec::new();
        let mut first = HashSet::new();
        self.twins.clear();
        for (block, sentences) in self.blocks.iter_mut().enumerate() {
            for (at, sentence) in sentences.iter_mut().enumerate().filter(|(_, s)| s.done.is_none()) {
                sentence.rewind();
                let place = Place { block, sentence: at, piece: 0 };
                if let Some(key) = sentence.key.filter(|key| !first.insert(*key)) {
                    self.twins.entry(key).or_default().push(place);
                    continue;
                }
                if sentence.rung == Rung::Alone && self.later.contains(&place) {
                    continue;
                }
                sentence.fits = false;
                places.push(place);
            }
        }
        if !self.is_live() {
            let length = |place: &Place| self.blocks[place.block][place.sentence].text.len();
            for window in places.chunks_mut(WINDOW) {
                window.sort_by_key(|place| std::cmp::Reverse(length(place)));
            }
        }
        self.queue = places.into();
    }

    pub fn tell(&mut self, event: JobEvent) {
        (self.on_event)(event);
    }

    /// The last event of a job that ends before it is done. What is finished of it is kept.
    pub fn end(&mut self, state: JobState, event: JobEvent) {
        let kept = self.store.as_ref().map_or(Ok(()), |store| store.set_state(self.id, state, None));
        self.tell(kept.map_or_else(|error| JobEvent::Failed(error.problem()), |()| event));
    }

    /// The last event of a job that cannot be done.
    pub fn fail(&mut self, problem: &Problem) {
        // A store that cannot be written cannot be told either; the row then counts as interrupted.
        drop(self.store.as_ref().map(|store| store.set_state(self.id, JobState::Failed, Some(problem))));
        self.tell(JobEvent::Failed(problem.clone()));
    }

    /// The next piece to decode.
    pub fn next_request(&mut self, speaker: &Speaker) -> Result<Option<(Place, Request)>> {
        let base = base_request(&self.job.options);
        while let Some(place) = self.queue.pop_front() {
            if !self.sentence(place).fits {
                // Another document may have brought it meanwhile.
                let sentence = self.sentence(place);
                let found = if sentence.is_fresh() { self.finished_before(sentence)? } else { None };
                match found {
                    Some(report) => self.find(place, report)?,
                    None => self.fit(place, speaker, &base)?,
                }
                continue;
            }
            let Some(piece) = self.piece(place) else { continue };
            if let Some(mut request) = speaker.request(&piece.text, &base)? {
                let sentence = self.sentence(place);
                if sentence.marked {
                    request.align = speaker.align(&piece.text)?;
                }
                if let Some(bonus) = sentence.bonus() {
                    request.glossary = speaker.pulls(&sentence.terms, bonus)?;
                }
                self.begun.get_or_insert_with(Instant::now);
                return Ok(Some((place, request)));
            }
            self.refuse(place)?;
        }
        Ok(None)
    }

    // Cuts a sentence into pieces that fit the context, and puts them first.
    fn fit(&mut self, place: Place, speaker: &Speaker, base: &Request) -> Result<()> {
        let sentence = self.sentence_mut(place);
        if !sentence.cut_to_fit(|text| speaker.request(text, base).is_ok_and(|request| request.is_some())) {
            return self.refuse(place);
        }
        let pieces = sentence.pieces.len();
        (0..pieces).rev().for_each(|piece| self.queue.push_front(Place { piece, ..place }));
        Ok(())
    }

    /// Puts a piece back that was on its way.
    pub fn put_back(&mut self, place: Place) {
        if let Some(piece) = self.sentence_mut(place).pieces.get_mut(place.piece) {
            piece.tokens.clear();
            self.queue.push_front(place);
        }
    }

    /// Whether there is something to decode with the models at work.
    pub fn has_requests(&self) -> bool {
        !self.queue.is_empty()
    }

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
        let mut report = report(tokenizer, &source, outputs, speaker, self.job.options.report)?;
        if speaker.ends_at_line
            && let Some(line) = report.translation.lines().next()
        {
            report.translation = line.trim().to_owned();
        }
        if let Some(best) = outputs.first().filter(|_| self.sentence(place).marked) {
            let end = report.translation.len();
            report.links = speaker.links(&source, best)?;
            // A line that was cut off.
            report.links.retain(|link| link.target.end <= end);
        }
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

    /// Whether only L alone is left to be asked.
    pub fn waits_for_alone(&self) -> bool {
        self.queue.is_empty() && !self.later.is_empty()
    }

    /// Puts the sentences in line that L alone is asked for.
    pub fn go_alone(&mut self) {
        self.queue.extend(std::mem::take(&mut self.later));
    }

    /// Takes the best answers that there are where L alone cannot be asked.
    pub fn go_without(&mut self) -> Result<()> {
        let later = std::mem::take(&mut self.later);
        self.queue.clear();
        later.into_iter().chain(self.unfinished()).try_for_each(|place| self.refuse(place))
    }

    fn unfinished(&self) -> Vec<Place> {
        let sentences = self.blocks.iter().enumerate().flat_map(|(block, sentences)| {
            let open = sentences.iter().enumerate().filter(|(_, sentence)| sentence.done.is_none());
            open.map(move |(sentence, _)| Place { block, sentence, piece: 0 })
        });
        sentences.collect()
    }

    /// Whether every sentence is there.
    pub fn is_complete(&self) -> bool {
        self.finished == self.total
    }

    /// Whether a person waits for the text.
    pub fn is_live(&self) -> bool {
        matches!(self.frame, Frame::Text(_))
    }

    /// Forgets what was decoded of unfinished sentences, so that they are decoded again.
    pub fn rewind(&mut self) {
        self.line_up();
    }

    /// The whole translation, written where it belongs.
    pub fn deliver(&mut self, speaker: Option<&Speaker>, tokenizer: Option<&Tokenizer>) -> Result<()> {
        if self.is_live()
            && let (Some(speaker), Some(tokenizer)) = (speaker, tokenizer)
        {
            let event = live::text_event(self, speaker, tokenizer);
            self.tell(event);
        }
        let store = self.store.clone();
        let result = delivery::deliver(self, store.as_deref())?;
        self.tell(JobEvent::Finished(result));
        Ok(())
    }

    // What another document has finished.
    fn find(&mut self, place: Place, report: SentenceReport) -> Result<()> {
        let sentence = self.sentence_mut(place);
        sentence.pieces.clear();
        sentence.done = Some(report);
        self.reused += 1;
        self.finished += 1;
        self.finish_twins(place);
        if let Some(store) = &self.store {
            store.keep_count(self.id, self.finished)?;
        }
        self.tell_in_time();
        Ok(())
    }

    // Equal sentences get the translation of the one that went for them.
    fn finish_twins(&mut self, place: Place) {
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
            store.keep(key, report, sentence.tokens, self.id, self.finished)?;
        }
        self.tell_in_time();
        Ok(())
    }

    fn tell_in_time(&mut self) {
        if self.is_time() || self.is_complete() {
            self.tell_progress();
        }
    }

    fn tell_progress(&mut self) {
        let left = (self.total - self.finished) as f32;
        let decoded = self.finished.saturating_sub(self.ready);
        let event = JobEvent::Progress {
            done: self.finished,
            total: self.total,
            tokens_per_second: self.rate(),
            eta_s: (decoded > 0).then(|| left * self.seconds() / decoded as f32),
        };
        self.tell(event);
    }

    pub fn rate(&self) -> f32 {
        self.tokens as f32 / self.seconds().max(1e-3)
    }

    pub fn seconds(&self) -> f32 {
        self.begun.map_or(0.0, |begun| begun.elapsed().as_secs_f32())
    }

    fn is_time(&mut self) -> bool {
        let now = Instant::now();
        let due = self.told.is_none_or(|told| now - told >= TELL_EVERY);
        if due {
            self.told = Some(now);
        }
        due
    }

    fn sentence(&self, place: Place) -> &Sentence {
        &self.blocks[place.block][place.sentence]
    }

    fn piece(&self, place: Place) -> Option<&Piece> {
        self.sentence(place).pieces.get(place.piece)
    }

    fn sentence_mut(&mut self, place: Place) -> &mut Sentence {
        &mut self.blocks[place.block][place.sentence]
    }
}

// A part of a text, with what its translation has to keep to.
fn sentence(
    part: sentences::Sentence<'_>,
    text: &SourceText,
    range: &Range<usize>,
    glossary: &Glossary,
) -> Sentence {
    let mut sentence = Sentence::new(part);
    sentence.locked = text.locked_in(range);
    sentence.marked = text.is_marked_in(range);
    sentence.terms = glossary.hits(part.text);
    sentence
}

/// Whether an error belongs to one document or its store, so that other jobs go on.
pub(crate) fn is_of_one_job(error: &Error) -> bool {
    !matches!(error, Error::Engine(_))
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
