//! A job on its way: its blocks, their sentences, and what has been translated of them.

mod decode_queue;
mod fit_subtitles;
mod outputs;

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::error::{Error, Problem, Result};
use crate::glossary::Glossary;
use crate::job::{Job, JobEvent, OnEvent};
use crate::job_id::JobId;
use crate::retry::{Piece, SentenceTask, Strategy};
use crate::sentences;
use crate::source::{LoadedSource, SourceBlock};
use crate::store::Hash;
use crate::store::Store;
use crate::store::jobs::JobState;

/// Where a piece of a sentence stands in its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PiecePosition {
    block: usize,
    sentence: usize,
    piece: usize,
}

/// A job on its way.
pub(crate) struct Task {
    pub id: JobId,
    pub job: Job,
    pub source: LoadedSource,
    pub blocks: Vec<Vec<SentenceTask>>,
    on_event: OnEvent,
    /// Of documents: where finished sentences are stored.
    pub store: Option<Rc<Store>>,
    // Pieces to decode, and sentences that only L alone is left for.
    queue: VecDeque<PiecePosition>,
    deferred: Vec<PiecePosition>,
    // Sentences that wait for an equal one, by key.
    duplicates: HashMap<Hash, Vec<PiecePosition>>,
    // How far retries go.
    last_strategy: Strategy,
    finished: usize,
    // Finished before anything was decoded: reused, or nothing to translate.
    ready: usize,
    pub total: usize,
    pub reused: usize,
    pub tokens: usize,
    // When its first sentence went to the engine.
    begun: Option<Instant>,
    told: Option<Instant>,
    // Whether long subtitles are no longer said again.
    shortening_disabled: bool,
}

// Events of streamed text and progress are at most so frequent.
const TELL_EVERY: Duration = Duration::from_millis(33);

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
            source: LoadedSource::Text(Vec::new()),
            blocks: Vec::new(),
            on_event,
            store,
            queue: VecDeque::new(),
            deferred: Vec::new(),
            duplicates: HashMap::new(),
            last_strategy: Strategy::Whole,
            finished: 0,
            ready: 0,
            total: 0,
            reused: 0,
            tokens: 0,
            begun: None,
            told: None,
            shortening_disabled: false,
            job,
        }
    }

    fn read(&mut self) -> Result<()> {
        let (source, texts) = LoadedSource::read(&self.job)?;
        self.source = source;
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
            Some(store) if self.job.options.glossary => store.terms(&self.job.pair)?,
            _ => Vec::new(),
        };
        terms.extend(self.job.options.terms.iter().cloned());
        Ok(Glossary::new(&self.job.pair, terms))
    }

    // A block that a person translated as a whole is one sentence here.
    fn split(&self, text: &SourceBlock, glossary: &Glossary) -> Result<Vec<SentenceTask>> {
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
            Some(store) if self.job.options.memory => store.exact_match(&self.job.pair, source),
            _ => Ok(None),
        }
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

    /// Whether every sentence is there.
    pub fn is_complete(&self) -> bool {
        self.finished == self.total
    }

    /// Whether a person waits for the text.
    pub fn is_live(&self) -> bool {
        matches!(self.source, LoadedSource::Text(_))
    }

    /// Whether an event of streamed text or progress is due; the next one then is not for a while.
    pub fn is_event_due(&mut self) -> bool {
        let now = Instant::now();
        let due = self.told.is_none_or(|told| now - told >= TELL_EVERY);
        if due {
            self.told = Some(now);
        }
        due
    }

    fn tell_in_time(&mut self) {
        if self.is_event_due() || self.is_complete() {
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

    fn sentence(&self, place: PiecePosition) -> &SentenceTask {
        &self.blocks[place.block][place.sentence]
    }

    fn piece(&self, place: PiecePosition) -> Option<&Piece> {
        self.sentence(place).pieces.get(place.piece)
    }

    fn sentence_mut(&mut self, place: PiecePosition) -> &mut SentenceTask {
        &mut self.blocks[place.block][place.sentence]
    }
}

// A part of a text, with what its translation has to keep to.
fn sentence(
    part: sentences::Sentence<'_>,
    text: &SourceBlock,
    range: &Range<usize>,
    glossary: &Glossary,
) -> SentenceTask {
    let mut sentence = SentenceTask::new(part);
    sentence.locked = text.locked_in(range);
    sentence.marked = text.is_marked_in(range);
    sentence.terms = glossary.matches(part.text);
    sentence
}

/// Whether an error belongs to one document or its store, so that other jobs go on.
pub(crate) fn is_of_one_job(error: &Error) -> bool {
    !matches!(error, Error::Engine(_))
}
