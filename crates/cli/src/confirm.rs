//! Asks before something large is downloaded or written, or something lost.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};

use crate::failure::Failure;
use crate::terminal::note;

/// Shows `what` and asks whether to go on; `yes` answers for the user. Without a terminal nobody can answer.
pub fn confirm(what: &str, yes: bool) -> Result<(), Failure> {
    note!("{what}");
    if yes {
        return Ok(());
    }
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(Failure::usage(
            "this needs a confirmation",
            "Run it in a terminal, or confirm with --yes.",
        ));
    }
    drop(write!(stderr(), "Go on? [y/N] "));
    drop(stderr().flush());
    let mut answer = String::new();
    // No answer is a no.
    drop(stdin().lock().read_line(&mut answer));
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::declined()),
    }
}
