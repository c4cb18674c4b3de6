//! The command line, which is short enough to be read by hand.

use crate::token::command::Action;
use std::ffi::OsString;

/// What `--help` prints.
pub const HELP: &str = "\
wasan-fetch downloads model files for Wasan, which has no network code of its own.

usage:
  wasan-fetch                 read a request from standard input, write events to standard output
  wasan-fetch token set       store an access token for gated models; it is read from standard input
  wasan-fetch token remove    remove the stored token
  wasan-fetch token status    say whether there is a token and where it comes from (exit status 1: none)
  wasan-fetch --help, --version

`wasan models get` and the Models page of the window start this program; nobody needs to run it by hand. It can be
tried so, where `cat` keeps the pipe open until Ctrl-C, which stops the download and keeps what there is:

  (echo '{\"folder\": \"/tmp/model\", \"files\": [{\"repository\": \"HuggingFaceTB/SmolLM2-135M\", \"file\": \"config.json\"}]}'
   cat) | wasan-fetch

The same request goes on where an earlier one ended. The events are described in Wasan's sources, crates/fetch/src/main.rs.

environment:
  HF_ENDPOINT                 a mirror of https://huggingface.co
  HF_TOKEN                    the access token, instead of a stored one
  HF_HUB_OFFLINE=1            refuse to connect
  HTTPS_PROXY, ALL_PROXY, NO_PROXY

Exit status: 0 done; 1 failed; 2 wrong command line or no request; 130 stopped.
";

/// What the command line asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// Serve a request.
    Fetch,
    /// Print the help.
    Help,
    /// Print the version.
    Version,
    /// Do something with the stored token.
    Token(Action),
}

/// Reads the arguments after the program's name; `None` if they are wrong.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Option<Command> {
    let words: Vec<_> = arguments.collect();
    let words: Vec<_> = words.iter().map(|word| word.to_str()).collect();
    match words[..] {
        [] => Some(Command::Fetch),
        [Some("--help" | "-h" | "help")] => Some(Command::Help),
        [Some("--version" | "-V")] => Some(Command::Version),
        [Some("token"), Some("set")] => Some(Command::Token(Action::Set)),
        [Some("token"), Some("remove")] => Some(Command::Token(Action::Remove)),
        [Some("token"), Some("status")] => Some(Command::Token(Action::Status)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_whole() {
        let parse = |line: &str| parse(line.split_whitespace().map(OsString::from));
        assert_eq!(parse(""), Some(Command::Fetch));
        assert_eq!(parse("--help"), Some(Command::Help));
        assert_eq!(parse("token set"), Some(Command::Token(Action::Set)));
        for wrong in ["token", "token set hf_x", "--helpless", "x.gguf"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
