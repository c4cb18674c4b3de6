//! What a user starts: the window, the `wasan` command, the package for a platform. Beside the first two lies
//! `wasan-fetch`, which they start when somebody asks for a model.

use crate::failure::Failure;
use crate::front_end;
use crate::setup::{self, Purpose};
use crate::step::{failed_at, output_of, step};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SENTENCES: &str = "Guten Morgen. Das Wetter ist heute schön.";

const PACKAGES: [&str; 6] = ["--package", "cli", "--package", "fetch", "--package", "wasan-app"];

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
    build_release(&["wasan", "wasan-fetch"])?;
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
    build_release(&["wasan"])?;
    let arguments: Vec<_> = [OsString::from("bench")].into_iter().chain(arguments.iter().cloned()).collect();
    wasan("wasan bench", &arguments, started_in)
}

/// Builds the package that a user of this platform installs; `arguments` go to the bundler.
///
/// # Errors
/// A failed build, or a bundler that fails.
pub fn package(arguments: &[OsString]) -> Result<(), Failure> {
    setup::install(Purpose::Window)?;
    front_end::install()?;
    front_end::build()?;
    let settings = package_downloader()?;
    let mut bundler = front_end::npm(["exec", "--yes", BUNDLER, "--", "tauri", "build", "--config"]);
    bundler.arg(settings);
    if cfg!(target_os = "linux") && arguments.is_empty() {
        // The bundler's other Linux formats download tools of their own.
        bundler.args(["--bundles", "deb"]);
    }
    bundler.args(arguments);
    bundler.arg("--").args(PACKAGES);
    step("Package the window", "fix the errors above", &mut bundler)?;
    println!("\nThe package lies under {}", release_folder()?.join("bundle").display());
    Ok(())
}

/// Builds `wasan-fetch` and puts it where the bundler finds it, with the platform's name behind its own. Returns a file
/// of settings that makes it part of the package, beside the window. They are not in tauri.conf.json because every
/// build of the window would then need the program.
fn package_downloader() -> Result<PathBuf, Failure> {
    build_release(&["wasan-fetch"])?;
    let version = output_of(Command::new("rustc").arg("-vV"), "install Rust from https://rustup.rs")?;
    let platform = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let release = release_folder()?;
    let folder = release.join("packaged");
    let packaged = folder.join(executable(&format!("wasan-fetch-{platform}")));
    fs::create_dir_all(&folder).map_err(failed_at("Making a folder", &folder))?;
    fs::copy(release.join(executable("wasan-fetch")), &packaged)
        .map_err(failed_at("Copying a program", &packaged))?;
    let settings = folder.join("tauri.json");
    let text = format!(r#"{{"bundle": {{"externalBin": [{:?}]}}}}"#, folder.join("wasan-fetch"));
    fs::write(&settings, text).map_err(failed_at("Writing the bundler's settings", &settings))?;
    Ok(settings)
}

/// The release programs that the checks of documents run.
pub struct CheckedPrograms {
    /// The command.
    pub wasan: PathBuf,
    /// Writes a document with its own texts.
    pub identity: PathBuf,
}

/// Builds the programs that the checks of documents run.
///
/// # Errors
/// A failed build.
pub fn build_for_checks() -> Result<CheckedPrograms, Failure> {
    build_release(&["wasan"])?;
    step(
        "Build the identity example",
        "fix the errors above",
        Command::new("cargo")
            .args(["build", "--release", "--package", "documents", "--example", "identity"])
            .args(PACKAGES),
    )?;
    let folder = release_folder()?;
    let identity = folder.join("examples").join(executable("identity"));
    Ok(CheckedPrograms { wasan: folder.join(executable("wasan")), identity })
}

fn run_window() -> Result<(), Failure> {
    setup::install(Purpose::Window)?;
    front_end::install()?;
    front_end::build()?;
    build_release(&["wasan", "wasan-app", "wasan-fetch"])?;
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

/// Builds `binaries`. Always naming all packages gives every build the same features of shared dependencies, so that
/// the window reuses what the command's build has compiled.
fn build_release(binaries: &[&str]) -> Result<(), Failure> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release"]).args(PACKAGES);
    for binary in binaries {
        cargo.args(["--bin", binary]);
    }
    step("Build Wasan (the first time takes minutes)", "fix the errors above", &mut cargo)
}

fn wasan(headline: &str, arguments: &[OsString], folder: &Path) -> Result<(), Failure> {
    let mut command = Command::new(release_folder()?.join(executable("wasan")));
    if !has_display() {
        // A layer of Mesa's asks the display which GPU it uses, and prints an error where there is none.
        command.env("NODEVICE_SELECT", "1");
    }
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
