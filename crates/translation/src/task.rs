//! A running job: its blocks, their sentences and their translations.

mod begun;
mod context;
mod decode_queue;
mod fit_subtitles;
mod keep_terms;
mod outputs;
mod rescore;
mod typed_sentences;

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::document_terms::DocumentTerm;
use crate::error::{Error, Problem, Result};
use crate::glossary::Glossary;
use crate::job::{Job, JobEvent, OnEvent, Source};
use crate::job_id::JobId;
use crate::quality::Estimator;
use crate::reranking::Reranking;
use crate::retry::{Piece, SentenceTask, Strategy};
use crate::sentences;
use crate::source::{LoadedSource, SourceBlock};
use crate::store::Hash;
use crate::store::Store;
use crate::store::jobs::JobState;
pub(crate) use rescore::ScorePosition;
pub(crate) use typed_sentences::{TypedSentence, TypedSentences};

/// The position of a piece in its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PiecePosition {
    block: usize,
    sentence: usize,
    piece: usize,
}

/// What a sequence of the batch does for its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Decodes a piece.
    Decode(PiecePosition),
    /// Scores a hypothesis.
    Score(ScorePosition),
}

impl PiecePosition {
    /// The first piece of a sentence.
    fn of(block: usize, sentence: usize) -> Self {
        Self { block, sentence, piece: 0 }
    }
}

/// A running job.
pub(crate) struct Task {
    pub id: JobId,
    pub job: Job,
    pub source: LoadedSource,
    pub blocks: Vec<Vec<SentenceTask>>,
    // For each block, whether it continues the one before.
    follows: Vec<bool>,
    // The block and sentence whose translation begins with what the options give.
    begun: Option<(usize, usize)>,
    /// Sentences before each that its prompt may have as context.
    pub context: usize,
    on_event: OnEvent,
    /// The glossary and the memory; of documents, also finished sentences.
    pub store: Option<Rc<Store>>,
    /// Typed text: finished sentences.
    pub typed: Option<Rc<RefCell<TypedSentences>>>,
    // Pieces to decode.
    queue: VecDeque<PiecePosition>,
    // Hypotheses to score.
    scores: VecDeque<ScorePosition>,
    // Sentences that wait for the translation of an equal one, by key.
    duplicates: HashMap<Hash, Vec<PiecePosition>>,
    // The choice between several translations, if the options want one.
    reranking: Option<Reranking>,
    // The last retry strategy.
    last_strategy: Strategy,
    finished: usize,
    // Finished before anything was decoded: reused, or nothing to translate.
    ready: usize,
    pub total: usize,
    pub reused: usize,
    pub tokens: usize,
    /// Tokens of the prompts, and those of them that are there because of a context.
    pub prompt_tokens: usize,
    pub context_tokens: usize,
    /// Whether built-in models translate it, which only demonstrate.
    pub demonstration: bool,
    /// Documents: the repeated terms that keep their translation, once they are found.
    pub document_terms: Option<Vec<DocumentTerm>>,
    // When its first sentence was sent to the engine.
    started: Option<Instant>,
    last_event: Option<Instant>,
    // Whether long subtitles are no longer shortened.
    shortening_disabled: bool,
}

// Shortest interval between events of streamed text or progress.
const EVENT_INTERVAL: Duration = Duration::from_millis(33);

impl Task {
    /// Reads and splits a job's source. If that fails, the job fails before anything is decoded, and there is no task.
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

    /// A job whose source is not read yet.
    pub fn unread(id: JobId, job: Job, store: Option<Rc<Store>>, on_event: OnEvent) -> Self {
        Self {
            id,
            source: LoadedSource::Text(Vec::new()),
            blocks: Vec::new(),
            follows: Vec::new(),
            begun: None,
            context: 0,
            on_event,
            store,
            typed: None,
            queue: VecDeque::new(),
            scores: VecDeque::new(),
            duplicates: HashMap::new(),
            reranking: None,
            last_strategy: Strategy::Whole,
            finished: 0,
            ready: 0,
            total: 0,
            reused: 0,
            tokens: 0,
            prompt_tokens: 0,
            context_tokens: 0,
            demonstration: false,
            document_terms: None,
            started: None,
            last_event: None,
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
            self.follows.push(text.follows);
        }
        self.total = self.blocks.iter().map(Vec::len).sum();
        self.find_begun();
        self.emit(JobEvent::Started { segments: self.total });
        Ok(())
    }

    fn glossary(&self) -> Result<Glossary> {
        let mut terms = match &self.store {
            Some(store) if self.job.options.glossary => store.terms(&self.job.pair)?,
            _ => Vec::new(),
        };
        terms.extend(self.job.options.terms.iter().cloned());
        if let Some(store) = self.queue_store() {
            terms.extend(store.job_terms(self.id)?);
        }
        Ok(Glossary::new(&self.job.pair, terms))
    }

    // A block with an exact match in the memory stays one sentence.
    fn split(&self, text: &SourceBlock, glossary: &Glossary) -> Result<Vec<SentenceTask>> {
        let parts = text.sentences(&self.job.pair.from);
        if parts.len() > 1
            && let Some(translation) = self.look_up_memory(&text.text)?
        {
            let all = sentences::Sentence { text: &text.text, separator: "" };
            let mut whole = sentence_task(all, text, &(0..text.text.len()), glossary);
            whole.done = Some(whole.memory_report(translation, &self.job.pair));
            return Ok(vec![whole]);
        }
        let mut at = 0;
        let part = |part: sentences::Sentence<'_>| {
            let range = at..at + part.text.len();
            at = range.end + part.separator.len();
            sentence_task(part, text, &range, glossary)
        };
        Ok(parts.into_iter().map(part).collect())
    }

    /// Sets what grades its sentences.
    pub fn grade_by(&mut self, estimator: Estimator) {
        let estimator = Rc::new(estimator);
        for sentence in self.blocks.iter_mut().flatten() {
            sentence.estimator = Some(Rc::clone(&estimator));
        }
    }

    fn look_up_memory(&self, source: &str) -> Result<Option<String>> {
        match &self.store {
            Some(store) if self.job.options.memory && (self.job.options.reuse || !self.is_interactive()) => {
                store.exact_match(&self.job.pair, source)
            }
            _ => Ok(None),
        }
    }

    /// The store with this job's row: that of a document in a file.
    pub fn queue_store(&self) -> Option<&Store> {
        self.store.as_deref().filter(|_| matches!(self.job.source, Source::File { .. }))
    }

    pub fn emit(&mut self, event: JobEvent) {
        (self.on_event)(event);
    }

    /// Ends an unfinished job with its last event. Its finished sentences are kept.
    pub fn end(&mut self, state: JobState, event: JobEvent) {
        let kept = self.queue_store().map_or(Ok(()), |store| store.set_state(self.id, state, None));
        self.emit(kept.map_or_else(|error| JobEvent::Failed(error.problem()), |()| event));
    }

    /// Fails the job; emits its last event.
    pub fn fail(&mut self, problem: &Problem) {
        // If the store cannot be written, the row counts as interrupted.
        drop(self.queue_store().map(|store| store.set_state(self.id, JobState::Failed, Some(problem))));
        self.emit(JobEvent::Failed(problem.clone()));
    }

    /// Whether every sentence is finished.
    pub fn is_complete(&self) -> bool {
        self.finished == self.total
    }

    /// Whether it is an interactive job: typed text, for which the user waits.
    pub fn is_interactive(&self) -> bool {
        matches!(self.source, LoadedSource::Text(_))
    }

    /// Whether an event of streamed text or progress is due; if so, starts the next interval.
    pub fn is_event_due(&mut self) -> bool {
        let now = Instant::now();
        let due = self.last_event.is_none_or(|last_event| now - last_event >= EVENT_INTERVAL);
        if due {
            self.last_event = Some(now);
        }
        due
    }

    fn emit_progress_if_due(&mut self) {
        if self.is_event_due() || self.is_complete() {
            self.emit_progress();
        }
    }

    fn emit_progress(&mut self) {
        let left = (self.total - self.finished) as f32;
        let decoded = self.finished.saturating_sub(self.ready);
        let event = JobEvent::Progress {
            done: self.finished,
            total: self.total,
            tokens_per_second: self.rate(),
            eta_s: (decoded > 0).then(|| left * self.seconds() / decoded as f32),
        };
        self.emit(event);
    }

    pub fn rate(&self) -> f32 {
        self.tokens as f32 / self.seconds().max(1e-3)
    }

    pub fn seconds(&self) -> f32 {
        self.started.map_or(0.0, |started| started.elapsed().as_secs_f32())
    }

    fn sentence(&self, position: PiecePosition) -> &SentenceTask {
        &self.blocks[position.block][position.sentence]
    }

    fn piece(&self, position: PiecePosition) -> Option<&Piece> {
        self.sentence(position).pieces.get(position.piece)
    }

    fn sentence_mut(&mut self, position: PiecePosition) -> &mut SentenceTask {
        &mut self.blocks[position.block][position.sentence]
    }
}

// A sentence with its locked ranges, markup and glossary terms.
fn sentence_task(
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

/// Whether an error concerns one job or the store, so that other jobs go on.
pub(crate) fn concerns_one_job(error: &Error) -> bool {
    !matches!(error, Error::Engine(_))
}
