//! Runs `wasan-fetch`, the program with the network code; `crates/fetch/src/main.rs` describes what it reads and writes.
//! Its output is checked like any input from outside.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::control::{GetControl, Message, StopRequest};
use crate::error::{Error, Result};
use crate::limits;
use crate::published::PublishedModel;

const NAME: &str = "wasan-fetch";

// Lines in the channel: the reader waits while nobody takes them.
const LINES: usize = 64;

// Time for the program to flush and end after it was asked to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

// Characters of a message that are shown.
const MESSAGE_CHARS: usize = 2_000;

/// Why a download pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    /// The server asks for fewer requests.
    RateLimit,
    /// The connection failed.
    Network,
    /// No bytes came for a while.
    Stalled,
}

#[derive(Serialize)]
struct Request<'a> {
    folder: &'a Path,
    files: Vec<FileRequest>,
}

/// A file to download. Its size and hash are the Hub's own: those of the catalogue may be older.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FileRequest {
    repository: String,
    revision: &'static str,
    file: String,
}

impl FileRequest {
    pub fn of(model: &PublishedModel) -> Self {
        Self { repository: model.repository.clone(), revision: "main", file: model.file.clone() }
    }
}

/// An event before the last one. Fields that are not needed here are ignored.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum FetchEvent {
    Resolved { file: String, bytes: u64, licence: Option<String>, gated: Option<bool> },
    Progress { file: String, done: u64, total: u64, bytes_per_second: u64 },
    Waiting { file: String, seconds: u64, reason: WaitReason },
    Verifying { file: String, done: u64, total: u64 },
    FileDone { file: String, sha256: String, commit: Option<String>, bytes: u64 },
}

/// The last event.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum FetchEnd {
    Failed { code: String, message: String, hint: String, page: Option<String> },
    Stopped {},
    Done {},
}

/// A line of the program.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Event(FetchEvent),
    End(FetchEnd),
}

/// The program that downloads: `WASAN_FETCH`, else the one beside this program.
///
/// # Errors
/// [`Error::NoFetchProgram`].
pub fn fetch_program() -> Result<PathBuf> {
    let named = std::env::var_os("WASAN_FETCH").map(PathBuf::from);
    let beside = || {
        let here = std::env::current_exe().ok()?.canonicalize().ok()?;
        Some(here.parent()?.join(format!("{NAME}{}", std::env::consts::EXE_SUFFIX)))
    };
    let program = named.or_else(beside).unwrap_or_else(|| PathBuf::from(NAME));
    match program.is_file() {
        true => Ok(program),
        false => Err(Error::NoFetchProgram(program)),
    }
}

/// Ends the program when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already unless something failed here.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Downloads files into `folder` and reports each event. Returns once all are there, or once the program has stopped
/// because `control` asks for it.
///
/// # Errors
/// [`Error::Fetch`] as the program reports it; [`Error::FetchOutput`] if it ends early or writes something else; those of
/// `on_event`.
pub(super) fn run(
    program: &Path,
    folder: &Path,
    files: Vec<FileRequest>,
    control: &GetControl,
    on_event: &mut dyn FnMut(FetchEvent) -> Result<()>,
) -> Result<()> {
    let names: Vec<String> = files.iter().map(|file| file.file.clone()).collect();
    let request = serde_json::to_string(&Request { folder, files })
        .map_err(|error| Error::FetchOutput(error.to_string()))?;
    let failed = |error: std::io::Error| Error::Read { path: program.to_owned(), reason: error.to_string() };
    let spawned = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let mut running = Running(spawned);
    let (Some(mut stdin), Some(stdout)) = (running.0.stdin.take(), running.0.stdout.take()) else {
        return Err(Error::FetchOutput("it has no pipes".to_owned()));
    };
    stdin.write_all(format!("{request}\n").as_bytes()).and_then(|()| stdin.flush()).map_err(failed)?;
    let (lines, received) = sync_channel(LINES);
    control.announce_in(Some(lines.clone()));
    let result = std::thread::scope(|scope| {
        scope.spawn(move || read_lines(stdout, &lines));
        let result = follow(received, stdin, &names, control, on_event);
        // Ends the reader, which may wait for a program that does not stop.
        drop(running.0.kill());
        result
    });
    control.announce_in(None);
    result
}

// Sends each line of the output; a line longer than the limit ends it.
fn read_lines(output: ChildStdout, lines: &SyncSender<Message>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        let read = output.by_ref().take(limits::FETCH_LINE_BYTES).read_until(b'\n', &mut line);
        let whole = read.is_ok() && line.last() == Some(&b'\n');
        let message = if whole { Message::Line(line) } else { Message::End };
        if lines.send(message).is_err() || !whole {
            return;
        }
    }
}

fn follow(
    received: Receiver<Message>,
    stdin: ChildStdin,
    names: &[String],
    control: &GetControl,
    on_event: &mut dyn FnMut(FetchEvent) -> Result<()>,
) -> Result<()> {
    let mut stdin = Some(stdin);
    let early = || Error::FetchOutput("it ended before the download".to_owned());
    loop {
        if control.stop_request() != StopRequest::None
            && let Some(mut open) = stdin.take()
        {
            // Closing the pipe says the same, if the line cannot be written.
            drop(open.write_all(b"{\"stop\": true}\n"));
        }
        let message = match stdin {
            Some(_) => received.recv().map_err(|_| early())?,
            None => match received.recv_timeout(STOP_TIMEOUT) {
                Ok(message) => message,
                // Its files are kept in a state from which it can go on at any moment.
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(()),
            },
        };
        match message {
            Message::Wake => {}
            Message::End if stdin.is_none() => return Ok(()),
            Message::End => return Err(early()),
            Message::Line(line) => match parse(&line, names)? {
                Line::Event(event) => on_event(event)?,
                Line::End(FetchEnd::Failed { code, message, hint, page }) => {
                    return Err(Error::Fetch { code, message, hint, page });
                }
                Line::End(FetchEnd::Stopped {}) if stdin.is_some() => {
                    // By Ctrl-C, which reaches both programs.
                    control.pause();
                    return Ok(());
                }
                Line::End(_) => return Ok(()),
            },
        }
    }
}

// Refuses a line that says something impossible, and makes its texts plain.
fn parse(line: &[u8], names: &[String]) -> Result<Line> {
    let refuse = |reason: &str| Err(Error::FetchOutput(reason.to_owned()));
    let mut line = serde_json::from_slice(line).map_err(|error| Error::FetchOutput(error.to_string()))?;
    match &mut line {
        Line::Event(event) => {
            let (FetchEvent::Resolved { file, .. }
            | FetchEvent::Progress { file, .. }
            | FetchEvent::Waiting { file, .. }
            | FetchEvent::Verifying { file, .. }
            | FetchEvent::FileDone { file, .. }) = event;
            if !names.contains(file) {
                return refuse("it names a file that was not asked for");
            }
            match event {
                FetchEvent::Resolved { licence: Some(licence), .. } => *licence = plain(licence),
                FetchEvent::FileDone { sha256, .. } if !is_hex(sha256, 64) => {
                    return refuse("it names no sha256");
                }
                FetchEvent::FileDone { commit, .. } => {
                    *commit = commit.take().filter(|text| is_hex(text, 40))
                }
                _ => {}
            }
        }
        Line::End(FetchEnd::Failed { code, message, hint, page }) => {
            *page = page.take().filter(|page| page.starts_with("https://") || page.starts_with("http://"));
            for text in [code, message, hint].into_iter().chain(page) {
                *text = plain(text);
            }
        }
        Line::End(_) => {}
    }
    Ok(line)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

// What a terminal or a page may show: a server's words may be part of it.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MESSAGE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(line: &str) -> Result<FetchEvent> {
        match parse(line.as_bytes(), &["a.gguf".to_owned()])? {
            Line::Event(event) => Ok(event),
            Line::End(FetchEnd::Failed { code, message, hint, page }) => {
                Err(Error::Fetch { code, message, hint, page })
            }
            Line::End(_) => panic!("is the last event"),
        }
    }

    #[test]
    fn events_are_read() {
        let progress =
            event(r#"{"event":"progress","file":"a.gguf","done":1,"total":2,"bytes_per_second":3}"#);
        let expected =
            FetchEvent::Progress { file: "a.gguf".to_owned(), done: 1, total: 2, bytes_per_second: 3 };
        assert_eq!(progress.expect("is one"), expected);
        let done = format!(
            r#"{{"event":"file_done","file":"a.gguf","path":"/x/a.gguf","sha256":"{}","commit":null,"bytes":9}}"#,
            "0f".repeat(32)
        );
        assert!(matches!(event(&done), Ok(FetchEvent::FileDone { bytes: 9, commit: None, .. })));
    }

    #[test]
    fn a_failure_is_shown_as_plain_text() {
        let line = r#"{"event":"failed","code":"gated","message":"a\u001b[2J","hint":"b","file":null,"page":"javascript:x"}"#;
        let Err(Error::Fetch { code, message, page, .. }) = event(line) else { panic!("is a failure") };
        assert_eq!((code.as_str(), message.as_str(), page), ("gated", "a [2J", None));
    }

    #[test]
    fn other_output_is_refused() {
        for line in [
            "",
            "no JSON",
            "{}",
            r#"{"event":"unknown"}"#,
            r#"{"event":"progress","file":"../b","done":1,"total":2,"bytes_per_second":3}"#,
            r#"{"event":"progress","file":"a.gguf","done":-1,"total":2,"bytes_per_second":3}"#,
            r#"{"event":"file_done","file":"a.gguf","sha256":"../..","bytes":9}"#,
            r#"{"event":"waiting","file":"a.gguf","seconds":1,"reason":"bored"}"#,
        ] {
            assert!(matches!(event(line), Err(Error::FetchOutput(_))), "{line}");
        }
    }
}
