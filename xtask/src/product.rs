//! What a user starts: the window, the `wasan` command, the package for a platform.

use crate::failure::Failure;
use crate::front_end;
use crate::setup::{self, Purpose};
use crate::step::{failed_at, step};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

const SENTENCES: &str = "Guten Morgen. Das Wetter ist heute schön.";

/// The bundler, as its registry's own package: built from source it would take longer than Wasan.
const BUNDLER: &str = "--package=@tauri-apps/cli@2.12.5";

/// Builds and starts the window. Where there is no display, or `arguments` say what to do, the `wasan` command
/// instead, in the folder `started_in`; then the window's packages are not needed either.
///
/// # Errors
/// A failed build, or a program that ends with a failure.
pub fn run(arguments: &[OsString], started_in: &Path) -> Result<(), Failure> {
    if arguments.is_empty() && has_display() {
        return run_window();
    }
    setup::install(Purpose::Terminal)?;
    build_release(&["cli"])?;
    if !arguments.is_empty() {
        return wasan("wasan", arguments, started_in);
    }
    println!("\nThere is no display here, so Wasan translates in the terminal: {SENTENCES}");
    wasan(
        "wasan translate --from de --to en",
        &["translate", "--from", "de", "--to", "en", SENTENCES].map(OsString::from),
        started_in,
    )?;
    println!(
        "\nGo on with:\n  \
         cargo xtask run -- translate --from en --to de \"Good morning.\"\n  \
         cargo xtask run -- --help\n  \
         cargo xtask app    package the window, for a machine with a display"
    );
    Ok(())
}

/// Measures the translation speed; `arguments` go to `wasan bench`.
///
/// # Errors
/// A failed build, or a failed measurement.
pub fn bench(arguments: &[OsString], started_in: &Path) -> Result<(), Failure> {
    setup::install(Purpose::Terminal)?;
    build_release(&["cli"])?;
    let arguments: Vec<_> = [OsString::from("bench")].into_iter().chain(arguments.iter().cloned()).collect();
    wasan("wasan bench", &arguments, started_in)
}

/// Builds the package that a user of this platform installs.
///
/// # Errors
/// A failed build, or a bundler that fails.
pub fn package() -> Result<(), Failure> {
    setup::install(Purpose::Window)?;
    front_end::install()?;
    front_end::build()?;
    let mut bundler = front_end::npm(["exec", "--yes", BUNDLER, "--", "tauri", "build"]);
    if cfg!(target_os = "linux") {
        // The bundler's other Linux formats download tools of their own.
        bundler.args(["--bundles", "deb"]);
    }
    step("Package the window", "mend the errors above", &mut bundler)?;
    println!("\nThe package lies under {}", release_folder()?.join("bundle").display());
    Ok(())
}

fn run_window() -> Result<(), Failure> {
    setup::install(Purpose::Window)?;
    front_end::install()?;
    front_end::build()?;
    build_release(&["cli", "wasan-app"])?;
    println!(
        "\nThe window opens now; close it to end. In the terminal:\n  \
         cargo xtask run -- translate --from de --to en \"{SENTENCES}\""
    );
    step(
        "Wasan's window",
        "read the lines above; `cargo xtask run -- --help` works without a window",
        &mut Command::new(release_folder()?.join(executable("wasan-app"))),
    )
}

fn build_release(packages: &[&str]) -> Result<(), Failure> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release"]);
    for package in packages {
        cargo.args(["--package", package]);
    }
    step("Build Wasan (the first time takes minutes)", "mend the errors above", &mut cargo)
}

fn wasan(headline: &str, arguments: &[OsString], folder: &Path) -> Result<(), Failure> {
    let mut command = Command::new(release_folder()?.join(executable("wasan")));
    step(
        headline,
        "read wasan's message above; `cargo xtask run -- --help` lists what it takes",
        command.args(arguments).current_dir(folder),
    )
}

fn executable(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

/// Beside the folder that this program was built into, wherever cargo was told to build.
fn release_folder() -> Result<PathBuf, Failure> {
    let program =
        std::env::current_exe().map_err(failed_at("Finding the built programs", Path::new("xtask")))?;
    Ok(program.ancestors().nth(2).unwrap_or(Path::new("target")).join("release"))
}

fn has_display() -> bool {
    let named = |variable| std::env::var_os(variable).is_some_and(|display| !display.is_empty());
    cfg!(any(windows, target_os = "macos")) || named("WAYLAND_DISPLAY") || named("DISPLAY")
}
