//! The program as its parent sees it: a request, events, an exit status.

use crate::hub::{FILE, REPOSITORY};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_wasan-fetch");

/// Variables of the developer's own that would change a test.
const FOREIGN: [&str; 16] = [
    "HF_ENDPOINT",
    "HF_TOKEN",
    "HF_TOKEN_PATH",
    "HF_HOME",
    "HF_HUB_OFFLINE",
    "XDG_CACHE_HOME",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
];

/// A folder for downloads, and what the program is started with.
pub struct Setup {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// All events of a run, and how it ended.
#[derive(Debug)]
pub struct Outcome {
    pub events: Vec<Value>,
    pub status: Option<i32>,
}

/// A running program.
pub struct Running {
    child: Child,
    pub input: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
    events: Vec<Value>,
}

impl Setup {
    /// The server at `endpoint`; tries again without much waiting, and gives up after three tries.
    pub fn new(endpoint: &str) -> Self {
        let setup = Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() };
        let home = setup.folder.path().join("home").display().to_string();
        setup
            .with("HF_ENDPOINT", endpoint)
            .with("HF_HOME", &home)
            .with("WASAN_FETCH_BACKOFF", "0.01")
            .with("WASAN_FETCH_RETRIES", "3")
    }

    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.retain(|(name, _)| name != variable);
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// Where the files go.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("models")
    }

    /// Where the usual file goes.
    pub fn place(&self) -> PathBuf {
        self.folder().join(FILE)
    }

    pub fn part(&self) -> PathBuf {
        self.folder().join(format!("{FILE}.part"))
    }

    /// `program` with this setup's variables and no others that matter.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for name in FOREIGN {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The request for the usual file.
    pub fn request(&self) -> Value {
        self.request_of(json!([{"repository": REPOSITORY, "file": FILE}]))
    }

    pub fn request_of(&self, files: Value) -> Value {
        json!({"folder": self.folder(), "files": files})
    }

    pub fn start(&self) -> Running {
        self.start_with(self.command(PROGRAM), &self.request())
    }

    pub fn start_with(&self, mut command: Command, request: &Value) -> Running {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        writeln!(input, "{request}").unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Running { child, input: Some(input), lines, events: Vec::new() }
    }

    /// The usual file, to the end.
    pub fn run(&self) -> Outcome {
        self.start().finish()
    }

    pub fn run_request(&self, request: &Value) -> Outcome {
        self.start_with(self.command(PROGRAM), request).finish()
    }

    /// Files in the folder of downloads.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder()).into_iter().flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Running {
    /// The next event; `None` at the end of the output.
    pub fn next(&mut self) -> Option<Value> {
        let event: Value = serde_json::from_str(&self.lines.next()?.ok()?).unwrap();
        self.events.push(event.clone());
        Some(event)
    }

    /// The next line, which is no event.
    pub fn line(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }

    /// Reads events up to the first of this kind.
    pub fn wait_for(&mut self, kind: &str) -> Value {
        loop {
            let event = self.next().unwrap_or_else(|| panic!("no {kind} in {:?}", self.events));
            if event["event"] == kind {
                return event;
            }
        }
    }

    pub fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// kill -9.
    pub fn kill(mut self) -> Vec<Value> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.events
    }

    pub fn finish(mut self) -> Outcome {
        while self.next().is_some() {}
        let status = self.child.wait().unwrap().code();
        Outcome { events: self.events, status }
    }
}

impl Outcome {
    /// Events of a kind.
    pub fn all(&self, kind: &str) -> Vec<&Value> {
        self.events.iter().filter(|event| event["event"] == kind).collect()
    }

    /// Checks that the usual file is there, whole and alone, and that the program says so.
    #[track_caller]
    pub fn assert_done(&self, setup: &Setup, content: &[u8]) {
        let last = self.events.last().map(|event| event["event"].clone());
        assert_eq!((last, self.status), (Some(json!("done")), Some(0)), "{:?}", self.events);
        assert!(std::fs::read(setup.place()).unwrap() == content, "other bytes");
        assert_eq!(setup.files(), [FILE]);
    }

    /// Checks how it failed; returns the event.
    #[track_caller]
    pub fn assert_failed(&self, code: &str) -> &Value {
        let last = self.events.last().unwrap_or(&Value::Null);
        assert_eq!((&last["event"], &last["code"]), (&json!("failed"), &json!(code)), "{:?}", self.events);
        assert_eq!(self.status, Some(1));
        assert!(last["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{last}");
        last
    }
}

/// Waits until the file has at least `bytes`; gives up where it would wait for ever.
#[track_caller]
pub fn wait_for_length(path: &Path, bytes: u64) {
    let started = Instant::now();
    while length(path) < bytes {
        assert!(started.elapsed() < Duration::from_secs(120), "{} of {bytes} bytes", length(path));
        thread::yield_now();
    }
}

/// Bytes of a file; 0 if it is missing.
pub fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |data| data.len())
}
