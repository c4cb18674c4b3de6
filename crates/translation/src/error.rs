use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::job::JobId;
use crate::languages::LanguagePair;

/// What can go wrong in a translation job. Each message names the cause; [`Error::problem`] adds the mend.
#[derive(Debug, Error)]
pub enum Error {
    /// The models or the GPU.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// A model's files.
    #[error(transparent)]
    Model(#[from] model_files::Error),
    /// A document.
    #[error(transparent)]
    Document(#[from] documents::Error),
    /// A prompt template.
    #[error(transparent)]
    Prompt(#[from] crate::prompt::Error),
    /// No model at hand translates this pair.
    #[error("no model at hand translates {0}")]
    NoModel(LanguagePair),
    /// No search of weights was made for a pair.
    #[error("no sum was tuned for {0}")]
    NotTuned(LanguagePair),
    /// A recipe names a model that is not there.
    #[error("the recipe needs a model for «{0}», and there is none")]
    MissingTerm(String),
    /// A model was asked for by a name or path that is not there.
    #[error("there is no model at this path or of this name: {0}")]
    UnknownModel(String),
    /// A name that cannot be a folder's.
    #[error("a model's name is made of letters, digits, '.', '_' and '-': {0}")]
    BadName(String),
    /// The models shipped in the program cannot be removed.
    #[error("this model is part of the program and cannot be removed: {0}")]
    Embedded(String),
    /// A file could not be read.
    #[error("cannot read the file ({reason}): {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A file could not be written; what was there before is untouched.
    #[error("cannot write the file ({reason}): {path}")]
    Write {
        /// Which.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The output would replace the source.
    #[error("the translation may not replace its source: {0}")]
    OverSource(PathBuf),
    /// The output is there already.
    #[error("there is a file of this name already: {0}")]
    Exists(PathBuf),
    /// Not a file that can be translated.
    #[error("only regular files are translated: {0}")]
    NotAFile(PathBuf),
    /// The file is larger than any document that is read whole.
    #[error("the file has {bytes} bytes, more than the {limit} that are read: {path}")]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The most.
        limit: u64,
    },
    /// A folder that cannot be looked through.
    #[error("cannot look through the folder ({reason}): {path}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A folder without a document that can be translated.
    #[error("the folder holds no document that can be translated: {0}")]
    NothingInFolder(PathBuf),
    /// More documents than are taken at once.
    #[error("there are more than {most} documents in the folder: {path}")]
    TooManyDocuments {
        /// The most that are taken.
        most: usize,
        /// The folder.
        path: PathBuf,
    },
    /// A path that is not Unicode.
    #[error("the path is not Unicode, so that it cannot be kept: {0}")]
    PathName(PathBuf),
    /// What was written is not what was read back.
    #[error("the written translation did not pass its check ({reason}); it was not put in place: {path}")]
    NotVerified {
        /// Where it was to go.
        path: PathBuf,
        /// What the check found.
        reason: String,
    },
    /// The store cannot be used for some reason of the system.
    #[error("the store cannot be used ({reason}): {path}")]
    Store {
        /// The system's words.
        reason: String,
        /// The store's file.
        path: PathBuf,
    },
    /// The store's file has damaged parts.
    #[error("the store is damaged: {0}")]
    StoreDamaged(PathBuf),
    /// The disk is full.
    #[error("the disk is full, so that nothing can be kept in {0}")]
    StoreFull(PathBuf),
    /// Another version of Wasan created the database.
    #[error(
        "the database has schema version {version}, but this version of Wasan needs version {supported}: {path}"
    )]
    StoreVersion {
        /// Its schema version.
        version: i32,
        /// The version that is needed.
        supported: i32,
        /// The store's file.
        path: PathBuf,
    },
    /// Another program's database has the store's name.
    #[error("this file is the database of another program: {0}")]
    StoreForeign(PathBuf),
    /// Another process translates documents.
    #[error("another Wasan translates documents already")]
    QueueBusy,
    /// The queue has no such document.
    #[error("the queue has no document with the number {0}")]
    NoSuchJob(JobId),
    /// The document is being translated.
    #[error("the document is on its way: {0}")]
    JobActive(JobId),
    /// The document is not translated.
    #[error("the document is not translated: {0}")]
    NotDone(JobId),
    /// The document has no such segment.
    #[error("the document {job} has no segment {index}")]
    NoSuchSegment {
        /// The document.
        job: JobId,
        /// The segment.
        index: usize,
    },
    /// The source is not the one that was translated.
    #[error("the source was changed since it was translated: {0}")]
    SourceChanged(PathBuf),
    /// The translation is not the one that was written.
    #[error("the translation was changed by another program: {0}")]
    OutputChanged(PathBuf),
    /// A glossary that cannot be read.
    #[error("cannot read the glossary ({reason}): {path}")]
    Glossary {
        /// What is wrong.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// A line of marked sentence pairs that is none.
    #[error(
        "a line has four cells, two languages and two sentences with marks such as {{1 Tom}}; correct this one: {0}"
    )]
    MarkedPair(String),
    /// Sentence pairs of which none helps.
    #[error("no marked sentence pair is in two languages of the model and fits its context ({0})")]
    NothingMarked(String),
    /// The GPU was lost again and again.
    #[error("the GPU was lost {0} times in a row")]
    LostTooOften(u32),
    /// The engine's thread is gone.
    #[error("the engine has stopped")]
    Stopped,
    /// The job was cancelled.
    #[error("cancelled")]
    Cancelled,
}

/// Result with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// What a person is shown of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A stable name for programs.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl Error {
    /// The code, the message and the mend.
    pub fn problem(&self) -> Problem {
        let (code, hint) = match self {
            Self::Engine(engine::Error::Gpu(_)) => (
                "gpu",
                "`wasan gpu` lists the adapters and tests them; another one may do, chosen with --adapter.",
            ),
            Self::Engine(engine::Error::Vocabularies { .. }) => {
                ("vocabularies", "Choose models of one family, or a recipe with one model: --recipe L.")
            }
            Self::Engine(engine::Error::Recipe(_) | engine::Error::TooManyTerms(_)) => (
                "recipe",
                "Presets: original, fine-tuned, proxy, collab, collab-half; or a sum of L, src, tgt, base, mt.",
            ),
            Self::Engine(engine::Error::TooLong { .. }) => {
                ("too_long", "Split the sentence, or use a model with a longer context.")
            }
            Self::Engine(_) => {
                ("engine", "Try another model; `wasan models info NAME` shows what this one is.")
            }
            Self::Model(_) => {
                ("model", "Import the model again from its source: `wasan models import PATH`.")
            }
            Self::Document(_) => {
                ("document", "`wasan translate --help` lists the formats that are translated.")
            }
            Self::Prompt(_) => (
                "prompt",
                "Import the model with a prompt of its own: `wasan models import PATH --prompt …`.",
            ),
            Self::NoModel(_) => {
                ("no_model", "`wasan models list` shows the pairs; import a model that knows the languages.")
            }
            Self::NotTuned(_) => {
                ("recipe", "Search one with `wasan evaluate --sweep --tests FILE`, or choose another recipe.")
            }
            Self::MissingTerm(_) => (
                "missing_model",
                "Name it (--large, --source, --target, --base, --tuned) or choose another recipe.",
            ),
            Self::UnknownModel(_) => ("unknown_model", "`wasan models list` shows the models at hand."),
            Self::BadName(_) => ("bad_name", "Choose another with --name."),
            Self::Embedded(_) => ("embedded", "Imported models take its place by themselves."),
            Self::Read { .. } => ("read", "Check that the file is there and that you may read it."),
            Self::Write { .. } => {
                ("write", "Check the free space and that you may write there; nothing was left half-written.")
            }
            Self::OverSource(_) => ("over_source", "Choose another name or folder for the translation."),
            Self::Exists(_) => ("exists", "Choose another name, or move the file away."),
            Self::NotAFile(_) => ("not_a_file", "Give the path of a document."),
            Self::TooLarge { .. } => ("too_large", "Split the file."),
            Self::Folder { .. } => ("folder", "Check that you may read it, or name its documents."),
            Self::NothingInFolder(_) => ("nothing_in_folder", "Check the formats that are translated."),
            Self::TooManyDocuments { .. } => ("too_many_documents", "Take the folders in it one by one."),
            Self::PathName(_) => ("path_name", "Rename the file or its folder."),
            Self::NotVerified { .. } => ("not_verified", "Try again; if it stays so, please report it."),
            Self::Store { .. } => {
                ("store", "Check that you may write there, or choose another folder with WASAN_DATA.")
            }
            Self::StoreDamaged(_) => (
                "store_damaged",
                "Move the file away, and a new one is made; documents and their translations are not in it.",
            ),
            Self::StoreFull(_) => ("store_full", "Make room and resume: what was finished is kept."),
            Self::StoreVersion { version, supported, .. } if version > supported => {
                ("store_newer", "Update Wasan, or choose another folder with WASAN_DATA.")
            }
            Self::StoreVersion { .. } => (
                "store_older",
                "Move the file away to start with an empty database, or choose another folder with WASAN_DATA.",
            ),
            Self::StoreForeign(_) => ("store_foreign", "Choose another folder with WASAN_DATA."),
            Self::QueueBusy => ("queue_busy", "Wait until it is done, or end it."),
            Self::NoSuchJob(_) => ("no_such_job", "`wasan jobs list` shows the queue."),
            Self::JobActive(_) => ("job_active", "Pause or cancel it first."),
            Self::NotDone(_) => ("not_done", "Wait until it is done, or resume it."),
            Self::NoSuchSegment { .. } => ("no_such_segment", "List its segments again."),
            Self::SourceChanged(_) => {
                ("source_changed", "Translate it again: what did not change is reused.")
            }
            Self::OutputChanged(_) => {
                ("output_changed", "Rename the changed file to keep it, and translate the document again.")
            }
            Self::Glossary { .. } => (
                "glossary",
                "Give TBX, or CSV or TSV in UTF-8 with the source in the first column and its translation in the second.",
            ),
            Self::MarkedPair(_) => ("marked_pair", "For example: de, en, {1 Tom} schläft., {1 Tom} sleeps."),
            Self::NothingMarked(_) => {
                ("nothing_marked", "Give a file of pairs in its languages with --pairs.")
            }
            Self::LostTooOften(_) => ("gpu_lost", "Update the graphics driver, or choose another adapter."),
            Self::Stopped => ("stopped", "Start the program again."),
            Self::Cancelled => ("cancelled", "What was finished is kept."),
        };
        Problem { code: code.to_owned(), message: self.to_string(), hint: hint.to_owned() }
    }
}
