//! Runs the program in a temporary home folder, so that the user's data is neither read nor changed.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A temporary home folder, which is also the working directory of commands.
pub struct Home {
    folder: TempDir,
}

/// Exit status and output of a command.
pub struct ProgramResult {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Home {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, bytes).expect("writes into the temporary folder");
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Names in a folder of the home, sorted; none if the folder does not exist.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path().join(folder)) else { return Vec::new() };
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            entry.expect("lists").file_name().to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }

    /// A command in this home, its streams piped.
    pub fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wasan"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_remove("WASAN_MODELS")
            .env_remove("WASAN_DATA")
            .env_remove("WASAN_FETCH")
            // Where the user's other programs keep models.
            .env_remove("HF_HOME")
            .env_remove("HF_HUB_CACHE")
            .env_remove("OLLAMA_MODELS")
            .envs(self.environment())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Environment variables that make this folder the user's home.
    pub fn environment(&self) -> [(&'static str, PathBuf); 6] {
        [
            ("HOME", self.path().to_owned()),
            ("LOCALAPPDATA", self.path().join("local")),
            ("XDG_DATA_HOME", self.path().join("data")),
            ("XDG_CACHE_HOME", self.path().join("cache")),
            ("XDG_RUNTIME_DIR", self.path().to_owned()),
            // The software driver compiles the kernels once, not for each home.
            ("MESA_SHADER_CACHE_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("shaders")),
        ]
    }

    /// Starts a command whose standard input stays open.
    pub fn start(&self, arguments: &[impl AsRef<OsStr>]) -> Child {
        self.command(arguments).spawn().expect("starts")
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[impl AsRef<OsStr>]) -> ProgramResult {
        self.run_with_input(arguments, "")
    }

    /// Runs a command with a variable in its environment to its end.
    #[allow(dead_code, reason = "not every test that shares this file needs it")]
    pub fn run_with(&self, name: &str, value: impl AsRef<OsStr>, arguments: &[&str]) -> ProgramResult {
        let output = self.command(arguments).env(name, value).stdin(Stdio::null()).output();
        ProgramResult::from(output.expect("ends"))
    }

    /// Runs a command with this standard input to its end.
    pub fn run_with_input(&self, arguments: &[impl AsRef<OsStr>], input: impl AsRef<[u8]>) -> ProgramResult {
        let mut child = self.start(arguments);
        let mut stdin = child.stdin.take().expect("is piped");
        // Written by a thread, since both pipes are small; ignores a command that has ended.
        let bytes = input.as_ref().to_vec();
        let writer = std::thread::spawn(move || drop(stdin.write_all(&bytes)));
        let output = child.wait_with_output().expect("ends");
        writer.join().expect("the input is written");
        ProgramResult::from(output)
    }

    /// Runs a command that must succeed; returns its standard output.
    pub fn run_ok(&self, arguments: &[impl AsRef<OsStr>]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.status, Some(0), "{}", ended.err);
        ended.out
    }
}

impl From<Output> for ProgramResult {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("is UTF-8");
        Self { status: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl ProgramResult {
    /// Standard output as one JSON value.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }
}

/// Interrupts a running program, as Ctrl-C does.
#[cfg(unix)]
pub fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
    assert!(sent.success());
}
