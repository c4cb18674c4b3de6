//! Reads files of lines: references, the systems' outputs, the source.

use std::path::{Path, PathBuf};

use corpus::read_lines;
use evaluation::System;
use translation::Problem;

use crate::failure::Failure;

/// Translations to score without models, and their references.
pub struct SystemOutputs {
    /// In the order of the command line.
    pub systems: Vec<System>,
    /// Each with the lines of a whole file.
    pub references: Vec<Vec<String>>,
}

/// Reads references, hypotheses given as `NAME=FILE`, and the source as the last system.
///
/// # Errors
/// Files that cannot be read, or that differ in their number of lines.
pub fn read_outputs(
    hypotheses: &[String],
    references: &[PathBuf],
    source: Option<&Path>,
) -> Result<SystemOutputs, Failure> {
    let mut lines = Vec::new();
    for path in references {
        lines.push((path.clone(), read(path)?));
    }
    let Some((first, expected)) = lines.first().map(|(path, lines)| (path.clone(), lines.len())) else {
        return Err(evaluation::Error::NoReferences.into());
    };
    for (path, found) in &lines {
        check_line_count(&first, expected, path, found.len())?;
    }
    let mut systems = Vec::new();
    for name in hypotheses {
        systems.push(read_output(name, &first, expected)?);
    }
    if let Some(path) = source {
        let lines = read(path)?;
        check_line_count(&first, expected, path, lines.len())?;
        systems.push(System { name: "the source itself".to_owned(), lines });
    }
    Ok(SystemOutputs { systems, references: lines.into_iter().map(|(_, lines)| lines).collect() })
}

/// Reads `NAME=FILE`, which must have as many lines as `other`.
pub fn read_output(argument: &str, other: &Path, expected: usize) -> Result<System, Failure> {
    let (name, path) = split_label(argument);
    let path = PathBuf::from(path);
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let lines = read(&path)?;
    check_line_count(other, expected, &path, lines.len())?;
    Ok(System { name: name.map(str::to_owned).or(stem).unwrap_or_default(), lines })
}

/// Splits `NAME=FILE`; the name is optional and contains no path separator.
pub fn split_label(argument: &str) -> (Option<&str>, &str) {
    match argument.split_once('=') {
        Some((name, path)) if !name.is_empty() && !name.contains(['/', '\\']) => (Some(name), path),
        _ => (None, argument),
    }
}

fn read(path: &Path) -> Result<Vec<String>, Failure> {
    let lines = read_lines(&[path], "und", None, &mut |_| {}).map_err(|error| text_failure(&error))?;
    Ok(lines.entries().iter().map(|line| line.text().to_owned()).collect())
}

fn check_line_count(first: &Path, expected: usize, path: &Path, found: usize) -> Result<(), Failure> {
    match found == expected {
        true => Ok(()),
        false => Err(Failure::usage(
            &format!("{} has {found} lines where {} has {expected}", path.display(), first.display()),
            "Each line must be the same sentence in all files; check that none was lost or split.",
        )),
    }
}

/// The failure of a text file that cannot be used.
pub fn text_failure(error: &corpus::Error) -> Failure {
    let (code, message, hint) = ("text", error.to_string(), "Only the rows shown were scored.");
    Problem { code: code.to_owned(), message, hint: hint.to_owned() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_are_distinguished() {
        assert_eq!(split_label("NLLB=out/a=b.txt"), (Some("NLLB"), "out/a=b.txt"));
        assert_eq!(split_label("out/a=b.txt"), (None, "out/a=b.txt"));
        assert_eq!(split_label("=a"), (None, "=a"));
        assert_eq!(split_label("a.txt"), (None, "a.txt"));
    }
}
