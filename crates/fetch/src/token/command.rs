//! `wasan-fetch token`: keeps, forgets and looks for a token.

use super::{Token, find, store};
use crate::error::{Error, Result};
use crate::limits;
use std::io::{IsTerminal, Read};
use std::process::ExitCode;

/// What to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Keep a token that is read from standard input.
    Set,
    /// Forget it.
    Remove,
    /// Say whether there is one.
    Status,
}

/// Does it, and says what has been done; the token itself is never shown.
pub fn run(action: Action) -> ExitCode {
    let variable = |name: &str| std::env::var(name).ok();
    let done = match action {
        Action::Set => ask()
            .and_then(|token| store::keep(&token, &variable))
            .map(|place| (true, format!("stored in {place}"))),
        Action::Remove => store::forget(&variable)
            .map(|found| (true, if found { "removed" } else { "there was no stored token" }.to_owned())),
        Action::Status => find(&variable).map(|found| match found {
            Some((_, place)) => (true, format!("there is a token in {place}")),
            None => (false, "there is no token; gated models need one".to_owned()),
        }),
    };
    match done {
        Ok((success, line)) => {
            println!("{line}");
            if success { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("wasan-fetch: {error}; {}", error.hint());
            ExitCode::FAILURE
        }
    }
}

fn ask() -> Result<Token> {
    let refuse = |reason: String| Error::Token { reason };
    let text = if std::io::stdin().is_terminal() {
        rpassword::prompt_password("Token (it is not shown): ").map_err(|error| refuse(error.to_string()))?
    } else {
        let mut text = String::new();
        let read = std::io::stdin().take(limits::TOKEN_BYTES as u64 + 2).read_to_string(&mut text);
        read.map_err(|error| refuse(error.to_string()))?;
        text
    };
    Token::parse(&text).ok_or_else(|| refuse("a token is one word of letters, digits and `_`".to_owned()))
}
