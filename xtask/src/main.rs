//! `cargo xtask`: the commands a contributor needs, the same on every platform.
//!
//! No dependency on purpose: it builds in a second, and building the workspace never replaces the running program.

mod cache;
mod documents;
mod failure;
mod fixtures;
mod front_end;
mod product;
mod python;
mod setup;
mod step;
mod verify;

use failure::Failure;
use setup::Purpose;
use std::ffi::OsString;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  run [-- ARGUMENTS]    build and start the window; without a display, translate a sentence in the terminal.
                        ARGUMENTS go to the `wasan` command instead
  test                  everything that must hold: formatting, lints, front end, all tests on the GPU
  bench [-- ARGUMENTS]  measure the translation speed on this machine
  app [-- ARGUMENTS]    package the window for this platform; ARGUMENTS go to the bundler, such as --bundles appimage
  documents NAME OUT    check documents with other programs and the release build; results go to the new folder OUT.
                        NAME: check, hostile, kill, offline or speed (tests/documents/README.md)
  setup                 install what run, test and app need (Debian and its relatives; elsewhere: say what is needed)
  fixtures              fetch the model and the tokenizer that the tests read";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[OsString]) -> Result<(), Failure> {
    let started_in = step::enter_workspace()?;
    let (words, passed_on) = split_at_dashes(arguments);
    let words: Vec<_> = words.iter().map(|word| word.to_str()).collect();
    match words[..] {
        [Some("run")] => product::run(passed_on, &started_in),
        [Some("bench")] => product::bench(passed_on, &started_in),
        [Some("test")] if passed_on.is_empty() => verify::test(),
        [Some("app")] => product::package(passed_on),
        [Some("setup")] if passed_on.is_empty() => {
            setup::install(Purpose::Tests)?;
            front_end::install()
        }
        [Some("documents"), Some(name), Some(out)] => documents::run(name, &started_in.join(out), passed_on),
        [Some("fixtures")] if passed_on.is_empty() => fixtures::fetch().map(|_| ()),
        [] | [Some("help" | "--help" | "-h")] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(Failure::Usage { usage: USAGE, arguments: arguments.to_vec() }),
    }
}

/// The arguments before the first `--`, and those after it.
fn split_at_dashes(arguments: &[OsString]) -> (&[OsString], &[OsString]) {
    match arguments.iter().position(|argument| argument == "--") {
        Some(at) => (&arguments[..at], &arguments[at + 1..]),
        None => (arguments, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_follows_the_first_dashes_is_passed_on() {
        let arguments = ["run", "--", "translate", "--", "-x"].map(OsString::from);
        let (words, passed_on) = split_at_dashes(&arguments);
        assert_eq!(words, ["run"]);
        assert_eq!(passed_on, ["translate", "--", "-x"]);
        assert_eq!(split_at_dashes(&arguments[..1]), (&arguments[..1], &[][..]));
    }
}
