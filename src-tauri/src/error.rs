//! Errors of the window itself. Errors of a translation come from `translation` as a `Problem`.

use serde::{Serialize, Serializer};
use std::ffi::OsString;
use std::io;
use translation::Problem;

/// One variant per cause; serialized for the page as `{code, message, hint}`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No available model translates this pair.
    #[error("the available models do not translate this pair: {from} to {to}")]
    UnsupportedPair {
        /// Source language code.
        from: String,
        /// Target language code.
        to: String,
    },
    /// No model is available, or none that translates.
    #[error("no translation model is available")]
    NoModels,
    /// The engine could not be started.
    #[error("the models are not loaded")]
    NotStarted,
    /// The row was removed.
    #[error("the document is no longer in the list")]
    NoSuchDocument,
    /// No translated file exists yet.
    #[error("the document is not translated yet: {0}")]
    NotFinished(String),
    /// An error of `translation`.
    #[error("{}", .0.message)]
    Translation(Problem),
    /// Files of a folder that are not translated.
    #[error("{count} files of the folder are skipped: {named}")]
    Skipped {
        /// How many.
        count: usize,
        /// Some of them, each with the reason.
        named: String,
    },
    /// The file or folder to import is no longer asked about.
    #[error("the model to import is no longer there")]
    NoCandidate,
    /// A code that is no language.
    #[error("there is no language with this code: {0}")]
    UnknownLanguage(String),
    /// There is no page for this.
    #[error("there is no page to open")]
    NoPage,
    /// The text has no such sentence.
    #[error("the text has no such sentence")]
    NoSuchSentence,
    /// Settings could not be stored.
    #[error("cannot store the settings ({0})")]
    Settings(io::Error),
    /// Unsaved corrections could not be stored.
    #[error("cannot store the unsaved corrections ({0})")]
    Drafts(io::Error),
    /// The memory takes no such text.
    #[error("the text is empty or too long for the memory")]
    NoUnit,
    /// A glossary term without a text.
    #[error("a term needs a text in both languages")]
    NoTerm,
    /// The program that opens files could not be started.
    #[error("{program}, which opens files, could not be started ({source}): {}", path.display())]
    NotShown {
        /// The desktop's command for opening files.
        program: &'static str,
        /// The cause.
        source: io::Error,
        /// The file, folder or address.
        path: OsString,
    },
}

impl Error {
    fn code(&self) -> &str {
        match self {
            Self::UnsupportedPair { .. } => "pair_not_offered",
            Self::NoModels => "no_models",
            Self::NotStarted => "not_started",
            Self::Skipped { .. } => "skipped_files",
            Self::NoSuchDocument => "no_such_document",
            Self::NotFinished(_) => "not_finished",
            Self::Translation(problem) => &problem.code,
            Self::NoCandidate => "no_candidate",
            Self::UnknownLanguage(_) => "unknown_language",
            Self::NoPage => "no_page",
            Self::NoSuchSentence => "no_such_sentence",
            Self::Settings(_) | Self::Drafts(_) => "settings",
            Self::NoUnit => "no_unit",
            Self::NoTerm => "no_term",
            Self::NotShown { .. } => "not_shown",
        }
    }

    fn hint(&self) -> &str {
        match self {
            Self::UnsupportedPair { .. } => "Choose another language pair.",
            Self::NoModels => "Get or import models on the page Models.",
            Self::NotStarted => "Start the engine again.",
            Self::Skipped { .. } => "Add one of them by itself to see what can be done.",
            Self::NoSuchDocument => "Add the document again.",
            Self::NotFinished(_) => "Wait until it is translated.",
            Self::Translation(problem) => &problem.hint,
            Self::NoCandidate => "Choose it again.",
            Self::UnknownLanguage(_) => "Choose a language of the list.",
            Self::NoSuchSentence => "Translate the text again.",
            Self::NoPage => "Try to get the set again.",
            Self::Settings(_) | Self::Drafts(_) => "Check the free space, and that you may write there.",
            Self::NoUnit | Self::NoTerm => "Change the text.",
            Self::NotShown { .. } => "Open it yourself, from your file manager or browser.",
        }
    }

    /// The error as the page shows it.
    pub fn problem(&self) -> Problem {
        Problem { code: self.code().into(), message: self.to_string(), hint: self.hint().into() }
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.problem().serialize(serializer)
    }
}
