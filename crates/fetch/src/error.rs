//! Errors of a download: each has a code of the protocol, says its cause, and hints at the way out.

use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Where people read a model's terms and make tokens, whatever mirror the files come from.
const HUB: &str = "https://huggingface.co";

/// Why a pause is made before another try.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The server said that there were too many requests.
    RateLimit,
    /// There is no connection, it broke, or the server has a fault.
    Network,
    /// The connection brought nothing, or next to nothing.
    Stalled,
}

/// Why a download ended.
#[derive(thiserror::Error, Debug)]
pub enum Error {
    /// The parent or Ctrl-C asked for it.
    #[error("stopped")]
    Stopped,
    /// The request cannot be served.
    #[error("the request is refused: {reason}")]
    Request {
        /// What is wrong with it.
        reason: String,
    },
    /// An environment variable has a value that cannot be used.
    #[error("{variable} is refused: {reason}")]
    Environment {
        /// Its name.
        variable: &'static str,
        /// What is wrong with it; never its value, which may be secret.
        reason: String,
    },
    /// What should be a token is none.
    #[error("the token is refused: {reason}")]
    Token {
        /// What is wrong with it; never its text.
        reason: String,
    },
    /// The system's keychain refuses.
    #[cfg(any(target_os = "macos", windows))]
    #[error("{name} refuses: {reason}")]
    Keychain {
        /// What the system calls it.
        name: &'static str,
        /// Its reason.
        reason: String,
    },
    /// `HF_HUB_OFFLINE` is set.
    #[error("HF_HUB_OFFLINE is set, so nothing is downloaded")]
    Offline,
    /// The repository's terms must be accepted first.
    #[error("{repository} is gated: its publisher wants you to accept the terms first")]
    Gated {
        /// `org/name`.
        repository: String,
        /// Whether a token was sent.
        token: bool,
    },
    /// The server wants a token, or another one.
    #[error("the server refuses access to {repository} (HTTP {status}{})", quoted(said))]
    Unauthorized {
        /// `org/name`.
        repository: String,
        /// 401 or 403.
        status: u16,
        /// Whether a token was sent.
        token: bool,
        /// The server's words.
        said: Option<String>,
    },
    /// There is no such repository, revision or file.
    #[error("there is no {what}")]
    NotFound {
        /// What is missing.
        what: String,
        /// Whether a private repository would give the same answer.
        private: bool,
    },
    /// Too many requests.
    #[error("{host} has had too many requests from this address (HTTP 429)")]
    RateLimited {
        /// The server.
        host: String,
        /// How long it says to wait.
        wait: Option<Duration>,
    },
    /// A fault of the server that may pass.
    #[error("{host} failed (HTTP {status}{})", quoted(said))]
    Server {
        /// The server.
        host: String,
        /// Its status.
        status: u16,
        /// Its words.
        said: Option<String>,
        /// How long it says to wait.
        wait: Option<Duration>,
    },
    /// An answer that no correct server gives.
    #[error("{host} sent an answer that cannot be used: {reason}")]
    Answer {
        /// The server.
        host: String,
        /// What is wrong with it.
        reason: String,
        /// Whether the next answer may be better.
        retry: bool,
    },
    /// The file was replaced while it was being downloaded.
    #[error("{file} was replaced by its publisher during the download")]
    Changed {
        /// Its name.
        file: String,
    },
    /// No connection, or one that broke.
    #[error("the connection to {host} failed: {reason}")]
    Network {
        /// The server.
        host: String,
        /// The system's reason.
        reason: String,
    },
    /// The proxy refuses.
    #[error("the proxy does not connect to {host}: {reason}")]
    Proxy {
        /// The server behind it.
        host: String,
        /// The proxy's reason.
        reason: String,
    },
    /// The server's certificate is not trusted here.
    #[error("the certificate of {host} is refused: {reason}")]
    Certificate {
        /// The server.
        host: String,
        /// Why.
        reason: String,
    },
    /// The connection brought nothing, or next to nothing.
    #[error("{host} sent next to nothing for {} seconds", limit.as_secs_f32())]
    Stalled {
        /// The server.
        host: String,
        /// The limit.
        limit: Duration,
    },
    /// What is to be downloaded does not fit on the disk.
    #[error("the disk is too full: {needed} bytes are needed and {available} free in {}", folder.display())]
    DiskFull {
        /// Bytes still to be written, and those that stay free.
        needed: u64,
        /// Free bytes.
        available: u64,
        /// Where.
        folder: PathBuf,
    },
    /// The disk was full when bytes were to be written.
    #[error("the disk is full ({source}): {}", path.display())]
    NoSpace {
        /// The system's reason.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// The file system has a limit on a file's size, or the user has.
    #[error("the file system takes no file of this size ({source}): {}", path.display())]
    TooLarge {
        /// The system's reason.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// Another download writes the same file.
    #[error("another download is writing this file: {}", path.display())]
    Busy {
        /// The partial file.
        path: PathBuf,
    },
    /// A file could not be written, read or renamed.
    #[error("cannot write the download ({source}): {}", path.display())]
    Write {
        /// The system's reason.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// The bytes are not the publisher's.
    #[error("{file} is not what its publisher has: its hash is {found} instead of {expected}")]
    Hash {
        /// Its name.
        file: String,
        /// The sha256 of the request or the Hub, or git's hash.
        expected: String,
        /// Of the bytes, or of the Hub where the request differs.
        found: String,
    },
    /// The size is not the publisher's.
    #[error("{file} is not what its publisher has: it has {found} bytes instead of {expected}")]
    Size {
        /// Its name.
        file: String,
        /// Of the request or the Hub.
        expected: u64,
        /// Of the bytes, or of the Hub where the request differs.
        found: u64,
    },
}

impl Error {
    /// An error of writing `path`.
    pub fn writing(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace { source, path },
            io::ErrorKind::FileTooLarge => Self::TooLarge { source, path },
            _ => Self::Write { source, path },
        }
    }

    /// The code of the protocol.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Request { .. } | Self::Environment { .. } | Self::Token { .. } => "bad_request",
            #[cfg(any(target_os = "macos", windows))]
            Self::Keychain { .. } => "write",
            Self::Offline => "offline",
            Self::Gated { .. } => "gated",
            Self::Unauthorized { .. } => "unauthorized",
            Self::NotFound { .. } => "not_found",
            Self::RateLimited { .. } => "rate_limited",
            Self::Server { .. } | Self::Answer { .. } | Self::Changed { .. } => "server",
            Self::Network { .. } | Self::Proxy { .. } | Self::Certificate { .. } | Self::Stalled { .. } => {
                "network"
            }
            Self::DiskFull { .. } | Self::NoSpace { .. } | Self::TooLarge { .. } => "disk_full",
            Self::Busy { .. } | Self::Write { .. } => "write",
            Self::Hash { .. } => "hash_mismatch",
            Self::Size { .. } => "size_mismatch",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Stopped => "start the same download again; it goes on from there",
            Self::Request { .. } => "this is a fault of the program that asked; please report it",
            Self::Environment { .. } => "correct the variable or remove it",
            Self::Token { .. } => "copy it again from https://huggingface.co/settings/tokens",
            #[cfg(any(target_os = "macos", windows))]
            Self::Keychain { .. } => "allow it, or set HF_TOKEN",
            Self::Offline => "remove HF_HUB_OFFLINE, or bring the files on a disk and import them",
            Self::Gated { token: false, .. } => {
                "open the page, accept the terms, make a token there, and give it by `wasan-fetch token set` or HF_TOKEN"
            }
            Self::Gated { token: true, .. } => {
                "open the page with the account of your token and accept the terms; a publisher may take days to agree"
            }
            Self::Unauthorized { token: false, .. } => {
                "make a token on the page, and give it by `wasan-fetch token set` or HF_TOKEN"
            }
            Self::Unauthorized { token: true, .. } => {
                "the token is wrong, expired or may not read this model: make another on the page, and give it by `wasan-fetch token set` or HF_TOKEN"
            }
            Self::NotFound { private: true, .. } => {
                "check the name; if the repository is private, a token is needed"
            }
            Self::NotFound { private: false, .. } => {
                "the publisher may have renamed or removed it; choose another"
            }
            Self::RateLimited { .. } => {
                "wait some minutes and start again; it goes on from there. A token raises the limit"
            }
            Self::Server { .. } => "try again later; it goes on from there",
            Self::Answer { .. } => {
                "sign in to the network if it wants that, check HF_ENDPOINT and the proxy, and try again"
            }
            Self::Changed { .. } => "start again to get the new file",
            Self::Network { .. } | Self::Stalled { .. } => {
                "check the connection and start again; it goes on from there"
            }
            Self::Proxy { .. } => "check HTTPS_PROXY, ALL_PROXY and NO_PROXY, or ask who runs the proxy",
            Self::Certificate { .. } => {
                "check the computer's clock; a proxy that reads encrypted traffic needs its certificate installed in the system"
            }
            Self::DiskFull { .. } | Self::NoSpace { .. } => {
                "free some space or choose a folder on another disk, and start again; it goes on from there"
            }
            Self::TooLarge { .. } => {
                "choose a folder on another disk; FAT32 takes files of up to 4 GiB (`ulimit -f` limits them too)"
            }
            Self::Busy { .. } => "wait for the other download or stop it",
            Self::Write { .. } => "check that the folder exists and may be written",
            Self::Hash { .. } | Self::Size { .. } => {
                "the publisher has replaced the file, or a mirror or proxy has damaged it; check HF_ENDPOINT and try again"
            }
        }
    }

    /// The page to open.
    pub fn page(&self) -> Option<String> {
        match self {
            Self::Gated { repository, .. } => Some(format!("{HUB}/{repository}")),
            Self::Unauthorized { .. } => Some(format!("{HUB}/settings/tokens")),
            _ => None,
        }
    }

    /// Whether another try may succeed, and what to call the pause before it.
    pub fn retry(&self) -> Option<Reason> {
        match self {
            Self::RateLimited { .. } => Some(Reason::RateLimit),
            Self::Stalled { .. } => Some(Reason::Stalled),
            Self::Network { .. }
            | Self::Server { .. }
            | Self::Changed { .. }
            | Self::Answer { retry: true, .. } => Some(Reason::Network),
            _ => None,
        }
    }

    /// How long the server says to wait.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { wait, .. } | Self::Server { wait, .. } => *wait,
            _ => None,
        }
    }
}

fn quoted(words: &Option<String>) -> String {
    words.as_ref().map(|words| format!(": {words}")).unwrap_or_default()
}
