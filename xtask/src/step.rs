//! Running other programs, one visible step at a time.

use crate::failure::Failure;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Makes the workspace's root the current folder, and returns the one before.
///
/// Read from the environment and not at compile time: clones may share a target folder.
///
/// # Errors
/// [`Failure::NotThroughCargo`], and [`Failure::File`] when the folder cannot be entered.
pub fn enter_workspace() -> Result<PathBuf, Failure> {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).ok_or(Failure::NotThroughCargo)?;
    let root = manifest.parent().ok_or(Failure::NotThroughCargo)?;
    let before = std::env::current_dir().map_err(failed_at("Finding the current folder", root))?;
    std::env::set_current_dir(root).map_err(failed_at("Entering the workspace", root))?;
    Ok(before)
}

/// Runs `command` under a headline, its output shown as it comes, and prints how long it took.
///
/// # Errors
/// [`Failure::NotStarted`] or [`Failure::Step`], each with the command line and `hint`: what a person does next.
pub fn step(headline: &str, hint: &str, command: &mut Command) -> Result<(), Failure> {
    println!("\n── {headline}");
    let started = Instant::now();
    let status = command.status().map_err(|source| not_started(command, source, hint))?;
    if !status.success() {
        return Err(Failure::Step { status, hint: hint.to_owned(), command: format!("{command:?}") });
    }
    println!("── {headline}: {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// What `command` printed to its standard output, whether or not it succeeded.
///
/// # Errors
/// [`Failure::NotStarted`] with `hint`: what a person does next.
pub fn output_of(command: &mut Command, hint: &str) -> Result<String, Failure> {
    let output =
        command.stderr(Stdio::null()).output().map_err(|source| not_started(command, source, hint))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Turns an I/O error at `path` into a [`Failure::File`].
pub fn failed_at<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(std::io::Error) -> Failure + 'a {
    move |source| Failure::File { doing, source, path: path.to_owned() }
}

fn not_started(command: &Command, source: std::io::Error, hint: &str) -> Failure {
    Failure::NotStarted { source, hint: hint.to_owned(), command: format!("{command:?}") }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_failing_step_names_its_command_and_the_mend() {
        let failure = step("fail", "do better", Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        let text = failure.to_string();
        assert!(text.contains("exit status: 3"), "{text}");
        assert!(text.contains("Hint: do better"), "{text}");
        assert!(text.ends_with(r#"The command: "sh" "-c" "exit 3""#), "{text}");
    }

    #[test]
    fn a_missing_program_is_told_apart_from_a_failing_one() {
        let failure = step("start", "install it", &mut Command::new("no-such-program")).unwrap_err();
        assert!(matches!(failure, Failure::NotStarted { .. }), "{failure}");
    }
}
