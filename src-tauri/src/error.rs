//! What the window itself can fail at. Failures of a translation come from `translation` as a `Problem`.

use crate::engine::Problem;
use serde::{Serialize, Serializer};
use std::io;
use std::path::PathBuf;

/// One cause each; reaches the page as `{code, message, hint}`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The models cannot do this pair.
    #[error("the models at hand do not translate this pair: {from} to {to}")]
    NotOffered {
        /// Source language code.
        from: String,
        /// Target language code.
        to: String,
    },
    /// There is no model, or none that translates.
    #[error("no model at hand translates anything")]
    NoModels,
    /// The engine could not be started.
    #[error("the models are not loaded")]
    NotStarted,
    /// A row that was removed meanwhile.
    #[error("the document is no longer in the list")]
    NoSuchDocument,
    /// There is no translated file to open.
    #[error("the document is not translated yet: {0}")]
    NotFinished(String),
    /// Whatever the translator says.
    #[error("{}", .0.message)]
    Translation(Problem),
    /// The program that opens files could not be started.
    #[error("{program} could not be started ({source}) to show: {path}")]
    NotShown {
        /// The desktop's opener.
        program: &'static str,
        /// Why.
        source: io::Error,
        /// What was to be shown.
        path: PathBuf,
    },
}

impl Error {
    fn code(&self) -> &str {
        match self {
            Self::NotOffered { .. } => "pair_not_offered",
            Self::NoModels => "no_models",
            Self::NotStarted => "not_started",
            Self::NoSuchDocument => "no_such_document",
            Self::NotFinished(_) => "not_finished",
            Self::Translation(problem) => &problem.code,
            Self::NotShown { .. } => "not_shown",
        }
    }

    fn hint(&self) -> &str {
        match self {
            Self::NotOffered { .. } => "Choose another pair.",
            Self::NoModels => "Import a model: `wasan models import PATH`.",
            Self::NotStarted => "Start the engine again.",
            Self::NoSuchDocument => "Add the document again.",
            Self::NotFinished(_) => "Wait until it is done.",
            Self::Translation(problem) => &problem.hint,
            Self::NotShown { .. } => "The file is saved: open it from your file manager.",
        }
    }

    /// As the page shows it.
    pub fn problem(&self) -> Problem {
        Problem { code: self.code().into(), message: self.to_string(), hint: self.hint().into() }
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.problem().serialize(serializer)
    }
}
