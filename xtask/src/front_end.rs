//! The web page of the window: `ui/` → `ui/dist`, which the window's binary embeds.

use crate::failure::Failure;
use crate::step::step;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// Installs what `ui/package-lock.json` pins, unless it is installed already.
///
/// # Errors
/// npm is missing or fails.
pub fn install() -> Result<(), Failure> {
    // npm writes the second file last, so a broken-off installation counts as none.
    let wanted = modified(Path::new("ui/package-lock.json"));
    let installed = modified(Path::new("ui/node_modules/.package-lock.json"));
    if installed.is_some() && installed >= wanted {
        println!("The front end's packages are installed.");
        return Ok(());
    }
    step(
        "Front end: install packages",
        "check that npm reaches its registry, and that package-lock.json fits package.json",
        npm(["ci", "--no-audit", "--no-fund"]).current_dir("ui"),
    )
}

/// Type-checks and tests the front end.
///
/// # Errors
/// npm is missing, or a finding or failing test that it has printed.
pub fn verify() -> Result<(), Failure> {
    script("check", "fix the findings above")?;
    script("test", "fix the failing tests above")
}

/// Builds `ui/dist`.
///
/// # Errors
/// npm is missing, or an error that the bundler has printed.
pub fn build() -> Result<(), Failure> {
    script("build", "fix the errors above")
}

/// `npm` with `arguments`.
pub fn npm<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(arguments);
    command
}

fn script(name: &str, hint: &str) -> Result<(), Failure> {
    step(&format!("Front end: {name}"), hint, npm(["run", "--silent", name]).current_dir("ui"))
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}
