//! Why a task ended early, and what to do about it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::{fmt, io};

/// One variant a cause. The text a person reads is `Display`.
#[derive(Debug)]
pub enum Failure {
    /// The command line names no task.
    Usage { usage: &'static str, arguments: Vec<OsString> },
    /// Started as a plain program instead of through `cargo xtask`.
    NotThroughCargo,
    /// A program is missing or may not be run.
    NotStarted { source: io::Error, hint: String, command: String },
    /// A program ran and reported a failure.
    Step { status: ExitStatus, hint: String, command: String },
    /// Node.js is older than the front end's tools accept.
    OldNode { needed: (u32, u32), found: String },
    /// No folder to keep fetched files in.
    NoCache,
    /// A file or folder of ours cannot be read or written.
    File { doing: &'static str, source: io::Error, path: PathBuf },
    /// No check of documents has this name.
    UnknownCheck { known: String, name: String },
    /// A fetched package lacks the file that it is fetched for.
    NotInPackage { package: &'static str, path: PathBuf },
    /// A fetched file is not the one that the tests were written for.
    Checksum { expected: &'static str, found: String, path: PathBuf },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage { usage, arguments } => write!(f, "{usage}\n\nNo such task: {arguments:?}"),
            Self::NotThroughCargo => {
                write!(
                    f,
                    "This program works on the clone that it is started from: start it as `cargo xtask`."
                )
            }
            Self::NotStarted { source, hint, command } => {
                write!(f, "A program could not be started ({source}).\nHint: {hint}\nThe command: {command}")
            }
            Self::Step { status, hint, command } => {
                write!(f, "A step failed ({status}).\nHint: {hint}\nThe command: {command}")
            }
            Self::OldNode { needed: (major, minor), found } => write!(
                f,
                "Node.js is too old for the front end.\n\
                 Hint: install Node.js {major}.{minor} or newer, from nodejs.org or your system.\nFound: {found}"
            ),
            Self::NoCache => {
                write!(f, "There is no folder to keep the fixtures in.\nHint: set HOME or XDG_CACHE_HOME.")
            }
            Self::File { doing, source, path } => write!(
                f,
                "{doing} failed ({source}).\n\
                 Hint: check the permissions and the free space there.\nThe path: {}",
                path.display()
            ),
            Self::UnknownCheck { known, name } => {
                write!(
                    f,
                    "There is no check of documents with this name.\nHint: choose one of {known}.\nThe name: {name}"
                )
            }
            Self::NotInPackage { package, path } => write!(
                f,
                "The package {package} does not hold the file that the tests need.\n\
                 Hint: check that your registry serves the original package.\nThe missing file: {}",
                path.display()
            ),
            Self::Checksum { expected, found, path } => write!(
                f,
                "A fetched file is not the expected one: sha256 {found} instead of {expected}.\n\
                 Hint: check that your registry serves the original package.\nThe file: {}",
                path.display()
            ),
        }
    }
}
