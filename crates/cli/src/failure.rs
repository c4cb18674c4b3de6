//! Errors that end the command: message, hint and exit status.

use translation::{Error, Problem};

use crate::terminal::note;

/// Why the command did not do everything requested.
#[derive(Debug)]
pub struct Failure {
    problem: Option<Problem>,
    status: u8,
}

impl Failure {
    /// An invalid command line.
    pub fn usage(message: &str, hint: &str) -> Self {
        let problem =
            Problem { code: "usage".to_owned(), message: message.to_owned(), hint: hint.to_owned() };
        Self { problem: Some(problem), status: 2 }
    }

    /// Some of several inputs failed; their problems are reported already.
    pub fn some() -> Self {
        Self { problem: None, status: 1 }
    }

    /// A failed import of a model.
    pub fn import(problem: Problem) -> Self {
        match problem.code.as_str() {
            // The message contains the hint already.
            "model" => {
                let hint = "Nothing was imported.".to_owned();
                Self { problem: Some(Problem { hint, ..problem }), status: 1 }
            }
            _ => problem.into(),
        }
    }

    /// Whether every further input would fail the same way.
    pub fn ends_everything(&self) -> bool {
        self.status > 1
    }

    /// The user answered a question with no.
    pub fn declined() -> Self {
        Self { problem: None, status: 1 }
    }

    /// A standard output that its reader has closed; 128 + SIGPIPE, as if the system had ended the program.
    pub fn closed_pipe() -> Self {
        Self { problem: None, status: 141 }
    }

    /// A standard output that cannot be written.
    pub fn output(error: &std::io::Error) -> Self {
        let problem = Problem {
            code: "output".to_owned(),
            message: format!("cannot write to standard output: {error}"),
            hint: "Free some space where it goes, or choose another place; finished sentences are kept."
                .to_owned(),
        };
        Self { problem: Some(problem), status: 1 }
    }

    /// Ctrl-C.
    pub fn interrupted() -> Self {
        Self { problem: None, status: 130 }
    }

    /// Shows the problem on standard error and returns the exit status.
    pub fn show(&self) -> u8 {
        if let Some(problem) = &self.problem {
            show(problem);
        }
        self.status
    }
}

/// Shows a problem and its hint on standard error.
pub fn show(problem: &Problem) {
    note!("wasan: {}\n       {}", problem.message, problem.hint);
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let engine_codes = [
            "gpu",
            "gpu_lost",
            "engine",
            "model",
            "no_model",
            "missing_model",
            "unknown_model",
            "not_installed",
            "vocabularies",
            "prompt",
            "stopped",
        ];
        let status = match problem.code.as_str() {
            "cancelled" => 130,
            "unknown_set" | "nothing_to_test" | "recipe" | "bad_name" | "glossary" | "no_such_job"
            | "no_such_segment" => 2,
            code if engine_codes.contains(&code) => 3,
            _ => 1,
        };
        Self { problem: Some(problem), status }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        error.problem().into()
    }
}
