mod problem;

use std::path::PathBuf;

use thiserror::Error;

use crate::job_id::JobId;
use crate::languages::LanguagePair;
pub use problem::Problem;

/// Errors of translation jobs. The message names the cause; [`Error::problem`] adds a hint.
#[derive(Debug, Error)]
pub enum Error {
    /// An error of the models or the GPU.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// An error in a model's files.
    #[error(transparent)]
    Model(#[from] model_files::Error),
    /// An error in a document.
    #[error(transparent)]
    Document(#[from] documents::Error),
    /// An error in a prompt template.
    #[error(transparent)]
    Prompt(#[from] crate::prompt::Error),
    /// No available model translates this pair.
    #[error("no available model translates {0}")]
    NoModel(LanguagePair),
    /// The models of a recipe have different tokenizers.
    #[error(
        "the models have different vocabularies, so their logits cannot be added ({first} and {second}): {difference}"
    )]
    Vocabularies {
        /// The model of the recipe's first term.
        first: String,
        /// Another model.
        second: String,
        /// Their first difference.
        difference: String,
        /// Installed models that have the first one's vocabulary.
        fitting: Vec<String>,
        /// Published sets that the first one is a member of.
        sets: Vec<&'static str>,
    },
    /// There is no tuned recipe for a pair.
    #[error("there is no tuned recipe for {0}")]
    NotTuned(LanguagePair),
    /// The built-in catalogue of published models is malformed.
    #[error("the built-in catalogue of models is malformed: {0}")]
    Catalogue(String),
    /// There is no published set with this name.
    #[error("there is no set of models with this name: {name}")]
    UnknownSet {
        /// The name.
        name: String,
        /// The most similar names.
        nearest: Vec<String>,
    },
    /// A set lacks models.
    #[error("the set {set} is not installed; it lacks {missing}")]
    NotInstalled {
        /// The set.
        set: String,
        /// Its missing models.
        missing: String,
    },
    /// The program that downloads is missing.
    #[error("the program that downloads models is missing: {0}")]
    NoFetchProgram(PathBuf),
    /// The program that downloads failed.
    #[error("{message}")]
    Fetch {
        /// Its code, such as `gated`.
        code: String,
        /// The cause.
        message: String,
        /// The way out.
        hint: String,
        /// A page that helps.
        page: Option<String>,
    },
    /// The program that downloads ended early or wrote something else than its events.
    #[error("the program that downloads models did not work as expected: {0}")]
    FetchOutput(String),
    /// Another process downloads the same set.
    #[error("another Wasan process is getting these models")]
    DownloadBusy,
    /// There is too little disk space.
    #[error(
        "{needed} bytes of disk space are needed for a while, {free} are free: {}",
        folder.display()
    )]
    DiskSpace {
        /// What is needed.
        needed: u64,
        /// What is free.
        free: u64,
        /// Where.
        folder: PathBuf,
    },
    /// A folder that should have all files of a set lacks some.
    #[error("files of {set} are missing: {missing}; looked for in {}", folder.display())]
    NotInFolder {
        /// The set.
        set: String,
        /// Names of the missing files.
        missing: String,
        /// Where they should be.
        folder: PathBuf,
    },
    /// There are no test sentences for a pair.
    #[error("there are no test sentences for {0}")]
    NothingToTest(LanguagePair),
    /// A sentence to score is longer than the models' context.
    #[error("the sentence is too long for the models: {0}")]
    TooLongToScore(String),
    /// The test's own job failed.
    #[error("the test could not be run: {}", .0.message)]
    TestFailed(Problem),
    /// A score could not be computed.
    #[error(transparent)]
    Score(#[from] evaluation::Error),
    /// No model is available for a term of the recipe.
    #[error("no available model fits the recipe's term «{0}»")]
    MissingTerm(String),
    /// There is no model with this name or path.
    #[error("there is no model with this name or path: {0}")]
    UnknownModel(String),
    /// A model name that cannot be a folder name.
    #[error("a model name consists of letters, digits, '.', '_' and '-', and does not begin with '.': {0}")]
    BadName(String),
    /// A built-in model cannot be changed or removed.
    #[error("this model is built into the program and cannot be changed or removed: {0}")]
    Embedded(String),
    /// A model cannot be removed while adapters need it.
    #[error("this model is the base of LoRA adapters ({adapters}); remove them first: {base}")]
    BaseInUse {
        /// The model.
        base: String,
        /// Their names.
        adapters: String,
    },
    /// A base must be an imported model.
    #[error(
        "a LoRA adapter needs an imported model as its base, and this one is built into the program: {0}"
    )]
    EmbeddedBase(String),
    /// A file could not be read.
    #[error("cannot read the file ({reason}): {path}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The system's message.
        reason: String,
    },
    /// A file could not be written; an existing file is unchanged.
    #[error("cannot write the file ({reason}): {path}")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's message.
        reason: String,
    },
    /// The output path is the source file.
    #[error("the translation cannot replace its source: {0}")]
    OverSource(PathBuf),
    /// The output file exists.
    #[error("the file exists already: {0}")]
    Exists(PathBuf),
    /// Not a regular file.
    #[error("this is not a regular file: {0}")]
    NotAFile(PathBuf),
    /// The file is too large.
    #[error("the file has {bytes} bytes and exceeds the limit of {limit} bytes: {path}")]
    TooLarge {
        /// The file or folder.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A folder could not be read.
    #[error("cannot read the folder ({reason}): {path}")]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// The system's message.
        reason: String,
    },
    /// A folder without documents.
    #[error("the folder contains no document in a supported format: {0}")]
    NothingInFolder(PathBuf),
    /// A folder with too many documents.
    #[error("the folder contains more than {most} documents: {path}")]
    TooManyDocuments {
        /// The limit.
        most: usize,
        /// The folder.
        path: PathBuf,
    },
    /// The environment names no folder for the user's data.
    #[error("there is no folder for Wasan's data: HOME is not set, or is not an absolute path")]
    NoHome,
    /// A folder that is set, but empty.
    #[error("{0} is empty, so it names no folder")]
    EmptyFolderName(&'static str),
    /// A path that is not Unicode.
    #[error("the path is not valid Unicode and cannot be stored in the database: {0}")]
    PathName(PathBuf),
    /// The written bytes differ when read back.
    #[error("the translation was not saved, because reading it back failed ({reason}): {path}")]
    NotVerified {
        /// The output path.
        path: PathBuf,
        /// The difference.
        reason: String,
    },
    /// The database cannot be opened, read or written.
    #[error("cannot use the database ({reason}): {path}")]
    Store {
        /// The system's message.
        reason: String,
        /// Its file.
        path: PathBuf,
    },
    /// The database is damaged.
    #[error("the database is damaged: {0}")]
    StoreDamaged(PathBuf),
    /// The file of the database is not the one that was opened.
    #[error("the database was deleted or replaced while it was in use: {0}")]
    StoreGone(PathBuf),
    /// Deleted text that another process keeps in the log of the database.
    #[error("the text was deleted, but remains in a log while another process reads the database: {0}")]
    TextInLog(PathBuf),
    /// The disk is full.
    #[error("the disk is full; cannot write to the database: {0}")]
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
        /// Its file.
        path: PathBuf,
    },
    /// A database of another program.
    #[error("this database belongs to another program: {0}")]
    StoreForeign(PathBuf),
    /// Another process holds the queue lock.
    #[error("another Wasan process is translating documents")]
    QueueBusy,
    /// The queue has no such job.
    #[error("there is no document {0} in the queue")]
    NoSuchJob(JobId),
    /// The document is waiting or being translated.
    #[error("the document is waiting or being translated: {0}")]
    JobActive(JobId),
    /// The document is not translated yet.
    #[error("the document is not translated yet: {0}")]
    NotDone(JobId),
    /// The document has no such segment.
    #[error("document {job} has no segment {index}")]
    NoSuchSegment {
        /// The document.
        job: JobId,
        /// The segment.
        index: usize,
    },
    /// The source file changed since it was translated.
    #[error("the source has changed since it was translated: {0}")]
    SourceChanged(PathBuf),
    /// Another program changed the translated file.
    #[error("another program has changed the translation: {0}")]
    OutputChanged(PathBuf),
    /// A glossary file could not be read.
    #[error("cannot read the glossary ({reason}): {path}")]
    Glossary {
        /// The cause.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// A malformed line in a file of marked sentence pairs.
    #[error(
        "a line needs four cells: two language codes and two sentences with marks such as {{1 Tom}}; this one is malformed: {0}"
    )]
    MarkedPair(String),
    /// No marked sentence pair can be used.
    #[error("no marked sentence pair is in two languages of the model and fits its context ({0})")]
    NothingMarked(String),
    /// The GPU was lost repeatedly.
    #[error("the GPU was lost {0} times in a row")]
    LostTooOften(u32),
    /// The engine thread has ended.
    #[error("the engine has stopped")]
    Stopped,
    /// The job was cancelled.
    #[error("cancelled")]
    Cancelled,
}

/// Result with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;
