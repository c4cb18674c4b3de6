//! `cargo xtask documents`: the checks of tests/documents, which other programs and Python packages take part in.

use crate::failure::Failure;
use crate::product;
use crate::python;
use crate::setup::{self, Purpose};
use crate::step::{failed_at, step};
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

const FOLDER: &str = "tests/documents";
const REQUIREMENTS: &str = "tests/documents/requirements.txt";
const HINT: &str = "read the lines above; tests/documents/README.md lists the programs that are needed";

/// Runs the check `name` with the release build; it writes to the new folder `out`. `arguments` go to its script.
///
/// # Errors
/// An unknown name, a failed build or installation, a check that fails.
pub fn run(name: &str, out: &Path, arguments: &[OsString]) -> Result<(), Failure> {
    let known = ["check", "hostile", "kill", "offline", "speed"];
    if !known.contains(&name) {
        return Err(Failure::UnknownCheck { known: known.join(", "), name: name.to_owned() });
    }
    setup::install(Purpose::Terminal)?;
    let programs = product::build_for_checks()?;
    let packages = python::installed(&packages_folder()?, &["--requirement", REQUIREMENTS])?;
    let script = |script: &str, paths: &[&Path]| {
        let mut python = python::command();
        python.arg(Path::new(FOLDER).join(script)).args(paths).env("PYTHONPATH", &packages);
        python.env("WASAN", &programs.wasan).env("IDENTITY", &programs.identity);
        python
    };
    if name != "check" {
        return step(name, HINT, script(&format!("{name}.py"), &[out]).args(arguments));
    }
    fs::create_dir(out).map_err(failed_at("Creating the folder for the results", out))?;
    let corpus = out.join("corpus");
    step("Other programs write documents", HINT, &mut script("make.py", &[&corpus]))?;
    step(name, HINT, script("check.py", &[&corpus, &out.join("checked")]).args(arguments))
}

/// A folder name that changes with the requirements, so that changed ones are installed again.
fn packages_folder() -> Result<String, Failure> {
    let path = Path::new(REQUIREMENTS);
    let text = fs::read(path).map_err(failed_at("Reading the requirements", path))?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    Ok(format!("documents-{:016x}", hasher.finish()))
}
