//! The only door to `translation`: the rest of the window knows it through this file.

use crate::page::{Engine, Language, Offer, Segment};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use translation::{Catalog, EngineState, Filter, Format, Job, Setup, Translator, languages, models_folder};

#[cfg(test)]
pub use translation::JobResult;
pub use translation::{
    Doubt, JobEvent, JobId, JobState, LoadedModel, Pair, Problem, Reason, SentenceStatus, Source, SpanMark,
    Stage,
};

/// Extensions of the documents that can be translated, without the dot; what counts in the end is the content.
pub fn extensions() -> BTreeSet<&'static str> {
    Format::ALL.iter().flat_map(|format| format.extensions()).copied().collect()
}

/// What people call the documents that can be translated, in alphabetical order.
pub fn formats() -> Vec<&'static str> {
    let mut names: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
    names.sort_by_key(|name| name.to_lowercase());
    names
}

/// Told what the engine is doing, from the engine's thread.
pub type OnEngine = Box<dyn Fn(Engine) + Send>;
/// Told what a job is doing, from the engine's thread.
pub type OnEvent = Box<dyn FnMut(JobEvent) + Send>;

/// Where translators come from.
pub trait Engines: Send + Sync {
    /// What the models at hand can do, the best first.
    ///
    /// # Errors
    /// Models that cannot be read.
    fn offer(&self) -> Result<Offer, Problem>;
    /// Starts to load the models of this pair; returns at once.
    fn start(&self, pair: Pair, on_engine: OnEngine) -> Arc<dyn Translate>;
}

/// Takes jobs, also while models are loaded. Documents are kept over the program's end.
pub trait Translate: Send + Sync {
    /// Takes a job. Its events may come before this returns.
    fn submit(&self, pair: Pair, source: Source, on_event: OnEvent) -> JobId;
    /// Goes on with a document that nobody works on.
    ///
    /// # Errors
    /// `no_such_job` for one that is not kept, `queue_busy` while another program works on the queue.
    fn resume(&self, job: JobId, on_event: OnEvent) -> Result<(), Problem>;
    /// Sets a document aside, which its last event says.
    fn pause(&self, job: JobId);
    /// Gives up a job, which its last event says.
    fn cancel(&self, job: JobId);
    /// Takes a document that nobody works on out of the store. Files stay.
    ///
    /// # Errors
    /// A store that cannot be written.
    fn forget(&self, job: JobId) -> Result<(), Problem>;
    /// The documents in the store, oldest first.
    ///
    /// # Errors
    /// A store that cannot be read.
    fn kept(&self) -> Result<Vec<Kept>, Problem>;
    /// The code of the language that a document seems to be in, where that is clear.
    fn looks_like(&self, input: &Path) -> Option<String>;
    /// The segments of a translated document, in its order.
    ///
    /// # Errors
    /// A store that cannot be read.
    fn segments(&self, job: JobId) -> Result<Vec<Segment>, Problem>;
    /// Takes the reader's translation of a segment and writes the file anew. Returns how many are left to review, too.
    ///
    /// # Errors
    /// Files that another program changed meanwhile, a file or store that cannot be written; nothing is changed then.
    fn edit(&self, job: JobId, index: usize, text: &str) -> Result<(Segment, usize), Problem>;
}

/// A document in the store.
pub struct Kept {
    pub job: JobId,
    pub input: PathBuf,
    pub pair: Pair,
    pub state: JobState,
    pub problem: Option<Problem>,
    pub output: Option<PathBuf>,
    /// Segments.
    pub done: usize,
    pub total: usize,
    pub to_review: usize,
}

/// The engine of this computer.
pub struct Local;

impl Engines for Local {
    fn offer(&self) -> Result<Offer, Problem> {
        let pairs = Catalog::read(&models_folder()).map_err(|error| error.problem())?.pairs();
        let codes: BTreeSet<&str> = pairs.iter().flat_map(|pair| [&*pair.from, &*pair.to]).collect();
        let languages = codes.into_iter().filter_map(languages::language).map(|language| Language {
            code: language.code,
            name: language.name,
            endonym: language.endonym,
        });
        Ok(Offer { languages: languages.collect(), pairs })
    }

    fn start(&self, pair: Pair, on_engine: OnEngine) -> Arc<dyn Translate> {
        let setup = Setup { pair: Some(pair), ..Setup::default() };
        Arc::new(Translator::start(setup, move |state| on_engine(state.into())))
    }
}

impl Translate for Translator {
    fn submit(&self, pair: Pair, source: Source, on_event: OnEvent) -> JobId {
        self.submit(Job { pair, source, options: Default::default() }, on_event)
    }

    fn resume(&self, job: JobId, on_event: OnEvent) -> Result<(), Problem> {
        self.resume(job, on_event).map_err(|error| error.problem())
    }

    fn pause(&self, job: JobId) {
        self.pause(job);
    }

    fn cancel(&self, job: JobId) {
        self.cancel(job);
    }

    fn forget(&self, job: JobId) -> Result<(), Problem> {
        self.forget(job).map_err(|error| error.problem())
    }

    fn kept(&self) -> Result<Vec<Kept>, Problem> {
        let jobs = self.jobs().map_err(|error| error.problem())?;
        let kept = jobs.into_iter().map(|job| Kept {
            job: job.id,
            input: job.input,
            pair: job.pair,
            state: job.state,
            problem: job.problem,
            output: job.output,
            done: job.done,
            total: job.total,
            to_review: job.to_review,
        });
        Ok(kept.collect())
    }

    fn looks_like(&self, input: &Path) -> Option<String> {
        // What cannot be read is told of as the job's failure.
        self.detect_file(input).ok().flatten().map(|detected| detected.language)
    }

    fn segments(&self, job: JobId) -> Result<Vec<Segment>, Problem> {
        let segments = self.segments(job, Filter::All).map_err(|error| error.problem())?;
        Ok(segments.into_iter().map(Segment::from).collect())
    }

    fn edit(&self, job: JobId, index: usize, text: &str) -> Result<(Segment, usize), Problem> {
        let edited =
            self.edit(job, index, text).and_then(|segment| Ok((segment.into(), self.job(job)?.to_review)));
        edited.map_err(|error| error.problem())
    }
}

impl From<EngineState> for Engine {
    fn from(state: EngineState) -> Self {
        match state {
            EngineState::Loading { stage, done, total } => Self::Loading { stage, done, total },
            EngineState::Ready(info) => Self::Ready {
                adapter: info.adapter,
                software: info.software,
                recipe: info.recipe,
                models: info.models,
            },
            EngineState::Failed(problem) => Self::Failed { problem },
        }
    }
}

impl From<translation::Segment> for Segment {
    fn from(segment: translation::Segment) -> Self {
        let translation::Segment { index, block, source, target, status, reasons, spans, .. } = segment;
        Self { index, block, source, target, status, reasons, spans }
    }
}
