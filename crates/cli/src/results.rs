//! Standard output. Tables show text as messages do; results, which may go into another program, only where standard output
//! is a terminal. A write that fails ends the command.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, IsTerminal, Write, stdout};

use crate::failure::Failure;
use crate::terminal::escaped;

/// Prints a line of a table or of JSON.
macro_rules! say {
    ($($text:tt)*) => { $crate::results::print_line(format_args!($($text)*)) };
}

pub(crate) use say;

/// Prints a line of a table or of JSON; ends the command if that fails.
pub fn print_line(text: Arguments<'_>) {
    if let Err(failure) = write_result(escaped(&text.to_string()).as_bytes(), "\n") {
        // What was translated is stored.
        std::process::exit(i32::from(failure.show()));
    }
}

/// Prints a line of results, which may go into another program: a translation, a path.
///
/// # Errors
/// A write that fails.
pub fn print_result(text: &str) -> Result<(), Failure> {
    match stdout().is_terminal() {
        true => write_result(escaped(text).as_bytes(), "\n"),
        false => write_result(text.as_bytes(), "\n"),
    }
}

/// Writes a document to standard output.
///
/// # Errors
/// A write that fails.
pub fn print_document(bytes: &[u8]) -> Result<(), Failure> {
    match std::str::from_utf8(bytes) {
        Ok(text) if stdout().is_terminal() => write_result(escaped(text).as_bytes(), ""),
        _ => write_result(bytes, ""),
    }
}

fn write_result(bytes: &[u8], end: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    let written =
        out.write_all(bytes).and_then(|()| out.write_all(end.as_bytes())).and_then(|()| out.flush());
    written.map_err(|error| output_failure(&error))
}

// A reader that has closed it, as `head` does, has what it wants.
fn output_failure(error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::BrokenPipe => Failure::closed_pipe(),
        _ => Failure::output(error),
    }
}
