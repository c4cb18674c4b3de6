//! `cargo xtask test`: everything that must hold, in one order, with one set of features.

use crate::failure::Failure;
use crate::setup::{self, Purpose};
use crate::step::step;
use crate::{fixtures, front_end};
use std::process::Command;

/// What users ask for by a feature is tested too.
const FEATURES: &str = "cli/train,cli/bertscore";

/// Checks the formatting, the lints and the front end, then builds and tests the workspace.
///
/// # Errors
/// The first step that fails.
pub fn test() -> Result<(), Failure> {
    setup::install(Purpose::Tests)?;
    step("Formatting", "run `cargo fmt --all`", &mut cargo(["fmt", "--all", "--check"]))?;
    let fixtures = fixtures::fetch()?;

    // The window's crate embeds `ui/dist`: the front end comes before anything that compiles it.
    front_end::install()?;
    front_end::verify()?;
    front_end::build()?;

    step(
        "Lints",
        "mend the findings above; `cargo clippy --fix` mends many",
        &mut cargo([
            "clippy",
            "--workspace",
            "--features",
            FEATURES,
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]),
    )?;
    // Binaries and tests in one go: the window's test starts the real binary, and what `cargo test` then builds is
    // what is built here.
    step(
        "Build",
        "mend the errors above",
        &mut cargo(["build", "--workspace", "--features", FEATURES, "--bins", "--tests"]),
    )?;
    step(
        "Tests",
        "mend the failing tests above; `cargo test -p CRATE NAME` repeats one",
        cargo(["test", "--workspace", "--features", FEATURES])
            .env("WASAN_SMOLLM2", fixtures.smollm2)
            .env("WASAN_LLAMA3_TOKENIZER", fixtures.llama3_tokenizer)
            .env("WASAN_MINILM", fixtures.minilm),
    )
}

fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments);
    command
}
