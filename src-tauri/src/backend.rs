//! What the window needs of `translation`: traits, so that tests can replace it, and their implementation.

use crate::page::{Column, Engine, ExportKind, Language, Offer, Suggestion};
use crate::resources::Resources;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use translation::{
    Catalog, DecodeOptions, DirectionTest, DocumentTerm, DocumentTermEdit, EditResult, EngineState, Error,
    Filter, FolderDocuments, Format, Job, JobEvent, JobId, JobResult, JobState, LanguagePair, LeftAlone,
    NextWords, Problem, RecipeInUse, Segment, Setup, TableColumn, Term, TermCount, Translator, languages,
};

/// File extensions of the supported formats, without the dot. A document's format follows from its content.
pub fn extensions() -> BTreeSet<&'static str> {
    Format::ALL.iter().flat_map(|format| format.extensions()).copied().collect()
}

/// Whether a name says that the document is a table of columns.
pub fn is_table(input: &Path) -> bool {
    let extension = input.extension().and_then(OsStr::to_str).unwrap_or_default().to_lowercase();
    [Format::Csv, Format::Tsv].iter().any(|format| format.extensions().contains(&extension.as_str()))
}

/// The documents in a folder, by name, and the other files in it.
///
/// # Errors
/// A folder that cannot be read, contains no document, or more than `limit`.
pub fn documents_in(folder: &Path, language: &str, limit: usize) -> Result<FolderDocuments, Problem> {
    translation::documents_in(folder, language, limit).map_err(|error| error.problem())
}

/// Display names of the supported formats, in alphabetical order.
pub fn formats() -> Vec<&'static str> {
    let mut names: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
    names.sort_by_key(|name| name.to_lowercase());
    names
}

/// Columns of a table among which a person chooses.
const MAX_COLUMNS: usize = 64;

/// Suggestions shown for a segment; each has a keyboard shortcut.
const MAX_SUGGESTIONS: usize = 3;

/// Receives engine state changes, on the engine's thread.
pub type OnEngine = Box<dyn Fn(Engine) + Send>;
/// Receives the events of a job, on the engine's thread.
pub type OnEvent = Box<dyn FnMut(JobEvent) + Send>;

/// Creates translators.
pub trait Backend: Send + Sync {
    /// Language pairs that the available models support, best first.
    ///
    /// # Errors
    /// Models that cannot be read.
    fn offer(&self) -> Result<Offer, Problem>;
    /// Starts loading the models of this pair; returns at once.
    /// `adapter`: a part of its name; none: the best one.
    fn start(&self, pair: LanguagePair, adapter: Option<String>, on_engine: OnEngine) -> Arc<dyn Translate>;
}

/// Accepts jobs, also while models are loading. Document jobs are stored and survive a restart of the program.
pub trait Translate: Resources + Send + Sync {
    /// Reloads the models after a failure and continues the queued jobs; returns at once. False if the engine thread
    /// has ended.
    fn restart(&self, pair: LanguagePair) -> bool;
    /// Submits a job. Its events may arrive before this returns.
    fn submit(&self, job: Job, on_event: OnEvent) -> JobId;
    /// Runs a job and returns its result.
    ///
    /// # Errors
    /// Those of the job.
    fn run(&self, job: Job) -> Result<JobResult, Problem>;
    /// The words that may follow the beginning that a job gives, with what each model wanted.
    ///
    /// # Errors
    /// Those of decoding them.
    fn next_words(&self, job: &Job) -> Result<NextWords, Problem>;
    /// Resumes a stored document job that is not running.
    ///
    /// # Errors
    /// `no_such_job` if the store does not contain it, `queue_busy` while another process works on the queue.
    fn resume(&self, job: JobId, on_event: OnEvent) -> Result<(), Problem>;
    /// Pauses a document job; its last event confirms it.
    fn pause(&self, job: JobId);
    /// Cancels a job; its last event confirms it.
    fn cancel(&self, job: JobId);
    /// Deletes a document job that is not running from the store. Files are left unchanged.
    ///
    /// # Errors
    /// A store that cannot be written.
    fn forget(&self, job: JobId) -> Result<(), Problem>;
    /// The document jobs in the store, oldest first.
    ///
    /// # Errors
    /// A store that cannot be read.
    fn stored_jobs(&self) -> Result<Vec<StoredJob>, Problem>;
    /// Detects the language of a text; none if uncertain. Returns its code.
    fn detect(&self, text: &str) -> Option<String>;
    /// Detects the language of a document; none if uncertain. Returns its code.
    fn detect_file(&self, input: &Path) -> Option<String>;
    /// The columns of a table, chosen where they hold text; empty for other documents, and for tables of more columns
    /// than a person looks through.
    fn columns(&self, input: &Path) -> Vec<Column>;
    /// Changes the columns of a table that is not active, for when its job is resumed.
    ///
    /// # Errors
    /// `no_such_job`, `queue_busy`; a store that cannot be written.
    fn set_columns(&self, job: JobId, columns: &[usize]) -> Result<(), Problem>;
    /// How many corrections are lost when a document is translated again.
    ///
    /// # Errors
    /// A store that cannot be read.
    fn corrections_at_risk(&self, job: JobId) -> Result<usize, Problem>;
    /// The segments of a translated document, in document order.
    ///
    /// # Errors
    /// A store that cannot be read.
    fn segments(&self, job: JobId) -> Result<Vec<Segment>, Problem>;
    /// Translation memory matches for a segment whose target differs from its translation, best first.
    ///
    /// # Errors
    /// A store that cannot be read, a segment that does not exist.
    fn suggestions(&self, job: JobId, index: usize) -> Result<Vec<Suggestion>, Problem>;
    /// Replaces the translation of a segment, or of all with the same source, and rewrites the output file.
    ///
    /// # Errors
    /// Files that another program has changed, a file or store that cannot be written; nothing is changed then.
    fn edit(&self, job: JobId, index: usize, text: &str, equal: bool) -> Result<EditResult, Problem>;
    /// The terms that a translated document keeps the same.
    ///
    /// # Errors
    /// A store that cannot be read.
    fn document_terms(&self, job: JobId) -> Result<Vec<DocumentTerm>, Problem>;
    /// Changes the translation of a document's term; segments that lack it are marked.
    ///
    /// # Errors
    /// A store that cannot be read or written.
    fn set_document_term(&self, job: JobId, term: &Term) -> Result<DocumentTermEdit, Problem>;
    /// Writes a bilingual page of a translated document beside its translation, under a free name; returns the path.
    ///
    /// # Errors
    /// A store that cannot be read, a file that cannot be written.
    fn export_beside(&self, job: JobId, output: &Path) -> Result<PathBuf, Problem>;
    /// Writes a translated document in another form to a new file.
    ///
    /// # Errors
    /// As `export_beside`; a file that exists.
    fn export(&self, job: JobId, kind: ExportKind, path: &Path) -> Result<(), Problem>;
    /// Translates the test sentences of a pair with a recipe. Blocks.
    ///
    /// # Errors
    /// No sentences for the pair; models that cannot be loaded.
    fn test(&self, pair: &LanguagePair, recipe: &RecipeInUse) -> Result<DirectionTest, Problem>;
    /// Tokens per second of what translates a pair, on its test sentences. Blocks.
    ///
    /// # Errors
    /// As `test`.
    fn speed(&self, pair: &LanguagePair) -> Result<f32, Problem>;
}

/// A document job in the store.
pub struct StoredJob {
    pub job: JobId,
    pub input: PathBuf,
    pub pair: LanguagePair,
    pub state: JobState,
    pub problem: Option<Problem>,
    pub output: Option<PathBuf>,
    /// Translated segments.
    pub done: usize,
    pub total: usize,
    pub to_review: usize,
    pub terms: TermCount,
    /// Whether built-in models translated it.
    pub demonstration: bool,
    pub left_alone: LeftAlone,
    /// Tables: the columns that were chosen.
    pub columns: Option<Vec<usize>>,
}

/// Translates in this process, with the installed models.
pub struct LocalBackend;

impl Backend for LocalBackend {
    fn offer(&self) -> Result<Offer, Problem> {
        let catalog = Catalog::of(None).map_err(|error| error.problem())?;
        let pairs = catalog.pairs();
        let demonstrates = |pair: &&LanguagePair| {
            catalog.recipe_in_use(pair).is_ok_and(|recipe| catalog.demonstrates(pair, &recipe))
        };
        let demonstrations = pairs.iter().filter(demonstrates).cloned().collect();
        let codes: BTreeSet<&str> = pairs.iter().flat_map(|pair| [&*pair.from, &*pair.to]).collect();
        let languages = codes.into_iter().filter_map(languages::language).map(|language| Language {
            code: language.code,
            name: language.name,
            endonym: language.endonym,
        });
        Ok(Offer { languages: languages.collect(), demonstrations, pairs })
    }

    fn start(&self, pair: LanguagePair, adapter: Option<String>, on_engine: OnEngine) -> Arc<dyn Translate> {
        let setup = Setup { pair: Some(pair), adapter, ..Setup::default() };
        Arc::new(Translator::start(setup, move |state| on_engine(state.into())))
    }
}

impl Translate for Translator {
    fn restart(&self, pair: LanguagePair) -> bool {
        self.restart(pair)
    }

    fn submit(&self, job: Job, on_event: OnEvent) -> JobId {
        self.submit(job, on_event)
    }

    fn run(&self, job: Job) -> Result<JobResult, Problem> {
        self.run(job)
    }

    fn next_words(&self, job: &Job) -> Result<NextWords, Problem> {
        self.next_words(job)
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
        self.forget(&[job]).map_err(|error| error.problem())
    }

    fn stored_jobs(&self) -> Result<Vec<StoredJob>, Problem> {
        let jobs = self.jobs().map_err(|error| error.problem())?;
        let stored = jobs.into_iter().map(|job| StoredJob {
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
            demonstration: job.demonstration,
            left_alone: job.left_alone,
            columns: job.options.columns,
        });
        Ok(stored.collect())
    }

    fn detect(&self, text: &str) -> Option<String> {
        self.detect(text).map(|detected| detected.language)
    }

    fn detect_file(&self, input: &Path) -> Option<String> {
        // The job itself reports a file that cannot be read.
        self.detect_file(input, None).ok().flatten().map(|detected| detected.language)
    }

    fn columns(&self, input: &Path) -> Vec<Column> {
        // The job itself reports a file that cannot be read.
        let columns = self.table_columns(input).unwrap_or_default();
        if columns.len() > MAX_COLUMNS {
            return Vec::new();
        }
        let column = |TableColumn { title, sample, has_text }| Column { title, sample, chosen: has_text };
        columns.into_iter().map(column).collect()
    }

    fn set_columns(&self, job: JobId, columns: &[usize]) -> Result<(), Problem> {
        let set = self.job(job).and_then(|row| {
            let options = DecodeOptions { columns: Some(columns.to_vec()), ..row.options };
            self.set_options(job, &options, row.target.as_ref())
        });
        set.map_err(|error| error.problem())
    }

    fn corrections_at_risk(&self, job: JobId) -> Result<usize, Problem> {
        self.corrections_at_risk(job).map_err(|error| error.problem())
    }

    fn segments(&self, job: JobId) -> Result<Vec<Segment>, Problem> {
        self.segments(job, Filter::All).map_err(|error| error.problem())
    }

    fn suggestions(&self, job: JobId, index: usize) -> Result<Vec<Suggestion>, Problem> {
        let found = self.segments(job, Filter::All).and_then(|segments| {
            let segment = segments.get(index).ok_or(Error::NoSuchSegment { job, index })?;
            // One more than shown: the memory may contain this segment's own translation.
            let mut near = self.suggest(&self.job(job)?.pair, &segment.source, MAX_SUGGESTIONS + 1)?;
            near.retain(|one| one.unit.target != segment.target);
            Ok(near)
        });
        let near = found.map_err(|error| error.problem())?;
        Ok(near.into_iter().take(MAX_SUGGESTIONS).map(Suggestion::from).collect())
    }

    fn edit(&self, job: JobId, index: usize, text: &str, equal: bool) -> Result<EditResult, Problem> {
        let edited = if equal { self.edit_equal(job, index, text) } else { self.edit(job, index, text) };
        edited.map_err(|error| error.problem())
    }

    fn document_terms(&self, job: JobId) -> Result<Vec<DocumentTerm>, Problem> {
        self.document_terms(job).map_err(|error| error.problem())
    }

    fn set_document_term(&self, job: JobId, term: &Term) -> Result<DocumentTermEdit, Problem> {
        self.set_document_term(job, term).map_err(|error| error.problem())
    }

    fn export_beside(&self, job: JobId, output: &Path) -> Result<PathBuf, Problem> {
        self.export_beside(job, output).map_err(|error| error.problem())
    }

    fn export(&self, job: JobId, kind: ExportKind, path: &Path) -> Result<(), Problem> {
        let written = match kind {
            ExportKind::Bilingual => self.export_bilingual(job, path),
            ExportKind::Memory => {
                self.job(job).and_then(|row| self.export_units(&row.pair, &[job], path)).map(drop)
            }
        };
        written.map_err(|error| error.problem())
    }

    fn test(&self, pair: &LanguagePair, recipe: &RecipeInUse) -> Result<DirectionTest, Problem> {
        let tested = translation::test_direction(self, pair, Some(&recipe.recipe), &recipe.models);
        tested.map_err(|error| error.problem())
    }

    fn speed(&self, pair: &LanguagePair) -> Result<f32, Problem> {
        let tested = translation::test_direction(self, pair, None, &BTreeMap::new());
        tested.map(|test| test.tokens_per_second).map_err(|error| error.problem())
    }
}

impl From<translation::Suggestion> for Suggestion {
    fn from(near: translation::Suggestion) -> Self {
        let translation::TranslationUnit { source, target, origin, .. } = near.unit;
        // Only identical sources show 100 %.
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
                memory: info.memory_bytes,
                demonstration: info.demonstration,
                aligns: info.aligns,
            },
            EngineState::Failed(problem) => Self::Failed { problem },
        }
    }
}
