//! The only door to `translation`: the rest of the window knows it through this file.

use crate::page::{Engine, Language, Offer, Segment, Suggestion};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use translation::{
    Catalog, EngineState, Error, Filter, Format, Job, Setup, Translator, languages, models_folder,
};

#[cfg(test)]
pub use translation::JobResult;
pub use translation::{
    JobEvent, JobId, JobState, LanguagePair, LoadedModel, LoadingStage, Problem, Reason, SentenceStatus,
    Source, SpanMark, TermCount, Terms, UncertainWord, UnitOrigin,
};

/// Extensions of the documents that can be translated, without the dot; what counts in the end is the content.
pub fn extensions() -> BTreeSet<&'static str> {
    Format::ALL.iter().flat_map(|format| format.extensions()).copied().collect()
}

/// The documents in a folder, by name.
///
/// # Errors
/// A folder that cannot be read, holds none, or more than `most`.
pub fn documents_in(folder: &Path, language: &str, most: usize) -> Result<Vec<PathBuf>, Problem> {
    translation::documents_in(folder, language, most).map_err(|error| error.problem())
}

/// What people call the documents that can be translated, in alphabetical order.
pub fn formats() -> Vec<&'static str> {
    let mut names: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
    names.sort_by_key(|name| name.to_lowercase());
    names
}

/// Suggestions that are shown for a segment: each has a key.
const MOST_SUGGESTIONS: usize = 3;

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
    fn start(&self, pair: LanguagePair, on_engine: OnEngine) -> Arc<dyn Translate>;
}

/// Takes jobs, also while models are loaded. Documents are kept over the program's end.
pub trait Translate: Send + Sync {
    /// Loads models anew after they failed, and goes on with its jobs; returns at once. False where it is gone for good.
    fn restart(&self, pair: LanguagePair) -> bool;
    /// Takes a job. Its events may come before this returns.
    fn submit(&self, pair: LanguagePair, source: Source, on_event: OnEvent) -> JobId;
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
    /// The code of the language that a text seems to be in, where that is clear.
    fn detect(&self, text: &str) -> Option<String>;
    /// The code of the language that a document seems to be in, where that is clear.
    fn looks_like(&self, input: &Path) -> Option<String>;
    /// The segments of a translated document, in its order.
    ///
    /// # Errors
    /// A store that cannot be read.
    fn segments(&self, job: JobId) -> Result<Vec<Segment>, Problem>;
    /// What the memory has that comes near a segment and says something else than its translation, best first.
    ///
    /// # Errors
    /// A store that cannot be read, a segment that is not there.
    fn suggestions(&self, job: JobId, index: usize) -> Result<Vec<Suggestion>, Problem>;
    /// Takes the reader's translation of a segment and writes the file anew.
    ///
    /// # Errors
    /// Files that another program changed meanwhile, a file or store that cannot be written; nothing is changed then.
    fn edit(&self, job: JobId, index: usize, text: &str) -> Result<Edited, Problem>;
}

/// A document in the store.
pub struct Kept {
    pub job: JobId,
    pub input: PathBuf,
    pub pair: LanguagePair,
    pub state: JobState,
    pub problem: Option<Problem>,
    pub output: Option<PathBuf>,
    /// Segments.
    pub done: usize,
    pub total: usize,
    pub to_review: usize,
    pub terms: TermCount,
}

/// What a reader's translation of a segment changed.
pub struct Edited {
    /// The segment, and the others that changed with it.
    pub changed: Vec<Segment>,
    /// Segments of the document that are left to review.
    pub to_review: usize,
    /// Terms of the glossary in the document.
    pub terms: TermCount,
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

    fn start(&self, pair: LanguagePair, on_engine: OnEngine) -> Arc<dyn Translate> {
        let setup = Setup { pair: Some(pair), ..Setup::default() };
        Arc::new(Translator::start(setup, move |state| on_engine(state.into())))
    }
}

impl Translate for Translator {
    fn restart(&self, pair: LanguagePair) -> bool {
        self.restart(pair)
    }

    fn submit(&self, pair: LanguagePair, source: Source, on_event: OnEvent) -> JobId {
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
            terms: job.terms,
        });
        Ok(kept.collect())
    }

    fn detect(&self, text: &str) -> Option<String> {
        self.detect(text).map(|detected| detected.language)
    }

    fn looks_like(&self, input: &Path) -> Option<String> {
        // What cannot be read is told of as the job's failure.
        self.detect_file(input).ok().flatten().map(|detected| detected.language)
    }

    fn segments(&self, job: JobId) -> Result<Vec<Segment>, Problem> {
        let segments = self.segments(job, Filter::All).map_err(|error| error.problem())?;
        Ok(segments.into_iter().map(Segment::from).collect())
    }

    fn suggestions(&self, job: JobId, index: usize) -> Result<Vec<Suggestion>, Problem> {
        let found = self.segments(job, Filter::All).and_then(|segments| {
            let segment = segments.get(index).ok_or(Error::NoSuchSegment { job, index })?;
            // One more than is shown: what this segment itself has taught the memory is no news.
            let mut near = self.suggest(&self.job(job)?.pair, &segment.source, MOST_SUGGESTIONS + 1)?;
            near.retain(|one| one.unit.target != segment.target);
            Ok(near)
        });
        let near = found.map_err(|error| error.problem())?;
        Ok(near.into_iter().take(MOST_SUGGESTIONS).map(Suggestion::from).collect())
    }

    fn edit(&self, job: JobId, index: usize, text: &str) -> Result<Edited, Problem> {
        let edited = self.edit(job, index, text).map_err(|error| error.problem())?;
        let changed = edited.changed.into_iter().map(Segment::from).collect();
        Ok(Edited { changed, to_review: edited.to_review, terms: edited.terms })
    }
}

impl From<translation::Suggestion> for Suggestion {
    fn from(near: translation::Suggestion) -> Self {
        let translation::TranslationUnit { source, target, origin, .. } = near.unit;
        // What is not the same is not called so.
        let percent = if near.score < 1.0 { (100.0 * near.score).min(99.0) as u8 } else { 100 };
        Self { source, target, percent, origin }
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
        let translation::Segment { index, block, source, target, status, reasons, spans, terms } = segment;
        Self { index, block, source, target, status, reasons, spans, terms }
    }
}
