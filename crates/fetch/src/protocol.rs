//! The request and the events, as the protocol in `main.rs` describes them.

use serde::{Deserialize, Serialize};
use std::io::{BufRead, Read, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Reason, Result};
use crate::limits;

/// The first line of standard input.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Where the files go; absolute.
    pub folder: PathBuf,
    /// What to download, in this order.
    pub files: Vec<FileRequest>,
}

/// One file of a repository.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct FileRequest {
    /// `org/name`.
    pub repository: String,
    /// A branch, tag or commit.
    #[serde(default = "main_branch")]
    pub revision: String,
    /// The path inside the repository.
    pub file: String,
    /// Its size, if the caller knows it.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// Its sha256 in hexadecimal, if the caller knows it.
    #[serde(default)]
    pub sha256: Option<String>,
}

fn main_branch() -> String {
    "main".to_owned()
}

/// A line after the request.
#[derive(Deserialize)]
struct Control {
    stop: bool,
}

/// A line of standard output.
#[derive(Serialize, Debug)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event<'a> {
    /// What the Hub says about a file.
    Resolved {
        file: &'a str,
        bytes: u64,
        sha256: Option<&'a str>,
        commit: Option<&'a str>,
        licence: Option<&'a str>,
        gated: Option<bool>,
    },
    /// Bytes of the file on disk.
    Progress { file: &'a str, done: u64, total: u64, bytes_per_second: u64 },
    /// A pause before the next try.
    Waiting { file: &'a str, seconds: u64, reason: Reason },
    /// Bytes that are hashed, of those on disk.
    Verifying { file: &'a str, done: u64, total: u64 },
    /// The file is complete and right.
    FileDone { file: &'a str, path: &'a str, sha256: &'a str, commit: Option<&'a str>, bytes: u64 },
    /// The end: a failure.
    Failed { code: &'static str, message: String, hint: String, file: Option<&'a str>, page: Option<String> },
    /// The end: stopped as asked.
    Stopped {},
    /// The end: all files are there.
    Done {},
}

/// Writes events. After a final one nothing more is written, whatever other threads still do.
pub struct Events(Mutex<Option<Box<dyn Write + Send>>>);

impl Events {
    /// Events on `output`.
    pub fn new(output: impl Write + Send + 'static) -> Self {
        Self(Mutex::new(Some(Box::new(output))))
    }

    /// Writes a line.
    ///
    /// # Errors
    /// [`Error::Stopped`] after a final event, and if nobody reads the output: then the parent is gone.
    pub fn write(&self, event: &Event) -> Result<()> {
        let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = output.as_mut().ok_or(Error::Stopped)?;
        let mut line = serde_json::to_vec(event).map_err(|_| Error::Stopped)?;
        line.push(b'\n');
        let written = open.write_all(&line).and_then(|()| open.flush());
        if matches!(event, Event::Failed { .. } | Event::Stopped {} | Event::Done {}) || written.is_err() {
            *output = None;
        }
        written.map_err(|_| Error::Stopped)
    }
}

/// Reads the request.
///
/// # Errors
/// [`Error::Request`] if it is missing, too long or not the JSON that is expected.
pub fn read_request(input: &mut impl BufRead) -> Result<Request> {
    let refuse = |reason: String| Error::Request { reason };
    let line = read_line(input, limits::REQUEST_BYTES)
        .ok_or_else(|| refuse("there is no request, or it is too long".to_owned()))?;
    let request: Request = serde_json::from_slice(&line).map_err(|error| refuse(error.to_string()))?;
    if request.files.is_empty() || request.files.len() > limits::FILES {
        return Err(refuse(format!(
            "a request has 1 to {} files, not {}",
            limits::FILES,
            request.files.len()
        )));
    }
    Ok(request)
}

/// Returns when the parent asks to stop: by a line, or by closing the pipe.
pub fn wait_for_stop(input: &mut impl BufRead) {
    while let Some(line) = read_line(input, limits::LINE_BYTES) {
        if serde_json::from_slice::<Control>(&line).is_ok_and(|control| control.stop) {
            return;
        }
    }
}

/// A line without its end; `None` at the end of the input, on an error, and if the line is longer than `limit` bytes.
fn read_line(input: &mut impl BufRead, limit: usize) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    input.take(limit as u64 + 1).read_until(b'\n', &mut line).ok()?;
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.is_empty() || line.len() > limit {
        return None;
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_bounded_and_exact() {
        let read = |text: &str| read_request(&mut text.as_bytes());
        let request = read(r#"{"folder": "/x", "files": [{"repository": "a/b", "file": "c"}]}"#).unwrap();
        assert_eq!((request.files[0].revision.as_str(), request.files[0].bytes), ("main", None));
        let many = format!(
            r#"{{"folder": "/x", "files": [{}]}}"#,
            vec![r#"{"repository":"a/b","file":"c"}"#; 1001].join(",")
        );
        let long = " ".repeat(limits::REQUEST_BYTES + 1);
        for wrong in [
            "",
            "\n",
            "{}",
            r#"{"folder": "/x", "files": []}"#,
            r#"{"folder": "/x", "files": [], "x": 1}"#,
            &many,
            &long,
        ] {
            assert!(matches!(read(wrong), Err(Error::Request { .. })), "{:.40}", wrong);
        }
    }

    #[test]
    fn only_a_stop_or_the_end_of_the_input_stops() {
        let mut input = "{\"stop\": false}\nnoise\n\n{\"stop\": true}\nrest".as_bytes();
        wait_for_stop(&mut input);
        assert_eq!(input, b"rest");
        wait_for_stop(&mut input);
        assert_eq!(input, b"");
    }

    #[test]
    fn nothing_follows_a_final_event() {
        let (reader, writer) = std::io::pipe().unwrap();
        let events = Events::new(writer);
        events.write(&Event::Verifying { file: "x", done: 1, total: 2 }).unwrap();
        events.write(&Event::Stopped {}).unwrap();
        assert!(matches!(events.write(&Event::Done {}), Err(Error::Stopped)));
        let expected =
            "{\"event\":\"verifying\",\"file\":\"x\",\"done\":1,\"total\":2}\n{\"event\":\"stopped\"}\n";
        assert_eq!(std::io::read_to_string(reader).unwrap(), expected);
    }
}
